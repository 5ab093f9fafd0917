"""Which version of a plan counts. Words that were read from a PDF and that nobody confirmed never do."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Case, QuerySet, Value, When

from ...models import Plan, PlanVersion


def in_force(plan: Plan) -> PlanVersion | None:
    """The words that bind: the newest confirmed final or amended version."""
    confirmed = PlanVersion.objects.filter(plan=plan, kind__in=PlanVersion.IN_FORCE, confirmed_at__isnull=False)
    return confirmed.order_by("-dated_on", "-number").first()


def latest(plan: Plan) -> PlanVersion | None:
    """The words to work on: the version in force, or the newest confirmed draft of a plan that has none yet."""
    rank = Case(When(kind__in=PlanVersion.IN_FORCE, then=Value(1)), default=Value(0))
    confirmed = PlanVersion.objects.filter(plan=plan, confirmed_at__isnull=False)
    return confirmed.order_by(rank.desc(), "-dated_on", "-number").first()


def latest_ids(plan_ids: QuerySet | Iterable[int]) -> dict[int, int]:
    """{plan id: id of its `latest` version} for many plans. One query."""
    best: dict[int, tuple[tuple[bool, date, int], int]] = {}
    rows = PlanVersion.objects.filter(plan__in=plan_ids, confirmed_at__isnull=False)
    for plan_id, kind, dated_on, number, pk in rows.values_list("plan", "kind", "dated_on", "number", "pk"):
        rank = kind in PlanVersion.IN_FORCE, dated_on, number
        if plan_id not in best or rank > best[plan_id][0]:
            best[plan_id] = rank, pk
    return {plan_id: pk for plan_id, (_, pk) in best.items()}
