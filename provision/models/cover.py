"""Cover: of one day, which places lost their adult, who stands in, and what stays undone and why."""

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from simple_history.models import HistoricalRecords

from staff.minutes import minute_of
from staff.models import StaffMember
from staff.permissions import Permission

from .sessions import Session

if TYPE_CHECKING:
    from staff.acting import Acting


class CoverDecisionQuerySet(models.QuerySet):
    def visible_to(self, acting: "Acting") -> Self:
        """For whoever plans cover: all of the school, or those in which an adult of one's unit is meant. One's own for
        everybody."""
        if not acting.school:
            return self.none()
        seen = Q(member__user=acting.user)
        if acting.can(Permission.PROVISION_EDIT):
            adults = StaffMember.objects.visible_to(acting)
            seen |= Q(member__in=adults) | Q(instead_of__in=adults)
            if acting.can(Permission.STAFF_VIEW):
                seen |= Q(member=None, instead_of=None)
        return self.filter(seen, school=acting.school)

    def standing(self) -> Self:
        return self.filter(ended_at=None)


class CoverDecision(models.Model):
    """A place in a session, or a part of a slot, that lost its adult on one day: who stands in, or why nobody does.

    `member` None is "nobody", and has a reason. `cause` says why it was empty. One that was taken back, or decided
    anew, has an end and stays.
    """

    class Cause(models.TextChoices):
        AWAY = "away", "The adult is away"
        TAKEN = "taken", "The adult is needed elsewhere"
        EMPTY = "empty", "Nobody was named for it"

    class Unfilled(models.TextChoices):
        NOBODY = "nobody", "Nobody trained was free"
        WEIGHTIER = "weightier", "Everybody who could is needed for something weightier"
        LATER = "later", "It will be made good later"
        DECIDED = "decided", "It can be left today"
        # Not a choice: what an adult was taken from while others go on with it.
        ENOUGH = "enough", "Others go on with it"

    school = models.ForeignKey("staff.School", on_delete=models.PROTECT, related_name="+")
    on = models.DateField()
    session = models.ForeignKey(Session, on_delete=models.CASCADE, null=True, blank=True, related_name="covers")
    slot = models.ForeignKey("staff.Slot", on_delete=models.CASCADE, null=True, blank=True, related_name="covers")
    starts_at = models.TimeField()
    minutes = models.PositiveSmallIntegerField()
    rank = models.PositiveSmallIntegerField()
    cause = models.CharField(max_length=8, choices=Cause)
    instead_of = models.ForeignKey(
        StaffMember, on_delete=models.PROTECT, null=True, blank=True, related_name="covered_by"
    )
    member = models.ForeignKey(StaffMember, on_delete=models.PROTECT, null=True, blank=True, related_name="covers")
    reason = models.CharField(max_length=10, choices=Unfilled, blank=True)
    note = models.CharField(max_length=200, blank=True)
    decided_by = models.ForeignKey("staff.User", on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)
    history = HistoricalRecords()

    objects = CoverDecisionQuerySet.as_manager()

    class Meta:
        ordering = ["on", "starts_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(session=None, slot__isnull=False) | Q(session__isnull=False, slot=None),
                name="cover_of_one_thing",
            ),
            models.CheckConstraint(condition=Q(member=None) ^ Q(reason=""), name="cover_says_who_or_why_not"),
        ]
        indexes = [models.Index(fields=["school", "on"], name="cover_of_school")]

    def __str__(self):
        return f"cover {self.pk}"

    @property
    def stretch(self):
        first = minute_of(self.starts_at)
        return (first, first + self.minutes)


class CoverNotice(models.Model):
    """What one adult was told of one day. Told again only when something is different from the last time.

    `items` are [minute of the day, minutes, what], as codes: nothing in them names a child.
    """

    school = models.ForeignKey("staff.School", on_delete=models.PROTECT, related_name="+")
    on = models.DateField()
    member = models.ForeignKey(StaffMember, on_delete=models.CASCADE, related_name="cover_notices")
    items = models.JSONField(default=list)
    # False for somebody without an account, whom a person tells.
    is_mailed = models.BooleanField(default=True)
    told_by = models.ForeignKey("staff.User", on_delete=models.PROTECT, null=True, related_name="+")
    told_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["told_at", "pk"]
        indexes = [models.Index(fields=["school", "on"], name="cover_notice_of_school")]

    def __str__(self):
        return f"notice {self.pk} to member {self.member_id}"
