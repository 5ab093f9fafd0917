"""Logs that came from the phone of somebody who had left meanwhile: they wait for whoever sets up provision."""

from typing import TYPE_CHECKING, Self

from django.db import models
from django.utils import timezone
from simple_history.models import HistoricalRecords

from staff.permissions import Permission

from .sessions import Session

if TYPE_CHECKING:
    from staff.acting import Acting


class LateLogQuerySet(models.QuerySet):
    def visible_to(self, acting: "Acting") -> Self:
        if not acting.school or not acting.can(Permission.PROVISION_EDIT):
            return self.none()
        return self.filter(school=acting.school)

    def waiting(self) -> Self:
        return self.filter(state=LateLog.State.WAITING)


class LateLog(models.Model):
    """What a phone kept of a session: `said` are the fields of the log's form, as [name, value]. `title` and `day` are
    what the phone called it, for a session that was removed meanwhile."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waits for review"
        ACCEPTED = "accepted", "Accepted"
        DECLINED = "declined", "Not accepted"

    school = models.ForeignKey("staff.School", on_delete=models.PROTECT, related_name="+")
    session = models.ForeignKey(Session, on_delete=models.SET_NULL, null=True, related_name="late_logs")
    said_by = models.ForeignKey("staff.User", on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=200)
    day = models.CharField(max_length=40)
    what = models.CharField(max_length=4)
    said = models.JSONField(default=list)
    key = models.UUIDField(unique=True)
    received_at = models.DateTimeField(default=timezone.now)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    decided_by = models.ForeignKey("staff.User", on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    why = models.CharField(max_length=200, blank=True)
    history = HistoricalRecords()

    objects = LateLogQuerySet.as_manager()

    class Meta:
        ordering = ["received_at", "pk"]

    def __str__(self):
        return f"late log {self.pk}"
