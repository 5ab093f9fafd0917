"""Which pupils somebody may see: the root of every queryset that touches a child."""

from collections.abc import Callable
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from staff.acting import Acting
from staff.models import GroupStaff
from staff.models.people import current_on
from staff.permissions import Permission


def current(prefix=""):
    """Filter for rows of a related table whose dates include today."""
    day = timezone.localdate()
    return Q(**{f"{prefix}starts_on__lte": day}) & (
        Q(**{f"{prefix}ends_on": None}) | Q(**{f"{prefix}ends_on__gte": day})
    )


# Further ways in which a child is somebody's own, such as provision that they give: functions of who asks that return
# the ids of children. A floor above adds its own on starting.
WAYS: list[Callable[[Acting], models.QuerySet]] = []


def seen_through(way: Callable[[Acting], models.QuerySet]) -> None:
    WAYS.append(way)


class PupilQuerySet(models.QuerySet):
    def visible_to(self, acting: Acting) -> Self:
        """Whole school, own unit, or the pupils one teaches, tutors or supports today, as their key worker too; nothing
        without a school.
        """
        # The models are made with this query set.
        from .emergencies import Emergency
        from .pupil import Enrolment, GroupPlace, PupilSupport

        if not acting.school:
            return self.none()
        pupils = self.filter(school=acting.school, merged_into=None)
        if acting.can(Permission.PUPIL_VIEW_ALL):
            return pupils
        seen = Q(pk__in=[])
        if acting.can(Permission.PUPIL_VIEW_UNIT):
            in_unit = Enrolment.objects.filter(current(), unit__in=acting.unit_ids)
            seen |= Q(pk__in=in_unit.values("pupil"))
        if acting.can(Permission.PUPIL_VIEW):
            groups = GroupStaff.objects.filter(current_on(timezone.localdate()), user=acting.user).values("group")
            seen |= Q(form_group__in=groups) | Q(key_worker=acting.user)
            seen |= Q(pk__in=GroupPlace.objects.filter(current(), group__in=groups).values("pupil"))
            seen |= Q(pk__in=PupilSupport.objects.filter(current(), user=acting.user).values("pupil"))
            for way in WAYS:
                seen |= Q(pk__in=way(acting))
            if acting.can(Permission.EMERGENCY_OPEN):
                seen |= Q(pk__in=Emergency.objects.open().filter(user=acting.user).values("pupil"))
            seen &= Q(left_on=None)
        return pupils.filter(seen)

    def in_directory(self, acting: Acting) -> Self:
        """Names and classes of pupils on roll, for raising a concern about any of them."""
        if not acting.school or not acting.can(Permission.DIRECTORY_SEARCH):
            return self.none()
        return self.filter(school=acting.school, left_on=None, merged_into=None)

    def on_roll(self) -> Self:
        return self.filter(left_on=None)

    def by_name(self) -> Self:
        return self.order_by("sort_name", "pk")


class AboutPupilQuerySet(models.QuerySet):
    """Rows that belong to a pupil: seen by whoever may see the pupil. A page's permission decides the rest."""

    def visible_to(self, acting: Acting) -> Self:
        # The models are made with this query set.
        from .pupil import Pupil

        if not acting.school:
            return self.none()
        rows = self.filter(pupil__school=acting.school)
        if acting.can(Permission.PUPIL_VIEW_ALL):
            return rows.filter(pupil__merged_into=None)
        return rows.filter(pupil__in=Pupil.objects.visible_to(acting))

    def current(self) -> Self:
        return self.filter(current())

    def open(self) -> Self:
        return self.filter(ends_on=None)
