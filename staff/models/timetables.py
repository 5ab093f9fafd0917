"""The school's day, and where each adult is in it. A timetable holds from a day, so that last term reads as it was."""

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords

from .people import TeachingGroup
from .posts import WEEKDAYS, StaffMember, Week
from .school import InSchoolQuerySet, School

if TYPE_CHECKING:
    from ..acting import Acting

DAYS = list(enumerate(WEEKDAYS))


class Timetable(models.Model):
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="timetables")
    name = models.CharField(max_length=60)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    has_two_weeks = models.BooleanField(default=False)
    # The Monday of the school's own first week, whose letter is A; holidays are passed over unless the school counts
    # them.
    first_week_on = models.DateField()
    counts_holidays = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)
    history = HistoricalRecords()

    objects = InSchoolQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_on", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["school", "starts_on"], name="one_timetable_a_day"),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="timetable_dates_in_order"
            ),
        ]

    def __str__(self):
        return self.name


class WeekLetter(models.Model):
    """A week whose letter the school set by hand."""

    timetable = models.ForeignKey(Timetable, on_delete=models.CASCADE, related_name="letters")
    monday = models.DateField()
    letter = models.CharField(max_length=1, choices=Week)
    later_follow = models.BooleanField(default=True)
    history = HistoricalRecords()

    class Meta:
        ordering = ["monday"]
        constraints = [models.UniqueConstraint(fields=["timetable", "monday"], name="one_letter_a_week")]

    def __str__(self):
        return f"week {self.letter} from {self.monday}"


class Period(models.Model):
    """A part of the school's day. Those of one weekday, where there are any, stand in place of the ordinary ones."""

    class Kind(models.TextChoices):
        LESSON = "lesson", "Lesson"
        BREAK = "break", "Break"
        LUNCH = "lunch", "Lunch"
        OTHER = "other", "Registration, assembly or other"

    timetable = models.ForeignKey(Timetable, on_delete=models.CASCADE, related_name="periods")
    weekday = models.PositiveSmallIntegerField(choices=DAYS, null=True, blank=True)
    name = models.CharField(max_length=40)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.LESSON)
    starts_at = models.TimeField()
    ends_at = models.TimeField()

    class Meta:
        ordering = [F("weekday").asc(nulls_first=True), "starts_at", "pk"]
        constraints = [models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="period_within_a_day")]

    def __str__(self):
        return f"{self.name} {self.starts_at:%H:%M} to {self.ends_at:%H:%M}"


class SlotKind(models.Model):
    """What an adult does in a slot, and what follows from it: are they taken, and does somebody have to stand in?"""

    class Tone(models.TextChoices):
        LESSON = "lesson", "In a lesson"
        INTERVENTION = "intervention", "Intervention"
        DUTY = "duty", "Duty"
        MEETING = "meeting", "Meeting"
        REST = "rest", "Break or free"

    class Weight(models.TextChoices):
        """What it means that nobody holds it: what may be left when somebody is needed elsewhere."""

        SAFETY = "safety", "Health and safety: covered before other help"
        HELP = "help", "Help: it can be left where something weighs more"
        FIXED = "fixed", "Fixed: its adult is never taken from it"

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="slot_kinds")
    name = models.CharField(max_length=40)
    tone = models.CharField(max_length=15, choices=Tone, default=Tone.LESSON)
    makes_busy = models.BooleanField(default=True)
    needs_cover = models.BooleanField(default=True)
    is_break = models.BooleanField(default=False)
    is_with_teacher = models.BooleanField(default=False)
    weight = models.CharField(max_length=10, choices=Weight, default=Weight.HELP)
    is_archived = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)
    history = HistoricalRecords()

    objects = InSchoolQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["school", "name"], condition=Q(is_archived=False), name="slot_kind_once_a_school"
            ),
            models.CheckConstraint(condition=Q(is_break=False) | Q(makes_busy=False), name="break_is_not_busy"),
        ]

    def __str__(self):
        return self.name

    @property
    def counts_as(self):
        if self.is_break:
            return "Break"
        return "Time with the teacher" if self.is_with_teacher else self.get_tone_display()


class SlotQuerySet(models.QuerySet):
    def visible_to(self, acting: "Acting") -> Self:
        return self.filter(member__in=StaffMember.objects.visible_to(acting))


class Slot(models.Model):
    """Where an adult is, week by week, in a stretch of a weekday: with whom, and doing what."""

    timetable = models.ForeignKey(Timetable, on_delete=models.PROTECT, related_name="slots")
    member = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="slots")
    kind = models.ForeignKey(SlotKind, on_delete=models.PROTECT, related_name="slots")
    week = models.CharField(max_length=1, choices=Week, blank=True)
    weekday = models.PositiveSmallIntegerField(choices=DAYS)
    starts_at = models.TimeField()
    ends_at = models.TimeField()
    group = models.ForeignKey(TeachingGroup, on_delete=models.PROTECT, null=True, blank=True, related_name="slots")
    doing = models.CharField(max_length=120, blank=True)
    place = models.CharField(max_length=60, blank=True)
    skill = models.ForeignKey("staff.Skill", on_delete=models.PROTECT, null=True, blank=True, related_name="slots")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    history = HistoricalRecords()

    objects = SlotQuerySet.as_manager()

    class Meta:
        ordering = ["weekday", "starts_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="slot_within_a_day"),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="slot_dates_in_order"
            ),
        ]
        indexes = [models.Index(fields=["member", "weekday", "starts_at"])]

    def __str__(self):
        return f"{self.get_weekday_display()} {self.starts_at:%H:%M} to {self.ends_at:%H:%M}"


class TimetableImport(models.Model):
    """Slots read from a file, with what is needed to take them back once. Nothing before `from_on` was touched."""

    timetable = models.ForeignKey(Timetable, on_delete=models.CASCADE, related_name="imports")
    from_on = models.DateField()
    made_by = models.ForeignKey("staff.User", on_delete=models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    rows = models.PositiveIntegerField()
    # (id, what it said) of slots placed; (id, last day before) of those ended; facts of those that were to begin.
    placed = models.JSONField(default=list)
    ended = models.JSONField(default=list)
    removed = models.JSONField(default=list)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]

    def __str__(self):
        return f"import {self.pk} into timetable {self.timetable_id}"
