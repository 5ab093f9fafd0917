"""One-to-ones, supervision, drop-ins and observations: notes that two people share and nobody else reads."""

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from simple_history.models import HistoricalRecords

from ..permissions import Permission
from ..sealed import SealedTextField
from .people import User
from .posts import StaffMember
from .school import InSchoolQuerySet, School

if TYPE_CHECKING:
    from ..acting import Acting


class SupervisionMeetingQuerySet(InSchoolQuerySet):
    def visible_to(self, acting: "Acting") -> Self:
        """The meetings of the two people, and those of an adult whose notes a second person let this one read."""
        if not acting.school:
            return self.none()
        granted = NotesGrant.objects.in_force(acting).values("member")
        mine = Q(leader=acting.user) | Q(member__user=acting.user)
        return self.filter(mine | Q(member__in=granted), school=acting.school)

    def of_two(self, acting: "Acting") -> Self:
        """Only those in which this person is one of the two."""
        if not acting.school:
            return self.none()
        return self.filter(Q(leader=acting.user) | Q(member__user=acting.user), school=acting.school)


class SupervisionMeeting(models.Model):
    class Kind(models.TextChoices):
        ONE_TO_ONE = "one_to_one", "One-to-one"
        SUPERVISION = "supervision", "Supervision"
        DROP_IN = "drop_in", "Drop-in"
        OBSERVATION = "observation", "Observation"

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    member = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="meetings")
    leader = models.ForeignKey(User, on_delete=models.PROTECT, related_name="meetings_led")
    kind = models.CharField(max_length=15, choices=Kind, default=Kind.ONE_TO_ONE)
    planned_on = models.DateField()
    held_on = models.DateField(null=True, blank=True)
    cancelled_on = models.DateField(null=True, blank=True)
    notes = SealedTextField(blank=True)
    # Of an observation or a drop-in: when the adult had read what was written.
    seen_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    history = HistoricalRecords()

    objects = SupervisionMeetingQuerySet.as_manager()

    class Meta:
        ordering = ["-planned_on", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(held_on=None) | Q(cancelled_on=None), name="held_or_cancelled")
        ]
        indexes = [models.Index(fields=["member", "-planned_on"])]

    def __str__(self):
        return f"{self.get_kind_display()} planned for {self.planned_on}"

    @property
    def is_open(self):
        return self.held_on is None and self.cancelled_on is None


class SupervisionAction(models.Model):
    """What one of the two does until a day."""

    meeting = models.ForeignKey(SupervisionMeeting, on_delete=models.PROTECT, related_name="actions")
    text = models.CharField(max_length=300)
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="supervision_actions")
    due_on = models.DateField()
    done_on = models.DateField(null=True, blank=True)
    outcome = models.CharField(max_length=300, blank=True)
    history = HistoricalRecords()

    class Meta:
        ordering = ["due_on", "pk"]

    def __str__(self):
        return f"action of meeting {self.meeting_id}"


class NotesGrantQuerySet(InSchoolQuerySet):
    def in_force(self, acting: "Acting") -> Self:
        """Grants with which this person may read today: as long as they lead the staff."""
        if not acting.school or not acting.can(Permission.STAFF_LEAD):
            return self.none()
        return self.filter(school=acting.school, reader=acting.user, agreed_at__isnull=False, ends_on__gte=acting.today)


class NotesGrant(models.Model):
    """Somebody beside the two may read an adult's notes for some days: asked with a reason, agreed by another."""

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    member = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="notes_grants")
    reader = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=300)
    asked_at = models.DateTimeField(default=timezone.now)
    agreed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    agreed_at = models.DateTimeField(null=True)
    refused_at = models.DateTimeField(null=True)
    ends_on = models.DateField(null=True)

    objects = NotesGrantQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(agreed_by=None) | ~Q(agreed_by=F("reader")), name="grant_by_another"),
            models.UniqueConstraint(
                fields=["member", "reader"], condition=Q(agreed_at=None, refused_at=None), name="one_open_notes_grant"
            ),
        ]

    def __str__(self):
        return f"notes of {self.member_id} for {self.reader_id}"
