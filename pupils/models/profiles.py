"""The one-page profile: what every adult who teaches the child should know, in the child's words, on one A4 page."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from simple_history.models import HistoricalRecords

from staff.acting import Acting
from staff.permissions import Permission

from .plans import PlanVoice
from .pupil import Pupil
from .querysets import AboutPupilQuerySet

# The boxes of the page, in its order, with the number of characters that lets all of them stand on it in good size.
BOXES = {"admire": 350, "matters": 550, "support": 700, "do": 500, "dont": 450}
TITLES = {
    "admire": "What people like and admire about me",
    "matters": "What matters to me",
    "support": "How best to support me",
    "do": "Please do",
    "dont": "Please do not",
}
# A change in one of these asks every adult to read it again.
ASKS_AGAIN = ("support", "do", "dont")
LONGEST = 6000


class ProfileQuerySet(AboutPupilQuerySet):
    def visible_to(self, acting: Acting) -> Self:
        return super().visible_to(acting) if acting.can(Permission.SUPPORT_VIEW) else self.none()


class Words(models.Model):
    """The words of a profile, of its draft and of each version alike."""

    admire = models.TextField(max_length=LONGEST, blank=True)
    matters = models.TextField(max_length=LONGEST, blank=True)
    support = models.TextField(max_length=LONGEST, blank=True)
    do = models.TextField(max_length=LONGEST, blank=True)
    dont = models.TextField(max_length=LONGEST, blank=True)
    card = models.CharField(max_length=240, blank=True)
    method = models.CharField(max_length=8, choices=PlanVoice.Method, default=PlanVoice.Method.TALK)
    said_on = models.DateField(default=timezone.localdate)

    class Meta:
        abstract = True


WORDS = (*BOXES, "card", "method", "said_on")


class Profile(Words):
    """The words as they are being written. What is read is a version: it stands as it was published."""

    pupil = models.OneToOneField(Pupil, on_delete=models.CASCADE, related_name="profile")
    photo_id = models.BigIntegerField(null=True, blank=True)
    photo_consent = models.CharField(max_length=150, blank=True)
    written_by = models.ForeignKey("staff.User", on_delete=models.PROTECT, null=True, related_name="+")
    version = models.PositiveIntegerField(default=1)
    history = HistoricalRecords()

    objects = ProfileQuerySet.as_manager()

    def __str__(self):
        return f"profile of {self.pupil_id}"


class OfProfileQuerySet(models.QuerySet):
    def visible_to(self, acting: Acting) -> Self:
        return self.filter(profile__in=Profile.objects.visible_to(acting))


class ProfileVersion(Words):
    """A profile as it was published. `asks` is the number of the version from which on reading counts: its own, or an
    earlier one where what changed since was minor. `fit` is how far it was made smaller to stand on one page; None
    where this computer could not measure it.
    """

    profile = models.ForeignKey(Profile, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    asks = models.PositiveIntegerField()
    minor_reason = models.CharField(max_length=200, blank=True)
    photo_id = models.BigIntegerField(null=True, blank=True)
    fit = models.PositiveSmallIntegerField(null=True, blank=True)
    published_on = models.DateField(default=timezone.localdate)
    published_by = models.ForeignKey("staff.User", on_delete=models.PROTECT, null=True, related_name="+")
    withdrawn_on = models.DateField(null=True, blank=True)
    history = HistoricalRecords()

    objects = OfProfileQuerySet.as_manager()

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["profile", "number"], name="one_profile_version_a_number"),
            models.CheckConstraint(condition=Q(asks__lte=models.F("number")), name="profile_asks_no_later"),
        ]

    def __str__(self):
        return f"version {self.number} of profile {self.profile_id}"


class ProfileReading(models.Model):
    """An adult who is asked to read a profile, and which version they have read. One row a person and profile."""

    profile = models.ForeignKey(Profile, on_delete=models.CASCADE, related_name="readings")
    user = models.ForeignKey("staff.User", on_delete=models.PROTECT, related_name="+")
    asked_on = models.DateField(default=timezone.localdate)
    read_number = models.PositiveIntegerField(null=True, blank=True)
    read_on = models.DateField(null=True, blank=True)
    # They teach the child no longer.
    closed_on = models.DateField(null=True, blank=True)
    history = HistoricalRecords()

    objects = OfProfileQuerySet.as_manager()

    class Meta:
        ordering = ["user__name", "pk"]
        constraints = [models.UniqueConstraint(fields=["profile", "user"], name="one_reading_a_person")]

    def __str__(self):
        return f"user {self.user_id} reads profile {self.profile_id}"
