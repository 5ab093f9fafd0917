"""Bring the due dates of cases in line with their facts, in the caller's transaction."""

from sendco.due.registry import SOURCES
from staff.owed import bring_up_to_date

from ..models import AnnualReview, Appeal, Consultation, NeedsAssessment, Plan


def settle(*rows):
    for row in rows:
        if type(row) in SOURCES:
            bring_up_to_date(row)


def open_cases(authority):
    """The cases of one authority that are not closed: what its own practice has a say in."""
    yield from Plan.objects.filter(authority=authority, ceased_on=None).select_related("school", "authority", "pupil")
    open_rows = {"closed_on": None}
    reviews = AnnualReview.objects.filter(plan__authority=authority, **open_rows)
    yield from reviews.select_related("school", "plan__authority", "pupil")
    for model in (NeedsAssessment, Consultation, Appeal):
        yield from model.objects.filter(authority=authority, **open_rows).select_related("school", "authority", "pupil")
