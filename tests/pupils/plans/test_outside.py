"""People outside by link: one person, one thing; what they type is lost by nobody. And the handover pack."""

import re
from datetime import timedelta

import pypdfium2
import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from pupils.agencies import services as agencies
from pupils.models import (
    Agency,
    Contact,
    Document,
    HandoverPack,
    OutsideAsk,
    OutsideFile,
    PlanVoice,
    Referral,
)
from pupils.outside import people, services
from pupils.outside.refusals import OutsideReason
from pupils.plans.services.plans import stop
from pupils.record.services.contacts import save_contact
from pupils.record.services.pupils import hand_over
from sendco.due.models import DueItem
from sendco.files.models import StoredFile
from sendco.files.services import open_stored
from sendco.jobs import runner
from sendco.jobs.models import Job
from sendco.links.models import Link
from staff.acting import acting_for
from staff.models import Membership

from .helping import begin, refused

pytestmark = pytest.mark.postgresql("locks and dates")
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n" \
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 100 100]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"  # fmt: skip
PAGE = reverse("pupils:outside-answer")


def days(count):
    return timezone.localdate() + timedelta(days=count)


@pytest.fixture
def mother(pupil):
    return Contact.objects.create(
        pupil=pupil, name="Ada Adeyemi", relation="Mother", has_parental_responsibility=True, email="ada@home.example"
    )


@pytest.fixture
def father(pupil):
    return Contact.objects.create(
        pupil=pupil, name="Tunde Adeyemi", relation="Father", has_parental_responsibility=True, email="t@away.example"
    )


@pytest.fixture
def plan(pupil, senco):
    return begin(pupil, senco)


def run_jobs():
    while job := Job.objects.filter(status="queued").order_by("pk").first():
        runner.run(job.pk)


def ask_parent(plan, contact, by, **more):
    row = OutsideAsk(
        pupil=plan.pupil, kind="parent", plan=plan, contact=contact, question="What do you think?",
        answer_by=days(10), **more,
    )  # fmt: skip
    row = services.ask(row=row, by=by)
    run_jobs()
    row.refresh_from_db()
    return row


def secret():
    return re.search(r"/l/([\w-]+)/", [one for one in mail.outbox if "/l/" in one.body][-1].body).group(1)


def opened(address=None):
    """A browser that went through the door with the code that came by mail. Returns it."""
    browser = Client()
    address = address or reverse("link-open", args=[secret()])
    browser.post(address)
    run_jobs()
    code = re.search(r"\b(\d{6})\b", mail.outbox[-1].body).group(1)
    assert browser.post(address, {"code": code}).status_code == 302
    return browser


def send(browser, words, page="one", **more):
    return browser.post(PAGE, {"page": page, "words": words, "go": "send"} | more)


# --- Who gets a link ---------------------------------------------------------------------------------------------
def test_who_may_not_be_asked_is_not(plan, pupil, senco, mother):
    mother.email = ""
    mother.save()
    facts = {"pupil": pupil, "kind": "parent", "plan": plan, "contact": mother, "question": "?"}
    refused(OutsideReason.NO_EMAIL, services.ask, row=OutsideAsk(answer_by=days(1), **facts), by=senco)
    mother.email, mother.do_not_contact = "ada@home.example", True
    mother.save()
    refused(OutsideReason.NOT_TO_ASK, services.ask, row=OutsideAsk(answer_by=days(1), **facts), by=senco)
    mother.do_not_contact = False
    mother.save()
    refused(OutsideReason.BY_IN_PAST, services.ask, row=OutsideAsk(answer_by=days(-1), **facts), by=senco)
    plan.is_confidential = True
    plan.save()
    refused(OutsideReason.PLAN_CLOSED_TO_THEM, services.ask, row=OutsideAsk(answer_by=days(1), **facts), by=senco)
    assert not Job.objects.exists()


def test_the_mail_names_no_child_and_the_page_asks_for_a_code(plan, senco, mother):
    ask_parent(plan, mother, senco)
    message = mail.outbox[-1]

    assert (message.to, "Kezia" in message.body + message.subject) == (["ada@home.example"], False)
    page = Client().get(reverse("link-open", args=[secret()])).content.decode()
    assert "Kezia" not in page
    assert Client().get(PAGE).status_code == 404
    for method in ("get", "head"):
        getattr(Client(), method)(reverse("link-open", args=[secret()]))
    assert Link.objects.get().opened == 0


# --- A parent's view ---------------------------------------------------------------------------------------------
def test_a_parent_sees_the_plan_and_nobody_elses_words(plan, senco, mother, father):
    PlanVoice.objects.create(plan=plan, contact=father, words="I disagree with Ada", taken_by=senco)
    PlanVoice.objects.create(plan=plan, words="I like the quiet table", taken_by=senco)
    ask_parent(plan, mother, senco)

    page = opened().get(PAGE).content.decode()

    assert "Reads a Year 3 page aloud" in page
    assert "I like the quiet table" in page
    for hidden in ("I disagree", "Tunde", "Reads slowly"):
        assert hidden not in page


def test_the_words_become_that_parents_view_and_keep_the_earlier(plan, senco, mother, father):
    PlanVoice.objects.create(plan=plan, contact=father, words="His own", taken_by=senco)
    first = PlanVoice.objects.create(plan=plan, contact=mother, words="At the meeting", taken_by=senco)
    ask = ask_parent(plan, mother, senco)
    assert DueItem.objects.get(rule="outside.answer").owner_id == senco.pk

    browser = opened()
    answer = send(browser, "More reading at home, please\u202e")

    assert answer.url == reverse("pupils:outside-sent")
    assert "More reading at home" in browser.get(answer.url).content.decode()
    first.refresh_from_db()
    assert (first.words, first.method) == ("More reading at home, please", "wrote")
    assert "At the meeting" in set(first.history.values_list("words", flat=True))
    assert PlanVoice.objects.get(contact=father).words == "His own"
    assert DueItem.objects.get(rule="outside.answer", source_id=ask.pk).met_on == timezone.localdate()
    assert browser.get(PAGE).status_code == 404


def test_opened_twice_and_forwarded(plan, senco, mother):
    ask = ask_parent(plan, mother, senco)
    address = reverse("link-open", args=[secret()])
    phone, laptop = opened(address), Client()
    Link.objects.update(code_expires_at=None, code_hash="")
    laptop = opened(address)
    stranger = Client()
    stranger.post(address)
    assert stranger.get(PAGE).status_code == 404  # whoever it was forwarded to has no code

    phone.post(PAGE, {"page": "phone", "words": "From the bus"})
    page = laptop.post(PAGE, {"page": "laptop", "words": "From the desk"}).content.decode()
    assert "From the bus" in page
    assert send(laptop, "From the desk", page="laptop").status_code == 302

    ask.refresh_from_db()
    assert ask.words == "From the desk\n\nFrom the bus"
    late = send(phone, "One more thing", page="phone")
    assert (late.status_code, "One more thing" in late.content.decode()) == (404, True)


def test_a_page_opened_anew_goes_on(plan, senco, mother):
    ask_parent(plan, mother, senco)
    browser = opened()
    saved = browser.post(PAGE, {"page": "a", "words": "Half a sentence"}, headers={"HX-Request": "true"})
    assert "Saved" in saved.content.decode()

    page = browser.get(PAGE).content.decode()

    assert "Half a sentence" in page
    send(browser, "Half a sentence and the rest", page="b")
    assert OutsideAsk.objects.get().words == "Half a sentence and the rest"


def hidden(page, name):
    return re.search(rf'name="{name}" value="([^"]*)"', page.content.decode()).group(1)


def test_what_somebody_took_back_is_not_sent(plan, senco, mother):
    ask_parent(plan, mother, senco)
    browser = opened()
    browser.post(PAGE, {"page": "a", "words": "He hates maths because Mr X shouts"}, headers={"HX-Request": "true"})

    page = browser.get(PAGE)
    shown = {name: hidden(page, name) for name in ("page", "before", "way")}
    saved = browser.post(PAGE, shown | {"words": "He hates"}, headers={"HX-Request": "true"})
    assert hidden(saved, "before") == ""
    browser.post(PAGE, shown | {"before": "", "words": "He hates maths", "go": "send"})

    assert OutsideAsk.objects.get().words == "He hates maths"


def test_a_text_typed_meanwhile_on_another_phone_is_not_replaced(plan, senco, mother):
    ask_parent(plan, mother, senco)
    browser = opened()
    browser.post(PAGE, {"page": "a", "words": "First"})
    page = browser.get(PAGE)
    browser.post(PAGE, {"page": "a", "words": "First and more"})

    browser.post(PAGE, {name: hidden(page, name) for name in ("page", "before", "way")} | {"words": "X", "go": "send"})

    assert OutsideAsk.objects.get().words == "X\n\nFirst and more"


def test_a_page_of_one_link_answers_no_other(plan, senco, mother, pupil):
    ask_parent(plan, mother, senco)
    browser = opened()
    first = browser.get(PAGE)
    other = services.ask(
        row=OutsideAsk(
            pupil=pupil, kind="school", name="Ms Oak", email="oak@school.example", question="?", answer_by=days(5)
        ),
        by=senco,
    )
    run_jobs()
    second = reverse("link-open", args=[secret()])
    browser.post(second)
    run_jobs()
    code = re.search(r"\b(\d{6})\b", mail.outbox[-1].body).group(1)
    assert browser.post(second, {"code": code}).status_code == 302

    typed = {"page": "a", "way": hidden(first, "way"), "words": "About Kezia's plan", "go": "send"}
    answer = browser.post(PAGE, typed)

    assert (answer.status_code, "About Kezia" in answer.content.decode()) == (404, True)
    other.refresh_from_db()
    assert (other.drafts, other.answered_at) == ({}, None)
    assert browser.post(PAGE, typed | {"way": hidden(browser.get(PAGE), "way")}).status_code == 302


@pytest.mark.parametrize(("words", "said"), [("", "Write something"), ("x" * 10_001, "longer than 10000")])
def test_what_cannot_be_sent_says_why_and_stays(plan, senco, mother, words, said):
    ask_parent(plan, mother, senco)

    page = send(opened(), words)

    assert (page.status_code, said in page.content.decode(), words in page.content.decode()) == (422, True, True)
    assert OutsideAsk.objects.get().answered_at is None


# --- What ends a link --------------------------------------------------------------------------------------------
@pytest.mark.parametrize("what", ["withdrawn", "confidential", "closed", "banned", "address", "maker", "all"])
def test_a_link_dies_with_what_it_rests_on(plan, senco, mother, what):
    ask = ask_parent(plan, mother, senco)
    browser = opened()
    assert browser.get(PAGE).status_code == 200

    if what == "withdrawn":
        services.withdraw(row=ask, by=senco)
    elif what == "all":
        assert services.close_all(pupil=plan.pupil, by=senco) == 1
    elif what == "maker":
        Membership.objects.filter(user=senco).update(ends_on=days(-1))
    elif what in ("banned", "address"):
        Contact.objects.filter(pk=mother.pk).update(
            **{"do_not_contact": True} if what == "banned" else {"email": "new@home.example"}
        )
    else:
        plan.is_confidential, plan.closed_on = what == "confidential", days(0) if what == "closed" else None
        plan.ending = "reviewed" if what == "closed" else ""
        plan.save()

    assert browser.get(PAGE).status_code == 404
    assert browser.get(reverse("link-open", args=[secret()])).status_code == 404
    answer = send(browser, "Typed before it ended")
    assert (answer.status_code, "Typed before it ended" in answer.content.decode()) == (404, True)


def test_asking_again_closes_the_old_link_and_keeps_what_was_typed(plan, senco, mother):
    ask = ask_parent(plan, mother, senco)
    old = reverse("link-open", args=[secret()])
    opened(old).post(PAGE, {"page": "a", "words": "Begun"})

    services.ask_again(row=ask, answer_by=days(20), by=senco)
    run_jobs()

    assert Client().get(old).status_code == 404
    assert "Begun" in opened().get(PAGE).content.decode()
    assert DueItem.objects.get(rule="outside.answer").due_on == days(20)


def test_who_asked_and_leaves_hands_it_on(plan, senco, head, mother, school):
    ask = ask_parent(plan, mother, senco)

    hand_over(user=senco, to=head, school=school, by=head)

    ask.refresh_from_db()
    assert (ask.asked_by, DueItem.objects.get(rule="outside.answer").owner_id) == (head, head.pk)


# --- An agency, another school -----------------------------------------------------------------------------------
@pytest.fixture
def referral(pupil, school, senco):
    agency = Agency.objects.create(school=school, name="Speech therapy", kind="salt", email="salt@clinic.example")
    return Referral.objects.create(
        pupil=pupil, agency=agency, lead=senco, reason="x", consent_on=days(-9), consent_name="A parent",
        sent_on=days(-9), written_on=days(-9),
    )  # fmt: skip


def test_an_agency_sends_its_report_and_it_is_filed(client, sign_in, referral, senco):
    sign_in(senco)
    typed = {
        "name": "Dr Obi", "organisation": "Clinic", "email": "obi@clinic.example", "question": "Your report, please",
        "answer_by": days(9).isoformat(),
    }  # fmt: skip
    client.post(reverse("pupils:ask-agency", args=[referral.pk]), typed)
    run_jobs()
    browser = opened()
    upload = SimpleUploadedFile("report.txt", b"Findings", content_type="text/plain")
    browser.post(PAGE, {"page": "a", "words": "", "upload": upload, "go": "save"})
    again = SimpleUploadedFile("report.txt", b"Findings", content_type="text/plain")
    browser.post(PAGE, {"page": "a", "words": "", "upload": again, "go": "save"})
    attached = OutsideFile.objects.get()
    assert client.get(reverse("pupils:outside-file", args=[attached.pk])).status_code == 404  # nobody reads a draft
    send(browser, "See the file")

    detail = client.get(reverse("pupils:outside-detail", args=[attached.ask_id])).content.decode()
    assert "See the file" in detail
    assert client.get(reverse("pupils:outside-file", args=[attached.pk])).status_code == 200
    url = reverse("pupils:outside-file-keep", args=[attached.pk])
    # The day on the paper is not the day on which it came.
    facts = {"title": "Report of Speech therapy", "kind": "report", "dated_on": days(-3).isoformat()}
    item = DueItem.objects.get(rule="outside.read")
    assert (item.met_on, item.owner_id) == (None, senco.pk)
    client.post(url, facts)

    referral.refresh_from_db()
    item.refresh_from_db()
    assert (referral.report, referral.report_on) == (Document.objects.get(), days(0))
    assert item.met_on == days(0)
    refused(OutsideReason.FILED_ALREADY, services.file_it, attached=attached, facts=facts, by=senco)


def test_withdrawn_consent_shuts_the_agencys_link(referral, senco):
    row = OutsideAsk(
        pupil=referral.pupil, kind="agency", referral=referral, name="Dr Obi", email="obi@clinic.example",
        answer_by=days(3),
    )  # fmt: skip
    services.ask(row=row, by=senco)
    run_jobs()
    browser = opened()

    agencies.withdraw_consent(referral=referral, on=days(0), by=senco)

    assert browser.get(PAGE).status_code == 404
    refused(OutsideReason.CONSENT_GONE, services.ask_again, row=row, answer_by=days(3), by=senco)


def test_another_school_answers_a_question(client, sign_in, pupil, senco):
    sign_in(senco)
    typed = {
        "name": "Miss Park", "organisation": "Hilltop", "email": "park@hilltop.example", "question": "How is it?",
        "answer_by": days(9).isoformat(),
    }  # fmt: skip
    client.post(reverse("pupils:ask-school", args=[pupil.pk]), typed)
    run_jobs()
    send(opened(), "Mum says dad hit him")

    page = client.get(reverse("pupils:outside-detail", args=[OutsideAsk.objects.get().pk])).content.decode()

    assert "Mum says dad hit him" in page
    assert "speak to the safeguarding lead" in page
    tab = client.get(reverse("pupil-detail", args=[pupil.pk]) + "?tab=meetings").content.decode()
    assert "Miss Park" in tab


def test_a_mail_that_does_not_go_says_so(plan, senco, mother, settings):
    settings.EMAIL_BACKEND = "tests.pupils.plans.test_outside.Broken"
    ask = ask_parent(plan, mother, senco)

    assert people.trail_of(ask) == "Not sent: The mail server did not take it."
    assert ask.mailed_at is None


class Broken:
    def __init__(self, *args, **kwargs):
        pass

    def send_messages(self, messages):
        raise OSError("no route")


def test_a_teacher_meets_no_answer_from_outside(plan, senco, teacher, mother):
    ask_parent(plan, mother, senco)

    assert not OutsideAsk.objects.visible_to(acting_for(teacher)).exists()
    assert OutsideAsk.objects.visible_to(acting_for(senco)).exists()


# --- Handover ----------------------------------------------------------------------------------------------------
def pack(pupil, by, **more):
    facts = {"parts": ["plans", "needs", "actions", "advice", "cycles", "profile"]} | more
    made = services.make_pack(pack=HandoverPack(pupil=pupil, **facts), by=by)
    run_jobs()
    made.refresh_from_db()
    return made


def words_in(stored):
    document = pypdfium2.PdfDocument(open_stored(stored).read())
    return " ".join(page.get_textpage().get_text_range() for page in document).replace("\r\n", " ")


def test_the_next_teacher_receives_a_pack(client, sign_in, pupil, plan, senco, teacher):
    plan.refresh_from_db()
    other = begin(pupil, senco, code="behaviour", days_ago=3, outcome="Secret aim")
    other.is_confidential = True
    other.save()
    made = pack(pupil, senco, to_user=teacher, note="Begins the day well with Joe")
    assert DueItem.objects.get(rule="handover.receive").owner_id == teacher.pk

    sign_in(teacher)
    assert client.get(reverse("pupils:handover-detail", args=[made.pk])).status_code == 200
    text = words_in(StoredFile.objects.get(pk=made.file_id))
    assert "Reads a Year 3 page aloud" in text
    assert "Begins the day well" in text
    assert "Secret aim" not in text
    assert client.get(reverse("pupils:handover-file", args=[made.pk])).status_code == 200
    client.post(reverse("pupils:handover-receive", args=[made.pk]))

    made.refresh_from_db()
    assert (made.received_on, made.received_by) == (timezone.localdate(), teacher.name)
    assert DueItem.objects.get(rule="handover.receive").met_on == timezone.localdate()
    refused(OutsideReason.RECEIVED, services.withdraw_pack, pack=made, by=senco)
    refused(OutsideReason.RECEIVED, services.receive, pack=made, by=teacher)


def test_the_next_school_receives_it_by_link(client, sign_in, pupil, plan, senco):
    made = pack(pupil, senco, to_name="Miss Park", to_place="Hilltop", to_email="park@hilltop.example")
    assert DueItem.objects.get(rule="handover.send").met_on is None
    assert not OutsideAsk.objects.exists()  # nobody has looked at it yet
    sign_in(senco)
    detail = reverse("pupils:handover-detail", args=[made.pk])
    assert "Not sent yet" in client.get(detail).content.decode()
    client.post(reverse("pupils:handover-send", args=[made.pk]))
    run_jobs()
    assert DueItem.objects.get(rule="handover.send").met_on == timezone.localdate()
    refused(OutsideReason.SENT_ALREADY, services.send_pack, pack=made, by=senco)
    browser = opened()
    page = browser.get(PAGE).content.decode()
    assert "Open the pack" in page
    file = browser.get(reverse("pupils:outside-pack"))
    assert file["Content-Type"] == "application/pdf"

    assert send(browser, "Who do we ring?").status_code == 422  # without a name
    send(browser, "Who do we ring?", name="Jo Park")

    made.refresh_from_db()
    assert (made.received_by, OutsideAsk.objects.get().words) == ("Jo Park", "Who do we ring?")
    assert browser.get(reverse("pupils:outside-pack")).status_code == 404


def test_a_pack_withdrawn_is_gone(client, sign_in, pupil, plan, senco):
    made = pack(pupil, senco, to_name="Miss Park", to_email="park@hilltop.example")
    services.send_pack(pack=made, by=senco)
    run_jobs()
    browser = opened()

    services.withdraw_pack(pack=made, by=senco)

    made.refresh_from_db()
    assert (made.file_id, StoredFile.objects.filter(purpose="handover").count()) == (None, 0)
    assert browser.get(reverse("pupils:outside-pack")).status_code == 404
    sign_in(senco)
    assert client.get(reverse("pupils:handover-file", args=[made.pk])).status_code == 302
    refused(OutsideReason.NOT_MADE_YET, services.file_of, pack=made)


def test_a_pack_goes_to_somebody_who_sees_the_child(pupil, senco, teacher):
    facts = {"pupil": pupil, "parts": ["plans"]}
    refused(OutsideReason.NO_PART, services.make_pack, pack=HandoverPack(pupil=pupil), by=senco)
    refused(OutsideReason.RECEIVER_UNSAID, services.make_pack, pack=HandoverPack(**facts), by=senco)
    pupil.form_group = None
    pupil.save()
    refused(OutsideReason.RECEIVER_BLIND, services.make_pack, pack=HandoverPack(to_user=teacher, **facts), by=senco)


def test_what_the_family_was_not_asked_about_is_in_no_pack(pupil, senco, teacher, referral):
    agencies.note_report(referral=referral, report_on=days(0), advice=["Picture cards"], by=senco)
    agency = Agency.objects.create(school=pupil.school, name="Children's social care", kind="social")
    Referral.objects.create(
        pupil=pupil, agency=agency, lead=senco, reason="x", basis="law", basis_note="s47", sent_on=days(0)
    )
    text = words_in(StoredFile.objects.get(pk=pack(pupil, senco, to_user=teacher).file_id))

    assert "Picture cards" in text
    assert "social care" not in text


def test_a_pack_whose_receiver_leaves_goes_on_and_an_old_one_can_be_closed(
    client, sign_in, pupil, senco, head, teacher
):
    made = pack(pupil, senco, to_user=teacher)
    sign_in(teacher)
    tab = reverse("pupil-detail", args=[pupil.pk]) + "?tab=meetings"
    assert reverse("pupils:handover-detail", args=[made.pk]) in client.get(tab).content.decode()

    hand_over(user=teacher, to=head, school=pupil.school, by=head)

    made.refresh_from_db()
    assert (made.to_user, DueItem.objects.get(rule="handover.receive").owner_id) == (head, head.pk)
    StoredFile.objects.filter(pk=made.file_id).delete()  # its time has run out
    refused(OutsideReason.NOT_KEPT, services.file_of, pack=made)
    assert services.withdraw_pack(pack=made, by=senco).withdrawn_on == timezone.localdate()


@pytest.mark.parametrize("what", ["closed", "banned", "referral"])
def test_a_question_that_cannot_be_answered_any_more_is_not_due(plan, senco, mother, referral, what):
    if what == "referral":
        row = OutsideAsk(
            pupil=referral.pupil, kind="agency", referral=referral, name="Dr Obi", email="obi@clinic.example",
            answer_by=days(3),
        )  # fmt: skip
        services.ask(row=row, by=senco)
        run_jobs()
        agencies.end(referral=referral, ended_on=days(0), ending="withdrawn", end_note="", by=senco)
    else:
        row = ask_parent(plan, mother, senco)
        if what == "closed":
            stop(plan=plan, ending="stopped", ending_note="", version=plan.version, by=senco)
        else:
            mother.do_not_contact = True
            save_contact(contact=mother, by=senco)

    item = DueItem.objects.get(rule="outside.answer")
    assert item.closed_on is not None
    row.refresh_from_db()
    assert people.trail_of(row).endswith(", the link has ended")


def test_an_answer_waits_to_be_read(client, sign_in, plan, senco, mother):
    ask = ask_parent(plan, mother, senco)
    sign_in(senco)
    url = reverse("pupils:outside-read", args=[ask.pk])
    refused(OutsideReason.NOTHING_CAME, services.note_read, row=ask, by=senco)
    send(opened(), "He likes the cards")
    detail = reverse("pupils:outside-detail", args=[ask.pk])
    assert url in client.get(detail).content.decode()

    client.post(url)

    assert OutsideAsk.objects.get().read_on == days(0)
    assert DueItem.objects.get(rule="outside.read").met_on == days(0)
    assert url not in client.get(detail).content.decode()


def test_how_far_links_are_is_three_queries_however_many(plan, senco, mother, father, django_assert_num_queries):
    rows = [ask_parent(plan, contact, senco) for contact in (mother, father, mother)]

    for some in (rows[:1], rows):
        with django_assert_num_queries(3):
            people.trails_of(some)
