"""Save a versioned row of this floor: taken for the transaction, compared with what was edited, its history kept."""

from typing import Any, TypeVar

from django.db import models

from sendco.audit import services as audit
from sendco.audit.models import Audience
from sendco.refusals import ChangedMeanwhile

from .models import StaffMember, User

Row = TypeVar("Row", bound=models.Model)


def save_versioned(row: Row, values: dict[str, Any], *, version: int, by: User | None) -> tuple[Row, list[str]]:
    """Put the values on the stored row, or make it. Returns (the row, names of what changed).

    Raises ChangedMeanwhile when the stored version is not the one that was edited.
    """
    if row.pk is None:
        for name, value in values.items():
            setattr(row, name, value)
        with audit.saving(row, by=by):
            row.save()
        return row, list(values)
    current: Any = type(row)._default_manager.select_for_update(of=("self",)).get(pk=row.pk)
    if current.version != version:
        raise ChangedMeanwhile(current)
    changed = [name for name, value in values.items() if getattr(current, name) != value]
    if changed:
        for name in changed:
            setattr(current, name, values[name])
        current.version += 1
        with audit.saving(current, by=by):
            current.save(update_fields=[*changed, "version"])
    return current, changed


def record(member: StaffMember, code: str, text: str, *, by: User | None) -> None:
    """An event about an adult at work: for those who lead the adult. Never with pay, a reason or a private word."""
    audit.record(code, member, text=text, by=by, school_id=member.school_id, audience=Audience.STAFF)
