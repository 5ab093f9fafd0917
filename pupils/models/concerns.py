from typing import Self

from django.db import models
from django.utils import timezone
from simple_history.models import HistoricalRecords

from staff.acting import Acting
from staff.permissions import Permission

from .pupil import Pupil
from .querysets import AboutPupilQuerySet


class ConcernQuerySet(AboutPupilQuerySet):
    def visible_to(self, acting: Acting) -> Self:
        """Who triages sees those about pupils in view; anybody else sees the ones they raised."""
        if not acting.school:
            return self.none()
        if acting.can(Permission.CONCERN_TRIAGE):
            return super().visible_to(acting)
        return self.filter(school=acting.school, raised_by=acting.user)

    def open(self) -> Self:
        return self.filter(closed_on=None)


class Concern(models.Model):
    class Parent(models.TextChoices):
        TOLD = "told", "Yes, the parent knows"
        NOT_YET = "not_yet", "Not yet"

    class Outcome(models.TextChoices):
        STRATEGIES = "strategies", "Strategies, and look again"
        OBSERVE = "observe", "Observe in class"
        MONITOR = "monitor", "Add to monitoring"
        SUPPORT = "support", "Start SEN Support"
        NO_ACTION = "none", "No action needed"

    school = models.ForeignKey("staff.School", on_delete=models.PROTECT, related_name="+")
    pupil = models.ForeignKey(Pupil, on_delete=models.CASCADE, related_name="concerns")
    raised_by = models.ForeignKey("staff.User", on_delete=models.PROTECT, related_name="concerns")
    raised_on = models.DateField(default=timezone.localdate)
    entered_at = models.DateTimeField(default=timezone.now)
    what = models.TextField()
    where = models.CharField(max_length=300, blank=True)
    how_often = models.CharField(max_length=200, blank=True)
    tried = models.TextField(blank=True)
    tried_for = models.CharField(max_length=100, blank=True)
    parent_told = models.CharField(max_length=10, choices=Parent)
    parent_words = models.TextField(blank=True)
    first_action_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=12, choices=Outcome, blank=True)
    outcome_note = models.TextField(blank=True)
    look_again_on = models.DateField(null=True, blank=True)
    decided_by = models.ForeignKey("staff.User", on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    closed_on = models.DateField(null=True)
    form_key = models.CharField(max_length=36, unique=True, null=True)  # noqa: DJ001  (posted twice, kept once)
    version = models.PositiveIntegerField(default=1)
    history = HistoricalRecords()

    objects = ConcernQuerySet.as_manager()

    class Meta:
        ordering = ["raised_on", "pk"]
        indexes = [models.Index("school", "raised_on", name="concern_open", condition=models.Q(closed_on=None))]

    def __str__(self):
        return f"concern {self.pk}"


# What a colleague is asked to rate, in the order of the form.
RATED = ("attention", "memory", "understanding", "communication", "social", "physical")


class ConcernView(models.Model):
    """A structured view of one child that the SENDCo asked a colleague for."""

    class Scale(models.IntegerChoices):
        NO_DIFFICULTY = 0, "No difficulty"
        SOME = 1, "Some difficulty"
        CLEAR = 2, "Clear difficulty"
        SEVERE = 3, "Severe difficulty"

    concern = models.ForeignKey(Concern, on_delete=models.CASCADE, related_name="views")
    asked_of = models.ForeignKey("staff.User", on_delete=models.PROTECT, related_name="views_asked")
    asked_by = models.ForeignKey("staff.User", on_delete=models.PROTECT, related_name="+")
    asked_on = models.DateField(default=timezone.localdate)
    attention = models.PositiveSmallIntegerField(choices=Scale, null=True, blank=True)
    memory = models.PositiveSmallIntegerField(choices=Scale, null=True, blank=True)
    understanding = models.PositiveSmallIntegerField(choices=Scale, null=True, blank=True)
    communication = models.PositiveSmallIntegerField(choices=Scale, null=True, blank=True)
    social = models.PositiveSmallIntegerField(choices=Scale, null=True, blank=True)
    physical = models.PositiveSmallIntegerField(choices=Scale, null=True, blank=True)
    strengths = models.TextField(blank=True)
    notes = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True)
    withdrawn_on = models.DateField(null=True)
    history = HistoricalRecords()

    class Meta:
        ordering = ["asked_on", "pk"]
        constraints = [models.UniqueConstraint(fields=["concern", "asked_of"], name="one_view_a_person")]

    def __str__(self):
        return f"view {self.pk} of concern {self.concern_id}"
