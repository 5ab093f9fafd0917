"""Which sessions a run should have: its times, laid over the school's days. No database: facts in, sessions out."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any, NamedTuple

from sendco.clock import CalendarNotKnown, HolidaysNotKnown, SchoolCalendar
from staff.weeks import monday_of

from ..models import Sharing

ONE_DAY = timedelta(days=1)
PARTS = "ABCDEFGH"


class Key(NamedTuple):
    """What tells one session of a run from another."""

    on: date
    starts_at: time
    part: str


@dataclass(frozen=True)
class Wanted:
    minutes: int
    members: tuple[int, ...]


def is_school_day(calendar: SchoolCalendar | None, day: date) -> bool | None:
    """None where nobody has entered yet whether it is one."""
    if calendar is None:
        return None
    try:
        return calendar.is_school_day(day)
    except (CalendarNotKnown, HolidaysNotKnown):
        return None


def sessions_of(
    run: Any,
    times: Iterable[Any],
    adults: Iterable[Any],
    *,
    calendar: SchoolCalendar | None,
    letter_of: Callable[[date], str],
) -> dict[Key, Wanted]:
    """Every session that the run should have from its first day to its last, on school days alone.

    A day of which nobody knows whether it is a school day gives none: the run says so, and gets them later.
    """
    rows = sorted(adults, key=lambda row: (row.turn, row.pk))
    found: dict[Key, Wanted] = {}
    for number, (day, slot) in enumerate(_meetings(run, list(times), calendar, letter_of)):
        there = [row for row in rows if row.leads_on(day)]
        for part, members in _shared(run.starts_on, day, number, there):
            found[Key(day, slot.starts_at, part)] = Wanted(slot.minutes, members)
    return found


def _meetings(
    run: Any, times: list[Any], calendar: SchoolCalendar | None, letter_of: Callable[[date], str]
) -> Iterator[tuple[date, Any]]:
    """(day, time of the week) of each meeting, in order."""
    day = run.starts_on
    while day <= run.ends_on:
        if is_school_day(calendar, day):
            meets = [row for row in times if row.weekday == day.weekday() and _holds(row, day)]
            letter = letter_of(day) if any(row.week for row in meets) else ""
            for row in sorted(meets, key=lambda row: row.starts_at):
                if not row.week or row.week == letter:
                    yield day, row
        day += ONE_DAY


def _holds(row: Any, day: date) -> bool:
    return row.starts_on <= day and (row.ends_on is None or day <= row.ends_on)


def _shared(first: date, day: date, number: int, there: list[Any]) -> Iterator[tuple[str, tuple[int, ...]]]:
    """(part of the group, its adults) of one meeting: one for the whole group, or one for each part. How they share it
    goes by those who are there: it may have changed since."""
    sharing = there[0].sharing if there else Sharing.TOGETHER
    if sharing == Sharing.PARTS:
        parts = sorted({row.part for row in there if row.part})
        if parts:
            for part in parts:
                yield part, tuple(row.member_id for row in there if row.part == part)
            return
    if sharing == Sharing.BY_SESSION:
        there = [there[number % len(there)]]
    elif sharing == Sharing.BY_WEEK:
        weeks = (monday_of(day) - monday_of(first)).days // 7
        there = [there[weeks % len(there)]]
    yield "", tuple(dict.fromkeys(row.member_id for row in there))


def last_day_after(calendar: SchoolCalendar | None, first: date, weeks: int) -> date:
    """The last day of a run of so many weeks with school, beginning with the week of the first day."""
    monday, left, last = monday_of(first), weeks, first
    for _ in range(weeks * 3 + 20):  # holidays never take two of three weeks
        days = [monday + timedelta(days=step) for step in range(5)]
        open_days = [day for day in days if day >= first and is_school_day(calendar, day) is not False]
        if open_days:
            left, last = left - 1, open_days[-1]
        if left <= 0:
            return last
        monday += timedelta(days=7)
    return last
