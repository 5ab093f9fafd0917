"""Whoever gives a child provision sees the child: while the run lasts, and on a day on which they cover."""

from django.db.models import Q

from pupils.models.querysets import seen_through
from staff.models.people import current_on

from .models import Place, ProvisionAdult, SessionAdult


def pupils_given_to(acting):
    """The ids of the children to whom this person gives something today."""
    today = acting.today
    led = ProvisionAdult.objects.filter(
        current_on(today), member__user=acting.user, provision__starts_on__lte=today, provision__ends_on__gte=today
    )
    covered = SessionAdult.objects.filter(session__on=today, member__user=acting.user)
    runs = Q(provision__in=led.values("provision")) | Q(provision__in=covered.values("session__provision"))
    return Place.objects.filter(current_on(today), runs).values("pupil")


def register_adults():
    seen_through(pupils_given_to)
