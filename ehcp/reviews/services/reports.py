"""The report of a review: frozen in the authority's layout, signed by the head, sent with proof."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from sendco.audit import services as audit
from sendco.clock import full_date
from sendco.files import services as files
from sendco.jobs import services as jobs
from sendco.jobs.models import Job
from sendco.refusals import Refused
from staff.models import User
from staff.signatories import signatory

from ...cases.kernel import changing, locked
from ...letters.services import correspondence
from ...models import AnnualReview, Correspondence, ReviewReport
from .. import layouts, steps
from ..refusals import ReviewReason
from ..selectors.facts import is_current, latest_report, missing_in_report
from . import reviews


@transaction.atomic
def make(*, review: AnnualReview, by: User) -> ReviewReport:
    """Freeze the report as it is now and have its PDF and Word document made. Returns the ReviewReport.

    One that is approved and was never drawn, because whoever approved it has left, is drawn in place of a new one.
    """
    review = locked(review)
    steps.REPORT.check(review)
    if (newest := latest_report(review)) and newest.is_signed and not newest.signed_pdf_id and is_current(newest):
        return _draw_again(newest, by=by)
    name, title, parts = layouts.layout_for(review.plan.authority)
    body, lost = layouts.fill(parts, review)
    report = ReviewReport(review=review, layout_name=name, title=title, body=body, lost_fields=lost, made_by=by)
    with audit.saving(report, by=by):
        report.save()
    report.job_id = _draw(report, by=by).pk
    with audit.saving(report, by=by):
        report.save(update_fields=["job_id"])
    audit.record("ehcp.report_made", review, text=f"Report of the review made: {name}", by=by)
    if review.approved_at:  # what was approved is the report before this one
        with changing(review, by=by, step=steps.REPORT) as change:
            change.case.approved_by = change.case.approved_at = None
            change.touch()
    return report


def _draw_again(report: ReviewReport, *, by: User) -> ReviewReport:
    report.job_id = _draw(report, by=by).pk
    with audit.saving(report, by=by):
        report.save(update_fields=["job_id"])
    return report


def _draw(report: ReviewReport, *, by: User) -> Job:
    return jobs.enqueue(
        "ehcp.review_report",
        title="Make the report of a review",
        by=by,
        school_id=report.review.school_id,
        params={"report": report.pk},
    )


@transaction.atomic
def file_report(*, report: ReviewReport, pdf: bytes, docx: bytes, by: User) -> ReviewReport:
    """Keep both files, of the draft or of the approved report. Called by the job in its transaction; once filed they
    are left alone."""
    drawn_at = report.approved_at
    report = ReviewReport.objects.select_for_update(of=("self",)).select_related("review").get(pk=report.pk)
    names = ("signed_pdf_id", "signed_docx_id") if report.is_signed else ("pdf_id", "docx_id")
    if getattr(report, names[0]) or report.approved_at != drawn_at:
        return report
    review = report.review
    about: dict[str, Any] = {
        "school_id": review.school_id,
        "pupil_id": review.pupil_id,
        "by": by,
        "purpose": "review report",
    }
    for name, suffix, content in zip(names, ("pdf", "docx"), (pdf, docx), strict=True):
        stored = files.store_bytes(name=f"review-report-{review.held_on}.{suffix}", content=content, **about)
        setattr(report, name, stored.pk)
    with audit.saving(report, by=by):
        report.save(update_fields=names)
    return report


@transaction.atomic
def approve(*, report: ReviewReport, version: int, by: User) -> AnnualReview:
    """The head signs this report: it is drawn anew with the approval on it, which is what goes.

    Raises Refused when the record has moved on since it was made, or while what the law asks for is missing.
    """
    review = locked(report.review, version=version)
    newest = latest_report(review)
    if newest is None or newest.pk != report.pk:
        raise Refused(ReviewReason.NEWER_REPORT)
    if not is_current(newest):
        raise Refused(ReviewReason.REPORT_STALE)
    if newest.pdf_id is None:
        raise Refused(ReviewReason.REPORT_BEING_DRAWN)
    if newest.is_signed:
        raise Refused(ReviewReason.APPROVED_ALREADY, name=newest.approved_by.name)  # type: ignore[union-attr]
    with changing(review, version=version, by=by, step=steps.APPROVE) as change:
        review = change.case
        if missing := missing_in_report(review):
            raise Refused(ReviewReason.REPORT_NOT_READY, missing="; ".join(missing))
        review.approved_by, review.approved_at = by, timezone.now()
        newest.approved_by, newest.approved_at = by, review.approved_at
        newest.approved_as = signatory(review.school, by).role[:60]
        newest.signed_pdf_id = newest.signed_docx_id = None
        newest.job_id = _draw(newest, by=by).pk
        change.keep(newest, *SIGNED, "job_id")
        change.tell("ehcp.report_approved", "Report of the review approved")
    return review


SIGNED = ("approved_by", "approved_at", "approved_as", "signed_pdf_id", "signed_docx_id")


def approval_words(report: ReviewReport) -> str:
    """The line under the heading: who approved it and when, or that nobody has."""
    if not report.is_signed or report.approved_by is None or report.approved_at is None:
        return "Draft. Not approved yet."
    who = ", ".join(filter(None, (report.approved_by.name, report.approved_as)))
    return f"Approved by {who}, on {full_date(timezone.localdate(report.approved_at))}."


@transaction.atomic
def record_sent(*, review: AnnualReview, sent_on: date, via: str, proof: str, by: User) -> AnnualReview:
    """The approved report went to everybody invited; how, and what proves it, is filed with the case."""
    newest = latest_report(review)
    if newest and not is_current(newest):
        raise Refused(ReviewReason.REPORT_STALE)
    if newest and newest.is_signed and not newest.signed_pdf_id:
        raise Refused(ReviewReason.REPORT_NOT_DRAWN)
    review = reviews.record_report_sent(review=review, sent_on=sent_on, by=by)
    log_sent(review=review, subject="Report of the review", sent_on=sent_on, via=via, proof=proof, by=by)
    return review


def log_sent(*, review: AnnualReview, subject: str, sent_on: date, via: str, proof: str, by: User) -> Correspondence:
    """File that something went to everybody invited."""
    return correspondence.log(
        case=review,
        direction=Correspondence.Direction.OUT,
        party="Everybody invited to the review",
        dated_on=sent_on,
        subject=subject,
        method=via,
        proof=proof,
        by=by,
    )


@transaction.atomic
def record_papers_sent(*, review: AnnualReview, sent_on: date, via: str, proof: str, by: User) -> AnnualReview:
    """The papers went to everybody invited (reg 20(4)); how, and what proves it, is filed with the case."""
    review = reviews.record_papers_sent(review=review, sent_on=sent_on, by=by)
    log_sent(review=review, subject="Papers of the review", sent_on=sent_on, via=via, proof=proof, by=by)
    return review


def made_when(report: ReviewReport) -> datetime:
    return timezone.localtime(report.made_at)
