"""The report of a review: make it, read it, have the head sign it, download it."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from pupils.views.form_pages import tab_title
from sendco.audit import services as audit
from sendco.formkit.page import FormPage, form_page, posted, pressed_once
from sendco.formkit.versions import Versioned, nothing
from sendco.jobs.models import Job
from sendco.refusals import Refused
from staff.access import ONE_HOUR, require_permission, step_up
from staff.permissions import Permission as P

from ...models import AnnualReview, ReviewReport
from ..forms import reviews as forms
from ..selectors.facts import is_current, latest_report, missing_in_report
from ..services import reports as services
from .after import send_file
from .reviews import review_address, review_or_404, review_page

CHANGED = "The review was changed while you read. Look at the newest report, then approve it."


def _report(request, pk):
    reviews = AnnualReview.objects.visible_to(request.acting)
    return get_object_or_404(ReviewReport.objects.filter(review__in=reviews), pk=pk)


def _context(request, review, report, title):
    return review_page(review, title) | {
        "tab_title": tab_title("Report of a review"),
        "report": report,
        "job": Job.objects.filter(pk=report.job_id).first() if report and report.job_id else None,
        "stale": report is not None and not review.report_sent_on and not is_current(report),
        "missing": missing_in_report(review) if review.held_on else [],
        "may_edit": request.acting.can(P.CASE_EDIT) and _may_change(review),
        "may_approve": request.acting.can(P.CASE_APPROVE),
    }


def _may_change(review):
    return review.report_sent_on is None and (review.closed_on is None or review.waits_for_authority)


@require_permission(P.CASE_EDIT)
@form_page
@pressed_once
def review_report(request, pk):
    """The report as it is now; POST makes it (again)."""
    review = review_or_404(request, pk)
    report = latest_report(review)
    if request.method == "POST":
        try:
            services.make(review=review, by=request.user)
        except Refused as refusal:
            messages.warning(request, str(refusal))
        else:
            messages.success(request, "The report is being drawn. Read it here meanwhile.")
        return redirect("ehcp:review-report", pk=review.pk)
    if report:
        audit.record_read(school_id=review.school_id, pupil_id=review.pupil_id, by=request.user, what="review report")
    return render(request, "ehcp/review_report.html", _context(request, review, report, "Report"))


@require_permission(P.CASE_VIEW)
@require_GET
def review_report_pdf(request, pk):
    return _file(request, pk, "pdf")


@require_permission(P.CASE_VIEW)
@require_GET
def review_report_docx(request, pk):
    return _file(request, pk, "docx")


def _file(request, pk, kind):
    report = _report(request, pk)
    review = review_or_404(request, report.review_id)
    return send_file(
        request, review, report.file_ids[kind], filename=f"review-report-{review.held_on}.{kind}",
        what="review report", back=review_address(review),
    )  # fmt: skip


@require_permission(P.CASE_APPROVE)
@step_up(within=ONE_HOUR)
@form_page
def review_approve(request, pk):
    """The head reads the frozen report and signs it."""
    report = _report(request, pk)
    review = review_or_404(request, report.review_id)
    form = forms.ApproveForm(posted(request), initial={"version": review.version})

    def approve(cleaned):
        return services.approve(report=report, version=cleaned["version"], by=request.user)

    def page():
        audit.record_read(school_id=review.school_id, pupil_id=review.pupil_id, by=request.user, what="review report")
        return _context(request, review, report, "Approve the report") | {
            "approving": True,
            "cancel": reverse("ehcp:review-detail", args=[review.pk]),
        }

    return FormPage(
        form=form,
        save=approve,
        done="Approved. The report can go to everybody invited.",
        then=review_address(review),
        page=page,
        template="ehcp/review_report.html",
        versioned=Versioned(values=nothing, words=CHANGED, renews=False),
    ).respond(request)
