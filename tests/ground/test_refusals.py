from datetime import date

import pytest

from sendco.refusals import ChangedMeanwhile, CommonReason, Reason, Refused, SeveralRefused
from tests.refusals import refused, shows


class DoorReason(Reason):
    SHUT = "shut", "{door} is shut since {since}. Knock."
    LOST = "lost", "The key is lost."


def test_a_refusal_says_its_data_in_words():
    refusal = Refused(DoorReason.SHUT, door="The {gate}", since=date(2026, 11, 2))

    assert str(refusal) == "The {gate} is shut since Mon 2 Nov 2026. Knock."
    assert refusal.reason is DoorReason.SHUT
    assert refusal.data == {"door": "The {gate}", "since": date(2026, 11, 2)}


def test_a_code_leads_back_to_its_reason():
    assert DoorReason("shut") is DoorReason.SHUT


def test_changed_meanwhile_carries_what_is_stored():
    stored = object()

    refusal = ChangedMeanwhile(stored)

    assert refusal.theirs is stored
    assert refusal.reason is CommonReason.CHANGED_MEANWHILE


@pytest.mark.parametrize(
    "raised",
    [Refused(DoorReason.LOST), Refused(DoorReason.SHUT, door="The gate", since=date(2026, 11, 3))],
    ids=["another reason", "another day"],
)
def test_the_wrong_refusal_fails_the_test_that_expects_one(raised):
    with pytest.raises(AssertionError), refused(DoorReason.SHUT, since=date(2026, 11, 2)):
        raise raised


def test_several_refusals_are_said_together_and_the_first_decides():
    first, second = Refused(DoorReason.SHUT, door="The gate", since=date(2026, 11, 2)), Refused(DoorReason.LOST)

    refusal = SeveralRefused([first, second])

    assert (refusal.reason, refusal.data) == (first.reason, first.data)
    assert refusal.refusals == (first, second)
    assert str(refusal) == f"{first} {second}"


@pytest.mark.parametrize(
    ("page", "said", "is_there"),
    [
        ("<p>The gate is shut since Mon 2 Nov 2026. Knock.</p>", DoorReason.SHUT, True),
        ("<p>The gate is shut.</p>", DoorReason.SHUT, False),
        ("<p>It&#x27;s lost</p>", "It's lost", True),
    ],
)
def test_a_page_shows_a_reason_with_any_data(page, said, is_there):
    assert shows(page, said) is is_there
