"""Who gets an answer to a mail, and whether a machine may answer it, of every kind of mail that the site sends."""

import re
from pathlib import Path

import pytest
import time_machine
from django.core import mail

import ehcp.reviews.jobs  # noqa: F401  (the worker looks its handlers up by name)
from ehcp.models import ReviewMail
from ehcp.reviews.services import mail as review_mail
from sendco.jobs.models import Job
from sendco.jobs.runner import run
from staff.mailing import compose
from staff.roles import Role
from staff.sign_in import invitations
from staff.tasks import send_account_mail
from tests.ehcp.contributing import MONDAY, parent_of, planned_review, run_mails
from tests.factories import MembershipFactory

ROOT = Path(__file__).resolve().parents[2]
OFFICE = "office@fernhill.sch.uk"


@pytest.fixture(autouse=True)
def _monday():
    with time_machine.travel(MONDAY, tick=False):
        yield


@pytest.fixture(autouse=True)
def _office(_monday, school):
    school.email = OFFICE
    school.save(update_fields=["email"])


def sent():
    for job in Job.objects.filter(kind="staff.send_mail"):
        run(job.pk)
    return mail.outbox[-1]


def test_invitation_is_answered_by_the_school(school, head):
    invitations.invite_by_mail(school=school, email="new@example.org", name="New", role=Role.TEACHER, by=head)

    assert sent().reply_to == [OFFICE]
    assert sent().message()["Auto-Submitted"] == "auto-generated"


def test_mail_of_sign_in_is_answered_by_the_only_school_of_the_person(client, teacher):
    client.post("/accounts/password/reset/", {"email": teacher.email})

    assert sent().reply_to == [OFFICE]
    assert sent().message()["Auto-Submitted"] == "auto-generated"


def test_somebody_of_two_schools_answers_nobody(teacher, other_school):
    other_school.email = "office@oakmere.sch.uk"
    other_school.save()
    MembershipFactory(school=other_school, role=Role.TEACHER, user=teacher)

    assert send_account_mail(to=teacher.email, subject="Hello", text="Words").reply_to == ""


def test_mail_of_a_review_says_whether_a_person_or_a_machine_sent_it(pupil, senco):
    parent = parent_of(planned_review(pupil, senco))
    review_mail.ask_for_contributions(review=parent.review, invitees=[parent], by=senco)
    [message] = run_mails()
    to, day = parent.contact.email, parent.review.meeting_on
    by_itself = ReviewMail(invitee=parent, kind="reminder", to=to, set_on=day, made_by=senco)

    assert message.reply_to == [OFFICE]
    assert message.message()["Auto-Submitted"] is None
    assert review_mail.composed(by_itself, "").message()["Auto-Submitted"] == "auto-generated"


def test_school_without_an_address_leaves_the_header_out(school, teacher):
    school.email = ""
    school.save()
    send_account_mail(to=teacher.email, subject="Hello", text="Words", school=school)

    assert "Reply-To" not in sent().message()


def test_what_a_person_sends_may_be_answered_by_a_machine():
    message = compose(to="a@example.org", subject="Two\nlines", text="Words", reply_to=OFFICE, automatic=False)

    assert message.message()["Auto-Submitted"] is None
    assert message.message()["Reply-To"] == OFFICE
    assert message.subject == "Two lines"


def test_every_mail_is_made_up_in_one_place():
    wanted = re.compile(r"EmailMultiAlternatives\(|EmailMessage\(|\bsend_mail\(|send_mass_mail\(|mail_admins\(")
    found = {
        file.relative_to(ROOT).as_posix()
        for floor in ("sendco", "staff", "pupils", "ehcp", "governance")
        for file in (ROOT / floor).rglob("*.py")
        if any(wanted.search(line) and "def " not in line for line in file.read_text(encoding="utf-8").splitlines())
    }

    assert found == {"staff/mailing.py"}
