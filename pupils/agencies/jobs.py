"""A referral on paper, for the agency: what the child is referred for and on whose consent, nothing else."""

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

from ..models import Referral
from ..plans.jobs import keep_print
from .selectors import referrals_in_view

TITLE = "Referral as PDF"


def start(referral: Referral, *, acting: Acting) -> Job:
    return jobs.enqueue(
        "pupils.referral_pdf", title=TITLE, by=acting.user, school_id=acting.school.pk, params={"referral": referral.pk}
    )


@handler("pupils.referral_pdf")
def referral_pdf(run: Run) -> dict[str, Any]:
    """Whoever asked still has to see the referral, and the consent has to stand, when it is made."""
    acting = acting_of(run, Permission.NARRATIVE_VIEW)
    referral = referrals_in_view(acting).filter(pk=run.params["referral"]).first()
    if referral is None:
        raise jobs.JobFailed("This referral is not there any more, or you may not read it any more.")
    if not referral.has_basis:
        raise jobs.JobFailed("No consent stands for this referral, so nothing of it is printed to be sent.")
    context = {
        "title": "Referral",
        "referral": referral,
        "pupil": referral.pupil,
        "school": acting.school,
        "school_name": acting.school.name,
        "author": acting.user.name,
        "lead": signatory(acting.school, referral.lead),
        "made_at": timezone.localtime(),
    }
    content = draw("reports/referral.html", context, title="Referral")
    return keep_print(run, content, name=f"referral-{referral.written_on:%Y-%m-%d}.pdf", pupils=[referral.pupil_id])
