"""Draw the papers and the report of a review, and send its mails. Each can run twice without harm."""

from django.db import transaction
from django.utils import timezone

from sendco.clock import full_date
from sendco.files import services as files
from sendco.jobs.registry import handler
from sendco.jobs.services import JobFailed
from sendco.pdf.jobs import draw
from staff.jobs import acting_of
from staff.permissions import Permission

from ..models import AnnualReview, ReviewMail, ReviewReport
from . import pack
from .report_docx import report_docx
from .services.mail import send
from .services.reports import approval_words, file_report
from .services.reviews import file_pack


@handler("ehcp.review_pack")
def review_pack(run):
    """Put the papers of a review into one PDF."""

    acting = acting_of(run, Permission.CASE_EDIT)
    review = _review(AnnualReview.objects.visible_to(acting), run.params["review"])
    papers, missing = pack.papers_of(review)
    run.progress(0, 2, "Drawing the papers")
    context = _about(review) | {"papers": papers, "missing": missing, "subtitle": _subtitle(review)}
    pdf = pack.with_files(
        draw("reports/review_pack.html", context, title="Papers for the review"), pack.files_of(review)
    )
    with transaction.atomic():
        run.still_mine()
        stored = files.store_bytes(
            name="review-papers.pdf", content=pdf, school_id=review.school_id, pupil_id=review.pupil_id,
            by=acting.user, purpose="review papers",
        )  # fmt: skip
        file_pack(review=review, stored=stored, by=acting.user)
    return {"review": review.pk, "message": "The papers are one PDF now."}


@handler("ehcp.review_report")
def review_report(run):
    """Draw the frozen report of a review as a tagged PDF and as a Word document."""

    acting = acting_of(run, Permission.CASE_EDIT)
    in_view = AnnualReview.objects.visible_to(acting)
    report = (
        ReviewReport.objects.select_related("approved_by").filter(review__in=in_view, pk=run.params["report"]).first()
    )
    if report is None:
        raise JobFailed("This report is not there any more.")
    review = _review(in_view, report.review_id)
    report.review = review
    if report.file_ids["pdf"]:
        return {"review": review.pk, "message": "The report is ready."}
    run.progress(0, 2, "Drawing the report")
    context = _about(review) | {"body": report.body, "subtitle": _subtitle(review), "approval": approval_words(report)}
    pdf = draw("reports/review_report.html", context, title=report.title)
    run.progress(1, 2, "Writing the Word document")
    docx = report_docx(
        title=report.title, subtitle=_subtitle(review), school_name=review.school.name, body=report.body,
        signed=approval_words(report),
    )  # fmt: skip
    with transaction.atomic():
        run.still_mine()
        file_report(report=report, pdf=pdf, docx=docx, by=acting.user)
    return {"review": review.pk, "message": "The report is ready: a PDF and a Word document."}


def _review(in_view, pk):
    rows = in_view.select_related("pupil", "plan__authority", "plan__caseworker", "school", "organiser")
    review = rows.filter(pk=pk).first()
    if review is None:
        raise JobFailed("This review is not there any more.")
    return review


def _about(review):
    return {"school_name": review.school.name, "author": review.organiser.name, "made_at": timezone.localtime()}


def _subtitle(review):
    day = review.held_on or review.meeting_on
    return f"{review.pupil.name}, {review.get_kind_display().lower()}" + (f", {full_date(day)}" if day else "")


@handler("ehcp.review_mail")
def review_mail(run):
    """Send one mail of a review. Who asked for it must still be allowed to."""

    acting = acting_of(run, Permission.CASE_EDIT)
    own = ReviewMail.objects.filter(invitee__review__school=acting.school)
    mail = own.filter(pk=run.params["mail"]).first()
    if mail is None:
        raise JobFailed("This mail is not there any more.")
    return {"message": send(mail, still_mine=run.still_mine)}
