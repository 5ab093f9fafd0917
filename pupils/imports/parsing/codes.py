"""Codes that schools and the department use, in the many words in which they come."""

import re
from functools import lru_cache
from typing import NamedTuple

from ..notes import Note, NoteCode, brief
from .values import BadValue, Doubtful, Parsed, clean_text, is_blank

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
        "N2": "nursery; nursery 2; n2; n; foundation 1; f1; fs1; nursery second year; "
        "pre-school; preschool; year n2; year n",
        "N1": "n1; nursery 1; nursery first year; year n1",
    }
)
_YEAR = re.compile(
    r"(?:(?:national )?curriculum year|nc ?year|year group|year|yr\.?|y|nc)?[ :.-]*0?(\d{1,2})(?:\.0)?(?: ?\(.*\))?",
    re.IGNORECASE,
)
# Codes by which systems count the years before Reception; which of them is meant, only the school knows.
_BEFORE_RECEPTION = {"-1": ("N2", "N1"), "year -1": ("N2", "N1"), "-2": ("N1", "E2"), "year -2": ("N1", "E2")}
_YEAR_AND_CLASS = re.compile(r"(.+?)\s*(?:/|\||\s[-–]\s)\s*(.*\S)", re.DOTALL)


@lru_cache(maxsize=1024)
def parse_year_group(text):
    """Return the code of a year group. Raises Doubtful for a word that can mean several."""
    word = clean_text(text)[0].casefold().replace("−", "-")
    if word in ("x", "not applicable"):
        return Parsed("X")
    if word in ("e1", "e2"):
        return Parsed(word.upper())
    if word in _BEFORE_RECEPTION:
        raise Doubtful(NoteCode.YEAR_IN_DOUBT, _BEFORE_RECEPTION[word], value=brief(text))
    if word in _YEAR_WORDS:
        return Parsed(_YEAR_WORDS[word])
    match = _YEAR.fullmatch(word)
    if match and 1 <= int(match[1]) <= 14:
        return Parsed(str(int(match[1])))
    year, _ = split_year_and_class(text)
    if year:
        return Parsed(year)
    raise BadValue(NoteCode.NOT_A_YEAR_GROUP, value=brief(text))


def split_year_and_class(text):
    """Return (year, class) of a cell such as “7 / 7M”, or (None, None).

    The class has to begin with the year: “3/4” and “5/6 Oak” are classes of two years, “3 - Oak” is a class.
    """
    parts = _YEAR_AND_CLASS.fullmatch(clean_text(text)[0])
    if not parts or parts[2].isdecimal():
        return None, None
    try:
        year = parse_year_group(parts[1]).value
    except BadValue:
        return None, None
    return (year, parts[2]) if re.match(rf"{re.escape(year)}(?!\d)", parts[2], re.IGNORECASE) else (None, None)


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
        "E": "e; ehcp; ehc plan; ehc; final ehcp; education health and care plan; sen e; e ehcp; "
        "education health care plan; education health and care plan ehcp; ehc plan issued; has ehcp",
        "N": "n; no sen; no send; none; no; no special educational need; n no sen; "
        "no special educational needs; not sen; non sen; no special needs; no sen provision; "
        "no specified special educational need; no specified sen",
    }
)
_HISTORIC_SEN = _by_word(
    {
        "A": "a; school action; early years action; school early years action; sa; eya",
        "P": "p; school action plus; early years action plus; school early years action plus; sa plus; eya plus",
        "S": "s; statement; statemented; statement of sen; statement of special educational needs",
    }
)
_SEN_CODES = frozenset("KEN") | frozenset("APS")
_CODE_AND_WORDS = re.compile(r"(?P<code>[A-Za-z])\s*[-–:=(]\s*(?P<words>\S.*)", re.DOTALL)
_WORDS_AND_CODE = re.compile(r"(?P<words>.*)\((?P<code>[A-Za-z])\)", re.DOTALL)


def _words(text):
    return " ".join(re.sub(r"[^a-z0-9+]+", " ", clean_text(text)[0].casefold().replace("+", " plus ")).split())


@lru_cache(maxsize=256)
def sen_code_of(text):
    """Return K, E, N, a historic A, P or S, or "" when the text says none of them, or only supposes it."""
    if "?" in text:
        return ""
    phrase = _words(text)
    if phrase in _SEN_WORDS:
        return _SEN_WORDS[phrase]
    if phrase in _HISTORIC_SEN:
        return _HISTORIC_SEN[phrase]
    code, words = _code_and_words(text)
    return code if code in _SEN_CODES and not _says_otherwise(code, words) else ""


def _code_and_words(text):
    """Return the letter and, as a phrase, the words beside it; ("", "") where the text is not made so."""
    cleaned = clean_text(text)[0]
    match = _CODE_AND_WORDS.fullmatch(cleaned) or _WORDS_AND_CODE.fullmatch(cleaned)
    return (match["code"].upper(), _words(match["words"])) if match else ("", "")


def _says_otherwise(code, phrase):
    """Whether the words beside a letter contradict it, so that only a person knows which of them is right."""
    named = _SEN_WORDS.get(phrase) or _HISTORIC_SEN.get(phrase)
    if named or code == "N":
        return phrase in _WATCHED or named not in (None, code)
    return bool(_OVER.search(phrase) or (code == "E" and _REQUEST.search(f"ehcp {phrase}")))


# What a person may take an unclear status for. A code alone keeps the file's day; with "?" nobody knows since when.
WATCHED = "W"  # no special educational need, and on the watch list
ASKED_OF_OLD = ("E?", "K?", "N?")
_ASKED_OF_WATCHED = (WATCHED, "N?", "K?", "E?")
_ASKED_OF_REQUEST = ("K?", "N?")
_ASKED_OF_UNKNOWN = ("K", "E", "N?", WATCHED)
_WATCHED = {
    "monitoring", "monitor", "monitored", "watching", "watch", "watch list", "watchlist", "on watch list", "concern",
    "cause for concern", "being monitored", "sen monitoring", "send monitoring", "under observation", "observation",
    "initial concern", "initial concerns", "m",
}  # fmt: skip
_REQUEST = re.compile(
    r"\b(?:ehcna|ehc(?:p| plan)? (?:needs )?(?:assessment|request(?:ed)?|application|applied|pending|in progress)"
    r"|(?:ehc(?:p| plan)?|statutory) ?assessment|assessment (?:requested|in progress)|pending ehc(?:p| plan)?"
    r"|applying for (?:an )?ehc(?:p| plan)?|draft ehc(?:p| plan)?|ehc(?:p| plan)? draft|needs assessment)\b"
)

_OVER = re.compile(
    r"\b(?:ceased|ended|refused|declined|rejected|withdrawn|removed|no longer|former|formerly|previously)\b"
)


@lru_cache(maxsize=256)
def parse_sen_code(text):
    """Return K, E or N. Raises Doubtful for whatever only a person can take for one of them."""
    code = sen_code_of(text)
    if code in ("A", "P", "S"):
        raise Doubtful(NoteCode.STATUS_BEFORE_2014, ASKED_OF_OLD, value=brief(text), status=code)
    if code:
        return Parsed(code)
    letter, words = _code_and_words(text)
    phrase = f"ehcp {words}" if letter == "E" else words or _words(text)
    if phrase in _WATCHED:
        raise Doubtful(NoteCode.STATUS_IS_WATCHING, _ASKED_OF_WATCHED, proposed=WATCHED, value=brief(text))
    if _REQUEST.search(phrase):
        raise Doubtful(NoteCode.STATUS_IS_REQUEST, _ASKED_OF_REQUEST, value=brief(text))
    raise Doubtful(NoteCode.NOT_A_STATUS, _ASKED_OF_UNKNOWN, value=brief(text))


_NEED_WORDS = _by_word(
    {
        "SPLD": "specific learning difficulty; specific learning difficulties",
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
# Broad areas of the code of practice: each holds several types, and none is one.
_AREAS = {
    "cognition and learning", "cognition learning", "c l", "c and l",
    "communication and interaction", "communication interaction", "c i", "c and i",
    "sensory and or physical", "sensory and physical", "sensory physical", "physical and sensory", "physical sensory",
    "sensory and or physical needs", "sensory and physical needs", "s p",
}  # fmt: skip
_NO_NEED = {"none", "no need", "no sen", "not applicable", "no"}
# Words for difficulties that are no type of the census, and the type that people most often choose for them.
_LIKELY_NEEDS = _by_word(
    {
        "SPLD": "dyslexia; dyslexic; dyscalculia; dyspraxia; dcd; developmental coordination disorder; dysgraphia",
        "SEMH": "adhd; add; anxiety; attachment; behaviour; mental health; odd",
        "SLCN": "speech; language; speech and language; selective mutism; dld; developmental language disorder",
        "ASD": "asc; aspergers; asperger s; asperger; asperger syndrome",
        "HI": "deaf; deafness",
        "PD": "cerebral palsy; cp; mobility",
    }
)
_WHOLE = _NO_NEED | _HISTORIC_NEEDS | _AREAS  # what is not parted, though it is no type
_MOST_PIECES = 6  # into which marks may part the name of one need
_IN_BRACKETS = re.compile(r"(.*?)[(\[]\s*([^()\[\]]*?)\s*[)\]]\s*(.*)", re.DOTALL)
_PLACES = _by_word(
    {
        1: "primary; 1; 1st; first; main; primary need; rank 1; priority 1",
        2: "secondary; 2; 2nd; second; secondary need; rank 2; priority 2",
        3: "tertiary; 3; 3rd; third; rank 3; priority 3",
        4: "4; 4th; fourth; rank 4; priority 4",
    }
)
_PLACE_BEFORE = re.compile(
    r"\s*(primary|main|secondary|tertiary|first|second|third|[1-4](?:st|nd|rd|th)?)(?: need)?\s*[:.)-]\s*(.+)",
    re.IGNORECASE | re.DOTALL,
)
# Marks and words between needs, or the place of the next one, as in “1. HI 2. VI”.
_BETWEEN = re.compile(r"\s*(?:[;|\n\r,/&+•]+|\band\b|\bthen\b)\s*|\s+(?=[1-4][.):]\s)", re.IGNORECASE)
_CODE_FIRST = re.compile(r"([A-Za-z]{2,4})(\s*[-–:=]\s*|\s+)(\S.*)", re.DOTALL)


@lru_cache(maxsize=2048)
def parse_need(text):
    """Return the code of one need, or None where the cell says there is none. Raises BadValue for other words."""
    if read := _need_of(text):
        remark = (Note(NoteCode.NEED_WITH_REMARK, {"value": brief(text), "need": read.code}),) if read.remark else ()
        return Parsed(read.code, remark)
    phrase = _words(text)
    if phrase in _NO_NEED:
        return Parsed(None)
    if phrase in _HISTORIC_NEEDS or set(phrase.split()) & {"besd", "ebd"}:
        raise BadValue(NoteCode.NEED_BEFORE_2014)
    raise BadValue(NoteCode.NOT_A_NEED, value=brief(text))


def likely_need(text):
    """The type that people most often choose for a word that is none, or ""."""
    if read := _need_of(text.replace("?", " ")):
        return read.code
    phrase = _words(text)
    return "SEMH" if phrase in _HISTORIC_NEEDS else _LIKELY_NEEDS.get(phrase, "")


def same_code(code, words):
    """Whether the first text is a code of a status or a need, and the second its words."""
    if code.upper() in NEED_TYPES:
        read = _need_of(words)
        return read is not None and read.code == code.upper()
    return code.upper() in _SEN_CODES and sen_code_of(words) == code.upper()


class _NeedRead(NamedTuple):
    code: str
    rank: int = 0  # the place that is said with it
    remark: str = ""


@lru_cache(maxsize=2048)
def _need_of(text):
    """Return what a text says that names one need, with its place or a remark in brackets; None for any other."""
    if "?" in text:
        return None  # somebody supposes it
    cleaned, rank, said = clean_text(text)[0], 0, set()
    if match := _PLACE_BEFORE.fullmatch(cleaned):
        rank, cleaned = _PLACES.get(_words(match[1]), 0), match[2]
    cleaned, own_rank, remark = _without_brackets(cleaned, said)
    if (match := _CODE_FIRST.fullmatch(cleaned)) and match[1].upper() in NEED_TYPES:
        is_named = _words(match[3]) in _NEED_WORDS
        if is_named or match[2].strip():
            said.add(match[1].upper())
            # What follows a code and a dash is whatever the system calls it, or what somebody remarks.
            cleaned, remark = (match[3], remark) if is_named else ("", "; ".join(filter(None, [match[3], remark])))
    phrase = _words(cleaned)
    if phrase in _NEED_WORDS:
        said.add(_NEED_WORDS[phrase])
    elif phrase and not said:
        return None
    return _NeedRead(said.pop(), own_rank or rank, remark) if len(said) == 1 else None


def _without_brackets(text, said):
    """Return (the text without what stands in brackets, the place that is said there, a remark); codes go to `said`."""
    rank, remarks = 0, []
    while match := _IN_BRACKETS.fullmatch(text):
        inside = _words(match[2])
        if inside in _PLACES:
            rank = _PLACES[inside]
        elif inside in _NEED_WORDS:
            said.add(_NEED_WORDS[inside])
        elif inside:
            remarks.append(match[2])
        text = f"{match[1]} {match[3]}".strip()
    return text, rank, "; ".join(remarks)


@lru_cache(maxsize=2048)
def split_needs(text):
    """Return ((text, rank or 0), ...) of the needs a cell lists. Names of needs hold commas: the longest name wins."""
    pieces, marks, last = [], [], 0
    for match in _BETWEEN.finditer(text):
        pieces.append(text[last : match.start()])
        marks.append(match[0])
        last = match.end()
    pieces.append(text[last:])
    found, at = [], 0
    while at < len(pieces):
        for end in range(min(len(pieces), at + _MOST_PIECES), at, -1):
            joined = "".join(
                piece + mark for piece, mark in zip(pieces[at:end], [*marks[at : end - 1], ""], strict=True)
            )
            if need := _need_of(joined):
                found.append((joined.strip(), need.rank))
                break
            if _words(joined) in _WHOLE:
                found.append((joined.strip(), 0))
                break
            if is_blank(joined):
                break
        else:
            end = at + 1
            if pieces[at].strip(" ()-"):
                found.append((pieces[at].strip(), 0))
        at = end
    return tuple(found)


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
