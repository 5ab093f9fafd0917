"""Two cycles of one plan side by side: which targets went on, what each reached, and which strategies stayed."""

from collections.abc import Iterable
from dataclasses import dataclass

from ..models import PlanStrategy, SupportPlan, Target
from .selectors import PlanShown, TargetShown, plan_shown


@dataclass
class Pair:
    """One target in the earlier cycle and in the later; None where it was not there."""

    earlier: TargetShown | None
    later: TargetShown | None

    @property
    def text(self) -> str:
        """Its words, as they stand in the later cycle."""
        return (self.later or self.earlier).target.text  # type: ignore[union-attr]  # one of the two is there

    @property
    def was_worded(self) -> str:
        """The earlier words, where they were others."""
        if self.earlier is None or self.earlier.target.text == self.text:
            return ""
        return self.earlier.target.text


@dataclass
class Compared:
    earlier: PlanShown
    later: PlanShown
    pairs: list[Pair]
    kept: list[PlanStrategy]
    begun: list[PlanStrategy]
    ended: list[PlanStrategy]


def compare(earlier: SupportPlan, later: SupportPlan) -> Compared:
    """The two cycles, the earlier first. A constant number of queries."""
    one, other = plan_shown(earlier), plan_shown(later)
    before, after = _strategies(one), _strategies(other)
    return Compared(
        earlier=one,
        later=other,
        pairs=_pairs(one, other),
        kept=[strategy for words, strategy in after.items() if words in before],
        begun=[strategy for words, strategy in after.items() if words not in before],
        ended=[strategy for words, strategy in before.items() if words not in after],
    )


def _strategies(shown: PlanShown) -> dict[str, PlanStrategy]:
    """All of a cycle, those that ended within it too, by their words."""
    return {one.text.strip().casefold(): one for one in (*shown.strategies, *shown.ended_strategies)}


def _pairs(earlier: PlanShown, later: PlanShown) -> list[Pair]:
    """Each target once: those of the later cycle in their order, then those that went no further."""
    left = {one.target.pk: one for one in _targets(earlier)}
    by_words = {one.target.wording: pk for pk, one in left.items() if one.target.wording}
    carried = dict(
        Target.objects.filter(outcome__plan__pupil=later.plan.pupil_id).values_list("pk", "carried_from")
    )  # fmt: skip
    pairs = []
    for one in _targets(later):
        found = _carried_from(one.target.pk, carried, left) or by_words.get(one.target.wording)
        pairs.append(Pair(left.pop(found, None) if found else None, one))
    return pairs + [Pair(one, None) for one in left.values()]


def _targets(shown: PlanShown) -> Iterable[TargetShown]:
    return (*shown.targets, *shown.ended)


def _carried_from(pk: int, carried: dict[int, int | None], among: dict[int, TargetShown]) -> int | None:
    """The target of the earlier cycle that this one goes back to, over any number of cycles."""
    step = carried.get(pk)
    while step is not None and step not in among:
        step = carried.get(step)
    return step
