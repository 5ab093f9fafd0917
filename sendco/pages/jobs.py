"""One's own background work: how far it is, stop it, try it again, take its file."""

from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from pupils.plans.jobs import PRINT
from sendco.files.http import download_response
from sendco.files.models import StoredFile
from sendco.jobs.models import Job, Status
from sendco.jobs.services import ask_to_cancel, retry
from staff.access import polls, require_permission
from staff.permissions import Permission

# Where a finished job leads, by kind: (words, route, name of the id in the result).
LEADS = {
    "pupils.import_read": ("Look at the import", "pupils:import-detail", "import"),
    "pupils.import_apply": ("Look at the import", "pupils:import-detail", "import"),
    "pupils.import_undo": ("Look at the import", "pupils:import-detail", "import"),
    "pupils.letter_pdf": ("Open the letter", "pupils:letter-detail", "letter"),
    "ehcp.letter_pdf": ("Open the letter", "ehcp:letter-detail", "letter"),
    "ehcp.review_pack": ("Open the review", "ehcp:review-detail", "review"),
    "ehcp.review_report": ("Open the review", "ehcp:review-detail", "review"),
    "ehcp.review_mail": ("See what was sent", "ehcp:contribution-list", "review"),
    "ehcp.request_pack": ("Open the request", "ehcp:assessment-detail", "assessment"),
}


def jobs_of(acting):
    school = acting.school.pk if acting.school else None
    return Job.objects.filter(user_id=acting.user.pk, school_id=school)


@require_permission(Permission.OWN_ACCOUNT)
@require_GET
def job_list(request):
    page = Paginator(jobs_of(request.acting).order_by("-pk"), 25).get_page(request.GET.get("page"))
    return render(request, "jobs/job_list.html", {"title": "Background work", "section": "jobs", "page": page})


def _context(job):
    label, route, name = LEADS.get(job.kind, (None, None, None))
    target = job.result.get(name) or job.params.get(name) if route else None
    return {"job": job, "lead": {"words": label, "route": route, "pk": target} if target else None}


@require_permission(Permission.OWN_ACCOUNT)
@require_GET
def job_detail(request, pk):
    job = get_object_or_404(jobs_of(request.acting), pk=pk)
    if job.is_finished and job.seen_at is None:
        jobs_of(request.acting).filter(pk=job.pk).update(seen_at=timezone.now())
    context = {"title": job.title, "section": "jobs", "crumbs": [("Background work", reverse("job-list"))]}
    return render(request, "jobs/job_detail.html", context | _context(job))


@require_permission(Permission.OWN_ACCOUNT)
@require_GET
def job_progress(request, pk):
    job = get_object_or_404(jobs_of(request.acting), pk=pk)
    return render(request, "jobs/_job_progress.html", _context(job))


polls(job_progress)


@require_permission(Permission.OWN_ACCOUNT)
@require_POST
def job_cancel(request, pk):
    job = get_object_or_404(jobs_of(request.acting), pk=pk)
    ask_to_cancel(job)
    return redirect("job-detail", pk=job.pk)


@require_permission(Permission.OWN_ACCOUNT)
@require_POST
def job_retry(request, pk):
    job = get_object_or_404(jobs_of(request.acting), pk=pk)
    retry(job)
    return redirect("job-detail", pk=job.pk)


# What a finished file is for, and who may take it: prints of the plans and profiles of one's own pupils, and exports.
PURPOSES = {"export": Permission.EXPORT_RUN, PRINT: Permission.SUPPORT_VIEW}


@require_permission(*PURPOSES.values())
@require_GET
def job_file(request, pk):
    """The file that a job made: for its maker only, in the school it is about, and for a day."""
    acting = request.acting
    job = get_object_or_404(jobs_of(acting), pk=pk, status=Status.DONE)
    purposes = [purpose for purpose, permission in PURPOSES.items() if acting.can(permission)]
    files = StoredFile.objects.filter(school_id=acting.school.pk, uploaded_by_id=request.user.pk, purpose__in=purposes)
    stored = files.filter(pk=job.result.get("file"), expires_at__gt=timezone.now()).first()
    if stored is None:
        raise Http404
    return download_response(stored)
