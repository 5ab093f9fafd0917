"""Draw a letter's PDF and file it, for the letters of every floor."""

from typing import Any

from django.db import transaction

from sendco.audit import services as audit
from sendco.files import services as files
from sendco.jobs.runner import Run
from sendco.pdf.jobs import draw
from staff.models import User

from ...models import Document

FILED = "The letter is filed."


def draw_and_file(run: Run, letter: Any, *, by: User | None, was: int | None = None) -> dict[str, Any]:
    """Do the work of the job: it may run twice. `was` is the file that the new one takes the place of.

    Raises JobFailed when the PDF cannot be drawn.
    """
    if not letter.file_id:
        run.progress(0, 2, "Drawing the letter")
        pdf = draw("reports/letter.html", {"letter": letter, "school": letter.school}, title="Letter")
        with transaction.atomic():
            run.still_mine()
            _file(letter, pdf, by=by, was=was)
    return {"letter": letter.pk, "message": FILED}


def _file(drawn: Any, pdf: bytes, *, by: User | None, was: int | None) -> None:
    """Keep the PDF, with the pupil's documents too where the child is on roll. Once filed it is left alone."""
    letter = type(drawn).objects.select_for_update(of=("self",)).get(pk=drawn.pk)
    if letter.file_id or letter.address != drawn.address:
        return  # filed by somebody else, or hidden while it was drawn: another job draws it without the address
    stored = files.store_bytes(
        name=file_name(letter),
        content=pdf,
        school_id=letter.school.pk,
        pupil_id=letter.pupil_id,
        by=by,
        purpose="letter",
    )
    letter.file_id = stored.pk
    with audit.saving(letter, by=by):
        letter.save(update_fields=["file_id"])
    for document in _documents(letter, by=by, was=was):
        document.file_id = stored.pk
        with audit.saving(document, by=by):
            document.save()


def _documents(letter: Any, *, by: User | None, was: int | None) -> list[Document]:
    """The pupil's documents that hold this letter: those that did, or a new one."""
    if letter.pupil_id is None:
        return []
    if was:
        return list(Document.objects.select_for_update().filter(pupil=letter.pupil_id, file_id=was))
    title = f"{letter.get_kind_display()}: letter to {letter.recipient}"[:150]
    return [
        Document(
            pupil_id=letter.pupil_id, title=title, kind=Document.Kind.LETTER, dated_on=letter.dated_on,
            author=by.name if by else "", added_by=by,
        )
    ]  # fmt: skip


def file_name(letter: Any) -> str:
    """Neutral: whoever sees the name in a folder or a mail learns nothing."""
    return f"letter-{letter.dated_on.isoformat()}.pdf"
