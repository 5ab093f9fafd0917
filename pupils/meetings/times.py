"""The times of a parents' evening, and whether one is free."""

from datetime import datetime, time, timedelta

from sendco.refusals import Refused
from staff.models import User

from ..models import ParentsEvening
from .refusals import ChildMeetingReason


def times_of(evening: ParentsEvening) -> list[time]:
    """Every time at which a meeting can begin and end within the evening."""
    at, step = datetime.combine(evening.on, evening.starts_at), timedelta(minutes=evening.minutes)
    end, found = datetime.combine(evening.on, evening.ends_at), []
    while at + step <= end:
        found.append(at.time())
        at += step
    return found


def check_free(evening: ParentsEvening, user: User, at: time, pupil_id: int | None, but: int | None = None) -> None:
    """Raise Refused where the colleague or the child's parents meet somebody else then. `but` is left out."""
    at_that_time = (
        evening.meetings.filter(cancelled_on=None, starts_at=at).exclude(pk=but).select_related("organiser", "pupil")
    )
    for meeting in at_that_time:
        if meeting.organiser_id == user.pk:
            raise Refused(ChildMeetingReason.TIME_TAKEN, person=user.name, time=f"{at:%H:%M}")
        if meeting.pupil is not None and meeting.pupil_id == pupil_id:
            raise Refused(
                ChildMeetingReason.FAMILY_BUSY, child=meeting.pupil.forename, person=meeting.organiser.name,
                time=f"{at:%H:%M}",
            )  # fmt: skip
