"""Reminders of contributions that go out by themselves, on set days before the meeting.

Each mail and its job are one transaction, and the database lets a person have one reminder for a set day. So the step
may be run as often as one likes, by several workers at once, and end anywhere.
"""

import logging
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from sendco.audit import services as audit
from sendco.clock import LONGEST_CLOSURE, SendingDays
from sendco.refusals import ChangedMeanwhile, Refused
from staff.models import School, User

from ...cases.kernel import locked
from ...models import AnnualReview, ChaserPlan, ChaserRun, Invitee, ReviewMail
from .. import chaser_days as chasers
from ..refusals import ChaserReason
from ..selectors import chasers as selectors
from . import inviting
from . import mail as review_mail

logger = logging.getLogger(__name__)


# --- What a school sets ------------------------------------------------------------------------------------------
@transaction.atomic
def save_plan(*, school: School, is_on: bool, days: list[int], version: int, by: User) -> ChaserPlan:
    """Set whether they go out, and how many days before the meeting. Raises ChangedMeanwhile for an older version."""
    if wrong := chasers.problem_with(days):
        raise wrong
    if not days:
        raise Refused(ChaserReason.NO_DAYS)
    plan, _ = ChaserPlan.objects.select_for_update(of=("self",)).get_or_create(school=school)
    if plan.version != version:
        raise ChangedMeanwhile(plan)
    days = sorted(days, reverse=True)
    if (plan.is_on, plan.days) == (is_on, days):
        return plan
    plan.is_on, plan.days, plan.version = is_on, days, plan.version + 1
    with audit.saving(plan, by=by):
        plan.save()
    when = chasers.in_words(days) if is_on else "do not go out by themselves"
    audit.record("reminders.reviews_changed", plan, text=f"Reminders of contributions to reviews: {when}", by=by)
    return plan


# --- The step of a day -------------------------------------------------------------------------------------------
def schools_to_remind(school_ids: Iterable[int], *, today: date) -> QuerySet[School]:
    """Those of these schools whose reviews were not gone through today."""
    done = ChaserRun.objects.filter(ran_on__gte=today).values("school")
    return School.objects.filter(pk__in=school_ids).exclude(pk__in=done).order_by("pk")


def remind(*, school: School, today: date) -> int:
    """Go through the reviews of a school once on each of its open days. Returns how many mails wait to be sent.

    A review that fails is tried again at the next call and holds up no other.
    """
    days = selectors.sending_days(school)
    if not days.is_open(today):
        return 0
    plan, ran_on = selectors.plan_of(school), selectors.ran_on(school)
    if ran_on is not None and ran_on >= today:
        return 0
    mails, all_well = 0, True
    for review in _coming(school, today) if plan.is_on else []:
        try:
            mails += _remind(review, plan=plan, days=days, today=today, ran_on=ran_on)
        except Exception:
            logger.exception("The reminders of review %s failed; they are tried again.", review.pk)
            all_well = False
    if all_well:
        ChaserRun.objects.update_or_create(school=school, defaults={"ran_on": today})
    return mails


def _coming(school: School, today: date) -> QuerySet[AnnualReview]:
    """Reviews whose meeting is near enough for a set day, those that cannot be reminded of among them."""
    furthest = today + timedelta(days=chasers.FURTHEST + LONGEST_CLOSURE)
    rows = AnnualReview.objects.filter(school=school, closed_on=None, held_on=None, reminders_stopped_on=None)
    return rows.filter(meeting_on__gt=today, meeting_on__lte=furthest).order_by("pk")


@transaction.atomic
def _remind(review: AnnualReview, *, plan: ChaserPlan, days: SendingDays, today: date, ran_on: date | None) -> int:
    """Write the mails of one review, its jobs and what the record says of it, all or nothing."""
    review = locked(review)
    if review.reminders_stopped_on or not selectors.is_live(review, today=today):
        return 0
    meeting_on: Any = review.meeting_on  # a live one has its day
    day = chasers.reached(chasers.set_days(meeting_on, plan.days, days), today=today, ran_on=ran_on)
    if day is None:
        return 0
    by_sender: dict[User, list[Invitee]] = {}
    for person in _to_tell(review, day, today):
        if person.sender:  # for whoever has none there is a reason, and no mail
            by_sender.setdefault(person.sender, []).append(person.invitee)
    for sender, invitees in by_sender.items():
        note = f"Reminded by itself, {chasers.in_words([day.number])}, in the name of {sender.name}"
        inviting.record_asked(invitees=invitees, asked_on=today, by=None, words=note)
        review_mail.queue(invitees, ReviewMail.Kind.REMINDER, sender, set_on=day.on)
    return sum(len(invitees) for invitees in by_sender.values())


def _to_tell(review: AnnualReview, day: chasers.SetDay, today: date) -> list[selectors.Missing]:
    had = set(ReviewMail.objects.filter(invitee__review=review, set_on=day.on).values_list("invitee", flat=True))
    missing = selectors.missing_of(review, today=today)
    return [
        person
        for person in missing
        if not person.why_not and person.invitee.pk not in had and not day.is_too_soon(person.heard_on)
    ]
