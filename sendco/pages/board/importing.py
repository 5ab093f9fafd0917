"""Read a timetable of adults from a table: each line is one slot, understood or a problem in words."""

import csv
import io
import re
from dataclasses import dataclass, field
from datetime import datetime, time

from pupils.imports.reading.csv_files import decode, take_separator_line
from pupils.imports.reading.refusals import FileNotReadable
from staff.board.plans import Row
from staff.forms.days import EARLIEST, LATEST
from staff.models import SlotKind, StaffMember, TeachingGroup
from staff.models.people import current_on
from staff.models.posts import WEEKDAYS, Post

MAX_BYTES = 180_000
MAX_ROWS = 2000
MOST_PROBLEMS = 50
SCHOOL_WEEK = 5
HEADINGS = [
    *("Adult", "Day", "Week", "From", "Until", "Kind", "Class or group", "Doing", "Place", "First day", "Last day"),
]
NAMES = {
    "adult": "adult name staff who member colleague",
    "day": "day weekday",
    "week": "week",
    "from": "from start starts begins starttime starttimes",
    "until": "until end ends to finish endtime",
    "kind": "kind type activitytype slot",
    "group": "classorgroup class group form set",
    "doing": "doing what activity lesson subject notes",
    "place": "place room where location",
    "first": "firstday startdate fromdate",
    "last": "lastday enddate untildate",
}
KNOWN = {word: name for name, words in NAMES.items() for word in words.split()}
NEEDED = {"adult": "Adult", "day": "Day", "from": "From", "until": "Until", "kind": "Kind"}
_TIME = re.compile(r"(\d{1,2})[:.h]?(\d{2})?(?::\d{2})?\s*(am|pm)?", re.IGNORECASE)
NOON = 12


@dataclass
class Reading:
    rows: list[Row] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    lines: int = 0


class Unreadable(Exception):
    """Nothing of the file can be used. The message says why and what to do next."""


def text_of(content):
    """The letters of a CSV file. Raises Unreadable."""
    if content[:4] in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0"):
        raise Unreadable("This is an Excel workbook. Save its sheet as CSV and choose that.")
    try:
        text = decode(content)[0].replace("\x00", "")
    except FileNotReadable as error:
        raise Unreadable(f"{error} Save the table as CSV and choose it again.") from error
    if len(content) > MAX_BYTES or len(text.encode()) > MAX_BYTES:
        raise Unreadable("This file is larger than 180 KB. Leave out what is not the timetable of adults.")
    return text


def table_of(text):
    """The lines of the table as dicts by our own names of columns, with their numbers. Raises Unreadable."""
    text, separator = take_separator_line(text)
    first = text.partition("\n")[0]
    delimiter = separator or max(",;\t", key=first.count)
    try:
        # Strictly: a quotation mark that is never closed would swallow all lines after it.
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        words = "A quotation mark in this table is not closed. Look for it, save the table as CSV and choose it again."
        raise Unreadable(words) from error
    filled = [(number, line) for number, line in enumerate(lines, start=1) if any(cell.strip() for cell in line)]
    if len(filled) <= 1:
        raise Unreadable("The file holds no slot, so nothing was changed. Check that it is the right file.")
    if len(filled) > MAX_ROWS:
        raise Unreadable(f"The file has {len(filled):,} lines; at most {MAX_ROWS:,} are read at once.")
    columns = [KNOWN.get(re.sub(r"[^a-z]", "", cell.casefold()), "") for cell in filled[0][1]]
    if missing := [words for name, words in NEEDED.items() if name not in columns]:
        raise Unreadable(f"The first line has to name the columns. Missing: {', '.join(missing)}.")
    return [(number, _cells(columns, line)) for number, line in filled[1:]]


def _cells(columns, line):
    """{our name: text}. Two columns of one meaning are read together: neither text is lost."""
    cells = {}
    for name, cell in zip(columns, line, strict=False):
        if name and (text := _plain(cell)):
            cells[name] = f"{cells[name]} {text}" if name in cells else text
    return cells


def _plain(cell):
    return " ".join(cell.strip().removeprefix("'").split())


def read(text, *, school, timetable, from_on):
    """Understand each line. A line that cannot be is a problem in words, with its number. Four queries."""
    table = table_of(text)
    known = _Known(school, timetable, from_on)
    found = Reading(lines=len(table))
    seen = {}
    for number, cells in table:
        try:
            row = known.row(number, cells)
        except ValueError as error:
            found.problems.append(f"Line {number}: {error}")
            continue
        if row.facts in seen:
            found.problems.append(f"Line {number}: it is the same as line {seen[row.facts]}. Take one of them out.")
        seen.setdefault(row.facts, number)
        found.rows.append(row)
    return found


class _Known:
    """What names in a file may mean here."""

    def __init__(self, school, timetable, from_on):
        posts = Post.objects.filter(current_on(from_on), member__school=school)
        members = StaffMember.objects.filter(pk__in=posts.values("member")).select_related("school")
        self.members = _by_name(members)
        self.kinds = _by_name(SlotKind.objects.filter(school=school, is_archived=False))
        self.groups = _by_name(TeachingGroup.objects.filter(school=school, is_archived=False))
        self.timetable, self.from_on = timetable, from_on

    def row(self, number, cells):
        starts, ends = _time(cells.get("from", ""), "From"), _time(cells.get("until", ""), "Until")
        if ends <= starts:
            raise ValueError("the end is before the beginning.")
        week = cells.get("week", "").upper().removeprefix("WEEK").strip()
        if week not in ("", "A", "B"):
            raise ValueError(f"Week is {cells['week']}. Write A, B or nothing.")
        if week and not self.timetable.has_two_weeks:
            raise ValueError("this timetable has one week. Leave Week empty.")
        first, last = _date(cells.get("first", ""), "First day"), _date(cells.get("last", ""), "Last day")
        if last and last < max(first or self.from_on, self.from_on):
            raise ValueError("its last day is before it begins.")
        return Row(
            number=number,
            member=self._one(self.members, cells.get("adult", ""), "adult with a post on that day"),
            week=week,
            weekday=_weekday(cells.get("day", "")),
            starts_at=starts,
            ends_at=ends,
            kind=self._one(self.kinds, cells.get("kind", ""), "kind of slot"),
            group=self._one(self.groups, cells["group"], "class or group") if cells.get("group") else None,
            doing=_short(cells.get("doing", ""), 120, "Doing"),
            place=_short(cells.get("place", ""), 60, "Place"),
            first=first,
            last=last,
        )

    def _one(self, known, text, what):
        rows = known.get(text.casefold(), [])
        if not rows:
            raise ValueError(f"there is no {what} called {text or 'nothing'} here.")
        if len(rows) > 1:
            raise ValueError(f"{len(rows)} are called {text}. Give them different names first.")
        return rows[0]


def _by_name(rows):
    found = {}
    for row in rows:
        found.setdefault(" ".join(row.name.casefold().split()), []).append(row)
    return found


def _short(text, most, name):
    if len(text) > most:
        raise ValueError(f"{name} is longer than {most} characters.")
    return text


def _weekday(text):
    for number, name in enumerate(WEEKDAYS[:SCHOOL_WEEK]):
        if len(text) > 1 and text[:2].isalpha() and name.casefold().startswith(text.casefold().rstrip(".")):
            return number
    raise ValueError(f"{text or 'nothing'} is no day of the school week. Write Monday to Friday.")


def _date(text, name):
    for form in ("%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y", "%d/%m/%y") if text else ():
        try:
            found = datetime.strptime(text, form).date()  # noqa: DTZ007  (a day, no moment)
        except ValueError:
            continue
        if EARLIEST <= found <= LATEST:
            return found
    if text:
        raise ValueError(f"{name} is {text}. Write a date such as 04/01/2027.")
    return None


def _time(text, name):
    match = _TIME.fullmatch(text)
    if match:
        hour, minute, half = int(match[1]), int(match[2] or 0), (match[3] or "").casefold()
        if half:
            hour = hour % NOON + (NOON if half == "pm" else 0)
        if hour < 24 and minute < 60 and (match[2] or half):
            return time(hour, minute)
    raise ValueError(f"{name} is {text or 'empty'}. Write a time such as 09:15.")


def lines_of(slots, today):
    """Rows of a file that reads back as these slots, for somebody to change in a spreadsheet."""
    for slot in slots:
        yield [
            slot.member.name,
            WEEKDAYS[slot.weekday],
            slot.week,
            f"{slot.starts_at:%H:%M}",
            f"{slot.ends_at:%H:%M}",
            slot.kind.name,
            slot.group.name if slot.group else "",
            slot.doing,
            slot.place,
            slot.starts_on if slot.starts_on > today else "",
            slot.ends_on or "",
        ]
