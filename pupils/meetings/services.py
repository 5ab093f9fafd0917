"""Plan, hold and note meetings; give out what was agreed and chase it; keep contact with home."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from sendco.audit import services as audit
from sendco.clock import SchoolCalendar, long_date
from sendco.refusals import ChangedMeanwhile, Refused
from staff.models import Membership, School, User
from staff.models.people import current_on
from staff.owed import bring_up_to_date
from staff.saving import save_versioned
from staff.selectors import school_calendar

from ..models import (
    Contact,
    ContactLog,
    Meeting,
    MeetingAction,
    MeetingPerson,
    MeetingPupil,
    ParentsEvening,
    Pupil,
)
from ..seeing import sees
from .refusals import ChildMeetingReason
from .selectors import open_before
from .times import check_free, times_of

State = MeetingAction.State
# What those invited have to hear of again.
TOLD = ("planned_on", "starts_at", "minutes", "place")
ONE_DAY = timedelta(days=1)
FURTHEST = timedelta(days=3 * 366)
FAR = 14  # days to look for an open one beside a closed day


def _locked(meeting: Meeting) -> Meeting:
    rows = Meeting.objects.select_for_update(of=("self",)).select_related("school", "evening", "organiser", "pupil")
    return rows.get(pk=meeting.pk)


def note(code: str, meeting: Meeting, text: str, *, by: User | None, happened_on: date | None = None) -> None:
    """One event for each child whom the meeting is about."""
    for row in meeting.pupils.all():
        audit.record(
            code, meeting, text=text, by=by, school_id=meeting.school_id, pupil_id=row.pupil_id,
            happened_on=happened_on,
        )  # fmt: skip


def is_closed(calendar: SchoolCalendar | None, day: date) -> bool:
    """Whether the school's calendar says that no pupil is in school; False beyond what is entered."""
    if calendar is None or not calendar.covers(day):
        return day.weekday() > 4
    try:
        return not calendar.is_school_day(day)
    except ValueError:
        return day.weekday() > 4


def open_days_beside(calendar: SchoolCalendar | None, day: date) -> tuple[date, date]:
    before, after = day - ONE_DAY, day + ONE_DAY
    for _ in range(FAR):
        before -= ONE_DAY if is_closed(calendar, before) else timedelta()
        after += ONE_DAY if is_closed(calendar, after) else timedelta()
    return before, after


def check_day(school: School, day: date, *, is_meant: bool, field: str = "planned_on") -> None:
    """Raise Refused for a day on which the school is closed, unless whoever plans says that it is meant so."""
    if day > timezone.localdate() + FURTHEST:
        raise Refused(ChildMeetingReason.TOO_FAR, day=day, field=field)
    calendar = school_calendar(school)
    if not is_meant and is_closed(calendar, day):
        before, after = open_days_beside(calendar, day)
        raise Refused(ChildMeetingReason.CLOSED_DAY, day=day, before=before, after=after, field=field)


@transaction.atomic
def plan(
    *, school: School, kind: str, pupils: list[Pupil], values: dict[str, Any], users: list[User],
    contacts: list[Contact], by: User, is_meant: bool = False, others: Sequence[tuple[str, str]] = (),
    organiser: User | None = None,
) -> Meeting:  # fmt: skip
    """Plan a meeting about these children with these people; `others` are (name, role) of somebody without an account.

    What was agreed last time about them comes along.
    """
    if not pupils:
        raise Refused(ChildMeetingReason.NO_PUPIL)
    check_day(school, values["planned_on"], is_meant=is_meant)
    organiser = organiser or by
    meeting = Meeting(school=school, kind=kind, organiser=organiser, **values)
    if len(pupils) == 1:
        meeting.pupil, meeting.previous = pupils[0], last_before(pupils, kind)
    save_row(meeting, by=by)
    for pupil in pupils:
        save_row(MeetingPupil(meeting=meeting, pupil=pupil), by=by)
    _set_people(meeting, users, contacts, others, by=by)
    text = f"{meeting.get_kind_display()} planned for {long_date(meeting.planned_on)}"
    note("meeting.planned", meeting, text, by=by)
    bring_up_to_date(meeting)
    return meeting


def _set_people(
    meeting: Meeting, users: Sequence[User], contacts: Sequence[Contact], others: Sequence[tuple[str, str]], *, by: User
) -> bool:
    """Make these the people of the meeting, beside whoever organises it. Who goes is kept as removed. Returns whether
    anybody came or went.
    """
    changed = False
    wanted: dict[tuple[str, Any], MeetingPerson] = {
        ("user", user.pk): MeetingPerson(meeting=meeting, user=user) for user in (meeting.organiser, *users)
    }
    for contact in contacts:
        wanted["contact", contact.pk] = MeetingPerson(meeting=meeting, contact=contact)
    for name, role in others:
        wanted["name", (name, role)] = MeetingPerson(meeting=meeting, name=name, role=role)
    for person in meeting.people.filter(removed_on=None):
        if wanted.pop(_key_of(person), None) is None:
            person.removed_on, changed = timezone.localdate(), True
            save_row(person, by=by)
    for person in wanted.values():
        if person.contact is not None:
            _check_contact(person.contact)
        save_row(person, by=by)
    return changed or bool(wanted)


def _move_on(meeting: Meeting, *, by: User) -> None:
    """People or a child's part changed: whoever opened the meeting before that is asked to look again."""
    meeting.version += 1
    with audit.saving(meeting, by=by):
        meeting.save(update_fields=["version"])


def _key_of(person: MeetingPerson) -> tuple[str, Any]:
    if person.user_id:
        return "user", person.user_id
    return ("contact", person.contact_id) if person.contact_id else ("name", (person.name, person.role))


def save_row(row: Any, *, by: User) -> Any:
    """Save with who did it and the row's history."""
    with audit.saving(row, by=by):
        row.save()
    return row


def _check_contact(contact: Contact) -> None:
    if not contact.may_be_written_to:
        raise Refused(ChildMeetingReason.NOT_TO_CONTACT)


def last_before(pupils: list[Pupil], kind: str) -> Meeting | None:
    """The last meeting of this kind about this child that was held."""
    held = Meeting.objects.filter(kind=kind, held_on__isnull=False, pupils__pupil=pupils[0])
    return held.order_by("-held_on", "-pk").first()


@transaction.atomic
def change(
    *, meeting: Meeting, values: dict[str, Any], version: int, by: User, is_meant: bool = False,
    people: tuple[Sequence[User], Sequence[Contact], Sequence[tuple[str, str]]] | None = None,
) -> Meeting:  # fmt: skip
    """Change the day, time or place. Those invited have to hear of it: `sequence` moves on with each such change.

    `people` are (colleagues, parents, (name, role) of others), where they change too.
    """
    row = _locked(meeting)
    _check_open(row)
    if "planned_on" in values and values["planned_on"] != row.planned_on:
        check_day(row.school, values["planned_on"], is_meant=is_meant)
    values = values | _place_of_evening(row, values)
    if any(values.get(name, getattr(row, name)) != getattr(row, name) for name in TOLD):
        values = values | {"sequence": row.sequence + 1}
    saved, changed = save_versioned(row, values, version=version, by=by)
    if people is not None and _set_people(saved, *people, by=by) and not changed:
        _move_on(saved, by=by)
    if changed:
        note("meeting.changed", saved, f"Meeting is on {long_date(saved.planned_on)}", by=by)
        bring_up_to_date(saved)
    return saved


def _place_of_evening(row: Meeting, values: dict[str, Any]) -> dict[str, Any]:
    """A meeting of a parents' evening stays in it at another of its times, which has to be free; else it leaves it."""
    evening, at = row.evening, values.get("starts_at", row.starts_at)
    if evening is None or at == row.starts_at and values.get("planned_on", row.planned_on) == row.planned_on:
        return {}
    # Taken for the transaction, as booking does: two who choose one time are one after the other.
    evening = ParentsEvening.objects.select_for_update(of=("self",)).get(pk=evening.pk)
    if values.get("planned_on", row.planned_on) != evening.on or at not in times_of(evening):
        return {"evening": None}
    check_free(evening, row.organiser, at, row.pupil_id, but=row.pk)
    return {}


def _check_open(row: Meeting) -> None:
    if row.cancelled_on:
        raise Refused(ChildMeetingReason.CANCELLED, day=row.cancelled_on)


@transaction.atomic
def call_off(*, meeting: Meeting, cancel_note: str, by: User) -> Meeting:
    row = _locked(meeting)
    _check_open(row)
    if row.held_on:
        raise Refused(ChildMeetingReason.HELD, day=row.held_on)
    row.cancelled_on, row.cancel_note = timezone.localdate(), cancel_note
    row.sequence, row.version = row.sequence + 1, row.version + 1
    with audit.saving(row, by=by):
        row.save(update_fields=["cancelled_on", "cancel_note", "sequence", "version"])
    note("meeting.called_off", row, "Meeting called off", by=by)
    bring_up_to_date(row)
    return row


@transaction.atomic
def hold(
    *,
    meeting: Meeting,
    held_on: date,
    notes: str,
    came: set[int],
    about: dict[int, dict[str, str]],
    version: int,
    by: User,
) -> Meeting:
    """Keep what was said and who came. `about` are the words of each child's part by its id, `came` ids of people.

    An action of last time without an answer stays open, is counted as asked for once more, and is printed as not yet
    done. Raises ChangedMeanwhile.
    """
    row = _locked(meeting)
    _check_open(row)
    if held_on > timezone.localdate():
        raise Refused(ChildMeetingReason.HELD_IN_FUTURE, field="held_on")
    first = row.held_on is None
    saved, changed = save_versioned(row, {"held_on": held_on, "notes": notes}, version=version, by=by)
    if _write_parts(saved, about, came, by=by) and not changed:
        _move_on(saved, by=by)
    if first:
        for action in open_before(saved):
            action.asked_again += 1
            save_row(action, by=by)
    if changed or first:
        note("meeting.held", saved, f"{saved.get_kind_display()} held", by=by, happened_on=held_on)
    bring_up_to_date(saved)
    return saved


def _write_parts(meeting: Meeting, about: dict[int, dict[str, str]], came: set[int], *, by: User) -> bool:
    """Each child's part, and who came. Returns whether anything changed."""
    changed = False
    for part in MeetingPupil.objects.select_for_update(of=("self",)).filter(meeting=meeting, pk__in=list(about)):
        words = about[part.pk]
        if any(getattr(part, name) != text for name, text in words.items()):
            for name, text in words.items():
                setattr(part, name, text)
            part.version += 1
            save_row(part, by=by)
            changed = True
    for person in meeting.people.filter(removed_on=None):
        if person.came is not (person.pk in came):
            person.came = person.pk in came
            save_row(person, by=by)
            changed = True
    return changed


@transaction.atomic
def not_held(*, meeting: Meeting, by: User) -> Meeting:
    """It was not held after all. What is written stays; nobody counts as having come."""
    row = _locked(meeting)
    if row.held_on is None:
        raise Refused(ChildMeetingReason.NOT_HELD)
    was = long_date(row.held_on)
    row.held_on, row.version = None, row.version + 1
    with audit.saving(row, by=by):
        row.save(update_fields=["held_on", "version"])
    for person in row.people.exclude(came=None):
        person.came = None
        save_row(person, by=by)
    for action in open_before(row):  # it was not asked for there after all
        if action.asked_again:
            action.asked_again -= 1
            save_row(action, by=by)
    note("meeting.not_held", row, f"Not held on {was} after all", by=by)
    bring_up_to_date(row)
    return row


# --- Actions -----------------------------------------------------------------------------------------------------
@transaction.atomic
def save_action(*, action: MeetingAction, values: dict[str, Any], version: int, by: User) -> MeetingAction:
    """Agree an action or change it while it is open. Its owner is a colleague, or a name outside."""
    meeting = _locked(action.meeting)
    owner = values.get("owner")
    if owner is None and not values.get("owner_name", "").strip():
        raise Refused(ChildMeetingReason.OWNER_MISSING, field="owner")
    if owner is not None and not _works_here(owner, meeting.school_id):
        raise Refused(ChildMeetingReason.OWNER_NOT_HERE, person=owner.name, field="owner")
    about = values.get("pupil") or action.pupil
    if owner is not None and (owner.pk, about.pk) != (action.owner_id, action.pupil_id if action.pk else None):
        check_sees(owner, about)
    day = meeting.held_on or meeting.planned_on
    if values["due_on"] < day:
        raise Refused(ChildMeetingReason.DUE_BEFORE_MEETING, day=day, field="due_on")
    if action.pk and action.state != State.OPEN:
        raise Refused(ChildMeetingReason.SETTLED, day=action.settled_on)
    saved, changed = save_versioned(action, values, version=version, by=by)
    if changed:
        audit.record(
            "meeting.action_agreed", saved, text=f"Agreed: {saved.text}", by=by, school_id=meeting.school_id,
            pupil_id=saved.pupil_id,
        )  # fmt: skip
        bring_up_to_date(saved)
    return saved


def check_sees(user: User, pupil: Pupil, field: str = "owner") -> None:
    """Whoever is to do something about a child has to see the child."""
    if not sees(user, pupil):
        raise Refused(ChildMeetingReason.OWNER_BLIND, person=user.name, field=field)


def _works_here(user: User, school_id: int) -> bool:
    return Membership.objects.filter(current_on(timezone.localdate()), user=user, school=school_id).exists()


@transaction.atomic
def settle_action(
    *, action: MeetingAction, state: str, word: str, by: User, version: int | None = None
) -> MeetingAction:
    """Done, no longer needed, or open again after all. Raises ChangedMeanwhile where another version stands."""
    row = MeetingAction.objects.select_for_update(of=("self",)).select_related("meeting__school").get(pk=action.pk)
    if version is not None and row.version != version:
        raise ChangedMeanwhile(row)
    row.state, row.word = state, word
    is_open = state == State.OPEN
    row.settled_on, row.settled_by = (None, None) if is_open else (timezone.localdate(), by)
    row.version += 1
    with audit.saving(row, by=by):
        row.save(update_fields=["state", "word", "settled_on", "settled_by", "version"])
    audit.record(
        "meeting.action_settled", row, text=f"{row.get_state_display()}: {row.text}", by=by,
        school_id=row.meeting.school_id, pupil_id=row.pupil_id,
    )  # fmt: skip
    bring_up_to_date(row)
    return row


# --- Contact with home ---------------------------------------------------------------------------------------------
@transaction.atomic
def log_contact(*, row: ContactLog, values: dict[str, Any], version: int, by: User) -> ContactLog:
    """Keep a call, mail or talk. One with somebody who is not to be contacted is kept too: it has happened."""
    if values["happened_on"] > timezone.localdate():
        raise Refused(ChildMeetingReason.IN_FUTURE, field="happened_on")
    if row.pk is None:
        row.by = by
    saved, changed = save_versioned(row, values, version=version, by=by)
    if changed:
        text = f"{saved.get_means_display()}: {saved.get_way_display().lower()}"
        audit.record(
            "contact.logged", saved, text=text, by=by, school_id=saved.pupil.school_id, pupil_id=saved.pupil_id,
            happened_on=saved.happened_on,
        )  # fmt: skip
    return saved


@transaction.atomic
def remove_contact(*, row: ContactLog, by: User) -> ContactLog:
    """Take an entry out, as one on the wrong child. It stays in the history."""
    row = ContactLog.objects.select_for_update(of=("self",)).select_related("pupil").get(pk=row.pk)
    if row.removed_on is None:
        row.removed_on, row.version = timezone.localdate(), row.version + 1
        save_row(row, by=by)
        audit.record(
            "contact.log_removed", row, text="Entry of the contact log removed", by=by, school_id=row.pupil.school_id,
            pupil_id=row.pupil_id,
        )  # fmt: skip
    return row
