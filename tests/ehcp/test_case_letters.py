from datetime import date

import pytest
import time_machine

import ehcp.tasks  # noqa: F401  (its handlers register themselves)
from ehcp.letters import fields as letter_fields
from ehcp.letters.refusals import CaseLetterReason, CorrespondenceReason
from ehcp.letters.services import correspondence, letters
from ehcp.models import CaseLetter, CaseLetterKind, PlanVersion
from pupils.letters.refusals import TextReason
from pupils.models import Document
from sendco.audit.models import Event
from sendco.due.models import DueItem
from sendco.jobs.runner import run
from sendco.refusals import ChangedMeanwhile
from tests.factories.ehcp import (
    AnnualReviewFactory,
    ConsultationFactory,
    LocalAuthorityFactory,
    NeedsAssessmentFactory,
    PlanFactory,
    PlanVersionFactory,
    ProvisionLineFactory,
)
from tests.refusals import refused

Kind = CaseLetterKind


@pytest.fixture
def request_(pupil):
    return NeedsAssessmentFactory(pupil=pupil)


def late(case, rule="ehcna.decision", due_on=date(2026, 10, 26)):
    return DueItem.objects.create(
        school_id=case.school_id,
        pupil_id=case.pupil_id,
        source_type=case._meta.label_lower,
        source_id=case.pk,
        rule=rule,
        title="Decision whether to assess",
        duty="la",
        basis="statute",
        authority="SEND Regulations 2014, reg 5(1).",
        trigger_on=date(2026, 9, 14),
        due_on=due_on,
        explanation="Decision whether to assess due Mon 26 Oct 2026: 6 weeks after the request was received on Mon 14 "
        "Sep 2026. SEND Regulations 2014, reg 5(1).",
    )


@pytest.mark.parametrize("kind", CaseLetterKind.values)
def test_our_own_words_use_only_fields_of_the_list(kind):
    subject, body = letter_fields.default_words(kind)

    filled = letter_fields.fill_in(subject + body, letter_fields.samples(kind), kind)

    assert "{{" not in filled


@time_machine.travel("2026-11-04 10:00", tick=False)
def test_chaser_names_duty_date_sum_and_law(request_, senco):
    late(request_)

    letter = letters.make(kind=Kind.LA_LATE_DECISION, case=request_, recipient="Westmarch", by=senco)

    assert "was due by 26 October 2026" in letter.body
    assert "6 weeks after you received the request on 14 September 2026" in letter.body
    assert "reg 5(1)" in letter.body
    assert "9 days late" in letter.body


@time_machine.travel("2026-11-04 10:00", tick=False)
def test_nothing_late_makes_no_chaser(request_, senco):
    late(request_, due_on=date(2026, 11, 4))

    with refused(CaseLetterReason.NOTHING_LATE):
        letters.make(kind=Kind.LA_LATE_DECISION, case=request_, recipient="Westmarch", by=senco)

    assert not CaseLetter.objects.exists()


@time_machine.travel("2026-11-04 10:00", tick=False)
def test_claimed_exception_is_not_chased(request_, senco):
    item = late(request_)
    DueItem.objects.filter(pk=item.pk).update(exception="Exceptional personal circumstances")

    with refused(CaseLetterReason.NOTHING_LATE):
        letters.make(kind=Kind.LA_LATE_DECISION, case=request_, recipient="Westmarch", by=senco)


def test_child_who_is_not_on_roll_is_named(school, senco):
    case = ConsultationFactory(school=school)

    letter = letters.make(
        kind=Kind.CONSULTATION_REPLY, case=case, recipient="Westmarch", by=senco, values={"reply.summary": "We can."}
    )

    assert "Robin Ashdown, born 11 February 2016" in letter.body
    assert "We can." in letter.body


def test_value_that_looks_like_a_field_stays_as_typed(school, senco):
    case = ConsultationFactory(school=school)

    letter = letters.make(
        kind=Kind.CONSULTATION_REPLY, case=case, recipient="W", by=senco, values={"reply.summary": "{{ head.name }}"}
    )

    assert "{{ head.name }}" in letter.body


def test_contact_who_is_banned_gets_no_letter(pupil, senco):
    review = AnnualReviewFactory(pupil=pupil)
    contact = pupil.contacts.create(name="Parent Two", do_not_contact=True)

    with refused(CaseLetterReason.HELD_BACK):
        letters.make(kind=Kind.REVIEW_INVITATION, case=review, recipient="Parent Two", by=senco, contact=contact)


def test_hidden_address_is_printed_nowhere(pupil, senco):
    review = AnnualReviewFactory(pupil=pupil)
    contact = pupil.contacts.create(name="Parent One", address_hidden=True)

    letter = letters.make(kind=Kind.REVIEW_INVITATION, case=review, recipient="Parent One", by=senco, contact=contact)

    assert letter.address == ""


def test_pdf_is_filed_with_case_and_child_once(pupil, senco):
    review = AnnualReviewFactory(pupil=pupil)
    letter = letters.make(kind=Kind.REVIEW_INVITATION, case=review, recipient="Dr Vale", by=senco)

    run(letter.job_id)
    run(letter.job_id)

    letter.refresh_from_db()
    assert letter.file_id
    assert Document.objects.filter(pupil=pupil, file_id=letter.file_id).count() == 1


def test_sending_is_recorded_once_with_its_proof(pupil, senco):
    review = AnnualReviewFactory(pupil=pupil)
    letter = letters.make(kind=Kind.REVIEW_INVITATION, case=review, recipient="Dr Vale", by=senco)

    letters.mark_sent(letter=letter, sent_on=letter.dated_on, via="email", proof="Read receipt", by=senco)

    letter.refresh_from_db()
    assert (letter.sent_via, letter.proof) == ("email", "Read receipt")
    assert Event.objects.filter(code="ehcp.letter_sent", pupil_id=pupil.pk).exists()
    with refused(CaseLetterReason.WENT_ALREADY, sent_on=letter.sent_on):
        letters.mark_sent(letter=letter, sent_on=letter.dated_on, via="email", by=senco)


def test_school_s_own_words_are_kept_and_checked(school, senco):
    letters.WORDS.save(
        school=school, kind=Kind.REVIEW_CHASER, subject="Please", body="For {{ child.full_name }}", version=0, by=senco
    )

    assert letters.WORDS.of(school, Kind.REVIEW_CHASER).body == "For {{ child.full_name }}"
    with pytest.raises(ChangedMeanwhile):
        letters.WORDS.save(school=school, kind=Kind.REVIEW_CHASER, subject="x", body="x", version=0, by=senco)
    with refused(TextReason.UNKNOWN_FIELDS, unknown="{{ child.upn }}"):
        letters.WORDS.save(
            school=school, kind=Kind.REVIEW_CHASER, subject="x", body="{{ child.upn }}", version=1, by=senco
        )


def test_correspondence_that_arrives_before_it_was_written_is_refused(request_, senco):
    with refused(CorrespondenceReason.RECEIVED_BEFORE_DATED, dated_on=date(2026, 10, 5)):
        correspondence.log(
            case=request_, direction="in", party="Westmarch", dated_on=date(2026, 10, 5), received_on=date(2026, 10, 1),
            subject="Letter", by=senco,
        )  # fmt: skip


def test_correspondence_is_filed_and_taken_off_with_a_reason(request_, senco):
    row = correspondence.log(
        case=request_, direction="in", party="Westmarch", dated_on=date(2026, 10, 5), subject="They will assess",
        by=senco,
    )  # fmt: skip

    assert row.case == request_
    correspondence.remove(row=row, reason="Wrong child", by=senco)

    row.refresh_from_db()
    assert row.removed_on
    assert Event.objects.filter(code="ehcp.correspondence_removed", text__contains="Wrong child").exists()


def test_the_lines_of_a_draft_can_be_challenged_too(pupil, senco):
    plan = PlanFactory(pupil=pupil, authority=LocalAuthorityFactory(school=pupil.school), made_on=None)
    version = PlanVersionFactory(plan=plan, kind=PlanVersion.Kind.DRAFT, dated_on=date(2026, 10, 5))
    ProvisionLineFactory(plan_version=version, text="Access to breaks as needed")

    values = letters.own_values(plan, CaseLetterKind.LA_VAGUE_LINES)

    assert "Access to breaks" in values["lines.list"]
