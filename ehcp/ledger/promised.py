"""Tells the floor below which places deliver a line of a plan, so that cover knows what must not be lost."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from django.db.models import OuterRef, Q, Subquery

from provision.cover.promises import Promised, promised_through

from ..models import LineDelivery, PlanVersion
from .selectors import JUDGED


def lines_delivered(places: Iterable[int], on: date) -> dict[int, list[Promised]]:
    """{place: lines of Section F that it delivers}, by the words in force on that day. One query."""
    in_force = PlanVersion.objects.filter(
        plan=OuterRef("line__plan_version__plan"), kind__in=PlanVersion.IN_FORCE, confirmed_at__isnull=False
    )
    # Before the first version's date the same was owed: its date is often not known.
    current = in_force.filter(dated_on__lte=on).order_by("-dated_on", "-number").values("pk")[:1]
    first = in_force.order_by("dated_on", "number").values("pk")[:1]
    rows = (
        LineDelivery.objects.filter(
            Q(line__plan_version__plan__ceased_on=None) | Q(line__plan_version__plan__ceased_on__gte=on),
            place__in=list(places),
            line__section=JUDGED,
        )
        .annotate(current=Subquery(current), first=Subquery(first))
        .order_by("line__number", "pk")
        .values_list("place", "place__pupil", "line", "line__number", "line__conditions__skill", "line__plan_version",
                     "current", "first")
    )  # fmt: skip
    found: dict[int, list[Promised]] = defaultdict(list)
    for place, pupil, line, number, skill, version, now, begun in rows:
        if version == (now or begun):
            found[place].append(Promised(line, pupil, f"F{number}", skill))
    return found


def register_promises() -> None:
    promised_through(lines_delivered)
