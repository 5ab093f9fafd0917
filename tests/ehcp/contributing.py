"""What the tests of contributions share: a planned review with a parent, a child, a colleague and a professional."""

import re
from datetime import date

from django.core import mail
from django.urls import reverse

from ehcp.models import Invitee
from ehcp.reviews.services import inviting, reviews
from ehcp.reviews.services import mail as review_mail
from sendco.jobs import runner
from sendco.jobs.models import Job
from tests.factories.ehcp import PlanFactory

MONDAY = "2026-11-23 10:00"
MEETING = date(2027, 1, 14)
Role = Invitee.Role


def planned_review(pupil, senco, **contact):
    values = {"name": "Hannah Adeyemi", "email": "hannah@example.org", "has_parental_responsibility": True}
    pupil.contacts.create(**values | contact)
    plan = PlanFactory(pupil=pupil)
    review = reviews.begin(plan=plan, kind="annual", by=senco)
    inviting.add_invitee(
        review=review,
        role=Role.HEALTH,
        name="Priya Nair",
        email="priya@clinic.example",
        organisation="Clinic",
        by=senco,
    )
    return reviews.plan_meeting(
        review=review, version=review.version, meeting_on=MEETING, by=senco, contribute_by=date(2026, 12, 17)
    )


def person(review, role, **which):
    return (
        review.invitees.filter(role=role, **which).select_related("review__pupil", "review__school", "contact").first()
    )


def parent_of(review):
    return person(review, Role.PARENT)


def run_mails():
    """Run the waiting mail jobs. Returns the mails that went."""
    before = len(mail.outbox)
    for job in Job.objects.filter(kind__in=["ehcp.review_mail", "staff.send_mail"], status="queued").order_by("pk"):
        runner.run(job.pk)
    return mail.outbox[before:]


def secret_in(message):
    return re.search(r"/l/([\w-]+)/", message.body).group(1)


def asked(review, invitee, senco):
    """Ask this person by mail. Returns the secret of the link."""
    review_mail.ask_for_contributions(review=review, invitees=[invitee], by=senco)
    return secret_in(run_mails()[-1])


def enter(client, secret):
    """Open the link, press Continue and type the code that was mailed. Returns the last answer."""
    address = reverse("link-open", args=[secret])
    answer = client.post(address)
    if answer.status_code != 200:
        return answer
    return client.post(address, {"code": code_in(run_mails()[-1])})


def code_in(message):
    return re.search(r"\b\d{6}\b", message.body).group()


def question(number):
    return reverse("ehcp:answer-question", args=[number])


def write(client, number, words, **more):
    return client.post(question(number), {"words": words, "go": "next", **more})
