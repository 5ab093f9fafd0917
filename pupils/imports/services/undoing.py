"""Undo an import for every pupil on whom nothing was built since; the others are kept and listed."""

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from django.apps import apps
from django.db import transaction
from django.db.models import DateField, Model, QuerySet
from django.utils import timezone
from simple_history.utils import bulk_update_with_history

from sendco.audit import services as audit
from sendco.audit.models import Event
from sendco.due.models import DueItem
from staff import owed
from staff.models import TeachingGroup, User

from ... import search
from ...models import (
    Concern,
    Import,
    ImportChange,
    ImportDecision,
    Pupil,
    RegisterEntry,
    SearchKey,
    WatchListEntry,
)
from ..notes import NoteCode
from ..selectors.known import CHUNK, REASON
from .finishing import note_outcomes
from .writer import SEARCHED

Outcome = ImportChange.Outcome
PUPIL = Pupil._meta.label_lower
DATED = [model._meta.label_lower for model in (RegisterEntry, WatchListEntry, Concern)]


# Pupils that are put back in one transaction: who wants to save meanwhile waits for no more than these.
PART = 100
# On SQLite a lock goes to whoever asks next: those who wait look again within this time.
OTHERS_FIRST = 0.12


def undo(
    *, imported: Import, by: User, still_mine: Callable[..., None], progress: Callable[[int, int], None]
) -> dict[str, int]:
    """Put back what the import did, pupil by pupil. Returns {"undone": n, "kept": n}.

    Each pupil is put back whole or kept. What a worker that died left is put back by the next: until the last part the
    import is being undone.
    """
    total = _waiting(imported).count()
    for done, part in enumerate(_parts_of(imported)):
        if done:
            time.sleep(OTHERS_FIRST)
        with transaction.atomic():
            still_mine(may_stop=not done)
            if _locked(imported) is None:
                return {}
            _Undo(imported, list(_waiting(imported).filter(pk__in=part)), by).run()
        progress(min((done + 1) * PART, total), total)
    with transaction.atomic():
        still_mine(may_stop=False)
        current = _locked(imported)
        return _close(current, by) if current else {}


def _waiting(imported: Import) -> QuerySet[ImportChange]:
    return imported.changes.filter(outcome=Outcome.DONE).exclude(undo={})


def _parts_of(imported: Import) -> list[list[int]]:
    """Ids of changes, those first that moved a UPN: two pupils may have exchanged theirs, and go back together."""
    rows = _waiting(imported).order_by("pk").values_list("pk", f"undo__changed__{PUPIL}")
    moved = {pk for pk, pupils in rows if any("upn" in values for values in (pupils or {}).values())}
    others = [pk for pk, _ in rows if pk not in moved]
    return [*([sorted(moved)] if moved else []), *_parts(others, PART)]


def _locked(imported: Import) -> Import | None:
    """The import, locked, while it is being undone."""
    rows = Import.objects.select_for_update(of=["self"]).select_related("school")
    return rows.filter(pk=imported.pk, status=Import.Status.UNDOING).first()


def _close(imported: Import, by: User) -> dict[str, int]:
    outcomes = Counter(imported.changes.exclude(undo={}).values_list("outcome", flat=True))
    counts = {"undone": outcomes[Outcome.UNDONE], "kept": outcomes[Outcome.KEPT]}
    _drop_empty_groups(imported, by)
    imported.status, imported.undone_at = Import.Status.UNDONE, timezone.now()
    imported.counts = {**imported.counts, "undo": counts}
    imported.save(update_fields=["status", "undone_at", "counts"])
    kept = f", {counts['kept']:,} kept because of later work" if counts["kept"] else ""
    text = f"Import of {imported.file_name} undone for {counts['undone']:,} pupils{kept}"
    audit.record("import.undone", imported, text=text, by=by)
    return counts


def _drop_empty_groups(imported: Import, by: User) -> None:
    undone = imported.changes.filter(outcome=Outcome.UNDONE).exclude(undo={})
    ids = [pk for undo in undone.values_list("undo", flat=True) for pk in undo.get("groups", [])]
    for group in TeachingGroup.objects.filter(pk__in=ids, staff=None, places=None, form_pupils=None):
        with audit.saving(group, by=by, reason=_reason(imported)):
            group.delete()


def _reason(imported: Import) -> str:
    return f"{REASON} {imported.pk} undone"


class _Undo:
    def __init__(self, imported: Import, changes: list[ImportChange], by: User) -> None:
        self.imported, self.changes, self.by = imported, changes, by
        self.reason = _reason(imported)
        self.rows: dict[
            tuple[str, int], Any
        ] = {}  # (model label, id) to the stored row, of everything the import made or changed

    def run(self) -> None:
        self._load()
        built_on = self._built_on()
        self.back = [change for change in self.changes if change.pk not in built_on]
        self.kept = [change for change in self.changes if change.pk in built_on]
        self._put_back()
        self._take_away()
        self._tidy()

    def _load(self) -> None:
        wanted: dict[str, set[int]] = defaultdict(set)
        for change in self.changes:
            for label, ids in change.undo.get("made", {}).items():
                wanted[label] |= set(ids)
            for label, values in change.undo.get("changed", {}).items():
                wanted[label] |= {int(pk) for pk in values}
        for label, ids in wanted.items():
            model = apps.get_model(label)
            for part in _parts(ids):
                self.rows |= {(label, row.pk): row for row in model.objects.select_for_update().filter(pk__in=part)}

    def _built_on(self) -> set[int]:
        """Ids of changes that must stay: a stored value differs, or somebody did something about the pupil since."""
        pupils = {change.pupil_id for change in self.changes}
        busy = set()
        for part in _parts(pupils - {None}):
            later = Event.objects.filter(
                school_id=self.imported.school_id, pupil_id__in=part, pk__gt=self.imported.last_event_id
            )
            busy |= set(later.values_list("pupil_id", flat=True))
        edited, strange = self._edited(), self._with_other_rows()
        return {
            change.pk
            for change in self.changes
            if change.pupil_id is None
            or change.pupil_id in busy
            or change.pupil_id in strange
            or not self._is_as_left(change)
            or any((label, pk) in edited for label, ids in change.undo.get("made", {}).items() for pk in ids)
        }

    def _is_as_left(self, change: ImportChange) -> bool:
        for label, ids in change.undo.get("made", {}).items():
            if any((label, pk) not in self.rows for pk in ids):
                return False
        for label, rows in change.undo.get("changed", {}).items():
            for pk, values in rows.items():
                row = self.rows.get((label, int(pk)))
                if row is None or any(_plain(getattr(row, name)) != now for name, (_, now) in values.items()):
                    return False
        return True

    def _edited(self) -> set[tuple[str, int]]:
        """Rows that the import made and somebody changed since."""
        found = set()
        for label, ids in self._made().items():
            history = apps.get_model(label).history.model.objects
            for part in _parts(ids):
                later = history.filter(id__in=part, history_type="~").values_list("id", flat=True)
                found |= {(label, pk) for pk in later}
        return found

    def _with_other_rows(self) -> set[int]:
        """New pupils about whom there are rows that the import did not make."""
        made, found = self._made(), set()
        pupils = made.get(PUPIL, set())
        relations: list[Any] = Pupil._meta.get_fields(include_hidden=True)
        for relation in relations:
            if not relation.one_to_many or relation.related_model in (SearchKey, ImportChange, ImportDecision):
                continue
            model, name = relation.related_model, relation.field.attname
            if hasattr(model, "history_type"):
                continue
            own = made.get(model._meta.label_lower, set())
            for part in _parts(pupils):
                rows = model._base_manager.filter(**{f"{name}__in": part}).values_list("pk", name)
                found |= {pupil for pk, pupil in rows if pk not in own}
        return found

    def _made(self) -> dict[str, set[int]]:
        made: dict[str, set[int]] = defaultdict(set)
        for change in self.changes:
            for label, ids in change.undo.get("made", {}).items():
                made[label] |= set(ids)
        return made

    def _put_back(self) -> None:
        groups = defaultdict(list)
        upns = []
        for change in self.back:
            for label, rows in change.undo.get("changed", {}).items():
                for pk, values in rows.items():
                    row = self.rows[(label, int(pk))]
                    for name, (before, _) in values.items():
                        setattr(row, name, _typed(row, name, before) if name != "version" else row.version + 1)
                    groups[(label, frozenset(values))].append(row)
                    if label == PUPIL and "upn" in values:
                        upns.append(row.pk)
        Pupil.objects.filter(pk__in=upns).update(upn=None)
        # What the import made goes first: two open rows of one pupil may not stand side by side.
        self._take_away(skip_pupils=True)
        for (label, names), rows in groups.items():
            self._update(apps.get_model(label), rows, names)

    def _update(
        self,
        model: type[Model],
        rows: list[Any],
        attnames: frozenset[str],
    ) -> None:
        names = [model._meta.get_field(name).name for name in sorted(attnames)]
        if model is Pupil:
            now = timezone.now()
            for row in rows:
                row.sort_name, row.changed_at = row.make_sort_name(), now
            names += ["sort_name", "changed_at"]
        bulk_update_with_history(
            rows, model, names, batch_size=200, default_user=self.by, default_change_reason=self.reason
        )

    def _take_away(self, *, skip_pupils: bool = False) -> None:
        """Remove rows the import made, with their last history rows."""
        labels = sorted({label for change in self.back for label in change.undo.get("made", {})})
        for label in sorted(labels, key=lambda label: label == PUPIL):
            if skip_pupils == (label == PUPIL):
                continue
            ids = {pk for change in self.back for pk in change.undo.get("made", {}).get(label, [])}
            self._remove(apps.get_model(label), [self.rows[(label, pk)] for pk in sorted(ids)])

    def _remove(self, model: Any, rows: list[Any]) -> None:
        history = model.history.model
        now = timezone.now()
        kept = [
            history(
                history_date=now,
                history_user=self.by,
                history_change_reason=self.reason,
                history_type="-",
                **{field.attname: getattr(row, field.attname) for field in history.tracked_fields},
            )
            for row in rows
        ]
        history.objects.bulk_create(kept, batch_size=500)
        ids = [row.pk for row in rows]
        for part in _parts(ids):
            if model is WatchListEntry:
                DueItem.objects.filter(source_type=model._meta.label_lower, source_id__in=part).delete()
            if model is Pupil:
                ImportDecision.objects.filter(pupil__in=part).delete()
                ImportChange.objects.filter(pupil__in=part).update(pupil=None)
                SearchKey.objects.filter(pupil__in=part).delete()
                DueItem.objects.filter(pupil_id__in=part).delete()
            # The history is written above in one go; the signals would write it row by row.
            model._base_manager.filter(pk__in=part)._raw_delete(using="default")

    def _tidy(self) -> None:
        """Deadlines and search keys of those put back, empty classes, and what each line says about itself."""
        gone = {pk for change in self.back for pk in change.undo.get("made", {}).get(PUPIL, [])}
        ids = {change.pupil_id for change in self.back if change.pupil_id} - gone
        renamed = {change.pupil_id for change in self.back if SEARCHED & _changed(change, PUPIL)} & ids
        dated = {change.pupil_id for change in self.back if any(_changed(change, label) for label in DATED)}
        entries = RegisterEntry._meta.label_lower
        dated |= {change.pupil_id for change in self.back if entries in change.undo.get("made", {})}
        for part in _parts(renamed):
            search.reindex(*Pupil.objects.filter(pk__in=part))
        for part in _parts(dated & ids):
            self._drop_stray_due(part)
            owed.bring_pupils_up_to_date(Pupil.objects.filter(pk__in=part))
        for change in self.back:
            change.outcome, change.outcome_reason = Outcome.UNDONE, ""
            if change.pupil_id in gone:
                change.pupil = None
        for change in self.kept:
            change.outcome, change.outcome_reason = Outcome.KEPT, NoteCode.WORKED_ON_LATER.value
        note_outcomes(self.changes)
        events = [
            Event(
                school_id=self.imported.school_id,
                pupil_id=change.pupil_id,
                code="pupil.import_undone",
                subject_type=PUPIL,
                subject_id=change.pupil_id,
                text=f"The import of {self.imported.file_name} was undone",
                happened_on=timezone.localdate(),
                by_id=self.by.pk,
                by_name=self.by.name,
            )
            for change in self.back
            if change.pupil_id
        ]
        Event.objects.bulk_create(events, batch_size=500)

    def _drop_stray_due(self, pupils: list[int]) -> None:
        """Deadlines of register entries that are gone."""
        entries = RegisterEntry.objects.filter(pupil__in=pupils).values("pk")
        stray = DueItem.objects.filter(pupil_id__in=pupils, source_type=RegisterEntry._meta.label_lower)
        stray.exclude(source_id__in=entries).delete()


def _changed(change: ImportChange, label: str) -> set[str]:
    """Names of the values of this model that the import changed."""
    return {name for values in change.undo.get("changed", {}).get(label, {}).values() for name in values}


def _typed(row: Any, name: str, value: Any) -> Any:
    is_date = isinstance(row._meta.get_field(name), DateField) and value is not None
    return date.fromisoformat(value) if is_date else value


def _plain(value: date | int | str) -> int | str:
    return value.isoformat() if isinstance(value, date) else value


def _parts(ids: Iterable[int | None], size: int = CHUNK) -> list[list[int]]:
    ordered = sorted(pk for pk in ids if pk is not None)
    return [ordered[start : start + size] for start in range(0, len(ordered), size)]
