from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from staff.models.school import InSchoolQuerySet, School

MOST_WEEKS = "A year has 1 to 53 weeks. Check the weeks."


class LocalAuthority(models.Model):
    """An authority that the school works with, and what it asks for beside the law. One row a school."""

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="authorities")
    name = models.CharField(max_length=100)
    email = models.EmailField(blank=True)
    telephone = models.CharField(max_length=30, blank=True)
    address = models.TextField(blank=True)
    advice_service = models.CharField("SEND advice service (SENDIASS)", max_length=200, blank=True)
    mediation_service = models.CharField(max_length=200, blank=True)
    # What this authority asks for, in calendar days; the dates of the law stand whatever is written here.
    report_days = models.PositiveSmallIntegerField(null=True, blank=True)
    papers_days = models.PositiveSmallIntegerField(null=True, blank=True)
    consultation_days = models.PositiveSmallIntegerField(null=True, blank=True)
    practice_note = models.CharField(max_length=200, blank=True)
    # Its bids for top-up: what the school pays first, for how many weeks it counts, and the columns of its form.
    top_up_from = models.DecimalField(
        max_digits=8, decimal_places=2, default=6000,
        validators=[MinValueValidator(0, "Enter an amount that is not below zero.")],
    )  # fmt: skip
    top_up_weeks = models.PositiveSmallIntegerField(
        default=38, validators=[MinValueValidator(1, MOST_WEEKS), MaxValueValidator(53, MOST_WEEKS)]
    )
    costing_columns = models.JSONField(default=list, blank=True)  # [code, heading] in order; empty: all of ours
    ended_on = models.DateField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    history = HistoricalRecords()

    objects = InSchoolQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "local authorities"
        constraints = [models.UniqueConstraint(fields=["school", "name"], name="authority_name_once_a_school")]

    def __str__(self):
        return self.name


class Caseworker(models.Model):
    """Who at the authority answers for a child: the EHC coordinator or SEN officer."""

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    authority = models.ForeignKey(LocalAuthority, on_delete=models.CASCADE, related_name="caseworkers")
    name = models.CharField(max_length=120)
    email = models.EmailField(blank=True)
    telephone = models.CharField(max_length=30, blank=True)
    ended_on = models.DateField(null=True, blank=True)
    history = HistoricalRecords()

    objects = InSchoolQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self):
        return self.name


class ReviewLayout(models.Model):
    """How one authority wants the report of a review: its headings in its order, and which of our fields go where.

    `parts` is a list of {"heading": str, "note": str, "fields": [field codes]}; the codes are those of
    ehcp.layouts.FIELDS. A field of ours that no part takes is lost in this authority's form, and the page says so.
    """

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    authority = models.ForeignKey(
        LocalAuthority, on_delete=models.CASCADE, related_name="layouts", null=True, blank=True
    )
    name = models.CharField(max_length=100)
    title = models.CharField(max_length=150, help_text="The title at the top of the form.")
    parts = models.JSONField(default=list)
    ended_on = models.DateField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    history = HistoricalRecords()

    objects = InSchoolQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["authority"], condition=Q(ended_on=None), name="one_review_layout_an_authority"
            )
        ]

    def __str__(self):
        return self.name
