from typing import Self

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from simple_history.models import HistoricalRecords

from sendco.clock import academic_year_start, nc_year
from staff.acting import Acting
from staff.permissions import Permission

from .querysets import AboutPupilQuerySet, PupilQuerySet


class YearGroup(models.TextChoices):
    """The year actually taught in, as the common transfer file writes it; never derived from the birth date."""

    E1 = "E1", "Early years 1"
    E2 = "E2", "Early years 2"
    N1 = "N1", "Nursery 1"
    N2 = "N2", "Nursery 2"
    R = "R", "Reception"
    Y1 = "1", "Year 1"
    Y2 = "2", "Year 2"
    Y3 = "3", "Year 3"
    Y4 = "4", "Year 4"
    Y5 = "5", "Year 5"
    Y6 = "6", "Year 6"
    Y7 = "7", "Year 7"
    Y8 = "8", "Year 8"
    Y9 = "9", "Year 9"
    Y10 = "10", "Year 10"
    Y11 = "11", "Year 11"
    Y12 = "12", "Year 12"
    Y13 = "13", "Year 13"
    Y14 = "14", "Year 14"
    X = "X", "Not in a year group"


YEAR_ORDER = {value: place for place, value in enumerate(YearGroup.values)}


class Pupil(models.Model):
    class Sex(models.TextChoices):
        FEMALE = "F", "Female"
        MALE = "M", "Male"
        UNKNOWN = "U", "Not recorded"

    school = models.ForeignKey("staff.School", on_delete=models.PROTECT, related_name="pupils")
    upn = models.CharField("UPN", max_length=13, null=True, blank=True)  # noqa: DJ001  (null: many may have none)
    former_upn = models.CharField("former UPN", max_length=13, blank=True)
    uln = models.CharField("ULN", max_length=10, null=True, blank=True)  # noqa: DJ001
    mis_id = models.CharField("information system number", max_length=40, blank=True)
    legal_forename = models.CharField(max_length=100, blank=True)  # some people have one name, which is the surname
    middle_names = models.CharField(max_length=200, blank=True)
    legal_surname = models.CharField(max_length=100)
    preferred_forename = models.CharField(max_length=100, blank=True)
    preferred_surname = models.CharField(max_length=100, blank=True)
    pronouns = models.CharField(max_length=30, blank=True)
    birth_on = models.DateField("date of birth", null=True, blank=True)
    sex = models.CharField(max_length=1, choices=Sex, default=Sex.UNKNOWN)
    year_group = models.CharField("year taught in", max_length=2, choices=YearGroup, blank=True)
    form_group = models.ForeignKey(
        "staff.TeachingGroup", on_delete=models.PROTECT, null=True, blank=True, related_name="form_pupils"
    )
    key_worker = models.ForeignKey(
        "staff.User", on_delete=models.PROTECT, null=True, blank=True, related_name="key_pupils"
    )
    first_language = models.CharField(max_length=60, blank=True)
    home_authority = models.CharField("home local authority", max_length=100, blank=True)
    joined_on = models.DateField(null=True, blank=True)
    left_on = models.DateField(null=True, blank=True)
    leaving_reason = models.CharField(max_length=200, blank=True)
    destination = models.CharField(max_length=200, blank=True)
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="merged")
    sort_name = models.CharField(max_length=210, editable=False)
    made_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)
    version = models.PositiveIntegerField(default=1)
    history = HistoricalRecords(excluded_fields=["sort_name", "changed_at"])

    objects = PupilQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["school", "upn"], condition=Q(merged_into=None), name="upn_once_a_school"),
            models.CheckConstraint(condition=Q(upn=None) | ~Q(upn=""), name="pupil_upn_null_not_blank"),
            models.CheckConstraint(condition=Q(uln=None) | ~Q(uln=""), name="pupil_uln_null_not_blank"),
            models.CheckConstraint(
                condition=Q(left_on=None) | Q(joined_on=None) | Q(left_on__gte=F("joined_on")),
                name="pupil_leaves_after_joining",
            ),
        ]
        indexes = [
            models.Index(
                "school", "sort_name", "id", name="pupil_by_name", condition=Q(left_on=None, merged_into=None)
            ),
            models.Index(fields=["school", "mis_id"]),
            models.Index(fields=["school", "birth_on"]),
        ]

    def __str__(self):
        return self.name

    def save(self, *args, **kwargs):
        self.sort_name = self.make_sort_name()
        fields = kwargs.get("update_fields")
        if fields is not None:
            kwargs["update_fields"] = {*fields, "sort_name", "changed_at"}
        super().save(*args, **kwargs)

    def get_absolute_url(self):
        return reverse("pupil-detail", args=[self.pk])

    def make_sort_name(self):
        forename = self.preferred_forename or self.legal_forename
        return f"{self.preferred_surname or self.legal_surname} {forename}".strip().casefold()

    @property
    def forename(self):
        """The name the child likes; of somebody with one name, that name."""
        return self.preferred_forename or self.legal_forename or self.legal_surname

    @property
    def name(self):
        forename = self.preferred_forename or self.legal_forename
        return f"{forename} {self.preferred_surname or self.legal_surname}".strip()

    @property
    def where(self):
        """The class, else the year. May query for the class."""
        return self.form_group.name if self.form_group else self.get_year_group_display()

    @property
    def legal_name(self):
        return " ".join(part for part in (self.legal_forename, self.middle_names, self.legal_surname) if part)

    @property
    def initials(self):
        return (
            (self.preferred_forename or self.legal_forename)[:1] + (self.preferred_surname or self.legal_surname)[:1]
        ).upper()

    @property
    def on_roll(self):
        return self.left_on is None

    def age(self, today):
        if not self.birth_on:
            return None
        return today.year - self.birth_on.year - ((today.month, today.day) < (self.birth_on.month, self.birth_on.day))

    def notional_year(self, today):
        """The national curriculum year by birth date (law: academic year begins 1 September), or None."""
        return nc_year(self.birth_on, academic_year_start(today)) if self.birth_on else None


class Enrolment(models.Model):
    class Kind(models.TextChoices):
        SINGLE = "single", "Single registration"
        MAIN = "main", "Main registration of two"
        SUBSIDIARY = "subsidiary", "Subsidiary registration of two"
        GUEST = "guest", "Guest"

    pupil = models.ForeignKey(Pupil, on_delete=models.CASCADE, related_name="enrolments")
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.SINGLE)
    unit = models.ForeignKey("staff.Unit", on_delete=models.PROTECT, null=True, blank=True)
    other_school = models.CharField(max_length=150, blank=True)
    commissioner = models.CharField(max_length=150, blank=True)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    planned_end_on = models.DateField(null=True, blank=True)
    history = HistoricalRecords()

    objects = AboutPupilQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="enrolment_dates_in_order"
            ),
            models.UniqueConstraint(fields=["pupil"], condition=Q(ends_on=None), name="one_open_enrolment"),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.pupil_id}"


class GroupPlace(models.Model):
    """A pupil's place in a teaching group, from one day to another."""

    pupil = models.ForeignKey(Pupil, on_delete=models.CASCADE, related_name="group_places")
    group = models.ForeignKey("staff.TeachingGroup", on_delete=models.PROTECT, related_name="places")
    starts_on = models.DateField(default=timezone.localdate)
    ends_on = models.DateField(null=True, blank=True)
    history = HistoricalRecords()

    objects = AboutPupilQuerySet.as_manager()

    class Meta:
        ordering = ["group__name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["pupil", "group"], condition=Q(ends_on=None), name="one_open_group_place"),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="group_place_dates_in_order"
            ),
        ]

    def __str__(self):
        return f"{self.pupil_id} in {self.group_id}"


class PupilSupport(models.Model):
    """An adult who supports this child: from then they see the record as one who teaches does."""

    pupil = models.ForeignKey(Pupil, on_delete=models.CASCADE, related_name="supports")
    user = models.ForeignKey("staff.User", on_delete=models.PROTECT, related_name="supported_pupils")
    starts_on = models.DateField(default=timezone.localdate)
    ends_on = models.DateField(null=True, blank=True)
    history = HistoricalRecords()

    objects = AboutPupilQuerySet.as_manager()

    class Meta:
        ordering = ["user__name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["pupil", "user"], condition=Q(ends_on=None), name="one_open_support"),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="support_dates_in_order"
            ),
        ]

    def __str__(self):
        return f"{self.user_id} supports {self.pupil_id}"


class FlagKind(models.TextChoices):
    FREE_MEALS = "fsm", "Free school meals"
    PUPIL_PREMIUM = "pp", "Pupil premium"
    EAL = "eal", "English as an additional language"
    SERVICE_CHILD = "service", "Service child"
    YOUNG_CARER = "carer", "Young carer"
    EBSA = "ebsa", "Emotionally based school avoidance"
    REDUCED_TIMETABLE = "timetable", "Part-time timetable"
    HEALTHCARE_PLAN = "health", "Healthcare plan"
    LOOKED_AFTER = "lac", "Looked after"
    PREVIOUSLY_LOOKED_AFTER = "plac", "Previously looked after"
    CHILD_IN_NEED = "cin", "Child in need"
    CHILD_PROTECTION = "cp", "Child protection plan"


FLAG_CODES = {
    "fsm": "FSM",
    "pp": "PP",
    "eal": "EAL",
    "service": "SVC",
    "carer": "YC",
    "ebsa": "EBSA",
    "timetable": "PT",
    "health": "HC",
    "lac": "LAC",
    "plac": "PLAC",
    "cin": "CIN",
    "cp": "CP",
}
CONFIDENTIAL_FLAGS = {
    FlagKind.LOOKED_AFTER,
    FlagKind.PREVIOUSLY_LOOKED_AFTER,
    FlagKind.CHILD_IN_NEED,
    FlagKind.CHILD_PROTECTION,
}


def flag_kinds_for(acting):
    """Return the flag kinds this person may see. Counting, filtering and sorting use the same list."""
    kinds = set()
    if acting.can(Permission.FLAG_VIEW):
        kinds |= set(FlagKind) - CONFIDENTIAL_FLAGS
    if acting.can(Permission.FLAG_CONFIDENTIAL_VIEW):
        kinds |= CONFIDENTIAL_FLAGS
    return kinds


class PupilFlagQuerySet(AboutPupilQuerySet):
    def visible_to(self, acting: Acting) -> Self:
        return super().visible_to(acting).filter(kind__in=flag_kinds_for(acting))


class PupilFlag(models.Model):
    pupil = models.ForeignKey(Pupil, on_delete=models.CASCADE, related_name="flags")
    kind = models.CharField(max_length=10, choices=FlagKind)
    starts_on = models.DateField(default=timezone.localdate)
    ends_on = models.DateField(null=True, blank=True)
    note = models.CharField(max_length=200, blank=True)
    history = HistoricalRecords()

    objects = PupilFlagQuerySet.as_manager()

    class Meta:
        ordering = ["kind", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["pupil", "kind"], condition=Q(ends_on=None), name="one_open_flag_a_kind"),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="flag_dates_in_order"
            ),
        ]

    def __str__(self):
        return f"{self.kind} {self.pupil_id}"

    @property
    def code(self):
        return FLAG_CODES[self.kind]

    @property
    def is_confidential(self):
        return self.kind in CONFIDENTIAL_FLAGS
