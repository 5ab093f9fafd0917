from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords

from .pupil import Pupil
from .querysets import AboutPupilQuerySet


class Assessment(models.Model):
    """A score on a named test. Scores and dates only: never test items, which are their publishers'."""

    class Scale(models.TextChoices):
        STANDARDISED = "standard", "Standardised score (mean 100)"
        AGE = "age", "Age in months"
        RAW = "raw", "Raw score"
        PERCENTILE = "percentile", "Percentile"
        STEP = "step", "Step or level"

    pupil = models.ForeignKey(Pupil, on_delete=models.CASCADE, related_name="assessments")
    test = models.CharField(max_length=120)
    form = models.CharField("form or edition", max_length=60, blank=True)
    taken_on = models.DateField()
    scale = models.CharField(max_length=10, choices=Scale)
    score = models.DecimalField(max_digits=7, decimal_places=2)
    low = models.DecimalField("confidence band from", max_digits=7, decimal_places=2, null=True, blank=True)
    high = models.DecimalField("confidence band to", max_digits=7, decimal_places=2, null=True, blank=True)
    assessed_by = models.CharField(max_length=150)
    note = models.CharField(max_length=500, blank=True)
    entered_by = models.ForeignKey("staff.User", on_delete=models.PROTECT, null=True, related_name="+")
    removed_on = models.DateField(null=True)
    version = models.PositiveIntegerField(default=1)
    history = HistoricalRecords()

    objects = AboutPupilQuerySet.as_manager()

    class Meta:
        ordering = ["-taken_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=(Q(low=None) & Q(high=None)) | (Q(low__lte=F("score")) & Q(high__gte=F("score"))),
                name="score_inside_its_band",
            )
        ]

    def __str__(self):
        return f"{self.test} {self.taken_on}"
