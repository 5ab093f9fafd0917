"""Background work of this floor. Each handler can run twice without harm."""

from django.db import transaction

from sendco.jobs.registry import handler
from sendco.jobs.services import JobFailed
from sendco.pdf.render import PdfFailed, PdfUnavailable, render_pdf
from staff.acting import acting_for
from staff.models import School, User
from staff.permissions import Permission

from .owed import bring_school_up_to_date


@handler("pupils.letter_pdf")
def letter_pdf(run):
    """Make the PDF of one letter and file it. The permission of who asked is checked again, as it is today."""
    from .letters.refusals import LetterReason
    from .letters.services.letters import file_letter, may_go
    from .models import Letter

    user = User.objects.filter(pk=run.job.user_id, is_active=True).first()
    acting = acting_for(user, run.job.school_id) if user else None
    if (
        acting is None
        or not acting.school
        or acting.school.pk != run.job.school_id
        or not acting.can(Permission.LETTER_SEND)
    ):
        raise JobFailed("You may not make letters in this school any more.")
    letters = Letter.objects.visible_to(acting).select_related("pupil__school", "contact", "made_by")
    letter = letters.filter(pk=run.params["letter"]).first()
    if letter is None or not may_go(letter):
        raise JobFailed(
            str(LetterReason.MAY_NOT_BE_WRITTEN_TO.words) if letter else "This letter is not there any more."
        )
    if letter.file_id:
        return {"letter": letter.pk, "message": "The letter is filed."}
    run.progress(0, 2, "Drawing the letter")
    try:
        pdf = render_pdf("reports/letter.html", {"letter": letter, "school": letter.pupil.school}, title="Letter")
    except (PdfUnavailable, PdfFailed) as error:
        raise JobFailed(str(error)) from error
    with transaction.atomic():
        run.still_mine()
        file_letter(letter=letter, pdf=pdf, by=user)
    return {"letter": letter.pk, "message": "The letter is filed."}


@handler("school.dates_changed")
def dates_changed(run):
    """Derive every date of the school afresh: its calendar or its own numbers of days changed."""
    school = School.objects.filter(pk=run.job.school_id).first()
    if school is None:
        raise JobFailed("This school is no longer here.")
    count = bring_school_up_to_date(school, lambda done, total: run.progress(done, total, "Working out dates"))
    return {"message": f"{count} records looked at."}
