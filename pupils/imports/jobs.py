"""Background work of an import. Each handler may run twice: a worker that died leaves nothing half done."""

from django.db import transaction
from django.utils import timezone

from sendco.files import services as files
from sendco.files.models import StoredFile
from sendco.jobs.registry import handler
from sendco.jobs.services import JobFailed
from staff.jobs import acting_of
from staff.permissions import Permission

from ..models import Import, ImportChange
from .fields import ADDRESS
from .notes import Note, NoteCode
from .reading.refusals import FileNotReadable, FileReason
from .reading.rejected import rejected_csv
from .selectors.opening import check_school, read
from .selectors.planning import Planner, counts_of, new_groups
from .services import steps as imports
from .services.applying import apply
from .services.finishing import summary
from .services.undoing import undo

PART = 500
NOT_ALLOWED = "The person who started this may no longer import pupils in this school, so nothing was done."


def _started(run, status):
    """The import and who asked, or (None, None) when another run did the work already."""
    imported = Import.objects.select_related("school").filter(pk=run.params["import"], status=status).first()
    if imported is None:
        return None, None
    if imported.school_id != run.job.school_id:
        raise JobFailed(NOT_ALLOWED)
    return imported, acting_of(run, Permission.IMPORT_RUN, refusal=NOT_ALLOWED).user


def _content(imported):
    stored = StoredFile.objects.filter(pk=imported.file_id, purpose="import", school_id=imported.school_id).first()
    if stored is None:
        raise FileNotReadable(FileReason.NO_LONGER_KEPT)
    try:
        with files.open_stored(stored) as file:
            return file.read()
    except files.FileNotAvailable as error:
        raise FileNotReadable(error.reason, **error.data) from None


@handler("pupils.import_read")
def import_read(run):
    imported, by = _started(run, Import.Status.READING)
    if imported is None:
        return {}
    run.progress(0, 100, "Reading the file")
    try:
        return _read(run, imported, by)
    except FileNotReadable as error:
        with transaction.atomic():
            run.still_mine()
            Import.objects.filter(pk=imported.pk).update(status=Import.Status.FAILED, error=str(error)[:300])
            imports.forget(imported, by=by)
        raise JobFailed(str(error)[:300]) from None


def _read(run, imported, by):
    today = timezone.localdate()
    imports.clear_old(school=imported.school)
    head, rows = read(
        content=_content(imported),
        filename=imported.file_name,
        mapping=imported.mapping or None,
        remembered=imports.remembered(imported.school),
        today=today,
        choices=imported.choices,
    )
    check_school(head, imported.school)
    imported.kind, imported.headers, imported.notes = head["kind"], head["headers"], head["notes"]
    imported.samples, imported.mapping, imported.questions = head["samples"], head["mapping"], head["questions"]
    imported.file_made_at = imports.made_at(head["ctf"]["created_at"]) if head["ctf"] else None
    if not head["settled"]:
        _close(run, imported, Import.Status.MATCH)
        return {"import": imported.pk, "message": "The file is read. Match its columns next."}
    planner = Planner(imported, head, today=today)
    rows = list(rows)
    changes = planner.plan(rows, progress=run.progress)
    rows = planner.with_refusals(rows)
    imported.counts = counts_of(changes) | {"rows": head["rows"], "groups": new_groups(changes)}
    if any(row.get(ADDRESS) for row in rows):
        imported.notes.append(Note(NoteCode.ADDRESS_NOT_KEPT).as_stored())
    _write(run, imported, changes)
    rejected = rejected_csv(rows) if any(row.is_rejected for row in rows) else None
    with transaction.atomic():
        run.still_mine()
        imported.rejected_file_id = imports.keep_rejected(imported, rejected, by=by)
        _close(run, imported, Import.Status.CHECK)
    return {"import": imported.pk, "message": "The preview is ready. Nothing is changed yet."}


def _write(run, imported, changes):
    """The preview goes in by small steps, so that nobody waits for it; it counts once the status says so."""
    with transaction.atomic():
        run.still_mine()
        imported.changes.all().delete()
    for start in range(0, len(changes), PART):
        with transaction.atomic():
            run.still_mine()
            ImportChange.objects.bulk_create(changes[start : start + PART], batch_size=100)


def _close(run, imported, status):
    with transaction.atomic():
        run.still_mine()
        reading = Import.objects.filter(pk=imported.pk, status=Import.Status.READING)
        fields = "kind headers notes samples mapping questions file_made_at counts rejected_file_id".split()
        reading.update(status=status, error="", **{name: getattr(imported, name) for name in fields})


@handler("pupils.import_apply")
def import_apply(run):
    imported, by = _started(run, Import.Status.APPLYING)
    if imported is None:
        return {}
    run.progress(0, 100, "Working out what to write. It can still be stopped")
    counts = apply(
        imported=imported,
        by=by,
        still_mine=run.still_mine,
        today=timezone.localdate(),
        writing=lambda: run.progress(100, 100, "Writing. It can no longer be stopped"),
        after=lambda: imports.forget(imported, by=by),
    )
    return {"import": imported.pk, "message": f"Applied: {summary(counts) or 'nothing changed'}."}


@handler("pupils.import_undo")
def import_undo(run):
    imported, by = _started(run, Import.Status.UNDOING)
    if imported is None:
        return {}
    run.progress(0, 100, "Undoing. It can still be stopped")
    counts = undo(
        imported=imported,
        by=by,
        still_mine=run.still_mine,
        progress=lambda done, total: run.progress(
            done, total, "Putting back, pupil by pupil. It can no longer be stopped", may_stop=False
        ),
    )
    kept = counts.get("kept", 0)
    note = f" {kept} kept because of later work." if kept else ""
    return {"import": imported.pk, "message": f"Undone for {counts.get('undone', 0)}.{note}"}
