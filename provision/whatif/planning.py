"""Another staffing: what every run would have, which Section F lines are kept, and what it costs. Decides nothing."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from decimal import Decimal
from fractions import Fraction

from django.db.models import Q

from staff.board.selectors import Placed, board, who_support
from staff.minutes import MIDNIGHT, Stretch, minute_of, overlap, without
from staff.models import Certificate, Post, School, SlotKind, StaffGroup, StaffMember
from staff.models.people import current_on
from staff.posts.selectors import WorkDay, working_times
from staff.weeks import monday_of

from ..costs.rates import Basis, Rates
from ..costs.sums import pounds
from ..cover.promises import Promised, promises
from ..cover.solving import Job, Rank, solve
from ..models import Place, Provision, Sharing, StaffingPlan

WEEK_MINUTES = 7 * MIDNIGHT
LETTERS = ("A", "B")
TEACHES = (StaffGroup.TEACHER, StaffGroup.LEADER)


@dataclass(frozen=True)
class Adult:
    """Somebody who is there now, or would come: then without a member, and with a key below zero."""

    key: int
    name: str
    member: StaffMember | None = None
    times: tuple[Stretch, ...] = ()
    skills: frozenset[int] = frozenset()
    hourly: Decimal | None = None
    # By the formula: what decides between plans that are equal else, whoever looks at them.
    weight: Decimal = Decimal(0)
    is_out: bool = False
    teaches: bool = False

    @property
    def contracted(self) -> int:
        """Minutes a week."""
        return sum(last - first for first, last in self.times) // len(LETTERS)


@dataclass
class RunLine:
    """A run, who leads it now and who would."""

    run: Provision
    job: Job
    now: list[Adult]
    then: list[Adult] = field(default_factory=list)
    promised: list[Promised] = field(default_factory=list)
    pinned: int | None = None
    could: list[Adult] = field(default_factory=list)

    @property
    def minutes(self) -> int:
        """Minutes a week, each time."""
        return self.job.minutes // len(LETTERS)

    @property
    def changes(self) -> bool:
        return {one.key for one in self.now} != {one.key for one in self.then}

    def turns_of(self, adults: list[Adult]) -> int:
        """By how many the time of each is divided: those who take turns are there one at a time."""
        return max(len(adults), 1) if _take_turns(self.run) else 1

    @property
    def is_unled(self) -> bool:
        return not self.then


@dataclass
class AdultLine:
    """An adult's minutes a week: contracted, in runs now and then, and help in class that would be missing."""

    adult: Adult
    now: int = 0
    then: int = 0
    help_lost: int = 0


@dataclass
class Result:
    runs: list[RunLine]
    adults: list[AdultLine]
    starts_on: date
    on: date
    cost_now: Decimal
    cost_then: Decimal
    without_rate: int

    @property
    def lines(self) -> int:
        return len({one.line for row in self.runs for one in row.promised})

    @property
    def broken(self) -> list[RunLine]:
        return [row for row in self.runs if row.is_unled and row.promised]

    @property
    def lines_broken(self) -> int:
        return len({one.line for row in self.broken for one in row.promised})

    @property
    def unled(self) -> int:
        return sum(row.is_unled for row in self.runs)

    @property
    def moves(self) -> int:
        return sum(row.changes for row in self.runs)


# --- Working it out ----------------------------------------------------------------------------------------------
def work_out(plan: StaffingPlan, *, basis: str = Basis.FORMULA) -> Result:
    """What the plan comes to. A constant number of queries; nothing is written."""
    on = day_of_runs(plan.school, plan.starts_on)
    runs = _runs(plan.school, on)
    adults = _adults(plan, runs, basis)
    rows = _lines(plan, runs, adults, on)
    helps = list(_help(plan.school, on, rows, adults))
    pinned = {row.job.key: [row.pinned] if row.pinned else [] for row in rows if row.pinned is not None}
    found = solve([*(row.job for row in rows), *helps], pinned=pinned)
    for row in rows:
        row.then = [adults[key] for key in found[row.job.key]]
    lost = {job.key: job for job in helps if not found[job.key]}
    return Result(
        rows, _of_adults(rows, adults, lost), plan.starts_on, on, *_costs(rows), _without_rate(rows)
    )  # fmt: skip


def day_of_runs(school: School, starts_on: date) -> date:
    """The day whose runs count: the first, or, where nothing is planned for then yet, the last on which runs ran."""
    rows = Provision.objects.filter(school=school)
    if rows.filter(starts_on__lte=starts_on + timedelta(days=7), ends_on__gte=starts_on).exists():
        return starts_on
    last = rows.filter(ends_on__lt=starts_on).order_by("-ends_on").values_list("ends_on", flat=True).first()
    return last or starts_on


def _runs(school: School, on: date) -> list[Provision]:
    rows = Provision.objects.filter(school=school, starts_on__lte=on + timedelta(days=7), ends_on__gte=on)
    return list(
        rows.select_related("intervention__skill").prefetch_related("times", "adults__member").order_by("name", "pk")
    )


def _adults(plan: StaffingPlan, runs: list[Provision], basis: str) -> dict[int, Adult]:
    """Those who support on the first day, those who lead a run, and those who would come."""
    leads = {row.member_id for run in runs for row in run.adults.all()}
    there = StaffMember.objects.filter(
        Q(posts__ends_on=None) | Q(posts__ends_on__gte=plan.starts_on), school=plan.school,
        posts__starts_on__lte=plan.starts_on,
    )  # fmt: skip
    pool = StaffMember.objects.filter(Q(pk__in=who_support(there).values("pk")) | Q(pk__in=leads), school=plan.school)
    members = {row.pk: row for row in pool.distinct()}
    at_work = set(there.values_list("pk", flat=True))
    posts = Post.objects.filter(current_on(plan.starts_on), member__in=members, staff_group__in=TEACHES)
    teach = set(posts.values_list("member", flat=True))
    times = _working_times(list(members), plan.starts_on)
    skills: dict[int, set[int]] = defaultdict(set)
    rows = Certificate.objects.standing(plan.starts_on).filter(member__in=members)
    for member, skill in rows.values_list("member", "skill"):
        skills[member].add(skill)
    formula = Rates(plan.school, plan.starts_on, plan.starts_on, basis=Basis.FORMULA)
    rates = formula if basis == Basis.FORMULA else Rates(plan.school, plan.starts_on, plan.starts_on, basis=basis)
    found = {
        pk: Adult(
            pk, row.name, row, tuple(times.get(pk, ())), frozenset(skills[pk]), rates.hourly(pk, plan.starts_on),
            formula.hourly(pk, plan.starts_on) or Decimal(0), is_out=pk in plan.out or pk not in at_work,
            teaches=pk in teach,
        )
        for pk, row in members.items()
    }  # fmt: skip
    for number, one in enumerate(plan.new, start=1):
        found[-number] = _new_adult(-number, one, formula.formula_now())
    return found


def _new_adult(key: int, said: dict, formula: Decimal | None) -> Adult:
    first, last = minute_of(time.fromisoformat(said["first"])), minute_of(time.fromisoformat(said["last"]))
    times = tuple(
        (week * WEEK_MINUTES + weekday * MIDNIGHT + first, week * WEEK_MINUTES + weekday * MIDNIGHT + last)
        for week in range(len(LETTERS))
        for weekday in said["days"]
    )
    hourly = Decimal(said["hourly"]) if said.get("hourly") else formula
    return Adult(key, said["name"], None, times, frozenset(said["skills"]), hourly, hourly or Decimal(0))


def _working_times(members: list[int], on: date) -> dict[int, list[Stretch]]:
    """{adult: stretches of two weeks, A and B}, by the pattern of the first day."""
    monday = monday_of(on)
    found: dict[int, list[Stretch]] = defaultdict(list)
    for week, letter in enumerate(LETTERS):
        days = [
            WorkDay(monday + timedelta(days=step), letter=letter, is_open=True, is_inset=False) for step in range(5)
        ]
        for member, worked in working_times(members, days).items():
            for day, stretches in worked.items():
                start = week * WEEK_MINUTES + day.weekday() * MIDNIGHT
                found[member] += [(start + first, start + last) for first, last in stretches]
    return found


def _lines(plan: StaffingPlan, runs: list[Provision], adults: dict[int, Adult], on: date) -> list[RunLine]:
    promised = _promised(runs, on)
    found = []
    for run in runs:
        times = tuple(sorted(_times(run, on)))
        if not times:
            continue
        now = [adults[row.member_id] for row in run.adults.all() if row.leads_on(max(on, run.starts_on))]
        skills = {run.intervention.skill_id, *(one.skill for one in promised[run.pk])} - {None}
        there = [one.key for one in now if not one.is_out]
        may = frozenset(
            key for key, one in adults.items()
            if not one.is_out and skills <= one.skills and not without(times, one.times)
            and (one in now or not (run.is_private or one.teaches))
        )  # fmt: skip
        wanted = _wanted(run, now, there)
        job = Job(
            f"r{run.pk}", times, Rank.LINE if promised[run.pk] else Rank.PROVISION, tuple(there[:wanted]),
            may | set(there[:wanted]), lines=frozenset(one.line for one in promised[run.pk]), wanted=wanted,
            costs={key: int(adults[key].weight * 100) for key in may},
        )  # fmt: skip
        pin = plan.pins.get(str(run.pk))
        could = [adults[key] for key in sorted(may, key=lambda key: adults[key].name)]
        found.append(RunLine(run, job, now, promised=promised[run.pk], pinned=pin, could=could))
    return found


def _wanted(run: Provision, now: list[Adult], there: list[int]) -> int:
    """How many adults: of those who take turns it is enough that one is left."""
    return max(len(there if _take_turns(run) else now), 1)


def _take_turns(run: Provision) -> bool:
    return run.sharing in (Sharing.BY_SESSION, Sharing.BY_WEEK)


def _times(run: Provision, on: date) -> Iterator[Stretch]:
    day = max(on, run.starts_on)
    for row in run.times.all():
        if row.starts_on > day or (row.ends_on is not None and row.ends_on < day):
            continue
        for week, letter in enumerate(LETTERS):
            if not row.week or row.week == letter:
                first = week * WEEK_MINUTES + row.weekday * MIDNIGHT + minute_of(row.starts_at)
                yield (first, first + row.minutes)


def _promised(runs: list[Provision], on: date) -> dict[int, list[Promised]]:
    going = Q(ends_on=None) | Q(ends_on__gte=on)
    places = dict(Place.objects.filter(going, provision__in=runs).values_list("pk", "provision"))
    found: dict[int, list[Promised]] = defaultdict(list)
    for place, lines in promises(places, on).items():
        found[places[place]] += lines
    return found


def _help(school: School, on: date, rows: list[RunLine], adults: dict[int, Adult]) -> Iterator[Job]:
    """What the board places adults for beside runs: it stays theirs, and is left before a run is."""
    members = StaffMember.objects.filter(pk__in=[key for key in adults if key > 0])
    taken: dict[int, list[Stretch]] = defaultdict(list)
    edges = {minute % WEEK_MINUTES for row in rows for stretch in row.job.times for minute in stretch}
    for row in rows:
        for one in row.now:
            taken[one.key] += [(first % WEEK_MINUTES, last % WEEK_MINUTES) for first, last in row.job.times]
    for one in board(school, on, members).adults:
        if adults[one.member.pk].is_out:
            continue
        for day, slots in one.by_day.items():
            start = day.weekday() * MIDNIGHT
            for slot in slots:
                if not (slot.kind.makes_busy or slot.kind.is_break):
                    continue
                stretch = (start + slot.stretch[0], start + slot.stretch[1])
                own = taken[one.member.pk]
                if slot.kind.tone == SlotKind.Tone.INTERVENTION and any(overlap(stretch, other) for other in own):
                    continue
                for piece in without([stretch], own):
                    yield from _pieces(one.member.pk, slot, piece, edges)


def _pieces(member: int, slot: Placed, piece: Stretch, edges: set[int]) -> Iterator[Job]:
    kind = slot.kind
    is_firm = kind.is_break or kind.weight != SlotKind.Weight.HELP
    inside = [] if is_firm else sorted(minute for minute in edges if piece[0] < minute < piece[1])
    cuts = [piece[0], *inside, piece[1]]
    for first, last in zip(cuts, cuts[1:], strict=False):
        both = ((first, last), (first + WEEK_MINUTES, last + WEEK_MINUTES))
        # A break and a duty go before everything here: planning ahead takes nobody from them.
        rank = Rank.CARE if is_firm else Rank.HELP
        yield Job(f"h{slot.pk}-{first}", both, rank, (member,), frozenset({member}))


# --- What it comes to --------------------------------------------------------------------------------------------
def _of_adults(rows: list[RunLine], adults: dict[int, Adult], lost: dict[str, Job]) -> list[AdultLine]:
    found = {key: AdultLine(one) for key, one in adults.items()}
    for row in rows:
        for one in row.now:
            found[one.key].now += row.minutes // row.turns_of(row.now)
        for one in row.then:
            found[one.key].then += row.minutes // row.turns_of(row.then)
    for job in lost.values():
        found[job.held_by[0]].help_lost += job.minutes // len(LETTERS)
    used = [one for one in found.values() if one.now or one.then or one.help_lost or one.adult.is_out]
    return sorted(used, key=lambda one: (one.adult.key < 0, one.adult.name))


def _costs(rows: list[RunLine]) -> tuple[Decimal, Decimal]:
    """Pounds a week of the adults' time in runs: as it is, and as it would be."""
    return _cost((row, row.now) for row in rows), _cost((row, row.then) for row in rows)


def _cost(rows: Iterable[tuple[RunLine, list[Adult]]]) -> Decimal:
    total = Fraction()
    for row, adults in rows:
        for one in adults:
            if one.hourly is not None:
                total += Fraction(row.minutes, 60) * Fraction(one.hourly) / row.turns_of(adults)
    return pounds(total)


def _without_rate(rows: list[RunLine]) -> int:
    """Adults of runs, now or then, of whom no rate is known: their time is in neither sum."""
    return len({one.key for row in rows for one in [*row.now, *row.then] if one.hourly is None})
