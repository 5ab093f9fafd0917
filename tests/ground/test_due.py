from datetime import date

import pytest

from sendco.clock import Basis, Days, Duty, Rule, Urgency, evaluate
from sendco.due.models import DueItem
from sendco.due.services import Owed, differences, sync

pytestmark = pytest.mark.postgresql("many rows written at once")


def make_rule(code="test.rule", days=5):
    return Rule(
        code=code,
        title="Report",
        duty=Duty.SCHOOL,
        basis=Basis.LOCAL,
        authority="School policy",
        trigger="the meeting",
        count=Days(days),
        valid_from=date(2014, 9, 1),
        example=(date(2026, 11, 9), date(2026, 11, 14)),
    )


@pytest.fixture
def owed():
    return [Owed(evaluate(make_rule(), date(2026, 11, 9)))]


def test_sync_writes_what_is_owed(pupil, owed):
    sync(pupil, owed, school_id=pupil.school_id, pupil_id=pupil.pk)

    item = DueItem.objects.get()
    assert (item.due_on, item.title, item.duty) == (date(2026, 11, 14), "Report", "school")
    assert "Report due Sat 14 Nov 2026" in item.explanation


def test_sync_again_changes_nothing(pupil, owed):
    sync(pupil, owed, school_id=pupil.school_id)
    before = DueItem.objects.get().pk

    sync(pupil, owed, school_id=pupil.school_id)

    assert DueItem.objects.get().pk == before


def test_sync_removes_what_is_owed_no_more(pupil, owed):
    sync(pupil, owed, school_id=pupil.school_id)

    sync(pupil, [], school_id=pupil.school_id)

    assert not DueItem.objects.exists()


def test_differences_tell_what_is_wrong(pupil, owed):
    assert "missing" in differences(pupil, owed, school_id=pupil.school_id)[0]
    sync(pupil, owed, school_id=pupil.school_id)
    assert differences(pupil, owed, school_id=pupil.school_id) == []
    DueItem.objects.update(due_on=date(2026, 12, 1))

    assert "due_on is 2026-12-01, should be 2026-11-14" in differences(pupil, owed, school_id=pupil.school_id)[0]


@pytest.mark.parametrize(
    ("today", "urgency"),
    [
        (date(2026, 11, 6), Urgency.ON_TRACK),
        (date(2026, 11, 7), Urgency.DUE_SOON),
        (date(2026, 11, 14), Urgency.DUE_SOON),
        (date(2026, 11, 15), Urgency.OVERDUE),
    ],
)
def test_urgency_is_derived(pupil, owed, today, urgency):
    sync(pupil, owed, school_id=pupil.school_id)

    assert DueItem.objects.get().urgency(today) is urgency


def test_met_items_are_no_longer_open(pupil):
    deadline = evaluate(make_rule(), date(2026, 11, 9))
    sync(pupil, [Owed(deadline, met_on=date(2026, 11, 10))], school_id=pupil.school_id)

    assert not DueItem.objects.open().exists()
