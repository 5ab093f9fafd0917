from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from simple_history.models import HistoricalRecords

from sendco.clock import long_date

from ..permissions import Permission
from .people import User
from .posts import StaffMember

if TYPE_CHECKING:
    from ..acting import Acting


class AbsenceQuerySet(models.QuerySet):
    def visible_to(self, acting: "Acting") -> Self:
        """All absences of those one leads, and one's own. Where one enters them, also those that are not over, of
        everybody whom one may enter: what somebody was away for last year is no business of the office."""
        if not acting.school:
            return self.none()
        here = self.filter(member__school=acting.school, removed_at=None)
        seen = Q(member__in=StaffMember.objects.open_to(acting))
        if acting.can(Permission.ABSENCE_EDIT):
            going_on = Q(ends_on=None) | Q(ends_on__gte=acting.today)
            if acting.can(Permission.STAFF_VIEW_UNIT):
                going_on &= Q(member__in=StaffMember.objects.visible_to(acting))
            seen |= going_on
        return here.filter(seen)

    def on(self, day) -> Self:
        return self.filter(Q(ends_on=None) | Q(ends_on__gte=day), starts_on__lte=day, removed_at=None)


class Absence(models.Model):
    """A stretch of time in which an adult is away. What it leaves uncovered is worked out from it, never kept.

    Its reason is a category and never a diagnosis; only whoever leads the adult sees it. Without a last day it lasts
    until the return is noted.
    """

    class Reason(models.TextChoices):
        UNSAID = "", "Not said"
        ILLNESS = "illness", "Illness"
        APPOINTMENT = "appointment", "Medical appointment"
        FAMILY = "family", "Family or dependants"
        TRAINING = "training", "Training or school business"
        LEAVE = "leave", "Agreed leave"
        OTHER = "other", "Other"

    member = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="absences")
    starts_on = models.DateField()
    starts_at = models.TimeField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)
    ends_at = models.TimeField(null=True, blank=True)
    reason = models.CharField(max_length=15, choices=Reason, blank=True)
    returned_on = models.DateField(null=True, blank=True)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)
    removed_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    history = HistoricalRecords()

    objects = AbsenceQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="absence_dates_in_order"
            )
        ]
        indexes = [models.Index(fields=["member", "starts_on"])]

    def __str__(self):
        return f"absence from {self.starts_on}"

    @property
    def first_in_words(self):
        return long_date(self.starts_on) + (f", {self.starts_at:%H:%M}" if self.starts_at else "")

    @property
    def last_in_words(self):
        if self.ends_on is None:
            return "no last day yet"
        return long_date(self.ends_on) + (f", {self.ends_at:%H:%M}" if self.ends_at else "")

    @property
    def hours_in_words(self):
        """Of a part of a day: from and until."""
        parts = [f"from {self.starts_at:%H:%M}"] if self.starts_at else []
        return ", ".join([*parts, f"until {self.ends_at:%H:%M}"] if self.ends_at else parts)
