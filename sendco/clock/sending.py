"""The days on which a school gets mail that goes out by itself."""

from datetime import date, timedelta
from functools import lru_cache

from sendco.clock.age import academic_year_start
from sendco.clock.calendar import SchoolCalendar, is_working_day
from sendco.clock.errors import HolidaysNotKnown

# The longest closure that a mail may be moved back over: a summer, and a little more.
LONGEST_CLOSURE = 60


class SendingDays:
    """Days on which a school gets mail: its school days, and working days of England where it entered no calendar.

    A day outside the terms that were entered is closed while its school year has terms (the summer holiday), and a
    working day like any other in a year without any.
    """

    def __init__(self, calendar: SchoolCalendar | None) -> None:
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

    def on_or_after(self, day: date) -> date:
        """The first such day from `day` on; `day` itself where a closure has no end."""
        return next((on for step in range(LONGEST_CLOSURE) if self.is_open(on := day + timedelta(days=step))), day)

    def _on_or_before(self, day: date) -> date:
        """A sending day so near that nothing is learnt too late; the day itself where a closure has no end."""
        for back in range(LONGEST_CLOSURE + 1):
            if self.is_open(day - timedelta(days=back)):
                return day - timedelta(days=back)
        return day
