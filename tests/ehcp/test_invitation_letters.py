"""A letter of invitation that went is the proof of notice of the person it went to."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.urls import reverse

from ehcp.letters.services import letters
from ehcp.models import CaseLetter, Invitee
from ehcp.reviews.services import inviting
from ehcp.reviews.services import reviews as services
from pupils.models import Contact
from sendco.audit.models import Event
from tests.again import later
from tests.factories.ehcp import CaseworkerFactory, PlanFactory

NOW = datetime(2026, 11, 23, 10, tzinfo=ZoneInfo("Europe/London"))
TODAY = NOW.date()
MEETING = date(2027, 1, 12)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def review(pupil, senco, clock):
    Contact.objects.create(pupil=pupil, name="Parent One", has_parental_responsibility=True)
    plan = PlanFactory(pupil=pupil)
    review = services.begin(plan=plan, kind="annual", by=senco)
    clock.shift(timedelta(minutes=1))
    review = services.plan_meeting(review=review, version=review.version, meeting_on=MEETING, by=senco)
    clock.shift(timedelta(minutes=1))
    return review


@pytest.fixture
def desk(proved, senco):
    return proved(senco)


@pytest.fixture
def parent(review):
    return review.invitees.get(role="parent")


def made(desk, review, to, kind="review_invitation"):
    address = reverse("ehcp:letter-new", args=["review", review.pk, kind])
    words = desk.get(address).context["form"].initial
    assert desk.post(address, words | {"dated_on": "2026-11-23", "to": to}).status_code == 302
    return CaseLetter.objects.latest("pk")


def for_parent(desk, review, **kwargs):
    return made(desk, review, f"contact-{Contact.objects.get(name='Parent One').pk}", **kwargs)


def sent(desk, letter, sent_on="2026-11-23", via="first_class_post"):
    address = reverse("ehcp:letter-sent", args=[letter.pk])
    response = desk.post(address, {"sent_on": sent_on, "via": via}, follow=True)
    return " ".join(str(message) for message in response.context["messages"])


def fresh(invitee):
    return Invitee.objects.get(pk=invitee.pk)


@pytest.mark.parametrize(
    ("via", "kept"),
    [("first_class_post", "post"), ("signed_for", "post"), ("email", "email"), ("portal", "email"), ("hand", "hand")],
)
def test_letter_that_went_is_the_invitation(desk, review, parent, via, kept):
    letter = for_parent(desk, review)
    assert "as the proof of notice" in desk.get(reverse("ehcp:letter-sent", args=[letter.pk])).content.decode()

    said = sent(desk, letter, "2026-11-20", via)

    assert (fresh(parent).invited_on, fresh(parent).invited_via) == (date(2026, 11, 20), kept)
    assert "It is the invitation of Parent One: kept with the review, Fri 20 Nov 2026." in said
    assert Event.objects.filter(code="ehcp.review_invited", happened_on=date(2026, 11, 20)).count() == 1
    page = desk.get(reverse("ehcp:letter-detail", args=[letter.pk])).content.decode()
    assert "The review has Parent One as invited on Fri 20 Nov" in page


def test_letter_of_an_invitee_without_a_contact_counts_for_them(desk, review, senco):
    health = review.invitees.get(role="health")
    letter = letters.make(kind="review_invitation", case=review, recipient=health.name, invitee=health, by=senco)

    sent(desk, letter)

    assert fresh(health).invited_on == TODAY
    assert review.invitees.exclude(invited_on=None).count() == 1


def test_letter_to_the_authority_invites_its_officer(desk, review):
    officer = review.invitees.get(role="la")

    sent(desk, made(desk, review, "authority"))

    assert fresh(officer).invited_on == TODAY


def test_letter_to_one_of_two_officers_invites_nobody_else(desk, review, senco):
    first = review.invitees.get(role="la")
    worker = CaseworkerFactory(authority=review.plan.authority, name="Grace Tilley")
    review.plan.caseworker = worker
    review.plan.save()
    second = inviting.add_invitee(review=review, role="la", name="Grace Tilley", by=senco)

    sent(desk, made(desk, review, "officer"))
    said = sent(desk, made(desk, review, "authority"))

    assert fresh(second).invited_on == TODAY
    assert fresh(first).invited_on is None
    assert "is not on the list of the review" in said


def test_other_letters_invite_nobody(desk, review, parent):
    said = sent(desk, for_parent(desk, review, kind="review_chaser"))

    assert fresh(parent).invited_on is None
    assert "invit" not in said


def test_day_that_is_kept_already_stays(desk, review, parent, senco):
    inviting.record_invited(review=review, invitees=[parent], invited_on=date(2026, 11, 16), via="told", by=senco)

    said = sent(desk, for_parent(desk, review))

    assert (fresh(parent).invited_on, fresh(parent).invited_via) == (date(2026, 11, 16), "told")
    assert "was invited on Mon 16 Nov 2026 already" in said
    assert Event.objects.filter(code="ehcp.review_invited").count() == 1


def test_letter_marked_twice_invites_once(desk, review, parent):
    letter = for_parent(desk, review)
    sent(desk, letter, "2026-11-20")

    again = desk.post(reverse("ehcp:letter-sent", args=[letter.pk]), {"sent_on": "2026-11-23", "via": "hand"})

    assert again.status_code == 422
    assert fresh(parent).invited_on == date(2026, 11, 20)
    assert Event.objects.filter(code="ehcp.review_invited").count() == 1


def close(review, senco, clock):
    services.close(review=review, reason="Child moved", by=senco)


def hold(review, senco, clock):
    type(review).objects.filter(pk=review.pk).update(held_on=TODAY)


def move(review, senco, clock):
    clock.shift(timedelta(minutes=1))
    services.plan_meeting(review=review, version=review.version, meeting_on=date(2027, 1, 19), by=senco)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (close, "This review was closed on Mon 23 Nov 2026"),
        (hold, "The meeting was held on Mon 23 Nov 2026"),
        (move, "The letter was written for Tue 12 Jan 2027; the meeting is on Tue 19 Jan 2027 now"),
    ],
)
def test_letter_goes_but_invites_no_more(desk, review, parent, senco, clock, change, words):
    letter = for_parent(desk, review)
    change(review, senco, clock)

    said = sent(desk, letter)

    letter.refresh_from_db()
    assert letter.sent_on == TODAY
    assert fresh(parent).invited_on is None
    assert words in said
    page = desk.get(reverse("ehcp:letter-detail", args=[letter.pk])).content.decode()
    assert "The review has no invitation of Parent One" in page


def test_person_who_was_taken_off_the_list_is_not_invited(desk, review, parent, senco):
    inviting.add_invitee(review=review, role="parent", name="Aunt", by=senco)
    letter = for_parent(desk, review)
    inviting.remove_invitee(invitee=parent, reason="Asked to", by=senco)

    said = sent(desk, letter)

    assert "Parent One is not on the list of the review" in said
    assert fresh(parent).invited_on is None


def test_letter_written_before_the_day_was_fixed_invites_nobody(desk, pupil, senco, clock):
    Contact.objects.create(pupil=pupil, name="Parent One", has_parental_responsibility=True)
    review = services.begin(plan=PlanFactory(pupil=pupil), kind="annual", by=senco)
    letter = for_parent(desk, review)
    with later():
        unfixed = for_parent(desk, review)

    assert "no day of the meeting is fixed" in sent(desk, unfixed)
    clock.shift(timedelta(minutes=1))
    services.plan_meeting(review=review, version=review.version, meeting_on=MEETING, by=senco)

    assert "written before the day was fixed" in sent(desk, letter)
    assert review.invitees.exclude(invited_on=None).count() == 0
