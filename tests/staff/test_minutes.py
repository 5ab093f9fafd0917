"""Minutes of a day: worked examples, and what has to hold for every day there can be."""

from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sendco.clock.words import hours_and_minutes
from sendco.clock.working_time import break_is_missing
from staff.minutes import MIDNIGHT, Hours, common, day_sum, doubled, joined, minute_of, overlap, total, without

MINUTE = st.integers(0, MIDNIGHT)
STRETCH = st.tuples(MINUTE, MINUTE)
STRETCHES = st.lists(STRETCH, max_size=8)


def minutes_in(stretches):
    """Every minute by itself: slow, and too simple to be wrong."""
    return {minute for first, last in stretches for minute in range(first, last)}


# --- Stretches ---
def test_stretches_that_touch_are_one():
    assert joined([(600, 660), (540, 600), (700, 700), (650, 680)]) == [(540, 680)]


def test_an_end_before_the_beginning_is_nothing():
    assert joined([(660, 600)]) == []


def test_times_are_counted_from_midnight():
    assert minute_of(time(8, 30)) == 510


def test_touching_is_no_overlap():
    assert not overlap((540, 600), (600, 660))
    assert overlap((540, 601), (600, 660))


@given(STRETCHES)
def test_joining_keeps_every_minute_once(stretches):
    found = joined(stretches)

    assert minutes_in(found) == minutes_in(stretches)
    assert total(stretches) == len(minutes_in(stretches))
    assert all(before[1] < after[0] for before, after in zip(found, found[1:], strict=False))


@given(STRETCHES, STRETCHES)
def test_common_and_without_split_the_minutes(one, other):
    shared, rest = minutes_in(common(one, other)), minutes_in(without(one, other))

    assert shared == minutes_in(one) & minutes_in(other)
    assert rest == minutes_in(one) - minutes_in(other)


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=6))
def test_doubled_minutes_are_those_in_two_stretches(stretches):
    counted = [minute for first, last in stretches for minute in range(first, last)]

    assert minutes_in(doubled(stretches)) == {minute for minute in counted if counted.count(minute) > 1}


# --- A day ---
def test_a_day_by_hand():
    """Half past eight to a quarter past three with half an hour unpaid: 375 minutes. Three lessons, a duty, a break."""
    hours = day_sum(
        worked=[(510, 720), (750, 915)],
        busy=[(540, 600), (600, 645), (660, 720), (780, 840)],
        breaks=[(645, 660)],
    )

    assert hours == Hours(contracted=375, deployed=225, breaks=15, free=135)
    assert hours.load == 60


def test_work_outside_the_pattern_stands_beside_the_sum():
    hours = day_sum(worked=[(540, 720)], busy=[(700, 780)])

    assert (hours.contracted, hours.deployed, hours.free, hours.outside) == (180, 20, 160, 60)


def test_whoever_is_away_is_neither_deployed_nor_free():
    hours = day_sum(worked=[(540, 720)], busy=[(540, 600), (660, 720)], away=[(600, MIDNIGHT)])

    assert (hours.contracted, hours.deployed, hours.away, hours.free) == (180, 60, 120, 0)


def test_nobody_is_deployed_on_an_inset_day():
    hours = day_sum(worked=[(540, 720)], busy=[(540, 600)], is_inset=True)

    assert (hours.contracted, hours.deployed, hours.inset, hours.free, hours.outside) == (180, 0, 180, 0, 0)


def test_a_duty_in_a_break_is_no_break():
    assert day_sum(worked=[(540, 720)], busy=[(600, 620)], breaks=[(600, 620)]).breaks == 0


@given(STRETCHES, STRETCHES, STRETCHES, STRETCHES, st.booleans())
def test_the_minutes_of_a_day_always_add_up(worked, busy, breaks, away, is_inset):
    hours = day_sum(worked=worked, busy=busy, breaks=breaks, away=away, is_inset=is_inset)

    assert hours.contracted == len(minutes_in(worked))
    assert hours.contracted == hours.deployed + hours.breaks + hours.away + hours.inset + hours.free
    assert min(hours.deployed, hours.breaks, hours.away, hours.inset, hours.free, hours.outside) >= 0


def test_load_of_somebody_who_was_never_there():
    assert Hours(contracted=300, away=300).load is None


# --- Breaks of a long day ---
@pytest.mark.parametrize(
    ("worked", "breaks", "missing"),
    [
        (360, [], False),  # six hours are not more than six
        (361, [], True),
        (375, [20], False),
        (375, [19], True),
        (375, [15, 15], True),  # it is uninterrupted
        (375, [15, 20], False),
    ],
)
def test_a_day_over_six_hours_has_a_break_of_twenty_minutes(worked, breaks, missing):
    assert break_is_missing(worked, breaks) == missing


@pytest.mark.parametrize(
    ("minutes", "words"), [(0, "0 h"), (1950, "32 h 30"), (60, "1 h"), (5, "0 h 05"), (-95, "-1 h 35")]
)
def test_minutes_in_words(minutes, words):
    assert hours_and_minutes(minutes) == words
