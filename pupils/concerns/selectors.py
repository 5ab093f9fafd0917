"""Concerns as the pages show them: whose, in which order, with which dates."""

from collections.abc import Iterable
from datetime import date, timedelta
from statistics import median
from typing import Any

from django.db.models import Count, F, Model, Q, QuerySet
from django.utils import timezone

from sendco.due.models import DueItem
from staff.acting import Acting
from staff.models import GroupStaff, Membership, School, User
from staff.models.people import current_on
from staff.permissions import ROLE_PERMISSIONS, Permission
from staff.roles import Role
from staff.selectors import current_term, people_with

from ..models import Concern, ConcernView, GroupPlace, Pupil, PupilSupport
from ..models.querysets import current

NO_TERM_DAYS = 90


def readable(acting: Acting) -> QuerySet[Concern]:
    """Concerns this person may open: those they may triage, and the ones they raised themselves."""
    if not acting.school:
        return Concern.objects.none()
    triaged = Concern.objects.visible_to(acting).values("pk")
    return Concern.objects.filter(Q(pk__in=triaged) | Q(raised_by=acting.user), school=acting.school)


def may_triage(acting: Acting, concern: Concern) -> bool:
    return acting.can(Permission.CONCERN_TRIAGE) and Concern.objects.visible_to(acting).filter(pk=concern.pk).exists()


def _for_list(concerns: QuerySet[Concern]) -> QuerySet[Concern]:
    counted = concerns.annotate(
        asked=Count("views", filter=Q(views__withdrawn_on=None)),
        answered=Count("views", filter=Q(views__answered_at__isnull=False)),
    )
    return counted.select_related("pupil__form_group", "raised_by", "decided_by")


def to_triage(acting: Acting) -> QuerySet[Concern]:
    """Nobody has acted on these yet; the oldest first."""
    waiting = Concern.objects.visible_to(acting).open().filter(first_action_at=None)
    return _for_list(waiting).order_by("raised_on", "pk")


def in_hand(acting: Acting) -> QuerySet[Concern]:
    """Looked at and not closed; the nearest date to look again first, those without a date at the top."""
    going_on = Concern.objects.visible_to(acting).open().exclude(first_action_at=None)
    return _for_list(going_on).order_by(F("look_again_on").asc(nulls_first=True), "pk")


def closed(acting: Acting) -> QuerySet[Concern]:
    return _for_list(Concern.objects.visible_to(acting).exclude(closed_on=None)).order_by("-closed_on", "-pk")


def raised_by_me(acting: Acting) -> QuerySet[Concern]:
    mine = Concern.objects.filter(school=acting.school, raised_by=acting.user)
    return mine.select_related("pupil__form_group", "decided_by").order_by("-raised_on", "-pk")


def views_asked_of(acting: Acting) -> QuerySet[ConcernView]:
    """What this person was asked for in this school, answered or not; never anybody else's."""
    if not acting.school:
        return ConcernView.objects.none()
    asked = ConcernView.objects.filter(asked_of=acting.user, concern__school=acting.school, withdrawn_on=None)
    return asked.select_related("concern__pupil__form_group", "concern__school", "asked_by")


def views_waiting_for(acting: Acting) -> QuerySet[ConcernView]:
    waiting = views_asked_of(acting).filter(answered_at=None, concern__closed_on=None)
    return waiting.order_by("asked_on", "pk")


def dues_of(rows: Iterable[Model], rule: str) -> dict[int, DueItem]:
    """Return the due items of one rule for these records, by record id. One query."""
    rows = list(rows)
    if not rows:
        return {}
    items = DueItem.objects.filter(
        source_type=rows[0]._meta.label_lower, source_id__in=[row.pk for row in rows], rule=rule
    )
    return {item.source_id: item for item in items.order_by("due_on")}


def measured_since(school: School, today: date) -> tuple[date, str]:
    """Return (the first day that counts, what to call the time): the current term, or the last 90 days without one."""
    term = current_term(school, today)
    if term:
        return term.starts_on, "this term"
    return today - timedelta(days=NO_TERM_DAYS), f"in the last {NO_TERM_DAYS} days"


def median_to_first_action(acting: Acting, since: date) -> timedelta | None:
    """The middle one of the times between a concern and the first thing done about it, or None without any."""
    seen = Concern.objects.visible_to(acting).filter(raised_on__gte=since).exclude(first_action_at=None)
    moments = seen.values_list("entered_at", "first_action_at")
    times: list[Any] = [acted - entered for entered, acted in moments if acted]
    return median(times) if times else None


def who_looks(school: School) -> str:
    """The names of those who triage for the whole school, for the automatic reply."""
    names = [user.name for user in people_with(school, Role.SENCO)]
    return " or ".join(names) if names else "The SENDCo"


def colleagues(school: School | int) -> QuerySet[User]:
    """Everybody here today whose role lets them give a view."""
    roles = [role for role, held in ROLE_PERMISSIONS.items() if Permission.CONCERN_RAISE in held]
    held = Membership.objects.filter(current_on(timezone.localdate()), school=school, role__in=roles)
    return User.objects.filter(is_active=True, pk__in=held.values("user")).order_by("name", "pk")


def who_teaches(pupil: Pupil) -> QuerySet[User]:
    """Colleagues who teach, tutor or support this child today."""
    places = GroupPlace.objects.filter(current(), pupil=pupil).values("group")
    groups = Q(group__in=places)
    if pupil.form_group_id:
        groups |= Q(group=pupil.form_group_id)
    staff = GroupStaff.objects.filter(groups, current_on(timezone.localdate())).values("user")
    supports = PupilSupport.objects.filter(current(), pupil=pupil).values("user")
    return colleagues(pupil.school_id).filter(Q(pk__in=staff) | Q(pk__in=supports))
