"""Planning, holding and noting one-to-ones. No event and no log holds a word of what two people wrote."""

from datetime import date, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from sendco.audit import services as audit
from sendco.clock import short_date
from sendco.refusals import ChangedMeanwhile, Refused

from ..acting import acting_for
from ..models import Membership, NotesGrant, School, StaffMember, SupervisionAction, SupervisionMeeting, User
from ..models.people import current_on
from ..owed import bring_up_to_date
from ..saving import record
from ..tasks import send_account_mail
from .refusals import SupervisionReason
from .selectors import is_one_of_two, may_agree

MOST_AT_ONCE = 52
# Long enough to answer a complaint, short enough that it is asked again.
GRANT_LASTS = timedelta(days=6)


def _refuse_stranger(meeting: SupervisionMeeting, by: User) -> None:
    if not is_one_of_two(acting_for(by, meeting.school_id), meeting):
        raise Refused(SupervisionReason.NOT_THE_TWO)


def _taken(meeting: SupervisionMeeting) -> SupervisionMeeting:
    rows = SupervisionMeeting.objects.select_for_update(of=("self",)).select_related("member", "school")
    return rows.get(pk=meeting.pk)


@transaction.atomic
def plan(
    *,
    member: StaffMember,
    kind: str,
    planned_on: date,
    every_weeks: int = 0,
    until: date | None = None,
    by: User,
) -> list[SupervisionMeeting]:
    """Plan a meeting with an adult of one's line, or a row of them every so many weeks until a day."""
    acting = acting_for(by, member.school_id)
    if not StaffMember.objects.led_by(acting).filter(pk=member.pk).exists():
        raise Refused(SupervisionReason.NOT_YOUR_LINE, person=member.name)
    days = [planned_on]
    if every_weeks and until:
        step = timedelta(weeks=every_weeks)
        days = [planned_on + step * place for place in range((until - planned_on).days // step.days + 1)] or days
    if len(days) > MOST_AT_ONCE:
        raise Refused(SupervisionReason.REPEAT_TOO_LONG, number=len(days), most=MOST_AT_ONCE, field="until")
    rows = []
    for day in days:
        row = SupervisionMeeting(school=member.school, member=member, leader=by, kind=kind, planned_on=day)
        with audit.saving(row, by=by):
            row.save()
        bring_up_to_date(row)
        rows.append(row)
    record(member, "supervision.planned", f"{rows[0].get_kind_display()} planned from {short_date(days[0])}", by=by)
    return rows


@transaction.atomic
def move(*, meeting: SupervisionMeeting, planned_on: date, by: User) -> SupervisionMeeting:
    row = _taken(meeting)
    _refuse_stranger(row, by)
    if row.cancelled_on:
        raise Refused(SupervisionReason.CANCELLED)
    row.planned_on, row.version = planned_on, row.version + 1
    with audit.saving(row, by=by):
        row.save(update_fields=["planned_on", "version"])
    bring_up_to_date(row)
    record(row.member, "supervision.moved", f"{row.get_kind_display()} is on {short_date(planned_on)}", by=by)
    return row


@transaction.atomic
def call_off(*, meeting: SupervisionMeeting, by: User) -> None:
    row = _taken(meeting)
    _refuse_stranger(row, by)
    if row.held_on or row.cancelled_on:
        return
    row.cancelled_on, row.version = timezone.localdate(), row.version + 1
    with audit.saving(row, by=by):
        row.save(update_fields=["cancelled_on", "version"])
    bring_up_to_date(row)
    record(row.member, "supervision.called_off", f"{row.get_kind_display()} called off", by=by)


@transaction.atomic
def write_notes(
    *, meeting: SupervisionMeeting, held_on: date | None, notes: str, version: int, by: User
) -> SupervisionMeeting:
    """Keep what was said, and that it was held. A change asks the adult again whether they have read it.

    Raises ChangedMeanwhile, so that two who write at once both keep their words.
    """
    row = _taken(meeting)
    _refuse_stranger(row, by)
    if row.cancelled_on:
        raise Refused(SupervisionReason.CANCELLED)
    if row.version != version:
        raise ChangedMeanwhile(row)
    if held_on and held_on > timezone.localdate():
        raise Refused(SupervisionReason.HELD_IN_FUTURE, field="held_on")
    if row.notes != notes:
        row.seen_at = None
    row.held_on, row.notes, row.version = held_on, notes, row.version + 1
    with audit.saving(row, by=by):
        row.save(update_fields=["held_on", "notes", "seen_at", "version"])
    bring_up_to_date(row)
    record(row.member, "supervision.noted", f"{row.get_kind_display()} noted", by=by)
    return row


@transaction.atomic
def mark_seen(*, meeting: SupervisionMeeting, version: int, by: User) -> None:
    """The adult has read what was written about their work, as it stood in this version."""
    row = _taken(meeting)
    if row.version != version:
        raise Refused(SupervisionReason.CHANGED_SINCE)
    if row.member.user_id != by.pk:
        raise Refused(SupervisionReason.SEEN_BY_THE_ADULT, person=row.member.name)
    if not row.notes:
        raise Refused(SupervisionReason.NOTHING_TO_SEE)
    if row.seen_at:
        return
    row.seen_at = timezone.now()
    with audit.saving(row, by=by):
        row.save(update_fields=["seen_at"])
    record(row.member, "supervision.seen", f"{row.member.name} has read the feedback", by=by)


@transaction.atomic
def add_action(*, meeting: SupervisionMeeting, text: str, owner: User, due_on: date, by: User) -> SupervisionAction:
    row = _taken(meeting)
    _refuse_stranger(row, by)
    if row.cancelled_on:
        raise Refused(SupervisionReason.CANCELLED)
    if owner.pk not in (row.leader_id, row.member.user_id):
        raise Refused(SupervisionReason.OWNER_OF_NEITHER, field="owner")
    action = SupervisionAction(meeting=row, text=text, owner=owner, due_on=due_on)
    with audit.saving(action, by=by):
        action.save()
    bring_up_to_date(action)
    record(row.member, "supervision.action_added", f"Action until {short_date(due_on)} agreed", by=by)
    return action


@transaction.atomic
def finish_action(*, action: SupervisionAction, done_on: date, outcome: str, by: User) -> SupervisionAction:
    """Note an action as done. Its owner does, or one of the two of its meeting."""
    row = SupervisionAction.objects.select_for_update(of=("self",)).select_related("meeting__member").get(pk=action.pk)
    if by.pk != row.owner_id:
        _refuse_stranger(row.meeting, by)
    if row.done_on:
        raise Refused(SupervisionReason.DONE_ALREADY)
    if done_on > timezone.localdate():
        raise Refused(SupervisionReason.HELD_IN_FUTURE, field="done_on")
    row.done_on, row.outcome = done_on, outcome
    with audit.saving(row, by=by):
        row.save(update_fields=["done_on", "outcome"])
    bring_up_to_date(row)
    record(row.meeting.member, "supervision.action_done", f"Action done on {short_date(done_on)}", by=by)
    return row


# --- A second person's agreement ---
@transaction.atomic
def ask_to_read(*, member: StaffMember, reason: str, by: User) -> NotesGrant:
    """Ask to read an adult's notes for some days. Nothing opens until a second person agrees."""
    grant = NotesGrant(school=member.school, member=member, reader=by, reason=reason)
    try:
        with transaction.atomic():
            grant.save()
    except IntegrityError as error:
        raise Refused(SupervisionReason.GRANT_ASKED) from error
    record(member, "supervision.grant_asked", f"{by.name} asks to read the notes. {reason}", by=by)
    _tell_the_adult(
        member,
        f"{by.name} asks to read the notes of your one-to-ones, for this reason:\n\n{reason}\n\nNothing opens before a "
        "second person has agreed. You are told of that too.",
    )
    return grant


@transaction.atomic
def decide_grant(*, grant: NotesGrant, agrees: bool, by: User) -> NotesGrant:
    """Agree or refuse as the second person. Raises Refused where one is not that."""
    row = NotesGrant.objects.select_for_update(of=("self",)).select_related("member", "reader").get(pk=grant.pk)
    if row.agreed_at or row.refused_at:
        raise Refused(SupervisionReason.GRANT_CLOSED)
    if by.pk in (row.reader_id, row.member.user_id):
        raise Refused(SupervisionReason.GRANT_OWN)
    if not may_agree(acting_for(by, row.school_id), row):
        raise Refused(SupervisionReason.GRANT_LEADERS)
    now = timezone.now()
    row.agreed_by = by
    if agrees:
        row.agreed_at, row.ends_on = now, timezone.localdate(now) + GRANT_LASTS
    else:
        row.refused_at = now
    row.save(update_fields=["agreed_by", "agreed_at", "refused_at", "ends_on"])
    said = f"may read the notes until {short_date(row.ends_on)}" if row.ends_on else "may not read the notes"
    record(row.member, "supervision.grant_decided", f"{row.reader.name} {said}: {by.name} decided", by=by)
    _tell_the_adult(row.member, f"Your one-to-ones: {row.reader.name} {said}. {by.name} decided as the second person.")
    return row


def _tell_the_adult(member: StaffMember, text: str) -> None:
    """Mail to the adult whose notes are asked for. The subject names nobody and nothing private."""
    if member.user and member.user.is_active:
        subject = "Notes of one-to-ones: somebody asks to read them"
        send_account_mail(to=member.user.email, subject=subject, text=text, school=member.school)


def note_read(meeting: SupervisionMeeting, *, by: User) -> None:
    """Keep that somebody beside the two read notes."""
    record(meeting.member, "supervision.read", f"{by.name} read notes with a second person's agreement", by=by)


# --- Another line manager, and leaving ---
@transaction.atomic
def call_off_of_line(*, member: StaffMember, leader: User, from_on: date, by: User) -> int:
    """Call off what a manager had planned with the adult from this day on, on which another manages them."""
    planned = list(
        SupervisionMeeting.objects.filter(
            member=member, leader=leader, held_on=None, cancelled_on=None, planned_on__gte=from_on
        )
    )
    for meeting in planned:
        _call_off(meeting, reason="another line manager", by=by)
    return len(planned)


@transaction.atomic
def hand_over(*, user: User, to: User | None, school: School, last_day: date, by: User) -> int:
    """What somebody who leaves had to do from one-to-ones goes to a colleague; meetings after the last day are called
    off, and with it those that were not held. Until a last day to come their notes can be written.

    The notes stay with the two people. Returns how many actions that were.
    """
    open_ones = SupervisionMeeting.objects.filter(
        Q(leader=user) | Q(member__user=user), school=school, held_on=None, cancelled_on=None
    )
    for meeting in open_ones.filter(planned_on__gt=last_day) if last_day > timezone.localdate() else open_ones:
        _call_off(meeting, reason="one of the two left", by=by)
    actions = SupervisionAction.objects.filter(meeting__school=school, owner=user, done_on=None)
    count = 0
    for action in actions.select_related("meeting"):
        # What the adult had to do from their own one-to-one is nobody else's to read.
        heir = to if action.meeting.leader_id == user.pk else None
        if heir is None and action.due_on <= last_day and last_day > timezone.localdate():
            continue  # there is time to do it
        action.owner = heir or action.owner
        if heir is None:
            action.done_on, action.outcome = last_day, f"Closed: the colleague left on {short_date(last_day)}."
        with audit.saving(action, by=by, reason="the owner left"):
            action.save(update_fields=["owner", "done_on", "outcome"])
        bring_up_to_date(action)
        count += 1
    return count


@transaction.atomic
def close_of_leavers(school: School, today: date) -> None:
    """The day after a last day: what was still open with somebody who has left is over. The daily run does it."""
    here = Membership.objects.filter(current_on(today), school=school).values("user")
    meetings = SupervisionMeeting.objects.filter(school=school, held_on=None, cancelled_on=None)
    for meeting in meetings.exclude(leader__in=here):
        _call_off(meeting, reason="one of the two left", by=None)
    actions = SupervisionAction.objects.filter(meeting__school=school, done_on=None)
    for action in actions.exclude(owner__in=here):
        action.done_on, action.outcome = today, "Closed: the colleague has left."
        with audit.saving(action, by=None, reason="the owner left"):
            action.save(update_fields=["done_on", "outcome"])
        bring_up_to_date(action)


def _call_off(meeting: SupervisionMeeting, *, reason: str, by: User | None) -> None:
    meeting.cancelled_on, meeting.version = timezone.localdate(), meeting.version + 1
    with audit.saving(meeting, by=by, reason=reason):
        meeting.save(update_fields=["cancelled_on", "version"])
    bring_up_to_date(meeting)
