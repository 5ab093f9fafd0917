"""Keeping the list of what every class has, and saying where it is in place."""

from typing import Any

from django.db import IntegrityError, transaction

from sendco.audit import services as audit
from sendco.refusals import ChangedMeanwhile, Refused
from staff.models import School, TeachingGroup, User
from staff.saving import save_versioned

from ..models import UniversalCheck, UniversalItem
from .refusals import UniversalReason
from .selectors import last_look, newest
from .starter import STARTER


@transaction.atomic
def save_item(*, item: UniversalItem, values: dict[str, Any], version: int, by: User) -> UniversalItem:
    try:
        with transaction.atomic():
            saved, changed = save_versioned(item, values, version=version, by=by)
    except IntegrityError as error:
        raise Refused(UniversalReason.NAME_TAKEN, name=values["name"], field="name") from error
    if changed:
        audit.record("universal.saved", saved, text=f"What every class has: {saved.name}", by=by)
    return saved


@transaction.atomic
def start_list(*, school: School, by: User) -> int:
    """Add what sendco comes with, leaving out names that are there. Returns how many were added."""
    names = {name.casefold() for name in UniversalItem.objects.filter(school=school).values_list("name", flat=True)}
    new = [(area, name) for area, name in STARTER if name.casefold() not in names]
    rows = [UniversalItem(school=school, area=area, name=name) for area, name in new]
    for row in rows:
        with audit.saving(row, by=by):
            row.save()
    if rows:
        text = f"{len(rows)} things added to what every class has"
        audit.record("universal.started", school, text=text, by=by, school_id=school.pk)
    return len(rows)


@transaction.atomic
def check_class(*, group: TeachingGroup, answers: dict[int, tuple[str, str]], version: int, by: User) -> int:
    """Say of a class what is in place: {item: (state, note)}. What is said already is not said again. Returns how many
    answers are new. Raises Refused, and ChangedMeanwhile where somebody looked since `version`, the last look seen."""
    row = TeachingGroup.objects.select_for_update(of=("self",)).select_related("school").get(pk=group.pk)
    if row.is_archived:
        raise Refused(UniversalReason.NOT_A_CLASS, name=row.name)
    if last_look(row) != version:
        raise ChangedMeanwhile(row)
    stood = newest(row.school, row)
    count = 0
    for item, (state, note) in answers.items():
        last = stood.get((item, row.pk))
        if last and (last.state, last.note) == (state, note):
            continue
        look = UniversalCheck(item_id=item, group=row, state=state, note=note, checked_by=by)
        with audit.saving(look, by=by):
            look.save()
        count += 1
    if count:
        text = f"What every child gets, looked at in {row.name}"
        audit.record("universal.checked", row, text=text, by=by, school_id=row.school_id)
    return count
