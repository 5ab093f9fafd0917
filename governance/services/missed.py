"""Say why a duty was late, and put that right."""

from django.db import IntegrityError, transaction
from django.utils import timezone

from governance.models import MissedDeadline
from governance.refusals import MissedReason
from governance.selectors.missed import KEY, explanation_of
from sendco.audit import services as audit
from sendco.due.models import DueItem
from sendco.due.words import was_late
from sendco.refusals import ChangedMeanwhile, Refused
from staff.models import User


@transaction.atomic
def explain_late(
    *, item: DueItem, cause: str, mend: str, by: User, happened: str = "", version: int | None = None
) -> MissedDeadline:
    """Keep why this item was late and what changes. `version` is that of the words the person saw, None for none."""
    if not was_late(item, timezone.localdate()):
        raise Refused(MissedReason.NOT_LATE)
    row = explanation_of(item)
    if row is not None and row.version != version:
        raise ChangedMeanwhile(row)
    if row is None:
        row = MissedDeadline(**{name: getattr(item, name) for name in KEY}, version=0)
    row.school_id, row.pupil_id, row.title = item.school_id, item.pupil_id, item.title
    row.duty, row.due_on, row.met_on = item.duty, item.due_on, item.met_on
    row.cause, row.happened, row.mend = cause, happened, mend
    row.by, row.at, row.version = by, timezone.now(), row.version + 1
    _save(row, by=by)
    text = f"{item.title}: why it was late. {row.get_cause_display()}."
    audit.record("due.late_explained", row, text=text, by=by, school_id=item.school_id, pupil_id=item.pupil_id)
    return row


def _save(row: MissedDeadline, *, by: User) -> None:
    """Two people may say it first at once: one of them wins and the other is shown what was said."""
    try:
        with transaction.atomic(), audit.saving(row, by=by):
            row.save()
    except IntegrityError:
        theirs = explanation_of(row)
        if theirs is None:
            raise
        raise ChangedMeanwhile(theirs) from None
