"""Reads about what colleagues are asked to read."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone

from ..acting import Acting
from ..models import Briefing, Post, Reading, StaffMember


def to_read(acting: Acting) -> QuerySet[Reading]:
    """What this person is asked to read in this school and has not, the earliest first. One query."""
    rows = Reading.objects.filter(member__user=acting.user, member__school=acting.school, closed_on=None)
    rows = rows.filter(briefing__archived_on=None).exclude(briefing__asked_on=None)
    unread = rows.filter(Q(read_edition=None) | ~Q(read_edition=F("briefing__edition")))
    return unread.select_related("briefing").order_by("due_on", "pk")


def briefings_for_list(acting: Acting) -> QuerySet[Briefing]:
    """What stands in the list, with how many are asked and how many have read the text as it is."""
    asked = Q(readings__closed_on=None, readings__member__in=_at_work_or_to_come(acting.today))
    return (
        Briefing.objects.visible_to(acting)
        .annotate(
            asked=Count("readings", filter=asked),
            read=Count("readings", filter=asked & Q(readings__read_edition=F("edition"))),
        )
        .order_by("kind", "-applies_from", "title", "pk")
    )


def _at_work_or_to_come(day: date) -> QuerySet[Any]:
    """The adults with a post that is not over. Nobody waits for who has left."""
    return Post.objects.exclude(ends_on__lt=day).values("member")


@dataclass(frozen=True)
class Readers:
    """Who has read the text as it is, who read an older one, and who none."""

    read: list[Reading]
    older: list[Reading]
    none: list[Reading]


def readers_of(briefing: Briefing) -> Readers:
    here = _at_work_or_to_come(timezone.localdate())
    asked = briefing.readings.filter(closed_on=None, member__in=here)
    rows = list(asked.select_related("member").order_by("member__name", "pk"))
    return Readers(
        read=[row for row in rows if row.read_edition == briefing.edition],
        older=[row for row in rows if row.read_edition and row.read_edition != briefing.edition],
        none=[row for row in rows if row.read_edition is None],
    )


def reading_of(briefing: Briefing, member: StaffMember | None) -> Reading | None:
    return briefing.readings.filter(member=member).first() if member else None
