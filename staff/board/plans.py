"""What a file of slots would change: what stays as it is, what is placed, what goes. Pure but for one reading."""

import hashlib
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from datetime import date, time

from django.db.models import Q

from ..models import Slot, SlotKind, StaffMember, TeachingGroup, Timetable

# A file that takes away more than this share of what stands is looked at twice.
MOST_GONE = 0.5
FEW = 5


@dataclass(frozen=True)
class Row:
    """One line of a file, understood."""

    number: int
    member: StaffMember
    week: str
    weekday: int
    starts_at: time
    ends_at: time
    kind: SlotKind
    group: TeachingGroup | None
    doing: str
    place: str
    # Empty for the day from which the file holds, and for the rest of the timetable.
    first: date | None = None
    last: date | None = None

    @property
    def when(self) -> tuple[int, str, int, time, time]:
        return (self.member.pk, self.week, self.weekday, self.starts_at, self.ends_at)

    @property
    def facts(self) -> tuple[object, ...]:
        group = self.group.pk if self.group else None
        return (*self.when, self.kind.pk, group, self.doing, self.place, self.first, self.last)


@dataclass
class Plan:
    """`going` are slots of the adults in the file that it does not hold; `instead` is {row number: the slot at the same
    time that it stands for}, whose pupils it takes over. `untouched` counts slots of adults who are not in the file."""

    rows: list[Row]
    from_on: date
    placed: list[Row] = field(default_factory=list)
    staying: list[Slot] = field(default_factory=list)
    going: list[Slot] = field(default_factory=list)
    instead: dict[int, Slot] = field(default_factory=dict)
    untouched: int = 0

    @property
    def new(self) -> list[Row]:
        return [row for row in self.placed if row.number not in self.instead]

    @property
    def changed(self) -> list[tuple[Slot, Row]]:
        """The slot as it is, and the row that stands for it."""
        return [(self.instead[row.number], row) for row in self.placed if row.number in self.instead]

    @property
    def gone(self) -> list[Slot]:
        instead = {slot.pk for slot in self.instead.values()}
        return [slot for slot in self.going if slot.pk not in instead]

    @property
    def is_far_smaller(self) -> bool:
        """Whether more than half of what stands goes, of all adults together or of one of them."""
        return bool(self.losing) or _is_much(len(self.gone), len(self.staying) + len(self.going))

    @property
    def losing(self) -> list[tuple[str, int, int]]:
        """(adult, how many of their slots go, of how many) of those who lose more than half."""
        gone = Counter(slot.member.name for slot in self.gone)
        stood = Counter(slot.member.name for slot in (*self.staying, *self.going))
        return [(name, lost, stood[name]) for name, lost in sorted(gone.items()) if _is_much(lost, stood[name])]

    @property
    def changes_nothing(self) -> bool:
        return not self.placed and not self.going

    @property
    def sum(self) -> str:
        """What was on the screen, to be compared when it is applied: the file, its day, and what it does."""
        gone = [(slot.pk, slot.version) for slot in self.going]
        facts = [self.from_on, [row.facts for row in self.rows], gone, [slot.pk for slot in self.staying]]
        return hashlib.sha256(repr(facts).encode()).hexdigest()


def _is_much(lost: int, stood: int) -> bool:
    return lost > FEW and lost > MOST_GONE * stood


def plan_of(timetable: Timetable, from_on: date, rows: list[Row]) -> Plan:
    """Compare the rows with what stands from that day on. One query, and one for the count."""
    rows = [replace(row, first=row.first if row.first and row.first > from_on else None) for row in rows]
    plan = Plan(rows, from_on)
    on = Q(ends_on=None) | Q(ends_on__gte=from_on)
    members = {row.member.pk for row in rows}
    slots = timetable.slots.filter(on).select_related("member", "kind", "group")
    standing = list(slots.filter(member__in=members).order_by("member__name", "weekday", "starts_at", "pk"))
    plan.untouched = slots.exclude(member__in=members).count()
    alike: dict[tuple[object, ...], list[Slot]] = defaultdict(list)
    for slot in standing:
        alike[_facts(slot, from_on)].append(slot)
    for row in rows:
        if alike[row.facts]:
            plan.staying.append(alike[row.facts].pop())
        else:
            plan.placed.append(row)
    kept = {slot.pk for slot in plan.staying}
    plan.going = [slot for slot in standing if slot.pk not in kept]
    at_once = {_when(slot): slot for slot in plan.going}
    for row in plan.placed:
        if slot := at_once.pop(row.when, None):
            plan.instead[row.number] = slot
    return plan


def _when(slot: Slot) -> tuple[int, str, int, time, time]:
    return (slot.member_id, slot.week, slot.weekday, slot.starts_at, slot.ends_at)


def _facts(slot: Slot, from_on: date) -> tuple[object, ...]:
    first = slot.starts_on if slot.starts_on > from_on else None
    return (*_when(slot), slot.kind_id, slot.group_id, slot.doing, slot.place, first, slot.ends_on)
