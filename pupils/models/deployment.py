from django.db import models
from simple_history.models import HistoricalRecords

from .pupil import Pupil
from .querysets import AboutPupilQuerySet


class SlotPupil(models.Model):
    """A child with whom an adult is in a slot of the deployment board, beside or instead of a class."""

    slot = models.ForeignKey("staff.Slot", on_delete=models.CASCADE, related_name="pupils")
    pupil = models.ForeignKey(Pupil, on_delete=models.PROTECT, related_name="slots")
    history = HistoricalRecords()

    objects = AboutPupilQuerySet.as_manager()

    class Meta:
        ordering = ["slot", "pupil__sort_name", "pk"]
        indexes = [models.Index(fields=["slot", "pupil"])]

    def __str__(self):
        return f"pupil {self.pupil_id} in slot {self.slot_id}"
