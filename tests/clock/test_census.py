from datetime import date

import pytest

from sendco.clock import CensusTerm, suggest_census, suggest_census_year


def test_a_suggestion_says_that_it_is_not_confirmed():
    suggestion = suggest_census(CensusTerm.AUTUMN, 2026)
    assert suggestion.confirmed is False
    assert suggestion.words == (
        "Autumn census Thu 1 Oct 2026, return by Wed 28 Oct 2026. "
        "Not confirmed: calculated from past years. Confirm it on GOV.UK."
    )


def test_an_academic_year_spans_two_calendar_years():
    year = suggest_census_year(2026)
    assert [suggestion.census_on for suggestion in year] == [date(2026, 10, 1), date(2027, 1, 21), date(2027, 5, 20)]


@pytest.mark.parametrize("term", CensusTerm)
@pytest.mark.parametrize("year", range(2019, 2046))
def test_census_is_a_thursday_and_the_return_a_wednesday(term, year):
    suggestion = suggest_census(term, year)
    assert (suggestion.census_on.weekday(), suggestion.return_by_on.weekday()) == (3, 2)
    assert suggestion.census_on.day in (range(1, 8) if term is CensusTerm.AUTUMN else range(15, 22))


def test_there_are_three_terms():
    with pytest.raises(ValueError, match="winter"):
        suggest_census("winter", 2026)
