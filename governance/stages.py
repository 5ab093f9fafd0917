"""When somebody is reminded of a date: stages before it, on it and after it. No Django: dates in, dates out."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from sendco.clock import Basis, HolidaysNotKnown, SchoolCalendar, academic_year_start, is_working_day

ONE_DAY = timedelta(days=1)
ON_THE_DAY = 0
# Stages that are no number of days: the law's last day on a closed day, each day after the date, and the head's turn.
LAST_DAY, LATE, PASSED_ON = "last", "late", "passed_on"
CHOICES = {
    84: "12 weeks before",
    56: "8 weeks before",
    42: "6 weeks before",
    28: "4 weeks before",
    21: "3 weeks before",
    14: "2 weeks before",
    7: "1 week before",
    3: "3 days before",
    1: "The day before",
    0: "On the day",
}
LONG = (56, 28, 14, 3, 0)
SHORT = (3, 0)
# The longest closure that a stage may be moved back over: a summer, and a little more.
LONGEST_CLOSURE = 60


@dataclass(frozen=True)
class Stages:
    """The stages of one rule: days before the date, the longest first, and whether a late item comes each day."""

    days: tuple[int, ...]
    daily_when_late: bool = True

    def fitting(self, trigger_on: date, due_on: date) -> tuple[int, ...]:
        """Those that fall after the clock began: a rule of three days has no stage of eight weeks."""
        span = (due_on - trigger_on).days
        return tuple(days for days in self.days if days == ON_THE_DAY or span <= 0 or days < span)


LONG_STAGES, SHORT_STAGES = Stages(LONG), Stages(SHORT)


def default_stages(basis: str) -> Stages:
    """Law and guidance have the long ladder; what the school sets for itself, in days, a short one."""
    return SHORT_STAGES if basis == Basis.LOCAL else LONG_STAGES


def stage_words(stage: str) -> str:
    if stage.isdigit():
        days = int(stage)
        return CHOICES.get(days, f"{days} days before")
    return {LAST_DAY: "On the last day of the law", LATE: "Late", PASSED_ON: "Passed on to the head"}.get(stage, stage)


class SendingDays:
    """Days on which a school gets mail: its school days, and working days of England where it entered no calendar.

    A day outside the terms that were entered is closed while its school year has terms (the summer holiday), and a
    working day like any other in a year without any.
    """

    def __init__(self, calendar: SchoolCalendar | None):
        self._calendar = calendar
        self.is_open = lru_cache(maxsize=4096)(self._is_open)
        self.on_or_before = lru_cache(maxsize=4096)(self._on_or_before)

    def _is_open(self, day: date) -> bool:
        try:
            if self._calendar is None:
                return is_working_day(day)
            if self._calendar.covers(day):
                return self._calendar.is_school_day(day)
            years = (academic_year_start(self._calendar.first_day), academic_year_start(self._calendar.last_day))
            return academic_year_start(day) not in years and is_working_day(day)
        except HolidaysNotKnown:
            return day.weekday() < 5

    def _on_or_before(self, day: date) -> date:
        """A sending day so near that nothing is learnt too late; the day itself where a closure has no end."""
        for back in range(LONGEST_CLOSURE + 1):
            if self.is_open(day - timedelta(days=back)):
                return day - timedelta(days=back)
        return day


@dataclass(frozen=True)
class Choice:
    """What one item says today: its stage, and earlier ones that fell on days when nothing ran."""

    stage: str
    folded: tuple[str, ...] = ()


def choose(
    *,
    basis: str,
    trigger_on: date,
    due_on: date,
    stages: Stages,
    today: date,
    ran_on: date | None,
    days: SendingDays,
) -> Choice | None:
    """The stage that an item before its date has reached, or None. `ran_on` is the last day on which the run happened.

    On a closed day only the law's own last day speaks: today's, or one that a missed run kept silent.
    """
    law = basis == Basis.STATUTE and ON_THE_DAY in stages.days
    if not days.is_open(today):
        missed = ran_on is not None and ran_on < due_on
        return Choice(LAST_DAY) if law and (due_on == today or (missed and due_on < today)) else None
    if due_on < today:
        return None
    begun = [
        (on, number)
        for number in stages.fitting(trigger_on, due_on)
        if (on := days.on_or_before(due_on - timedelta(days=number))) <= today
    ]
    if not begun:
        return None
    now = min(number for _, number in begun)
    folded = [number for on, number in begun if number != now and ran_on is not None and on > ran_on and on < today]
    return Choice(str(now), tuple(str(number) for number in folded))


def reach(stages: Iterable[Stages]) -> int:
    """How many days ahead a date can already have a stage today."""
    return max((max(one.days, default=0) for one in stages), default=0) + LONGEST_CLOSURE
