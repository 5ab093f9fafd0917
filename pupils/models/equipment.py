"""What SEND equipment the school has, who has it, and when it is checked. Costs in pounds."""

from datetime import date
from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from simple_history.models import HistoricalRecords

from staff.models.school import InSchoolQuerySet

from .pupil import Pupil


class Equipment(models.Model):
    class Outcome(models.TextChoices):
        IN_USE = "", "In use"
        SCRAPPED = "scrapped", "Scrapped"
        SOLD = "sold", "Sold or given away"
        RETURNED = "returned", "Returned to whoever lent it to us"
        LOST = "lost", "Lost"

    school = models.ForeignKey("staff.School", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=120)
    serial = models.CharField(max_length=60, blank=True)
    owner = models.CharField(max_length=120, blank=True)
    bought_on = models.DateField(null=True, blank=True)
    cost = models.DecimalField(
        max_digits=9,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(0), "Enter an amount that is not below zero.")],
    )
    notes = models.CharField(max_length=400, blank=True)
    outcome = models.CharField(max_length=12, choices=Outcome, blank=True)
    gone_on = models.DateField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    history = HistoricalRecords()

    objects = InSchoolQuerySet.as_manager()

    class Meta:
        ordering = ["name", "serial", "pk"]
        verbose_name_plural = "equipment"
        constraints = [
            models.CheckConstraint(
                condition=Q(gone_on=None, outcome="") | (Q(gone_on__isnull=False) & ~Q(outcome="")),
                name="equipment_gone_with_outcome",
            )
        ]
        indexes = [models.Index(fields=["school", "name"])]

    def __str__(self):
        return f"{self.name} {self.serial}".strip()


class EquipmentLoan(models.Model):
    """Who has a thing: a pupil, or a room. One at a time."""

    equipment = models.ForeignKey(Equipment, on_delete=models.PROTECT, related_name="loans")
    pupil = models.ForeignKey(Pupil, on_delete=models.CASCADE, null=True, blank=True, related_name="equipment_loans")
    room = models.CharField(max_length=80, blank=True)
    starts_on = models.DateField(default=timezone.localdate)
    ends_on = models.DateField(null=True, blank=True)
    history = HistoricalRecords()

    class Meta:
        ordering = ["-starts_on", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["equipment"], condition=Q(ends_on=None), name="one_open_loan"),
            models.CheckConstraint(
                condition=Q(pupil__isnull=False, room="") | (Q(pupil=None) & ~Q(room="")), name="loan_to_pupil_or_room"
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="loan_dates_in_order"
            ),
        ]

    def __str__(self):
        return f"loan {self.pk} of {self.equipment_id}"


class EquipmentCheck(models.Model):
    """One time of a check or service that comes back every so many months: to be done, or done and what was found."""

    class Kind(models.TextChoices):
        PAT = "pat", "Electrical (PAT)"
        LIFT = "lift", "Hoist and sling"
        SERVICE = "service", "Service"
        FIT = "fit", "Fit and size for the pupil"
        OTHER = "other", "Other check"

    equipment = models.ForeignKey(Equipment, on_delete=models.PROTECT, related_name="checks")
    kind = models.CharField(max_length=10, choices=Kind)
    months = models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(120)])
    due_on = models.DateField()
    done_on = models.DateField(null=True, blank=True)
    found = models.CharField(max_length=200, blank=True)
    # The thing must not be used until the next check has gone well.
    has_failed = models.BooleanField(default=False)
    ended_on = models.DateField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    history = HistoricalRecords()

    class Meta:
        ordering = ["due_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["equipment", "kind"], condition=Q(ended_on=None, done_on=None), name="one_open_check_a_kind"
            )
        ]

    def __str__(self):
        return f"{self.get_kind_display()} of {self.equipment_id}"

    def is_late(self, day: date) -> bool:
        return self.done_on is None and self.ended_on is None and self.due_on < day
