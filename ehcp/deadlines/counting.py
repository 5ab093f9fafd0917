"""Ways of counting that only this floor has."""

from dataclasses import dataclass
from datetime import timedelta

from sendco.clock import (
    Months,
    Unit,
    Weeks,
    compulsory_school_age_ends,
    corresponding_date,
    is_near_start_of_term,
    last_open_day,
    last_working_day_on_or_before,
    long_date,
    young_person_from,
)
from sendco.clock.units import Counted, plural


@dataclass(frozen=True)
class WeeksSpan(Weeks):
    """Some say `early` weeks and some say `n`: shows the later, and holds the earlier to be safe."""

    early: int

    @property
    def words(self):
        return f"{self.early} to {self.n} weeks after"

    def safe(self, trigger, calendar=None):
        return Weeks(self.early).due(trigger)


@dataclass(frozen=True)
class MonthsSpan(Months):
    """ "Every `early` to `n` months": shows the later, and holds the earlier to be safe."""

    early: int = 1

    @property
    def words(self):
        return f"{self.early} to {self.n} months after"

    def safe(self, trigger, calendar=None):
        return Months(self.early).due(trigger)


@dataclass(frozen=True)
class MonthsToOffice(Months):
    """Months that end on the day itself; the last working day up to it is the last on which an office answers."""

    def safe(self, trigger, calendar=None):
        return last_open_day(self.due(trigger, calendar))


@dataclass(frozen=True)
class DaysBackToSchool(Counted):
    """Days back from a date, and then back to a school day; to a working day where the school's calendar does not
    reach, which is then told as such."""

    @property
    def words(self):
        return f"{plural(self.n, 'day')} (and on a school day) before"

    def steps(self, trigger, calendar=None):
        plain, due = self._plain(trigger), self.due(trigger, calendar)
        if plain == due:
            return ""
        return (
            f"{plural(self.n, 'day')} before is {long_date(plain)}; {long_date(due)} is the last day before it to meet."
        )

    def doubt(self, trigger, calendar=None):
        known = calendar and calendar.last_school_day_on_or_before(self._plain(trigger))
        return "" if known else "calendar not entered. It is a working day, and may be no school day."

    def _plain(self, trigger):
        return trigger - timedelta(days=self.n)

    def _due(self, trigger, calendar):
        day = self._plain(trigger)
        return (calendar and calendar.last_school_day_on_or_before(day)) or last_working_day_on_or_before(day)


@dataclass(frozen=True)
class EndOfSchoolAge(Unit):
    """The day after compulsory school age ends, from the date of birth."""

    words = "the day after the last Friday in June of the school year of the 16th birthday, for a"

    def steps(self, trigger, calendar=None):
        sixteen, ends = corresponding_date(trigger, 16 * 12), compulsory_school_age_ends(trigger)
        birthday = f"The 16th birthday is {long_date(sixteen)}"
        return f"{birthday}; the last Friday in June of that school year is {long_date(ends)}."

    def _due(self, trigger, calendar):
        return young_person_from(trigger)

    def doubt(self, trigger, calendar=None):
        if not is_near_start_of_term(trigger):
            return ""
        return (
            "the first day of term in the September of the 16th birthday. A birthday before it falls in the earlier "
            "school year by the letter of s8(3), and rights then pass a year sooner."
        )
