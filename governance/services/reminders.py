"""What people set about reminders: the hour, the stages of a rule, who stands in, and what they know to be late."""

from datetime import date, time, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from sendco.audit import services as audit
from sendco.clock import Basis, short_date
from sendco.due.models import DueItem
from sendco.refusals import ChangedMeanwhile, Refused
from staff.models import School, User

from ..models import Acknowledgement, Cover, ReminderPlan, RuleStages
from ..refusals import CoverReason, PauseReason, ReminderReason
from ..stages import CHOICES, ON_THE_DAY, default_stages, stages_in_words
from .recipients import Recipients

LONGEST_PAUSE = 56  # days until somebody looks again
LONGEST_COVER = 366


# --- The hour and the head's turn --------------------------------------------------------------------------------
@transaction.atomic
def save_plan(*, school: School, send_at: time, pass_on_days: int, version: int, by: User) -> ReminderPlan:
    """Save when mail goes out and when a late item is passed on. Raises ChangedMeanwhile for an older version."""
    plan, _ = ReminderPlan.objects.select_for_update().get_or_create(school=school)
    if plan.version != version:
        raise ChangedMeanwhile(plan)
    if (plan.send_at, plan.pass_on_days) == (send_at, pass_on_days):
        return plan
    plan.send_at, plan.pass_on_days, plan.version = send_at, pass_on_days, plan.version + 1
    with audit.saving(plan, by=by):
        plan.save()
    text = f"Reminders go out at {send_at:%H:%M}; late items are passed on to the head after {pass_on_days} days"
    audit.record("reminders.plan_changed", plan, text=text, by=by)
    return plan


# --- Stages of a rule --------------------------------------------------------------------------------------------
@transaction.atomic
def set_stages(
    *, school: School, rule: str, basis: str, title: str, days: list[int], daily_when_late: bool, by: User
) -> RuleStages:
    """Give a rule the school's own stages. The law's last day and its late items are always sent."""
    days = sorted(set(days), reverse=True)
    if not set(days) <= CHOICES.keys():
        raise Refused(ReminderReason.STAGES_NOT_OFFERED)
    if basis == Basis.STATUTE and not (ON_THE_DAY in days and daily_when_late):
        raise Refused(ReminderReason.LEGAL_STAGES_OFF)
    if not days and not daily_when_late:
        raise Refused(ReminderReason.NO_STAGES)
    row = RuleStages.objects.select_for_update().filter(school=school, rule=rule).first()
    row = row or RuleStages(school=school, rule=rule)
    row.days, row.daily_when_late = days, daily_when_late
    with audit.saving(row, by=by):
        row.save()
    text = f"Reminders of {title}: {stages_in_words(days, daily_when_late)}"
    audit.record("reminders.stages_changed", row, text=text, by=by)
    return row


@transaction.atomic
def reset_stages(*, school: School, rule: str, basis: str, title: str, by: User) -> bool:
    """Go back to the stages that sendco gives such a rule. False when they were those already."""
    row = RuleStages.objects.select_for_update().filter(school=school, rule=rule).first()
    if row is None:
        return False
    default = default_stages(basis, rule)
    text = f"Reminders of {title} back to: {stages_in_words(default.days, default.daily_when_late)}"
    audit.record("reminders.stages_reset", row, text=text, by=by)
    with audit.saving(row, by=by):
        row.delete()
    return True


# --- Cover -------------------------------------------------------------------------------------------------------
@transaction.atomic
def add_cover(
    *, school: School, absent: User, deputy: User, starts_on: date, ends_on: date, is_instead: bool, by: User
) -> Cover:
    """Let a deputy get what somebody who is away would get. One deputy at a time for each person."""
    if absent == deputy:
        raise Refused(CoverReason.SAME_PERSON)
    today = timezone.localdate()
    if ends_on < starts_on:
        raise Refused(CoverReason.ENDS_BEFORE_START)
    if ends_on < today:
        raise Refused(CoverReason.PASSED)
    if (ends_on - starts_on).days > LONGEST_COVER:
        raise Refused(CoverReason.TOO_LONG)
    if not Recipients(school.pk, max(starts_on, today)).fits(absent.pk, deputy.pk):
        raise Refused(CoverReason.MAY_SEE_LESS, deputy=deputy.name, absent=absent.name)
    others = Cover.objects.select_for_update().filter(school=school, absent=absent)
    if others.filter(starts_on__lte=ends_on, ends_on__gte=starts_on).exists():
        raise Refused(CoverReason.COVERED_ALREADY, absent=absent.name)
    cover = Cover(
        school=school, absent=absent, deputy=deputy, starts_on=starts_on, ends_on=ends_on, is_instead=is_instead
    )
    with audit.saving(cover, by=by):
        cover.save()
    text = f"{deputy.name} stands in for {absent.name} from {short_date(starts_on)} to {short_date(ends_on)}"
    audit.record("reminders.cover_added", cover, text=text, by=by)
    return cover


@transaction.atomic
def end_cover(*, cover: Cover, by: User) -> None:
    """End it from today; one that has not begun, or begins today, is taken away whole."""
    cover = Cover.objects.select_for_update().select_related("absent", "deputy").filter(pk=cover.pk).first()
    yesterday = timezone.localdate() - timedelta(days=1)
    if cover is None or cover.ends_on <= yesterday:
        raise Refused(CoverReason.ENDED)
    text = f"{cover.deputy.name} no longer stands in for {cover.absent.name}"
    audit.record("reminders.cover_ended", cover, text=text, by=by)
    with audit.saving(cover, by=by):
        if cover.starts_on > yesterday:
            cover.delete()
        else:
            cover.ends_on = yesterday
            cover.save(update_fields=["ends_on"])


# --- Late, and known ---------------------------------------------------------------------------------------------
@transaction.atomic
def acknowledge(*, item: DueItem, reason: str, look_again_on: date, by: User) -> Acknowledgement:
    """Stop the daily mail about a late item until a day. It stays late on every page and is passed on all the same."""
    today = timezone.localdate()
    if item.met_on or item.closed_on:
        raise Refused(PauseReason.DONE)
    if item.due_on >= today:
        raise Refused(PauseReason.NOT_LATE)
    if look_again_on <= today:
        raise Refused(PauseReason.NOT_IN_FUTURE)
    if (look_again_on - today).days > LONGEST_PAUSE:
        raise Refused(PauseReason.TOO_LONG)
    _standing(item, today).update(look_again_on=today)  # the newest word holds, be its day earlier or later
    row = Acknowledgement.objects.create(
        school_id=item.school_id,
        due_item_id=item.pk,
        due_on=item.due_on,
        reason=reason,
        look_again_on=look_again_on,
        by=by,
    )
    _record(item, row, f"is known to be late; looked at again on {short_date(look_again_on)}: {reason}", by=by)
    return row


@transaction.atomic
def remind_again(*, item: DueItem, by: User) -> None:
    """Let the daily mail about a late item go on from now. What was said of it stays on its page."""
    today = timezone.localdate()
    rows = _standing(item, today).select_for_update()
    row = rows.first()
    if row is None:
        raise Refused(PauseReason.NOTHING_HELD_BACK)
    rows.update(look_again_on=today)
    _record(item, row, "is late, and mail about it goes out daily again", by=by, code="acknowledgement_ended")


def _record(item: DueItem, row: Acknowledgement, text: str, *, by: User, code: str = "acknowledged") -> None:
    """Keep it on record. What is known to its owner alone stays so: of it no event holds a word."""
    if not item.is_personal:
        audit.record(f"reminders.{code}", row, text=f"{item.title} {text}", by=by, pupil_id=item.pupil_id)


def _standing(item: DueItem, today: date) -> QuerySet[Acknowledgement]:
    """What holds back the daily mail about this item today."""
    return Acknowledgement.objects.filter(due_item_id=item.pk, due_on=item.due_on, look_again_on__gt=today)
