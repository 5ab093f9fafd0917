"""What goes out: by a real mail server that counts, refuses and hangs; and the words of a mail."""

from datetime import date, timedelta

import pytest
from django.core import mail

from governance import steps
from governance.models import DailyRun, Digest, DigestLine
from governance.refusals import MailReason
from governance.services import sending
from governance.services.daily import run_daily
from sendco.audit.models import Event
from sendco.due.models import DueItem
from sendco.jobs.models import Job
from staff.models import Membership
from staff.roles import Role
from tests.factories import MembershipFactory, PupilFactory, UserFactory
from tests.refusals import refused
from tests.security.contest import Contest

from .conftest import at
from .mail_server import MailServer

pytestmark = pytest.mark.postgresql("races")

MONDAY = date(2026, 11, 9)
State = Digest.State


@pytest.fixture
def server(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_TIMEOUT = 0.5
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    with MailServer() as running:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", running.port
        yield running


def states():
    return dict(Digest.objects.values_list("user__email", "state"))


@pytest.fixture
def three(school, make_due):
    """Three people with an item each, in the order in which their mails go."""
    people = [MembershipFactory(school=school, user=UserFactory(email=f"{name}@x.example")).user for name in "abc"]
    for person in people:
        make_due(MONDAY, owner_id=person.pk)
    return people


# --- The server ---
def test_each_person_gets_one_mail_with_both_parts(server, three):
    assert run_daily(at(MONDAY)) == {"planned": 1, "sent": 3}
    assert run_daily(at(MONDAY, 7, 10)) == {"planned": 0, "sent": 0}

    assert sorted(address for address, _, _ in server.mails) == ["a@x.example", "b@x.example", "c@x.example"]
    ids = dict(Digest.objects.values_list("user__email", "message_id"))
    for address, message_id, message in server.mails:
        assert message_id == ids[address]
        assert {part.get_content_type() for part in message.iter_parts()} == {"text/plain", "text/html"}
    assert set(states().values()) == {State.SENT}


def test_refused_address_is_shown_and_holds_up_nobody(server, three):
    server.refuse = {"a@x.example": "550 No such box", "b@x.example": "452 Box full"}

    run_daily(at(MONDAY))

    assert states() == {"a@x.example": "refused", "b@x.example": "waiting", "c@x.example": "sent"}
    assert Digest.objects.get(user=three[0]).error == sending.REFUSED.format(code=550)
    assert Digest.objects.get(user=three[1]).error == sending.LATER.format(code=452)


def test_temporary_refusal_is_tried_again_after_longer_and_longer_rests(server, three):
    server.refuse = {"b@x.example": "452 Box full"}
    server.times = {"b@x.example": 3}
    now, rests = at(MONDAY), []

    run_daily(now)
    while (digest := Digest.objects.get(user=three[1])).state == State.WAITING:
        rests.append(round((digest.next_at - now).total_seconds() / 60))
        run_daily(digest.next_at - timedelta(seconds=5))
        assert Digest.objects.get(user=three[1]).attempts == len(rests)
        now = digest.next_at + timedelta(seconds=1)
        run_daily(now)

    assert rests == [2, 5, 15]
    assert len(server.accepted("b@x.example")) == 1


def test_hanging_server_times_out_and_holds_up_nobody(server, three):
    server.silent = {"a@x.example"}

    run_daily(at(MONDAY))

    assert states() == {"a@x.example": "waiting", "b@x.example": "sent", "c@x.example": "sent"}
    assert Digest.objects.get(user=three[0]).error == sending.SILENT


def test_server_that_is_off_is_left_alone_after_three_silences(settings, server, school, make_due):
    for person in MembershipFactory.create_batch(6, school=school):
        make_due(MONDAY, owner_id=person.user_id)
    settings.EMAIL_PORT = 9  # nobody listens there

    run_daily(at(MONDAY))
    assert sorted(Digest.objects.values_list("attempts", flat=True)) == [0, 0, 0, 1, 1, 1]
    settings.EMAIL_PORT = server.port
    run_daily(at(MONDAY, 7, 10))

    assert len(server.mails) == 6


def test_mail_that_the_server_never_takes_is_given_up_in_the_end(server, three):
    server.refuse = {"a@x.example": "451 Later"}
    run_daily(at(MONDAY))
    DueItem.objects.update(basis="local", due_on=MONDAY + timedelta(days=90))  # nothing new to carry it along

    run_daily(at(MONDAY + timedelta(days=4)))

    assert states()["a@x.example"] == State.FAILED


def test_content_refused_for_good(server, three):
    server.sign_off = "554 Looks like spam"

    run_daily(at(MONDAY))

    assert set(states().values()) == {State.REFUSED}


def test_settings_of_the_sender_are_nobodys_own_fault(server, three, monkeypatch):
    import smtplib

    error = smtplib.SMTPAuthenticationError(535, b"no")
    assert sending._reason(error) == (sending.NO_SIGN_IN, False, True)
    assert sending._reason(smtplib.SMTPSenderRefused(550, b"no", "x")) == (sending.SENDER, False, True)
    assert sending._reason(smtplib.SMTPSenderRefused(421, b"no", "x"))[1:] == (False, False)
    assert sending._reason(smtplib.SMTPServerDisconnected("gone")) == (sending.SILENT, False, True)


def test_mail_that_cannot_be_made_holds_up_nobody(server, three, monkeypatch):
    real = sending.compose

    def broken(digest):
        if digest.user == three[0]:
            raise ValueError("no words")
        return real(digest)

    monkeypatch.setattr(sending, "compose", broken)

    run_daily(at(MONDAY))

    assert states() == {"a@x.example": "waiting", "b@x.example": "sent", "c@x.example": "sent"}


# --- Exactly once ---
def test_claim_of_a_dead_worker_is_taken_up_after_its_lease(server, three):
    run_daily(at(MONDAY), send=False)
    Digest.objects.filter(user=three[0]).update(
        state=State.SENDING, token="dead", lease_until=at(MONDAY) + sending.LEASE
    )

    run_daily(at(MONDAY, 7, 10))
    assert states()["a@x.example"] == State.SENDING
    run_daily(at(MONDAY, 7, 16))

    assert len(server.accepted("a@x.example")) == 1


def test_worker_that_was_succeeded_marks_nothing(server, three):
    run_daily(at(MONDAY), send=False)
    digest = sending._claim(Digest.objects.get(user=three[0]).pk, at(MONDAY))
    Digest.objects.filter(pk=digest.pk).update(token="another")

    sending._close(digest, State.REFUSED, error="late words")

    assert Digest.objects.get(pk=digest.pk).state == State.SENDING


@pytest.mark.django_db(transaction=True)
def test_three_workers_at_once_send_each_mail_once(server, school, make_due, tmp_path):
    people = [MembershipFactory(school=school, user=UserFactory(email=f"p{n}@x.example")).user for n in range(12)]
    for person in people:
        make_due(MONDAY, owner_id=person.pk)
    contest = Contest(tmp_path, whole=False)

    contest.between(*[lambda: run_daily(at(MONDAY))] * 3)
    contest.look(lambda: run_daily(at(MONDAY, 7, 10)))

    assert sorted(address for address, _, _ in server.mails) == sorted(person.email for person in people)
    assert contest.look(DigestLine.objects.count) == 12
    assert contest.look(DailyRun.objects.get).outcome == "done"


def test_mail_waits_for_another_school_whose_run_is_not_done(server, senco, make_due, other_school):
    MembershipFactory(school=other_school, role=Role.SENCO, user=senco)
    make_due(MONDAY)
    run_daily(at(MONDAY), send=False)
    DailyRun.objects.filter(school=other_school).update(outcome="waiting", lease_until=at(MONDAY, 12))

    assert run_daily(at(MONDAY, 7, 10))["sent"] == 0
    assert run_daily(at(MONDAY, 7, 40))["sent"] == 1


# --- As things stand when it goes ---
def test_done_meanwhile_is_left_out(server, three):
    run_daily(at(MONDAY), send=False)
    DueItem.objects.filter(owner_id=three[0].pk).update(met_on=MONDAY)

    run_daily(at(MONDAY, 7, 10))

    assert states()["a@x.example"] == State.EMPTY
    assert len(server.mails) == 2


def test_access_that_ended_meanwhile_gets_nothing(server, three, senco):
    run_daily(at(MONDAY), send=False)
    Membership.objects.filter(user=three[0]).update(ends_on=MONDAY - timedelta(days=1))

    run_daily(at(MONDAY, 7, 10))
    run_daily(at(MONDAY + timedelta(days=1)))

    assert states()["a@x.example"] == State.EMPTY
    assert DigestLine.objects.filter(user=senco).count() == 1  # late now, and the SENDCo's


# --- By hand ---
def test_retry_sends_it_again_and_says_who(server, three, senco, school):
    server.refuse = {"a@x.example": "550 No such box"}
    run_daily(at(MONDAY))
    server.refuse = {}
    digest = Digest.objects.get(user=three[0])

    sending.retry(digest=digest, school=school, by=senco)
    run_daily(at(date(2030, 1, 1)))

    assert len(server.accepted("a@x.example")) == 1
    assert Event.objects.filter(code="reminders.retried", by_id=senco.pk).exists()
    with refused(MailReason.SENT_OR_BEING_SENT):
        sending.retry(digest=digest, school=school, by=senco)


# --- The words ---
def test_words_of_the_mail(senco, make_due, school, pupil):
    school.email = "office@fernhill.sch.uk"
    school.save()
    make_due(MONDAY - timedelta(days=4), rule="plan.final", title="Final plan", duty="la")
    make_due(MONDAY - timedelta(days=2))
    make_due(MONDAY + timedelta(days=3), act_by_on=MONDAY + timedelta(days=2), basis="local", authority="School policy")

    run_daily(at(MONDAY))

    message = mail.outbox[0]
    assert message.to == [senco.email]
    assert message.subject == "Reminders for Mon 9 Nov 2026: 1 overdue, 1 this week, 1 waiting on others"
    assert message.reply_to == ["office@fernhill.sch.uk"]
    assert message.message()["Auto-Submitted"] == "auto-generated"
    html = message.alternatives[0][0]
    for words in (
        "K.A., 5A",
        "Report of the review meeting",
        "Sat 7 Nov 2026, 2 days late",
        "Law: SEND Regulations 2014 reg 20(7)",
        "Report due two weeks after the meeting.",
        "The last school day before it is Wed 11 Nov 2026.",
        "http://localhost:8000/",
    ):
        assert words in message.body
        assert words in html
    assert "School policy: School policy" not in message.body
    for name in (pupil.legal_forename, pupil.legal_surname, "Adeyemi"):
        assert name not in message.body + html + message.subject


def test_mail_to_somebody_who_stands_in_says_for_whom(senco, head, make_due, school):
    from governance.models import Cover

    Cover.objects.create(school=school, absent=senco, deputy=head, starts_on=MONDAY, ends_on=MONDAY, is_instead=True)
    make_due(MONDAY)

    run_daily(at(MONDAY))

    assert mail.outbox[0].to == [head.email]
    assert "You stand in for Nadia Rahman." in mail.outbox[0].body


def test_mail_after_missed_days_says_so_once(senco, make_due):
    run_daily(at(date(2026, 11, 4)))
    make_due(MONDAY)

    run_daily(at(MONDAY))

    assert mail.outbox[0].body.count("sendco did not run on Thu 5 Nov 2026, Fri 6 Nov 2026.") == 1


def test_item_stands_once_in_a_mail_that_carries_two_days(senco, make_due):
    make_due(MONDAY)
    run_daily(at(MONDAY), send=False)

    run_daily(at(MONDAY + timedelta(days=1)))

    assert mail.outbox[0].body.count("Report of the review meeting") == 1
    assert len(mail.outbox) == 1


def test_governor_gets_no_mail(governor, senco, make_due):
    make_due(MONDAY, owner_id=governor.pk)

    run_daily(at(MONDAY))

    assert [message.to for message in mail.outbox] == [[senco.email]]


def test_steps_do_nothing_by_themselves():
    assert steps.reached("row.before") is None


def test_queries_of_a_mail_do_not_grow_with_its_items(senco, school, make_due, django_assert_max_num_queries):
    for pupil in PupilFactory.create_batch(40, school=school):
        make_due(MONDAY, about=pupil)
    run_daily(at(MONDAY), send=False)

    with django_assert_max_num_queries(12):
        sending.send_waiting(now=at(MONDAY))

    assert len(mail.outbox) == 1
    assert not Job.objects.filter(status="failed").exists()
