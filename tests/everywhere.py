"""What each page that shows dates says: for the cases in which all of them have to agree."""

from datetime import date, datetime
from html import unescape
from zoneinfo import ZoneInfo

from django.core import mail
from django.urls import reverse

from governance.services.daily import run_daily
from governance.services.feeds import make_feed
from pupils.models import Pupil
from staff.models import User

LONDON = ZoneInfo("Europe/London")


def words_of(response):
    assert response.status_code == 200, response.status_code
    return " ".join(unescape(response.content.decode()).split())


def everywhere(client, user: User, pupil: Pupil, *, on: date) -> dict[str, str]:
    """{page: its words} for who is signed in; the diary shows the month of `on`."""
    pages = {
        "due": reverse("due-list"),
        "pupil": reverse("pupil-detail", args=[pupil.pk]),
        "register": reverse("register"),
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
