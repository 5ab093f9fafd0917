"""The sums of the Section F ledger: what a line promises, what was planned and took place, and why the rest did not.

No database: weeks and sessions in, minutes out. A line is owed whole in every week of term, also short ones, unless the
plan says pro rata. No reason lowers what was promised. What is promised by the week is judged by the week; a fortnight,
a month, a half term, a term or a year is judged when it has ended, in the stretch of days in which it ends.

Children and Families Act 2014, s42: the local authority must secure the provision. This is the school's record of it.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction

SCHOOL_WEEK = 5
LAST_MONTH = 8  # August: a week that begins in it belongs to the school year that follows
TO_SUNDAY = timedelta(days=6)  # from a Monday
TO_FRIDAY = timedelta(days=SCHOOL_WEEK - 1)
# Causes beside the reasons of sessions, and beside the faults of what took place otherwise than the line says.
NOT_PLANNED, NO_RECORD, MOVED, CHILD_ABSENT = "not_planned", "no_record", "moved", "child_absent"


@dataclass(frozen=True)
class Week:
    """A week of term. `days` is how many of its days pupils come; `part` tells half terms apart, `term` terms."""

    monday: date
    days: int
    part: int
    term: int

    @property
    def sunday(self) -> date:
        return self.monday + TO_SUNDAY


@dataclass(frozen=True)
class Promise:
    """What a line says: so many minutes, so many times in each stretch. Without one of them it gives no amount."""

    minutes: int | None
    times: int | None
    per: str
    is_pro_rata: bool = False

    @property
    def has_amount(self) -> bool:
        return bool(self.minutes and self.times and self.per)


@dataclass(frozen=True)
class Given:
    """One session of a linked run as it concerns the child.

    `minutes` were planned, `there` is what the child got. `cause` says why it got less than planned; empty where all of
    it took place or nothing is known yet. `fault` says why what took place is not as the line says. `good_for` is the
    day of the session that this one makes good; `was_planned` is False for it and for what was never planned.
    """

    on: date
    minutes: int
    there: int
    cause: str = ""
    fault: str = ""
    was_planned: bool = True
    good_for: date | None = None


@dataclass(frozen=True)
class Block:
    """A stretch in which an amount is owed: a week, or several."""

    weeks: tuple[Week, ...]
    owed: Fraction

    @property
    def first(self) -> date:
        return self.weeks[0].monday

    @property
    def last(self) -> date:
        return self.weeks[-1].sunday


@dataclass
class Judged:
    """A block with what became of it. `made_good` minutes were given later, and are not of this block's own."""

    block: Block
    planned: Fraction = field(default_factory=Fraction)
    delivered: Fraction = field(default_factory=Fraction)
    otherwise: Fraction = field(default_factory=Fraction)
    made_good: Fraction = field(default_factory=Fraction)
    causes: Counter = field(default_factory=Counter)

    @property
    def short(self) -> Fraction:
        return max(self.block.owed - self.delivered, Fraction())

    @property
    def is_kept(self) -> bool:
        return not self.short

    @property
    def share(self) -> int:
        """In a hundred of what was owed; more than was owed is still 100."""
        if not self.block.owed:
            return 100
        return int(100 * min(self.delivered, self.block.owed) / self.block.owed)


@dataclass
class Ledger:
    """One line between two days. `short` is the sum of what each block fell short; `net_short` nets what was made good
    and what went beyond. `no_amount` where the line cannot be judged: only what took place is known."""

    blocks: list[Judged] = field(default_factory=list)
    no_amount: bool = False
    took_place: Fraction = field(default_factory=Fraction)
    running_until: date | None = None

    def _sum(self, name: str) -> Fraction:
        return sum((getattr(block, name) for block in self.blocks), Fraction())

    @property
    def promised(self) -> Fraction:
        return sum((block.block.owed for block in self.blocks), Fraction())

    @property
    def planned(self) -> Fraction:
        return self._sum("planned")

    @property
    def delivered(self) -> Fraction:
        return self._sum("delivered")

    @property
    def made_good(self) -> Fraction:
        return self._sum("made_good")

    @property
    def otherwise(self) -> Fraction:
        return self._sum("otherwise")

    @property
    def short(self) -> Fraction:
        return self._sum("short")

    @property
    def net_short(self) -> Fraction:
        return max(self.promised - self.delivered - self.made_good, Fraction())

    @property
    def kept(self) -> int:
        """How many blocks were kept."""
        return sum(block.is_kept for block in self.blocks)

    @property
    def share(self) -> int | None:
        """What took place in a hundred of what was promised, each block for itself; None where nothing was owed yet."""
        if not self.promised:
            return None
        return int(100 * (self.promised - self.short) / self.promised)

    @property
    def causes(self) -> Counter:
        return sum((block.causes for block in self.blocks), Counter())


# --- What is owed, and when it is judged -------------------------------------------------------------------------
def blocks_of(promise: Promise, weeks: Sequence[Week]) -> list[Block]:
    """The stretches of a line over whole school years of weeks, in order."""
    if not promise.has_amount:
        return []
    amount = Fraction((promise.minutes or 0) * (promise.times or 0))
    return [Block(tuple(group), _owed(promise, amount, group)) for group in _grouped(promise.per, weeks)]


def _owed(promise: Promise, amount: Fraction, group: Sequence[Week]) -> Fraction:
    if promise.per == "day":
        days = sum(week.days for week in group) if promise.is_pro_rata else SCHOOL_WEEK * len(group)
        return amount * days
    if promise.per == "fortnight" and len(group) == 1:
        amount /= 2  # the last week of a school year whose number is odd
    if promise.is_pro_rata and promise.per in ("week", "fortnight"):
        return amount * sum(week.days for week in group) / (SCHOOL_WEEK * len(group))
    return amount


def _grouped(per: str, weeks: Sequence[Week]) -> list[list[Week]]:
    if per == "fortnight":
        years = _grouped("year", weeks)
        return [year[place : place + 2] for year in years for place in range(0, len(year), 2)]
    keys = {
        "month": lambda week: (week.monday.year, week.monday.month),
        "half_term": lambda week: week.part,
        "term": lambda week: week.term,
        "year": lambda week: week.monday.year - (week.monday.month < LAST_MONTH),
    }
    if per not in keys:
        return [[week] for week in weeks]
    groups: dict[object, list[Week]] = defaultdict(list)
    for week in weeks:
        groups[keys[per](week)].append(week)
    return list(groups.values())


# --- What became of it -------------------------------------------------------------------------------------------
def ledger(promise: Promise, weeks: Sequence[Week], sessions: Iterable[Given], *, first: date, last: date) -> Ledger:
    """Judge each stretch that ends between the two days. `weeks` are those of whole school years, so that a stretch is
    the same whatever days are asked for."""
    sessions = list(sessions)
    if not promise.has_amount:
        took = sum(one.there for one in sessions if first <= one.on <= last and not one.fault)
        return Ledger(no_amount=True, took_place=Fraction(took))
    found = Ledger()
    for block in blocks_of(promise, weeks):
        ends = _last_school_day(block)
        if first <= ends <= last:
            found.blocks.append(_judge(block, sessions))
        elif block.first <= last < ends:
            found.running_until = ends
    found.took_place = found.delivered
    return found


def _last_school_day(block: Block) -> date:
    return block.weeks[-1].monday + TO_FRIDAY


def _judge(block: Block, sessions: list[Given]) -> Judged:
    judged, lost = Judged(block), Counter()
    for one in sessions:
        if one.good_for is not None:
            if block.first <= one.good_for <= block.last and not one.fault:
                judged.made_good += one.there
            continue
        if not block.first <= one.on <= block.last:
            continue
        judged.planned += one.minutes if one.was_planned else 0
        if one.fault:
            judged.otherwise += one.there
            lost[one.fault] += one.there
        else:
            judged.delivered += one.there
        if one.cause and one.was_planned:
            lost[one.cause] += max(one.minutes - one.there, 0)
    never = block.owed - judged.planned
    if never > 0:
        lost[NOT_PLANNED] += never
    judged.causes = _shared_out(lost, judged.short)
    return judged


def _shared_out(lost: Counter, short: Fraction) -> Counter:
    """The causes of what is short, and no more than that: the largest first, what was never planned last."""
    left, causes = short, Counter()
    for cause, minutes in sorted(lost.items(), key=lambda pair: (pair[0] == NOT_PLANNED, -pair[1], pair[0])):
        part = min(left, Fraction(minutes))
        if part > 0:
            causes[cause] += part
            left -= part
    if left > 0:  # a session that took less time than planned, without a reason
        causes[NO_RECORD] += left
    return causes
