"""Make the PDF of a letter in the background. It can run twice without harm."""

from django.db import transaction

from sendco.jobs.registry import handler
from sendco.jobs.services import JobFailed
from sendco.pdf.jobs import draw
from staff.jobs import acting_of
from staff.permissions import Permission

from ..models import CaseLetter
from .services.letters import file_letter


@handler("ehcp.letter_pdf")
def letter_pdf(run):
    """Make the PDF of one letter of a case and file it."""

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
