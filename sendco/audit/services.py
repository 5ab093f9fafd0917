from contextlib import contextmanager

from django.utils import timezone

from .models import Audience, Event, Read

SYSTEM = "sendco"


def record(code, subject, *, text, by, school_id=None, pupil_id=None, happened_on=None, audience=Audience.RECORD):
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


def record_read(*, school_id, pupil_id, by, what="record", reason=""):
    """Keep one row for this person, record and hour. One statement, safe under concurrency."""
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
    Read.objects.bulk_create([row], ignore_conflicts=True)


@contextmanager
def saving(*rows, by, reason=""):
    """Name the person on the history rows that saving these objects will write."""
    for row in rows:
        row._history_user = by
        row._change_reason = reason or None
    yield
