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


class LineSum(models.Model):
    """What one stretch of a line came to, in minutes, as it was worked out last night: for pages that show many plans.

    The ledger of one plan is worked out when it is opened. `causes` are minutes by cause, as texts: amounts may be
    parts of a minute where the plan says pro rata.
    """

    line = models.ForeignKey(ProvisionLine, on_delete=models.CASCADE, related_name="sums")
    first_on = models.DateField()
    last_on = models.DateField()
    # Of a line that no provision is linked to nobody knows what took place: it stands apart.
    is_linked = models.BooleanField(default=True)
    promised = models.DecimalField(max_digits=9, decimal_places=2)
    delivered = models.DecimalField(max_digits=9, decimal_places=2)
    made_good = models.DecimalField(max_digits=9, decimal_places=2)
    short = models.DecimalField(max_digits=9, decimal_places=2)
    causes = models.JSONField(default=dict)
    worked_out_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["first_on", "pk"]
        constraints = [models.UniqueConstraint(fields=["line", "first_on"], name="line_sum_once")]
        indexes = [models.Index(fields=["last_on", "line"], name="line_sum_of_days")]

    def __str__(self):
        return f"sums of line {self.line_id} from {self.first_on}"
