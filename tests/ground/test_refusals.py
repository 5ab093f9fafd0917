from datetime import date

import pytest

from sendco.refusals import ChangedMeanwhile, CommonReason, Reason, Refused
from tests.refusals import refused


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
