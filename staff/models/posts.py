"""Who delivers provision: the person, the post, its working pattern, what an hour costs, and who manages whom."""

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords

from sendco.clock.working_time import HOURS_IN_A_WEEK, MOST_WEEKS

from ..permissions import Permission
from .people import User, current_on
from .school import InSchoolQuerySet, School, Unit

if TYPE_CHECKING:
    from ..acting import Acting

MONEY = {"max_digits": 9, "decimal_places": 2}
NOT_NEGATIVE = MinValueValidator(Decimal(0), "Enter an amount that is not below zero.")
ABOVE_ZERO = MinValueValidator(Decimal("0.01"), "Enter an amount above zero.")
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class Week(models.TextChoices):
    """Which week of a two-week timetable; empty for every week."""

    A = "A", "Week A"
    B = "B", "Week B"


class StaffMemberQuerySet(InSchoolQuerySet):
    def visible_to(self, acting: "Acting") -> Self:
        """Those whose post and week this person may know: all, those of one's unit, one's line, oneself."""
        if not acting.school:
            return self.none()
        here = self.filter(school=acting.school)
        if acting.can(Permission.STAFF_VIEW):
            return here
        seen = Q(user=acting.user)
        if acting.can(Permission.STAFF_OWN):
            seen |= Q(pk__in=acting.line)
        if acting.can(Permission.STAFF_VIEW_UNIT):
            seen |= in_unit(acting)
        return here.filter(seen)

    def led_by(self, acting: "Acting") -> Self:
        """Those whose absences and the like this person may know: every adult for the head, else one's line on all
        levels and the adults of one's unit. Never oneself: that is what `own` is for."""
        if not acting.school:
            return self.none()
        here = self.filter(school=acting.school).exclude(user=acting.user)
        if acting.can(Permission.STAFF_LEAD):
            return here
        seen = Q(pk__in=acting.line)
        if acting.can(Permission.STAFF_VIEW_UNIT):
            seen |= in_unit(acting)
        return here.filter(seen)

    def open_to(self, acting: "Acting") -> Self:
        """Those led by this person, and this person."""
        return self.filter(Q(pk__in=self.model.objects.led_by(acting)) | Q(school=acting.school, user=acting.user))


def in_unit(acting: "Acting") -> Q:
    posts = Post.objects.filter(current_on(acting.today), unit__in=acting.unit_ids)
    return Q(pk__in=posts.values("member"))


class StaffMember(models.Model):
    """An adult as one school employs or buys them in, with or without an account. In two schools it is two rows."""

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="staff_members")
    user = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="staff_members")
    name = models.CharField(max_length=120)
    bought_in_from = models.CharField(max_length=120, blank=True)
    version = models.PositiveIntegerField(default=1)
    history = HistoricalRecords()

    objects = StaffMemberQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["school", "user"], condition=Q(user__isnull=False), name="staff_member_once_a_school"
            )
        ]

    def __str__(self):
        return self.name

    @property
    def first_name(self):
        return self.name.split(" ")[0]


class LineManagement(models.Model):
    """Who manages whom, from one day to another. One manager at a time, and nobody above themselves."""

    member = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="lines")
    manager = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="reports")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    history = HistoricalRecords()

    class Meta:
        ordering = ["-starts_on", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["member"], condition=Q(ends_on=None), name="one_open_line_a_member"),
            models.CheckConstraint(condition=~Q(member=F("manager")), name="line_to_somebody_else"),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="line_dates_in_order"
            ),
        ]

    def __str__(self):
        return f"{self.member_id} under {self.manager_id}"


class StaffGroup(models.TextChoices):
    """Which kind of post it is: appraisal schemes and formulas go by it."""

    TEACHER = "teacher", "Teacher"
    SUPPORT = "support", "Teaching assistant or intervention staff"
    LEADER = "leader", "Leadership"
    ADMIN = "admin", "Administration"
    SPECIALIST = "specialist", "Specialist, such as a counsellor or therapist"


class Post(models.Model):
    """What somebody is employed to do, and for how much time."""

    member = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="posts")
    title = models.CharField(max_length=120)
    staff_group = models.CharField(max_length=20, choices=StaffGroup, default=StaffGroup.SUPPORT)
    grade = models.CharField(max_length=40, blank=True)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="posts")
    hours_a_week = models.DecimalField(
        max_digits=5,
        decimal_places=2,
        validators=[
            MinValueValidator(Decimal("0.25"), "Enter the hours a week, at least a quarter of an hour."),
            MaxValueValidator(HOURS_IN_A_WEEK, "A week has 168 hours. Check the hours a week."),
        ],
    )
    weeks_a_year = models.DecimalField(
        max_digits=4,
        decimal_places=2,
        default=39,
        validators=[
            MinValueValidator(Decimal(1), "Enter the weeks a year, at least one."),
            MaxValueValidator(MOST_WEEKS, "A year has at most 53 weeks. Check the weeks a year."),
        ],
    )
    works_inset = models.BooleanField(default=True)
    extra_hours = models.DecimalField(max_digits=6, decimal_places=2, default=0, validators=[NOT_NEGATIVE])
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    probation_ends_on = models.DateField(null=True, blank=True)
    probation_passed_on = models.DateField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    history = HistoricalRecords()

    class Meta:
        ordering = ["-starts_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="post_dates_in_order"
            ),
            models.CheckConstraint(
                condition=Q(hours_a_week__gt=0, hours_a_week__lte=HOURS_IN_A_WEEK), name="post_hours_in_a_week"
            ),
            models.CheckConstraint(
                condition=Q(weeks_a_year__gt=0, weeks_a_year__lte=MOST_WEEKS), name="post_weeks_in_a_year"
            ),
        ]
        indexes = [models.Index(fields=["member", "starts_on"])]

    def __str__(self):
        return self.title

    def holds_on(self, day: date) -> bool:
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)


class WorkPattern(models.Model):
    """When the post is worked, from this day until the next pattern of the post begins."""

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="patterns")
    starts_on = models.DateField()
    version = models.PositiveIntegerField(default=1)
    history = HistoricalRecords()

    class Meta:
        ordering = ["-starts_on", "-pk"]
        constraints = [models.UniqueConstraint(fields=["post", "starts_on"], name="one_pattern_a_day")]

    def __str__(self):
        return f"pattern from {self.starts_on}"


class WorkTime(models.Model):
    """One stretch of a weekday, with the unpaid break that lies in it."""

    pattern = models.ForeignKey(WorkPattern, on_delete=models.CASCADE, related_name="times")
    week = models.CharField(max_length=1, choices=Week, blank=True)
    weekday = models.PositiveSmallIntegerField(choices=list(enumerate(WEEKDAYS)))
    starts_at = models.TimeField()
    ends_at = models.TimeField()
    unpaid_from = models.TimeField(null=True, blank=True)
    unpaid_until = models.TimeField(null=True, blank=True)

    class Meta:
        ordering = ["week", "weekday", "starts_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(weekday__lte=6), name="work_time_on_a_weekday"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="work_time_within_a_day"),
            models.CheckConstraint(
                condition=Q(unpaid_from=None, unpaid_until=None)
                | Q(
                    unpaid_from__gte=F("starts_at"),
                    unpaid_until__gt=F("unpaid_from"),
                    ends_at__gte=F("unpaid_until"),
                ),
                name="unpaid_break_within_work_time",
            ),
        ]

    def __str__(self):
        return f"{self.get_weekday_display()} {self.starts_at:%H:%M} to {self.ends_at:%H:%M}"


class PayRate(models.Model):
    """What an hour of the post costs from this day: worked out from pay, or an agency's price.

    Seen only with the permission for pay. `hourly` is kept as it was on the day: law file, section 7.
    """

    class Method(models.TextChoices):
        ACTUAL = "actual", "From salary and on-costs"
        PRICE = "price", "A price for each hour, for bought-in work"

    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="rates")
    starts_on = models.DateField()
    method = models.CharField(max_length=10, choices=Method, default=Method.ACTUAL)
    salary = models.DecimalField(**MONEY, null=True, blank=True, validators=[NOT_NEGATIVE])
    on_costs = models.DecimalField(**MONEY, null=True, blank=True, validators=[NOT_NEGATIVE])
    paid_hours = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True, validators=[ABOVE_ZERO])
    paid_weeks = models.DecimalField(
        max_digits=4,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[ABOVE_ZERO, MaxValueValidator(MOST_WEEKS, "A year has at most 53 weeks. Check the paid weeks.")],
    )
    hourly = models.DecimalField(**MONEY, validators=[NOT_NEGATIVE])
    version = models.PositiveIntegerField(default=1)
    history = HistoricalRecords()

    class Meta:
        ordering = ["-starts_on", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["post", "starts_on"], name="one_rate_a_day"),
            models.CheckConstraint(condition=Q(hourly__gte=0), name="rate_not_negative"),
        ]

    def __str__(self):
        return f"rate from {self.starts_on}"


class FormulaRate(models.Model):
    """What a local authority counts for an hour of this kind of work: so much a year for each weekly hour."""

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="formula_rates")
    authority = models.CharField(max_length=100)
    staff_group = models.CharField(max_length=20, choices=StaffGroup, default=StaffGroup.SUPPORT)
    starts_on = models.DateField()
    yearly = models.DecimalField(**MONEY, validators=[NOT_NEGATIVE])
    weeks = models.DecimalField(
        max_digits=4,
        decimal_places=2,
        default=38,
        validators=[ABOVE_ZERO, MaxValueValidator(MOST_WEEKS, "A year has at most 53 weeks. Check the weeks.")],
    )
    hourly = models.DecimalField(**MONEY, validators=[NOT_NEGATIVE])
    version = models.PositiveIntegerField(default=1)
    history = HistoricalRecords()

    objects = InSchoolQuerySet.as_manager()

    class Meta:
        ordering = ["authority", "staff_group", "-starts_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["school", "authority", "staff_group", "starts_on"], name="one_formula_rate_a_day"
            )
        ]

    def __str__(self):
        return f"{self.authority}, {self.get_staff_group_display()}, from {self.starts_on}"


class ExtraTime(models.Model):
    """Work outside the pattern, such as a parents' evening, and time given back for it."""

    class Counts(models.TextChoices):
        CONTRACT = "contract", "Against the contract's extra hours"
        GIVE_BACK = "give_back", "As time to give back"
        TAKEN = "taken", "Time given back was taken"

    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="extra_times")
    on = models.DateField()
    minutes = models.PositiveSmallIntegerField(
        validators=[
            MinValueValidator(1, "Enter at least one minute."),
            MaxValueValidator(24 * 60, "A day has 24 hours. Check the time."),
        ]
    )
    what = models.CharField(max_length=120)
    counts = models.CharField(max_length=10, choices=Counts)
    history = HistoricalRecords()

    class Meta:
        ordering = ["-on", "-pk"]
        constraints = [models.CheckConstraint(condition=Q(minutes__gt=0), name="extra_time_above_zero")]

    def __str__(self):
        return f"{self.minutes} minutes on {self.on}"
