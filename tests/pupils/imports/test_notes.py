import json

import pytest

from pupils.imports.notes import Note, NoteCode, Notes, brief, words_of


@pytest.mark.parametrize("note", [Note(NoteCode.PARTIAL_FILE), Note(NoteCode.NOT_A_DATE, {"value": "x"}, "birth_on")])
def test_a_note_survives_json(note):
    assert Note.from_stored(json.loads(json.dumps(note.as_stored()))) == note


def test_a_fatal_note_stays_fatal():
    kept = Note(NoteCode.NOBODY_TO_TELL_BY, is_fatal=True).as_stored()

    assert Note.from_stored(kept).is_fatal


def test_a_sentence_of_an_earlier_release_is_shown_as_it_was_kept():
    assert words_of("Row 7 {holds} braces.") == "Row 7 {holds} braces."


def test_a_bare_code_has_its_words():
    assert words_of(NoteCode.GONE.value) == str(NoteCode.GONE.words)


def test_nothing_has_no_words():
    assert words_of("") == words_of(None) == ""


def test_a_note_about_a_column_begins_with_its_label():
    assert str(Note(NoteCode.NOT_A_SEX, {"value": "Q"}, "sex", "Sex")).startswith("Sex: “Q”")


@pytest.mark.parametrize(("lines", "words"), [(1, "1 line above"), (2, "2 lines above"), (1200, "1,200 lines above")])
def test_one_thing_and_several_have_words_of_their_own(lines, words):
    assert words in str(Note(NoteCode.LINES_ABOVE_HEADINGS, {"lines": lines, "row": lines + 1}))


def test_days_rows_and_names_are_said_as_people_say_them():
    assert "Sat 14 Feb 2015" in str(Note(NoteCode.LAST_DAY_TO_COME, {"day": "2015-02-14"}))
    assert str(Note(NoteCode.READ_AS_ONE, {"rows": [2, 5]})).startswith("Rows 2, 5 are")
    assert "A, B, C, D, E and 2 more" in str(Note(NoteCode.UPN_REPLACED, {"names": list("ABCDEFG")}))


def test_several_notes_are_said_one_after_the_other():
    both = Notes([Note(NoteCode.PARTIAL_FILE), Note(NoteCode.WINDOWS_LETTERS)])

    assert f"{both}" == f"{both[0]} {both[1]}"


def test_a_long_cell_is_cut_short():
    assert brief(f"{'x' * 50}\ny") == f"{'x' * 40}…"
