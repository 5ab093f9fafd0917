"""Reads about one-to-ones: what two people planned and wrote, and who else may read it for some days."""

from datetime import timedelta

from django.db.models import Prefetch, QuerySet

from ..acting import Acting
from ..models import Membership, NotesGrant, StaffMember, SupervisionAction, SupervisionMeeting
from ..models.people import current_on
from ..permissions import Permission
from ..roles import Role

# A data protection officer of yesterday agrees to nothing.
PROTECTED_FOR = timedelta(days=30)


def meetings_about(acting: Acting, member: StaffMember) -> QuerySet[SupervisionMeeting]:
    """Those of this adult that the person may read, the newest first."""
    actions = SupervisionAction.objects.select_related("owner").order_by("due_on", "pk")
    rows = SupervisionMeeting.objects.visible_to(acting).filter(member=member).select_related("leader")
    return rows.prefetch_related(Prefetch("actions", queryset=actions)).order_by("-planned_on", "-pk")


def open_actions(acting: Acting) -> QuerySet[SupervisionAction]:
    """What one has to do from one-to-ones of this school."""
    rows = SupervisionAction.objects.filter(owner=acting.user, done_on=None, meeting__school=acting.school)
    return rows.select_related("meeting__member", "meeting__leader").order_by("due_on", "pk")


def is_one_of_two(acting: Acting, meeting: SupervisionMeeting) -> bool:
    return acting.user.pk in (meeting.leader_id, meeting.member.user_id)


def grants_of(acting: Acting, member: StaffMember) -> QuerySet[NotesGrant]:
    """Who may, may not or wants to read this adult's notes: known to the adult, who leads them, and who decides."""
    return NotesGrant.objects.filter(school=acting.school, member=member).select_related("reader", "agreed_by")


def may_agree(acting: Acting, grant: NotesGrant) -> bool:
    """Whether this person may be the second person: they confirm roles or have protected data here for a while, and
    are none of those concerned. Nobody agrees with a role that was given for it."""
    if acting.user.pk in (grant.reader_id, grant.member.user_id):
        return False
    protects = Membership.objects.filter(
        current_on(acting.today),
        user=acting.user,
        school=acting.school,
        role=Role.DPO,
        starts_on__lte=acting.today - PROTECTED_FOR,
    ).exists()
    return acting.can(Permission.ROLE_CONFIRM) or protects


def grants_to_decide(acting: Acting) -> list[NotesGrant]:
    rows = NotesGrant.objects.filter(school=acting.school, agreed_at=None, refused_at=None)
    return [grant for grant in rows.select_related("member", "reader") if may_agree(acting, grant)]
