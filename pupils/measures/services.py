"""Keeping the measures of a school. What was scored by one stays comparable: its scale does not change under scores."""

from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from sendco.audit import services as audit
from sendco.refusals import Refused
from staff.acting import Acting
from staff.models import School, User
from staff.saving import save_versioned

from ..models import Assessment, Pupil, ScoreImport, ScoreKind
from ..record.services.assessments import add_assessment, remove_assessment
from .importing import Read, plan_of
from .refusals import MeasureReason
from .selectors import in_use
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
def save_scores(*, acting: Acting, scores: list[Read], seen: str, file_name: str, by: User) -> ScoreImport:
    """Keep the scores of a file that are not here yet, all or none. `seen` is the sum of the plan that was shown.
    Raises Refused."""
    School.objects.select_for_update(of=("self",)).get(pk=acting.school.pk)
    plan = plan_of(scores)
    if plan.sum != seen:
        raise Refused(MeasureReason.FILE_CHANGED)
    pupils = Pupil.objects.visible_to(acting).in_bulk({one.pupil for one in plan.new})
    kinds = in_use(acting.school).in_bulk({one.kind for one in plan.new})
    ids = []
    for one in plan.new:
        if one.pupil not in pupils or one.kind not in kinds:
            raise Refused(MeasureReason.FILE_PUPIL_GONE)
        values = {
            "kind": kinds[one.kind], "rater": one.rater, "form": one.form, "taken_on": one.on, "score": one.score,
            "assessed_by": f"From the file {file_name}"[:150],
        }  # fmt: skip
        try:
            ids.append(add_assessment(pupil=pupils[one.pupil], values=values, by=by).pk)
        except Refused as refused:
            raise Refused(MeasureReason.FILE_LINE, number=one.number, words=str(refused)) from refused
    made = ScoreImport.objects.create(school=acting.school, file_name=file_name[:150], scores=ids, made_by=by)
    audit.record("measure.imported", made, text=f"{len(ids)} scores read from a file", by=by)
    return made


@transaction.atomic
def take_back(*, made: ScoreImport, by: User) -> int:
    """Remove the scores of a file, but for those that somebody changed since. Returns how many stay. Raises Refused."""
    row = ScoreImport.objects.select_for_update(of=("self",)).get(pk=made.pk)
    if row.undone_at:
        raise Refused(MeasureReason.TAKEN_BACK)
    stay = 0
    for score in Assessment.objects.filter(pk__in=row.scores, removed_on=None).select_related("pupil"):
        if score.version == 1:
            remove_assessment(assessment=score, by=by)
        else:
            stay += 1
    row.undone_at = timezone.now()
    row.save(update_fields=["undone_at"])
    audit.record("measure.import_undone", row, text="Scores of a file taken back", by=by)
    return stay


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
