"""What is asked of people without an account, one thing by one link, and the handover pack of a child."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from simple_history.models import HistoricalRecords

from staff.acting import Acting
from staff.permissions import Permission

from .agencies import Referral
from .plans import SupportPlan
from .pupil import Pupil
from .querysets import AboutPupilQuerySet


class HandoverPackQuerySet(AboutPupilQuerySet):
    def visible_to(self, acting: Acting) -> Self:
        """Of pupils in view: for whoever reads the record, and for the colleague who takes over."""
        rows = super().visible_to(acting)
        return rows if acting.can(Permission.NARRATIVE_VIEW) else rows.filter(to_user=acting.user)


class HandoverPack(models.Model):
    """Chosen parts about one child in one PDF, for the next teacher or the next school, until it is received."""

    class Part(models.TextChoices):
        PROFILE = "profile", "One-page profile"
        NEEDS = "needs", "Needs on the register"
        PLANS = "plans", "Open support plans, with targets and strategies"
        CYCLES = "cycles", "Earlier cycles, with what was reached"
        ADVICE = "advice", "Advice of agencies, and what was made of it"
        ACTIONS = "actions", "Agreed at meetings and not yet done"

    pupil = models.ForeignKey(Pupil, on_delete=models.CASCADE, related_name="handover_packs")
    parts = models.JSONField(default=list)
    note = models.TextField(max_length=3000, blank=True)
    to_user = models.ForeignKey("staff.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    to_name = models.CharField(max_length=150, blank=True)
    to_place = models.CharField(max_length=150, blank=True)
    to_email = models.EmailField(blank=True)
    made_by = models.ForeignKey("staff.User", on_delete=models.PROTECT, related_name="+")
    made_on = models.DateField(default=timezone.localdate)
    file_id = models.BigIntegerField(null=True, blank=True)
    received_on = models.DateField(null=True, blank=True)
    received_by = models.CharField(max_length=150, blank=True)
    withdrawn_on = models.DateField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    history = HistoricalRecords()

    objects = HandoverPackQuerySet.as_manager()

    class Meta:
        ordering = ["-made_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(to_user__isnull=False) | (~Q(to_name="") & ~Q(to_email="")), name="pack_goes_to_somebody"
            )
        ]

    def __str__(self):
        return f"handover pack {self.pk}"

    @property
    def to(self) -> str:
        return self.to_user.name if self.to_user else ", ".join(filter(None, (self.to_name, self.to_place)))


class OutsideAskQuerySet(AboutPupilQuerySet):
    def visible_to(self, acting: Acting) -> Self:
        """For whoever reads the record; what was asked about a plan only with that plan."""
        if not acting.can(Permission.NARRATIVE_VIEW):
            return self.none()
        plans = SupportPlan.objects.visible_to(acting)
        return super().visible_to(acting).filter(Q(plan=None) | Q(plan__in=plans))

    def open(self) -> Self:
        return self.filter(answered_at=None, withdrawn_on=None)


class OutsideAsk(models.Model):
    """One thing asked of one person outside. The secret of the link is nowhere but in the mail.

    `drafts` holds what is typed and not sent, by the page that typed it: of two phones neither loses anything.
    """

    class Kind(models.TextChoices):
        PARENT = "parent", "A parent's view of a plan"
        AGENCY = "agency", "An agency's report"
        SCHOOL = "school", "A question to another school"
        HANDOVER = "handover", "Receiving a handover pack"

    pupil = models.ForeignKey(Pupil, on_delete=models.CASCADE, related_name="outside_asks")
    kind = models.CharField(max_length=10, choices=Kind)
    contact = models.ForeignKey("pupils.Contact", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    name = models.CharField(max_length=150, blank=True)
    organisation = models.CharField(max_length=150, blank=True)
    email = models.EmailField(blank=True)
    plan = models.ForeignKey(SupportPlan, on_delete=models.CASCADE, null=True, blank=True, related_name="outside_asks")
    referral = models.ForeignKey(Referral, on_delete=models.CASCADE, null=True, blank=True, related_name="outside_asks")
    pack = models.ForeignKey(HandoverPack, on_delete=models.CASCADE, null=True, blank=True, related_name="outside_asks")
    question = models.TextField(max_length=1000, blank=True)
    asked_by = models.ForeignKey("staff.User", on_delete=models.PROTECT, related_name="+")
    asked_on = models.DateField(default=timezone.localdate)
    answer_by = models.DateField()
    mailed_at = models.DateTimeField(null=True, blank=True)
    mailed_to = models.EmailField(blank=True)
    mail_problem = models.CharField(max_length=200, blank=True)
    link_id = models.BigIntegerField(null=True, blank=True)
    asked_again = models.PositiveSmallIntegerField(default=0)
    drafts = models.JSONField(default=dict, blank=True)
    words = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    # Somebody of the school has looked at what came.
    read_on = models.DateField(null=True, blank=True)
    withdrawn_on = models.DateField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    history = HistoricalRecords(excluded_fields=["drafts"])

    objects = OutsideAskQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(contact__isnull=False) | (~Q(name="") & ~Q(email="")), name="outside_ask_is_of_somebody"
            )
        ]

    def __str__(self):
        return f"ask {self.pk}"

    @property
    def who(self) -> str:
        return self.contact.name if self.contact else ", ".join(filter(None, (self.name, self.organisation)))

    @property
    def is_open(self) -> bool:
        return self.answered_at is None and self.withdrawn_on is None

    @property
    def has_something(self) -> bool:
        """Whether words or a file came: a pack may be confirmed without."""
        return self.answered_at is not None and bool(self.words or self.files.all())


class OfAskQuerySet(models.QuerySet):
    def visible_to(self, acting: Acting) -> Self:
        return self.filter(ask__in=OutsideAsk.objects.visible_to(acting))


class OutsideFile(models.Model):
    """A file that came with an answer, and the copy of it among the child's documents, once somebody filed one."""

    ask = models.ForeignKey(OutsideAsk, on_delete=models.CASCADE, related_name="files")
    file_id = models.BigIntegerField()
    name = models.CharField(max_length=200)
    size = models.PositiveIntegerField()
    added_at = models.DateTimeField(auto_now_add=True)
    document = models.ForeignKey("pupils.Document", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    objects = OfAskQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]

    def __str__(self):
        return f"file {self.pk} of ask {self.ask_id}"
