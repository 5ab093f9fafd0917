"""What if: another staffing from a day on, kept beside what is. Nothing of it counts before it is accepted."""

from typing import TYPE_CHECKING, Self

from django.db import models
from simple_history.models import HistoricalRecords

from staff.permissions import Permission

if TYPE_CHECKING:
    from staff.acting import Acting


class StaffingPlanQuerySet(models.QuerySet):
    def visible_to(self, acting: "Acting") -> Self:
        """For whoever sets up provision and sees every adult's week: a plan moves them all."""
        may = acting.can(Permission.PROVISION_EDIT) and acting.can(Permission.STAFF_VIEW)
        return self.filter(school=acting.school) if acting.school and may else self.none()


class StaffingPlan(models.Model):
    """Who would lead which run from `starts_on`.

    `out` are ids of adults who are not there then; `new` adults who would come, as {name, days, first, last, skills,
    hourly}; `pins` what a person decided, {run: adult}, where adults who would come are -1, -2 and so on, and 0 is
    nobody.
    """

    school = models.ForeignKey("staff.School", on_delete=models.PROTECT, related_name="staffing_plans")
    name = models.CharField(max_length=80)
    starts_on = models.DateField()
    out = models.JSONField(default=list)
    new = models.JSONField(default=list)
    pins = models.JSONField(default=dict)
    made_by = models.ForeignKey("staff.User", on_delete=models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    accepted_by = models.ForeignKey("staff.User", on_delete=models.PROTECT, null=True, related_name="+")
    accepted_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    history = HistoricalRecords()

    objects = StaffingPlanQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at", "-pk"]

    def __str__(self):
        return self.name
