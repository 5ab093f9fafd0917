"""Tell people of a meeting, and again when its day, time or place changed: by mail with a file for their calendar, or
noted as told in another way. The mail names no child and no reason."""

from collections.abc import Mapping

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from sendco.clock import long_date
from sendco.refusals import Refused
from staff.models import User
from staff.tasks import send_account_mail

from ..models import Meeting, MeetingPerson
from . import services
from .invitation import calendar_of
from .refusals import ChildMeetingReason

How = MeetingPerson.How


def address_of(person: MeetingPerson) -> str:
    """Where a mail to this person goes; empty without an address, and for a parent who is not to be written to."""
    if person.user is not None:
        return person.user.email if person.user.is_active else ""
    contact = person.contact
    return contact.email if contact is not None and contact.may_be_written_to else ""


def to_tell(meeting: Meeting) -> list[MeetingPerson]:
    """Those who do not know of the meeting as it stands. Of one called off, only those who were told of it before."""
    people = [one for one in meeting.people.all() if one.removed_on is None and one.user_id != meeting.organiser_id]
    if meeting.cancelled_on:
        people = [one for one in people if one.told_sequence is not None]
    return [one for one in people if one.told_sequence != meeting.sequence] + no_longer_invited(meeting)


def no_longer_invited(meeting: Meeting) -> list[MeetingPerson]:
    """Those who were told of the meeting, were taken off it since, and still think that they are expected."""
    rows = MeetingPerson.objects.filter(meeting=meeting, removed_on__isnull=False, told_sequence__isnull=False)
    back = {_key(one) for one in meeting.people.all() if one.removed_on is None}
    by_key = {_key(one): one for one in rows.select_related("user", "contact").order_by("pk")}  # the newest of each
    return [one for key, one in by_key.items() if key not in back]


def _key(person: MeetingPerson) -> tuple[int | None, int | None, str]:
    return person.user_id, person.contact_id, person.name


@transaction.atomic
def tell(*, meeting: Meeting, how: Mapping[int, str], by: User) -> tuple[int, int]:
    """Mail or note each person, by id. Returns (how many mails go, how many are noted as told otherwise)."""
    row = Meeting.objects.select_for_update(of=("self",)).select_related("school", "organiser").get(pk=meeting.pk)
    people = MeetingPerson.objects.filter(meeting=row, pk__in=list(how))
    people = people.filter(Q(removed_on=None) | Q(told_sequence__isnull=False))
    mailed = noted = 0
    for person in people.select_related("user", "contact"):
        chosen = how[person.pk]
        if chosen == How.MAIL:
            if not (to := address_of(person)):
                raise Refused(ChildMeetingReason.NO_ADDRESS)
            _mail(row, person, to)
            mailed += 1
        else:
            noted += 1
        person.invited_on, person.invited_by = timezone.localdate(), chosen
        # Somebody taken off knows of it now, and is told of nothing more; earlier turns on and off are settled with it.
        earlier = MeetingPerson.objects.filter(meeting=row, removed_on__isnull=False, told_sequence__isnull=False)
        for before in earlier.exclude(pk=person.pk):
            if _key(before) == _key(person):
                before.told_sequence = None
                services.save_row(before, by=by)
        person.told_sequence = None if person.removed_on else row.sequence
        services.save_row(person, by=by)
    if mailed or noted:
        count = mailed + noted
        text = f"{count} {'person' if count == 1 else 'people'} told of the meeting"
        services.note("meeting.told", row, text, by=by)
    return mailed, noted


def _mail(meeting: Meeting, person: MeetingPerson, to: str) -> None:
    school = meeting.school
    name = person.user.first_name if person.user else person.contact.name if person.contact else person.name
    send_account_mail(
        to=to,
        subject=f"{school.short_name or school.name}: {_subject(meeting, person)}",
        text=f"Hello {name},\n\n{_words(meeting, person)}\n\n{_ask(meeting, person)}\n\n{school.name}\n",
        calendar=calendar_of(meeting, to=to, is_off=person.removed_on is not None).decode(),
        school=school,
    )


def _subject(meeting: Meeting, person: MeetingPerson) -> str:
    if meeting.cancelled_on:
        return "a meeting is called off"
    if person.removed_on:
        return "you are not expected at a meeting"
    return "a meeting has changed" if person.told_sequence is not None else "invitation to a meeting"


def _words(meeting: Meeting, person: MeetingPerson) -> str:
    when = f"{long_date(meeting.planned_on)}"
    if meeting.starts_at:
        when += f" at {meeting.starts_at:%H:%M}"
    if meeting.cancelled_on:
        return f"The meeting at {meeting.school.name} on {when} is called off."
    if person.removed_on:
        return f"You are not expected any more at the meeting at {meeting.school.name}, planned for {when}."
    place = f"\nPlace: {meeting.place}" if meeting.place else ""
    opening = "The meeting is now on" if person.told_sequence is not None else "We invite you to a meeting on"
    return f"{opening} {when}, for about {meeting.minutes} minutes.{place}"


def _ask(meeting: Meeting, person: MeetingPerson) -> str:
    organiser, phone = meeting.organiser.name, meeting.school.telephone
    reach = f"ring {phone} and ask for {organiser}" if phone else f"answer this email. It is from {organiser}"
    if meeting.cancelled_on:
        return f"To find another day, {reach}."
    if person.removed_on:
        return f"If you have a question, {reach}."
    return f"If you cannot come, or would like an interpreter or somebody to come with you, {reach}."
