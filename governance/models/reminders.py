"""When reminders go out, to whom they are passed on, and what was sent: rows first, mail after."""

from datetime import date, time
from typing import Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from simple_history.models import HistoricalRecords

from staff.acting import Acting
from staff.models.school import InSchoolQuerySet

SEVEN = time(7)


class ReminderPlan(models.Model):
    """The school's hour, and after how many days a late item is passed on to the head. A school without a row has
    the defaults."""

    school = models.OneToOneField("staff.School", on_delete=models.PROTECT, related_name="+")
    send_at = models.TimeField(default=SEVEN)
    pass_on_days = models.PositiveSmallIntegerField(default=7)
    version = models.PositiveIntegerField(default=1)
    history = HistoricalRecords()

    objects = InSchoolQuerySet.as_manager()

    def __str__(self):
        return f"reminders of school {self.school_id}"


class RuleStages(models.Model):
    """The school's own stages of one rule: days before the date, the longest first. Without a row, the default."""

    school = models.ForeignKey("staff.School", on_delete=models.PROTECT, related_name="+")
    rule = models.CharField(max_length=60)
    days = models.JSONField(default=list)
    daily_when_late = models.BooleanField(default=True)
    history = HistoricalRecords()

    objects = InSchoolQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["school", "rule"], name="stages_once_a_rule")]

    def __str__(self):
        return f"stages of {self.rule} at school {self.school_id}"


class CoverQuerySet(InSchoolQuerySet):
    def on(self, day: date) -> Self:
        return self.filter(starts_on__lte=day, ends_on__gte=day)


class Cover(models.Model):
    """Somebody is away from one day to another, and a deputy gets what they would get."""

    school = models.ForeignKey("staff.School", on_delete=models.PROTECT, related_name="+")
    absent = models.ForeignKey("staff.User", on_delete=models.PROTECT, related_name="+")
    deputy = models.ForeignKey("staff.User", on_delete=models.PROTECT, related_name="+")
    starts_on = models.DateField()
    ends_on = models.DateField()
    is_instead = models.BooleanField(default=False)
    history = HistoricalRecords()

    objects = CoverQuerySet.as_manager()

    class Meta:
        ordering = ["starts_on", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="cover_dates_in_order"),
            models.CheckConstraint(condition=~Q(absent=F("deputy")), name="cover_by_somebody_else"),
        ]

    def __str__(self):
        return f"cover {self.pk}"


class Acknowledgement(models.Model):
    """Somebody knows that an item is late, says why, and looks again on a day. Until then no daily mail about it."""

    school = models.ForeignKey("staff.School", on_delete=models.PROTECT, related_name="+")
    due_item_id = models.BigIntegerField()
    due_on = models.DateField()
    reason = models.CharField(max_length=500)
    look_again_on = models.DateField()
    by = models.ForeignKey("staff.User", on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)

    objects = InSchoolQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at", "-pk"]
        indexes = [models.Index(fields=["school", "look_again_on"]), models.Index(fields=["due_item_id"])]

    def __str__(self):
        return f"acknowledgement {self.pk}"


class DailyRun(models.Model):
    """The daily run of one school and one of its own days. What it chose and this row's end are one transaction."""

    class Outcome(models.TextChoices):
        WAITING = "waiting", "Not done yet"
        DONE = "done", "Done"
        CAUGHT_UP = "caught_up", "Missed, and caught up later"

    school = models.ForeignKey("staff.School", on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    outcome = models.CharField(max_length=10, choices=Outcome, default=Outcome.WAITING)
    token = models.CharField(max_length=32, blank=True)
    lease_until = models.DateTimeField(null=True)
    made_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)
    # For a day that was missed: the day whose mail says what this one would have said.
    caught_up_on = models.DateField(null=True)
    lines = models.PositiveIntegerField(default=0)
    people = models.PositiveIntegerField(default=0)
    # Items for which nobody could be found: neither owner, SENDCo nor head.
    nobody = models.PositiveIntegerField(default=0)

    objects = InSchoolQuerySet.as_manager()

    class Meta:
        ordering = ["-day", "-pk"]
        constraints = [models.UniqueConstraint(fields=["school", "day"], name="one_daily_run_a_school_and_day")]

    def __str__(self):
        return f"run of school {self.school_id} on {self.day}"


class DigestQuerySet(models.QuerySet):
    def visible_to(self, acting: Acting) -> Self:
        """Digests that carry something of the school; a person of two schools has one digest for both."""
        if not acting.school:
            return self.none()
        return self.filter(Exists(DigestLine.objects.filter(digest=OuterRef("pk"), school=acting.school)))

    def open(self) -> Self:
        return self.filter(state__in=[Digest.State.WAITING, Digest.State.SENDING])


class Digest(models.Model):
    """The one mail of a person and a day. `number` is above 1 only where a later run of the same day had more to say
    after the first mail had gone."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting to be sent"
        SENDING = "sending", "Being sent"
        SENT = "sent", "Sent"
        REFUSED = "refused", "Refused by the mail server"
        FAILED = "failed", "Not sent"
        EMPTY = "empty", "Not needed any more"
        FOLDED = "folded", "Carried by a later mail"

    user = models.ForeignKey("staff.User", on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    number = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    message_id = models.CharField(max_length=200)
    not_before = models.DateTimeField()
    # Days on which the run did not happen and which this mail makes good, as ISO dates.
    missed_days = models.JSONField(default=list)
    # Sessions of one's own since the last mail that have no record: a phone that was cleared shows in it.
    unlogged = models.PositiveSmallIntegerField(default=0)
    token = models.CharField(max_length=32, blank=True)
    lease_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(null=True)
    made_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=300, blank=True)

    objects = DigestQuerySet.as_manager()

    class Meta:
        ordering = ["-day", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["user", "day", "number"], name="one_digest_a_person_and_day"),
        ]
        indexes = [
            models.Index("not_before", name="digest_open", condition=Q(state__in=["waiting", "sending"])),
            models.Index(fields=["-day", "-id"]),
        ]

    def __str__(self):
        return f"digest {self.pk}"

    @property
    def may_retry(self):
        return self.state in (self.State.REFUSED, self.State.FAILED) or (
            self.state == self.State.WAITING and self.attempts > 0
        )


class DigestLine(models.Model):
    """One due item at one stage for one person on one day. The database lets no second digest carry it.

    Holds no child: who it is about is read from the due item for those who may know.
    """

    class Section(models.TextChoices):
        OURS = "ours", "To do"
        WAITING = "waiting", "Waiting on others"
        PASSED_ON = "passed_on", "Passed on"

    digest = models.ForeignKey(Digest, on_delete=models.CASCADE, related_name="lines")
    school = models.ForeignKey("staff.School", on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey("staff.User", on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    due_item_id = models.BigIntegerField()
    rule = models.CharField(max_length=60)
    title = models.CharField(max_length=200)
    due_on = models.DateField()
    stage = models.CharField(max_length=10)
    section = models.CharField(max_length=10, choices=Section, default=Section.OURS)
    # Who would have got this, where the person stands in for somebody.
    instead_of = models.ForeignKey("staff.User", on_delete=models.PROTECT, null=True, related_name="+")
    # An earlier stage that fell on a missed day; the same item stands in the mail once, at its latest stage.
    is_folded = models.BooleanField(default=False)

    objects = InSchoolQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["due_item_id", "stage", "user", "day"], name="one_digest_carries_a_stage_a_day"
            )
        ]
        indexes = [models.Index(fields=["school", "day"])]

    def __str__(self):
        return f"line {self.pk}"
