"""Which reminders of contributions go out by themselves, when, and to whom."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import QuerySet

from sendco.audit.models import Audience, Event
from sendco.audit.selectors import school_events
from sendco.clock import SendingDays
from staff.acting import acting_for
from staff.models import School, User
from staff.permissions import Permission
from staff.selectors import school_calendar

from ...models import AnnualReview, ChaserPlan, ChaserRun, Invitee, ReviewMail
from .. import chaser_days as chasers
from . import invitees
from .facts import contributions_wanted

ASKING = (ReviewMail.Kind.REQUEST, ReviewMail.Kind.REMINDER)


def plan_of(school: School) -> ChaserPlan:
    return ChaserPlan.objects.filter(school=school).first() or ChaserPlan(school=school)


def ran_on(school: School) -> date | None:
    """The last day on which this school's reviews were gone through, or None."""
    return ChaserRun.objects.filter(school=school).values_list("ran_on", flat=True).first()


def sending_days(school: School) -> SendingDays:
    return SendingDays(school_calendar(school))


# --- Who ---------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Missing:
    """Somebody who was asked and has not sent. `why_not` says why no mail goes to them by itself; else it is empty."""

    invitee: Invitee
    sender: User | None
    why_not: str

    @property
    def heard_on(self) -> date:
        """When a contribution was last asked for: the first time or again."""
        return max(day for day in (self.invitee.asked_on, self.invitee.chased_on) if day)


def missing_of(review: AnnualReview, *, today: date) -> list[Missing]:
    """Those whose words were asked for and have not come. The number of queries does not grow with them."""
    people = list(contributions_wanted(review).select_related("contact", "user"))
    if not people:
        return []
    asked = ReviewMail.objects.filter(invitee__in=people, kind__in=ASKING).select_related("made_by").order_by("pk")
    asked_by = {mail.invitee_id: mail.made_by for mail in asked}
    users = [person.user_id for person in people if person.user_id]
    here = set(User.objects.working_at(review.school, today).filter(pk__in=users).values_list("pk", flat=True))
    may_write = _who_may_write(review.school, today)
    missing = []
    for invitee in people:
        invitee.review = review
        wanted = (asked_by.get(invitee.pk), review.organiser)
        sender = next((user for user in wanted if user is not None and may_write(user)), None)
        missing.append(Missing(invitee, sender, _why_not(invitee, sender, here)))
    return missing


def _who_may_write(school: School, today: date) -> Callable:
    """A function that says whether somebody still works on reviews here: a mail goes out in their name."""
    known = {}

    def may_write(user: User) -> bool:
        if user.pk not in known:
            acting = acting_for(user, school.pk, today=today)
            works_here = user.is_active and acting.school is not None and acting.school.pk == school.pk
            known[user.pk] = works_here and acting.can(Permission.CASE_EDIT)
        return known[user.pk]

    return may_write


def _why_not(invitee: Invitee, sender: User | None, here: set[int]) -> str:
    if invitees.why_not(invitee):
        return "may not be written to"
    if invitee.user_id and invitee.user_id not in here:
        return "no longer works here"
    if not invitees.address_of(invitee):
        return "no e-mail address"
    return "" if sender else "who asked no longer works on reviews here: ask again yourself"


def is_live(review: AnnualReview, *, today: date) -> bool:
    """May anything go out by itself about this review? Only while its meeting lies ahead, for a child on the roll."""
    over = review.closed_on or review.held_on or review.plan.ceased_on or not review.pupil.on_roll
    return bool(review.meeting_on and review.meeting_on > today and not over)


# --- What the pages say ------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Outlook:
    """What goes out by itself about one review. `state` is "off", "stopped", "no_day", "over" or "on"."""

    state: str
    numbers: str
    days: list[date] = field(default_factory=list)
    asked: bool = False
    missing: list[Missing] = field(default_factory=list)

    @property
    def left_out(self) -> list[Missing]:
        return [person for person in self.missing if person.why_not]


def outlook(review: AnnualReview, *, today: date) -> Outlook | None:
    """What goes out by itself, and to how many; None where nothing is waited for any more."""
    if review.closed_on or review.held_on:
        return None
    plan = plan_of(review.school)
    state = _state(review, plan, today)
    missing = missing_of(review, today=today)
    asked = bool(missing) or review.invitees.filter(removed_on=None).exclude(asked_on=None).exists()
    days = _days(review, plan, missing, asked, today) if state == "on" else []
    return Outlook(state, chasers.in_words(plan.days), days, asked, missing)


def _state(review: AnnualReview, plan: ChaserPlan, today: date) -> str:
    if not plan.is_on:
        return "off"
    if review.reminders_stopped_on:
        return "stopped"
    if review.meeting_on is None:
        return "no_day"
    return "on" if is_live(review, today=today) else "over"


def _days(review: AnnualReview, plan: ChaserPlan, missing: list[Missing], asked: bool, today: date) -> list[date]:
    """Where nobody was asked yet, the days on which somebody who is asked early enough would hear."""
    days = sending_days(review.school)
    heard = [person.heard_on for person in missing if not person.why_not] if asked else [date.min]
    meeting_on: Any = review.meeting_on  # fixed, or the state would say so
    planned = chasers.set_days(meeting_on, plan.days, days)
    facts: dict[str, Any] = {"meeting_on": meeting_on, "today": today, "ran_on": ran_on(review.school), "days": days}
    return chasers.to_come(planned, heard=heard, **facts)


# --- What the school set -----------------------------------------------------------------------------------------
def example(school: School, plan: ChaserPlan, *, today: date) -> tuple[date, list[date]] | None:
    """(a meeting, the days on which reminders go before it): the next one with such a day ahead, or None."""
    if not plan.is_on:
        return None
    ahead: QuerySet[Any] = AnnualReview.objects.filter(
        school=school, closed_on=None, held_on=None, meeting_on__gt=today
    )
    days = sending_days(school)
    for meeting_on in ahead.order_by("meeting_on").values_list("meeting_on", flat=True):
        going = sorted({day.goes_on for day in chasers.set_days(meeting_on, plan.days, days)})
        if going[-1] >= today:
            return meeting_on, going
    return None


def changes(school: School, limit: int = 6) -> QuerySet[Event]:
    """What was changed about these days lately. Nothing about a child is among it."""
    events = school_events(school_id=school.pk, audiences={Audience.RECORD})
    return events.filter(code="reminders.reviews_changed")[:limit]
