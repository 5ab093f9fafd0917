from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sendco.clock import (
    academic_year_start,
    compulsory_school_age_ends,
    compulsory_school_age_starts,
    nc_year,
    young_person_from,
)

births = st.dates(date(1996, 1, 1), date(2060, 12, 31))


@pytest.mark.parametrize(
    ("day", "year"),
    [(date(2027, 8, 31), 2026), (date(2027, 9, 1), 2027), (date(2027, 1, 1), 2026), (date(2026, 12, 31), 2026)],
)
def test_academic_year_start(day, year):
    assert academic_year_start(day) == year


def test_reception_is_year_0_and_nursery_below():
    assert nc_year(date(2021, 9, 1), 2026) == 0
    assert nc_year(date(2022, 9, 1), 2026) == -1


@pytest.mark.parametrize(
    ("dob", "starts"),
    [
        (date(2022, 3, 31), date(2027, 3, 31)),
        (date(2022, 8, 31), date(2027, 8, 31)),
        (date(2022, 9, 1), date(2027, 12, 31)),
        (date(2020, 2, 29), date(2025, 3, 31)),
    ],
)
def test_compulsory_school_age_starts(dob, starts):
    assert compulsory_school_age_starts(dob) == starts


@given(births)
def test_compulsory_school_age_starts_on_a_prescribed_day_at_five(dob):
    starts = compulsory_school_age_starts(dob)
    assert (starts.month, starts.day) in {(3, 31), (8, 31), (12, 31)}
    assert 5 * 365 <= (starts - dob).days <= 5 * 366 + 153


@given(births)
def test_compulsory_school_age_ends_in_year_11(dob):
    ends = compulsory_school_age_ends(dob)
    assert (ends.month, ends.weekday()) == (6, 4)
    assert (ends + timedelta(days=7)).month == 7
    assert nc_year(dob, academic_year_start(ends)) == 11
    assert young_person_from(dob) == ends + timedelta(days=1)
