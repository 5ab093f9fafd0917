"""Parents' evenings: times one after another, and who meets whom at which. A time that is taken is a meeting."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from django.db import transaction
from django.utils import timezone

from sendco.audit import services as audit
from sendco.refusals import Refused
from staff.acting import Acting
from staff.models import User
from staff.saving import save_versioned

from ..models import Contact, EveningTeacher, Meeting, ParentsEvening, Pupil
from . import inviting, services
from .refusals import ChildMeetingReason
from .times import check_free, times_of

GRID = ("on", "starts_at", "ends_at", "minutes")


@dataclass
class Line:
    """One time of the evening: for each colleague the meeting at it, or None where it is free."""

    at: time
    cells: list[tuple[EveningTeacher, Meeting | None]]


def teachers_of(evening: ParentsEvening) -> list[EveningTeacher]:
    return list(evening.teachers.filter(removed_on=None).select_related("user"))


def lines_of(evening: ParentsEvening) -> list[Line]:
    """The evening as a table: a line a time, a cell a colleague. A meeting with somebody who takes no part any more
    stands in a column of its own."""
    meetings = evening.meetings.filter(cancelled_on=None).select_related("pupil__form_group", "organiser")
    taken = {(meeting.organiser_id, meeting.starts_at): meeting for meeting in meetings}
    teachers = teachers_of(evening)
    known = {row.user_id for row in teachers}
    gone = {meeting.organiser_id: meeting.organiser for meeting in taken.values() if meeting.organiser_id not in known}
    teachers += [EveningTeacher(evening=evening, user=user, removed_on=evening.on) for user in gone.values()]
    return [Line(at, [(row, taken.get((row.user_id, at))) for row in teachers]) for at in times_of(evening)]


def free_times(row: EveningTeacher) -> list[time]:
    """The times of the evening at which this colleague meets nobody yet."""
    meetings = row.evening.meetings.filter(cancelled_on=None, organiser=row.user_id)
    taken = set(meetings.values_list("starts_at", flat=True))
    return [at for at in times_of(row.evening) if at not in taken]


@transaction.atomic
def save(
    *, evening: ParentsEvening, values: dict[str, Any], users: Sequence[User], version: int, by: User,
    is_meant: bool = False,
) -> ParentsEvening:  # fmt: skip
    """Set up an evening or change it. Times that are taken hold its day and times fast."""
    services.check_day(evening.school, values["on"], is_meant=is_meant, field="on")
    is_new = evening.pk is None
    if not is_new:
        stored = ParentsEvening.objects.select_for_update(of=("self",)).get(pk=evening.pk)
        moved = any(values[name] != getattr(stored, name) for name in GRID)
        if moved and stored.meetings.filter(cancelled_on=None).exists():
            raise Refused(ChildMeetingReason.EVENING_BOOKED)
    saved, changed = save_versioned(evening, values, version=version, by=by)
    wanted = {user.pk: user for user in users}
    came_or_went = wanted.keys() != {row.user_id for row in teachers_of(saved)}
    for row in teachers_of(saved):
        if wanted.pop(row.user_id, None) is None:
            row.removed_on = timezone.localdate()
            services.save_row(row, by=by)
    for user in wanted.values():
        services.save_row(EveningTeacher(evening=saved, user=user), by=by)
    if came_or_went and not changed:
        saved.version += 1
        services.save_row(saved, by=by)
    text = f"{saved.name}: {'set up' if is_new else 'changed'}"
    audit.record("evening.saved", saved, text=text, by=by, school_id=saved.school_id)
    return saved


@transaction.atomic
def book(*, evening: ParentsEvening, user: User, at: time, pupil: Pupil, by: User) -> Meeting:
    """Take a time for the parents of a child. Those with parental responsibility who may be written to are invited."""
    evening = ParentsEvening.objects.select_for_update(of=("self",)).select_related("school").get(pk=evening.pk)
    if not evening.teachers.filter(user=user, removed_on=None).exists():
        raise Refused(ChildMeetingReason.NOT_THAT_EVENING, person=user.name)
    if at not in times_of(evening):
        raise Refused(ChildMeetingReason.NOT_A_TIME)
    services.check_sees(user, pupil, "pupil")
    check_free(evening, user, at, pupil.pk)
    contacts = [
        contact
        for contact in Contact.objects.filter(pupil=pupil, has_parental_responsibility=True)
        if contact.may_be_written_to
    ]
    values = {
        "planned_on": evening.on, "starts_at": at, "minutes": evening.minutes, "place": evening.place,
        "about": evening.name, "evening": evening,
    }  # fmt: skip
    return services.plan(
        school=evening.school, kind=Meeting.Kind.PARENTS, pupils=[pupil], values=values, users=[], contacts=contacts,
        is_meant=True, organiser=user, by=by,
    )  # fmt: skip


@transaction.atomic
def remove(*, evening: ParentsEvening, by: User) -> None:
    """Remove an evening on which no time is taken."""
    evening = ParentsEvening.objects.select_for_update(of=("self",)).get(pk=evening.pk)
    if evening.meetings.filter(cancelled_on=None).exists():
        raise Refused(ChildMeetingReason.EVENING_BOOKED)
    evening.removed_on = timezone.localdate()
    services.save_row(evening, by=by)
    audit.record("evening.removed", evening, text=f"{evening.name}: removed", by=by, school_id=evening.school_id)


@transaction.atomic
def tell_all(*, evening: ParentsEvening, acting: Acting) -> tuple[int, int]:
    """Mail every parent who has an address and does not know the time as it stands.

    Returns (mails, people without an address, whom somebody has to tell).
    """
    mails = left = 0
    meetings = Meeting.objects.visible_to(acting).filter(evening=evening, cancelled_on=None, held_on=None)
    for meeting in meetings.prefetch_related("people__user", "people__contact"):
        people = [person for person in inviting.to_tell(meeting) if person.contact_id]
        how = {person.pk: inviting.How.MAIL for person in people if inviting.address_of(person)}
        left += len(people) - len(how)
        mails += inviting.tell(meeting=meeting, how=how, by=acting.user)[0]
    return mails, left


def coming(acting: Acting, today: date) -> list[ParentsEvening]:
    return list(ParentsEvening.objects.visible_to(acting).filter(on__gte=today).order_by("on", "pk"))
