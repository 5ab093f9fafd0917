"""Reads about the library."""

from datetime import date

from django.db.models import Count, Q, QuerySet

from staff.acting import Acting

from ..models import Intervention


def library(acting: Acting, day: date) -> QuerySet[Intervention]:
    """What the school uses, by area and name, with `running` (runs on this day) and `waits` (children who wait)."""
    running = Count("runs", filter=Q(runs__starts_on__lte=day, runs__ends_on__gte=day), distinct=True)
    waits = Count("waiting", filter=Q(waiting__ended_on=None), distinct=True)
    rows = Intervention.objects.visible_to(acting).filter(is_archived=False).select_related("skill")
    return rows.annotate(running=running, waits=waits).order_by("area", "name", "pk")
