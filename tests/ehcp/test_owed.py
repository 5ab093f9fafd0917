"""What each record of the floor owes, read back from the due table."""

from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ehcp.models import AnnualReview, Appeal, Consultation, Exemption, Invitee, NeedsAssessment, Plan, PlanMove
from ehcp.owed import exemption_words
from pupils.record.services.pupils import update_pupil
from sendco.due.models import DueItem
from sendco.due.words import state_words, was_late
from staff.models import AcademicYear, Closure, Term
from staff.owed import all_differences, bring_school_up_to_date, bring_up_to_date
from tests.factories import PupilFactory, SchoolFactory
from tests.factories.ehcp import (
    AnnualReviewFactory,
    AppealFactory,
    ConsultationFactory,
    LocalAuthorityFactory,
    NeedsAssessmentFactory,
    PlanFactory,
)


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel("2026-11-22 10:00", tick=False):
        yield


def owed(row):
    """{rule: item} of one record, brought up to date; rules with more than one item under rule and trigger as well."""
    bring_up_to_date(row)
    items = DueItem.objects.filter(source_type=row._meta.label_lower, source_id=row.pk).order_by("-trigger_on")
    found = {}
    for item in items:
        found.setdefault(item.rule, item)
        found[item.rule, item.trigger_on] = item
    return found


def dates(found):
    return {rule: item.due_on for rule, item in found.items() if isinstance(rule, str)}


def is_open(item):
    return item.met_on is None and item.closed_on is None


# --- Needs assessments -------------------------------------------------------------------------------------------
def test_a_request_sets_its_four_dates(pupil):
    found = owed(NeedsAssessmentFactory(pupil=pupil))

    assert dates(found) == {
        "ehcna.decision": date(2026, 10, 26),
        "ehcna.no_plan": date(2027, 1, 4),
        "ehcna.draft": date(2027, 1, 4),
        "ehcna.final": date(2027, 2, 1),
    }
    assert found["ehcna.draft"].safe_on == date(2026, 12, 21)
    assert found["ehcna.draft"].basis == "practice"
    assert all(is_open(item) for item in found.values())


def test_nothing_is_due_before_the_authority_has_the_request(pupil):
    assert owed(NeedsAssessmentFactory(pupil=pupil, received_on=None)) == {}


def test_the_clock_runs_from_the_day_the_authority_became_responsible(pupil):
    found = owed(NeedsAssessmentFactory(pupil=pupil, received_on=None, became_responsible_on=date(2026, 12, 1)))

    assert found["ehcna.decision"].due_on == date(2027, 1, 12)


def test_facts_meet_the_dates(pupil):
    row = NeedsAssessmentFactory(
        pupil=pupil,
        decision="assess",
        decision_on=date(2026, 10, 20),
        advice_asked_on=date(2026, 10, 26),
        advice_sent_on=date(2026, 11, 20),
        draft_served_on=date(2026, 12, 21),
        final_on=date(2027, 1, 29),
    )

    found = owed(row)

    assert found["ehcna.decision"].met_on == date(2026, 10, 20)
    assert found["ehcna.advice"].due_on == date(2026, 12, 7)
    assert found["ehcna.advice"].met_on == date(2026, 11, 20)
    assert found["ehcna.advice"].duty == "school"
    assert found["ehcna.no_plan"].closed_on == date(2026, 12, 21)
    assert found["ehcna.representations"].due_on == date(2027, 1, 4)
    assert found["ehcna.representations"].closed_on == date(2027, 1, 29)
    assert found["ehcna.final"].met_on == date(2027, 1, 29)


def test_a_decision_against_a_plan_meets_its_date_and_closes_the_rest(pupil):
    found = owed(NeedsAssessmentFactory(pupil=pupil, decision="assess", no_plan_on=date(2026, 12, 30)))

    assert found["ehcna.no_plan"].met_on == date(2026, 12, 30)
    assert found["ehcna.final"].closed_on == date(2026, 12, 30)


def test_no_notice_is_owed_where_the_plan_comes(pupil):
    """The 16 weeks bind an authority that makes no plan: silence is no lateness, a late notice is."""
    row = NeedsAssessmentFactory(pupil=pupil, decision="assess", decision_on=date(2026, 10, 20))
    with time_machine.travel("2027-01-20 10:00", tick=False):
        waiting = owed(row)["ehcna.no_plan"]
        row.draft_served_on = row.final_on = date(2027, 1, 15)
        row.save()
        came = owed(row)["ehcna.no_plan"]
        row.draft_served_on = row.final_on = None
        row.no_plan_on = date(2027, 1, 14)
        row.save()
        against = owed(row)["ehcna.no_plan"]

    assert waiting.closed_on == came.closed_on == date(2027, 1, 4)
    assert not was_late(waiting, date(2027, 1, 20))
    assert not was_late(came, date(2027, 1, 20))
    assert was_late(against, date(2027, 1, 20))


def test_a_parent_who_says_nothing_is_never_late(pupil):
    row = NeedsAssessmentFactory(pupil=pupil, draft_served_on=date(2026, 10, 21), final_on=date(2026, 11, 20))

    comments = owed(row)["ehcna.representations"]

    assert comments.closed_on == comments.due_on == date(2026, 11, 4)
    assert not was_late(comments, date(2026, 11, 22))
    row.representations_on = date(2026, 11, 10)
    row.save()
    assert state_words(owed(row)["ehcna.representations"], date(2026, 11, 22)) == "Done"


def test_a_refusal_closes_the_later_dates(pupil):
    found = owed(NeedsAssessmentFactory(pupil=pupil, decision="refuse", decision_on=date(2026, 10, 26)))

    assert found["ehcna.decision"].met_on == date(2026, 10, 26)
    assert found["ehcna.no_plan"].closed_on == found["ehcna.final"].closed_on == date(2026, 10, 26)


@pytest.mark.parametrize(
    ("reversal", "words"),
    [
        ("order", "the Tribunal's order"),
        ("unopposed", "notice to the Trib"),
        ("mediation", "the mediation agreement of Wed 18 Nov 2026"),
    ],
)
def test_an_order_replaces_the_dates_and_keeps_them_to_see(pupil, reversal, words):
    row = NeedsAssessmentFactory(
        pupil=pupil,
        decision="refuse",
        decision_on=date(2026, 10, 26),
        reversed_on=date(2026, 11, 18),
        reversal=reversal,
        reversed_to="assess",
    )

    found = owed(row)

    assert found["ehcna.final"].due_on == date(2027, 2, 1)
    assert words in found["ehcna.final"].replaced_by
    assert found["ehcna.final"].closed_on == found["ehcna.no_plan"].closed_on == date(2026, 11, 18)
    new = {rule: day for rule, day in dates(found).items() if rule.startswith("rebased")}
    assert new == {
        "rebased.notify": date(2026, 12, 2),
        "rebased.no_plan": date(2027, 1, 27),
        "rebased.final": date(2027, 2, 24),
    }
    assert {item.basis for rule, item in found.items() if "rebased" in rule} == {"statute"}


def own_reversal(pupil, **facts):
    row = {"decision": "refuse", "decision_on": date(2026, 10, 26), "reversed_on": date(2026, 11, 2)}
    return NeedsAssessmentFactory(pupil=pupil, **{**row, "reversal": "own", "reversed_to": "assess", **facts})


def test_after_its_own_change_of_mind_one_final_plan_is_open_and_the_first_is_what_it_was(pupil):
    found = owed(own_reversal(pupil))

    waiting = {item.rule for item in found.values() if is_open(item)}
    assert waiting == {"rebased.notify", "rebased.no_plan", "rebased.final"}
    assert "own change of mind of Mon 2 Nov 2026" in found["ehcna.final"].replaced_by
    assert found["ehcna.final"].due_on == date(2027, 2, 1)
    assert found["rebased.final"].due_on == date(2027, 2, 8)
    assert found["rebased.final"].basis == "practice"
    assert "Ombudsman practice" in found["rebased.final"].authority


def test_a_plan_after_an_own_change_of_mind_is_late_once(pupil):
    found = owed(own_reversal(pupil, final_on=date(2027, 2, 20)))

    late = [item.rule for item in DueItem.objects.all() if was_late(item, date(2027, 3, 1))]
    assert found["rebased.final"].met_on == date(2027, 2, 20)
    assert late.count("rebased.final") == 1
    assert "ehcna.final" not in late


def test_an_own_change_of_mind_to_make_a_plan_leaves_the_first_dates_running(pupil):
    """Nobody counts again there, so nothing takes their place."""
    facts = {"decision": "assess", "no_plan_on": date(2026, 10, 28), "reversed_to": "plan"}
    found = owed(own_reversal(pupil, **facts))

    assert is_open(found["ehcna.final"])
    assert not [rule for rule in found if "rebased" in rule]


def test_a_final_plan_meets_the_new_date_and_not_the_replaced_one(pupil):
    row = NeedsAssessmentFactory(
        pupil=pupil,
        decision="refuse",
        decision_on=date(2026, 10, 26),
        reversed_on=date(2026, 11, 18),
        reversal="order",
        reversed_to="assess",
        reversal_notified_on=date(2026, 11, 30),
        final_on=date(2027, 2, 20),
    )

    found = owed(row)

    assert found["ehcna.final"].met_on is None
    assert found["rebased.notify"].met_on == date(2026, 11, 30)
    assert found["rebased.final"].met_on == date(2027, 2, 20)


def test_an_order_to_make_a_plan_after_a_decision_against_one(pupil):
    row = NeedsAssessmentFactory(
        pupil=pupil,
        decision="assess",
        decision_on=date(2026, 3, 1),
        received_on=date(2026, 2, 2),
        no_plan_on=date(2026, 5, 20),
        reversed_on=date(2026, 11, 18),
        reversal="order",
        reversed_to="plan",
    )

    found = owed(row)

    assert found["ehcna.no_plan"].met_on == date(2026, 5, 20)
    assert found["rebased.draft"].due_on == date(2026, 12, 23)
    assert found["rebased.final"].due_on == date(2027, 2, 3)
    assert found["ehcna.final"].replaced_by


def test_a_reassessment_counts_from_the_notice_that_it_will_be(pupil):
    row = NeedsAssessmentFactory(
        pupil=pupil,
        kind=NeedsAssessment.Kind.AGAIN,
        received_on=date(2026, 11, 2),
        decision="assess",
        decision_on=date(2026, 11, 16),
        advice_asked_on=date(2026, 11, 16),
    )

    assert dates(owed(row)) == {
        "reassess.decision": date(2026, 11, 17),
        "reassess.advice": date(2026, 12, 28),
        "reassess.final": date(2027, 2, 22),
    }


def claim(row, **facts):
    facts = {"step": "final", "ground": "personal", "claimed_by": "la", "claimed_on": date(2026, 11, 2), **facts}
    return Exemption.objects.create(assessment=row, **facts)


def test_an_exception_is_kept_with_the_date_and_moves_nothing(pupil):
    row = NeedsAssessmentFactory(pupil=pupil)
    claim(row)

    found = owed(row)

    assert found["ehcna.final"].due_on == date(2027, 2, 1)
    assert found["ehcna.final"].exception.startswith("Exceptional personal circumstances. Claimed by: The local")
    assert is_open(found["ehcna.final"])
    assert found["ehcna.decision"].exception == ""


def test_an_exception_that_is_withdrawn_or_unknown_to_the_law_disapplies_nothing(pupil):
    row = NeedsAssessmentFactory(pupil=pupil, advice_asked_on=date(2026, 7, 20))
    claim(row, withdrawn_on=date(2026, 11, 3))
    closed = {"starts_on": date(2026, 7, 18), "ends_on": date(2026, 9, 1), "advice_asked_on": date(2026, 7, 20)}
    claim(row, step="advice", ground="school_closed", **closed)
    claim(row, step="decision", ground="absent", starts_on=date(2026, 9, 20), ends_on=date(2026, 10, 1))

    assert {item.exception for item in owed(row).values()} == {""}


def test_an_absence_outside_the_time_that_the_limit_runs_disapplies_nothing(pupil):
    row = NeedsAssessmentFactory(pupil=pupil)
    before = claim(row, step="decision", ground="absent", starts_on=date(2026, 7, 1), ends_on=date(2026, 8, 30))

    assert not exemption_words(before).ok
    assert owed(row)["ehcna.decision"].exception == ""
    before.ends_on = date(2026, 9, 20)
    before.save()
    assert exemption_words(before).ok
    assert owed(row)["ehcna.decision"].exception


def test_a_closed_request_and_a_leaver_wait_for_nothing(pupil, other_pupil):
    closed = owed(NeedsAssessmentFactory(pupil=pupil, closed_on=date(2026, 11, 1)))
    other_pupil.left_on = date(2026, 10, 23)
    other_pupil.save()
    left = owed(NeedsAssessmentFactory(pupil=other_pupil))

    assert {item.closed_on for item in closed.values()} == {date(2026, 11, 1)}
    assert {item.closed_on for item in left.values()} == {date(2026, 10, 23)}


# --- Appeals -----------------------------------------------------------------------------------------------------
def test_an_appeal_has_its_windows(pupil):
    found = owed(AppealFactory(pupil=pupil, letter_on=date(2026, 11, 17)))

    assert dates(found) == {"appeal.mediation": date(2027, 1, 17), "appeal.lodge": date(2027, 1, 18)}
    assert found["appeal.mediation"].safe_on == date(2027, 1, 15)
    assert found["appeal.lodge"].duty == "parent"


def test_the_certificate_may_give_longer(pupil):
    row = AppealFactory(
        pupil=pupil,
        letter_on=date(2026, 11, 17),
        contacted_on=date(2026, 12, 15),
        wants_mediation=False,
        told_on=date(2026, 12, 18),
        certificate_on=date(2027, 1, 8),
    )

    found = owed(row)

    assert found["appeal.lodge"].due_on == date(2027, 2, 8)
    assert "the later of two limits" in found["appeal.lodge"].explanation
    assert found["appeal.certificate"].due_on == date(2026, 12, 23)
    assert found["appeal.certificate"].met_on == date(2027, 1, 8)


def test_mediation_has_its_own_dates(pupil):
    row = AppealFactory(
        pupil=pupil, wants_mediation=True, told_on=date(2027, 1, 5), mediation_on=date(2027, 1, 29), contacted_on=None
    )

    found = owed(row)

    assert found["appeal.arrange"].due_on == date(2027, 2, 4)
    assert found["appeal.arrange"].met_on == date(2027, 1, 29)
    assert found["appeal.certificate_after"].due_on == date(2027, 2, 3)


def test_an_appeal_about_placement_alone_needs_no_mediation(pupil):
    row = AppealFactory(pupil=pupil, about=Appeal.About.PLACEMENT, letter_on=date(2026, 11, 17))

    assert set(dates(owed(row))) == {"appeal.lodge"}


def test_the_tribunal_and_its_answers(pupil):
    row = AppealFactory(
        pupil=pupil,
        lodged_on=date(2026, 11, 13),
        sent_to_la_on=date(2026, 11, 16),
        school_evidence_by=date(2027, 2, 1),
    )

    found = owed(row)

    assert found["appeal.lodge"].met_on == date(2026, 11, 13)
    assert found["appeal.response"].due_on == date(2027, 1, 5)
    assert found["appeal.evidence"].due_on == date(2027, 2, 1)
    assert found["appeal.evidence"].duty == "school"


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("assess", {"assess_notify": "2026-12-02", "assess_no_plan": "2027-01-27", "assess_final": "2027-02-24"}),
        ("make", {"make_draft": "2026-12-23", "make_final": "2027-02-03"}),
        ("amend", {"amend": "2026-12-23"}),
        ("name", {"name": "2026-12-02"}),
        ("reconsider", {"reconsider": "2026-12-02"}),
        ("maintain", {"maintain": "2026-11-18"}),
        ("cease", {"cease": "2026-11-18"}),
    ],
)
def test_after_an_order(pupil, order, expected):
    row = AppealFactory(pupil=pupil, outcome="ordered", order=order, order_on=date(2026, 11, 18))

    found = {rule: day.isoformat() for rule, day in dates(owed(row)).items() if rule.startswith("order.")}

    assert found == {f"order.{name}": day for name, day in expected.items()}


@pytest.mark.parametrize(
    ("order", "rule"),
    [
        ("amend", "order.amend"),
        ("reconsider", "order.reconsider"),
        ("maintain", "order.maintain"),
        ("cease", "order.cease"),
    ],
)
def test_what_is_agreed_in_mediation_is_owed_as_after_an_order(pupil, order, rule):
    row = AppealFactory(pupil=pupil, outcome="agreed", order=order, order_on=date(2026, 11, 18))

    found = owed(row)[rule]

    assert found.basis == "statute"
    assert "reg 42(2) with reg 44" in found.authority
    assert "agreed in writing" in found.explanation


def test_an_authority_that_drops_its_ceasing_keeps_the_plan(pupil):
    row = AppealFactory(pupil=pupil, about="cease", outcome="conceded", order="maintain", order_on=date(2026, 11, 18))

    assert owed(row)["order.maintain"].due_on == date(2026, 11, 18)


@pytest.mark.parametrize(("by", "duty"), [("la", "la"), ("health", "health")])
def test_what_cannot_be_appealed_is_owed_two_weeks_after_the_agreement(pupil, by, duty):
    agreed = {"outcome": "agreed", "order_on": date(2026, 11, 18), "other_steps": "Physiotherapy every week"}
    row = AppealFactory(pupil=pupil, **agreed, other_by=by)

    found = owed(row)["mediation.other"]

    assert (found.due_on, found.duty) == (date(2026, 12, 2), duty)
    assert is_open(found)
    row.other_done_on = date(2026, 12, 1)
    assert owed(row)["mediation.other"].met_on == date(2026, 12, 1)


def test_another_time_agreed_in_writing_takes_the_place_of_the_times_of_the_law(pupil):
    row = AppealFactory(
        pupil=pupil,
        outcome="agreed",
        order="amend",
        order_on=date(2026, 11, 18),
        other_steps="A place in the sensory room",
        agreed_by_on=date(2027, 3, 31),
    )

    found = owed(row)

    assert is_open(found["mediation.agreed_time"])
    assert found["mediation.agreed_time"].due_on == date(2027, 3, 31)
    assert "agreed in writing, Wed 31 Mar 2027" in found["order.amend"].replaced_by
    assert found["mediation.other"].replaced_by
    row.complied_on = date(2027, 3, 30)
    assert owed(row)["mediation.agreed_time"].met_on == date(2027, 3, 30)


def test_the_time_agreed_about_a_request_is_the_one_that_counts(pupil):
    row = NeedsAssessmentFactory(
        pupil=pupil,
        decision="refuse",
        decision_on=date(2026, 10, 26),
        reversed_on=date(2026, 11, 18),
        reversal="mediation",
        reversed_to="assess",
        reversal_agreed_by=date(2027, 4, 30),
    )

    found = owed(row)

    assert [rule for rule, item in found.items() if isinstance(rule, str) and is_open(item)] == ["rebased.agreed_time"]
    row.final_on = date(2027, 4, 29)
    row.save()
    assert owed(row)["rebased.agreed_time"].met_on == date(2027, 4, 29)


def test_the_request_keeps_the_dates_after_an_order_about_it(pupil):
    request = NeedsAssessmentFactory(pupil=pupil, reversed_on=date(2026, 11, 18), reversal="order")
    row = AppealFactory(pupil=pupil, assessment=request, outcome="ordered", order="assess", order_on=date(2026, 11, 18))

    assert not [rule for rule in owed(row) if "order." in rule]
    assert owed(request)["rebased.final"].due_on == date(2027, 2, 24)


def test_compliance_meets_an_order(pupil):
    row = AppealFactory(
        pupil=pupil,
        outcome="ordered",
        order="make",
        order_on=date(2026, 11, 18),
        draft_on=date(2026, 12, 20),
        complied_on=date(2027, 2, 2),
    )

    found = owed(row)

    assert found["order.make_draft"].met_on == date(2026, 12, 20)
    assert found["order.make_final"].met_on == date(2027, 2, 2)


def test_a_parents_time_runs_out_and_is_nobodys_failure(pupil):
    found = owed(AppealFactory(pupil=pupil, letter_on=date(2026, 9, 1)))

    assert found["appeal.lodge"].closed_on == found["appeal.lodge"].due_on == date(2026, 11, 2)


# --- Plans -------------------------------------------------------------------------------------------------------
def test_a_plan_is_reviewed_inside_twelve_months(pupil):
    found = owed(PlanFactory(pupil=pupil))

    assert found["review.due"].due_on == date(2027, 3, 15)
    assert found["review.due"].duty == "la"
    assert found["review.meeting"].due_on == date(2027, 2, 15)
    assert found["review.meeting"].basis == "local"


def test_the_next_review_counts_from_the_decision(pupil):
    plan = PlanFactory(pupil=pupil, made_on=date(2025, 3, 16))
    AnnualReviewFactory(
        pupil=pupil,
        plan=plan,
        held_on=date(2026, 3, 2),
        decision="maintain",
        decision_on=date(2026, 4, 28),
        closed_on=date(2026, 4, 28),
    )

    found = owed(plan)

    assert found["review.due", date(2025, 3, 16)].met_on == date(2026, 4, 28)
    assert "starting with the day the plan was made on Sun" in found["review.due", date(2025, 3, 16)].explanation
    assert "starting with the day the last review was decided on Tue" in found["review.due"].explanation
    assert found["review.due", date(2026, 4, 28)].due_on == date(2027, 4, 27)
    assert is_open(found["review.due"])
    assert found["review.meeting", date(2026, 3, 15)].met_on == date(2026, 3, 2)


def test_a_meeting_that_was_held_does_not_conclude_the_review(pupil, senco):
    plan = PlanFactory(pupil=pupil)
    AnnualReviewFactory(pupil=pupil, plan=plan, organiser=senco, held_on=date(2026, 11, 10))

    found = owed(plan)

    assert is_open(found["review.due"])
    assert found["review.meeting"].met_on == date(2026, 11, 10)
    assert found["review.meeting"].owner_id == senco.pk


def test_a_review_before_this_school_kept_the_record_counts(pupil):
    found = owed(PlanFactory(pupil=pupil, last_concluded_on=date(2026, 11, 20)))

    assert found["review.due"].due_on == date(2027, 11, 19)


def test_a_plan_without_its_date_gives_no_review_date(pupil):
    assert "review.due" not in owed(PlanFactory(pupil=pupil, made_on=None))


def test_the_meeting_is_never_a_sunday_and_says_where_the_calendar_is_not_entered(pupil):
    # 28 days before the review is due is Sunday 22 August 2027.
    found = owed(PlanFactory(pupil=pupil, made_on=date(2026, 9, 20)))["review.meeting"]

    assert found.due_on == date(2027, 8, 20)
    assert "Check: calendar not entered" in found.explanation


def term(school, starts_in, first, last):
    year, _ = AcademicYear.objects.get_or_create(school=school, starts_in=starts_in)
    Term.objects.create(academic_year=year, name="Term", starts_on=first, ends_on=last)


def test_the_meeting_goes_back_to_a_school_day_over_an_inset_day_and_a_summer(pupil):
    school = pupil.school
    term(school, 2026, date(2026, 9, 2), date(2027, 7, 20))
    inset = {"name": "INSET", "kind": "inset", "starts_on": date(2026, 11, 23), "ends_on": date(2026, 11, 23)}
    Closure.objects.create(school=school, **inset)
    child = PupilFactory(school=school, year_group="6")

    transfer = owed(PlanFactory(pupil=child, made_on=date(2024, 3, 16)))["transfer.meeting"]
    summer = owed(PlanFactory(pupil=pupil, made_on=date(2026, 9, 20)))["review.meeting"]

    assert transfer.due_on == date(2026, 11, 20)
    assert summer.due_on == date(2027, 7, 20)
    assert "Check" not in summer.explanation + transfer.explanation


@pytest.mark.parametrize("end", ["ceased", "left"])
def test_a_plan_that_ended_owes_nothing_new(pupil, end):
    plan = PlanFactory(pupil=pupil, ceased_on=date(2026, 10, 9) if end == "ceased" else None)
    if end == "left":
        pupil.left_on = date(2026, 10, 9)
        pupil.save()

    found = owed(plan)

    assert not [item for item in found.values() if is_open(item)]
    assert found["review.due"].closed_on == date(2026, 10, 9)


def test_a_child_under_five_is_reviewed_more_often(school):
    child = PupilFactory(school=school, birth_on=date(2022, 12, 1), year_group="N2")

    found = owed(PlanFactory(pupil=child, made_on=date(2026, 4, 10)))
    turns_five = PupilFactory(school=school, birth_on=date(2021, 6, 1), year_group="R")
    four = owed(PlanFactory(pupil=turns_five, made_on=date(2026, 4, 10)))
    later = owed(PlanFactory(pupil=PupilFactory(school=school, birth_on=date(2016, 2, 1)), made_on=date(2026, 4, 10)))

    assert found["review.early_years"].due_on == date(2026, 10, 10)
    assert found["review.early_years"].basis == "guidance"
    assert four["review.early_years"].due_on == date(2026, 10, 10)
    assert "review.early_years" not in later


def test_year_six_of_a_primary_school_transfers(school):
    child = PupilFactory(school=school, year_group="6")
    plan = PlanFactory(pupil=child, made_on=date(2024, 3, 16), last_concluded_on=date(2026, 3, 1))

    found = owed(plan)

    assert found["transfer.amend"].due_on == date(2027, 2, 15)
    assert found["transfer.meeting"].due_on == date(2026, 11, 23)
    AnnualReviewFactory(
        pupil=child,
        plan=plan,
        kind="transfer",
        held_on=date(2026, 11, 10),
        decision="amend",
        decision_on=date(2026, 12, 1),
        final_on=date(2027, 1, 29),
    )
    found = owed(plan)
    assert found["transfer.amend"].met_on == date(2027, 1, 29)
    assert found["transfer.meeting"].met_on == date(2026, 11, 10)


@pytest.mark.parametrize("kind", ["annual", "early"])
def test_a_review_of_any_kind_that_names_the_next_school_meets_the_transfer(school, kind):
    child = PupilFactory(school=school, year_group="6")
    plan = PlanFactory(pupil=child, made_on=date(2024, 3, 16), last_concluded_on=date(2026, 3, 1))
    review = AnnualReviewFactory(
        pupil=child,
        plan=plan,
        kind=kind,
        held_on=date(2026, 11, 10),
        decision="amend",
        decision_on=date(2026, 12, 1),
        final_on=date(2027, 1, 29),
    )
    assert is_open(owed(plan)["transfer.amend"])

    review.names_next_school = True
    review.save()

    assert owed(plan)["transfer.amend"].met_on == date(2027, 1, 29)
    assert owed(plan)["transfer.meeting"].met_on == date(2026, 11, 10)


def test_no_meeting_was_due_before_the_plan_or_the_child_was_here(school):
    child = PupilFactory(school=school, year_group="6")
    made_late = owed(PlanFactory(pupil=child, made_on=date(2026, 12, 1)))
    came = PupilFactory(school=school, year_group="6", joined_on=date(2026, 11, 30))
    came_late = owed(PlanFactory(pupil=came, made_on=date(2025, 3, 1)))

    for found in (made_late, came_late):
        assert "transfer.amend" in found
        assert "transfer.meeting" not in found
    assert came_late["review.due"].due_on == date(2026, 2, 28)
    assert "review.meeting" not in came_late


def test_year_six_of_a_middle_school_stays(db):
    school = SchoolFactory(lowest_age=9, highest_age=13)

    assert "transfer.amend" not in owed(PlanFactory(pupil=PupilFactory(school=school, year_group="6")))
    assert "transfer.amend" in owed(PlanFactory(pupil=PupilFactory(school=school, year_group="8")))


def test_a_transfer_just_past_stays_for_the_figures(db):
    school = SchoolFactory(lowest_age=4, highest_age=16)
    child = PupilFactory(school=school, year_group="7", joined_on=date(2020, 9, 1))

    found = owed(PlanFactory(pupil=child, made_on=date(2024, 3, 16), last_concluded_on=date(2026, 3, 1)))

    assert found["transfer.amend", date(2026, 9, 1)].due_on == date(2026, 2, 15)


def test_who_came_after_the_transfer_owes_none(db):
    school = SchoolFactory(lowest_age=4, highest_age=16)
    child = PupilFactory(school=school, year_group="7", joined_on=date(2026, 9, 2))

    assert "transfer.amend" not in owed(PlanFactory(pupil=child, made_on=date(2024, 3, 16)))


def test_a_move_between_post_16_places(db):
    school = SchoolFactory(lowest_age=11, highest_age=19)
    child = PupilFactory(school=school, year_group="13", birth_on=date(2008, 10, 1))

    found = owed(PlanFactory(pupil=child, transfer_on=date(2028, 1, 4)))

    assert found["transfer.post16_move"].due_on == date(2027, 8, 4)


def test_a_move_to_another_authority(pupil):
    plan = PlanFactory(pupil=pupil, made_on=date(2025, 12, 1))
    PlanMove.objects.create(
        plan=plan,
        old_authority="Eastholme",
        new_authority=LocalAuthorityFactory(school=pupil.school),
        moved_on=date(2026, 11, 9),
        aware_on=date(2026, 11, 9),
        transferred_on=date(2026, 11, 9),
        health_aware_on=date(2027, 5, 24),
    )

    found = owed(plan)

    assert found["move.transfer"].due_on == date(2026, 11, 27)
    assert found["move.transfer"].met_on == date(2026, 11, 9)
    assert found["move.tell_parent"].due_on == date(2026, 12, 21)
    assert found["move.health"].due_on == date(2027, 6, 14)
    assert found["move.review"].due_on == date(2027, 2, 8)
    assert found["review.due"].due_on == date(2026, 11, 30)
    assert "new authority" in found["review.due"].replaced_by
    assert found["review.meeting"].due_on == date(2027, 1, 11)


def test_rights_pass_in_the_last_year_of_school_age(db):
    school = SchoolFactory(lowest_age=11, highest_age=16)
    child = PupilFactory(school=school, birth_on=date(2010, 10, 1), year_group="11")

    found = owed(PlanFactory(pupil=child))

    assert found["rights.pass"].due_on == date(2027, 6, 26)
    assert "s8(3)" in found["rights.pass"].authority
    assert "Check" not in found["rights.pass"].explanation
    with time_machine.travel("2027-06-26 09:00", tick=False):
        assert owed(Plan.objects.get())["rights.pass"].met_on == date(2027, 6, 26)
    younger = PupilFactory(school=school, birth_on=date(2012, 9, 1), year_group="9")
    assert "rights.pass" not in owed(PlanFactory(pupil=younger))


@pytest.mark.parametrize(("day", "is_doubtful"), [(1, True), (10, True), (11, False)])
def test_a_birthday_in_the_first_days_of_september_is_to_be_checked(db, day, is_doubtful):
    school = SchoolFactory(lowest_age=11, highest_age=16)
    child = PupilFactory(school=school, birth_on=date(2010, 9, day), year_group="11")

    words = owed(PlanFactory(pupil=child))["rights.pass"].explanation

    assert ("Check: the first day of term" in words) == is_doubtful


def test_the_sixth_form_is_practice_and_college_is_law(db):
    school = SchoolFactory(lowest_age=11, highest_age=18)
    stays = owed(PlanFactory(pupil=PupilFactory(school=school, year_group="11")))["transfer.amend"]
    leaves = owed(PlanFactory(pupil=PupilFactory(school=school, year_group="13")))["transfer.amend"]

    assert (stays.basis, stays.due_on) == ("practice", date(2027, 3, 31))
    assert "Check" in stays.explanation
    assert leaves.basis == "statute"


def test_a_plan_stays_in_force_while_its_ceasing_can_be_appealed(pupil):
    plan = PlanFactory(pupil=pupil, cease_notified_on=date(2026, 11, 17))

    assert owed(plan)["cease.appeal_window"].due_on == date(2027, 1, 18)
    AppealFactory(pupil=pupil, plan=plan, about=Appeal.About.CEASE, letter_on=date(2026, 11, 17))
    assert "cease.appeal_window" not in owed(plan)


# --- Annual reviews ----------------------------------------------------------------------------------------------
@pytest.fixture
def review(pupil, senco):
    authority = LocalAuthorityFactory(school=pupil.school, name="Westmarch", report_days=7, papers_days=21)
    plan = PlanFactory(pupil=pupil, authority=authority)
    return AnnualReviewFactory(pupil=pupil, plan=plan, organiser=senco, meeting_on=date(2027, 1, 12))


def test_before_the_meeting(review, senco):
    found = owed(review)

    assert dates(found) == {"review.invite": date(2026, 12, 29), "review.papers": date(2026, 12, 29)}
    assert found["review.invite"].safe_on == date(2026, 12, 28)
    assert found["review.invite"].owner_id == senco.pk
    assert found["review.papers"].practice_on == date(2026, 12, 22)
    assert found["review.papers"].due_on == date(2026, 12, 29)


def test_invitations_are_sent_when_the_last_one_is(review):
    first = Invitee.objects.create(review=review, role="parent", name="Parent", invited_on=date(2026, 12, 1))
    last = Invitee.objects.create(review=review, role="la", name="Officer")
    Invitee.objects.create(review=review, role="other", name="Gone", removed_on=date(2026, 12, 1))

    assert is_open(owed(review)["review.invite"])
    last.invited_on = first.invited_on + timedelta(days=2)
    last.save()
    assert owed(review)["review.invite"].met_on == date(2026, 12, 3)


def test_after_the_meeting_and_the_authoritys_own_practice(review):
    review.held_on = review.meeting_on
    review.save()

    found = owed(review)

    assert found["review.report"].due_on == date(2027, 1, 26)
    assert found["review.report"].practice_on == date(2027, 1, 19)
    assert "Westmarch" in found["review.report"].practice_note
    assert found["review.decision"].due_on == date(2027, 2, 9)
    assert "review.notice" not in found
    assert found["review.invite"].closed_on == date(2027, 1, 12)


def test_amending_is_due_in_twelve_weeks_or_eight(review):
    review.held_on = review.meeting_on
    review.decision, review.decision_on = "amend", date(2027, 2, 9)
    review.save()

    found = owed(review)
    assert found["review.notice"].due_on == date(2027, 2, 9)
    assert found["review.final"].due_on == date(2027, 4, 6)

    review.notice_on = date(2027, 1, 29)
    review.save()
    found = owed(review)
    assert found["review.final"].due_on == date(2027, 3, 26)
    assert found["review.notice"].met_on == date(2027, 1, 29)
    assert found["review.representations"].due_on == date(2027, 2, 12)

    review.final_on = date(2027, 3, 25)
    review.save()
    found = owed(review)
    assert found["review.final"].met_on == date(2027, 3, 25)
    assert {item.rule for item in found.values() if is_open(item)} == {"review.report"}


def test_a_plan_kept_as_it_is_needs_no_notice(review):
    review.held_on, review.report_sent_on = review.meeting_on, date(2027, 1, 20)
    review.decision, review.decision_on = "maintain", date(2027, 2, 8)
    review.save()

    found = owed(review)

    assert set(dates(found)) == {"review.invite", "review.papers", "review.report", "review.decision"}
    assert found["review.decision"].met_on == date(2027, 2, 8)
    assert found["review.report"].met_on == date(2027, 1, 20)


def test_a_review_that_was_called_off_waits_for_nothing(review):
    review.closed_on = date(2026, 12, 1)
    review.save()

    assert {item.closed_on for item in owed(review).values()} == {date(2026, 12, 1)}


# --- Consultations -----------------------------------------------------------------------------------------------
def test_a_consultation_is_answered_in_fifteen_calendar_days_as_guidance(school):
    authority = LocalAuthorityFactory(school=school, consultation_days=10, practice_note="Its letter says 10 days")
    row = ConsultationFactory(school=school, authority=authority, received_on=date(2026, 12, 18))

    found = owed(row)["consultation.reply"]

    assert found.due_on == date(2027, 1, 2)
    assert found.basis == "guidance"
    assert found.pupil_id is None
    assert (found.practice_on, found.practice_note) == (date(2026, 12, 28), "Its letter says 10 days")
    row.sent_on = date(2026, 12, 22)
    row.save()
    assert owed(row)["consultation.reply"].met_on == date(2026, 12, 22)


# --- Many at once ------------------------------------------------------------------------------------------------
def cases(school, count):
    authority = LocalAuthorityFactory(school=school)
    for _ in range(count):
        pupil = PupilFactory(school=school)
        row = NeedsAssessmentFactory(pupil=pupil, authority=authority)
        claim(row)
        plan = PlanFactory(pupil=pupil, authority=authority)
        review = AnnualReviewFactory(pupil=pupil, plan=plan, meeting_on=date(2027, 1, 12))
        Invitee.objects.create(review=review, role="parent", name="Parent")
        AppealFactory(pupil=pupil, authority=authority, assessment=row)
        ConsultationFactory(school=school, authority=authority)


def reads(queries):
    return len([query for query in queries if query["sql"].startswith("SELECT")])


def test_a_whole_school_is_brought_up_to_date_with_the_same_number_of_reads(school):
    cases(school, 2)
    with CaptureQueriesContext(connection) as few:
        bring_school_up_to_date(school)
    DueItem.objects.all().delete()
    cases(school, 10)

    with CaptureQueriesContext(connection) as many:
        bring_school_up_to_date(school)

    assert reads(many) == reads(few)
    assert {model._meta.label_lower for model in (AnnualReview, Appeal, Consultation, NeedsAssessment, Plan)} <= set(
        DueItem.objects.values_list("source_type", flat=True)
    )
    assert list(all_differences()) == []


def test_bringing_up_to_date_again_writes_nothing(school):
    cases(school, 1)
    bring_school_up_to_date(school)

    with CaptureQueriesContext(connection) as queries:
        bring_school_up_to_date(school)

    assert not [query for query in queries if query["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]


def test_a_changed_fact_changes_the_rows_of_a_whole_school(school):
    cases(school, 1)
    bring_school_up_to_date(school)
    NeedsAssessment.objects.update(received_on=date(2026, 9, 21), decision_on=date(2026, 10, 1))
    AnnualReview.objects.update(meeting_on=date(2027, 2, 9))
    assert list(all_differences()) != []

    bring_school_up_to_date(school)

    assert list(all_differences()) == []
    assert DueItem.objects.get(rule="ehcna.decision").met_on == date(2026, 10, 1)
    assert DueItem.objects.get(rule="review.invite").due_on == date(2027, 1, 26)


def test_a_changed_year_group_changes_the_transfer(pupil, senco):
    plan = PlanFactory(pupil=pupil, made_on=date(2024, 3, 16))
    assert owed(plan)["transfer.amend"].due_on == date(2028, 2, 15)

    update_pupil(pupil=pupil, values={"year_group": "6"}, version=pupil.version, by=senco)

    assert DueItem.objects.get(rule="transfer.amend").due_on == date(2027, 2, 15)
