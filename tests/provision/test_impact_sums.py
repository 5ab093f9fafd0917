"""What two scores say and what a group's do, worked by hand. No database."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provision.impact.sums import Change, Group, Reading, Rule, Verdict, changes_of, compare

FIRST, LATER = date(2026, 1, 12), date(2026, 7, 13)
POINTS = Rule(band=Decimal(3))
SDQ = Rule(lower_is_better=True)
AGE = Rule(is_age=True, gap_weeks=13)


def reading(value, on=FIRST, **more):
    return Reading(on, Decimal(value), **more)


@pytest.mark.parametrize(
    ("rule", "before", "after", "verdict", "gain"),
    [
        (POINTS, 80, 84, Verdict.BETTER, 4),
        (POINTS, 80, 83, Verdict.UNCLEAR, 3),  # the edge of the band is inside it
        (POINTS, 80, 77, Verdict.UNCLEAR, -3),
        (POINTS, 80, 76, Verdict.WORSE, -4),
        (SDQ, 22, 17, Verdict.BETTER, 5),
        (SDQ, 22, 23, Verdict.WORSE, -1),
        (SDQ, 22, 22, Verdict.UNCLEAR, 0),
    ],
)
def test_a_change_goes_by_its_direction_and_its_band(rule, before, after, verdict, gain):
    found = compare(rule, reading(before), reading(after, LATER))

    assert (found.verdict, found.gain) == (verdict, gain)


@pytest.mark.parametrize(
    ("after", "verdict"),
    [(75, Verdict.UNCLEAR), (85, Verdict.UNCLEAR), (86, Verdict.BETTER), (74, Verdict.WORSE)],
)
def test_a_band_of_the_first_score_itself_comes_first(after, verdict):
    before = reading(80, low=Decimal(75), high=Decimal(85))

    assert compare(Rule(band=Decimal(1)), before, reading(after, LATER)).verdict == verdict


def test_months_of_age_gained_in_a_month_of_time():
    """Nine months of reading age in 182 days, which are six months less half a day."""
    found = compare(AGE, reading(84), reading(93, LATER))

    assert found.months == Fraction(182 * 12 * 4, 1461)
    assert found.ratio == Fraction(9 * 1461, 182 * 12 * 4)
    assert float(found.ratio) == pytest.approx(1.505, abs=0.001)
    assert compare(POINTS, reading(80), reading(90, LATER)).ratio is None


def test_a_score_taken_again_too_soon_is_kept_and_told():
    soon = FIRST + timedelta(days=13 * 7 - 1)

    assert compare(AGE, reading(84), reading(86, soon)).is_too_soon
    assert not compare(AGE, reading(84), reading(86, soon + timedelta(days=1))).is_too_soon


@pytest.mark.parametrize(
    ("before", "after", "verdict"),
    [
        (None, 5, Verdict.NO_ENTRY),
        (5, None, Verdict.NO_EXIT),
        (None, None, Verdict.NO_ENTRY),
    ],
)
def test_without_one_of_the_two_nothing_is_claimed(before, after, verdict):
    found = compare(
        SDQ, reading(before) if before is not None else None, reading(after, LATER) if after is not None else None
    )

    assert (found.verdict, found.gain, found.verdict.is_told) == (verdict, 0, False)


def test_what_a_teacher_and_a_parent_say_is_never_compared():
    found = changes_of(SDQ, [reading(22, rater="teacher")], [reading(12, LATER, rater="parent")])

    assert {rater: one.verdict for rater, one in found.items()} == {"teacher": Verdict.NOT_ALIKE}


def test_each_rater_is_compared_with_the_same_one():
    before = [reading(22, rater="teacher"), reading(25, rater="parent")]
    after = [reading(20, LATER, rater="teacher"), reading(15, LATER, rater="parent")]

    assert {rater: one.gain for rater, one in changes_of(SDQ, before, after).items()} == {"teacher": 2, "parent": 10}


def test_another_form_of_a_test_is_not_alike_and_its_spelling_does_not_matter():
    assert compare(AGE, reading(84, form="Form  A"), reading(90, LATER, form="form a")).verdict.is_told
    assert compare(AGE, reading(84, form="A"), reading(90, LATER, form="B")).verdict == Verdict.NOT_ALIKE


def test_the_first_before_and_the_last_after_count():
    later = LATER + timedelta(days=7)
    found = changes_of(
        SDQ, [reading(22), reading(30, FIRST + timedelta(days=3))], [reading(5, LATER), reading(20, later)]
    )

    assert found[""].gain == 2


def test_without_any_score_it_says_so_once():
    assert {rater: one.verdict for rater, one in changes_of(SDQ, [], []).items()} == {"": Verdict.NO_ENTRY}


# --- A group -----------------------------------------------------------------------------------------------------
def group_of(gains, rule=POINTS, cost=100):
    group = Group(rule)
    for gain in gains:
        group.add(compare(rule, reading(50), reading(50 + gain, LATER)), Fraction(cost))
    return group


def test_the_median_of_five_and_what_a_unit_of_it_cost():
    """4, 5, 6, 10 and 20 points: 6 in the middle. Five hundred pounds for five: 100 each, 16.67 a point."""
    group = group_of([4, 5, 6, 10, 20])

    assert (group.n, group.gain, group.cost_of_unit) == (5, 6, Fraction(100, 6))


def test_of_four_no_figure_is_said():
    group = group_of([10, 10, 10, 10])

    assert (group.n, group.is_small, group.gain, group.ratio, group.cost_of_unit) == (4, True, None, None, None)


@pytest.mark.parametrize("gains", [[3, 3, 3, 3, 3], [1, 2, 3, 9, 9], [-5, -5, -6, -7, 2], [0, 0, 0, 0, 0]])
def test_inside_the_band_or_worse_there_is_no_cost_of_a_unit(gains):
    assert group_of(gains).cost_of_unit is None


def test_who_has_no_score_after_is_counted_as_missing_and_costs_nothing_of_the_figure():
    group = group_of([4, 5, 6, 10, 20])
    group.add(Change(Verdict.NO_EXIT), Fraction(9999))

    assert (group.n, group.whole, group.count(Verdict.NO_EXIT), group.cost) == (5, 6, 1, 500)


@given(st.lists(st.integers(-30, 30), max_size=30))
def test_every_child_is_better_unclear_or_worse_and_none_is_lost(gains):
    group = group_of(gains)

    told = group.count(Verdict.BETTER) + group.count(Verdict.UNCLEAR) + group.count(Verdict.WORSE)
    assert told == group.n == len(gains)
    assert group.is_small is (len(gains) < 5)
    if group.gain is not None:
        assert min(gains) <= group.gain <= max(gains)


@given(
    st.lists(st.sampled_from(["teacher", "parent", "self"]), max_size=4),
    st.lists(st.sampled_from(["teacher", "parent", "self"]), max_size=4),
)
def test_a_gain_is_said_only_where_the_same_rater_stands_on_both_sides(befores, afters):
    found = changes_of(
        SDQ, [reading(20, rater=rater) for rater in befores], [reading(10, LATER, rater=rater) for rater in afters]
    )

    assert {rater for rater, one in found.items() if one.verdict.is_told} == set(befores) & set(afters)
    assert set(befores) <= set(found)
