"""The one PDF of a school's own request: asked for, made by a job, kept with the request until it goes and after."""

from django.db import transaction

from pupils.errors import Refused
from sendco.audit import services as audit
from sendco.clock import long_date
from sendco.files import services as files
from sendco.files.models import StoredFile
from sendco.jobs import services as jobs

from ...models import NeedsAssessment
from .assessments import lock


@transaction.atomic
def ask_for_pack(*, case, parts, documents, by):
    """Have the pack made anew. Once the request has gone, the pack stays as it went."""
    case = lock(case)
    if case.closed_on:
        raise Refused(f"This request was closed on {long_date(case.closed_on)}. It is kept as it was.")
    if case.asked_by != NeedsAssessment.AskedBy.SCHOOL:
        raise Refused("The school did not make this request, so there is no pack of the school's to send.")
    if case.sent_at:
        raise Refused("The request has gone. Its pack stays as it went.")
    job = jobs.enqueue(
        "ehcp.request_pack",
        title="Make a request pack",
        by=by,
        school_id=case.school_id,
        params={"assessment": case.pk, "parts": list(parts), "documents": [document.pk for document in documents]},
    )
    case.pack_job_id = job.pk
    with audit.saving(case, by=by):
        case.save(update_fields=["pack_job_id"])
    return case


def file_pack(*, case, pdf, by):
    """Keep the pack in place of the one made before. Call it inside a transaction."""
    case = lock(case)
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


def pack_of(case):
    """The stored pack: of the same school and child, or None."""
    if case.pack_file_id is None:
        return None
    return StoredFile.objects.filter(pk=case.pack_file_id, school_id=case.school_id, pupil_id=case.pupil_id).first()
