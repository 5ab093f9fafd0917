"""Who is acting, in which school, with which permissions today. Read afresh on every request, never stored."""

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from django.utils import timezone

from sendco.audit.models import Audience

from .models import LineManagement, Membership, School, User
from .models.people import current_on
from .permissions import HOME_ORDER, ONLY_CONFIRMED, Permission, permissions_of
from .roles import Role


@dataclass(frozen=True)
class Acting:
    user: User
    # None for somebody with no role today. Nothing is permitted then, so whoever is called by a page has a school.
    school: School = None  # type: ignore[assignment]  # see above
    roles: frozenset[Role] = frozenset()
    permissions: frozenset[Permission] = frozenset()
    unit_ids: frozenset[int] = frozenset()
    schools: tuple[School, ...] = field(default=())
    today: date = field(default_factory=timezone.localdate)

    def can(self, permission: Permission) -> bool:
        return permission in self.permissions

    @property
    def sees_all_pupils(self) -> bool:
        return Permission.PUPIL_VIEW_ALL in self.permissions

    @property
    def home_role(self) -> Role | None:
        return next((role for role in HOME_ORDER if role in self.roles), None)

    @property
    def role_names(self) -> str:
        return ", ".join(Role(role).label for role in HOME_ORDER if role in self.roles)

    @cached_property
    def line(self) -> frozenset[int]:
        """The staff members whom this person manages today, on all levels below. One query, once a request."""
        if not self.school:
            return frozenset()
        rows = LineManagement.objects.filter(current_on(self.today), member__school=self.school)
        below: dict[int | None, list[int]] = {}
        own = None
        for member_id, manager_id, manager_user_id in rows.values_list("member", "manager", "manager__user"):
            below.setdefault(manager_id, []).append(member_id)
            own = manager_id if manager_user_id == self.user.pk else own
        found: set[int] = set()
        waiting = list(below.get(own, ())) if own else []
        while waiting:
            member_id = waiting.pop()
            if member_id not in found:
                found.add(member_id)
                waiting += below.get(member_id, ())
        return frozenset(found)

    @property
    def audiences(self) -> set[Audience]:
        """The audiences of events that this person may meet."""
        held: set[Audience] = set()
        if self.can(Permission.NARRATIVE_VIEW):
            held.add(Audience.RECORD)
        if self.can(Permission.NARRATIVE_VIEW) and self.can(Permission.FLAG_CONFIDENTIAL_VIEW):
            held.add(Audience.CONFIDENTIAL)
        if self.can(Permission.PEOPLE_MANAGE):
            held.add(Audience.ACCOUNTS)
        if self.can(Permission.STAFF_LEAD):
            held.add(Audience.STAFF)
        return held


def acting_for(user: User, school_id: int | None = None, *, today: date | None = None) -> Acting:
    """Build the acting person from today's memberships; the first school by name unless one is chosen. One query."""
    today = today or timezone.localdate()
    memberships = list(
        Membership.objects.filter(current_on(today), user=user)
        .select_related("school")
        .order_by("school__name", "school_id", "pk")
    )
    schools = tuple({membership.school_id: membership.school for membership in memberships}.values())
    school = next((own_school for own_school in schools if own_school.pk == school_id), schools[0] if schools else None)
    here = [membership for membership in memberships if school and membership.school_id == school.pk]
    roles = frozenset(Role(membership.role) for membership in here)
    return Acting(
        user=user,
        school=school,  # type: ignore[arg-type]  # None as above
        roles=roles,
        permissions=_permissions(here),
        unit_ids=frozenset(membership.unit_id for membership in here if membership.unit_id),
        schools=schools,
        today=today,
    )


def _permissions(here: list[Membership]) -> frozenset[Permission]:
    confirmed = permissions_of(Role(membership.role) for membership in here if not membership.is_unconfirmed)
    unconfirmed = permissions_of(Role(membership.role) for membership in here if membership.is_unconfirmed)
    return confirmed | (unconfirmed - ONLY_CONFIRMED)
