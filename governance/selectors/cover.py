"""For whom somebody stands in on a day: the same answer as the one by which the digest finds a deputy."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Exists, IntegerField, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce

from sendco.clock import Duty
from sendco.due.models import DueItem
from staff.models import Membership
from staff.models.people import current_on
from staff.permissions import ROLE_PERMISSIONS, Permission
from staff.roles import Role

from ..models import Cover
from ..services.recipients import SEES_PUPILS, TOLD_ROLES

READING_ROLES = tuple(role for role in Role if Permission.NARRATIVE_VIEW in ROLE_PERMISSIONS[role])


@dataclass(frozen=True)
class StandingIn:
    """Somebody who is away, until when the acting person stands in, and how many of their duties are late."""

    absent: object
    until: date
    late: int


def standing_in(acting, today, items=None):
    """[StandingIn] of those whose reminders the acting person gets today, who is back first comes first. One query.

    `items` are the open due items to count late ones in: those that the acting person may know of.
    """
    if not acting.school or not SEES_PUPILS & acting.permissions:
        return []
    covers = defaultdict(list)
    for cover in _covers(acting, today, DueItem.objects.none() if items is None else items):
        covers[cover.deputy_id].append(cover)
    found = {}
    _follow(acting.user.pk, acting.can(Permission.NARRATIVE_VIEW), None, covers, found)
    found.pop(acting.user.pk, None)
    return sorted(found.values(), key=lambda one: (one.until, one.absent.name))


def covered_ids(acting, today):
    """Ids of those whom the acting person stands in for. One query."""
    return {one.absent.pk for one in standing_in(acting, today)}


def _covers(acting, today, items):
    here = Membership.objects.filter(current_on(today), user=OuterRef("absent"), school=acting.school)
    late = items.filter(owner_id=OuterRef("absent_id"), due_on__lt=today, duty=Duty.SCHOOL, exception="")
    number = late.order_by().values("owner_id").annotate(number=Count("pk")).values("number")
    return (
        Cover.objects.visible_to(acting)
        .on(today)
        .filter(Exists(here.filter(role__in=TOLD_ROLES)), absent__is_active=True)
        .select_related("absent")
        .annotate(
            reads=Exists(here.filter(role__in=READING_ROLES)),
            late=Coalesce(Subquery(number, output_field=IntegerField()), Value(0)),
        )
    )


def _follow(deputy_id, deputy_reads, until, covers, found):
    """Who is away may themselves stand in for somebody: that comes to the deputy too, as long as both are away."""
    for cover in covers[deputy_id]:
        if cover.absent_id in found or (cover.reads and not deputy_reads):
            continue
        last = min(cover.ends_on, until or cover.ends_on)
        found[cover.absent_id] = StandingIn(cover.absent, last, cover.late)
        _follow(cover.absent_id, cover.reads, last, covers, found)
