"""Meetings about children, what was agreed there and by whom, parents' evenings, and contact with home."""

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from simple_history.models import HistoricalRecords

from staff.acting import Acting
from staff.permissions import Permission

from .pupil import Pupil
from .querysets import AboutPupilQuerySet


class ParentsEveningQuerySet(models.QuerySet):
    def visible_to(self, acting: Acting) -> Self:
        if not acting.school or not acting.can(Permission.SUPPORT_VIEW):
            return self.none()
        return self.filter(school=acting.school, removed_on=None)


class ParentsEvening(models.Model):
    """An evening of meetings one after another. Its free times are worked out; a time that is taken is a Meeting."""

    school = models.ForeignKey("staff.School", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=80)
    on = models.DateField()
    starts_at = models.TimeField()
    ends_at = models.TimeField()
    minutes = models.PositiveSmallIntegerField(default=15)
    place = models.CharField(max_length=120, blank=True)
    removed_on = models.DateField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    history = HistoricalRecords()

    objects = ParentsEveningQuerySet.as_manager()

    class Meta:
        ordering = ["-on", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="evening_ends_after_it_starts"),
            models.CheckConstraint(condition=Q(minutes__gte=5), name="evening_times_are_of_some_length"),
        ]

    def __str__(self):
        return f"parents' evening {self.pk}"


class OfEveningQuerySet(models.QuerySet):
    def visible_to(self, acting: Acting) -> Self:
        return self.filter(evening__in=ParentsEvening.objects.visible_to(acting))


class EveningTeacher(models.Model):
    """A colleague whom parents can meet that evening."""

    evening = models.ForeignKey(ParentsEvening, on_delete=models.CASCADE, related_name="teachers")
    user = models.ForeignKey("staff.User", on_delete=models.PROTECT, related_name="+")
    place = models.CharField(max_length=120, blank=True)
    removed_on = models.DateField(null=True, blank=True)
    history = HistoricalRecords()

    objects = OfEveningQuerySet.as_manager()

    class Meta:
        ordering = ["user__name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["evening", "user"], condition=Q(removed_on=None), name="one_colleague_an_evening"
            )
        ]

    def __str__(self):
        return f"colleague {self.user_id} of evening {self.evening_id}"


class MeetingQuerySet(models.QuerySet):
    def visible_to(self, acting: Acting) -> Self:
        """Those about a child in view: all of them for whoever reads the record, for others those they are invited to.

        Of a meeting about several, each child's own part opens with that child.
        """
        if not acting.school or not acting.can(Permission.SUPPORT_VIEW):
            return self.none()
        seen = MeetingPupil.objects.filter(pupil__in=Pupil.objects.visible_to(acting))
        rows = self.filter(school=acting.school, pk__in=seen.values("meeting"))
        if acting.can(Permission.NARRATIVE_VIEW):
            return rows
        invited = MeetingPerson.objects.filter(user=acting.user, removed_on=None)
        return rows.filter(Q(organiser=acting.user) | Q(pk__in=invited.values("meeting")))

    def open(self) -> Self:
        return self.filter(held_on=None, cancelled_on=None)


class Meeting(models.Model):
    """A meeting of any kind. `notes` are about all of it; what concerns one child stands with that child."""

    class Kind(models.TextChoices):
        PARENTS = "parents", "Meeting with parents"
        PROGRESS = "progress", "Pupil progress meeting"
        TEAM = "team", "Team around the child"
        OTHER = "other", "Other meeting"

    school = models.ForeignKey("staff.School", on_delete=models.PROTECT, related_name="+")
    # The one child it is about; empty where it is about several.
    pupil = models.ForeignKey(Pupil, on_delete=models.CASCADE, null=True, blank=True, related_name="own_meetings")
    kind = models.CharField(max_length=10, choices=Kind)
    about = models.CharField(max_length=150, blank=True)
    planned_on = models.DateField()
    starts_at = models.TimeField(null=True, blank=True)
    minutes = models.PositiveSmallIntegerField(default=30)
    place = models.CharField(max_length=120, blank=True)
    organiser = models.ForeignKey("staff.User", on_delete=models.PROTECT, related_name="+")
    held_on = models.DateField(null=True, blank=True)
    cancelled_on = models.DateField(null=True, blank=True)
    cancel_note = models.CharField(max_length=200, blank=True)
    notes = models.TextField(blank=True)
    # Changes with each change that those invited have to know of: day, time, place, calling off.
    sequence = models.PositiveIntegerField(default=0)
    previous = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="later")
    evening = models.ForeignKey(
        ParentsEvening, on_delete=models.PROTECT, null=True, blank=True, related_name="meetings"
    )
    version = models.PositiveIntegerField(default=1)
    history = HistoricalRecords()

    objects = MeetingQuerySet.as_manager()

    class Meta:
        ordering = ["-planned_on", "-pk"]
        indexes = [models.Index(fields=["school", "planned_on"], name="meeting_by_day")]
        constraints = [
            models.CheckConstraint(condition=Q(held_on=None) | Q(cancelled_on=None), name="meeting_held_or_cancelled"),
            models.UniqueConstraint(
                fields=["evening", "organiser", "starts_at"],
                condition=Q(cancelled_on=None, evening__isnull=False),
                name="one_meeting_a_time_of_an_evening",
            ),
        ]

    def __str__(self):
        return f"meeting {self.pk}"

    @property
    def is_open(self):
        return self.held_on is None and self.cancelled_on is None


class MeetingPupil(models.Model):
    """A child whom a meeting is about, with what was said of this child."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="pupils")
    pupil = models.ForeignKey(Pupil, on_delete=models.CASCADE, related_name="meetings")
    notes = models.TextField(blank=True)
    # In plain words, for the page that the parents take home.
    for_parents = models.TextField(blank=True)
    child_says = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=1)
    history = HistoricalRecords()

    objects = AboutPupilQuerySet.as_manager()

    class Meta:
        ordering = ["pupil__sort_name", "pk"]
        constraints = [models.UniqueConstraint(fields=["meeting", "pupil"], name="one_pupil_a_meeting")]

    def __str__(self):
        return f"pupil {self.pupil_id} in meeting {self.meeting_id}"


class OfMeetingQuerySet(models.QuerySet):
    def visible_to(self, acting: Acting) -> Self:
        return self.filter(meeting__in=Meeting.objects.visible_to(acting))


class MeetingPerson(models.Model):
    """Somebody invited: a colleague, a parent, or a name. `came` is empty until the meeting was held."""

    class How(models.TextChoices):
        MAIL = "mail", "Email"
        PHONE = "phone", "Telephone"
        LETTER = "letter", "Letter"
        TOLD = "told", "Told in person"

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="people")
    user = models.ForeignKey("staff.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    contact = models.ForeignKey("pupils.Contact", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    name = models.CharField(max_length=150, blank=True)
    role = models.CharField(max_length=100, blank=True)
    invited_on = models.DateField(null=True, blank=True)
    invited_by = models.CharField(max_length=8, choices=How, blank=True)
    # Which state of the meeting (Meeting.sequence) this person was told of.
    told_sequence = models.PositiveIntegerField(null=True, blank=True)
    came = models.BooleanField(null=True, blank=True)
    removed_on = models.DateField(null=True, blank=True)
    history = HistoricalRecords()

    objects = OfMeetingQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(user__isnull=False) | Q(contact__isnull=False) | ~Q(name=""),
                name="person_of_meeting_is_somebody",
            ),
            models.UniqueConstraint(
                fields=["meeting", "user"],
                condition=Q(removed_on=None, user__isnull=False),
                name="one_colleague_a_meeting",
            ),
            models.UniqueConstraint(
                fields=["meeting", "contact"],
                condition=Q(removed_on=None, contact__isnull=False),
                name="one_parent_a_meeting",
            ),
        ]

    def __str__(self):
        return f"person {self.pk} of meeting {self.meeting_id}"


class MeetingActionQuerySet(AboutPupilQuerySet):
    def visible_to(self, acting: Acting) -> Self:
        """With their meeting, and for whoever took it on."""
        rows = super().visible_to(acting)
        return rows.filter(Q(owner=acting.user) | Q(meeting__in=Meeting.objects.visible_to(acting)))


class MeetingAction(models.Model):
    """What was agreed, by whom and until when. The owner is a colleague, or somebody outside by name."""

    class State(models.TextChoices):
        OPEN = "open", "Not yet done"
        DONE = "done", "Done"
        NOT_NEEDED = "not_needed", "No longer needed"

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="actions")
    pupil = models.ForeignKey(Pupil, on_delete=models.CASCADE, related_name="meeting_actions")
    text = models.CharField(max_length=300)
    owner = models.ForeignKey("staff.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    owner_name = models.CharField(max_length=150, blank=True)
    due_on = models.DateField()
    state = models.CharField(max_length=12, choices=State, default=State.OPEN)
    word = models.CharField(max_length=300, blank=True)
    settled_on = models.DateField(null=True, blank=True)
    settled_by = models.ForeignKey("staff.User", on_delete=models.PROTECT, null=True, related_name="+")
    # At how many later meetings it was asked for and not done.
    asked_again = models.PositiveSmallIntegerField(default=0)
    version = models.PositiveIntegerField(default=1)
    history = HistoricalRecords()

    objects = MeetingActionQuerySet.as_manager()

    # Whether whoever looks may do so: noted on a row by the page that draws it.
    may_edit: bool = False
    may_settle: bool = False

    class Meta:
        ordering = ["due_on", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(owner__isnull=False) | ~Q(owner_name=""), name="action_has_an_owner"),
            models.CheckConstraint(
                condition=Q(state="open", settled_on=None) | (~Q(state="open") & Q(settled_on__isnull=False)),
                name="action_settled_says_when",
            ),
        ]

    def __str__(self):
        return f"action {self.pk} of meeting {self.meeting_id}"


class ContactLogQuerySet(AboutPupilQuerySet):
    def visible_to(self, acting: Acting) -> Self:
        """Whoever reads the record sees all about children in view; anybody else what they wrote themselves."""
        rows = super().visible_to(acting)
        return rows if acting.can(Permission.NARRATIVE_VIEW) else rows.filter(by=acting.user)


class ContactLog(models.Model):
    """A call, mail, talk or letter between school and home, or with somebody else about the child."""

    class Means(models.TextChoices):
        CALL = "call", "Telephone call"
        MAIL = "mail", "Email"
        TALK = "talk", "Talked in person"
        LETTER = "letter", "Letter"
        TEXT = "text", "Text message"

    class Way(models.TextChoices):
        OUT = "out", "We contacted them"
        IN = "in", "They contacted us"
        MISSED = "missed", "We tried and did not reach them"

    pupil = models.ForeignKey(Pupil, on_delete=models.CASCADE, related_name="contact_log")
    contact = models.ForeignKey("pupils.Contact", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    name = models.CharField(max_length=150, blank=True)
    means = models.CharField(max_length=8, choices=Means)
    way = models.CharField(max_length=8, choices=Way, default=Way.OUT)
    happened_on = models.DateField(default=timezone.localdate)
    words = models.TextField(max_length=3000)
    by = models.ForeignKey("staff.User", on_delete=models.PROTECT, related_name="+")
    removed_on = models.DateField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    history = HistoricalRecords()

    objects = ContactLogQuerySet.as_manager()

    class Meta:
        ordering = [F("happened_on").desc(), "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(contact__isnull=False) | ~Q(name=""), name="contact_log_is_with_somebody"
            )
        ]

    def __str__(self):
        return f"contact {self.pk} about {self.pupil_id}"
