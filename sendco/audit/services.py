from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from django.db.models import Model
from django.utils import timezone

from sendco.people import Person
from sendco.storage import beside

from .models import EXPORT, Audience, Event, Read

SYSTEM = "sendco"


def record(
    code: str,
    subject: Model,
    *,
    text: str,
    by: Person | None,
    school_id: int | None = None,
    pupil_id: int | None = None,
    happened_on: date | None = None,
    audience: Audience = Audience.RECORD,
) -> Event:
    """Add an event in words about a saved row. `by` is a user, or None when the system acted by itself.

    The school and the pupil are read from the subject where it has them.
    """
    return Event.objects.create(
        code=code,
        subject_type=subject._meta.label_lower,
        subject_id=subject.pk,
        school_id=school_id or getattr(subject, "school_id", None),
        pupil_id=pupil_id or getattr(subject, "pupil_id", None),
        text=text,
        audience=audience,
        happened_on=happened_on or timezone.localdate(),
        by_id=getattr(by, "pk", None),
        by_name=getattr(by, "name", SYSTEM),
    )


def record_read(
    *, school_id: int, pupil_id: int, by: Person, what: str = "record", reason: str = "", required: bool = False
) -> None:
    """Keep one row for this person, record and hour. One statement, safe under concurrency.

    A full or locked database costs nobody the page that they read: the log keeps who it was. Where reading is only
    allowed on record, as of a hidden address, the row is `required`.
    """
    hour = timezone.now().replace(minute=0, second=0, microsecond=0)
    row = Read(
        school_id=school_id,
        pupil_id=pupil_id,
        what=what,
        user_id=by.pk,
        user_name=by.name,
        hour_at=hour,
        reason=reason,
    )
    if required:
        Read.objects.bulk_create([row], ignore_conflicts=True)
        return
    beside(
        f"user {by.pk} read {what} of pupil {pupil_id}",
        lambda: Read.objects.bulk_create([row], ignore_conflicts=True),
    )


def record_reads(*, school_id: int, pupil_ids: Iterable[int], by: Person, what: str) -> None:
    """The same for a page that shows the records of several children: one statement."""
    hour = timezone.now().replace(minute=0, second=0, microsecond=0)
    facts = {"school_id": school_id, "what": what, "user_id": by.pk, "user_name": by.name, "hour_at": hour}
    rows = [Read(pupil_id=pupil_id, **facts) for pupil_id in sorted(set(pupil_ids))]
    beside(
        f"user {by.pk} read {what} of {len(rows)} pupils",
        lambda: Read.objects.bulk_create(rows, ignore_conflicts=True),
    )


def record_export(*, school_id: int, pupil_ids: Iterable[int], by: Person, what: str, reason: str = "") -> int:
    """Keep one row for each child whose facts went into a file. Returns how many children that were."""
    hour = timezone.now().replace(minute=0, second=0, microsecond=0)
    facts = {"school_id": school_id, "user_id": by.pk, "user_name": by.name, "hour_at": hour, "reason": reason[:300]}
    rows = [Read(pupil_id=pupil_id, what=f"{EXPORT}{what}"[:40], **facts) for pupil_id in sorted(set(pupil_ids))]
    Read.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)
    return len(rows)


@contextmanager
def saving(*rows: Any, by: Person | None, reason: str = "") -> Iterator[None]:
    """Name the person on the history rows that saving these objects will write."""
    for row in rows:
        row._history_user = by
        row._change_reason = reason or None
    yield
