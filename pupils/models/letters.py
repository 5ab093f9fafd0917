from django.db import models
from simple_history.models import HistoricalRecords

from sendco.audit.triggers import may_empty
from staff.models.school import InSchoolQuerySet

from .contacts import Contact
from .pupil import Pupil
from .querysets import AboutPupilQuerySet


class LetterKind(models.TextChoices):
    SEN_SUPPORT_STARTS = "support_starts", "SEN Support starts"
    SEN_SUPPORT_ENDS = "support_ends", "SEN Support ends"


class LetterTemplate(models.Model):
    """A school's own words for a letter: plain text with merge fields from a closed list."""

    school = models.ForeignKey("staff.School", on_delete=models.PROTECT, related_name="letter_templates")
    kind = models.CharField(max_length=20, choices=LetterKind)
    subject = models.CharField(max_length=150)
    body = models.TextField()
    version = models.PositiveIntegerField(default=1)
    history = HistoricalRecords()

    objects = InSchoolQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["school", "kind"], name="one_template_a_kind")]

    def __str__(self):
        return self.get_kind_display()


class Addressed(models.Model):
    """A letter as it was made, whatever it is about: its words are frozen, its PDF is filed with the pupil.

    Where the recipient's address is hidden since, it is kept encrypted, here and in the history, and on no paper.
    """

    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    recipient = models.CharField(max_length=150)
    address = models.TextField(blank=True)
    sealed_address = models.TextField(blank=True, editable=False)
    file_id = models.BigIntegerField(null=True)
    job_id = models.BigIntegerField(null=True)

    class Meta:
        abstract = True


class Letter(Addressed):
    """A letter about the status of a pupil."""

    class Via(models.TextChoices):
        POST = "post", "Post"
        HAND = "hand", "Handed over"
        EMAIL = "email", "E-mail from the school's own system"

    pupil = models.ForeignKey(Pupil, on_delete=models.CASCADE, related_name="letters")
    kind = models.CharField(max_length=20, choices=LetterKind)
    to_young_person = models.BooleanField(default=False)
    subject = models.CharField(max_length=150)
    body = models.TextField()
    dated_on = models.DateField()
    register_entry = models.ForeignKey(
        "pupils.RegisterEntry", on_delete=models.SET_NULL, null=True, related_name="letters"
    )
    made_by = models.ForeignKey("staff.User", on_delete=models.PROTECT, related_name="+")
    signed_by = models.ForeignKey("staff.User", on_delete=models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    sent_on = models.DateField(null=True, blank=True)
    sent_via = models.CharField(max_length=10, choices=Via, blank=True)
    history = HistoricalRecords()

    objects = AboutPupilQuerySet.as_manager()

    class Meta:
        ordering = ["-dated_on", "-pk"]

    def __str__(self):
        return f"letter {self.pk}"

    @property
    def school(self):
        return self.pupil.school


may_empty(Letter.history.model._meta.db_table, "address", sealed="sealed_address")
