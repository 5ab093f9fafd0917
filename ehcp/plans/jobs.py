"""Read the file of a plan in the background. It can run twice without harm."""

from django.db import transaction

from sendco.files.services import FileNotAvailable
from sendco.jobs.registry import handler
from sendco.jobs.services import JobFailed
from staff.jobs import acting_of
from staff.permissions import Permission

from ..models import Plan, PlanVersion
from .services import reading


@handler("ehcp.read_plan")
def read_plan(run):
    """Lift the words of a plan's PDF into its version and draw its pages. What fails is said beside the version."""

    acting = acting_of(run, Permission.CASE_EDIT)
    own = PlanVersion.objects.filter(plan__in=Plan.objects.visible_to(acting)).select_related("plan", "reading")
    version = own.filter(pk=run.params["version"]).first()
    if version is None or reading.stored_file(version) is None:
        raise JobFailed("This version is not there any more.")
    if version.reading.read_at:
        return {"version": version.pk, "message": "The plan is read. Check its sections."}
    try:
        content = reading.content_of(version)
    except FileNotAvailable as error:
        raise JobFailed(str(error)) from error
    run.progress(0, 1, "Reading the words")
    pages, text, problem = reading.words_of(content)
    pictures = reading.pictures_of(content, pages, lambda done, total: run.progress(done, total, "Drawing the pages"))
    with transaction.atomic():
        reading.keep_reading(
            version=version,
            pages=pages,
            text=text,
            problem=problem,
            pictures=pictures,
            still_mine=run.still_mine,
            by=acting.user,
        )
    return {"version": version.pk, "message": "The plan is read. Check its sections beside the pages."}
