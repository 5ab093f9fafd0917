"""What works here: short notes on strategies, and how often colleagues used them with which success. About no child."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from simple_history.models import HistoricalRecords

from staff.models.school import InSchoolQuerySet


class PracticeNote(models.Model):
    """One strategy in a few lines, for the types of need named; without any it is for everybody."""

    school = models.ForeignKey("staff.School", on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=120)
    text = models.TextField(max_length=2000)
    # Codes of the school census's types of need: a code outlives the row of the dated table.
    needs = models.JSONField(default=list, blank=True)
    source = models.CharField(max_length=200, blank=True)
    added_by = models.ForeignKey("staff.User", on_delete=models.PROTECT, null=True, related_name="+")
    added_on = models.DateField(default=timezone.localdate)
    archived_on = models.DateField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    history = HistoricalRecords()

    objects = InSchoolQuerySet.as_manager()

    class Meta:
        ordering = ["title", "pk"]
        indexes = [models.Index(fields=["school", "title"])]

    def __str__(self):
        return self.title


class PracticeUse(models.Model):
    """A colleague tried a strategy, and says whether it helped. One answer a person; the last one counts."""

    class Helped(models.TextChoices):
        YES = "yes", "It helped"
        PARTLY = "partly", "It helped a little"
        NO = "no", "It did not help"

    note = models.ForeignKey(PracticeNote, on_delete=models.PROTECT, related_name="uses")
    user = models.ForeignKey("staff.User", on_delete=models.PROTECT, related_name="+")
    helped = models.CharField(max_length=10, choices=Helped)
    comment = models.CharField(max_length=300, blank=True)
    said_on = models.DateField(default=timezone.localdate)
    history = HistoricalRecords()

    class Meta:
        ordering = ["-said_on", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["note", "user"], name="one_use_a_person"),
            models.CheckConstraint(condition=Q(helped__in=["yes", "partly", "no"]), name="use_says_whether"),
        ]

    def __str__(self):
        return f"user {self.user_id} of note {self.note_id}"
