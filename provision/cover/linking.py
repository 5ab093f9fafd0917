"""Tells the floor below where an absence leads, and what of the board is covered."""

from datetime import timedelta
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone

from staff.absences.covering import planned_through
from staff.acting import Acting
from staff.models import Absence
from staff.permissions import Permission

from .jobs import day_of
from .selectors import covered_slots

# A long absence that begins in the holidays leads nowhere: what it uncovers is weeks ahead.
DAYS_AHEAD = 7


def page_after(acting: Acting, absence: Absence) -> str:
    """The cover of the first of the next days that the absence uncovers; empty where it uncovers none, or is over."""
    if not acting.can(Permission.PROVISION_EDIT):
        return ""
    on = max(absence.starts_on, acting.today)
    for step in range(DAYS_AHEAD):
        day = on + timedelta(days=step)
        if absence.ends_on and day > absence.ends_on:
            break
        found = day_of(acting, day, timezone.localtime())
        if any(gone.member and gone.member.pk == absence.member_id for task in found.open for gone in task.gone):
            return f"{reverse('provision:cover-day')}?{urlencode({'day': day.isoformat()})}"
    return ""


def register_pages() -> None:
    planned_through(page_after, covered_slots)
