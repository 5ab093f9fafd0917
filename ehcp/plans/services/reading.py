"""Lift the words of a plan from its PDF into a version that counts only once a person has checked each section."""

import json
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from pupils.models import Document, NeedType
from pupils.record.services.documents import add_document
from sendco.audit import services as audit
from sendco.clock import long_date
from sendco.files import services as files
from sendco.files.models import StoredFile
from sendco.jobs import services as jobs
from sendco.pdf.sandbox import ChildFailed, Limits, run_child
from sendco.refusals import Refused
from sendco.richtext import TooLong, from_plain
from staff.models import User

from ...cases.kernel import locked
from ...models import Plan, PlanOutcome, PlanPage, PlanReading, PlanSection, PlanVersion, ProvisionLine, SectionLetter
from .. import text as plan_text
from ..pdf_bounds import MAX_PAGES
from ..refusals import ReadingReason
from . import versions

PURPOSE = "page of a plan"
LIMITS = Limits(memory_mb=1024, cpu_seconds=60, wall_seconds=90)
AT_ONCE = 10
UNREADABLE = (
    "The words of this file could not be read: it is damaged, or made to be slow. The original is kept as it came. "
    "Type the sections, or upload a fresh copy of the plan."
)
LOCKED = "This file is locked with a password. The original is kept. Upload a copy without the password, or type."


@transaction.atomic
def start_reading(
    *, plan: Plan, upload: UploadedFile, kind: str, dated_on: date, by: User, received_on: date | None = None
) -> PlanVersion:
    """Keep the PDF byte for byte and begin to read it. Raises FileRefused with words for the person."""
    plan = locked(plan)
    if not str(upload.name).lower().endswith(".pdf"):
        raise Refused(ReadingReason.NOT_A_PDF)
    waiting = plan.versions.filter(confirmed_at=None).first()
    if waiting:
        raise Refused(ReadingReason.ANOTHER_WAITS, number=waiting.number)
    versions.check_version_days(plan, dated_on, received_on)
    document = add_document(
        pupil=plan.pupil,
        upload=upload,
        title=f"EHC plan, {PlanVersion.Kind(kind).label.lower()}",
        kind=Document.Kind.PLAN,
        dated_on=dated_on,
        author=plan.authority.name,
        by=by,
    )
    version = versions.add_version(
        plan=plan, kind=kind, dated_on=dated_on, received_on=received_on, by=by, file_id=document.file_id
    )
    job = jobs.enqueue(
        "ehcp.read_plan", title="Reading a plan", by=by, school_id=plan.school_id, params={"version": version.pk}
    )
    reading = PlanReading(plan_version=version, job_id=job.pk)
    with audit.saving(reading, by=by):
        reading.save()
    return version


# --- In the job --------------------------------------------------------------------------------------------------
def stored_file(version: PlanVersion) -> StoredFile | None:
    """The PDF of a version: of the same school and child, or None."""
    plan = version.plan
    rows = StoredFile.objects.filter(school_id=plan.school_id, pupil_id=plan.pupil_id)
    return rows.filter(pk=version.file_id).first()  # type: ignore[misc]  # None finds nothing


def content_of(version: PlanVersion) -> bytes:
    stored: Any = stored_file(version)  # whoever asks has looked whether it is there
    with files.open_stored(stored) as file:
        return file.read()


def words_of(content: bytes) -> tuple[int, list[str], str]:
    """Return (number of pages, text of each page, what went wrong in words or "")."""
    try:
        head = json.loads(run_child("ehcp.plans.pdf_child", content, limits=LIMITS, arguments=["text"]))
    except (ChildFailed, ValueError):
        return 0, [], UNREADABLE
    if "refused" in head:
        return 0, [], LOCKED if head["refused"] == "locked" else UNREADABLE
    return head["pages"], head["text"], ""


def pictures_of(content: bytes, count: int, progress: Callable[..., None]) -> dict[int, bytes]:
    """Return {page number: PNG}. A page that cannot be drawn, alone or in company, is left out."""
    pictures: dict[int, bytes] = {}
    numbers = list(range(1, min(count, MAX_PAGES) + 1))
    for start in range(0, len(numbers), AT_ONCE):
        progress(start, len(numbers))
        part = numbers[start : start + AT_ONCE]
        drawn = _draw(content, part)
        if drawn is None:
            drawn = {}
            for number in part:
                drawn |= _draw(content, [number]) or {}
        pictures |= drawn
    return pictures


def _draw(content: bytes, numbers: list[int]) -> dict[int, bytes] | None:
    arguments = ["draw", *(str(number) for number in numbers)]
    try:
        answer = run_child("ehcp.plans.pdf_child", content, limits=LIMITS, arguments=arguments)
    except ChildFailed:
        return None
    head, _, rest = answer.partition(b"\n")
    pictures = {}
    for number, size in json.loads(head).get("sizes", {}).items():
        pictures[int(number)], rest = rest[:size], rest[size:]
    return pictures


@transaction.atomic
def keep_reading(
    *,
    version: PlanVersion,
    pages: int,
    text: list[str],
    problem: str,
    pictures: dict[int, bytes],
    still_mine: Callable[[], None],
    by: User,
) -> PlanReading:
    """Write what was read as suggestions. Does nothing when it was read already, or the version is gone."""
    still_mine()
    version = versions.lock(version)
    reading = PlanReading.objects.select_for_update().get(plan_version=version)
    if reading.read_at or version.confirmed_at:
        return reading
    suggestion = plan_text.Suggestion(notes=[problem]) if problem else plan_text.read(text)
    notes = suggestion.notes + _notes_on_pages(pages, pictures)
    for letter, section_text in suggestion.sections.items():
        notes += _write_section(version, letter, section_text, by=by)
    _write_rows(version, suggestion, by=by)
    for number, picture in pictures.items():
        stored = files.store_bytes(
            name=f"page-{number}.png",
            content=picture,
            school_id=version.plan.school_id,
            pupil_id=version.plan.pupil_id,
            by=by,
            purpose=PURPOSE,
        )
        PlanPage.objects.create(reading=reading, number=number, file_id=stored.pk)
    reading.pages, reading.read_at, reading.notes, reading.places = pages, timezone.now(), notes, suggestion.places
    with audit.saving(reading, by=by):
        reading.save(update_fields=["pages", "read_at", "notes", "places"])
    return reading


def _notes_on_pages(pages: int, pictures: dict[int, bytes]) -> list[str]:
    notes = []
    if pages > MAX_PAGES:
        notes.append(f"The file has {pages:,} pages; the first {MAX_PAGES} were read. The original holds them all.")
    missing = [str(number) for number in range(1, min(pages, MAX_PAGES) + 1) if number not in pictures]
    if missing:
        shown = ", ".join(missing[:12]) + (" and more" if len(missing) > 12 else "")
        notes.append(f"No picture could be made of page {shown}. Open the original to see it.")
    return notes


def _write_section(version: PlanVersion, letter: str, text: str, *, by: User) -> list[str]:
    """Keep the section's words; one that is too long is kept as far as it goes, and the note says where it stops."""
    notes = []
    try:
        html = from_plain(text)
    except TooLong:
        html = from_plain(text[:60_000])
        notes.append(f"Section {letter} is longer than one section may be. Its end was left out: see the original.")
    section = PlanSection(plan_version=version, letter=letter, html=html)
    with audit.saving(section, by=by):
        section.save()
    return notes


def _write_rows(version: PlanVersion, suggestion: plan_text.Suggestion, *, by: User) -> None:
    rows: list[PlanOutcome | ProvisionLine] = [
        PlanOutcome(plan_version=version, number=number, text=outcome["text"], by_when=outcome["by_when"])
        for number, outcome in enumerate(suggestion.outcomes, start=1)
    ]
    numbers: dict[str, int] = {}
    for line in suggestion.lines[: versions.MOST_ROWS]:
        numbers[line["section"]] = numbers.get(line["section"], 0) + 1
        rows.append(ProvisionLine(plan_version=version, number=numbers[line["section"]], **line))
    for row in rows:
        with audit.saving(row, by=by):
            row.save()


# --- By a person -------------------------------------------------------------------------------------------------
def _waiting(version: PlanVersion) -> PlanVersion:
    version = versions.lock(version)
    if version.confirmed_at:
        raise Refused(ReadingReason.CONFIRMED_ALREADY)
    return version


@transaction.atomic
def check_section(*, version: PlanVersion, letter: str, html: str, seen: str, is_right: bool, by: User) -> PlanReading:
    """Keep the words of a section as a person left them, and whether that person found them right."""
    version = _waiting(version)
    versions.save_section(version=version, letter=letter, html=html, seen=seen, by=by)
    reading = PlanReading.objects.select_for_update().get(plan_version=version)
    checked = set(reading.checked) | {letter} if is_right else set(reading.checked) - {letter}
    reading.checked = [letter for letter in SectionLetter.values if letter in checked]
    with audit.saving(reading, by=by):
        reading.save(update_fields=["checked"])
    return reading


@transaction.atomic
def confirm_version(*, version: PlanVersion, by: User, needs: Sequence[NeedType] = ()) -> PlanVersion:
    """From now on the version counts. Refused while a section is unchecked."""
    version = _waiting(version)
    left = [letter for letter in SectionLetter.values if letter not in version.reading.checked]
    if left:
        raise Refused(ReadingReason.SECTIONS_UNCHECKED, sections=plan_text.listed(left))
    version.confirmed_by, version.confirmed_at = by, timezone.now()
    version.edit_version += 1
    with audit.saving(version, by=by):
        version.save(update_fields=["confirmed_by", "confirmed_at", "edit_version"])
    text = f"Version {version.number} of the plan, read from its PDF of {long_date(version.dated_on)}, was confirmed"
    about: dict[str, Any] = {"school_id": version.plan.school_id, "pupil_id": version.plan.pupil_id}
    audit.record("plan.version_confirmed", version, text=text, by=by, **about)
    versions.take_effect(version, needs, by=by)
    return version


@transaction.atomic
def discard_version(*, version: PlanVersion, by: User) -> None:
    """Throw away what was read and never confirmed. The PDF itself stays with the child's documents."""
    version = _waiting(version)
    plan, number = version.plan, version.number
    reading = PlanReading.objects.filter(plan_version=version).first()
    ids = list(reading.pictures.values_list("file_id", flat=True)) if reading else []
    about: dict[str, Any] = {"school_id": plan.school_id, "pupil_id": plan.pupil_id}
    text = f"Version {number}, read from a PDF, was thrown away unchecked. The PDF is kept."
    audit.record("plan.version_discarded", version, text=text, by=by, **about)
    with audit.saving(version, by=by):
        version.delete()
    for stored in StoredFile.objects.filter(pk__in=ids, school_id=plan.school_id):
        files.delete(stored=stored, by=by)
