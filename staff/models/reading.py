"""What colleagues are asked to read: duty cards, changes of the law and briefing notes, and who has read which text."""

from datetime import date
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from simple_history.models import HistoricalRecords

from ..permissions import Permission
from .posts import StaffGroup, StaffMember
from .school import School

if TYPE_CHECKING:
    from ..acting import Acting


class BriefingQuerySet(models.QuerySet):
    def visible_to(self, acting: "Acting") -> Self:
        """Those of the school that colleagues may read; those put away only for whoever writes them."""
        if not acting.school:
            return self.none()
        here = self.filter(school=acting.school)
        return here if acting.can(Permission.BRIEFING_EDIT) else here.filter(archived_on=None)


class Briefing(models.Model):
    """One screen of text. Its edition counts up with each change that everybody is asked to read again."""

    class Kind(models.TextChoices):
        DUTY = "duty", "Duty card"
        LAW = "law", "Change of the law"
        POLICY = "policy", "Policy or procedure"
        NOTE = "note", "Briefing note"

    class Stage(models.TextChoices):
        """How far a change of the law is. Nobody takes a proposal for law."""

        NONE = "", "Not about the law"
        PROPOSAL = "proposal", "Proposal, not law"
        ACT = "act", "Act of Parliament, not in force yet"
        IN_FORCE = "in_force", "In force"

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="briefings")
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.NOTE)
    title = models.CharField(max_length=120)
    stage = models.CharField(max_length=10, choices=Stage, blank=True)
    applies_from = models.DateField(null=True, blank=True)
    text = models.TextField(max_length=4000)
    what_we_do = models.TextField(max_length=2000, blank=True)
    source = models.CharField(max_length=200, blank=True)
    # Kinds of post it is for; an empty list is everybody.
    groups = models.JSONField(default=list, blank=True)
    # Since when everybody it is for is asked to read it; empty: it may be read, and nobody is asked.
    asked_on = models.DateField(null=True, blank=True)
    edition = models.PositiveSmallIntegerField(default=1)
    edition_on = models.DateField(default=timezone.localdate)
    archived_on = models.DateField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    history = HistoricalRecords()

    objects = BriefingQuerySet.as_manager()

    class Meta:
        ordering = ["kind", "-applies_from", "title", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(kind="law") | ~Q(stage=""), name="law_briefing_has_a_stage"),
        ]
        indexes = [models.Index(fields=["school", "kind"])]

    def __str__(self):
        return self.title

    def is_for(self, groups: set[str]) -> bool:
        return not self.groups or bool(groups.intersection(self.groups))

    @property
    def group_names(self) -> list[str]:
        return [str(StaffGroup(group).label) for group in self.groups]


class Reading(models.Model):
    """One adult is asked to read one briefing, and says of which edition it was read."""

    briefing = models.ForeignKey(Briefing, on_delete=models.PROTECT, related_name="readings")
    member = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="readings")
    due_on = models.DateField()
    read_edition = models.PositiveSmallIntegerField(null=True, blank=True)
    read_on = models.DateField(null=True, blank=True)
    # Nobody asks an adult any more who has left, or whose kind of post it is not for.
    closed_on = models.DateField(null=True, blank=True)
    history = HistoricalRecords()

    class Meta:
        ordering = ["due_on", "pk"]
        constraints = [models.UniqueConstraint(fields=["briefing", "member"], name="one_reading_an_adult")]

    def __str__(self):
        return f"member {self.member_id} reads {self.briefing_id}"

    @property
    def is_current(self) -> bool:
        return self.read_edition == self.briefing.edition

    def is_late(self, day: date) -> bool:
        return not self.is_current and self.closed_on is None and self.due_on < day
