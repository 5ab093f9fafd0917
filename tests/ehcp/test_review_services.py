from datetime import date, timedelta

import pytest
import time_machine

from ehcp.cases.refusals import CaseReason
from ehcp.models import AnnualReview, Invitee, PlanOutcome, Recommendation
from ehcp.reviews.refusals import ReviewReason as R
from ehcp.reviews.selectors import facts
from ehcp.reviews.services import deciding, inviting, reports, reviews
from sendco.audit.models import Event
from sendco.due.models import DueItem
from sendco.refusals import ChangedMeanwhile
from staff.owed import all_differences
from tests.factories.ehcp import PlanFactory, PlanVersionFactory
from tests.refusals import refused

pytestmark = pytest.mark.postgresql("locks and constraints")

KIND = AnnualReview.Kind
TODAY = date(2026, 11, 23)


@pytest.fixture(autouse=True)
def _monday():
    with time_machine.travel("2026-11-23 10:00", tick=False):
        yield


@pytest.fixture
def plan(pupil):
    pupil.contacts.create(name="Parent One", has_parental_responsibility=True, email="one@example.org")
    pupil.contacts.create(name="Parent Two", has_parental_responsibility=True, do_not_contact=True)
    return PlanFactory(pupil=pupil)


@pytest.fixture
def review(plan, senco):
    return reviews.begin(plan=plan, kind=KIND.ANNUAL, by=senco)


@pytest.fixture
def held(review, senco):
    AnnualReview.objects.filter(pk=review.pk).update(began_on=date(2026, 9, 1))
    review.refresh_from_db()
    return reviews.record_held(review=review, held_on=date(2026, 11, 10), by=senco)


def approve(review, by):
    """Have the report made, and approved as it is."""
    report = reports.make(review=review, by=by)
    reports.file_report(report=report, pdf=b"%PDF-1.7 report", docx=b"report", by=by)
    return reports.approve(report=report, version=report.review.version, by=by)


def due(review, rule):
    return DueItem.objects.get(source_type="ehcp.annualreview", source_id=review.pk, rule=rule)


def test_beginning_lists_whom_the_law_requires_and_nobody_banned(review):
    roles = set(review.invitees.values_list("role", flat=True))
    names = set(review.invitees.values_list("name", flat=True))

    assert set(Invitee.REQUIRED) <= roles
    assert "Parent One" in names
    assert "Parent Two" not in names


def test_two_open_reviews_of_one_plan_are_refused(review, plan, senco):
    with refused(R.OPEN_ALREADY):
        reviews.begin(plan=plan, kind=KIND.EARLY, by=senco)

    assert AnnualReview.objects.count() == 1


def test_child_who_left_gets_no_new_review(plan, senco):
    plan.pupil.left_on = date(2026, 11, 1)
    plan.pupil.save()

    with refused(R.CHILD_LEFT):
        reviews.begin(plan=plan, kind=KIND.ANNUAL, by=senco)


def test_meeting_day_gives_the_dates_of_notice_and_papers(review, senco):
    reviews.plan_meeting(review=review, version=review.version, meeting_on=date(2027, 1, 12), by=senco)

    assert due(review, "review.invite").due_on == date(2026, 12, 29)
    assert due(review, "review.papers").due_on == date(2026, 12, 29)


def test_invitation_of_everybody_meets_the_notice(review, senco):
    reviews.plan_meeting(review=review, version=review.version, meeting_on=date(2027, 1, 12), by=senco)
    people = list(review.invitees.all())

    inviting.record_invited(review=review, invitees=people[:-1], invited_on=TODAY, via="email", by=senco)
    assert due(review, "review.invite").met_on is None

    inviting.record_invited(review=review, invitees=people[-1:], invited_on=TODAY, via="post", by=senco)
    assert due(review, "review.invite").met_on == TODAY


def test_moved_meeting_has_to_be_told_to_everybody_again(review, senco):
    review = reviews.plan_meeting(review=review, version=review.version, meeting_on=date(2027, 1, 12), by=senco)
    inviting.record_invited(
        review=review, invitees=list(review.invitees.all()), invited_on=TODAY, via="email", by=senco
    )
    review.refresh_from_db()

    reviews.plan_meeting(review=review, version=review.version, meeting_on=date(2027, 1, 19), by=senco)

    assert not review.invitees.exclude(invited_on=None).exists()
    assert due(review, "review.invite").met_on is None


def test_short_notice_is_seen(review, senco):
    review = reviews.plan_meeting(review=review, version=review.version, meeting_on=date(2026, 12, 3), by=senco)
    inviting.record_invited(
        review=review, invitees=list(review.invitees.all()), invited_on=TODAY, via="email", by=senco
    )

    assert facts.notice_is_short(review)


def test_fourteen_days_are_notice_enough(review, senco):
    review = reviews.plan_meeting(review=review, version=review.version, meeting_on=date(2026, 12, 7), by=senco)
    inviting.record_invited(
        review=review, invitees=list(review.invitees.all()), invited_on=TODAY, via="email", by=senco
    )

    assert not facts.notice_is_short(review)


def test_two_people_planning_at_once_do_not_overwrite_each_other(review, senco):
    reviews.plan_meeting(review=review, version=1, meeting_on=date(2027, 1, 12), by=senco)

    with pytest.raises(ChangedMeanwhile):
        reviews.plan_meeting(review=review, version=1, meeting_on=date(2027, 1, 13), by=senco)


@pytest.mark.parametrize(
    ("record", "facts", "reason"),
    [
        (reviews.record_report_sent, {"sent_on": date(2026, 11, 20)}, R.NOT_HELD),
        (deciding.record_decision, {"decision": "maintain", "decision_on": date(2026, 11, 20)}, R.NOT_HELD),
        (reviews.record_held, {"held_on": date(2026, 11, 24)}, CaseReason.IN_FUTURE),
        (reviews.record_held, {"held_on": date(1996, 11, 10)}, CaseReason.BEFORE_THE_LAW),
        (deciding.record_notice, {"notice_on": date(2026, 11, 20)}, R.NOT_AMENDING),
        (deciding.record_final, {"final_on": date(2026, 11, 20)}, R.NOT_AMENDING),
        (reviews.record_papers_sent, {"sent_on": date(2026, 11, 20)}, R.NO_DAY),
    ],
)
def test_facts_in_an_impossible_order_are_refused(review, senco, record, facts, reason):
    with refused(reason):
        record(review=review, by=senco, **facts)


def test_required_invitee_stays_on_the_list(review, senco):
    with refused(R.REQUIRED_BY_LAW):
        inviting.remove_invitee(invitee=review.invitees.get(role="health"), reason="No need", by=senco)


def test_report_needs_the_head_and_what_the_law_asks_for(held, plan, senco, head):
    outcome = PlanOutcome.objects.create(plan_version=PlanVersionFactory(plan=plan), number=1, text="Reads a page")
    with refused(R.REPORT_NOT_READY, missing="a recommendation; progress towards 1 of 1 outcomes"):
        approve(held, head)

    reviews.review_outcome(review=held, outcome=outcome, progress="some", by=senco)
    held = reviews.save_meeting(review=held, version=held.version, recommendation="maintain", by=senco)
    with refused(R.NOT_APPROVED):
        reviews.record_report_sent(review=held, sent_on=TODAY, by=senco)

    held = approve(held, head)
    reviews.record_report_sent(review=held, sent_on=TODAY, by=senco)

    assert due(held, "review.report").met_on == TODAY
    assert due(held, "review.report").due_on == date(2026, 11, 24)


def test_year_nine_has_to_speak_of_adulthood(held, senco):
    held.pupil.year_group = "9"
    held.pupil.save()
    held.recommendation = "maintain"

    assert [words for words in facts.missing_in_report(held) if "adulthood" in words]

    held.adult_living = "Travels by bus alone"
    assert facts.missing_in_report(held) == []


def test_report_that_went_cannot_be_rewritten(held, senco, head):
    held = reviews.save_meeting(review=held, version=held.version, recommendation="maintain", by=senco)
    held = approve(held, head)
    held = reviews.record_report_sent(review=held, sent_on=TODAY, by=senco)

    with refused(R.REPORT_WENT):
        reviews.save_meeting(review=held, version=held.version, summary="Other words", by=senco)


def test_next_review_counts_from_the_decision_not_from_the_meeting(held, plan, senco):
    deciding.record_decision(review=held, decision=Recommendation.MAINTAIN, decision_on=date(2026, 11, 20), by=senco)

    items = DueItem.objects.open().filter(source_type="ehcp.plan", source_id=plan.pk, rule="review.due")
    assert items.get().due_on == date(2027, 11, 19)
    held.refresh_from_db()
    assert held.closed_on == date(2026, 11, 20)


def test_amending_runs_to_the_earlier_of_two_limits(held, senco):
    deciding.record_decision(
        review=held, decision=Recommendation.AMEND, decision_on=date(2026, 11, 20), notice_on=date(2026, 11, 20),
        by=senco,
    )  # fmt: skip

    item = due(held, "review.final")
    assert item.due_on == date(2026, 11, 20) + timedelta(weeks=8)
    held.refresh_from_db()
    assert held.closed_on is None


def test_every_step_leaves_the_due_table_as_the_facts_say(held, senco):
    deciding.record_decision(review=held, decision=Recommendation.AMEND, decision_on=date(2026, 11, 20), by=senco)

    assert list(all_differences()) == []


def test_closing_asks_why_and_ends_what_is_owed(review, senco):
    with refused(CaseReason.NO_REASON):
        reviews.close(review=review, reason=" ", by=senco)

    reviews.plan_meeting(review=review, version=review.version, meeting_on=date(2027, 1, 12), by=senco)
    reviews.close(review=review, reason="The child moved away", by=senco)

    assert due(review, "review.papers").closed_on == TODAY
    assert Event.objects.filter(code="ehcp.review_closed", text__contains="moved away").exists()
    with refused(CaseReason.CLOSED):
        reviews.record_held(review=review, held_on=TODAY, by=senco)
