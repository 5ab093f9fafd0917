from datetime import date, timedelta

import pytest

from ehcp.models import LocalAuthority
from ehcp.reviews.selectors.days import contribute_by, suggest, warnings
from sendco.clock import SchoolCalendar

TODAY = date(2026, 11, 23)
CALENDAR = SchoolCalendar.from_data(
    {
        "first_day": "2026-09-01",
        "last_day": "2027-07-20",
        "closures": ["2026-12-19/2027-01-03", "2027-02-15/2027-02-19"],
        "inset_days": ["2027-01-04"],
    }
)
PLAIN = LocalAuthority(name="Westmarch")


def warned(day, *, due_on=date(2027, 3, 15), authority=PLAIN, calendar=CALENDAR):
    return warnings(day=day, today=TODAY, due_on=due_on, calendar=calendar, authority=authority)


def test_every_suggestion_is_a_school_day_with_notice_and_in_time():
    found = suggest(today=TODAY, latest=date(2027, 2, 12), calendar=CALENDAR, authority=PLAIN)

    assert found.days
    assert not found.late
    assert all(CALENDAR.is_school_day(day) for day in found.days)
    assert found.days[0] >= TODAY + timedelta(days=14)
    assert found.days[-1] == date(2027, 2, 12)


def test_latest_day_in_a_holiday_gives_the_school_day_before_it():
    found = suggest(today=TODAY, latest=date(2026, 12, 28), calendar=CALENDAR, authority=PLAIN)

    assert found.days[-1] == date(2026, 12, 18)


def test_when_nothing_is_left_the_next_lawful_days_come_and_say_so():
    found = suggest(today=TODAY, latest=date(2026, 12, 1), calendar=CALENDAR, authority=PLAIN)

    assert found.late
    assert found.days[0] == date(2026, 12, 14), "the first that leaves days to ask for words before the papers go"
    assert found.latest is None


@pytest.mark.parametrize("papers_days", [None, 21, 42])
def test_no_suggestion_is_impossible_reversed_or_on_a_closed_day(papers_days):
    """For each day of a school year as today, and for dates of the law near and far, past too."""
    authority = LocalAuthority(name="Westmarch", papers_days=papers_days)
    for step in range(0, 300, 3):
        today = date(2026, 9, 2) + timedelta(days=step)
        for distance in (-20, 10, 25, 60):
            found = suggest(
                today=today, latest=today + timedelta(days=distance), calendar=CALENDAR, authority=authority
            )
            for day in found.days:
                send_by = CALENDAR.last_school_day_on_or_before(day - timedelta(days=papers_days or 14))
                asked_by = contribute_by(day, today=today, calendar=CALENDAR, authority=authority)
                assert CALENDAR.is_school_day(day)
                assert today <= send_by < day
                assert today < asked_by < day - timedelta(days=papers_days or 14)
                assert CALENDAR.is_school_day(asked_by)
            if found.latest:
                assert found.earliest <= found.latest <= today + timedelta(days=distance)


def test_by_when_to_ask_for_words_is_left_open_where_the_meeting_is_near():
    assert contribute_by(date(2026, 12, 8), today=TODAY, calendar=CALENDAR, authority=PLAIN) is None
    assert contribute_by(date(2027, 1, 12), today=TODAY, calendar=CALENDAR, authority=PLAIN) == date(2026, 12, 18)


def test_a_school_without_terms_gets_no_suggestion():
    assert suggest(today=TODAY, latest=None, calendar=None, authority=PLAIN).days == []


def test_no_day_is_guessed_where_the_calendar_is_not_entered():
    found = suggest(today=date(2027, 9, 20), latest=date(2027, 11, 1), calendar=CALENDAR, authority=PLAIN)

    assert found.days == []
    assert not found.late
    assert any("Calendar not entered" in said for said in warned(date(2027, 9, 8)))


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2026, 12, 25), "not a school day"),
        (date(2027, 1, 4), "not a school day"),
        (date(2026, 12, 4), "3 days short of the two weeks"),
        (date(2027, 3, 1), "14 days after the review is due"),
        (date(2027, 1, 12), "Papers are due on Tue 29 Dec 2026, when school is closed. Act by Fri 18 Dec 2026"),
        (date(2027, 2, 3), "The report is due on Wed 17 Feb 2027, when school is closed"),
    ],
)
def test_what_speaks_against_a_day_is_said(day, words):
    assert any(words in said for said in warned(day))


def test_a_quiet_day_has_nothing_against_it():
    assert warned(date(2027, 1, 26)) == []


def test_the_authoritys_own_practice_stands_beside_the_law():
    quick = LocalAuthority(name="Westmarch", report_days=7, papers_days=40)

    said = " ".join(warned(date(2026, 12, 15), authority=quick))

    assert "asks for the report in 7 days" in said
    assert "The law says Tue 29 Dec 2026" in said
    assert "asks for the papers 40 days before" in said
