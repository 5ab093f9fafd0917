"""Read term dates, INSET days and closures from a calendar file (ICS) or a table (CSV). Pure: bytes in, rows out.

A file comes from outside, so nothing in it is trusted: its size, its number of rows, its dates and its texts are
bounded, and of a calendar file only the few lines we understand reach the library that reads them.
"""

import csv
import io
import re
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from icalendar import Event

from sendco.clock import LONDON, HolidaysNotKnown, is_bank_holiday
from sendco.clock.words import MONTHS

MAX_BYTES = 1024 * 1024
MAX_ROWS = 500
MAX_NAME = 80
# A term of more days has its end in the wrong year.
LONGEST = timedelta(days=200)
FIRST_YEAR, LAST_YEAR = 2000, 2100
SHORT_YEAR = 2  # digits
LAST_MONTH = 12

TERM, HOLIDAY, INSET, CLOSED, BANK = "term", "holiday", "inset", "closed", "bank"
KINDS = (TERM, HOLIDAY, INSET, CLOSED, BANK)
# Less than this is part of a day: a twilight INSET closes nothing.
SCHOOL_DAY = timedelta(hours=4)


class Unreadable(Exception):
    """Nothing of this file can be used. The message says why and what to do next."""


@dataclass(frozen=True)
class Row:
    """One entry of a file. `is_wanted` is a first guess: an event such as a concert closes nothing."""

    name: str
    kind: str
    starts_on: date
    ends_on: date
    is_wanted: bool = True


@dataclass
class Reading:
    rows: list[Row] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def add(self, row):
        if row not in self.rows:
            self.rows.append(row)


def read(content: bytes) -> Reading:
    """Tell the two kinds of file apart by their beginning, whatever the name says."""
    if len(content) > MAX_BYTES:
        raise Unreadable("This file is larger than 1 MB. Export one school year, then upload that.")
    text = _text(content)
    if text.lstrip()[:15].upper() == "BEGIN:VCALENDAR":
        reading = read_calendar(text)
    else:
        reading = read_table(text)
    if not reading.rows and not reading.problems:
        raise Unreadable("No dates were found in this file. Check that it is the right one.")
    reading.rows.sort(key=lambda row: (row.starts_on, row.ends_on, row.name))
    return reading


def _text(content):
    if content[:4] == b"PK\x03\x04" or content[:4] == b"\xd0\xcf\x11\xe0":
        raise Unreadable("This is a spreadsheet. In the spreadsheet, choose Save as, then CSV, and upload that.")
    if content[:4] == b"%PDF":
        raise Unreadable("This is a PDF. Ask for the dates as a calendar file (ICS), or type them in.")
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16", "replace")
    if b"\x00" in content:
        raise Unreadable("This is not a calendar file or a CSV file. Upload one that ends in .ics or .csv.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")  # what older spreadsheets write


# --- Calendar files ----------------------------------------------------------------------------------------------
_KEPT = {"SUMMARY", "DTSTART", "DTEND", "DURATION"}
_REPEATS = {"RRULE", "RDATE", "RECURRENCE-ID"}


@dataclass
class _Block:
    lines: list[str] = field(default_factory=list)
    repeats: bool = False
    is_cancelled: bool = False


def read_calendar(text: str) -> Reading:
    reading = Reading()
    for block in _events(text):
        if block.is_cancelled:
            continue
        name = "an event"
        try:
            event = Event.from_ical("\r\n".join(["BEGIN:VEVENT", *block.lines, "END:VEVENT", ""]))
            name = _name(str(event.get("SUMMARY", ""))) or "an event without a name"
            starts_on, ends_on = _event_days(event)
            is_part = _is_part_of_a_day(event)
        except (ValueError, AttributeError, TypeError, KeyError, IndexError, OverflowError):
            reading.problems.append(f"{_first_capital(name)}: its dates cannot be read. Type it in.")
            continue
        if block.repeats:
            reading.problems.append(f"{_first_capital(name)}: this event repeats. Type in the days that matter.")
            continue
        _keep(reading, _first_capital(name), None, starts_on, ends_on, is_part=is_part)
    return reading


def _events(text):
    """Collect the understood lines of each event, and nothing of its alarms, of time zones or of other parts."""
    blocks, open_parts, block = [], [], None
    for line in re.sub(r"\r?\n[ \t]", "", text).splitlines():
        head, _, value = line.partition(":")
        name = head.partition(";")[0].strip().upper()
        part = value.strip().upper()
        if name == "BEGIN":
            open_parts.append(part)
            if part == "VEVENT" and block is None:
                block = _Block()
                blocks.append(block)
                if len(blocks) > MAX_ROWS:
                    raise Unreadable(f"This calendar has more than {MAX_ROWS} events. Export one school year.")
        elif name == "END":
            if open_parts and open_parts.pop() == "VEVENT" and "VEVENT" not in open_parts:
                block = None
        elif block is not None and open_parts[-1] == "VEVENT":
            _note(block, name, part, line)
    return blocks


def _note(block, name, value, line):
    if name in _REPEATS:
        block.repeats = True
    elif name == "STATUS" and value == "CANCELLED":
        block.is_cancelled = True
    elif name in _KEPT:
        block.lines.append(line[:1000])


def _event_days(event):
    """First and last day, both included. In a calendar file the end of a whole-day event is the day after."""
    start = event["DTSTART"].dt
    end = event["DTEND"].dt if "DTEND" in event else None
    if end is None and "DURATION" in event:
        end = start + event["DURATION"].dt
    if not isinstance(start, date) or not isinstance(end or start, date):
        raise ValueError("a period or a time of day, not a date")
    starts_on = _local(start).date() if isinstance(start, datetime) else start
    if end is None:
        return starts_on, starts_on
    if not isinstance(end, datetime):
        return starts_on, max(end - timedelta(days=1), starts_on)
    end = _local(end)
    last = end.date() - timedelta(days=1) if end.time() == time.min and end.date() > starts_on else end.date()
    return starts_on, last


def _is_part_of_a_day(event):
    start = event["DTSTART"].dt
    end = event["DTEND"].dt if "DTEND" in event else None
    if not isinstance(start, datetime) or not isinstance(end, datetime):
        return False
    return timedelta(0) < _local(end).replace(tzinfo=None) - _local(start).replace(tzinfo=None) < SCHOOL_DAY


def _local(moment):
    return moment.astimezone(LONDON) if moment.tzinfo else moment


# --- Tables ------------------------------------------------------------------------------------------------------
COLUMNS = {
    "name": "name",
    "title": "name",
    "subject": "name",
    "event": "name",
    "what": "name",
    "first day": "first",
    "start": "first",
    "start date": "first",
    "from": "first",
    "last day": "last",
    "end": "last",
    "end date": "last",
    "to": "last",
    "start time": "first time",
    "end time": "last time",
    "kind": "kind",
    "type": "kind",
}
KIND_WORDS = {
    "term": TERM,
    "half term": HOLIDAY,
    "holiday": HOLIDAY,
    "half term or holiday": HOLIDAY,
    "inset": INSET,
    "inset day": INSET,
    "training": INSET,
    "staff training": INSET,
    "closed": CLOSED,
    "closure": CLOSED,
    "other closure": CLOSED,
    "bank holiday": BANK,
    "one-off bank holiday": BANK,
}
HEADINGS = "The first line must name the columns: name, first day, last day, kind."
EITHER_ORDER = (
    "The dates of this file can be read day first or month first. They are read day first: check each, "
    "or write them as 2026-10-26."
)


def read_table(text: str) -> Reading:
    lines = _table_lines(text)
    columns = [COLUMNS.get(_plain(heading)) for heading in (lines[0] if lines else [])]
    if "name" not in columns or "first" not in columns:
        raise Unreadable(HEADINGS)
    if len(lines) - 1 > MAX_ROWS:
        raise Unreadable(f"This file has more than {MAX_ROWS} rows. Keep one school year, then upload that.")
    reading = Reading()
    rows = [
        (number, {column: cell.strip() for column, cell in zip(columns, cells, strict=False) if column})
        for number, cells in enumerate(lines[1:], start=2)
    ]
    month_first = _is_month_first(reading, [row for _, row in rows], is_exported="first time" in columns)
    for number, row in rows:
        if any(row.values()):
            _read_row(reading, number, row, month_first=month_first)
    return reading


def _is_month_first(reading, rows, *, is_exported):
    """Whether a file writes 10/26/2026. People here do not; a program's file that leaves it open is told."""
    texts = [row.get(column, "") for row in rows for column in ("first", "last")]
    pairs = [(int(match[1]), int(match[2])) for text in texts if (match := _NUMBERS.fullmatch(text[:40]))]
    if any(first > LAST_MONTH for first, _ in pairs):
        return False
    if any(second > LAST_MONTH for _, second in pairs):
        return True
    if is_exported and any(first != second for first, second in pairs):
        reading.problems.append(EITHER_ORDER)
    return False


def _table_lines(text):
    first = text.lstrip("\r\n").partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    try:
        return [cells for cells in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if cells]
    except csv.Error as error:
        raise Unreadable("This file cannot be read as a table. Save it again as CSV, then upload that.") from error


def _read_row(reading, number, row, *, month_first=False):
    name = _name(row.get("name", ""))
    starts_on = read_day(row.get("first", ""), month_first=month_first)
    ends_on = read_day(row["last"], month_first=month_first) if row.get("last") else starts_on
    first_time, last_time = read_time(row.get("first time", "")), read_time(row.get("last time", ""))
    if starts_on and ends_on and ends_on > starts_on and last_time == time.min:
        ends_on -= timedelta(days=1)  # Outlook ends a whole day at midnight of the next
    kind = KIND_WORDS.get(_plain(row.get("kind", "")))
    if not name:
        reading.problems.append(f"Line {number}: the name is missing.")
    elif starts_on is None or ends_on is None:
        reading.problems.append(f"Line {number}, {name}: write each date as 27/03/2026.")
    elif ends_on < starts_on:
        reading.problems.append(f"Line {number}, {name}: the last day is before the first day.")
    elif row.get("kind") and kind is None:
        reading.problems.append(f"Line {number}, {name}: the kind must be term, holiday, INSET or closed.")
    else:
        is_part = starts_on == ends_on and None not in (first_time, last_time) and _lasts(first_time, last_time)
        _keep(reading, name, kind, starts_on, ends_on, is_part=is_part)


def _lasts(first_time, last_time):
    """True for part of a school day. From midnight to midnight is a whole one."""
    length = timedelta(hours=last_time.hour - first_time.hour, minutes=last_time.minute - first_time.minute)
    return timedelta(0) < length < SCHOOL_DAY


_TIME = re.compile(r"(\d{1,2})[:.](\d{2})(?:[:.]\d{2})?\s*(am|pm)?", re.ASCII | re.IGNORECASE)
NOON = 12


def read_time(text: str) -> time | None:
    """A time of day as calendar programs write it, 15:30 or 3:30 PM; None when it is not one."""
    match = _TIME.fullmatch(text.strip()[:20])
    if not match:
        return None
    hour, minute, half = int(match[1]), int(match[2]), (match[3] or "").lower()
    if half:
        hour = hour % NOON + (NOON if half == "pm" else 0)
    try:
        return time(hour, minute)
    except ValueError:
        return None


def _plain(text):
    return re.sub(r"[\s_-]+", " ", text).strip().lower()


_NUMBERS = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4}|\d{2})", re.ASCII)
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})", re.ASCII)
_WORDS = re.compile(r"(?:[a-z]{3,9},?\s+)?(\d{1,2})(?:st|nd|rd|th)?\s+([a-z]{3,9})\s+(\d{4})", re.ASCII | re.IGNORECASE)


def read_day(text: str, *, month_first: bool = False) -> date | None:
    """Read a date as people in England write it, day first unless told otherwise; None when it is not one."""
    text = text.strip()[:40]
    try:
        if match := _ISO.fullmatch(text):
            year, month, day = (int(part) for part in match.groups())
        elif match := _NUMBERS.fullmatch(text):
            day, month, year = (int(part) for part in match.groups())
            if month_first:
                day, month = month, day
            year += FIRST_YEAR if len(match[3]) == SHORT_YEAR else 0
        elif match := _WORDS.fullmatch(text):
            day, month, year = int(match[1]), _month(match[2]), int(match[3])
        else:
            return None
        return date(year, month, day)
    except ValueError:
        return None


def _month(word):
    word = word.lower()
    return next((number for number, name in enumerate(MONTHS, start=1) if name.lower().startswith(word)), 0)


# --- What both have in common ------------------------------------------------------------------------------------
def _name(text):
    """One line of printable text, short enough to store."""
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    return line[:MAX_NAME].strip()


def _first_capital(text):
    return text[:1].upper() + text[1:]


def _keep(reading, name, kind, starts_on, ends_on, *, is_part=False):
    if not (FIRST_YEAR <= starts_on.year and ends_on.year <= LAST_YEAR):
        reading.problems.append(f"{name}: its year is out of reach. Check the date.")
    elif ends_on - starts_on > LONGEST:
        reading.problems.append(f"{name}: it is longer than {LONGEST.days} days. Check the dates.")
    else:
        guess = kind or guess_kind(name, (ends_on - starts_on).days + 1)
        closes = not (is_part or _PART_OF_A_DAY.search(name) or (guess == BANK and _is_known(starts_on)))
        is_wanted = guess is not None and closes
        reading.add(Row(name, guess or CLOSED, starts_on, ends_on, is_wanted=is_wanted))


def _is_known(day):
    """Bank holidays that England has every year need no entry."""
    try:
        return is_bank_holiday(day)
    except HolidaysNotKnown:
        return False


_PART_OF_A_DAY = re.compile(r"\b(twilights?|after school|evening)\b", re.IGNORECASE)
_BANK = re.compile(r"\bbank holiday\b", re.IGNORECASE)
_TRAINING = re.compile(r"\b(inset|training day|staff day|pd day|professional development)", re.IGNORECASE)
_HALF_TERM = re.compile(r"half[ -]?term", re.IGNORECASE)
_AWAY = re.compile(r"\b(holidays?|break|vacation)\b", re.IGNORECASE)
_SEASON = re.compile(r"\b(christmas|easter)\b", re.IGNORECASE)
_TERM = re.compile(r"\bterm\b", re.IGNORECASE)
_CLOSURE = re.compile(r"\b(closed|closures?|closes|strike|election|polling)\b", re.IGNORECASE)
_MARKS_A_DAY = re.compile(
    r"\b(begins?|starts?|ends?|start of|end of|first day|last day|back|reopens?|fair|play|party|dinner|service)\b",
    re.IGNORECASE,
)
SHORTEST_TERM = 14
# Days, weekends included: a half term's rest is at most two weeks, the summer's not much over eight.
LONGEST_HALF_TERM_REST, LONGEST_HOLIDAY = 18, 62


def guess_kind(name: str, days: int) -> str | None:
    """Tell from the words what an entry is; None when nothing says that the school is closed.

    "Half term" is a week of rest or six of lessons, which its length tells; several days whose name says holiday are
    one, whatever else it says.
    """
    if _TRAINING.search(name):
        return INSET
    if days > 1 and _is_rest(name, days):
        return HOLIDAY
    if _TERM.search(name) and days >= SHORTEST_TERM:
        return TERM
    if _MARKS_A_DAY.search(name):
        return None
    if _BANK.search(name):
        return BANK
    if _HALF_TERM.search(name) or _AWAY.search(name) or _SEASON.search(name):
        return HOLIDAY
    return CLOSED if _CLOSURE.search(name) else None


def _is_rest(name, days):
    if _HALF_TERM.search(name) and days <= LONGEST_HALF_TERM_REST:
        return True
    return bool(_AWAY.search(name)) and days <= LONGEST_HOLIDAY
