"""Reading meetings: one as its page shows it, those of a child, and what is agreed and not yet done."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import F, Prefetch, Q, QuerySet

from sendco.clock import academic_year_start
from staff.acting import Acting
from staff.models import TeachingGroup, User
from staff.permissions import Permission

from ..models import (
    ContactLog,
    Meeting,
    MeetingAction,
    MeetingPerson,
    MeetingPupil,
    Pupil,
    RegisterEntry,
    SupportPlan,
)
from ..models.register import ON_REGISTER

State = MeetingAction.State
OUTSIDE = "outside"  # the key of all owners who are not of the staff
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


def groups_with_plans(acting: Acting) -> QuerySet[TeachingGroup]:
    """Classes in which a pupil in view has an open plan."""
    planned = SupportPlan.objects.visible_to(acting).filter(closed_on=None)
    pupils = Pupil.objects.visible_to(acting).filter(pk__in=planned.values("pupil"))
    return TeachingGroup.objects.filter(pk__in=pupils.values("form_group")).order_by("name", "pk")


def with_plan_or_status(acting: Acting) -> QuerySet[Pupil]:
    """Pupils in view who are on the SEN register or have an open plan."""
    entries = RegisterEntry.objects.filter(ends_on=None, code__in=ON_REGISTER)
    planned = SupportPlan.objects.visible_to(acting).filter(closed_on=None)
    pupils = Pupil.objects.visible_to(acting).filter(left_on=None)
    return pupils.filter(Q(pk__in=entries.values("pupil")) | Q(pk__in=planned.values("pupil")))


def open_before(meeting: Meeting, acting: Acting | None = None) -> list[MeetingAction]:
    """What was agreed at other meetings about the same children and is not settled: whoever meets about a child has
    to know of it. For `acting`, of the children in view.
    """
    pupils = meeting.pupils.values("pupil")
    rows = MeetingAction.objects.filter(pupil__in=pupils, state=State.OPEN).exclude(meeting=meeting)
    if acting is not None:
        rows = rows.filter(pupil__in=Pupil.objects.visible_to(acting))
    return list(rows.select_related("owner", "pupil", "meeting").order_by("due_on", "pk"))


def agreed_with_parents_before(meeting: Meeting, pupil: Pupil) -> list[MeetingAction]:
    """What was agreed about this child at earlier meetings and is open, as far as every parent invited to this one was
    invited there too: what was said to one parent, or among colleagues, is not for the other's eyes.
    """
    parents = set(_parents_at(meeting, pupil))
    day = meeting.held_on or meeting.planned_on
    if not parents:
        return []
    return [
        action
        for action in open_before(meeting)
        if action.pupil_id == pupil.pk
        and (action.meeting.held_on or action.meeting.planned_on) <= day
        and parents <= set(_parents_at(action.meeting, pupil))
    ]


def _parents_at(meeting: Meeting, pupil: Pupil) -> Iterable[int]:
    people = MeetingPerson.objects.filter(meeting=meeting, contact__pupil=pupil, removed_on=None)
    return people.values_list("contact", flat=True)


def with_rights(acting: Acting, actions: Iterable[MeetingAction]) -> list[MeetingAction]:
    """The actions, each with `may_settle` and `may_edit`: whether this person may say what came of it, or change it."""
    found = list(actions)
    for action in found:
        action.may_edit = acting.can(Permission.SUPPORT_LEAD) or action.meeting.organiser_id == acting.user.pk
        action.may_settle = action.may_edit or action.owner_id == acting.user.pk
    return found


def agreed_at(meeting: Meeting, acting: Acting) -> QuerySet[MeetingAction]:
    rows = MeetingAction.objects.visible_to(acting).filter(meeting=meeting)
    return rows.select_related("owner", "pupil", "meeting")


def of_pupil(acting: Acting, pupil: Pupil) -> list[Meeting]:
    return list(in_view(acting).filter(pupils__pupil=pupil).order_by("-planned_on", "-pk")[:40])


def actions_of(acting: Acting, pupils: list[int]) -> QuerySet[MeetingAction]:
    rows = MeetingAction.objects.visible_to(acting).filter(pupil__in=pupils).select_related("owner", "meeting", "pupil")
    return rows.order_by("state", "due_on", "pk")


def open_actions(acting: Acting) -> QuerySet[MeetingAction]:
    """What is agreed and not yet done about pupils in view, the earliest date first."""
    rows = MeetingAction.objects.visible_to(acting).filter(state=State.OPEN)
    return rows.select_related("pupil", "owner", "meeting").order_by("due_on", "pk")


@dataclass
class Owner:
    """Somebody of the staff who has agreed to do things, or all who are known by name alone. `key` names them in an
    address."""

    key: str
    name: str
    has_left: bool = False
    count: int = 0


def owners_of(acting: Acting, actions: QuerySet[MeetingAction], today: date) -> list[Owner]:
    """Who has to do these, those who left first: nobody else would do theirs. Two queries.

    All who are known by name stand together: the mother of one child is not the mother of another.
    """
    found: dict[str, Owner] = {}
    here = set(User.objects.working_at(acting.school, today).values_list("pk", flat=True))
    for pk, name in actions.order_by().values_list("owner", "owner__name"):
        key = str(pk) if pk else OUTSIDE
        owner = found.setdefault(key, Owner(key, name or "Parents and others", has_left=bool(pk) and pk not in here))
        owner.count += 1
    return sorted(found.values(), key=lambda owner: (not owner.has_left, owner.key == OUTSIDE, owner.name))


def owned_by(actions: QuerySet[MeetingAction], key: str) -> QuerySet[MeetingAction]:
    """Those of one owner, by a key that owners_of() gave."""
    return actions.filter(owner=None if key == OUTSIDE else int(key))


def contacts_of(acting: Acting, pupil: Pupil) -> QuerySet[ContactLog]:
    return ContactLog.objects.visible_to(acting).filter(pupil=pupil, removed_on=None).select_related("contact", "by")


def next_with_parents(pupils: list[int], today: date) -> dict[int, date]:
    """{pupil id: the day of the next meeting to which a parent is invited}. One query."""
    rows = MeetingPupil.objects.filter(
        pupil__in=pupils, meeting__held_on=None, meeting__cancelled_on=None, meeting__planned_on__gte=today,
        meeting__people__contact__pupil=F("pupil"), meeting__people__removed_on=None,
    )  # fmt: skip
    return dict(rows.order_by("-meeting__planned_on").values_list("pupil", "meeting__planned_on"))


def met_parents(pupils: list[int], today: date) -> Counter[int]:
    """{pupil id: how many meetings with a parent were held this school year}. One query."""
    since = date(academic_year_start(today), 9, 1)
    rows = MeetingPupil.objects.filter(
        pupil__in=pupils,
        meeting__held_on__gte=since,
        meeting__people__contact__pupil=F("pupil"),
        meeting__people__came=True,
    )
    return Counter(pupil for pupil, _ in rows.values_list("pupil", "meeting").distinct())
