from datetime import date

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from ehcp.letters.fields import OF_CASE
from ehcp.models import CaseLetter, CaseLetterTemplate, Correspondence
from pupils.models import Contact
from tests.factories.ehcp import AnnualReviewFactory, ConsultationFactory, NeedsAssessmentFactory, PlanFactory


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel("2026-11-23 10:00", tick=False):
        yield


@pytest.fixture
def review(pupil):
    Contact.objects.create(pupil=pupil, name="Parent One", has_parental_responsibility=True)
    Contact.objects.create(pupil=pupil, name="Parent Two", do_not_contact=True)
    return AnnualReviewFactory(pupil=pupil, meeting_on=date(2027, 1, 12))


@pytest.fixture
def desk(proved, senco):
    return proved(senco)


def new(case, kind, letter):
    return reverse("ehcp:letter-new", args=[case, kind.pk, letter])


def test_letter_is_shown_as_the_parent_would_read_it(desk, review):
    answer = desk.get(new("review", review, "review_invitation"))

    text = answer.content.decode()
    assert "Dear Parent One" in text
    assert "12 January 2027" in text
    assert "Parent Two" not in text


def test_letter_is_made_for_the_chosen_person_only(desk, review):
    contact = Contact.objects.get(name="Parent One")
    shown = desk.get(new("review", review, "review_chaser"))
    words = shown.context["form"].initial

    answer = desk.post(
        new("review", review, "review_chaser"), words | {"dated_on": "2026-11-23", "to": f"contact-{contact.pk}"}
    )

    letter = CaseLetter.objects.get()
    assert answer.status_code == 302
    assert (letter.contact, letter.recipient) == (contact, "Parent One")
    assert desk.get(reverse("ehcp:letter-detail", args=[letter.pk])).status_code == 200


def test_banned_contact_cannot_be_chosen(desk, review):
    banned = Contact.objects.get(name="Parent Two")
    words = desk.get(new("review", review, "review_chaser")).context["form"].initial

    answer = desk.post(
        new("review", review, "review_chaser"), words | {"dated_on": "2026-11-23", "to": f"contact-{banned.pk}"}
    )

    assert answer.status_code == 422
    assert not CaseLetter.objects.exists()


def test_unknown_field_keeps_what_was_typed(desk, review):
    answer = desk.post(
        new("review", review, "review_chaser"),
        {"dated_on": "2026-11-23", "to": "authority", "subject": "Hello", "body": "Typed {{ child.upn }} words"},
    )

    assert answer.status_code == 422
    assert "Typed {{ child.upn }} words" in answer.content.decode()


def test_chaser_with_nothing_late_says_so(desk, pupil):
    case = NeedsAssessmentFactory(pupil=pupil, received_on=date(2026, 11, 20))

    answer = desk.get(new("assessment", case, "la_late_final"))

    assert "Nothing of the authority" in answer.content.decode()


def test_reply_waits_for_the_head(desk, school):
    case = ConsultationFactory(school=school)

    assert desk.get(new("consultation", case, "consultation_reply")).status_code == 404
    answer = desk.post(reverse("ehcp:consultation-letter", args=[case.pk]), follow=True)

    assert "head has not approved" in answer.content.decode()
    assert not CaseLetter.objects.exists()


@pytest.mark.parametrize(("kind", "letter"), [("plan", "review_invitation"), ("nothing", "la_late_final")])
def test_letter_that_a_case_has_not_is_not_found(desk, pupil, kind, letter):
    plan = PlanFactory(pupil=pupil)

    assert desk.get(reverse("ehcp:letter-new", args=[kind, plan.pk, letter])).status_code == 404


def test_every_kind_belongs_to_some_case():
    from ehcp.models import CaseLetterKind

    by_approving = {CaseLetterKind.CONSULTATION_REPLY}
    assert set().union(*OF_CASE.values()) == set(CaseLetterKind.values) - by_approving


def test_sending_is_noted_with_its_proof(desk, review):
    words = desk.get(new("review", review, "review_chaser")).context["form"].initial
    desk.post(new("review", review, "review_chaser"), words | {"dated_on": "2026-11-23", "to": "authority"})
    letter = CaseLetter.objects.get()

    future = desk.post(
        reverse("ehcp:letter-sent", args=[letter.pk]), {"sent_on": "2026-12-01", "via": "email", "proof": "x"}
    )
    desk.post(
        reverse("ehcp:letter-sent", args=[letter.pk]), {"sent_on": "2026-11-23", "via": "email", "proof": "Receipt 7"}
    )

    letter.refresh_from_db()
    assert future.status_code == 422
    assert letter.proof == "Receipt 7"


def test_letter_of_another_school_is_not_found(proved, outsider, desk, review):
    words = desk.get(new("review", review, "review_chaser")).context["form"].initial
    desk.post(new("review", review, "review_chaser"), words | {"dated_on": "2026-11-23", "to": "authority"})
    letter = CaseLetter.objects.get()

    assert proved(outsider).get(reverse("ehcp:letter-detail", args=[letter.pk])).status_code == 404


def test_school_s_words_are_edited_with_fields_checked(desk, school):
    address = reverse("ehcp:letter-template-edit", args=["la_late_final"])

    wrong = desk.post(address, {"subject": "S", "body": "{{ child.upn }}", "version": "0"})
    desk.post(address, {"subject": "S", "body": "{{ duty.title }}", "version": "0"})
    stale = desk.post(address, {"subject": "S", "body": "Mine", "version": "0"})

    assert wrong.status_code == 422
    assert CaseLetterTemplate.objects.get(school=school).body == "{{ duty.title }}"
    assert stale.status_code == 422
    assert "Mine" in stale.content.decode()


# --- Correspondence ----------------------------------------------------------------------------------------------
FACTS = {"direction": "in", "party": "Westmarch", "dated_on": "2026-11-16", "subject": "They will decide soon"}


def test_what_came_is_kept_with_its_file(desk, review):
    upload = SimpleUploadedFile("mail.txt", b"Dear school", content_type="text/plain")

    answer = desk.post(reverse("ehcp:correspondence-new", args=["review", review.pk]), FACTS | {"upload": upload})

    row = Correspondence.objects.get()
    assert answer.status_code == 302
    assert (row.review, row.pupil) == (review, review.pupil)
    file = desk.get(reverse("ehcp:correspondence-file", args=[row.pk]))
    assert b"".join(file.streaming_content) == b"Dear school"


def test_file_that_is_not_what_it_says_is_refused_with_words(desk, review):
    upload = SimpleUploadedFile("mail.pdf", b"MZ not a pdf", content_type="application/pdf")

    answer = desk.post(reverse("ehcp:correspondence-new", args=["review", review.pk]), FACTS | {"upload": upload})

    assert answer.status_code == 422
    assert "They will decide soon" in answer.content.decode()
    assert not Correspondence.objects.exists()


def test_entry_is_taken_off_with_a_reason(desk, review):
    desk.post(reverse("ehcp:correspondence-new", args=["review", review.pk]), FACTS)
    row = Correspondence.objects.get()

    desk.post(reverse("ehcp:correspondence-remove", args=[row.pk]), {"reason": "Wrong child"})

    row.refresh_from_db()
    assert row.removed_on
    assert desk.get(reverse("ehcp:correspondence-remove", args=[row.pk])).status_code == 404
