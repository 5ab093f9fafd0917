"""The graduated approach: plans in dated cycles, their outcomes and targets, and what was tried, measured and said."""

import hashlib
import re
import unicodedata
from decimal import Decimal
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from simple_history.models import HistoricalRecords

from sendco.clock import short_date
from staff.acting import Acting
from staff.permissions import Permission

from .pupil import Pupil
from .querysets import AboutPupilQuerySet
from .register import Area

DAY_HERE = timezone.localdate


class PlanKindQuerySet(models.QuerySet):
    def visible_to(self, acting: Acting) -> Self:
        """Those that ship with sendco and those of one's own school."""
        if not acting.school:
            return self.none()
        return self.filter(Q(school=None) | Q(school=acting.school))

    def on(self, day) -> Self:
        """Kinds that may begin on this day; one that is proposed has no first day and never may."""
        return self.filter(Q(valid_to=None) | Q(valid_to__gte=day), valid_from__lte=day)


class PlanKind(models.Model):
    """A kind of plan from one day to another. One that comes, changes or ends is a row, not a release.

    `sections` are what is assessed: a list of {"code", "title", "hint"}. `review_weeks` after the start a review is
    proposed, at the end of term where it is empty. `review_most_months` is a limit of the kind's own authority. Without
    `valid_from` it is only proposed, and no plan of it can begin.
    """

    class Basis(models.TextChoices):
        STATUTE = "statute", "The law"
        GUIDANCE = "guidance", "Statutory guidance"
        LOCAL = "local", "School policy"

    school = models.ForeignKey("staff.School", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    code = models.CharField(max_length=30)
    name = models.CharField(max_length=80)
    sections = models.JSONField(default=list)
    basis = models.CharField(max_length=10, choices=Basis, default=Basis.LOCAL)
    authority = models.CharField(max_length=160)
    check_note = models.CharField(max_length=160, blank=True)
    review_weeks = models.PositiveSmallIntegerField(null=True, blank=True)
    review_most_months = models.PositiveSmallIntegerField(null=True, blank=True)
    place = models.PositiveSmallIntegerField(default=9)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    history = HistoricalRecords()

    objects = PlanKindQuerySet.as_manager()

    class Meta:
        ordering = ["place", "name", "valid_from", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["code", "valid_from"], condition=Q(school=None), name="plan_kind_once_a_date"
            ),
            models.UniqueConstraint(
                fields=["school", "code", "valid_from"],
                condition=Q(school__isnull=False),
                name="own_plan_kind_once_a_date",
            ),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")), name="plan_kind_dates_in_order"
            ),
        ]

    def __str__(self):
        return self.name

    @property
    def is_held_back(self):
        return self.valid_from is None


class SupportPlanQuerySet(AboutPupilQuerySet):
    def visible_to(self, acting: Acting) -> Self:
        """Of pupils in view. A confidential plan opens for its lead, those named on it, and who opens every one."""
        plans = super().visible_to(acting)
        if not acting.can(Permission.SUPPORT_VIEW):
            return self.none()
        if acting.can(Permission.SUPPORT_CONFIDENTIAL):
            return plans
        named = PlanReader.objects.filter(user=acting.user, ended_on=None)
        return plans.filter(Q(is_confidential=False) | Q(lead=acting.user) | Q(pk__in=named.values("plan")))

    def open(self) -> Self:
        return self.filter(closed_on=None)


class SupportPlan(models.Model):
    """One cycle of assess, plan, do and review. The next is seeded from it and points back at it.

    `assessed` holds the words of each section of its kind, by the section's code.
    """

    class Ending(models.TextChoices):
        REVIEWED = "reviewed", "Reviewed"
        STOPPED = "stopped", "Support of this kind has stopped"
        LEFT = "left", "Left the school"
        MISTAKE = "mistake", "Entered by mistake"

    pupil = models.ForeignKey(Pupil, on_delete=models.CASCADE, related_name="support_plans")
    kind = models.ForeignKey(PlanKind, on_delete=models.PROTECT, related_name="plans")
    previous = models.OneToOneField("self", on_delete=models.PROTECT, null=True, blank=True, related_name="following")
    cycle = models.PositiveSmallIntegerField(default=1)
    lead = models.ForeignKey("staff.User", on_delete=models.PROTECT, related_name="led_plans")
    starts_on = models.DateField(default=DAY_HERE)
    review_on = models.DateField()
    assessed = models.JSONField(default=dict, blank=True)
    is_confidential = models.BooleanField(default=False)
    review_note = models.TextField(blank=True)
    closed_on = models.DateField(null=True, blank=True)
    closed_by = models.ForeignKey("staff.User", on_delete=models.PROTECT, null=True, related_name="+")
    ending = models.CharField(max_length=10, choices=Ending, blank=True)
    ending_note = models.CharField(max_length=300, blank=True)
    entered_by = models.ForeignKey("staff.User", on_delete=models.PROTECT, null=True, related_name="+")
    entered_at = models.DateTimeField(auto_now_add=True)
    version = models.PositiveIntegerField(default=1)
    history = HistoricalRecords()

    objects = SupportPlanQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_on", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(review_on__gte=F("starts_on")), name="plan_reviewed_after_start"),
            models.CheckConstraint(
                condition=Q(closed_on=None) | Q(closed_on__gte=F("starts_on")), name="plan_closed_after_start"
            ),
            models.CheckConstraint(
                condition=Q(closed_on=None, ending="") | (Q(closed_on__isnull=False) & ~Q(ending="")),
                name="plan_closed_says_how",
            ),
        ]
        indexes = [models.Index(fields=["pupil", "closed_on", "review_on"], name="plan_of_pupil")]

    def __str__(self):
        return f"plan {self.pk}"

    def get_absolute_url(self):
        return reverse("pupils:support-detail", args=[self.pk])

    @property
    def is_open(self):
        return self.closed_on is None

    @property
    def cycle_words(self):
        """Which cycle, told apart from one of the same number: after an end, a plan begins with its first again."""
        return f"Cycle {self.cycle}, from {short_date(self.starts_on)}"


class OfPlanQuerySet(models.QuerySet):
    """Rows that belong to a plan: seen by whoever may see the plan."""

    def visible_to(self, acting: Acting) -> Self:
        return self.filter(plan__in=SupportPlan.objects.visible_to(acting))


class PlanReader(models.Model):
    """Somebody named on a confidential plan."""

    plan = models.ForeignKey(SupportPlan, on_delete=models.CASCADE, related_name="readers")
    user = models.ForeignKey("staff.User", on_delete=models.PROTECT, related_name="+")
    starts_on = models.DateField(default=DAY_HERE)
    ended_on = models.DateField(null=True, blank=True)
    history = HistoricalRecords()

    objects = OfPlanQuerySet.as_manager()

    class Meta:
        ordering = ["user__name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "user"], condition=Q(ended_on=None), name="one_open_reader_a_plan")
        ]

    def __str__(self):
        return f"user {self.user_id} reads plan {self.plan_id}"


class PlanVoice(models.Model):
    """What one person says, by the day: the child, or one parent. Two parents are two rows, never one answer."""

    class Stage(models.TextChoices):
        PLAN = "plan", "When the plan was made"
        REVIEW = "review", "At the review"

    class Method(models.TextChoices):
        TALK = "talk", "Talked together"
        DRAW = "draw", "Drew or wrote"
        SYMBOLS = "symbols", "Symbols or pictures"
        SIGN = "sign", "Signed"
        WATCHED = "watched", "Watched what they choose and avoid"
        ADULT = "adult", "An adult who knows them well spoke for them"
        WROTE = "wrote", "Wrote, by letter, email or form"

    plan = models.ForeignKey(SupportPlan, on_delete=models.CASCADE, related_name="voices")
    stage = models.CharField(max_length=6, choices=Stage, default=Stage.PLAN)
    # Empty for the child.
    contact = models.ForeignKey("pupils.Contact", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    words = models.TextField()
    method = models.CharField(max_length=8, choices=Method, default=Method.TALK, blank=True)
    said_on = models.DateField(default=DAY_HERE)
    taken_by = models.ForeignKey("staff.User", on_delete=models.PROTECT, null=True, related_name="+")
    removed_on = models.DateField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    history = HistoricalRecords()

    objects = OfPlanQuerySet.as_manager()

    class Meta:
        ordering = ["stage", F("contact").asc(nulls_first=True), "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "stage", "contact"], condition=Q(removed_on=None), name="one_voice_a_parent"
            ),
            models.UniqueConstraint(
                fields=["plan", "stage"], condition=Q(contact=None, removed_on=None), name="one_voice_of_the_child"
            ),
        ]

    def __str__(self):
        return f"voice {self.pk} of plan {self.plan_id}"

    @property
    def is_childs(self):
        return self.contact_id is None


class SupportOutcome(models.Model):
    """What should be different for the child. Its targets say how we would know."""

    plan = models.ForeignKey(SupportPlan, on_delete=models.CASCADE, related_name="outcomes")
    number = models.PositiveSmallIntegerField()
    text = models.CharField(max_length=500)
    area = models.CharField(max_length=6, choices=Area, blank=True)
    removed_on = models.DateField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    history = HistoricalRecords()

    objects = OfPlanQuerySet.as_manager()

    class Meta:
        ordering = ["number", "pk"]

    def __str__(self):
        return f"outcome {self.number} of plan {self.plan_id}"


class CohortTargetQuerySet(models.QuerySet):
    def visible_to(self, acting: Acting) -> Self:
        if not acting.school or not acting.can(Permission.SUPPORT_VIEW):
            return self.none()
        return self.filter(school=acting.school)


class Measure(models.TextChoices):
    """How a target's values are counted."""

    COUNT = "count", "Number, such as words a minute or times a day"
    PERCENT = "percent", "Percentage"
    SCALE = "scale", "Scale of 1 to 10 (an opinion)"
    MONTHS = "months", "Age in months, such as a reading age"
    STANDARD = "standard", "Standardised score (mean 100)"
    STEP = "step", "Step or level, as a number"
    WORDS = "words", "In words, not a number"


# The least and the most that a value of each measure can be; None where anything may stand.
BOUNDS = {
    Measure.COUNT: (Decimal(0), Decimal(99999)),
    Measure.PERCENT: (Decimal(0), Decimal(100)),
    Measure.SCALE: (Decimal(1), Decimal(10)),
    Measure.MONTHS: (Decimal(0), Decimal(360)),
    Measure.STANDARD: (Decimal(40), Decimal(160)),
    Measure.STEP: (Decimal(0), Decimal(999)),
}


class CohortTarget(models.Model):
    """One target for several pupils, such as all of a phonics group. Each has it as a target of their own plan."""

    school = models.ForeignKey("staff.School", on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=120)
    text = models.CharField(max_length=500)
    measure = models.CharField(max_length=10, choices=Measure, default=Measure.COUNT)
    unit = models.CharField(max_length=60, blank=True)
    lower_is_better = models.BooleanField(default=False)
    how = models.CharField(max_length=300, blank=True)
    aim = models.DecimalField(max_digits=7, decimal_places=2, null=True, blank=True)
    by_on = models.DateField(null=True, blank=True)
    ended_on = models.DateField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    history = HistoricalRecords()

    objects = CohortTargetQuerySet.as_manager()

    class Meta:
        ordering = ["title", "pk"]

    def __str__(self):
        return self.title


class CarryReason(models.TextChoices):
    """Why a target goes on into the next cycle. Nothing is carried without one."""

    ON_TRACK = "on_track", "It is working and needs more time"
    INTERRUPTED = "interrupted", "The support was not given as planned"
    OTHER_WAY = "other_way", "Same aim, with another way to reach it"
    SMALLER = "smaller", "Same aim, in smaller steps"


class OfOutcomeQuerySet(models.QuerySet):
    def visible_to(self, acting: Acting) -> Self:
        return self.filter(outcome__plan__in=SupportPlan.objects.visible_to(acting))

    def current(self) -> Self:
        return self.filter(ended_on=None, outcome__removed_on=None)


class Target(models.Model):
    """One thing that can be measured: from where, to where, by when, and how the number is taken.

    `baseline_from_first`: the first value that is taken is where it starts from. `cycles` counts in how many cycles,
    this one included, the same target has stood. `wording` is the same for two targets of the same words.
    """

    outcome = models.ForeignKey(SupportOutcome, on_delete=models.CASCADE, related_name="targets")
    number = models.PositiveSmallIntegerField()
    text = models.CharField(max_length=500)
    measure = models.CharField(max_length=10, choices=Measure, blank=True)
    unit = models.CharField(max_length=60, blank=True)
    lower_is_better = models.BooleanField(default=False)
    how = models.CharField(max_length=300, blank=True)
    baseline = models.DecimalField(max_digits=7, decimal_places=2, null=True, blank=True)
    baseline_words = models.CharField(max_length=300, blank=True)
    baseline_on = models.DateField(null=True, blank=True)
    baseline_from_first = models.BooleanField(default=False)
    aim = models.DecimalField(max_digits=7, decimal_places=2, null=True, blank=True)
    aim_words = models.CharField(max_length=200, blank=True)
    by_on = models.DateField(null=True, blank=True)
    # Its own day to be looked at, where that is not the plan's.
    review_on = models.DateField(null=True, blank=True)
    cohort = models.ForeignKey(CohortTarget, on_delete=models.PROTECT, null=True, blank=True, related_name="targets")
    carried_from = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="carried_to")
    carry_reason = models.CharField(max_length=12, choices=CarryReason, blank=True)
    cycles = models.PositiveSmallIntegerField(default=1)
    wording = models.CharField(max_length=64, blank=True, editable=False)
    ended_on = models.DateField(null=True, blank=True)
    end_note = models.CharField(max_length=200, blank=True)
    version = models.PositiveIntegerField(default=1)
    history = HistoricalRecords(excluded_fields=["wording"])

    objects = OfOutcomeQuerySet.as_manager()

    class Meta:
        ordering = ["number", "pk"]
        indexes = [models.Index(fields=["wording"], name="target_wording")]

    def __str__(self):
        return f"target {self.number} of outcome {self.outcome_id}"

    def save(self, *args, **kwargs):
        self.wording = wording_of(self.text, self.outcome.plan.pupil)
        fields = kwargs.get("update_fields")
        if fields is not None:
            kwargs["update_fields"] = {*fields, "wording"}
        super().save(*args, **kwargs)

    @property
    def plan(self):
        return self.outcome.plan

    @property
    def is_measured(self):
        return bool(self.measure)

    @property
    def is_in_words(self):
        return self.measure == Measure.WORDS


def wording_of(text, pupil):
    """A mark that two texts share when they differ in nothing but the child's name, letters' case and punctuation."""
    words = re.findall(r"\w+", unicodedata.normalize("NFKC", text).casefold())
    own = set(re.findall(r"\w+", f"{pupil.legal_forename} {pupil.preferred_forename}".casefold()))
    plain = " ".join("*" if word in own else word for word in words)
    return hashlib.sha256(plain.encode()).hexdigest() if plain else ""


class OfTargetQuerySet(models.QuerySet):
    def visible_to(self, acting: Acting) -> Self:
        return self.filter(target__outcome__plan__in=SupportPlan.objects.visible_to(acting))


class Judgement(models.TextChoices):
    MET = "met", "Met"
    PARTLY = "partly", "Partly met"
    NOT_MET = "not_met", "Not met"
    NOT_KNOWN = "not_known", "Cannot say"


class NextStep(models.TextChoices):
    DONE = "done", "Finished"
    CARRY = "carry", "Carry on"
    CHANGE = "change", "Write a new target"
    STOP = "stop", "Stop"


class TargetReview(models.Model):
    """One look at one target. Open while it is being written; settled it is the record of what was found.

    `unmeasured` says why there is no value where the target has a measure.
    """

    target = models.ForeignKey(Target, on_delete=models.CASCADE, related_name="reviews")
    judgement = models.CharField(max_length=10, choices=Judgement, blank=True)
    comment = models.TextField(blank=True, max_length=1000)
    unmeasured = models.CharField(max_length=200, blank=True)
    next_step = models.CharField(max_length=8, choices=NextStep, blank=True)
    carry_reason = models.CharField(max_length=12, choices=CarryReason, blank=True)
    # The target's own day that this look was for, where it had one.
    due_on = models.DateField(null=True, blank=True)
    settled_on = models.DateField(null=True, blank=True)
    settled_by = models.ForeignKey("staff.User", on_delete=models.PROTECT, null=True, related_name="+")
    written_by = models.ForeignKey("staff.User", on_delete=models.PROTECT, null=True, related_name="+")
    history = HistoricalRecords()

    objects = OfTargetQuerySet.as_manager()

    class Meta:
        ordering = [F("settled_on").asc(nulls_last=True), "pk"]
        constraints = [
            models.UniqueConstraint(fields=["target"], condition=Q(settled_on=None), name="one_open_review_a_target")
        ]

    def __str__(self):
        return f"review {self.pk} of target {self.target_id}"


class TargetValue(models.Model):
    """A value taken on a day. One taken in another way than the target says is kept and left out of the gain."""

    target = models.ForeignKey(Target, on_delete=models.CASCADE, related_name="values")
    taken_on = models.DateField(default=DAY_HERE)
    value = models.DecimalField(max_digits=7, decimal_places=2, null=True, blank=True)
    words = models.CharField(max_length=300, blank=True)
    otherwise = models.BooleanField("measured in another way", default=False)
    note = models.CharField(max_length=300, blank=True)
    review = models.OneToOneField(TargetReview, on_delete=models.PROTECT, null=True, blank=True, related_name="value")
    taken_by = models.ForeignKey("staff.User", on_delete=models.PROTECT, null=True, related_name="+")
    removed_on = models.DateField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    history = HistoricalRecords()

    objects = OfTargetQuerySet.as_manager()

    class Meta:
        ordering = ["taken_on", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(value__isnull=False) | ~Q(words=""), name="value_says_something")
        ]

    def __str__(self):
        return f"value {self.pk} of target {self.target_id}"


class PlanStrategy(models.Model):
    """What adults do, and who does it. `times` counts the cycles in which it has stood unchanged, this one included.

    `carried_from` is the same strategy in the cycle before, from which this one was seeded.
    """

    plan = models.ForeignKey(SupportPlan, on_delete=models.CASCADE, related_name="strategies")
    target = models.ForeignKey(Target, on_delete=models.PROTECT, null=True, blank=True, related_name="strategies")
    text = models.CharField(max_length=500)
    who = models.CharField(max_length=120, blank=True)
    how_often = models.CharField(max_length=120, blank=True)
    note = models.ForeignKey(
        "pupils.PracticeNote", on_delete=models.PROTECT, null=True, blank=True, related_name="strategies"
    )
    times = models.PositiveSmallIntegerField(default=1)
    carried_from = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="carried_to")
    added_by = models.ForeignKey("staff.User", on_delete=models.PROTECT, null=True, related_name="+")
    added_on = models.DateField(default=DAY_HERE)
    ended_on = models.DateField(null=True, blank=True)
    end_note = models.CharField(max_length=200, blank=True)
    version = models.PositiveIntegerField(default=1)
    history = HistoricalRecords()

    objects = OfPlanQuerySet.as_manager()

    class Meta:
        ordering = ["added_on", "pk"]

    def __str__(self):
        return f"strategy {self.pk} of plan {self.plan_id}"


class PlanNote(models.Model):
    """What was seen while the plan ran: a note, or evidence with a photo or another file."""

    class Kind(models.TextChoices):
        NOTE = "note", "Note"
        EVIDENCE = "evidence", "Evidence"
        COMMENT = "comment", "Comment for the review"

    plan = models.ForeignKey(SupportPlan, on_delete=models.CASCADE, related_name="notes")
    target = models.ForeignKey(Target, on_delete=models.PROTECT, null=True, blank=True, related_name="notes")
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.NOTE)
    text = models.TextField(max_length=2000)
    happened_on = models.DateField(default=DAY_HERE)
    file_id = models.BigIntegerField(null=True, blank=True)
    added_by = models.ForeignKey("staff.User", on_delete=models.PROTECT, null=True, related_name="+")
    removed_on = models.DateField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    history = HistoricalRecords()

    objects = OfPlanQuerySet.as_manager()

    class Meta:
        ordering = ["-happened_on", "-pk"]

    def __str__(self):
        return f"note {self.pk} of plan {self.plan_id}"


class ReviewWindowQuerySet(models.QuerySet):
    def visible_to(self, acting: Acting) -> Self:
        if not acting.school or not acting.can(Permission.SUPPORT_VIEW):
            return self.none()
        return self.filter(school=acting.school, removed_on=None)


class ReviewWindow(models.Model):
    """The weeks in which a school reviews its plans together. A plan or target may have a day of its own before it."""

    school = models.ForeignKey("staff.School", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=80)
    opens_on = models.DateField()
    due_on = models.DateField()
    removed_on = models.DateField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    history = HistoricalRecords()

    objects = ReviewWindowQuerySet.as_manager()

    class Meta:
        ordering = ["-due_on", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(due_on__gte=F("opens_on")), name="window_dates_in_order"),
            models.UniqueConstraint(
                fields=["school", "name"], condition=Q(removed_on=None), name="window_name_once_a_school"
            ),
        ]

    def __str__(self):
        return self.name


class WindowClassQuerySet(models.QuerySet):
    def visible_to(self, acting: Acting) -> Self:
        return self.filter(window__in=ReviewWindow.objects.visible_to(acting))


class WindowClass(models.Model):
    """A class that writes its reviews in a window, and who is asked for them. Without a group: pupils of no class."""

    window = models.ForeignKey(ReviewWindow, on_delete=models.CASCADE, related_name="classes")
    group = models.ForeignKey("staff.TeachingGroup", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    owner = models.ForeignKey("staff.User", on_delete=models.PROTECT, related_name="+")
    done_on = models.DateField(null=True, blank=True)
    done_by = models.ForeignKey("staff.User", on_delete=models.PROTECT, null=True, related_name="+")
    history = HistoricalRecords()

    objects = WindowClassQuerySet.as_manager()

    class Meta:
        ordering = ["group__name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["window", "group"], name="one_class_a_window"),
            models.UniqueConstraint(fields=["window"], condition=Q(group=None), name="one_rest_a_window"),
        ]

    def __str__(self):
        return f"class {self.group_id} of window {self.window_id}"
