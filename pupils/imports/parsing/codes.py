"""Codes that schools and the department use, in the many words in which they come."""

import re
from functools import lru_cache

from ..notes import Note, NoteCode, brief
from .values import BadValue, Parsed, clean_text

YEAR_GROUPS = ("N1", "N2", "R", *(str(year) for year in range(1, 15)))
NEED_TYPES = {
    "SPLD": "Specific learning difficulty",
    "MLD": "Moderate learning difficulty",
    "SLD": "Severe learning difficulty",
    "PMLD": "Profound and multiple learning difficulty",
    "DS": "Down syndrome",
    "SEMH": "Social, emotional and mental health",
    "SLCN": "Speech, language and communication needs",
    "ASD": "Autistic spectrum disorder",
    "HI": "Hearing impairment",
    "VI": "Vision impairment",
    "MSI": "Multi-sensory impairment",
    "PD": "Physical disability",
    "OTH": "Other difficulty/disability",
    "NSA": "SEN Support but no specialist assessment of type of need",
}


def _by_word(words_by_code):
    return {word: code for code, words in words_by_code.items() for word in words.split("; ")}


_YEAR_WORDS = _by_word(
    {
        "R": "r; reception; rec; year r; yr r; yr; 0; year 0; year reception; foundation 2; f2; fs2; eyfs",
        "N2": "nursery; nursery 2; n2; n; -1; year -1; foundation 1; f1; fs1; nursery second year; "
        "pre-school; preschool; year n2; year n",
        "N1": "n1; nursery 1; -2; year -2; nursery first year; year n1",
    }
)
_YEAR = re.compile(
    r"(?:(?:national )?curriculum year|nc ?year|year group|year|yr\.?|y|nc)?[ :.-]*0?(\d{1,2})(?:\.0)?(?: ?\(.*\))?",
    re.IGNORECASE,
)


@lru_cache(maxsize=1024)
def parse_year_group(text):
    word = clean_text(text)[0].casefold().replace("−", "-")
    if word in ("x", "not applicable"):
        return Parsed(None, (Note(NoteCode.YEAR_DOES_NOT_APPLY),))
    if word in ("e1", "e2"):
        return Parsed("N1", (Note(NoteCode.YEAR_BEFORE_NURSERY, {"value": word.upper()}),))
    if word in _YEAR_WORDS:
        return Parsed(_YEAR_WORDS[word])
    match = _YEAR.fullmatch(word)
    if match and 1 <= int(match[1]) <= 14:
        return Parsed(str(int(match[1])))
    raise BadValue(NoteCode.NOT_A_YEAR_GROUP, value=brief(text))


_SEXES = _by_word(
    {
        "M": "m; male; boy; 1",
        "F": "f; female; girl; 2",
        "U": "u; unknown; not known; 0",
    }
)


@lru_cache(maxsize=256)
def parse_sex(text):
    word = clean_text(text)[0].casefold()
    word = word.split(" - ")[0] if " - " in word else word
    if word not in _SEXES:
        raise BadValue(NoteCode.NOT_A_SEX, value=brief(text))
    return Parsed(_SEXES[word])


_SEN_WORDS = _by_word(
    {
        "K": "k; sen support; send support; sen support plan; sens; ssp; sen k; k sen support; support; "
        "sen school support; on sen support",
        "E": "e; ehcp; ehc plan; ehc; education health and care plan; sen e; e ehcp; "
        "education health care plan; education health and care plan ehcp; ehc plan issued; has ehcp",
        "N": "n; no sen; no send; none; no; no special educational need; n no sen; "
        "no special educational needs; not sen; non sen; no special needs; no sen provision; "
        "no specified special educational need; no specified sen",
    }
)
_HISTORIC_SEN = _by_word(
    {
        "A": "a; school action; early years action; school early years action",
        "P": "p; school action plus; early years action plus; school early years action plus",
        "S": "s; statement; statemented; statement of sen; statement of special educational needs",
    }
)
_SEN_CODES = frozenset("KEN") | frozenset("APS")
_CODE_AND_WORDS = re.compile(r"([A-Za-z])\s*[-–:=(]\s*\S.*", re.DOTALL)

_WORDS_AND_CODE = re.compile(r".*\(([A-Za-z])\)", re.DOTALL)


def _words(text):
    return " ".join(re.sub(r"[^a-z0-9+]+", " ", clean_text(text)[0].casefold().replace("+", " plus ")).split())


@lru_cache(maxsize=256)
def sen_code_of(text):
    """Return K, E, N, a historic A, P or S, or "" when the text says none of them."""
    phrase = _words(text)
    if phrase in _SEN_WORDS:
        return _SEN_WORDS[phrase]
    if phrase in _HISTORIC_SEN:
        return _HISTORIC_SEN[phrase]
    cleaned = clean_text(text)[0]
    match = _CODE_AND_WORDS.fullmatch(cleaned) or _WORDS_AND_CODE.fullmatch(cleaned)
    code = match[1].upper() if match else ""
    return code if code in _SEN_CODES else ""


@lru_cache(maxsize=256)
def parse_sen_code(text):
    code = sen_code_of(text)
    if code in ("A", "P", "S"):
        raise BadValue(NoteCode.STATUS_BEFORE_2014, status=code)
    if not code:
        raise BadValue(NoteCode.NOT_A_STATUS, value=brief(text))
    return Parsed(code)


_NEED_WORDS = _by_word(
    {
        "SPLD": "specific learning difficulty; specific learning difficulties; dyslexia; dyscalculia",
        "MLD": "moderate learning difficulty; moderate learning difficulties",
        "SLD": "severe learning difficulty; severe learning difficulties",
        "PMLD": "profound and multiple learning difficulty; profound and multiple learning difficulties; "
        "profound multiple learning difficulty; profound multiple learning difficulties",
        "DS": "down syndrome; down s syndrome; downs syndrome",
        "SEMH": "social emotional and mental health; social emotional mental health; "
        "social emotional and mental health needs; social emotional and mental health difficulties",
        "SLCN": "speech language and communication needs; speech language and communication; "
        "speech language communication needs; speech and language; "
        "speech language and communication need; speech language or communication needs",
        "ASD": "autistic spectrum disorder; autism spectrum disorder; autism; autistic; asc; "
        "autism spectrum condition; autistic spectrum condition",
        "HI": "hearing impairment; hearing impaired; deaf",
        "VI": "vision impairment; visual impairment; visually impaired",
        "MSI": "multi sensory impairment; multisensory impairment; multi sensory impaired",
        "PD": "physical disability; physical difficulty; physical disabilities",
        "OTH": "other difficulty disability; other difficulty; other disability; other; "
        "other difficulty or disability; other learning difficulty disability",
        "NSA": "no specialist assessment; sen support but no specialist assessment; "
        "sen support but no specialist assessment of type of need; "
        "no specialist assessment of type of need",
    }
)
_NEED_WORDS |= {code.lower(): code for code in NEED_TYPES} | {"other oth": "OTH"}
_HISTORIC_NEEDS = {
    "besd",
    "ebd",
    "behaviour emotional and social difficulties",
    "behaviour emotional and social difficulty",
    "behaviour emotional social difficulties",
    "behavioural emotional and social difficulties",
    "emotional and behavioural difficulties",
}
_NO_NEED = {"none", "no need", "no sen", "not applicable", "no"}
_BEFORE_DASH = re.compile(r"([A-Za-z]{2,4})\s*(?:[-–:=(]|\s).*", re.DOTALL)
_IN_BRACKETS = re.compile(r".*\(\s*([A-Za-z]{2,4})\s*\)\s*", re.DOTALL)
_BETWEEN_NEEDS = re.compile(r"[;|\n\r]+")
_BETWEEN_CODES = re.compile(r" ?(?:[,/&+]|\band\b) ?", re.IGNORECASE)


@lru_cache(maxsize=2048)
def parse_need(text):
    """Return the code of one need, or None where the cell says there is none."""
    phrase = _words(text)
    if phrase in _NO_NEED:
        return Parsed(None)
    if phrase in _NEED_WORDS:
        return Parsed(_NEED_WORDS[phrase])
    cleaned = clean_text(text)[0]
    codes = [match[1].lower() for pattern in (_IN_BRACKETS, _BEFORE_DASH) if (match := pattern.fullmatch(cleaned))]
    if phrase in _HISTORIC_NEEDS or "besd" in codes:
        raise BadValue(NoteCode.NEED_BEFORE_2014)
    for code in codes:
        if code.upper() in NEED_TYPES:
            return Parsed(code.upper())
    raise BadValue(NoteCode.NOT_A_NEED, value=brief(text))


@lru_cache(maxsize=2048)
def split_needs(text):
    """Split a cell that lists several needs. Commas part codes only: the names of needs have commas inside."""
    parts = []
    for part in _BETWEEN_NEEDS.split(text):
        part = " ".join(part.split())
        pieces = [piece for piece in _BETWEEN_CODES.split(part) if piece]
        if len(pieces) > 1 and all(_is_need_name(piece) for piece in pieces):
            parts += pieces
        elif part:
            parts.append(part)
    return tuple(parts)


def _is_need_name(text):
    phrase = _words(text)
    return phrase in _NEED_WORDS or phrase in _HISTORIC_NEEDS


_ENROLMENTS = _by_word(
    {
        "single": "c; current; single; single registration; current single registration; "
        "current single registration at this school; sole; on roll; full",
        "main": "m; main; current main; current main dual registration; dual main; main dual registration; "
        "dual registration main; main dual registered; dual registered main",
        "subsidiary": "s; subsidiary; current subsidiary; dual subsidiary; current subsidiary dual registration; "
        "subsidiary dual registration; dual registration subsidiary; dual registered subsidiary",
        "guest": "g; guest; guest pupil; guest student",
    }
)


@lru_cache(maxsize=256)
def parse_enrolment(text):
    phrase = _words(text)
    if phrase in _ENROLMENTS:
        return Parsed(_ENROLMENTS[phrase])
    match = _CODE_AND_WORDS.fullmatch(clean_text(text)[0])
    if match and match[1].lower() in _ENROLMENTS:
        return Parsed(_ENROLMENTS[match[1].lower()])
    raise BadValue(NoteCode.NOT_AN_ENROLMENT, value=brief(text))


_RANKS = _by_word({1: "primary; first; main", 2: "secondary; second", 3: "tertiary; third"})


def parse_rank(text):
    """Return a rank as a number, 0 where there is none."""
    text = text.strip()
    if text.isdecimal() and text.isascii() and len(text) < 4:
        return int(text)
    return _RANKS.get(text.casefold(), 0)
