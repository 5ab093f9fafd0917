"""Skills, certificates with their expiry, and training: what was planned, held, and what it changed in class."""

from datetime import date
from typing import TYPE_CHECKING, Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from simple_history.models import HistoricalRecords

from .posts import StaffMember
from .school import InSchoolQuerySet, School

if TYPE_CHECKING:
    from ..acting import Acting


class Skill(models.Model):
    """Something that pupils need an adult to be trained in."""

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="skills")
    name = models.CharField(max_length=80)
    # How long a certificate is good for, where one is asked for; empty where it does not run out.
    valid_months = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(120)]
    )
    # Care on which a life may hang, such as rescue medicine: never left without a trained adult.
    is_life_critical = models.BooleanField(default=False)
    is_archived = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)
    history = HistoricalRecords()

    objects = InSchoolQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["school", "name"], condition=Q(is_archived=False), name="skill_once_a_school"
            )
        ]

    def __str__(self):
        return self.name


class CertificateQuerySet(models.QuerySet):
    def open_to(self, acting: "Acting") -> Self:
        return self.filter(member__in=StaffMember.objects.open_to(acting), removed_at=None)

    def standing(self, day: date) -> Self:
        """Those with which an adult counts as trained on this day."""
        return self.filter(
            Q(expires_on=None) | Q(expires_on__gte=day), issued_on__lte=day, removed_at=None, renewed_on=None
        )


class Certificate(models.Model):
    """An adult is trained in a skill, from a day and often until one."""

    member = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="certificates")
    skill = models.ForeignKey(Skill, on_delete=models.PROTECT, related_name="certificates")
    issued_on = models.DateField()
    expires_on = models.DateField(null=True, blank=True)
    reference = models.CharField(max_length=80, blank=True)
    file_id = models.BigIntegerField(null=True)
    # The training that gave it: its day and who was there may be corrected, and the certificate with it.
    place = models.ForeignKey(
        "TrainingPlace", on_delete=models.SET_NULL, null=True, blank=True, related_name="certificates"
    )
    # A later certificate in the same skill took its place on this day.
    renewed_on = models.DateField(null=True, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    history = HistoricalRecords()

    objects = CertificateQuerySet.as_manager()

    class Meta:
        ordering = ["skill__name", "-issued_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_on=None) | Q(expires_on__gt=F("issued_on")), name="certificate_dates_in_order"
            )
        ]
        indexes = [models.Index(fields=["member", "skill"])]

    def __str__(self):
        return f"certificate {self.pk}"

    def stands_on(self, day: date) -> bool:
        return self.renewed_on is None and (self.expires_on is None or day <= self.expires_on)


class TrainingEvent(models.Model):
    class Kind(models.TextChoices):
        INSET = "inset", "INSET or staff meeting"
        COURSE = "course", "Course"
        ONLINE = "online", "Online"
        VISIT = "visit", "Visit or modelled lesson"
        OWN = "own", "Own reading or study"

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="training")
    title = models.CharField(max_length=150)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.INSET)
    skill = models.ForeignKey(Skill, on_delete=models.PROTECT, null=True, blank=True, related_name="training")
    provider = models.CharField(max_length=120, blank=True)
    planned_on = models.DateField()
    held_on = models.DateField(null=True, blank=True)
    minutes = models.PositiveSmallIntegerField(
        default=60, validators=[MinValueValidator(5), MaxValueValidator(60 * 100)]
    )
    # After so many weeks each who was there is asked what changed in class; empty: nobody is asked.
    follow_up_weeks = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(52)]
    )
    cancelled_on = models.DateField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    history = HistoricalRecords()

    objects = InSchoolQuerySet.as_manager()

    class Meta:
        ordering = ["-planned_on", "-pk"]
        indexes = [models.Index(fields=["school", "-planned_on"])]

    def __str__(self):
        return self.title

    @property
    def stage_words(self):
        """Of what was not held: why."""
        if self.cancelled_on:
            return "Called off"
        return "" if self.held_on else "Planned"


class TrainingPlace(models.Model):
    """One adult in a training: invited, there or not, what they thought of it and what it changed."""

    class State(models.TextChoices):
        INVITED = "invited", "Invited"
        THERE = "there", "Was there"
        ABSENT = "absent", "Was not there"

    class Rating(models.TextChoices):
        UNSAID = "", "Not said"
        USED = "used", "I use it"
        WILL = "will", "I will use it"
        LITTLE = "little", "Little of it fits my work"
        NONE = "none", "It was of no use"

    event = models.ForeignKey(TrainingEvent, on_delete=models.PROTECT, related_name="places")
    member = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="training")
    state = models.CharField(max_length=10, choices=State, default=State.INVITED)
    rating = models.CharField(max_length=10, choices=Rating, blank=True)
    comment = models.CharField(max_length=400, blank=True)
    changed = models.CharField(max_length=600, blank=True)
    shared_with = models.CharField(max_length=120, blank=True)
    followed_up_on = models.DateField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    added_at = models.DateTimeField(default=timezone.now)
    history = HistoricalRecords()

    class Meta:
        ordering = ["event", "member__name", "pk"]
        constraints = [models.UniqueConstraint(fields=["event", "member"], name="one_place_a_training")]

    def __str__(self):
        return f"member {self.member_id} in training {self.event_id}"
