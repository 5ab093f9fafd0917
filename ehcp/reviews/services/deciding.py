"""What the authority and the parent do after the report: the decision, the notice, the comments, the final plan."""

from datetime import date

from staff.models import User

from ...cases.kernel import changing
from ...models import AnnualReview, PlanVersion, Recommendation
from .. import steps


def _end(review: AnnualReview, on: date, reason: str) -> None:
    """The review is over; one that the school closed before keeps its day and its reason."""
    if review.closed_on is None:
        review.closed_on, review.close_reason = on, reason


def record_decision(
    *, review: AnnualReview, decision: str, decision_on: date, by: User, notice_on: date | None = None
) -> AnnualReview:
    """The authority's letter: keep, change or cease. Keeping or ceasing ends the review; changing starts its weeks."""
    with changing(review, by=by, step=steps.DECISION) as change:
        review = change.case
        review.decision, review.decision_on = decision, decision_on
        review.notice_on = notice_on if decision == Recommendation.AMEND else None
        if decision != Recommendation.AMEND:
            _end(review, decision_on, "The authority decided")
        text = f"{review.plan.authority.name} decided: {Recommendation(decision).label.lower()}"
        change.tell("ehcp.review_decided", text, on=decision_on)
    return review


def record_notice(*, review: AnnualReview, notice_on: date, by: User) -> AnnualReview:
    """The amendment notice came after the decision."""
    with changing(review, by=by, step=steps.NOTICE) as change:
        change.case.notice_on = notice_on
        change.tell("ehcp.review_notice", "Amendment notice sent", on=notice_on)
    return change.case


def record_representations(*, review: AnnualReview, on: date, by: User) -> AnnualReview:
    with changing(review, by=by, step=steps.COMMENTS) as change:
        change.case.representations_on = on
        change.tell("ehcp.review_comments", "Parent commented on the changes", on=on)
    return change.case


def record_final(
    *,
    review: AnnualReview,
    final_on: date,
    by: User,
    new_version: PlanVersion | None = None,
    names_next_school: bool = False,
) -> AnnualReview:
    """The amended final plan came; the review is over. One that names the next school meets the transfer's date."""
    with changing(review, by=by, step=steps.FINAL) as change:
        review = change.case
        review.final_on, review.new_version, review.names_next_school = final_on, new_version, names_next_school
        _end(review, final_on, "The amended final plan came")
        change.tell("ehcp.review_final", "Amended final plan received", on=final_on)
    return review


def record_not_amending(*, review: AnnualReview, on: date, by: User) -> AnnualReview:
    """After proposing changes, the authority keeps the plan as it was, with reasons (reg 22(4))."""
    with changing(review, by=by, step=steps.NOT_AMENDED) as change:
        review = change.case
        review.not_amending_on, reason = on, "The authority will not change the plan after all"
        _end(review, on, reason)
        change.tell("ehcp.review_not_amended", reason, on=on)
    return review
