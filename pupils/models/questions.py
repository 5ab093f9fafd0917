"""What colleagues ask the SENDCo, and what the school challenges of councils and agencies."""

from datetime import date
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from simple_history.models import HistoricalRecords

from staff.acting import Acting
from staff.permissions import Permission

from .agencies import Agency
from .practice import PracticeNote
from .pupil import Pupil


class SencoQuestionQuerySet(models.QuerySet):
    def visible_to(self, acting: Acting) -> Self:
        """One's own, and all of them for whoever leads support; about a pupil only while that pupil is in view."""
        if not acting.school or not acting.can(Permission.SUPPORT_VIEW):
            return self.none()
        rows = self.filter(school=acting.school)
        if not acting.can(Permission.SUPPORT_LEAD):
            rows = rows.filter(asked_by=acting.user)
        return rows.filter(Q(pupil=None) | Q(pupil__in=Pupil.objects.visible_to(acting)))

    def waiting(self) -> Self:
        return self.filter(answered_on=None, closed_on=None)


class SencoQuestion(models.Model):
    """A colleague's question to the SENDCo, about one pupil or in general, with what was said to it."""

    school = models.ForeignKey("staff.School", on_delete=models.PROTECT, related_name="+")
    pupil = models.ForeignKey(Pupil, on_delete=models.CASCADE, null=True, blank=True, related_name="questions")
    words = models.TextField(max_length=3000)
    asked_by = models.ForeignKey("staff.User", on_delete=models.PROTECT, related_name="+")
    # The day of the question, or of the last thing that was asked further: from it the answer is counted.
    asked_on = models.DateField(default=timezone.localdate)
    answered_on = models.DateField(null=True, blank=True)
    closed_on = models.DateField(null=True, blank=True)
    shared = models.ForeignKey(PracticeNote, on_delete=models.SET_NULL, null=True, blank=True, related_name="questions")
    version = models.PositiveIntegerField(default=1)
    history = HistoricalRecords()

    objects = SencoQuestionQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_on", "-pk"]
        indexes = [models.Index(fields=["school", "asked_on"], name="question_by_day")]

    def __str__(self):
        return f"question {self.pk}"


class QuestionReplyQuerySet(models.QuerySet):
    def visible_to(self, acting: Acting) -> Self:
        return self.filter(question__in=SencoQuestion.objects.visible_to(acting))


class QuestionReply(models.Model):
    """One thing that was said to a question: an answer, or what its asker wants to know further."""

    question = models.ForeignKey(SencoQuestion, on_delete=models.CASCADE, related_name="replies")
    words = models.TextField(max_length=3000)
    by = models.ForeignKey("staff.User", on_delete=models.PROTECT, related_name="+")
    said_at = models.DateTimeField(auto_now_add=True)
    version = models.PositiveIntegerField(default=1)
    history = HistoricalRecords()

    objects = QuestionReplyQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]

    def __str__(self):
        return f"reply {self.pk} to question {self.question_id}"


class ChallengeQuerySet(models.QuerySet):
    def visible_to(self, acting: Acting) -> Self:
        if not acting.school or not acting.can(Permission.NARRATIVE_VIEW):
            return self.none()
        seen = Q(pupil=None) | Q(pupil__in=Pupil.objects.visible_to(acting))
        return self.filter(seen, school=acting.school)


class Challenge(models.Model):
    """Something the school puts to a council or an agency, since when it waits for a reply, and what came of it."""

    class Body(models.TextChoices):
        LA = "la", "Local authority"
        AGENCY = "agency", "Agency"
        HEALTH = "health", "Health service"
        SCHOOL = "school", "Another school or setting"
        OTHER = "other", "Other"

    class Outcome(models.TextChoices):
        PUT_RIGHT = "right", "Put right"
        PARTLY = "partly", "Partly put right"
        REFUSED = "refused", "Not put right"
        DROPPED = "dropped", "We did not go on with it"
        MISTAKE = "mistake", "Entered by mistake"

    school = models.ForeignKey("staff.School", on_delete=models.PROTECT, related_name="+")
    pupil = models.ForeignKey(Pupil, on_delete=models.CASCADE, null=True, blank=True, related_name="challenges")
    body = models.CharField(max_length=8, choices=Body)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, blank=True, related_name="challenges")
    name = models.CharField(max_length=150, blank=True)
    about = models.CharField(max_length=150)
    words = models.TextField(max_length=4000)
    owner = models.ForeignKey("staff.User", on_delete=models.PROTECT, related_name="+")
    raised_on = models.DateField(default=timezone.localdate)
    reply_by = models.DateField()
    replied_on = models.DateField(null=True, blank=True)
    reply = models.TextField(max_length=4000, blank=True)
    ended_on = models.DateField(null=True, blank=True)
    outcome = models.CharField(max_length=8, choices=Outcome, blank=True)
    end_note = models.CharField(max_length=300, blank=True)
    version = models.PositiveIntegerField(default=1)
    history = HistoricalRecords()

    objects = ChallengeQuerySet.as_manager()

    class Meta:
        ordering = ["-raised_on", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(agency__isnull=False) | ~Q(name=""), name="challenge_is_of_somebody"),
            models.CheckConstraint(
                condition=Q(ended_on=None, outcome="") | (Q(ended_on__isnull=False) & ~Q(outcome="")),
                name="challenge_ended_says_how",
            ),
            models.CheckConstraint(
                condition=Q(replied_on=None) | Q(replied_on__gte=models.F("raised_on")),
                name="challenge_replied_after_it_was_raised",
            ),
        ]

    def __str__(self):
        return f"challenge {self.pk}"

    @property
    def whom(self) -> str:
        return self.agency.name if self.agency else self.name

    def is_late(self, today: date) -> bool:
        """Whether a reply was expected before today and none came."""
        return self.replied_on is None and self.ended_on is None and self.reply_by < today

    def waits(self, today: date) -> int:
        """Days from the challenge to the reply, its end, or today."""
        return ((self.replied_on or self.ended_on or today) - self.raised_on).days


class OfChallengeQuerySet(models.QuerySet):
    def visible_to(self, acting: Acting) -> Self:
        return self.filter(challenge__in=Challenge.objects.visible_to(acting))


class ChallengeStep(models.Model):
    """What was done after the first word: chased, rung, taken higher. Its paper: a stored file, or none. The school's
    own log: only what is meant for them stands in a letter."""

    challenge = models.ForeignKey(Challenge, on_delete=models.CASCADE, related_name="steps")
    done_on = models.DateField(default=timezone.localdate)
    words = models.CharField(max_length=300)
    in_letter = models.BooleanField(default=False)
    file_id = models.BigIntegerField(null=True, blank=True)
    by = models.ForeignKey("staff.User", on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField(default=1)
    history = HistoricalRecords()

    objects = OfChallengeQuerySet.as_manager()

    class Meta:
        ordering = ["done_on", "pk"]

    def __str__(self):
        return f"step {self.pk} of challenge {self.challenge_id}"
