"""Background work of this floor. Each handler can run twice without harm."""

from sendco.jobs.registry import handler
from sendco.jobs.services import JobFailed
from staff.jobs import acting_of
from staff.models import School
from staff.owed import bring_school_up_to_date
from staff.permissions import Permission

from .letters.refusals import LetterReason
from .letters.services.filing import draw_and_file
from .letters.services.letters import may_go
from .models import Letter
from .record.services.hiding import AGAIN, letter_models


@handler("pupils.letter_pdf")
def letter_pdf(run):
    """Make the PDF of one letter and file it. The permission of who asked is checked again, as it is today."""

    acting = acting_of(run, Permission.LETTER_SEND, refusal="You may not make letters in this school any more.")
    letters = Letter.objects.visible_to(acting).select_related("pupil__school", "contact", "made_by")
    letter = letters.filter(pk=run.params["letter"]).first()
    if letter is None or not may_go(letter):
        raise JobFailed(
            str(LetterReason.MAY_NOT_BE_WRITTEN_TO.words) if letter else "This letter is not there any more."
        )
    return draw_and_file(run, letter, by=acting.user)


@handler(AGAIN)
def letter_again(run):
    """Draw a letter of any floor anew, without the address that is hidden now.

    It follows from what somebody was allowed to do, so it is nobody's to ask for and needs no permission.
    """
    model = next(model for model in letter_models() if model._meta.label_lower == run.params["model"])
    letter = model.objects.filter(pk=run.params["letter"]).first()
    if letter is None:
        raise JobFailed("This letter is not there any more.")
    return draw_and_file(run, letter, by=None, was=run.params["was"])


@handler("school.dates_changed")
def dates_changed(run):
    """Derive every date of the school afresh: its calendar or its own numbers of days changed."""
    school = School.objects.filter(pk=run.job.school_id).first()
    if school is None:
        raise JobFailed("This school is no longer here.")
    count = bring_school_up_to_date(school, lambda done, total: run.progress(done, total, "Working out dates"))
    return {"message": f"{count} records looked at."}
