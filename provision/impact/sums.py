"""What two scores of one child say, and what those of a group do. No database: readings in, words and figures out.

Only like is compared with like: one measure, filled in by the same person, on the same test and form. A change inside
the band around the first score, its edges included, is no clear change. A group of fewer than five gets no figure.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from statistics import median

# A group of fewer pupils with both scores gets words and no figure.
LEAST = 5
WEEK = 7  # days
MONTHS_A_YEAR, DAYS_A_YEAR = 12, Fraction(1461, 4)  # 365 and a quarter
EXPECTED_RATIO = 1  # a month of age in a month of time


class Verdict(StrEnum):
    BETTER = "better"
    UNCLEAR = "unclear"
    WORSE = "worse"
    NO_ENTRY = "no_entry"
    NO_EXIT = "no_exit"
    NOT_ALIKE = "not_alike"

    @property
    def is_told(self) -> bool:
        """Whether two scores were compared."""
        return self in (Verdict.BETTER, Verdict.UNCLEAR, Verdict.WORSE)


@dataclass(frozen=True)
class Rule:
    """What may be said of two scores of a measure. `is_age` where they are months of age."""

    lower_is_better: bool = False
    band: Decimal | None = None
    gap_weeks: int | None = None
    is_age: bool = False


@dataclass(frozen=True)
class Reading:
    """A score on a day, with its own band where the report of the test gave one."""

    on: date
    value: Decimal
    low: Decimal | None = None
    high: Decimal | None = None
    rater: str = ""
    form: str = ""

    @property
    def alike(self) -> tuple[str, str]:
        """What has to be the same of two readings that are compared."""
        return self.rater, " ".join(self.form.casefold().split())


@dataclass(frozen=True)
class Change:
    """`gain` is positive where the later score is better; `months` lie between the two."""

    verdict: Verdict
    gain: Fraction = field(default_factory=Fraction)
    months: Fraction = field(default_factory=Fraction)
    is_age: bool = False
    is_too_soon: bool = False

    @property
    def ratio(self) -> Fraction | None:
        """Months of age gained in a month of time; None for what is no age."""
        return self.gain / self.months if self.is_age and self.months else None


def compare(rule: Rule, before: Reading | None, after: Reading | None) -> Change:
    """What became better between two readings, or why nothing can be said."""
    if before is None or after is None:
        return Change(Verdict.NO_ENTRY if before is None else Verdict.NO_EXIT)
    if before.alike != after.alike:
        return Change(Verdict.NOT_ALIKE)
    change = Fraction(after.value) - Fraction(before.value)
    gain = -change if rule.lower_is_better else change
    days = (after.on - before.on).days
    return Change(
        _verdict(rule, before, after, gain),
        gain,
        months=Fraction(days) * MONTHS_A_YEAR / DAYS_A_YEAR,
        is_age=rule.is_age,
        is_too_soon=rule.gap_weeks is not None and days < rule.gap_weeks * WEEK,
    )


def _verdict(rule: Rule, before: Reading, after: Reading, gain: Fraction) -> Verdict:
    if before.low is not None and before.high is not None:
        inside = before.low <= after.value <= before.high
    else:
        inside = abs(gain) <= (rule.band or 0)
    if inside:
        return Verdict.UNCLEAR
    return Verdict.BETTER if gain > 0 else Verdict.WORSE


def changes_of(rule: Rule, entries: Iterable[Reading], exits: Iterable[Reading]) -> dict[str, Change]:
    """{who filled it in: change} of one child in one measure. The first reading before and the last one after count;
    one that has no like on the other side is told with the reason. Without any reading: {"": no score before}."""
    first: dict[tuple[str, str], Reading] = {}
    last: dict[tuple[str, str], Reading] = {}
    for one in sorted(entries, key=lambda one: one.on, reverse=True):
        first[one.alike] = one
    for one in sorted(exits, key=lambda one: one.on):
        last[one.alike] = one
    found = {key[0]: compare(rule, first[key], last[key]) for key in first.keys() & last.keys()}
    strangers = last.keys() - first.keys()
    for key in first.keys() - last.keys():
        found.setdefault(key[0], Change(Verdict.NOT_ALIKE if strangers else Verdict.NO_EXIT))
    if not first:
        for key in strangers or {("", "")}:
            found.setdefault(key[0], Change(Verdict.NO_ENTRY))
    return found


@dataclass
class Group:
    """Changes of several children in one measure, rated by the same kind of person."""

    rule: Rule
    changes: list[Change] = field(default_factory=list)
    cost: Fraction = field(default_factory=Fraction)  # to date, of the children with both scores

    def add(self, change: Change, cost: Fraction) -> None:
        self.changes.append(change)
        if change.verdict.is_told:
            self.cost += cost

    def count(self, *verdicts: Verdict) -> int:
        return sum(one.verdict in verdicts for one in self.changes)

    @property
    def _told(self) -> list[Change]:
        return [one for one in self.changes if one.verdict.is_told]

    @property
    def n(self) -> int:
        """Pupils with both scores."""
        return len(self._told)

    @property
    def whole(self) -> int:
        return len(self.changes)

    @property
    def is_small(self) -> bool:
        return self.n < LEAST

    @property
    def too_soon(self) -> int:
        return sum(one.is_too_soon for one in self._told)

    @property
    def gain(self) -> Fraction | None:
        """The median; None for a small group."""
        return None if self.is_small else Fraction(median(one.gain for one in self._told))

    @property
    def ratio(self) -> Fraction | None:
        """The median of what each child gained in a month of time; None for a small group, and for what is no age."""
        ratios = [one.ratio for one in self._told if one.ratio is not None]
        return None if len(ratios) < LEAST else Fraction(median(ratios))

    @property
    def cost_of_unit(self) -> Fraction | None:
        """Cost to date for a pupil, divided by the median gain. None for a small group, and where the median is no
        clear change for the better."""
        gain = self.gain
        if gain is None or gain <= Fraction(self.rule.band or 0) or not self.cost:
            return None
        return self.cost / self.n / gain
