"""Outside agencies: who they are, what was bought of them, who was referred with whose consent, and what they advised.

Time is in minutes, money in pounds.
"""

from datetime import date
from typing import Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from simple_history.models import HistoricalRecords

from staff.acting import Acting
from staff.permissions import Permission

from .plans import PlanStrategy, SupportPlan
from .pupil import Pupil
from .querysets import AboutPupilQuerySet

MOST_MINUTES = 24 * 60


class AgencyQuerySet(models.QuerySet):
    def visible_to(self, acting: Acting) -> Self:
        if not acting.school or not acting.can(Permission.NARRATIVE_VIEW):
            return self.none()
        return self.filter(school=acting.school)


class Agency(models.Model):
    """A service outside the school. Never deleted: it ends, and what was asked of it stays."""

    class Kind(models.TextChoices):
        EP = "ep", "Educational psychology"
        SALT = "salt", "Speech and language therapy"
        OT = "ot", "Occupational therapy"
        PHYSIO = "physio", "Physiotherapy"
        CAMHS = "camhs", "Child and adolescent mental health"
        PAEDIATRICS = "paeds", "Paediatrics"
        NURSING = "nursing", "School nursing"
        SENSORY = "sensory", "Hearing or vision support"
        TEACHING = "teaching", "Specialist teaching or outreach"
        EARLY_HELP = "early", "Early help and family support"
        SOCIAL_CARE = "social", "Children's social care"
        OTHER = "other", "Other"

    school = models.ForeignKey("staff.School", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=10, choices=Kind)
    does = models.CharField("what they do", max_length=300, blank=True)
    how_to_refer = models.CharField("how to refer", max_length=300, blank=True)
    person = models.CharField("who to ask for", max_length=120, blank=True)
    telephone = models.CharField(max_length=30, blank=True)
    email = models.EmailField(blank=True)
    # How long pupils usually wait: from this the day is proposed on which to ask again.
    usual_weeks = models.PositiveSmallIntegerField(default=18, validators=[MaxValueValidator(260)])
    ended_on = models.DateField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    history = HistoricalRecords()

    objects = AgencyQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        verbose_name_plural = "agencies"
        constraints = [
            models.UniqueConstraint(fields=["school", "name"], condition=Q(ended_on=None), name="one_agency_of_a_name")
        ]

    def __str__(self):
        return self.name


class OfAgencyQuerySet(models.QuerySet):
    def visible_to(self, acting: Acting) -> Self:
        return self.filter(agency__in=Agency.objects.visible_to(acting), removed_on=None)


class VisitQuerySet(OfAgencyQuerySet):
    def visible_to(self, acting: Acting) -> Self:
        """To the school, and to children in view."""
        seen = Q(referral=None) | Q(referral__in=Referral.objects.visible_to(acting))
        return super().visible_to(acting).filter(seen)


class BoughtTime(models.Model):
    """Time of an agency that the school has bought, or been given, for a stretch of days."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="bought")
    starts_on = models.DateField()
    ends_on = models.DateField()
    minutes = models.PositiveIntegerField()
    cost = models.DecimalField(
        max_digits=9,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0, "Enter an amount that is not below zero.")],
    )
    note = models.CharField(max_length=200, blank=True)
    removed_on = models.DateField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    history = HistoricalRecords()

    objects = OfAgencyQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_on", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="bought_time_ends_after_it_starts"),
            models.CheckConstraint(condition=Q(minutes__gt=0), name="bought_time_is_some"),
        ]

    def __str__(self):
        return f"time bought {self.pk}"


class ReferralQuerySet(AboutPupilQuerySet):
    def visible_to(self, acting: Acting) -> Self:
        """Of pupils in view, for whoever reads the record."""
        return super().visible_to(acting) if acting.can(Permission.NARRATIVE_VIEW) else self.none()

    def open(self) -> Self:
        return self.filter(ended_on=None)


class Referral(models.Model):
    """One child referred to one agency: on whose consent, since when it waits, seen, reported, and how it ended."""

    class Basis(models.TextChoices):
        CONSENT = "consent", "On consent"
        LAW = "law", "Without consent: another legal basis"

    class How(models.TextChoices):
        FORM = "form", "Signed form"
        MAIL = "mail", "By email"
        MEETING = "meeting", "At a meeting"
        PHONE = "phone", "By telephone"

    class Ending(models.TextChoices):
        DONE = "done", "Finished"
        REFUSED = "refused", "Not accepted by the agency"
        WITHDRAWN = "withdrawn", "We or the family withdrew it"
        LEFT = "left", "The child left"
        MISTAKE = "mistake", "Entered by mistake"

    pupil = models.ForeignKey(Pupil, on_delete=models.CASCADE, related_name="referrals")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="referrals")
    lead = models.ForeignKey("staff.User", on_delete=models.PROTECT, related_name="+")
    written_on = models.DateField(default=timezone.localdate)
    reason = models.TextField(max_length=4000)
    asks = models.TextField("what we ask of them", max_length=2000, blank=True)
    basis = models.CharField(max_length=8, choices=Basis, default=Basis.CONSENT)
    basis_note = models.CharField(max_length=200, blank=True)
    consent_from = models.ForeignKey(
        "pupils.Contact", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    consent_name = models.CharField(max_length=150, blank=True)
    consent_on = models.DateField(null=True, blank=True)
    consent_how = models.CharField(max_length=8, choices=How, blank=True)
    consent_withdrawn_on = models.DateField(null=True, blank=True)
    sent_on = models.DateField(null=True, blank=True)
    ask_again_on = models.DateField(null=True, blank=True)
    seen_on = models.DateField(null=True, blank=True)
    report_due_on = models.DateField(null=True, blank=True)
    report_on = models.DateField(null=True, blank=True)
    report = models.ForeignKey("pupils.Document", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    # The report advises nothing that has to be decided on.
    has_no_advice = models.BooleanField(default=False)
    ended_on = models.DateField(null=True, blank=True)
    ending = models.CharField(max_length=10, choices=Ending, blank=True)
    end_note = models.CharField(max_length=300, blank=True)
    version = models.PositiveIntegerField(default=1)
    history = HistoricalRecords()

    objects = ReferralQuerySet.as_manager()

    class Meta:
        ordering = ["-written_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(sent_on=None) | Q(basis="law") | Q(consent_on__isnull=False),
                name="referral_sent_on_a_basis",
            ),
            models.CheckConstraint(
                condition=Q(ended_on=None, ending="") | (Q(ended_on__isnull=False) & ~Q(ending="")),
                name="referral_ended_says_how",
            ),
            models.CheckConstraint(
                condition=Q(seen_on=None) | Q(sent_on__isnull=False, seen_on__gte=F("sent_on")),
                name="referral_seen_after_it_was_sent",
            ),
        ]

    def __str__(self):
        return f"referral {self.pk}"

    @property
    def has_basis(self) -> bool:
        """Whether it may go: consent that stands, or another basis."""
        if self.basis == self.Basis.LAW:
            return True
        return self.consent_on is not None and self.consent_withdrawn_on is None

    @property
    def rests_on_withdrawn(self) -> bool:
        return self.basis == self.Basis.CONSENT and self.consent_withdrawn_on is not None and self.ended_on is None

    def waits(self, today: date) -> int | None:
        """Days from the referral to the day the child was seen, or to today; None where it is not sent."""
        if self.sent_on is None:
            return None
        return ((self.seen_on or self.ended_on or today) - self.sent_on).days


class OfReferralQuerySet(models.QuerySet):
    def visible_to(self, acting: Acting) -> Self:
        return self.filter(referral__in=Referral.objects.visible_to(acting), removed_on=None)


class Visit(models.Model):
    """Time that an agency gave: to one child's referral, or to the school."""

    class Kind(models.TextChoices):
        ASSESS = "assess", "Assessment or observation"
        THERAPY = "therapy", "Therapy or teaching"
        CONSULT = "consult", "Consultation with staff"
        MEETING = "meeting", "Meeting"
        TRAINING = "training", "Training of staff"

    # Kinds at which the child is seen; at the others adults talk.
    SEES_THE_CHILD = (Kind.ASSESS, Kind.THERAPY)

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="visits")
    referral = models.ForeignKey(Referral, on_delete=models.CASCADE, null=True, blank=True, related_name="visits")
    visited_on = models.DateField(default=timezone.localdate)
    minutes = models.PositiveSmallIntegerField(
        validators=[MinValueValidator(1), MaxValueValidator(MOST_MINUTES, "A visit takes at most a day.")]
    )
    kind = models.CharField(max_length=8, choices=Kind)
    person = models.CharField(max_length=120, blank=True)
    notes = models.TextField(max_length=3000, blank=True)
    removed_on = models.DateField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    history = HistoricalRecords()

    objects = VisitQuerySet.as_manager()

    class Meta:
        ordering = ["-visited_on", "-pk"]

    def __str__(self):
        return f"visit {self.pk}"


class Recommendation(models.Model):
    """One thing that an agency advised, and what the school made of it, with why."""

    class Decision(models.TextChoices):
        OPEN = "open", "Not decided yet"
        ADOPTED = "adopted", "Adopted"
        ADAPTED = "adapted", "Adapted"
        NOT = "not", "Not adopted"

    referral = models.ForeignKey(Referral, on_delete=models.CASCADE, related_name="recommendations")
    number = models.PositiveSmallIntegerField()
    text = models.CharField(max_length=500)
    decision = models.CharField(max_length=8, choices=Decision, default=Decision.OPEN)
    why = models.CharField(max_length=300, blank=True)
    decided_on = models.DateField(null=True, blank=True)
    decided_by = models.ForeignKey("staff.User", on_delete=models.PROTECT, null=True, related_name="+")
    strategy = models.ForeignKey(
        "pupils.PlanStrategy", on_delete=models.SET_NULL, null=True, blank=True, related_name="recommendations"
    )
    removed_on = models.DateField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    history = HistoricalRecords()

    objects = OfReferralQuerySet.as_manager()

    class Meta:
        ordering = ["number", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(decision="open", decided_on=None) | (~Q(decision="open") & Q(decided_on__isnull=False)),
                name="decision_on_advice_says_when",
            ),
            models.CheckConstraint(
                condition=~Q(decision__in=("adapted", "not"), why=""), name="advice_changed_says_why"
            ),
        ]

    def __str__(self):
        return f"recommendation {self.pk}"

    @property
    def standing(self) -> PlanStrategy | None:
        """The strategy that it became, where it stands now: in an open plan, over any number of cycles. None where no
        plan holds it, or holds it no more. One query for each cycle since."""
        row = self.strategy
        while row is not None and row.plan.closed_on is not None:
            later = row.carried_to.exclude(plan__ending=SupportPlan.Ending.MISTAKE)
            row = later.select_related("plan", "target").first()
        return row if row is not None and row.ended_on is None else None

    @property
    def where(self) -> str:
        """Where it stands in a plan, in words; empty where it stands in none."""
        return _place_words(self.standing)

    @property
    def where_on_paper(self) -> str:
        """The same for a paper that leaves the school: nothing of a plan that is confidential."""
        strategy = self.standing
        return "" if strategy and strategy.plan.is_confidential else _place_words(strategy)


def _place_words(strategy: PlanStrategy | None) -> str:
    if strategy is None:
        return ""
    target = strategy.target
    if target is None or target.ended_on:
        return "In the support plan"
    return f"In the support plan, for target {target.number}"
