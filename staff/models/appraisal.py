"""Appraisal: a school's scheme for a year and a kind of post, and what one adult and their appraiser agreed in it."""

from datetime import date
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from simple_history.models import HistoricalRecords

from sendco.clock import academic_year_name

from .people import User
from .posts import LineManagement, StaffGroup, StaffMember
from .school import InSchoolQuerySet, School

if TYPE_CHECKING:
    from ..acting import Acting


class AppraisalScheme(models.Model):
    """By when each step is done, for a kind of post in a school year. The school's own policy."""

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="appraisal_schemes")
    starts_in = models.PositiveSmallIntegerField()
    staff_group = models.CharField(max_length=20, choices=StaffGroup)
    objectives_by = models.DateField()
    mid_year_by = models.DateField(null=True, blank=True)
    end_year_by = models.DateField()
    version = models.PositiveIntegerField(default=1)
    history = HistoricalRecords()

    objects = InSchoolQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_in", "staff_group"]
        constraints = [
            models.UniqueConstraint(fields=["school", "starts_in", "staff_group"], name="one_scheme_a_year_and_group"),
            models.CheckConstraint(condition=Q(end_year_by__gt=F("objectives_by")), name="scheme_dates_in_order"),
        ]

    def __str__(self):
        return f"{self.get_staff_group_display()} {self.year_name}"

    @property
    def year_name(self):
        return academic_year_name(self.starts_in)


def line_has_ended(today: date) -> Exists:
    """Of an appraisal: whether its appraiser managed the adult in its time, and does so no more."""
    lines = LineManagement.objects.filter(
        member=OuterRef("member"),
        manager__user=OuterRef("appraiser"),
        ends_on__lt=today,
        ends_on__gte=OuterRef("appraiser_since"),
    )
    return Exists(lines)


class AppraisalQuerySet(InSchoolQuerySet):
    def visible_to(self, acting: "Acting") -> Self:
        """One's own, those one appraises, those of one's line; every one for the head."""
        if not acting.school:
            return self.none()
        here = self.filter(school=acting.school)
        # Who managed before sees nothing from that day on; whoever was named as appraiser since then appraises.
        appraises = Q(~line_has_ended(acting.today), appraiser=acting.user)
        return here.filter(Q(member__in=StaffMember.objects.open_to(acting)) | appraises | Q(member__user=acting.user))


class Stage(models.TextChoices):
    OBJECTIVES = "objectives", "Objectives"
    MID_YEAR = "mid_year", "Mid-year review"
    END_YEAR = "end_year", "End-of-year review"


class Appraisal(models.Model):
    """One adult's appraisal of one school year. Nothing in it is hidden from its subject."""

    class NoObjectives(models.TextChoices):
        MANAGER = "manager", "The appraiser did not set any"
        CHANGED = "changed", "The appraiser or the post changed in the year"
        AWAY = "away", "The adult was away or started late"
        SCHOOL = "school", "The school had no scheme for this post"

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="appraisals")
    member = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="appraisals")
    scheme = models.ForeignKey(AppraisalScheme, on_delete=models.PROTECT, related_name="appraisals")
    appraiser = models.ForeignKey(User, on_delete=models.PROTECT, related_name="appraisals_led")
    appraiser_since = models.DateField(default=timezone.localdate)
    began_on = models.DateField()
    mid_year_text = models.TextField(blank=True)
    end_year_text = models.TextField(blank=True)
    mid_year_comment = models.TextField(blank=True)
    end_year_comment = models.TextField(blank=True)
    none_set = models.CharField(max_length=10, choices=NoObjectives, blank=True)
    closed_on = models.DateField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    history = HistoricalRecords()

    objects = AppraisalQuerySet.as_manager()

    class Meta:
        ordering = ["-scheme__starts_in", "member__name", "pk"]
        constraints = [models.UniqueConstraint(fields=["member", "scheme"], name="one_appraisal_a_year")]

    def __str__(self):
        return f"appraisal of member {self.member_id}"

    def text_of(self, stage: str) -> str:
        return {Stage.MID_YEAR: self.mid_year_text, Stage.END_YEAR: self.end_year_text}.get(Stage(stage), "")

    def comment_of(self, stage: str) -> str:
        return {Stage.MID_YEAR: self.mid_year_comment, Stage.END_YEAR: self.end_year_comment}.get(Stage(stage), "")


class Objective(models.Model):
    class Judgement(models.TextChoices):
        UNJUDGED = "", "Not judged yet"
        MET = "met", "Met"
        PARTLY = "partly", "Partly met"
        NOT_MET = "not_met", "Not met"
        DROPPED = "dropped", "No longer relevant"

    appraisal = models.ForeignKey(Appraisal, on_delete=models.CASCADE, related_name="objectives")
    number = models.PositiveSmallIntegerField()
    text = models.CharField(max_length=400)
    measure = models.CharField(max_length=300)
    support = models.CharField(max_length=300, blank=True)
    judgement = models.CharField(max_length=10, choices=Judgement, blank=True)
    judgement_note = models.CharField(max_length=400, blank=True)
    version = models.PositiveIntegerField(default=1)
    history = HistoricalRecords()

    class Meta:
        ordering = ["appraisal", "number", "pk"]

    def __str__(self):
        return f"objective {self.number}"


class Evidence(models.Model):
    """What shows how an objective goes: by the adult or by the appraiser, each under their name."""

    objective = models.ForeignKey(Objective, on_delete=models.CASCADE, related_name="evidence")
    text = models.CharField(max_length=600)
    on = models.DateField(default=timezone.localdate)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    history = HistoricalRecords()

    class Meta:
        ordering = ["on", "pk"]

    def __str__(self):
        return f"evidence of objective {self.objective_id}"


class AppraisalView(models.Model):
    """Three lines of a teacher who directs the adult. The adult reads them before signing."""

    appraisal = models.ForeignKey(Appraisal, on_delete=models.PROTECT, related_name="views")
    asked_of = models.ForeignKey(User, on_delete=models.PROTECT, related_name="appraisal_views")
    asked_on = models.DateField(default=timezone.localdate)
    due_on = models.DateField()
    text = models.CharField(max_length=600, blank=True)
    answered_at = models.DateTimeField(null=True)
    withdrawn_on = models.DateField(null=True)
    history = HistoricalRecords()

    class Meta:
        ordering = ["asked_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["appraisal", "asked_of"], condition=Q(withdrawn_on=None), name="one_view_a_colleague"
            )
        ]

    def __str__(self):
        return f"view for appraisal {self.appraisal_id}"


class SignedStage(models.Model):
    """A stage as it read when somebody signed it. A change afterwards makes the next one; this one stays."""

    appraisal = models.ForeignKey(Appraisal, on_delete=models.PROTECT, related_name="signed")
    stage = models.CharField(max_length=12, choices=Stage)
    number = models.PositiveSmallIntegerField()
    content = models.JSONField()
    sha256 = models.CharField(max_length=64)
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["appraisal", "stage", "number"]
        constraints = [models.UniqueConstraint(fields=["appraisal", "stage", "number"], name="one_number_a_stage")]

    def __str__(self):
        return f"{self.stage}, version {self.number}"


class Signature(models.Model):
    """One of the two signed. For an adult without an account the appraiser notes what was signed on paper."""

    class Role(models.TextChoices):
        MEMBER = "member", "The adult"
        APPRAISER = "appraiser", "The appraiser"

    signed = models.ForeignKey(SignedStage, on_delete=models.PROTECT, related_name="signatures")
    role = models.CharField(max_length=10, choices=Role)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    on_paper = models.BooleanField(default=False)
    signed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["signed_at", "pk"]
        constraints = [models.UniqueConstraint(fields=["signed", "role"], name="signed_once")]

    def __str__(self):
        return f"signature {self.pk}"
