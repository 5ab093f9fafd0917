"""What people wrongly say the law is: a test for each, that fails as soon as somebody implements the claim.

Where the subject has no code yet, the test looks through every table of rules, so that the claim cannot slip in.
"""

import re
from datetime import date, timedelta
from pathlib import Path

import pytest
import time_machine

from ehcp import deadlines as cases
from ehcp.deadlines import appeals, assessments, deadline, exemption_allowed, moves, reviews, transfers
from ehcp.models import Exemption
from pupils import deadlines as register_deadlines
from pupils.models import NeedType, RegisterEntry
from pupils.register.refusals import RegisterReason
from pupils.register.services import change_status
from sendco.clock import Basis, Days, Duty
from sendco.due.models import DueItem
from staff.models.school import ALTERNATIVE, SettingType
from staff.owed import bring_up_to_date
from tests.factories import PupilFactory, SchoolFactory
from tests.factories.ehcp import AnnualReviewFactory, NeedsAssessmentFactory, PlanFactory
from tests.refusals import refused

ROOT = Path(__file__).parents[2]
REGISTER_RULES = [
    *register_deadlines.FIXED,
    *(rule(days=5, calendar=None, trigger=date(2026, 11, 9)) for rule in register_deadlines.COUNTED),
]
EVERY_RULE = [*cases.RULES, *REGISTER_RULES]
SUMMER = {"starts_on": date(2027, 7, 24), "ends_on": date(2027, 8, 31), "advice_asked_on": date(2027, 7, 20)}


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel("2026-11-22 10:00", tick=False):
        yield


def due(row):
    bring_up_to_date(row)
    return {item.rule: item for item in DueItem.objects.filter(source_type=row._meta.label_lower, source_id=row.pk)}


def need(code):
    return NeedType.objects.filter(code=code).latest("valid_from")


def sources():
    """The words of the product: every module and template of the floors."""
    folders = ("sendco", "staff", "pupils", "ehcp", "governance", "provision", "templates")
    for folder in folders:
        for path in (ROOT / folder).rglob("*"):
            if path.suffix in {".py", ".html", ".txt"} and "migrations" not in path.parts:
                yield path, path.read_text()


# 1. "15 days are 15 working days."
@pytest.mark.parametrize(
    "rule", [assessments.REPRESENTATIONS, reviews.REPRESENTATIONS, assessments.REASSESS_DECISION,
             assessments.CONSULTATION_REPLY], ids=lambda rule: rule.code,
)  # fmt: skip
def test_01_fifteen_days_are_calendar_days(rule):
    assert isinstance(rule.count, Days)
    monday_before_christmas = date(2026, 12, 21)

    found = deadline(rule, monday_before_christmas).due_on

    assert (found - monday_before_christmas).days in {14, 15}


def test_01_the_day_of_service_of_a_draft_is_the_first_of_the_fifteen():
    assert deadline(assessments.REPRESENTATIONS, date(2026, 12, 21)).due_on == date(2027, 1, 4)
    assert deadline(reviews.REPRESENTATIONS, date(2027, 2, 9)).due_on == date(2027, 2, 23)


# 2. "The 20 weeks start when the council agrees to assess", "and leave holidays out."
def test_02_twenty_weeks_run_from_receipt_and_count_holidays(pupil):
    request = NeedsAssessmentFactory(pupil=pupil, received_on=date(2026, 6, 10))
    before = due(request)["ehcna.final"].due_on
    request.decision, request.decision_on = "assess", date(2026, 7, 22)
    request.save()

    after = due(request)["ehcna.final"]

    assert before == after.due_on == date(2026, 6, 10) + timedelta(weeks=20)
    assert after.trigger_on == date(2026, 6, 10)


# 3. "The annual review is done when the meeting was held."
def test_03_a_review_is_done_with_the_councils_decision(pupil, senco):
    plan = PlanFactory(pupil=pupil, made_on=date(2026, 1, 12))
    review = AnnualReviewFactory(pupil=pupil, plan=plan, organiser=senco, held_on=date(2026, 11, 2))
    review.report_sent_on = date(2026, 11, 10)
    review.save()

    assert due(plan)["review.due"].met_on is None

    review.decision, review.decision_on = "maintain", date(2026, 11, 20)
    review.save()
    bring_up_to_date(plan)
    assert DueItem.objects.get(rule="review.due", trigger_on=date(2026, 1, 12)).met_on == date(2026, 11, 20)


# 4. "The council has 8 weeks from the meeting", "the amendment notice has no deadline."
def test_04_the_notice_goes_in_four_weeks_and_the_plan_in_twelve(pupil, senco):
    plan = PlanFactory(pupil=pupil)
    review = AnnualReviewFactory(
        pupil=pupil,
        plan=plan,
        organiser=senco,
        held_on=date(2027, 1, 12),
        decision="amend",
        decision_on=date(2027, 2, 9),
    )

    found = due(review)

    assert found["review.decision"].due_on == found["review.notice"].due_on == date(2027, 2, 9)
    assert found["review.notice"].basis == "statute"
    assert found["review.final"].due_on == date(2027, 4, 6)
    late = reviews.final_after_review(meeting_on=date(2027, 1, 12), notice_on=date(2027, 3, 9))
    assert late.due_on == date(2027, 4, 6)


# 5. "School holidays stop the clock."
def test_05_a_holiday_stops_no_clock(pupil):
    summer = date(2026, 7, 20)

    assert deadline(assessments.DECISION, summer).due_on == date(2026, 8, 31)
    assert deadline(assessments.ADVICE, summer).due_on == date(2026, 8, 31)
    assert deadline(assessments.CONSULTATION_REPLY, date(2026, 12, 18)).due_on == date(2027, 1, 2)


@pytest.mark.parametrize(("first", "last"), [("2026-12-19", "2027-01-03"), ("2027-03-26", "2027-04-11")])
def test_05_christmas_and_easter_are_no_exception(first, last):
    first, last = date.fromisoformat(first), date.fromisoformat(last)

    allowed = exemption_allowed(
        step="decision", ground="school_closed", starts_on=first, ends_on=last, advice_asked_on=first
    )

    assert not allowed.ok


def test_05_the_summer_exception_sets_a_date_aside_and_moves_none(pupil):
    request = NeedsAssessmentFactory(pupil=pupil, received_on=date(2027, 6, 28), advice_asked_on=date(2027, 7, 20))
    before = {rule: item.due_on for rule, item in due(request).items()}
    Exemption.objects.create(
        assessment=request, step="final", ground="school_closed", claimed_by="la", claimed_on=date(2027, 8, 1), **SUMMER
    )

    after = due(request)

    assert after["ehcna.final"].exception
    assert {rule: item.due_on for rule, item in after.items()} == before


# 6. "The next review is 12 months from the meeting", "or from the last due date."
def test_06_the_next_review_counts_from_the_decision(pupil):
    plan = PlanFactory(pupil=pupil, made_on=date(2025, 3, 16))
    AnnualReviewFactory(
        pupil=pupil, plan=plan, held_on=date(2026, 3, 2), decision="maintain", decision_on=date(2026, 4, 28)
    )
    bring_up_to_date(plan)

    current = DueItem.objects.get(rule="review.due", met_on=None)

    assert current.due_on == date(2027, 4, 27)
    assert current.trigger_on not in {date(2026, 3, 2), date(2026, 3, 15)}


# 7. "31 March and 15 February move to Monday from a weekend."
@pytest.mark.parametrize("rule", [transfers.TO_SCHOOL, transfers.TO_POST16, transfers.TO_SIXTH_FORM])
@pytest.mark.parametrize("year", range(2024, 2036))
def test_07_transfer_dates_stay_on_their_weekend(rule, year):
    found = deadline(rule, date(year, 9, 1))

    assert (found.due_on.month, found.due_on.day) in {(2, 15), (3, 31)}
    assert found.safe_on == found.due_on - timedelta(days=1)


def test_07_no_duty_of_a_school_or_council_moves_to_a_working_day():
    """Only lodging an appeal does, as the Tribunal's own rules say; fixed dates have their test above, and what the
    school sets itself goes back to a school day."""
    rolling = set()
    for rule in [rule for rule in cases.RULES if rule.basis is not Basis.LOCAL]:
        found = [deadline(rule, date(2026, 11, 2) + timedelta(days=n)).due_on for n in range(14)]
        if (
            rule is not reviews.RIGHTS_PASS
            and rule.code != "transfer.amend"
            and all(day.weekday() < 5 for day in found)
        ):
            rolling.add(rule.code)

    in_working_days = {rule.code for rule in cases.RULES if "working day" in rule.count.words}
    assert rolling - in_working_days <= {"appeal.lodge", "cease.appeal_window"}


# 8. "Schools must by law answer a consultation in 15 days."
def test_08_the_reply_to_a_consultation_is_guidance():
    assert assessments.CONSULTATION_REPLY.basis is Basis.GUIDANCE
    assert "should" in assessments.CONSULTATION_REPLY.authority
    assert not [rule for rule in EVERY_RULE if "onsultation" in rule.title and rule.basis is Basis.STATUTE]


# 9. "Parents have to consent to SEN Support."
def test_09_sen_support_starts_without_consent_and_home_is_told(pupil, senco):
    entry = change_status(
        pupil=pupil,
        code="K",
        starts_on=date(2026, 11, 20),
        reason="Reading is far behind",
        decided_by=senco,
        by=senco,
        needs=[need("SPLD")],
    )

    assert entry.code == "K"
    assert not [field.name for field in RegisterEntry._meta.get_fields() if "consent" in field.name]
    assert due(entry)["support.tell_parent"].duty == "school"


# 10. "6,000 pounds for each pupil with SEN."
def test_10_six_thousand_is_no_sum_per_pupil():
    """It is the threshold above which the council tops up: nothing in the product multiplies it by pupils."""
    by_pupil = re.compile(r"6[,_]?000(\.00)?\s*(\*|per pupil|a pupil|for each pupil|each\b)|\*\s*6[,_]?000\b")
    found = [str(path.relative_to(ROOT)) for path, text in sources() if by_pupil.search(text)]

    assert found == []
    assert not [rule.code for rule in EVERY_RULE if "6,000" in f"{rule.title} {rule.authority}"]


# 11. "NSA says that there is no diagnosis."
def test_11_not_assessed_is_about_the_type_of_need_and_goes_with_k_alone(pupil, senco):
    not_assessed = need("NSA")

    assert not_assessed.only_with_sen_support
    assert "diagnos" not in not_assessed.name.lower()
    facts = {"starts_on": date(2026, 11, 20), "reason": "x", "decided_by": senco, "by": senco, "needs": [not_assessed]}
    with refused(RegisterReason.NEED_ONLY_WITH_SUPPORT, need=not_assessed.name):
        change_status(pupil=pupil, code="E", **facts)
    assert change_status(pupil=pupil, code="K", **facts).code == "K"


# 12. "A pupil referral unit has no SEN duties."
@pytest.mark.parametrize("setting", SettingType.values)
def test_12_every_rule_binds_every_kind_of_school(setting):
    assert [rule.code for rule in EVERY_RULE if not rule.binds(setting)] == []


@pytest.mark.parametrize("setting", sorted(ALTERNATIVE))
def test_12_a_unit_tells_home_and_holds_its_reviews(setting, db):
    school = SchoolFactory(setting_type=setting, lowest_age=5, highest_age=16)
    pupil = PupilFactory(school=school)
    entry = RegisterEntry.objects.get(pupil=pupil)
    entry.code = "K"
    entry.save()

    assert "support.tell_parent" in due(entry)
    assert {"review.due", "review.meeting"} <= set(due(PlanFactory(pupil=pupil)))


# 13. "The white paper, or the Children's Wellbeing and Schools Act, has changed plans."
def test_13_no_proposal_is_a_rule():
    proposals = re.compile(r"white paper|wellbeing|schools act 2026|individual support plan|proposal", re.IGNORECASE)
    in_force = (
        "Children and Families Act 2014",
        "SEND Regulations 2014",
        "Education Act 1996",
        "HESC Tribunal Rules 2008",
    )

    for rule in EVERY_RULE:
        assert not proposals.search(f"{rule.title} {rule.authority}"), rule.code
        if rule.basis is Basis.STATUTE and rule is not appeals.EVIDENCE:
            assert any(law in rule.authority for law in in_force), rule.code
        assert rule.valid_from <= date(2026, 11, 22)


# 14. "E as soon as the request is in."
def test_14_a_request_does_not_make_a_pupil_e(pupil):
    before = list(RegisterEntry.objects.filter(pupil=pupil).values_list("code", "starts_on"))
    request = NeedsAssessmentFactory(
        pupil=pupil, decision="assess", decision_on=date(2026, 10, 20), draft_served_on=date(2026, 11, 16)
    )
    bring_up_to_date(request)

    assert list(RegisterEntry.objects.filter(pupil=pupil).values_list("code", "starts_on")) == before
    assert before[0][0] == "N"


# 15. "The summer closure excuses late advice of the school."
@pytest.mark.parametrize("again", [False, True])
@pytest.mark.parametrize("ground", ["school_closed", "early_years_closed"])
def test_15_the_school_owes_its_advice_through_the_summer(ground, again):
    allowed = exemption_allowed(step="advice", ground=ground, again=again, **SUMMER)

    assert not allowed.ok
    assert "reg 8(2) has no ground" in allowed.words


def test_15_a_claim_for_advice_leaves_it_due(pupil):
    request = NeedsAssessmentFactory(pupil=pupil, received_on=date(2027, 6, 28), advice_asked_on=date(2027, 7, 20))
    Exemption.objects.create(
        assessment=request,
        step="advice",
        ground="school_closed",
        claimed_by="school",
        claimed_on=date(2027, 7, 21),
        **SUMMER,
    )

    advice = due(request)["ehcna.advice"]

    assert advice.exception == ""
    assert advice.due_on == date(2027, 8, 31)
    assert advice in DueItem.objects.overdue(date(2027, 9, 1))


# 16. "A direction off site is reviewed every 30 days."
def test_16_no_rule_counts_thirty_days_between_reviews():
    """Reviews of directions come with their own floor; the only 30 days here are the council's to arrange mediation."""
    thirty = {rule.code for rule in EVERY_RULE if getattr(rule.count, "n", None) == 30}

    assert thirty == {"appeal.arrange", "appeal.response"}
    assert not [rule for rule in EVERY_RULE if re.search(r"off.?site|direction", rule.title, re.IGNORECASE)]


# 17. "August is left out of every count of the Tribunal."
def test_17_august_counts_when_an_appeal_is_lodged_and_not_in_the_answer():
    through_august = appeals.lodging_end(date(2027, 7, 12))
    ends_in_august = appeals.lodging_end(date(2027, 6, 10))
    answer = deadline(appeals.RESPONSE, date(2027, 7, 12))

    assert through_august.due_on == date(2027, 9, 13)
    assert ends_in_august.due_on == date(2027, 9, 1)
    assert answer.due_on == date(2027, 9, 22)


# 18. "The rights are the parent's until 18."
def test_18_rights_pass_with_the_end_of_school_age(db):
    school = SchoolFactory(lowest_age=11, highest_age=16)
    pupil = PupilFactory(school=school, birth_on=date(2010, 9, 1), year_group="11")

    passing = due(PlanFactory(pupil=pupil))["rights.pass"]

    assert passing.due_on == date(2027, 6, 26)
    assert passing.due_on < date(2028, 9, 1)  # the eighteenth birthday
    assert deadline(reviews.RIGHTS_PASS, date(2011, 8, 31)).due_on == date(2027, 6, 26)


def test_every_claim_has_its_test():
    names = " ".join(name for name in globals() if name.startswith("test_"))

    assert {int(number) for number in re.findall(r"test_(\d\d)_", names)} == set(range(1, 19))


def test_ours_and_theirs_are_told_apart():
    """What the school owes by law or guidance in these tables; everything else waits on others."""
    ours = {rule.code for rule in cases.RULES if rule.duty is Duty.SCHOOL and rule.basis is not Basis.LOCAL}

    assert ours == {
        *("ehcna.advice", "reassess.advice", "plan.admit", "consultation.reply"),
        *("review.invite", "review.papers", "review.report", "appeal.evidence"),
    }
    assert moves.HEALTH.duty is Duty.HEALTH
