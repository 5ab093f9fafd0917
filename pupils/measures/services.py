"""Keeping the measures of a school. What was scored by one stays comparable: its scale does not change under scores."""

from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q

from sendco.audit import services as audit
from sendco.refusals import Refused
from staff.models import School, User
from staff.saving import save_versioned

from ..models import ScoreKind
from .refusals import MeasureReason
from .starter import STARTER, kind_of


@transaction.atomic
def save_kind(*, kind: ScoreKind, values: dict[str, Any], version: int, by: User) -> ScoreKind:
    """Add or change a measure. Raises Refused and ChangedMeanwhile."""
    if kind.pk:
        _refuse_to_turn(kind, values)
    try:
        with transaction.atomic():
            saved, changed = save_versioned(kind, values, version=version, by=by)
    except IntegrityError as error:
        raise Refused(MeasureReason.NAME_TAKEN, name=values["name"], field="name") from error
    if changed:
        audit.record("measure.saved", saved, text=f"Measure {saved.name} saved", by=by, school_id=saved.school_id)
    if "name" in changed:
        # The name of its scores on every record; what they were called before is in the history of the measure.
        saved.scores.update(test=saved.name)
    return saved


def _refuse_to_turn(kind: ScoreKind, values: dict[str, Any]) -> None:
    scores = kind.scores.filter(removed_on=None)
    if values.get("scale", kind.scale) != kind.scale and (count := scores.count()):
        raise Refused(MeasureReason.SCALE_STANDS, count=count, field="scale")
    if kind.has_raters and not values.get("has_raters", True) and (count := scores.exclude(rater="").count()):
        raise Refused(MeasureReason.RATERS_STAND, count=count, field="has_raters")
    outside = Q()
    if values.get("least") is not None:
        outside |= Q(score__lt=values["least"])
    if values.get("most") is not None:
        outside |= Q(score__gt=values["most"])
    if outside and (count := scores.filter(outside).count()):
        raise Refused(MeasureReason.OUT_OF_RANGE, count=count, field="least")


@transaction.atomic
def start_kinds(*, school: School, by: User) -> int:
    """Add what sendco comes with, leaving out names that are there. Returns how many were added."""
    names = {name.casefold() for name in ScoreKind.objects.filter(school=school).values_list("name", flat=True)}
    rows = [kind_of(entry, school) for entry in STARTER if entry.name.casefold() not in names]
    for row in rows:
        with audit.saving(row, by=by):
            row.save()
    if rows:
        audit.record("measure.started", school, text=f"{len(rows)} measures added", by=by, school_id=school.pk)
    return len(rows)
