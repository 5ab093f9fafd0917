"""Recording who is away. One place to type it; what it leaves uncovered is worked out where it is shown."""

from datetime import date, time, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from sendco.audit import services as audit
from sendco.clock import is_working_day, short_date
from sendco.refusals import ChangedMeanwhile, Refused

from ..models import Absence, StaffMember, User
from ..models.people import current_on
from ..saving import record
from ..selectors import school_calendar
from .refusals import AbsenceReason

ONE_DAY = timedelta(days=1)


@transaction.atomic
def save_absence(
    *,
    member: StaffMember,
    absence: Absence | None,
    starts_on: date,
    ends_on: date | None,
    starts_at: time | None = None,
    ends_at: time | None = None,
    reason: str | None = None,
    version: int = 0,
    by: User,
) -> Absence:
    """Record or change an absence. Without a last day it lasts until the return is noted.

    `reason` None leaves what stands: whoever may not see it cannot change it. Raises ChangedMeanwhile and Refused.
    """
    member = StaffMember.objects.select_for_update(of=("self",)).get(pk=member.pk)
    _check(member, starts_on, ends_on, starts_at, ends_at)
    row = absence or Absence(member=member, recorded_by=by)
    if absence is not None:
        row = Absence.objects.select_for_update(of=("self",)).get(pk=absence.pk)
        if row.removed_at:
            raise Refused(AbsenceReason.REMOVED)
        if row.version != version:
            raise ChangedMeanwhile(row)
        row.version += 1
    row.starts_on, row.ends_on, row.starts_at, row.ends_at = starts_on, ends_on, starts_at, ends_at
    if row.returned_on and (row.returned_on < starts_on or ends_on is None or ends_on >= row.returned_on):
        row.returned_on = None  # the return was noted too early: it can be noted again
    if reason is not None:
        row.reason = reason
    _refuse_overlap(row)
    with audit.saving(row, by=by):
        row.save()
    text = f"Absence from {short_date(starts_on)} {'changed' if absence else 'recorded'}"
    record(member, "staff.absence_changed" if absence else "staff.absence_recorded", text, by=by)
    return row


def _check(
    member: StaffMember, starts_on: date, ends_on: date | None, starts_at: time | None, ends_at: time | None
) -> None:
    if ends_on and ends_on < starts_on:
        raise Refused(AbsenceReason.DATES_IN_ORDER, field="ends_on")
    if ends_on == starts_on and starts_at and ends_at and ends_at <= starts_at:
        raise Refused(AbsenceReason.TIMES_IN_ORDER, field="ends_at")
    if not member.posts.filter(current_on(starts_on)).exists():
        raise Refused(AbsenceReason.NOT_IN_POST, person=member.name, day=starts_on, field="starts_on")
    if ends_on and not member.posts.filter(Q(ends_on=None) | Q(ends_on__gte=ends_on)).exists():
        last = member.posts.order_by("-ends_on").values_list("ends_on", flat=True)[0]
        raise Refused(AbsenceReason.AFTER_LEAVING, person=member.name, day=last, field="ends_on")


def _refuse_overlap(row: Absence) -> None:
    """Two absences of an adult may touch one day in different hours, and never the same minutes."""
    others = Absence.objects.filter(Q(ends_on=None) | Q(ends_on__gte=row.starts_on), member=row.member, removed_at=None)
    others = others.exclude(pk=row.pk or 0)
    if row.ends_on:
        others = others.filter(starts_on__lte=row.ends_on)
    for other in others:
        if _begins(row) < _ends(other) and _begins(other) < _ends(row):
            raise Refused(AbsenceReason.OVERLAPS, person=row.member.name, first=other.starts_on, field="starts_on")


def _begins(row: Absence) -> tuple[date, time]:
    return (row.starts_on, row.starts_at or time.min)


def _ends(row: Absence) -> tuple[date, time]:
    return (row.ends_on or date.max, (row.ends_at or time.max) if row.ends_on else time.max)


def _were_missed(row: Absence, returned_on: date) -> bool:
    """Whether a school day lies between the last day entered and the return."""
    calendar = school_calendar(row.member.school)
    day = (row.ends_on or returned_on) + ONE_DAY
    while day < returned_on:
        if calendar.is_school_day(day) if calendar and calendar.covers(day) else is_working_day(day):
            return True
        day += ONE_DAY
    return False


@transaction.atomic
def note_return(*, absence: Absence, returned_on: date, by: User) -> Absence:
    """The adult is back: the day before is the last one away. Where school days lie between the last one entered and
    the return, the adult was away on them too.

    Raises Refused for a return before the first day, and where another absence lies between.
    """
    row = Absence.objects.select_for_update(of=("self",)).select_related("member").get(pk=absence.pk)
    if row.removed_at:
        raise Refused(AbsenceReason.REMOVED)
    if returned_on > timezone.localdate() + ONE_DAY:
        raise Refused(AbsenceReason.RETURN_AHEAD, field="returned_on")
    if returned_on < row.starts_on or (returned_on == row.starts_on and row.starts_at is None):
        raise Refused(AbsenceReason.RETURN_TOO_EARLY, field="returned_on")
    if row.ends_on is None or row.ends_on >= returned_on or _were_missed(row, returned_on):
        row.ends_on, row.ends_at = max(returned_on - ONE_DAY, row.starts_on), None
        _refuse_overlap(row)
    row.returned_on = returned_on
    row.version += 1
    with audit.saving(row, by=by):
        row.save(update_fields=["ends_on", "ends_at", "returned_on", "version"])
    record(row.member, "staff.returned", f"{row.member.name} back on {short_date(returned_on)}", by=by)
    return row


@transaction.atomic
def remove_absence(*, absence: Absence, by: User) -> None:
    """Take back an absence entered by mistake. It stays in the history."""
    row = Absence.objects.select_for_update(of=("self",)).select_related("member").get(pk=absence.pk)
    if row.removed_at:
        return
    row.removed_at, row.version = timezone.now(), row.version + 1
    with audit.saving(row, by=by):
        row.save(update_fields=["removed_at", "version"])
    record(row.member, "staff.absence_removed", f"Absence from {short_date(row.starts_on)} removed", by=by)
