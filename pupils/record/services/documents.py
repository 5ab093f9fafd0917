"""Documents of a pupil: kept once checked, removed from sight and never from the record."""

from datetime import date

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from sendco.audit import services as audit
from sendco.files import services as files
from sendco.files.kinds import extension_of
from sendco.files.models import StoredFile
from sendco.refusals import Refused
from staff.models import User

from ...models import Document, Pupil
from ..refusals import DocumentReason

PURPOSE = "pupil document"


@transaction.atomic
def add_document(
    *, pupil: Pupil, upload: UploadedFile, title: str, kind: str, dated_on: date, by: User, author: str = ""
) -> Document:
    """Check and keep a file. Raises FileRefused with words for the person. A plan is kept byte for byte."""
    stored = files.store(
        upload=upload,
        school_id=pupil.school_id,
        pupil_id=pupil.pk,
        by=by,
        purpose=PURPOSE,
        keep_original=kind == Document.Kind.PLAN,
    )
    return _file(stored, pupil=pupil, title=title, kind=kind, dated_on=dated_on, author=author, by=by)


@transaction.atomic
def add_copy(
    *, pupil: Pupil, stored: StoredFile, title: str, kind: str, dated_on: date, by: User, author: str = ""
) -> Document:
    """File a copy of what another part of the site keeps of this child. Whatever happens there, the document stays.

    Raises FileNotAvailable and FileRefused with words for the person.
    """
    if (stored.school_id, stored.pupil_id) != (pupil.school_id, pupil.pk):
        raise Refused(DocumentReason.OF_ANOTHER_CHILD)
    kept = files.copy(stored=stored, by=by, purpose=PURPOSE)
    return _file(kept, pupil=pupil, title=title, kind=kind, dated_on=dated_on, author=author, by=by)


def _file(
    stored: StoredFile, *, pupil: Pupil, title: str, kind: str, dated_on: date, author: str, by: User
) -> Document:
    document = Document(
        pupil=pupil, title=title, kind=kind, dated_on=dated_on, author=author, file_id=stored.pk, added_by=by
    )
    with audit.saving(document, by=by):
        document.save()
    text = f"{document.get_kind_display()} added: {title}"
    audit.record("document.added", document, text=text, by=by, school_id=pupil.school_id, happened_on=dated_on)
    return document


@transaction.atomic
def remove_document(*, document: Document, by: User) -> Document:
    """Take a document out of every list. The file and the row stay until they are due for disposal."""
    document = Document.objects.select_for_update(of=["self"]).select_related("pupil").get(pk=document.pk)
    if document.removed_on:
        raise Refused(DocumentReason.REMOVED)
    document.removed_on = timezone.localdate()
    with audit.saving(document, by=by):
        document.save(update_fields=["removed_on"])
    text = f"{document.get_kind_display()} removed: {document.title}"
    audit.record("document.removed", document, text=text, by=by, school_id=document.pupil.school_id)
    return document


def file_of(document: Document) -> StoredFile | None:
    """The stored file of a document: of the same school and pupil, or None."""
    pupil = document.pupil
    return StoredFile.objects.filter(pk=document.file_id, school_id=pupil.school_id, pupil_id=pupil.pk).first()


def neutral_name(document: Document, stored: StoredFile) -> str:
    """A name for the download that says nothing about the child: report-2027-01-12.pdf."""
    return f"{document.kind}-{document.dated_on:%Y-%m-%d}.{extension_of(stored.name)}"
