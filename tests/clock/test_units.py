from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sendco.clock import (
    Before,
    CalendarNotKnown,
    Days,
    HolidaysNotKnown,
    Months,
    MonthsBefore,
    SchoolCalendar,
    SchoolDays,
    SchoolDaysBefore,
    Weeks,
    WeeksBefore,
    WorkingDays,
    corresponding_date,
    is_working_day,
)

ONE_DAY = timedelta(days=1)
days = st.dates(date(2019, 1, 1), date(2034, 12, 31))
counts = st.integers(1, 60)
YEAR = SchoolCalendar.from_data(
    {
        "first_day": "2026-09-01",
        "last_day": "2027-08-31",
        "closures": [
            "2026-12-19/2027-01-03",
            "2027-02-15/2027-02-19",
            "2027-03-26/2027-04-09",
            "2027-07-24/2027-08-31",
        ],
        "inset_days": ["2027-01-04", "2027-02-22"],
    }
)


@pytest.mark.parametrize(
    ("unit", "trigger", "due"),
    [
        (Days(0), date(2026, 11, 18), date(2026, 11, 18)),
        (Days(15), date(2027, 2, 16), date(2027, 3, 3)),
        (Days(15, from_service=True), date(2028, 2, 15), date(2028, 2, 29)),
        (Days(1, from_service=True), date(2026, 12, 31), date(2026, 12, 31)),
        (Weeks(6), date(2028, 1, 18), date(2028, 2, 29)),
        (Weeks(20), date(2026, 6, 10), date(2026, 10, 28)),
        (Months(2), date(2027, 12, 31), date(2028, 2, 29)),
        (Months(1), date(2027, 2, 28), date(2027, 3, 28)),
        (Months(12), date(2028, 2, 29), date(2029, 2, 28)),
        (Months(12, period=True), date(2028, 2, 29), date(2029, 2, 28)),
        (Months(12, period=True), date(2027, 3, 1), date(2028, 2, 29)),
        (Months(12, period=True), date(2027, 2, 28), date(2028, 2, 27)),
        (Months(12, period=True), date(2026, 1, 1), date(2026, 12, 31)),
        (Months(3, period=True), date(2026, 11, 30), date(2027, 2, 28)),
        (Months(1, rolls=True), date(2026, 11, 27), date(2026, 12, 29)),
        (Months(1, rolls=True), date(2027, 2, 26), date(2027, 3, 30)),
        (WorkingDays(3), date(2026, 12, 23), date(2026, 12, 30)),
        (WorkingDays(3), date(2027, 3, 25), date(2027, 4, 1)),
        (WorkingDays(15, beginning_with=True), date(2026, 12, 19), date(2027, 1, 13)),
        (WorkingDays(15, beginning_with=True), date(2027, 5, 24), date(2027, 6, 14)),
        (WorkingDays(1, beginning_with=True), date(2026, 11, 9), date(2026, 11, 9)),
        (MonthsBefore(5), date(2027, 7, 31), date(2027, 2, 28)),
        (MonthsBefore(5), date(2028, 7, 30), date(2028, 2, 29)),
    ],
)
def test_due(unit, trigger, due):
    assert unit.due(trigger) == due


@pytest.mark.parametrize(
    ("unit", "trigger", "due"),
    [
        (SchoolDays(15), date(2026, 12, 1), date(2027, 1, 6)),
        (SchoolDays(6, beginning_with=True), date(2026, 12, 2), date(2026, 12, 9)),
        (SchoolDays(6, beginning_with=True), date(2026, 12, 16), date(2027, 1, 7)),
        (SchoolDays(1, beginning_with=True), date(2026, 12, 19), date(2027, 1, 5)),
        (SchoolDays(15), date(2026, 12, 11), date(2027, 1, 18)),
        (SchoolDaysBefore(2), date(2027, 1, 11), date(2027, 1, 7)),
        (SchoolDaysBefore(2), date(2027, 1, 5), date(2026, 12, 17)),
    ],
)
def test_school_days_skip_weekends_closures_and_inset_days(unit, trigger, due):
    assert unit.due(trigger, calendar=YEAR) == due


@pytest.mark.parametrize(
    ("unit", "trigger", "due", "safe"),
    [
        (WeeksBefore(2), date(2027, 1, 12), date(2026, 12, 29), date(2026, 12, 28)),
        (MonthsBefore(5), date(2028, 1, 4), date(2027, 8, 4), date(2027, 8, 3)),
        (Before(2, 15), date(2027, 9, 1), date(2027, 2, 15), date(2027, 2, 14)),
        (Before(3, 31), date(2029, 1, 1), date(2029, 3, 31), date(2029, 3, 30)),
        (Weeks(2), date(2027, 2, 5), date(2027, 2, 19), date(2027, 2, 19)),
        (Months(12, period=True), date(2026, 3, 16), date(2027, 3, 15), date(2027, 3, 15)),
    ],
)
def test_the_stricter_reading_is_the_safe_date(unit, trigger, due, safe):
    assert (unit.due(trigger), unit.safe(trigger)) == (due, safe)


@pytest.mark.parametrize(
    ("unit", "words"),
    [
        (Days(0), "the same day as"),
        (Days(1), "1 day after"),
        (Days(15, from_service=True), "15 days beginning with"),
        (Weeks(2), "2 weeks after"),
        (Months(1), "1 month after"),
        (Months(12, period=True), "12 months starting with"),
        (Months(1, rolls=True), "1 month (or the next working day) after"),
        (WorkingDays(3), "3 working days after"),
        (WorkingDays(15, beginning_with=True), "15 working days beginning with"),
        (SchoolDays(15), "15 school days after"),
        (SchoolDays(6, beginning_with=True), "6 school days beginning with"),
        (SchoolDaysBefore(2), "at least 2 school days before"),
        (WeeksBefore(2), "at least 2 weeks before"),
        (MonthsBefore(5), "at least 5 months before"),
        (Before(2, 15), "before 15 February in the year of"),
    ],
)
def test_words(unit, words):
    assert str(unit) == unit.words == words


@pytest.mark.parametrize(
    "build",
    [
        lambda: Weeks(0),
        lambda: Days(-1),
        lambda: Days(0, from_service=True),
        lambda: Months(0, period=True),
        lambda: Before(2, 29),
        lambda: Before(2, 30),
    ],
)
def test_units_that_mean_nothing_are_refused(build):
    with pytest.raises(ValueError, match="counts|at least|every year|day"):
        build()


def test_a_datetime_is_refused():
    with pytest.raises(TypeError, match="A date is needed"):
        Weeks(2).due(datetime(2027, 1, 12, 23, 30, tzinfo=UTC))


@pytest.mark.parametrize("unit", [SchoolDays(1), SchoolDaysBefore(1)])
def test_school_days_need_a_calendar(unit):
    with pytest.raises(CalendarNotKnown, match="Enter the school calendar"):
        unit.due(date(2027, 1, 12))


@pytest.mark.parametrize(
    ("unit", "trigger"),
    [
        (SchoolDays(15), date(2027, 7, 19)),
        (SchoolDays(1), date(2026, 8, 30)),
        (SchoolDaysBefore(2), date(2026, 9, 2)),
    ],
)
def test_school_days_do_not_count_past_the_calendar(unit, trigger):
    with pytest.raises(CalendarNotKnown, match="runs from Tue 1 Sep 2026 to Tue 31 Aug 2027"):
        unit.due(trigger, calendar=YEAR)


def test_working_days_do_not_count_past_the_bank_holidays():
    with pytest.raises(HolidaysNotKnown, match="2036"):
        WorkingDays(15).due(date(2035, 12, 20))


@given(days, counts)
def test_weeks_keep_the_weekday(trigger, n):
    due = Weeks(n).due(trigger)
    assert due.weekday() == trigger.weekday()
    assert due - trigger == timedelta(days=7 * n)


@given(days, counts)
def test_months_land_in_the_nth_month_never_beyond_its_end(trigger, n):
    due = Months(n).due(trigger)
    assert (due.year * 12 + due.month) - (trigger.year * 12 + trigger.month) == n
    assert due.day == trigger.day or (due.day < trigger.day and (due + ONE_DAY).day == 1)


@given(days, counts)
def test_a_period_is_never_longer_than_the_corresponding_date(trigger, n):
    due, corresponding = Months(n, period=True).due(trigger), Months(n).due(trigger)
    has_the_day = corresponding.day == trigger.day
    assert corresponding - due == (ONE_DAY if has_the_day else timedelta(0))


@given(days, counts)
def test_going_back_and_forward_agree_except_at_month_ends(day, n):
    assert corresponding_date(corresponding_date(day, n), -n) == day or day.day > 28


@given(days, counts, st.booleans())
def test_working_days_land_on_a_working_day_with_n_in_between(trigger, n, beginning_with):
    due = WorkingDays(n, beginning_with).due(trigger)
    first = trigger if beginning_with else trigger + ONE_DAY
    span = [first + timedelta(days=i) for i in range((due - first).days + 1)]
    assert is_working_day(due)
    assert due.weekday() < 5
    assert sum(map(is_working_day, span)) == n


@given(days, st.integers(0, 400), st.data())
def test_a_later_trigger_is_never_due_earlier(trigger, later, data):
    unit = data.draw(
        st.sampled_from(
            [Days(15), Days(15, from_service=True), Weeks(6), Months(2), Months(12, period=True), WeeksBefore(2)]
            + [Months(3, period=True), MonthsBefore(5), Before(2, 15)]
        )
    )
    assert unit.due(trigger) <= unit.due(trigger + timedelta(days=later))
    assert unit.safe(trigger) <= unit.due(trigger)


@given(st.dates(date(2019, 1, 1), date(2033, 12, 31)), st.integers(0, 100), counts)
def test_a_later_trigger_is_never_due_earlier_in_working_days(trigger, later, n):
    assert WorkingDays(n).due(trigger) <= WorkingDays(n).due(trigger + timedelta(days=later))


@given(st.dates(date(2026, 9, 1), date(2027, 5, 28)), st.integers(1, 20))
def test_school_days_count_there_and_back(trigger, n):
    due = SchoolDays(n).due(trigger, YEAR)
    assert YEAR.is_school_day(due)
    assert YEAR.count_school_days(trigger + ONE_DAY, due) == n
    if YEAR.is_school_day(trigger):
        assert SchoolDaysBefore(n).due(due, YEAR) == trigger
