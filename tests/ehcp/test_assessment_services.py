from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine

from ehcp.appeals import services as appeals
from ehcp.appeals.refusals import AppealReason
from ehcp.cases.refusals import CaseReason
from ehcp.models import Advice, NeedsAssessment
from ehcp.requests.readiness import readiness
from ehcp.requests.refusals import RequestReason
from ehcp.requests.services import assessments
from sendco.due.models import DueItem
from sendco.refusals import ChangedMeanwhile
from staff.owed import all_differences
from tests.factories.ehcp import LocalAuthorityFactory, PlanFactory
from tests.refusals import refused

pytestmark = pytest.mark.postgresql("locks and constraints")

LONDON = ZoneInfo("Europe/London")
Kind = NeedsAssessment.Kind


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(datetime(2027, 3, 1, 10, tzinfo=LONDON), tick=False):
        yield


@pytest.fixture
def authority(school):
    return LocalAuthorityFactory(school=school)


@pytest.fixture
def case(pupil, authority, senco):
    return assessments.begin(pupil=pupil, authority=authority, began_on=date(2026, 9, 1), by=senco)


@pytest.fixture
def received(case, senco):
    return assessments.record_received(case=case, version=1, received_on=date(2026, 9, 14), by=senco)


@pytest.fixture
def refused_request(received, senco):
    return decide(received, senco, decision="refuse")


def decide(case, by, decision="assess", on=date(2026, 10, 20)):
    return assessments.record_decision(case=case, version=case.version, decision=decision, decision_on=on, by=by)


def due(case, rule):
    return DueItem.objects.get(source_type="ehcp.needsassessment", source_id=case.pk, rule=rule)


def open_rules(case):
    items = DueItem.objects.open().filter(source_type="ehcp.needsassessment", source_id=case.pk)
    return set(items.values_list("rule", flat=True))


def test_receipt_starts_the_clocks_of_six_sixteen_and_twenty_weeks(received):
    assert due(received, "ehcna.decision").due_on == date(2026, 10, 26)
    assert due(received, "ehcna.no_plan").due_on == date(2027, 1, 4)
    assert due(received, "ehcna.final").due_on == date(2027, 2, 1)


def test_mail_in_the_night_counts_from_the_next_working_day(case, senco):
    sent = datetime(2026, 9, 14, 23, 30, tzinfo=LONDON)

    case = assessments.record_sent(case=case, version=1, sent_at=sent, method="email", by=senco)

    assert case.received_on == date(2026, 9, 15)


def test_signed_for_post_needs_its_day(case, senco):
    sent = datetime(2026, 9, 14, 9, tzinfo=LONDON)

    with refused(RequestReason.SIGNED_FOR_WITHOUT_DAY, field="received_on"):
        assessments.record_sent(case=case, version=1, sent_at=sent, method="signed_for", by=senco)

    case = assessments.record_sent(
        case=case, version=1, sent_at=sent, method="signed_for", received_on=date(2026, 9, 16), by=senco
    )
    assert case.received_on == date(2026, 9, 16)


def test_child_with_a_plan_gets_no_first_request(pupil, authority, senco):
    PlanFactory(pupil=pupil)

    with refused(RequestReason.HAS_A_PLAN, child=pupil.forename):
        assessments.begin(pupil=pupil, authority=authority, by=senco)

    again = assessments.begin(pupil=pupil, authority=authority, kind=Kind.AGAIN, by=senco)
    assert again.plan.pupil == pupil


def test_one_open_request_a_child(case, pupil, authority, senco):
    with refused(RequestReason.OPEN_ALREADY, child=pupil.forename):
        assessments.begin(pupil=pupil, authority=authority, by=senco)


@pytest.mark.parametrize(
    ("step", "facts", "reason"),
    [
        ("record_decision", {"decision": "assess", "decision_on": date(2026, 9, 10)}, CaseReason.OUT_OF_ORDER),
        ("record_decision", {"decision": "assess", "decision_on": date(2027, 9, 10)}, CaseReason.IN_FUTURE),
        ("record_decision", {"decision": "assess", "decision_on": date(1926, 9, 10)}, CaseReason.BEFORE_THE_LAW),
        ("record_advice_sent", {"sent_on": date(2026, 11, 1)}, RequestReason.NOT_ASKED_FOR_ADVICE),
        ("record_representations", {"on": date(2026, 11, 1)}, RequestReason.NO_DRAFT),
        (
            "record_reversal",
            {"reversed_on": date(2026, 11, 1), "reversal": "own", "reversed_to": "assess"},
            RequestReason.NOTHING_REFUSED,
        ),
    ],
)
def test_facts_in_an_impossible_order_are_refused(received, senco, step, facts, reason):
    field = {"field": "decision_on"} if "decision_on" in facts else {}
    with refused(reason, **field):
        getattr(assessments, step)(case=received, version=received.version, by=senco, **facts)


def test_decision_before_receipt_is_not_possible(case, senco):
    with refused(RequestReason.NOT_STARTED):
        decide(case, senco)


def test_advice_is_owed_by_the_school_in_six_weeks(received, senco):
    case = decide(received, senco)
    case = assessments.record_advice_asked(case=case, version=case.version, asked_on=date(2026, 10, 26), by=senco)

    item = due(case, "ehcna.advice")
    assert (item.due_on, item.duty) == (date(2026, 12, 7), "school")

    assessments.record_advice_sent(case=case, version=case.version, sent_on=date(2026, 12, 1), by=senco)
    assert due(case, "ehcna.advice").met_on == date(2026, 12, 1)


def test_order_replaces_the_old_dates_and_keeps_them_in_sight(refused_request, senco):
    case = assessments.record_reversal(
        case=refused_request, version=refused_request.version, reversed_on=date(2026, 11, 18), reversal="order",
        reversed_to="assess", by=senco,
    )  # fmt: skip

    old = due(case, "ehcna.final")
    new = DueItem.objects.get(source_id=case.pk, source_type="ehcp.needsassessment", rule__startswith="rebased.final")
    assert (old.due_on, bool(old.replaced_by), old.closed_on is not None) == (date(2027, 2, 1), True, True)
    assert new.due_on == date(2027, 2, 24)


def test_own_reversal_leaves_one_final_plan_open(refused_request, senco):
    case = assessments.record_reversal(
        case=refused_request, version=refused_request.version, reversed_on=date(2026, 11, 2), reversal="own",
        reversed_to="assess", by=senco,
    )  # fmt: skip

    rules = open_rules(case)
    assert "ehcna.final" not in rules
    assert any(rule.startswith("rebased.final") for rule in rules)


def test_exception_disapplies_and_moves_nothing(received, senco):
    before = due(received, "ehcna.decision").due_on

    _, allowed = assessments.claim_exemption(
        case=received, version=received.version, step="decision", ground="personal", claimed_by="la",
        claimed_on=date(2026, 10, 20), by=senco,
    )  # fmt: skip

    item = due(received, "ehcna.decision")
    assert allowed.ok
    assert item.due_on == before
    assert "personal circumstances" in item.exception


def test_closed_school_is_no_exception_for_the_school_s_own_advice(received, senco):
    case = assessments.record_advice_asked(
        case=received, version=received.version, asked_on=date(2026, 10, 26), by=senco
    )

    _, allowed = assessments.claim_exemption(
        case=case, version=case.version, step="advice", ground="school_closed", claimed_by="school",
        claimed_on=date(2026, 12, 1), by=senco,
    )  # fmt: skip

    assert not allowed.ok
    assert due(case, "ehcna.advice").exception == ""


def test_withdrawn_exception_brings_the_limit_back(received, senco):
    claim, _ = assessments.claim_exemption(
        case=received, version=received.version, step="decision", ground="personal", claimed_by="la",
        claimed_on=date(2026, 10, 20), by=senco,
    )  # fmt: skip

    assessments.withdraw_exemption(claim=claim, by=senco)

    assert due(received, "ehcna.decision").exception == ""


def test_readiness_names_what_is_missing(case, pupil, senco):
    lacking = {key for key, _, there, _ in readiness(case) if not there}
    assert lacking == {"support", "cycles", "provision", "assessments", "advice", "views", "reason"}

    advice = case.advice.get(kind=Advice.Kind.PARENT)
    assessments.save_advice(advice=advice, received_on=date(2026, 9, 20), by=senco)
    assert "views" in {key for key, _, there, _ in readiness(case) if not there}, "a date alone is not sent"
    assessments.save_advice(advice=advice, words="She reads at bedtime now.", by=senco)
    case = assessments.save_reason(case=case, version=case.version, reason="word " * 20, by=senco)

    lacking = {key for key, _, there, _ in readiness(case) if not there}
    assert lacking == {"support", "cycles", "provision", "assessments", "advice"}


def test_year_nine_is_asked_about_adulthood(pupil, authority, senco):
    pupil.year_group = "9"
    pupil.save()

    case = assessments.begin(pupil=pupil, authority=authority, by=senco)

    assert case.advice.filter(kind=Advice.Kind.ADULTHOOD).exists()


def test_two_people_do_not_overwrite_each_other(received, senco):
    decide(received, senco)

    with pytest.raises(ChangedMeanwhile):
        decide(received, senco)


def test_refusal_stays_open_for_appeal_and_closing_asks_why(refused_request, senco):
    assert refused_request.closed_on is None
    with refused(CaseReason.NO_REASON):
        assessments.close(case=refused_request, version=refused_request.version, reason="", by=senco)


# --- Appeals -----------------------------------------------------------------------------------------------------
@pytest.fixture
def appeal(refused_request, senco):
    return appeals.begin(about="not_assess", letter_on=date(2026, 11, 17), assessment=refused_request, by=senco)


def appeal_due(case, rule):
    return DueItem.objects.get(source_type="ehcp.appeal", source_id=case.pk, rule=rule)


def test_certificate_moves_the_last_day_to_lodge_only_when_it_is_later(appeal, senco):
    assert appeal_due(appeal, "appeal.lodge").due_on == date(2027, 1, 18)

    appeals.change(case=appeal, version=1, certificate_on=date(2027, 1, 8), by=senco)

    assert appeal_due(appeal, "appeal.lodge").due_on == date(2027, 2, 8)


def test_response_before_the_appeal_is_refused(appeal, senco):
    with refused(CaseReason.OUT_OF_ORDER, field="la_responded_on", day=date(2027, 1, 20)):
        appeals.change(
            case=appeal, version=1, sent_to_la_on=date(2027, 1, 20), la_responded_on=date(2027, 1, 10), by=senco
        )
    appeal.refresh_from_db()
    assert appeal.sent_to_la_on is None


def test_order_needs_its_day(appeal, senco):
    with refused(AppealReason.ORDER_WITHOUT_DAY, field="order_on"):
        appeals.change(case=appeal, version=1, order="assess", by=senco)


def test_one_log_a_decision(appeal, refused_request, senco):
    with refused(AppealReason.OPEN_ALREADY):
        appeals.begin(about="not_assess", letter_on=date(2026, 11, 17), assessment=refused_request, by=senco)


def test_every_step_leaves_the_due_table_as_the_facts_say(appeal, senco):
    appeals.change(
        case=appeal, version=1, wants_mediation=True, told_on=date(2027, 1, 5), mediation_on=date(2027, 1, 29), by=senco
    )

    assert list(all_differences()) == []
    assert appeal_due(appeal, "appeal.certificate_after").due_on == date(2027, 1, 29) + timedelta(days=5)
