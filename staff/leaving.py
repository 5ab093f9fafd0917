"""What somebody who leaves holds as a member of staff, in words, before it is handed over or closed."""

from django.db.models import Q
from django.utils import timezone

from .models import (
    Appraisal,
    AppraisalView,
    Certificate,
    LineManagement,
    Reading,
    School,
    Slot,
    SupervisionAction,
    SupervisionMeeting,
    User,
)
from .models.people import current_on


def held_by(user: User, school: School) -> list[tuple[int, str, str]]:
    """[(how many, of what, what becomes of it)] of what is open. A count each."""
    today = timezone.localdate()
    here = Q(member__school=school, member__user=user)
    lines = LineManagement.objects.filter(current_on(today), manager__school=school, manager__user=user)
    slots = Slot.objects.filter(here).exclude(ends_on__lt=today)
    led = Appraisal.objects.filter(school=school, appraiser=user, closed_on=None)
    actions = SupervisionAction.objects.filter(meeting__school=school, owner=user, done_on=None)
    own, from_led = Appraisal.objects.filter(here, closed_on=None), actions.filter(meeting__leader=user)
    meetings = SupervisionMeeting.objects.filter(school=school, held_on=None, cancelled_on=None)
    counted = (
        (lines.count(), "adults whom they manage", "go to whoever takes over, if that is not one of them"),
        (slots.count(), "slots on the deployment board", "end with the last day"),
        (led.count(), "appraisals that they lead", "go to whoever takes over, or to the line manager"),
        (own.count(), "of their own appraisals", "are closed, with their objectives"),
        (from_led.count(), "actions from one-to-ones that they led", "go to whoever takes over"),
        (actions.exclude(meeting__leader=user).count(), "actions from their own one-to-ones", "are closed"),
        (meetings.filter(Q(leader=user) | here).count(), "one-to-ones to come", "are called off"),
        (
            AppraisalView.objects.filter(
                appraisal__school=school, asked_of=user, answered_at=None, withdrawn_on=None
            ).count(),
            "views asked of them",
            "are withdrawn",
        ),
        (
            Certificate.objects.filter(here, removed_at=None, renewed_on=None).count(),
            "certificates",
            "stay on record and count no more",
        ),
        (
            Reading.objects.filter(here, closed_on=None, read_on=None).count(),
            "things to read",
            "are asked of them no more",
        ),
    )
    return [line for line in counted if line[0]]
