"""Working days (the same for all of England) and school days (each school's own)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self

from sendco.clock.errors import CalendarNotKnown, HolidaysNotKnown
from sendco.clock.holidays import is_bank_holiday
from sendco.clock.words import long_date

ONE_DAY = timedelta(days=1)
SATURDAY = 5
JULY = 7


NO_DAYS: frozenset[date] = frozenset()


def is_working_day(day: date, extra: frozenset[date] = NO_DAYS) -> bool:
    """Not a Saturday, Sunday or England bank holiday (SEND Regs 2014, regs 15(2), 16), nor one of the `extra` bank
    holidays, proclaimed since our data. Raises HolidaysNotKnown.
    """
    return not is_bank_holiday(day) and day not in extra and day.weekday() < SATURDAY


def next_working_day(day: date, extra: frozenset[date] = NO_DAYS) -> date:
    """First working day on or after `day`. Raises HolidaysNotKnown."""
    while not is_working_day(day, extra):
        day += ONE_DAY
    return day


def working_day_after(day: date, extra: frozenset[date] = NO_DAYS) -> date:
    """First working day later than `day`. Raises HolidaysNotKnown."""
    return next_working_day(day + ONE_DAY, extra)


def last_working_day_on_or_before(day: date) -> date:
    """Raises HolidaysNotKnown."""
    while not is_working_day(day):
        day -= ONE_DAY
    return day


def last_open_day(day: date) -> date:
    """The last day up to `day` on which something can be done: a working day, as far as bank holidays are known."""
    try:
        return last_working_day_on_or_before(day)
    except HolidaysNotKnown:
        return day


def add_working_days(trigger: date, n: int, *, beginning_with: bool = False, extra: frozenset[date] = NO_DAYS) -> date:
    """The nth working day after `trigger`, or counting `trigger` itself if it is one. Raises HolidaysNotKnown."""
    day = next_working_day(trigger, extra) if beginning_with else working_day_after(trigger, extra)
    for _ in range(n - 1):
        day = working_day_after(day, extra)
    return day


@dataclass(frozen=True)
class DateRange:
    """Both ends included."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError(f"The range ends on {long_date(self.last)}, before it starts on {long_date(self.first)}.")

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


@dataclass(frozen=True)
class SchoolCalendar:
    """What one school has entered. Says nothing about days before `first_day` or after `last_day`.

    `bank_holidays` are those proclaimed after our data: no working days either.

    School day: Education Act 1996 s579, a day with a session for pupils at that school. So not a weekend, a closure,
    an INSET day or a bank holiday, whether or not the school lists it as closed.
    """

    first_day: date
    last_day: date
    closures: tuple[DateRange, ...]
    inset_days: frozenset[date]
    bank_holidays: frozenset[date] = NO_DAYS

    def __post_init__(self) -> None:
        DateRange(self.first_day, self.last_day)

    @classmethod
    def from_data(cls, data: Mapping | None) -> Self:
        """Build from plain data: `first_day`, `last_day`, `closures`, `inset_days`, and `bank_holidays` if any.

        Days are dates or ISO texts, closures are (first, last) pairs or "2026-12-19/2027-01-03". The first four must
        be there, an empty list only where the school says there is none; otherwise CalendarNotKnown. ValueError for
        a day that is not a date.
        """
        data = data or {}
        missing = [key for key in ("first_day", "last_day", "closures", "inset_days") if data.get(key) is None]
        if missing:
            raise CalendarNotKnown(f"The school calendar is not complete: {', '.join(missing)} missing.")
        return cls(
            first_day=_date(data["first_day"]),
            last_day=_date(data["last_day"]),
            closures=tuple(_range(closure) for closure in data["closures"]),
            inset_days=frozenset(_date(day) for day in data["inset_days"]),
            bank_holidays=frozenset(_date(day) for day in data.get("bank_holidays", ())),
        )

    def covers(self, day: date) -> bool:
        return self.first_day <= day <= self.last_day

    def is_school_day(self, day: date) -> bool:
        """Raises CalendarNotKnown outside the calendar, HolidaysNotKnown beyond the bank holiday data."""
        if not self.covers(day):
            raise CalendarNotKnown(
                f"The school calendar runs from {long_date(self.first_day)} to {long_date(self.last_day)}. "
                f"Enter the school days around {long_date(day)} to see this date."
            )
        return (
            is_working_day(day, self.bank_holidays)
            and day not in self.inset_days
            and not any(day in c for c in self.closures)
        )

    def last_school_day_on_or_before(self, day: date) -> date | None:
        """None when the calendar or the bank holiday data does not reach `day`, or there is no school day before it.

        After a last day in July the rest of the summer is holiday, whether or not the next year is entered.
        """
        if self.last_day.month == JULY and self.last_day < day <= date(self.last_day.year, 8, 31):
            day = self.last_day
        try:
            while self.covers(day):
                if self.is_school_day(day):
                    return day
                day -= ONE_DAY
        except HolidaysNotKnown:
            return None
        return None

    def add_school_days(self, trigger: date, n: int, *, beginning_with: bool = False) -> date:
        """The nth school day after `trigger`, or counting `trigger` itself if it is one. Raises CalendarNotKnown."""
        return self._count(trigger, n, ONE_DAY, beginning_with=beginning_with)

    def subtract_school_days(self, event: date, n: int) -> date:
        """The nth school day before `event`. Raises CalendarNotKnown."""
        return self._count(event, n, -ONE_DAY)

    def count_school_days(self, first: date, last: date) -> int:
        """School days from `first` to `last`, both included. Raises CalendarNotKnown."""
        span = range((last - first).days + 1)
        return sum(self.is_school_day(first + timedelta(days=i)) for i in span)

    def _count(self, day: date, n: int, step: timedelta, *, beginning_with: bool = False) -> date:
        if not beginning_with:
            day += step
        while True:
            n -= self.is_school_day(day)
            if n == 0:
                return day
            day += step


def _date(value: date | str) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else value


def _range(value: str | Iterable[date | str]) -> DateRange:
    first, last = value.split("/") if isinstance(value, str) else value
    return DateRange(_date(first), _date(last))


def extra_bank_holidays(calendar: SchoolCalendar | None) -> frozenset[date]:
    return calendar.bank_holidays if calendar else NO_DAYS
