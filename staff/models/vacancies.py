"""A post that is to be filled: why, for how many hours, what the person should bring. No candidate is named."""

from decimal import Decimal
from typing import TYPE_CHECKING, Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from simple_history.models import HistoricalRecords

from sendco.clock.working_time import HOURS_IN_A_WEEK

from .posts import StaffGroup
from .school import School, Unit

if TYPE_CHECKING:
    from ..acting import Acting


class VacancyQuerySet(models.QuerySet):
    def visible_to(self, acting: "Acting") -> Self:
        return self.filter(school=acting.school) if acting.school else self.none()


class Vacancy(models.Model):
    class Outcome(models.TextChoices):
        OPEN = "", "Still open"
        FILLED = "filled", "Filled"
        NOT_FILLED = "not_filled", "Advertised and not filled"
        WITHDRAWN = "withdrawn", "Withdrawn"

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="vacancies")
    title = models.CharField(max_length=120)
    staff_group = models.CharField(max_length=20, choices=StaffGroup, default=StaffGroup.SUPPORT)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="vacancies")
    hours_a_week = models.DecimalField(
        max_digits=5,
        decimal_places=2,
        validators=[
            MinValueValidator(Decimal("0.25"), "Enter the hours a week, at least a quarter of an hour."),
            MaxValueValidator(HOURS_IN_A_WEEK, "A week has 168 hours. Check the hours a week."),
        ],
    )
    reason = models.TextField(max_length=1000)
    # What the person should bring, a point a line.
    points = models.TextField(max_length=3000, blank=True)
    opened_on = models.DateField(default=timezone.localdate)
    wanted_from = models.DateField(null=True, blank=True)
    outcome = models.CharField(max_length=12, choices=Outcome, blank=True)
    closed_on = models.DateField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    history = HistoricalRecords()

    objects = VacancyQuerySet.as_manager()

    class Meta:
        ordering = ["closed_on", "-opened_on", "pk"]
        verbose_name_plural = "vacancies"
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_on=None, outcome="") | (Q(closed_on__gte=F("opened_on")) & ~Q(outcome="")),
                name="vacancy_closed_with_outcome",
            )
        ]

    def __str__(self):
        return self.title

    @property
    def point_list(self):
        return [line.strip(" -\u2022\t") for line in self.points.splitlines() if line.strip(" -\u2022\t")]
