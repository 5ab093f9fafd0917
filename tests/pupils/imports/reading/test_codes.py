import pytest

from pupils.imports.notes import Note, NoteCode
from pupils.imports.parsing import codes
from pupils.imports.parsing.values import BadValue, Doubtful


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("Year 7", "7"), ("7", "7"), ("Yr 7", "7"), ("yr7", "7"), ("Y7", "7"), ("NC Year 7", "7"), ("07", "7"),
        ("7.0", "7"),
        ("Curriculum Year 10", "10"), ("14", "14"), ("Year 13 (Sixth Form)", "13"), ("R", "R"), ("Reception", "R"),
        ("Year R", "R"), ("0", "R"), ("N1", "N1"), ("N2", "N2"), ("Nursery", "N2"), ("E1", "E1"), ("e2", "E2"),
        ("X", "X"), ("7 / 7M", "7"), ("9 - 9M", "9"), ("Year 7/7M", "7"),
    ],
)  # fmt: skip
def test_year_groups(text, year):
    assert codes.parse_year_group(text).value == year


@pytest.mark.parametrize(("text", "choices"), [("-1", ("N2", "N1")), ("−1", ("N2", "N1")), ("year -2", ("N1", "E2"))])
def test_a_nursery_year_in_numbers_is_left_to_a_person(text, choices):
    with pytest.raises(Doubtful) as doubt:
        codes.parse_year_group(text)

    assert (doubt.value.choices, doubt.value.proposed) == (choices, "")


@pytest.mark.parametrize("text", ["15", "Year 0.5", "7B", "Kingfisher", "77", "Year", "6.5", "Year 31", "3/4"])
def test_what_is_no_year_group(text):
    with pytest.raises(BadValue) as refused:
        codes.parse_year_group(text)

    assert refused.value.note.code == NoteCode.NOT_A_YEAR_GROUP


@pytest.mark.parametrize(
    ("text", "parts"),
    [("7 / 7M", ("7", "7M")), ("R / RB", ("R", "RB")), ("9 - 9M", ("9", "9M")), ("3/4", (None, None)),
     ("5/6 Oak", (None, None)), ("3 - Oak", (None, None)), ("Year 3/4", (None, None)), ("1 / 10B", (None, None))],
)  # fmt: skip
def test_a_year_and_its_class_are_told_from_a_class_of_two_years(text, parts):
    assert codes.split_year_and_class(text) == parts


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
def test_historic_sen_codes_are_read_and_as_a_present_status_asked_about(text, code):
    assert codes.sen_code_of(text) == code
    with pytest.raises(Doubtful) as doubt:
        codes.parse_sen_code(text)
    assert doubt.value.note == Note(NoteCode.STATUS_BEFORE_2014, {"value": text, "status": code})
    assert doubt.value.proposed == ""


@pytest.mark.parametrize(
    ("text", "code", "offered", "proposed"),
    [
        ("Monitoring", NoteCode.STATUS_IS_WATCHING, ("W", "N?", "K?", "E?"), "W"),
        ("Cause for concern", NoteCode.STATUS_IS_WATCHING, ("W", "N?", "K?", "E?"), "W"),
        ("EHCNA requested", NoteCode.STATUS_IS_REQUEST, ("K?", "N?"), ""),
        ("Draft EHCP", NoteCode.STATUS_IS_REQUEST, ("K?", "N?"), ""),
        ("EHCP assessment", NoteCode.STATUS_IS_REQUEST, ("K?", "N?"), ""),
        ("SA+", NoteCode.STATUS_BEFORE_2014, ("E?", "K?", "N?"), ""),
        ("Blue band", NoteCode.NOT_A_STATUS, ("K", "E", "N?", "W"), ""),
    ],
)
def test_a_status_that_only_a_person_can_read(text, code, offered, proposed):
    with pytest.raises(Doubtful) as doubt:
        codes.parse_sen_code(text)

    assert (doubt.value.note.code, doubt.value.choices, doubt.value.proposed) == (code, offered, proposed)


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
    ("text", "read"),
    [
        ("ASD; SLCN", ["ASD", "SLCN"]),
        ("ASD, SLCN", ["ASD", "SLCN"]),
        ("ASD/SLCN", ["ASD", "SLCN"]),
        ("MLD / HI", ["MLD", "HI"]),
        ("ASD & SLCN", ["ASD", "SLCN"]),
        ("1. ASD; 2. SLCN", ["ASD 1", "SLCN 2"]),
        ("SLCN (1), ASD (2)", ["SLCN 1", "ASD 2"]),
        ("Primary: ASD, Secondary: MLD", ["ASD 1", "MLD 2"]),
        ("ASD and ADHD", ["ASD", "?ADHD"]),
        ("Dyslexia", ["?Dyslexia"]),
        ("Speech, Language and Communication Needs", ["SLCN"]),
        ("Speech, Language and Communication Needs (Primary), Hearing Impairment (Secondary)", ["SLCN 1", "HI 2"]),
        ("Speech, Language and Communication Needs (SLCN), Autistic Spectrum Disorder (ASD)", ["SLCN", "ASD"]),
        ("Social, emotional and mental health\nASD", ["SEMH", "ASD"]),
        ("Profound & Multiple Learning Difficulty, VI", ["PMLD", "VI"]),
        ("SLCN Speech, Language and Communication Needs, MLD Moderate Learning Difficulty", ["SLCN", "MLD"]),
        ("MLD (dyslexia)", ["MLD"]),
        ("None", ["-"]),
        ("SLCN (ASD)", ["?SLCN (ASD)"]),
    ],
)
def test_a_cell_may_hold_several_needs(text, read):
    assert [_need(part, rank) for part, rank in codes.split_needs(text)] == read


def _need(part, rank):
    try:
        code = codes.parse_need(part).value or "-"
    except BadValue:
        code = f"?{part}"
    return f"{code} {rank}" if rank else code


def test_a_remark_beside_a_need_is_said():
    assert codes.parse_need("MLD (dyslexia)").notes == (
        Note(NoteCode.NEED_WITH_REMARK, {"value": "MLD (dyslexia)", "need": "MLD"}),
    )


@pytest.mark.parametrize(
    ("text", "likely"), [("Dyslexia", "SPLD"), ("ADHD", "SEMH"), ("BESD", "SEMH"), ("Reading", "")]
)
def test_a_word_that_is_no_type_has_a_likely_one_that_is_only_proposed(text, likely):
    assert codes.likely_need(text) == likely
    with pytest.raises(BadValue):
        codes.parse_need(text)


@pytest.mark.parametrize(
    ("text", "kind"),
    [("C", "single"), ("Single Registration", "single"), ("C - Current", "single"), ("M", "main"),
     ("Main - Dual Registration", "main"), ("S", "subsidiary"), ("Guest", "guest")],
)  # fmt: skip
def test_enrolments(text, kind):
    assert codes.parse_enrolment(text).value == kind
