"""Keeping another staffing, and making it so."""

import hashlib
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from sendco.audit import services as audit
from sendco.clock import short_date
from sendco.refusals import Refused
from staff.models import School, User
from staff.saving import save_versioned

from ..models import Provision, StaffingPlan
from ..runs.services import set_adults
from .planning import Result, RunLine, work_out
from .refusals import WhatIfReason


@transaction.atomic
def begin(*, school: School, name: str, starts_on: date, by: User) -> StaffingPlan:
    """Begin a plan in which everything is as it is. Raises Refused for a day that is over."""
    _check_day(starts_on)
    row = StaffingPlan(school=school, name=name, starts_on=starts_on, made_by=by)
    with audit.saving(row, by=by):
        row.save()
    _record(row, "staffing.begun", f"What if: {name} begun", by=by)
    return row


def _record(row: StaffingPlan, code: str, text: str, *, by: User) -> None:
    audit.record(code, row, text=text, by=by, school_id=row.school_id)


def _check_day(day: date) -> None:
    if day < timezone.localdate():
        raise Refused(WhatIfReason.PAST, day=day, field="starts_on")


@transaction.atomic
def change(*, plan: StaffingPlan, values: dict[str, Any], version: int, by: User) -> StaffingPlan:
    """Change what the plan supposes. Raises Refused and ChangedMeanwhile."""
    if plan.accepted_at:
        raise Refused(WhatIfReason.ACCEPTED, name=plan.name)
    _check_day(values["starts_on"])
    saved, _ = save_versioned(plan, values, version=version, by=by)
    return saved


def to_change(result: Result) -> list[RunLine]:
    """The runs that change hands among adults who are here. Those for adults who would come wait for them; those that
    nobody would lead stay as they are, for a person to decide; those that are over by then are to be copied first."""
    return [
        row for row in result.runs
        if row.changes and row.then and all(one.member for one in row.then) and row.run.ends_on >= result.starts_on
    ]  # fmt: skip


def seal(result: Result) -> str:
    """What a page showed, in short."""
    parts = [f"{row.run.pk}:{row.run.version}:{[one.key for one in row.then]}" for row in to_change(result)]
    return hashlib.sha256("|".join(parts).encode()).hexdigest()[:16]


@transaction.atomic
def accept(*, plan: StaffingPlan, seen: str, by: User) -> list[Provision]:
    """Let the adults of the plan lead its runs from its first day. Raises Refused where what it comes to is not what
    was seen, and where nothing would change."""
    row = StaffingPlan.objects.select_for_update(of=("self",)).select_related("school").get(pk=plan.pk)
    if row.accepted_at:
        raise Refused(WhatIfReason.ACCEPTED, name=row.name)
    _check_day(row.starts_on)
    result = work_out(row)
    if seal(result) != seen:
        raise Refused(WhatIfReason.CHANGED)
    rows = to_change(result)
    if not rows:
        raise Refused(WhatIfReason.NOTHING)
    runs = []
    for line in rows:
        members = [one.member for one in line.then if one.member]
        run = line.run
        runs.append(
            set_adults(
                run=run, adults=members, sharing=run.sharing if len(members) > 1 else "together",
                from_on=row.starts_on, version=run.version, by=by,
            )
        )  # fmt: skip
    row.accepted_by, row.accepted_at, row.version = by, timezone.now(), row.version + 1
    with audit.saving(row, by=by):
        row.save(update_fields=["accepted_by", "accepted_at", "version"])
    text = f"What if accepted from {short_date(row.starts_on)}: {row.name}, {len(runs)} runs change hands"
    _record(row, "staffing.accepted", text, by=by)
    return runs


@transaction.atomic
def remove(*, plan: StaffingPlan, by: User) -> None:
    """Throw a plan away that was not accepted. It stays in the history. Raises Refused."""
    row = StaffingPlan.objects.select_for_update(of=("self",)).get(pk=plan.pk)
    if row.accepted_at:
        raise Refused(WhatIfReason.ACCEPTED, name=row.name)
    _record(row, "staffing.removed", f"What if: {row.name} thrown away", by=by)
    with audit.saving(row, by=by):
        row.delete()
