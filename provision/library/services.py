"""Keeping the library of interventions."""

from collections.abc import Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from pupils.measures.selectors import in_use
from pupils.measures.services import start_kinds
from pupils.models import ScoreKind
from sendco.audit import services as audit
from sendco.refusals import Refused
from staff.models import School, User
from staff.saving import save_versioned

from ..models import Intervention
from ..scores.services import set_measures
from .refusals import LibraryReason
from .starter import MEASURED_BY, STARTER


@transaction.atomic
def save_intervention(
    *, intervention: Intervention, values: dict[str, Any], version: int, kinds: Sequence[ScoreKind] | None = None,
    by: User,
) -> Intervention:  # fmt: skip
    """Add or change one, and the measures it is judged by where `kinds` says them. Raises Refused and
    ChangedMeanwhile."""
    try:
        with transaction.atomic():
            saved, changed = save_versioned(intervention, values, version=version, by=by)
    except IntegrityError as error:
        raise Refused(LibraryReason.NAME_TAKEN, name=values["name"], field="name") from error
    if kinds is not None:
        set_measures(intervention=saved, kinds=kinds, by=by)
    if changed:
        audit.record("intervention.saved", saved, text=f"{saved.name} saved in the library", by=by)
    return saved


@transaction.atomic
def start_library(*, school: School, by: User) -> int:
    """Add what sendco comes with, leaving out names that are there. Returns how many were added."""
    names = {name.casefold() for name in Intervention.objects.filter(school=school).values_list("name", flat=True)}
    rows = [row for row in starter_rows(school) if row.name.casefold() not in names]
    start_kinds(school=school, by=by)
    kinds = {kind.name: kind for kind in in_use(school)}
    for row in rows:
        with audit.saving(row, by=by):
            row.save()
        measures = [kinds[name] for name in MEASURED_BY.get(row.name, ()) if name in kinds]
        set_measures(intervention=row, kinds=measures, by=by)
    if rows:
        text = f"{len(rows)} interventions added to the library"
        audit.record("intervention.started", school, text=text, by=by, school_id=school.pk)
    return len(rows)


def starter_rows(school: School) -> list[Intervention]:
    return [
        Intervention(
            school=school, name=one.name, area=one.area, tier=one.tier, summary=one.summary, group_size=one.group,
            adults=one.adults, minutes=one.minutes, times_a_week=one.times, weeks=one.weeks, entry=one.entry,
            exit=one.exit, evidence=one.evidence[0], evidence_note=one.evidence[1], evidence_source=one.evidence[2],
            licence=one.licence,
        )
        for one in STARTER
    ]  # fmt: skip


@transaction.atomic
def archive(*, intervention: Intervention, by: User) -> Intervention:
    """Take it out of use. What was done with it stays. Raises Refused while runs of it go on."""
    row = Intervention.objects.select_for_update(of=("self",)).get(pk=intervention.pk)
    going = row.runs.filter(ends_on__gte=timezone.localdate()).count()
    if going:
        raise Refused(LibraryReason.RUNS_GO_ON, count=going)
    if not row.is_archived:
        _set_archived(row, True, "taken out of use", by=by)
    return row


@transaction.atomic
def bring_back(*, intervention: Intervention, by: User) -> Intervention:
    row = Intervention.objects.select_for_update(of=("self",)).get(pk=intervention.pk)
    same = Intervention.objects.filter(school=row.school_id, name=row.name, is_archived=False).exclude(pk=row.pk)
    if same.exists():
        raise Refused(LibraryReason.NAME_TAKEN, name=row.name)
    if row.is_archived:
        _set_archived(row, False, "in use again", by=by)
    return row


def _set_archived(row: Intervention, is_archived: bool, words: str, *, by: User) -> None:
    row.is_archived, row.version = is_archived, row.version + 1
    with audit.saving(row, by=by):
        row.save(update_fields=["is_archived", "version"])
    audit.record("intervention.archived", row, text=f"{row.name} {words}", by=by)
