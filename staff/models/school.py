from typing import TYPE_CHECKING, Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords

from sendco.clock import academic_year_name

if TYPE_CHECKING:
    from ..acting import Acting


class SettingType(models.TextChoices):
    MAINTAINED_PRIMARY = "maintained_primary", "Maintained primary school"
    MAINTAINED_SECONDARY = "maintained_secondary", "Maintained secondary school"
    MAINTAINED_ALL_THROUGH = "maintained_all_through", "Maintained all-through school"
    MAINTAINED_NURSERY = "maintained_nursery", "Maintained nursery school"
    ACADEMY = "academy", "Academy or free school"
    PRU = "pru", "Pupil referral unit"
    AP_ACADEMY = "ap_academy", "Alternative provision academy"
    SPECIAL = "special", "Special school"
    SPECIAL_ACADEMY = "special_academy", "Special academy"
    NON_MAINTAINED_SPECIAL = "non_maintained_special", "Non-maintained special school"
    INDEPENDENT = "independent", "Independent school"


ALTERNATIVE = {SettingType.PRU, SettingType.AP_ACADEMY}


class SchoolQuerySet(models.QuerySet):
    def visible_to(self, acting: "Acting") -> Self:
        return self.filter(pk=acting.school.pk) if acting.school else self.none()


class School(models.Model):
    name = models.CharField(max_length=150)
    short_name = models.CharField(max_length=40, help_text="Shown in the menu and on lists.")
    setting_type = models.CharField(max_length=30, choices=SettingType)
    trust_name = models.CharField(max_length=150, blank=True)
    lowest_age = models.PositiveSmallIntegerField(default=4)
    highest_age = models.PositiveSmallIntegerField(default=11)
    dfe_number = models.CharField(max_length=7, blank=True)
    urn = models.CharField(max_length=6, blank=True)
    local_authority = models.CharField(max_length=100, blank=True)
    address = models.TextField(blank=True)
    telephone = models.CharField(max_length=30, blank=True)
    email = models.EmailField(blank=True)
    # Needed where several hold the role: deputies may hold it too, and one of them signs for the school.
    headteacher = models.ForeignKey("staff.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    idle_minutes = models.PositiveSmallIntegerField(default=20)
    concern_days = models.PositiveSmallIntegerField(default=5)
    letter_days = models.PositiveSmallIntegerField(default=5)
    created_at = models.DateTimeField(auto_now_add=True)
    version = models.PositiveIntegerField(default=1)
    history = HistoricalRecords()

    objects = SchoolQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(condition=Q(highest_age__gte=F("lowest_age")), name="school_ages_in_order"),
            models.CheckConstraint(
                condition=Q(idle_minutes__gte=10, idle_minutes__lte=60), name="school_idle_10_to_60"
            ),
        ]

    def __str__(self):
        return self.name

    @property
    def governing_body(self):
        return "Management Committee" if self.setting_type in ALTERNATIVE else "governors"


class InSchoolQuerySet(models.QuerySet):
    """Rows of one school, for anybody acting in it; a page's permission decides the rest."""

    def visible_to(self, acting: "Acting") -> Self:
        return self.filter(school=acting.school) if acting.school else self.none()


class Unit(models.Model):
    class Kind(models.TextChoices):
        MAINSTREAM = "mainstream", "Mainstream"
        RESOURCED = "resourced", "Resourced provision"
        SEN_UNIT = "sen_unit", "SEN unit"
        TIER = "tier", "Alternative provision tier"

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="units")
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=20, choices=Kind)
    tier = models.PositiveSmallIntegerField(null=True, blank=True)
    places = models.PositiveSmallIntegerField(null=True, blank=True)
    planned_weeks = models.PositiveSmallIntegerField(null=True, blank=True)
    history = HistoricalRecords()

    objects = InSchoolQuerySet.as_manager()

    class Meta:
        ordering = ["tier", "name"]
        constraints = [models.UniqueConstraint(fields=["school", "name"], name="unit_name_once_a_school")]

    def __str__(self):
        return self.name


class AcademicYear(models.Model):
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="academic_years")
    starts_in = models.PositiveSmallIntegerField(help_text="The calendar year in which it starts: 2026 for 2026-27.")
    is_confirmed = models.BooleanField(default=False)

    objects = InSchoolQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_in"]
        constraints = [models.UniqueConstraint(fields=["school", "starts_in"], name="academic_year_once_a_school")]

    def __str__(self):
        return academic_year_name(self.starts_in)


class DatedRange(models.Model):
    starts_on = models.DateField()
    ends_on = models.DateField()

    class Meta:
        abstract = True

    def clean(self):
        if self.starts_on and self.ends_on and self.ends_on < self.starts_on:
            raise ValidationError({"ends_on": "The last day is before the first day. Check both dates."})


class Term(DatedRange):
    academic_year = models.ForeignKey(AcademicYear, on_delete=models.CASCADE, related_name="terms")
    name = models.CharField(max_length=40)

    class Meta:
        ordering = ["starts_on"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="term_dates_in_order"),
            models.UniqueConstraint(fields=["academic_year", "name"], name="term_name_once_a_year"),
        ]

    def __str__(self):
        return f"{self.name} {self.academic_year}"


class Closure(DatedRange):
    class Kind(models.TextChoices):
        HOLIDAY = "holiday", "Half term or holiday"
        INSET = "inset", "INSET day"
        CLOSED = "closed", "Other closure"
        BANK = "bank", "One-off bank holiday"

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="closures")
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.HOLIDAY)

    objects = InSchoolQuerySet.as_manager()

    class Meta:
        ordering = ["starts_on"]
        constraints = [models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="closure_dates_in_order")]

    def __str__(self):
        return f"{self.name} {self.starts_on}"
