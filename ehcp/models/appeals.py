from django.db import models
from simple_history.models import HistoricalRecords

from pupils.models import Pupil
from pupils.models.querysets import AboutPupilQuerySet
from staff.models import School

from .assessments import NeedsAssessment
from .authorities import LocalAuthority
from .plans import Plan


class Appeal(models.Model):
    """A decision of the authority that the parent may take to mediation and to the Tribunal (CFA s51), and its log."""

    class About(models.TextChoices):
        NOT_ASSESS = "not_assess", "Refusal to assess"
        NO_PLAN = "no_plan", "Decision not to make a plan"
        CONTENT = "content", "What the plan says (sections B and F)"
        PLACEMENT = "placement", "The school named (section I) alone"
        NOT_REASSESS = "not_reassess", "Refusal to re-assess"
        NOT_AMEND = "not_amend", "Decision not to amend after a review"
        CEASE = "cease", "Decision to cease the plan"

    class Outcome(models.TextChoices):
        AGREED = "agreed", "Agreed in mediation"
        CONCEDED = "conceded", "The authority will not oppose"
        ORDERED = "ordered", "The Tribunal's order"
        DISMISSED = "dismissed", "The appeal was dismissed"
        WITHDRAWN = "withdrawn", "The parent withdrew it"
        NONE = "none", "No appeal was made in time"

    class Order(models.TextChoices):
        """What the authority has to do (SEND Regs 2014, reg 44)."""

        ASSESS = "assess", "Assess or re-assess"
        MAKE = "make", "Make and maintain a plan"
        AMEND = "amend", "Amend what the plan says"
        NAME = "name", "Change only the school named"
        RECONSIDER = "reconsider", "Reconsider"
        MAINTAIN = "maintain", "Go on maintaining the plan"
        CEASE = "cease", "Cease the plan"

    class OtherBy(models.TextChoices):
        """Who does what was agreed in mediation beside what can be appealed."""

        AUTHORITY = "la", "The LA"
        HEALTH = "health", "The health body (ICB)"

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    pupil = models.ForeignKey(Pupil, on_delete=models.CASCADE, related_name="appeals")
    authority = models.ForeignKey(LocalAuthority, on_delete=models.PROTECT, related_name="+")
    assessment = models.ForeignKey(
        NeedsAssessment, on_delete=models.CASCADE, null=True, blank=True, related_name="appeals"
    )
    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, null=True, blank=True, related_name="appeals")
    about = models.CharField(max_length=12, choices=About)
    letter_on = models.DateField(help_text="The day the authority sent its written notice.")
    # Mediation (regs 32 to 39).
    contacted_on = models.DateField("mediation adviser contacted", null=True, blank=True)
    wants_mediation = models.BooleanField(null=True)
    told_on = models.DateField("told the adviser or authority", null=True, blank=True)
    mediation_on = models.DateField("mediation ended", null=True, blank=True)
    certificate_on = models.DateField(null=True, blank=True)
    # The Tribunal.
    lodged_on = models.DateField(null=True, blank=True)
    sent_to_la_on = models.DateField(null=True, blank=True)
    la_responded_on = models.DateField(null=True, blank=True)
    hearing_on = models.DateField(null=True, blank=True)
    school_evidence_by = models.DateField(null=True, blank=True, help_text="The date the Tribunal gave the school.")
    school_evidence_on = models.DateField(null=True, blank=True)
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True)
    order = models.CharField(max_length=12, choices=Order, blank=True)
    order_on = models.DateField(null=True, blank=True, help_text="The day the order or agreement was sent out.")
    # What a mediation agreement alone may hold: another time agreed in writing (reg 42(5)), and steps that no appeal
    # could order (reg 42(3)).
    agreed_by_on = models.DateField(null=True, blank=True)
    other_steps = models.CharField(max_length=300, blank=True)
    other_by = models.CharField(max_length=6, choices=OtherBy, default=OtherBy.AUTHORITY)
    other_done_on = models.DateField(null=True, blank=True)
    draft_on = models.DateField(null=True, blank=True)
    complied_on = models.DateField(null=True, blank=True)
    note = models.TextField(blank=True)
    closed_on = models.DateField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    history = HistoricalRecords()

    objects = AboutPupilQuerySet.as_manager()

    class Meta:
        ordering = ["-letter_on", "-pk"]

    def __str__(self):
        return f"appeal {self.pk}"
