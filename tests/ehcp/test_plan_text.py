"""Layouts of plans as authorities write them, invented: what is found, and that nothing is lost."""

import pytest

from ehcp.plans.text import LETTERS, outcomes_of, paragraphs, provision_of, read

USUAL = [
    """Westmarch Council
Education, Health and Care Plan for Robin Ashdown
Date of plan: 16 March 2026
Page 1 of 4""",
    """Westmarch Council
Section A: The views, interests and aspirations of the child and his parents
Robin likes trains and
wants to be a driver.

Section B: Special educational needs
Robin finds it hard to sound out words.
Page 2 of 4""",
    """Westmarch Council
Section C: Health needs related to the child's SEN
None known.
Section D: Social care needs
None.
Section E: Outcomes
• By the end of Year 6, Robin will read a page of a book for seven-year-olds aloud.
• By July 2027 Robin will join in a game with two others for ten minutes.
Section F: Special educational provision
• A reading programme, 20 minutes, three times a week, by a trained assistant, alone.
Page 3 of 4""",
    """Westmarch Council
• Access to movement breaks as needed.
Section G: Health provision
Section H1: Social care provision under section 2 of the 1970 Act
None.
Section H2: Any other social care provision
None.
Section I: Placement
Fernhill Primary School
Section J: Personal budget
No request.
Section K: Advice and information
1. Advice of the head teacher, 3 November 2025
Page 4 of 4""",
]


def test_the_usual_layout():
    found = read(USUAL)

    assert list(found.sections) == list(LETTERS)
    assert found.sections["A"] == "Robin likes trains and wants to be a driver."
    assert found.sections["I"] == "Fernhill Primary School"
    assert found.places == {
        "A": 2, "B": 2, "C": 3, "D": 3, "E": 3, "F": 3, "G": 4, "H1": 4, "H2": 4, "I": 4, "J": 4, "K": 4
    }  # fmt: skip
    assert [outcome["by_when"] for outcome in found.outcomes] == ["By the end of Year 6", "By July 2027"]
    assert [(line["section"], line.get("minutes"), line.get("times"), line.get("per")) for line in found.lines] == [
        ("F", 20, 3, "week"),
        ("F", None, None, None),
    ]
    assert found.notes == ["Found, but with no words: Section G."]


def test_headers_footers_and_page_numbers_are_left_out():
    text = "\n".join(read(USUAL).sections.values())

    assert "Westmarch" not in text
    assert "Page" not in text


def test_a_section_goes_on_over_pages():
    assert "movement breaks" in read(USUAL).sections["F"]


def test_letters_alone_and_titles_on_the_next_line():
    found = read(["A\nViews, interests and aspirations\nRobin likes trains.\nB\nSpecial educational needs\nReading.\n"])

    assert found.sections["A"] == "Robin likes trains."
    assert found.sections["B"] == "Reading."


@pytest.mark.parametrize(
    "heading",
    [
        "F. Special Educational Provision",
        "F) Special educational provision",
        "F - Special educational provision",
        "F – SPECIAL EDUCATIONAL PROVISION (SEP)",
        "SECTION F",
        "Section F.",
        "Section F: Provision",
        "PART F – Special Educational Provision",
        "  Section F | Special educational provision  ",
        "Special educational provision",
    ],
)
def test_headings_of_many_authorities(heading):
    found = read([f"Section E: Outcomes\nRobin will read a page.\n{heading}\nA programme of 20 minutes daily."])

    assert found.sections["F"] == "A programme of 20 minutes daily."
    assert found.sections["E"] == "Robin will read a page."


def test_a_heading_over_two_lines():
    found = read(["Section A: The views, interests and\naspirations of the child\nTrains.\nSection B: Needs\nreading."])

    assert found.sections["A"] == "Trains."


@pytest.mark.parametrize(
    "sentence",
    [
        "Section F of this plan was agreed in March.",
        "Section F should be read with Section E.",
        "Section F and Section G are reviewed every year.",
        "A. He likes trains",
        "B",
        "E) Every morning",
    ],
)
def test_what_looks_like_a_heading_and_is_a_sentence(sentence):
    found = read([f"Section B: Special educational needs\nReading.\n{sentence}\nMore words."])

    assert list(found.sections) == ["B"]
    assert sentence.split()[-1].strip(".") in found.sections["B"]


def test_a_table_of_contents_is_no_section():
    contents = "\n".join(f"Section {letter}: something ........ {page}" for page, letter in enumerate(LETTERS, start=2))

    found = read([f"Contents\n{contents}", *USUAL[1:]])

    assert found.places["A"] == 2
    assert "........" not in "".join(found.sections.values())


def test_sections_in_any_order():
    found = read(["Section I: Placement\nFernhill\nSection A: Views\nTrains\nSection B: Special needs\nReading"])

    assert found.sections == {"I": "Fernhill", "A": "Trains", "B": "Reading"} or list(found.sections) == ["A", "B", "I"]
    assert found.sections["I"] == "Fernhill"
    assert "Section C, D, E, F, G, H1, H2, J and K" in found.notes[0]


def test_needs_outcomes_and_provision_for_each_area_are_put_together():
    area = "Section B: Special educational needs\n{0} need.\nSection E: Outcomes\n{0} outcome will be met.\nSection F: "
    area += "Special educational provision\n{0} provision each week.\n"

    found = read([area.format("Communication"), area.format("Learning")])

    assert found.sections["B"] == "Communication need.\n\nLearning need."
    assert [line["text"] for line in found.lines] == [
        "Communication provision each week.",
        "Learning provision each week.",
    ]


def test_one_section_h_is_the_first_of_two():
    found = read(["Section H: Social care provision\nRespite.\nSection H: Other social care provision\nClub."])

    assert found.sections["H1"] == "Respite."
    assert found.sections["H2"] == "Club."


def test_continued_headings_add_to_the_section():
    found = read(["Section F: Provision\nFirst line of it.", "Section F: Provision (continued)\nSecond line of it."])

    assert found.sections["F"] == "First line of it.\n\nSecond line of it."


def test_a_scan_says_so():
    found = read(["", "  \n", ""])

    assert found.sections == {}
    assert "scan" in found.notes[0]


def test_a_page_without_text_among_others_is_named():
    found = read([*USUAL[:2], "", *USUAL[2:]])

    assert any("Page 3 hold" in note for note in found.notes)


def test_text_without_headings_is_kept_whole():
    found = read(["Dear parent\nthis is a letter.", "It has no sections."])

    assert found.sections["A"] == "Dear parent this is a letter.\n\nIt has no sections."
    assert "No heading" in found.notes[0]


def test_bullets_paragraphs_and_broken_words():
    text = paragraphs(
        ["Robin needs:", "• help with read-", "ing", "• a quiet place", "", "He is good at maths.", "He likes it."]
    )

    assert text == "Robin needs:\n\n- help with reading\n- a quiet place\n\nHe is good at maths.\n\nHe likes it."


def test_outcomes_leave_out_column_headings():
    text = "Outcome\n\nLong term outcomes\n\n- Outcome 1: Robin will read a page aloud by the end of Key Stage 2\n- N/A"

    assert outcomes_of(text) == [
        {"text": "Robin will read a page aloud by the end of Key Stage 2", "by_when": "by the end of Key Stage 2"}
    ]


def test_provision_lines_carry_their_amounts():
    lines = provision_of("F", "- Speech therapy, 6 x 45 minutes a term, individual\n- Cognition and learning")

    assert lines == [
        {
            "section": "F",
            "text": "Speech therapy, 6 x 45 minutes a term, individual",
            "minutes": 45,
            "times": 6,
            "per": "term",
            "group_size": 1,
        }
    ]


def test_hostile_text_takes_no_time():
    import time

    began = time.perf_counter()
    read(["Section " + "A " * 200_000, "(" * 100_000, "- " * 100_000, "\n" * 100_000, "Section F: " + "a-\n" * 50_000])

    assert time.perf_counter() - began < 10
