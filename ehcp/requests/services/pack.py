"""The one PDF of a school's own request: asked for, made by a job, kept with the request until it goes and after."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction

from pupils.models import Assessment, Document
from sendco.audit import services as audit
from sendco.files import services as files
from sendco.files.models import StoredFile
from sendco.jobs import services as jobs
from sendco.refusals import Refused
from staff.models import User

from ...cases.kernel import check_open, locked
from ...models import Advice, NeedsAssessment
from ..refusals import RequestReason


@transaction.atomic
def ask_for_pack(
    *, case: NeedsAssessment, parts: Iterable[str], documents: Iterable[Document], by: User, signed_by: str = ""
) -> NeedsAssessment:
    """Have the pack made anew; its letter is signed by the person of this id, else by whoever asks for it.

    Once the request has gone, the pack stays as it went.
    """
    case = locked(case)
    check_open(case)
    if case.asked_by != NeedsAssessment.AskedBy.SCHOOL:
        raise Refused(RequestReason.NOT_OURS)
    if case.sent_at:
        raise Refused(RequestReason.PACK_WENT)
    job = jobs.enqueue(
        "ehcp.request_pack",
        title="Make a request pack",
        by=by,
        school_id=case.school_id,
        params={
            "assessment": case.pk,
            "parts": list(parts),
            "documents": [document.pk for document in documents],
            "signed_by": int(signed_by or by.pk),
        },
    )
    case.pack_job_id = job.pk
    with audit.saving(case, by=by):
        case.save(update_fields=["pack_job_id"])
    return case


def file_pack(*, case: NeedsAssessment, pdf: bytes, by: User) -> StoredFile:
    """Keep the pack in place of the one made before. Call it inside a transaction."""
    case = locked(case)
    stored = files.store_bytes(
        name="request-pack.pdf", content=pdf, school_id=case.school_id, pupil_id=case.pupil_id, by=by,
        purpose="request pack",
    )  # fmt: skip
    before = pack_of(case)
    case.pack_file_id = stored.pk
    with audit.saving(case, by=by):
        case.save(update_fields=["pack_file_id"])
    if before is not None and not case.sent_at:
        files.delete(stored=before, by=by)
    audit.record("ehcp.request_pack_made", case, text="Request pack made", by=by)
    return stored


def changed_since(case: NeedsAssessment, stored: StoredFile) -> bool:
    """Whether something that the pack prints or encloses was changed after it was made."""
    since = {"history_date__gt": stored.uploaded_at}
    return (
        Advice.history.filter(assessment=case, **since).exists()
        or Assessment.history.filter(pupil=case.pupil_id, **since).exists()
        or Document.history.filter(pupil=case.pupil_id, **since).exists()
        or case.reason != _reason_at(case, stored.uploaded_at)
    )


def _reason_at(case: NeedsAssessment, moment: datetime) -> str:
    history: Any = case.history
    then = history.filter(history_date__lte=moment).order_by("history_date", "history_id").last()
    return then.reason if then else case.reason


def pack_of(case: NeedsAssessment) -> StoredFile | None:
    """The stored pack: of the same school and child, or None."""
    if case.pack_file_id is None:
        return None
    return StoredFile.objects.filter(pk=case.pack_file_id, school_id=case.school_id, pupil_id=case.pupil_id).first()
