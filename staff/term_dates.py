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

from sendco.clock import LONDON
from sendco.clock.words import MONTHS

MAX_BYTES = 1024 * 1024
MAX_ROWS = 500
MAX_NAME = 80
# A term of more days has its end in the wrong year.
LONGEST = timedelta(days=200)
FIRST_YEAR, LAST_YEAR = 2000, 2100
SHORT_YEAR = 2  # digits

TERM, HOLIDAY, INSET, CLOSED = "term", "holiday", "inset", "closed"
KINDS = (TERM, HOLIDAY, INSET, CLOSED)


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
        except (ValueError, AttributeError, TypeError, KeyError, IndexError, OverflowError):
            reading.problems.append(f"{_first_capital(name)}: its dates cannot be read. Type it in.")
            continue
        if block.repeats:
            reading.problems.append(f"{_first_capital(name)}: this event repeats. Type in the days that matter.")
            continue
        _keep(reading, _first_capital(name), None, starts_on, ends_on)
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


def _local(moment):
    return moment.astimezone(LONDON) if moment.tzinfo else moment


# --- Tables ------------------------------------------------------------------------------------------------------
COLUMNS = {
    "name": "name",
    "title": "name",
    "what": "name",
    "first day": "first",
    "start": "first",
    "start date": "first",
    "from": "first",
    "last day": "last",
    "end": "last",
    "end date": "last",
    "to": "last",
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
}
HEADINGS = "The first line must name the columns: name, first day, last day, kind."


def read_table(text: str) -> Reading:
    lines = _table_lines(text)
    columns = [COLUMNS.get(_plain(heading)) for heading in (lines[0] if lines else [])]
    if "name" not in columns or "first" not in columns:
        raise Unreadable(HEADINGS)
    if len(lines) - 1 > MAX_ROWS:
        raise Unreadable(f"This file has more than {MAX_ROWS} rows. Keep one school year, then upload that.")
    reading = Reading()
    for number, cells in enumerate(lines[1:], start=2):
        row = {column: cell.strip() for column, cell in zip(columns, cells, strict=False) if column}
        if any(row.values()):
            _read_row(reading, number, row)
    return reading


def _table_lines(text):
    first = text.lstrip("\r\n").partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    try:
        return [cells for cells in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if cells]
    except csv.Error as error:
        raise Unreadable("This file cannot be read as a table. Save it again as CSV, then upload that.") from error


def _read_row(reading, number, row):
    name = _name(row.get("name", ""))
    starts_on = read_day(row.get("first", ""))
    ends_on = read_day(row["last"]) if row.get("last") else starts_on
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
        _keep(reading, name, kind, starts_on, ends_on)


def _plain(text):
    return re.sub(r"[\s_-]+", " ", text).strip().lower()


_NUMBERS = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4}|\d{2})", re.ASCII)
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})", re.ASCII)
_WORDS = re.compile(r"(?:[a-z]{3,9},?\s+)?(\d{1,2})(?:st|nd|rd|th)?\s+([a-z]{3,9})\s+(\d{4})", re.ASCII | re.IGNORECASE)


def read_day(text: str) -> date | None:
    """Read a date as people in England write it, day first; None when it is not one."""
    text = text.strip()[:40]
    try:
        if match := _ISO.fullmatch(text):
            year, month, day = (int(part) for part in match.groups())
        elif match := _NUMBERS.fullmatch(text):
            day, month, year = (int(part) for part in match.groups())
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


def _keep(reading, name, kind, starts_on, ends_on):
    if not (FIRST_YEAR <= starts_on.year and ends_on.year <= LAST_YEAR):
        reading.problems.append(f"{name}: its year is out of reach. Check the date.")
    elif ends_on - starts_on > LONGEST:
        reading.problems.append(f"{name}: it is longer than {LONGEST.days} days. Check the dates.")
    else:
        guess = kind or guess_kind(name, (ends_on - starts_on).days + 1)
        reading.add(Row(name, guess or CLOSED, starts_on, ends_on, is_wanted=guess is not None))


_TRAINING = re.compile(r"\b(inset|training day|staff day|pd day|professional development)", re.IGNORECASE)
_HOLIDAYS = re.compile(r"half[ -]?term|\b(holidays?|break|vacation|christmas|easter)\b", re.IGNORECASE)
_TERM = re.compile(r"\bterm\b", re.IGNORECASE)
_CLOSURE = re.compile(r"\b(closed|closures?|closes|strike|election|polling)\b", re.IGNORECASE)
_MARKS_A_DAY = re.compile(
    r"\b(begins?|starts?|ends?|start of|end of|first day|last day|back|reopens?|fair|play|party|dinner|service)\b",
    re.IGNORECASE,
)
SHORTEST_TERM = 14


def guess_kind(name: str, days: int) -> str | None:
    """Tell from the words what an entry is; None when nothing says that the school is closed."""
    if _TRAINING.search(name):
        return INSET
    if _TERM.search(name) and days >= SHORTEST_TERM:
        return TERM
    if _MARKS_A_DAY.search(name):
        return None
    if _HOLIDAYS.search(name):
        return HOLIDAY
    return CLOSED if _CLOSURE.search(name) else None
