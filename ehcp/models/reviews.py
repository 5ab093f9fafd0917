from django.db import models
from django.db.models import Q
from django.utils import timezone
from simple_history.models import HistoricalRecords

from pupils.models import Contact, Pupil
from pupils.models.querysets import AboutPupilQuerySet
from staff.models import School

from .plans import Plan, PlanOutcome, PlanVersion


class Recommendation(models.TextChoices):
    MAINTAIN = "maintain", "Keep the plan as it is"
    AMEND = "amend", "Change the plan"
    CEASE = "cease", "The plan is no longer needed"


class AnnualReview(models.Model):
    """One review of a plan, from the first planning to the authority's last letter. It ends with the decision of the
    authority, not with the meeting (law file 2)."""

    class Kind(models.TextChoices):
        ANNUAL = "annual", "Annual review"
        TRANSFER = "transfer", "Phase transfer review"
        EARLY = "early", "Early review"

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    pupil = models.ForeignKey(Pupil, on_delete=models.CASCADE, related_name="annual_reviews")
    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="reviews")
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.ANNUAL)
    began_on = models.DateField(default=timezone.localdate)
    asked_by = models.CharField(max_length=100, blank=True, help_text="For an early review: who asked for it.")
    reason = models.TextField(blank=True)
    organiser = models.ForeignKey("staff.User", on_delete=models.PROTECT, related_name="+")
    # The meeting. `meeting_on` is the day; the time is the school's own words on the invitation.
    meeting_on = models.DateField(null=True, blank=True)
    meeting_time = models.TimeField(null=True, blank=True)
    place = models.CharField(max_length=200, blank=True)
    contribute_by = models.DateField(null=True, blank=True)
    # Since when no reminder of a contribution goes out by itself.
    reminders_stopped_on = models.DateField(null=True, blank=True)
    # Why nobody with parental responsibility is invited, where that is so.
    no_parent_note = models.CharField(max_length=300, blank=True)
    short_notice_note = models.CharField(max_length=300, blank=True)
    # The papers in one PDF, and the job that makes it.
    pack_file_id = models.BigIntegerField(null=True)
    pack_job_id = models.BigIntegerField(null=True)
    pack_made_at = models.DateTimeField(null=True)
    papers_sent_on = models.DateField(null=True, blank=True)
    held_on = models.DateField(null=True, blank=True)
    # What the school tells the meeting, and what the meeting says.
    school_report = models.TextField(blank=True)
    strengths = models.TextField(blank=True)
    summary = models.TextField(blank=True)
    recommendation = models.CharField(max_length=10, choices=Recommendation, blank=True)
    recommendation_reason = models.TextField(blank=True)
    changes_asked = models.TextField(blank=True)
    # Preparing for adulthood, Year 9 and after (reg 20(6)).
    adult_employment = models.TextField(blank=True)
    adult_living = models.TextField(blank=True)
    adult_community = models.TextField(blank=True)
    adult_health = models.TextField(blank=True)
    # A child looked after: the date of the personal education plan that this review goes with (CoP 9.169).
    pep_on = models.DateField(null=True, blank=True)
    actions = models.TextField(blank=True)
    approved_by = models.ForeignKey("staff.User", on_delete=models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)
    report_sent_on = models.DateField(null=True, blank=True)
    # The authority.
    decision = models.CharField(max_length=10, choices=Recommendation, blank=True)
    decision_on = models.DateField(null=True, blank=True, help_text="The date its letter was sent.")
    notice_on = models.DateField(null=True, blank=True, help_text="The date the amendment notice was sent.")
    representations_on = models.DateField(null=True, blank=True)
    final_on = models.DateField(null=True, blank=True, help_text="The date of the amended final plan.")
    names_next_school = models.BooleanField("names the next school or college", default=False)
    not_amending_on = models.DateField(null=True, blank=True)
    new_version = models.ForeignKey(
        PlanVersion, on_delete=models.SET_NULL, null=True, blank=True, related_name="from_reviews"
    )
    closed_on = models.DateField(null=True, blank=True)
    close_reason = models.CharField(max_length=200, blank=True)
    version = models.PositiveIntegerField(default=1)
    history = HistoricalRecords()

    objects = AboutPupilQuerySet.as_manager()

    class Meta:
        ordering = ["-began_on", "-pk"]
        constraints = [
            # One is prepared at a time; one that was held may wait for the authority beside it.
            models.UniqueConstraint(
                fields=["plan"], condition=Q(closed_on=None, held_on=None), name="one_review_prepared_a_plan"
            )
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.pk}"

    @property
    def waits_for_authority(self):
        """Held, and the authority has not finished: it has not decided, or not changed the plan as it decided."""
        if self.held_on is None or self.final_on or self.not_amending_on:
            return False
        return self.decision in ("", Recommendation.AMEND)


class Invitee(models.Model):
    """Somebody invited to a review (reg 20(2)), with what was sent to them when, and whether they came."""

    class Role(models.TextChoices):
        PARENT = "parent", "Parent or carer"
        CHILD = "child", "The child or young person"
        HEAD = "head", "Head or principal"
        LA = "la", "Local authority SEN officer"
        HEALTH = "health", "Health"
        SOCIAL = "social", "Social care"
        STAFF = "staff", "School staff"
        OTHER = "other", "Somebody else"

    # Reg 20(2): those who must be invited. The child is invited by the Code; a young person by the regulation.
    REQUIRED = (Role.PARENT, Role.HEAD, Role.LA, Role.HEALTH, Role.SOCIAL)

    class Via(models.TextChoices):
        EMAIL = "email", "E-mail"
        POST = "post", "Post"
        HAND = "hand", "Handed over"
        TOLD = "told", "Told in person or by telephone"

    class Answer(models.TextChoices):
        COMING = "coming", "Coming"
        ONLINE = "online", "Joining by video or telephone"
        SENDING = "sending", "Not coming, sends a report"
        NOT = "not", "Not coming"

    review = models.ForeignKey(AnnualReview, on_delete=models.CASCADE, related_name="invitees")
    role = models.CharField(max_length=8, choices=Role)
    name = models.CharField(max_length=120)
    organisation = models.CharField(max_length=120, blank=True)
    email = models.EmailField(blank=True)
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    user = models.ForeignKey("staff.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    invited_on = models.DateField(null=True, blank=True)
    invited_via = models.CharField(max_length=6, choices=Via, blank=True)
    # Time or place changed, or the meeting was called off, after this person was invited.
    tell_again = models.BooleanField(default=False)
    answer = models.CharField(max_length=8, choices=Answer, blank=True)
    asked_on = models.DateField(null=True, blank=True, help_text="The day a contribution was asked for.")
    chased_on = models.DateField(null=True, blank=True)
    chased = models.PositiveSmallIntegerField(default=0)
    papers_sent_on = models.DateField(null=True, blank=True)
    attended = models.BooleanField(null=True)
    report_sent_on = models.DateField(null=True, blank=True)
    removed_on = models.DateField(null=True, blank=True)
    history = HistoricalRecords()

    class Meta:
        ordering = ["pk"]

    def __str__(self):
        return f"{self.get_role_display()} {self.pk}"

    @property
    def is_to_be_invited(self):
        """Not invited yet, or not told of what changed since."""
        return self.invited_on is None or self.tell_again


class Contribution(models.Model):
    """What one invitee says before the meeting. Answers are kept as they are typed; sending closes them."""

    class Kind(models.TextChoices):
        PARENT = "parent", "Parent"
        CHILD = "child", "Child"
        STAFF = "staff", "School staff"
        PROFESSIONAL = "professional", "Professional"

    invitee = models.OneToOneField(Invitee, on_delete=models.CASCADE, related_name="contribution")
    kind = models.CharField(max_length=12, choices=Kind)
    # {question code: words typed}; the questions are ehcp.questions.
    answers = models.JSONField(default=dict)
    # {question code: {"page": which page wrote the answer, "others": [what another phone wrote in its place]}}
    drafts = models.JSONField(default=dict)
    file_id = models.BigIntegerField(null=True)
    saved_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    # Words that came on paper or by telephone, and who typed them.
    entered_by = models.ForeignKey("staff.User", on_delete=models.PROTECT, null=True, related_name="+")
    version = models.PositiveIntegerField(default=1)
    history = HistoricalRecords()

    def __str__(self):
        return f"contribution {self.pk}"


class OutcomeReview(models.Model):
    """What the meeting says of one outcome of the plan."""

    class Progress(models.TextChoices):
        MET = "met", "Met"
        CLOSE = "close", "Nearly there"
        SOME = "some", "Some progress"
        NONE = "none", "No clear change"

    class Next(models.TextChoices):
        KEEP = "keep", "Keep it"
        CHANGE = "change", "Change it"
        END = "end", "Take it out"

    review = models.ForeignKey(AnnualReview, on_delete=models.CASCADE, related_name="outcome_reviews")
    outcome = models.ForeignKey(PlanOutcome, on_delete=models.CASCADE, related_name="reviews")
    progress = models.CharField(max_length=6, choices=Progress, blank=True)
    evidence = models.TextField(blank=True)
    next_step = models.CharField(max_length=8, choices=Next, blank=True)
    new_text = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=1)
    history = HistoricalRecords()

    class Meta:
        ordering = ["outcome__number", "pk"]
        constraints = [models.UniqueConstraint(fields=["review", "outcome"], name="one_review_an_outcome")]

    def __str__(self):
        return f"review {self.review_id} of outcome {self.outcome_id}"


class ViewDifference(models.Model):
    """Somebody at the meeting saw it differently; the report says so (reg 20(8))."""

    review = models.ForeignKey(AnnualReview, on_delete=models.CASCADE, related_name="differences")
    outcome = models.ForeignKey(PlanOutcome, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    who = models.CharField(max_length=120)
    view = models.TextField()
    history = HistoricalRecords()

    class Meta:
        ordering = ["pk"]

    def __str__(self):
        return f"view {self.pk} of review {self.review_id}"


class ReviewReport(models.Model):
    """The report as it was drawn in one layout: frozen answers, PDF and DOCX, and the fields that found no place."""

    review = models.ForeignKey(AnnualReview, on_delete=models.CASCADE, related_name="reports")
    layout_name = models.CharField(max_length=100)
    title = models.CharField(max_length=150)
    body = models.JSONField(default=list)
    lost_fields = models.JSONField(default=list)
    pdf_id = models.BigIntegerField(null=True)
    docx_id = models.BigIntegerField(null=True)
    # The same with the approval on it, drawn when it was given: what is sent.
    approved_by = models.ForeignKey("staff.User", on_delete=models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)
    approved_as = models.CharField(max_length=60, blank=True)
    signed_pdf_id = models.BigIntegerField(null=True)
    signed_docx_id = models.BigIntegerField(null=True)
    job_id = models.BigIntegerField(null=True)
    made_by = models.ForeignKey("staff.User", on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    history = HistoricalRecords()

    class Meta:
        ordering = ["-made_at", "-pk"]

    def __str__(self):
        return f"report {self.pk} of review {self.review_id}"

    @property
    def is_signed(self):
        """The approval that stands now is that of this report: a change since takes it back."""
        return self.approved_at is not None and self.approved_at == self.review.approved_at

    @property
    def file_ids(self):
        """The files that are read and sent now: with the approval on them once there is one, else the draft."""
        if self.is_signed:
            return {"pdf": self.signed_pdf_id, "docx": self.signed_docx_id}
        return {"pdf": self.pdf_id, "docx": self.docx_id}
