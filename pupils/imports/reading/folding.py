"""Several rows about one pupil become one; two pupils under one number are both kept out."""

from collections import defaultdict
from dataclasses import replace

from ..fields import BIRTH, FIELDS, LABELS, MIS_ID, NAMES, SEN, STAGES, UPN
from ..notes import Note, NoteCode
from ..rows import PupilRow

MOST_ROWS = 60


def person(row: PupilRow):
    """Return surname, forename and date of birth, in a form that can be compared."""
    born = row.get(BIRTH)
    return (*((row.get(name) or "").casefold() for name in NAMES), born.isoformat() if born else "")


def with_note(row: PupilRow, code, column="", *, is_fatal=False, **data) -> PupilRow:
    return replace(row, notes=(*row.notes, Note(code, data, column, is_fatal=is_fatal)))


def fold(rows: list[PupilRow], today) -> list[PupilRow]:
    """Join rows about one pupil: the same UPN, or the same name and date of birth where one of them has no UPN."""
    owners, numbers = _owners(rows, UPN), _owners(rows, MIS_ID)
    groups = {}
    for row in rows:
        groups.setdefault(_group_key(row, owners, numbers), []).append(row)
    folded = []
    for group in groups.values():
        folded += _join(group) if len(group) > 1 else group
    return sorted((_settled(row, today) for row in folded), key=lambda row: row.number)


def _settled(row, today):
    row = replace(row, values={field: field.settle(value) for field, value in row.values.items()})
    for field in FIELDS:
        row = field.complete(row, today)
    return row


def _owners(rows, field):
    owners = defaultdict(set)
    for row in rows:
        if row.get(field) and row.get(BIRTH):
            owners[person(row)].add(row.get(field))
    return owners


def _group_key(row, owners, numbers):
    if not any(row.get(name) for name in NAMES):
        return ("row", row.number)
    upn, who = row.get(UPN), person(row)
    if upn:
        return ("upn", upn, *who[:2])
    if not row.get(BIRTH) or any(note.column == UPN.name for note in row.notes):
        return ("row", row.number)
    owned = owners.get(who, ())
    if len(owned) == 1:
        return ("upn", next(iter(owned)), *who[:2])
    # Two pupils of one name and birthday have two numbers in the office system.
    own = row.get(MIS_ID) or (next(iter(numbers[who])) if len(numbers.get(who, ())) == 1 else "")
    return ("person", *who, own)


def _join(group):
    numbers = [row.number for row in group]
    if len(group) > MOST_ROWS:
        return [
            with_note(row, NoteCode.TOO_MANY_ROWS_ABOUT_ONE, rows=numbers, most=MOST_ROWS, is_fatal=True)
            for row in group
        ]  # fmt: skip
    if differing := _differences(group):
        # Somebody chooses the row that is right; a row that cannot be taken in is no choice.
        rivals = tuple(numbers)
        return [
            replace(with_note(row, NoteCode.RIVAL_ROWS, rows=numbers, what=differing), rivals=rivals) for row in group
        ]
    first, *others = group
    for other in others:
        first = _joined(first, other)
    return [with_note(first, NoteCode.READ_AS_ONE, rows=numbers)]


def _differences(group):
    """The labels of what rows about one pupil may not differ in."""
    fields = dict.fromkeys(field for row in group for field in row.values if not field.may_differ)
    # Rows of several statuses tell a history when each says since when, or until when.
    if not all(row.get(STAGES) or not row.get(SEN) for row in group):
        fields[SEN] = None
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
    doubts = (*row.doubts, *(doubt for doubt in other.doubts if doubt not in row.doubts))
    return PupilRow(row.line, values, row.notes + new, (*row.folded, *other.lines), doubts)


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
