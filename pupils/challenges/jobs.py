"""A challenge as a letter: what is put to a council or an agency, or the reminder once no reply came in time."""

from typing import Any

from django.utils import timezone

from sendco.jobs import services as jobs
from sendco.jobs.models import Job
from sendco.jobs.registry import handler
from sendco.jobs.runner import Run
from sendco.pdf.jobs import draw
from staff.acting import Acting
from staff.jobs import acting_of
from staff.permissions import Permission
from staff.signatories import signatory

from ..models import Challenge
from ..plans.jobs import keep_print
from ..plans.services.plans import works_here


def start(challenge: Challenge, *, acting: Acting) -> Job:
    return jobs.enqueue(
        "pupils.challenge_letter",
        title="Letter of a challenge",
        by=acting.user,
        school_id=acting.school.pk,
        params={"challenge": challenge.pk},
    )


@handler("pupils.challenge_letter")
def challenge_letter(run: Run) -> dict[str, Any]:
    """Whoever asked still has to lead support and see the challenge when it is made."""
    acting = acting_of(run, Permission.SUPPORT_LEAD)
    rows = Challenge.objects.visible_to(acting).select_related("pupil", "agency", "owner")
    challenge = rows.filter(pk=run.params["challenge"]).first()
    if challenge is None:
        raise jobs.JobFailed("This challenge is not there any more, or you may not read it any more.")
    if challenge.replied_on or challenge.ended_on:
        raise jobs.JobFailed("They have replied, or it has ended: there is nothing to ask for any more.")
    today = timezone.localdate()
    is_here = works_here(challenge.owner, acting.school.pk)
    context = {
        "title": challenge.about,
        "challenge": challenge,
        "pupil": challenge.pupil,
        "steps": challenge.steps.filter(in_letter=True),
        "is_reminder": challenge.is_late(today),
        "waits": challenge.waits(today),
        "school": acting.school,
        "signed_by": signatory(acting.school, challenge.owner if is_here else acting.user),
        "made_at": timezone.localtime(),
    }
    content = draw("reports/challenge_letter.html", context, title="Letter")
    pupils = [challenge.pupil_id] if challenge.pupil_id else []
    return keep_print(run, content, name=f"letter-{today:%Y-%m-%d}.pdf", pupils=pupils)
