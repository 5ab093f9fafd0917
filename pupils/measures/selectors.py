"""Reads about the measures of a school."""

from django.db.models import Count, Q, QuerySet

from staff.acting import Acting
from staff.models import School

from ..models import ScoreKind


def in_use(school: School) -> QuerySet[ScoreKind]:
    return ScoreKind.objects.filter(school=school, is_archived=False)


def with_counts(acting: Acting) -> QuerySet[ScoreKind]:
    """Every measure of the school with how many scores of it are kept."""
    number = Count("scores", filter=Q(scores__removed_on=None))
    return ScoreKind.objects.visible_to(acting).annotate(number=number).order_by("is_archived", "name", "pk")
