"""A secret address gives its person's dates with initials, to nobody once it is stopped or its person has left."""

import logging
from datetime import date, time, timedelta

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from ehcp.models import AnnualReview
from governance.models import CalendarFeed
from governance.services.feeds import hash_of, make_feed
from sendco.audit.models import Event
from sendco.limits.services import LIMITS
from sendco.redaction import redact
from staff.models import Membership
from staff.roles import Role
from tests.factories.ehcp import PlanFactory

from .test_feed import make_due


@pytest.fixture
def secret(senco, school):
    return make_feed(user=senco, school=school)[1]


def read(client, secret):
    return client.get(reverse("calendar-feed-read", args=[secret]))


def events(response):
    assert response.status_code == 200
    return [event for event in Calendar.from_ical(response.content).walk("VEVENT")]


# --- Making and stopping ------------------------------------------------------------------------------------------
def test_the_address_is_shown_once_and_kept_as_a_hash(proved, senco, school):
    client = proved(senco)

    words = client.post(reverse("calendar-feed")).content.decode()

    feed = CalendarFeed.objects.get()
    secret = words.split("/feeds/")[1].split(".ics")[0]
    assert len(secret) >= 43
    assert f"{settings.SITE_URL}/feeds/" in words
    assert feed.secret_hash == hash_of(secret)
    assert secret not in str(vars(feed))
    assert "/feeds/" not in client.get(reverse("calendar-feed")).content.decode()
    assert secret not in str(dict(client.session))


def test_making_asks_for_the_password_again(client, sign_in, senco):
    sign_in(senco)

    assert "reauthenticate" in client.post(reverse("calendar-feed")).url
    assert not CalendarFeed.objects.exists()


def test_a_new_address_stops_the_old_one(client, senco, school, secret):
    _, newer = make_feed(user=senco, school=school)

    assert read(client, secret).status_code == 404
    assert read(client, newer).status_code == 200


def test_stopping_is_at_once_and_on_record(client, sign_in, senco, secret):
    sign_in(senco)

    client.post(reverse("calendar-feed-stop"))

    assert read(client, secret).status_code == 404
    codes = set(Event.objects.filter(subject_type="governance.calendarfeed").values_list("code", flat=True))
    assert codes == {"calendar_feed.made", "calendar_feed.revoked"}
    assert not Event.objects.filter(text__contains=secret).exists()


def test_nobody_stops_another_persons(client, sign_in, head, secret):
    sign_in(head)

    client.post(reverse("calendar-feed-stop"))

    client.logout()
    assert read(client, secret).status_code == 200


# --- What it holds ------------------------------------------------------------------------------------------------
def test_initials_duty_and_day_and_nothing_else(client, pupil, secret):
    item = make_due(pupil, 3, title="Review report", explanation="Secret arithmetic", practice_note="Note")

    response = read(client, secret)

    event = events(response)[0]
    assert (event["summary"], event["description"]) == ("K. A.: Review report due", "Law")
    assert event["dtstart"].dt == item.due_on
    assert event["dtend"].dt == item.due_on + timedelta(days=1)
    text = response.content.decode()
    for words in ("Kezia", "Adeyemi", "reg 20", "Secret arithmetic", pupil.upn or "no upn"):
        assert words not in text


def test_others_duties_and_exceptions_say_so(client, pupil, secret):
    make_due(pupil, 3, title="Decision", duty="la")
    make_due(pupil, 4, title="Final plan", duty="la", exception="Away for four weeks")

    assert [str(event["summary"]) for event in events(read(client, secret))] == [
        "K. A.: Decision due (LA)",
        "K. A.: Final plan due (LA), exception claimed",
    ]


def test_ids_stay_and_what_is_done_disappears(client, pupil, secret):
    first, second = make_due(pupil, 3), make_due(pupil, 4)
    before = {str(event["uid"]) for event in events(read(client, secret))}
    first.met_on = timezone.localdate()
    first.save()
    second.due_on += timedelta(days=2)
    second.save()

    after = events(read(client, secret))

    assert len(before) == 2
    assert [str(event["uid"]) in before for event in after] == [True]
    assert after[0]["dtstart"].dt == second.due_on


def test_meetings_are_in_it(client, pupil, senco, secret):
    on = timezone.localdate() + timedelta(days=9)
    plan = PlanFactory(pupil=pupil)
    AnnualReview.objects.create(
        school=pupil.school, pupil=pupil, plan=plan, organiser=senco, meeting_on=on, meeting_time=time(14, 0)
    )

    assert [str(event["summary"]) for event in events(read(client, secret))] == ["K. A.: Annual review meeting, 14:00"]


def test_far_and_long_past_dates_are_left_out(client, pupil, secret):
    for days in (-100, 500):
        make_due(pupil, days)

    assert events(read(client, secret)) == []


def test_it_is_not_kept_by_anybody_on_the_way(client, secret):
    response = read(client, secret)

    assert response["Content-Type"].startswith("text/calendar")
    assert "no-store" in response["Cache-Control"]
    assert response["X-Robots-Tag"] == "noindex"
    assert client.head(reverse("calendar-feed-read", args=[secret])).status_code == 200
    assert client.post(reverse("calendar-feed-read", args=[secret])).status_code == 405


def test_a_reading_is_noted_by_the_hour(client, secret):
    read(client, secret)
    first = CalendarFeed.objects.get().last_read_at
    read(client, secret)

    assert first is not None
    assert CalendarFeed.objects.get().last_read_at == first


# --- To whom ------------------------------------------------------------------------------------------------------
def test_what_its_person_may_not_see_is_not_in_it(client, teacher, school, pupil, other_pupil, foreign_pupil):
    _, secret = make_feed(user=teacher, school=school)
    make_due(pupil, 3, title="Mine", owner_id=teacher.pk)
    make_due(pupil, 3, title="Colleague's")
    make_due(foreign_pupil, 3, title="Foreign", owner_id=teacher.pk)

    assert [str(event["summary"]) for event in events(read(client, secret))] == ["K. A.: Mine due"]


@pytest.mark.parametrize("change", ["left", "inactive", "governor", "elsewhere"])
def test_somebody_who_left_or_changed_meets_nothing(client, senco, school, other_school, secret, change):
    memberships = Membership.objects.filter(user=senco)
    if change == "left":
        memberships.update(ends_on=timezone.localdate() - timedelta(days=1))
    elif change == "inactive":
        senco.is_active = False
        senco.save()
    elif change == "governor":
        memberships.update(role=Role.GOVERNOR)
    else:
        memberships.update(school=other_school)

    assert read(client, secret).status_code == 404


@pytest.mark.usefixtures("one_window")
def test_unknown_addresses_are_not_found_and_rationed(client, db):
    for _ in range(LIMITS["link_open_address"].times):
        assert read(client, "A" * 43).status_code == 404
    assert read(client, "A" * 43).status_code == 429


@pytest.mark.usefixtures("one_window")
def test_a_feed_is_read_so_often_an_hour(client, secret):
    for _ in range(LIMITS["calendar_feed"].times):
        assert read(client, secret).status_code == 200
    assert read(client, secret).status_code == 429


def test_an_odd_secret_breaks_nothing(client, db):
    for secret in ("x", "%00", "ä", "a" * 5000, "..%2f"):
        assert client.get(f"/feeds/{secret}.ics").status_code == 404


# --- Logs ---------------------------------------------------------------------------------------------------------
def test_no_log_holds_the_secret(client, secret, caplog):
    caplog.set_level(logging.DEBUG)
    read(client, secret)
    read(client, f"{secret}x")

    lines = [str(vars(record)) for record in caplog.records if not record.name.startswith("django.db")]
    assert any("calendar-feed-read" in line for line in lines)
    assert not [line for line in lines if secret in line]
    assert secret not in redact(f"GET /feeds/{secret}.ics HTTP/1.1")
    assert "abc" not in redact("GET /feeds/abc.ics HTTP/1.1")


def test_dates_are_real(client, pupil, secret):
    make_due(pupil, 3)

    assert isinstance(events(read(client, secret))[0]["dtstart"].dt, date)
