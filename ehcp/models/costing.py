from typing import TYPE_CHECKING, Self

from django.db import models
from django.urls import reverse
from django.utils import timezone
from simple_history.models import HistoricalRecords

from pupils.models import Pupil
from pupils.models.querysets import AboutPupilQuerySet
from staff.permissions import Permission

if TYPE_CHECKING:
    from staff.acting import Acting


class CostedMapQuerySet(AboutPupilQuerySet):
    def visible_to(self, acting: "Acting") -> Self:
        return super().visible_to(acting) if acting.can(Permission.CASE_VIEW) else self.none()


class CostedMap(models.Model):
    """The costed provision map of a child as it was on a day: kept, so that what went to the authority stays as it was
    when rates, groups and times change.

    `head` and `rows` are the table as it stood, `facts` the sums and where they come from, in words.
    """

    school = models.ForeignKey("staff.School", on_delete=models.PROTECT, related_name="+")
    pupil = models.ForeignKey(Pupil, on_delete=models.CASCADE, related_name="costed_maps")
    authority = models.CharField(max_length=100)
    made_on = models.DateField(default=timezone.localdate)
    made_by = models.ForeignKey("staff.User", on_delete=models.PROTECT, null=True, related_name="+")
    head = models.JSONField(default=list)
    rows = models.JSONField(default=list)
    facts = models.JSONField(default=list)
    total = models.DecimalField(max_digits=10, decimal_places=2)
    threshold = models.DecimalField(max_digits=8, decimal_places=2)
    sent_on = models.DateField(null=True, blank=True)
    note = models.CharField(max_length=200, blank=True)
    version = models.PositiveIntegerField(default=1)
    history = HistoricalRecords()

    objects = CostedMapQuerySet.as_manager()

    class Meta:
        ordering = ["-made_on", "-pk"]

    def __str__(self):
        return f"costed map {self.pk}"

    def get_absolute_url(self):
        return reverse("ehcp:costed-map-kept", args=[self.pk])

    @property
    def request(self):
        """Pounds a year above what the school pays first; never below nothing."""
        return max(self.total - self.threshold, 0)
