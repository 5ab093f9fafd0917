"""On which days people are reminded, by itself, of what they have to say before a review. Pure: dates in, dates out."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from sendco.clock import SendingDays
from sendco.refusals import Refused

from .refusals import ChaserReason

ONE_DAY = timedelta(days=1)
# Nobody hears again so soon after the last request or reminder.
QUIET = timedelta(days=3)
# The papers go out two weeks before the meeting: a week and two days before that.
DEFAULT_DAYS = (21, 16)
NEAREST, FURTHEST, MOST = 1, 90, 5


@dataclass(frozen=True)
class SetDay:
    """One reminder. `on` names it: the set number of days before the meeting. It goes on that day or, where the school
    is closed then, on the school day before."""

    number: int
    on: date
    goes_on: date

    def is_too_soon(self, last: date) -> bool:
        """Did the person hear of it shortly before this day, on it or since? Then the day is left out for them."""
        return self.goes_on - last <= QUIET


def problem_with(numbers: list[int]) -> Refused | None:
    """What is wrong with a list of days before the meeting."""
    if len(numbers) > MOST:
        return Refused(ChaserReason.TOO_MANY, most=MOST, over=len(numbers) - MOST)
    if wrong := [number for number in numbers if not NEAREST <= number <= FURTHEST]:
        return Refused(ChaserReason.OUT_OF_RANGE, number=wrong[0], nearest=NEAREST, furthest=FURTHEST)
    if twice := [number for number in numbers if numbers.count(number) > 1]:
        return Refused(ChaserReason.TWICE, number=twice[0])
    return None


def in_words(numbers: Iterable[int]) -> str:
    """21 and 16 days before the meeting"""
    figures = [str(number) for number in sorted(numbers, reverse=True)]
    listed = f"{', '.join(figures[:-1])} and {figures[-1]}" if len(figures) > 1 else figures[0]
    return f"{listed} day{'' if figures == ['1'] else 's'} before the meeting"


def set_days(meeting_on: date, numbers: Iterable[int], days: SendingDays) -> list[SetDay]:
    """The earliest first."""
    planned = [(number, meeting_on - timedelta(days=number)) for number in sorted(set(numbers), reverse=True)]
    return [SetDay(number, on, days.on_or_before(on)) for number, on in planned]


def still_open(found: Iterable[SetDay], *, today: date, ran_on: date | None) -> list[SetDay]:
    """Those that no run has come past. `ran_on` is the last day on which one happened; without any, nothing was
    missed. A day that was closed after its own school day before had gone by is still open."""
    since = ran_on or today - ONE_DAY
    return [day for day in found if day.on > since]


def reached(found: Iterable[SetDay], *, today: date, ran_on: date | None) -> SetDay | None:
    """The newest open one whose day has come: of several that were missed, one is made good."""
    begun = [day for day in still_open(found, today=today, ran_on=ran_on) if day.goes_on <= today]
    return begun[-1] if begun else None


def to_come(
    found: Iterable[SetDay],
    *,
    heard: Iterable[date],
    meeting_on: date,
    today: date,
    ran_on: date | None,
    days: SendingDays,
) -> list[date]:
    """The days before the meeting on which somebody will get one. `heard` says when each last heard of it."""
    first = days.on_or_after(today + ONE_DAY if ran_on == today else today)
    lasts, going = list(heard), []
    for day in still_open(found, today=today, ran_on=ran_on):
        goes_on = max(day.goes_on, first)
        told = [not day.is_too_soon(last) and goes_on < meeting_on for last in lasts]
        if any(told) and goes_on not in going:
            going.append(goes_on)
        lasts = [goes_on if yes else last for yes, last in zip(told, lasts, strict=True)]
    return going
