from typing import Self

from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from pupils.models import Pupil
from staff.acting import Acting
from staff.models import School
from staff.permissions import Permission

from .assessments import Method
from .authorities import Caseworker, LocalAuthority


class ConsultationQuerySet(models.QuerySet):
    def visible_to(self, acting: Acting) -> Self:
        """The child is mostly not on roll, so whoever sees the whole school's cases sees them all; nobody else any."""
        if not acting.school or not acting.can(Permission.CONSULTATION_ANSWER):
            return self.none()
        return self.filter(school=acting.school)


class Consultation(models.Model):
    """An authority asks whether the school can take a child (CFA s38, s39), or change what it does for one it has."""

    class Reply(models.TextChoices):
        CAN = "can", "We can meet the needs"
        CAN_IF = "can_if", "We can meet the needs if something is put in place"
        CANNOT = "cannot", "We cannot, on a ground of the law"

    class Ground(models.TextChoices):
        """The only grounds that bind the authority (CFA s39(4))."""

        UNSUITABLE = "unsuitable", "Unsuitable for the child's age, ability, aptitude or special educational needs"
        EDUCATION = "education", "Incompatible with the efficient education of others"
        RESOURCES = "resources", "Incompatible with the efficient use of resources"

    class Named(models.TextChoices):
        HERE = "here", "The plan names this school"
        ELSEWHERE = "elsewhere", "The plan names another"

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    authority = models.ForeignKey(LocalAuthority, on_delete=models.PROTECT, related_name="consultations")
    caseworker = models.ForeignKey(Caseworker, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    pupil = models.ForeignKey(Pupil, on_delete=models.CASCADE, null=True, blank=True, related_name="consultations")
    child_name = models.CharField(max_length=150)
    child_birth_on = models.DateField(null=True, blank=True)
    child_year = models.CharField("year group asked for", max_length=20, blank=True)
    coming_from = models.CharField(max_length=150, blank=True)
    received_on = models.DateField()
    method = models.CharField(max_length=16, choices=Method, blank=True)
    needs = models.TextField("needs and provision asked for", blank=True)
    plan_file_id = models.BigIntegerField(null=True)
    # How full it is: the class the child would join.
    class_name = models.CharField(max_length=60, blank=True)
    class_size = models.PositiveSmallIntegerField(null=True, blank=True)
    class_plans = models.PositiveSmallIntegerField("children with a plan in it", null=True, blank=True)
    class_support = models.PositiveSmallIntegerField("children on SEN Support in it", null=True, blank=True)
    class_adults = models.CharField(max_length=150, blank=True)
    room = models.CharField(max_length=200, blank=True)
    reply = models.CharField(max_length=8, choices=Reply, blank=True)
    grounds = models.JSONField(default=list)
    # {ground code: the evidence for it}
    evidence = models.JSONField(default=dict)
    steps_considered = models.TextField(blank=True)
    needed = models.TextField("what would have to be in place", blank=True)
    drafted_by = models.ForeignKey("staff.User", on_delete=models.PROTECT, null=True, related_name="+")
    ready_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey("staff.User", on_delete=models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)
    sent_on = models.DateField(null=True, blank=True)
    sent_via = models.CharField(max_length=16, choices=Method, blank=True)
    proof = models.CharField(max_length=200, blank=True)
    named = models.CharField(max_length=10, choices=Named, blank=True)
    named_on = models.DateField(null=True, blank=True)
    closed_on = models.DateField(null=True, blank=True)
    close_reason = models.CharField(max_length=200, blank=True)
    version = models.PositiveIntegerField(default=1)
    history = HistoricalRecords()

    objects = ConsultationQuerySet.as_manager()

    class Meta:
        ordering = ["received_on", "pk"]
        indexes = [models.Index("school", "received_on", name="consultation_open", condition=Q(closed_on=None))]

    def __str__(self):
        return f"consultation {self.pk}"
