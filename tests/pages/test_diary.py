"""The diary: what is on which day, why the school is closed, and the same for every width and keyboard."""

from datetime import date, time

import pytest
import time_machine

from ehcp.models import AnnualReview, Invitee
from staff.models import AcademicYear, Closure, Term
from tests.factories import PupilFactory
from tests.factories.ehcp import PlanFactory

from .test_feed import make_due

pytestmark = pytest.mark.postgresql("order of dates")

URL = "/diary/"
TODAY = date(2027, 1, 25)


@pytest.fixture(autouse=True)
def _on_a_monday():
    with time_machine.travel(f"{TODAY} 09:00:00+00:00", tick=False):
        yield


@pytest.fixture
def signed_in(sign_in, senco):
    return sign_in(senco)


@pytest.fixture
def review(pupil, senco):
    plan = PlanFactory(pupil=pupil)
    return AnnualReview.objects.create(
        school=pupil.school,
        pupil=pupil,
        plan=plan,
        organiser=senco,
        meeting_on=date(2027, 1, 28),
        meeting_time=time(14, 0),
        place="Room 4",
    )


def page(client, query=""):
    response = client.get(f"{URL}{query}")
    assert response.status_code == 200
    return response


def on_days(response):
    """{day: [words]} of the days with something on them."""
    return {day.on: [entry.words for entry in day.entries] for day in response.context["days"] if day.entries}


@pytest.mark.parametrize(
    ("query", "first", "last"),
    [
        ("", date(2026, 12, 28), date(2027, 1, 31)),
        ("?view=month&on=2027-02-14", date(2027, 2, 1), date(2027, 2, 28)),
        ("?view=week", date(2027, 1, 25), date(2027, 1, 31)),
        ("?view=week&on=2027-03-28", date(2027, 3, 22), date(2027, 3, 28)),
        ("?view=nonsense&on=2027-99-99", date(2026, 12, 28), date(2027, 1, 31)),
        ("?on=0001-01-01", date(2026, 12, 28), date(2027, 1, 31)),
        ("?on=9999-12-31", date(2026, 12, 28), date(2027, 1, 31)),
    ],
)
def test_days_of_a_view(signed_in, query, first, last):
    days = page(signed_in, query).context["days"]

    assert (days[0].on, days[-1].on) == (first, last)


def test_what_falls_due_stands_on_its_day(signed_in, pupil):
    make_due(pupil, -3)
    make_due(pupil, 0, title="Today")
    make_due(pupil, 2, title="Decision", duty="la")
    make_due(pupil, 3, title="Met", met_on=TODAY)

    assert on_days(page(signed_in)) == {
        date(2027, 1, 22): ["Review report"],
        date(2027, 1, 25): ["Today"],
        date(2027, 1, 27): ["Decision"],
    }
    assert on_days(page(signed_in, "?whose=ours&view=week")) == {date(2027, 1, 25): ["Today"]}


def test_state_and_footing_stand_beside_in_the_list(signed_in, pupil):
    make_due(pupil, 2, title="Decision", duty="la")
    make_due(pupil, 3, exception="Away")

    words = page(signed_in, "?view=list").content.decode()

    assert "Law. LA. 2 days left" in words
    assert "Exception claimed" in words


def test_list_holds_only_days_with_something(signed_in, pupil):
    make_due(pupil, 40)

    assert [day.on for day in page(signed_in, "?view=list").context["days"]] == [date(2027, 3, 6)]
    assert "Nothing is due" in page(signed_in, "?view=list&on=2027-06-01").content.decode()


def test_a_full_day_leads_to_its_week(signed_in, pupil):
    for number in range(6):
        make_due(pupil, 1, title=f"Duty {number}")

    words = page(signed_in).content.decode()

    assert "Duty 3" in words
    assert "Duty 4" not in words
    assert 'href="?view=week&amp;on=2027-01-26"' in words or 'href="?view=week&on=2027-01-26"' in words


def test_meetings_come_first_on_their_day(signed_in, pupil, review):
    make_due(pupil, 3)

    assert on_days(page(signed_in))[date(2027, 1, 28)] == ["Annual review meeting, 14:00", "Review report"]
    review.closed_on = TODAY
    review.save()
    assert on_days(page(signed_in))[date(2027, 1, 28)] == ["Review report"]


def test_a_teacher_sees_the_meeting_when_invited(client, sign_in, teacher, review):
    sign_in(teacher)
    assert on_days(page(client)) == {}

    invitee = Invitee.objects.create(review=review, role="staff", name=teacher.name, user=teacher)
    assert on_days(page(client)) == {date(2027, 1, 28): ["Annual review meeting, 14:00"]}

    invitee.removed_on = TODAY
    invitee.save()
    assert on_days(page(client)) == {}


def test_school_days_and_why_it_is_closed(signed_in, school):
    year = AcademicYear.objects.create(school=school, starts_in=2026)
    Term.objects.create(academic_year=year, name="Autumn", starts_on=date(2026, 9, 3), ends_on=date(2026, 12, 18))
    Term.objects.create(academic_year=year, name="Spring", starts_on=date(2027, 1, 5), ends_on=date(2027, 3, 25))
    Closure.objects.create(
        school=school, name="Staff training", kind="inset", starts_on=date(2027, 1, 15), ends_on=date(2027, 1, 15)
    )

    days = {day.on: day for day in page(signed_in).context["days"]}
    closed = {on: day.closed for on, day in days.items()}

    assert closed[date(2026, 12, 28)] == "Bank holiday"
    assert closed[date(2026, 12, 30)] == "School holiday"
    assert closed[date(2027, 1, 1)] == "Bank holiday"
    assert closed[date(2027, 1, 2)] == ""
    assert (closed[date(2027, 1, 5)], days[date(2027, 1, 5)].note) == ("", "First day of Spring")
    assert closed[date(2027, 1, 15)] == "Staff training"
    assert closed[date(2027, 1, 18)] == ""


def test_without_a_calendar_nothing_is_claimed_closed(signed_in, school):
    closed = {day.closed for day in page(signed_in).context["days"]}

    assert closed == {"", "Bank holiday"}


def test_other_schools_stay_out(signed_in, foreign_pupil):
    make_due(foreign_pupil, 1)

    assert on_days(page(signed_in)) == {}


@pytest.mark.parametrize("view", ["month", "week", "list"])
def test_query_count_does_not_grow(signed_in, school, pupil, review, senco, count_queries, view):
    make_due(pupil, 1, owner_id=senco.pk)
    few = count_queries(f"{URL}?view={view}")
    for number in range(12):
        make_due(PupilFactory(school=school), number % 5, owner_id=senco.pk)

    assert count_queries(f"{URL}?view={view}") == few
