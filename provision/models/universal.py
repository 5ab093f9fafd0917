"""What every child gets, ordinarily available in each class: the school's list, and whether it is in place there."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from simple_history.models import HistoricalRecords

from pupils.models.register import Area
from staff.models.school import InSchoolQuerySet


class UniversalItem(models.Model):
    """One thing that every class should have in place."""

    school = models.ForeignKey("staff.School", on_delete=models.PROTECT, related_name="universal_items")
    area = models.CharField("area of need", max_length=6, choices=Area)
    name = models.CharField("what every class has", max_length=80)
    is_archived = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)
    history = HistoricalRecords()

    objects = InSchoolQuerySet.as_manager()

    class Meta:
        ordering = ["area", "name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["school", "name"], condition=Q(is_archived=False), name="universal_item_once_a_school"
            )
        ]

    def __str__(self):
        return self.name


class UniversalCheck(models.Model):
    """Whether it is in place in one class, as somebody saw or said on a day. The newest counts; older ones stay."""

    class State(models.TextChoices):
        IN_PLACE = "in_place", "In place"
        PARTLY = "partly", "Partly"
        NOT_YET = "not_yet", "Not yet"

    item = models.ForeignKey(UniversalItem, on_delete=models.CASCADE, related_name="checks")
    group = models.ForeignKey("staff.TeachingGroup", on_delete=models.CASCADE, related_name="universal_checks")
    state = models.CharField(max_length=8, choices=State)
    note = models.CharField(max_length=200, blank=True)
    checked_on = models.DateField(default=timezone.localdate)
    checked_by = models.ForeignKey("staff.User", on_delete=models.PROTECT, null=True, related_name="+")
    history = HistoricalRecords()

    class Meta:
        ordering = ["-checked_on", "-pk"]
        indexes = [models.Index(fields=["item", "group", "-checked_on"], name="universal_check_newest")]

    def __str__(self):
        return f"item {self.item_id} in class {self.group_id}"
