"""Numbers as people write them, in the measure of their target."""

from decimal import Decimal

import pytest

from pupils.models import Target
from pupils.plans import values
from pupils.plans.refusals import TargetReason
from sendco.refusals import Refused


@pytest.mark.parametrize(
    ("text", "measure", "number"),
    [
        ("12", "count", "12"),
        (" 12.5 ", "count", "12.5"),
        ("12,5", "count", "12.5"),
        ("85%", "percent", "85"),
        ("7y 6m", "months", "90"),
        ("7 years 6 months", "months", "90"),
        ("7:06", "months", "90"),
        ("7y", "months", "84"),
        ("90", "months", "90"),
        ("7", "scale", "7"),
        ("", "count", None),
        (None, "count", None),
    ],
)
def test_what_people_write_is_read(text, measure, number):
    assert values.read_value(text, measure) == (Decimal(number) if number else None)


@pytest.mark.parametrize(
    ("text", "measure", "reason"),
    [
        ("quite well", "months", TargetReason.NOT_A_NUMBER),
        ("1e5", "count", TargetReason.NOT_A_NUMBER),
        ("nan", "count", TargetReason.NOT_A_NUMBER),
        ("١٢", "count", TargetReason.NOT_A_NUMBER),
        ("12 words", "count", TargetReason.NOT_A_NUMBER),
        ("7.6", "months", TargetReason.YEARS_AND_MONTHS),
        ("7y 13m", "months", TargetReason.NOT_A_NUMBER),
        ("120", "percent", TargetReason.OUT_OF_BOUNDS),
        ("0", "scale", TargetReason.OUT_OF_BOUNDS),
        ("11", "scale", TargetReason.OUT_OF_BOUNDS),
        ("-3", "count", TargetReason.OUT_OF_BOUNDS),
        ("5", "standard", TargetReason.OUT_OF_BOUNDS),
        ("999999", "count", TargetReason.OUT_OF_BOUNDS),
        ("9" * 400, "count", TargetReason.NOT_A_NUMBER),
    ],
)
def test_what_is_no_value_is_refused_with_what_to_write(text, measure, reason):
    with pytest.raises(Refused) as refusal:
        values.read_value(text, measure)

    assert refusal.value.reason is reason
    assert len(str(refusal.value)) < 220


def test_a_reading_age_with_a_point_is_asked_about():
    with pytest.raises(Refused, match="7y 6m"):
        values.read_value("7.6", "months")


@pytest.mark.parametrize(
    ("number", "facts", "words"),
    [
        ("90", {"measure": "months"}, "7y 6m"),
        ("85", {"measure": "percent"}, "85%"),
        ("12.50", {"measure": "count", "unit": "words a minute"}, "12.5 words a minute"),
        ("100", {"measure": "count"}, "100"),
        ("4", {"measure": "scale"}, "4 of 10"),
    ],
)
def test_values_are_shown_as_people_say_them(number, facts, words):
    assert values.shown(Decimal(number), Target(**facts)) == words


@pytest.mark.parametrize(
    ("lower", "number", "reached", "gain"),
    [(False, 70, True, 30), (False, 60, False, 20), (True, 30, True, 10), (True, 45, False, -5)],
)
def test_reached_and_gain_follow_the_direction(lower, number, reached, gain):
    target = Target(measure="count", baseline=40, aim=30 if lower else 70, lower_is_better=lower)

    assert values.is_reached(number, target) is reached
    assert values.gain(target, number) == gain
