from datetime import date

import holidays
import pytest

from sendco.clock import HolidaysNotKnown, bank_holidays, is_bank_holiday
from sendco.clock.holidays import FIRST_YEAR, LAST_YEAR


@pytest.mark.parametrize("year", range(FIRST_YEAR, LAST_YEAR + 1))
def test_data_agrees_with_the_holidays_library(year):
    england = holidays.country_holidays("GB", subdiv="ENG", years=year)
    assert bank_holidays(year) == {day for day in england if day.weekday() < 5}


def test_data_reaches_far_enough():
    assert FIRST_YEAR <= 2019
    assert LAST_YEAR >= 2030


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2020, 5, 4), False),
        (date(2020, 5, 8), True),
        (date(2022, 5, 30), False),
        (date(2022, 6, 2), True),
        (date(2022, 6, 3), True),
        (date(2022, 9, 19), True),
        (date(2023, 5, 8), True),
    ],
)
def test_moved_and_special_days(day, expected):
    assert is_bank_holiday(day) is expected


@pytest.mark.parametrize("year", [FIRST_YEAR - 1, LAST_YEAR + 1])
def test_a_year_without_data_raises(year):
    with pytest.raises(HolidaysNotKnown, match=f"bank holidays of {year} are not known yet"):
        is_bank_holiday(date(year, 6, 15))
