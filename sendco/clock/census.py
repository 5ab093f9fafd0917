"""School census days (Education Act 1996 s537A). Calculated by the pattern of past years, so each is a suggestion that
the school confirms against the published date.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from sendco.clock.words import long_date

THURSDAY = 3
RETURN_AFTER = timedelta(days=27)


class CensusTerm(StrEnum):
    AUTUMN = "autumn"
    SPRING = "spring"
    SUMMER = "summer"


# month, and which Thursday of it
PATTERN = {CensusTerm.AUTUMN: (10, 1), CensusTerm.SPRING: (1, 3), CensusTerm.SUMMER: (5, 3)}


@dataclass(frozen=True)
class CensusSuggestion:
    term: CensusTerm
    census_on: date
    return_by_on: date
    confirmed: bool = False

    @property
    def words(self) -> str:
        return (
            f"{self.term.capitalize()} census {long_date(self.census_on)}, return by {long_date(self.return_by_on)}. "
            "Not confirmed: calculated from past years. Confirm it on GOV.UK."
        )


def suggest_census(term: CensusTerm | str, year: int) -> CensusSuggestion:
    """For a calendar year. Raises ValueError for an unknown term."""
    term = CensusTerm(term)
    month, nth = PATTERN[term]
    first = date(year, month, 1)
    first_thursday = first + timedelta(days=(THURSDAY - first.weekday()) % 7)
    census_on = first_thursday + timedelta(weeks=nth - 1)
    return CensusSuggestion(term, census_on, census_on + RETURN_AFTER)


def suggest_census_year(academic_year: int) -> tuple[CensusSuggestion, ...]:
    """Autumn, spring and summer of the academic year that starts in September `academic_year`."""
    return (
        suggest_census(CensusTerm.AUTUMN, academic_year),
        suggest_census(CensusTerm.SPRING, academic_year + 1),
        suggest_census(CensusTerm.SUMMER, academic_year + 1),
    )
