from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Model, QuerySet

from .models import EXPORT, Audience, Event, Read


def pupil_events(*, school_id: int, pupil_ids: Iterable[int], audiences: Iterable[Audience]) -> QuerySet[Event]:
    """Events about one child, newest first, for somebody who may meet these audiences.

    A child whose records were merged has several ids: what was written keeps the id it was written under.
    """
    events = Event.objects.filter(school_id=school_id, pupil_id__in=pupil_ids, audience__in=audiences)
    return events.order_by("-happened_on", "-id")


def pupil_reads(*, school_id: int, pupil_ids: Iterable[int]) -> QuerySet[Read]:
    return Read.objects.filter(school_id=school_id, pupil_id__in=pupil_ids).order_by("-hour_at", "-id")


def school_events(*, school_id: int, audiences: Iterable[Audience]) -> QuerySet[Event]:
    return Event.objects.filter(school_id=school_id, audience__in=audiences).order_by("-id")


def subject_events(subject: Model, *, audiences: Iterable[Audience]) -> QuerySet[Event]:
    return Event.objects.filter(
        subject_type=subject._meta.label_lower, subject_id=subject.pk, audience__in=audiences
    ).order_by("-id")


@dataclass(frozen=True)
class ManyReads:
    """One person who read, or exported, many children's records of one school within an hour."""

    school_id: int
    user_id: int
    hour_at: datetime
    children: int


def many_reads(*, since: datetime, at_least: int, exports: bool) -> list[ManyReads]:
    """Who opened (or exported) the records of at least so many children within one hour, in the hours since then."""
    rows = Read.objects.filter(hour_at__gte=since)
    rows = rows.filter(what__startswith=EXPORT) if exports else rows.exclude(what__startswith=EXPORT)
    counted = rows.values_list("school_id", "user_id", "hour_at").annotate(children=Count("pupil_id", distinct=True))
    return [ManyReads(*row) for row in counted.filter(children__gte=at_least).order_by("hour_at", "user_id")]


def reads_between(*, school_id: int, pupil_id: int, user_id: int, first: datetime, last: datetime) -> list[str]:
    """What one person read of one child in the hours from the first moment to the last, each once."""
    hours = {"hour_at__gt": first - timedelta(hours=1), "hour_at__lte": last}
    rows = Read.objects.filter(school_id=school_id, pupil_id=pupil_id, user_id=user_id, **hours)
    return sorted(set(rows.values_list("what", flat=True)))


def children_read(*, school_id: int, user_id: int, first: datetime, last: datetime) -> int:
    """Of how many children one person opened records in the hours from the first moment to the last."""
    hours = {"hour_at__gt": first - timedelta(hours=1), "hour_at__lte": last}
    rows = Read.objects.filter(school_id=school_id, user_id=user_id, **hours)
    return rows.aggregate(children=Count("pupil_id", distinct=True))["children"]
