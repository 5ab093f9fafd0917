"""What runs cost, and each child's share: read in SQL, summed exactly.

A session's cost is the time of its adults. It splits over the children who were expected that day: those of the log, or
where there is none yet those in the group. An absent child bears their share; where nobody came there is no cost to
date, and the adults' time is a figure of its own.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from fractions import Fraction
from typing import Any

from django.db.models import (
    CharField,
    Count,
    DateField,
    ExpressionWrapper,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
)
from django.db.models.functions import Coalesce

from ..models import Attendance, LostReason, Place, Session, SessionAdult
from .rates import Rates
from .sums import Cost

STATES = Session.State
NOBODY_CAME = LostReason.PUPILS


def of_runs(sessions: QuerySet[Session], rates: Rates) -> dict[tuple[int, int], Cost]:
    """{(run, adult): cost} of these sessions. One query."""
    rows = (
        SessionAdult.objects.filter(session__in=sessions)
        .exclude(session__reason=LostReason.MOVED)
        .order_by()
        .values_list("session__provision", "member", rates.span("session__on"))
        .annotate(
            planned=Coalesce(Sum("session__minutes", filter=Q(session__was_planned=True)), 0),
            given=Coalesce(Sum("session__given"), 0),
            waited=Coalesce(Sum("session__minutes", filter=Q(session__reason=NOBODY_CAME)), 0),
        )
    )
    found: dict[tuple[int, int], Cost] = defaultdict(Cost)
    for run, member, span, planned, given, waited in rows:
        found[run, member].add(planned=planned, given=given, waited=waited, hourly=rates.of_span(member, span))
    return found


def of_pupils(sessions: QuerySet[Session], rates: Rates) -> dict[tuple[int, int], Cost]:
    """{(child, run): the child's share}. The shares of a session add up to the whole of it. Two queries."""
    found: dict[tuple[int, int], Cost] = defaultdict(Cost)
    sessions = sessions.exclude(reason=LostReason.MOVED)
    _logged(found, sessions, rates)
    _not_logged(found, sessions, rates)
    return found


def _logged(found: dict[tuple[int, int], Cost], sessions: QuerySet[Session], rates: Rates) -> None:
    rows = (
        Attendance.objects.filter(session__in=sessions)
        .order_by()
        .values_list(
            "pupil", "session__provision", "session__adults__member", rates.span("session__on"), "session__expected"
        )
        .annotate(
            planned=Coalesce(Sum("session__minutes", filter=Q(session__was_planned=True)), 0),
            given=Coalesce(Sum("session__given"), 0),
            waited=Coalesce(Sum("session__minutes", filter=Q(session__reason=NOBODY_CAME)), 0),
        )
    )
    for pupil, run, member, span, expected, planned, given, waited in rows:
        if member is not None:
            found[pupil, run].add(
                planned=planned, given=given, waited=waited, hourly=rates.of_span(member, span), share=expected or 1
            )


def _not_logged(found: dict[tuple[int, int], Cost], sessions: QuerySet[Session], rates: Rates) -> None:
    """Sessions without attendances: their planned cost alone, over those in the group on the day."""
    number = _in_group("provision__sessions__on", "provision__sessions__part")
    holds = Q(ends_on=None) | Q(ends_on__gte=F("provision__sessions__on"))
    stays = Q(pupil__left_on=None) | Q(pupil__left_on__gt=F("provision__sessions__on"))
    part = Q(provision__sessions__part="") | Q(provision__sessions__part=F("part"))
    rows = (
        Place.objects.filter(
            holds,
            stays,
            part,
            starts_on__lte=F("provision__sessions__on"),
            provision__sessions__in=sessions.filter(expected=None, was_planned=True),
        )
        .order_by()
        .annotate(n=Subquery(number, output_field=IntegerField()))
        .values_list(
            "pupil", "provision", "provision__sessions__adults__member", rates.span("provision__sessions__on"), "n"
        )
        .annotate(planned=Sum("provision__sessions__minutes"))
    )
    for pupil, run, member, span, number, planned in rows:
        if member is not None:
            found[pupil, run].add(planned=planned, hourly=rates.of_span(member, span), share=number or 1)


def _in_group(on: str, part: str) -> QuerySet[Any, Any]:
    """How many children are in the group of an outer row's run on its day, in its part of the group."""
    day = ExpressionWrapper(OuterRef(on), output_field=DateField())
    wanted = ExpressionWrapper(OuterRef(part), output_field=CharField())
    return (
        Place.objects.filter(provision=OuterRef("provision"))
        .alias(day=day, wanted=wanted)
        .filter(
            Q(ends_on=None) | Q(ends_on__gte=F("day")),
            Q(pupil__left_on=None) | Q(pupil__left_on__gt=F("day")),
            Q(wanted="") | Q(part=F("wanted")),
            starts_on__lte=F("day"),
        )
        .order_by()
        .values("provision")
        .annotate(n=Count("pk"))
        .values("n")
    )


def total(costs: Iterable[Cost]) -> Cost:
    whole = Cost()
    for cost in costs:
        whole += cost
    return whole


def sessions_between(first: date, last: date, **of: object) -> QuerySet[Session]:
    return Session.objects.filter(on__gte=first, on__lte=last, **of)


def licence_share(licence: object, first: date, last: date) -> Fraction:
    """The part of a year's licence that falls on these days."""
    days = (last - first).days + 1
    return Fraction(str(licence)) * Fraction(min(days, DAYS_OF_A_YEAR), DAYS_OF_A_YEAR)


DAYS_OF_A_YEAR = 365
