"""PDFs of plans, made in the background for whoever asked."""

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from sendco.audit import services as audit
from sendco.files.services import store_bytes
from sendco.jobs import services as jobs
from sendco.jobs.models import Job
from sendco.jobs.registry import handler
from sendco.jobs.runner import Run
from sendco.pdf.fit import DoesNotFit, fit_on_one_page
from sendco.pdf.jobs import draw
from staff.acting import Acting
from staff.jobs import acting_of
from staff.permissions import Permission

from ..models import SupportPlan
from .selectors import plan_shown, plans_in_view

MOST = 60  # plans in one file: two classes
SMALL = 4  # of the sizes of a page: still easy to read
PRINT = "print"  # the purpose of a file that is made to be printed, and goes after a day
KEPT_FOR = timedelta(hours=24)  # long enough to print it, short enough that no copy lies about


WHOLE, PARENTS, LARGE = "file", "parents", "large"
TITLES = {
    WHOLE: "Support plan as PDF",
    PARENTS: "Plan on one page for parents",
    LARGE: "Plan for parents in large print",
}


def start_pdf(plan: SupportPlan, *, wanted: str = WHOLE, acting: Acting) -> Job:
    """`wanted`: one of TITLES, the whole plan for any other word."""
    wanted = wanted if wanted in TITLES else WHOLE
    params = {"plan": plan.pk, "wanted": wanted}
    return jobs.enqueue(
        "pupils.support_pdf", title=TITLES[wanted], by=acting.user, school_id=acting.school.pk, params=params
    )


@handler("pupils.support_pdf")
def support_pdf(run: Run) -> dict[str, Any]:
    """Whoever asked still has to see the plan when it is made."""
    acting = acting_of(run, Permission.SUPPORT_VIEW)
    plan = plans_in_view(acting).filter(pk=run.params["plan"]).first()
    if plan is None:
        raise jobs.JobFailed("This plan is not there any more, or you may not read it any more.")
    # A job of an older release says only whether it is for parents.
    wanted = run.params.get("wanted") or (PARENTS if run.params.get("for_parents") else WHOLE)
    template = "reports/support_plan.html" if wanted == WHOLE else "reports/support_parents.html"
    page = {"plan": plan, "pupil": plan.pupil, "shown": plan_shown(plan)}
    context = page | {
        "pages": [page],
        "school_name": acting.school.name,
        "school": acting.school,
        "author": acting.user.name,
        "made_at": timezone.localtime(),
    }
    if wanted == PARENTS:
        content = on_one_page(template, context, title=plan.kind.name)
    else:  # in large print words are not made smaller to save a sheet
        content = draw(template, context | {"fit": LARGE}, title=plan.kind.name)
    return keep_print(run, content, name=f"support-plan-{plan.starts_on:%Y-%m-%d}.pdf", pupils=[plan.pupil_id])


def start_parents(plans: list[SupportPlan], *, acting: Acting) -> Job:
    """Begin the pages for the parents of several pupils, in one file."""
    params = {"plans": [plan.pk for plan in plans[:MOST]]}
    return jobs.enqueue(
        "pupils.support_parents", title="Plans for parents", by=acting.user, school_id=acting.school.pk, params=params
    )


@handler("pupils.support_parents")
def support_parents(run: Run) -> dict[str, Any]:
    """Each plan begins a page of its own. Confidential plans and closed ones are in no such file."""
    acting = acting_of(run, Permission.SUPPORT_VIEW)
    rows = plans_in_view(acting).filter(pk__in=run.params["plans"], closed_on=None, is_confidential=False)
    plans = list(rows.order_by("pupil__sort_name", "pk"))
    if not plans:
        raise jobs.JobFailed("None of these plans is open any more, or you may not read them any more.")
    pages = []
    for number, plan in enumerate(plans):
        run.progress(number, len(plans) + 1, "Gathering the plans")
        pages.append({"plan": plan, "pupil": plan.pupil, "shown": plan_shown(plan)})
    context = {
        "pages": pages, "fit": SMALL, "school_name": acting.school.name, "school": acting.school,
        "author": acting.user.name, "made_at": timezone.localtime(),
    }  # fmt: skip
    content = draw("reports/support_parents.html", context, title="Plans for parents")
    return keep_print(run, content, name="plans-for-parents.pdf", pupils=[plan.pupil_id for plan in plans])


def on_one_page(template: str, context: dict[str, Any], *, title: str) -> bytes:
    """A page to take home, as large as it fits on one side; what is longer than that goes on to a second."""
    try:
        return fit_on_one_page(template, context | {"title": title})[1]
    except DoesNotFit:
        return draw(template, context | {"fit": SMALL}, title=title)


def keep_print(run: Run, content: bytes, *, name: str, pupils: list[int]) -> dict[str, Any]:
    """Keep a PDF for a day for whoever asked, and note whose facts are in it."""
    acting = acting_of(run, Permission.SUPPORT_VIEW)
    with transaction.atomic():
        run.still_mine()
        stored = store_bytes(
            name=name, content=content, school_id=acting.school.pk, by=acting.user, purpose=PRINT,
            expires_at=timezone.now() + KEPT_FOR,
        )  # fmt: skip
        audit.record_export(school_id=acting.school.pk, pupil_ids=pupils, by=acting.user, what=run.job.title)
    return {"file": stored.pk, "message": "It is ready. It is kept for a day."}
