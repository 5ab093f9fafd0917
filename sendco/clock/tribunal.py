"""First-tier Tribunal (SEND) time: HESC Rules 2008 (SI 2008/2699), rule 12. Not for disability discrimination claims.

Every function raises HolidaysNotKnown beyond the bank holiday data.
"""

from dataclasses import dataclass
from datetime import date

from sendco.clock.calendar import (
    NO_DAYS,
    SchoolCalendar,
    extra_bank_holidays,
    next_working_day,
    working_day_after,
)
from sendco.clock.units import Counted, Months, plural
from sendco.clock.words import long_date


def in_august(day: date) -> bool:
    return day.month == 8


def in_christmas_window(day: date) -> bool:
    """25 December to 1 January, both included."""
    return (day.month == 12 and day.day >= 25) or (day.month == 1 and day.day == 1)


def roll_lodging_end(end: date, extra: frozenset[date] = NO_DAYS) -> date:
    """Last day to start an appeal whose time ends on `end` (r12(2), r12(3)(a)): an end in August moves to the first
    working day after 31 August, one in 25 December to 1 January to the first after 1 January, and one on any other
    non-working day to the next working day. Only the end matters; the days in between all count.
    """
    if in_august(end):
        return working_day_after(date(end.year, 8, 31), extra)
    if in_christmas_window(end):
        return working_day_after(date(end.year + (end.month == 12), 1, 1), extra)
    return next_working_day(end, extra)


def add_tribunal_days(trigger: date, n: int, extra: frozenset[date] = NO_DAYS) -> date:
    """The nth working day after `trigger` for any act but starting an appeal: all of August and 25 December to
    1 January are left out of the count (r12(3)(b)), unless the Tribunal named a date.
    """
    day = trigger
    while n:
        day = working_day_after(day, extra)
        n -= not (in_august(day) or in_christmas_window(day))
    return day


def moved_words(end: date, last: date) -> str:
    """Why the last day to start an appeal is not `end` itself; empty where it is."""
    if last == end:
        return ""
    if in_august(end):
        why = "in August, whose days do not count at the Tribunal"
    elif in_christmas_window(end):
        why = "between 25 December and 1 January, days that do not count at the Tribunal"
    else:
        why = "a day on which the Tribunal does not work"
    return f"would end on {long_date(end)}, {why}, and so end on {long_date(last)}, the first working day after."


@dataclass(frozen=True)
class LodgingMonths(Counted):
    """Calendar months to start an appeal, with the end rolled by `roll_lodging_end`."""

    @property
    def words(self) -> str:
        return f"{plural(self.n, 'month')} (moved on where tribunal rule 12 says so) after"

    def steps(self, trigger: date, calendar: SchoolCalendar | None = None) -> str:
        moved = moved_words(Months(self.n).due(trigger), self.due(trigger, calendar))
        return f"{plural(self.n, 'month')} {moved}" if moved else ""

    def _due(self, trigger: date, calendar: SchoolCalendar | None) -> date:
        return roll_lodging_end(Months(self.n).due(trigger), extra_bank_holidays(calendar))


@dataclass(frozen=True)
class TribunalDays(Counted):
    """Working days for an act in an appeal, by `add_tribunal_days`."""

    @property
    def words(self) -> str:
        return f"{plural(self.n, 'working day')} (leaving out August and 25 Dec to 1 Jan) after"

    def _due(self, trigger: date, calendar: SchoolCalendar | None) -> date:
        return add_tribunal_days(trigger, self.n, extra_bank_holidays(calendar))
