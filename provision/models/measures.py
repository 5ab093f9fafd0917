"""What a child's place in a run changed: scores before, while and after, and what the people who know the child say."""

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from simple_history.models import HistoricalRecords

from pupils.models import Assessment, ScoreKind
from staff.models.school import InSchoolQuerySet

from .library import Intervention
from .runs import Place

if TYPE_CHECKING:
    from staff.acting import Acting


class InterventionMeasure(models.Model):
    """A measure by which an intervention is usually judged."""

    intervention = models.ForeignKey(Intervention, on_delete=models.CASCADE, related_name="measures")
    kind = models.ForeignKey(ScoreKind, on_delete=models.PROTECT, related_name="interventions")
    history = HistoricalRecords()

    class Meta:
        ordering = ["kind__name", "pk"]
        constraints = [models.UniqueConstraint(fields=["intervention", "kind"], name="intervention_measure_once")]

    def __str__(self):
        return f"measure {self.kind_id} of intervention {self.intervention_id}"


class OfPlaceQuerySet(models.QuerySet):
    """Rows of a place: seen by whoever sees the place."""

    def visible_to(self, acting: "Acting") -> Self:
        return self.filter(place__in=Place.objects.visible_to(acting))


class PlaceScore(models.Model):
    """A score of the child that stands before, while or after the child was in the run."""

    class Point(models.TextChoices):
        ENTRY = "entry", "Before"
        DURING = "during", "While it runs"
        EXIT = "exit", "After"

    place = models.ForeignKey(Place, on_delete=models.CASCADE, related_name="scores")
    score = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="places")
    point = models.CharField(max_length=6, choices=Point)
    history = HistoricalRecords()

    objects = OfPlaceQuerySet.as_manager()

    class Meta:
        ordering = ["score__taken_on", "pk"]
        constraints = [models.UniqueConstraint(fields=["place", "score"], name="place_score_once")]

    def __str__(self):
        return f"score {self.score_id} of place {self.place_id}"

    @property
    def kind(self):
        """The measure of its score: one without a measure is never tied to a run."""
        return self.score.kind


class OutcomePoint(models.Model):
    """The school's own words for one of the five points by which an outcome is judged."""

    LEAST, MOST = -2, 2
    USUAL = {
        2: "Much more than hoped for",
        1: "More than hoped for",
        0: "As hoped for",
        -1: "Less than hoped for",
        -2: "Much less than hoped for",
    }

    school = models.ForeignKey("staff.School", on_delete=models.CASCADE, related_name="outcome_points")
    value = models.SmallIntegerField()
    label = models.CharField(max_length=60)
    history = HistoricalRecords()

    objects = InSchoolQuerySet.as_manager()

    class Meta:
        ordering = ["-value"]
        constraints = [
            models.UniqueConstraint(fields=["school", "value"], name="outcome_point_once"),
            models.CheckConstraint(condition=Q(value__gte=-2, value__lte=2), name="outcome_point_of_five"),
        ]

    def __str__(self):
        return self.label


class PlaceOutcome(models.Model):
    """What became of a child in a run, in the judgement of those who know the child, and what follows.

    The judgement stands beside the scores and never in their place: one above what was hoped for wants a score after,
    or a reason why there is none.
    """

    class Next(models.TextChoices):
        CONTINUE = "continue", "Go on as it is"
        ADAPT = "adapt", "Go on, changed"
        STOP = "stop", "Stop"
        OTHER = "other", "Stop, and something else follows"

    class NoScore(models.TextChoices):
        LEFT = "left", "The pupil left"
        ABSENT = "absent", "Absent when it was taken"
        NOT_TAKEN = "not_taken", "Nobody took it"
        NOT_BACK = "not_back", "The form did not come back"
        UNSUITED = "unsuited", "No measure fits what was worked on"

    place = models.OneToOneField(Place, on_delete=models.CASCADE, related_name="outcome")
    value = models.SmallIntegerField("judgement", null=True, blank=True)
    no_score = models.CharField("why there is no score after", max_length=10, choices=NoScore, blank=True)
    next_step = models.CharField("what follows", max_length=8, choices=Next, blank=True)
    note = models.CharField(max_length=300, blank=True)
    decided_on = models.DateField(default=timezone.localdate)
    decided_by = models.ForeignKey("staff.User", on_delete=models.PROTECT, null=True, related_name="+")
    version = models.PositiveIntegerField(default=1)
    history = HistoricalRecords()

    objects = OfPlaceQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(value=None) | Q(value__gte=-2, value__lte=2), name="outcome_of_five")
        ]

    def __str__(self):
        return f"outcome of place {self.place_id}"
