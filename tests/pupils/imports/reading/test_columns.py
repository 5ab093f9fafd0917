import json

import pytest

from pupils.imports.fields import COLUMNS
from pupils.imports.reading import columns
from pupils.imports.reading.columns import guess_mapping, missing_required, remember


def fields_of(*headings):
    mapping = guess_mapping(list(headings))
    return [mapping.get(index) for index in range(len(headings))]


@pytest.mark.parametrize(
    ("headings", "fields"),
    [
        (["Adno", "Legal Surname", "Legal Forename", "DOB"], ["mis_id", "legal_surname", "legal_forename", "birth_on"]),
        (["LAST  NAME", "first_name", "Date-of-Birth", "u.p.n."],
         ["legal_surname", "legal_forename", "birth_on", "upn"]),
        (["Student UPN", "Student", "Reg Group", "NC Year Actual"], ["upn", "full_name", "group", "year_group"]),
        (["SEN Need Type 1", "SEN Need Type 2", "SEN Need Type 3"], ["need_1", "need_2", "need_3"]),
        (["Primary need", "Secondary need"], ["need_1", "need_2"]),
        (["SEN Need", "SEN Need", "SEN Need"], ["need_1", "need_2", "need_3"]),
        (["Priority 1 contact e-mail", "Parent/Carer 2 mobile"], ["contact_1_email", "contact_2_phone"]),
        (["FSM6", "LAC", "PLAC", "Young Carer", "Service Child"],
         ["pupil_premium", "looked_after", "previously_looked_after", "young_carer", "service_child"]),
        (["Ethnicity", "House", "Notes"], [None, None, None]),
    ],
)  # fmt: skip
def test_headings_are_recognised(headings, fields):
    assert fields_of(*headings) == fields


@pytest.mark.parametrize("column", COLUMNS, ids=[column.name for column in COLUMNS])
def test_every_column_is_found_by_its_own_label(column):
    assert fields_of(column.label) == [column.name]
    assert fields_of(column.label.upper().replace(" ", "_")) == [column.name]


def test_the_better_heading_wins_and_the_other_is_named():
    mapping = guess_mapping(["Surname", "Legal Surname"])

    assert mapping == {1: "legal_surname"}
    assert len(mapping.notes) == 1


def test_a_remembered_mapping_wins_over_guesses():
    headings = ["Surname", "Forename", "Known as", "Wren code"]
    kept = json.loads(json.dumps(remember(headings, {0: "legal_surname", 1: "legal_forename", 3: "mis_id"})))

    assert guess_mapping(headings, kept) == {0: "legal_surname", 1: "legal_forename", 3: "mis_id"}
    assert guess_mapping(["WREN CODE", "Known as", "UPN"], kept) == {0: "mis_id", 2: "upn"}


def test_a_remembered_field_that_no_longer_exists_is_dropped():
    assert guess_mapping(["Wren code"], {"Wren code": "shoe_size"}) == {}


def test_columns_headed_alike_are_remembered_by_their_place():
    headings = ["UPN", "Need", "Need", "Need"]
    kept = json.loads(json.dumps(remember(headings, {0: "upn", 1: "need_1", 2: "need_2", 3: "need_3"})))

    assert guess_mapping(headings, kept) == {0: "upn", 1: "need_1", 2: "need_2", 3: "need_3"}


def test_what_an_earlier_release_remembered_of_columns_headed_alike_is_not_believed():
    assert guess_mapping(["UPN", "Need", "Need"], {"upn": "upn", "need": "need_2"}) == {
        0: "upn", 1: "need_1", 2: "need_2",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("heading", "field"),
    [("data.legal_surname", "legal_surname"), ("year.data.code", "year_group"),
     ("extended.data.in_care", "looked_after"), ("extended.data.sen_status.code", "sen_code"),
     ("data.date_of_birth", "birth_on")],
)  # fmt: skip
def test_headings_in_the_wrapping_of_a_program_are_recognised(heading, field):
    assert fields_of(heading) == [field]


def test_bare_headings_belong_to_the_contact_on_their_left():
    headings = ["Parent 1 Name", "Relationship", "Email", "PR", "Parent 2 Name", "Relationship", "Email", "UPN"]

    assert fields_of(*headings) == [
        "contact_1_name", "contact_1_relation", "contact_1_email", "contact_1_responsibility",
        "contact_2_name", "contact_2_relation", "contact_2_email", "upn",
    ]  # fmt: skip


def test_mappings_survive_json():
    assert columns.as_mapping(json.loads(json.dumps({0: "upn", 3: "sex"}))) == {0: "upn", 3: "sex"}


@pytest.mark.parametrize(
    ("fields", "sentences"),
    [
        (["legal_surname", "legal_forename", "upn"], 0),
        (["full_name", "birth_on"], 0),
        (["legal_surname", "upn"], 1),
        (["legal_surname", "legal_forename"], 1),
        ([], 3),
    ],
)
def test_what_is_still_missing(fields, sentences):
    assert len(missing_required(dict(enumerate(fields)))) == sentences


def test_ethnicity_is_no_field():
    assert not any("ethnic" in synonym.lower() for column in COLUMNS for synonym in column.headings)
