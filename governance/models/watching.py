"""That somebody opened, or exported, very many records in a short time, and that it was told."""

from django.db import models
from django.utils import timezone

from staff.models.school import InSchoolQuerySet


class ManyRecords(models.Model):
    """One a person, a school, a day and a kind: whoever is told of it once looks at the rest on the page of readers."""

    class Kind(models.TextChoices):
        READ = "read", "Opened"
        EXPORTED = "exported", "Exported"

    school = models.ForeignKey("staff.School", on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey("staff.User", on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    kind = models.CharField(max_length=10, choices=Kind)
    children = models.PositiveIntegerField()
    hour_at = models.DateTimeField()
    told_at = models.DateTimeField(default=timezone.now)

    objects = InSchoolQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["school", "user", "day", "kind"], name="many_records_told_once_a_day")
        ]

    def __str__(self):
        return f"{self.kind} {self.children} by user {self.user_id}"
