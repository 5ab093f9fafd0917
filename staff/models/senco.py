"""Who is the school's SENCo, since when, and with which qualification (SEND Regulations 2014, reg 49)."""

from typing import TYPE_CHECKING, Self

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords

from .posts import StaffMember
from .school import School

if TYPE_CHECKING:
    from ..acting import Acting


class SencoAppointmentQuerySet(models.QuerySet):
    def visible_to(self, acting: "Acting") -> Self:
        return self.filter(school=acting.school) if acting.school else self.none()


class SencoAppointment(models.Model):
    """One person's time as SENCo of one school. Job-sharers hold one each."""

    class Course(models.TextChoices):
        NONE = "", "None yet"
        NASENCO = "nasenco", "National Award for SEN Coordination (NASENCO)"
        NPQ = "npq", "NPQ for SENCOs"

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="senco_appointments")
    member = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="senco_appointments")
    appointed_on = models.DateField()
    ended_on = models.DateField(null=True, blank=True)
    # When this person first became a SENCo anywhere; empty: with this appointment.
    first_senco_on = models.DateField(null=True, blank=True)
    # Months as a SENCo before this appointment, at any school, added up.
    months_before = models.PositiveSmallIntegerField(
        default=0, validators=[MaxValueValidator(600, "Enter months, not years or days.")]
    )
    is_qualified_teacher = models.BooleanField(default=True)
    is_head = models.BooleanField(default=False)
    course = models.CharField(max_length=10, choices=Course, blank=True)
    course_started_on = models.DateField(null=True, blank=True)
    course_completed_on = models.DateField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    history = HistoricalRecords()

    objects = SencoAppointmentQuerySet.as_manager()

    class Meta:
        ordering = ["ended_on", "-appointed_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_on=None) | Q(ended_on__gte=F("appointed_on")), name="senco_dates_in_order"
            ),
            models.UniqueConstraint(
                fields=["school", "member"], condition=Q(ended_on=None), name="one_open_senco_appointment"
            ),
        ]

    def __str__(self):
        return f"SENCo appointment {self.pk}"

    @property
    def became_senco_on(self):
        return self.first_senco_on or self.appointed_on
