"""What a request for a needs assessment, or a re-assessment, owes."""

from sendco.clock import long_date

from ..deadlines import appeals, assessments, deadline, exemption_allowed
from ..models import Exemption, NeedsAssessment
from .shared import LONGEST, agreed_time_words, earliest, first, item

Step = Exemption.Step
ORIGINS = {
    appeals.ORDER: "the Tribunal's order",
    appeals.UNOPPOSED: "the authority's notice to the Tribunal",
    appeals.AGREED: "the mediation agreement",
    appeals.REVERSED: "the authority's own change of mind",
}


def of_assessment(row, calendar):
    items = _reassessment(row, calendar) if row.kind == NeedsAssessment.Kind.AGAIN else _assessment(row, calendar)
    comments = deadline(assessments.REPRESENTATIONS, row.draft_served_on, calendar)
    items += item(comments, met_on=row.representations_on, closed_on=first(row.final_on, row.no_plan_on, _ended(row)))
    return items + _after_reversal(row, calendar)


def _ended(row):
    return earliest(row.closed_on, row.pupil.left_on)


def _assessment(row, calendar):
    starts = {"received_on": row.received_on, "responsible_on": row.became_responsible_on, "calendar": calendar}

    def step(rule, name="", **facts):
        due = assessments.from_start(rule, **starts)
        return item(due, exception=_exception(row, name, due), **facts)

    refused = row.decision_on if row.decision == NeedsAssessment.Decision.REFUSE and not row.reversed_on else None
    replaced = _replaced(row)
    gone = {"closed_on": first(row.reversed_on if replaced else None, refused, _ended(row)), "replaced_by": replaced}
    no_plan = _no_plan_stands(row)
    plan_comes = earliest(row.draft_served_on, row.final_on)
    advice = deadline(assessments.ADVICE, row.advice_asked_on, calendar)
    met_before = row.no_plan_on if row.no_plan_on and not _is_after_reversal(row, row.no_plan_on) else None
    return [
        *step(assessments.DECISION, Step.DECISION, met_on=row.decision_on, closed_on=_ended(row)),
        *item(advice, met_on=row.advice_sent_on, closed_on=_ended(row), exception=_exception(row, Step.ADVICE, advice)),
        *step(assessments.NO_PLAN, Step.NO_PLAN, **_no_plan_facts(row, met_before, plan_comes, gone)),
        *step(assessments.DRAFT, **_plan_facts(row.draft_served_on, no_plan, gone)),
        *step(assessments.FINAL, Step.FINAL, **_plan_facts(row.final_on, no_plan, gone)),
    ]


def _no_plan_facts(row, met_before, plan_comes, gone):
    if met_before:
        return {"met_on": met_before}
    if gone["replaced_by"]:
        return gone
    # Owed only by an authority that decides against a plan: one that makes it sends no notice.
    return {"met_on": row.no_plan_on, "closed_on": first(plan_comes, gone["closed_on"]), "lapses": True}


def _plan_facts(done_on, no_plan, gone):
    """A date that an order replaced is met no more: what was done since meets the new one."""
    if gone["replaced_by"]:
        return gone
    return {"met_on": done_on, "closed_on": first(no_plan, gone["closed_on"])}


def _is_after_reversal(row, day):
    return row.reversed_on is not None and day >= row.reversed_on


def _no_plan_stands(row):
    """The day of a decision against a plan that nothing has reversed since."""
    if row.no_plan_on and (row.reversed_on is None or _is_after_reversal(row, row.no_plan_on)):
        return row.no_plan_on
    return None


def _replaced(row):
    if row.reversed_on is None or not appeals.counted_again(_reversed_to(row), row.reversal):
        return ""
    return f"new dates from {ORIGINS[row.reversal]} of {long_date(row.reversed_on)}"


def _reversed_to(row):
    return row.reversed_to or (NeedsAssessment.ReversedTo.PLAN if row.no_plan_on else NeedsAssessment.ReversedTo.ASSESS)


def _reassessment(row, calendar):
    decided = deadline(assessments.REASSESS_DECISION, row.starts_on, calendar)
    advice = deadline(assessments.REASSESS_ADVICE, row.advice_asked_on, calendar)
    agreed = row.decision_on if row.decision == NeedsAssessment.Decision.ASSESS else None
    final = deadline(assessments.REASSESS_FINAL, agreed, calendar)
    ended = _ended(row)
    return [
        *item(decided, met_on=row.decision_on, closed_on=ended, exception=_exception(row, Step.DECISION, decided)),
        *item(advice, met_on=row.advice_sent_on, closed_on=ended, exception=_exception(row, Step.ADVICE, advice)),
        *item(final, met_on=row.final_on, closed_on=ended, exception=_exception(row, Step.FINAL, final)),
    ]


def _after_reversal(row, calendar):
    """The clock counted again from the day a refusal fell, in place of the old dates."""
    if row.reversed_on is None:
        return []
    no_plan, ended = _no_plan_stands(row), _ended(row)
    plan_comes = earliest(row.draft_served_on, row.final_on)
    facts = {
        "rebased.notify": {"met_on": row.reversal_notified_on, "closed_on": first(plan_comes, ended)},
        "rebased.no_plan": {"met_on": no_plan, "closed_on": first(plan_comes, ended), "lapses": True},
        "rebased.draft": {"met_on": row.draft_served_on, "closed_on": first(row.final_on, no_plan, ended)},
        "rebased.final": {"met_on": row.final_on, "closed_on": first(no_plan, ended)},
    }
    replaced = agreed_time_words(row.reversal_agreed_by)
    gone = {"closed_on": row.reversed_on, "replaced_by": replaced}
    items = item(deadline(appeals.AGREED_TIME_OF_REQUEST, row.reversal_agreed_by, calendar), **facts["rebased.final"])
    for rule in appeals.counted_again(_reversed_to(row), row.reversal):
        due = deadline(rule, row.reversed_on, calendar)
        exception = _exception(row, Step.AFTER_ORDER, due)
        items += item(due, exception=exception, **(gone if replaced else facts[rule.code]))
    return items


def exemption_words(claim):
    """Whether this claimed exception holds in law, and why: an Allowed."""
    assessment = claim.assessment
    return exemption_allowed(
        step=claim.step,
        ground=claim.ground,
        starts_on=claim.starts_on,
        ends_on=claim.ends_on,
        advice_asked_on=claim.advice_asked_on or assessment.advice_asked_on,
        again=assessment.kind == NeedsAssessment.Kind.AGAIN,
        period=_period(assessment, claim.step),
    )


def _period(row, step):
    """The days that a time limit runs, from its trigger to its due date; None where they are not known."""
    if step == Step.AFTER_ORDER:
        return row.reversed_on, None
    if row.kind == NeedsAssessment.Kind.AGAIN:
        rule, trigger = {
            Step.DECISION: (assessments.REASSESS_DECISION, row.starts_on),
            Step.ADVICE: (assessments.REASSESS_ADVICE, row.advice_asked_on),
        }.get(step, (assessments.REASSESS_FINAL, row.decision_on))
    else:
        rule, trigger = {
            Step.DECISION: (assessments.DECISION, row.starts_on),
            Step.ADVICE: (assessments.ADVICE, row.advice_asked_on),
            Step.NO_PLAN: (assessments.NO_PLAN, row.starts_on),
        }.get(step, (assessments.FINAL, row.starts_on))
    due = deadline(rule, trigger)
    return (due.trigger_on, due.due_on) if due else (None, None)


def _exception(row, step, due):
    """In words the exception that stands for this step. A claim that the law does not know disapplies nothing."""
    if not step or due is None:
        return ""
    for claim in row.exemptions.all():
        if claim.step == step and claim.withdrawn_on is None:
            if exemption_words(claim).ok:
                exception = f"{claim.get_ground_display()}. Claimed by: {claim.get_claimed_by_display()}"
                return f"{exception}, {long_date(claim.claimed_on)}"[:LONGEST]
    return ""
