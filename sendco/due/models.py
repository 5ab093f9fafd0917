from datetime import date, timedelta
from typing import Self

from django.db import models
from django.db.models import F, Q

from sendco.clock import Duty, Urgency


class DueItemQuerySet(models.QuerySet):
    def open(self) -> Self:
        return self.filter(met_on=None, closed_on=None)

    def known_by(self, user_id: int) -> Self:
        """Without what is another person's own."""
        return self.filter(Q(is_personal=False) | Q(owner_id=user_id))

    def urgent_first(self) -> Self:
        return self.order_by("due_on", "pk")

    def overdue(self, today: date) -> Self:
        """Open, past its date, and nobody claims an exception for it. A parent is never late."""
        return self.open().filter(due_on__lt=today, exception="").exclude(duty=Duty.PARENT)

    def within(self, today: date, days: int) -> Self:
        return self.open().filter(due_on__gte=today, due_on__lte=today + timedelta(days=days))


class DueItem(models.Model):
    """One duty with a date, derived by a rule from a fact. Overdue and days left are never stored."""

    school_id = models.BigIntegerField()
    pupil_id = models.BigIntegerField(null=True)
    source_type = models.CharField(max_length=60)
    source_id = models.BigIntegerField()
    rule = models.CharField(max_length=60)
    title = models.CharField(max_length=200)
    duty = models.CharField(max_length=20, choices=[(duty.value, duty.value) for duty in Duty])
    basis = models.CharField(max_length=20)
    authority = models.CharField(max_length=200)
    trigger_on = models.DateField()
    due_on = models.DateField()
    safe_on = models.DateField(null=True)
    act_by_on = models.DateField(null=True)
    explanation = models.TextField()
    owner_id = models.BigIntegerField(null=True)
    met_on = models.DateField(null=True)
    closed_on = models.DateField(null=True)
    # Why the time limit is disapplied, or what took the place of this date; the date itself never moves.
    exception = models.CharField(max_length=200, blank=True)
    replaced_by = models.CharField(max_length=200, blank=True)
    # What the authority itself asks for, beside the date of the law and never instead of it.
    practice_on = models.DateField(null=True)
    practice_note = models.CharField(max_length=200, blank=True)
    soon_days = models.PositiveSmallIntegerField(default=7)
    # About a colleague at work and not about a child: known to its owner alone, in no figure, feed or file of others.
    is_personal = models.BooleanField(default=False)

    objects = DueItemQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source_type", "source_id", "rule", "trigger_on"], name="one_due_item_a_rule_and_trigger"
            )
        ]
        indexes = [
            models.Index(
                F("school_id"), F("due_on"), name="due_open_by_date", condition=Q(met_on=None, closed_on=None)
            ),
            models.Index(
                F("pupil_id"), F("due_on"), name="due_open_by_pupil", condition=Q(met_on=None, closed_on=None)
            ),
            # Figures of a period read what is done as well as what is open.
            models.Index(F("school_id"), F("due_on"), name="due_by_school_and_date"),
        ]

    def __str__(self) -> str:
        return f"{self.rule} {self.source_type} {self.source_id}"

    def urgency(self, today: date) -> Urgency:
        if today > self.due_on:
            return Urgency.OVERDUE
        return Urgency.DUE_SOON if (self.due_on - today).days <= self.soon_days else Urgency.ON_TRACK
