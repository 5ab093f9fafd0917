"""From the cells of a sheet to pupils: read every field, fold several rows about one pupil into one, find clashes."""

from ..fields import BIRTH, FIELDS, FORENAME, FULL_NAME, LABELS, MIS_ID, NAMES, SURNAME, UPN, Cells
from ..notes import Note, NoteCode
from ..rows import Line, PupilRow
from .columns import as_mapping
from .folding import fold, note_namesakes, person, reject_shared
from .sheets import column_letter

# The full name comes last: it only fills in what the columns of its own leave open.
READ_IN_ORDER = sorted(FIELDS, key=lambda field: field is FULL_NAME)
NAME_COLUMNS = {"full_name": NAMES, SURNAME.name: (SURNAME,), FORENAME.name: (FORENAME,)}


def normalise(sheet, mapping, *, today=None) -> list[PupilRow]:
    """Return a row for each pupil of the sheet, in the order of the file.

    `today` settles the century of two-digit years of birth and refuses births in the future.
    """
    reader = _RowReader(sheet, as_mapping(mapping), today)
    rows = fold([reader.read(source) for source in sheet.rows])
    rows = reject_shared(rows, UPN, lambda row: person(row)[:2])
    rows = reject_shared(rows, MIS_ID, lambda row: (*person(row)[:2], row.get(UPN)))
    return note_namesakes(rows)


def unique_headers(headers):
    """Number headings that occur twice, so that a row can be kept by heading."""
    unique = {}
    for heading in headers:
        name, times = heading, 1
        while name in unique:
            times += 1
            name = f"{heading} ({times})"
        unique[name] = True
    return list(unique)


class _RowReader:
    def __init__(self, sheet, mapping, today):
        self.headers = unique_headers(sheet.headers)
        self.today = today
        self.places = {name: index for index, name in mapping.items() if index < len(self.headers)}
        empty = Cells(self.places, {}, today)
        self.fields = [field for field in READ_IN_ORDER if field.is_in(empty)]

    def read(self, source) -> PupilRow:
        texts = source.values
        line = Line(source.number, self._by_heading(texts))
        if len(texts) > len(self.headers):
            said = {"cells": len(texts), "headings": len(self.headers)}
            return PupilRow(line, notes=(Note(NoteCode.CELLS_BEYOND_HEADINGS, said, is_fatal=True),))
        cells = Cells({name: texts[index] for name, index in self.places.items()}, source.extra or {}, self.today)
        values = {}
        for field in self.fields:
            value = field.read(cells, values)
            if field is not FULL_NAME:
                values[field] = value
        return PupilRow(line, values, tuple(_with_identity(values, cells.notes)))

    def _by_heading(self, texts):
        named = dict(zip(self.headers, texts, strict=False))
        for index in range(len(self.headers), len(texts)):
            named[f"Column {column_letter(index)}"] = texts[index]
        return named


def _with_identity(values, notes):
    """Without a name, or without both UPN and date of birth, a pupil cannot be told from another."""
    has_names = all(values.get(name) for name in NAMES)
    if not notes and has_names and (values.get(UPN) or values.get(BIRTH)):
        return notes
    notes = [_fatal(note) if _costs_identity(note, values) else note for note in notes]
    explained = {note.column for note in notes if note.is_fatal}
    if "full_name" not in explained:
        for name in NAMES:
            if not values.get(name) and name.name not in explained:
                said = {"what": LABELS[name.name].lower()}
                notes.append(Note(NoteCode.NAME_MISSING, said, name.name, is_fatal=True))
    bad_upn = any(note.column == UPN.name for note in notes)
    if not bad_upn and not values.get(UPN) and not values.get(BIRTH):
        notes.append(Note(NoteCode.NOBODY_TO_TELL_BY, column=BIRTH.name, is_fatal=True))
    return notes


def _costs_identity(note, values):
    if note.column == UPN.name:
        return values.get(UPN) is None
    names = NAME_COLUMNS.get(note.column)
    return names is not None and not all(values.get(name) for name in names)


def _fatal(note):
    return Note(note.code, note.data, note.column, note.label, is_fatal=True)
