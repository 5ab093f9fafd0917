"""What a line promises and what became of it, worked by hand. No database."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ehcp.ledger.sums import (
    CHILD_ABSENT,
    MOVED,
    NO_RECORD,
    NOT_PLANNED,
    Given,
    Promise,
    Week,
    blocks_of,
    ledger,
)

MONDAY = date(2026, 11, 2)
DAY, WEEK = timedelta(days=1), timedelta(days=7)
# Four weeks of November, the third of them short by two days.
WEEKS = [Week(MONDAY + WEEK * number, 3 if number == 2 else 5, 2, 1) for number in range(4)]
FIRST, LAST = MONDAY, MONDAY + 4 * WEEK - DAY
THREE_TIMES_20 = Promise(20, 3, "week")
ONCE_30 = Promise(30, 1, "week")


def judged(promise, sessions, first=FIRST, last=LAST, weeks=WEEKS):
    return ledger(promise, weeks, sessions, first=first, last=last)


@pytest.mark.parametrize(
    ("promise", "owed"),
    [
        (THREE_TIMES_20, [60, 60, 60, 60]),
        (Promise(10, 1, "day"), [50, 50, 50, 50]),
        (Promise(10, 1, "day", is_pro_rata=True), [50, 50, 30, 50]),
        (Promise(60, 1, "week", is_pro_rata=True), [60, 60, 36, 60]),
        (Promise(45, 1, "fortnight"), [45, 45]),
        (Promise(60, 2, "month"), [120]),
        (Promise(60, 1, "half_term"), [60]),
        (Promise(60, 6, "term"), [360]),
        (Promise(60, 1, "year"), [60]),
        (Promise(None, 3, "week"), []),
        (Promise(20, None, "week"), []),
        (Promise(20, 3, ""), []),
    ],
)
def test_what_is_owed_in_each_stretch(promise, owed):
    assert [block.owed for block in blocks_of(promise, WEEKS)] == owed


def test_fortnights_begin_anew_with_each_school_year_and_an_odd_last_week_owes_half():
    """Three weeks of July, then two of September: two and one, then two."""
    summer = [Week(date(2027, 7, 5) + timedelta(days=7 * n), 5, 1, 3) for n in range(3)]
    autumn = [Week(date(2027, 9, 6) + timedelta(days=7 * n), 5, 2, 1) for n in range(2)]

    found = blocks_of(Promise(45, 1, "fortnight"), summer + autumn)

    assert [(block.first, block.owed) for block in found] == [
        (date(2027, 7, 5), 45), (date(2027, 7, 19), Fraction(45, 2)), (date(2027, 9, 6), 45),
    ]  # fmt: skip


def test_half_a_fortnight_pro_rata_is_half_of_its_days():
    assert blocks_of(Promise(50, 1, "fortnight", is_pro_rata=True), WEEKS[2:3])[0].owed == Fraction(50, 10) * 3


def test_a_week_is_kept_or_short_by_itself_and_more_in_one_does_not_help_another():
    """60 a week. Week 1: 80, week 2: 40: short 20, netted 0."""
    found = judged(THREE_TIMES_20, [
        *(Given(MONDAY + DAY * day, 20, 20) for day in range(4)),
        *(Given(MONDAY + WEEK + DAY * day, 20, 20) for day in range(2)),
    ], last=MONDAY + 2 * WEEK - DAY)  # fmt: skip

    assert (found.promised, found.delivered, found.short, found.net_short) == (120, 120, 20, 0)
    assert (found.kept, found.share) == (1, 83)
    assert found.causes == {NOT_PLANNED: 20}


def test_what_was_made_good_later_does_not_mend_its_week_and_mends_the_term():
    """30 missed in week 1, made up in week 2: week 1 short 30, term short 0, week 2 is 100 and not 200."""
    found = judged(ONCE_30, [
        Given(MONDAY, 30, 0, cause="adult"),
        Given(MONDAY + WEEK, 30, 30),
        Given(MONDAY + WEEK + DAY, 30, 30, was_planned=False, good_for=MONDAY),
    ], last=MONDAY + 2 * WEEK - DAY)  # fmt: skip

    first, second = found.blocks
    assert (first.short, first.made_good, second.delivered, second.share) == (30, 30, 30, 100)
    assert (found.short, found.net_short) == (30, 0)


def test_a_session_moved_to_another_week_counts_where_it_was_given():
    found = judged(ONCE_30, [
        Given(MONDAY, 30, 0, cause=MOVED),
        Given(MONDAY + WEEK, 30, 30),
        Given(MONDAY + WEEK + DAY, 30, 30, was_planned=False),
    ], last=MONDAY + 2 * WEEK - DAY)  # fmt: skip

    assert [block.delivered for block in found.blocks] == [0, 60]
    assert found.blocks[0].causes == {MOVED: 30}
    assert (found.planned, found.short, found.net_short) == (60, 30, 0)


@pytest.mark.parametrize("cause", ["trip", "adult", "vacancy", "closed", CHILD_ABSENT, NO_RECORD])
def test_no_cause_lowers_what_was_promised(cause):
    found = judged(ONCE_30, [Given(MONDAY, 30, 0, cause=cause)], last=MONDAY + WEEK - DAY)

    assert (found.promised, found.planned, found.short) == (30, 30, 30)
    assert found.causes == {cause: 30}


def test_causes_never_add_up_to_more_than_what_is_short():
    """60 promised, 80 planned, 40 given, 40 lost to a trip: 20 short."""
    found = judged(THREE_TIMES_20, [
        Given(MONDAY, 20, 20), Given(MONDAY + DAY, 20, 20), Given(MONDAY + 2 * DAY, 40, 0, cause="trip"),
    ], last=MONDAY + WEEK - DAY)  # fmt: skip

    assert (found.short, found.causes) == (20, {"trip": 20})


def test_minutes_that_are_not_as_the_line_says_are_told_and_do_not_count():
    found = judged(ONCE_30, [Given(MONDAY, 30, 30, fault="with_others")], last=MONDAY + WEEK - DAY)

    assert (found.delivered, found.otherwise, found.short) == (0, 30, 30)
    assert found.causes == {"with_others": 30}


def test_a_line_without_an_amount_is_never_judged():
    found = judged(Promise(None, None, ""), [Given(MONDAY, 10, 10), Given(MONDAY + 60 * DAY, 10, 10)])

    assert (found.no_amount, found.took_place, found.share, found.promised) == (True, 10, None, 0)


def test_a_stretch_that_goes_on_is_not_judged_yet():
    found = judged(Promise(60, 1, "half_term"), [], last=MONDAY + WEEK)

    assert (found.blocks, found.running_until) == ([], MONDAY + 3 * WEEK + 4 * DAY)


def test_each_stretch_belongs_to_the_days_in_which_it_ends():
    fortnight = Promise(45, 1, "fortnight")
    early, late = judged(fortnight, [], last=MONDAY + WEEK), judged(fortnight, [], first=MONDAY + WEEK + DAY)

    assert (early.promised, late.promised) == (0, 90)


@given(
    promise=st.builds(
        Promise, st.integers(5, 60), st.integers(1, 5),
        st.sampled_from(["day", "week", "fortnight", "month", "half_term", "term", "year"]), st.booleans(),
    ),
    rows=st.lists(
        st.tuples(st.integers(0, 27), st.integers(5, 60), st.integers(0, 60), st.sampled_from(["", "trip", NO_RECORD]),
                  st.sampled_from(["", "untrained"]), st.booleans()),
        max_size=25,
    ),
    cut=st.integers(0, 27),
)  # fmt: skip
def test_whatever_happens_sums_hold(promise, rows, cut):
    sessions = [
        Given(MONDAY + DAY * day, minutes, min(there, minutes), cause=cause, fault=fault, was_planned=planned)
        for day, minutes, there, cause, fault, planned in rows
    ]
    whole = judged(promise, sessions)
    parts = [
        judged(promise, sessions, last=MONDAY + DAY * cut), judged(promise, sessions, first=MONDAY + DAY * (cut + 1))
    ]  # fmt: skip

    for name in ("promised", "planned", "delivered", "otherwise", "short"):
        assert sum(getattr(part, name) for part in parts) == getattr(whole, name)
    assert sum(whole.causes.values()) == whole.short
    assert whole.delivered <= sum(one.there for one in sessions)
    assert whole.net_short <= whole.short <= whole.promised
    assert whole.share is None or 0 <= whole.share <= 100
    assert isinstance(whole.promised, Fraction | int)
