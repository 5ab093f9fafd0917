"""What to do about a day: the best plan in words, and for each place at least three choices where there are as many."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from sendco.clock import short_date
from sendco.clock.units import plural
from staff.minutes import common, overlap, time_of
from staff.models import StaffMember

from ..models import CoverDecision
from .jobs import AdultDay, Day, Gone, Task
from .solving import Plan, Rank, solve

NOBODY = 0
MOST_CHOICES = 6
Pins = Mapping[str, int]


@dataclass(frozen=True)
class Loss:
    """Something that an adult leaves for another. `stays` are those who go on with it, `taken_by` who takes it over."""

    task: Task
    stays: tuple[StaffMember, ...] = ()
    taken_by: tuple[StaffMember, ...] = ()
    until: int = 0

    @property
    def last(self) -> int:
        return self.until or self.task.stretch[1]

    @property
    def goes_on(self) -> bool:
        return len(self.stays) >= self.task.job.least

    def joined(self, other: "Loss") -> "Loss | None":
        """Both as one, where the other is what follows in the same thing with the same end."""
        follows = self.last == other.task.stretch[0] and self.task.title == other.task.title
        same_end = (self.goes_on, self.taken_by) == (other.goes_on, other.taken_by)
        if not (follows and same_end and self.task.slots and other.task.slots):
            return None
        return replace(self, until=other.last, stays=min(self.stays, other.stays, key=len))

    @property
    def rank(self) -> int:
        """How heavy it is; the greater, the lighter."""
        if self.taken_by:
            return Rank.SECOND + 1
        return Rank.SECOND if self.goes_on else self.task.job.rank

    @property
    def words(self) -> str:
        at = f"{self.task.title} {self.task.starts_at:%H:%M} to {time_of(self.last):%H:%M}"
        if self.taken_by:
            return f"{_names(self.taken_by)} takes over {at}"
        if self.goes_on:
            return f"{at} goes on with {_names(self.stays)}"
        if self.task.kind is not None and self.task.job.rank >= Rank.HELP:
            return f"leaves {at} without help"
        return f"{at} is left"


@dataclass(frozen=True)
class Choice:
    """An adult who could take a place, what it would uncover, and why this one."""

    member: StaffMember
    losses: tuple[Loss, ...]
    reasons: tuple[str, ...]
    cost: int
    is_best: bool = False

    @property
    def order(self) -> tuple:
        heaviest = min((loss.rank for loss in self.losses), default=Rank.SECOND + 2)
        return (not self.is_best, -heaviest, len(self.losses), self.cost, self.member.name)

    @property
    def words(self) -> str:
        taken = [loss.words for loss in self.losses] or ["free then"]
        return "; ".join([*taken, *self.reasons])

    @property
    def is_free(self) -> bool:
        return not self.losses


@dataclass
class Row:
    """A place to be filled: in which task, whose it was, the choices, and which is taken."""

    key: str
    task: Task
    gone: Gone
    choices: list[Choice] = field(default_factory=list)
    chosen: StaffMember | None = None
    was_chosen: bool = False
    barred: list[str] = field(default_factory=list)

    @property
    def best(self) -> Choice | None:
        return next((one for one in self.choices if one.member == self.chosen), None)

    @property
    def others(self) -> list[Choice]:
        return [one for one in self.choices if one.member != self.chosen]

    @property
    def why_nobody(self) -> str:
        return CoverDecision.Unfilled.WEIGHTIER if self.choices else CoverDecision.Unfilled.NOBODY


@dataclass(frozen=True)
class Move:
    """What an adult leaves, and who takes it over, if anybody does."""

    leaves: StaffMember
    loss: Loss


@dataclass
class Proposal:
    day: Day
    plan: Plan
    rows: list[Row]
    moves: list[Move]

    @property
    def seal(self) -> str:
        """What the page showed, in short: accepting something else asks again."""
        parts = [f"{row.key}" for row in self.rows]
        parts += [f"{key}={sorted(task.job.held_by)}" for key, task in self.day.tasks.items() if task.job.held_by]
        return _short(parts)

    @property
    def moved_seal(self) -> str:
        return _short(f"{one.leaves.pk}: {one.loss.words}" for one in self.moves)

    @property
    def lines_lost(self) -> int:
        lost = [task for key, task in self.day.tasks.items() if len(self.plan.get(key, ())) < task.job.least]
        return len({line for task in lost for line in task.job.lines})

    @property
    def lines(self) -> int:
        """Section F lines that hang on what is open."""
        return len({line for row in self.rows for line in row.task.job.lines})

    @property
    def filled(self) -> int:
        return sum(row.chosen is not None for row in self.rows)


def _short(parts: Iterable[str]) -> str:
    return hashlib.sha256("|".join(parts).encode()).hexdigest()[:16]


def _names(members: Iterable[StaffMember]) -> str:
    names = [member.name for member in members]
    if len(names) > 3:  # noqa: PLR2004  more than three names are a number
        return plural(len(names), "other adult")
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)


# --- The proposal ------------------------------------------------------------------------------------------------
def propose(day: Day, pins: Pins | None = None, *, everything: int = NOBODY) -> Proposal:
    """The best plan of the day. `pins` are choices of a person, {place: adult or nobody}: they stand, and the rest is
    fitted round them. `everything` is an adult who is to take all that they can."""
    pins = dict(pins or {})
    if everything:
        pins |= _all_to(day, everything)
    plan = solve(_jobs(day), pinned=_pinned(day, pins))
    rows = list(_rows(day, plan, pins))
    # Worked out once more with each choice standing: what the page shows is what accepting it will do.
    settled = {row.key: row.chosen.pk if row.chosen else NOBODY for row in rows}
    plan = solve(_jobs(day), pinned=_pinned(day, settled))
    moves = _moves(day, plan)
    for row in rows:
        row.choices = _choices(day, row, plan)
        row.barred = _barred(day, row)
    return Proposal(day, plan, rows, moves)


def _jobs(day: Day) -> list:
    return [task.job for task in day.tasks.values() if not task.is_past and not task.is_thinner]


def _pinned(day: Day, pins: Pins) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for task in day.open:
        keys = _keys(task)
        if any(key in pins for key in keys):
            chosen = [pins.get(key, NOBODY) for key in keys]
            wanted = [pk for pk in chosen if pk and pk in task.job.may]
            found[task.key] = [*task.job.held_by, *dict.fromkeys(wanted)]
    return found


def _keys(task: Task) -> list[str]:
    return [f"{task.key}.{number}" for number in range(task.job.missing)]


def _all_to(day: Day, member: int) -> dict[str, int]:
    """{place: this adult} of all that they may take, the heaviest first, never two at once."""
    found: dict[str, int] = {}
    taken: list = []
    for task in day.open:
        if member in task.job.may and not any(overlap(one, task.stretch) for one in taken):
            found[_keys(task)[0]] = member
            taken.append(task.stretch)
    return found


def _rows(day: Day, plan: Plan, pins: Pins) -> Iterable[Row]:
    for task in day.open:
        new = [pk for pk in plan.get(task.key, ()) if pk not in task.job.held_by]
        places = zip(_keys(task), task.gone, strict=False)
        for number, (key, gone) in enumerate(places):
            chosen = day.adults[new[number]].member if number < len(new) else None
            yield Row(key, task, gone, chosen=chosen, was_chosen=key in pins)


@dataclass(frozen=True)
class Left:
    """An adult is taken from a task; `taken_by` takes their place in it."""

    task: Task
    leaves: int
    taken_by: int = NOBODY
    # Whether it takes place all the same.
    goes_on: bool = False


def left_in(day: Day, plan: Plan) -> Iterable[Left]:
    """Whom the plan takes from what they hold. Pieces of one slot stand one by one."""
    for task in day.tasks.values():
        if task.is_past or task.is_thinner:
            continue
        held = plan.get(task.key, ())
        leaving = [pk for pk in task.job.held_by if pk not in held]
        new = [pk for pk in held if pk not in task.job.held_by]
        taking = new[task.job.missing :] if task.gone else new
        for number, pk in enumerate(leaving):
            taker = taking[number] if number < len(taking) else NOBODY
            yield Left(task, pk, taker, goes_on=len(held) >= task.job.least)


def _moves(day: Day, plan: Plan) -> list[Move]:
    """The same in words, pieces that follow each other as one."""
    found: dict[int, list[Loss]] = {}
    for one in left_in(day, plan):
        held = plan.get(one.task.key, ())
        stays = [pk for pk in held if pk in one.task.job.held_by]
        taken = [one.taken_by] if one.taken_by else []
        loss = Loss(one.task, _members(day, stays), _members(day, taken))
        own = found.setdefault(one.leaves, [])
        if own and (both := own[-1].joined(loss)):
            own[-1] = both
        else:
            own.append(loss)
    moves = [Move(day.adults[pk].member, loss) for pk, losses in found.items() for loss in losses]
    return sorted(moves, key=lambda one: (one.loss.task.stretch, one.leaves.name))


# --- The choices -------------------------------------------------------------------------------------------------
def _choices(day: Day, row: Row, plan: Plan) -> list[Choice]:
    """The chosen one first, then by what each would uncover, and by who knows the group."""
    elsewhere = set(plan.get(row.task.key, ())) | set(row.task.job.held_by)
    found = []
    for pk in row.task.job.may:
        adult = day.adults[pk]
        is_best = row.chosen is not None and row.chosen.pk == pk
        if pk in elsewhere and not is_best:
            continue
        found.append(
            Choice(
                adult.member, _losses(day, row, pk, plan, is_best=is_best), _reasons(day, row.task, adult),
                row.task.job.costs.get(pk, 0), is_best,
            )
        )  # fmt: skip
    return sorted(found, key=lambda one: one.order)[:MOST_CHOICES]


def _losses(day: Day, row: Row, pk: int, plan: Plan, *, is_best: bool) -> tuple[Loss, ...]:
    """What this adult would leave: as the plan has it, or, of one who is not chosen, with the chosen one back where
    they were."""
    task, found = row.task, list[Loss]()
    back = [row.chosen.pk] if row.chosen and not is_best else []
    for other in day.tasks.values():
        if other.key == task.key or other.is_past or other.is_thinner or not overlap(other.stretch, task.stretch):
            continue
        planned = [*plan.get(other.key, ())]
        planned += [one for one in back if one in other.job.held_by and one not in planned]
        if pk not in (other.job.held_by if is_best else planned):
            continue
        stays = [one for one in planned if one != pk and one in other.job.held_by]
        takes = [one for one in planned if one != pk and one not in other.job.held_by] if is_best else []
        loss = Loss(other, _members(day, stays), _members(day, takes))
        if found and (both := found[-1].joined(loss)):
            found[-1] = both
        else:
            found.append(loss)
    return tuple(found)


def _members(day: Day, ids: Iterable[int]) -> tuple[StaffMember, ...]:
    return tuple(day.adults[pk].member for pk in ids)


def _reasons(day: Day, task: Task, adult: AdultDay) -> tuple[str, ...]:
    pk, found = adult.member.pk, []
    theirs = {unit for gone in task.gone if gone.member for unit in day.adults[gone.member.pk].units}
    found += [f"works in {name}" for unit, name in adult.units.items() if theirs and unit not in theirs]
    for skill in sorted(task.skills):
        until = day.trained.get((pk, skill))
        name = day.skills[skill].name if skill in day.skills else "what it needs"
        found.append(f"trained in {name}" + (f" until {short_date(until)}" if until else ""))
    if pk in task.leaders:
        found.append("leads this group on other days")
    elif pk in task.known:
        found.append("has held this group before")
    return tuple(found)


def _barred(day: Day, row: Row) -> list[str]:
    """Why there are not more: in numbers, for those who are asked for such things."""
    task, why = row.task, {"untrained": 0, "out": 0, "away": 0, "bound": 0}
    for pk, adult in day.adults.items():
        if not adult.may_be_asked or pk in task.job.may or pk in task.job.held_by:
            continue
        if common([task.stretch], adult.away):
            why["away"] += 1
        elif not adult.is_in(task.stretch):
            why["out"] += 1
        elif adult.is_bound(task.stretch):
            why["bound"] += 1
        else:
            why["untrained"] += 1
    words = {
        "untrained": "not trained for it" if task.skills else "not of this private group",
        "out": "not at work then",
        "away": "away",
        "bound": "on a break, or bound to something fixed",
    }
    return [f"{number} {words[code]}" for code, number in why.items() if number]
