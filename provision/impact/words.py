"""How changes of scores are told: in the direction of the measure, and honestly where little can be said."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from pupils.models import ScoreKind

from .sums import LEAST, Change, Group, Rule, Verdict

SAY = {
    Verdict.BETTER: "better",
    Verdict.UNCLEAR: "no clear change",
    Verdict.WORSE: "worse",
    Verdict.NO_ENTRY: "no score before",
    Verdict.NO_EXIT: "no score after",
    Verdict.NOT_ALIKE: "cannot be compared: filled in by somebody else, or another form",
}
TONES = {Verdict.BETTER: "ok", Verdict.WORSE: "late", Verdict.UNCLEAR: "wait"}


def rule_of(kind: ScoreKind) -> Rule:
    return Rule(kind.lower_is_better, kind.band, kind.gap_weeks, is_age=kind.scale == "age")


def number(value: Fraction | Decimal, places: str = "0.1") -> str:
    """To one place, half up, without a nought at the end."""
    exact = Decimal(value.numerator) / Decimal(value.denominator) if isinstance(value, Fraction) else value
    return f"{exact.quantize(Decimal(places), rounding=ROUND_HALF_UP).normalize():f}"


def one_of(kind: ScoreKind) -> str:
    """One of its unit: "point" of points."""
    named = {"per cent": "percentage point", "a minute": "one a minute", "": "point"}
    return named.get(kind.unit, kind.unit.removesuffix("s"))


def gain_words(gain: Fraction, kind: ScoreKind) -> str:
    """ "6 points more", in the direction in which the score went."""
    went = -gain if kind.lower_is_better else gain
    if not went:
        return "the same"
    unit = f" {kind.unit}" if kind.unit else ""
    return f"{number(abs(went))}{unit} {'more' if went > 0 else 'fewer' if kind.unit else 'less'}"


def change_words(change: Change, kind: ScoreKind) -> str:
    if not change.verdict.is_told:
        return SAY[change.verdict].capitalize()
    words = f"{gain_words(change.gain, kind)}: {SAY[change.verdict]}"
    if change.ratio is not None:
        words += f", {number(change.ratio, '0.01')} months in a month"
    return words[0].upper() + words[1:] + (" (taken too close together)" if change.is_too_soon else "")


def group_words(group: Group, kind: ScoreKind) -> str:
    """The median change of a group, or why there is none."""
    if group.gain is None:
        return "Nobody has both scores yet" if not group.n else f"Too few to say: fewer than {LEAST} have both scores"
    words = f"Median {gain_words(group.gain, kind)}"
    if group.ratio is not None:
        words += f"; {number(group.ratio, '0.01')} months in a month, 1 is expected"
    return words


def caveats(group: Group) -> list[str]:
    """What has to be known with the figure, each in a sentence."""
    found = []
    if missing := group.count(Verdict.NO_EXIT):
        found.append(f"{missing} of {group.whole} have no score after.")
    if missing := group.count(Verdict.NO_ENTRY):
        found.append(f"{missing} of {group.whole} have no score before.")
    if unlike := group.count(Verdict.NOT_ALIKE):
        found.append(f"{unlike} cannot be compared: filled in by somebody else, or on another form.")
    if group.too_soon:
        found.append(f"{group.too_soon} were taken again too soon to say much.")
    if group.gain is not None and group.gain > 0 and group.cost_of_unit is None and group.cost:
        found.append("The median lies inside the band: no cost for a unit of it.")
    return found
