"""Make the PDF of a letter in the background. It can run twice without harm."""

from pupils.letters.services.filing import draw_and_file
from sendco.jobs.registry import handler
from sendco.jobs.services import JobFailed
from staff.jobs import acting_of
from staff.permissions import Permission

from ..models import CaseLetter


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
    return draw_and_file(run, letter, by=acting.user)
