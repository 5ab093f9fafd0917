"""What this floor's records of a child do when two records of that child become one."""

from django.utils.translation import gettext_lazy as _

from pupils.merging import Moved, register
from sendco.refusals import Reason, Refused

from .models import Attendance, Place, WaitingPupil


class MergingReason(Reason):
    SAME_RUN = (
        "same_run",
        _("Both records are in {run}. End the place of the one that was entered twice, then merge."),
    )
    SAME_SESSION = (
        "same_session",
        _("Both records stand in a session of {run} on {day}. Correct that log first, then merge."),
    )
    SAME_WAIT = ("same_wait", _("Both records wait for {what}. Take one off the waiting list, then merge."))


def same_run(kept, gone):
    both = Place.objects.filter(pupil=gone, ends_on=None, provision__in=_runs(kept))
    place = both.select_related("provision").first()
    return Refused(MergingReason.SAME_RUN, run=place.provision.name) if place else None


def _runs(pupil):
    return Place.objects.filter(pupil=pupil, ends_on=None).values("provision")


def same_session(kept, gone):
    there = Attendance.objects.filter(pupil=kept).values("session")
    row = Attendance.objects.filter(pupil=gone, session__in=there).select_related("session__provision").first()
    if row is None:
        return None
    return Refused(MergingReason.SAME_SESSION, run=row.session.provision.name, day=row.session.on)


def same_wait(kept, gone):
    waits = WaitingPupil.objects.filter(pupil=kept, ended_on=None).values("intervention")
    row = WaitingPupil.objects.filter(pupil=gone, ended_on=None, intervention__in=waits).first()
    return Refused(MergingReason.SAME_WAIT, what=row.intervention.name) if row else None


def register_tables():
    """Tell the merging of records of this floor's tables. Called once, when the floor starts."""
    register(
        Moved(Place, "place in provision", "places in provision", refuse=same_run),
        Moved(Attendance, "session", "sessions", refuse=same_session),
        Moved(WaitingPupil, "place on a waiting list", "places on waiting lists", refuse=same_wait),
    )
