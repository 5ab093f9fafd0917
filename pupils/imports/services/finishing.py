"""What follows once the rows of an import are written: due dates, the outcome of each row, and the events."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

from django.db.models import Model
from django.utils import timezone

from sendco.audit.models import Audience, Event
from sendco.clock.errors import NotKnownYet
from sendco.due.models import DueItem
from sendco.due.registry import source_of
from sendco.due.services import Derived, sync_many
from sendco.staging import Staging
from staff.owed import bring_pupils_up_to_date
from staff.selectors import school_calendar

from ...models import Import, ImportChange, ImportDecision, Pupil
from ..selectors.known import CHUNK
from ..selectors.planning import ELSEWHERE, RIVALS, SAYS

Outcome = ImportChange.Outcome
# Answers about a row of one file say nothing about the next file.
ABOUT_THE_ROW = (ELSEWHERE, RIVALS)
WORDS = (
    ("new", "added", "added"),
    ("changed", "changed", "changed"),
    ("leavers", "recorded as a leaver", "recorded as leavers"),
    ("skipped", "left out", "left out"),
)


# A Work, which finishes itself with what stands here.
Work = Any


def stage(work: Work, staging: Staging) -> None:
    """Make ready what goes with the rows: the events, and what became of each row of the file."""
    staging.insert(Event, _events(work), keep_ids=False)
    for change in work.changes:
        if hasattr(change, "_made"):
            change.pupil = change._made
        change.outcome = change.outcome or Outcome.DONE
    staging.update(ImportChange, work.changes, ["pupil", "outcome", "outcome_reason", "undo"])
    work.owed = _owed_by(work)


def finish(work: Work) -> None:
    """Close an import that was applied. `work` knows the import, its changes, what to derive again and who did it."""
    imported = work.imported
    _write_due(work)
    imported.status, imported.applied_by, imported.applied_at = Import.Status.APPLIED, work.by, timezone.now()
    last = Event.objects.filter(school_id=work.school.pk).order_by("-pk").first()
    imported.last_event_id = last.pk if last else 0
    imported.counts = {**imported.counts, "applied": dict(work.counts)}
    imported.save(update_fields=["status", "applied_by", "applied_at", "last_event_id", "counts"])


def remember_answers(work: Work) -> None:
    """Keep what was decided about each pupil beside what the file said, so that the next file does not ask again."""
    kept: dict[tuple[int, str, str], str] = {}
    for change in _answered(work):
        made = getattr(change, "_made", None)
        pupil_id = made.pk if made else change.pupil_id
        for stored in change.questions:
            if pupil_id and stored["answer"] and stored["key"] not in ABOUT_THE_ROW:
                kept[pupil_id, stored["key"], stored["says"][:SAYS]] = stored["answer"]
    decisions = [
        ImportDecision(pupil_id=pupil_id, key=key, says=says, answer=answer, decided_by=work.by)
        for (pupil_id, key, says), answer in kept.items()
    ]
    ImportDecision.objects.bulk_create(
        decisions, batch_size=500, update_conflicts=True, unique_fields=["pupil", "key", "says"],
        update_fields=["answer", "decided_by", "decided_at"],
    )  # fmt: skip


def _answered(work: Work) -> list[ImportChange]:
    """Changes with an answer: those that are applied, and those of pupils who are here and stay as they are."""
    stays = work.imported.changes.filter(asked__gt=0, is_chosen=False).exclude(pupil=None)
    applied = [change for change in work.changes if change.questions and change.outcome != Outcome.SKIPPED]
    return [*applied, *stays]


def _owed_by(work: Work) -> list[list[Derived]]:
    """What the rows owe, by kind, in lists short enough to write. Others wait while it is written, not while this is
    worked out.
    """
    calendar = school_calendar(work.school)
    made = {id(row) for pairs in work.batch.made.values() for _, row in pairs}
    derived: dict[type[Model], list[Derived]] = defaultdict(list)
    for row in work.due:
        row.school = work.school
        if id(row) in made and getattr(row, "is_taken_over", False):
            continue  # nothing is owed for what began before it was known here, and nothing was before
        try:
            duties = source_of(row).derive(row, calendar)
        except NotKnownYet:
            # A stage from before the bank holiday data: no date can be worked out, and the duty is long past.
            continue
        derived[type(row)].append((row, duties, work.school.pk, row.pupil_id))
    return [rows[start : start + CHUNK] for rows in derived.values() for start in range(0, len(rows), CHUNK)]


def _write_due(work: Work) -> None:
    for rows in work.owed:
        sync_many(rows)
    for start in range(0, len(work.left), CHUNK):
        part = work.left[start : start + CHUNK]
        waiting = set(DueItem.objects.filter(pupil_id__in=part).open().values_list("pupil_id", flat=True))
        bring_pupils_up_to_date(Pupil.objects.filter(pk__in=waiting))  # type: ignore[misc]  # None finds nothing


def _events(work: Work) -> Iterator[Event]:
    for change in work.changes:
        made = getattr(change, "_made", None)
        pupil_id = made.pk if made else change.pupil_id
        if change.outcome == Outcome.SKIPPED:
            continue
        if work.words.get(change.pk):
            yield _event(work, pupil_id, work.words[change.pk])
        if secret := work.secret_words.get(change.pk):
            text = f"Imported from {work.imported.file_name}: {', '.join(secret)}"
            yield _event(work, pupil_id, text, audience=Audience.CONFIDENTIAL)
    counts = summary(work.counts) or "nothing changed"
    text = f"Import of {work.imported.file_name} applied: {counts}"
    yield _event(work, None, text, code="import.applied", subject=work.imported)


def _event(
    work: Work,
    pupil_id: int | None,
    text: str,
    *,
    code: str = "pupil.imported",
    subject: Import | None = None,
    audience: Audience = Audience.RECORD,
) -> Event:
    return Event(
        school_id=work.school.pk,
        pupil_id=pupil_id,
        code=code,
        subject_type=subject._meta.label_lower if subject else Pupil._meta.label_lower,
        subject_id=subject.pk if subject else pupil_id,
        text=text,
        audience=audience,
        happened_on=work.today,
        by_id=work.by.pk,
        by_name=work.by.name,
    )


def note_outcomes(changes: list[ImportChange]) -> None:
    """Write what became of each row. An upsert takes a quarter of the time of bulk_update: others wait to save."""
    fields = ["pupil", "outcome", "outcome_reason", "undo"]
    ImportChange.objects.bulk_create(
        changes, batch_size=200, update_conflicts=True, unique_fields=["id"], update_fields=fields
    )


def summary(counts: Counter[str]) -> str:
    parts = [f"{counts[key]:,} {one if counts[key] == 1 else many}" for key, one, many in WORDS if counts.get(key)]
    return ", ".join(parts)
