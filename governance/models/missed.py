"""Why a duty was late and what changes because of it, so that a missed date teaches something."""

from django.db import models
from django.utils import timezone
from simple_history.models import HistoricalRecords

from sendco.clock import Duty
from staff.models.school import InSchoolQuerySet


class MissedDeadline(models.Model):
    """What somebody says of one late duty, found by what gave the duty: the due table derives its rows anew."""

    class Cause(models.TextChoices):
        WAITING = "waiting", "We waited for somebody's report or answer"
        AWAY = "away", "Somebody was ill or away"
        TIME = "time", "There was not enough time"
        UNKNOWN = "unknown", "We did not know of it in time"
        AGREED = "agreed", "Another day suited the family"
        OTHER_SIDE = "other_side", "The other side was late"
        RECORD = "record", "Our record is wrong: it was done in time"
        OTHER = "other", "Something else"

    school = models.ForeignKey("staff.School", on_delete=models.PROTECT, related_name="+")
    pupil_id = models.BigIntegerField(null=True)
    source_type = models.CharField(max_length=60)
    source_id = models.BigIntegerField()
    rule = models.CharField(max_length=60)
    trigger_on = models.DateField()
    title = models.CharField(max_length=200)
    duty = models.CharField(max_length=20, choices=[(duty.value, duty.value) for duty in Duty])
    due_on = models.DateField()
    met_on = models.DateField(null=True)
    cause = models.CharField(max_length=10, choices=Cause)
    happened = models.CharField(max_length=1000, blank=True)
    mend = models.CharField(max_length=1000, blank=True)
    by = models.ForeignKey("staff.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    version = models.PositiveIntegerField(default=1)
    history = HistoricalRecords()

    objects = InSchoolQuerySet.as_manager()

    class Meta:
        ordering = ["-due_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["source_type", "source_id", "rule", "trigger_on"], name="one_explanation_a_late_duty"
            )
        ]
        indexes = [models.Index(fields=["school", "due_on"])]

    def __str__(self):
        return f"missed {self.rule} {self.source_type} {self.source_id}"

    @property
    def key(self):
        return self.source_type, self.source_id, self.rule, self.trigger_on
