from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Model

from sendco.clock import Deadline

from .models import DueItem

FIELDS = (
    "school_id pupil_id title duty basis authority due_on safe_on act_by_on explanation owner_id met_on closed_on "
    "exception replaced_by practice_on practice_note soon_days is_personal"
).split()


@dataclass(frozen=True)
class Owed:
    """One deadline of a record, and when it was met, or closed because it no longer applies.

    `exception` says in words which exception of the law is claimed: it disapplies the limit and moves no date.
    `replaced_by` says what took the place of a date that stands no more; give `closed_on` with it.
    `practice_on` is the authority's own date with `practice_note` in words; it stands beside the date of the law.
    `is_personal` says that it is known to its owner alone: give an owner with it.
    """

    deadline: Deadline
    owner_id: int | None = None
    met_on: date | None = None
    closed_on: date | None = None
    exception: str = ""
    replaced_by: str = ""
    practice_on: date | None = None
    practice_note: str = ""
    is_personal: bool = False


# A record, what it owes, its school and its pupil.
Derived = tuple[Model, list[Owed], int, int | None]


def _values(owed: Owed, *, school_id: int, pupil_id: int | None) -> dict[str, Any]:
    deadline, rule = owed.deadline, owed.deadline.rule
    return {
        "school_id": school_id,
        "pupil_id": pupil_id,
        "title": rule.title,
        "duty": rule.duty.value,
        "basis": rule.basis.value,
        "authority": rule.authority,
        "due_on": deadline.due_on,
        "safe_on": deadline.safe_on,
        "act_by_on": deadline.act_by_on,
        "explanation": deadline.explanation,
        "owner_id": owed.owner_id,
        "met_on": owed.met_on,
        "closed_on": owed.closed_on,
        "exception": owed.exception,
        "replaced_by": owed.replaced_by,
        "practice_on": owed.practice_on,
        "practice_note": owed.practice_note,
        "soon_days": rule.soon_days,
        "is_personal": owed.is_personal,
    }


def _wanted(derived: list[Derived]) -> dict[tuple[int, str, date], dict[str, Any]]:
    return {
        (row.pk, item.deadline.rule.code, item.deadline.trigger_on): _values(
            item, school_id=school_id, pupil_id=pupil_id
        )
        for row, owed, school_id, pupil_id in derived
        for item in owed
    }


def _present(derived: list[Derived]) -> dict[tuple[int, str, date], DueItem]:
    rows = DueItem.objects.filter(source_type=_label(derived), source_id__in=[row.pk for row, *_ in derived])
    return {(row.source_id, row.rule, row.trigger_on): row for row in rows}


def _label(derived: list[Derived]) -> str:
    return derived[0][0]._meta.label_lower


def _differing(item: DueItem, values: dict[str, Any]) -> list[str]:
    return [name for name in FIELDS if getattr(item, name) != values[name]]


def forget(row: Model) -> None:
    """Remove the deadlines of a record that goes for good."""
    DueItem.objects.filter(source_type=row._meta.label_lower, source_id=row.pk).delete()


@transaction.atomic
def sync_many(derived: list[Derived]) -> None:
    """The same as `sync` for many records of one kind: `derived` lists (record, owed, school_id, pupil_id).

    At most four queries for each few hundred rows, however many records.
    """
    if not derived:
        return
    wanted, present = _wanted(derived), _present(derived)
    _remove([row.pk for key, row in present.items() if key not in wanted])
    _change(present, wanted)
    DueItem.objects.bulk_create(
        (
            DueItem(source_type=_label(derived), source_id=source_id, rule=rule, trigger_on=trigger, **values)
            for (source_id, rule, trigger), values in wanted.items()
            if (source_id, rule, trigger) not in present
        ),
        # A person's own change may have written the same row since we looked.
        ignore_conflicts=True,
    )


def _remove(keys: list[int]) -> None:
    if keys:
        DueItem.objects.filter(pk__in=keys).delete()


def _change(present: dict[tuple[int, str, date], DueItem], wanted: dict[tuple[int, str, date], dict[str, Any]]) -> None:
    changed, names = [], set()
    for key in present.keys() & wanted.keys():
        differing = _differing(present[key], wanted[key])
        for name in differing:
            setattr(present[key], name, wanted[key][name])
        if differing:
            changed.append(present[key])
            names.update(differing)
    if changed:
        DueItem.objects.bulk_update(sorted(changed, key=lambda row: row.pk), sorted(names))


def sync(source: Model, owed: list[Owed], *, school_id: int, pupil_id: int | None = None) -> None:
    """Make the rows of this record what its facts say now: new ones added, changed ones changed, others removed."""
    sync_many([(source, owed, school_id, pupil_id)])


def differences_many(derived: list[Derived]) -> list[str]:
    """Return in words how the stored rows of these records differ from what their facts say; empty when they agree."""
    if not derived:
        return []
    label, wanted, stored = _label(derived), _wanted(derived), _present(derived)
    lines = [f"{label} {pk}: {rule} from {trigger} is missing" for pk, rule, trigger in wanted.keys() - stored.keys()]
    lines += [f"{label} {pk}: {rule} from {trigger} is extra" for pk, rule, trigger in stored.keys() - wanted.keys()]
    for key in wanted.keys() & stored.keys():
        lines += [
            f"{label} {key[0]}: {key[1]} {name} is {getattr(stored[key], name)}, should be {wanted[key][name]}"
            for name in _differing(stored[key], wanted[key])
        ]
    return lines


def differences(source: Model, owed: list[Owed], *, school_id: int, pupil_id: int | None = None) -> list[str]:
    return differences_many([(source, owed, school_id, pupil_id)])
