"""England's bank holidays that fall on a weekday, with substitute and proclaimed days, Christmas Day and Good Friday
(Banking and Financial Dealings Act 1971). Years not yet announced follow the standing pattern: when a day is moved or
added by proclamation, correct its row.
"""

from datetime import date

from sendco.clock.errors import HolidaysNotKnown

# (month, day)
ENGLAND = {
    2019: ((1, 1), (4, 19), (4, 22), (5, 6), (5, 27), (8, 26), (12, 25), (12, 26)),
    # Early May moved to Friday 8 May: 75 years of VE Day.
    2020: ((1, 1), (4, 10), (4, 13), (5, 8), (5, 25), (8, 31), (12, 25), (12, 28)),
    2021: ((1, 1), (4, 2), (4, 5), (5, 3), (5, 31), (8, 30), (12, 27), (12, 28)),
    # Spring moved to 2 June, Platinum Jubilee on 3 June, State Funeral on 19 September.
    2022: ((1, 3), (4, 15), (4, 18), (5, 2), (6, 2), (6, 3), (8, 29), (9, 19), (12, 26), (12, 27)),
    # Coronation on 8 May.
    2023: ((1, 2), (4, 7), (4, 10), (5, 1), (5, 8), (5, 29), (8, 28), (12, 25), (12, 26)),
    2024: ((1, 1), (3, 29), (4, 1), (5, 6), (5, 27), (8, 26), (12, 25), (12, 26)),
    2025: ((1, 1), (4, 18), (4, 21), (5, 5), (5, 26), (8, 25), (12, 25), (12, 26)),
    2026: ((1, 1), (4, 3), (4, 6), (5, 4), (5, 25), (8, 31), (12, 25), (12, 28)),
    2027: ((1, 1), (3, 26), (3, 29), (5, 3), (5, 31), (8, 30), (12, 27), (12, 28)),
    2028: ((1, 3), (4, 14), (4, 17), (5, 1), (5, 29), (8, 28), (12, 25), (12, 26)),
    2029: ((1, 1), (3, 30), (4, 2), (5, 7), (5, 28), (8, 27), (12, 25), (12, 26)),
    2030: ((1, 1), (4, 19), (4, 22), (5, 6), (5, 27), (8, 26), (12, 25), (12, 26)),
    2031: ((1, 1), (4, 11), (4, 14), (5, 5), (5, 26), (8, 25), (12, 25), (12, 26)),
    2032: ((1, 1), (3, 26), (3, 29), (5, 3), (5, 31), (8, 30), (12, 27), (12, 28)),
    2033: ((1, 3), (4, 15), (4, 18), (5, 2), (5, 30), (8, 29), (12, 26), (12, 27)),
    2034: ((1, 2), (4, 7), (4, 10), (5, 1), (5, 29), (8, 28), (12, 25), (12, 26)),
    2035: ((1, 1), (3, 23), (3, 26), (5, 7), (5, 28), (8, 27), (12, 25), (12, 26)),
}
FIRST_YEAR, LAST_YEAR = min(ENGLAND), max(ENGLAND)
_DATES = {year: frozenset(date(year, *month_day) for month_day in days) for year, days in ENGLAND.items()}


def bank_holidays(year: int) -> frozenset[date]:
    """Raises HolidaysNotKnown for a year the data does not hold."""
    if year not in _DATES:
        raise HolidaysNotKnown(
            f"The bank holidays of {year} are not known yet (known: {FIRST_YEAR} to {LAST_YEAR}), "
            "so this date cannot be worked out."
        )
    return _DATES[year]


def is_bank_holiday(day: date) -> bool:
    """Raises HolidaysNotKnown for a year the data does not hold."""
    return day in bank_holidays(day.year)


def bank_holidays_between(first: date, last: date) -> list[date]:
    """Those from `first` to `last`, both included. Raises HolidaysNotKnown."""
    years = range(first.year, last.year + 1)
    return sorted(day for year in years for day in bank_holidays(year) if first <= day <= last)
