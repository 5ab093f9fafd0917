"""From the cells of a sheet to pupils: read every field, fold several rows about one pupil into one, find clashes."""

from dataclasses import replace

from ..fields import BIRTH, FIELDS, FORENAME, FULL_NAME, LABELS, NAMES, ONE_NAME, SURNAME, UPN, Cells
from ..notes import Note, NoteCode
from ..rows import Doubt, Line, PupilRow
from .columns import as_mapping
from .folding import fold, note_namesakes
from .sheets import column_letter

READ_IN_ORDER = sorted(FIELDS, key=lambda field: field.reads_after)


def normalise(sheet, mapping, *, today=None, choices=None) -> list[PupilRow]:
    """Return a row for each pupil of the sheet, in the order of the file.

    `today` settles the century of two-digit years of birth and refuses births in the future. `choices` are what
    somebody said about the file: the order of dates and names, and what words for needs mean.
    """
    reader = _RowReader(sheet, as_mapping(mapping), today, choices or {})
    rows = fold([reader.read(source) for source in sheet.rows], today)
    if reader.has(BIRTH):
        rows = [_with_birth(row) for row in rows]
    return note_namesakes(rows)


def _with_birth(row):
    """A file that tells dates of birth must tell this one: without it nobody can say who the pupil is."""
    if row.get(BIRTH) or any(note.column == BIRTH.name for note in row.notes):
        return row
    missing = Note(NoteCode.BIRTH_MISSING, column=BIRTH.name, is_fatal=True)
    return replace(row, notes=(*row.notes, missing))


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
    def __init__(self, sheet, mapping, today, choices):
        self.headers = unique_headers(sheet.headers)
        self.today, self.choices = today, choices
        self.places = {name: index for index, name in mapping.items() if index < len(self.headers)}
        empty = Cells(self.places, {}, today)
        self.fields = [field for field in READ_IN_ORDER if field.is_in(empty)]

    def has(self, field):
        return any(column.name in self.places for column in field.columns)

    def read(self, source) -> PupilRow:
        texts = source.values
        line = Line(source.number, self._by_heading(texts))
        if len(texts) > len(self.headers):
            said = {"cells": len(texts), "headings": len(self.headers)}
            return PupilRow(line, notes=(Note(NoteCode.CELLS_BEYOND_HEADINGS, said, is_fatal=True),))
        named = {name: texts[index] for name, index in self.places.items()}
        cells = Cells(named, source.extra or {}, self.today, self.choices)
        values = {}
        for field in self.fields:
            value = field.read(cells, values)
            # Fields that are filled from the cells of others only say something when they were.
            if field is not FULL_NAME and (value is not None or self.has(field) or not field.columns):
                values[field] = value
        notes, doubts = _with_identity(values, cells.notes, cells.doubts)
        return PupilRow(line, values, tuple(notes), doubts=tuple(doubts))

    def _by_heading(self, texts):
        named = dict(zip(self.headers, texts, strict=False))
        for index in range(len(self.headers), len(texts)):
            named[f"Column {column_letter(index)}"] = texts[index]
        return named


def _with_identity(values, notes, doubts):
    """Without a name, or without both UPN and date of birth, a pupil cannot be told from another."""
    has_names = all(values.get(name) for name in NAMES)
    if not notes and has_names and (values.get(UPN) or values.get(BIRTH)):
        return notes, doubts
    explained = {note.column for note in notes if note.is_fatal}
    if "full_name" not in explained:
        if values.get(SURNAME) and not values.get(FORENAME) and FORENAME.name not in explained:
            note = Note(NoteCode.ONE_NAME, {"value": values[SURNAME]}, FORENAME.name)
            doubts = [*doubts, Doubt(FORENAME.name, note, (ONE_NAME,))]
        elif not values.get(SURNAME) and SURNAME.name not in explained:
            said = {"what": LABELS[SURNAME.name].lower()}
            notes.append(Note(NoteCode.NAME_MISSING, said, SURNAME.name, is_fatal=True))
    bad_upn = any(note.column == UPN.name for note in notes)
    if not bad_upn and not values.get(UPN) and not values.get(BIRTH):
        notes.append(Note(NoteCode.NOBODY_TO_TELL_BY, column=BIRTH.name, is_fatal=True))
    return notes, doubts
