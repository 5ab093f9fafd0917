from django.db import models
from simple_history.models import HistoricalRecords

from .pupil import Pupil
from .querysets import AboutPupilQuerySet


class Document(models.Model):
    class Kind(models.TextChoices):
        REPORT = "report", "Professional report"
        LETTER = "letter", "Letter"
        PLAN = "plan", "EHC plan or statement"
        SCHOOL = "school", "School work or record"
        OTHER = "other", "Other"

    pupil = models.ForeignKey(Pupil, on_delete=models.CASCADE, related_name="documents")
    title = models.CharField(max_length=150)
    kind = models.CharField(max_length=10, choices=Kind)
    dated_on = models.DateField()
    author = models.CharField(max_length=150, blank=True)
    file_id = models.BigIntegerField()
    added_by = models.ForeignKey("staff.User", on_delete=models.PROTECT, null=True, related_name="+")
    added_at = models.DateTimeField(auto_now_add=True)
    removed_on = models.DateField(null=True)
    history = HistoricalRecords()

    objects = AboutPupilQuerySet.as_manager()

    class Meta:
        ordering = ["-dated_on", "-pk"]

    def __str__(self):
        return self.title
