"""The annual review from planning to the last letter. Each step writes one fact and derives the dates again.

What is impossible is refused in words: a report before its meeting, a decision before the review was held, two reviews
of one plan at once. What breaks the law (short notice, a late report) is recorded as it happened, and stays visible.
"""

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from pupils.concerns.selectors import people_with
from pupils.errors import ChangedMeanwhile, Refused
from pupils.models import Contact
from pupils.owed import bring_up_to_date
from sendco.audit import services as audit
from sendco.clock import long_date, young_person_from
from sendco.jobs import services as jobs
from sendco.links import services as links
from staff.roles import Role as StaffRole

from ...deadlines import reviews as rules
from ...models import (
    AnnualReview,
    Contribution,
    Invitee,
    OutcomeReview,
    Plan,
    Recommendation,
    ViewDifference,
)
from ...plans.selectors.versions import in_force

Kind = AnnualReview.Kind
Role = Invitee.Role
LINK = "ehcp.contribution"
# A meeting beyond this is a slip of the year.
FURTHEST_AHEAD = timedelta(days=730)


def lock(review, version=None):
    """Take the plan's row and the review's for this transaction. Raises ChangedMeanwhile for another version."""
    Plan.objects.select_for_update(of=("self",)).get(pk=review.plan_id)
    rows = AnnualReview.objects.select_for_update(of=("self",)).select_related(
        "school", "pupil", "plan__authority", "plan__school", "plan__pupil", "organiser"
    )
    found = rows.get(pk=review.pk)
    if version is not None and found.version != version:
        raise ChangedMeanwhile(found)
    return found


def _open(review, version=None):
    review = lock(review, version)
    if review.closed_on:
        raise Refused(f"This review was closed on {long_date(review.closed_on)}. Nothing more can be entered for it.")
    return review


def _keep(review, *fields, by, event="", on=None, code="ehcp.review_changed"):
    review.version += 1
    with audit.saving(review, by=by):
        review.save(update_fields=[*fields, "version"])
    if event:
        _record(code, review, event, by=by, on=on)
    bring_up_to_date(review)
    bring_up_to_date(review.plan)
    return review


def _record(code, review, text, *, by, on=None):
    audit.record(code, review, text=text[:300], by=by, happened_on=on or timezone.localdate())


def _past(day, what):
    if day > timezone.localdate():
        raise Refused(f"{what} cannot be in the future. Check the date.")


def _in_order(first, then, words):
    if first and then and then < first:
        raise Refused(f"{words} Check both dates: {long_date(first)} and {long_date(then)}.")


# --- Beginning ---------------------------------------------------------------------------------------------------
@transaction.atomic
def begin(*, plan, kind, by, asked_by="", reason="", organiser=None, began_on=None):
    """Open a review of a plan in force and list who has to be invited. Raises Refused when one is open already."""
    plan = Plan.objects.select_for_update(of=("self",)).select_related("school", "pupil", "authority").get(pk=plan.pk)
    if plan.ceased_on:
        raise Refused(f"This plan ceased on {long_date(plan.ceased_on)}. There is nothing to review.")
    if not plan.pupil.on_roll:
        raise Refused(f"{plan.pupil.name} has left the school. The school that has the child now arranges the review.")
    open_review = AnnualReview.objects.filter(plan=plan, closed_on=None).first()
    if open_review:
        raise Refused(
            f"A review of this plan is open already, since {long_date(open_review.began_on)}. "
            "Finish or close that one first."
        )
    review = AnnualReview(
        school=plan.school, pupil=plan.pupil, plan=plan, kind=kind, asked_by=asked_by, reason=reason,
        organiser=organiser or by, began_on=began_on or timezone.localdate(),
    )  # fmt: skip
    try:
        with transaction.atomic(), audit.saving(review, by=by):
            review.save()
    except IntegrityError as error:
        raise Refused("A colleague began a review of this plan at the same moment. Open that one.") from error
    for invitee in who_to_invite(review):
        with audit.saving(invitee, by=by):
            invitee.save()
    _record("ehcp.review_began", review, f"{review.get_kind_display()} begun", by=by, on=review.began_on)
    bring_up_to_date(review)
    bring_up_to_date(plan)
    return review


def who_to_invite(review):
    """Return unsaved Invitees: those reg 20(2) requires, the child, and the adults who know the child best."""
    pupil, plan, school = review.pupil, review.plan, review.school
    today = timezone.localdate()
    own_rights = bool(pupil.birth_on) and today >= young_person_from(pupil.birth_on)
    people = [Invitee(role=Role.CHILD, name=pupil.name)]
    contacts = Contact.objects.filter(pupil=pupil, ended_on=None, do_not_contact=False).order_by("priority", "pk")
    people += [
        Invitee(role=Role.PARENT, name=contact.name, contact=contact, email=contact.email)
        for contact in contacts
        if contact.may_be_written_to and (contact.has_parental_responsibility or contact.lives_with) and not own_rights
    ]
    head = people_with(school, StaffRole.HEAD).first()
    people.append(
        Invitee(role=Role.HEAD, name=head.name if head else "Headteacher", user=head, email=head.email if head else "")
    )
    officer, authority = plan.caseworker, plan.authority
    people += [
        Invitee(
            role=Role.LA,
            name=officer.name if officer else "SEN officer",
            organisation=authority.name,
            email=(officer.email if officer else "") or authority.email,
        ),
        Invitee(role=Role.HEALTH, name="Health professional named by the ICB", organisation="Integrated care board"),
        Invitee(role=Role.SOCIAL, name="Children's social care", organisation=authority.name),
    ]
    if pupil.key_worker_id:
        worker = pupil.key_worker
        people.append(Invitee(role=Role.STAFF, name=worker.name, user=worker, email=worker.email))
    for person in people:
        person.review = review
    return people


# --- People ------------------------------------------------------------------------------------------------------
@transaction.atomic
def add_invitee(*, review, role, name, by, organisation="", email="", contact=None, user=None):
    review = _open(review)
    if contact is not None and (contact.pupil_id != review.pupil_id or not contact.may_be_written_to):
        raise Refused("This person may not be written to about this child. Ask the safeguarding lead.")
    invitee = Invitee(
        review=review, role=role, name=name, organisation=organisation, email=email, contact=contact, user=user
    )
    with audit.saving(invitee, by=by):
        invitee.save()
    _record("ehcp.invitee_added", review, f"{name} is on the list of the review", by=by)
    bring_up_to_date(review)
    return invitee


@transaction.atomic
def change_invitee(*, invitee, by, **facts):
    """Change name, organisation, email, answer or attended. A changed address kills the links that went to the old."""
    review = _open(invitee.review)
    invitee = Invitee.objects.select_for_update(of=("self",)).get(pk=invitee.pk)
    if facts.get("email", invitee.email) != invitee.email:
        links.revoke(purpose=LINK, subject_id=invitee.pk)
    for name, value in facts.items():
        setattr(invitee, name, value)
    with audit.saving(invitee, by=by):
        invitee.save(update_fields=list(facts))
    bring_up_to_date(review)
    return invitee


@transaction.atomic
def remove_invitee(*, invitee, reason, by):
    """Take somebody off the list. Who has to be invited by law stays on it."""
    review = _open(invitee.review)
    same = review.invitees.filter(role=invitee.role, removed_on=None).exclude(pk=invitee.pk)
    if invitee.role in Invitee.REQUIRED and not same.exists():
        raise Refused(f"The law asks you to invite {invitee.get_role_display().lower()} (reg 20(2)). Change the name.")
    invitee.removed_on = timezone.localdate()
    with audit.saving(invitee, by=by):
        invitee.save(update_fields=["removed_on"])
    links.revoke(purpose=LINK, subject_id=invitee.pk)
    _record("ehcp.invitee_removed", review, f"{invitee.name} is off the list of the review. {reason}", by=by)
    bring_up_to_date(review)
    return invitee


# --- Planning ----------------------------------------------------------------------------------------------------
@transaction.atomic
def plan_meeting(
    *,
    review,
    version,
    meeting_on,
    by,
    meeting_time=None,
    place="",
    contribute_by=None,
    pep_on=None,
    short_notice_note="",
):
    """Fix or move the day. Short notice is possible and shown as a breach: agreement does not undo it."""
    review = _open(review, version)
    if review.held_on:
        raise Refused(f"The meeting was held on {long_date(review.held_on)}. It cannot be moved any more.")
    _in_order(review.began_on, meeting_on, "The meeting cannot be before the review began.")
    if meeting_on > timezone.localdate() + FURTHEST_AHEAD:
        raise Refused("The meeting is more than two years away. Check the year.")
    if contribute_by and contribute_by > meeting_on:
        raise Refused("Reports are needed before the meeting, not after it. Check the day you ask for them by.")
    moved = review.meeting_on and review.meeting_on != meeting_on
    review.meeting_on, review.meeting_time, review.place = meeting_on, meeting_time, place
    review.contribute_by, review.pep_on, review.short_notice_note = contribute_by, pep_on, short_notice_note
    fields = ["meeting_on", "meeting_time", "place", "contribute_by", "pep_on", "short_notice_note"]
    if moved:
        # The two weeks are counted to the new day, so everybody has to be told of it.
        for invitee in review.invitees.filter(removed_on=None).exclude(invited_on=None):
            invitee.invited_on, invitee.answer = None, ""
            with audit.saving(invitee, by=by):
                invitee.save(update_fields=["invited_on", "answer"])
    words = "moved to" if moved else "is on"
    text = f"Review meeting {words} {long_date(meeting_on)}"
    return _keep(review, *fields, by=by, event=text, code="ehcp.review_planned")


@transaction.atomic
def record_invited(*, review, invitees, invited_on, via, by):
    """Record that these people were invited, on which day and how: the proof of notice."""
    review = _open(review)
    if review.meeting_on is None:
        raise Refused("Fix the day of the meeting first: an invitation says when.")
    _past(invited_on, "The day of the invitation")
    _in_order(invited_on, review.held_on, "Nobody is invited after the meeting.")
    for invitee in invitees:
        if invitee.contact is not None and not invitee.contact.may_be_written_to:
            raise Refused(f"{invitee.name} may not be written to. Ask the safeguarding lead before you do anything.")
        invitee.invited_on, invitee.invited_via = invited_on, via
        with audit.saving(invitee, by=by):
            invitee.save(update_fields=["invited_on", "invited_via"])
    names = ", ".join(invitee.name for invitee in invitees)
    return _keep(
        review, by=by, event=f"Invited to the review meeting: {names}", on=invited_on, code="ehcp.review_invited"
    )


@transaction.atomic
def record_asked(*, invitees, asked_on, by, words="Asked for a contribution"):
    """Record that contributions were asked for; a second time is a reminder."""
    review = _open(invitees[0].review)
    for invitee in invitees:
        if invitee.asked_on:
            invitee.chased_on, invitee.chased = asked_on, invitee.chased + 1
        else:
            invitee.asked_on = asked_on
        with audit.saving(invitee, by=by):
            invitee.save(update_fields=["asked_on", "chased_on", "chased"])
    names = ", ".join(invitee.name for invitee in invitees)
    _record("ehcp.contribution_asked", review, f"{words}: {names}", by=by, on=asked_on)
    return review


@transaction.atomic
def stop_reminders(*, review, by):
    """Let no reminder of this review go out by itself any more. Stopped already, it changes nothing."""
    review = _open(review)
    if review.reminders_stopped_on:
        return review
    review.reminders_stopped_on = timezone.localdate()
    text = "Reminders of contributions no longer go out by themselves"
    return _keep(review, "reminders_stopped_on", by=by, event=text, code="ehcp.reminders_stopped")


@transaction.atomic
def start_reminders(*, review, by):
    """Let them go out again. Set days that went by meanwhile are not made good."""
    review = _open(review)
    if review.reminders_stopped_on is None:
        return review
    review.reminders_stopped_on = None
    text = "Reminders of contributions go out by themselves again"
    return _keep(review, "reminders_stopped_on", by=by, event=text, code="ehcp.reminders_started")


@transaction.atomic
def record_papers_sent(*, review, sent_on, by, invitees=None):
    """Record that the papers went to everybody invited (reg 20(4))."""
    review = _open(review)
    if review.meeting_on is None:
        raise Refused("Fix the day of the meeting first.")
    _past(sent_on, "The day the papers went")
    _in_order(sent_on, review.held_on, "The papers go before the meeting.")
    for invitee in invitees if invitees is not None else review.invitees.filter(removed_on=None):
        invitee.papers_sent_on = sent_on
        with audit.saving(invitee, by=by):
            invitee.save(update_fields=["papers_sent_on"])
    review.papers_sent_on = sent_on
    return _keep(
        review, "papers_sent_on", by=by, event="Papers sent to everybody invited", on=sent_on, code="ehcp.papers_sent"
    )


@transaction.atomic
def save_school_report(*, review, version, text, by):
    review = _open(review, version)
    review.school_report = text
    return _keep(review, "school_report", *_take_approval_back(review), by=by)


@transaction.atomic
def ask_for_pack(*, review, by):
    """Have the papers drawn into one PDF by a job."""
    review = _open(review)
    if review.meeting_on is None:
        raise Refused("Fix the day of the meeting first: the papers say when it is.")
    job = jobs.enqueue(
        "ehcp.review_pack",
        title="Put the papers of a review together",
        by=by,
        school_id=review.school_id,
        params={"review": review.pk},
    )
    review.pack_job_id = job.pk
    return _keep(review, "pack_job_id", by=by)


def file_pack(*, review, stored, by):
    """Keep the PDF of the papers. Called by the job, in its transaction."""
    review = lock(review)
    review.pack_file_id, review.pack_made_at = stored.pk, timezone.now()
    return _keep(review, "pack_file_id", "pack_made_at", by=by)


# --- The meeting -------------------------------------------------------------------------------------------------
MEETING_FIELDS = (
    "strengths",
    "summary",
    "recommendation",
    "recommendation_reason",
    "changes_asked",
    "adult_employment",
    "adult_living",
    "adult_community",
    "adult_health",
    "actions",
)


@transaction.atomic
def save_meeting(*, review, version, by, **words):
    """Keep what the meeting says. `words` are any of MEETING_FIELDS."""
    review = _open(review, version)
    _before_report(review)
    for name, value in words.items():
        if name not in MEETING_FIELDS:
            raise ValueError(f"{name} is not said in a meeting")
        setattr(review, name, value)
    return _keep(review, *words, *_take_approval_back(review), by=by)


def _take_approval_back(review):
    """What the head signed is what the report says: a change asks for a new signature. Returns the fields changed."""
    if review.approved_at is None:
        return []
    review.approved_by = review.approved_at = None
    return ["approved_by", "approved_at"]


def _said_more(review, *, by):
    """Something in a row beside the review changed what its report says."""
    if changed := _take_approval_back(review):
        _keep(review, *changed, by=by)


def _before_report(review):
    if review.report_sent_on:
        raise Refused(
            f"The report went on {long_date(review.report_sent_on)}. What it says cannot be changed any more; "
            "add a letter to the case instead."
        )


@transaction.atomic
def review_outcome(*, review, outcome, by, progress="", evidence="", next_step="", new_text="", version=None):
    """Keep what the meeting says of one outcome of the plan. `version` is the row's as it was shown, 0 for none yet.

    Raises ChangedMeanwhile when somebody else saved this outcome since.
    """
    review = _open(review)
    _before_report(review)
    if outcome.plan_version.plan_id != review.plan_id:
        raise Refused("This outcome belongs to another plan.")
    row = OutcomeReview.objects.filter(review=review, outcome=outcome).first() or OutcomeReview(
        review=review, outcome=outcome, version=0
    )
    if version is not None and row.version != version:
        raise ChangedMeanwhile(row)
    row.progress, row.evidence, row.next_step, row.new_text = progress, evidence, next_step, new_text
    row.version += 1
    with audit.saving(row, by=by):
        row.save()
    _said_more(review, by=by)
    return row


@transaction.atomic
def add_difference(*, review, who, view, by, outcome=None):
    """Somebody sees it differently; the report says so (reg 20(8))."""
    review = _open(review)
    _before_report(review)
    row = ViewDifference(review=review, outcome=outcome, who=who, view=view)
    with audit.saving(row, by=by):
        row.save()
    _said_more(review, by=by)
    return row


@transaction.atomic
def remove_difference(*, row, by):
    review = _open(row.review)
    _before_report(review)
    with audit.saving(row, by=by):
        row.delete()
    _said_more(review, by=by)
    _record("ehcp.difference_removed", review, "A view noted by mistake was taken out", by=by)


@transaction.atomic
def record_held(*, review, held_on, by, attended=()):
    """The meeting took place. `attended` are the ids of the invitees who came."""
    review = _open(review)
    _past(held_on, "The day of the meeting")
    _in_order(review.began_on, held_on, "The meeting cannot be before the review began.")
    _in_order(held_on, review.report_sent_on, "The report cannot be sent before the meeting.")
    for invitee in review.invitees.filter(removed_on=None):
        invitee.attended = invitee.pk in attended
        with audit.saving(invitee, by=by):
            invitee.save(update_fields=["attended"])
    links.revoke(purpose=LINK, subject_id__in=list(review.invitees.values_list("pk", flat=True)))
    review.held_on = held_on
    if review.meeting_on is None:
        review.meeting_on = held_on
    return _keep(
        review, "held_on", "meeting_on", by=by, event="Review meeting held", on=held_on, code="ehcp.review_held"
    )


# --- The report --------------------------------------------------------------------------------------------------
@transaction.atomic
def approve(*, review, version, by):
    """The head signs the report off. Raises Refused while something that the law asks for is missing."""
    review = _open(review, version)
    _before_report(review)
    if review.held_on is None:
        raise Refused("The meeting has not been held yet, so there is no report to approve.")
    if missing := missing_in_report(review):
        raise Refused(f"The report is not ready. Still missing: {'; '.join(missing)}.")
    review.approved_by, review.approved_at = by, timezone.now()
    return _keep(
        review, "approved_by", "approved_at", by=by, event="Report of the review approved", code="ehcp.report_approved"
    )


def missing_in_report(review):
    """Return in words what the report has to hold and does not."""
    missing = [] if review.recommendation else ["a recommendation"]
    version = in_force(review.plan)
    outcomes = version.outcomes.count() if version else 0
    seen = OutcomeReview.objects.filter(review=review).exclude(progress="").count()
    if outcomes > seen:
        missing.append(f"progress towards {outcomes - seen} of {outcomes} outcomes")
    if must_plan_for_adulthood(review) and not any(
        (review.adult_employment, review.adult_living, review.adult_community, review.adult_health)
    ):
        missing.append("preparing for adulthood (the law asks for it from Year 9, reg 20(6))")
    return missing


def must_plan_for_adulthood(review):
    return rules.looks_at_adulthood(review.pupil.year_group)


@transaction.atomic
def record_report_sent(*, review, sent_on, by):
    """The report went to everybody invited (reg 20(7)-(9)); the authority's time to decide runs from the meeting."""
    review = _open(review)
    if review.held_on is None:
        raise Refused("The meeting has not been held yet. Enter the day it was held first.")
    if review.approved_at is None:
        raise Refused("The head has not approved the report yet. Ask for that first.")
    _past(sent_on, "The day the report went")
    _in_order(review.held_on, sent_on, "The report cannot go before the meeting was held.")
    _in_order(sent_on, review.decision_on, "The report cannot go after the authority decided.")
    for invitee in review.invitees.filter(removed_on=None):
        invitee.report_sent_on = sent_on
        with audit.saving(invitee, by=by):
            invitee.save(update_fields=["report_sent_on"])
    review.report_sent_on = sent_on
    return _keep(
        review, "report_sent_on", by=by, event="Report of the review sent", on=sent_on, code="ehcp.report_sent"
    )


# --- The authority -----------------------------------------------------------------------------------------------
@transaction.atomic
def record_decision(*, review, decision, decision_on, by, notice_on=None):
    """The authority's letter: keep, change or cease. Keeping or ceasing ends the review; changing starts its weeks."""
    review = _open(review)
    if review.held_on is None:
        raise Refused("The meeting has not been held yet. Enter the day it was held first.")
    _past(decision_on, "The day of the decision")
    _in_order(review.held_on, decision_on, "The authority decides after the meeting.")
    if notice_on:
        _past(notice_on, "The day of the amendment notice")
        _in_order(review.held_on, notice_on, "The amendment notice comes after the meeting.")
    review.decision, review.decision_on = decision, decision_on
    review.notice_on = notice_on if decision == Recommendation.AMEND else None
    fields = ["decision", "decision_on", "notice_on"]
    if decision != Recommendation.AMEND:
        review.closed_on, review.close_reason = decision_on, "The authority decided"
        fields += ["closed_on", "close_reason"]
    text = f"{review.plan.authority.name} decided: {Recommendation(decision).label.lower()}"
    return _keep(review, *fields, by=by, event=text, on=decision_on, code="ehcp.review_decided")


@transaction.atomic
def record_notice(*, review, notice_on, by):
    """The amendment notice came after the decision."""
    review = _amending(review)
    _past(notice_on, "The day of the notice")
    _in_order(review.held_on, notice_on, "The amendment notice comes after the meeting.")
    review.notice_on = notice_on
    return _keep(review, "notice_on", by=by, event="Amendment notice sent", on=notice_on, code="ehcp.review_notice")


def _amending(review):
    review = _open(review)
    if review.decision != Recommendation.AMEND:
        raise Refused("The authority has not decided to change the plan. Enter its decision first.")
    return review


@transaction.atomic
def record_representations(*, review, on, by):
    review = _amending(review)
    _past(on, "The day of the parent's comments")
    _in_order(review.notice_on, on, "Comments come after the notice.")
    review.representations_on = on
    return _keep(
        review, "representations_on", by=by, event="Parent commented on the changes", on=on, code="ehcp.review_comments"
    )


@transaction.atomic
def record_final(*, review, final_on, by, new_version=None):
    """The amended final plan came; the review is over."""
    review = _amending(review)
    _past(final_on, "The day of the final plan")
    _in_order(review.notice_on or review.decision_on, final_on, "The final plan comes after the notice of changes.")
    review.final_on, review.new_version = final_on, new_version
    review.closed_on, review.close_reason = final_on, "The amended final plan came"
    fields = ["final_on", "new_version", "closed_on", "close_reason"]
    return _keep(review, *fields, by=by, event="Amended final plan received", on=final_on, code="ehcp.review_final")


@transaction.atomic
def record_not_amending(*, review, on, by):
    """After proposing changes, the authority keeps the plan as it was, with reasons (reg 22(4))."""
    review = _amending(review)
    _past(on, "The day of the letter")
    _in_order(review.notice_on, on, "This letter comes after the notice of changes.")
    review.not_amending_on, review.closed_on = on, on
    review.close_reason = "The authority will not change the plan after all"
    fields = ["not_amending_on", "closed_on", "close_reason"]
    return _keep(review, *fields, by=by, event=review.close_reason, on=on, code="ehcp.review_not_amended")


@transaction.atomic
def close(*, review, reason, by, on=None):
    """Stop a review that will not be finished: begun by mistake, or the child has left."""
    review = _open(review)
    if not reason.strip():
        raise Refused("Say why the review is closed.")
    on = on or timezone.localdate()
    _in_order(review.began_on, on, "A review cannot be closed before it began.")
    review.closed_on, review.close_reason = on, reason[:200]
    links.revoke(purpose=LINK, subject_id__in=list(review.invitees.values_list("pk", flat=True)))
    return _keep(
        review, "closed_on", "close_reason", by=by, event=f"Review closed: {reason}", on=on, code="ehcp.review_closed"
    )


# --- What is missing before the meeting --------------------------------------------------------------------------
def contributions_wanted(review):
    """The invitees whose words were asked for and have not come."""
    sent = Contribution.objects.exclude(sent_at=None).values("invitee")
    return review.invitees.filter(removed_on=None).exclude(asked_on=None).exclude(pk__in=sent)


def notice_is_short(review):
    """True when somebody who must be invited was told less than two weeks before the meeting (reg 20(3))."""
    if review.meeting_on is None:
        return False
    latest = rules.latest_notice(review.meeting_on)
    told = review.invitees.filter(removed_on=None, role__in=Invitee.REQUIRED)
    today = timezone.localdate()
    return told.filter(invited_on__gt=latest).exists() or (today > latest and told.filter(invited_on=None).exists())
