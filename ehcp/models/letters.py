from typing import Self

from django.db import models
from django.utils import timezone
from simple_history.models import HistoricalRecords

from pupils.models import Pupil
from pupils.models.letters import Addressed
from sendco.audit.triggers import may_empty
from staff.acting import Acting
from staff.models import School
from staff.models.school import InSchoolQuerySet
from staff.permissions import Permission

from .appeals import Appeal
from .assessments import Method, NeedsAssessment
from .consultations import Consultation
from .plans import Plan
from .reviews import AnnualReview, Invitee


class CaseLetterKind(models.TextChoices):
    ASSESSMENT_REQUEST = "assessment_request", "Request for a needs assessment"
    REVIEW_INVITATION = "review_invitation", "Invitation to a review"
    REVIEW_CHASER = "review_chaser", "Reminder to send a contribution"
    REVIEW_PAPERS = "review_papers", "Papers before a review"
    REVIEW_REPORT = "review_report", "Report after a review"
    CONSULTATION_REPLY = "consultation_reply", "Reply to a consultation"
    LA_LATE_DECISION = "la_late_decision", "To the authority: decision to assess is late"
    LA_LATE_FINAL = "la_late_final", "To the authority: final plan is late"
    LA_LATE_REVIEW = "la_late_review", "To the authority: decision after a review is late"
    LA_LATE_AMENDED = "la_late_amended", "To the authority: amended plan is late"
    LA_VAGUE_LINES = "la_vague_lines", "To the authority: provision that says no amount"
    LA_SHORT_LINES = "la_short_lines", "To the authority: provision that did not take place"


class OfCaseQuerySet(models.QuerySet):
    """Rows filed with a case: seen with the pupil, or, where the child is not on roll, with the school's cases."""

    def visible_to(self, acting: Acting) -> Self:
        if not acting.school or not acting.can(Permission.CASE_VIEW):
            return self.none()
        rows = self.filter(school=acting.school)
        if acting.can(Permission.PUPIL_VIEW_ALL):
            rows = rows.filter(models.Q(pupil=None) | models.Q(pupil__merged_into=None))
            return rows if acting.can(Permission.CONSULTATION_ANSWER) else rows.filter(consultation=None)
        return rows.filter(pupil__in=Pupil.objects.visible_to(acting))


class OfCase(models.Model):
    """What is filed with a case belongs to just one of them."""

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    pupil = models.ForeignKey(Pupil, on_delete=models.CASCADE, null=True, blank=True, related_name="%(class)ss")
    assessment = models.ForeignKey(NeedsAssessment, on_delete=models.CASCADE, null=True, related_name="%(class)ss")
    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, null=True, related_name="%(class)ss")
    review = models.ForeignKey(AnnualReview, on_delete=models.CASCADE, null=True, related_name="%(class)ss")
    consultation = models.ForeignKey(Consultation, on_delete=models.CASCADE, null=True, related_name="%(class)ss")
    appeal = models.ForeignKey(Appeal, on_delete=models.CASCADE, null=True, related_name="%(class)ss")

    objects = OfCaseQuerySet.as_manager()

    CASES = ("assessment", "plan", "review", "consultation", "appeal")

    class Meta:
        abstract = True

    @property
    def case(self):
        return next((getattr(self, name) for name in self.CASES if getattr(self, f"{name}_id")), None)


class CaseLetterTemplate(models.Model):
    """A school's own words for a letter of the EHC plan floor: plain text with merge fields from a closed list."""

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20, choices=CaseLetterKind)
    subject = models.CharField(max_length=150)
    body = models.TextField()
    version = models.PositiveIntegerField(default=1)
    history = HistoricalRecords()

    objects = InSchoolQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["school", "kind"], name="one_case_template_a_kind")]

    def __str__(self):
        return self.get_kind_display()


class CaseLetter(Addressed, OfCase):
    """A letter of a case. Its PDF is filed with the case, and with the pupil where the child is on roll."""

    kind = models.CharField(max_length=20, choices=CaseLetterKind)
    invitee = models.ForeignKey(Invitee, on_delete=models.CASCADE, null=True, blank=True, related_name="letters")
    subject = models.CharField(max_length=150)
    body = models.TextField()
    dated_on = models.DateField(default=timezone.localdate)
    made_by = models.ForeignKey("staff.User", on_delete=models.PROTECT, related_name="+")
    signed_by = models.ForeignKey("staff.User", on_delete=models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    sent_on = models.DateField(null=True, blank=True)
    sent_via = models.CharField(max_length=16, choices=Method, blank=True)
    proof = models.CharField(max_length=200, blank=True)
    history = HistoricalRecords()

    class Meta:
        ordering = ["-dated_on", "-pk"]

    def __str__(self):
        return f"case letter {self.pk}"


may_empty(CaseLetter.history.model._meta.db_table, "address", sealed="sealed_address")


class Correspondence(OfCase):
    """Something that came or went: a letter, a mail, a call. What proves a date is kept with it."""

    class Direction(models.TextChoices):
        IN = "in", "Came in"
        OUT = "out", "Went out"

    direction = models.CharField(max_length=3, choices=Direction)
    party = models.CharField("from or to", max_length=150)
    dated_on = models.DateField("date on it")
    received_on = models.DateField(null=True, blank=True)
    method = models.CharField(max_length=16, choices=Method, blank=True)
    subject = models.CharField(max_length=200)
    note = models.TextField(blank=True)
    proof = models.CharField(max_length=200, blank=True)
    file_id = models.BigIntegerField(null=True)
    entered_by = models.ForeignKey("staff.User", on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(default=timezone.now)
    removed_on = models.DateField(null=True)
    history = HistoricalRecords()

    class Meta:
        ordering = ["-dated_on", "-pk"]
        verbose_name_plural = "correspondence"

    def __str__(self):
        return f"correspondence {self.pk}"
