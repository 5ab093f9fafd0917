from django.db import models

from staff.models.school import InSchoolQuerySet


class Import(models.Model):
    """One file of pupils: read, previewed, applied in one go, undone while nothing is built on it."""

    class Status(models.TextChoices):
        READING = "reading", "Being read"
        MATCH = "match", "Columns to match"
        CHECK = "check", "Ready to check"
        APPLYING = "applying", "Being applied"
        APPLIED = "applied", "Applied"
        UNDONE = "undone", "Undone"
        STOPPED = "stopped", "Stopped, nothing changed"
        FAILED = "failed", "Could not be read"

    school = models.ForeignKey("staff.School", on_delete=models.PROTECT, related_name="+")
    file_id = models.BigIntegerField(null=True)
    file_name = models.CharField(max_length=150)
    headers = models.JSONField(default=list)
    mapping = models.JSONField(default=dict)
    notes = models.JSONField(default=list)
    status = models.CharField(max_length=10, choices=Status, default=Status.READING)
    is_whole_school = models.BooleanField(default=True)
    counts = models.JSONField(default=dict)
    error = models.CharField(max_length=300, blank=True)
    file_made_on = models.DateField(null=True, blank=True)
    job_id = models.BigIntegerField(null=True)
    started_by = models.ForeignKey("staff.User", on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField(auto_now_add=True)
    applied_by = models.ForeignKey("staff.User", on_delete=models.PROTECT, null=True, related_name="+")
    applied_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)

    objects = InSchoolQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]

    def __str__(self):
        return f"import {self.pk}"


class ImportChange(models.Model):
    """What the import would do with one row: the preview reads it, applying follows it, undoing reverses it."""

    class Kind(models.TextChoices):
        NEW = "new", "New"
        CHANGED = "changed", "Changed"
        SAME = "same", "The same"
        LEAVER = "leaver", "Not in the file"
        COMPARE = "compare", "Looks like somebody else"
        REJECTED = "rejected", "Not taken in"

    owner = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="changes")
    kind = models.CharField(max_length=10, choices=Kind)
    row_number = models.PositiveIntegerField(null=True)
    pupil = models.ForeignKey("pupils.Pupil", on_delete=models.SET_NULL, null=True, related_name="+")
    label = models.CharField(max_length=220)
    data = models.JSONField(default=dict)
    fields = models.JSONField(default=list)
    reasons = models.JSONField(default=list)
    is_chosen = models.BooleanField(default=True)
    undo = models.JSONField(default=dict)

    class Meta:
        ordering = ["kind", "row_number", "pk"]
        indexes = [models.Index(fields=["owner", "kind", "row_number"])]

    def __str__(self):
        return f"{self.kind} row {self.row_number}"


class ImportMapping(models.Model):
    """The columns a school matched last time, by heading."""

    school = models.OneToOneField("staff.School", on_delete=models.PROTECT, related_name="+")
    headings = models.JSONField(default=dict)

    objects = InSchoolQuerySet.as_manager()

    def __str__(self):
        return f"mapping of school {self.school_id}"
