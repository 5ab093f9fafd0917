from collections.abc import Iterable

from django.db.models import Model, QuerySet

from .models import Audience, Event, Read


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
