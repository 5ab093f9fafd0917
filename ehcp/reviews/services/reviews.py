"""The annual review from planning to the last letter. Each step writes one fact; the kernel derives the dates again.

What is impossible is refused: a report before its meeting, a decision before the review was held, two reviews of one
plan at once. What breaks the law (short notice, a late report) is recorded as it happened, and stays visible.
"""

from collections.abc import Iterable, Sequence
from datetime import date, time, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from pupils.models import Contact, Pupil
from sendco.clock import long_date, young_person_from
from sendco.files.models import StoredFile
from sendco.jobs import services as jobs
from sendco.links import services as links
from sendco.refusals import ChangedMeanwhile, Refused
from staff.models import User
from staff.roles import Role as StaffRole
from staff.selectors import people_with

from ...cases.kernel import assign, changing, locked, opening
from ...cases.refusals import CaseReason
from ...models import (
    AnnualReview,
    Invitee,
    OutcomeReview,
    Plan,
    PlanOutcome,
    PlanVersion,
    Recommendation,
    ViewDifference,
)
from .. import steps
from ..refusals import ReviewReason
from ..selectors.facts import missing_in_report
from ..selectors.invitees import PURPOSE

Kind = AnnualReview.Kind
Role = Invitee.Role
# A meeting beyond this is a slip of the year.
FURTHEST_AHEAD = timedelta(days=730)
INVITEE_FIELDS = ("name", "organisation", "email", "answer", "attended")


def _end_links(review: AnnualReview) -> None:
    links.revoke(purpose=PURPOSE, subject_id__in=list(review.invitees.values_list("pk", flat=True)))


def _listed(review: AnnualReview) -> Any:
    return review.invitees.filter(removed_on=None)


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
    """Open a review of a plan in force and list who has to be invited. Raises Refused when one is open already."""
    plan = locked(plan)
    if plan.ceased_on:
        raise Refused(ReviewReason.PLAN_CEASED, ceased_on=plan.ceased_on)
    if not plan.pupil.on_roll:
        raise Refused(ReviewReason.CHILD_LEFT, child=plan.pupil.name)
    open_review = AnnualReview.objects.filter(plan=plan, closed_on=None).first()
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


def who_to_invite(review: AnnualReview) -> list[Invitee]:
    """Return unsaved Invitees: those reg 20(2) requires, the child, and the adults who know the child best."""
    pupil, plan, school = review.pupil, review.plan, review.school
    head = people_with(school, StaffRole.HEAD).first()
    officer, authority = plan.caseworker, plan.authority
    people = [
        Invitee(role=Role.CHILD, name=pupil.name),
        *_parents(pupil),
        Invitee(role=Role.HEAD, name=head.name if head else "Headteacher", user=head, email=head.email if head else ""),
        Invitee(
            role=Role.LA,
            name=officer.name if officer else "SEN officer",
            organisation=authority.name,
            email=(officer.email if officer else "") or authority.email,
        ),
        Invitee(role=Role.HEALTH, name="Health professional named by the ICB", organisation="Integrated care board"),
        Invitee(role=Role.SOCIAL, name="Children's social care", organisation=authority.name),
    ]
    if worker := pupil.key_worker:
        people.append(Invitee(role=Role.STAFF, name=worker.name, user=worker, email=worker.email))
    for person in people:
        person.review = review
    return people


def _parents(pupil: Pupil) -> Any:
    """The parents to invite; nobody once the rights are the young person's own."""
    if pupil.birth_on and timezone.localdate() >= young_person_from(pupil.birth_on):
        return []
    contacts = Contact.objects.filter(pupil=pupil, ended_on=None, do_not_contact=False).order_by("priority", "pk")
    return [
        Invitee(role=Role.PARENT, name=contact.name, contact=contact, email=contact.email)
        for contact in contacts
        if contact.may_be_written_to and (contact.has_parental_responsibility or contact.lives_with)
    ]


# --- People ------------------------------------------------------------------------------------------------------
def add_invitee(
    *,
    review: AnnualReview,
    role: str,
    name: str,
    by: User,
    organisation: str = "",
    email: str = "",
    contact: Contact | None = None,
    user: User | None = None,
) -> Invitee:
    with changing(review, by=by) as change:
        review = change.case
        if contact is not None and (contact.pupil_id != review.pupil_id or not contact.may_be_written_to):
            raise Refused(ReviewReason.CONTACT_HELD_BACK)
        invitee = Invitee(
            review=review, role=role, name=name, organisation=organisation, email=email, contact=contact, user=user
        )
        change.keep(invitee)
        change.tell("ehcp.invitee_added", f"{name} is on the list of the review")
    return invitee


def change_invitee(*, invitee: Invitee, by: User, **facts: Any) -> Invitee:
    """Change INVITEE_FIELDS. A changed address kills the links that went to the old one."""
    with changing(invitee.review, by=by) as change:
        invitee = Invitee.objects.select_for_update(of=("self",)).get(pk=invitee.pk)
        if "email" in assign(invitee, facts, allowed=INVITEE_FIELDS):
            links.revoke(purpose=PURPOSE, subject_id=invitee.pk)
        change.keep(invitee, *facts)
    return invitee


def remove_invitee(*, invitee: Invitee, reason: str, by: User) -> Invitee:
    """Take somebody off the list. Who has to be invited by law stays on it."""
    with changing(invitee.review, by=by) as change:
        same = _listed(change.case).filter(role=invitee.role).exclude(pk=invitee.pk)
        if invitee.role in Invitee.REQUIRED and not same.exists():
            raise Refused(ReviewReason.REQUIRED_BY_LAW, role=invitee.get_role_display().lower())
        invitee.removed_on = timezone.localdate()
        change.keep(invitee, "removed_on")
        links.revoke(purpose=PURPOSE, subject_id=invitee.pk)
        change.tell("ehcp.invitee_removed", f"{invitee.name} is off the list of the review. {reason}")
    return invitee


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
        review.meeting_on, review.meeting_time, review.place = meeting_on, meeting_time, place
        review.contribute_by, review.pep_on, review.short_notice_note = contribute_by, pep_on, short_notice_note
        change.touch()
        if moved:
            # The two weeks are counted to the new day, so everybody has to be told of it.
            for invitee in _listed(review).exclude(invited_on=None):
                invitee.invited_on, invitee.answer = None, ""
                change.keep(invitee, "invited_on", "answer")
        words = "moved to" if moved else "is on"
        change.tell("ehcp.review_planned", f"Review meeting {words} {long_date(meeting_on)}")
    return review


def record_invited(
    *, review: AnnualReview, invitees: Sequence[Invitee], invited_on: date, via: str, by: User
) -> AnnualReview:
    """Record that these people were invited, on which day and how: the proof of notice."""
    with changing(review, by=by, step=steps.INVITE) as change:
        review = change.case
        if invited_on > timezone.localdate():
            raise Refused(ReviewReason.INVITED_IN_FUTURE, field="invited_on")
        if review.held_on and invited_on > review.held_on:
            raise Refused(ReviewReason.INVITED_AFTER_MEETING, invited_on=invited_on, held_on=review.held_on)
        for invitee in invitees:
            if invitee.contact is not None and not invitee.contact.may_be_written_to:
                raise Refused(ReviewReason.PERSON_HELD_BACK, name=invitee.name)
            invitee.invited_on, invitee.invited_via = invited_on, via
            change.keep(invitee, "invited_on", "invited_via")
        names = ", ".join(invitee.name for invitee in invitees)
        change.touch()
        change.tell("ehcp.review_invited", f"Invited to the review meeting: {names}", on=invited_on)
    return review


def record_asked(
    *, invitees: Sequence[Invitee], asked_on: date, by: User | None, words: str = "Asked for a contribution"
) -> AnnualReview:
    """Record that contributions were asked for; a second time is a reminder."""
    with changing(invitees[0].review, by=by) as change:
        for invitee in invitees:
            if invitee.asked_on:
                invitee.chased_on, invitee.chased = asked_on, invitee.chased + 1
            else:
                invitee.asked_on = asked_on
            change.keep(invitee, "asked_on", "chased_on", "chased")
        names = ", ".join(invitee.name for invitee in invitees)
        change.tell("ehcp.contribution_asked", f"{words}: {names}", on=asked_on)
    return change.case


def stop_reminders(*, review: AnnualReview, by: User) -> AnnualReview:
    """Let no reminder of this review go out by itself any more. Stopped already, it changes nothing."""
    with changing(review, by=by) as change:
        if change.case.reminders_stopped_on is None:
            change.case.reminders_stopped_on = timezone.localdate()
            change.tell("ehcp.reminders_stopped", "Reminders of contributions no longer go out by themselves")
    return change.case


def start_reminders(*, review: AnnualReview, by: User) -> AnnualReview:
    """Let them go out again. Set days that went by meanwhile are not made good."""
    with changing(review, by=by) as change:
        if change.case.reminders_stopped_on is not None:
            change.case.reminders_stopped_on = None
            change.tell("ehcp.reminders_started", "Reminders of contributions go out by themselves again")
    return change.case


def record_papers_sent(
    *, review: AnnualReview, sent_on: date, by: User, invitees: Sequence[Invitee] | None = None
) -> AnnualReview:
    """Record that the papers went to everybody invited (reg 20(4))."""
    with changing(review, by=by, step=steps.PAPERS) as change:
        review = change.case
        for invitee in invitees if invitees is not None else _listed(review):
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
        for invitee in _listed(review):
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
def approve(*, review: AnnualReview, version: int, by: User) -> AnnualReview:
    """The head signs the report off. Raises Refused while something that the law asks for is missing."""
    with changing(review, version=version, by=by, step=steps.APPROVE) as change:
        review = change.case
        if missing := missing_in_report(review):
            raise Refused(ReviewReason.REPORT_NOT_READY, missing="; ".join(missing))
        review.approved_by, review.approved_at = by, timezone.now()
        change.tell("ehcp.report_approved", "Report of the review approved")
    return review


def record_report_sent(*, review: AnnualReview, sent_on: date, by: User) -> AnnualReview:
    """The report went to everybody invited (reg 20(7)-(9)); the authority's time to decide runs from the meeting."""
    with changing(review, by=by, step=steps.SEND) as change:
        review = change.case
        for invitee in _listed(review):
            invitee.report_sent_on = sent_on
            change.keep(invitee, "report_sent_on")
        review.report_sent_on = sent_on
        change.touch()
        change.tell("ehcp.report_sent", "Report of the review sent", on=sent_on)
    return review


# --- The authority -----------------------------------------------------------------------------------------------
def record_decision(
    *, review: AnnualReview, decision: str, decision_on: date, by: User, notice_on: date | None = None
) -> AnnualReview:
    """The authority's letter: keep, change or cease. Keeping or ceasing ends the review; changing starts its weeks."""
    with changing(review, by=by, step=steps.DECISION) as change:
        review = change.case
        review.decision, review.decision_on = decision, decision_on
        review.notice_on = notice_on if decision == Recommendation.AMEND else None
        if decision != Recommendation.AMEND:
            review.closed_on, review.close_reason = decision_on, "The authority decided"
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
    *, review: AnnualReview, final_on: date, by: User, new_version: PlanVersion | None = None
) -> AnnualReview:
    """The amended final plan came; the review is over."""
    with changing(review, by=by, step=steps.FINAL) as change:
        review = change.case
        review.final_on, review.new_version = final_on, new_version
        review.closed_on, review.close_reason = final_on, "The amended final plan came"
        change.tell("ehcp.review_final", "Amended final plan received", on=final_on)
    return review


def record_not_amending(*, review: AnnualReview, on: date, by: User) -> AnnualReview:
    """After proposing changes, the authority keeps the plan as it was, with reasons (reg 22(4))."""
    with changing(review, by=by, step=steps.NOT_AMENDED) as change:
        review = change.case
        review.not_amending_on, review.closed_on = on, on
        review.close_reason = "The authority will not change the plan after all"
        change.tell("ehcp.review_not_amended", review.close_reason, on=on)
    return review


def close(*, review: AnnualReview, reason: str, by: User, on: date | None = None) -> AnnualReview:
    """Stop a review that will not be finished: begun by mistake, or the child has left."""
    with changing(review, by=by) as change:
        review = change.case
        if not reason.strip():
            raise Refused(CaseReason.NO_REASON)
        review.closed_on, review.close_reason = on or timezone.localdate(), reason[:200]
        _end_links(review)
        change.tell("ehcp.review_closed", f"Review closed: {reason}", on=review.closed_on)
    return review
