"""The weeks of term of a school, whole school years of them: the measure of what is promised by the week."""

from datetime import date, timedelta

from provision.runs.planning import is_school_day
from sendco.clock import academic_year_start
from staff.models import Closure, School, Term
from staff.selectors import school_calendar
from staff.weeks import WEEK, monday_of

from .sums import SCHOOL_WEEK, Week

ONE_DAY = timedelta(days=1)


def term_weeks(school: School, first: date, last: date) -> list[Week]:
    """The weeks of the school years from that of the first day to that of the last. Four queries.

    A week of which a sudden closure, such as snow, took every day is a week of term all the same: what was promised in
    it is owed.
    """
    calendar = school_calendar(school)
    begins = date(academic_year_start(first), 9, 1)
    ends = date(academic_year_start(last) + 1, 8, 31)
    terms = list(
        Term.objects.filter(academic_year__school=school, starts_on__lte=ends, ends_on__gte=begins)
        .order_by("starts_on")
        .values_list("starts_on", "ends_on")
    )
    closed = list(
        Closure.objects.filter(school=school, kind=Closure.Kind.CLOSED, ends_on__gte=begins).values_list(
            "starts_on", "ends_on"
        )
    )

    def counts(day: date) -> bool:
        if is_school_day(calendar, day):
            return True
        return (
            day.weekday() < SCHOOL_WEEK and any(start <= day <= end for start, end in closed) and _term(terms, day) > 0
        )

    found: list[Week] = []
    monday, part, before = monday_of(begins), 0, False
    while monday <= ends:
        days = [monday + ONE_DAY * step for step in range(SCHOOL_WEEK)]
        owed = [day for day in days if counts(day)]
        if owed:
            part += not before
            open_days = sum(bool(is_school_day(calendar, day)) for day in days)
            found.append(Week(monday, open_days, part, _term(terms, owed[-1])))
        before = bool(owed)
        monday += WEEK
    return found


def _term(terms: list[tuple[date, date]], day: date) -> int:
    """The number of the term that holds this day, 0 where none does."""
    return next((number for number, (start, end) in enumerate(terms, start=1) if start <= day <= end), 0)
