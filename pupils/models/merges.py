from django.db import models
from django.db.models import F, Q

from staff.models.school import InSchoolQuerySet

from .pupil import Pupil


class Merge(models.Model):
    """Two records of one child made one.

    `moved` lists every change in order, with the value before and after, so that undoing restores each.
    """

    school = models.ForeignKey("staff.School", on_delete=models.PROTECT, related_name="+")
    kept = models.ForeignKey(Pupil, on_delete=models.PROTECT, related_name="+")
    gone = models.ForeignKey(Pupil, on_delete=models.PROTECT, related_name="+")
    moved = models.JSONField(default=dict)
    merged_by = models.ForeignKey("staff.User", on_delete=models.PROTECT, related_name="+")
    merged_at = models.DateTimeField(auto_now_add=True)
    undone_by = models.ForeignKey("staff.User", on_delete=models.PROTECT, null=True, related_name="+")
    undone_at = models.DateTimeField(null=True)

    objects = InSchoolQuerySet.as_manager()

    class Meta:
        ordering = ["-merged_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["gone"], condition=Q(undone_at=None), name="one_standing_merge_a_record"),
            models.CheckConstraint(condition=~Q(kept=F("gone")), name="merge_of_two_records"),
        ]

    def __str__(self):
        return f"merge {self.pk}"


class NotDuplicate(models.Model):
    """Somebody looked at these two and said they are different children."""

    school = models.ForeignKey("staff.School", on_delete=models.PROTECT, related_name="+")
    first = models.ForeignKey(Pupil, on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey(Pupil, on_delete=models.CASCADE, related_name="+")
    said_by = models.ForeignKey("staff.User", on_delete=models.PROTECT, related_name="+")
    said_at = models.DateTimeField(auto_now_add=True)

    objects = InSchoolQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="not_duplicate_once"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="not_duplicate_in_order"),
        ]

    def __str__(self):
        return f"{self.first_id} is not {self.second_id}"
