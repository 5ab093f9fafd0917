"""Which column of a file is which: by its heading, by what the school chose last time."""

from functools import lru_cache

from ..fields import COLUMNS, LABELS
from ..fields.base import split
from ..notes import Note, NoteCode

MOST_NEEDS = 4
NEED_COLUMNS = tuple(f"need_{n}" for n in range(1, MOST_NEEDS + 1))


def header_key(text):
    """Reduce a heading to its letters and digits, so that case, spaces and punctuation do not matter."""
    return "".join(char for char in text.casefold() if char.isalnum())


# Headings that mean something we leave alone on purpose, with the word the note uses.
_NOT_TAKEN = {
    header_key(heading): word
    for word, headings in {
        "Ethnicity": "Ethnicity; Ethnic group; Ethnic code; Ethnic origin; Ethnicity code; Ethnicity source",
        "Religion": "Religion; Faith; Religious affiliation",
        "Medical information": "Medical; Medical flag; Medical conditions; Medical notes; Disability; Disabilities",
        "Child protection": "Child protection; CP; CP plan; Safeguarding; Child in need; CIN",
    }.items()
    for heading in split(headings)
}

# A heading of two columns belongs to the one that comes first in COLUMNS.
_HEADINGS = {}
for _each in COLUMNS:
    for _place, _heading in enumerate(_each.headings):
        _HEADINGS.setdefault(header_key(_heading), (_each.name, _place))
_HEADINGS.pop("", None)


class Mapping(dict):
    """Column index to field name; `notes` says what was ambiguous or left alone."""

    def __init__(self, *args, notes=()):
        super().__init__(*args)
        self.notes = list(notes)


@lru_cache(maxsize=4096)
def known_field(heading):
    """Return (field name, how good the match is: 0 is best) or None."""
    return _HEADINGS.get(header_key(heading))


def header_hits(values):
    """Count the different fields that the cells of a row would name if it were the heading row."""
    return len({known[0] for value in values if len(value) < 80 and (known := known_field(value))})


def is_repeated_header(values, headers):
    """Tell whether a row repeats the headings, as reports do at the top of each page."""
    keys = [header_key(value) for value in values[: len(headers)]]
    wanted = [header_key(heading) for heading in headers[: len(keys)]]
    return len([key for key in keys if key]) > 1 and keys == wanted


def guess_mapping(headers, remembered=None):
    """Match columns to fields. `remembered` maps headings to fields ("" leaves a column out) and wins over guesses."""
    mapping = Mapping()
    recalled = {header_key(heading): name for heading, name in (remembered or {}).items()}
    candidates = {}
    for index, heading in enumerate(headers):
        key = header_key(heading)
        if key in recalled:
            _recall(mapping, index, heading, recalled[key], headers)
        elif known := known_field(heading):
            candidates.setdefault(known[0], []).append((known[1], index))
        elif key in _NOT_TAKEN:
            mapping.notes.append(Note(NoteCode.LEFT_ALONE, {"heading": heading, "what": _NOT_TAKEN[key]}))
    _spread_needs(candidates)
    for name, places in candidates.items():
        _choose(mapping, name, sorted(places), headers)
    return mapping


def _recall(mapping, index, heading, name, headers):
    if name not in LABELS:
        return
    if name in mapping.values():
        first = next(place for place, field in mapping.items() if field == name)
        mapping.notes.append(_two_columns(name, [first, index], headers))
        return
    mapping[index] = name


def _spread_needs(candidates):
    """Give several columns that are called “SEN need” the places 1, 2, 3 and 4 in the order of the file."""
    crowd = candidates.get("need_1", [])
    if len(crowd) < 2 or any(name in candidates for name in NEED_COLUMNS[1:]):
        return
    in_order = sorted(crowd, key=lambda place: place[1])
    for name, place in zip(NEED_COLUMNS, in_order, strict=False):
        candidates[name] = [place]
    candidates[name] += in_order[MOST_NEEDS:]


def _choose(mapping, name, places, headers):
    if name in mapping.values():
        taken = next(index for index, field in mapping.items() if field == name)
        mapping.notes.append(_two_columns(name, [taken, *(index for _, index in places)], headers))
        return
    mapping[places[0][1]] = name
    if len(places) > 1:
        mapping.notes.append(_two_columns(name, [index for _, index in places], headers))


def _two_columns(name, indexes, headers):
    named = [f"“{headers[index]}” (column {index + 1})" for index in indexes]
    said = {"number": len(named), "what": LABELS[name], "columns": named, "first": named[0]}
    return Note(NoteCode.SEVERAL_COLUMNS, said)


def remember(headers, mapping):
    """Return {heading: field name or ""}, to be kept and handed to `guess_mapping` next time."""
    chosen = as_mapping(mapping)
    return {header_key(heading): chosen.get(index, "") for index, heading in enumerate(headers)}


def as_mapping(mapping):
    """Accept a mapping that went through JSON, whose keys became text."""
    return {int(index): name for index, name in mapping.items() if name in LABELS}


def missing_required(mapping):
    """Return notes that say which columns are still needed; none when the import can go on."""
    matched = set(mapping.values())
    missing = []
    if "full_name" not in matched:
        missing += [
            Note(NoteCode.NAME_COLUMN_MISSING, {"what": LABELS[name].lower()}, name)
            for name in ("legal_surname", "legal_forename")
            if name not in matched
        ]
    if not matched & {"upn", "birth_on"}:
        missing.append(Note(NoteCode.IDENTITY_COLUMN_MISSING))
    return missing
