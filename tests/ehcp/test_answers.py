"""The pages of somebody without an account: who gets in, what is kept, and that nothing typed is lost."""

import re
from datetime import timedelta
from io import BytesIO

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

import ehcp.tasks  # noqa: F401
from ehcp.models import Contribution, Invitee
from ehcp.reviews.questions import CHILD, LONGEST, PARENT, SETS
from ehcp.reviews.refusals import InviteeReason
from ehcp.reviews.services import contributions, reviews
from ehcp.reviews.services import mail as review_mail
from pupils.models import Contact
from sendco.audit.models import Event
from sendco.files.models import StoredFile
from sendco.limits.services import LIMITS
from sendco.links import services as links
from sendco.links.models import Link
from sendco.refusals import Refused
from staff.models import Membership

from .contributing import (
    MONDAY,
    asked,
    code_in,
    enter,
    parent_of,
    person,
    planned_review,
    question,
    run_mails,
    secret_in,
    write,
)

Role = Invitee.Role
START, CHECK, SENT = reverse("ehcp:answer"), reverse("ehcp:answer-check"), reverse("ehcp:answer-sent")
PAGES = [START, question(1), question(5), CHECK, SENT]


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
def secret(review, parent, senco):
    return asked(review, parent, senco)


@pytest.fixture
def inside(client, secret):
    """A browser that has pressed Continue."""
    enter(client, secret)
    return client


def answers_of(invitee):
    return Contribution.objects.get(invitee=invitee).answers


def plain(page):
    return re.sub(r'nonce="[^"]*"|csrftoken": "[^"]*"|value="[^"]*"|number: \w+', "", page.content.decode())


def rows():
    return [list(model.objects.order_by("pk").values()) for model in (Contribution, Link, StoredFile, Invitee)]


def picture(size=(8, 8)):
    held = BytesIO()
    Image.new("RGB", size).save(held, "PNG")
    return SimpleUploadedFile("drawing.png", held.getvalue(), "image/png")


# --- Who gets in -------------------------------------------------------------------------------------------------
def banned(review, parent):
    Contact.objects.filter(pk=parent.contact_id).update(do_not_contact=True)


def ended(review, parent):
    Contact.objects.filter(pk=parent.contact_id).update(ended_on="2026-11-20")


def moved(review, parent):
    Contact.objects.filter(pk=parent.contact_id).update(email="else@example.org")


def removed(review, parent):
    Invitee.objects.filter(pk=parent.pk).update(removed_on="2026-11-23")


def closed(review, parent):
    type(review).objects.filter(pk=review.pk).update(closed_on="2026-11-23")


def held(review, parent):
    type(review).objects.filter(pk=review.pk).update(held_on="2026-11-23")


def maker_left(review, parent):
    Membership.objects.filter(user=review.organiser).update(ends_on="2026-11-22")


def revoked(review, parent):
    links.revoke(subject_id=parent.pk)


def expired(review, parent):
    Link.objects.update(expires_at=timezone.now() - timedelta(seconds=1))


def other_purpose(review, parent):
    Link.objects.update(purpose="calendar")


def other_school(review, parent):
    Link.objects.update(school_id=review.school_id + 1000)


STATES = [banned, ended, moved, removed, closed, held, maker_left, revoked, expired, other_purpose, other_school]


@pytest.mark.parametrize("happened", STATES, ids=lambda one: one.__name__)
def test_what_ends_a_way_in_ends_it_everywhere_and_looks_like_nothing(inside, secret, review, parent, happened):
    assert inside.get(question(1)).status_code == 200
    happened(review, parent)
    before = rows()

    nothing = Client().get("/l/nothing-like-that/")
    assert "ask for a new one" in nothing.content.decode()
    for address in [*PAGES, reverse("link-open", args=[secret])]:
        for method in ("get", "head", "post", "put", "options"):
            answer, without = getattr(inside, method)(address), getattr(Client(), method)(address)
            assert answer.status_code == without.status_code in (404, 405), (address, method)
        assert plain(inside.get(address)) == plain(nothing), address

    assert rows() == before


@pytest.mark.parametrize("address", PAGES)
def test_without_a_pass_there_is_nothing_here(client, secret, address):
    answer = client.get(address)

    assert answer.status_code == 404
    assert plain(answer) == plain(client.get("/l/nothing-like-that/"))


@pytest.mark.parametrize("begun", [True, False])
def test_forwarded_mail_shows_nothing_of_the_child_before_the_code(inside, secret, pupil, begun):
    if begun:
        write(inside, 1, "She told her nan about the fish tank.")
    elsewhere, address = Client(), reverse("link-open", args=[secret])

    pages = elsewhere.get(address).content.decode()
    asked_for = elsewhere.post(address)
    message = run_mails()[0]
    pages += asked_for.content.decode() + elsewhere.post(address, {"code": "000000"}).content.decode()

    assert "six digits" in pages
    assert pupil.school.name in pages
    for name in ("fish tank", pupil.legal_forename, pupil.legal_surname, pupil.forename, "annual review", "Hannah"):
        assert name not in pages
    assert message.to == ["hannah@example.org"]
    assert pupil.legal_forename not in message.subject + message.body
    assert elsewhere.get(question(1)).status_code == 404
    assert elsewhere.post(address, {"code": code_in(message)}).status_code == 302
    assert pupil.forename in elsewhere.get(question(1)).content.decode()


def test_school_is_told_when_codes_are_tried(client, secret, review, senco):
    address = reverse("link-open", args=[secret])
    for _ in range(3):
        client.post(address, {"code": "", "again": "1"})
        right = code_in(run_mails()[-1])
        for _ in range(5):
            last = client.post(address, {"code": "000000" if right != "000000" else "111111"})

    told = run_mails()
    assert last.status_code == client.get(address).status_code == 404
    assert [one.to for one in told] == [[senco.email]]
    assert "15 wrong codes" in told[0].body
    assert review.pupil.legal_forename not in told[0].subject + told[0].body
    assert Event.objects.get(code="link.closed_after_wrong_codes").pupil_id == review.pupil_id


def test_mails_with_codes_are_limited_and_the_school_is_told(client, secret, senco):
    address = reverse("link-open", args=[secret])
    answers = [client.post(address, {"code": "", "again": "1"}) for _ in range(links.MOST_CODES + 3)]

    to = [one.to[0] for one in run_mails()]
    assert to.count("hannah@example.org") == links.MOST_CODES
    assert to.count(senco.email) == 1
    assert "ring the school" in answers[-1].content.decode()
    assert client.get(address).status_code == 200


def test_pressed_twice_one_mail_goes(client, secret):
    for _ in range(3):
        client.post(reverse("link-open", args=[secret]))

    assert len(run_mails()) == 1


def test_same_file_twice_is_kept_once(inside, review):
    for _ in range(2):
        inside.post(question(1), {"words": "", "go": "file", "upload": picture()})

    assert Contribution.objects.get().files.count() == 1
    assert StoredFile.objects.count() == 1


def test_tampered_pass_opens_nothing(inside):
    inside.cookies[links.COOKIE] = inside.cookies[links.COOKIE].value + "x"

    assert inside.get(question(1)).status_code == 404


def test_pass_of_one_person_shows_nobody_elses_words(client, review, parent, senco):
    health = person(review, Role.HEALTH, name="Priya Nair")
    enter(client, asked(review, parent, senco))
    write(client, 1, "Words of the parent only")
    enter(client, asked(review, health, senco))

    for address in (question(1), CHECK):
        page = client.get(address).content.decode()
        assert "Words of the parent" not in page
        assert "Hannah" not in page


@pytest.mark.parametrize("method", ["get", "head", "options"])
@pytest.mark.parametrize("address", [START, question(1), CHECK, SENT])
def test_fetching_changes_nothing(inside, address, method):
    before = rows()

    getattr(inside, method)(address)

    assert rows() == before
    assert not Contribution.objects.exists()


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_other_methods_are_refused(inside, method):
    assert getattr(inside, method)(question(1)).status_code == 405


def test_being_signed_in_as_staff_means_nothing_here(client, sign_in, senco, secret):
    sign_in(senco)

    assert client.get(question(1)).status_code == 404
    page = client.get(reverse("link-open", args=[secret])).content.decode()
    enter(client, secret)
    page += client.get(question(1)).content.decode()

    for sign in ("data-idle", "Sign out", "Main menu", senco.email):
        assert sign not in page


def test_pass_opens_no_page_of_staff(inside):
    for name in ("home", "register", "ehcp:review-list", "staff:people", "account"):
        assert inside.get(reverse(name)).status_code == 302


def test_no_address_after_the_first_holds_the_secret(inside, secret):
    for address in (START, question(1), CHECK):
        page = inside.get(address)
        assert secret not in page.content.decode() + str(page.headers)
    first = inside.get(reverse("link-open", args=[secret]))
    assert first.headers["Referrer-Policy"] == "strict-origin"
    assert first.headers["Cache-Control"] == "private, no-store"
    assert 'name="robots" content="noindex"' in first.content.decode()


# --- Writing -----------------------------------------------------------------------------------------------------
def test_a_parent_goes_from_the_mail_to_thank_you(inside, secret, parent, pupil):
    assert inside.get(START).url == question(1)
    for number, asked_question in enumerate(PARENT, 1):
        page = inside.get(question(number)).content.decode()
        assert asked_question.for_child(pupil.forename).ask in page
        assert f"Question {number} of 5" in page
        answer = write(inside, number, f"Answer {number}")
    assert answer.url == CHECK
    assert "Answer 3" in inside.get(CHECK).content.decode()

    assert inside.post(CHECK).url == SENT

    thanks = inside.get(SENT).content.decode()
    row = Contribution.objects.get(invitee=parent)
    assert all(f"Answer {number}" in thanks for number in range(1, 6))
    assert row.sent_at
    assert row.entered_by is None
    assert row.answers["going_well"] == "Answer 2"
    assert inside.get(question(1)).status_code == 404
    assert enter(Client(), secret).status_code == 404
    assert Client().get(SENT).status_code == 404


def test_coming_back_leads_to_the_first_question_without_an_answer(inside):
    write(inside, 1, "One")
    write(inside, 2, "")
    write(inside, 3, "Three")

    assert inside.get(START).url == question(2)


def test_typing_is_kept_as_it_goes_and_says_when(inside, parent):
    answer = inside.post(question(2), {"words": "She gets up", "page": "p"}, headers={"HX-Request": "true"})

    text = answer.content.decode()
    assert "Saved 10:00" in text
    assert "<html" not in text
    assert answers_of(parent) == {"going_well": "She gets up"}
    assert contributions.mark_of("She gets up") in text


def test_nothing_typed_before_sending_is_in_the_history(inside, parent):
    write(inside, 1, "I take this back")
    write(inside, 1, "This stays", before=contributions.mark_of("I take this back"))
    inside.post(CHECK)

    assert not [row for row in Contribution.history.values() if "I take this back" in str(row)]
    assert [row for row in Contribution.history.values() if "This stays" in str(row)]


def test_back_skip_and_change_keep_what_is_in_the_box(inside, parent):
    assert write(inside, 2, "Two", go="back").url == question(1)
    assert write(inside, 3, "Three", go="skip").url == question(4)
    assert write(inside, 1, "One", then="check").url == CHECK
    assert answers_of(parent) == {"about": "One", "going_well": "Two", "worries": "Three"}


def test_nothing_to_say_is_not_sent(inside):
    answer = inside.post(CHECK)

    assert answer.status_code == 422
    assert "Nothing is written yet" in answer.content.decode()
    assert not Link.objects.exclude(used_at=None)


def test_very_long_answer_keeps_its_beginning_and_shows_all_of_it(inside, parent):
    words = "word " * 20_000
    answer = write(inside, 1, words)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "99,999 letters" in page
    assert page.count("word ") >= 19_999
    assert len(answers_of(parent)["about"]) <= LONGEST


def test_more_than_the_server_takes_is_refused_in_words(inside):
    assert write(inside, 1, "x" * 3_000_000).status_code == 400


@pytest.mark.parametrize(
    ("pasted", "kept"),
    [
        ("\u00b7\tFirst\r\n\u2022  Second\r\n\uf0b7 Third", "- First\n- Second\n- Third"),
        ("o\tDeeper\no clock", "- Deeper\no clock"),
        ("Caf\u00e9 \u201cquoted\u201d\u00a0\u2013 dash", "Caf\u00e9 \u201cquoted\u201d \u2013 dash"),
        ("a\x00b\x07c\x1bd\u202eevil\u200bx\ufeff", "abcdevilx"),
        ("line\vnext\fpage", "line\nnext\npage"),
        ("one\n\n\n\n\ntwo", "one\n\ntwo"),
        ("\U0001f469\u200d\U0001f467 \u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", None),
        ("\ud800 half a sign", "half a sign"),
    ],
)
def test_pasted_words_become_plain_ones(pasted, kept):
    assert contributions.clean(pasted) == (pasted if kept is None else kept)


def test_hostile_words_stay_words(inside, parent):
    write(inside, 1, '</textarea><script>alert(1)</script><img src=x onerror="alert(2)">')

    for address in (question(1), CHECK):
        page = inside.get(address).content.decode()
        assert "<script>alert" not in page
        assert "<img" not in page


@pytest.mark.parametrize("name", ["page", "before", "then", "go", "pick", "number"])
@pytest.mark.parametrize("value", ["\x00", "\u202e", "x" * 5000, "<script>alert(1)</script>", "../../etc"])
def test_hidden_fields_that_were_tampered_with_break_nothing(inside, parent, name, value):
    answer = inside.post(question(1), {"words": "Words", name: value})

    assert answer.status_code in (200, 302, 409)
    assert answers_of(parent) == {"about": "Words"}
    assert "<script>alert" not in inside.get(question(1)).content.decode()


def test_review_closed_while_the_form_was_on_its_way_gives_the_words_back(inside, monkeypatch):
    def ended(**_):
        raise Refused(InviteeReason.REVIEW_CLOSED, closed_on=timezone.localdate())

    monkeypatch.setattr(contributions, "settle", ended)
    answer = write(inside, 1, "An hour of work", go="join")

    assert answer.status_code == 404
    assert "An hour of work" in answer.content.decode()


def test_unknown_question_is_not_here(inside):
    assert inside.get(question(6)).status_code == 404
    assert inside.get(question(0)).status_code == 404


def test_saving_very_often_is_slowed_and_shows_what_was_typed(inside, monkeypatch):
    monkeypatch.setitem(LIMITS, "link_save", type(LIMITS["link_save"])(1, 3600))
    write(inside, 1, "First")

    answer = write(inside, 1, "What I typed last")

    assert answer.status_code == 429
    assert "What I typed last" in answer.content.decode()


def test_words_typed_after_the_end_are_given_back(inside, parent):
    links.revoke(subject_id=parent.pk)

    answer = write(inside, 1, "A long story <b>that</b> took an hour")

    assert answer.status_code == 404
    assert "A long story &lt;b&gt;that&lt;/b&gt; took an hour" in answer.content.decode()


def test_last_day_and_interpreter_are_said(inside, parent):
    Contact.objects.update(needs_interpreter=True)

    page = inside.get(question(1)).content.decode()

    assert "Thu 17 Dec" in page
    assert "Thu 14 Jan" in page
    assert "in another language" in page


def test_after_the_asked_for_day_it_is_still_welcome(inside):
    with time_machine.travel("2026-12-20 10:00", tick=False):
        inside.cookies.clear()
        link = Link.objects.get()
        inside.cookies[links.COOKIE] = links.give_pass(HttpResponse(), link).cookies[links.COOKIE].value
        assert "It is still welcome" in inside.get(question(1)).content.decode()


# --- Two phones --------------------------------------------------------------------------------------------------
def save(invitee, words, *, page, before=""):
    return contributions.save_answer(
        invitee=invitee, code="about", words=words, page=page, before=contributions.mark_of(before)
    )


def test_two_phones_at_once_keep_both_texts_and_tell_the_later_one(parent):
    _, first = save(parent, "From the first phone", page="a")
    row, second = save(parent, "From the second phone", page="b")

    assert (first, second) == (False, True)
    assert row.answers["about"] == "From the second phone"
    assert contributions.others_of(row, "about") == ["From the first phone"]


def test_typing_on_two_phones_never_makes_more_than_two_texts(parent):
    save(parent, "A", page="a")
    save(parent, "B", page="b")
    for step in range(2, 6):
        row, _ = save(parent, f"A{step}", page="a", before="A")
        row, _ = save(parent, f"B{step}", page="b", before="B")

    assert row.answers["about"] == "B5"
    assert contributions.others_of(row, "about") == ["A5"]


def test_a_save_that_overtakes_its_own_page_is_no_second_phone(parent):
    save(parent, "She gets", page="a")
    row, news = save(parent, "She gets up", page="a")  # sent before the answer to the first came back

    assert (news, contributions.others_of(row, "about")) == (False, [])


def test_a_page_that_showed_the_text_replaces_it(parent):
    save(parent, "First", page="a")
    row, news = save(parent, "Second", page="b", before="First")

    assert (news, row.answers["about"], contributions.others_of(row, "about")) == (False, "Second", [])


def test_many_phones_lose_nothing(parent):
    for number in range(9):
        row, _ = save(parent, f"Text {number}.", page=f"p{number}")

    everything = row.answers["about"] + "".join(contributions.others_of(row, "about"))
    assert all(f"Text {number}." in everything for number in range(9))


def test_the_page_tells_of_the_other_phone_and_goes_on_when_asked_again(inside, parent):
    save(parent, "From the other phone", page="b")

    told = write(inside, 1, "From here", page="a", before=contributions.mark_of(""))
    page = told.content.decode()

    assert told.status_code == 409
    assert "From the other phone" in page
    assert "From here" in page
    assert write(inside, 1, "From here", page="a").url == question(2)
    assert "From the other phone" in inside.get(CHECK).content.decode()


@pytest.mark.parametrize(("go", "kept"), [("join", "Here\n\nThere"), ("keep", "Here")])
def test_two_texts_are_put_together_or_one_is_kept(inside, parent, go, kept):
    save(parent, "There", page="b")
    write(inside, 1, "Here", page="a")

    assert write(inside, 1, "Here", page="a", go=go).url == question(1)
    row = Contribution.objects.get()
    assert (row.answers["about"], contributions.others_of(row, "about")) == (kept, [])


def test_sending_sends_both_texts(inside, parent):
    save(parent, "There", page="b")
    write(inside, 1, "Here", page="a")
    inside.post(CHECK)

    assert answers_of(parent)["about"] == "Here\n\nThere"


def test_only_one_phone_sends_and_the_other_keeps_its_words(inside, secret, parent):
    link = Link.objects.get()
    other = Client()
    other.cookies[links.COOKIE] = links.give_pass(HttpResponse(), link).cookies[links.COOKIE].value
    write(inside, 1, "Here")
    inside.post(CHECK)

    late = write(other, 2, "Typed on the second phone")

    assert late.status_code == 404
    assert "Typed on the second phone" in late.content.decode()
    assert answers_of(parent) == {"about": "Here"}


# --- Files -------------------------------------------------------------------------------------------------------
def test_photo_is_kept_with_the_words_and_can_be_taken_out(inside, parent, pupil):
    answer = write(inside, 1, "See the photo", go="file", upload=picture())

    row = Contribution.objects.get(invitee=parent)
    stored = StoredFile.objects.get()
    assert answer.url == question(1)
    assert answers_of(parent) == {"about": "See the photo"}
    assert (stored.pupil_id, stored.school_id, stored.uploaded_by_id) == (pupil.pk, pupil.school_id, None)
    assert row.file_id == stored.pk

    inside.post(reverse("ehcp:answer-file-remove", args=[row.files.get().pk]), {"number": "1"})

    assert not StoredFile.objects.exists()
    assert Contribution.objects.get().file_id is None


def test_file_that_is_not_what_it_says_is_refused_and_the_words_stay(inside, parent):
    upload = SimpleUploadedFile("report.pdf", b"<html><script>alert(1)</script>", "application/pdf")

    answer = write(inside, 1, "My words", go="file", upload=upload)

    assert answer.status_code == 422
    assert "My words" in answer.content.decode()
    assert not StoredFile.objects.exists()


def test_sixth_file_and_more_than_30_megabytes_are_refused(inside, parent):
    write(inside, 1, "Photos")
    for width in range(1, 6):
        contributions.add_file(invitee=parent, upload=picture((width, 8)))

    assert "5 files here already" in write(inside, 1, "Photos", go="file", upload=picture()).content.decode()

    row = Contribution.objects.get()
    row.files.first().delete()
    row.files.update(size=8 * 1024 * 1024)
    assert "30 MB" in write(inside, 1, "Photos", go="file", upload=picture()).content.decode()
    assert row.files.count() == 4


def test_nobody_takes_out_the_file_of_another(client, review, parent, senco):
    health = person(review, Role.HEALTH, name="Priya Nair")
    contributions.add_file(invitee=health, upload=picture())
    enter(client, asked(review, parent, senco))
    theirs = Contribution.objects.get(invitee=health).files.get()

    client.post(reverse("ehcp:answer-file-remove", args=[theirs.pk]))

    assert Contribution.objects.get(invitee=health).files.count() == 1


def test_add_without_a_file_says_so(inside):
    assert write(inside, 1, "Words", go="file").status_code == 422


# --- The child ---------------------------------------------------------------------------------------------------
@pytest.fixture
def child(review):
    return person(review, Role.CHILD)


@pytest.fixture
def with_child(client, child, sign_in, senco):
    """The pages opened on the school's device, for the child beside."""
    sign_in(senco)
    client.post(reverse("ehcp:contribution-here", args=[child.pk]))
    return client


def test_child_chooses_pictures_and_says_more(with_child, child):
    page = with_child.get(question(1)).content.decode()
    assert "How is school?" in page
    assert page.count('type="radio"') == len(CHILD[0].picks)

    with_child.post(question(1), {"pick": "worried", "words": "The bus is loud", "go": "next"})
    with_child.post(question(2), {"pick": ["music", "art"], "go": "next"})
    with_child.post(question(3), {"pick": "no-such-picture", "go": "next"})

    assert answers_of(child) == {
        "feel": "The bus is loud",
        "feel_picked": "Worried",
        "going_well_picked": "Art; Music",
    }
    assert "checked" in with_child.get(question(1)).content.decode()


def test_one_picture_only_where_one_may_be_chosen(with_child, child):
    with_child.post(question(1), {"pick": ["happy", "sad"], "go": "next"})

    assert answers_of(child) == {"feel_picked": "Happy"}


def test_child_may_ask_to_be_spoken_to_first(with_child, child):
    with_child.post(question(1), {"pick": "sad", "go": "next"})
    with_child.post(CHECK, {"talk_first": "1"})

    assert contributions.asks_to_talk_first(Contribution.objects.get(invitee=child))


def test_opening_here_signs_the_member_of_staff_out(with_child, child):
    assert with_child.get(reverse("home")).status_code == 302
    assert with_child.get(question(1)).status_code == 200


def test_words_for_a_child_are_short_and_plain():
    texts = [one.ask for one in CHILD] + [one.hint for one in CHILD]
    texts += [word for one in CHILD for _, _, word in one.picks]

    for text in texts:
        for sentence in re.split(r"[.?!]", text):
            assert len(sentence.split()) <= 11, text
        assert all(len(word.strip(".,?")) <= 10 for word in text.split()), text


def test_every_kind_has_its_questions_and_codes_are_told_apart():
    for questions in SETS.values():
        assert len({one.code for one in questions}) == len(questions) >= 5


def test_reopened_contribution_is_changed_by_a_new_link(inside, secret, review, parent, senco):
    write(inside, 1, "First version")
    inside.post(CHECK)
    contributions.reopen(contribution=Contribution.objects.get(), by=senco)

    review_mail.chase(review=review, invitees=[parent], by=senco)
    again, message = Client(), run_mails()[0]
    assert enter(again, secret).status_code == 404
    enter(again, secret_in(message))
    write(again, 1, "Second version", before=contributions.mark_of("First version"))
    again.post(CHECK)

    assert answers_of(parent) == {"about": "Second version"}


def test_meeting_held_closes_every_link(inside, review, senco):
    type(review).objects.filter(pk=review.pk).update(began_on="2026-09-01")
    reviews.record_held(review=review, held_on=timezone.localdate(), by=senco, attended=[parent_of(review).pk])

    assert inside.get(question(1)).status_code == 404
    assert Link.objects.get().revoked_at
