"""Background work of this floor. Each handler can run twice without harm."""

from django.db import transaction

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
    from .models import CaseLetter
    from .services.letters import file_letter

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
