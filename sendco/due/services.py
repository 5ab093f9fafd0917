from dataclasses import dataclass
from datetime import date

from django.db import transaction

from sendco.clock import Deadline

from .models import DueItem

FIELDS = (
    "school_id pupil_id title duty basis authority due_on safe_on act_by_on explanation owner_id met_on closed_on "
    "exception replaced_by practice_on practice_note soon_days"
).split()


@dataclass(frozen=True)
class Owed:
    """One deadline of a record, and when it was met, or closed because it no longer applies.

    `exception` says in words which exception of the law is claimed: it disapplies the limit and moves no date.
    `replaced_by` says what took the place of a date that stands no more; give `closed_on` with it.
    `practice_on` is the authority's own date with `practice_note` in words; it stands beside the date of the law.
    """

    deadline: Deadline
    owner_id: int | None = None
    met_on: date | None = None
    closed_on: date | None = None
    exception: str = ""
    replaced_by: str = ""
    practice_on: date | None = None
    practice_note: str = ""


def _values(owed, *, school_id, pupil_id):
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
    }


@transaction.atomic
def sync(source, owed, *, school_id, pupil_id=None):
    """Make the rows of this record what its facts say now: new ones added, changed ones changed, others removed."""
    wanted = {
        (item.deadline.rule.code, item.deadline.trigger_on): _values(item, school_id=school_id, pupil_id=pupil_id)
        for item in owed
    }
    label = source._meta.label_lower
    rows = DueItem.objects.filter(source_type=label, source_id=source.pk)
    present = {(row.rule, row.trigger_on): row for row in rows}
    for key, row in present.items():
        if key not in wanted:
            row.delete()
        elif changed := [name for name in FIELDS if getattr(row, name) != wanted[key][name]]:
            for name in changed:
                setattr(row, name, wanted[key][name])
            row.save(update_fields=changed)
    DueItem.objects.bulk_create(
        DueItem(source_type=label, source_id=source.pk, rule=rule, trigger_on=trigger, **values)
        for (rule, trigger), values in wanted.items()
        if (rule, trigger) not in present
    )


def differences(source, owed, *, school_id, pupil_id=None):
    """Return in words how the stored rows of this record differ from what its facts say; empty when they agree."""
    label = source._meta.label_lower
    wanted = {
        (item.deadline.rule.code, item.deadline.trigger_on): _values(item, school_id=school_id, pupil_id=pupil_id)
        for item in owed
    }
    found = {(row.rule, row.trigger_on): row for row in DueItem.objects.filter(source_type=label, source_id=source.pk)}
    lines = [f"{label} {source.pk}: {rule} from {trigger} is missing" for rule, trigger in wanted.keys() - found.keys()]
    lines += [f"{label} {source.pk}: {rule} from {trigger} is extra" for rule, trigger in found.keys() - wanted.keys()]
    for key in wanted.keys() & found.keys():
        lines += [
            f"{label} {source.pk}: {key[0]} {name} is {getattr(found[key], name)}, should be {wanted[key][name]}"
            for name in FIELDS
            if getattr(found[key], name) != wanted[key][name]
        ]
    return lines
