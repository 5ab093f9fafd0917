"""What the register says of a pupil, and which types of need there are on a day."""

from datetime import date

from django.db.models import Q, QuerySet

from ..models import NeedType, Pupil, RegisterEntry


def open_entry(pupil: Pupil) -> RegisterEntry | None:
    """The pupil's open register entry, or None for a leaver."""
    return RegisterEntry.objects.filter(pupil=pupil, ends_on=None).first()


def needs_on(day: date) -> QuerySet[NeedType]:
    """The need types that the code table holds on this day."""
    return NeedType.objects.filter(Q(valid_to=None) | Q(valid_to__gte=day), valid_from__lte=day)
