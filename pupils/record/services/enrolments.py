"""A first day that was typed wrongly is put right, with everything that began because of it."""

from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from sendco.audit import services as audit
from sendco.clock import long_date
from sendco.refusals import Refused
from staff.models import User
from staff.owed import bring_pupil_up_to_date

from ...models import Concern, Enrolment, GroupPlace, Pupil, PupilSupport, RegisterEntry, WatchListEntry
from ...register import services as register
from ..refusals import FirstDayReason

ONE_DAY = timedelta(days=1)
WHY = "correction of the first day"


@transaction.atomic
def correct_first_day(*, enrolment: Enrolment, starts_on: date, reason: str, by: User) -> Enrolment:
    """Put right the first day of an enrolment. Returns the enrolment; what stood there before stays in the history.

    The first day of a stay is the joining date: the status that began with it moves too, and so do places in groups
    and support that would begin before it. Raises Refused where other facts say that the child was or was not here.
    """
    pupil = register.lock(enrolment.pupil)
    enrolment = Enrolment.objects.select_for_update(of=("self",)).get(pk=enrolment.pk)
    was = enrolment.starts_on
    before = Enrolment.objects.filter(pupil=pupil, starts_on__lt=was).exclude(pk=enrolment.pk).first()
    follows_on = before is not None and before.ends_on == was - ONE_DAY and not _left_between(pupil, before)
    _check_day(pupil, enrolment, before, follows_on, starts_on)
    if before and follows_on:
        before.ends_on = starts_on - ONE_DAY
        _save(before, "ends_on", by=by)
    else:
        _check_nothing_happened(pupil, was, starts_on)
        _move_status(pupil, was, starts_on, by=by)
        _move_places(pupil, was, starts_on, by=by)
        if pupil.joined_on == was:
            pupil.joined_on, pupil.version = starts_on, pupil.version + 1
            _save(pupil, "joined_on", "version", by=by)
    enrolment.starts_on = starts_on
    _save(enrolment, "starts_on", by=by)
    bring_pupil_up_to_date(pupil)
    text = f"First day corrected from {long_date(was)} to {long_date(starts_on)}. {reason}"
    school_id = pupil.school_id
    audit.record("pupil.first_day_corrected", enrolment, text=text, by=by, school_id=school_id, happened_on=starts_on)
    return enrolment


def _left_between(pupil: Pupil, before: Enrolment) -> bool:
    """Whether the child left on the last day of the earlier enrolment and came back the day after."""
    return pupil.history.filter(left_on=before.ends_on).exists()


def _check_day(pupil: Pupil, enrolment: Enrolment, before: Enrolment | None, follows_on: bool, starts_on: date) -> None:
    if starts_on == enrolment.starts_on:
        raise Refused(FirstDayReason.UNCHANGED, first_day=starts_on)
    if starts_on > timezone.localdate():
        raise Refused(FirstDayReason.IN_FUTURE)
    if pupil.birth_on and starts_on < pupil.birth_on:
        raise Refused(FirstDayReason.BEFORE_BIRTH)
    if enrolment.ends_on and starts_on > enrolment.ends_on:
        raise Refused(FirstDayReason.AFTER_END, ended_on=enrolment.ends_on)
    if before and follows_on and starts_on <= before.starts_on:
        raise Refused(FirstDayReason.NOT_AFTER_ENROLMENT_BEFORE, began_on=before.starts_on)
    if before and not follows_on and starts_on <= before.ends_on:  # type: ignore[operator]  # only the last has no end
        raise Refused(FirstDayReason.NOT_AFTER_LEAVING, pupil=pupil.name, left_on=before.ends_on)


def _check_nothing_happened(pupil: Pupil, was: date, starts_on: date) -> None:
    """Refuse a later day when something is on record from the days that would no longer count."""
    between = Q(starts_on__gt=was, starts_on__lt=starts_on)
    entry = RegisterEntry.objects.filter(between, pupil=pupil).order_by("starts_on").first()
    if entry:
        raise Refused(FirstDayReason.STATUS_BEGAN_BEFORE, status=entry.get_code_display(), began_on=entry.starts_on)
    ended = RegisterEntry.objects.filter(pupil=pupil, starts_on=was, ends_on__lt=starts_on).first()
    if ended:
        raise Refused(FirstDayReason.FIRST_STATUS_ENDED_BEFORE, ended_on=ended.ends_on)
    concern = Concern.objects.filter(pupil=pupil, raised_on__gte=was, raised_on__lt=starts_on).first()
    if concern:
        raise Refused(FirstDayReason.CONCERN_RAISED_BEFORE, raised_on=concern.raised_on)
    watched = WatchListEntry.objects.filter(pupil=pupil, starts_on__gte=was, starts_on__lt=starts_on).first()
    if watched:
        raise Refused(FirstDayReason.MONITORING_BEGAN_BEFORE, began_on=watched.starts_on)


def _move_status(pupil: Pupil, was: date, starts_on: date, *, by: User) -> None:
    """Move the status that began with the stay. One taken over from before the child joined stays as it is."""
    first = RegisterEntry.objects.filter(pupil=pupil, starts_on=was).select_related("school").first()
    if first is None:
        return
    earlier = RegisterEntry.objects.filter(pupil=pupil, starts_on__lt=was, ends_on__gte=starts_on).first()
    if earlier:
        raise Refused(FirstDayReason.EARLIER_STATUS_ENDED_AFTER, ended_on=earlier.ends_on)
    register.move_needs(pupil, was, starts_on, by=by)
    first.starts_on = starts_on
    _save(first, "starts_on", by=by)


def _move_places(pupil: Pupil, was: date, starts_on: date, *, by: User) -> None:
    """Places in groups and support cannot begin before the child does: they begin with the new first day."""
    for model in (GroupPlace, PupilSupport):
        for row in model.objects.filter(pupil=pupil, starts_on__gte=was, starts_on__lt=starts_on):
            if row.ends_on and row.ends_on < starts_on:
                raise Refused(FirstDayReason.PLACE_ENDED_BEFORE, ended_on=row.ends_on)
            row.starts_on = starts_on
            _save(row, "starts_on", by=by)


def _save(row: Any, *fields: str, by: User) -> None:
    with audit.saving(row, by=by, reason=WHY):
        row.save(update_fields=fields)
