from datetime import date
from typing import TYPE_CHECKING, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from simple_history.models import HistoricalRecords

from ..roles import Role
from .school import AcademicYear, InSchoolQuerySet, School, Unit

if TYPE_CHECKING:
    from ..acting import Acting


def current_on(day: date) -> Q:
    """Return the filter for rows whose dates include this day."""
    return Q(starts_on__lte=day) & (Q(ends_on=None) | Q(ends_on__gte=day))


class UserManager(BaseUserManager):
    def create_user(self, *, email: str, name: str, password: str | None = None) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), name=name)
        user.set_password(password)
        user.save()
        return user

    def get_by_natural_key(self, email):
        return self.get(email__iexact=email)


class UserQuerySet(models.QuerySet):
    def visible_to(self, acting: "Acting") -> Self:
        if not acting.school:
            return self.none()
        return self.filter(pk__in=Membership.objects.filter(school=acting.school).values("user"))

    def working_at(self, school: School, day: date) -> Self:
        memberships = Membership.objects.filter(current_on(day), school=school)
        return self.filter(is_active=True, pk__in=memberships.values("user")).order_by("name", "pk")


class User(AbstractBaseUser):
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120)
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]
    objects = UserManager.from_queryset(UserQuerySet)()

    class Meta:
        ordering = ["name", "pk"]

    def __str__(self):
        return self.name

    @property
    def first_name(self):
        return self.name.split(" ")[0]

    @property
    def initials(self):
        parts = self.name.split()
        return "".join(part[0] for part in (parts[:1] + parts[-1:] if len(parts) > 1 else parts)).upper()


class Membership(models.Model):
    """A person holds a role in a school from one day to another, in one unit where the role needs it."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=30, choices=Role)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, blank=True)
    starts_on = models.DateField(default=timezone.localdate)
    ends_on = models.DateField(null=True, blank=True)
    # Given for a few days because nobody could be reached: it leads nobody, and opens less.
    is_unconfirmed = models.BooleanField(default=False, editable=False)
    history = HistoricalRecords()

    objects = InSchoolQuerySet.as_manager()

    class Meta:
        ordering = ["user__name", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="membership_dates_in_order"
            ),
            models.UniqueConstraint(
                fields=["user", "school", "role"], condition=Q(ends_on=None), name="one_open_membership_a_role"
            ),
            models.CheckConstraint(
                condition=~Q(role=Role.PROVISION_LEAD) | Q(unit__isnull=False), name="provision_lead_has_a_unit"
            ),
        ]
        indexes = [models.Index(fields=["user", "school"])]

    def __str__(self):
        return f"{self.get_role_display()} at {self.school_id}"


class Takeover(models.Model):
    """Whoever has what a colleague left behind in a school: each duty that was the one's is the other's."""

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    left = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    to = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(auto_now=True)

    objects = InSchoolQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["school", "left"], name="one_takeover_a_leaver"),
            models.CheckConstraint(condition=~Q(left=F("to")), name="takeover_by_another"),
        ]

    def __str__(self):
        return f"{self.to_id} after {self.left_id}"


class Invitation(models.Model):
    """A way in for one address: its secret is kept as a hash, works for seven days and is used up by accepting."""

    school = models.ForeignKey(School, on_delete=models.PROTECT)
    email = models.EmailField()
    name = models.CharField(max_length=120)
    role = models.CharField(max_length=30, choices=Role)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)
    secret_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    invited_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    objects = InSchoolQuerySet.as_manager()

    class Meta:
        ordering = ["-invited_at"]

    def __str__(self):
        return f"invitation {self.pk}"

    @property
    def is_open(self):
        return not self.accepted_at and not self.revoked_at and self.expires_at > timezone.now()


class LostFactorQuerySet(models.QuerySet):
    def open(self) -> Self:
        return self.filter(closed_at=None, expires_at__gt=timezone.now())

    def visible_to(self, acting: "Acting") -> Self:
        if not acting.school:
            return self.none()
        works_here = Membership.objects.filter(current_on(timezone.localdate()), school=acting.school)
        return self.filter(user__in=works_here.values("user"))


class LostFactor(models.Model):
    """Somebody who gave the right password says that the device of their second step is lost."""

    class Outcome(models.TextChoices):
        APPROVED = "approved", "Second step removed"
        REFUSED = "refused", "Refused"
        FOUND = "found", "Signed in with the second step after all"
        WITHDRAWN = "withdrawn", "Password or second step changed meanwhile"
        RAN_OUT = "ran_out", "Nobody decided in time"

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="lost_factors")
    asked_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True)
    school = models.ForeignKey(School, on_delete=models.PROTECT, null=True, related_name="+")
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    objects = LostFactorQuerySet.as_manager()

    class Meta:
        ordering = ["asked_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["user"], condition=Q(closed_at=None), name="one_open_lost_factor"),
            models.CheckConstraint(
                condition=Q(closed_at=None, outcome="") | (Q(closed_at__isnull=False) & ~Q(outcome="")),
                name="lost_factor_closed_with_outcome",
            ),
        ]

    def __str__(self):
        return f"lost second step {self.pk}"


class RoleRequestQuerySet(InSchoolQuerySet):
    def open(self) -> Self:
        return self.filter(closed_at=None)


class RoleRequest(models.Model):
    """A role that opens children's records, asked for by somebody who holds only account rights."""

    class Outcome(models.TextChoices):
        CONFIRMED = "confirmed", "Confirmed"
        REFUSED = "refused", "Refused"
        COVERED = "covered", "Given for a few days, unconfirmed"

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="role_requests")
    role = models.CharField(max_length=30, choices=Role)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, related_name="+")
    starts_on = models.DateField(null=True)
    ends_on = models.DateField(null=True)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    closed_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    # Of one that was given for a few days because nobody could be reached: why, its last day, when it was reported.
    reason = models.CharField(max_length=300, blank=True)
    covered_until = models.DateField(null=True)
    reported_at = models.DateTimeField(null=True)

    objects = RoleRequestQuerySet.as_manager()

    class Meta:
        ordering = ["asked_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "school", "role"], condition=Q(closed_at=None), name="one_open_role_request"
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None, outcome="") | (Q(closed_at__isnull=False) & ~Q(outcome="")),
                name="role_request_closed_with_outcome",
            ),
        ]

    def __str__(self):
        return f"role request {self.pk}"


class TeachingGroup(models.Model):
    class Kind(models.TextChoices):
        FORM = "form", "Form or class"
        TEACHING = "teaching", "Teaching group"

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="groups")
    academic_year = models.ForeignKey(AcademicYear, on_delete=models.PROTECT, null=True, blank=True)
    name = models.CharField(max_length=40)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.FORM)
    is_archived = models.BooleanField(default=False)
    history = HistoricalRecords()

    objects = InSchoolQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["school", "name"], condition=Q(is_archived=False), name="group_name_once_a_school"
            )
        ]

    def __str__(self):
        return self.name


class GroupStaff(models.Model):
    class Kind(models.TextChoices):
        TEACHES = "teaches", "Teaches"
        TUTORS = "tutors", "Tutors"
        SUPPORTS = "supports", "Supports"

    group = models.ForeignKey(TeachingGroup, on_delete=models.CASCADE, related_name="staff")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="groups")
    kind = models.CharField(max_length=10, choices=Kind)
    starts_on = models.DateField(default=timezone.localdate)
    ends_on = models.DateField(null=True, blank=True)
    history = HistoricalRecords()

    class Meta:
        ordering = ["group", "user__name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["group", "user", "kind"], condition=Q(ends_on=None), name="one_open_place_a_group"
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="group_staff_dates_in_order"
            ),
        ]
        indexes = [models.Index(fields=["user", "group"])]

    def __str__(self):
        return f"{self.user_id} {self.kind} {self.group_id}"


class OutgoingMail(models.Model):
    """A mail about an account, kept only until it is sent: it may hold a link that opens the account."""

    to = models.EmailField()
    subject = models.CharField(max_length=200)
    text = models.TextField()
    html = models.TextField(blank=True)
    calendar = models.TextField(blank=True)  # an iCalendar file that goes with it
    reply_to = models.EmailField(blank=True)
    made_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True)

    def __str__(self):
        return f"mail {self.pk}"

    def mark_sent(self):
        self.sent_at, self.text, self.html, self.calendar = timezone.now(), "", "", ""
        self.save(update_fields=["sent_at", "text", "html", "calendar"])
