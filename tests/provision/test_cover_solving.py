"""Who holds what: the best plan, beside every plan that there is."""

from itertools import combinations, product
from random import Random

import pytest

from provision.cover.solving import Job, Rank, Score, is_possible, score, solve

DAYS = 200


def job(key, first, last, rank, held_by=(), may=(), **more):
    return Job(key, ((first, last),), rank, tuple(held_by), frozenset(may), **more)


def small_day(seed):
    """A day of two to four adults, of whom one or two are away, and up to six things to hold."""
    rng = Random(seed)
    adults = range(1, rng.choice((3, 4, 4)) + 1)
    away = set(rng.sample(list(adults), rng.choice((1, 1, 2))))
    there, jobs = [one for one in adults if one not in away], []
    for place in range(rng.choice((3, 4, 5, 6))):
        first = 540 + 15 * rng.randrange(6)
        last = first + rng.choice((15, 30, 45))
        wanted = rng.choice((1, 1, 1, 2))
        held = [one for one in rng.sample(list(adults), wanted) if one not in away]
        free = [one for one in held if not any(one in row.held_by and row.times[0][0] < last and first < row.times[0][1]
                                               for row in jobs)]  # fmt: skip
        rank = rng.choice(list(Rank))
        lines = frozenset(rng.sample(range(3), rng.choice((1, 2)))) if rank is Rank.LINE else frozenset()
        trained = {one for one in there if rng.random() < 0.7}
        least = 2 if wanted == 2 and rank is Rank.CARE else 1
        costs = {one: rng.randrange(3) for one in there}
        jobs.append(
            job(f"j{place}", first, last, rank, free, trained | set(free), lines=lines, wanted=wanted, least=least,
                costs=costs)
        )  # fmt: skip
    return jobs


def every_plan(jobs):
    choices = [
        [who for size in range(row.wanted + 1) for who in combinations(sorted(row.may), size)] for row in jobs
    ]  # fmt: skip
    for chosen in product(*choices):
        plan = {row.key: who for row, who in zip(jobs, chosen, strict=True)}
        if is_possible(jobs, plan):
            yield plan


@pytest.mark.parametrize("seed", range(DAYS))
def test_no_plan_is_better_than_the_one_found(seed):
    jobs = small_day(seed)
    found = solve(jobs)
    assert is_possible(jobs, found)
    assert score(jobs, found) == min(score(jobs, plan) for plan in every_plan(jobs))


def test_the_generated_days_are_no_walk_over():
    """Many of them need more than filling gaps with whoever is free, and in many something is left."""
    moved = left = 0
    for seed in range(DAYS):
        jobs = small_day(seed)
        plan = solve(jobs)
        moved += any(set(row.held_by) - set(plan[row.key]) for row in jobs)
        left += any(_undone(score(jobs, plan)))
    assert moved > DAYS // 5
    assert left > DAYS // 5


def _undone(found):
    return [found.care, found.lines, found.safety, found.provision, found.help, found.second]


def test_a_life_goes_before_every_line():
    jobs = [
        job("care", 540, 570, Rank.CARE, (), {1}),
        job("group", 540, 570, Rank.LINE, (1,), {1}, lines=frozenset({1, 2, 3, 4})),
    ]
    assert solve(jobs) == {"care": (1,), "group": ()}


def test_lines_are_counted_and_not_sessions():
    """One session that keeps two lines goes before two sessions that keep one between them."""
    jobs = [
        job("both", 540, 600, Rank.LINE, (), {1}, lines=frozenset({1, 2})),
        job("first", 540, 570, Rank.LINE, (), {1}, lines=frozenset({3})),
        job("second", 570, 600, Rank.LINE, (), {1}, lines=frozenset({3})),
    ]
    assert solve(jobs)["both"] == (1,)


def test_somebody_on_a_lighter_duty_goes_and_another_takes_the_duty():
    """Only 1 is trained; 2 is free and may take the playground."""
    jobs = [
        job("elsa", 640, 670, Rank.LINE, (), {1}, lines=frozenset({7})),
        job("playground", 630, 650, Rank.SAFETY, (1,), {1, 2}),
        job("class", 640, 700, Rank.HELP, (3,), {1, 2, 3}),
    ]
    assert solve(jobs) == {"elsa": (1,), "playground": (2,), "class": (3,)}


def test_nobody_is_moved_for_nothing():
    jobs = [
        job("reading", 540, 570, Rank.PROVISION, (), {1, 2}),
        job("number", 540, 570, Rank.PROVISION, (1,), {1, 2}),
    ]
    assert solve(jobs) == {"reading": (2,), "number": (1,)}
    longer = [job("reading", 540, 580, Rank.PROVISION, (), {1}), job("number", 540, 570, Rank.PROVISION, (1,), {1})]
    assert solve(longer) == {"reading": (), "number": (1,)}


def test_the_second_adult_of_a_class_is_the_first_to_go():
    jobs = [
        job("number", 540, 570, Rank.PROVISION, (), {1, 2, 3}),
        job("3A", 540, 600, Rank.HELP, (1,), {1, 2, 3}),
        job("4B", 540, 600, Rank.HELP, (2, 3), {1, 2, 3}, wanted=2),
    ]
    found = solve(jobs)
    assert found["3A"] == (1,)
    assert len(found["4B"]) == 1
    assert len(found["number"]) == 1


def test_between_equals_the_one_who_knows_the_group():
    jobs = [job("number", 540, 570, Rank.PROVISION, (), {1, 2, 3}, costs={1: 2, 2: 0, 3: 1})]
    assert solve(jobs) == {"number": (2,)}


def test_what_somebody_chose_stands_and_the_rest_fits_round_it():
    jobs = [
        job("number", 540, 570, Rank.PROVISION, (), {1, 2}),
        job("line", 540, 570, Rank.LINE, (), {2}, lines=frozenset({1})),
    ]
    assert solve(jobs) == {"number": (1,), "line": (2,)}
    assert solve(jobs, pinned={"number": [2]}) == {"number": (2,), "line": ()}
    assert solve(jobs, pinned={"line": []}) == {"number": (1,), "line": ()}
    assert solve(jobs, pinned={"gone": [9]}) == solve(jobs)


def test_two_things_at_once_that_stood_before_stay():
    """Somebody was planned in two places: cover neither mends it nor reads it as a loss."""
    jobs = [
        job("one", 540, 570, Rank.PROVISION, (1,), {1}),
        job("two", 550, 580, Rank.PROVISION, (1,), {1}),
        job("three", 540, 560, Rank.HELP, (), {1}),
    ]
    assert solve(jobs) == {"one": (1,), "two": (1,), "three": ()}


def test_a_hoist_takes_two():
    jobs = [
        job("hoist", 540, 550, Rank.CARE, (1,), {1, 2}, wanted=2, least=2),
        job("line", 540, 570, Rank.LINE, (2,), {2, 3}, lines=frozenset({1})),
    ]
    assert solve(jobs) == {"hoist": (1, 2), "line": (3,)}
    alone = [jobs[0], job("line", 540, 570, Rank.LINE, (2,), {2}, lines=frozenset({1}))]
    assert solve(alone)["hoist"] == (1, 2)


def test_nothing_to_do_is_an_empty_plan():
    assert solve([]) == {}
    assert score([], {}) == Score(0, 0, 0, 0, 0, 0, 0, 0)


def test_several_times_go_together():
    """A run of a week is one thing: whoever takes it takes all its times."""
    run = Job("run", ((540, 570), (1980, 2010)), Rank.PROVISION, (), frozenset({1, 2}))
    jobs = [run, job("other", 1990, 2020, Rank.PROVISION, (1,), {1})]
    assert solve(jobs) == {"run": (2,), "other": (1,)}
