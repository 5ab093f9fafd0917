"""Logging what took place. A log is written once, whatever sends it twice; it is corrected with its history kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from sendco.audit import services as audit
from sendco.clock import short_date
from sendco.refusals import ChangedMeanwhile, Refused
from staff.models import StaffMember, User
from staff.selectors import school_calendar

from ..models import Attendance, LostReason, Place, Provision, Session, SessionAdult
from ..runs.planning import is_school_day
from .refusals import SessionReason
from .selectors import expected_in, standing_for, to_make_good

LONGEST = 600


@dataclass(frozen=True)
class Mark:
    """What is said of one child: there, or why not; a part of the time only; a star, a word, a number."""

    pupil_id: int
    reason: str = ""
    minutes: int | None = None
    star: bool = False
    word: str = ""
    value: Decimal | None = None


class LoggedMeanwhile(ChangedMeanwhile):
    """Somebody else logged the session first, otherwise. `theirs` is the session as it stands."""

    def __init__(self, theirs: Session) -> None:
        at = timezone.localtime(theirs.logged_at) if theirs.logged_at else timezone.localtime()
        Refused.__init__(
            self,
            SessionReason.ALREADY_LOGGED,
            name=theirs.logged_by.name if theirs.logged_by else "Somebody",
            time=f"{at:%H:%M}",
            day=at.date(),
        )
        self.theirs = theirs


def _taken(session: Session) -> Session:
    rows = Session.objects.select_for_update(of=("self",)).select_related("provision", "logged_by")
    return rows.get(pk=session.pk)


def _record(session: Session, code: str, text: str, *, by: User | None) -> None:
    audit.record(code, session, text=text, by=by, happened_on=session.on)


def _name(session: Session) -> str:
    return f"{session.provision.name} of {short_date(session.on)}, {session.starts_at:%H:%M}"


# --- Writing a log -----------------------------------------------------------------------------------------------
@transaction.atomic
def log_session(
    *, session: Session, marks: Sequence[Mark], minutes: int, note: str = "", key: UUID | None = None, by: User
) -> Session:
    """Write down that the session was held, or that nobody came. Sent twice with one key, or twice with the same words,
    it is one log. Raises Refused, and LoggedMeanwhile where somebody logged it otherwise."""
    row = _taken(session)
    if key and row.log_key == key:
        return row
    if key and Session.objects.filter(log_key=key).exists():
        key = None  # a page kept open named another session by it: its words count, its name does not
    _may_be_logged(row)
    known = set(Place.objects.filter(provision_id=row.provision_id).values_list("pupil", flat=True))
    _check_marks(row, marks, minutes, known)
    if not _stands_open(row):
        if _says_the_same(row, marks, minutes, note):
            return row
        raise LoggedMeanwhile(row)
    row.log_key = key
    _write(row, marks, minutes, note, by=by)
    with audit.saving(row, by=by):
        row.save()
    Attendance.objects.bulk_create(_attendance(row, mark) for mark in marks)
    _record(row, "session.logged", f"{_name(row)}: {_outcome(row)}", by=by)
    return row


def _stands_open(row: Session) -> bool:
    """Nobody has said what became of it. Of one that a closure took only the calendar has spoken."""
    return row.is_open or (row.state == Session.State.LOST and row.logged_by_id is None)


def _may_be_logged(row: Session) -> None:
    if row.on > timezone.localdate():
        raise Refused(SessionReason.IN_FUTURE, day=row.on)
    if row.is_moved:
        there = row.in_its_place.order_by("on").first()
        raise Refused(SessionReason.IS_MOVED, day=there.on if there else row.on)


def _check_marks(row: Session, marks: Sequence[Mark], minutes: int, known: set[int]) -> None:
    if not marks:
        raise Refused(SessionReason.NOBODY, day=row.on)
    if not 1 <= minutes <= LONGEST:
        raise Refused(SessionReason.TOO_LONG, field="minutes")
    strangers = {mark.pupil_id for mark in marks} - known
    if strangers:
        raise Refused(SessionReason.NOT_IN_GROUP, count=len(strangers))
    for mark in marks:
        if mark.minutes is not None and mark.minutes > minutes:
            pupil = Place.objects.filter(pupil=mark.pupil_id).select_related("pupil").first()
            raise Refused(SessionReason.PART_TOO_LONG, pupil=pupil.pupil.name if pupil else "The child")


def _write(row: Session, marks: Sequence[Mark], minutes: int, note: str, *, by: User) -> None:
    """Put the log on the session. One to which nobody came was not held: no minutes, and the adult's time is its own
    figure."""
    here = sum(not mark.reason for mark in marks)
    held = here > 0
    row.state = Session.State.HELD if held else Session.State.LOST
    row.reason = "" if held else LostReason.PUPILS
    row.given = minutes if held else None
    row.expected, row.present, row.note = len(marks), here, note
    row.logged_by, row.logged_at, row.version = by, timezone.now(), row.version + 1


def _attendance(row: Session, mark: Mark) -> Attendance:
    there = not mark.reason
    return Attendance(
        session=row, pupil_id=mark.pupil_id, reason=mark.reason, minutes=mark.minutes if there else None,
        star=mark.star and there, word=mark.word, value=mark.value,
    )  # fmt: skip


def _outcome(row: Session) -> str:
    if row.state == Session.State.HELD:
        return f"held, {row.given} minutes, {row.present} of {row.expected} there"
    return f"not held: {row.get_reason_display().lower()}"


def said(row: Session) -> str:
    """What the person who logged it is told."""
    if row.state == Session.State.HELD:
        return f"Saved: {row.present} of {row.expected} here, {row.given} minutes."
    return "Saved: nobody came, so it was not held."


def _facts(mark: Any) -> tuple:
    there = not mark.reason
    return (mark.pupil_id, mark.reason, mark.minutes if there else None, mark.star and there, mark.word, mark.value)


def _says_the_same(row: Session, marks: Sequence[Mark], minutes: int, note: str) -> bool:
    stored = sorted(_facts(one) for one in row.attendances.all())
    held = any(not mark.reason for mark in marks)
    return (
        stored == sorted(map(_facts, marks)) and row.note == note and row.given == (minutes if held else None)
    )  # fmt: skip


@transaction.atomic
def mark_lost(*, session: Session, reason: str, note: str, by: User) -> Session:
    """Write down that it was not held, and why. What was planned and promised stays as it was. Raises Refused."""
    row = _taken(session)
    if not reason:
        raise Refused(SessionReason.WHY_MISSING, field="reason")
    if row.state == Session.State.LOST and (row.reason, row.note) == (reason, note) and row.logged_by_id:
        return row
    if not _stands_open(row):
        raise LoggedMeanwhile(row)
    row.state, row.reason, row.note = Session.State.LOST, reason, note
    row.logged_by, row.logged_at, row.version = by, timezone.now(), row.version + 1
    with audit.saving(row, by=by):
        row.save()
    _record(row, "session.lost", f"{_name(row)}: {_outcome(row)}", by=by)
    return row


# --- Putting a log right -----------------------------------------------------------------------------------------
def _logged(session: Session, version: int) -> Session:
    row = _taken(session)
    if row.version != version:
        raise ChangedMeanwhile(row)
    if row.is_open:
        raise Refused(SessionReason.NOT_LOGGED)
    return row


@transaction.atomic
def correct_log(
    *, session: Session, marks: Sequence[Mark], minutes: int, note: str, why: str, version: int, by: User
) -> Session:
    """Put a log right, or log a session after all that was said not to be held. What it said stays in the history.
    Raises Refused and ChangedMeanwhile."""
    row = _logged(session, version)
    _may_be_logged(row)
    known = set(Place.objects.filter(provision_id=row.provision_id).values_list("pupil", flat=True))
    stored = {one.pupil_id: one for one in row.attendances.all()}
    _check_marks(row, marks, minutes, known | set(stored))
    standing = standing_for(row)
    if standing and any(not mark.reason for mark in marks):
        raise Refused(SessionReason.MADE_GOOD, day=standing.on)
    before = _outcome(row)
    for one in stored.values():
        _keep_first(one, row)
    first = (row.logged_by, row.logged_at)
    _write(row, marks, minutes, note, by=by)
    if first[0]:
        row.logged_by, row.logged_at = first
    row.corrected_by, row.corrected_at = by, timezone.now()
    with audit.saving(row, by=by, reason=why):
        row.save()
    for mark in marks:
        one = stored.pop(mark.pupil_id, None)
        if one is None:
            one = _attendance(row, mark)
        elif _facts(one) == _facts(mark):
            continue
        else:
            fresh = _attendance(row, mark)
            one.reason, one.minutes, one.star = fresh.reason, fresh.minutes, fresh.star
            one.word, one.value = fresh.word, fresh.value
        with audit.saving(one, by=by, reason=why):
            one.save()
    for one in stored.values():
        with audit.saving(one, by=by, reason=why):
            one.delete()
    text = f"{_name(row)} corrected: {before}; now {_outcome(row)}. {why}".strip()
    _record(row, "session.corrected", text, by=by)
    return row


def _keep_first(one: Attendance, row: Session) -> None:
    """What the log said at first becomes the first row of the history: the log itself wrote none, to stay quick."""
    if one.history.exists():
        return
    history = Attendance.history.model
    facts = {field.attname: getattr(one, field.attname) for field in Attendance._meta.concrete_fields}
    history.objects.create(
        **facts, history_type="+", history_date=row.logged_at or timezone.now(), history_user=row.logged_by
    )


@transaction.atomic
def take_log_back(*, session: Session, why: str, version: int, by: User) -> Session:
    """The log was written for the wrong session: it has no record again. Raises Refused and ChangedMeanwhile."""
    row = _logged(session, version)
    standing = row.in_its_place.order_by("on").first()
    if standing:
        raise Refused(SessionReason.IN_ITS_PLACE, day=standing.on)
    before = _outcome(row)
    for one in row.attendances.all():
        _keep_first(one, row)
        with audit.saving(one, by=by, reason=why):
            one.delete()
    row.state, row.reason, row.given, row.note = Session.State.PLANNED, "", None, ""
    row.expected = row.present = row.logged_by = row.logged_at = row.log_key = None
    row.corrected_by = row.corrected_at = None
    row.version += 1
    with audit.saving(row, by=by, reason=why):
        row.save()
    _record(row, "session.log_taken_back", f"{_name(row)}: log taken back ({before}). {why}".strip(), by=by)
    return row


# --- Other times -------------------------------------------------------------------------------------------------
@transaction.atomic
def add_session(
    *, run: Provision, on: date, starts_at: time, minutes: int, part: str = "", members: Sequence[StaffMember] = (),
    is_meant: bool = False, by: User,
) -> Session:  # fmt: skip
    """Add a session that was not planned, to be logged. Raises Refused."""
    current = _locked(run.pk)
    _check_time(current, on, starts_at, part, minutes, is_meant=is_meant)
    row = _place(current, on, starts_at, minutes, part, members, was_planned=False, by=by)
    _record(row, "session.added", f"{_name(row)} added: it was not planned", by=by)
    return row


def _locked(pk: int) -> Provision:
    """The run, held: nobody else puts a session at the same time meanwhile."""
    return Provision.objects.select_for_update(of=("self",)).select_related("school").get(pk=pk)


def _run_of(session: Session) -> Provision:
    return _locked(session.provision_id)


def _check_time(
    run: Provision, on: date, starts_at: time, part: str, minutes: int, *, is_meant: bool = False, in_run: bool = True
) -> None:
    if not 1 <= minutes <= LONGEST:
        raise Refused(SessionReason.TOO_LONG, field="minutes")
    if in_run and not run.runs_on(on):
        raise Refused(SessionReason.OUTSIDE_RUN, first=run.starts_on, last=run.ends_on, field="on")
    if not is_meant and is_school_day(school_calendar(run.school), on) is False:
        raise Refused(SessionReason.CLOSED_DAY, day=on, field="on")
    if run.sessions.filter(on=on, starts_at=starts_at, part=part).exists():
        raise Refused(SessionReason.TIME_TAKEN, day=on, time=f"{starts_at:%H:%M}", field="starts_at")


def _place(
    run: Provision, on: date, starts_at: time, minutes: int, part: str, members: Sequence[StaffMember], *,
    was_planned: bool, by: User, in_place_of: Session | None = None,
) -> Session:  # fmt: skip
    row = Session(
        school_id=run.school_id, provision=run, on=on, starts_at=starts_at, minutes=minutes, part=part,
        was_planned=was_planned, in_place_of=in_place_of,
    )  # fmt: skip
    with audit.saving(row, by=by):
        row.save()
    own = {adult.member_id for adult in run.adults.all() if adult.leads_on(on)}
    SessionAdult.objects.bulk_create(
        SessionAdult(session=row, member=member, is_cover=member.pk not in own) for member in members
    )
    return row


@transaction.atomic
def move_session(
    *, session: Session, on: date, starts_at: time, is_meant: bool = False, note: str = "", by: User
) -> Session:  # fmt: skip
    """Hold a session at another time, in this week or another. It counts where it is given; where it stood it says
    "moved". Returns the new one. Raises Refused."""
    run = _run_of(session)
    row = _taken(session)
    _may_move(row)
    _check_time(run, on, starts_at, row.part, row.minutes, is_meant=is_meant, in_run=False)
    members = [one.member for one in row.adults.select_related("member")]
    there = _place(
        run, on, starts_at, row.minutes, row.part, members, was_planned=row.was_planned, by=by, in_place_of=row
    )
    row.state, row.reason, row.note = Session.State.LOST, LostReason.MOVED, note
    row.logged_by, row.logged_at, row.version = by, timezone.now(), row.version + 1
    with audit.saving(row, by=by):
        row.save()
    text = f"{_name(row)} moved to {short_date(on)}, {starts_at:%H:%M}"
    _record(row, "session.moved", text, by=by)
    return there


def _may_move(row: Session) -> None:
    there = standing_for(row)
    if there:
        raise Refused(SessionReason.MADE_GOOD, day=there.on)
    if not row.is_open:
        raise LoggedMeanwhile(row)


@transaction.atomic
def make_good(
    *, session: Session, on: date, starts_at: time, minutes: int, is_meant: bool = False, by: User
) -> Session:  # fmt: skip
    """Plan a session that makes a lost one good: no longer than what was lost. Raises Refused."""
    run = _run_of(session)
    row = _taken(session)
    if row.state != Session.State.LOST or row.is_moved:
        raise Refused(SessionReason.NOT_LOST)
    left = to_make_good(row)
    if minutes > left:
        raise Refused(SessionReason.NO_LONGER_TO, minutes=max(left, 0), field="minutes")
    _check_time(run, on, starts_at, row.part, minutes, is_meant=is_meant, in_run=False)
    members = [one.member for one in row.adults.select_related("member")]
    there = _place(run, on, starts_at, minutes, row.part, members, was_planned=False, by=by, in_place_of=row)
    _record(there, "session.makes_good", f"{_name(there)} makes good the one of {short_date(row.on)}", by=by)
    return there


@transaction.atomic
def remove_session(*, session: Session, by: User) -> None:
    """Take away a session that was added, moved or meant to make another good, and was not logged. One that was moved
    is planned again where it stood. Raises Refused."""
    row = _taken(session)
    if not row.is_open:
        raise Refused(SessionReason.LOGGED_STAYS)
    if row.was_planned and row.in_place_of is None:
        raise Refused(SessionReason.PLANNED_STAYS)
    before = row.in_place_of
    _record(row, "session.removed", f"{_name(row)} removed", by=by)
    with audit.saving(row, by=by):
        row.delete()
    if before and before.reason == LostReason.MOVED:
        back = _taken(before)
        back.state, back.reason, back.note, back.version = Session.State.PLANNED, "", "", back.version + 1
        back.logged_by = back.logged_at = None
        with audit.saving(back, by=by):
            back.save()


@transaction.atomic
def set_session_adults(*, session: Session, members: Sequence[StaffMember], version: int, by: User) -> Session:
    """Say who holds it, or held it. Whoever is not one of the run's own adults that day is cover. Raises
    ChangedMeanwhile."""
    row = _taken(session)
    if row.version != version:
        raise ChangedMeanwhile(row)
    own = {adult.member_id for adult in row.provision.adults.all() if adult.leads_on(row.on)}
    stood = {one.member_id: one for one in row.adults.all()}
    for member in members:
        if stood.pop(member.pk, None) is None:
            one = SessionAdult(session=row, member=member, is_cover=member.pk not in own)
            with audit.saving(one, by=by):
                one.save()
    for one in stood.values():
        with audit.saving(one, by=by):
            one.delete()
    row.adults_by_hand, row.version = True, row.version + 1
    with audit.saving(row, by=by):
        row.save(update_fields=["adults_by_hand", "version"])
    names = ", ".join(member.name for member in members) or "nobody"
    _record(row, "session.adults_set", f"{_name(row)}: held by {names}", by=by)
    return row


def everyone_here(session: Session) -> list[Mark]:
    """The marks of a session to which everyone came."""
    return [Mark(place.pupil_id) for place in expected_in(session)]
