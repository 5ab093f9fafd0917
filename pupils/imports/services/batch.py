"""Rows to make and to change, collected first and written together with their history, so that the write is short.

What undoing needs is kept as it goes: which rows were made, and each changed value before and after.
"""

from collections import defaultdict
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Model
from django.utils import timezone
from simple_history.utils import bulk_create_with_history, bulk_update_with_history

from staff.models import User

from ... import search
from ...models import Contact, ImportChange, Pupil, SearchKey

BATCH = 500


class Batch:
    def __init__(self, *, by: User, reason: str) -> None:
        self.by, self.reason = by, reason
        self.made: dict[Any, list[tuple[ImportChange, Any]]] = defaultdict(list)  # model to [(change, row)]
        self.changed: dict[
            tuple[Any, int], tuple[ImportChange, Any, dict[str, Any]]
        ] = {}  # (model, id) to (change, row, {attribute: value before})
        self.keys: dict[int, Pupil] = {}  # by object id, for pupils to be found by name afresh

    def make(self, change: ImportChange, row: Any) -> Any:
        self.made[type(row)].append((change, row))
        return row

    def change(self, change: ImportChange, row: Any, **values: Any) -> None:
        _, _, before = self.changed.setdefault((type(row), row.pk), (change, row, {}))
        for name, value in values.items():
            attname = row._meta.get_field(name).attname
            before.setdefault(attname, getattr(row, attname))
            setattr(row, name, value)

    def find_by_name(self, pupil: Pupil) -> None:
        self.keys[id(pupil)] = pupil

    def moved_on(self, pk: int) -> int:
        """By how much this batch raises the version of a pupil."""
        if (Pupil, pk) not in self.changed:
            return 0
        _, row, before = self.changed[Pupil, pk]
        return row.version - before.get("version", row.version)

    def has_changed(self, row: Contact) -> bool:
        return (type(row), row.pk) in self.changed

    def write(self) -> None:
        """Write everything in the caller's transaction and note on each change how to undo it."""
        with transaction.atomic():
            self._make(Pupil)
            self._free_upns()
            for (model, fields), rows in self._by_fields().items():
                self._update(model, rows, sorted(fields))
            for model in self.made.keys() - {Pupil}:
                self._make(model)
            self._index()
        self._note()

    def _make(self, model: type[Model]) -> None:
        rows = [row for _, row in self.made.get(model, [])]
        if rows:
            who = {"default_user": self.by, "default_change_reason": self.reason}
            bulk_create_with_history(rows, model, batch_size=BATCH, **who)

    def _free_upns(self) -> None:
        """Two pupils may exchange numbers: no two may hold one at any moment, so both are emptied first."""
        ids = [pk for (model, pk), (_, _, before) in self.changed.items() if model is Pupil and before.get("upn")]
        if ids:
            Pupil.objects.filter(pk__in=ids).update(upn=None)

    def _by_fields(
        self,
    ) -> dict[
        tuple[type[Model], frozenset[str]],
        list[Any],
    ]:
        groups = defaultdict(list)
        for (model, _), (_, row, before) in self.changed.items():
            if before:
                groups[(model, frozenset(before))].append(row)
        return groups

    def _update(
        self,
        model: type[Model],
        rows: list[Any],
        fields: list[str],
    ) -> None:
        names = [model._meta.get_field(name).name for name in fields]
        if model is Pupil:
            now = timezone.now()
            for row in rows:
                row.sort_name, row.changed_at = row.make_sort_name(), now
            names = [*names, "sort_name", "changed_at"]
        who = {"default_user": self.by, "default_change_reason": self.reason}
        bulk_update_with_history(rows, model, names, batch_size=BATCH, **who)

    def _index(self) -> None:
        pupils = list(self.keys.values())
        for start in range(0, len(pupils), BATCH):
            part = pupils[start : start + BATCH]
            SearchKey.objects.filter(pupil__in=[pupil.pk for pupil in part]).delete()
        keys = (key for pupil in pupils for key in search.keys_for(pupil))
        SearchKey.objects.bulk_create(keys, batch_size=2000)

    def _note(self) -> None:
        for model, pairs in self.made.items():
            for change, row in pairs:
                _section(change, "made", model).append(row.pk)
        for (model, pk), (change, row, before) in self.changed.items():
            now = {name: [plain(value), plain(getattr(row, name))] for name, value in before.items()}
            _section(change, "changed", model, kind=dict)[str(pk)] = now


def _section(
    change: ImportChange,
    name: str,
    model: type[Model],
    kind: type[dict | list] = list,
) -> Any:
    return change.undo.setdefault(name, {}).setdefault(model._meta.label_lower, kind())


def plain(value: date | int | str | None) -> int | str | None:
    """A value as JSON keeps it."""
    return value.isoformat() if isinstance(value, (date, datetime)) else value
