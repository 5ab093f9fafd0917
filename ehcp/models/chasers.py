from django.db import models
from simple_history.models import HistoricalRecords

from staff.models.school import InSchoolQuerySet, School

from ..reviews.chaser_days import DEFAULT_DAYS


def default_days():
    return list(DEFAULT_DAYS)


class ChaserPlan(models.Model):
    """Whether reminders of contributions go out by themselves at a school, and how many days before the meeting. A
    school without a row has the defaults."""

    school = models.OneToOneField(School, on_delete=models.PROTECT, related_name="+")
    is_on = models.BooleanField(default=True)
    days = models.JSONField(default=default_days)
    version = models.PositiveIntegerField(default=1)
    history = HistoricalRecords()

    objects = InSchoolQuerySet.as_manager()

    def __str__(self):
        return f"reminders of reviews at school {self.school_id}"


class ChaserRun(models.Model):
    """The last day on which a school's reviews were gone through. Set days since then were missed."""

    school = models.OneToOneField(School, on_delete=models.PROTECT, related_name="+")
    ran_on = models.DateField()

    objects = InSchoolQuerySet.as_manager()

    def __str__(self):
        return f"reminders of reviews at school {self.school_id} on {self.ran_on}"
