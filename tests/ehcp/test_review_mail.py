import smtplib

import pytest
import time_machine
from django.conf import settings
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend

import ehcp.tasks  # noqa: F401
from ehcp.models import Invitee, ReviewMail
from ehcp.reviews.refusals import ReviewMailReason, ReviewReason
from ehcp.reviews.services import inviting
from ehcp.reviews.services import mail as review_mail
from sendco.audit.models import Event
from sendco.jobs import runner
from sendco.jobs import services as jobs
from sendco.jobs.models import Job, Status
from sendco.links import services as links
from sendco.links.models import Link
from staff.models import Membership
from tests.refusals import refused

from .contributing import MEETING, MONDAY, asked, parent_of, person, planned_review, run_mails, secret_in

Role = Invitee.Role


@pytest.fixture(autouse=True)
def _monday():
    with time_machine.travel(MONDAY, tick=False):
        yield


@pytest.fixture
def review(pupil, senco):
    return planned_review(pupil, senco)


def ask(review, people, senco):
    return review_mail.ask_for_contributions(review=review, invitees=people, by=senco)


# --- What goes ---------------------------------------------------------------------------------------------------
def test_asking_records_the_day_and_mails_one_link_to_each(review, senco):
    health = person(review, Role.HEALTH, name="Priya Nair")
    ask(review, [parent_of(review), health], senco)

    sent = run_mails()

    assert sorted(one.to[0] for one in sent) == ["hannah@example.org", "priya@clinic.example"]
    assert len({secret_in(one) for one in sent}) == 2
    assert {parent_of(review).asked_on, person(review, Role.HEALTH, name="Priya Nair").asked_on} == {
        parent_of(review).asked_on
    }
    assert ReviewMail.objects.filter(sent_at=None).count() == 0
    assert [link.subject_id for link in Link.objects.order_by("pk")] == [parent_of(review).pk, health.pk]


def test_subject_names_nobody_and_only_the_family_reads_the_first_name(review, pupil, senco):
    ask(review, [parent_of(review), person(review, Role.HEALTH, name="Priya Nair")], senco)

    to_parent, to_health = run_mails()

    for message in (to_parent, to_health):
        assert pupil.forename not in message.subject
        assert pupil.legal_surname not in message.subject + message.body.replace("Hannah Adeyemi", "")
    assert pupil.forename in to_parent.body
    assert pupil.forename not in to_health.body + to_health.alternatives[0][0]
    assert pupil.initials in to_health.body
    assert "Thu 17 Dec" in to_parent.body
    assert "Nadia Rahman asks for your view" in to_parent.body


def test_invitation_says_when_and_where_and_holds_no_secret(review, senco):
    review_mail.send_invitations(review=review, invitees=[parent_of(review)], by=senco)

    message = run_mails()[0]

    assert "Thu 14 Jan" in message.body
    assert "/l/" not in message.body
    assert Link.objects.count() == 0
    assert parent_of(review).invited_via == Invitee.Via.EMAIL


def test_colleague_gets_an_address_to_sign_in_at_instead_of_a_secret(review, teacher, senco):
    colleague = inviting.add_invitee(review=review, role=Role.STAFF, name=teacher.name, user=teacher, by=senco)
    ask(review, [colleague], senco)

    message = run_mails()[0]

    assert message.to == [teacher.email]
    assert f"/my-view/{colleague.pk}/" in message.body
    assert Link.objects.count() == 0


def test_interpreter_is_offered_where_one_is_needed(review, senco):
    parent_of(review).contact.__class__.objects.update(needs_interpreter=True)
    ask(review, [parent_of(review)], senco)

    assert "in another language" in run_mails()[0].body


def test_secret_is_in_its_own_mail_and_nowhere_else(review, senco, caplog):
    secret = asked(review, parent_of(review), senco)

    kept = [*Job.objects.values(), *Event.objects.values(), *ReviewMail.objects.values(), *Link.objects.values()]
    kept += [*Invitee.history.values()]

    assert not [row for row in kept if secret in str(row)]
    assert secret not in caplog.text
    assert [secret in one.body for one in mail.outbox] == [True]
    assert secret in mail.outbox[0].alternatives[0][0]


def test_link_lives_until_the_meeting(review, senco):
    asked(review, parent_of(review), senco)

    assert Link.objects.get().expires_at.date().isoformat() == "2027-01-15"
    assert review.meeting_on == MEETING


# --- Reminders and reruns ----------------------------------------------------------------------------------------
def test_reminder_makes_a_new_link_and_closes_the_old_one(review, senco):
    old = asked(review, parent_of(review), senco)
    review_mail.chase(review=review, invitees=[parent_of(review)], by=senco)

    new = secret_in(run_mails()[0])

    assert parent_of(review).chased == 1
    assert links.find(new)
    with pytest.raises(links.LinkClosed):
        links.find(old)


def test_second_run_of_a_job_sends_nothing_twice(review, senco):
    asked(review, parent_of(review), senco)
    job = Job.objects.get(kind="ehcp.review_mail")
    Job.objects.filter(pk=job.pk).update(status=Status.QUEUED)

    assert runner.run(job.pk) == Status.DONE
    assert len(mail.outbox) == 1
    assert Link.objects.count() == 1


def test_run_after_a_failure_makes_a_new_link_and_closes_the_first(review, senco, monkeypatch):
    def refuse(self, messages):
        raise smtplib.SMTPServerDisconnected("gone")

    ask(review, [parent_of(review)], senco)
    with monkeypatch.context() as broken:
        broken.setattr(EmailBackend, "send_messages", refuse)
        assert run_mails() == []
    job = Job.objects.get(kind="ehcp.review_mail")
    assert job.status == Status.FAILED
    assert "mail server" in ReviewMail.objects.get().problem

    jobs.retry(job)
    message = run_mails()[0]

    first, second = Link.objects.order_by("pk")
    assert (first.revoked_at is None, second.revoked_at is None) == (False, True)
    assert links.find(secret_in(message)) == second
    assert ReviewMail.objects.get().problem == ""


# --- Who may not be written to -----------------------------------------------------------------------------------
def test_who_has_no_address_is_named_and_nothing_is_recorded(review, senco):
    child = person(review, Role.CHILD)

    with refused(ReviewMailReason.NO_ADDRESS, names=child.name):
        ask(review, [parent_of(review), child], senco)

    assert parent_of(review).asked_on is None
    assert not ReviewMail.objects.exists()


@pytest.mark.parametrize("change", [{"do_not_contact": True}, {"ended_on": "2026-11-20"}])
def test_banned_and_ended_contacts_are_refused(review, senco, change):
    type(parent_of(review).contact).objects.update(**change)

    with refused(ReviewReason.PERSON_HELD_BACK, name=parent_of(review).name):
        ask(review, [parent_of(review)], senco)


def test_contact_of_another_child_is_refused(review, senco, other_pupil):
    stranger = other_pupil.contacts.create(name="Stranger", email="stranger@example.org")
    Invitee.objects.filter(pk=parent_of(review).pk).update(contact=stranger)

    with refused(ReviewReason.PERSON_HELD_BACK, name=parent_of(review).name):
        ask(review, [parent_of(review)], senco)


def test_person_of_another_review_is_not_mailed(review, senco, other_pupil):
    other = planned_review(other_pupil, senco)

    with refused(ReviewMailReason.NOBODY_CHOSEN):
        ask(review, [parent_of(other)], senco)


def test_ban_between_asking_and_sending_stops_the_mail(review, senco):
    ask(review, [parent_of(review)], senco)
    type(parent_of(review).contact).objects.update(do_not_contact=True)

    assert run_mails() == []
    assert Job.objects.get(kind="ehcp.review_mail").status == Status.FAILED
    assert "may not be written to" in ReviewMail.objects.get().problem


def test_changed_address_between_asking_and_sending_stops_the_mail(review, senco):
    ask(review, [parent_of(review)], senco)
    type(parent_of(review).contact).objects.update(email="new@example.org")

    assert run_mails() == []


def test_day_that_is_taken_back_stops_the_mail_and_says_so(review, senco):
    ask(review, [parent_of(review)], senco)
    type(review).objects.update(meeting_on=None)

    assert run_mails() == []
    assert "taken back" in ReviewMail.objects.get().problem


def test_asker_who_left_sends_nothing(review, senco):
    ask(review, [parent_of(review)], senco)
    Membership.objects.filter(user=senco).update(ends_on="2026-11-22")

    assert run_mails() == []


def test_no_day_no_mail(pupil, senco):
    review = planned_review(pupil, senco)
    type(review).objects.update(meeting_on=None)

    with refused(ReviewMailReason.NO_DAY):
        ask(review, [parent_of(review)], senco)


def test_hostile_names_stay_words(review, senco, school):
    Invitee.objects.filter(pk=parent_of(review).pk).update(name="<img src=x onerror=alert(1)>")
    type(school).objects.filter(pk=school.pk).update(short_name="Fern\nBcc: x@example.org")
    ask(review, [parent_of(review)], senco)

    message = run_mails()[0]

    assert "<img" not in message.alternatives[0][0]
    assert "\n" not in message.subject
    assert message.recipients() == ["hannah@example.org"]


def test_links_stand_on_the_site_that_the_settings_name(review, senco):
    asked(review, parent_of(review), senco)

    assert f"{settings.SITE_URL}/l/" in mail.outbox[0].body
