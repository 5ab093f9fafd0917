"""A run of an intervention: when, where, with which adults, and which children from which day to which."""

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from simple_history.models import HistoricalRecords

from pupils.models import Pupil
from pupils.models.querysets import AboutPupilQuerySet, current
from staff.minutes import minute_of
from staff.models.posts import WEEKDAYS, Week
from staff.permissions import Permission

from .library import Intervention

if TYPE_CHECKING:
    from staff.acting import Acting

DAYS = list(enumerate(WEEKDAYS))


class Sharing(models.TextChoices):
    """How several adults share a run. Nobody's time is counted that was not given."""

    TOGETHER = "together", "All of them are there each time"
    BY_SESSION = "by_session", "They take turns, one session each"
    BY_WEEK = "by_week", "They take turns, one week each"
    PARTS = "parts", "Each takes a part of the group at the same time"


class Funding(models.TextChoices):
    SCHOOL = "school", "School's SEN budget (elements 1 and 2)"
    TOP_UP = "top_up", "Top-up of the local authority (element 3)"
    PLACE = "place", "Place funding of a unit or resourced provision"
    PREMIUM = "premium", "Pupil premium"
    HEALTH = "health", "Health service"
    OTHER = "other", "Other"


def led_by(acting: "Acting") -> models.QuerySet:
    """The ids of the runs that this person leads, or is to lead."""
    rows = ProvisionAdult.objects.filter(Q(ends_on=None) | Q(ends_on__gte=acting.today), member__user=acting.user)
    return rows.values("provision")


class ProvisionQuerySet(models.QuerySet):
    def visible_to(self, acting: "Acting") -> Self:
        """Every run for whoever sees every pupil, else those of one's unit, those one leads now, and those in which a
        pupil in view is, unless they are private."""
        if not acting.school or not acting.can(Permission.PROVISION_VIEW):
            return self.none()
        here = self.filter(school=acting.school)
        if acting.can(Permission.PUPIL_VIEW_ALL):
            return here
        with_pupils = Place.objects.filter(pupil__in=Pupil.objects.visible_to(acting))
        return here.filter(
            Q(is_private=False, pk__in=with_pupils.values("provision"))
            | Q(pk__in=led_by(acting))
            | Q(unit__in=acting.unit_ids)
        )

    def on(self, day) -> Self:
        """Those that run on this day."""
        return self.filter(starts_on__lte=day, ends_on__gte=day)


class Provision(models.Model):
    """One run. Its end can be brought forward or put off; what took place stays.

    `focus` is what the group works on now: the adult who leads it, or covers, reads it before the session.
    """

    school = models.ForeignKey("staff.School", on_delete=models.PROTECT, related_name="provisions")
    intervention = models.ForeignKey(Intervention, on_delete=models.PROTECT, related_name="runs")
    name = models.CharField(max_length=80)
    unit = models.ForeignKey("staff.Unit", on_delete=models.PROTECT, null=True, blank=True, related_name="provisions")
    starts_on = models.DateField()
    ends_on = models.DateField()
    place = models.CharField("where", max_length=60, blank=True)
    focus = models.CharField("what it works on now", max_length=200, blank=True)
    # How its adults of now share it. What was before stands with the adults of that time.
    sharing = models.CharField(max_length=10, choices=Sharing, default=Sharing.TOGETHER)
    # Counselling and the like: not for everybody who teaches the child.
    is_private = models.BooleanField(default=False)
    funding = models.CharField(max_length=8, choices=Funding, default=Funding.SCHOOL)
    copied_from = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="copies")
    entered_by = models.ForeignKey("staff.User", on_delete=models.PROTECT, null=True, related_name="+")
    entered_at = models.DateTimeField(default=timezone.now)
    version = models.PositiveIntegerField(default=1)
    history = HistoricalRecords()

    objects = ProvisionQuerySet.as_manager()

    class Meta:
        ordering = ["intervention__name", "name", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="provision_dates_in_order")
        ]
        indexes = [models.Index(fields=["school", "ends_on", "starts_on"], name="provision_of_school")]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("provision:provision-detail", args=[self.pk])

    def runs_on(self, day) -> bool:
        return self.starts_on <= day <= self.ends_on


class OfProvisionQuerySet(models.QuerySet):
    """Rows of a run: seen by whoever sees the run."""

    def visible_to(self, acting: "Acting") -> Self:
        return self.filter(provision__in=Provision.objects.visible_to(acting))


class ProvisionTime(models.Model):
    """A time of the week at which the run meets, from one day to another: what was before stays as it was."""

    provision = models.ForeignKey(Provision, on_delete=models.CASCADE, related_name="times")
    week = models.CharField(max_length=1, choices=Week, blank=True)
    weekday = models.PositiveSmallIntegerField(choices=DAYS)
    starts_at = models.TimeField()
    minutes = models.PositiveSmallIntegerField()
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    history = HistoricalRecords()

    objects = OfProvisionQuerySet.as_manager()

    class Meta:
        ordering = ["weekday", "starts_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(minutes__gt=0, minutes__lte=600), name="provision_time_minutes"),
            models.CheckConstraint(condition=Q(weekday__lte=6), name="provision_time_on_a_weekday"),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="provision_time_dates_in_order"
            ),
        ]

    def __str__(self):
        return f"{self.get_weekday_display()} {self.starts_at:%H:%M}"

    @property
    def stretch(self):
        first = minute_of(self.starts_at)
        return (first, first + self.minutes)


class ProvisionAdult(models.Model):
    """An adult who leads the run. `turn` is their place in taking turns; `part` is the part of the group they take, and
    `sharing` how those who began with them share the run."""

    provision = models.ForeignKey(Provision, on_delete=models.CASCADE, related_name="adults")
    member = models.ForeignKey("staff.StaffMember", on_delete=models.PROTECT, related_name="provisions")
    turn = models.PositiveSmallIntegerField(default=1)
    part = models.CharField(max_length=1, blank=True)
    sharing = models.CharField(max_length=10, choices=Sharing, default=Sharing.TOGETHER)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    history = HistoricalRecords()

    objects = OfProvisionQuerySet.as_manager()

    class Meta:
        ordering = ["turn", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="provision_adult_dates_in_order"
            )
        ]

    def __str__(self):
        return f"member {self.member_id} in provision {self.provision_id}"

    def leads_on(self, day) -> bool:
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)


class PlaceQuerySet(AboutPupilQuerySet):
    def visible_to(self, acting: "Acting") -> Self:
        if not acting.can(Permission.PROVISION_VIEW):
            return self.none()
        rows = super().visible_to(acting)
        if acting.can(Permission.PUPIL_VIEW_ALL):
            return rows
        mine = Q(provision__in=led_by(acting)) | Q(provision__unit__in=acting.unit_ids)
        return rows.filter(Q(provision__is_private=False) | mine)

    def now(self) -> Self:
        return self.filter(current())


class Place(models.Model):
    """A child in a run, from their own first day to their own last. `part` is the part of the group, if it has any."""

    class Entry(models.TextChoices):
        UNCHECKED = "", "Not checked yet"
        MET = "met", "Entry criteria met"
        NOT_MET = "not_met", "Not met, and in all the same"

    provision = models.ForeignKey(Provision, on_delete=models.CASCADE, related_name="places")
    pupil = models.ForeignKey(Pupil, on_delete=models.CASCADE, related_name="provision_places")
    part = models.CharField(max_length=1, blank=True)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    entry = models.CharField(max_length=8, choices=Entry, blank=True)
    entry_note = models.CharField(max_length=200, blank=True)
    end_note = models.CharField("why it ended", max_length=200, blank=True)
    version = models.PositiveIntegerField(default=1)
    history = HistoricalRecords()

    objects = PlaceQuerySet.as_manager()

    class Meta:
        ordering = ["pupil__sort_name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["provision", "pupil"], condition=Q(ends_on=None), name="one_open_place_a_pupil"
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="place_dates_in_order"
            ),
        ]
        indexes = [models.Index(fields=["pupil", "starts_on"], name="place_of_pupil")]

    def __str__(self):
        return f"place of pupil {self.pupil_id} in provision {self.provision_id}"

    def holds_on(self, day) -> bool:
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)


class PlaceTarget(models.Model):
    """A target of the child's support plan for which the child is in the run."""

    place = models.ForeignKey(Place, on_delete=models.CASCADE, related_name="targets")
    target = models.ForeignKey("pupils.Target", on_delete=models.CASCADE, related_name="provision")
    history = HistoricalRecords()

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["place", "target"], name="place_target_once")]

    def __str__(self):
        return f"target {self.target_id} of place {self.place_id}"


class WaitingPupil(models.Model):
    """A child who is to get an intervention and waits for a place in it."""

    class Ending(models.TextChoices):
        PLACED = "placed", "Got a place"
        REMOVED = "removed", "Taken off the list"

    intervention = models.ForeignKey(Intervention, on_delete=models.PROTECT, related_name="waiting")
    pupil = models.ForeignKey(Pupil, on_delete=models.CASCADE, related_name="waits")
    since = models.DateField()
    why = models.CharField(max_length=200, blank=True)
    asked_by = models.ForeignKey("staff.User", on_delete=models.PROTECT, null=True, related_name="+")
    ended_on = models.DateField(null=True, blank=True)
    ending = models.CharField(max_length=8, choices=Ending, blank=True)
    end_note = models.CharField(max_length=200, blank=True)
    history = HistoricalRecords()

    objects = AboutPupilQuerySet.as_manager()

    class Meta:
        ordering = ["since", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["intervention", "pupil"], condition=Q(ended_on=None), name="one_open_wait_a_pupil"
            )
        ]

    def __str__(self):
        return f"pupil {self.pupil_id} waits for intervention {self.intervention_id}"
