from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sendco.clock import (
    CalendarNotKnown,
    DateRange,
    HolidaysNotKnown,
    SchoolCalendar,
    is_working_day,
    last_working_day_on_or_before,
    next_working_day,
    working_day_after,
)

DATA = {
    "first_day": "2026-09-01",
    "last_day": "2027-08-31",
    "closures": ["2026-12-19/2027-01-03", (date(2027, 2, 15), date(2027, 2, 19)), "2027-07-24/2027-08-31"],
    "inset_days": ["2027-01-04", date(2027, 2, 22)],
}
CALENDAR = SchoolCalendar.from_data(DATA)
BANK_HOLIDAY = date(2027, 5, 3)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 12, 18), True),
        (date(2026, 12, 19), False),
        (date(2027, 1, 4), False),
        (date(2027, 1, 5), True),
        (date(2027, 1, 9), False),
        (date(2027, 2, 15), False),
        (date(2027, 2, 22), False),
        (BANK_HOLIDAY, False),
        (date(2027, 8, 31), False),
    ],
)
def test_is_school_day(day, expected):
    assert CALENDAR.is_school_day(day) is expected


@pytest.mark.parametrize("day", [date(2026, 8, 31), date(2027, 9, 1)])
def test_a_day_the_school_has_not_entered_is_not_guessed(day):
    with pytest.raises(CalendarNotKnown, match="runs from"):
        CALENDAR.is_school_day(day)
    assert CALENDAR.last_school_day_on_or_before(day) is None


def test_no_school_day_before_means_not_known():
    closed_at_first = SchoolCalendar.from_data(DATA | {"closures": ["2026-09-01/2026-09-06"]})
    assert closed_at_first.last_school_day_on_or_before(date(2026, 9, 6)) is None
    assert closed_at_first.last_school_day_on_or_before(date(2026, 9, 7)) == date(2026, 9, 7)


def test_a_calendar_past_the_bank_holidays_has_no_last_school_day():
    far = SchoolCalendar.from_data(DATA | {"first_day": "2035-09-01", "last_day": "2036-08-31"})
    assert far.last_school_day_on_or_before(date(2036, 2, 1)) is None
    with pytest.raises(HolidaysNotKnown):
        far.is_school_day(date(2036, 2, 1))


@pytest.mark.parametrize("key", DATA)
def test_a_missing_part_is_an_error_and_an_empty_list_is_an_answer(key):
    with pytest.raises(CalendarNotKnown, match=key):
        SchoolCalendar.from_data({name: value for name, value in DATA.items() if name != key})
    with pytest.raises(CalendarNotKnown, match=key):
        SchoolCalendar.from_data(DATA | {key: None})
    assert SchoolCalendar.from_data(DATA | {"closures": [], "inset_days": []}).is_school_day(date(2026, 12, 21))


@pytest.mark.parametrize("data", [None, {}])
def test_no_calendar_is_an_error(data):
    with pytest.raises(CalendarNotKnown, match="not complete"):
        SchoolCalendar.from_data(data)


def test_ranges_run_forward():
    with pytest.raises(ValueError, match="before it starts"):
        DateRange(date(2027, 1, 3), date(2026, 12, 19))
    with pytest.raises(ValueError, match="before it starts"):
        SchoolCalendar.from_data(DATA | {"last_day": "2026-08-31"})


def test_calendars_with_the_same_days_are_equal_and_hashable():
    assert {CALENDAR, SchoolCalendar.from_data(DATA)} == {CALENDAR}


def test_count_school_days_has_both_ends_in_it():
    assert CALENDAR.count_school_days(date(2027, 2, 8), date(2027, 3, 5)) == 14
    assert CALENDAR.count_school_days(date(2027, 4, 28), date(2027, 5, 10)) == 8
    assert CALENDAR.count_school_days(date(2026, 12, 18), date(2026, 12, 18)) == 1
    assert CALENDAR.count_school_days(date(2026, 12, 18), date(2026, 12, 17)) == 0


@pytest.mark.parametrize(
    ("day", "before", "on_or_after", "after"),
    [
        (date(2027, 1, 8), date(2027, 1, 8), date(2027, 1, 8), date(2027, 1, 11)),
        (date(2027, 1, 9), date(2027, 1, 8), date(2027, 1, 11), date(2027, 1, 11)),
        (BANK_HOLIDAY, date(2027, 4, 30), date(2027, 5, 4), date(2027, 5, 4)),
        (date(2026, 12, 26), date(2026, 12, 24), date(2026, 12, 29), date(2026, 12, 29)),
    ],
)
def test_working_days_around(day, before, on_or_after, after):
    assert last_working_day_on_or_before(day) == before
    assert next_working_day(day) == on_or_after
    assert working_day_after(day) == after


@given(st.dates(date(2026, 9, 1), date(2027, 8, 31)))
def test_a_school_day_is_a_working_day(day):
    assert is_working_day(day) or not CALENDAR.is_school_day(day)
    last = CALENDAR.last_school_day_on_or_before(day)
    assert CALENDAR.is_school_day(last)
    assert CALENDAR.count_school_days(last, day) == 1
