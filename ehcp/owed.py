"""What each record of this floor owes, from its facts. Services hand it to the due table; check_deadlines compares.

A date that was met, or that falls away, stays in the table: lists read the open ones, the figures read them all.
"""

from dataclasses import replace
from datetime import timedelta

from django.utils import timezone

from sendco.clock import Duty, academic_year_start, corresponding_date, long_date
from sendco.due.registry import Source, register
from sendco.due.services import Owed
from staff.models.school import SettingType

from .deadlines import appeals, assessments, deadline, exemption_allowed, moves, reviews, transfers
from .models import AnnualReview, Appeal, Consultation, Exemption, NeedsAssessment, Plan, Recommendation

Step = Exemption.Step
# Beyond this a word from the table would not fit the column.
LONGEST = 200


def _first(*days):
    """The first of these facts that is known."""
    return next((day for day in days if day), None)


def _earliest(*days):
    return min((day for day in days if day), default=None)


def _item(found, *, met_on=None, closed_on=None, **more):
    """One Owed as a list, empty without a date. What was met is not closed as well; a parent's time simply runs out."""
    if found is None:
        return []
    if found.rule.duty is Duty.PARENT and not closed_on and timezone.localdate() > found.due_on:
        closed_on = found.due_on
    return [Owed(found, met_on=met_on, closed_on=None if met_on else closed_on, **more)]


# --- Needs assessments -------------------------------------------------------------------------------------------
def of_assessment(row, calendar):
    items = _reassessment(row, calendar) if row.kind == NeedsAssessment.Kind.AGAIN else _assessment(row, calendar)
    comments = deadline(assessments.REPRESENTATIONS, row.draft_served_on, calendar)
    items += _item(comments, met_on=row.representations_on, closed_on=_first(row.final_on, row.no_plan_on, _ended(row)))
    return items + _after_reversal(row, calendar)


def _ended(row):
    return _earliest(row.closed_on, row.pupil.left_on)


def _assessment(row, calendar):
    def step(rule, name="", trigger=row.starts_on, **facts):
        found = deadline(rule, trigger, calendar)
        return _item(found, exception=_exception(row, name, found), **facts)

    refused = row.decision_on if row.decision == NeedsAssessment.Decision.REFUSE and not row.reversed_on else None
    replaced = _replaced(row)
    gone = {"closed_on": _first(row.reversed_on if replaced else None, refused, _ended(row)), "replaced_by": replaced}
    no_plan = _no_plan_stands(row)
    plan_comes = _earliest(row.draft_served_on, row.final_on)
    met_before = row.no_plan_on if row.no_plan_on and not _is_after_reversal(row, row.no_plan_on) else None
    return [
        *step(assessments.DECISION, Step.DECISION, met_on=row.decision_on, closed_on=_ended(row)),
        *step(assessments.ADVICE, Step.ADVICE, row.advice_asked_on, met_on=row.advice_sent_on, closed_on=_ended(row)),
        *step(assessments.NO_PLAN, Step.NO_PLAN, **_no_plan_facts(row, met_before, plan_comes, gone)),
        *step(assessments.DRAFT, **_plan_facts(row.draft_served_on, no_plan, gone)),
        *step(assessments.FINAL, Step.FINAL, **_plan_facts(row.final_on, no_plan, gone)),
    ]


def _no_plan_facts(row, met_before, plan_comes, gone):
    if met_before:
        return {"met_on": met_before}
    if gone["replaced_by"]:
        return gone
    return {"met_on": row.no_plan_on, "closed_on": _first(plan_comes, gone["closed_on"])}


def _plan_facts(done_on, no_plan, gone):
    """A date that an order replaced is met no more: what was done since meets the new one."""
    if gone["replaced_by"]:
        return gone
    return {"met_on": done_on, "closed_on": _first(no_plan, gone["closed_on"])}


def _is_after_reversal(row, day):
    return row.reversed_on is not None and day >= row.reversed_on


def _no_plan_stands(row):
    """The day of a decision against a plan that nothing has reversed since."""
    if row.no_plan_on and (row.reversed_on is None or _is_after_reversal(row, row.no_plan_on)):
        return row.no_plan_on
    return None


def _replaced(row):
    if row.reversed_on is None or not appeals.replaces_the_old_dates(row.reversal):
        return ""
    words = "the Tribunal's order of" if row.reversal == appeals.ORDER else "the authority's notice to the Tribunal of"
    return f"new dates from {words} {long_date(row.reversed_on)}"


def _reassessment(row, calendar):
    decided = deadline(assessments.REASSESS_DECISION, row.starts_on, calendar)
    advice = deadline(assessments.REASSESS_ADVICE, row.advice_asked_on, calendar)
    agreed = row.decision_on if row.decision == NeedsAssessment.Decision.ASSESS else None
    final = deadline(assessments.REASSESS_FINAL, agreed, calendar)
    ended = _ended(row)
    return [
        *_item(decided, met_on=row.decision_on, closed_on=ended, exception=_exception(row, Step.DECISION, decided)),
        *_item(advice, met_on=row.advice_sent_on, closed_on=ended, exception=_exception(row, Step.ADVICE, advice)),
        *_item(final, met_on=row.final_on, closed_on=ended, exception=_exception(row, Step.FINAL, final)),
    ]


def _after_reversal(row, calendar):
    """The clock counted again from the day a refusal fell: in place of the old dates, or beside them."""
    if row.reversed_on is None:
        return []
    to = row.reversed_to or (NeedsAssessment.ReversedTo.PLAN if row.no_plan_on else NeedsAssessment.ReversedTo.ASSESS)
    no_plan, ended = _no_plan_stands(row), _ended(row)
    plan_comes = _earliest(row.draft_served_on, row.final_on)
    facts = {
        "rebased.notify": {"met_on": row.reversal_notified_on, "closed_on": _first(plan_comes, ended)},
        "rebased.no_plan": {"met_on": no_plan, "closed_on": _first(plan_comes, ended)},
        "rebased.draft": {"met_on": row.draft_served_on, "closed_on": _first(row.final_on, no_plan, ended)},
        "rebased.final": {"met_on": row.final_on, "closed_on": _first(no_plan, ended)},
    }
    items = []
    for rows in appeals.REBASED[to]:
        if row.reversal in rows:
            found = deadline(rows[row.reversal], row.reversed_on, calendar)
            exception = _exception(row, Step.AFTER_ORDER, found)
            items += _item(found, exception=exception, **facts[rows[row.reversal].code])
    return items


def exemption_words(claim, *, period=(None, None)):
    """Whether this claimed exception holds in law, and why: an Allowed."""
    assessment = claim.assessment
    return exemption_allowed(
        step=claim.step,
        ground=claim.ground,
        starts_on=claim.starts_on,
        ends_on=claim.ends_on,
        advice_asked_on=claim.advice_asked_on or assessment.advice_asked_on,
        again=assessment.kind == NeedsAssessment.Kind.AGAIN,
        period=period,
    )


def _exception(row, step, found):
    """In words the exception that stands for this step. A claim that the law does not know disapplies nothing."""
    if not step or found is None:
        return ""
    for claim in row.exemptions.all():
        if claim.step == step and claim.withdrawn_on is None:
            if exemption_words(claim, period=(found.trigger_on, found.due_on)).ok:
                words = f"{claim.get_ground_display()}. Claimed by: {claim.get_claimed_by_display()}"
                return f"{words}, {long_date(claim.claimed_on)}"[:LONGEST]
    return ""


# --- Appeals -----------------------------------------------------------------------------------------------------
OUTCOMES = {
    Appeal.Outcome.ORDERED: appeals.ORDER,
    Appeal.Outcome.DISMISSED: appeals.ORDER,
    Appeal.Outcome.CONCEDED: appeals.UNOPPOSED,
    Appeal.Outcome.AGREED: appeals.AGREED,
}


def of_appeal(row, calendar):
    over = _first(row.order_on if row.outcome else None, row.closed_on, row.pupil.left_on)
    placement_only = row.about == Appeal.About.PLACEMENT
    lodging = appeals.lodging_end(row.letter_on, row.certificate_on, calendar, placement_only=placement_only)
    return [
        *([] if placement_only else _mediation(row, calendar, over)),
        *_item(lodging, met_on=row.lodged_on, closed_on=over),
        *_item(deadline(appeals.RESPONSE, row.sent_to_la_on, calendar), met_on=row.la_responded_on, closed_on=over),
        *_item(
            deadline(appeals.EVIDENCE, row.school_evidence_by, calendar),
            met_on=row.school_evidence_on,
            closed_on=over,
        ),
        *_after_order(row, calendar),
    ]


def _mediation(row, calendar, over):
    settled = _first(row.certificate_on, row.lodged_on, over)
    contact = deadline(appeals.MEDIATION, row.letter_on, calendar)
    items = _item(contact, met_on=row.contacted_on, closed_on=settled)
    if row.wants_mediation is False:
        declined = deadline(appeals.CERTIFICATE, row.told_on, calendar)
        items += _item(declined, met_on=row.certificate_on, closed_on=_first(row.lodged_on, over))
    elif row.wants_mediation:
        arranged = deadline(appeals.ARRANGE, row.told_on, calendar)
        items += _item(arranged, met_on=row.mediation_on, closed_on=settled)
    after = deadline(appeals.CERTIFICATE_AFTER, row.mediation_on, calendar)
    return items + _item(after, met_on=row.certificate_on, closed_on=_first(row.lodged_on, over))


def _after_order(row, calendar):
    """Owed by the appeal, unless the request it is about keeps the new dates."""
    if not row.order or not row.order_on or (row.assessment and row.assessment.reversed_on):
        return []
    outcome = OUTCOMES.get(row.outcome, appeals.ORDER)
    ended = _earliest(row.closed_on, row.pupil.left_on)
    items = []
    for rows in appeals.ORDERS[row.order]:
        if outcome in rows:
            rule = rows[outcome]
            done = _first(row.draft_on, row.complied_on) if rule.code in EARLY_STEPS else row.complied_on
            closed = row.complied_on if rule.code == "order.assess_no_plan" else ended
            met = None if rule.code == "order.assess_no_plan" else done
            items += _item(deadline(rule, row.order_on, calendar), met_on=met, closed_on=_first(closed, ended))
    return items


EARLY_STEPS = {"order.assess_notify", "order.make_draft"}


# --- Plans -------------------------------------------------------------------------------------------------------
def of_plan(plan, calendar):
    ended = _earliest(plan.ceased_on, plan.pupil.left_on)
    all_reviews = sorted(plan.reviews.all(), key=lambda review: (review.began_on, review.pk))
    items = [
        *_review_cycles(plan, all_reviews, calendar),
        *_transfers(plan, all_reviews, calendar, ended),
        *_moves(plan, calendar),
        *_rights(plan, calendar),
        *_cease(plan, calendar),
    ]
    return _close_at(ended, items)


def _close_at(ended, items):
    """A plan that ceased, or whose child left, owes nothing more; what was open on that day is closed by it."""
    return [
        item if ended is None or item.met_on or item.closed_on else replace(item, closed_on=ended) for item in items
    ]


def _review_cycles(plan, all_reviews, calendar):
    """One review after another: each counts from the decision of the last, the first from the day the plan was made."""
    began = max((day for day in (plan.made_on, plan.last_concluded_on) if day), default=None)
    if began is None:
        return []
    concluded = {review.decision_on: review for review in all_reviews if review.decision_on}
    decided = sorted(day for day in concluded if day > began)
    open_review = next((review for review in all_reviews if not review.closed_on and not review.decision_on), None)
    items = []
    for counted_from, next_on in zip([began, *decided], [*decided, None], strict=True):
        review = concluded[next_on] if next_on else open_review
        items += _cycle(plan, counted_from, next_on, review, calendar)
    return items


def _cycle(plan, counted_from, decided_on, review, calendar):
    due = deadline(reviews.DUE, counted_from, calendar)
    moved = [
        move.transferred_on
        for move in plan.moves.all()
        if move.transferred_on
        and move.transferred_on >= counted_from
        and (decided_on is None or move.transferred_on < decided_on)
    ]
    held_on = review.held_on if review else None
    items = []
    if moved:
        transferred_on = max(moved)
        words = f"the new authority's time to review, from the transfer on {long_date(transferred_on)}"
        items += _item(due, closed_on=transferred_on, replaced_by=words)
        due = moves.review_due(counted_from=counted_from, transferred_on=transferred_on, calendar=calendar)
    items += _item(due, met_on=decided_on)
    if due is not None:
        latest = deadline(reviews.MEETING, due.due_on, calendar)
        owner = review.organiser_id if review and not decided_on else None
        items += _item(latest, met_on=held_on, closed_on=decided_on, owner_id=owner)
    early = deadline(reviews.EARLY_YEARS, counted_from, calendar)
    if early and reviews.is_under_five(plan.pupil.birth_on, early.due_on):
        items += _item(early, met_on=_first(held_on, decided_on))
    return items


def _transfers(plan, all_reviews, calendar, ended):
    """The transfer of this school year and the next, and the one just past, which figures still count."""
    pupil, school = plan.pupil, plan.school
    year = transfers.year_number(pupil.year_group)
    today = min(timezone.localdate(), ended or timezone.localdate())
    if plan.transfer_on:
        found = [transfers.unusual_transfer(on=plan.transfer_on, year=year)]
    else:
        ages = {"lowest_age": school.lowest_age, "highest_age": school.highest_age}
        nursery = school.setting_type == SettingType.MAINTAINED_NURSERY
        now = academic_year_start(today)
        just = {"year": None if year is None else year - 1, "academic_year": now - 1, "ahead": 0}
        coming = {"year": year, "academic_year": now}
        found = [transfers.next_transfer(**ages, **when, nursery=nursery) for when in (just, coming)]
    items = []
    for transfer in found:
        items += _transfer(plan, transfer, all_reviews, calendar) if transfer else []
    return items


def _transfer(plan, transfer, all_reviews, calendar):
    due = deadline(transfer.rule, transfer.on, calendar)
    here_from = _first(plan.made_on, plan.pupil.joined_on)
    if due is None or any(day and day >= due.due_on for day in (here_from, plan.pupil.joined_on)):
        return []
    since = corresponding_date(transfer.on, -12)
    review = next((one for one in all_reviews if _is_for_transfer(one, since, transfer.on)), None)
    done = _amended_on(review) if review else None
    meeting = deadline(reviews.FINAL_BY, due.due_on, calendar)
    return [
        *_item(due, met_on=done),
        *_item(meeting, met_on=review.held_on if review else None, closed_on=done),
    ]


def _is_for_transfer(review, since, until):
    day = _first(review.held_on, review.meeting_on, review.began_on)
    return review.kind == AnnualReview.Kind.TRANSFER and since <= day < until


def _amended_on(review):
    if review.decision == Recommendation.AMEND:
        return _first(review.final_on, review.not_amending_on)
    return review.decision_on


def _moves(plan, calendar):
    items = []
    for move in plan.moves.all():
        transfer = moves.transfer_due(moved_on=move.moved_on, aware_on=move.aware_on, calendar=calendar)
        told = deadline(moves.TELL_PARENT, move.transferred_on, calendar)
        health = deadline(moves.HEALTH, move.health_aware_on, calendar)
        items += _item(transfer, met_on=move.transferred_on)
        items += _item(told, met_on=move.parent_told_on)
        items += _item(health, met_on=move.health_told_on)
    return items


def _rights(plan, calendar):
    """In the last year of school age; on the day itself it is done, whoever does what."""
    pupil, today = plan.pupil, timezone.localdate()
    passing = deadline(reviews.RIGHTS_PASS, pupil.birth_on, calendar)
    if passing is None or not reviews.in_final_year_of_school_age(pupil.birth_on, today):
        return []
    if any(day and day >= passing.due_on for day in (plan.made_on, pupil.joined_on)):
        return []
    return _item(passing, met_on=passing.due_on if passing.due_on <= today else None)


def _cease(plan, calendar):
    if any(appeal.about == Appeal.About.CEASE for appeal in plan.appeals.all()):
        return []
    return _item(deadline(moves.CEASE_WINDOW, plan.cease_notified_on, calendar), closed_on=plan.ceased_on)


# --- Annual reviews ----------------------------------------------------------------------------------------------
def of_review(review, calendar):
    ended = _earliest(review.closed_on, review.plan.ceased_on, review.pupil.left_on)
    return [*_before_meeting(review, calendar, ended), *_after_meeting(review, calendar, ended)]


def _before_meeting(review, calendar, ended):
    meeting_on = _first(review.meeting_on, review.held_on)
    authority = review.plan.authority
    papers = {}
    if meeting_on and authority.papers_days:
        papers = _practice(authority, meeting_on - timedelta(days=authority.papers_days))
    past = _first(review.held_on, ended)
    owner = {"owner_id": review.organiser_id, "closed_on": past}
    return [
        *_item(deadline(reviews.INVITE, meeting_on, calendar), met_on=_all_invited_on(review), **owner),
        *_item(deadline(reviews.PAPERS, meeting_on, calendar), met_on=review.papers_sent_on, **owner, **papers),
    ]


def _all_invited_on(review):
    """The day the last of those to invite was invited; None while one is not, or nobody is listed."""
    days = [invitee.invited_on for invitee in review.invitees.all() if not invitee.removed_on]
    return max(days) if days and all(days) else None


def _after_meeting(review, calendar, ended):
    held_on, authority = review.held_on, review.plan.authority
    report = deadline(reviews.REPORT, held_on, calendar)
    practice = {}
    if held_on and authority.report_days:
        practice = _practice(authority, held_on + timedelta(days=authority.report_days))
    decision = deadline(reviews.DECISION, held_on, calendar)
    return [
        *_item(report, met_on=review.report_sent_on, closed_on=ended, owner_id=review.organiser_id, **practice),
        *_item(decision, met_on=review.decision_on, closed_on=ended),
        *(_amendment(review, calendar, ended) if review.decision == Recommendation.AMEND else []),
    ]


def _amendment(review, calendar, ended):
    over = _first(review.not_amending_on, ended)
    comments = deadline(reviews.REPRESENTATIONS, review.notice_on, calendar)
    final = reviews.final_after_review(meeting_on=review.held_on, notice_on=review.notice_on, calendar=calendar)
    return [
        *_item(deadline(reviews.NOTICE, review.held_on, calendar), met_on=review.notice_on, closed_on=over),
        *_item(comments, met_on=review.representations_on, closed_on=_first(review.final_on, over)),
        *_item(final, met_on=_first(review.final_on, review.not_amending_on), closed_on=ended),
    ]


def _practice(authority, on):
    """The authority's own date, which stands beside the date of the law."""
    note = authority.practice_note or f"{authority.name} asks for it by then"
    return {"practice_on": on, "practice_note": note[:LONGEST]}


# --- Consultations -----------------------------------------------------------------------------------------------
def of_consultation(row, calendar):
    asked = row.authority.consultation_days
    practice = _practice(row.authority, row.received_on + timedelta(days=asked)) if asked else {}
    return _item(
        deadline(assessments.CONSULTATION_REPLY, row.received_on, calendar),
        met_on=row.sent_on,
        closed_on=_first(row.closed_on, row.named_on),
        owner_id=row.drafted_by_id,
        **practice,
    )


def register_sources():
    """Tell the due table of this floor's records. Called once, when the floor starts."""
    register(Source(NeedsAssessment, of_assessment, joins=("school", "pupil"), prefetch=("exemptions",)))
    register(Source(Appeal, of_appeal, joins=("school", "pupil", "assessment")))
    register(Source(Plan, of_plan, joins=("school", "pupil"), prefetch=("reviews", "moves", "appeals")))
    register(Source(AnnualReview, of_review, joins=("school", "pupil", "plan__authority"), prefetch=("invitees",)))
    register(Source(Consultation, of_consultation, joins=("school", "authority")))
