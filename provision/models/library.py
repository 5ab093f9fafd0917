"""The library: interventions as this school runs them, its own to edit."""

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from pupils.models.register import Area
from staff.models.school import InSchoolQuerySet


class Tier(models.TextChoices):
    """How much more a child gets than every child does."""

    UNIVERSAL = "universal", "Universal"
    TARGETED = "targeted", "Targeted"
    SPECIALIST = "specialist", "Specialist"


class Evidence(models.TextChoices):
    """How well it is known to help, as the school judges it from a source that it names."""

    UNKNOWN = "", "Not looked up yet"
    STRONG = "strong", "Strong"
    PROMISING = "promising", "Promising"
    EARLY = "early", "Early"
    MIXED = "mixed", "Mixed"
    SET = "set", "Set by a specialist"
    NONE = "none", "No evidence found"


def _between(least: int, most: int, what: str) -> list:
    words = f"Enter {what} between {least} and {most}."
    return [MinValueValidator(least, words), MaxValueValidator(most, words)]


class Intervention(models.Model):
    """What is done, for whom, how much of it, and by whom. Numbers are how it usually runs; a run may differ."""

    class LicenceFor(models.TextChoices):
        PUPIL = "pupil", "for each pupil"
        SCHOOL = "school", "for the whole school"

    school = models.ForeignKey("staff.School", on_delete=models.PROTECT, related_name="interventions")
    name = models.CharField(max_length=100)
    area = models.CharField("area of need", max_length=6, choices=Area)
    tier = models.CharField(max_length=12, choices=Tier, default=Tier.TARGETED)
    summary = models.TextField("what it is", max_length=600, blank=True)
    group_size = models.PositiveSmallIntegerField(
        "pupils in the group", default=1, validators=_between(1, 60, "a number")
    )
    adults = models.PositiveSmallIntegerField("adults in the room", default=1, validators=_between(1, 10, "a number"))
    minutes = models.PositiveSmallIntegerField(
        "minutes each time", default=30, validators=_between(5, 600, "the minutes")
    )
    times_a_week = models.PositiveSmallIntegerField(
        "times a week", default=1, validators=_between(1, 25, "how often a week")
    )
    weeks = models.PositiveSmallIntegerField(default=10, validators=_between(1, 53, "the weeks"))
    entry = models.TextField("who it is for: entry criteria", max_length=600, blank=True)
    exit = models.TextField("when it ends: exit criteria", max_length=600, blank=True)
    skill = models.ForeignKey(
        "staff.Skill", on_delete=models.PROTECT, null=True, blank=True, related_name="interventions"
    )
    evidence = models.CharField("evidence", max_length=10, choices=Evidence, blank=True)
    evidence_note = models.CharField("what the evidence says", max_length=400, blank=True)
    evidence_source = models.CharField("where it comes from", max_length=200, blank=True)
    licence = models.DecimalField(
        "licence, pounds a year",
        max_digits=9,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(0), "Enter an amount that is not below zero.")],
    )
    licence_for = models.CharField(max_length=6, choices=LicenceFor, default=LicenceFor.PUPIL)
    is_archived = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)
    history = HistoricalRecords()

    objects = InSchoolQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["school", "name"], condition=Q(is_archived=False), name="intervention_once_a_school"
            )
        ]

    def __str__(self):
        return self.name

    @property
    def hours_a_pupil(self) -> Decimal:
        """Hours that one child gets in a whole run of the usual length."""
        return Decimal(self.minutes * self.times_a_week * self.weeks) / 60

    @property
    def shape(self) -> str:
        group = "One to one" if self.group_size == 1 else f"Group of {self.group_size}"
        often = "once" if self.times_a_week == 1 else f"{self.times_a_week} times"
        weeks = "1 week" if self.weeks == 1 else f"{self.weeks} weeks"
        return f"{group}, {self.minutes} minutes {often} a week, {weeks}"
