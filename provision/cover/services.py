"""Deciding about cover: who stands in, what stays undone and why; and telling those whom it concerns, once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from sendco.audit import services as audit
from sendco.clock import long_date, short_date
from sendco.refusals import Refused
from staff.acting import Acting
from staff.minutes import time_of
from staff.models import School, StaffMember, User
from staff.tasks import send_account_mail

from ..models import CoverDecision, CoverNotice, LostReason, Session
from ..sessions.services import mark_lost, set_session_adults, take_log_back
from . import selectors
from .jobs import Day, Gone, Task, day_of
from .proposals import NOBODY, Left, Proposal, Row, left_in, propose
from .refusals import CoverReason

LOST = {
    CoverDecision.Cause.AWAY: LostReason.ADULT,
    CoverDecision.Cause.TAKEN: LostReason.COVER,
    CoverDecision.Cause.EMPTY: LostReason.VACANCY,
}


@dataclass(frozen=True)
class Decision:
    """Who takes a place, or nobody and why."""

    member: int = NOBODY
    reason: str = ""
    note: str = ""


# --- Deciding ----------------------------------------------------------------------------------------------------
@transaction.atomic
def accept(
    *, acting: Acting, on: date, decisions: Mapping[str, Decision], seal: str, moved_seal: str, now: datetime, by: User
) -> list[CoverDecision]:
    """Write down what was decided about each open place of the day, and what it takes adults from.

    What is accepted is what the page showed: `seal` stands for the day as it was seen, `moved_seal` for what the
    choices take adults from. Raises Refused where either is different now, and where somebody cannot be where they are
    asked to be.
    """
    # One decides about a school's day at a time.
    School.objects.select_for_update(of=("self",)).get(pk=acting.school.pk)
    day = day_of(acting, on, now)
    found = propose(day, {key: one.member for key, one in decisions.items()})
    if found.seal != seal or {row.key for row in found.rows} != set(decisions):
        raise Refused(CoverReason.DAY_CHANGED)
    _check(day, found, decisions)
    if found.moved_seal != moved_seal:
        raise Refused(CoverReason.MOVES_CHANGED)
    covers = [_fill(row, decisions[row.key], on, by=by) for row in found.rows]
    covers += _leave(day, list(left_in(day, found.plan)), by=by)
    text = (
        f"Cover of {short_date(on)} decided: {sum(one.member_id is not None for one in covers)} of {len(covers)} filled"
    )
    audit.record("cover.decided", acting.school, text=text, by=by, school_id=acting.school.pk, happened_on=on)
    return covers


def _check(day: Day, found: Proposal, decisions: Mapping[str, Decision]) -> None:
    """That the plan holds every choice. One that is not possible alone, or beside another, is named."""
    for row in found.rows:
        wanted = decisions[row.key].member
        if not wanted or (row.chosen and row.chosen.pk == wanted):
            continue
        adult = day.adults.get(wanted)
        name = adult.member.name if adult else "This adult"
        if wanted not in row.task.job.may:
            raise Refused(CoverReason.NOT_POSSIBLE, name=name, what=row.task.title)
        raise Refused(CoverReason.TWO_PLACES, name=name, time=f"{row.task.starts_at:%H:%M}")


def _fill(row: Row, decision: Decision, on: date, *, by: User) -> CoverDecision:
    member = row.chosen
    reason = "" if member else decision.reason or row.why_nobody
    return _write(row.task, row.gone, member, reason, decision.note if member is None else "", on, by=by)


def _leave(day: Day, lefts: Sequence[Left], *, by: User) -> list[CoverDecision]:
    """What adults are taken from. Pieces of one slot that follow each other are one."""
    covers: list[CoverDecision] = []
    for one in lefts:
        leaves = day.adults[one.leaves].member
        member = day.adults[one.taken_by].member if one.taken_by else None
        gone = Gone(CoverDecision.Cause.TAKEN, leaves, one.task.slots.get(one.leaves), one.task.stretch)
        reason = "" if member else _why_left(one)
        before = next((row for row in covers if _goes_on(row, gone, member, reason)), None)
        if before:
            before.minutes += one.task.job.minutes
            with audit.saving(before, by=by):
                before.save(update_fields=["minutes"])
            continue
        covers.append(_write(one.task, gone, member, reason, "", day.on, by=by))
    return covers


def _why_left(one: Left) -> str:
    return CoverDecision.Unfilled.ENOUGH if one.goes_on else CoverDecision.Unfilled.WEIGHTIER


def _goes_on(row: CoverDecision, gone: Gone, member: StaffMember | None, reason: str) -> bool:
    return bool(
        gone.slot
        and gone.stretch
        and (row.slot_id, row.instead_of, row.member, row.reason) == (gone.slot, gone.member, member, reason)
        and row.stretch[1] == gone.stretch[0]
    )


def _write(
    task: Task, gone: Gone, member: StaffMember | None, reason: str, note: str, on: date, *, by: User
) -> CoverDecision:  # fmt: skip
    first, last = task.stretch
    cover = CoverDecision(
        school_id=_school_of(task, gone), on=on, session=task.session, slot_id=None if task.session else gone.slot,
        starts_at=time_of(first), minutes=last - first, rank=task.job.rank, cause=gone.cause, instead_of=gone.member,
        member=member, reason=reason, note=note, decided_by=by,
    )  # fmt: skip
    with audit.saving(cover, by=by):
        cover.save()
    if task.session:
        _put(task.session, gone.member, member, gone.cause, cover.get_reason_display(), note, by=by)
    return cover


def _school_of(task: Task, gone: Gone) -> int:
    if task.session:
        return task.session.school_id
    assert gone.member is not None  # noqa: S101  a slot is always somebody's
    return gone.member.school_id


def _put(
    session: Session, leaves: StaffMember | None, member: StaffMember | None, cause: str, why: str, note: str, *,
    by: User,
) -> None:  # fmt: skip
    """Put the one in the other's place in the session. Where nobody is left it is not held."""
    row = Session.objects.select_for_update(of=("self",)).get(pk=session.pk)
    if not row.is_open:
        raise Refused(CoverReason.DAY_CHANGED)
    stands = [
        one.member for one in row.adults.select_related("member") if one.member_id != (leaves.pk if leaves else 0)
    ]
    if member or stands:
        wanted = [*stands, *([member] if member and member not in stands else [])]
        set_session_adults(session=row, members=wanted, version=row.version, by=by)
    else:
        mark_lost(
            session=row, reason=LOST[CoverDecision.Cause(cause)], note=". ".join(filter(None, (why, note)))[:300], by=by
        )


# --- Taking back -------------------------------------------------------------------------------------------------
@transaction.atomic
def take_back(*, cover: CoverDecision, by: User) -> None:
    """Take a decision back, and all for which its adult was taken from something else: it is open again.

    Raises Refused where the session was logged meanwhile, and for a day that is over.
    """
    School.objects.select_for_update(of=("self",)).get(pk=cover.school_id)
    if cover.on < timezone.localdate():
        raise Refused(CoverReason.OVER, day=cover.on)
    _end(cover.pk, by=by)


def _end(pk: int, *, by: User) -> None:
    row = CoverDecision.objects.select_for_update(of=("self",)).select_related("instead_of", "member").get(pk=pk)
    if row.ended_at:
        return
    if row.session_id:
        _put_back(row, row.session_id, by=by)
    row.ended_at = timezone.now()
    with audit.saving(row, by=by):
        row.save(update_fields=["ended_at"])
    first, last = row.stretch
    if row.member_id is None:
        return
    freed = CoverDecision.objects.standing().filter(
        school=row.school_id, on=row.on, cause=CoverDecision.Cause.TAKEN, instead_of=row.member_id
    )
    for other in freed.exclude(pk=row.pk):
        begins, ends = other.stretch
        if begins < last and first < ends:
            _end(other.pk, by=by)


def _put_back(cover: CoverDecision, session_id: int, *, by: User) -> None:
    row = Session.objects.select_for_update(of=("self",)).select_related("provision").get(pk=session_id)
    is_ours = row.state == Session.State.LOST and row.reason == LOST[CoverDecision.Cause(cover.cause)]
    if not row.is_open and not is_ours:
        raise Refused(CoverReason.LOGGED, what=row.provision.name)
    if row.state == Session.State.LOST:
        take_log_back(session=row, why="Cover is decided anew", version=row.version, by=by)
        return
    stands = [one.member for one in row.adults.select_related("member") if one.member_id != cover.member_id]
    if cover.instead_of and cover.instead_of not in stands:
        stands.append(cover.instead_of)
    set_session_adults(session=row, members=stands, version=row.version, by=by)


# --- Telling -----------------------------------------------------------------------------------------------------
@transaction.atomic
def tell(*, school: School, on: date, by: User) -> list[CoverNotice]:
    """Tell each adult what they cover on that day: those who do not know yet, and those for whom it changed since they
    were told. Pressed twice, nobody hears twice. Raises Refused where everybody knows, and for a day that is over."""
    School.objects.select_for_update(of=("self",)).get(pk=school.pk)
    if on < timezone.localdate():
        raise Refused(CoverReason.OVER, day=on)
    untold = selectors.untold(school, on)
    if not untold:
        raise Refused(CoverReason.NOBODY_TO_TELL)
    notices = []
    for one in untold:
        user = one.member.user
        has_mail = bool(user and user.is_active and user.email)
        notice = CoverNotice.objects.create(
            school=school, on=on, member=one.member, items=one.items, is_mailed=has_mail, told_by=by
        )
        if user and has_mail:
            send_account_mail(to=user.email, subject=one.subject, text=_mail(one, on), school=school)
        notices.append(notice)
    names = ", ".join(one.member.name for one in untold)
    text = f"Told about cover of {short_date(on)}: {names}"
    audit.record("cover.told", school, text=text, by=by, school_id=school.pk, happened_on=on)
    return notices


def _mail(one: "selectors.Untold", on: date) -> str:
    """Times alone: what stands in a mail goes through other people's machines."""
    lines = [f"Hello {one.member.first_name},", ""]
    if one.items:
        begin = "Your cover has changed. You now cover" if one.was_told else "You cover"
        lines += [f"{begin} on {long_date(on)}:", ""]
        lines += [f"- {time_of(first):%H:%M}, {minutes} minutes" for first, minutes, _ in one.items]
    else:
        lines += [f"You are not needed as cover on {long_date(on)} any more. Your own day stands as planned."]
    address = f"{settings.SITE_URL}{reverse('provision:my-day')}"
    lines += ["", "What to do, where and with whom is on your day:", address]
    return "\n".join(lines)
