"""What a post is for, in words that its holder and their line manager look at together each year."""

from typing import TYPE_CHECKING, Self

from django.db import models
from django.utils import timezone
from simple_history.models import HistoricalRecords

from .people import User
from .posts import Post, StaffMember

if TYPE_CHECKING:
    from ..acting import Acting


class JobDescriptionQuerySet(models.QuerySet):
    def open_to(self, acting: "Acting") -> Self:
        """Those of the adults whom this person leads, and one's own."""
        return self.filter(post__member__in=StaffMember.objects.open_to(acting))


class JobDescription(models.Model):
    """One text of a job description. Other words are another row; the newest counts."""

    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="descriptions")
    number = models.PositiveSmallIntegerField(default=1)
    text = models.TextField(max_length=8000)
    written_on = models.DateField(default=timezone.localdate)
    written_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    # The last day on which each of the two said that it is right.
    member_agreed_on = models.DateField(null=True, blank=True)
    manager_agreed_on = models.DateField(null=True, blank=True)
    manager = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    superseded_on = models.DateField(null=True, blank=True)
    history = HistoricalRecords()

    objects = JobDescriptionQuerySet.as_manager()

    class Meta:
        ordering = ["post", "-number"]
        constraints = [models.UniqueConstraint(fields=["post", "number"], name="one_description_a_number")]

    def __str__(self):
        return f"job description {self.number} of post {self.post_id}"

    @property
    def reviewed_on(self):
        """The day by which both had said that it is right; None before."""
        if self.member_agreed_on is None or self.manager_agreed_on is None:
            return None
        return min(self.member_agreed_on, self.manager_agreed_on)
