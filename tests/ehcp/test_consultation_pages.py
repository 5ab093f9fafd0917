from datetime import date

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from ehcp.models import Consultation
from sendco.due.models import DueItem
from tests.factories.ehcp import ConsultationFactory, LocalAuthorityFactory

EVIDENCE = "The class has fourteen children, nine with a plan, and two adults; one more child takes an adult from four."
NO = {
    "reply": "cannot",
    "ground_education": "on",
    "evidence_education": EVIDENCE,
    "steps_considered": "A second room and an adult from the next class.",
}


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel("2026-11-23 10:00", tick=False):
        yield


@pytest.fixture
def desk(proved, senco):
    return proved(senco)


@pytest.fixture
def case(school):
    return ConsultationFactory(school=school)


def at(name, case):
    return reverse(f"ehcp:consultation-{name}", args=[case.pk])


def log(desk, school, **changed):
    authority = LocalAuthorityFactory(school=school)
    facts = {"authority": authority.pk, "received_on": "2026-11-20", "child_name": "Robin Ashdown"}
    return desk.post(reverse("ehcp:consultation-new"), facts | changed)


def test_logging_starts_the_fifteen_days(desk, school):
    upload = SimpleUploadedFile("plan.txt", b"Draft plan", content_type="text/plain")

    answer = log(desk, school, upload=upload)

    case = Consultation.objects.get()
    assert answer.url == at("reply", case)
    assert DueItem.objects.get(source_type="ehcp.consultation").due_on == date(2026, 12, 5)
    assert b"".join(desk.get(at("file", case)).streaming_content) == b"Draft plan"


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"received_on": "2026-11-24"}, "in the future"),
        ({"received_on": "31/02/2026"}, "valid date"),
        ({"child_birth_on": "2027-01-01"}, "in the future"),
        ({"child_name": ""}, "required"),
        ({"child_name": "x" * 300}, "at most 150"),
    ],
)
def test_bad_facts_are_said_and_typed_text_stays(desk, school, changed, words):
    answer = log(desk, school, needs="Long words that I typed", **changed)

    text = answer.content.decode()
    assert answer.status_code == 422
    assert words in text
    assert "Long words that I typed" in text
    assert not Consultation.objects.exists()


def test_caseworker_of_another_authority_is_refused(desk, school):
    from tests.factories.ehcp import CaseworkerFactory

    stranger = CaseworkerFactory(authority=LocalAuthorityFactory(school=school))

    assert log(desk, school, caseworker=stranger.pk).status_code == 422


def test_reply_goes_to_the_head_and_out(desk, proved, head, case):
    desk.post(at("reply", case), NO | {"version": 1, "ready": "1"})
    case.refresh_from_db()
    proved(head).post(at("approve", case), {"version": case.version})
    case.refresh_from_db()

    assert case.approved_by == head
    desk.post(at("sent", case), {"version": case.version, "sent_on": "2026-11-23", "via": "email", "proof": "Receipt"})
    case.refresh_from_db()
    assert (case.sent_on, case.proof) == (date(2026, 11, 23), "Receipt")
    assert DueItem.objects.get(source_type="ehcp.consultation", source_id=case.pk).met_on == date(2026, 11, 23)


def test_senco_cannot_approve(desk, case):
    assert desk.post(at("approve", case), {"version": 1}).status_code == 403


def test_head_who_read_an_older_reply_reads_again(desk, proved, head, case):
    desk.post(at("reply", case), NO | {"version": 1, "ready": "1"})

    proved(head).post(at("approve", case), {"version": 1})

    case.refresh_from_db()
    assert case.approved_at is None


def test_unready_reply_stays_on_the_form(desk, case):
    answer = desk.post(at("reply", case), NO | {"version": 1, "ready": "1", "steps_considered": ""})

    text = answer.content.decode()
    assert answer.status_code == 422
    assert "steps you considered" in text
    assert EVIDENCE in text


def test_two_people_see_both_replies(desk, case):
    desk.post(at("reply", case), NO | {"version": 1, "steps_considered": "What a colleague wrote."})

    answer = desk.post(at("reply", case), NO | {"version": 1, "steps_considered": "What I wrote."})

    text = answer.content.decode()
    assert answer.status_code == 422
    assert "What a colleague wrote." in text
    assert "What I wrote." in text
    again = desk.post(at("reply", case), NO | {"version": 2, "steps_considered": "What I wrote."})
    assert again.status_code == 302


def test_more_with_a_plan_than_children_is_noticed(desk, case):
    answer = desk.post(
        at("reply", case), NO | {"version": 1, "class_size": "10", "class_plans": "8", "class_support": "4"}
    )

    assert answer.status_code == 422


def test_being_full_is_warned_about_on_the_page(desk, case):
    desk.post(at("reply", case), NO | {"version": 1, "evidence_education": f"We are full. {EVIDENCE}"})

    assert "not a ground" in desk.get(at("detail", case)).content.decode()


def test_list_shows_what_waits_with_its_date_as_guidance(desk, case, school):
    ConsultationFactory(school=school, child_name="Answered Child", sent_on=date(2026, 11, 12))
    from staff.owed import bring_up_to_date

    bring_up_to_date(case)

    text = desk.get(reverse("ehcp:consultation-list")).content.decode()

    assert "Robin Ashdown" in text
    assert "guidance" in text
    assert "Answered Child" not in text
    assert "Answered Child" in desk.get(reverse("ehcp:consultation-list") + "?show=sent").content.decode()


def test_list_costs_the_same_for_many(desk, school, count_queries, case):
    few = count_queries(reverse("ehcp:consultation-list"))
    for _ in range(12):
        ConsultationFactory(school=school, authority=case.authority)

    assert count_queries(reverse("ehcp:consultation-list")) == few


def test_case_of_another_school_is_not_found(proved, outsider, case):
    assert proved(outsider).get(at("detail", case)).status_code == 404


def test_outcome_closes_the_case(desk, case):
    desk.post(at("outcome", case), {"named": "here", "named_on": "2026-11-22"})

    case.refresh_from_db()
    assert case.closed_on == date(2026, 11, 22)
    assert desk.get(at("reply", case)).status_code == 302
