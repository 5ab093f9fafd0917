from datetime import date

import pytest
import time_machine

from ehcp.cases.refusals import CaseReason
from ehcp.consultations import reply
from ehcp.consultations import services as consultations
from ehcp.consultations.refusals import ConsultationReason
from ehcp.models import Consultation, Correspondence
from sendco.audit.models import Event
from sendco.due.models import DueItem
from sendco.refusals import ChangedMeanwhile
from tests.factories.ehcp import LocalAuthorityFactory
from tests.refusals import refused

pytestmark = pytest.mark.postgresql("locks and constraints")

EVIDENCE = "The class has fourteen children, nine with a plan, and two adults; one more child takes an adult from four."


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel("2026-11-23 10:00", tick=False):
        yield


@pytest.fixture
def case(school, senco):
    return consultations.log(
        school=school, authority=LocalAuthorityFactory(school=school), child_name="Robin Ashdown",
        received_on=date(2026, 11, 10), by=senco,
    )  # fmt: skip


def no(case, by, **changed):
    facts = {
        "reply": "cannot",
        "grounds": ["education"],
        "evidence": {"education": EVIDENCE},
        "steps_considered": "A second room and an adult from the next class.",
    } | changed
    return consultations.draft(case=case, version=case.version, by=by, **facts)


def due(case):
    return DueItem.objects.get(source_type="ehcp.consultation", source_id=case.pk)


def test_fifteen_calendar_days_of_guidance_start_on_arrival(case):
    item = due(case)

    assert (item.rule, item.due_on, item.basis) == ("consultation.reply", date(2026, 11, 25), "guidance")


@pytest.mark.parametrize(
    ("received_on", "reason"),
    [(date(2026, 11, 24), CaseReason.IN_FUTURE), (date(1996, 11, 10), ConsultationReason.TOO_LONG_AGO)],
)
def test_impossible_days_are_refused(school, senco, received_on, reason):
    with refused(reason, field="received_on"):
        consultations.log(
            school=school, authority=LocalAuthorityFactory(school=school), child_name="R", received_on=received_on,
            by=senco,
        )  # fmt: skip
    assert not Consultation.objects.exists()


def test_authority_of_another_school_is_refused(school, other_school, senco):
    with refused(ConsultationReason.AUTHORITY_NOT_IN_USE):
        consultations.log(
            school=school, authority=LocalAuthorityFactory(school=other_school), child_name="R",
            received_on=date(2026, 11, 10), by=senco,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "lacking"),
    [
        ({"grounds": [], "evidence": {}}, "a ground of the law"),
        ({"evidence": {"education": "We are full."}}, "evidence for"),
        ({"steps_considered": ""}, "steps you considered"),
        ({"reply": "can_if", "needed": " "}, "have to be in place"),
    ],
)
def test_reply_that_does_not_stand_on_the_law_goes_no_further(case, senco, head, changed, lacking):
    case = no(case, senco, **changed)

    missing = "; ".join(reply.missing(case))
    assert lacking in missing
    with refused(ConsultationReason.NOT_READY, missing=missing):
        consultations.approve(case=case, version=case.version, by=head)


def test_unready_reply_handed_over_keeps_nothing(case, senco):
    with refused(ConsultationReason.NOT_READY):
        no(case, senco, grounds=[], ready=True)

    case.refresh_from_db()
    assert (case.reply, case.version) == ("", 1)


def test_ground_that_is_not_in_the_law_is_refused(case, senco):
    with refused(ConsultationReason.NOT_A_GROUND, field="grounds"):
        no(case, senco, grounds=["full"])


def test_being_full_is_said_to_be_no_ground(case, senco):
    case = no(case, senco, evidence={"education": f"We are full. {EVIDENCE}"})

    assert "not a ground" in reply.warnings(case)[0]
    assert reply.missing(case) == []


def test_plain_evidence_is_not_warned_about(case, senco):
    assert reply.warnings(no(case, senco)) == []


def test_change_after_approval_takes_the_approval_back(case, senco, head):
    case = consultations.approve(case=(ready := no(case, senco)), version=ready.version, by=head)
    case = no(case, senco, steps_considered="Something else was looked at too.")

    assert case.approved_at is None


def test_nothing_goes_without_the_head(case, senco):
    case = no(case, senco)

    with refused(ConsultationReason.NOT_APPROVED):
        consultations.make_letter(case=case, by=senco)
    with refused(ConsultationReason.NOT_APPROVED):
        consultations.record_sent(case=case, version=case.version, sent_on=date(2026, 11, 20), via="email", by=senco)


def test_letter_holds_ground_evidence_and_steps(case, senco, head):
    case = consultations.approve(case=(ready := no(case, senco)), version=ready.version, by=head)

    letter = consultations.make_letter(case=case, by=senco)

    for words in (EVIDENCE, "section 39(4)", "A second room", "Incompatible with the efficient education of others"):
        assert words in letter.body


def test_sending_meets_the_duty_and_files_the_proof(case, senco, head):
    case = consultations.approve(case=(ready := no(case, senco)), version=ready.version, by=head)

    consultations.record_sent(
        case=case, version=case.version, sent_on=date(2026, 11, 23), via="email", proof="Read receipt", by=senco
    )

    assert due(case).met_on == date(2026, 11, 23)
    assert Correspondence.objects.get(consultation=case).proof == "Read receipt"
    case.refresh_from_db()
    with refused(ConsultationReason.REPLY_WENT, sent_on=date(2026, 11, 23)):
        no(case, senco)


def test_reply_before_the_question_is_refused(case, senco, head):
    case = consultations.approve(case=(ready := no(case, senco)), version=ready.version, by=head)

    with refused(CaseReason.OUT_OF_ORDER, field="sent_on", day=case.received_on):
        consultations.record_sent(case=case, version=case.version, sent_on=date(2026, 11, 9), via="email", by=senco)


def test_head_sends_back_with_words(case, senco, head):
    case = no(case, senco, ready=True)
    assert case.ready_at
    case = consultations.send_back(case=case, version=case.version, note="Add the figures of Year 8", by=head)

    assert case.ready_at is None
    assert Event.objects.filter(code="ehcp.consultation_sent_back", text__contains="Year 8").exists()


def test_two_people_do_not_overwrite_each_other(case, senco):
    no(case, senco)

    with pytest.raises(ChangedMeanwhile):
        consultations.draft(case=case, version=1, reply="can", by=senco)


def test_outcome_ends_the_case(case, senco):
    consultations.record_outcome(case=case, named="here", named_on=date(2026, 11, 22), by=senco)

    case.refresh_from_db()
    assert case.closed_on == date(2026, 11, 22)
    with refused(CaseReason.CLOSED, closed_on=date(2026, 11, 22)):
        no(case, senco)
