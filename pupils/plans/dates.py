"""When a plan is looked at again: proposals, which whoever writes the plan may change."""

from datetime import date, timedelta

from sendco.clock import SchoolCalendar
from staff.models import School, Term

# Long enough ahead that a review at the end of this term would judge something.
LEAST_DAYS = 28
# Where no term is entered: about a term.
A_TERM = timedelta(weeks=12)
# A cycle in which a target was not met is followed by one of half the length, and no shorter than this.
SHORTEST = timedelta(weeks=3)
LONGEST_YEARS = 3


def propose_review(school: School, kind, starts_on: date, *, calendar: SchoolCalendar | None = None) -> date:
    """The day that a kind's own weeks give, else ten days before the end of the term it runs in. One query."""
    if kind.review_weeks:
        return _open_day(starts_on + timedelta(weeks=kind.review_weeks), calendar)
    ends = Term.objects.filter(
        academic_year__school=school, ends_on__gte=starts_on + timedelta(days=LEAST_DAYS)
    ).order_by("ends_on")
    end = ends.values_list("ends_on", flat=True).first()
    return _open_day(end - BEFORE_THE_END if end else starts_on + A_TERM, calendar)


# So that the meeting with parents still falls inside the term.
BEFORE_THE_END = timedelta(days=10)


def sooner(starts_on: date, proposed: date, *, calendar: SchoolCalendar | None = None) -> date:
    """Half way to the proposed day: for a cycle that follows a target not met (Code of Practice 6.44: closer cycles as
    need is clearer)."""
    half = max((proposed - starts_on) // 2, SHORTEST)
    return _open_day(starts_on + half, calendar) if half < proposed - starts_on else proposed


def _open_day(day: date, calendar: SchoolCalendar | None) -> date:
    last = calendar.last_school_day_on_or_before(day) if calendar is not None and calendar.covers(day) else None
    if last:
        return last
    return day - timedelta(days=max(day.weekday() - 4, 0))
