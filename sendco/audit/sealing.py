"""A seal for each day on what is kept for ever: whoever changes a row afterwards, in whatever way, breaks it.

Each night the rows of the days before are added up, table by table, into one SHA-256, together with the seal before. So
a row that is removed, changed or slipped in later is found by adding up again; and who changes the seals too has to
change the last one, whose head was written down elsewhere: in the log, beside each backup, and in a mail.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.apps import apps
from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, models, transaction
from django.utils import timezone
from simple_history.models import HistoricalChanges

from sendco.clock import LONDON

from .models import AppendOnly, Event, Read, Seal
from .triggers import MAY_EMPTY

# No transaction is open so long: what was begun before midnight is written by then.
SEALED_FROM = time(3, 0)
FIRST = "0" * 64
WHEN = {Event: "recorded_at", Read: "hour_at"}


@dataclass(frozen=True)
class Fault:
    day: date
    what: str


def kept_models() -> list[type[models.Model]]:
    """Every model whose rows are sealed, in the order of their tables' names."""
    kept = [
        model for model in apps.get_models() if issubclass(model, AppendOnly | HistoricalChanges) and model is not Seal
    ]
    return sorted(kept, key=lambda model: model._meta.db_table)


def when_of(model: Any) -> str:
    """The column that says on which day a row was written."""
    return WHEN.get(model, "history_date")


def seal(now: datetime) -> Seal | None:
    """Seal all days up to yesterday that are not sealed yet. None when there is nothing to do. Two at once make one."""
    here = now.astimezone(LONDON)
    day = here.date() - timedelta(days=1)
    if here.time() < SEALED_FROM:
        return None
    last = Seal.objects.order_by("-day").first()
    if last and last.day >= day:
        return None
    tables = {model._meta.db_table: _sum_of(model, last.day if last else None, day) for model in kept_models()}
    tables = {table: found for table, found in tables.items() if found["rows"]}
    before = last.head if last else FIRST
    try:
        with transaction.atomic():
            return Seal.objects.create(day=day, tables=tables, head=head_of(before, day, tables))
    except IntegrityError:
        return None


def head_of(before: str, day: date, tables: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps([before, day.isoformat(), tables], sort_keys=True).encode()).hexdigest()


def check(*, head: str = "") -> Iterator[Fault]:
    """Yield what does not agree with the seals. `head` is one that was written down elsewhere: it must be there."""
    before, last, heads = FIRST, None, set()
    models_by_table = {model._meta.db_table: model for model in kept_models()}
    for row in Seal.objects.order_by("day"):
        heads.add(row.head)
        if row.head != head_of(before, row.day, row.tables):
            yield Fault(row.day, "the seal itself was changed, or one before it was removed")
        for table, model in models_by_table.items():
            yield from _compare(row.day, table, row.tables.get(table), model, last)
        before, last = row.head, row.day
    if head and head not in heads:
        yield Fault(last or timezone.localdate(), "the seal that was written down is not among these")


def _compare(day: date, table: str, sealed: Any, model: Any, after: date | None) -> Iterator[Fault]:
    sealed = sealed or {"rows": 0, "columns": [], "sha256": ""}
    # A column that a later version dropped, or lets be emptied, cannot be added up any more: the count is all that is
    # left to compare.
    gone = set(sealed["columns"]) - set(_added_up(model))
    found = _sum_of(model, after, day, columns=sealed["columns"] if sealed["rows"] and not gone else None)
    if found["rows"] < sealed["rows"]:
        yield Fault(day, f"{table}: {sealed['rows'] - found['rows']} of {sealed['rows']} rows were removed")
    elif found["rows"] > sealed["rows"]:
        yield Fault(day, f"{table}: {found['rows'] - sealed['rows']} rows were put in later")
    elif sealed["rows"] and not gone and found["sha256"] != sealed["sha256"]:
        yield Fault(day, f"{table}: a row was changed")


def _sum_of(model: Any, after: date | None, day: date, *, columns: list[str] | None = None) -> dict[str, Any]:
    """How many rows were written after one day and up to the other, and their sum."""
    name, digest, count = when_of(model), hashlib.sha256(), 0
    columns = _added_up(model) if columns is None else columns
    rows = model._base_manager.filter(**{f"{name}__lt": _midnight_after(day)})
    if after:
        rows = rows.filter(**{f"{name}__gte": _midnight_after(after)})
    for values in rows.order_by("pk").values_list(*columns).iterator(chunk_size=2000):
        digest.update(json.dumps(values, cls=DjangoJSONEncoder).encode())
        count += 1
    return {"rows": count, "columns": columns, "sha256": digest.hexdigest()}


def _added_up(model: Any) -> list[str]:
    """The columns that stay as they were written."""
    emptied = MAY_EMPTY.get(model._meta.db_table)
    left_out = {*emptied.columns, emptied.sealed} if emptied else set()
    return sorted({field.attname for field in model._meta.concrete_fields} - left_out)


def _midnight_after(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), LONDON)
