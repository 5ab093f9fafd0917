"""Reading and showing the values of a target: numbers in the target's own measure, ages in years and months too."""

import re
from decimal import Decimal, InvalidOperation

from sendco.refusals import Refused

from ..models.plans import BOUNDS, Measure
from .refusals import TargetReason

EXAMPLES = {
    Measure.COUNT: "12",
    Measure.PERCENT: "85",
    Measure.SCALE: "4",
    Measure.MONTHS: "90, or 7y 6m",
    Measure.STANDARD: "88",
    Measure.STEP: "3",
}
SHORT_NAMES = {
    Measure.COUNT: "numbers",
    Measure.PERCENT: "per cent",
    Measure.SCALE: "a scale of 1 to 10",
    Measure.MONTHS: "months",
    Measure.STANDARD: "standardised scores",
    Measure.STEP: "steps",
    Measure.WORDS: "words",
}
MONTHS_A_YEAR = 12
# A reading age below this, written with a point, is far more often years and months than a number of months.
YOUNGEST_IN_MONTHS = 36
_YEARS_AND_MONTHS = re.compile(
    r"(\d{1,2})\s*(?:y|yrs?|years?|:|;)\s*(?:(?:and\s+)?(\d{1,2})\s*(?:m|mths?|months?)?)?", re.IGNORECASE
)


def read_value(text: str, measure: str) -> Decimal | None:
    """The number in a text, in months for an age; None for an empty one. Raises Refused with what to write."""
    text = " ".join(str(text if text is not None else "").split())
    if not text:
        return None
    if measure == Measure.MONTHS and (age := _YEARS_AND_MONTHS.fullmatch(text)):
        years, months = int(age[1]), int(age[2] or 0)
        if months < MONTHS_A_YEAR:
            return _bounded(Decimal(years * MONTHS_A_YEAR + months), text, measure)
    number = _number(text.removesuffix("%").strip() if measure == Measure.PERCENT else text)
    if number is None:
        example = EXAMPLES.get(Measure(measure or Measure.COUNT), "12")
        name = SHORT_NAMES[Measure(measure or Measure.COUNT)]
        raise Refused(TargetReason.NOT_A_NUMBER, text=text[:40], measure=name, example=example)
    if measure == Measure.MONTHS and number < YOUNGEST_IN_MONTHS and number != number.to_integral_value():
        years, _, months = text.replace(",", ".").partition(".")
        raise Refused(TargetReason.YEARS_AND_MONTHS, text=text, years=years, months=months.lstrip("0") or "0")
    return _bounded(number, text, measure)


def _number(text: str) -> Decimal | None:
    if not re.fullmatch(r"[+-]?\d{1,6}(?:[.,]\d{1,4})?", text, re.ASCII):
        return None
    try:
        return Decimal(text.replace(",", ".")).quantize(Decimal("0.01"))
    except InvalidOperation:
        return None


def _bounded(number: Decimal, text: str, measure: str) -> Decimal:
    least, most = BOUNDS[Measure(measure or Measure.COUNT)]
    if not least <= number <= most:
        name = Measure(measure).label.split(",")[0].split(" (")[0]
        raise Refused(TargetReason.OUT_OF_BOUNDS, measure=name, least=least, most=most, text=text[:40])
    return number


def plain(number: Decimal) -> str:
    """12.50 as 12.5 and 12.00 as 12."""
    whole = number.to_integral_value()
    return str(int(whole)) if number == whole else str(number.normalize())


def shown(number: Decimal | None, target) -> str:
    """A value as people say it: 7y 6m, 85%, 12 words a minute."""
    if number is None:
        return ""
    if target.measure == Measure.MONTHS:
        years, months = divmod(int(number), MONTHS_A_YEAR)
        return f"{years}y {months}m"
    if target.measure == Measure.PERCENT:
        return f"{plain(number)}%"
    if target.measure == Measure.SCALE:
        return f"{plain(number)} of 10"
    return f"{plain(number)} {target.unit}".strip()


def typed(number: Decimal | None, measure: str) -> str:
    """A number as somebody would type it again: months as 7y 6m, so that both ways of writing compare alike."""
    if number is None:
        return ""
    if measure == Measure.MONTHS:
        years, months = divmod(int(number), MONTHS_A_YEAR)
        return f"{years}y {months}m"
    return plain(number)


def typed_value(value) -> str:
    """A kept value as somebody would type it again; empty for none."""
    if value is None:
        return ""
    return value.words if value.value is None else typed(value.value, value.target.measure)


def is_reached(number: Decimal | None, target) -> bool | None:
    """Whether a value reaches the aim; None where there is no aim or no number."""
    if number is None or target.aim is None:
        return None
    return number <= target.aim if target.lower_is_better else number >= target.aim


def gain(target, number: Decimal | None) -> Decimal | None:
    """How far a value lies from the baseline, in the direction that is wanted; None where either is missing."""
    if number is None or target.baseline is None:
        return None
    return target.baseline - number if target.lower_is_better else number - target.baseline
