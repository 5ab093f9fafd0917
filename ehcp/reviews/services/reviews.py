"""The annual review from planning to the last letter. Each step writes one fact; the kernel derives the dates again.

What is impossible is refused: a report before its meeting, a decision before the review was held, two reviews of one
plan at once. What breaks the law (short notice, a late report) is recorded as it happened, and stays visible.
"""

from collections.abc import Iterable, Sequence
from datetime import date, time, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from sendco.clock import long_date
from sendco.files.models import StoredFile
from sendco.jobs import services as jobs
from sendco.links import services as links
from sendco.refusals import ChangedMeanwhile, Refused
from staff.models import User

from ...cases.kernel import Change, assign, changing, entered_on, locked, opening
from ...cases.refusals import CaseReason
from ...models import AnnualReview, Invitee, OutcomeReview, Plan, PlanOutcome, ViewDifference
from .. import steps
from ..refusals import ReviewReason
from ..selectors.facts import lacks_parent, parents_of
from ..selectors.invitees import PURPOSE
from .inviting import check_parent, listed, who_to_invite

Kind = AnnualReview.Kind
Role = Invitee.Role
# A meeting beyond this is a slip of the year.
FURTHEST_AHEAD = timedelta(days=730)


def _end_links(review: AnnualReview) -> None:
    links.revoke(purpose=PURPOSE, subject_id__in=list(review.invitees.values_list("pk", flat=True)))


# --- Beginning ---------------------------------------------------------------------------------------------------
@transaction.atomic
def begin(
    *,
    plan: Plan,
    kind: str,
    by: User,
    asked_by: str = "",
    reason: str = "",
    organiser: User | None = None,
    began_on: date | None = None,
) -> AnnualReview:
    """Open a review of a plan in force and list who has to be invited. Raises Refused while another is prepared; one
    that was held may wait for the authority beside it."""
    plan = locked(plan)
    if plan.ceased_on:
        raise Refused(ReviewReason.PLAN_CEASED, ceased_on=plan.ceased_on)
    if not plan.pupil.on_roll:
        raise Refused(ReviewReason.CHILD_LEFT, child=plan.pupil.name)
    if began_on and plan.made_on and began_on < plan.made_on:
        raise Refused(ReviewReason.BEFORE_PLAN, made_on=plan.made_on, field="began_on")
    open_review = AnnualReview.objects.filter(plan=plan, closed_on=None, held_on=None).first()
    if open_review:
        raise Refused(ReviewReason.OPEN_ALREADY, began_on=open_review.began_on)
    review = AnnualReview(
        school=plan.school, pupil=plan.pupil, plan=plan, kind=kind, asked_by=asked_by, reason=reason,
        organiser=organiser or by, began_on=began_on or timezone.localdate(),
    )  # fmt: skip
    with opening(review, by=by, taken_reason=ReviewReason.BEGUN_MEANWHILE) as change:
        for invitee in who_to_invite(review):
            change.keep(invitee)
        change.tell("ehcp.review_began", f"{review.get_kind_display()} begun", on=review.began_on)
    return review


def change_kind(
    *, review: AnnualReview, version: int, kind: str, by: User, asked_by: str = "", reason: str = ""
) -> AnnualReview:
    """Say that the review is of another kind, also after it was closed: what it meets follows."""
    with changing(review, version=version, by=by, closed_too=True) as change:
        review = change.case
        before = review.get_kind_display()
        review.kind, review.asked_by, review.reason = kind, asked_by, reason
        change.tell("ehcp.review_kind", f"{before} is now: {review.get_kind_display().lower()}")
    return review


# --- Planning ----------------------------------------------------------------------------------------------------
def plan_meeting(
    *,
    review: AnnualReview,
    version: int,
    meeting_on: date,
    by: User,
    meeting_time: time | None = None,
    place: str = "",
    contribute_by: date | None = None,
    pep_on: date | None = None,
    short_notice_note: str = "",
) -> AnnualReview:
    """Fix or move the day. Short notice is possible and shown as a breach: agreement does not undo it."""
    with changing(review, version=version, by=by, step=steps.DAY) as change:
        review = change.case
        if meeting_on > timezone.localdate() + FURTHEST_AHEAD:
            raise Refused(ReviewReason.TOO_FAR_AHEAD, field="meeting_on")
        if contribute_by and contribute_by > meeting_on:
            raise Refused(ReviewReason.WORDS_AFTER_MEETING, field="contribute_by")
        moved = review.meeting_on and review.meeting_on != meeting_on
        changed = review.meeting_on and (review.meeting_time, review.place) != (meeting_time, place)
        review.meeting_on, review.meeting_time, review.place = meeting_on, meeting_time, place
        review.contribute_by, review.pep_on, review.short_notice_note = contribute_by, pep_on, short_notice_note
        change.touch()
        if moved:
            # The two weeks are counted to the new day, so everybody has to be told of it.
            _take_invitations_back(change)
        elif changed:
            # The notice of the day stands, and stays as it was given.
            for invitee in listed(review).exclude(invited_on=None):
                invitee.tell_again = True
                change.keep(invitee, "tell_again")
        words = "moved to" if moved else "is on"
        change.tell("ehcp.review_planned", f"Review meeting {words} {long_date(meeting_on)}")
    return review


def _take_invitations_back(change: Change[AnnualReview], *, tell_again: bool = False) -> list[Invitee]:
    """Nobody is invited any more. Returns those who were."""
    invited = list(listed(change.case).exclude(invited_on=None))
    for invitee in invited:
        invitee.invited_on, invitee.answer, invitee.tell_again = None, "", tell_again
        change.keep(invitee, "invited_on", "answer", "tell_again")
    return invited


def call_off(*, review: AnnualReview, version: int, reason: str, by: User) -> AnnualReview:
    """The meeting does not take place on its day, and no other is fixed yet. Who was invited has to be told."""
    with changing(review, version=version, by=by, step=steps.CALL_OFF) as change:
        review = change.case
        if not reason.strip():
            raise Refused(CaseReason.NO_REASON)
        was: Any = review.meeting_on  # the step asks for it
        review.meeting_on = review.meeting_time = review.contribute_by = None
        review.short_notice_note = ""
        _take_invitations_back(change, tell_again=True)
        change.touch()
        change.tell("ehcp.review_called_off", f"Review meeting of {long_date(was)} called off: {reason}")
    return review


def record_told_off(*, review: AnnualReview, by: User, invitees: Sequence[Invitee] | None = None) -> AnnualReview:
    """Everybody who had been invited, or these of them, know that the meeting was called off."""
    with changing(review, by=by) as change:
        told = list(invitees if invitees is not None else listed(change.case).filter(tell_again=True))
        for invitee in told:
            invitee.tell_again = False
            change.keep(invitee, "tell_again")
        names = ", ".join(invitee.name for invitee in told)
        change.tell("ehcp.review_told_off", f"Told that the meeting was called off: {names}")
    return change.case


def record_papers_sent(
    *, review: AnnualReview, sent_on: date, by: User, invitees: Sequence[Invitee] | None = None
) -> AnnualReview:
    """Record that the papers went to everybody invited (reg 20(4))."""
    with changing(review, by=by, step=steps.PAPERS) as change:
        review = change.case
        if lacks_parent(review, invited=True):
            raise Refused(ReviewReason.PARENT_NOT_INVITED)
        for invitee in invitees if invitees is not None else listed(review):
            invitee.papers_sent_on = sent_on
            change.keep(invitee, "papers_sent_on")
        review.papers_sent_on = sent_on
        change.touch()
        change.tell("ehcp.papers_sent", "Papers sent to everybody invited", on=sent_on)
    return review


def save_school_report(*, review: AnnualReview, version: int, text: str, by: User) -> AnnualReview:
    with changing(review, version=version, by=by, step=steps.SCHOOL_REPORT) as change:
        change.case.school_report = text
        change.touch()
        _take_approval_back(change.case)
    return change.case


def ask_for_pack(*, review: AnnualReview, by: User) -> AnnualReview:
    """Have the papers drawn into one PDF by a job."""
    with changing(review, by=by, step=steps.PACK) as change:
        review = change.case
        job = jobs.enqueue(
            "ehcp.review_pack",
            title="Put the papers of a review together",
            by=by,
            school_id=review.school_id,
            params={"review": review.pk},
        )
        review.pack_job_id = job.pk
    return review


def file_pack(*, review: AnnualReview, stored: StoredFile, by: User) -> AnnualReview:
    """Keep the PDF of the papers. Called by the job, in its transaction."""
    with changing(review, by=by, closed_too=True) as change:
        change.case.pack_file_id, change.case.pack_made_at = stored.pk, timezone.now()
    return change.case


# --- The meeting -------------------------------------------------------------------------------------------------


def save_meeting(*, review: AnnualReview, version: int, by: User, **words: str) -> AnnualReview:
    """Keep what the meeting says. `words` are any of those that the step writes."""
    with changing(review, version=version, by=by, step=steps.WRITE_UP) as change:
        assign(change.case, words, allowed=steps.WRITE_UP.writes)
        change.touch()
        _take_approval_back(change.case)
    return change.case


def _take_approval_back(review: AnnualReview) -> None:
    """What the head signed is what the report says: a change asks for a new signature."""
    review.approved_by = review.approved_at = None


def review_outcome(
    *,
    review: AnnualReview,
    outcome: PlanOutcome,
    by: User,
    progress: str = "",
    evidence: str = "",
    next_step: str = "",
    new_text: str = "",
    version: int | None = None,
) -> OutcomeReview:
    """Keep what the meeting says of one outcome of the plan. `version` is the row's as it was shown, 0 for none yet.

    Raises ChangedMeanwhile when somebody else saved this outcome since.
    """
    with changing(review, by=by, step=steps.WRITE_UP) as change:
        review = change.case
        if outcome.plan_version.plan_id != review.plan_id:
            raise Refused(ReviewReason.OUTCOME_OF_ANOTHER_PLAN)
        row = OutcomeReview.objects.filter(review=review, outcome=outcome).first() or OutcomeReview(
            review=review, outcome=outcome, version=0
        )
        if version is not None and row.version != version:
            raise ChangedMeanwhile(row)
        row.progress, row.evidence, row.next_step, row.new_text = progress, evidence, next_step, new_text
        row.version += 1
        change.keep(row)
        _take_approval_back(review)
    return row


def add_difference(
    *, review: AnnualReview, who: str, view: str, by: User, outcome: PlanOutcome | None = None
) -> ViewDifference:
    """Somebody sees it differently; the report says so (reg 20(8))."""
    with changing(review, by=by, step=steps.WRITE_UP) as change:
        row = change.keep(ViewDifference(review=change.case, outcome=outcome, who=who, view=view))
        _take_approval_back(change.case)
    return row


def remove_difference(*, row: ViewDifference, by: User) -> None:
    with changing(row.review, by=by, step=steps.WRITE_UP) as change:
        change.drop(row)
        _take_approval_back(change.case)
        change.tell("ehcp.difference_removed", "A view noted by mistake was taken out")


def record_held(*, review: AnnualReview, held_on: date, by: User, attended: Iterable[int] = ()) -> AnnualReview:
    """The meeting took place. `attended` are the ids of the invitees who came."""
    with changing(review, by=by, step=steps.MEETING) as change:
        review = change.case
        check_parent(review)
        attended = set(attended)
        is_known = entered_on(review) <= held_on <= timezone.localdate()  # an earlier one was as it was
        if is_known and lacks_parent(review, invited=True) and not parents_of(review).filter(pk__in=attended).exists():
            raise Refused(ReviewReason.PARENT_NOT_INVITED)
        for invitee in listed(review):
            invitee.attended = invitee.pk in attended
            change.keep(invitee, "attended")
        _end_links(review)
        review.held_on = held_on
        if review.meeting_on is None:
            review.meeting_on = held_on
        change.touch()
        change.tell("ehcp.review_held", "Review meeting held", on=held_on)
    return review


# --- The report --------------------------------------------------------------------------------------------------
def record_report_sent(*, review: AnnualReview, sent_on: date, by: User) -> AnnualReview:
    """The report went to everybody invited (reg 20(7)-(9)); the authority's time to decide runs from the meeting.

    The head approves it first, unless it went before the review was entered here at all.
    """
    with changing(review, by=by, step=steps.SEND) as change:
        review = change.case
        if review.approved_at is None and sent_on >= entered_on(review):
            raise Refused(ReviewReason.NOT_APPROVED)
        if review.approved_at and sent_on < (approved_on := timezone.localdate(review.approved_at)):
            raise Refused(ReviewReason.SENT_BEFORE_APPROVED, approved_on=approved_on, field="sent_on")
        for invitee in listed(review):
            invitee.report_sent_on = sent_on
            change.keep(invitee, "report_sent_on")
        review.report_sent_on = sent_on
        change.touch()
        change.tell("ehcp.report_sent", "Report of the review sent", on=sent_on)
    return review


def close(*, review: AnnualReview, reason: str, by: User, on: date | None = None) -> AnnualReview:
    """Stop a review that will not be finished: begun by mistake, or the child has left.

    One that was held keeps its meeting, and what the authority owes after it can be entered and stays due.
    """
    with changing(review, by=by) as change:
        review = change.case
        if not reason.strip():
            raise Refused(CaseReason.NO_REASON)
        review.closed_on, review.close_reason = on or timezone.localdate(), reason[:200]
        _end_links(review)
        change.tell("ehcp.review_closed", f"Review closed: {reason}", on=review.closed_on)
    return review
