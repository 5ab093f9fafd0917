"""What came and what went about a case, with what proves the dates."""

from datetime import date

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from sendco.audit import services as audit
from sendco.files import services as files
from sendco.refusals import Refused
from staff.models import User

from ...cases.kinds import kind_of
from ...models import Correspondence
from ..refusals import CorrespondenceReason
from ..selectors import LetterCase

Direction = Correspondence.Direction


@transaction.atomic
def log(
    *, case: LetterCase, direction: str, party: str, dated_on: date, subject: str, by: User, method: str = "",
    received_on: date | None = None, note: str = "", proof: str = "", upload: UploadedFile | None = None,
) -> Correspondence:  # fmt: skip
    """Keep one piece of correspondence. Raises Refused for days in an impossible order, FileRefused for the file."""
    today = timezone.localdate()
    if dated_on > today or (received_on and received_on > today):
        raise Refused(CorrespondenceReason.IN_FUTURE)
    if received_on and received_on < dated_on:
        raise Refused(CorrespondenceReason.RECEIVED_BEFORE_DATED, dated_on=dated_on)
    stored = None
    if upload is not None:
        stored = files.store(
            upload=upload,
            school_id=case.school_id,
            pupil_id=case.pupil_id,
            by=by,
            purpose="correspondence",
            keep_original=True,
        )
    row = Correspondence(
        school=case.school,
        pupil=case.pupil,
        direction=direction,
        party=party,
        dated_on=dated_on,
        received_on=received_on,
        method=method,
        subject=subject,
        note=note,
        proof=proof,
        file_id=stored.pk if stored else None,
        entered_by=by,
        **{kind_of(case).code: case},
    )
    with audit.saving(row, by=by):
        row.save()
    way = "from" if direction == Direction.IN else "to"
    _record("ehcp.correspondence_logged", row, f"{subject}: {way} {party}", by=by, on=dated_on)
    return row


@transaction.atomic
def remove(*, row: Correspondence, reason: str, by: User) -> Correspondence:
    """Take a wrong entry off the page. The row and its history stay."""
    row = Correspondence.objects.select_for_update(of=("self",)).get(pk=row.pk)
    if row.removed_on:
        return row
    row.removed_on = timezone.localdate()
    with audit.saving(row, by=by):
        row.save(update_fields=["removed_on"])
    _record("ehcp.correspondence_removed", row, f"Taken off: {row.subject}. {reason}", by=by)
    return row


def _record(code: str, row: Correspondence, text: str, *, by: User, on: date | None = None) -> None:
    audit.record(
        code, row, text=text[:300], by=by, school_id=row.school_id, pupil_id=row.pupil_id,
        happened_on=on or timezone.localdate(),
    )  # fmt: skip
