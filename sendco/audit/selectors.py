from .models import Event, Read


def pupil_events(*, school_id, pupil_id, audiences):
    """Events about one child, newest first, for somebody who may meet these audiences."""
    events = Event.objects.filter(school_id=school_id, pupil_id=pupil_id, audience__in=audiences)
    return events.order_by("-happened_on", "-id")


def pupil_reads(*, school_id, pupil_id):
    return Read.objects.filter(school_id=school_id, pupil_id=pupil_id).order_by("-hour_at", "-id")


def school_events(*, school_id, audiences):
    return Event.objects.filter(school_id=school_id, audience__in=audiences).order_by("-id")


def subject_events(subject, *, audiences):
    return Event.objects.filter(
        subject_type=subject._meta.label_lower, subject_id=subject.pk, audience__in=audiences
    ).order_by("-id")
