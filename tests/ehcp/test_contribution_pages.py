"""The school's side: the trail, words typed in, what was sent, a colleague's own view."""

import re
from datetime import date
from io import BytesIO

import pikepdf
import pypdfium2 as pdfium
import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

import ehcp.tasks  # noqa: F401
from ehcp.models import Contribution, ContributionFile, Invitee
from ehcp.reviews.pack import papers_of
from ehcp.reviews.refusals import ContributionReason, InviteeReason
from ehcp.reviews.selectors.contributions import asked_of, may_be_shared, sent_words
from ehcp.reviews.services import contributions, inviting
from ehcp.reviews.services import mail as review_mail
from pupils.models import Document
from pupils.record.refusals import DocumentReason
from pupils.record.services import documents
from sendco.audit.models import Event, Read
from sendco.files.models import StoredFile
from sendco.files.refusals import StoredFileReason
from sendco.links.models import Link
from sendco.pdf.render import render_pdf
from sendco.refusals import ChangedMeanwhile
from staff.roles import Role as StaffRole
from tests.again import later
from tests.factories import MembershipFactory
from tests.factories.ehcp import PlanOutcomeFactory, PlanVersionFactory
from tests.refusals import refused, shows

from .contributing import MONDAY, asked, enter, parent_of, person, planned_review, question, write

Role = Invitee.Role


@pytest.fixture(autouse=True)
def _monday():
    with time_machine.travel(MONDAY, tick=False):
        yield


@pytest.fixture
def review(pupil, senco):
    return planned_review(pupil, senco)


@pytest.fixture
def parent(review):
    return parent_of(review)


@pytest.fixture
def child(review):
    return person(review, Role.CHILD)


def page(name, thing):
    return reverse(f"ehcp:{name}", args=[thing.pk])


def entered(invitee, by, **answers):
    version = contributions.contribution_of(invitee).version
    return contributions.enter(invitee=invitee, answers=answers or {"about": "Words"}, version=version, by=by)


def colleague(review, user, senco, *, ask=True):
    invitee = inviting.add_invitee(review=review, role=Role.STAFF, name=user.name, user=user, by=senco)
    if ask:
        review_mail.ask_for_contributions(review=review, invitees=[invitee], by=senco)
    return invitee


# --- Two links in one browser ------------------------------------------------------------------------------------
def test_a_page_of_one_link_answers_no_other(client, senco, review, parent):
    doctor = inviting.add_invitee(
        review=review, role=Role.HEALTH, name="Dr Voss", email="voss@clinic.example", by=senco
    )
    secret, other = asked(review, parent, senco), asked(review, doctor, senco)
    enter(client, secret)
    way = re.search(r'name="way" value="(\w+)"', client.get(question(1)).content.decode()).group(1)
    enter(client, other)

    answer = write(client, 1, "About one child", way=way)

    assert (answer.status_code, "About one child" in answer.content.decode()) == (404, True)
    assert not Contribution.objects.exists()


# --- The trail ---------------------------------------------------------------------------------------------------
def test_trail_says_when_each_mail_went_and_the_link_was_opened(sign_in, senco, review, parent):
    secret = asked(review, parent, senco)
    enter(Client(), secret)

    text = " ".join(sign_in(senco).get(page("contribution-list", review)).content.decode().split())

    assert "Asked for a contribution: went Mon 23 Nov, 10:00" in text
    assert "Opened 1 time, first Mon 23 Nov, 10:00" in text
    assert "Open until Fri 15 Jan" in text
    assert secret not in text


def test_trail_shows_that_somebody_began_and_none_of_their_words(sign_in, senco, review, parent):
    visitor = Client()
    enter(visitor, asked(review, parent, senco))
    write(visitor, 1, "Not sent and nobody's business")

    sign_in(senco)
    for address in (
        page("contribution-list", review),
        page("contribution-detail", parent),
        page("contribution-enter", parent),
        page("contribution-preview", parent),
    ):
        text = sign_in(senco).get(address).content.decode()
        assert "Not sent and nobody" not in text, address
    assert (
        "have begun an answer of their own" in sign_in(senco).get(page("contribution-enter", parent)).content.decode()
    )


def test_trail_takes_the_same_queries_for_two_people_and_ten(sign_in, senco, review, count_queries):
    sign_in(senco)
    few = count_queries(page("contribution-list", review))
    for number in range(8):
        inviting.add_invitee(review=review, role=Role.OTHER, name=f"Person {number}", by=senco)

    assert count_queries(page("contribution-list", review)) == few


def test_mail_that_did_not_go_is_said(sign_in, senco, review, parent):
    review_mail.ask_for_contributions(review=review, invitees=[parent], by=senco)
    parent.mails.update(problem="The mail server did not take it.")

    assert "not sent.</b> The mail server" in sign_in(senco).get(page("contribution-list", review)).content.decode()


def test_all_links_of_a_child_close_at_one_press(sign_in, senco, review, parent, other_pupil):
    asked(review, parent, senco)
    asked(review, person(review, Role.HEALTH, name="Priya Nair"), senco)
    elsewhere = planned_review(other_pupil, senco)
    asked(elsewhere, parent_of(elsewhere), senco)
    client = sign_in(senco)

    assert client.get(page("links-end", review)).status_code == 200
    assert Link.objects.filter(revoked_at=None).count() == 3
    client.post(page("links-end", review))

    assert Link.objects.get(revoked_at=None).subject_id == parent_of(elsewhere).pk
    assert Event.objects.get(code="ehcp.links_revoked").text == "2 open links of reviews closed"


# --- Typed in ----------------------------------------------------------------------------------------------------
def test_words_by_telephone_are_kept_with_who_typed_them(sign_in, senco, review, parent):
    form = {"about": "He laughs a lot", "version": 1, "sure": "on"}

    answer = sign_in(senco).post(page("contribution-enter", parent), form)

    row = Contribution.objects.get(invitee=parent)
    assert answer.url == page("contribution-list", review)
    assert (row.answers, row.entered_by) == ({"about": "He laughs a lot"}, senco)
    assert row.sent_at
    assert row.history.first().history_user == senco
    text = sign_in(senco).get(page("contribution-detail", parent)).content.decode()
    assert "typed in by Nadia Rahman" in text
    assert "He laughs a lot" in text


def test_typing_in_asks_whose_words_they_are(sign_in, senco, parent):
    answer = sign_in(senco).post(page("contribution-enter", parent), {"about": "He laughs", "version": 1})

    assert answer.status_code == 422
    assert "He laughs" in answer.content.decode()
    assert not Contribution.objects.exclude(sent_at=None)


def test_pictures_of_a_child_are_typed_in_too(sign_in, senco, child):
    form = {"feel_picked": "Happy", "going_well_picked": ["Music", "Art"], "feel": "Sunny", "version": 1, "sure": "on"}

    sign_in(senco).post(page("contribution-enter", child), form)

    assert Contribution.objects.get().answers == {
        "feel_picked": "Happy", "feel": "Sunny", "going_well_picked": "Music; Art",
    }  # fmt: skip


def test_typing_in_closes_the_link_and_keeps_what_was_begun_in_the_history(senco, review, parent):
    visitor = Client()
    enter(visitor, asked(review, parent, senco))
    write(visitor, 1, "Begun on the phone")

    entered(parent, senco, about="Told on the telephone")

    assert visitor.get(question(1)).status_code == 404
    assert Contribution.objects.get().answers == {"about": "Told on the telephone"}
    assert "Begun on the phone" in str(list(Contribution.history.values("answers")))


def test_two_colleagues_typing_for_one_person(sign_in, senco, head, parent):
    contributions.enter(invitee=parent, answers={"about": "By one"}, version=1, by=head, sending=False)
    with pytest.raises(ChangedMeanwhile):
        contributions.enter(invitee=parent, answers={"about": "By two"}, version=1, by=senco)

    form = {"about": "By two", "version": 1, "sure": "on"}
    answer = sign_in(senco).post(page("contribution-enter", parent), form)

    assert answer.status_code == 422
    assert "By two" in answer.content.decode()
    assert "By one" not in answer.content.decode()


def test_too_long_for_one_answer_says_so_and_shows_it_all(sign_in, senco, parent):
    form = {"about": "x " * 30_000, "version": 1, "sure": "on"}

    answer = sign_in(senco).post(page("contribution-enter", parent), form)

    assert answer.status_code == 422
    assert "59,999 letters" in answer.content.decode()


def test_nothing_is_typed_in_after_the_meeting(senco, review, parent):
    type(review).objects.filter(pk=review.pk).update(held_on="2026-11-23")
    parent.review.refresh_from_db()

    with refused(InviteeReason.MEETING_HELD, held_on=date(2026, 11, 23)):
        entered(parent, senco)


# --- What was sent -----------------------------------------------------------------------------------------------
def test_reading_is_noted_and_hostile_words_stay_words(sign_in, senco, parent):
    entered(parent, senco, about="<script>alert(1)</script> and {{ settings.SECRET_KEY }}")

    text = sign_in(senco).get(page("contribution-detail", parent)).content.decode()

    assert "&lt;script&gt;alert(1)" in text
    assert "{{ settings.SECRET_KEY }}" in text
    assert Read.objects.filter(user_id=senco.pk, what="contribution to a review").count() == 1


def test_file_is_for_those_who_see_the_case_and_only_when_sent(client, sign_in, senco, teacher, outsider, parent):
    upload = SimpleUploadedFile("report.txt", b"Words of the clinic", "text/plain")
    contributions.add_file(invitee=parent, upload=upload)
    address = page("contribution-file", Contribution.objects.get().files.get())

    assert sign_in(senco).get(address).status_code == 404
    entered(parent, senco)
    answer = sign_in(senco).get(address)

    assert answer.headers["Content-Disposition"] == 'attachment; filename="contribution-2026-11-23.txt"'
    assert sign_in(teacher).get(address).status_code == 403
    assert sign_in(outsider).get(address).status_code == 404
    assert StoredFile.objects.get().uploaded_by_id is None


# --- A file kept with the child's documents ----------------------------------------------------------------------
@pytest.fixture
def attached(review, senco):
    """A clinic's report that was sent."""
    nurse = person(review, Role.HEALTH, name="Priya Nair")
    contributions.add_file(invitee=nurse, upload=SimpleUploadedFile("report.txt", b"Words of the clinic", "text/plain"))
    entered(nurse, senco)
    return ContributionFile.objects.get()


FACTS = {"title": "Speech report", "kind": "report", "dated_on": "2026-11-20", "author": "Priya Nair"}


def test_file_is_kept_with_the_child_s_documents(sign_in, senco, pupil, attached):
    client, address = sign_in(senco), page("contribution-file-keep", attached)
    detail = page("contribution-detail", attached.contribution.invitee)
    assert address in client.get(detail).content.decode()
    form = client.get(address).context["form"]
    proposed = {name: form[name].value() for name in FACTS}
    assert proposed == {
        "title": "From Clinic, for the annual review",
        "kind": "report",
        "dated_on": date(2026, 11, 23),
        "author": "Priya Nair",
    }

    assert client.post(address, FACTS).url == detail

    document = Document.objects.get(pupil=pupil)
    assert (document.title, document.kind, document.dated_on) == ("Speech report", "report", date(2026, 11, 20))
    assert document.added_by == document.history.get().history_user == senco
    text = client.get(detail).content.decode()
    assert "Speech report" in text
    assert address not in text
    assert Event.objects.filter(code="document.added", pupil_id=pupil.pk).count() == 1
    assert Event.objects.filter(code="ehcp.contribution_file_kept", pupil_id=pupil.pk).count() == 1
    assert client.get(reverse("pupils:document-download", args=[document.pk])).getvalue() == b"Words of the clinic"


def test_file_pressed_twice_is_kept_once(sign_in, senco, attached):
    client, address = sign_in(senco), page("contribution-file-keep", attached)
    client.post(address, FACTS)

    again = client.post(address, FACTS | {"title": "Typed again"})

    assert again.status_code == 422
    assert "with the child&#x27;s documents already: “Speech report”" in again.content.decode()
    assert again.context["form"]["title"].value() == "Typed again"
    assert client.get(address).status_code == 302
    assert Document.objects.count() == 1
    assert StoredFile.objects.count() == 2


def test_file_whose_document_was_removed_can_be_kept_again(sign_in, senco, attached):
    client, address = sign_in(senco), page("contribution-file-keep", attached)
    client.post(address, FACTS)
    documents.remove_document(document=Document.objects.get(), by=senco)

    with later():
        assert client.post(address, FACTS).status_code == 302
    assert Document.objects.filter(removed_on=None).count() == 1


def test_document_outlives_the_file_that_its_sender_took_out(sign_in, senco, attached):
    client = sign_in(senco)
    client.post(page("contribution-file-keep", attached), FACTS)
    contributions.reopen(contribution=attached.contribution, by=senco)

    contributions.remove_file(invitee=attached.contribution.invitee, pk=attached.pk)

    document = Document.objects.get()
    assert client.get(reverse("pupils:document-download", args=[document.pk])).getvalue() == b"Words of the clinic"


@pytest.mark.parametrize("change", [{"title": ""}, {"kind": "rubbish"}, {"dated_on": "2031-01-01"}, {"dated_on": "x"}])
def test_file_is_not_kept_with_facts_that_cannot_be(sign_in, senco, attached, change):
    response = sign_in(senco).post(page("contribution-file-keep", attached), FACTS | change)

    assert response.status_code == 422
    assert response.context["form"]["author"].value() == "Priya Nair"
    assert not Document.objects.exists()


@pytest.mark.parametrize(
    ("state", "reason"), [("infected", StoredFileReason.INFECTED), ("unscanned", StoredFileReason.NOT_SCANNED)]
)
def test_file_that_may_not_be_opened_is_not_kept(sign_in, senco, attached, monkeypatch, state, reason):
    monkeypatch.setattr("sendco.files.scan.is_configured", lambda: True)
    StoredFile.objects.update(scan_state=state)

    response = sign_in(senco).post(page("contribution-file-keep", attached), FACTS)

    assert response.status_code == 422
    assert shows(response.content.decode(), reason)
    assert not Document.objects.exists()
    assert StoredFile.objects.count() == 1


def test_file_waits_until_somebody_spoke_with_the_child(sign_in, senco, child):
    contributions.add_file(invitee=child, upload=SimpleUploadedFile("drawing.txt", b"A house", "text/plain"))
    contributions.send(invitee=child, talk_first=True)
    attached, client = ContributionFile.objects.get(), sign_in(senco)
    address = page("contribution-file-keep", attached)

    assert address not in client.get(page("contribution-detail", child)).content.decode()
    answer = client.post(address, FACTS)
    contributions.talked(contribution=Contribution.objects.get(), by=senco)

    assert answer.status_code == 422
    assert shows(answer.content.decode(), ContributionReason.TALK_FIRST)
    assert client.get(address).context["form"]["author"].value() == ""
    assert client.post(address, FACTS).status_code == 302


def test_file_is_kept_by_those_who_add_documents(sign_in, senco, teacher, outsider, attached):
    address = page("contribution-file-keep", attached)

    assert sign_in(teacher).post(address, FACTS).status_code == 403
    assert sign_in(outsider).post(address, FACTS).status_code == 404
    contributions.reopen(contribution=attached.contribution, by=senco)
    assert sign_in(senco).post(address, FACTS).status_code == 404
    assert not Document.objects.exists()


def test_file_of_another_child_is_filed_with_nobody(senco, attached, other_pupil):
    stored = StoredFile.objects.get()
    facts = FACTS | {"dated_on": date(2026, 11, 20)}

    with refused(DocumentReason.OF_ANOTHER_CHILD):
        documents.add_copy(pupil=other_pupil, stored=stored, by=senco, **facts)


# --- Opened again, and what is shared ------------------------------------------------------------------------------
def test_reopening_is_recorded_and_refused_twice(sign_in, senco, parent):
    entered(parent, senco)
    client = sign_in(senco)

    client.post(page("contribution-reopen", parent))
    client.post(page("contribution-reopen", parent))

    assert Contribution.objects.get().sent_at is None
    assert Event.objects.filter(code="ehcp.contribution_reopened").count() == 1


def test_what_a_child_wants_to_talk_about_first_stays_out_until_somebody_did(sign_in, senco, child):
    row = entered(child, senco, feel="Sad")
    contributions.reopen(contribution=row, by=senco)
    row = contributions.send(invitee=child, talk_first=True)
    assert not may_be_shared(row)
    assert "talk with them first" in sign_in(senco).get(page("contribution-detail", child)).content.decode()

    sign_in(senco).post(page("contribution-talked", child))

    assert may_be_shared(Contribution.objects.get())


def test_words_are_read_in_the_order_of_the_questions_with_their_titles(senco, parent):
    row = entered(parent, senco, future="A job", about="Kind", going_well="Friends")

    assert sent_words(row) == [
        ("What is Kezia like?", "Kind"),
        ("What is going well for Kezia?", "Friends"),
        ("What do you hope for?", "A job"),
    ]


def test_a_draft_has_no_words_to_read(parent):
    row, _ = contributions.save_answer(invitee=parent, code="about", words="Draft")

    assert sent_words(row) == []


def test_preview_shows_the_mail_without_a_link_that_works(sign_in, senco, parent):
    text = sign_in(senco).get(page("contribution-preview", parent)).content.decode()

    assert "the link, for this person alone" in text
    assert "What is going well for Kezia?" in text
    assert Link.objects.count() == 0


# --- On this device ----------------------------------------------------------------------------------------------
def test_opening_here_asks_first_and_changes_nothing_by_looking(sign_in, senco, child):
    client = sign_in(senco)

    assert "signed out of this device first" in client.get(page("contribution-here", child)).content.decode()
    assert Link.objects.count() == 0
    assert client.get(reverse("home")).status_code == 200


def test_opening_here_is_refused_after_sending(sign_in, senco, child):
    entered(child, senco)
    client = sign_in(senco)

    client.post(page("contribution-here", child))

    assert client.get(reverse("home")).status_code == 200
    assert Link.objects.filter(revoked_at=None).count() == 0


# --- A colleague's own view --------------------------------------------------------------------------------------
def test_colleague_who_was_asked_gives_a_view_outcome_by_outcome(sign_in, teacher, senco, review):
    version = PlanVersionFactory(plan=review.plan)
    PlanOutcomeFactory(plan_version=version, number=1, text="Reads a page aloud")
    invitee = colleague(review, teacher, senco)
    client = sign_in(teacher)

    assert "Reads a page aloud" in client.get(page("my-view", invitee)).content.decode()
    assert list(asked_of(teacher, review.school)) == [invitee]
    client.post(page("my-view", invitee), {"version": 1, "outcome_1": "Reads two lines", "later": "1"})
    assert Contribution.objects.get().sent_at is None
    client.post(page("my-view", invitee), {"version": 2, "outcome_1": "Reads two lines now"})

    row = Contribution.objects.get()
    assert row.answers == {"outcome_1": "Reads two lines now"}
    assert row.entered_by is None
    assert row.history.first().history_user == teacher
    assert list(asked_of(teacher, review.school)) == []
    assert "Reads two lines now" in client.get(page("my-view", invitee)).content.decode()


def test_plan_stays_closed_to_a_colleague_who_does_not_see_the_child(sign_in, school, senco, review):
    stranger = MembershipFactory(school=school, role=StaffRole.TEACHER).user
    PlanOutcomeFactory(plan_version=PlanVersionFactory(plan=review.plan), number=1, text="Reads a page aloud")
    invitee = colleague(review, stranger, senco)

    text = sign_in(stranger).get(page("my-view", invitee)).content.decode()

    assert "Reads a page aloud" not in text
    assert "What progress has Kezia made?" in text


@pytest.mark.parametrize("who", ["another", "not asked", "taken off", "office"])
def test_only_who_was_asked_has_a_view_to_give(sign_in, teacher, teaching_assistant, office, senco, review, who):
    invitee = colleague(review, teacher, senco, ask=who != "not asked")
    if who == "taken off":
        inviting.remove_invitee(invitee=invitee, reason="", by=senco)
    user = {"another": teaching_assistant, "office": office}.get(who, teacher)

    status = sign_in(user).get(page("my-view", invitee)).status_code

    assert status == (403 if who == "office" else 404)


def test_view_is_not_asked_for_after_the_meeting(sign_in, teacher, senco, review):
    invitee = colleague(review, teacher, senco)
    type(review).objects.filter(pk=review.pk).update(held_on="2026-11-23")

    text = sign_in(teacher).get(page("my-view", invitee)).content.decode()

    assert "nothing more is needed from you" in text
    assert list(asked_of(teacher, review.school)) == []


# --- On paper ----------------------------------------------------------------------------------------------------
def test_hostile_words_are_only_words_in_the_papers(senco, review, parent):
    """What is printed for the meeting asks nothing of the network and carries no file in."""
    hostile = (
        '<img src="file:///etc/passwd"><link rel="attachment" href="file:///etc/passwd">'
        '<style>@import "http://192.0.2.1/x.css"</style><svg onload="alert(1)"><script>alert(2)</script>'
    )
    entered(parent, senco, about=hostile)
    papers, _ = papers_of(review)

    context = {
        "papers": papers,
        "missing": [],
        "school_name": "Fernhill",
        "subtitle": "Review",
        "made": "",
        "review": review,
    }
    pdf = render_pdf("reports/review_pack.html", context, title="Papers")

    with pikepdf.open(BytesIO(pdf)) as opened:
        assert not opened.attachments
        assert "/URI" not in str([page.get("/Annots") for page in opened.pages])
    words = "".join(one.get_textpage().get_text_range() for one in pdfium.PdfDocument(pdf))
    assert "<script>alert(2)</script>" in words.replace("\r\n", "")
    assert "root:" not in words


def test_what_is_kept_back_is_not_in_the_papers(senco, review, child):
    contributions.save_answer(invitee=child, code="feel", words="Nobody at home knows this")
    contributions.send(invitee=child, talk_first=True)

    assert "Nobody at home" not in str(papers_of(review))
