"""Keeping a costed map as it stood, and the columns that an authority's form asks for."""

from datetime import date

from django.db import transaction
from django.utils import timezone

from pupils.models import Pupil
from sendco.audit import services as audit
from sendco.clock import short_date
from sendco.refusals import ChangedMeanwhile, Refused
from staff.acting import Acting
from staff.models import User

from ..models import CostedMap, LocalAuthority
from .refusals import CostingReason
from .selectors import costed, facts_of, table_of


def _record(row: CostedMap, code: str, text: str, *, by: User) -> None:
    audit.record(code, row, text=text, by=by, school_id=row.school_id, pupil_id=row.pupil_id, happened_on=row.made_on)


@transaction.atomic
def keep_map(*, acting: Acting, pupil: Pupil, note: str, by: User) -> CostedMap:
    """Keep the map of a child as it stands today: a later pay rise, group or time changes nothing in it. Raises
    Refused."""
    found = costed(acting, pupil, acting.today)
    if not found.lines:
        raise Refused(CostingReason.NOTHING, pupil=pupil.name)
    head, rows = table_of(found)
    row = CostedMap(
        school=acting.school, pupil=pupil, authority=found.rules.name[:100], made_on=acting.today, made_by=by,
        head=head, rows=rows, facts=facts_of(found), total=found.total, threshold=found.rules.threshold, note=note,
    )  # fmt: skip
    with audit.saving(row, by=by):
        row.save()
    _record(row, "costing.kept", f"Costed map kept: £{row.total:,} for a year", by=by)
    return row


def _taken(row: CostedMap, version: int) -> CostedMap:
    current = CostedMap.objects.select_for_update(of=("self",)).get(pk=row.pk)
    if current.version != version:
        raise ChangedMeanwhile(current)
    return current


@transaction.atomic
def mark_sent(*, row: CostedMap, sent_on: date | None, note: str, version: int, by: User) -> CostedMap:
    """Note when it went to the authority, or that it did not. Raises Refused and ChangedMeanwhile."""
    current = _taken(row, version)
    if sent_on and sent_on > timezone.localdate():
        raise Refused(CostingReason.SENT_IN_FUTURE, field="sent_on")
    current.sent_on, current.note, current.version = sent_on, note, current.version + 1
    with audit.saving(current, by=by):
        current.save(update_fields=["sent_on", "note", "version"])
    words = f"Costed map sent to {current.authority} on {short_date(sent_on)}" if sent_on else "Costed map not sent"
    _record(current, "costing.sent", words, by=by)
    return current


@transaction.atomic
def remove_map(*, row: CostedMap, by: User) -> None:
    """Take away one that was kept by mistake. One that was sent stays. Raises Refused."""
    current = CostedMap.objects.select_for_update(of=("self",)).get(pk=row.pk)
    if current.sent_on:
        raise Refused(CostingReason.SENT_STAYS, day=current.sent_on)
    _record(current, "costing.removed", "Costed map removed: kept by mistake", by=by)
    with audit.saving(current, by=by):
        current.delete()


@transaction.atomic
def set_columns(*, authority: LocalAuthority, columns: list[tuple[str, str]], version: int, by: User) -> None:
    """The columns of an authority's form, in order, with its own headings. Raises Refused and ChangedMeanwhile."""
    if not columns:
        raise Refused(CostingReason.NO_COLUMN)
    row = LocalAuthority.objects.select_for_update(of=("self",)).get(pk=authority.pk)
    if row.version != version:
        raise ChangedMeanwhile(row)
    row.costing_columns, row.version = [list(column) for column in columns], row.version + 1
    with audit.saving(row, by=by):
        row.save(update_fields=["costing_columns", "version"])
    audit.record("authority.columns", row, text=f"Columns of {row.name}'s costed map changed", by=by)
