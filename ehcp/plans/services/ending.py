"""A plan ceases: the two letters of the authority, the time to appeal, the last day, and a last day put right.

CFA 2014 s45; SEND Regulations 2014, regs 29 to 31.
"""

from datetime import date

from django.utils import timezone

from pupils.models.register import ON_REGISTER, Code
from pupils.register import services as register
from sendco.clock import SEND_LAW_FROM, long_date
from sendco.refusals import Refused
from staff.models import User

from ...cases.kernel import Change, changing
from ...deadlines import deadline
from ...deadlines.moves import CEASE_WINDOW
from ...models import Appeal, Placement, Plan, TopUpFunding
from ...requests.services import assessments
from ..refusals import PlanReason
from .plans import ONE_DAY, present_needs


def last_day_to_appeal(notified_on: date) -> date | None:
    """The day until which the parent may appeal, the plan in force; None beyond the calendar's own data."""
    due = deadline(CEASE_WINDOW, notified_on)
    return due.due_on if due else None


def note_ceasing(
    *,
    plan: Plan,
    version: int,
    by: User,
    proposed_on: date | None = None,
    notified_on: date | None = None,
    reason: str = "",
) -> Plan:
    """Note what the authority wrote: first that it considers ceasing and consults, then its decision. Empty takes back.

    Both are letters of their own (reg 31). Neither ends the plan.
    """
    with changing(plan, version=version, by=by) as change:
        plan = change.case
        plan.cease_proposed_on, plan.cease_notified_on, plan.cease_reason = proposed_on, notified_on, reason
        steps = [f"considered and consulted on from {long_date(proposed_on)}"] if proposed_on else []
        steps += [f"decided on {long_date(notified_on)}"] if notified_on else []
        text = f"Ceasing the plan: {', '.join(steps)}. {reason}".strip() if steps else "Ceasing the plan was taken back"
        change.touch()
        change.tell("plan.ceasing", text)
    return plan


def why_not_ended(plan: Plan, ceased_on: date) -> Refused | None:
    """Why the plan cannot end on this day; None when it can."""
    if plan.cease_notified_on is None:
        return Refused(PlanReason.NO_DECISION_TO_CEASE)
    until = last_day_to_appeal(plan.cease_notified_on)
    if until is None:
        return Refused(PlanReason.APPEAL_TIME_UNKNOWN)
    if ceased_on <= until:
        return Refused(PlanReason.APPEAL_TIME_RUNS, until=until, field="ceased_on")
    if Appeal.objects.filter(plan=plan, about=Appeal.About.CEASE, closed_on=None).exists():
        return Refused(PlanReason.APPEAL_OPEN)
    return None


def end_plan(*, plan: Plan, version: int, ceased_on: date, next_code: str, by: User) -> Plan:
    """The plan has ceased: after the time to appeal, and with no appeal open. E ends on the register with it."""
    with changing(plan, version=version, by=by) as change:
        plan = change.case
        if refusal := why_not_ended(plan, ceased_on):
            raise refusal
        _check_no_open_review(plan)
        _close(change, ceased_on)
        text = f"{_why(ceased_on)}. {plan.cease_reason}".strip()
        change.tell("plan.ceased", text, on=ceased_on)
        change.save()
        _leave_e(plan, ceased_on, next_code, by=by)
    return plan


def _check_no_open_review(plan: Plan) -> None:
    if plan.reviews.filter(closed_on=None).exists():  # also one that waits for the authority alone
        raise Refused(PlanReason.REVIEW_OPEN)


def _close(change: Change[Plan], ceased_on: date) -> None:
    change.case.ceased_on = ceased_on
    for model in (Placement, TopUpFunding):
        for open_row in model.objects.filter(plan=change.case, ends_on=None):
            open_row.ends_on = max(ceased_on, open_row.starts_on)
            change.keep(open_row, "ends_on")


def move_end(change: Change[Plan], before: date, after: date | None) -> None:
    """The last day was typed wrongly: what ended with the plan ends on the right day, or goes on with the plan.

    On the register, E ends with the corrected day. Where the plan goes on, the register stays as it is, and somebody
    decides there: a status cannot be taken back without saying so. Raises Refused as `end_plan` does.
    """
    plan = change.case
    was_mistake = plan.cease_notified_on is None
    if after is not None and not was_mistake and (refusal := why_not_ended(plan, after)):
        raise refusal
    if after is None and was_mistake:
        plan.cease_reason = ""
    for model in (Placement, TopUpFunding):
        for row in model.objects.filter(plan=plan, ends_on__gte=before):
            if row.ends_on == max(before, row.starts_on):
                row.ends_on = after and max(after, row.starts_on)
                change.keep(row, "ends_on")
    if after is not None and not was_mistake:
        _move_status(plan, before, after, by=change.by)


def _move_status(plan: Plan, before: date, after: date, *, by: User | None) -> None:
    """The status that followed E begins on the day after the plan's end, as `_leave_e` began it."""
    entries = plan.pupil.register_entries.exclude(code=Code.PLAN)
    followed = entries.filter(starts_on__gte=before, starts_on__lte=before + ONE_DAY).order_by("starts_on").first()
    if followed is None or by is None:
        return
    register.correct_entry(
        entry=followed,
        starts_on=after + ONE_DAY if after < timezone.localdate() else after,
        reason=_why(after),
        decided_by=followed.decided_by,
        by=by,
    )


def _why(ceased_on: date) -> str:
    return f"The EHC plan ceased on {long_date(ceased_on)}"


def _leave_e(plan: Plan, ceased_on: date, next_code: str, *, by: User) -> None:
    entry = register.open_entry(plan.pupil)
    if entry is None or entry.code != Code.PLAN or not plan.pupil.on_roll:
        return
    # The last day still counts as E, unless it is today: a status cannot begin tomorrow.
    after = ceased_on + ONE_DAY if ceased_on < timezone.localdate() else ceased_on
    register.change_status(
        pupil=plan.pupil,
        code=next_code,
        starts_on=max(after, entry.starts_on + ONE_DAY),
        reason=_why(ceased_on),
        decided_by=plan.authority.name,
        by=by,
        needs=present_needs(plan.pupil) if next_code in ON_REGISTER else (),
    )


def close_mistake(*, plan: Plan, reason: str, by: User) -> Plan:
    """Close a plan that was entered wrongly: twice, or for the wrong child. It is kept, and nothing else changes."""
    with changing(plan, by=by) as change:
        plan = change.case
        if not reason.strip():
            raise Refused(PlanReason.MISTAKE_WITHOUT_REASON)
        _check_no_open_review(plan)
        plan.cease_reason = f"Entered by mistake: {reason}"[:200]
        _close(change, max(timezone.localdate(), plan.made_on or SEND_LAW_FROM))
        change.tell("plan.mistake", f"EHC plan closed, entered by mistake. {reason}")
        change.save()
        assessments.plan_was_mistake(plan=plan, by=by)
    return plan
