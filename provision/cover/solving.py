"""Who holds what, when there are fewer adults than posts. No database: jobs in, a plan out.

The best plan leaves least undone, in this order: care on which a life may hang; Section F lines kept; health and
safety; other provision; help in lessons; a second adult; then the fewest moves, and the adults who know the group.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from staff.minutes import Stretch, overlap

Plan = dict[str, tuple[int, ...]]
HALF = 0.5  # what tells one from nought in a solver's answer
MOST_SECONDS = 5.0
FEASIBLE = 2  # HiGHS: the primal solution is one


class Rank(IntEnum):
    """What is lost if nobody holds it; the smaller, the heavier."""

    CARE = 1
    LINE = 2
    SAFETY = 3
    PROVISION = 4
    HELP = 5
    SECOND = 6


@dataclass(frozen=True)
class Job:
    """Something that adults hold at one time, or at several that go together.

    `times` are stretches of minutes from any common beginning; `held_by` those who hold it as things stand and are
    there; `may` all who could: trained, at work and not bound. `wanted` is how many there should be, `least` with how
    many it takes place. `lines` are the Section F lines that are not kept without it. `costs` says what each adult
    costs or how far they are from knowing the group, where that is to decide between equals.
    """

    key: str
    times: tuple[Stretch, ...]
    rank: Rank
    held_by: tuple[int, ...]
    may: frozenset[int]
    lines: frozenset[int] = frozenset()
    wanted: int = 1
    least: int = 1
    costs: Mapping[int, int] = field(default_factory=dict)

    @property
    def minutes(self) -> int:
        return sum(last - first for first, last in self.times)

    @property
    def missing(self) -> int:
        return max(self.wanted - len(self.held_by), 0)

    def meets(self, other: "Job") -> bool:
        return any(overlap(one, two) for one in self.times for two in other.times)


@dataclass(frozen=True, order=True)
class Score:
    """What a plan leaves undone; of two plans the smaller is the better one."""

    care: int
    lines: int
    safety: int
    provision: int
    help: int
    second: int
    moves: int
    costs: int


# --- What a plan is worth ----------------------------------------------------------------------------------------
def score(jobs: Iterable[Job], plan: Plan) -> Score:
    """What this plan leaves undone. Care, duties and sessions are counted; help is measured in minutes."""
    lost: dict[Rank, int] = defaultdict(int)
    lines: set[int] = set()
    moves = costs = 0
    for job in jobs:
        there = plan.get(job.key, ())
        new = [adult for adult in there if adult not in job.held_by]
        moves += len(new)
        costs += sum(job.costs.get(adult, 0) for adult in new)
        is_held = len(there) >= job.least
        lost[Rank.SECOND] += job.minutes * (job.wanted - max(len(there), job.least if not is_held else 0))
        if is_held:
            continue
        lines |= job.lines
        if job.rank in (Rank.HELP, Rank.SECOND):
            lost[job.rank] += job.minutes
        elif job.rank is Rank.LINE:
            lost[Rank.PROVISION] += 1
        else:
            lost[job.rank] += 1
    return Score(
        lost[Rank.CARE], len(lines), lost[Rank.SAFETY], lost[Rank.PROVISION], lost[Rank.HELP], lost[Rank.SECOND],
        moves, costs,
    )  # fmt: skip


def is_possible(jobs: Sequence[Job], plan: Plan) -> bool:
    """Whether nobody is asked for what they may not do, or to be in two places; what already was so may stay."""
    by_adult: dict[int, list[Job]] = defaultdict(list)
    for job in jobs:
        there = plan.get(job.key, ())
        if len(there) > job.wanted or len(set(there)) != len(there):
            return False
        for adult in there:
            if adult not in job.may and adult not in job.held_by:
                return False
            by_adult[adult].append(job)
    return not any(
        _clash(adult, one, two)
        for adult, held in by_adult.items()
        for place, one in enumerate(held)
        for two in held[place + 1 :]
    )


# --- The best plan -----------------------------------------------------------------------------------------------
def solve(jobs: Sequence[Job], *, pinned: Mapping[str, Collection[int]] | None = None) -> Plan:
    """The best plan. `pinned` says who holds a job, or that nobody does, whatever it costs the others.

    Solved by HiGHS, once for each thing that can be lost, the heaviest first: what was reached is then kept. A pin that
    is not possible is left out. The same jobs give the same plan.
    """
    model = _Model(jobs, _possible(jobs, pinned or {}))
    for terms in model.aims():
        model.reach(terms)
    return model.plan()


def _possible(jobs: Sequence[Job], pinned: Mapping[str, Collection[int]]) -> dict[str, set[int]]:
    """The pins that can stand together, the first going before."""
    found: dict[str, set[int]] = {}
    taken: dict[int, list[Job]] = defaultdict(list)
    for job in jobs:
        if job.key not in pinned:
            continue
        own = {adult for adult in pinned[job.key] if adult in job.may or adult in job.held_by}
        free = {adult for adult in own if not any(_clash(adult, job, other) for other in taken[adult])}
        found[job.key] = free if len(free) >= job.least else set()
        for adult in found[job.key]:
            taken[adult].append(job)
    return found


def _clash(adult: int, one: Job, other: Job) -> bool:
    return one.meets(other) and not (adult in one.held_by and adult in other.held_by)


def _solver() -> Any:
    # Read here and not at the top: it takes a tenth of a second, which only cover and planning need.
    from highspy import Highs

    class Quiet(Highs):
        def enableCallbacks(self) -> None:  # noqa: N802  the library's own name
            """None are used, and making them ready prints the library's name into the log."""

    solver = Quiet()
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", 1)
    solver.setOptionValue("time_limit", MOST_SECONDS)
    solver.setOptionValue("mip_rel_gap", 0.0)
    solver.setOptionValue("mip_abs_gap", HALF / 2)
    return solver


class _Model:
    """The jobs as a mixed integer program: x for each adult who may hold a job, y for each job that takes place."""

    def __init__(self, jobs: Sequence[Job], pinned: Mapping[str, Collection[int]]) -> None:
        self.jobs = jobs
        self.solver = _solver()
        self.count = 0
        self.x: dict[tuple[int, int], int] = {}
        self.y: list[int] = []
        self.values: list[float] = []
        for place, job in enumerate(jobs):
            self._add_job(place, job)
        self.kept = self._add_lines()
        self._add_adults()
        self._pin(pinned)
        self._make_whole()

    # --- Columns and rows ---
    def _binary(self) -> int:
        self.solver.addVar(0.0, 1.0)
        self.count += 1
        return self.count - 1

    def _row(self, low: float, terms: Iterable[tuple[int, float]], high: float) -> None:
        columns, weights = zip(*terms, strict=True)
        self.solver.addRow(low, high, len(columns), list(columns), list(weights))

    def _add_job(self, place: int, job: Job) -> None:
        own = []
        for adult in sorted(job.may | set(job.held_by)):
            self.x[place, adult] = self._binary()
            own.append(self.x[place, adult])
        held = self._binary()
        self.y.append(held)
        # least * y <= sum of x <= wanted * y: nobody stands where it does not take place.
        self._row(0.0, [(held, -float(job.least)), *((one, 1.0) for one in own)], _INFINITE)
        self._row(-_INFINITE, [(held, -float(max(job.wanted, job.least))), *((one, 1.0) for one in own)], 0.0)

    def _add_lines(self) -> list[int]:
        by_line: dict[int, list[int]] = defaultdict(list)
        for place, job in enumerate(self.jobs):
            for line in job.lines:
                by_line[line].append(place)
        kept = []
        for line in sorted(by_line):
            column = self._binary()
            kept.append(column)
            for place in by_line[line]:
                self._row(-_INFINITE, [(column, 1.0), (self.y[place], -1.0)], 0.0)
        return kept

    def _add_adults(self) -> None:
        """Nobody in two places: at each minute at which something begins, one job an adult."""
        by_adult: dict[int, list[int]] = defaultdict(list)
        for place, adult in self.x:
            by_adult[adult].append(place)
        for adult, places in by_adult.items():
            begins = {first for place in places for first, _ in self.jobs[place].times}
            seen = set()
            for minute in sorted(begins):
                going = frozenset(place for place in places if self._is_on(place, minute))
                if len(going) > 1 and going not in seen:
                    seen.add(going)
                    self._one_of(adult, going)

    def _is_on(self, place: int, minute: int) -> bool:
        return any(first <= minute < last for first, last in self.jobs[place].times)

    def _one_of(self, adult: int, going: Iterable[int]) -> None:
        """Of these one at most. Two that the adult holds at once already may stay: that is not for cover to mend."""
        own = [place for place in going if adult in self.jobs[place].held_by]
        new = [(self.x[place, adult], 1.0) for place in going if place not in own]
        for one in own if len(own) > 1 else [None]:
            extra = [(self.x[place, adult], 1.0) for place in ([one] if one is not None else own)]
            if len(new) + len(extra) > 1:
                self._row(-_INFINITE, [*new, *extra], 1.0)

    def _pin(self, pinned: Mapping[str, Collection[int]]) -> None:
        for place, job in enumerate(self.jobs):
            if job.key not in pinned:
                continue
            wanted = pinned[job.key]
            for adult in sorted(job.may | set(job.held_by)):
                one = self.x[place, adult]
                fixed = 1.0 if adult in wanted else 0.0
                self.solver.changeColBounds(one, fixed, fixed)

    def _make_whole(self) -> None:
        from highspy import HighsVarType

        for column in range(self.count):
            self.solver.changeColIntegrality(column, HighsVarType.kInteger)

    # --- What is to be reached ---
    def aims(self) -> Iterable[list[tuple[int, float]]]:
        """What is kept, the heaviest first: each is made as great as it can be, the one before it standing."""
        yield self._held(Rank.CARE)
        yield [(column, 1.0) for column in self.kept]
        yield self._held(Rank.SAFETY)
        yield [*self._held(Rank.LINE), *self._held(Rank.PROVISION)]
        yield self._held(Rank.HELP)
        yield [*self._held(Rank.SECOND), *self._seconds()]
        yield [(one, -1.0) for (place, adult), one in self.x.items() if adult not in self.jobs[place].held_by]
        yield [
            (one, -float(cost))
            for (place, adult), one in self.x.items()
            if adult not in self.jobs[place].held_by and (cost := self.jobs[place].costs.get(adult, 0))
        ]

    def _held(self, rank: Rank) -> list[tuple[int, float]]:
        measured = rank in (Rank.HELP, Rank.SECOND)
        return [
            (self.y[place], float(job.minutes) if measured else 1.0)
            for place, job in enumerate(self.jobs)
            if job.rank is rank
        ]

    def _seconds(self) -> list[tuple[int, float]]:
        """Minutes of adults beyond those with whom it takes place."""
        found = [
            (self.x[place, adult], float(self.jobs[place].minutes))
            for place, adult in self.x
            if self.jobs[place].wanted > self.jobs[place].least
        ]
        return found + [
            (self.y[place], -float(job.minutes * job.least))
            for place, job in enumerate(self.jobs)
            if job.wanted > job.least
        ]

    def reach(self, terms: list[tuple[int, float]]) -> None:
        if not terms:
            return
        weights: dict[int, float] = defaultdict(float)
        for column, weight in terms:
            weights[column] += weight
        for column in range(self.count):
            self.solver.changeColCost(column, -weights.get(column, 0.0))
        self.solver.run()
        if self.solver.getInfo().primal_solution_status != FEASIBLE:
            return  # out of time: what was reached before stands
        self.values = list(self.solver.getSolution().col_value)
        reached = sum(weight * round(self.values[column]) for column, weight in weights.items())
        self._row(reached - HALF, weights.items(), _INFINITE)

    def plan(self) -> Plan:
        if not self.values:
            return {job.key: tuple(sorted(job.held_by)) for job in self.jobs}
        found: dict[str, list[int]] = {job.key: [] for job in self.jobs}
        for (place, adult), column in self.x.items():
            if self.values[column] > HALF:
                found[self.jobs[place].key].append(adult)
        return {key: tuple(sorted(adults)) for key, adults in found.items()}


_INFINITE = 1e30  # what HiGHS reads as no bound
