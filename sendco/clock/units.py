"""Counting units. Section numbers in brackets are the provisions that use the wording.

Every unit has `due` (the date to show), `safe` (the stricter reading; the same date where there is none) and `words`,
which read on into the name of the trigger: "2 weeks after" + "the meeting". Only school days need a calendar.
"""

from abc import ABC, abstractmethod
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sendco.clock.calendar import SchoolCalendar, add_working_days, extra_bank_holidays, next_working_day
from sendco.clock.errors import CalendarNotKnown
from sendco.clock.holidays import bank_holidays_between
from sendco.clock.words import MONTHS, join_words, long_date

ONE_DAY = timedelta(days=1)


def corresponding_date(day: date, months: int) -> date:
    """Same day-number `months` later (earlier if negative); the last day of that month if it has no such day."""
    years, month0 = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month0 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def plain_date(value: date) -> date:
    """Refuse a datetime: which day it falls on depends on a time zone, so the caller converts it first."""
    if isinstance(value, datetime) or not isinstance(value, date):
        raise TypeError(f"A date is needed, not {value!r}.")
    return value


def left_out_words(days: list[date]) -> str:
    """Which bank holidays a count of working days left out beside weekends."""
    if not days:
        return ""
    noun = "bank holiday" if len(days) == 1 else "bank holidays"
    return f"Weekends and the {noun} {join_words([long_date(day) for day in days])} are left out."


def plural(n: int, noun: str) -> str:
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"


class Unit(ABC):
    """One way of counting from a trigger date. Raises TypeError for a datetime."""

    def due(self, trigger: date, calendar: SchoolCalendar | None = None) -> date:
        return self._due(plain_date(trigger), calendar)

    def safe(self, trigger: date, calendar: SchoolCalendar | None = None) -> date:
        return self.due(trigger, calendar)

    @property
    @abstractmethod
    def words(self) -> str: ...

    @abstractmethod
    def _due(self, trigger: date, calendar: SchoolCalendar | None) -> date: ...

    def steps(self, trigger: date, calendar: SchoolCalendar | None = None) -> str:
        """How the count came from the plain day to the due one, as a sentence; empty where nothing moved or was left
        out."""
        return ""

    def doubt(self, trigger: date, calendar: SchoolCalendar | None = None) -> str:
        """What is not certain about this way of counting from this very day; empty for most."""
        return ""

    def __str__(self) -> str:
        return self.words


@dataclass(frozen=True)
class Counted(Unit):
    n: int
    least = 1

    def __post_init__(self) -> None:
        if self.n < self.least:
            raise ValueError(f"{type(self).__name__} counts {self.least} or more, not {self.n}.")


@dataclass(frozen=True)
class Days(Counted):
    """Calendar days. `from_service`: "beginning with" the day of service, which is day 1 (SEND Regs 2014, regs
    13(1)(a), 22(2)(c)). Otherwise the trigger day is not counted (CoP 9.83; reg 25(1)). `Days(0)` is "immediately".
    """

    from_service: bool = False
    least = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.from_service and self.n == 0:
            raise ValueError("A period beginning with a day has at least that day in it.")

    @property
    def words(self) -> str:
        if self.n == 0:
            return "the same day as"
        return f"{plural(self.n, 'day')} {'beginning with' if self.from_service else 'after'}"

    def _due(self, trigger: date, calendar: SchoolCalendar | None) -> date:
        return trigger + timedelta(days=self.n - self.from_service)


@dataclass(frozen=True)
class Weeks(Counted):
    """The wording "within N weeks of" (SEND Regs 2014): 7N calendar days on, holidays included, no rolling."""

    @property
    def words(self) -> str:
        return f"{plural(self.n, 'week')} after"

    def _due(self, trigger: date, calendar: SchoolCalendar | None) -> date:
        return trigger + timedelta(weeks=self.n)


@dataclass(frozen=True)
class Months(Counted):
    """Calendar months, by the corresponding date rule: 31 Dec + 2 months is the last day of February.

    `period`: "in the period of N months starting with" the trigger (Children and Families Act 2014 s44; reg 15(5)).
    It ends the day before the corresponding date, or on the last day of a month that has no such date.
    `rolls`: the end moves on to a working day (UK GDPR requests alone; no SEND deadline does). Then a date beyond the
    bank holiday data raises HolidaysNotKnown.
    """

    period: bool = False
    rolls: bool = False

    @property
    def words(self) -> str:
        if self.rolls:
            return f"{plural(self.n, 'month')} (or the next working day) after"
        return f"{plural(self.n, 'month')} {'starting with' if self.period else 'after'}"

    def _due(self, trigger: date, calendar: SchoolCalendar | None) -> date:
        end = corresponding_date(trigger, self.n)
        if self.period and end.day == trigger.day:
            end -= ONE_DAY
        return next_working_day(end) if self.rolls else end


@dataclass(frozen=True)
class WorkingDays(Counted):
    """Days that are not Saturday, Sunday, Christmas Day, Good Friday or an England bank holiday (SEND Regs 2014, regs
    15(2), 16, 34). `beginning_with`: the trigger day is day 1 if it is a working day. Raises HolidaysNotKnown.
    """

    beginning_with: bool = False

    @property
    def words(self) -> str:
        return f"{plural(self.n, 'working day')} {'beginning with' if self.beginning_with else 'after'}"

    def steps(self, trigger: date, calendar: SchoolCalendar | None = None) -> str:
        due, extra = self.due(trigger, calendar), extra_bank_holidays(calendar)
        return left_out_words(
            sorted({*bank_holidays_between(trigger, due), *(day for day in extra if trigger <= day <= due)})
        )

    def _due(self, trigger: date, calendar: SchoolCalendar | None) -> date:
        extra = extra_bank_holidays(calendar)
        return add_working_days(trigger, self.n, beginning_with=self.beginning_with, extra=extra)


@dataclass(frozen=True)
class SchoolDays(Counted):
    """Days with a session for pupils at that school (Education Act 1996 s579). `beginning_with`: the trigger day is
    day 1 if it is a school day. Raises CalendarNotKnown without a calendar that reaches far enough.
    """

    beginning_with: bool = False

    @property
    def words(self) -> str:
        return f"{plural(self.n, 'school day')} {'beginning with' if self.beginning_with else 'after'}"

    def _due(self, trigger: date, calendar: SchoolCalendar | None) -> date:
        return _needed(calendar).add_school_days(trigger, self.n, beginning_with=self.beginning_with)


@dataclass(frozen=True)
class SchoolDaysBefore(Counted):
    """The wording "not less than N school days before" an event (SI 2010/1156). Raises CalendarNotKnown."""

    @property
    def words(self) -> str:
        return f"at least {plural(self.n, 'school day')} before"

    def _due(self, trigger: date, calendar: SchoolCalendar | None) -> date:
        return _needed(calendar).subtract_school_days(trigger, self.n)


class ClearDays(Counted):
    """The wording "at least ... before" is ordinarily read as clear days, so the safe date is a day earlier."""

    def safe(self, trigger: date, calendar: SchoolCalendar | None = None) -> date:
        return self.due(trigger, calendar) - ONE_DAY


@dataclass(frozen=True)
class WeeksBefore(ClearDays):
    """At least N weeks before an event (SEND Regs 2014, reg 20(3)-(4)): 7N days back, safe a day earlier."""

    @property
    def words(self) -> str:
        return f"at least {plural(self.n, 'week')} before"

    def _due(self, trigger: date, calendar: SchoolCalendar | None) -> date:
        return trigger - timedelta(weeks=self.n)


@dataclass(frozen=True)
class MonthsBefore(ClearDays):
    """At least N months before an event (SEND Regs 2014, reg 18(2)): the corresponding date, safe a day earlier."""

    @property
    def words(self) -> str:
        return f"at least {plural(self.n, 'month')} before"

    def _due(self, trigger: date, calendar: SchoolCalendar | None) -> date:
        return corresponding_date(trigger, -self.n)


@dataclass(frozen=True)
class Before(Unit):
    """The wording "before 15 February", in the calendar year of the trigger (SEND Regs 2014, reg 18(1)). Shows the
    day itself, as the Code of Practice does; by the letter the day before is the last in time, so that is the safe
    date. No rolling.
    """

    month: int
    day: int

    def __post_init__(self) -> None:
        if (self.month, self.day) == (2, 29):
            raise ValueError("29 February does not exist in every year.")
        date(2001, self.month, self.day)

    @property
    def words(self) -> str:
        return f"before {self.day} {MONTHS[self.month - 1]} in the year of"

    def safe(self, trigger: date, calendar: SchoolCalendar | None = None) -> date:
        return self.due(trigger, calendar) - ONE_DAY

    def _due(self, trigger: date, calendar: SchoolCalendar | None) -> date:
        return date(trigger.year, self.month, self.day)


def _needed(calendar: SchoolCalendar | None) -> SchoolCalendar:
    if calendar is None:
        raise CalendarNotKnown("This date counts school days. Enter the school calendar to see it.")
    return calendar
