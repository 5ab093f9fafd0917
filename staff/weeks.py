"""Which week of a two-week timetable a week is: from the school's own first week, never from the calendar's number.

No Django: dates in, letters out.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

WEEK = timedelta(days=7)
LETTERS = ("A", "B")


@dataclass(frozen=True)
class SetByHand:
    """A week whose letter the school chose. `later_follow` says whether the weeks after it count on from it, or go on
    as they would have without it."""

    monday: date
    letter: str
    later_follow: bool = True


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def other(letter: str) -> str:
    return LETTERS[1 - LETTERS.index(letter)]


def letter_of(
    day: date,
    *,
    first_week: date,
    first_letter: str = "A",
    counts_holidays: bool = False,
    is_open: Callable[[date], bool] = lambda monday: True,
    by_hand: Iterable[SetByHand] = (),
) -> str:
    """Return "A" or "B" for the week of this day, or "" before the first week and in a week that does not count.

    `is_open` tells of a Monday whether its week has a school day; weeks without one are passed over unless the school
    counts them.
    """
    monday, wanted = monday_of(first_week), monday_of(day)
    chosen = {monday_of(one.monday): one for one in by_hand}
    following = first_letter
    while monday <= wanted:
        one = chosen.get(monday)
        counts = counts_holidays or is_open(monday)
        letter = one.letter if one else following if counts else ""
        if monday == wanted:
            return letter
        if one and one.later_follow:
            following = other(one.letter)
        elif counts:
            following = other(following)
        monday += WEEK
    return ""
