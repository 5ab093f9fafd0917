"""Week letters come from the school's own first week, whatever the calendar's number is."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from staff.weeks import SetByHand, letter_of, monday_of, other

# A school year across two half terms, and Christmas with week 53 of 2026.
FIRST = date(2026, 9, 7)
HOLIDAYS = {date(2026, 10, 26), date(2026, 12, 21), date(2026, 12, 28), date(2027, 2, 15)}


def is_open(monday):
    return monday not in HOLIDAYS


def letters(first, number, **options):
    options = {"is_open": is_open} | options
    return "".join(
        letter_of(first + timedelta(weeks=step), first_week=FIRST, **options) or "-" for step in range(number)
    )


def test_holiday_weeks_are_passed_over():
    # September to half term (7 weeks), half term, seven weeks, Christmas over week 53, six weeks, half term.
    assert letters(FIRST, 25) == "ABABABA" + "-" + "BABABAB" + "--" + "ABABAB" + "-" + "A"


def test_holiday_weeks_count_where_the_school_says_so():
    assert letters(FIRST, 10, counts_holidays=True) == "ABABABABAB"


def test_the_calendar_number_does_not_decide():
    assert date(2026, 12, 28).isocalendar().week == 53
    assert letters(date(2026, 12, 14), 4) == "B--A"


def test_before_the_first_week_there_is_no_letter():
    assert letter_of(FIRST - timedelta(days=1), first_week=FIRST) == ""
    assert letter_of(FIRST, first_week=FIRST + timedelta(days=3)) == "A"


def test_a_week_set_by_hand_and_later_weeks_follow():
    set_by_hand = SetByHand(FIRST + timedelta(weeks=2, days=3), "B", later_follow=True)

    assert letters(FIRST, 6, by_hand=[set_by_hand]) == "ABBABA"


def test_a_week_set_by_hand_and_later_weeks_stay():
    set_by_hand = SetByHand(FIRST + timedelta(weeks=2), "B", later_follow=False)

    assert letters(FIRST, 6, by_hand=[set_by_hand]) == "ABBBAB"


def test_a_holiday_week_set_by_hand_moves_nothing_where_later_weeks_stay():
    set_by_hand = SetByHand(date(2026, 10, 26), "A", later_follow=False)

    assert letters(FIRST, 9, by_hand=[set_by_hand]) == "ABABABA" + "A" + "B"


def test_two_weeks_set_by_hand():
    by_hand = [SetByHand(FIRST, "B"), SetByHand(FIRST + timedelta(weeks=4), "B")]

    assert letters(FIRST, 6, by_hand=by_hand) == "BABABA"


@given(st.sets(st.integers(0, 40)), st.integers(0, 280), st.booleans())
def test_open_weeks_alternate(closed, day, counts):
    def opened(monday):
        return (monday - FIRST).days // 7 not in closed

    found = [
        letter_of(FIRST + timedelta(weeks=step), first_week=FIRST, is_open=opened, counts_holidays=counts)
        for step in range(41)
    ]
    shown = [letter for letter in found if letter]

    assert shown[: len(shown)] == [("A", "B")[place % 2] for place in range(len(shown))]
    assert (
        letter_of(FIRST + timedelta(days=day), first_week=FIRST, is_open=opened, counts_holidays=counts)
        == found[day // 7]
    )


@pytest.mark.parametrize("day", [date(2026, 12, 28), date(2027, 1, 3)])
def test_a_week_begins_on_its_monday(day):
    assert monday_of(day) == date(2026, 12, 28)


def test_the_other_letter():
    assert (other("A"), other("B")) == ("B", "A")
