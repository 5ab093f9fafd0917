"""The words of an item: its footing said once, its state exact."""

from datetime import date

import pytest

from sendco.due.models import DueItem
from sendco.due.words import authority_words, basis_words, duty_words, state_words, was_late

TODAY = date(2027, 1, 25)


def item(**values):
    return DueItem(**{"duty": "school", "basis": "statute", "due_on": date(2027, 1, 20)} | values)


@pytest.mark.parametrize(
    ("basis", "authority", "said", "rest"),
    [
        ("statute", "SEND Regs 2014, reg 5(1)", "Law", "SEND Regs 2014, reg 5(1)"),
        ("guidance", "SEND Code 9.83", "Guidance", "SEND Code 9.83"),
        ("local", "School policy", "School policy", ""),
        ("local", "School policy (Code of Practice 6.44)", "School policy", "Code of Practice 6.44"),
        ("local", "School policy: leaves four weeks (reg 20(10))", "School policy", "Leaves four weeks (reg 20(10))"),
    ],
)
def test_footing_is_said_once(basis, authority, said, rest):
    row = item(basis=basis, authority=authority)

    assert (basis_words(row), authority_words(row)) == (said, rest)


@pytest.mark.parametrize(
    ("values", "words", "late"),
    [
        ({}, "5 days late", True),
        ({"due_on": TODAY}, "Due today", False),
        ({"due_on": date(2027, 1, 26)}, "1 day left", False),
        ({"met_on": date(2027, 1, 20)}, "Done", False),
        ({"met_on": date(2027, 1, 21)}, "Done 1 day late", True),
        ({"closed_on": date(2027, 1, 20)}, "No longer needed", False),
        ({"closed_on": date(2027, 1, 22)}, "Not done; closed 2 days late", True),
        ({"exception": "Away"}, "Exception claimed (was due Wed 20 Jan 2027): Away", False),
        ({"exception": "Away", "met_on": TODAY}, "Done", False),
        ({"replaced_by": "the order", "closed_on": TODAY}, "Replaced: the order", False),
    ],
)
def test_state_in_words(values, words, late):
    row = item(**values)

    assert state_words(row, TODAY) == words
    assert was_late(row, TODAY) is late


def test_whose_duty():
    assert [duty_words(item(duty=duty)) for duty in ("school", "la", "parent")] == ["School", "LA", "Parent"]
