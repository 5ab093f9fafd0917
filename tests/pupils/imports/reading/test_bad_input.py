from datetime import date
from pathlib import Path

import pytest

from pupils.imports.notes import Note
from pupils.imports.reading import ctf
from pupils.imports.reading.columns import guess_mapping, missing_required
from pupils.imports.reading.readers import FileNotReadable, read_file
from pupils.imports.reading.rows import normalise

from .bad_input import CASES, REFUSED, as_markdown

DOCUMENT = Path(__file__).resolve().parents[4] / "docs" / "import-bad-input.md"


def seen(data, filename):
    """Return every note about the file, or the refusal, and how many rows can be taken in."""
    try:
        sheet = read_file(data, filename)
    except FileNotReadable as refusal:
        return [refusal], 0
    mapping = guess_mapping(sheet.headers)
    messages = [*sheet.notes, *mapping.notes, *missing_required(mapping)]
    if missing_required(mapping):
        return messages, 0
    rows = normalise(sheet, mapping, today=date(2026, 9, 14))
    notes = [note for row in rows for note in (*row.notes, *(doubt.note for doubt in row.doubts))]
    messages += [Note(note.code, note.data, note.column, note.label) for note in notes]
    return messages, sum(1 for row in rows if not row.is_rejected)


@pytest.mark.parametrize("case", CASES, ids=[case.sent for case in CASES])
def test_bad_input_is_answered(case, monkeypatch):
    wanted = case.seen
    if case.quick:  # a file beyond the real limit takes long to read
        limit, small = case.quick
        assert wanted.data["most"] == getattr(ctf, limit)
        wanted = FileNotReadable(wanted.reason, **wanted.data | {"most": small})
        monkeypatch.setattr(ctf, limit, small)
    messages, taken = seen(case.data, case.filename)

    assert any(_is_same(each, wanted) for each in messages)
    assert taken == case.taken
    assert len(messages) == 1 or case not in REFUSED


def _is_same(said, wanted):
    if isinstance(wanted, FileNotReadable):
        return isinstance(said, FileNotReadable) and (said.reason, said.data) == (wanted.reason, wanted.data)
    return isinstance(said, Note) and (said.code, said.data, said.label) == (wanted.code, wanted.data, wanted.label)


def test_the_table_is_long_and_names_each_case_once():
    assert len(CASES) >= 60
    assert len({case.sent for case in CASES}) == len(CASES)


def test_the_document_shows_the_same_table():
    assert as_markdown().strip() in DOCUMENT.read_text(encoding="utf-8")
