"""Write outcomes and targets, and take their values."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from sendco.audit import services as audit
from sendco.refusals import Refused
from staff.models import User
from staff.owed import bring_up_to_date
from staff.saving import save_versioned

from ...models import CohortTarget, SupportOutcome, SupportPlan, Target, TargetValue
from ...models.plans import Measure
from ..refusals import TargetReason
from ..values import plain, read_value
from .plans import locked, note

MEASURED = ("baseline", "aim")


def _next_number(rows: Any) -> int:
    return (rows.aggregate(most=Max("number"))["most"] or 0) + 1


@transaction.atomic
def save_outcome(*, outcome: SupportOutcome, values: dict[str, Any], version: int, by: User) -> SupportOutcome:
    plan = locked(outcome.plan)
    if outcome.pk is None:
        outcome.plan, outcome.number = plan, _next_number(plan.outcomes)
    saved, changed = save_versioned(outcome, values, version=version, by=by)
    if changed:
        note("support.outcome_saved", plan, f"Outcome {saved.number}: {saved.text}", by=by)
    return saved


@transaction.atomic
def remove_outcome(*, outcome: SupportOutcome, by: User) -> None:
    """Take an outcome with its targets out of the plan. What was measured stays in the history."""
    plan = locked(outcome.plan)
    row = SupportOutcome.objects.select_for_update().get(pk=outcome.pk)
    if row.removed_on:
        return
    row.removed_on, row.version = timezone.localdate(), row.version + 1
    with audit.saving(row, by=by):
        row.save(update_fields=["removed_on", "version"])
    for target in _of(row):
        bring_up_to_date(target)
    note("support.outcome_removed", plan, f"Outcome {row.number} removed: {row.text}", by=by)


def _of(outcome: SupportOutcome) -> list[Target]:
    return list(
        Target.objects.filter(outcome=outcome).select_related("outcome__plan__pupil__school", "outcome__plan__kind")
    )


def read_numbers(values: dict[str, Any]) -> dict[str, Any]:
    """Baseline and aim, given as texts, as numbers in the target's measure. Raises Refused at the field."""
    measure = values.get("measure", "")
    read = dict(values)
    if measure == Measure.WORDS:
        for name in MEASURED:
            typed = values.get(name)
            if isinstance(typed, str) and typed.strip():
                read[f"{name}_words"] = values.get(f"{name}_words") or typed.strip()
    elif not measure and any(isinstance(values.get(name), str) and values[name].strip() for name in MEASURED):
        raise Refused(TargetReason.UNITS_NEEDED, field="measure")
    for name in MEASURED:
        if isinstance(values.get(name), Decimal):
            continue
        if measure in ("", Measure.WORDS):
            read[name] = None
            continue
        try:
            read[name] = read_value(values.get(name, ""), measure)
        except Refused as refusal:
            raise Refused(refusal.reason, **refusal.data, field=name) from refusal
    return read


def _check(target: Target, values: dict[str, Any], plan: SupportPlan) -> None:
    baseline, aim = values.get("baseline"), values.get("aim")
    if baseline is not None and aim is not None:
        behind = aim > baseline if values.get("lower_is_better") else aim < baseline
        if behind:
            raise Refused(TargetReason.AIM_BEHIND, aim=plain(aim), baseline=plain(baseline), field="aim")
    for name in ("by_on", "review_on"):
        if values.get(name) and values[name] < plan.starts_on:
            raise Refused(TargetReason.DUE_BEFORE_START, day=plan.starts_on, field=name)
    if target.pk and values.get("measure", target.measure) != target.measure:
        if target.measure and target.values.filter(removed_on=None).exists():
            name = target.get_measure_display().split(",")[0].lower()
            raise Refused(TargetReason.MEASURE_HAS_VALUES, measure=name, field="measure")


@transaction.atomic
def save_target(*, target: Target, values: dict[str, Any], version: int, by: User) -> Target:
    """Add or change a target. `baseline` and `aim` may be texts, read in the target's measure.

    Raises Refused at the field that does not fit, and ChangedMeanwhile.
    """
    plan = locked(target.outcome.plan)
    target.outcome.plan = plan
    values = read_numbers(values)
    _check(target, values, plan)
    if target.pk is None:
        target.number = _next_number(Target.objects.filter(outcome__plan=plan))
    if values.get("baseline") is not None and not values.get("baseline_on") and target.baseline_on is None:
        values["baseline_on"] = plan.starts_on
    saved, changed = save_versioned(target, values, version=version, by=by)
    if changed:
        note("support.target_saved", plan, f"Target {saved.number}: {saved.text}", by=by)
        saved.outcome = target.outcome
        bring_up_to_date(saved)
    return saved


@transaction.atomic
def end_target(*, target: Target, end_note: str, by: User) -> Target:
    """End one target while its plan goes on. Its values and reviews stay."""
    plan = locked(target.outcome.plan)
    row = Target.objects.select_for_update(of=("self",)).select_related("outcome__plan__pupil").get(pk=target.pk)
    if row.ended_on:
        raise Refused(TargetReason.ENDED, day=row.ended_on)
    row.ended_on, row.end_note, row.version = timezone.localdate(), end_note, row.version + 1
    with audit.saving(row, by=by):
        row.save(update_fields=["ended_on", "end_note", "version"])
    row.outcome.plan = plan
    note("support.target_ended", plan, f"Target {row.number} ended: {end_note or row.text}", by=by)
    bring_up_to_date(row)
    return row


@transaction.atomic
def restore_target(*, target: Target, by: User) -> Target:
    """Take an ending back while the cycle is open; a look that ended it is open again, as it was written."""
    plan = locked(target.outcome.plan)
    row = Target.objects.select_for_update(of=("self",)).select_related("outcome__plan__pupil").get(pk=target.pk)
    if row.ended_on is None:
        return row
    last = row.reviews.filter(settled_on=row.ended_on).order_by("-pk").first()
    if last and not row.reviews.filter(settled_on=None).exists():
        last.settled_on = last.settled_by = last.due_on = None
        with audit.saving(last, by=by):
            last.save(update_fields=["settled_on", "settled_by", "due_on"])
    row.ended_on, row.end_note, row.version = None, "", row.version + 1
    with audit.saving(row, by=by):
        row.save(update_fields=["ended_on", "end_note", "version"])
    row.outcome.plan = plan
    note("support.target_restored", plan, f"Target {row.number}: its ending was taken back", by=by)
    bring_up_to_date(row)
    return row


# --- Values ------------------------------------------------------------------------------------------------------
def _check_day(plan: SupportPlan, day: date) -> None:
    if day > timezone.localdate():
        raise Refused(TargetReason.VALUE_IN_FUTURE, field="taken_on")
    if day < plan.starts_on:
        raise Refused(TargetReason.VALUE_BEFORE_BASELINE, day=plan.starts_on, field="taken_on")


def value_of(target: Target, text: str) -> dict[str, Any]:
    """{value, words} of what was typed for this target. Raises Refused with what to write."""
    if target.is_in_words or not target.is_measured:
        if not text.strip():
            raise Refused(TargetReason.WORDS_NEEDED, field="typed")
        return {"value": None, "words": text.strip()[:300]}
    return {"value": read_value(text, target.measure), "words": ""}


@transaction.atomic
def save_value(
    *, value: TargetValue, typed: str, taken_on: date, otherwise: bool, note_words: str, version: int, by: User
) -> TargetValue:
    """Keep a value or put a slip right. The first one becomes the baseline where the target says so."""
    plan = locked(value.target.outcome.plan)
    _check_day(plan, taken_on)
    target = Target.objects.select_for_update(of=("self",)).select_related("outcome__plan__pupil").get(
        pk=value.target_id
    )  # fmt: skip
    target.outcome.plan = plan
    if target.ended_on:
        raise Refused(TargetReason.ENDED, day=target.ended_on)
    values: dict[str, Any] = {"taken_on": taken_on, "otherwise": otherwise, "note": note_words}
    values |= value_of(target, typed)
    if values["value"] is None and not values["words"]:
        raise Refused(TargetReason.WORDS_NEEDED, field="typed")
    if value.pk is None:
        value.taken_by = by
    saved, changed = save_versioned(value, values, version=version, by=by)
    if changed:
        baseline_follows(target, by=by)
        note("support.value_taken", plan, f"Target {target.number}: value taken", by=by, happened_on=taken_on)
    return saved


def baseline_follows(target: Target, *, by: User) -> None:
    """Where the first value is the baseline, keep the two the same, corrections included."""
    if not target.baseline_from_first:
        return
    first = target.values.filter(removed_on=None, otherwise=False).order_by("taken_on", "pk").first()
    facts = (first.value, first.words, first.taken_on) if first else (None, "", None)
    if facts != (target.baseline, target.baseline_words, target.baseline_on):
        target.baseline, target.baseline_words, target.baseline_on = facts
        with audit.saving(target, by=by):
            target.save(update_fields=["baseline", "baseline_words", "baseline_on"])


@transaction.atomic
def remove_value(*, value: TargetValue, by: User) -> None:
    """Take a value out that was entered by mistake. It stays in the history."""
    plan = locked(value.target.outcome.plan)
    row = TargetValue.objects.select_for_update(of=("self",)).select_related("target__outcome__plan__pupil").get(
        pk=value.pk
    )  # fmt: skip
    if row.removed_on:
        return
    row.removed_on, row.review = timezone.localdate(), None
    with audit.saving(row, by=by):
        row.save(update_fields=["removed_on", "review"])
    baseline_follows(row.target, by=by)
    note("support.value_removed", plan, f"Target {row.target.number}: a value removed", by=by)


# --- The same target for several pupils ------------------------------------------------------------------------------
COHORT_FIELDS = ("text", "measure", "unit", "lower_is_better", "how", "aim", "by_on")


@transaction.atomic
def save_cohort(*, cohort: CohortTarget, values: dict[str, Any], version: int, by: User) -> CohortTarget:
    """Add or change a target for several pupils. What each pupil's own target says already stays as it is."""
    if not isinstance(values.get("aim"), Decimal):
        try:
            values = values | {"aim": read_value(values.get("aim", ""), values["measure"])}
        except Refused as refusal:
            raise Refused(refusal.reason, **refusal.data, field="aim") from refusal
    saved, changed = save_versioned(cohort, values, version=version, by=by)
    if changed:
        audit.record("cohort.saved", saved, text=f"Target for several pupils: {saved.title}", by=by)
    return saved


@transaction.atomic
def give_to(*, cohort: CohortTarget, plans: list[SupportPlan], by: User) -> int:
    """Write the cohort's target into each of these plans that does not have it. Returns into how many."""
    given = 0
    for plan in plans:
        row = locked(plan)
        if Target.objects.filter(outcome__plan=row, cohort=cohort, ended_on=None).exists():
            continue
        outcome = row.outcomes.filter(removed_on=None).order_by("number").first() or save_outcome(
            outcome=SupportOutcome(plan=row), values={"text": cohort.title, "area": ""}, version=1, by=by
        )
        values = {name: getattr(cohort, name) for name in COHORT_FIELDS}
        if values["by_on"] and values["by_on"] < row.starts_on:
            values["by_on"] = None
        values |= {"cohort": cohort, "baseline": None, "baseline_from_first": True}
        save_target(target=Target(outcome=outcome), values=values, version=1, by=by)
        given += 1
    return given


@transaction.atomic
def end_cohort(*, cohort: CohortTarget, by: User) -> None:
    row = CohortTarget.objects.select_for_update().get(pk=cohort.pk)
    if row.ended_on:
        return
    row.ended_on, row.version = timezone.localdate(), row.version + 1
    with audit.saving(row, by=by):
        row.save(update_fields=["ended_on", "version"])
    audit.record("cohort.ended", row, text=f"Target for several pupils ended: {row.title}", by=by)
