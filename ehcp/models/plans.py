from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from simple_history.models import HistoricalRecords

from pupils.models import Pupil
from pupils.models.querysets import AboutPupilQuerySet
from staff.models import School

from .authorities import Caseworker, LocalAuthority


class Plan(models.Model):
    """A child's EHC plan with one authority, from the day it was made to the day it ceases. Its words are versions."""

    class Names(models.TextChoices):
        HERE = "here", "This school"
        OTHER = "other", "Another school or setting"
        TYPE = "type", "A type of school only"
        NONE = "none", "No school named"

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    pupil = models.ForeignKey(Pupil, on_delete=models.CASCADE, related_name="plans")
    authority = models.ForeignKey(LocalAuthority, on_delete=models.PROTECT, related_name="plans")
    caseworker = models.ForeignKey(Caseworker, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    # Empty for a plan that came with the child and whose date nobody has given yet: a gap to show, not an error.
    made_on = models.DateField(null=True, blank=True)
    # The authority's decision on the last review before this school kept the record; later ones are AnnualReview.
    last_concluded_on = models.DateField(null=True, blank=True)
    names = models.CharField(max_length=10, choices=Names, default=Names.HERE)
    named_school = models.CharField(max_length=150, blank=True)
    # Transfer to the next phase: what the school range does not say by itself.
    transfer_on = models.DateField(null=True, blank=True, help_text="Only when the move is at an unusual time.")
    # Ceasing (regs 29 to 31): first told and consulted, then the decision.
    cease_proposed_on = models.DateField(null=True, blank=True)
    cease_notified_on = models.DateField(null=True, blank=True)
    ceased_on = models.DateField(null=True, blank=True)
    cease_reason = models.CharField(max_length=200, blank=True)
    note = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=1)
    history = HistoricalRecords()

    objects = AboutPupilQuerySet.as_manager()

    class Meta:
        ordering = ["-made_on", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["pupil"], condition=Q(ceased_on=None), name="one_plan_in_force"),
            models.CheckConstraint(
                condition=Q(made_on=None) | Q(ceased_on=None) | Q(ceased_on__gte=F("made_on")),
                name="plan_ceases_after_made",
            ),
        ]

    def __str__(self):
        return f"EHC plan {self.pk}"


class PlanMove(models.Model):
    """The family moves into another authority's area (reg 15): the plan goes with them."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="moves")
    old_authority = models.CharField(max_length=100)
    new_authority = models.ForeignKey(LocalAuthority, on_delete=models.PROTECT, related_name="+")
    moved_on = models.DateField()
    aware_on = models.DateField(help_text="The day the old authority learned of the move.")
    transferred_on = models.DateField(null=True, blank=True)
    parent_told_on = models.DateField(null=True, blank=True)
    # The health body changes with the move (reg 16); the day it became aware.
    health_aware_on = models.DateField(null=True, blank=True)
    health_told_on = models.DateField(null=True, blank=True)
    history = HistoricalRecords()

    class Meta:
        ordering = ["-moved_on", "-pk"]

    def __str__(self):
        return f"move {self.pk} of plan {self.plan_id}"


class PlanVersion(models.Model):
    """The plan's words as they stood on a day. `confirmed_at` is empty while what was read from a PDF is unseen."""

    class Kind(models.TextChoices):
        DRAFT = "draft", "Draft plan"
        FINAL = "final", "Final plan"
        PROPOSED = "proposed", "Proposed amendments"
        AMENDED = "amended", "Amended final plan"

    IN_FORCE = (Kind.FINAL, Kind.AMENDED)

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=10, choices=Kind)
    dated_on = models.DateField(help_text="The date on the plan.")
    received_on = models.DateField(null=True, blank=True)
    file_id = models.BigIntegerField(null=True)
    note = models.CharField(max_length=300, blank=True)
    made_by = models.ForeignKey("staff.User", on_delete=models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    confirmed_by = models.ForeignKey("staff.User", on_delete=models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    edit_version = models.PositiveIntegerField(default=1)
    history = HistoricalRecords()

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["plan", "number"], name="plan_version_number_once")]

    def __str__(self):
        return f"version {self.number} of plan {self.plan_id}"


class PlanReading(models.Model):
    """How far the words of a plan were lifted from its PDF, and which sections a person has checked since."""

    plan_version = models.OneToOneField(PlanVersion, on_delete=models.CASCADE, related_name="reading")
    job_id = models.BigIntegerField(null=True)
    pages = models.PositiveSmallIntegerField(default=0)
    read_at = models.DateTimeField(null=True)
    # What a person must know before trusting it, in words: a scan, pages left out, sections that were not found.
    notes = models.JSONField(default=list)
    # {section letter: page on which it begins}
    places = models.JSONField(default=dict)
    checked = models.JSONField(default=list)
    history = HistoricalRecords()

    def __str__(self):
        return f"reading of version {self.plan_version_id}"


class PlanPage(models.Model):
    """The picture of one page of the PDF, to stand beside the words that were read from it."""

    reading = models.ForeignKey(PlanReading, on_delete=models.CASCADE, related_name="pictures")
    number = models.PositiveSmallIntegerField()
    file_id = models.BigIntegerField()

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["reading", "number"], name="plan_page_once")]

    def __str__(self):
        return f"page {self.number} of reading {self.reading_id}"


class SectionLetter(models.TextChoices):
    """The sections of a plan (reg 12)."""

    A = "A", "Views, interests and aspirations"
    B = "B", "Special educational needs"
    C = "C", "Health needs"
    D = "D", "Social care needs"
    E = "E", "Outcomes"
    F = "F", "Special educational provision"
    G = "G", "Health provision"
    H1 = "H1", "Social care provision (under 18, CSDPA 1970 s2)"
    H2 = "H2", "Other social care provision"
    I = "I", "Placement"  # noqa: E741  (the law's own letter)
    J = "J", "Personal budget"
    K = "K", "Advice and information"


class PlanSection(models.Model):
    plan_version = models.ForeignKey(PlanVersion, on_delete=models.CASCADE, related_name="sections")
    letter = models.CharField(max_length=2, choices=SectionLetter)
    html = models.TextField(blank=True, help_text="Safe subset only: cleaned on writing and again on showing.")
    history = HistoricalRecords()

    class Meta:
        ordering = ["letter"]
        constraints = [models.UniqueConstraint(fields=["plan_version", "letter"], name="plan_section_once")]

    def __str__(self):
        return f"section {self.letter}"


class PlanOutcome(models.Model):
    """One outcome of Section E."""

    class Preparation(models.TextChoices):
        NONE = "", "Not for adulthood yet"
        EMPLOYMENT = "employment", "Employment and education"
        LIVING = "living", "Independent living"
        COMMUNITY = "community", "Friends and community"
        HEALTH = "health", "Health"

    plan_version = models.ForeignKey(PlanVersion, on_delete=models.CASCADE, related_name="outcomes")
    number = models.PositiveSmallIntegerField()
    text = models.TextField()
    by_when = models.CharField(max_length=100, blank=True)
    preparation = models.CharField("preparation for adulthood", max_length=12, choices=Preparation, blank=True)
    history = HistoricalRecords()

    class Meta:
        ordering = ["number", "pk"]
        constraints = [models.UniqueConstraint(fields=["plan_version", "number"], name="outcome_number_once")]

    def __str__(self):
        return f"outcome {self.number}"


class ProvisionLine(models.Model):
    """One line of provision: what, how much, how often, by whom, with how many others."""

    class Section(models.TextChoices):
        F = "F", "Special educational provision (F)"
        G = "G", "Health provision (G)"
        H1 = "H1", "Social care provision (H1)"
        H2 = "H2", "Social care provision (H2)"

    class Per(models.TextChoices):
        DAY = "day", "a day"
        WEEK = "week", "a week"
        FORTNIGHT = "fortnight", "a fortnight"
        MONTH = "month", "a month"
        HALF_TERM = "half_term", "a half term"
        TERM = "term", "a term"
        YEAR = "year", "a year"

    plan_version = models.ForeignKey(PlanVersion, on_delete=models.CASCADE, related_name="lines")
    outcome = models.ForeignKey(PlanOutcome, on_delete=models.SET_NULL, null=True, blank=True, related_name="lines")
    section = models.CharField(max_length=2, choices=Section, default=Section.F)
    number = models.PositiveSmallIntegerField()
    text = models.TextField()
    minutes = models.PositiveSmallIntegerField("minutes each time", null=True, blank=True)
    times = models.PositiveSmallIntegerField("times", null=True, blank=True)
    per = models.CharField(max_length=10, choices=Per, blank=True)
    who = models.CharField("who gives it", max_length=150, blank=True)
    group_size = models.PositiveSmallIntegerField("children in the group", null=True, blank=True)
    challenged_on = models.DateField(null=True, blank=True)
    challenge_note = models.CharField(max_length=300, blank=True)
    history = HistoricalRecords()

    class Meta:
        ordering = ["section", "number", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["plan_version", "section", "number"], name="provision_line_number_once")
        ]

    def __str__(self):
        return f"line {self.section}{self.number}"


class Placement(models.Model):
    """Where the plan places the child (Section I), from one day to another."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="placements")
    setting = models.CharField(max_length=150)
    kind = models.CharField(max_length=100, blank=True, help_text="For example special school, resourced provision.")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    history = HistoricalRecords()

    class Meta:
        ordering = ["-starts_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="placement_dates_in_order"
            )
        ]

    def __str__(self):
        return f"placement {self.pk}"


class TopUpFunding(models.Model):
    """What the authority pays on top for this child, from one day to another."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="top_ups")
    band = models.CharField(max_length=60)
    amount = models.DecimalField("pounds a year", max_digits=9, decimal_places=2, null=True, blank=True)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    note = models.CharField(max_length=200, blank=True)
    history = HistoricalRecords()

    class Meta:
        ordering = ["-starts_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="top_up_dates_in_order"
            )
        ]

    def __str__(self):
        return f"{self.band}"
