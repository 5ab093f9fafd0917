"""Start, read and apply an import in a test as the pages and the worker do."""

import io
from pathlib import Path

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from pupils.imports.services import steps as imports
from pupils.models import Import
from sendco.jobs.models import Job
from sendco.jobs.runner import run

SAMPLES = Path(__file__).resolve().parents[2] / "data" / "imports"
HEADINGS = "UPN,Surname,Forename,DOB,Year,Class,SEN Status,SEN Need"
UNKNOWN = "since when is not known"
IMPORT_DAY = f"import day, {UNKNOWN}"
UPNS = ["C372410799001", "R372410799002", "F372410799003"]


def upload(content, name="pupils.csv"):
    return SimpleUploadedFile(name, content if isinstance(content, bytes) else content.encode())


def sample(name):
    return upload((SAMPLES / name).read_bytes(), name)


def work(imported):
    """Let the worker do the import's job, and return the import as it stands then."""
    run(imported.job_id)
    return Import.objects.get(pk=imported.pk)


def preview(school, file, by, *, match=True, **how):
    """Send a file and match its columns as they were guessed."""
    imported = work(imports.start(school=school, upload=file, by=by, **how))
    if match and imported.status == Import.Status.MATCH:
        imported = work(imports.match_columns(imported=imported, mapping=imported.mapping, by=by))
    return imported


def apply(imported, by, **how):
    return work(imports.apply(imported=imported, by=by, **how))


def take_in(school, file, by, **how):
    return apply(preview(school, file, by, **how), by, confirmed=True)


def table(*rows, headings=HEADINGS):
    return upload("\n".join([headings, *rows]))


def kinds(imported):
    found = {}
    for change in imported.changes.all():
        found.setdefault(change.kind, []).append(change)
    return found


def job_of(imported):
    return Job.objects.get(pk=imported.job_id)


def text_of(response):
    return b"".join(response.streaming_content) if response.streaming else io.BytesIO(response.content).read()


def read_as(imported, by, choices):
    return work(imports.read_as(imported=imported, choices=choices, by=by)) if choices else imported


def answer_rows(imported, answers):
    """Answer what is asked about rows by what the file says there."""
    for says, answer in answers.items():
        key = next(
            question["key"]
            for change in imported.changes.filter(asked__gt=0)
            for question in change.questions
            if question["says"] == says
        )
        imports.answer_alike(imported=imported, key=key, says=says, answer=answer)


def statuses(pupil):
    return [_status(entry) for entry in pupil.register_entries.order_by("starts_on")]


def _status(entry):
    start = entry.starts_on.isoformat()
    if entry.is_start_unknown:
        start = IMPORT_DAY if entry.starts_on == timezone.localdate() else f"{UNKNOWN}, kept as {start}"
    return (entry.code, start, entry.ends_on.isoformat() if entry.ends_on else None)


def needs(pupil):
    return [need.need_type.code for need in pupil.needs.filter(ends_on=None).order_by("rank")]
