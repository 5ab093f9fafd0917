from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from pupils.models import WatchListEntry
from pupils.register import services as register
from pupils.register.refusals import WatchReason
from tests.days import from_today
from tests.factories import PupilFactory
from tests.refusals import shows

LIST = "pupils:watch-list"


def in_days(count):
    return timezone.localdate() + timedelta(days=count)


def page_of(response):
    return response.content.decode()


@pytest.fixture
def watched(pupil, senco):
    return register.start_watching(pupil=pupil, reason="Reading pace", look_again_on=in_days(30), by=senco)


def start(client, pupil, **changed):
    data = {"reason": "Reading pace", "look_again_on": in_days(30).isoformat()} | changed
    return client.post(reverse("pupils:watch-start", args=[pupil.pk]), data)


def look(client, entry, **changed):
    data = {"outcome": "Keeps up now", "goes_on": "stop", "look_again_on": "", "version": entry.version} | changed
    return client.post(reverse("pupils:watch-look-again", args=[entry.pk]), data)


def test_monitoring_starts_from_the_childs_page(sign_in, senco, pupil):
    assert start(sign_in(senco), pupil).url == reverse(LIST)

    entry = WatchListEntry.objects.get(pupil=pupil)
    assert (entry.reason, entry.look_again_on) == ("Reading pace", in_days(30))


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"look_again_on": timedelta(days=0)}, "after today"),
        ({"reason": ""}, "required"),
        ({"reason": "suicidal thoughts"}, "safeguarding lead"),
    ],
)
def test_what_cannot_be_is_422(sign_in, senco, pupil, changed, words):
    response = start(sign_in(senco), pupil, **from_today(changed))

    assert response.status_code == 422
    assert words in page_of(response)
    assert not WatchListEntry.objects.exists()


def test_a_child_is_watched_once(sign_in, senco, pupil, watched):
    response = start(sign_in(senco), pupil)

    assert response.status_code == 422
    assert shows(page_of(response), WatchReason.WATCHED_ALREADY)


def test_the_list_shows_the_reason_to_those_who_read_the_record(sign_in, senco, teacher, watched):
    page = page_of(sign_in(senco).get(reverse(LIST)))
    assert "Kezia Adeyemi" in page
    assert "Reading pace" in page

    page = page_of(sign_in(teacher).get(reverse(LIST)))
    assert "Kezia Adeyemi" in page
    assert "Reading pace" not in page
    assert reverse("pupils:watch-look-again", args=[watched.pk]) not in page


def test_the_list_holds_what_one_may_see(sign_in, teacher, teaching_assistant, outsider, senco, other_pupil, watched):
    register.start_watching(pupil=other_pupil, reason="x", look_again_on=in_days(3), by=senco)

    assert "Leo" not in page_of(sign_in(teacher).get(reverse(LIST)))
    for nobody in (teaching_assistant, outsider):
        assert "Nobody is being monitored" in page_of(sign_in(nobody).get(reverse(LIST)))


def test_the_list_asks_no_more_queries_when_longer(sign_in, senco, school, count_queries):
    def more(count):
        for _ in range(count):
            register.start_watching(pupil=PupilFactory(school=school), reason="x", look_again_on=in_days(9), by=senco)

    sign_in(senco)
    more(2)
    count_queries(reverse(LIST))  # the first page of a session writes when it was seen
    few = count_queries(reverse(LIST))
    more(12)

    assert count_queries(reverse(LIST)) == few


def test_a_second_look_ends_it(sign_in, senco, watched):
    assert look(sign_in(senco), watched).status_code == 302

    watched.refresh_from_db()
    assert (watched.outcome, watched.ends_on) == ("Keeps up now", timezone.localdate())


def test_a_second_look_goes_on(sign_in, senco, watched):
    look(sign_in(senco), watched, goes_on="on", look_again_on=in_days(60).isoformat())

    watched.refresh_from_db()
    assert (watched.look_again_on, watched.ends_on) == (in_days(60), None)


def test_a_day_typed_beside_stop_is_ignored(sign_in, senco, watched):
    look(sign_in(senco), watched, look_again_on=in_days(60).isoformat())

    watched.refresh_from_db()
    assert watched.ends_on == timezone.localdate()


@pytest.mark.parametrize(
    ("changed", "words"),
    [({"goes_on": "on"}, "Choose a date"), ({"outcome": ""}, "required"), ({"goes_on": ""}, "required")],
)
def test_a_look_that_lacks_something_is_422(sign_in, senco, watched, changed, words):
    response = look(sign_in(senco), watched, **changed)

    assert response.status_code == 422
    assert words in page_of(response)


def test_of_two_who_look_at_once_the_second_sees_both(sign_in, senco, head, watched):
    register.look_again(entry=watched, outcome="Head says go on", by=head, look_again_on=in_days(40), version=1)

    response = look(sign_in(senco), watched, version=1, outcome="Mine")

    assert response.status_code == 422
    page = page_of(response)
    assert "Head says go on" in page
    assert "Mine" in page
    assert 'name="version" value="2"' in page


def test_what_ended_is_not_looked_at_again(sign_in, senco, watched):
    register.look_again(entry=watched, outcome="Done", by=senco)
    watched.refresh_from_db()

    response = look(sign_in(senco), watched)

    assert response.status_code == 422
    assert shows(page_of(response), WatchReason.ENDED)


@pytest.mark.parametrize(("who", "status"), [("teacher", 403), ("office", 403), ("outsider", 404)])
def test_who_may_not_look_again(request, sign_in, watched, who, status):
    assert look(sign_in(request.getfixturevalue(who)), watched).status_code == status


@pytest.mark.parametrize(("who", "status"), [("governor", 403), ("administrator", 403), ("office", 200)])
def test_who_sees_the_list(request, sign_in, who, status):
    assert sign_in(request.getfixturevalue(who)).get(reverse(LIST)).status_code == status
