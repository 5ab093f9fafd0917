"""One child's record, opened in an emergency by somebody who does not teach them: two hours, on record, reported."""

from datetime import datetime
from typing import Self

from django.db import models
from django.utils import timezone

from staff.models.school import InSchoolQuerySet


class EmergencyQuerySet(InSchoolQuerySet):
    def open(self, now: datetime | None = None) -> Self:
        return self.filter(ends_at__gt=now or timezone.now())


class Emergency(models.Model):
    school = models.ForeignKey("staff.School", on_delete=models.PROTECT, related_name="+")
    pupil = models.ForeignKey("pupils.Pupil", on_delete=models.CASCADE, related_name="emergencies")
    user = models.ForeignKey("staff.User", on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=300)
    opened_at = models.DateTimeField(default=timezone.now)
    ends_at = models.DateTimeField()
    reported_at = models.DateTimeField(null=True)

    objects = EmergencyQuerySet.as_manager()

    class Meta:
        ordering = ["-opened_at", "-pk"]
        indexes = [
            models.Index(fields=["user", "ends_at"]),
            models.Index("ends_at", name="emergency_to_report", condition=models.Q(reported_at=None)),
        ]

    def __str__(self):
        return f"emergency {self.pk}"
