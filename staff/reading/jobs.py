"""The PDF of a briefing note, for the wall of the staff room or the papers of the governors."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from sendco.files.services import store_bytes
from sendco.jobs import services as jobs
from sendco.jobs.models import Job
from sendco.jobs.registry import handler
from sendco.jobs.runner import Run
from sendco.pdf.render import PdfFailed, PdfUnavailable, render_pdf

from ..acting import Acting
from ..jobs import acting_of
from ..models import Briefing
from ..permissions import Permission

KEPT_FOR = timedelta(hours=24)


def start(briefing: Briefing, *, acting: Acting) -> Job:
    params = {"briefing": briefing.pk}
    return jobs.enqueue(
        "staff.briefing_pdf", title="Briefing note as PDF", by=acting.user, school_id=acting.school.pk, params=params
    )


@handler("staff.briefing_pdf")
def briefing_pdf(run: Run) -> dict[str, object]:
    acting = acting_of(run, Permission.BRIEFING_EDIT)
    briefing = Briefing.objects.visible_to(acting).filter(pk=run.params["briefing"]).first()
    if briefing is None:
        raise jobs.JobFailed("This briefing is not there any more.")
    context = {
        "briefing": briefing,
        "school_name": acting.school.name,
        "author": acting.user.name,
        "made_at": timezone.localtime(),
    }
    try:
        content = render_pdf("reports/briefing.html", context, title=briefing.title)
    except (PdfUnavailable, PdfFailed) as error:
        raise jobs.JobFailed(str(error)) from error
    with transaction.atomic():
        run.still_mine()
        stored = store_bytes(
            name=f"briefing-{briefing.pk}.pdf",
            content=content,
            school_id=acting.school.pk,
            by=acting.user,
            purpose="export",
            expires_at=timezone.now() + KEPT_FOR,
        )
    return {"file": stored.pk, "message": f"{briefing.title} is ready."}
