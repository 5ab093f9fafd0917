"""Which column of a file is which: by its heading, by what the school chose last time."""

import re
from collections import Counter
from functools import lru_cache

from ..fields import COLUMNS, LABELS
from ..fields.base import split
from ..fields.contacts import PARTS
from ..notes import Note, NoteCode
from ..parsing.codes import sen_code_of
from ..parsing.values import BadValue, is_blank, parse_date, parse_email, parse_upn

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
        "Safeguarding": "Safeguarding; Safeguarding notes",
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


# Words that programs put around the name of a value, as in data.legal_surname or year.data.code.
_WRAPPING = {"data", "extended", "code", "value", "attributes", "fields", "record"}
# What stands in brackets behind a heading and says only how its cells are written.
_HINTS = {
    "ddmmyyyy", "ddmmyy", "yn", "yesno", "truefalse", "ken", "upn", "uniquepupilnumber", "legal", "optional",
    "required",
}  # fmt: skip
_WITH_HINT = re.compile(r"(.+?)\s*[(\[]([^()\[\]]+)[)\]]", re.DOTALL)
_WRAPPED = 50  # behind every heading that is written out


@lru_cache(maxsize=4096)
def known_field(heading):
    """Return (field name, how good the match is: 0 is best) or None."""
    if known := _HEADINGS.get(header_key(heading)):
        return known
    if match := _WITH_HINT.fullmatch(heading.strip()):
        known = _HEADINGS.get(header_key(f"{match[2]} {match[1]}"))
        if not known and header_key(match[2]) in _HINTS:
            known = _HEADINGS.get(header_key(match[1]))
        if known:
            return known[0], known[1] + _WRAPPED
    parts = [part for part in re.split(r"[.\[\]>:]+", heading) if part]
    bare = [part for part in parts if part.strip().casefold() not in _WRAPPING]
    if len(parts) > 1 and bare and (known := _HEADINGS.get(header_key(" ".join(bare)))):
        return known[0], known[1] + _WRAPPED
    return None


def header_hits(values):
    """Count the different fields that the cells of a row would name if it were the heading row."""
    return len({known[0] for value in values if len(value) < 80 and (known := known_field(value))})


def is_repeated_header(values, headers):
    """Tell whether a row repeats the headings, as reports do at the top of each page."""
    keys = [header_key(value) for value in values[: len(headers)]]
    wanted = [header_key(heading) for heading in headers[: len(keys)]]
    return len([key for key in keys if key]) > 1 and keys == wanted


def guess_mapping(headers, remembered=None):
    """Match columns to fields. `remembered` maps headings to fields ("" leaves a column out) and wins over guesses.

    Columns that are headed alike are told apart by their place among equals, here and in what is remembered.
    """
    mapping = Mapping()
    recalled = _recalled(headers, remembered or {})
    candidates = {}
    parts_of = None  # the stem of the contact that stands to the left, for headings such as a bare "Relationship"
    for index, (heading, key) in enumerate(zip(headers, keys_of(headers), strict=True)):
        known = known_field(heading)
        bare = _bare_part(header_key(heading), parts_of) if parts_of and not known else None
        if known and known[0].startswith("contact_"):
            parts_of = known[0].rpartition("_")[0]
        elif not bare:
            parts_of = None
        if key in recalled:
            _recall(mapping, index, heading, recalled[key], headers)
        elif known:
            candidates.setdefault(known[0], []).append((known[1], index))
        elif bare:
            candidates.setdefault(bare, []).append((_WRAPPED, index))
        elif header_key(heading) in _NOT_TAKEN:
            what = _NOT_TAKEN[header_key(heading)]
            mapping.notes.append(Note(NoteCode.LEFT_ALONE, {"heading": heading, "what": what}))
    _spread_needs(candidates)
    for name, places in candidates.items():
        _choose(mapping, name, sorted(places), headers)
    return mapping


def _recalled(headers, remembered):
    """What is remembered, under the keys of `keys_of`. Of columns headed alike all must be, or none counts."""
    kept = {key if "#" in key else header_key(key): name for key, name in remembered.items()}
    keys = keys_of(headers)
    partly = {key.partition("#")[0] for key in keys if key not in kept}
    alike = {key.partition("#")[0] for key in keys if "#" in key}
    return {key: name for key, name in kept.items() if key.partition("#")[0] not in partly & alike}


def keys_of(headers):
    """The key of each column: its heading, and for the second and further ones headed alike, their place among them."""
    times = Counter()
    keys = []
    for heading in headers:
        key = header_key(heading)
        times[key] += 1
        keys.append(key if times[key] == 1 else f"{key}#{times[key]}")
    return keys


_BARE_PARTS = {header_key(ending): part for part, _, endings in PARTS if part != "name" for ending in split(endings)}


def _bare_part(key, stem):
    """The column of the contact to the left that a heading without a contact means, such as “Relationship”, or None."""
    part = _BARE_PARTS.get(key.rstrip("0123456789"))
    return f"{stem}_{part}" if part else None


def recognise(sheet, mapping, *, today, remembered=()):
    """Match columns by their values where the heading says nothing: UPNs, dates of birth, statuses, addresses.

    Adds to `mapping`, a note for each. Columns that the school left out by hand stay out.
    """
    taken = set(mapping.values())
    tests = [*_BY_VALUES, ("birth_on", lambda text: _is_birth(text, today))]
    if "contact_1_name" in taken:
        tests.append(("contact_1_email", _parses(parse_email)))
    for index, key in enumerate(keys_of(sheet.headers)):
        if index in mapping or key in remembered:
            continue
        values = [text for row in sheet.rows[:MOST_LOOKED_AT] if not is_blank(text := row.values[index])]
        name = next((name for name, is_one in tests if name not in taken and _mostly(values, is_one)), None)
        if name is None or (name == "sen_code" and not any(sen_code_of(text) not in ("", "N") for text in values)):
            continue  # a column of nothing but no may be about anything
        mapping[index] = name
        taken.add(name)
        said = {"heading": sheet.headers[index], "what": LABELS[name]}
        mapping.notes.append(Note(NoteCode.FOUND_BY_VALUES, said))


def unused(sheet, mapping):
    """Return the note on columns that hold something and are not matched, or None."""
    left = [
        heading
        for index, heading in enumerate(sheet.headers)
        if index not in mapping and any(row.values[index].strip() for row in sheet.rows)
    ]
    return Note(NoteCode.UNMATCHED_COLUMNS, {"headings": left}) if left else None


MOST_LOOKED_AT = 200
_MOSTLY = 0.8  # of the values; the rest may be slips


def _mostly(values, is_one):
    return bool(values) and sum(map(is_one, values)) >= len(values) * _MOSTLY


def _parses(parse):
    def does(text):
        try:
            return parse(text).value is not None
        except BadValue:
            return False

    return does


def _is_status(text):
    return bool(sen_code_of(text))


def _is_birth(text, today):
    """A date that makes somebody a pupil today. Other dates say nothing about what they are the dates of."""
    try:
        born = parse_date(text).value
    except BadValue:
        return False
    return today is not None and _PUPILS_FROM <= today.year - born.year <= _PUPILS_TO


_PUPILS_FROM, _PUPILS_TO = 3, 20  # years
# In the order in which they are tried: the surest first.
_BY_VALUES = (("upn", _parses(parse_upn)), ("sen_code", _is_status))


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
    return {key: chosen.get(index, "") for index, key in enumerate(keys_of(headers))}


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
