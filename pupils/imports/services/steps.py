"""What people do with an import: send a file, match its columns, choose, apply, stop, undo."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from sendco.audit import services as audit
from sendco.files import services as files
from sendco.files.models import StoredFile
from sendco.files.names import clean_name
from sendco.jobs import services as jobs
from sendco.jobs.models import Job
from sendco.refusals import Refused
from staff.models import School, User

from ...models import Import, ImportChange, ImportMapping, Pupil
from ...models.imports import UNDO_FOR
from ..fields import UPN, Difference, field_of
from ..notes import Note, NoteCode, Notes
from ..questions import LEAVE_OUT, TAKE, Question
from ..reading.columns import as_mapping, missing_required, remember
from ..reading.ctf import MAX_XML_BYTES
from ..reading.readers import SHEET
from ..refusals import ImportReason
from ..selectors.planning import RIVALS
from ..selectors.previews import standing
from ..selectors.settling import ask, settle, take_candidate
from .applying import chosen_changes

# A file cannot be older than the systems that write it; an earlier day is a clock that was never set.
EARLIEST_FILE = date(2000, 1, 1)

FILE_KEPT_FOR = timedelta(days=7)  # as long as the import can be taken back
REJECTED_KEPT_FOR = timedelta(hours=24)  # for its maker to fetch
MOST_LEAVERS = 0.2
Kind, Answer = ImportChange.Kind, ImportChange.Answer


class NeedsConfirmation(Refused):
    """Applying would do something that is seldom meant; `warnings` say what. Ask once more, then confirm."""

    def __init__(self, warnings: list[Note]) -> None:
        self.warnings = warnings
        super().__init__(ImportReason.NEEDS_CONFIRMATION, notes=Notes(warnings))


def start(
    *, school: School, upload: UploadedFile, by: User, is_whole_school: bool = False, file_made_on: date | None = None
) -> Import:
    """Keep the file privately and read it in the background. Returns the Import; raises Refused."""
    content = upload.read(MAX_XML_BYTES + 1)
    if not content:
        raise Refused(ImportReason.EMPTY)
    if len(content) > MAX_XML_BYTES:
        raise Refused(ImportReason.TOO_LARGE)
    with transaction.atomic():
        stored = _keep(content, "import.txt", school=school, by=by, purpose="import", kept_for=FILE_KEPT_FOR)
        imported = Import.objects.create(
            school=school,
            file_id=stored.pk,
            file_name=clean_name(upload.name or "file")[:100],
            is_whole_school=is_whole_school,
            file_made_on=file_made_on,
            started_by=by,
        )
        _send(imported, "pupils.import_read", f"Read {imported.file_name}", by=by)
        audit.record("import.started", imported, text=f"Import of {imported.file_name} started", by=by)
    return imported


def _keep(content: bytes, name: str, *, school: School, by: User, purpose: str, kept_for: timedelta) -> StoredFile:
    """The bytes are never given out again, so they go under a neutral name and kind whatever the school calls them."""
    expires_at = timezone.now() + kept_for
    return files.store_bytes(
        name=name, content=content, school_id=school.pk, by=by, purpose=purpose, expires_at=expires_at
    )


def _send(imported: Import, kind: str, title: str, *, by: User) -> None:
    job = jobs.enqueue(kind, title=title[:120], by=by, school_id=imported.school_id, params={"import": imported.pk})
    imported.job_id = job.pk
    imported.save(update_fields=["job_id", "status", "error"])


def _lock(imported: Import, *statuses: Import.Status) -> Import:
    """Take the import's row and check that it stands where this step needs it."""
    current = Import.objects.select_for_update(of=["self"]).select_related("school").get(pk=imported.pk)
    if standing(current) not in statuses:
        raise Refused(ImportReason.NOT_NOW)
    return current


@transaction.atomic
def match_columns(
    *, imported: Import, mapping: dict[Any, str], by: User, is_whole_school: bool | None = None,
    choices: Mapping[str, str] | None = None,
) -> Import:  # fmt: skip
    """Keep which column is which, remember it for this school, and build the preview. `mapping`: column to field."""
    imported = _lock(imported, Import.Status.MATCH, Import.Status.CHECK)
    if choices and choices.get(SHEET, imported.choices.get(SHEET)) not in (None, _sheet_of(imported)):
        return read_as(imported=imported, choices=choices, by=by)
    imported.choices |= known_answers(imported, choices or {})
    mapping = as_mapping(mapping)
    if len(set(mapping.values())) != len(mapping):
        raise Refused(ImportReason.MATCHED_TWICE)
    if missing := missing_required(mapping):
        raise Refused(ImportReason.COLUMNS_MISSING, notes=Notes(missing))
    headings = remember(imported.headers, mapping)
    kept, _ = ImportMapping.objects.get_or_create(school=imported.school)
    kept.headings = {**kept.headings, **headings}
    kept.save(update_fields=["headings"])
    imported.mapping, imported.status, imported.error = mapping, Import.Status.READING, ""
    if is_whole_school is not None:
        imported.is_whole_school = is_whole_school
    imported.save(update_fields=["mapping", "is_whole_school", "choices"])
    _send(imported, "pupils.import_read", f"Compare {imported.file_name}", by=by)
    return imported


def known_answers(imported: Import, choices: Mapping[str, str]) -> dict[str, str]:
    """Of these answers those to questions that were asked, among the options that were offered."""
    known = {stored["key"]: {option["id"] for option in stored["options"]} for stored in imported.questions}
    return {key: answer for key, answer in choices.items() if answer in known.get(key, ())}


def _sheet_of(imported: Import) -> str | None:
    """The sheet that was read, where there was a choice."""
    return next((stored["answer"] for stored in imported.questions if stored["key"] == SHEET), None)


def remembered(school: School) -> dict[str, str]:
    kept = ImportMapping.objects.filter(school=school).first()
    return kept.headings if kept else {}


def made_at(text: str) -> datetime | None:
    """The moment a transfer file says it was made, or None."""
    try:
        moment = parse_datetime(text)
    except ValueError:
        return None
    if moment is None or moment.date() < EARLIEST_FILE:
        return None
    return moment if timezone.is_aware(moment) else timezone.make_aware(datetime.combine(moment.date(), moment.time()))


# --- Choosing ------------------------------------------------------------------------------------------------------
@transaction.atomic
def choose_value(*, imported: Import, change: ImportChange, key: str, take_file: bool) -> ImportChange:
    """For one field of one pupil: the value of the file, or the one sendco holds."""
    change = _change_of(_lock(imported, Import.Status.CHECK), change)
    for item in change.fields:
        if item["key"] == key and not item["locked"]:
            item["chosen"] = take_file
    settle(change)
    change.save(update_fields=["fields", "is_chosen", "data"])
    return change


@transaction.atomic
def choose_row(*, imported: Import, change: ImportChange, take: bool) -> ImportChange:
    """Take a new pupil or a leaver in, or leave the row out."""
    change = _change_of(_lock(imported, Import.Status.CHECK), change)
    if change.kind not in (Kind.NEW, Kind.LEAVER):
        raise Refused(ImportReason.CHOOSE_THE_FIELDS)
    change.is_chosen = take
    settle(change)
    if take and not change.is_chosen:
        raise Refused(ImportReason.ANSWER_FIRST)
    change.save(update_fields=["is_chosen", "fields", "data"])
    return change


@transaction.atomic
def choose_all(*, imported: Import, kind: str, take: bool) -> None:
    """Take the file's value for every field that may be chosen, or ours; or every row of a kind."""
    imported = _lock(imported, Import.Status.CHECK)
    rows = list(imported.changes.filter(kind=kind))
    for change in rows:
        for item in change.fields:
            item["chosen"] = take and not item["locked"] and _taken_with_all(item)
        change.is_chosen = take
        settle(change)
    ImportChange.objects.bulk_update(rows, ["fields", "is_chosen", "data"], batch_size=200)


def _taken_with_all(item: Mapping[str, Any]) -> bool:
    difference = Difference.from_stored(item)
    return field_of(difference).taken_with_all(difference)


@transaction.atomic
def compare(*, imported: Import, change: ImportChange, answer: str, pupil_id: int | None = None) -> ImportChange:
    """Say whether a row is about a pupil we have, about a new one, or is left out."""
    change = _change_of(_lock(imported, Import.Status.CHECK), change)
    if change.kind != Kind.COMPARE:
        raise Refused(ImportReason.NOT_NOW)
    change.answer, change.pupil, change.fields, change.is_chosen = answer, None, [], False
    change.data.pop("seen", None)
    change.data.pop("aside", None)
    ask(change, [])
    if answer == Answer.NEW:
        if refusal := change.data.get("refusal"):
            kept = [refusal] if isinstance(refusal, str) else refusal
            raise Refused(ImportReason.CANNOT_BE_NEW, notes=Notes(map(Note.from_stored, kept)))
        change.is_chosen = True
        ask(change, [Question.from_stored(stored) for stored in change.data.get("new_questions", [])])
    if answer == Answer.SAME and not take_candidate(change, pupil_id or 0):
        raise Refused(ImportReason.WHICH_PUPIL)
    change.save(update_fields=[*DECIDED, "answer", "pupil", "data"])
    return change


# --- Deciding ------------------------------------------------------------------------------------------------------
DECIDED = ["fields", "questions", "asked", "unanswered", "is_chosen", "data", "reasons", "told"]


@transaction.atomic
def answer(*, imported: Import, change: ImportChange, key: str, answer: str) -> ImportChange:
    """Answer a question about one row. Taking one of several rival rows leaves the others out."""
    imported = _lock(imported, Import.Status.CHECK)
    change = _change_of(imported, change)
    says = next((stored["says"] for stored in change.questions if stored["key"] == key), "")
    changed = [_answered(change, key, answer)]
    if key == RIVALS and answer == TAKE:
        others = [other for other in _asked(imported, key, says) if other.pk != change.pk]
        changed += [_answered(other, key, LEAVE_OUT) for other in others]
    ImportChange.objects.bulk_update(changed, DECIDED, batch_size=200)
    return change


@transaction.atomic
def answer_alike(*, imported: Import, key: str, says: str, answer: str) -> int:
    """Give all rows of which the file says the same one answer. Returns how many rows that were."""
    imported = _lock(imported, Import.Status.CHECK)
    rows = [_answered(change, key, answer, says=says) for change in _asked(imported, key, says)]
    ImportChange.objects.bulk_update(rows, DECIDED, batch_size=200)
    return len(rows)


def _asked(imported: Import, key: str, says: str) -> list[ImportChange]:
    """The rows with this question, of which the file says the same."""
    asked = imported.changes.filter(asked__gt=0)
    return [row for row in asked if any((each["key"], each["says"]) == (key, says) for each in row.questions)]


def _answered(change: ImportChange, key: str, answer: str, *, says: str | None = None) -> ImportChange:
    questions = [Question.from_stored(stored) for stored in change.questions]
    is_meant = [question.key == key and says in (None, question.says) for question in questions]
    ask(change, [each.answered(answer) if meant else each for each, meant in zip(questions, is_meant, strict=True)])
    return change


@transaction.atomic
def read_as(*, imported: Import, choices: Mapping[str, str], by: User) -> Import:
    """Say how the file as a whole is to be read, and read it again. `choices`: key of a question to an answer of it."""
    imported = _lock(imported, Import.Status.MATCH, Import.Status.CHECK)
    given = known_answers(imported, choices)
    if imported.choices | given == imported.choices:
        return imported
    if given.get(SHEET, _sheet_of(imported)) != _sheet_of(imported):
        imported.mapping = {}  # another sheet has other columns
    imported.choices |= given
    imported.status, imported.error = Import.Status.READING, ""
    imported.save(update_fields=["choices", "mapping"])
    _send(imported, "pupils.import_read", f"Read {imported.file_name} again", by=by)
    return imported


def _change_of(imported: Import, change: ImportChange) -> ImportChange:
    return ImportChange.objects.select_for_update().get(pk=change.pk, owner=imported)


# --- Applying, stopping, undoing -----------------------------------------------------------------------------------
@transaction.atomic
def apply(*, imported: Import, by: User, confirmed: bool = False) -> Import:
    """Start applying what is chosen. Raises NeedsConfirmation when it would do something seldom meant."""
    imported = _lock(imported, Import.Status.CHECK)
    changes = chosen_changes(imported)
    if any(not stored["answer"] for stored in imported.questions):
        raise Refused(ImportReason.FILE_NOT_SETTLED)
    if not changes and not imported.changes.filter(asked__gt=0, unanswered=0).exists():
        raise Refused(ImportReason.NOTHING_CHOSEN)
    if not confirmed and (warnings := warnings_of(imported, changes)):
        raise NeedsConfirmation(warnings)
    imported.status, imported.error = Import.Status.APPLYING, ""
    _send(imported, "pupils.import_apply", f"Apply {imported.file_name}", by=by)
    return imported


def warnings_of(imported: Import, changes: list[ImportChange]) -> list[Note]:
    """What deserves a second look: many leavers, or a UPN that another number replaces."""
    found = []
    if waiting := imported.changes.filter(unanswered__gt=0).count():
        found.append(Note(NoteCode.STILL_UNANSWERED, {"rows": waiting}))
    leavers = sum(change.kind == Kind.LEAVER for change in changes)
    on_roll = Pupil.objects.filter(school=imported.school_id, left_on=None, merged_into=None).count()
    if leavers > on_roll * MOST_LEAVERS:
        found.append(Note(NoteCode.MANY_LEAVERS, {"leavers": leavers, "on_roll": on_roll}))
    swaps = [
        change.label
        for change in changes
        for item in change.fields
        if item["key"] == UPN.name and item["chosen"] and Difference.from_stored(item).ours
    ]
    if swaps:
        found.append(Note(NoteCode.UPN_REPLACED, {"names": swaps}))
    return found


@transaction.atomic
def stop(*, imported: Import, by: User) -> Import:
    """Give the import up. Nothing was changed, and the file is deleted."""
    statuses = (Import.Status.READING, Import.Status.MATCH, Import.Status.CHECK, Import.Status.FAILED)
    imported = _lock(imported, *statuses)
    job = Job.objects.filter(pk=imported.job_id)  # type: ignore[misc]  # None finds nothing
    if imported.status == Import.Status.READING and (reading := job.first()):
        jobs.ask_to_cancel(reading)
    imported.status = Import.Status.STOPPED
    imported.save(update_fields=["status"])
    forget(imported, by=by)
    imported.changes.all().delete()
    audit.record("import.stopped", imported, text=f"Import of {imported.file_name} stopped: nothing changed", by=by)
    return imported


@transaction.atomic
def undo(*, imported: Import, by: User) -> Import:
    """Start undoing an applied import."""
    imported = _lock(imported, Import.Status.APPLIED)
    if timezone.now() >= imported.applied_at + UNDO_FOR:  # type: ignore[operator]  # applied, so at some moment
        raise Refused(ImportReason.TOO_LATE)
    imported.status, imported.error = Import.Status.UNDOING, ""
    _send(imported, "pupils.import_undo", f"Undo {imported.file_name}", by=by)
    return imported


def forget(imported: Import, *, by: User) -> None:
    """Delete the bytes of the file, and the values that name people from what it held."""
    kept = StoredFile.objects.filter(purpose="import", school_id=imported.school_id)
    for stored in kept.filter(pk=imported.file_id):  # type: ignore[misc]  # None finds nothing
        files.delete(stored=stored, by=by)
    imported.file_id, imported.samples = None, []
    imported.save(update_fields=["file_id", "samples"])


def keep_rejected(imported: Import, content: bytes | None, *, by: User) -> int | None:
    """Keep the file of rows that were not taken in, for a day."""
    old = StoredFile.objects.filter(  # type: ignore[misc]  # None finds nothing
        pk=imported.rejected_file_id, purpose="import_rejected", school_id=imported.school_id
    )
    for stored in old:
        files.delete(stored=stored, by=by)
    if content is None:
        return None
    school, purpose = imported.school, "import_rejected"
    return _keep(content, "rows-not-taken-in.csv", school=school, by=by, purpose=purpose, kept_for=REJECTED_KEPT_FOR).pk


def clear_old(*, school: School | None = None, now: datetime | None = None) -> int:
    """Empty what old imports hold of pupils: plans and undo notes are of no use after the days for undoing.

    Imports nobody finished are stopped. Returns how many were emptied.
    """
    before = (now or timezone.now()) - UNDO_FOR
    finished = [Import.Status.APPLIED, Import.Status.UNDONE]
    old = Import.objects.filter(started_at__lt=before).exclude(status=Import.Status.STOPPED)
    old = (old.filter(school=school) if school else old).filter(changes__isnull=False).distinct()
    count = 0
    for imported in old:
        # Applied, so at some moment.
        if imported.status in finished and imported.applied_at < before:  # type: ignore[operator]  # see above
            emptied = imported.changes.exclude(data={}, undo={}, fields=[], questions=[], reasons=[])
            count += bool(emptied.update(data={}, undo={}, fields=[], questions=[], reasons=[], told=""))
        elif imported.status in (Import.Status.CHECK, Import.Status.MATCH):
            imported.changes.all().delete()
            Import.objects.filter(pk=imported.pk).update(status=Import.Status.STOPPED, samples=[], file_id=None)
            count += 1
    return count
