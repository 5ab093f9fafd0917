"""The diary: what falls due and which meetings are held, over the school's own days. Month, week or list."""

from calendar import monthrange
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import groupby

from django.db.models import Q
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_GET

from ehcp.models import AnnualReview
from pupils.models import Meeting
from sendco.addresses import address_of
from sendco.clock import Duty, HolidaysNotKnown, SchoolCalendar, is_bank_holiday, long_date
from sendco.clock.words import MONTHS
from sendco.due.words import basis_words, state_words
from staff.access import require_permission
from staff.forms.days import EARLIEST, LATEST
from staff.models import Closure, Term
from staff.permissions import Permission as P
from staff.selectors import school_calendar

from . import items as due_items

VIEWS = (("month", "Month"), ("week", "Week"), ("list", "List"))
ONE_DAY = timedelta(days=1)
WEEK = timedelta(days=7)  # a row of the calendar
LIST_DAYS = 56
MOST_ENTRIES = 500
IN_A_CELL = 4
SATURDAY = 5


@dataclass(frozen=True)
class Entry:
    """One line of a day. `tone` is that of a state: late, soon, ok or wait."""

    on: date
    words: str
    child: str
    note: str
    href: str
    tone: str
    is_ours: bool
    is_meeting: bool = False


@dataclass
class Day:
    on: date
    is_today: bool
    closed: str
    note: str
    entries: list = field(default_factory=list)

    @property
    def is_weekend(self):
        return self.on.weekday() >= SATURDAY

    @property
    def shown(self):
        return self.entries[:IN_A_CELL]

    @property
    def more(self):
        return max(len(self.entries) - IN_A_CELL, 0)

    @property
    def words(self):
        return long_date(self.on)


def meetings(acting, first, last):
    """Open reviews with a meeting day that this person may know of: the case's readers, and who is invited."""
    reviews = AnnualReview.objects.visible_to(acting).filter(
        closed_on=None, meeting_on__gte=first, meeting_on__lte=last
    )
    if not acting.can(P.CASE_VIEW):
        invited = Q(invitees__user=acting.user, invitees__removed_on=None)
        reviews = reviews.filter(invited).distinct() if acting.can(P.REVIEW_CONTRIBUTE) else reviews.none()
    return reviews.select_related("pupil").order_by("meeting_on", "meeting_time", "pk")


def meeting_words(review):
    """The review and its hour, without the child."""
    at = f", {review.meeting_time:%H:%M}" if review.meeting_time else ""
    return f"{review.get_kind_display()} meeting{at}"


def child_meetings(acting, first, last):
    """Meetings about children that this person organises or is invited to, in time order. One query."""
    mine = Q(organiser=acting.user) | Q(people__user=acting.user, people__removed_on=None)
    rows = Meeting.objects.visible_to(acting).open().filter(mine, planned_on__gte=first, planned_on__lte=last)
    return rows.select_related("pupil").distinct().order_by("planned_on", "starts_at", "pk")


def child_meeting_words(meeting):
    at = f", {meeting.starts_at:%H:%M}" if meeting.starts_at else ""
    return f"{meeting.get_kind_display()}{at}"


def without_own_meetings(items, acting, today):
    """What is due, but the meetings that stand as meetings of their own on the same day."""
    return items.exclude(rule="meeting.hold", owner_id=acting.user.pk, due_on__gte=today)


def _due_entries(acting, first, last, today, *, only_ours):
    items = due_items.due_for(acting).filter(due_on__gte=first, due_on__lte=last)
    items = without_own_meetings(items, acting, today)
    if only_ours:
        items = items.filter(duty=Duty.SCHOOL)
    items = list(items.urgent_first()[:MOST_ENTRIES])
    pupils = due_items.children({item.pupil_id for item in items if item.pupil_id})
    people = due_items.owners(items, acting)
    for row in due_items.rows(items, pupils=pupils, people=people, acting=acting):
        yield _due_entry(row, today)


def _due_entry(row, today):
    item = row.item
    if row.action:
        href = row.action.href
    elif row.pupil:
        href = address_of("pupil-detail", row.pupil.pk)
    else:
        href = address_of("due-why", item.pk)
    tone = "wait" if item.exception else {"overdue": "late", "due_soon": "soon"}.get(item.urgency(today), "ok")
    return Entry(
        on=item.due_on,
        words=item.title,
        child=row.pupil.name if row.pupil else "The school",
        note=f"{basis_words(item)}. {row.owner}. {state_words(item, today)}",
        href=href,
        tone=tone,
        is_ours=row.ours,
    )


def _review_href(review, acting):
    if acting.can(P.CASE_VIEW):
        return address_of("ehcp:review-detail", review.pk)
    return address_of("pupil-detail", review.pupil_id)


def _meeting_entries(acting, first, last):
    for review in meetings(acting, first, last):
        yield Entry(
            on=review.meeting_on,
            words=meeting_words(review),
            child=review.pupil.name,
            note=review.place,
            href=_review_href(review, acting),
            tone="meeting",
            is_ours=True,
            is_meeting=True,
        )
    for meeting in child_meetings(acting, first, last):
        yield Entry(
            on=meeting.planned_on,
            words=child_meeting_words(meeting),
            child=meeting.pupil.name if meeting.pupil else "Several pupils",
            note=meeting.place,
            href=address_of("pupils:meeting-detail", meeting.pk),
            tone="meeting",
            is_ours=True,
            is_meeting=True,
        )


def entries_of(acting, first, last, today, *, only_ours=False):
    """Everything between two days, in date order, meetings first on each. Five queries."""
    entries = [
        *_meeting_entries(acting, first, last),
        *_due_entries(acting, first, last, today, only_ours=only_ours),
    ]
    return sorted(entries, key=lambda entry: (entry.on, not entry.is_meeting))


def days_of(acting, first, last, today, *, only_ours=False):
    """Each day from first to last with what is on it, and why the school is closed. Nine queries."""
    entries = entries_of(acting, first, last, today, only_ours=only_ours)
    by_day = {on: list(rows) for on, rows in groupby(entries, key=lambda entry: entry.on)}
    notes_on = _school_words(acting.school, first, last)
    count = (last - first).days + 1
    days = [first + timedelta(days=step) for step in range(count)]
    return [Day(on, on == today, *notes_on(on), entries=by_day.get(on, [])) for on in days]


def _school_words(school, first, last):
    """A function that gives of a day why the school is closed, and what begins or ends; "" for neither."""
    calendar = school_calendar(school)
    closures = list(Closure.objects.filter(school=school, starts_on__lte=last, ends_on__gte=first))
    terms = list(Term.objects.filter(academic_year__school=school, starts_on__lte=last, ends_on__gte=first))
    edges = {term.ends_on: f"Last day of {term.name}" for term in terms}
    edges |= {term.starts_on: f"First day of {term.name}" for term in terms}

    def notes_on(day):
        name = next((row.name for row in closures if row.starts_on <= day <= row.ends_on), "")
        return name or _holiday(day) or _between_terms(calendar, day), edges.get(day, "")

    return notes_on


def _holiday(day):
    try:
        return "Bank holiday" if is_bank_holiday(day) else ""
    except HolidaysNotKnown:
        return ""


def _between_terms(calendar: SchoolCalendar | None, day):
    if calendar is None or day.weekday() >= SATURDAY:
        return ""
    try:
        return "" if not calendar.covers(day) or calendar.is_school_day(day) else "School holiday"
    except HolidaysNotKnown:
        return ""


# --- The page -----------------------------------------------------------------------------------------------------
def _asked_day(request, today):
    try:
        day = parse_date(request.GET.get("on", "")) or today
    except ValueError:
        return today
    return day if EARLIEST <= day <= LATEST else today


def _month(day):
    first = day.replace(day=1)
    last = first.replace(day=monthrange(first.year, first.month)[1])
    after = last + ONE_DAY
    start, end = first - timedelta(days=first.weekday()), last
    end += timedelta(days=6 - end.weekday())
    return start, end, first - ONE_DAY, after, f"{MONTHS[first.month - 1]} {first.year}"


def _week(day):
    start = day - timedelta(days=day.weekday())
    return start, start + WEEK - ONE_DAY, start - WEEK, start + WEEK, f"Week from {long_date(start)}"


def _list(day):
    span = timedelta(days=LIST_DAYS)
    return day, day + span - ONE_DAY, day - span, day + span, f"From {long_date(day)}"


SPANS = {"month": _month, "week": _week, "list": _list}


@require_permission(P.PUPIL_VIEW, P.PUPIL_VIEW_UNIT, P.PUPIL_VIEW_ALL)
@require_GET
def diary(request):
    today = timezone.localdate()
    view = request.GET.get("view") if request.GET.get("view") in SPANS else "month"
    on = _asked_day(request, today)
    first, last, before, after, heading = SPANS[view](on)
    only_ours = request.GET.get("whose") == "ours"
    days = days_of(request.acting, first, last, today, only_ours=only_ours)
    context = {
        "title": "Diary",
        "section": "diary",
        "views": VIEWS,
        "view": view,
        "on": on.isoformat(),
        "month": on.month,
        "before": before.isoformat(),
        "after": after.isoformat(),
        "words": heading,
        "only_ours": only_ours,
        "days": days if view != "list" else [day for day in days if day.entries],
        "weeks": [days[at : at + 7] for at in range(0, len(days), 7)] if view == "month" else [],
        "has_entries": any(day.entries for day in days),
        "template": f"pages/_diary_{view}.html",
    }
    return render(request, "pages/diary.html", context)
