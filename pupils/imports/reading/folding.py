"""Several rows about one pupil become one; two pupils under one number are both kept out."""

from collections import defaultdict
from dataclasses import replace

from ..fields import BIRTH, FIELDS, LABELS, NAMES, UPN
from ..notes import Note, NoteCode
from ..rows import PupilRow

MOST_ROWS = 60


def person(row: PupilRow):
    """Return surname, forename and date of birth, in a form that can be compared."""
    born = row.get(BIRTH)
    return (*((row.get(name) or "").casefold() for name in NAMES), born.isoformat() if born else "")


def with_note(row: PupilRow, code, column="", *, is_fatal=False, **data) -> PupilRow:
    return replace(row, notes=(*row.notes, Note(code, data, column, is_fatal=is_fatal)))


def fold(rows: list[PupilRow]) -> list[PupilRow]:
    """Join rows about one pupil: the same UPN, or the same name and date of birth where one of them has no UPN."""
    owners = _upn_owners(rows)
    groups = {}
    for row in rows:
        groups.setdefault(_group_key(row, owners), []).append(row)
    folded = []
    for group in groups.values():
        folded += _join(group) if len(group) > 1 else group
    return sorted((_settled(row) for row in folded), key=lambda row: row.number)


def _settled(row):
    return replace(row, values={field: field.settle(value) for field, value in row.values.items()})


def _upn_owners(rows):
    owners = defaultdict(set)
    for row in rows:
        if row.get(UPN) and row.get(BIRTH):
            owners[person(row)].add(row.get(UPN))
    return owners


def _group_key(row, owners):
    if not all(row.get(name) for name in NAMES):
        return ("row", row.number)
    upn, who = row.get(UPN), person(row)
    if upn:
        return ("upn", upn, *who[:2])
    if not row.get(BIRTH) or any(note.column == UPN.name for note in row.notes):
        return ("row", row.number)
    owned = owners.get(who, ())
    return ("upn", next(iter(owned)), *who[:2]) if len(owned) == 1 else ("person", *who)


def _join(group):
    numbers = [row.number for row in group]
    if len(group) > MOST_ROWS:
        return [
            with_note(row, NoteCode.TOO_MANY_ROWS_ABOUT_ONE, rows=numbers, most=MOST_ROWS, is_fatal=True)
            for row in group
        ]  # fmt: skip
    if differing := _differences(group):
        return [with_note(row, NoteCode.ROWS_DIFFER, rows=numbers, what=differing, is_fatal=True) for row in group]
    first, *others = group
    for other in others:
        first = _joined(first, other)
    return [with_note(first, NoteCode.READ_AS_ONE, rows=numbers)]


def _differences(group):
    """The labels of what rows about one pupil may not differ in."""
    fields = dict.fromkeys(field for row in group for field in row.values if not field.may_differ)
    return [
        LABELS.get(field.name, field.columns[0].label)
        for field in fields
        if len({_alike(row.get(field)) for row in group} - {None}) > 1
    ]


def _alike(value):
    return value.casefold() if isinstance(value, str) else value


def _joined(row, other):
    fields = [field for field in FIELDS if field in row.values or field in other.values]
    values = {field: field.join(row.values.get(field), other.values.get(field)) for field in fields}
    new = tuple(note for note in other.notes if note not in row.notes)
    return PupilRow(row.line, values, row.notes + new, (*row.folded, *other.lines))


def reject_shared(rows, field, identity):
    """Two pupils under one number: nothing tells which is right, so neither is taken."""
    owners = defaultdict(list)
    for row in rows:
        if row.get(field):
            owners[row.get(field)].append(row)
    refused = {}
    for number, group in owners.items():
        if len({identity(row) for row in group}) > 1:
            said = {"rows": [row.number for row in group], "what": LABELS[field.name], "value": number}
            refused |= {row.number: said for row in group}
    return [
        with_note(row, NoteCode.NUMBER_SHARED, field.name, is_fatal=True, **refused[row.number])
        if row.number in refused
        else row
        for row in rows
    ]


def note_namesakes(rows):
    people = defaultdict(list)
    for row in rows:
        if row.get(BIRTH) and not row.is_rejected:
            people[person(row)].append(row.number)
    shared = {number: numbers for numbers in people.values() if len(numbers) > 1 for number in numbers}
    return [
        with_note(row, NoteCode.NAMESAKES, BIRTH.name, rows=shared[row.number]) if row.number in shared else row
        for row in rows
    ]
