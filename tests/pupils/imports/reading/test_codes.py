import pytest

from pupils.imports.notes import Note, NoteCode
from pupils.imports.parsing import codes
from pupils.imports.parsing.values import BadValue


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("Year 7", "7"), ("7", "7"), ("Yr 7", "7"), ("yr7", "7"), ("Y7", "7"), ("NC Year 7", "7"), ("07", "7"),
        ("7.0", "7"),
        ("Curriculum Year 10", "10"), ("14", "14"), ("Year 13 (Sixth Form)", "13"), ("R", "R"), ("Reception", "R"),
        ("Year R", "R"), ("0", "R"), ("N1", "N1"), ("N2", "N2"), ("Nursery", "N2"), ("-1", "N2"), ("-2", "N1"),
        ("E1", "N1"),
    ],
)  # fmt: skip
def test_year_groups(text, year):
    assert codes.parse_year_group(text).value == year


@pytest.mark.parametrize("text", ["15", "Year 0.5", "7B", "Kingfisher", "77", "Year"])
def test_what_is_no_year_group(text):
    with pytest.raises(BadValue) as refused:
        codes.parse_year_group(text)

    assert refused.value.note.code == NoteCode.NOT_A_YEAR_GROUP


def test_year_group_x_is_left_out_with_a_note():
    assert codes.parse_year_group("X") == (None, (Note(NoteCode.YEAR_DOES_NOT_APPLY),))


@pytest.mark.parametrize(
    ("text", "sex"), [("M", "M"), ("male", "M"), ("Female", "F"), ("f", "F"), ("U", "U"), ("Unknown", "U")]
)
def test_sex(text, sex):
    assert codes.parse_sex(text).value == sex


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("K", "K"), ("k", "K"), ("K - SEN Support", "K"), ("SEN Support", "K"), ("SEN support (K)", "K"),
        ("K: SEN Support", "K"),
        ("E", "E"), ("EHCP", "E"), ("EHC plan", "E"), ("E - Education, Health and Care Plan", "E"),
        ("Education, Health and Care Plan", "E"), ("E (EHCP)", "E"), ("N", "N"), ("No SEN", "N"), ("None", "N"),
        ("No Special Educational Need", "N"),
    ],
)  # fmt: skip
def test_sen_codes(text, code):
    assert codes.parse_sen_code(text).value == code


@pytest.mark.parametrize(
    ("text", "code"),
    [("A", "A"), ("School Action", "A"), ("P", "P"), ("School Action Plus", "P"), ("School Action +", "P"), ("S", "S"),
     ("Statement", "S"), ("S - Statement", "S")],
)  # fmt: skip
def test_historic_sen_codes_are_read_and_never_taken(text, code):
    assert codes.sen_code_of(text) == code
    with pytest.raises(BadValue) as refused:
        codes.parse_sen_code(text)
    assert refused.value.note == Note(NoteCode.STATUS_BEFORE_2014, {"status": code})


@pytest.mark.parametrize(
    ("text", "need"),
    [
        ("SLCN", "SLCN"), ("slcn", "SLCN"), ("SpLD", "SPLD"),
        ("SLCN - Speech, language and communication needs", "SLCN"),
        ("Speech, Language and Communication Needs", "SLCN"), ("Autistic Spectrum Disorder", "ASD"), ("Autism", "ASD"),
        ("Specific Learning Difficulty (SPLD)", "SPLD"), ("Vision impairment", "VI"), ("Down syndrome", "DS"),
        ("Other Difficulty/Disability", "OTH"), ("SEN support but no specialist assessment of type of need", "NSA"),
        ("Multi-sensory impairment", "MSI"), ("None", None),
    ],
)  # fmt: skip
def test_needs(text, need):
    assert codes.parse_need(text).value == need


@pytest.mark.parametrize("text", ["BESD", "BESD - Behaviour, Emotional and Social Difficulties", "EBD"])
def test_needs_from_before_2014_are_named_not_translated(text):
    with pytest.raises(BadValue) as refused:
        codes.parse_need(text)

    assert refused.value.note.code == NoteCode.NEED_BEFORE_2014


@pytest.mark.parametrize("code", codes.NEED_TYPES)
def test_every_need_is_known_by_its_code_and_by_its_name(code):
    assert codes.parse_need(code).value == code
    assert codes.parse_need(codes.NEED_TYPES[code]).value == code


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("ASD; SLCN", ("ASD", "SLCN")),
        ("ASD, SLCN", ("ASD", "SLCN")),
        ("ASD/SLCN", ("ASD", "SLCN")),
        ("ASD and ADHD", ("ASD and ADHD",)),
        ("Speech, Language and Communication Needs", ("Speech, Language and Communication Needs",)),
        ("Social, emotional and mental health\nASD", ("Social, emotional and mental health", "ASD")),
    ],
)
def test_a_cell_may_hold_several_needs(text, parts):
    assert codes.split_needs(text) == parts


@pytest.mark.parametrize(
    ("text", "kind"),
    [("C", "single"), ("Single Registration", "single"), ("C - Current", "single"), ("M", "main"),
     ("Main - Dual Registration", "main"), ("S", "subsidiary"), ("Guest", "guest")],
)  # fmt: skip
def test_enrolments(text, kind):
    assert codes.parse_enrolment(text).value == kind
