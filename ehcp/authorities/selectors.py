from django.db.models import Count, F, Q, QuerySet

from staff.acting import Acting

from ..models import Caseworker, LocalAuthority

OPEN_PLANS = Count("plans", filter=Q(plans__ceased_on=None), distinct=True)


def authorities_of(acting: Acting) -> QuerySet[LocalAuthority]:
    """The authorities of this school with their plans in force and caseworkers counted, those in use first."""
    workers = Count("caseworkers", filter=Q(caseworkers__ended_on=None), distinct=True)
    rows = LocalAuthority.objects.visible_to(acting).annotate(open_plans=OPEN_PLANS, workers=workers)
    return rows.order_by(F("ended_on").asc(nulls_first=True), "name", "pk")


def in_use(acting: Acting) -> QuerySet[LocalAuthority]:
    """The authorities one may choose for a case."""
    return LocalAuthority.objects.visible_to(acting).filter(ended_on=None)


def caseworkers_in_use(acting: Acting) -> QuerySet[Caseworker]:
    rows = Caseworker.objects.visible_to(acting).filter(ended_on=None, authority__ended_on=None)
    return rows.select_related("authority").order_by("authority__name", "name", "pk")
