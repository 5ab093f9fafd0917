"""Fifty schools with plans and reviews, and the daily run over all of them: dates worked out, stages, digests."""

from datetime import datetime, time, timedelta

from django.core import mail
from django.test.utils import override_settings
from django.utils import timezone

from ehcp.models import AnnualReview, ChaserRun, Invitee, LocalAuthority, Plan
from governance.models import DailyRun, Digest
from governance.services.daily import remind_of_reviews, run_daily
from pupils.models import Pupil
from sendco.clock import LONDON, is_working_day
from sendco.due.models import DueItem
from staff.models import Membership, School, User
from staff.owed import bring_school_up_to_date
from staff.roles import Role

from .data import BATCH, make_school

PUPILS, PLANS, REVIEWS, PEOPLE = 200, 40, 30, 6
TRUST_HEAD = "trust@bench.example"


def make_schools(first, count):
    """Make schools of 200 pupils with 40 plans and 30 reviews each, and six people who organise them."""
    return [_with_cases(number) for number in range(first, first + count)]


def _with_cases(number):
    school, senco = make_school(number, PUPILS)
    people = [senco] + [_organiser(school, number, place) for place in range(PEOPLE - 1)]
    authority = LocalAuthority.objects.create(school=school, name="Westmarch", report_days=7)
    today = timezone.localdate()
    pupils = list(Pupil.objects.filter(school=school).order_by("pk")[:: PUPILS // PLANS])
    plans = Plan.objects.bulk_create(
        Plan(
            school=school,
            pupil=pupil,
            authority=authority,
            made_on=today - timedelta(days=200 + 9 * place),
        )
        for place, pupil in enumerate(pupils)
    )
    reviews = AnnualReview.objects.bulk_create(
        _review(school, plan, people[place % PEOPLE], place, today) for place, plan in enumerate(plans[:REVIEWS])
    )
    Invitee.objects.bulk_create(
        (
            Invitee(review=review, role=role, name="Somebody", invited_on=review.meeting_on - timedelta(days=20))
            for review in reviews
            for role in ("parent", "head", "la", "health", "social")
        ),
        batch_size=BATCH,
    )
    bring_school_up_to_date(school)
    return school, senco


def _organiser(school, number, place):
    user = User.objects.create_user(email=f"organiser{place}.{number}@bench.example", name=f"Organiser {place}")
    Membership.objects.create(user=user, school=school, role=Role.SENCO, starts_on=timezone.localdate())
    return user


def _review(school, plan, organiser, place, today):
    """A third before the meeting, a third waiting for the report, a third waiting for the authority."""
    meeting_on = today + timedelta(days=(12, -9, -31)[place % 3])
    return AnnualReview(
        school=school,
        pupil=plan.pupil,
        plan=plan,
        organiser=organiser,
        began_on=today - timedelta(days=60),
        meeting_on=meeting_on,
        held_on=meeting_on if place % 3 else None,
        report_sent_on=meeting_on + timedelta(days=10) if place % 3 == 2 else None,
    )


def trust_head():
    """Make somebody who leads every school there is."""
    user = User.objects.create_user(email=TRUST_HEAD, name="Trust Head")
    Membership.objects.bulk_create(
        Membership(user=user, school=school, role=Role.HEAD, starts_on=timezone.localdate())
        for school in School.objects.all()
    )


def daily(school, senco, share):
    """The daily run over every school: look for reviews to remind of, work out all dates again, choose the stages,
    write and send the digests."""
    day = timezone.localdate() + timedelta(days=1)
    while not is_working_day(day):
        day += timedelta(days=1)
    with override_settings(EMAIL_BACKEND="django.core.mail.backends.locmem.EmailBackend"):
        at = datetime.combine(day, time(9), tzinfo=LONDON)
        remind_of_reviews(at)
        run_daily(at)
    return {"mails": len(mail.outbox), "items": DueItem.objects.count()}


def forget_runs():
    Digest.objects.all().delete()
    DailyRun.objects.all().delete()
    ChaserRun.objects.all().delete()
