"""Dates of the graduated approach wherever dates stand: due list, daily mail, diary and calendar file, by one table."""

from datetime import date, datetime

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from governance.services.daily import run_daily
from governance.services.feeds import make_feed
from pupils.agencies import services as agencies
from pupils.challenges import services as challenges
from pupils.models import Agency, Challenge, Target
from pupils.plans.services import targets
from sendco.due.models import DueItem
from tests.governance.conftest import at

from .helping import begin
from .test_agencies import refer
from .test_meetings import agree, monday, plan

pytestmark = pytest.mark.postgresql("dates")

# {rule: (the title, the word for its footing)} of what is due next Monday.
DUE = {
    "support.review": ("Review the SEN support plan", "Guidance"),
    "target.review": ("Review a target", "School policy"),
    "meeting.action": ("Do what was agreed at a meeting", "School policy"),
    "referral.ask": ("Ask an agency when the child is seen", "School policy"),
    "challenge.reply": ("Reply to a challenge", "School policy"),
}


@pytest.fixture
def dates(school, pupil, senco):
    """One of each, as the services make them. Returns {rule: the due item}."""
    today, day = timezone.localdate(), monday()
    begun = begin(pupil, senco, review_on=day)
    first = Target.objects.get(outcome__plan=begun, number=1)
    targets.save_target(target=first, values={"review_on": day}, version=first.version, by=senco)
    agree(plan(pupil, senco), senco, owner=senco, days=0)
    clinic = Agency.objects.create(school=school, name="Speech therapy", kind="salt", usual_weeks=18)
    again = {"seen_on": None, "ask_again_on": day, "report_due_on": None}
    agencies.note_seen(referral=refer(pupil, clinic, senco, sent=30), values=again, by=senco)
    raised = {
        "body": "la", "agency": None, "name": "SEND team", "about": "Late", "words": "Late", "raised_on": today,
        "reply_by": day, "owner": senco,
    }  # fmt: skip
    challenges.save_challenge(challenge=Challenge(school=school, pupil=pupil), values=raised, version=1, by=senco)
    return {item.rule: item for item in DueItem.objects.filter(due_on=day, rule__in=DUE)}


def test_each_stands_on_its_footing_in_every_place(client, sign_in, school, pupil, senco, dates):
    assert set(dates) == set(DUE)
    sign_in(senco)
    secret = make_feed(user=senco, school=school)[1]
    feed = client.get(reverse("calendar-feed-read", args=[secret])).content.decode()
    events = [event for event in Calendar.from_ical(feed).walk("VEVENT") if day_of(event) == monday()]
    run_daily(at(monday()))
    letter = next(one for one in mail.outbox if one.to == [senco.email]).body
    feed_page = client.get(reverse("due-list")).content.decode()
    diary = client.get(reverse("diary"), {"on": f"{monday():%Y-%m-%d}", "view": "week"}).content.decode()

    for rule, (title, footing) in DUE.items():
        item = dates[rule]
        assert item.title == title
        event = next(event for event in events if item.title in str(event["summary"]))
        assert footing in str(event["description"]), rule
        entry = letter[letter.index(item.title) :][:400]
        assert footing in entry, rule
        assert item.title in feed_page, rule
        assert item.title in diary, rule
        assert item.explanation in client.get(reverse("due-why", args=[item.pk])).content.decode(), rule
    # A mail names no child.
    assert pupil.forename not in letter


def day_of(event):
    begins = event["dtstart"].dt
    return begins.date() if isinstance(begins, datetime) else begins


def test_none_of_them_says_that_it_is_law(dates):
    assert {item.basis for item in dates.values()} == {"guidance", "local"}
    assert all(isinstance(item.due_on, date) and item.authority for item in dates.values())
