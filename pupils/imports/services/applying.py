"""Apply a preview: everything is worked out first, then written in one transaction, or nothing.

Until the writing begins nobody waits for it, and it can be stopped.
"""

import json
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from datetime import date
from typing import Any

from django.db import connection, transaction

from sendco.audit import services as audit
from sendco.audit.models import Event
from sendco.clock import long_date
from sendco.staging import Staging, reserve_ids
from staff.models import TeachingGroup, User

from ...models import Import, ImportChange, Pupil
from ..fields import BACK, CLASS, FIELDS, UPN, Difference, field_of
from ..notes import NoteCode
from ..selectors.directory import Directory
from ..selectors.known import CHUNK, REASON, Known, known_pupils
from .batch import Batch
from .earlier import planned_of
from .finishing import finish, remember_answers, stage
from .writer import Writer

Kind, Answer, Outcome = ImportChange.Kind, ImportChange.Answer, ImportChange.Outcome


def chosen_changes(imported: Import) -> list[ImportChange]:
    """What applying would do, in the order of the file."""
    rows = imported.changes.filter(is_chosen=True, kind__in=[Kind.NEW, Kind.CHANGED, Kind.LEAVER, Kind.COMPARE])
    return list(rows.order_by("row_number", "pk").defer("label", "reasons", "told"))


# How often the work is done again because somebody changed one of these pupils meanwhile. After that they wait.
MOST_ATTEMPTS = 3
# PostgreSQL locks rows and not the whole database: there rows are made ready within the one transaction, which a
# pool of connections keeps on one of them.
IS_READY_ALONE = connection.vendor == "sqlite"


def apply(
    *,
    imported: Import,
    by: User,
    still_mine: Callable[[], None],
    today: date,
    writing: Callable[[], None] = lambda: None,
    after: Callable[[], None] = lambda: None,
) -> dict[str, int]:
    """Apply what is chosen. Returns counts.

    `writing` is called when it begins to write, `still_mine` inside the transaction before the first write, and `after`
    inside it after the last.
    """
    for attempt in range(1, MOST_ATTEMPTS + 1):
        is_last = attempt == MOST_ATTEMPTS
        staging = Staging()
        with transaction.atomic() if is_last else nullcontext():
            work = Work(imported, chosen_changes(imported), by=by, today=today)
            work.prepare()
            try:
                if IS_READY_ALONE:
                    work.stage(staging)
                writing()
                with transaction.atomic():
                    still_mine()
                    if not IS_READY_ALONE:
                        work.stage(staging)
                    current = Import.objects.select_for_update(of=["self"]).get(pk=imported.pk)
                    if current.status != Import.Status.APPLYING:
                        return {}
                    if not is_last and work.has_been_overtaken():
                        continue
                    work.write(staging)
                    after()
                    return work.counts
            finally:
                staging.close()
    return {}


class Work:
    """An import that is being applied: what is chosen, what is written, and what must follow."""

    def __init__(self, imported: Import, changes: list[ImportChange], *, by: User, today: date) -> None:
        self.imported, self.school, self.changes, self.by, self.today = imported, imported.school, changes, by, today
        self.batch = Batch(by=by, reason=f"{REASON} {imported.pk}")
        self.directory = Directory(self.school, today)
        self.words: dict[int, str] = {}  # change id to what the event says
        self.secret_words: dict[int, list[str]] = {}
        self.due: list[Any] = []  # register entries whose deadlines must be derived again
        self.owed: list[Any] = []  # those deadlines, once the rows are ready
        self.left: list[int] = []
        self.counts: Counter[str] = Counter()
        self.groups: list[tuple[ImportChange, TeachingGroup]] = []  # classes that are new
        self.last_event = Event.objects.order_by("pk").values_list("pk", flat=True).last() or 0
        self.why = f"From the import of {imported.file_name}"

    def prepare(self) -> None:
        ids = {change.pupil_id for change in self.changes if change.pupil_id}
        self.known: Mapping[Any, Known] = known_pupils(self.school, ids=ids)
        self._refuse_moved_on()
        self._refuse_taken_upns()
        self._add_groups()
        for change in self._going():
            if _is_new(change):
                self._add(change)
            elif change.kind == Kind.LEAVER:
                self._leave(change)
            else:
                self._change(change)
            # It is in the batch now: all rows of a large file twice over would fill the memory.
            change.data, change.fields = {}, []

    def has_been_overtaken(self) -> bool:
        """Whether somebody changed one of these pupils, or added one, since this was worked out. Locks the pupils."""
        ids = sorted(self.known)
        for start in range(0, len(ids), CHUNK):
            part = ids[start : start + CHUNK]
            versions = Pupil.objects.select_for_update(of=["self"]).filter(pk__in=part).values_list("pk", "version")
            if any(self.known[pk].pupil.version - self.batch.moved_on(pk) != version for pk, version in versions):
                return True
        events = Event.objects.filter(school_id=self.school.pk, pk__gt=self.last_event).exclude(pupil_id=None)
        return any(pk in self.known or code == "pupil.added" for pk, code in events.values_list("pupil_id", "code"))

    def stage(self, staging: Staging) -> None:
        """Make everything ready that is to be written."""
        new = reserve_ids(TeachingGroup, len(self.groups))
        for (change, group), pk in zip(self.groups, new, strict=True):
            group.pk = pk
            change.undo.setdefault("groups", []).append(pk)
        self.batch.stage(staging)
        stage(self, staging)

    def write(self, staging: Staging) -> None:
        for _, group in self.groups:
            with audit.saving(group, by=self.by, reason=self.batch.reason):
                group.save(force_insert=True)
        self.batch.make_room()
        staging.take_over()
        remember_answers(self)
        finish(self)

    def _going(self) -> list[ImportChange]:
        return [change for change in self.changes if change.outcome != Outcome.SKIPPED]

    def _refuse_moved_on(self) -> None:
        """A pupil who is not as the preview showed them is left alone, and so is a second row about one pupil."""
        done = set()
        for change in self.changes:
            if _is_new(change):
                continue
            known = self.known.get(change.pupil_id)
            if known is None:
                self._skip(change, NoteCode.GONE)
            elif change.pupil_id in done or json.loads(json.dumps(known.as_seen())) != change.data.get("seen"):
                self._skip(change, NoteCode.MOVED_ON)
            done.add(change.pupil_id)

    def _refuse_taken_upns(self) -> None:
        """Leave out whoever would get a UPN that another pupil here keeps, until what remains fits together."""
        holders = Pupil.objects.filter(school=self.school, merged_into=None).exclude(upn=None)
        held = dict(holders.values_list("pk", "upn"))
        while True:
            wanted = {change: upn for change in self._going() if (upn := _new_value(change, UPN))}
            moving = {change.pupil_id for change in wanted}
            kept = {upn for pk, upn in held.items() if pk not in moving}
            clashes, seen = [], set()
            for change, upn in wanted.items():
                if upn in kept or upn in seen:
                    clashes.append(change)
                seen.add(upn)
            if not clashes:
                return
            for change in clashes:
                self._skip(change, NoteCode.UPN_TAKEN)

    def _skip(self, change: ImportChange, code: NoteCode) -> None:
        change.outcome, change.outcome_reason = Outcome.SKIPPED, code.value
        self.counts["skipped"] += 1

    def _add_groups(self) -> None:
        for change in self._going():
            wanted = _new_value(change, CLASS)
            name = wanted["name"] if isinstance(wanted, dict) else wanted
            if name and name.casefold() not in self.directory.groups:
                self._add_group(change, name)

    def _add_group(self, change: ImportChange, name: str) -> None:
        group = TeachingGroup(school=self.school, name=name, kind=TeachingGroup.Kind.FORM)
        self.directory.groups[name.casefold()] = group
        self.groups.append((change, group))
        self.counts["groups"] += 1

    def _add(self, change: ImportChange) -> None:
        writer, planned = Writer(self, change), planned_of(change)
        fields = [field for field in FIELDS if field.name in planned]
        for field in fields:
            if field.before_pupil:
                field.begin(writer, planned[field.name])
        writer.add_pupil()
        for field in fields:
            if not field.before_pupil:
                field.begin(writer, planned[field.name])
        self.words[change.pk] = f"Imported as a new pupil from {self.imported.file_name}"
        self.counts["new"] += 1

    def _change(self, change: ImportChange) -> None:
        words: list[str] = []
        writer = Writer(self, change, self.known[change.pupil_id])
        for difference in _chosen(change):
            field = field_of(difference)
            field.apply(writer, difference)
            is_secret = difference.is_confidential or field.is_secret
            (self.secret_words.setdefault(change.pk, []) if is_secret else words).append(difference.label.lower())
        writer.save_details()
        self.words[change.pk] = f"Imported from {self.imported.file_name}: {', '.join(words)}" if words else ""
        self.counts["changed"] += 1

    def _leave(self, change: ImportChange) -> None:
        left_on = date.fromisoformat(change.data["left_on"])
        writer = Writer(self, change, self.known[change.pupil_id])
        writer.leave(left_on, f"Not in {self.imported.file_name}")
        writer.save_details()
        self.words[change.pk] = f"Left on {long_date(left_on)}: not in {self.imported.file_name}"
        self.counts["leavers"] += 1


def _chosen(change: ImportChange) -> list[Difference]:
    """What was chosen; nothing but coming back first, of a pupil who had left."""
    if any(item["key"] == BACK.name and not item["chosen"] for item in change.fields):
        return []
    return [difference for item in change.fields if (difference := Difference.from_stored(item)).takes_effect]


def _is_new(change: ImportChange) -> bool:
    return change.kind == Kind.NEW or change.answer == Answer.NEW


def _new_value(change: ImportChange, field: Any) -> Any:
    """What applying the change would store for a field, or None."""
    if _is_new(change):
        return planned_of(change).get(field.name)
    return next((item["value"] for item in change.fields if item["key"] == field.name and item["chosen"]), None)
