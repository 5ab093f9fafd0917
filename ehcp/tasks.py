"""Background work of this floor. Each handler can run twice without harm."""

from django.db import transaction
from django.utils import timezone

from pupils.models import Document
from sendco.clock import long_date
from sendco.jobs.registry import handler
from sendco.jobs.services import JobFailed
from sendco.pdf.render import PdfFailed, PdfUnavailable, render_pdf
from staff.acting import acting_for
from staff.models import User
from staff.permissions import Permission


def acting_of(run, *permissions):
    """Return who asked for this job, as they are today. Raises JobFailed when they may not do it any more."""
    user = User.objects.filter(pk=run.job.user_id, is_active=True).first()
    acting = acting_for(user, run.job.school_id) if user else None
    here = acting is not None and acting.school is not None and acting.school.pk == run.job.school_id
    if not here or not any(acting.can(permission) for permission in permissions):
        raise JobFailed("You may not do this in this school any more.")
    return acting


def draw(template, context, *, title):
    """Return the bytes of a PDF. Raises JobFailed with words for the person who asked."""
    try:
        return render_pdf(template, context, title=title)
    except (PdfUnavailable, PdfFailed) as error:
        raise JobFailed(str(error)) from error


@handler("ehcp.letter_pdf")
def letter_pdf(run):
    """Make the PDF of one letter of a case and file it."""
    from .letters.services.letters import file_letter
    from .models import CaseLetter

    acting = acting_of(run, Permission.CASE_EDIT)
    letters = CaseLetter.objects.visible_to(acting).select_related("school", "pupil", "contact", "made_by")
    letter = letters.filter(pk=run.params["letter"]).first()
    if letter is None:
        raise JobFailed("This letter is not there any more.")
    if letter.contact is not None and not letter.contact.may_be_written_to:
        raise JobFailed("This person may not be written to any more. Ask the safeguarding lead before you do anything.")
    if letter.file_id:
        return {"letter": letter.pk, "message": "The letter is filed."}
    run.progress(0, 2, "Drawing the letter")
    pdf = draw("reports/letter.html", {"letter": letter, "school": letter.school}, title="Letter")
    with transaction.atomic():
        run.still_mine()
        file_letter(letter=letter, pdf=pdf, by=acting.user)
    return {"letter": letter.pk, "message": "The letter is filed."}


@handler("ehcp.read_plan")
def read_plan(run):
    """Lift the words of a plan's PDF into its version and draw its pages. What fails is said beside the version."""
    from sendco.files.services import FileNotAvailable

    from .models import Plan, PlanVersion
    from .plans.services import reading

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


@handler("ehcp.review_pack")
def review_pack(run):
    """Put the papers of a review into one PDF."""
    from sendco.files import services as files

    from .models import AnnualReview
    from .reviews import pack
    from .reviews.services.reviews import file_pack

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
    from .models import AnnualReview, ReviewReport
    from .reviews.report_docx import report_docx
    from .reviews.services.reports import file_report

    acting = acting_of(run, Permission.CASE_EDIT)
    in_view = AnnualReview.objects.visible_to(acting)
    report = ReviewReport.objects.filter(review__in=in_view, pk=run.params["report"]).first()
    if report is None:
        raise JobFailed("This report is not there any more.")
    review = _review(in_view, report.review_id)
    if report.pdf_id:
        return {"review": review.pk, "message": "The report is ready."}
    run.progress(0, 2, "Drawing the report")
    context = _about(review) | {"body": report.body, "subtitle": _subtitle(review)}
    pdf = draw("reports/review_report.html", context, title=report.title)
    run.progress(1, 2, "Writing the Word document")
    docx = report_docx(title=report.title, subtitle=_subtitle(review), school_name=review.school.name, body=report.body)
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
    return f"{review.pupil.name}, {review.get_kind_display().lower()}" + (f", {long_date(day)}" if day else "")


@handler("ehcp.review_mail")
def review_mail(run):
    """Send one mail of a review. Who asked for it must still be allowed to."""
    from .models import ReviewMail
    from .reviews.services.mail import send

    acting = acting_of(run, Permission.CASE_EDIT)
    own = ReviewMail.objects.filter(invitee__review__school=acting.school)
    mail = own.filter(pk=run.params["mail"]).first()
    if mail is None:
        raise JobFailed("This mail is not there any more.")
    return {"message": send(mail, still_mine=run.still_mine)}


@handler("ehcp.request_pack")
def request_pack(run):
    """Draw the pack of a school's request, with the enclosed PDFs as its last pages."""
    from .models import NeedsAssessment
    from .requests import pack
    from .requests.services.pack import file_pack

    acting = acting_of(run, Permission.CASE_EDIT)
    cases = NeedsAssessment.objects.visible_to(acting).select_related("school", "pupil", "authority", "caseworker")
    case = cases.filter(pk=run.params["assessment"]).first()
    if case is None:
        raise JobFailed("This request is not there any more.")
    documents = Document.objects.visible_to(acting).filter(pupil=case.pupil, removed_on=None)
    run.progress(0, 2, "Drawing the pack")
    now = timezone.localtime()
    about = {"school_name": case.school.name, "author": acting.user.name, "made_at": now}

    def drawn(contents):
        return draw("reports/request_pack.html", contents | about, title=case.get_kind_display())

    pdf = pack.drawn(
        case,
        acting,
        drawn,
        parts=run.params["parts"],
        documents=list(documents.filter(pk__in=run.params["documents"]).order_by("dated_on", "pk")),
        dated_on=now.date(),
        progress=lambda: run.progress(1, 2, "Numbering its pages"),
    )
    with transaction.atomic():
        run.still_mine()
        file_pack(case=case, pdf=pdf, by=acting.user)
    return {"assessment": case.pk, "message": f"The pack is ready: {pack.page_count(pdf)} pages."}
