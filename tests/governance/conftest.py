from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from sendco.due.models import DueItem

LONDON = ZoneInfo("Europe/London")


def at(day, hour=7, minute=5):
    """A moment of the school's own clock."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=LONDON)


@pytest.fixture
def make_due(pupil):
    """Make one due item of the pupil; the words of the law unless told otherwise."""
    made = []

    def make(due_on, *, about=pupil, **values):
        made.append(due_on)
        values = {
            "school_id": about.school_id,
            "pupil_id": about.pk,
            "source_type": "tests.thing",
            "source_id": len(made),
            "rule": "review.report",
            "title": "Report of the review meeting",
            "duty": "school",
            "basis": "statute",
            "authority": "SEND Regulations 2014 reg 20(7)",
            "trigger_on": date(2026, 1, 5),
            "due_on": due_on,
            "explanation": "Report due two weeks after the meeting.",
        } | values
        return DueItem.objects.create(**values)

    return make
