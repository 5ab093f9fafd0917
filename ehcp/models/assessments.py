from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from pupils.models import Pupil
from pupils.models.querysets import AboutPupilQuerySet
from staff.models import School

from ..deadlines.reviews import ADULTHOOD_FROM_YEAR
from .authorities import Caseworker, LocalAuthority
from .plans import Plan


class Method(models.TextChoices):
    """How something was sent: the day it counts as received depends on it."""

    EMAIL = "email", "E-mail"
    PORTAL = "portal", "The authority's own web page"
    FIRST_CLASS = "first_class_post", "First class post"
    SIGNED_FOR = "signed_for", "Signed-for post"
    HAND = "hand", "By hand"


class NeedsAssessment(models.Model):
    """A request for an EHC needs assessment (CFA s36), or for a re-assessment of a plan (s44), and what came of it.

    Facts only: each date is what happened. The clocks run from `received_on`, or from `became_responsible_on` where
    nobody who may ask has asked (s24).
    """

    class Kind(models.TextChoices):
        FIRST = "first", "Needs assessment"
        AGAIN = "again", "Re-assessment"

    class AskedBy(models.TextChoices):
        SCHOOL = "school", "The school"
        PARENT = "parent", "The parent"
        YOUNG_PERSON = "young_person", "The young person"
        OTHER = "other", "Somebody else: the authority became responsible"

    class Decision(models.TextChoices):
        ASSESS = "assess", "It will assess"
        REFUSE = "refuse", "It will not assess"

    class Reversal(models.TextChoices):
        OWN = "own", "The authority changed its own decision"
        MEDIATION = "mediation", "Agreed in mediation"
        UNOPPOSED = "unopposed", "The authority told the Tribunal it will not oppose"
        ORDER = "order", "The Tribunal's order"

    class ReversedTo(models.TextChoices):
        ASSESS = "assess", "To assess"
        PLAN = "plan", "To make a plan"

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    pupil = models.ForeignKey(Pupil, on_delete=models.CASCADE, related_name="needs_assessments")
    authority = models.ForeignKey(LocalAuthority, on_delete=models.PROTECT, related_name="needs_assessments")
    caseworker = models.ForeignKey(Caseworker, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    kind = models.CharField(max_length=6, choices=Kind, default=Kind.FIRST)
    asked_by = models.CharField(max_length=12, choices=AskedBy, default=AskedBy.SCHOOL)
    began_on = models.DateField(help_text="The day the school began to prepare, or learned of the request.")
    reason = models.TextField(blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    method = models.CharField(max_length=16, choices=Method, blank=True)
    received_on = models.DateField(null=True, blank=True)
    became_responsible_on = models.DateField(null=True, blank=True)
    decision = models.CharField(max_length=8, choices=Decision, blank=True)
    decision_on = models.DateField(null=True, blank=True, help_text="The date on the authority's letter.")
    advice_asked_on = models.DateField(null=True, blank=True, help_text="The day the request reached the school.")
    advice_sent_on = models.DateField(null=True, blank=True)
    no_plan_on = models.DateField(null=True, blank=True)
    draft_served_on = models.DateField(null=True, blank=True)
    representations_on = models.DateField(null=True, blank=True)
    final_on = models.DateField(null=True, blank=True)
    # A refusal that did not stand (law file 1.6): the day of the order, the agreement or the authority's notice.
    reversed_on = models.DateField(null=True, blank=True)
    reversal = models.CharField(max_length=10, choices=Reversal, blank=True)
    reversed_to = models.CharField(max_length=8, choices=ReversedTo, blank=True)
    reversal_notified_on = models.DateField(null=True, blank=True)
    # Reg 42(5): the parties to a mediation agreement may agree other times in writing.
    reversal_agreed_by = models.DateField(null=True, blank=True)
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, null=True, blank=True, related_name="needs_assessments")
    closed_on = models.DateField(null=True, blank=True)
    close_reason = models.CharField(max_length=200, blank=True)
    pack_file_id = models.BigIntegerField(null=True)
    pack_job_id = models.BigIntegerField(null=True)
    version = models.PositiveIntegerField(default=1)
    history = HistoricalRecords()

    objects = AboutPupilQuerySet.as_manager()

    class Meta:
        ordering = ["-began_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["pupil", "kind"], condition=Q(closed_on=None), name="one_open_needs_assessment_a_kind"
            )
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.pk}"

    @property
    def starts_on(self):
        """Week 0: the day the authority received the request, or became responsible, the earlier; None before."""
        return min((day for day in (self.received_on, self.became_responsible_on) if day), default=None)


class Exemption(models.Model):
    """An exception of the law claimed for one time limit (law file 1.2). It disapplies and moves no date."""

    class Step(models.TextChoices):
        DECISION = "decision", "Decision whether to assess (6 weeks)"
        ADVICE = "advice", "Advice (6 weeks)"
        NO_PLAN = "no_plan", "Decision not to make a plan (16 weeks)"
        FINAL = "final", "Final plan (20 weeks)"
        AFTER_ORDER = "after_order", "Time after an order or a reversal"

    class Ground(models.TextChoices):
        SCHOOL_CLOSED = "school_closed", "School closed for at least 4 weeks, and advice asked for in the window"
        EARLY_YEARS_CLOSED = "early_years_closed", "Early years provider closed for at least 4 weeks, likewise"
        PERSONAL = "personal", "Exceptional personal circumstances"
        ABSENT = "absent", "Away from the authority's area for at least 4 weeks"
        ABSENT_SHORT = "absent_short", "Away from the authority's area for at least 2 weeks (after an order)"
        APPOINTMENT = "appointment", "An appointment for an examination or test was not kept"
        REPRESENTATIONS = "representations", "The parent wants to make further representations (after an order)"

    class Claimant(models.TextChoices):
        LA = "la", "The local authority"
        SCHOOL = "school", "The school"
        HEALTH = "health", "A health body"
        OTHER = "other", "Another body"

    assessment = models.ForeignKey(NeedsAssessment, on_delete=models.CASCADE, related_name="exemptions")
    step = models.CharField(max_length=12, choices=Step)
    ground = models.CharField(max_length=20, choices=Ground)
    claimed_by = models.CharField(max_length=8, choices=Claimant)
    claimed_on = models.DateField()
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)
    advice_asked_on = models.DateField(null=True, blank=True)
    parent_told_on = models.DateField(null=True, blank=True)
    note = models.TextField(blank=True)
    withdrawn_on = models.DateField(null=True, blank=True)
    history = HistoricalRecords()

    class Meta:
        ordering = ["claimed_on", "pk"]

    def __str__(self):
        return f"exemption {self.pk}"


class Advice(models.Model):
    """One line of the reg 6(1) list: who is to advise, whether it is in, and where it is kept."""

    class Kind(models.TextChoices):
        PARENT = "parent", "(a) Parent or young person"
        EDUCATION = "education", "(b) Head or principal"
        MEDICAL = "medical", "(c) Health"
        PSYCHOLOGY = "psychology", "(d) Educational psychologist"
        SOCIAL = "social", "(e) Social care"
        OTHER = "other", "(f) Anybody else the authority thinks fit"
        ADULTHOOD = "adulthood", f"(g) Preparing for adulthood (Year {ADULTHOOD_FROM_YEAR} on)"
        REQUESTED = "requested", "(h) Somebody the parent reasonably asks for"

    assessment = models.ForeignKey(NeedsAssessment, on_delete=models.CASCADE, related_name="advice")
    kind = models.CharField(max_length=12, choices=Kind)
    who = models.CharField(max_length=150, blank=True)
    asked_on = models.DateField(null=True, blank=True)
    received_on = models.DateField(null=True, blank=True)
    document = models.ForeignKey("pupils.Document", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    # What they said, where no document holds it.
    words = models.TextField(blank=True)
    history = HistoricalRecords()

    class Meta:
        ordering = ["kind", "pk"]
        verbose_name_plural = "advice"

    def __str__(self):
        return f"advice {self.pk}"

    @property
    def is_here(self):
        """Its words or its document are kept here: that it came on some day is not enough to send it on."""
        return bool(self.words.strip() or self.kept_document)

    @property
    def kept_document(self):
        return self.document if self.document and self.document.removed_on is None else None
