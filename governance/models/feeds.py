"""A person's own calendar feed of one school: an address that is a secret, kept as its hash and revocable."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from staff.acting import Acting


class CalendarFeedQuerySet(models.QuerySet):
    def visible_to(self, acting: Acting) -> Self:
        """One's own and nobody else's."""
        if not acting.school:
            return self.none()
        return self.filter(user=acting.user, school=acting.school)

    def open(self) -> Self:
        return self.filter(revoked_at=None)


class CalendarFeed(models.Model):
    user = models.ForeignKey("staff.User", on_delete=models.CASCADE, related_name="+")
    school = models.ForeignKey("staff.School", on_delete=models.CASCADE, related_name="+")
    secret_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(default=timezone.now)
    last_read_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    objects = CalendarFeedQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "school"], condition=Q(revoked_at=None), name="one_open_calendar_feed"
            )
        ]

    def __str__(self):
        return f"calendar feed {self.pk}"
