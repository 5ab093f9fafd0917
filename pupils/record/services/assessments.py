"""Scores on tests: what can be true, and who wrote it down."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from sendco.audit import services as audit
from sendco.clock.age import age_on
from sendco.refusals import ChangedMeanwhile, Refused, SeveralRefused
from staff.models import User

from ...models import Assessment, Pupil, Rater, ScoreKind
from ..refusals import AssessmentReason

Scale = Assessment.Scale
CARRIED = ("test", "scale", "rater")
# Inclusive bounds: (lowest, highest, what the message calls the score).
BOUNDS: dict[str, tuple[int, int, str]] = {
    Scale.STANDARDISED: (40, 160, "A standardised score"),
    Scale.AGE: (36, 300, "An age in months"),
    Scale.PERCENTILE: (1, 99, "A percentile"),
    Scale.RAW: (0, 9999, "A raw score"),
    Scale.STEP: (0, 9999, "A step or level"),
    Scale.RATE: (0, 999, "A number in a minute"),
    Scale.PERCENT: (0, 100, "A percentage"),
    Scale.DAYS: (0, 366, "A number of days"),
    Scale.OPINION: (1, 10, "A scale of 1 to 10"),
}


def problems(
    *,
    scale: str,
    score: Decimal | None,
    low: Decimal | None,
    high: Decimal | None,
    taken_on: date | None,
    birth_on: date | None,
    today: date,
    kind: ScoreKind | None = None,
) -> dict[str, Refused]:
    """Return what cannot be true, as field -> Refused; empty when all is well. Values may be missing (None)."""
    refusals = _date_problems(taken_on, birth_on, today)
    bounds = bounds_of(scale, kind)
    if bounds:
        for name, value in (("score", score), ("low", low), ("high", high)):
            refusal = _outside(bounds, value)
            if refusal:
                refusals[name] = refusal
    if not refusals.keys() & {"score", "low", "high"}:
        refusals |= _band_problems(score, low, high)
    return refusals


def bounds_of(scale: str, kind: ScoreKind | None) -> tuple[Decimal, Decimal, str] | None:
    """(lowest, highest, what the message calls it): those of the kind where it has them, else of the scale."""
    scale = kind.scale if kind else scale
    if scale not in BOUNDS:
        return None
    lowest, highest, what = BOUNDS[scale]
    if kind is None:
        return Decimal(lowest), Decimal(highest), what
    least = Decimal(lowest if kind.least is None else kind.least)
    most = Decimal(highest if kind.most is None else kind.most)
    return least, most, kind.name


def _date_problems(taken_on: date | None, birth_on: date | None, today: date) -> dict[str, Refused]:
    if taken_on is None:
        return {}
    if taken_on > today:
        return {"taken_on": Refused(AssessmentReason.TAKEN_IN_FUTURE)}
    if birth_on and taken_on < birth_on:
        return {"taken_on": Refused(AssessmentReason.TAKEN_BEFORE_BIRTH)}
    return {}


def _outside(bounds: tuple[Decimal, Decimal, str], value: Decimal | None) -> Refused | None:
    lowest, highest, what = bounds
    if value is None or lowest <= value <= highest:
        return None
    low, high = (int(bound) if bound == int(bound) else bound for bound in (lowest, highest))
    return Refused(AssessmentReason.OUTSIDE_SCALE, what=what, lowest=low, highest=high)


def kind_problems(
    kind: ScoreKind | None, *, pupil: Pupil, rater: str, form: str, taken_on: date | None
) -> dict[str, Refused]:
    """What the kind of score asks beyond its number: who filled it in, and on which form of the test."""
    if kind is None:
        return {}
    found = {}
    if kind.has_raters and not rater:
        found["rater"] = Refused(AssessmentReason.RATER_MISSING, kind=kind.name, field="rater")
    youngest, birth_on = kind.self_from_age, pupil.birth_on
    if rater == Rater.SELF and youngest and taken_on and birth_on and age_on(birth_on, taken_on) < youngest:
        found["rater"] = Refused(
            AssessmentReason.RATER_TOO_YOUNG, kind=kind.name, age=kind.self_from_age, pupil=pupil.name, field="rater"
        )
    if kind.asks_form and not form:
        found["form"] = Refused(AssessmentReason.FORM_MISSING, kind=kind.name, field="form")
    return found


def _band_problems(score: Decimal | None, low: Decimal | None, high: Decimal | None) -> dict[str, Refused]:
    if (low is None) != (high is None):
        missing = "low" if low is None else "high"
        return {missing: Refused(AssessmentReason.BAND_HALF_EMPTY)}
    if score is None or low is None or high is None:
        return {}
    if low > high:
        return {"low": Refused(AssessmentReason.BAND_REVERSED)}
    if low > score:
        return {"low": Refused(AssessmentReason.BAND_ABOVE_SCORE)}
    if high < score:
        return {"high": Refused(AssessmentReason.BAND_BELOW_SCORE)}
    return {}


def _refuse_the_impossible(assessment: Assessment) -> None:
    refusals = problems(
        scale=assessment.scale,
        score=assessment.score,
        low=assessment.low,
        high=assessment.high,
        taken_on=assessment.taken_on,
        birth_on=assessment.pupil.birth_on,
        today=timezone.localdate(),
        kind=assessment.kind,
    ) | kind_problems(
        assessment.kind, pupil=assessment.pupil, rater=assessment.rater, form=assessment.form,
        taken_on=assessment.taken_on,
    )  # fmt: skip
    if refusals:
        raise SeveralRefused(list(refusals.values()))


def _carry_kind(assessment: Assessment) -> None:
    """A score of a kind carries its name and scale, and a rater only where the kind has them."""
    kind = assessment.kind
    if kind is None:
        assessment.rater = ""
        return
    assessment.test, assessment.scale = kind.name, kind.scale
    if not kind.has_raters:
        assessment.rater = ""


def _refuse_twice(assessment: Assessment) -> None:
    if assessment.kind is None:
        return
    Pupil.objects.select_for_update(of=("self",)).get(pk=assessment.pupil_id)  # nobody else adds the same meanwhile
    same = Assessment.objects.filter(
        pupil=assessment.pupil, kind=assessment.kind, taken_on=assessment.taken_on, rater=assessment.rater,
        form__iexact=assessment.form, removed_on=None,
    ).exclude(pk=assessment.pk)  # fmt: skip
    twin = same.first()
    if twin:
        raise Refused(
            AssessmentReason.THERE_ALREADY, pupil=assessment.pupil.name, day=twin.taken_on,
            score=f"{twin.score.normalize():f}", field="taken_on",
        )  # fmt: skip


def score_in_words(assessment: Assessment) -> str:
    score = f"{assessment.score.normalize():f}"
    band = ""
    if assessment.low is not None and assessment.high is not None:
        band = f" (band {assessment.low.normalize():f} to {assessment.high.normalize():f})"
    return f"{assessment.get_scale_display()}: {score}{band}"


def _record(code: str, assessment: Assessment, what: str, *, by: User) -> None:
    test = f"{assessment.test}, {assessment.form}" if assessment.form else assessment.test
    text = f"{what}: {test}. {score_in_words(assessment)}"
    school_id, day = assessment.pupil.school_id, assessment.taken_on
    audit.record(code, assessment, text=text, by=by, school_id=school_id, happened_on=day)


@transaction.atomic
def add_assessment(*, pupil: Pupil, values: dict[str, Any], by: User) -> Assessment:
    """Keep a score. `values` holds test, form, taken_on, scale, score, low, high, assessed_by and note, or kind and
    rater in place of test and scale. Raises Refused and SeveralRefused."""
    assessment = Assessment(pupil=pupil, entered_by=by, **values)
    _carry_kind(assessment)
    _refuse_the_impossible(assessment)
    _refuse_twice(assessment)
    with audit.saving(assessment, by=by):
        assessment.save()
    _record("assessment.added", assessment, "Assessment", by=by)
    return assessment


def _locked(assessment: Assessment, version: int | None) -> Assessment:
    """The stored row, locked. Raises when it was removed, or when somebody else saved first."""
    current = Assessment.objects.select_for_update(of=["self"]).select_related("pupil").get(pk=assessment.pk)
    if current.removed_on:
        raise Refused(AssessmentReason.REMOVED)
    if version is not None and current.version != version:
        raise ChangedMeanwhile(current)
    return current


@transaction.atomic
def update_assessment(*, assessment: Assessment, values: dict[str, Any], version: int, by: User) -> Assessment:
    current = _locked(assessment, version)
    before = {name: getattr(current, name) for name in (*values, *CARRIED)}
    for name, value in values.items():
        setattr(current, name, value)
    _carry_kind(current)
    changed = [name for name, value in before.items() if getattr(current, name) != value]
    if not changed:
        return current
    _refuse_the_impossible(current)
    _refuse_twice(current)
    current.version += 1
    with audit.saving(current, by=by):
        current.save(update_fields=[*changed, "version"])
    _record("assessment.changed", current, "Assessment changed", by=by)
    return current


@transaction.atomic
def remove_assessment(*, assessment: Assessment, by: User) -> Assessment:
    """Take a wrong score out of every list. Its row and its history stay."""
    current = _locked(assessment, None)
    current.removed_on, current.version = timezone.localdate(), current.version + 1
    with audit.saving(current, by=by):
        current.save(update_fields=["removed_on", "version"])
    _record("assessment.removed", current, "Assessment removed", by=by)
    return current
