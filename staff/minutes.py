"""Stretches of a day in minutes, and what a working day adds up to. No Django: numbers in, numbers out.

A stretch is (first minute, minute after the last), counted from midnight; a list of stretches may overlap.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import time

Stretch = tuple[int, int]
MIDNIGHT = 24 * 60
WHOLE_DAY: Stretch = (0, MIDNIGHT)


def minute_of(at: time) -> int:
    return at.hour * 60 + at.minute


def time_of(minute: int) -> time:
    """The time of day of a minute counted from midnight; 24:00 is the last minute before it."""
    return time(*divmod(min(minute, MIDNIGHT - 1), 60))


def joined(stretches: Iterable[Stretch]) -> list[Stretch]:
    """The same minutes in order, each once; stretches that touch are one."""
    found: list[Stretch] = []
    for first, last in sorted(stretches):
        if last <= first:
            continue
        if found and first <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], last))
        else:
            found.append((first, last))
    return found


def total(stretches: Iterable[Stretch]) -> int:
    return sum(last - first for first, last in joined(stretches))


def common(one: Iterable[Stretch], other: Iterable[Stretch]) -> list[Stretch]:
    """The minutes that stand in both."""
    others = joined(other)
    found = [(max(a, c), min(b, d)) for a, b in joined(one) for c, d in others]
    return joined(stretch for stretch in found if stretch[0] < stretch[1])


def without(stretches: Iterable[Stretch], taken: Iterable[Stretch]) -> list[Stretch]:
    """The minutes of the first that do not stand in the second."""
    rest = joined(stretches)
    for first, last in joined(taken):
        rest = [
            part
            for begin, end in rest
            for part in ((begin, min(end, first)), (max(begin, last), end))
            if part[0] < part[1]
        ]
    return rest


def overlap(one: Stretch, other: Stretch) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def doubled(stretches: Iterable[Stretch]) -> list[Stretch]:
    """The minutes that stand in more than one of the stretches."""
    ordered, twice = sorted(stretches), []
    for place, one in enumerate(ordered):
        twice += [
            (max(one[0], other[0]), min(one[1], other[1])) for other in ordered[place + 1 :] if overlap(one, other)
        ]
    return joined(twice)


@dataclass(frozen=True)
class Hours:
    """Minutes of one adult over a day or several.

    contracted = deployed + breaks + away + inset + free, always. `outside` is work on the board in minutes that are not
    contracted, and stands beside the sum.
    """

    contracted: int = 0
    deployed: int = 0
    breaks: int = 0
    away: int = 0
    inset: int = 0
    free: int = 0
    outside: int = 0

    def __add__(self, other: "Hours") -> "Hours":
        return Hours(*(getattr(self, name) + getattr(other, name) for name in self.__dataclass_fields__))

    @property
    def load(self) -> int | None:
        """Deployed minutes in a hundred of those that the adult was there for; None where there were none."""
        there = self.contracted - self.away - self.inset
        return round(100 * self.deployed / there) if there else None


def day_sum(
    *,
    worked: Iterable[Stretch],
    busy: Iterable[Stretch] = (),
    breaks: Iterable[Stretch] = (),
    away: Iterable[Stretch] = (),
    is_inset: bool = False,
) -> Hours:
    """Add up one day. `worked` is what the contract's pattern gives, without unpaid breaks.

    Whoever is away is neither deployed nor free; on an INSET day nobody is deployed, because no pupils come.
    """
    worked, busy = joined(worked), joined(busy)
    gone = common(worked, away)
    there = without(worked, gone)
    if is_inset:
        return Hours(contracted=total(worked), away=total(gone), inset=total(there))
    at_work = common(there, busy)
    resting = without(common(there, breaks), busy)
    return Hours(
        contracted=total(worked),
        deployed=total(at_work),
        breaks=total(resting),
        away=total(gone),
        free=total(there) - total(at_work) - total(resting),
        outside=total(without(without(busy, worked), away)),
    )
