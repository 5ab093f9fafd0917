"""What a parent takes home of a meeting, and the letter that invites to one: PDFs made in the background."""

from typing import Any

from django.utils import timezone

from sendco.jobs import services as jobs
from sendco.jobs.models import Job
from sendco.jobs.registry import handler
from sendco.jobs.runner import Run
from sendco.pdf.jobs import draw
from staff.acting import Acting
from staff.jobs import acting_of
from staff.permissions import Permission
from staff.signatories import signatory

from ..models import Contact, Meeting, MeetingAction
from ..plans.jobs import SMALL, keep_print, on_one_page
from .selectors import agreed_with_parents_before, in_view

SUMMARY, LETTER = "summary", "letter"
TITLES = {SUMMARY: "What was agreed, for parents", LETTER: "Invitation to a meeting, as a letter"}
TEMPLATES = {SUMMARY: "reports/meeting_parents.html", LETTER: "reports/meeting_letter.html"}


def start(meeting: Meeting, *, what: str, acting: Acting, person: int | None = None) -> Job:
    """Begin the PDF. `person` is whom the letter goes to."""
    params = {"meeting": meeting.pk, "what": what, "person": person}
    return jobs.enqueue(
        "pupils.meeting_pdf", title=TITLES[what], by=acting.user, school_id=acting.school.pk, params=params
    )


@handler("pupils.meeting_pdf")
def meeting_pdf(run: Run) -> dict[str, Any]:
    """Whoever asked still has to see the meeting when it is made."""
    acting = acting_of(run, Permission.SUPPORT_VIEW)
    meeting = in_view(acting).filter(pk=run.params["meeting"]).first()
    if meeting is None:
        raise jobs.JobFailed("This meeting is not there any more, or you may not read it any more.")
    parts = list(meeting.pupils.all())
    what = run.params["what"]
    context = {
        "meeting": meeting,
        "title": TITLES[what],
        "school": acting.school,
        "school_name": acting.school.name,
        "author": acting.user.name,
        "made_at": timezone.localtime(),
    }
    if what == SUMMARY:
        context["pages"] = [_page(meeting, part) for part in parts]
    else:
        context |= _letter(meeting, run.params["person"], acting)
    alone = what == SUMMARY and len(parts) == 1
    draws = on_one_page if alone else draw
    content = draws(TEMPLATES[what], context | {"fit": 0 if alone else SMALL}, title=TITLES[what])
    name = f"meeting-{meeting.planned_on:%Y-%m-%d}.pdf"
    return keep_print(run, content, name=name, pupils=[part.pupil_id for part in parts])


def _page(meeting: Meeting, part: Any) -> dict[str, Any]:
    """One child's page: nothing that staff wrote for themselves, and no other child."""
    agreed = meeting.actions.filter(pupil=part.pupil).exclude(state=MeetingAction.State.NOT_NEEDED)
    before = agreed_with_parents_before(meeting, part.pupil)
    told = Contact.objects.filter(pupil=part.pupil, ended_on=None, needs_interpreter=True)
    return {
        "part": part,
        "pupil": part.pupil,
        "actions": [_action(row, meeting) for row in agreed.select_related("owner")],
        "before": [_action(row, meeting) for row in before],
        "languages": sorted({contact.language or "language not noted" for contact in told}),
    }


def _action(action: MeetingAction, meeting: Meeting) -> dict[str, Any]:
    owner = str(signatory(meeting.school, action.owner)) if action.owner else action.owner_name
    is_late = action.due_on < (meeting.held_on or meeting.planned_on)
    return {
        "text": action.text, "owner": owner, "due_on": action.due_on, "is_done": action.state == "done",
        "is_late": is_late,
    }  # fmt: skip


def _letter(meeting: Meeting, person_id: int | None, acting: Acting) -> dict[str, Any]:
    person = meeting.people.filter(pk=person_id, removed_on=None).select_related("contact").first()
    contact = person.contact if person else None
    if contact is None or not contact.may_be_written_to:
        raise jobs.JobFailed("This person is not to be written to, or is no longer invited.")
    # A hidden address goes on no paper: the letter is handed over.
    sees = acting.can(Permission.CONTACT_VIEW) and not contact.address_hidden
    name = contact.name if acting.can(Permission.CONTACT_VIEW) else "Parent or carer"
    return {
        "to_name": name,
        "address": contact.full_address if sees else "",
        "signed_by": signatory(meeting.school, meeting.organiser),
    }
