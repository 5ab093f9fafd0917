"""For whom somebody stands in on a day: the same answer as the one by which the digest finds a deputy."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, QuerySet

from sendco.clock import Duty
from sendco.due.models import DueItem
from staff.acting import Acting
from staff.models import Membership, School, User
from staff.models.people import current_on
from staff.permissions import ROLE_PERMISSIONS, Permission
from staff.roles import Role

from ..models import Cover
from ..told import SEES_PUPILS, TOLD_ROLES

READING_ROLES = frozenset(role for role in Role if Permission.NARRATIVE_VIEW in ROLE_PERMISSIONS[role])


@dataclass(frozen=True)
class StandingIn:
    """Somebody who is away, until when the acting person stands in, and how many of their duties are late."""

    absent: User
    until: date
    late: int


def standing_in(acting: Acting, today: date, items: QuerySet[DueItem] | None = None) -> list[StandingIn]:
    """[StandingIn] of those whose reminders the acting person gets today, who is back first comes first.

    `items` are the open due items to count late ones in: those that the acting person may know of. One query for who
    stands in for nobody, three for the others.
    """
    away = _found(acting, today)
    late = _late(items, away, today) if away and items is not None else {}
    standing = [StandingIn(absent, until, late.get(absent.pk, 0)) for absent, until in away.values()]
    return sorted(standing, key=lambda stand_in: (stand_in.until, stand_in.absent.name))


def covered_ids(acting: Acting, today: date) -> set[int]:
    """Ids of those whom the acting person stands in for."""
    return set(_found(acting, today))


def _found(acting: Acting, today: date) -> dict[int, tuple[User, date]]:
    """{id: (who is away, until when)}"""
    if not acting.school or not SEES_PUPILS & acting.permissions:
        return {}
    covers = Cover.objects.visible_to(acting).on(today).filter(absent__is_active=True).select_related("absent")
    covers = list(covers)
    if acting.user.pk not in {cover.deputy_id for cover in covers}:
        return {}
    roles = _roles({cover.absent_id for cover in covers}, acting.school, today)
    of_deputy = defaultdict(list)
    for cover in covers:
        if not roles[cover.absent_id].isdisjoint(TOLD_ROLES):
            of_deputy[cover.deputy_id].append(cover)
    away: dict[int, tuple[User, date]] = {}
    _follow(acting.user.pk, acting.can(Permission.NARRATIVE_VIEW), None, of_deputy, roles, away)
    away.pop(acting.user.pk, None)
    return away


def _roles(user_ids: set[int], school: School, today: date) -> dict[int, set[str]]:
    roles_by_user = defaultdict(set)
    memberships = Membership.objects.filter(current_on(today), user__in=user_ids, school=school)
    for user_id, role in memberships.values_list("user", "role"):
        roles_by_user[user_id].add(role)
    return roles_by_user


def _follow(
    deputy_id: int,
    deputy_reads: bool,
    until: date | None,
    of_deputy: dict[int, list[Cover]],
    roles: dict[int, set[str]],
    away: dict[int, tuple[User, date]],
) -> None:
    """Who is away may themselves stand in for somebody: that comes to the deputy too, as long as both are away."""
    for cover in of_deputy[deputy_id]:
        reads = not roles[cover.absent_id].isdisjoint(READING_ROLES)
        if cover.absent_id in away or (reads and not deputy_reads):
            continue
        last = min(cover.ends_on, until or cover.ends_on)
        away[cover.absent_id] = (cover.absent, last)
        _follow(cover.absent_id, reads, last, of_deputy, roles, away)


def _late(items: QuerySet[DueItem], owner_ids: Iterable[int], today: date) -> dict[int | None, int]:
    late = items.filter(owner_id__in=owner_ids, due_on__lt=today, duty=Duty.SCHOOL, exception="").order_by()
    return dict(late.values_list("owner_id").annotate(number=Count("pk")))
