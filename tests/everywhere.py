"""What each page that shows dates says: for the cases in which all of them have to agree."""

from datetime import date, datetime
from html import unescape
from zoneinfo import ZoneInfo

from django.core import mail
from django.urls import reverse
from django.utils import timezone

from governance.services.daily import run_daily
from governance.services.feeds import make_feed
from pupils.models import Pupil
from sendco.clock import academic_year_start
from sendco.due.models import DueItem
from sendco.due.words import was_late
from sendco.pages.due.calendar_feed import AHEAD, PAST
from staff.models import User
from staff.owed import all_differences

LONDON = ZoneInfo("Europe/London")


def words_of(response):
    assert response.status_code == 200, response.status_code
    return " ".join(unescape(response.content.decode()).split())


def everywhere(client, user: User, pupil: Pupil, *, on: date) -> dict[str, str]:
    """{page: its words} for who is signed in; the diary shows the month of `on`."""
    pages = {
        "due": reverse("due-list"),
        "pupil": reverse("pupil-detail", args=[pupil.pk]),
        "register": f"{reverse('register')}?who=all",
        "diary": f"{reverse('diary')}?view=month&on={on}",
        "compliance": reverse("compliance"),
    }
    said = {name: words_of(client.get(url)) for name, url in pages.items()}
    secret = make_feed(user=user, school=pupil.school)[1]
    feed = client.get(reverse("calendar-feed-read", args=[secret])).content.decode()
    said["feed"] = feed.replace("\r\n ", "").replace("\\,", ",")
    return said


def mailed(on: date) -> str:
    """The words of every mail that this day's run sends."""
    mail.outbox.clear()
    run_daily(datetime(on.year, on.month, on.day, 7, 5, tzinfo=LONDON))
    return "\n".join(message.body for message in mail.outbox)


def agree(client, user: User, pupil: Pupil) -> None:
    """Assert that the due table says of this child what the facts say, and every page and mail what the table says.

    `user` is signed in and sees the whole record.
    """
    assert list(all_differences()) == []
    today = timezone.localdate()
    items = list(DueItem.objects.filter(pupil_id=pupil.pk).order_by("due_on", "pk"))
    waiting = [item for item in items if not (item.met_on or item.closed_on or item.exception)]
    said, mails = everywhere(client, user, pupil, on=today), mailed(today)
    _assert_shown(client, said, waiting, today)
    _assert_listed(client, pupil, waiting)
    for title in {item.title for item in items} - {item.title for item in waiting}:
        assert f"{title} due" not in said["feed"], title
        assert title not in mails, title
    _assert_counted(client, items, today)


def _assert_shown(client, said, waiting, today):
    months = {}
    for item in waiting:
        assert item.title in said["due"], item.title
        assert item.title in said["pupil"], item.title
        if today - PAST <= item.due_on <= today + AHEAD:
            assert f"{item.title} due" in said["feed"], item.title
        first = item.due_on.replace(day=1)
        if first not in months:
            months[first] = words_of(client.get(f"{reverse('diary')}?view=month&on={first}"))
        assert item.title in months[first], item.title
    if waiting:
        assert waiting[0].title in said["register"]


def _assert_listed(client, pupil, waiting):
    """The list and the child's page hold these dates and no other."""
    sections = client.get(reverse("due-list")).context["sections"]
    listed = {row.item.pk for section in sections for row in section["rows"] if row.item.pupil_id == pupil.pk}
    rows = client.get(reverse("pupil-detail", args=[pupil.pk])).context["due"]
    excepted = {row.item.pk for row in rows if row.item.exception}
    assert listed - excepted == {row.item.pk for row in rows} - excepted == {item.pk for item in waiting}


def _assert_counted(client, items, today):
    """What was late in this school year stands once among what was missed."""
    year = academic_year_start(today)
    late = [
        item for item in items if was_late(item, today) and date(year, 9, 1) <= item.due_on <= date(year + 1, 8, 31)
    ]
    missed = client.get(reverse("compliance")).context["page"].object_list
    assert sorted(item.pk for item in missed) == sorted(item.pk for item in late)
