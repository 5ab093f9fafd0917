"""Reading meetings: one as its page shows it, those of a child, and what is agreed and not yet done."""

from collections import Counter
from datetime import date

from django.db.models import Prefetch, QuerySet

from sendco.clock import academic_year_start
from staff.acting import Acting

from ..models import ContactLog, Meeting, MeetingAction, MeetingPerson, MeetingPupil, Pupil

State = MeetingAction.State
# The Code of Practice (6.65): schools should meet parents at least three times each year.
MEETINGS_A_YEAR = 3


def in_view(acting: Acting) -> QuerySet[Meeting]:
    people = MeetingPerson.objects.filter(removed_on=None).select_related("user", "contact")
    parts = MeetingPupil.objects.filter(pupil__in=Pupil.objects.visible_to(acting)).select_related("pupil__form_group")
    return (
        Meeting.objects.visible_to(acting)
        .select_related("organiser", "school", "previous")
        .prefetch_related(Prefetch("people", people), Prefetch("pupils", parts))
    )


def of_pupil(acting: Acting, pupil: Pupil) -> list[Meeting]:
    return list(in_view(acting).filter(pupils__pupil=pupil).order_by("-planned_on", "-pk")[:40])


def actions_of(acting: Acting, pupils: list[int]) -> QuerySet[MeetingAction]:
    rows = MeetingAction.objects.visible_to(acting).filter(pupil__in=pupils).select_related("owner", "meeting", "pupil")
    return rows.order_by("state", "due_on", "pk")


def contacts_of(acting: Acting, pupil: Pupil) -> QuerySet[ContactLog]:
    return ContactLog.objects.visible_to(acting).filter(pupil=pupil, removed_on=None).select_related("contact", "by")


def met_parents(pupils: list[int], today: date) -> Counter[int]:
    """{pupil id: how many meetings with a parent were held this school year}. One query."""
    since = date(academic_year_start(today), 9, 1)
    rows = MeetingPupil.objects.filter(
        pupil__in=pupils,
        meeting__held_on__gte=since,
        meeting__people__contact__isnull=False,
        meeting__people__came=True,
    )
    return Counter(pupil for pupil, _ in rows.values_list("pupil", "meeting").distinct())
