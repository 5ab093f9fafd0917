"""A school's own kinds of plan: data, not code. Those that ship with sendco are read only."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from sendco.audit import services as audit
from sendco.refusals import Refused
from staff.models import User
from staff.saving import save_versioned

from ...models import PlanKind
from ..refusals import KindReason

FIXED_ONCE_USED = ("sections", "valid_from")


@transaction.atomic
def save_kind(*, kind: PlanKind, values: dict[str, Any], version: int, by: User) -> PlanKind:
    """Add or change a kind of the school's own. Its parts stay as they are once a plan of it exists."""
    if kind.pk and kind.school_id is None:
        raise Refused(KindReason.SHIPPED)
    if kind.pk and kind.plans.exists() and any(getattr(kind, name) != values[name] for name in FIXED_ONCE_USED):
        raise Refused(KindReason.IN_USE)
    if kind.pk is None:
        kind.code = slugify(values["name"])[:30] or "plan"
    same = PlanKind.objects.filter(school=kind.school, code=kind.code, valid_from=values["valid_from"])
    if same.exclude(pk=kind.pk).exists():
        raise Refused(KindReason.CODE_TAKEN, field="name")
    saved, changed = save_versioned(kind, values, version=version, by=by)
    if changed:
        audit.record("plan_kind.saved", saved, text=f"Kind of plan {saved.name} saved", by=by)
    return saved


@transaction.atomic
def end_kind(*, kind: PlanKind, valid_to: date | None, by: User) -> PlanKind:
    """Begin no more plans of it after this day. Those that stand go on and keep their parts."""
    if kind.school_id is None:
        raise Refused(KindReason.SHIPPED)
    row = PlanKind.objects.select_for_update().get(pk=kind.pk)
    last = valid_to or timezone.localdate()
    if row.valid_from and last < row.valid_from:
        raise Refused(KindReason.ENDS_BEFORE, day=row.valid_from, field="valid_to")
    row.valid_to, row.version = last, row.version + 1
    with audit.saving(row, by=by):
        row.save(update_fields=["valid_to", "version"])
    audit.record("plan_kind.ended", row, text=f"Kind of plan {row.name} ended", by=by)
    return row
