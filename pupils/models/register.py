from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from simple_history.models import HistoricalRecords

from .pupil import Pupil
from .querysets import AboutPupilQuerySet


class Area(models.TextChoices):
    """The four broad areas of need (Code of Practice 6.28 to 6.35), and a place for what spans them."""

    COMMUNICATION = "ci", "Communication and interaction"
    COGNITION = "cl", "Cognition and learning"
    SEMH = "semh", "Social, emotional and mental health"
    SENSORY = "sp", "Sensory and/or physical"
    ACROSS = "x", "Across areas"


class NeedType(models.Model):
    """The school census's dated table of SEN types: a code that comes or goes is a row, not a release."""

    code = models.CharField(max_length=6)
    name = models.CharField(max_length=100)
    short_name = models.CharField(max_length=20)
    area = models.CharField(max_length=6, choices=Area)
    only_with_sen_support = models.BooleanField(default=False)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["code"]
        constraints = [models.UniqueConstraint(fields=["code", "valid_from"], name="need_type_once_a_date")]

    def __str__(self):
        return self.name


class Code(models.TextChoices):
    """The census's SEN provision codes. An assessment under way is still K or N; E only once a plan is issued."""

    NONE = "N", "No special educational need"
    SUPPORT = "K", "SEN Support"
    PLAN = "E", "EHC plan"


class HistoricCode(models.TextChoices):
    """Codes from before the Children and Families Act 2014: read into history that is over, never a present status."""

    ACTION = "A", "School Action (before 2014)"
    ACTION_PLUS = "P", "School Action Plus (before 2014)"
    STATEMENT = "S", "Statement (before 2014)"


ON_REGISTER = (Code.SUPPORT, Code.PLAN)


class RegisterEntry(models.Model):
    """A pupil's SEN status from one day to another. Exactly one is open for each pupil on roll.

    starts_on is the day it took effect at school, entered_at the moment it was typed.
    """

    school = models.ForeignKey("staff.School", on_delete=models.PROTECT, related_name="+")
    pupil = models.ForeignKey(Pupil, on_delete=models.CASCADE, related_name="register_entries")
    code = models.CharField(max_length=1, choices=[*Code.choices, *HistoricCode.choices])
    starts_on = models.DateField()
    # The day it was first known here; since when it has been so, nobody said. It gives way to a day that is known.
    is_start_unknown = models.BooleanField(default=False)
    ends_on = models.DateField(null=True, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    evidence = models.CharField(max_length=500, blank=True)
    decided_by = models.CharField(max_length=150, blank=True)
    entered_by = models.ForeignKey("staff.User", on_delete=models.PROTECT, null=True, related_name="+")
    entered_at = models.DateTimeField(default=timezone.now)
    parent_told_on = models.DateField(null=True, blank=True)
    # Begun before sendco knew the child: telling home was then, and nothing is owed for it now.
    is_taken_over = models.BooleanField(default=False)
    history = HistoricalRecords()

    objects = AboutPupilQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(code__in=Code.values) | Q(code__in=HistoricCode.values, ends_on__isnull=False),
                name="register_code_is_n_k_or_e",
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="register_dates_in_order"
            ),
            models.UniqueConstraint(fields=["pupil"], condition=Q(ends_on=None), name="one_open_register_entry"),
            models.UniqueConstraint(fields=["pupil", "starts_on"], name="one_register_entry_a_day"),
        ]
        indexes = [
            models.Index("school", "code", "pupil", name="register_open", condition=Q(ends_on=None)),
            models.Index(fields=["pupil", "-starts_on"]),
        ]

    def __str__(self):
        return f"{self.code} {self.pupil_id} from {self.starts_on}"

    @property
    def known_start(self):
        """The first day, or None where nobody said since when."""
        return None if self.is_start_unknown else self.starts_on


class Need(models.Model):
    """A type of need with its rank: 1 is primary. Open ranks and types occur once a pupil."""

    pupil = models.ForeignKey(Pupil, on_delete=models.CASCADE, related_name="needs")
    need_type = models.ForeignKey(NeedType, on_delete=models.PROTECT)
    rank = models.PositiveSmallIntegerField()
    area = models.CharField(max_length=6, choices=Area)
    starts_on = models.DateField(default=timezone.localdate)
    ends_on = models.DateField(null=True, blank=True)
    history = HistoricalRecords()

    objects = AboutPupilQuerySet.as_manager()

    class Meta:
        ordering = ["rank", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["pupil", "rank"], condition=Q(ends_on=None), name="need_rank_once"),
            models.UniqueConstraint(fields=["pupil", "need_type"], condition=Q(ends_on=None), name="need_type_once"),
            models.CheckConstraint(condition=Q(rank__gte=1, rank__lte=99), name="need_rank_1_to_99"),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="need_dates_in_order"
            ),
        ]

    def __str__(self):
        return f"{self.need_type_id} rank {self.rank} of {self.pupil_id}"


class WatchListEntry(models.Model):
    """Being monitored: beside the register, not on it. Starting SEN Support closes it."""

    school = models.ForeignKey("staff.School", on_delete=models.PROTECT, related_name="+")
    pupil = models.ForeignKey(Pupil, on_delete=models.CASCADE, related_name="watch_entries")
    reason = models.CharField(max_length=500)
    starts_on = models.DateField(default=timezone.localdate)
    look_again_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    outcome = models.CharField(max_length=500, blank=True)
    entered_by = models.ForeignKey("staff.User", on_delete=models.PROTECT, null=True, related_name="+")
    version = models.PositiveIntegerField(default=1)
    history = HistoricalRecords()

    objects = AboutPupilQuerySet.as_manager()

    class Meta:
        ordering = ["look_again_on", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["pupil"], condition=Q(ends_on=None), name="one_open_watch_entry"),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="watch_dates_in_order"
            ),
        ]
        indexes = [models.Index("school", "pupil", name="watch_open", condition=Q(ends_on=None))]

    def __str__(self):
        return f"watch {self.pupil_id}"
