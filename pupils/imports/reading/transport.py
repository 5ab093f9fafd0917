"""Rows on their way from the closed process that reads a file to the one that compares them, as JSON."""

from ..fields import BY_NAME
from ..notes import Note
from ..rows import Doubt, Line, PupilRow


def row_as_json(row: PupilRow) -> dict:
    return {
        "lines": [[line.number, line.cells] for line in row.lines],
        "values": {field.name: field.to_json(value) for field, value in row.values.items()},
        "notes": [note.as_stored() for note in row.notes],
        "doubts": [[doubt.column, doubt.note.as_stored(), list(doubt.choices), doubt.proposed] for doubt in row.doubts],
        "rivals": list(row.rivals),
    }


def row_from_json(said: dict) -> PupilRow:
    line, *folded = (Line(number, cells) for number, cells in said["lines"])
    values = {}
    for name, value in said["values"].items():
        field = BY_NAME[name]
        values[field] = field.from_json(value)
    notes = tuple(Note.from_stored(note) for note in said["notes"])
    doubts = tuple(
        Doubt(column, Note.from_stored(note), tuple(choices), proposed)
        for column, note, choices, proposed in said["doubts"]
    )
    return PupilRow(line, values, notes, tuple(folded), doubts, tuple(said["rivals"]))
