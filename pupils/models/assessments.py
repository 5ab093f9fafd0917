from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords

from staff.models.school import InSchoolQuerySet

from .pupil import Pupil
from .querysets import AboutPupilQuerySet


class Scale(models.TextChoices):
    STANDARDISED = "standard", "Standardised score (mean 100)"
    AGE = "age", "Age in months"
    RAW = "raw", "Raw score"
    PERCENTILE = "percentile", "Percentile"
    STEP = "step", "Step or level"
    RATE = "rate", "Number in a minute"
    PERCENT = "percent", "Percentage"
    DAYS = "days", "Days"
    OPINION = "opinion", "Scale of 1 to 10 (an opinion)"


class Rater(models.TextChoices):
    """Who filled a questionnaire in. What one says is compared with what the same says later, and with nobody else."""

    PARENT = "parent", "Parent"
    TEACHER = "teacher", "Teacher"
    SELF = "self", "Pupil"
    OTHER = "other", "Other practitioner"


class ScoreKind(models.Model):
    """A kind of score that the school takes again and again: which way is better, who rates, what may be compared.

    A change within `band` of the first score is no clear change. Two scores less than `gap_weeks` apart are told as too
    close. `family` holds scores together that one questionnaire gives and that are never added up, such as the two of a
    Boxall Profile. `check_note` says what the school has to look up in its own manual.
    """

    school = models.ForeignKey("staff.School", on_delete=models.PROTECT, related_name="score_kinds")
    name = models.CharField(max_length=120)
    family = models.CharField(max_length=80, blank=True)
    scale = models.CharField(max_length=10, choices=Scale)
    unit = models.CharField(max_length=40, blank=True)
    lower_is_better = models.BooleanField(default=False)
    least = models.DecimalField(max_digits=7, decimal_places=2, null=True, blank=True)
    most = models.DecimalField(max_digits=7, decimal_places=2, null=True, blank=True)
    has_raters = models.BooleanField(default=False)
    self_from_age = models.PositiveSmallIntegerField(null=True, blank=True)
    asks_form = models.BooleanField(default=False)
    gap_weeks = models.PositiveSmallIntegerField(null=True, blank=True)
    band = models.DecimalField(
        max_digits=6, decimal_places=2, null=True, blank=True,
        validators=[MinValueValidator(0, "Enter a number that is not below zero.")],
    )  # fmt: skip
    check_note = models.CharField(max_length=300, blank=True)
    is_archived = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)
    history = HistoricalRecords()

    objects = InSchoolQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["school", "name"], condition=Q(is_archived=False), name="score_kind_once_a_school"
            ),
            models.CheckConstraint(
                condition=Q(least=None) | Q(most=None) | Q(most__gt=F("least")), name="score_kind_range_in_order"
            ),
        ]

    def __str__(self):
        return self.name


class ScoreImport(models.Model):
    """Scores read from one file, with what is needed to take them back."""

    school = models.ForeignKey("staff.School", on_delete=models.PROTECT, related_name="score_imports")
    file_name = models.CharField(max_length=150)
    scores = models.JSONField(default=list)  # ids
    made_by = models.ForeignKey("staff.User", on_delete=models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    undone_at = models.DateTimeField(null=True, blank=True)

    objects = InSchoolQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]

    def __str__(self):
        return f"scores of import {self.pk}"


class Assessment(models.Model):
    """A score on a named test. Scores and dates only: never test items, which are their publishers'.

    `kind` where it is one of those that the school takes again and again; it carries their name and scale then.
    """

    Scale = Scale

    pupil = models.ForeignKey(Pupil, on_delete=models.CASCADE, related_name="assessments")
    kind = models.ForeignKey(ScoreKind, on_delete=models.PROTECT, null=True, blank=True, related_name="scores")
    rater = models.CharField(max_length=8, choices=Rater, blank=True)
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
