"""A plan with two targets, as the services write it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from pupils.models import PlanKind, Target
from pupils.plans.services import plans, reviews
from sendco.refusals import Refused


def kind(code="sen_support"):
    return PlanKind.objects.get(code=code, school=None)


READS = {
    "text": "Reads a Year 3 page aloud",
    "measure": "count",
    "unit": "words a minute",
    "baseline": "40",
    "aim": "70",
}
ASKS = {"text": "Asks for help with the card", "measure": "scale", "baseline": "2", "aim": "7", "how": "Ask the adult"}


def begin(pupil, by, *, days_ago=40, targets=(READS, ASKS), code="sen_support", **more):
    today = timezone.localdate()
    starts_on = today - timedelta(days=days_ago)
    values = {
        "lead": by,
        "starts_on": starts_on,
        "review_on": today + timedelta(days=5),
        "assessed": {"known": "Reads slowly"},
        "outcome": "Reads for pleasure",
        "targets": [dict(values) for values in targets],
        "strategies": [{"text": "Pre-teach three words", "who": "TA"}],
    }
    return plans.begin(pupil=pupil, kind=kind(code), by=by, **values | more)


def targets_of(plan):
    return list(Target.objects.filter(outcome__plan=plan).order_by("number"))


def write(target, by, **cells):
    """Write cells of a target's open review, whatever stood there."""
    for field, typed in cells.items():
        stands = reviews.cell_text(target.reviews.filter(settled_on=None).first(), field)
        reviews.write_cell(target=target, field=field, typed=typed, was=stands, by=by)


def refused(reason, call, **kwargs):
    """Call, and check that it is refused for this reason; returns the refusal."""
    with pytest.raises(Refused) as found:
        call(**kwargs)
    assert found.value.reason is reason, found.value
    return found.value
