"""Entering scores of a group, tying scores of the record to a run, and saying what became of each child."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from pupils.models import Assessment, ScoreKind
from pupils.record.services.assessments import add_assessment, score_in_words
from sendco.audit import services as audit
from sendco.refusals import ChangedMeanwhile, Refused
from staff.models import School, User

from ..models import Intervention, InterventionMeasure, OutcomePoint, Place, PlaceOutcome, PlaceScore, Provision
from .refusals import ScoreReason
from .selectors import linked_scores

POINT = PlaceScore.Point


@dataclass(frozen=True)
class Taken:
    """How the scores of a group were taken: all of one kind, on one day."""

    kind: ScoreKind
    point: str
    on: date
    rater: str = ""
    form: str = ""
    assessed_by: str = ""


def _record(place: Place, code: str, text: str, *, by: User, on: date | None = None) -> None:
    run = place.provision
    audit.record(code, place, text=text, by=by, school_id=run.school_id, pupil_id=place.pupil_id, happened_on=on)


@transaction.atomic
def enter_scores(
    *, run: Provision, taken: Taken, scores: dict[int, tuple[Place, Decimal]], by: User
) -> list[PlaceScore]:  # fmt: skip
    """Keep one score for each of these children on their record, and tie it to their place. All or none. Raises Refused
    that names the child."""
    if not scores:
        raise Refused(ScoreReason.NOBODY)
    found = []
    for place, value in scores.values():
        values = {
            "kind": taken.kind, "rater": taken.rater, "form": taken.form, "taken_on": taken.on, "score": value,
            "assessed_by": taken.assessed_by or by.name,
        }  # fmt: skip
        try:
            score = add_assessment(pupil=place.pupil, values=values, by=by)
            found.append(tie_score(place=place, score=score, point=taken.point, by=by))
        except Refused as refused:
            named = refused.data.get("field")
            field = named if named in ("rater", "form") else f"score-{place.pk}"
            raise Refused(ScoreReason.OF_PUPIL, pupil=place.pupil.name, words=str(refused), field=field) from refused
    return found


@transaction.atomic
def tie_score(*, place: Place, score: Assessment, point: str, by: User) -> PlaceScore:
    """Let a score of the child stand before, while or after the child was in the run. Raises Refused."""
    Place.objects.select_for_update(of=("self",)).get(pk=place.pk)
    if score.pupil_id != place.pupil_id:
        raise Refused(ScoreReason.OF_ANOTHER)
    if score.removed_on:
        raise Refused(ScoreReason.SCORE_GONE)
    if score.kind_id is None:
        raise Refused(ScoreReason.NO_KIND)
    _refuse_disorder(place, score, point)
    row = PlaceScore(place=place, score=score, point=point)
    with audit.saving(row, by=by):
        row.save()
    words = f"{place.provision.name}: {score.test}, {row.get_point_display().lower()}. {score_in_words(score)}"
    _record(place, "provision.score", words, by=by, on=score.taken_on)
    return row


def _refuse_disorder(place: Place, score: Assessment, point: str) -> None:
    alike = [
        row
        for row in linked_scores([place]).get(place.pk, [])
        if (row.score.kind_id, row.score.rater) == (score.kind_id, score.rater)
    ]
    name = place.pupil.name
    same_form = [row for row in alike if row.score.form.casefold() == score.form.casefold()]
    for row in same_form:
        if row.point == point and point != POINT.DURING:
            reason = ScoreReason.ENTRY_THERE if point == POINT.ENTRY else ScoreReason.EXIT_THERE
            raise Refused(reason, pupil=name, day=row.score.taken_on)
    for row in alike:
        day = row.score.taken_on
        if point == POINT.EXIT and row.point == POINT.ENTRY and score.taken_on <= day:
            raise Refused(ScoreReason.EXIT_NOT_LATER, pupil=name, day=day)
        if point == POINT.ENTRY and row.point == POINT.EXIT and score.taken_on >= day:
            raise Refused(ScoreReason.ENTRY_NOT_EARLIER, pupil=name, day=day)


@transaction.atomic
def tie_scores(*, chosen: Sequence[tuple[Place, Assessment, str]], by: User) -> int:
    """Tie scores of the record to places, all or none. Raises Refused that names the child."""
    order = {POINT.ENTRY: 0, POINT.DURING: 1, POINT.EXIT: 2}
    for place, score, point in sorted(chosen, key=lambda one: order[POINT(one[2])]):
        fresh = Assessment.objects.get(pk=score.pk)
        try:
            tie_score(place=place, score=fresh, point=point, by=by)
        except Refused as refused:
            raise Refused(
                ScoreReason.OF_PUPIL, pupil=place.pupil.name, words=str(refused), field=f"use-{place.pk}-{score.pk}"
            ) from refused
    return len(chosen)


@transaction.atomic
def untie_score(*, row: PlaceScore, by: User) -> None:
    """The score does not belong to this run. It stays on the record."""
    text = f"{row.place.provision.name}: {row.score.test} of {row.score.taken_on:%d/%m/%Y} no longer counts for it"
    _record(row.place, "provision.score_untied", text, by=by)
    with audit.saving(row, by=by):
        row.delete()


# --- What became of it -------------------------------------------------------------------------------------------
@transaction.atomic
def decide(*, place: Place, values: dict[str, Any], version: int, by: User) -> PlaceOutcome:
    """Say what became of a child in the run and what follows. `values` holds value, no_score, next_step, note and
    decided_on. A child for whom it stops while the run goes on leaves the group that day. Raises Refused, and
    ChangedMeanwhile where somebody decided since `version`, 0 for the first time."""
    current = Place.objects.select_for_update(of=("self",)).select_related("provision", "pupil").get(pk=place.pk)
    row = PlaceOutcome.objects.filter(place=current).first() or PlaceOutcome(place=current, version=0)
    if row.version != version:
        raise ChangedMeanwhile(row)
    if values["decided_on"] > timezone.localdate():
        raise Refused(ScoreReason.DECIDED_IN_FUTURE, field="decided_on")
    _refuse_claim(current, values)
    if row.pk and all(getattr(row, name) == value for name, value in values.items()):
        return row
    for name, value in values.items():
        setattr(row, name, value)
    row.decided_by, row.version = by, row.version + 1
    with audit.saving(row, by=by):
        row.save()
    words = [row.get_next_step_display().lower() if row.next_step else "", row.note]
    text = f"{current.provision.name} reviewed: {', '.join(filter(None, words)) or 'no step chosen yet'}"
    _record(current, "provision.reviewed", text, by=by, on=row.decided_on)
    _leave(current, row, by=by)
    return row


def _refuse_claim(place: Place, values: dict[str, Any]) -> None:
    """More than hoped for wants a score after, or a reason why there is none."""
    if (values["value"] or 0) <= 0 or values["no_score"]:
        return
    if not any(row.point == POINT.EXIT for row in linked_scores([place]).get(place.pk, [])):
        raise Refused(ScoreReason.NO_SCORE_NO_CLAIM, pupil=place.pupil.name, field=f"no_score-{place.pk}")


def _leave(place: Place, outcome: PlaceOutcome, *, by: User) -> None:
    stops = outcome.next_step in (PlaceOutcome.Next.STOP, PlaceOutcome.Next.OTHER)
    day = max(outcome.decided_on, place.starts_on)
    if not stops or place.ends_on or day >= place.provision.ends_on:
        return
    last = place.pupil.attendances.filter(session__provision=place.provision).order_by("-session__on")
    logged = last.values_list("session__on", flat=True).first()
    place.ends_on, place.end_note = max(filter(None, (day, logged))), outcome.note
    place.version += 1
    with audit.saving(place, by=by):
        place.save(update_fields=["ends_on", "end_note", "version"])


@transaction.atomic
def set_points(*, school: School, labels: dict[int, str], by: User) -> None:
    """The school's own words for the five points. What is the same as usual keeps none. Raises Refused."""
    if len({label.casefold() for label in labels.values()}) < len(labels):
        raise Refused(ScoreReason.LABEL_TWICE)
    School.objects.select_for_update(of=("self",)).get(pk=school.pk)
    stored = {row.value: row for row in OutcomePoint.objects.filter(school=school)}
    for value, label in labels.items():
        row = stored.get(value) or OutcomePoint(school=school, value=value)
        if row.label == label or (row.pk is None and label == OutcomePoint.USUAL[value]):
            continue
        row.label = label
        with audit.saving(row, by=by):
            row.save()
    audit.record("outcome.points", school, text="Words of the five outcomes changed", by=by, school_id=school.pk)


@transaction.atomic
def set_measures(*, intervention: Intervention, kinds: Sequence[ScoreKind], by: User) -> None:
    """The measures by which an intervention is judged."""
    wanted = {kind.pk: kind for kind in kinds}
    Intervention.objects.select_for_update(of=("self",)).get(pk=intervention.pk)
    for row in intervention.measures.exclude(kind__in=wanted):
        with audit.saving(row, by=by):
            row.delete()
    there = set(intervention.measures.values_list("kind", flat=True))
    for pk in wanted.keys() - there:
        row = InterventionMeasure(intervention=intervention, kind=wanted[pk])
        with audit.saving(row, by=by):
            row.save()
