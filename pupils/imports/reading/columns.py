"""The fields an import can fill, and the names that columns have in different systems."""

import re
from dataclasses import dataclass
from functools import lru_cache

MAX_NEEDS = 4
MAX_CONTACTS = 3


@dataclass(frozen=True)
class Field:
    name: str
    label: str
    synonyms: tuple[str, ...]  # the first is the best: it wins when two columns could be this field


def header_key(text):
    """Reduce a heading to its letters and digits, so that case, spaces and punctuation do not matter."""
    return "".join(char for char in text.casefold() if char.isalnum())


def _split(text):
    return [" ".join(part.split()) for part in text.split(";")]


def _field(name, label, *synonyms):
    return Field(name, label, (label, *synonyms))


_NEED_ORDINALS = {1: ("Primary", "First", "Main"), 2: ("Secondary", "Second"), 3: ("Tertiary", "Third"), 4: ("Fourth",)}
_NEED_NUMBERED = "SEN Need Type {}; Need {}; SEN Type {}; SEND Need {}; Need Type {}; SEN {}; SEN Category {}"
_NEED_WORDED = "{} SEN Need; {} Need; {} Need Type; {} SEN Type; {} SEND Need; {} Area of Need"
_NEED_ALONE = """
SEN Need; SEN Needs; SEN Type; SEN Types; SEND Need; SEND Needs; Need; Needs; Need Type; SEN Need Type; SEN Need Types;
Type of Need; Area of Need; SEN Category; SEN Description; SEN Need Description; SEN Needs List
"""


def _need_fields():
    for n, words in _NEED_ORDINALS.items():
        synonyms = [shape.format(n) for shape in _split(_NEED_NUMBERED)]
        synonyms += [shape.format(word) for word in words for shape in _split(_NEED_WORDED)]
        yield _field(f"need_{n}", f"SEN need {n}", *synonyms, *(_split(_NEED_ALONE) if n == 1 else ()))


_CONTACT_STEMS = """
Contact {n}; Priority {n} contact; Priority {n}; Parent {n}; Carer {n}; Guardian {n}; Parent/Carer {n};
Emergency contact {n}
"""
_CONTACT_STEMS_ALONE = """
Parent; Parent/Carer; Primary contact; Main contact; First contact; Contact; Guardian; Carer
"""
_CONTACT_ENDINGS = {
    "name": "name; full name; addressee; ",
    "relation": "relationship; relation; relationship to pupil; relationship to student; type",
    "email": "email; e-mail address; email addresses; home email; main email; primary email",
    "phone": "phone; telephone; mobile; phone number; telephone number; mobile number; mobile phone; main telephone; "
    "home phone; home telephone; tel",
    "address": "address; full address; postal address; home address",
    "postcode": "postcode; post code",
}


def _contact_fields():
    for n in range(1, MAX_CONTACTS + 1):
        stems = _split(_CONTACT_STEMS.format(n=n)) + (_split(_CONTACT_STEMS_ALONE) if n == 1 else [])
        for part, endings in _CONTACT_ENDINGS.items():
            synonyms = [f"{stem} {ending}" for ending in _split(endings) for stem in stems]
            yield _field(f"contact_{n}_{part}", f"Contact {n} {_split(endings)[0]}", *synonyms)


# Field, its label, then other headings; the first is the best match when two columns could be this field.
_BEFORE_NEEDS = """
upn: UPN; Unique Pupil Number; Student UPN; Pupil UPN; Learner UPN; UPN Number; Current UPN; Unique Pupil No;
    Pupil Number (UPN)
former_upn: Former UPN; Previous UPN; Old UPN; Temporary UPN
uln: ULN; Unique Learner Number; Unique Learner No; Student ULN; Pupil ULN; Learner Number
mis_id: MIS id; Adno; Adm No; Admission Number; Admission No; Admissions Number; Admis No; Student ID; Pupil ID;
    Person ID; Learner ID; External ID; System ID; MIS Number; Id; Student Number; Pupil Reference;
    Student Reference; Unique ID; School ID Number
legal_surname: Legal surname; Surname; Last name; Legal last name; Family name; Legal family name; Student surname;
    Pupil surname; Student last name; Pupil last name; Lastname; Child surname; Legal name: surname
legal_forename: Legal forename; Forename; First name; Legal first name; Given name; Legal given name; Student forename;
    Pupil forename; Student first name; Pupil first name; Forenames; First names; Firstname; Forename(s);
    Child forename; Legal name: forename
middle_names: Middle names; Middle name; Middle name(s); Legal middle names; Legal middle name; Other names
preferred_surname: Preferred surname; Preferred last name; Preferred family name; Known as surname; Chosen surname
preferred_forename: Preferred forename; Preferred name; Preferred first name; Known as; Known name;
    Preferred given name; Chosen name; Chosen first name; Goes by
full_name: Full name; Name; Pupil name; Student name; Learner name; Legal name; Pupil; Student; Legal full name;
    Student full name; Pupil full name; Surname Forename; Surname and forename; Child name;
    Name (surname, forename); Learner; Child
birth_on: Date of birth; DOB; D.O.B.; Birth date; Birthdate; Born; Born on; Birthday; Date birth;
    Student date of birth; Pupil date of birth; Student DOB; Pupil DOB
sex: Sex; Legal sex; Gender; Legal gender; Sex (legal); M/F
year_group: Year group; Year; NC Year; NC Year Actual; NCyearActual; Curriculum year; Yr; National Curriculum Year;
    Current year group; Year taught in; Actual NC year; Yr Grp; Year Grp; NCY; NC Year Group; Year group name
group: Registration group; Reg Group; Registration form; Tutor Group; Form; Form/Tutor Group; Class; Form group;
    Registration; Reg; Reg form; Class name; Current form; Current class; Form name; Main class;
    Registration class
sen_code: SEN status; SEN Provision; SEN stage; SEN code; SEND status; SEND provision; SEND code; SEN; SEND;
    Current SEN status; SEN level; SEN support status; SEN provision code; SEND stage; Current SEN provision;
    SEN status code; Special educational needs status; SEN stage/status; SEN provision type; SEND register;
    SEN register
"""
_BEFORE_CONTACTS = """
need_rank: SEN need rank; Rank; Ranking; Need rank; SEN type rank; SEN type ranking; Need ranking; SEN need ranking;
    Need priority; SEN need order; SEN ranking
sen_start_on: SEN start date; SEN provision start date; SEN status start date; SEND start date; SEN stage start date;
    SEN from; SEN since; SEN status start; SEN start; Provision start date; Date placed on SEN register;
    SEN date; SEN provision start; Date added to SEN register
fsm: FSM; Free school meals; FSM eligible; Eligible for free meals; Free meals; FSM status; Free school meal;
    Eligible for FSM; Eligible for free school meals; FSM eligibility; Current FSM
pupil_premium: Pupil Premium; PP; Pupil Premium Indicator; Pupil premium eligible; Pupil premium status;
    Pupil premium recipient; PPI; Disadvantaged; FSM6; FSM Ever 6; Ever 6 FSM; Ever6;
    Eligible for pupil premium; In receipt of pupil premium
eal: EAL; English as an additional language; English additional language; EAL status; Is EAL;
    English as additional language; EAL pupil
looked_after: Looked after; CLA; LAC; In care; Child looked after; Looked after child; In LEA care; Looked after status;
    In local authority care; Children looked after; Currently in care; In LA care; Care status
previously_looked_after: Previously looked after; PLAC; Post LAC; Ever in care; Post looked after;
    Previously looked after child; Post looked after arrangements; PLAA; Ever been in care; Adopted from care
service_child: Service child; Service children; Service family; Services child; Armed forces child;
    Service children in education; Parent in armed forces; Service pupil; Service child in education;
    Service premium
young_carer: Young carer; Young carers; Is young carer; Carer status; Young carer indicator; Young carer status
first_language: First language; Home language; Language; Mother tongue; Native language; Main language;
    First language name; Language (first)
enrolment_type: Enrolment status; Enrolment type; Enrolment; Enrollment status; Enrol status; EnrolStatus;
    Registration type; Registration status; Current enrolment status
joined_on: Admission date; Date of admission; Joined; Joined on; Date of entry; Entry date; Start date; Enrolment date;
    Date joined; Join date; Enrolment start date; DOA; Date of joining; School start date
left_on: Leaving date; Date of leaving; Left on; Leave date; Date left; DOL; Exit date; Enrolment end date;
    Removed from roll; Left; Off roll date; Date off roll
address: Address; Home address; Full address; Pupil address; Student address; Postal address; Current address;
    Main address
postcode: Postcode; Post code; Home postcode; Pupil postcode; Student postcode; Current postcode
"""
_AFTER_CONTACTS = """
key_worker_email: Key worker email; Key worker; Keyworker; Keyworker email; Key person email; Key adult email;
    SEN key worker; Key worker e-mail; Link worker email
"""


def _fields(table):
    for entry in re.split(r"\n(?! )", table.strip()):
        name, _, headings = entry.partition(": ")
        yield _field(name, *_split(headings))


FIELDS = (
    *_fields(_BEFORE_NEEDS),
    *_need_fields(),
    *_fields(_BEFORE_CONTACTS),
    *_contact_fields(),
    *_fields(_AFTER_CONTACTS),
)

FIELD_NAMES = tuple(field.name for field in FIELDS)
FIELD_LABELS = {field.name: field.label for field in FIELDS}
NEED_FIELDS = tuple(f"need_{n}" for n in range(1, MAX_NEEDS + 1))
CONTACT_PARTS = tuple(_CONTACT_ENDINGS)
FLAG_FIELDS = (
    "fsm", "pupil_premium", "eal", "looked_after", "previously_looked_after", "service_child", "young_carer",
)  # fmt: skip

# Headings that mean something we leave alone on purpose, with the word the note uses.
_NOT_TAKEN = {
    header_key(heading): word
    for word, headings in {
        "Ethnicity": "Ethnicity; Ethnic group; Ethnic code; Ethnic origin; Ethnicity code; Ethnicity source",
        "Religion": "Religion; Faith; Religious affiliation",
        "Medical information": "Medical; Medical flag; Medical conditions; Medical notes; Disability; Disabilities",
        "Child protection": "Child protection; CP; CP plan; Safeguarding; Child in need; CIN",
    }.items()
    for heading in _split(headings)
}

# A synonym of two fields belongs to the field that comes first in FIELDS.
_SYNONYMS = {}
for _each in FIELDS:
    for _place, _synonym in enumerate(_each.synonyms):
        _SYNONYMS.setdefault(header_key(_synonym), (_each.name, _place))
_SYNONYMS.pop("", None)


class Mapping(dict):
    """Column index to field name; `notes` says what was ambiguous or left alone."""

    def __init__(self, *args, notes=()):
        super().__init__(*args)
        self.notes = list(notes)


@lru_cache(maxsize=4096)
def known_field(heading):
    """Return (field name, how good the match is: 0 is best) or None."""
    return _SYNONYMS.get(header_key(heading))


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
            mapping.notes.append(f"“{heading}” is left alone: {_NOT_TAKEN[key]} is not taken in.")
    _spread_needs(candidates)
    for name, places in candidates.items():
        _choose(mapping, name, sorted(places), headers)
    return mapping


def _recall(mapping, index, heading, name, headers):
    if name not in FIELD_LABELS:
        return
    if name in mapping.values():
        first = next(place for place, field in mapping.items() if field == name)
        mapping.notes.append(_two_columns(name, [first, index], headers))
        return
    mapping[index] = name


def _spread_needs(candidates):
    """Give several columns that are called “SEN need” the places 1, 2, 3 and 4 in the order of the file."""
    crowd = candidates.get("need_1", [])
    if len(crowd) < 2 or any(name in candidates for name in NEED_FIELDS[1:]):
        return
    in_order = sorted(crowd, key=lambda place: place[1])
    for name, place in zip(NEED_FIELDS, in_order, strict=False):
        candidates[name] = [place]
    candidates[name] += in_order[MAX_NEEDS:]


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
    return (
        f"{len(named)} columns could be {FIELD_LABELS[name]}: {', '.join(named[:-1])} and {named[-1]}. "
        f"{named[0]} is used; choose another if that is wrong."
    )


def remember(headers, mapping):
    """Return {heading: field name or ""}, to be kept and handed to `guess_mapping` next time."""
    chosen = as_mapping(mapping)
    return {header_key(heading): chosen.get(index, "") for index, heading in enumerate(headers)}


def as_mapping(mapping):
    """Accept a mapping that went through JSON, whose keys became text."""
    return {int(index): name for index, name in mapping.items() if name in FIELD_LABELS}


def missing_required(mapping):
    """Return sentences that say which columns are still needed; empty when the import can go on."""
    fields = set(mapping.values())
    missing = []
    if "full_name" not in fields:
        missing += [
            f"Choose the column that holds the {FIELD_LABELS[name].lower()}, or one that holds the full name."
            for name in ("legal_surname", "legal_forename")
            if name not in fields
        ]
    if not fields & {"upn", "birth_on"}:
        missing.append(
            "Choose the column that holds the UPN or the date of birth: without one, pupils cannot be told apart."
        )
    return missing
