"""School years and the ages that the law attaches to them. Academic years run 1 September to 31 August and are named
by the year they start in: 2026 is 2026-27.
"""

from datetime import date, timedelta

from sendco.clock.units import corresponding_date

FRIDAY = 4
LATEST_START_OF_TERM = 10  # day of September
# Education (Start of Compulsory School Age) Order 1998, SI 1998/1607
STARTS = ((3, 31), (8, 31), (12, 31))


def academic_year_start(day: date) -> int:
    return day.year if day.month >= 9 else day.year - 1


def academic_year_name(starts_in: int) -> str:
    """2026 as "2026-27"."""
    return f"{starts_in}-{(starts_in + 1) % 100:02d}"


def age_on(dob: date, day: date) -> int:
    """Whole years on a day. Whoever was born on 29 February comes of age on 1 March of a common year."""
    return day.year - dob.year - ((day.month, day.day) < (dob.month, dob.day))


def nc_year(dob: date, academic_year: int) -> int:
    """Notional National Curriculum year: 0 is Reception, below 0 is nursery. A pupil may be taught in another year;
    never overwrite that with this.
    """
    return academic_year - academic_year_start(dob) - 5


def compulsory_school_age_starts(dob: date) -> date:
    """The fifth birthday if it is a prescribed day, else the next one (Education Act 1996 s8(2); SI 1998/1607)."""
    fifth = corresponding_date(dob, 5 * 12)
    return next(day for day in (date(fifth.year, *month_day) for month_day in STARTS) if day >= fifth)


def is_near_start_of_term(dob: date) -> bool:
    """Whether the first day of term decides in which school year the birthday falls (Education Act 1996 s8(3)(a))."""
    return dob.month == 9 and dob.day <= LATEST_START_OF_TERM


def compulsory_school_age_ends(dob: date) -> date:
    """Last Friday in June of the school year of the sixteenth birthday (Education Act 1996 s8(3)-(4); SI
    1997/1970). The pupil is of compulsory school age to the end of that day.

    Cuts at 1 September, as is usual; by the letter the school year begins with its first term: `is_near_start_of_term`.
    """
    year = academic_year_start(corresponding_date(dob, 16 * 12)) + 1
    last = date(year, 6, 30)
    return last - timedelta(days=(last.weekday() - FRIDAY) % 7)


def young_person_from(dob: date) -> date:
    """First day on which rights are the young person's own (Children and Families Act 2014 s83(2))."""
    return compulsory_school_age_ends(dob) + timedelta(days=1)
