from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sendco.clock import LodgingMonths, TribunalDays, is_working_day, roll_lodging_end
from sendco.clock.tribunal import in_august, in_christmas_window


@pytest.mark.parametrize(
    ("end", "last_day"),
    [
        (date(2026, 12, 24), date(2026, 12, 24)),
        (date(2026, 12, 25), date(2027, 1, 4)),
        (date(2026, 12, 28), date(2027, 1, 4)),
        (date(2027, 1, 1), date(2027, 1, 4)),
        (date(2027, 1, 2), date(2027, 1, 4)),
        (date(2027, 12, 27), date(2028, 1, 4)),
        (date(2028, 1, 2), date(2028, 1, 4)),
        (date(2027, 3, 26), date(2027, 3, 30)),
        (date(2027, 7, 31), date(2027, 8, 2)),
        (date(2027, 8, 1), date(2027, 9, 1)),
        (date(2024, 8, 20), date(2024, 9, 2)),
        (date(2027, 9, 1), date(2027, 9, 1)),
    ],
)
def test_roll_lodging_end(end, last_day):
    assert roll_lodging_end(end) == last_day


def test_other_acts_leave_out_august_and_christmas():
    assert TribunalDays(30).due(date(2026, 11, 16)) == date(2027, 1, 5)
    assert TribunalDays(30).due(date(2027, 7, 12)) == date(2027, 9, 22)


def test_words():
    assert LodgingMonths(2).words == "2 months (moved on where tribunal rule 12 says so) after"
    assert TribunalDays(30).words == "30 working days (leaving out August and 25 Dec to 1 Jan) after"


@given(st.dates(date(2019, 1, 1), date(2034, 12, 31)))
def test_lodging_ends_on_a_working_day_no_earlier(end):
    last_day = roll_lodging_end(end)
    assert is_working_day(last_day)
    assert end <= last_day <= end + timedelta(days=35)


@given(st.dates(date(2019, 1, 1), date(2034, 6, 30)), st.integers(1, 40))
def test_tribunal_days_land_on_a_counted_day(trigger, n):
    due = TribunalDays(n).due(trigger)
    assert is_working_day(due)
    assert not in_august(due)
    assert not in_christmas_window(due)
    assert due < TribunalDays(n + 1).due(trigger)
