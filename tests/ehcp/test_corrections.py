"""Every dated fact of a case can be put right, with a reason, also after the case was closed."""

from datetime import date

import pytest
import time_machine
from django.urls import reverse

from ehcp.cases.corrections import correct, correctable
from ehcp.cases.kinds import KINDS
from ehcp.cases.refusals import CaseReason
from ehcp.models import AnnualReview
from sendco.audit.models import Event
from sendco.due.models import DueItem
from sendco.refusals import ChangedMeanwhile
from tests.factories.ehcp import (
    AnnualReviewFactory,
    AppealFactory,
    ConsultationFactory,
    LocalAuthorityFactory,
    NeedsAssessmentFactory,
    PlanFactory,
)
from tests.refusals import refused

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel("2026-11-23 09:00", tick=False):
        yield


@pytest.fixture
def plan(pupil):
    return PlanFactory(pupil=pupil, authority=LocalAuthorityFactory(school=pupil.school), made_on=date(2025, 12, 1))


@pytest.fixture
def review(plan):
    """Held and decided: the authority keeps the plan."""
    return AnnualReviewFactory(
        plan=plan, pupil=plan.pupil, school=plan.school, began_on=date(2026, 9, 1), meeting_on=date(2026, 10, 12),
        held_on=date(2026, 10, 12), report_sent_on=date(2026, 10, 20), decision="maintain",
        decision_on=date(2026, 11, 2), closed_on=date(2026, 11, 2), close_reason="The authority decided",
    )  # fmt: skip


def fix(case, by, **values):
    return correct(case=case, version=case.version, values=values, reason="Typed wrongly", by=by)


def test_a_decision_of_a_closed_review_is_put_right(review, senco):
    kept = fix(review, senco, decision_on=date(2026, 11, 4))

    assert (kept.decision_on, kept.closed_on) == (date(2026, 11, 4), date(2026, 11, 4))
    due = DueItem.objects.get(source_type="ehcp.annualreview", source_id=review.pk, rule="review.decision")
    assert due.met_on == date(2026, 11, 4)


def test_the_trail_keeps_both_days_and_the_reason(review, senco):
    fix(review, senco, decision_on=date(2026, 11, 4))

    event = Event.objects.get(code="ehcp.review_corrected")
    assert all(part in event.text for part in ("2 Nov 2026", "4 Nov 2026", "Typed wrongly"))
    now, before = review.history.all()[:2]
    assert (before.decision_on, now.decision_on) == (date(2026, 11, 2), date(2026, 11, 4))
    assert (now.history_user, now.history_change_reason) == (senco, "Typed wrongly")


def test_a_decision_taken_back_opens_the_review_again(review, senco):
    kept = fix(review, senco, decision_on=None)

    assert (kept.decision, kept.decision_on, kept.closed_on, kept.close_reason) == ("", None, None, "")


def test_no_second_review_is_prepared_by_a_correction(review, plan, senco):
    AnnualReviewFactory(plan=plan, pupil=plan.pupil, school=plan.school, began_on=date(2026, 11, 10))
    review = fix(review, senco, decision_on=None, report_sent_on=None)

    with refused(CaseReason.ANOTHER_IS_OPEN):
        fix(review, senco, held_on=None)

    assert AnnualReview.objects.get(pk=review.pk).held_on is not None


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"decision_on": date(2026, 10, 1)}, CaseReason.OUT_OF_ORDER),
        ({"held_on": date(2026, 10, 25)}, CaseReason.OUT_OF_ORDER),
        ({"decision_on": date(2026, 11, 24)}, CaseReason.IN_FUTURE),
        ({"held_on": date(2013, 10, 1)}, CaseReason.BEFORE_THE_LAW),
        ({"held_on": None}, CaseReason.STILL_NEEDED),
        ({"began_on": None}, CaseReason.ALWAYS_NEEDED),
        ({"notice_on": date(2026, 11, 4)}, CaseReason.NOT_WRITTEN),
        ({"closed_on": date(2026, 11, 4)}, CaseReason.NOT_A_FACT),
        ({"close_reason": "Other"}, CaseReason.NOT_A_FACT),
    ],
)
def test_impossible_corrections_change_nothing(review, senco, values, reason):
    with refused(reason):
        fix(review, senco, **values)

    stored = AnnualReview.objects.get(pk=review.pk)
    assert (stored.held_on, stored.decision_on, stored.version) == (review.held_on, review.decision_on, review.version)
    assert not Event.objects.filter(code="ehcp.review_corrected").exists()


def test_a_correction_asks_why(review, senco):
    with refused(CaseReason.NO_REASON):
        correct(case=review, version=review.version, values={"held_on": date(2026, 10, 13)}, reason=" ", by=senco)


def test_a_correction_against_an_older_version_is_refused(review, senco):
    fix(review, senco, decision_on=date(2026, 11, 4))

    with pytest.raises(ChangedMeanwhile):
        fix(review, senco, decision_on=date(2026, 11, 5))


def test_every_dated_field_of_a_case_is_a_fact_or_named_here():
    """A new date of a case says how it is put right."""
    own_forms = {
        "review": {"contribute_by", "reminders_stopped_on", "pep_on", "pack_made_at", "approved_at"},
        "plan": {"transfer_on"},
        "consultation": {"child_birth_on", "ready_at", "approved_at"},
    }
    for kind in KINDS.values():
        dated = {field.name for field in kind.model._meta.concrete_fields if "Date" in type(field).__name__}
        facts = {fact.field for fact in kind.facts}
        assert dated - facts == own_forms.get(kind.code, set()), kind.code


# --- The page ----------------------------------------------------------------------------------------------------
def address(kind, case):
    return reverse("ehcp:case-correct", args=[kind, case.pk])


def posted(case, **values):
    facts = {fact.field: getattr(case, fact.field) for fact in correctable(case)}
    return {**facts, "version": case.version, "reason": "Typed wrongly", **values}


def test_the_page_of_a_case_leads_to_its_corrections(sign_in, senco, review):
    page = sign_in(senco).get(reverse("ehcp:review-detail", args=[review.pk])).content.decode()

    assert address("review", review) in page


def test_a_date_is_corrected_on_the_page(sign_in, senco, review):
    answer = sign_in(senco).post(address("review", review), posted(review, decision_on="2026-11-04"))

    assert answer.status_code == 302
    assert AnnualReview.objects.get(pk=review.pk).decision_on == date(2026, 11, 4)


def test_what_was_typed_stays_when_it_is_refused(sign_in, senco, review):
    answer = sign_in(senco).post(address("review", review), posted(review, decision_on="2026-10-01"))

    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="2026-10-01"' in page
    assert "Kept: Mon 2 Nov 2026." in page


def test_a_colleague_s_change_is_shown_and_the_next_try_is_made_against_it(sign_in, senco, head, review):
    typed = posted(review, decision_on="2026-11-05")
    fix(review, head, decision_on=date(2026, 11, 4))

    answer = sign_in(senco).post(address("review", review), typed)

    page = answer.content.decode()
    assert answer.status_code == 422
    (row,) = answer.context["conflict"].rows
    assert (row.yours.words, row.stored.words) == ("Thu 5 Nov 2026", "Wed 4 Nov 2026")
    assert 'name="version" value="2"' in page


@pytest.mark.parametrize("kind", ["plan", "assessment", "consultation", "appeal"])
def test_each_kind_of_case_is_corrected(sign_in, senco, plan, kind):
    request = NeedsAssessmentFactory(pupil=plan.pupil, school=plan.school, authority=plan.authority)
    case, field, day = {
        "plan": lambda: (plan, "made_on", "2025-12-02"),
        "assessment": lambda: (request, "began_on", "2026-09-02"),
        "consultation": lambda: (
            ConsultationFactory(school=plan.school, authority=plan.authority), "received_on", "2026-11-03",
        ),
        "appeal": lambda: (
            AppealFactory(school=plan.school, pupil=plan.pupil, authority=plan.authority, assessment=request),
            "letter_on", "2026-11-03",
        ),
    }[kind]()  # fmt: skip

    answer = sign_in(senco).post(address(kind, case), posted(case, **{field: day}))

    assert answer.status_code == 302
    assert getattr(type(case).objects.get(pk=case.pk), field).isoformat() == day


def test_nobody_else_corrects(sign_in, teacher, outsider, review):
    assert sign_in(teacher).get(address("review", review)).status_code in (403, 404)
    assert sign_in(outsider).get(address("review", review)).status_code == 404
