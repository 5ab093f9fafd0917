"""English-looking school years worked out from the calendar year, so that the demo fits any day it is loaded on."""

from datetime import date, timedelta

from sendco.clock import academic_year_start, is_working_day, next_working_day
from sendco.clock.holidays import FIRST_YEAR, LAST_YEAR, bank_holidays

DAY = timedelta(days=1)
WEEK = timedelta(days=7)
SCHOOL_DAYS = 190
MONDAY, FRIDAY = 0, 4


def _on_or_after(day, weekday):
    return day + timedelta(days=(weekday - day.weekday()) % 7)


def _good_friday(year):
    return next(day for day in sorted(bank_holidays(year)) if day.month in (3, 4) and day.weekday() == FRIDAY)


def _week(name, monday):
    return name, "holiday", monday, monday + 4 * DAY


class SchoolYear:
    """Terms as (name, first day, last day); closures as (name, kind, first day, last day)."""

    def __init__(self, starts_in):
        self.starts_in = starts_in
        following = starts_in + 1
        autumn = next_working_day(date(starts_in, 9, 1))
        christmas = _on_or_after(date(starts_in, 12, 15), FRIDAY)
        spring = next_working_day(_on_or_after(date(following, 1, 1), MONDAY))
        easter = min(_good_friday(following) - DAY, _on_or_after(date(following, 4, 1), FRIDAY))
        summer = next_working_day(_on_or_after(easter, MONDAY) + 2 * WEEK)
        october = _on_or_after(date(starts_in, 10, 22), MONDAY)
        may = date(following, 5, 31) - timedelta(days=date(following, 5, 31).weekday())
        self.closures = [
            _week("Autumn half term", october),
            _week("Spring half term", _on_or_after(date(following, 2, 12), MONDAY)),
            _week("Summer half term", may),
        ]
        for day in (autumn, autumn + DAY, october + WEEK, spring, may + WEEK):
            inset = next_working_day(day)
            self.closures.append(("INSET day", "inset", inset, inset))
        self.terms = [
            ("Autumn", autumn, christmas),
            ("Spring", spring, easter),
            ("Summer", summer, self._last_day(autumn, christmas, spring, easter, summer)),
        ]

    def _last_day(self, autumn, christmas, spring, easter, summer):
        """The day by which the school has been open for pupils 190 times."""
        count = sum(
            self._is_open(first + timedelta(days=step))
            for first, last in ((autumn, christmas), (spring, easter))
            for step in range((last - first).days + 1)
        )
        day = summer
        while True:
            count += self._is_open(day)
            if count == SCHOOL_DAYS:
                return day
            day += DAY

    def _is_open(self, day):
        return is_working_day(day) and not any(first <= day <= last for _, _, first, last in self.closures)

    def open_days(self):
        """Every day with pupils in school, in order."""
        for _, first, last in self.terms:
            for step in range((last - first).days + 1):
                if self._is_open(first + timedelta(days=step)):
                    yield first + timedelta(days=step)


class SchoolDays:
    """The school days around the day of loading, long enough for a whole school life."""

    def __init__(self, today):
        self.today = today
        self.year = academic_year_start(today)
        years = range(max(FIRST_YEAR, self.year - 9), min(LAST_YEAR - 1, self.year + 1) + 1)
        self.years = {starts_in: SchoolYear(starts_in) for starts_in in years}
        days = [day for year in self.years.values() for day in year.open_days()]
        self.past = [day for day in days if day < today]
        self.future = [day for day in days if day >= today]

    def back(self, number):
        """The nth school day before today: 1 is the last one."""
        return self.past[-number]

    def ahead(self, number):
        """The nth school day after today, or the last that is known."""
        later = [day for day in self.future if day > self.today]
        return later[min(number, len(later)) - 1]

    def first_of(self, starts_in):
        """The first day with pupils of a school year, but never after today: a child who is on roll has joined."""
        first = next(iter(self.years[max(starts_in, min(self.years))].open_days()))
        return min(first, self.today)

    def on_or_before(self, day):
        """The last school day on or before this one, or the day itself before the first known year."""
        return next((one for one in reversed(self.past) if one <= day), day)

    def between(self, first, last):
        """School days from one to the other, both included."""
        return [day for day in self.past if first <= day <= last]
