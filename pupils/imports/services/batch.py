"""Rows to make and to change, collected and made ready with their history, so that writing them is short.

What undoing needs is kept as it goes: which rows were made, and each changed value before and after.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from django.db.models import Model
from django.utils import timezone

from sendco.staging import Staging, reserve_ids, settle_references
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

    def stage(self, staging: Staging) -> None:
        """Make everything ready, with its history, and note on each change how to undo it. Nothing is written yet."""
        for model, pairs in self.made.items():
            for (_, row), pk in zip(pairs, reserve_ids(model, len(pairs)), strict=True):
                row.pk = pk
        # What ends goes first: a pupil has one open status, one open enrolment.
        for (model, fields), rows in self._by_fields().items():
            self._stage_changes(staging, model, rows, sorted(fields))
        for model, pairs in self.made.items():
            rows = [row for _, row in pairs]
            for row in rows:
                settle_references(row)
            staging.insert(model, rows, keep_ids=True)
            staging.insert(*self._history(model, rows, "+"), keep_ids=False)
        staging.insert(SearchKey, self._search_keys(), keep_ids=False)
        self._note()

    def make_room(self) -> None:
        """Before the rows are taken over: free the numbers that move, and drop the keys that are made anew."""
        # Two pupils may exchange numbers: no two may hold one at any moment, so both are emptied first.
        moving = [pk for (model, pk), (_, _, before) in self.changed.items() if model is Pupil and before.get("upn")]
        renamed = [pupil.pk for pupil in self.keys.values()]
        for start in range(0, len(moving), BATCH):
            Pupil.objects.filter(pk__in=moving[start : start + BATCH]).update(upn=None)
        for start in range(0, len(renamed), BATCH):
            SearchKey.objects.filter(pupil__in=renamed[start : start + BATCH]).delete()

    def _by_fields(self) -> dict[tuple[type[Model], frozenset[str]], list[Any]]:
        groups = defaultdict(list)
        for (model, _), (_, row, before) in self.changed.items():
            if before:
                groups[(model, frozenset(before))].append(row)
        return groups

    def _stage_changes(self, staging: Staging, model: type[Model], rows: list[Any], fields: list[str]) -> None:
        names = [model._meta.get_field(name).name for name in fields]
        for row in rows:
            settle_references(row)
        if model is Pupil:
            now = timezone.now()
            for row in rows:
                row.sort_name, row.changed_at = row.make_sort_name(), now
            names = [*names, "sort_name", "changed_at"]
        staging.update(model, rows, names)
        staging.insert(*self._history(model, rows, "~"), keep_ids=False)

    def _search_keys(self) -> Iterator[SearchKey]:
        for pupil in self.keys.values():
            for key in search.keys_for(pupil):
                settle_references(key)
                yield key

    def _history(self, model: Any, rows: list[Any], kind: str) -> tuple[type[Model], Iterator[Model]]:
        """The rows of the history that say what was made or changed, by whom and why."""
        history, now = model.history.model, timezone.now()
        said = {"history_date": now, "history_user": self.by, "history_change_reason": self.reason}
        names = [field.attname for field in history.tracked_fields]
        kept = (history(history_type=kind, **said, **{name: getattr(row, name) for name in names}) for row in rows)
        return history, kept

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
