from datetime import datetime, time, timedelta

from django.db import models
from django.urls import reverse
from django.utils import timezone

from staff.models.school import InSchoolQuerySet

from .querysets import AboutPupilQuerySet

# How long an import can be taken back.
UNDO_FOR = timedelta(days=7)


class Import(models.Model):
    """One file of pupils: read, previewed, applied in one go, undone while nothing is built on it."""

    class Status(models.TextChoices):
        READING = "reading", "Being read"
        MATCH = "match", "Columns to match"
        CHECK = "check", "Ready to check"
        APPLYING = "applying", "Being applied"
        APPLIED = "applied", "Applied"
        UNDOING = "undoing", "Being undone"
        UNDONE = "undone", "Undone"
        STOPPED = "stopped", "Stopped, nothing changed"
        FAILED = "failed", "Could not be read"

    school = models.ForeignKey("staff.School", on_delete=models.PROTECT, related_name="+")
    file_id = models.BigIntegerField(null=True)
    rejected_file_id = models.BigIntegerField(null=True)
    file_name = models.CharField(max_length=150)
    kind = models.CharField(max_length=10, blank=True)
    headers = models.JSONField(default=list)
    samples = models.JSONField(default=list)
    mapping = models.JSONField(default=dict)
    notes = models.JSONField(default=list)
    questions = models.JSONField(default=list)  # about the file as a whole
    choices = models.JSONField(default=dict)  # how somebody said it is to be read: key of a question to answer
    status = models.CharField(max_length=10, choices=Status, default=Status.READING)
    is_whole_school = models.BooleanField(default=False)
    counts = models.JSONField(default=dict)
    error = models.CharField(max_length=300, blank=True)
    file_made_on = models.DateField(null=True, blank=True)
    file_made_at = models.DateTimeField(null=True)
    job_id = models.BigIntegerField(null=True)
    started_by = models.ForeignKey("staff.User", on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField(auto_now_add=True)
    applied_by = models.ForeignKey("staff.User", on_delete=models.PROTECT, null=True, related_name="+")
    applied_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)
    last_event_id = models.BigIntegerField(null=True)

    objects = InSchoolQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["school", "-id"])]

    def __str__(self):
        return f"import {self.pk}"

    def get_absolute_url(self):
        return reverse("pupils:import-detail", args=[self.pk])

    @property
    def file_moment(self):
        """What somebody changed here from this moment on is newer than the file."""
        if self.file_made_at:
            return self.file_made_at
        if self.file_made_on:
            return timezone.make_aware(datetime.combine(self.file_made_on, time.min))
        return self.started_at

    @property
    def undo_until(self):
        return self.applied_at + UNDO_FOR if self.applied_at else None

    @property
    def can_be_undone(self):
        return self.status == self.Status.APPLIED and timezone.now() < self.undo_until


class ImportChange(models.Model):
    """What the import would do with one row: the preview reads it, applying follows it, undoing reverses it."""

    class Kind(models.TextChoices):
        NEW = "new", "New"
        CHANGED = "changed", "Changed"
        SAME = "same", "The same"
        LEAVER = "leaver", "Not in the file"
        COMPARE = "compare", "Looks like somebody else"
        REJECTED = "rejected", "Not taken in"

    class Answer(models.TextChoices):
        """What somebody said about a row that looks like a pupil we have."""

        SAME = "same", "The same pupil"
        NEW = "new", "A new pupil"
        OUT = "out", "Leave this row out"

    class Outcome(models.TextChoices):
        DONE = "done", "Applied"
        SKIPPED = "skipped", "Left out while applying"
        UNDONE = "undone", "Undone"
        KEPT = "kept", "Kept when the import was undone"

    owner = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="changes")
    kind = models.CharField(max_length=10, choices=Kind)
    row_number = models.PositiveIntegerField(null=True)
    pupil = models.ForeignKey("pupils.Pupil", on_delete=models.SET_NULL, null=True, related_name="+")
    label = models.CharField(max_length=220)
    data = models.JSONField(default=dict)
    fields = models.JSONField(default=list)
    reasons = models.JSONField(default=list)
    questions = models.JSONField(default=list)
    told = models.TextField(blank=True)  # codes of its notes, with a space before and after each, to filter by
    asked = models.PositiveSmallIntegerField(default=0)  # how many questions there are, answered or not
    unanswered = models.PositiveSmallIntegerField(default=0)
    is_chosen = models.BooleanField(default=True)
    answer = models.CharField(max_length=5, choices=Answer, blank=True)
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True)
    outcome_reason = models.CharField(max_length=250, blank=True)
    undo = models.JSONField(default=dict)

    class Meta:
        ordering = ["kind", "row_number", "pk"]
        indexes = [models.Index(fields=["owner", "kind", "row_number"])]

    def __str__(self):
        return f"{self.kind} row {self.row_number}"

    def forget_contact(self, pk):
        """Keep no address of this contact, who is hidden now: neither of the file nor of what stood there before."""
        # Once applied, nothing of the contacts is needed any more: a contact who came new has the address in one text.
        mine = "contact:" if self.outcome else f"contact:{pk}:"
        self.fields = [item for item in self.fields if not item["key"].startswith(mine)]
        self.data = {} if self.outcome else self.data
        values = self.undo.get("changed", {}).get("pupils.contact", {}).get(str(pk), {})
        for name in ("address", "postcode"):
            values.pop(name, None)


class ImportDecision(models.Model):
    """What somebody once decided about a pupil and what a file said, so that the next file is not asked about again."""

    pupil = models.ForeignKey("pupils.Pupil", on_delete=models.CASCADE, related_name="import_decisions")
    key = models.CharField(max_length=40)
    says = models.CharField(max_length=100)
    answer = models.CharField(max_length=40)
    decided_by = models.ForeignKey("staff.User", on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(auto_now=True)

    objects = AboutPupilQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["pupil", "key", "says"], name="import_decision_once")]

    def __str__(self):
        return f"{self.key} {self.answer} of {self.pupil_id}"


class ImportMapping(models.Model):
    """The columns a school matched last time, by heading."""

    school = models.OneToOneField("staff.School", on_delete=models.PROTECT, related_name="+")
    headings = models.JSONField(default=dict)

    objects = InSchoolQuerySet.as_manager()

    def __str__(self):
        return f"mapping of school {self.school_id}"
