"""A decision that the parent may take to mediation and to the Tribunal, and the log of what came of it."""

from datetime import date
from typing import Any

from django.utils import timezone

from sendco.refusals import Refused
from staff.models import User

from ..cases.kernel import assign, changing, opening
from ..models import Appeal, NeedsAssessment, Plan
from .log import CHANGEABLE, LINES
from .refusals import AppealReason


def begin(
    *,
    about: str,
    letter_on: date,
    by: User,
    assessment: NeedsAssessment | None = None,
    plan: Plan | None = None,
    note: str = "",
) -> Appeal:
    """Open the log of a decision, from the day the authority sent its letter."""
    case_of = assessment or plan
    if case_of is None:
        raise Refused(AppealReason.ABOUT_NOTHING)
    if Appeal.objects.filter(about=about, assessment=assessment, plan=plan, closed_on=None).exists():
        raise Refused(AppealReason.OPEN_ALREADY)
    case = Appeal(
        school=case_of.school, pupil=case_of.pupil, authority=case_of.authority, assessment=assessment, plan=plan,
        about=about, letter_on=letter_on, note=note,
    )  # fmt: skip
    with opening(case, by=by) as change:
        text = f"Decision that can be appealed: {case.get_about_display().lower()}"
        change.tell("ehcp.appeal_began", text, on=letter_on)
    return case


def change(*, case: Appeal, version: int, by: User, **facts: Any) -> Appeal:
    """Write down what happened: any of CHANGEABLE. Raises Refused for an order of days that cannot be."""
    with changing(case, version=version, by=by) as held:
        case = held.case
        assign(case, facts, allowed=CHANGEABLE)
        if (case.order or case.other_steps) and not case.order_on:
            raise Refused(AppealReason.ORDER_WITHOUT_DAY, field="order_on")
        agreed = next((name for name in ("agreed_by_on", "other_steps") if getattr(case, name)), "")
        if agreed and case.outcome != Appeal.Outcome.AGREED:
            raise Refused(AppealReason.ONLY_IN_MEDIATION, field=agreed)
        said = ", ".join(line.told for line in LINES if line.told and facts.get(line.field))
        held.touch()
        held.tell("ehcp.appeal_changed", f"Appeal: {said or 'changed'}")
    return case


def close(*, case: Appeal, version: int, outcome: str, by: User, on: date | None = None) -> Appeal:
    with changing(case, version=version, by=by) as change:
        case = change.case
        case.outcome, case.closed_on = outcome, on or timezone.localdate()
        change.tell("ehcp.appeal_closed", f"Appeal closed: {case.get_outcome_display()}", on=case.closed_on)
    return case
