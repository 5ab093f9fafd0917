"""Linking lines to the provision that delivers them, and noting what was done where it fell short."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from provision.models import Place
from sendco.audit import services as audit
from sendco.refusals import ChangedMeanwhile, Refused
from staff.models import User

from ..models import LineAction, LineConditions, LineDelivery, ProvisionLine
from .refusals import LedgerReason


def _record(line: ProvisionLine, code: str, text: str, *, by: User) -> None:
    plan = line.plan_version.plan
    audit.record(code, line, text=text, by=by, school_id=plan.school_id, pupil_id=plan.pupil_id)


@transaction.atomic
def link_line(
    *, line: ProvisionLine, places: Sequence[Place], conditions: dict[str, Any], version: int, by: User
) -> None:  # fmt: skip
    """Say which places of the child deliver the line, and what the line asks of them. Raises Refused, and
    ChangedMeanwhile where it was linked since `version`, see version_of."""
    row = ProvisionLine.objects.select_for_update(of=("self",)).select_related("plan_version__plan").get(pk=line.pk)
    if version_of(row) != version:
        raise ChangedMeanwhile(row)
    if any(place.pupil_id != row.plan_version.plan.pupil_id for place in places):
        raise Refused(LedgerReason.NOT_OF_CHILD)
    wanted = {place.pk: place for place in places}
    for link in row.deliveries.exclude(place__in=wanted):
        with audit.saving(link, by=by):
            link.delete()
    there = set(row.deliveries.values_list("place", flat=True))
    for pk in wanted.keys() - there:
        link = LineDelivery(line=row, place=wanted[pk])
        with audit.saving(link, by=by):
            link.save()
    asked = LineConditions.objects.filter(line=row).first() or LineConditions(line=row, version=0)
    for name, value in (conditions | {"version": asked.version + 1}).items():
        setattr(asked, name, value)
    with audit.saving(asked, by=by):
        asked.save()
    _record(row, "ledger.linked", f"Line {row.section}{row.number} of the plan linked to provision", by=by)


def version_of(line: ProvisionLine) -> int:
    """How often the line was linked: 0 before the first time. One query."""
    return LineConditions.objects.filter(line=line).values_list("version", flat=True).first() or 0


@transaction.atomic
def note_action(*, line: ProvisionLine, on: date, text: str, by: User) -> LineAction:
    if on > timezone.localdate():
        raise Refused(LedgerReason.ACTION_IN_FUTURE, field="on")
    row = LineAction(line=line, on=on, text=text, entered_by=by)
    with audit.saving(row, by=by):
        row.save()
    _record(line, "ledger.action", f"Line {line.section}{line.number}: {text}", by=by)
    return row


@transaction.atomic
def remove_action(*, action: LineAction, by: User) -> None:
    """Take away what was noted by mistake."""
    line = action.line
    _record(line, "ledger.action_removed", f"Line {line.section}{line.number}: a note removed", by=by)
    with audit.saving(action, by=by):
        action.delete()


def carry_links(source: ProvisionLine, target: ProvisionLine, *, by: User) -> None:
    """A line copied into a new version is delivered by the same places and asks the same."""
    for link in source.deliveries.all():
        copy = LineDelivery(line=target, place_id=link.place_id)
        with audit.saving(copy, by=by):
            copy.save()
    asked = LineConditions.objects.filter(line=source).first()
    if asked:
        copied = LineConditions(
            line=target, skill_id=asked.skill_id, is_pro_rata=asked.is_pro_rata, activity=asked.activity
        )
        with audit.saving(copied, by=by):
            copied.save()
