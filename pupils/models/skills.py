"""Which skills pupils need an adult to be trained in: by a type of need, by a flag, or one child's own."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from simple_history.models import HistoricalRecords

from staff.models.school import InSchoolQuerySet

from .pupil import FlagKind, Pupil
from .querysets import AboutPupilQuerySet
from .register import NeedType


class SkillTag(models.Model):
    """Every child on roll with this type of need, or with this flag, needs adults with this skill."""

    school = models.ForeignKey("staff.School", on_delete=models.PROTECT, related_name="+")
    skill = models.ForeignKey("staff.Skill", on_delete=models.PROTECT, related_name="tags")
    need_type = models.ForeignKey(NeedType, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    flag = models.CharField(max_length=30, choices=FlagKind, blank=True)
    history = HistoricalRecords()

    objects = InSchoolQuerySet.as_manager()

    class Meta:
        ordering = ["skill__name", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(need_type__isnull=False, flag="") | (Q(need_type=None) & ~Q(flag="")),
                name="tag_by_need_or_flag",
            ),
            models.UniqueConstraint(
                fields=["skill", "need_type"], condition=Q(need_type__isnull=False), name="one_tag_a_need"
            ),
            models.UniqueConstraint(fields=["skill", "flag"], condition=~Q(flag=""), name="one_tag_a_flag"),
        ]

    def __str__(self):
        return f"tag of skill {self.skill_id}"


class PupilSkill(models.Model):
    """One child needs adults with this skill, from a day on: as the plan, a healthcare plan or the child asks."""

    class Source(models.TextChoices):
        PLAN = "plan", "EHC plan"
        HEALTH = "health", "Healthcare plan"
        SUPPORT = "support", "SEN support plan"
        OTHER = "other", "Another reason"

    pupil = models.ForeignKey(Pupil, on_delete=models.CASCADE, related_name="skills")
    skill = models.ForeignKey("staff.Skill", on_delete=models.PROTECT, related_name="pupils")
    source = models.CharField(max_length=10, choices=Source, default=Source.PLAN)
    starts_on = models.DateField(default=timezone.localdate)
    ends_on = models.DateField(null=True, blank=True)
    history = HistoricalRecords()

    objects = AboutPupilQuerySet.as_manager()

    class Meta:
        ordering = ["skill__name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["pupil", "skill"], condition=Q(ends_on=None), name="one_open_pupil_skill"),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="pupil_skill_dates_in_order"
            ),
        ]

    def __str__(self):
        return f"pupil {self.pupil_id} needs skill {self.skill_id}"
