"""Sessions: planned from the timetable, then held or not held. One that nobody logged is neither, and stays so."""

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords

from pupils.models import Pupil
from pupils.models.querysets import AboutPupilQuerySet
from staff.minutes import minute_of
from staff.permissions import Permission

from .runs import Provision

if TYPE_CHECKING:
    from staff.acting import Acting


class LostReason(models.TextChoices):
    """Why a whole session was not held. None of them lowers what was planned or promised."""

    ADULT = "adult", "Adult absent"
    COVER = "cover", "Adult needed elsewhere"
    VACANCY = "vacancy", "No adult in post"
    PUPILS = "pupils", "Pupils absent"
    TRIP = "trip", "Trip or event"
    LESSON = "lesson", "Stayed in lesson"
    ROOM = "room", "No room"
    CLOSED = "closed", "School closed"
    MOVED = "moved", "Moved to another time"
    OTHER = "other", "Other"


class AwayReason(models.TextChoices):
    """Why one child was not in a session that was held. Never a word of blame."""

    ABSENT = "absent", "Ill or absent"
    LESSON = "lesson", "Other lesson"
    NO = "no", "Said no"
    TRIP = "trip", "Trip"
    PART_TIME = "part_time", "Part-time timetable"
    SUSPENDED = "suspended", "Suspended"
    UNKNOWN = "unknown", "Not known"


class SessionQuerySet(models.QuerySet):
    def visible_to(self, acting: "Acting") -> Self:
        """Sessions of the runs in view, and those one holds or covers."""
        if not acting.school:
            return self.none()
        seen = Q(provision__in=Provision.objects.visible_to(acting))
        if acting.can(Permission.PROVISION_LOG):
            seen |= Q(pk__in=SessionAdult.objects.filter(member__user=acting.user).values("session"))
        return self.filter(seen, school=acting.school)

    def open(self) -> Self:
        """Those nobody has said anything about."""
        return self.filter(state=Session.State.PLANNED)


class Session(models.Model):
    """One meeting of a run. `minutes` is what was planned, `given` what it took; `expected` and `present` are how many
    children there were when it was logged.

    `in_place_of` is the session that this one makes good, or from which it was moved. `log_key` is what the phone
    called the log: sent twice, it is one.
    """

    class State(models.TextChoices):
        PLANNED = "planned", "No record yet"
        HELD = "held", "Held"
        LOST = "lost", "Not held"

    school = models.ForeignKey("staff.School", on_delete=models.PROTECT, related_name="+")
    provision = models.ForeignKey(Provision, on_delete=models.CASCADE, related_name="sessions")
    on = models.DateField()
    starts_at = models.TimeField()
    part = models.CharField(max_length=1, blank=True)
    minutes = models.PositiveSmallIntegerField()
    place = models.CharField(max_length=60, blank=True)
    # False for one that was held without having been planned.
    was_planned = models.BooleanField(default=True)
    in_place_of = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="in_its_place"
    )
    state = models.CharField(max_length=8, choices=State, default=State.PLANNED)
    given = models.PositiveSmallIntegerField(null=True, blank=True)
    reason = models.CharField(max_length=8, choices=LostReason, blank=True)
    note = models.CharField(max_length=300, blank=True)
    expected = models.PositiveSmallIntegerField(null=True, blank=True)
    present = models.PositiveSmallIntegerField(null=True, blank=True)
    log_key = models.UUIDField(null=True, blank=True, unique=True)
    logged_by = models.ForeignKey("staff.User", on_delete=models.PROTECT, null=True, related_name="+")
    logged_at = models.DateTimeField(null=True, blank=True)
    corrected_by = models.ForeignKey("staff.User", on_delete=models.PROTECT, null=True, related_name="+")
    corrected_at = models.DateTimeField(null=True, blank=True)
    # Somebody said who holds it: planning leaves that alone.
    adults_by_hand = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)
    history = HistoricalRecords()

    objects = SessionQuerySet.as_manager()

    class Meta:
        ordering = ["on", "starts_at", "part", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["provision", "on", "starts_at", "part"], name="session_once_a_time"),
            models.CheckConstraint(condition=Q(minutes__gt=0, minutes__lte=600), name="session_minutes"),
            models.CheckConstraint(
                condition=Q(state="held", given__gt=0) | (~Q(state="held") & Q(given=None)), name="held_says_how_long"
            ),
            models.CheckConstraint(
                condition=(Q(state="lost") & ~Q(reason="")) | (~Q(state="lost") & Q(reason="")), name="lost_says_why"
            ),
            models.CheckConstraint(
                condition=Q(expected=None) | Q(present__lte=F("expected")), name="no_more_present_than_expected"
            ),
        ]
        indexes = [
            models.Index(fields=["school", "on"], name="session_of_school"),
            models.Index(fields=["provision", "on"], name="session_of_provision"),
        ]

    def __str__(self):
        return f"session {self.pk}"

    @property
    def stretch(self):
        first = minute_of(self.starts_at)
        return (first, first + self.minutes)

    @property
    def ends_at(self):
        last = self.stretch[1]
        return f"{last // 60:02d}:{last % 60:02d}"

    @property
    def is_moved(self):
        return self.reason == LostReason.MOVED

    @property
    def is_open(self):
        return self.state == self.State.PLANNED


class SessionAdult(models.Model):
    """Who is to hold it, and once it is logged who did. `is_cover` where it is not one of the run's own adults.

    Planning writes it without a row of history, as it is made from the run's adults; what somebody changes has one.
    """

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="adults")
    member = models.ForeignKey("staff.StaffMember", on_delete=models.PROTECT, related_name="sessions")
    is_cover = models.BooleanField(default=False)
    history = HistoricalRecords()

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["session", "member"], name="session_adult_once")]

    def __str__(self):
        return f"member {self.member_id} in session {self.session_id}"


class Attendance(models.Model):
    """One child in one session that was held: there, or not and why. Written with the log, corrected with history."""

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="attendances")
    pupil = models.ForeignKey(Pupil, on_delete=models.CASCADE, related_name="attendances")
    reason = models.CharField("why not there", max_length=10, choices=AwayReason, blank=True)
    # Where the child was there for a part of it only.
    minutes = models.PositiveSmallIntegerField(null=True, blank=True)
    star = models.BooleanField(default=False)
    word = models.CharField(max_length=200, blank=True)
    value = models.DecimalField("a number", max_digits=7, decimal_places=2, null=True, blank=True)
    history = HistoricalRecords()

    objects = AboutPupilQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["session", "pupil"], name="attendance_once"),
            models.CheckConstraint(condition=Q(reason="") | Q(minutes=None, star=False), name="away_took_no_part"),
        ]
        indexes = [models.Index(fields=["pupil", "session"], name="attendance_of_pupil")]

    def __str__(self):
        return f"pupil {self.pupil_id} in session {self.session_id}"

    @property
    def is_here(self):
        return not self.reason
