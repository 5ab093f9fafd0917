"""Which provision delivers a line of a plan, what the line asks of it, and what the school did where it fell short."""

from django.db import models
from django.utils import timezone
from simple_history.models import HistoricalRecords

from .plans import ProvisionLine


class LineConditions(models.Model):
    """What the words of a line ask beyond its columns. A session counts for the line only if it meets them."""

    line = models.OneToOneField(ProvisionLine, on_delete=models.CASCADE, related_name="conditions")
    # The adult has to be trained in this on the day.
    skill = models.ForeignKey("staff.Skill", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    is_pro_rata = models.BooleanField(default=False)
    activity = models.CharField(max_length=120, blank=True)
    version = models.PositiveIntegerField(default=1)
    history = HistoricalRecords()

    def __str__(self):
        return f"conditions of line {self.line_id}"


class LineDelivery(models.Model):
    """A place of the child in a run that delivers the line."""

    line = models.ForeignKey(ProvisionLine, on_delete=models.CASCADE, related_name="deliveries")
    place = models.ForeignKey("provision.Place", on_delete=models.CASCADE, related_name="lines")
    history = HistoricalRecords()

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["line", "place"], name="line_delivery_once")]

    def __str__(self):
        return f"line {self.line_id} by place {self.place_id}"


class LineAction(models.Model):
    """What the school did about a line that fell short, in a sentence."""

    line = models.ForeignKey(ProvisionLine, on_delete=models.CASCADE, related_name="actions")
    on = models.DateField(default=timezone.localdate)
    text = models.CharField(max_length=300)
    entered_by = models.ForeignKey("staff.User", on_delete=models.PROTECT, null=True, related_name="+")
    history = HistoricalRecords()

    class Meta:
        ordering = ["-on", "-pk"]

    def __str__(self):
        return f"action on line {self.line_id}"
