"""One cell to one value. Each parser returns Parsed(value, notes) or raises BadValue; blanks never reach it."""

import html
import re
import unicodedata
from datetime import MAXYEAR, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from pupils.identifiers import InvalidIdentifier, clean_postcode, clean_uln, clean_upn

from ..notes import Note, NoteCode, brief


class BadValue(Exception):
    """The cell cannot be used. The note says what it holds and what to write instead."""

    def __init__(self, code, **data):
        self.note = Note(code, data)
        super().__init__(code)


class Doubtful(BadValue):
    """Only a person can say what the cell means: `choices` are the values it may be taken for, the likeliest first."""

    def __init__(self, code, choices, *, proposed="", **data):
        super().__init__(code, **data)
        self.choices, self.proposed = tuple(choices), proposed


class Parsed(NamedTuple):
    value: object
    notes: tuple[Note, ...] = ()


MAX_NAME = 100
LAST_MONTH = 12
LOST_LETTER = "\ufffd"  # what programs write for a letter they could not read
MAX_EMAIL = 254
MAX_PHONE = 40
MAX_SHORT = 100
MAX_ADDRESS = 500

FORMULA = "="  # what is read for a formula whose result is not in the file
_BLANKS = {
    "",
    "-",
    "--",
    "---",
    "–",
    "—",
    ".",
    "..",
    "n/a",
    "na",
    "n.a.",
    "#n/a",
    "nil",
    "null",
    "(blank)",
    "(none)",
    "?",
    FORMULA,
}
_EXCEL_ERRORS = {"#ref!", "#value!", "#name?", "#div/0!", "#num!", "#null!", "#getting_data", "#spill!", "#calc!"}
# Marks that turn the direction of writing or show nothing; joiners stay, some languages spell with them.
_HIDDEN = re.compile("[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb]")
_SCIENTIFIC = re.compile(r"\d(?:[.,]\d+)?e\+?\d+", re.IGNORECASE)
_FORMULA_STARTS = tuple("=+-@＝＋－＠")
_DASHES = str.maketrans("‐‑‒–—−", "------")
_GROUPING = str.maketrans("", "", "-./")
_MOST_MARKS = 3  # on one letter; writing that needs more is a prank, and runs over the lines around it
_STACKED = re.compile(
    rf"([\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]{{{_MOST_MARKS}}})"
    r"[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]+"
)


def clean_text(text):
    """Return the text without control and direction marks, in one line, and whether any mark was taken out."""
    if text.isascii() and text.isprintable():
        return " ".join(text.split()), False
    normal = unicodedata.normalize("NFC", text)
    spaced = "".join(" " if char in "\t\r\n\x0b\x0c" else char for char in normal)
    visible = "".join(char for char in _HIDDEN.sub("", spaced) if unicodedata.category(char) not in ("Cc", "Cs", "Co"))
    visible = _STACKED.sub(r"\1", visible)
    return " ".join(visible.split()), len(visible) < len(spaced)


def plain_letters(text):
    """The text in small letters without accents, as a system without them writes it."""
    parts = unicodedata.normalize("NFKD", text)
    return "".join(char for char in parts if not unicodedata.combining(char)).casefold()


def is_blank(text):
    return text.strip().casefold() in _BLANKS


# Marks for "nothing" that are no words: in a cell of a name, Null, Na, Nil and None are names.
_NO_NAME = {blank for blank in _BLANKS if not blank.isalpha()}


def is_no_name(text):
    return text.strip().casefold() in _NO_NAME


# In the cell of a status these say that somebody asked, or looked it up in vain, or that a formula has no result:
# nobody may take them for "none".
_ASKS = {"?", "#n/a", FORMULA}


def is_no_status(text):
    return is_blank(text) and text.strip().casefold() not in _ASKS


def parse_upn(text):
    return Parsed(_identifier(clean_upn, text))


def parse_uln(text):
    return Parsed(_identifier(clean_uln, text))


def parse_postcode(text):
    return Parsed(_identifier(clean_postcode, text))


def _identifier(clean, text):
    text = unicodedata.normalize("NFKC", clean_text(text)[0]).lstrip("'")
    if _SCIENTIFIC.fullmatch(text):
        raise BadValue(NoteCode.NUMBER_SHORTENED, value=brief(text))
    try:
        # People write numbers in groups; no number of ours has a mark in it.
        return clean(text.translate(_DASHES).translate(_GROUPING))
    except InvalidIdentifier as error:
        raise BadValue(NoteCode.NOT_AN_IDENTIFIER, value=brief(text), why=str(error)) from None


def parse_mis_id(text):
    return _short(_whole(text.strip().lstrip("'")), "the MIS id", 50)


def _whole(text):
    """The number that a program for data kept as a decimal, as it does with columns that have gaps."""
    return text[:-2] if text[:-2].isdecimal() and text.endswith(".0") else text


def _short(text, what, most):
    cleaned, _ = clean_text(text)
    _refuse_errors(cleaned)
    if len(cleaned) > most:
        raise BadValue(NoteCode.TOO_LONG, what=what, length=len(cleaned), most=most)
    return Parsed(cleaned or None)


def _refuse_errors(text):
    if text.casefold() in _EXCEL_ERRORS:
        raise BadValue(NoteCode.EXCEL_ERROR, value=brief(text))


def parse_name(text):
    """Keep markup and formulas as the plain text they are; say so, because no name starts with “=”."""
    cleaned, had_marks = clean_text(text)
    _refuse_errors(cleaned)
    if len(cleaned) > MAX_NAME:
        raise BadValue(NoteCode.NAME_TOO_LONG, value=brief(cleaned), length=len(cleaned), most=MAX_NAME)
    if cleaned and not any(char.isalpha() for char in cleaned):
        raise BadValue(NoteCode.NAME_WITHOUT_LETTERS, value=brief(cleaned))
    if _ENTITY.search(cleaned):
        return _from_web_page(cleaned)
    codes = [NoteCode.NAME_HAD_HIDDEN_MARKS] if had_marks else []
    if LOST_LETTER in cleaned:
        codes.append(NoteCode.NAME_LOST_LETTERS)
    if cleaned.startswith(_FORMULA_STARTS):
        codes.append(NoteCode.NAME_LIKE_FORMULA)
    elif "<" in cleaned or ">" in cleaned:
        codes.append(NoteCode.NAME_WITH_MARKUP)
    elif any(char.isdecimal() for char in cleaned):
        codes.append(NoteCode.NAME_WITH_DIGITS)
    return Parsed(cleaned or None, tuple(Note(code, {"value": brief(cleaned)}) for code in codes))


# A letter as web pages write it. Twice over, a program did it to what another had done it to.
_ENTITY = re.compile(r"&(?:amp;)?(?:#\d+|#x[0-9a-f]+|apos|quot|amp|[a-z]+(?:acute|grave|uml|circ|tilde|cedil));", re.I)


def _from_web_page(text):
    name = html.unescape(html.unescape(text))
    if _ENTITY.search(name):
        return Parsed(name, (Note(NoteCode.NAME_WITH_MARKUP, {"value": brief(text)}),))
    value, notes = parse_name(name)
    return Parsed(value, (Note(NoteCode.NAME_FROM_WEB_PAGE, {"value": brief(text), "name": name}), *notes))


class NameOrder(StrEnum):
    """How two words in one cell, without a comma, are to be read."""

    FORENAME_FIRST = "forename"
    SURNAME_FIRST = "surname"


# What people write before the name that somebody likes.
_LIKED_AS = re.compile(r"(?:known as|aka|a\.k\.a|goes by|likes|pref(?:erred)?(?: name)?)\b[\s.:]*", re.IGNORECASE)
# Not in single quotation marks: names have apostrophes.
_LIKED = re.compile(r"\s*[(“\"]([^()“”\"]+)[)”\"]\s*")


def parse_full_name(text, order=""):
    """Return (surname, forename, the name they like or None) from “Surname, Forename (Name)”.

    Two words without a comma are read in `order`, a NameOrder; without one somebody must say how such names are
    written in this file: BadValue with NAME_ORDER_UNKNOWN.
    """
    name, notes = parse_name(text)
    if name is None:
        return Parsed(None)
    liked = _LIKED.search(name)
    legal = _LIKED.sub(" ", name, count=1).strip() if liked else name
    surname, comma, forename = (part.strip() for part in legal.partition(","))
    like = _LIKED_AS.sub("", liked[1].strip(), count=1) or None if liked else None
    if comma and surname and forename and "," not in forename:
        return Parsed((surname, forename, like), notes)
    words = legal.split()
    if len(words) == 1 and not comma:
        return Parsed((words[0], None, like), notes)
    if comma or len(words) != 2:
        raise BadValue(NoteCode.NAME_NOT_SPLIT, value=brief(name))
    if not order:
        raise BadValue(NoteCode.NAME_ORDER_UNKNOWN, value=brief(name))
    if order == NameOrder.SURNAME_FIRST:
        words.reverse()
    said = Note(NoteCode.NAME_READ_AS_SPOKEN, {"value": brief(name), "forename": words[0], "surname": words[1]})
    return Parsed((words[1], words[0], like), (*notes, said))


_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            ("jan", "january"), ("feb", "february"), ("mar", "march"), ("apr", "april"), ("may",), ("jun", "june"),
            ("jul", "july"), ("aug", "august"), ("sep", "sept", "september"), ("oct", "october"), ("nov", "november"),
            ("dec", "december"),
        ),
        start=1,
    )
    for name in names
}  # fmt: skip
_TIME = r"(?:[T ,]+\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?\s*(?:[ap]m)?\s*(?:z|[+-]\d{2}:?\d{2})?)?"
_WEEKDAY = r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?[,. ]+)?"
_DAY_FIRST = re.compile(rf"(\d{{1,2}})([/.\- ])(\d{{1,2}})\2(\d{{4}}|\d{{2}}){_TIME}", re.IGNORECASE)
_YEAR_FIRST = re.compile(rf"(\d{{4}})([/.\-])(\d{{1,2}})\2(\d{{1,2}}){_TIME}", re.IGNORECASE)
_WORDED = re.compile(
    rf"{_WEEKDAY}(\d{{1,2}})(?:st|nd|rd|th)?(?: of)?[ \-/.]*([a-z]+)\.?,?[ \-/.]*'?(\d{{4}}|\d{{2}}){_TIME}",
    re.IGNORECASE,
)
_MONTH_FIRST = re.compile(rf"{_WEEKDAY}([a-z]+)\.? (\d{{1,2}})(?:st|nd|rd|th)?,? '?(\d{{4}}){_TIME}", re.IGNORECASE)
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})")
_HERE = ZoneInfo("Europe/London")
_COMPACT = re.compile(r"(19|20)(\d{2})(\d{2})(\d{2})")
_SERIAL = re.compile(r"(\d{5})(?:\.\d+)?")
# Spreadsheets count days from here (the day before their 1 January 1900, and their 29 February 1900).
_SERIAL_DAY_0 = date(1899, 12, 30)
_LOWEST_SERIAL, _HIGHEST_SERIAL = 10_000, 75_000  # 1927 to 2105
_PIVOT = 69
_SHORT_YEAR = 2  # digits
_OLDEST_YEAR = 1900
_OLDEST_PUPIL = 30  # years; somebody older in a pupil list is a contact, or has the wrong century
_YOUNGEST_PUPIL = timedelta(days=365)  # no class takes a child before the first birthday


@lru_cache(maxsize=16384)
def parse_date(text, today=None, *, month_first=False):
    """Read a date in British order, or in American order where the file was said to have it."""
    return Parsed(_read_date(text, lambda year: year + (2000 if year < _PIVOT else 1900), month_first))


@lru_cache(maxsize=16384)
def parse_birth_date(text, today=None, *, month_first=False):
    """As `parse_date`; a two-digit year is the latest one that is not in the future, and a pupil is 1 to 30."""
    latest = today.year % 100 if today else _PIVOT - 1
    born = _read_date(text, lambda year: year + (2000 if year <= latest else 1900), month_first)
    if today and born > today:
        raise BadValue(NoteCode.BORN_IN_FUTURE, value=brief(text))
    if today and today.year - born.year > _OLDEST_PUPIL:
        raise BadValue(NoteCode.OLDER_THAN_A_PUPIL, value=brief(text))
    if today and today - born < _YOUNGEST_PUPIL:
        raise BadValue(NoteCode.YOUNGER_THAN_A_PUPIL, value=brief(text))
    return Parsed(born)


def day_and_month(text):
    """Return the two numbers of a date written like 03/04/2015, whichever of them is the day, or None."""
    match = _DAY_FIRST.fullmatch(clean_text(text)[0].translate(_DASHES).lstrip("'"))
    return (int(match[1]), int(match[3])) if match else None


_DATE_CELL = re.compile(r"(\d{4})-(\d{2})-(\d{2})")  # as a cell of a workbook that is a date is read


def date_cell(text):
    """Return (year, month, day) of a cell that is a date, or None."""
    match = _DATE_CELL.fullmatch(text)
    return (int(match[1]), int(match[2]), int(match[3])) if match else None


def exchanged(text):
    """The same date cell with day and month exchanged; any other text as it is."""
    parts = date_cell(text)
    return f"{parts[0]}-{parts[2]:02d}-{parts[1]:02d}" if parts and parts[2] <= LAST_MONTH else text


def _read_date(text, century, month_first):
    cleaned = clean_text(text)[0].translate(_DASHES).lstrip("'")
    _refuse_errors(cleaned)
    if day := _day_that_begins(cleaned):
        return day
    serial = _SERIAL.fullmatch(cleaned)
    if serial:
        return _from_serial(int(serial[1]), cleaned)
    year, month, day = _parts(cleaned, month_first)
    year = century(int(year)) if len(year) == _SHORT_YEAR else int(year)
    return _checked(year, month, int(day), cleaned)


def _day_that_begins(text):
    """The day of a midnight that is written in world time: in summer, 23:00 of the day before. None for all else."""
    try:
        here = datetime.fromisoformat(text).astimezone(_HERE) if _MOMENT.fullmatch(text) else None
    except ValueError:
        return None
    return here.date() if here and here.time() == time() else None


def _from_serial(days, text):
    if not _LOWEST_SERIAL <= days <= _HIGHEST_SERIAL:
        raise BadValue(NoteCode.NOT_A_DATE, value=brief(text))
    return _SERIAL_DAY_0 + timedelta(days=days)


def _parts(text, month_first):
    """Return year and day as text and month as a number."""
    if match := _DAY_FIRST.fullmatch(text):
        return (match[4], int(match[1]), match[3]) if month_first else (match[4], int(match[3]), match[1])
    if match := _YEAR_FIRST.fullmatch(text):
        return match[1], int(match[3]), match[4]
    if match := _COMPACT.fullmatch(text):
        return match[1] + match[2], int(match[3]), match[4]
    for pattern, (day, month) in ((_WORDED, (1, 2)), (_MONTH_FIRST, (2, 1))):
        match = pattern.fullmatch(text)
        if match and match[month].lower() in _MONTHS:
            return match[3], _MONTHS[match[month].lower()], match[day]
    raise BadValue(NoteCode.DATE_UNCERTAIN, value=brief(text))


def _checked(year, month, day, text):
    if not 1 <= month <= 12:
        raise BadValue(NoteCode.NO_SUCH_MONTH, value=brief(text), month=month)
    if not _OLDEST_YEAR <= year <= min(MAXYEAR, 2199):
        raise BadValue(NoteCode.UNLIKELY_YEAR, value=brief(text), year=year)
    try:
        return date(year, month, day)
    except ValueError:
        raise BadValue(NoteCode.NO_SUCH_DAY, value=brief(text), day=day) from None


_YES = {"*", "y", "yes", "true", "t", "1", "x", "✓", "✔", "☑", "✅", "√", "eligible", "on", "current"}
_NO = {"n", "no", "false", "f", "0", "✗", "✘", "☐", "none", "not eligible", "off", "no entry"}


@lru_cache(maxsize=1024)
def parse_flag(text):
    cleaned = clean_text(text)[0].casefold()
    if cleaned in _YES or cleaned.startswith(("yes ", "yes-", "yes,", "y - ")):
        return Parsed(True)
    if cleaned in _NO or cleaned.startswith(("no ", "no-", "no,", "n - ", "not ")):
        return Parsed(False)
    raise BadValue(NoteCode.NEITHER_YES_NOR_NO, value=brief(text))


_EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~\-]+@[A-Za-z0-9](?:[A-Za-z0-9\-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9\-]+)+")
_NAMED_EMAIL = re.compile(r".*<([^<>]+)>")


def parse_email(text):
    cleaned = clean_text(text)[0].removeprefix("mailto:")
    several = [part for part in re.split(r"[;,\s]+", cleaned) if "@" in part]
    if named := _NAMED_EMAIL.fullmatch(cleaned):
        several = [named[1]]
    if not several or len(several[0]) > MAX_EMAIL or not _EMAIL.fullmatch(several[0]) or ".." in several[0]:
        raise BadValue(NoteCode.NOT_AN_EMAIL, value=brief(text))
    taken = (Note(NoteCode.FIRST_EMAIL_TAKEN, {"number": len(several)}),) if len(several) > 1 else ()
    return Parsed(several[0].lower(), taken)


def parse_worker(text):
    """A person who works here: the e-mail address, or the name as this program writes it."""
    return parse_email(text) if "@" in text else _short(text, "the key worker", MAX_NAME)


_FEWEST_DIGITS = 5
_WHOLE_NUMBER = 9  # digits; a code and a number may have a stroke between them too
_SEVERAL_PHONES = re.compile(r"\s*(?:[/;,|&]|\bor\b|\band\b)\s*", re.IGNORECASE)


def _digits(text):
    return sum(char.isdigit() for char in text)


def parse_phone(text):
    cleaned = _whole(clean_text(text)[0].lstrip("'"))
    if _SCIENTIFIC.fullmatch(cleaned):
        raise BadValue(NoteCode.PHONE_SHORTENED, value=brief(text))
    several = [part.strip() for part in _SEVERAL_PHONES.split(cleaned)]
    if len(several) > 1 and all(_digits(part) >= _WHOLE_NUMBER for part in several):
        first = parse_phone(several[0]).value
        said = {"number": len(several), "value": brief(", ".join(several[1:]))}
        return Parsed(first, (Note(NoteCode.FIRST_PHONE_TAKEN, said),))
    digits = _digits(cleaned)
    if not _FEWEST_DIGITS <= digits <= 20 or len(cleaned) > MAX_PHONE:
        raise BadValue(NoteCode.NOT_A_PHONE, value=brief(text))
    # Excel drops the 0 at the start of what it takes for a number.
    if cleaned.isdigit() and len(cleaned) == 10 and cleaned[0] in "127":
        return Parsed("0" + cleaned)
    return Parsed(cleaned)


_EXCEL_DAY = re.compile(r"\d{4}-(?P<month>\d{2})-(?P<day>\d{2})(?: 00:00:00)?|(?P<one>\d{1,2})/(?P<two>\d{1,2})/\d{4}")
_EXCEL_WORDED_DAY = re.compile(r"(?P<day>\d{1,2})-(?P<month>[A-Za-z]{3})(?:-\d{2,4})?")


def parse_group(text):
    """Excel turns a class such as 3/4 into the 3rd of April: it is written back, and said."""
    if name := _class_of_a_day(text.strip()):
        return Parsed(name, (Note(NoteCode.CLASS_FROM_DATE, {"value": brief(text), "name": name}),))
    return _short(text, "the group", 50)


def _class_of_a_day(text):
    if match := _EXCEL_DAY.fullmatch(text):
        return f"{int(match['day'] or match['one'])}/{int(match['month'] or match['two'])}"
    if (match := _EXCEL_WORDED_DAY.fullmatch(text)) and (month := _MONTHS.get(match["month"].lower())):
        return f"{int(match['day'])}/{month}"
    return ""


def parse_language(text):
    return _short(text, "the language", MAX_SHORT)


def parse_relation(text):
    return _short(text, "the relationship", MAX_SHORT)


def parse_address(text):
    lines = ", ".join(filter(None, (clean_text(line)[0].strip(",") for line in re.split(r"[\r\n]+", text))))
    return _short(lines, "the address", MAX_ADDRESS)
