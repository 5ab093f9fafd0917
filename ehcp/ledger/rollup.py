"""The sums of every plan, worked out each night, a plan at a time: a worker that dies leaves each of them whole."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db import transaction
from django.db.models import Max, Q, QuerySet
from django.utils import timezone

from sendco.clock import academic_year_start
from sendco.jobs import services as jobs
from sendco.jobs.registry import handler
from staff.acting import Acting
from staff.models import School

from ..models import LineSum, Plan
from .selectors import ledger_of

KIND = "ehcp.ledger_rollup"
PENNY = Decimal("0.01")  # of a minute
TO_SUNDAY = timedelta(days=2)  # from a Friday


def ask(school: School) -> None:
    """Have the sums of a school worked out in the background, where it has plans."""
    if _plans(school.pk, timezone.localdate()).exists():
        jobs.enqueue(KIND, title="Section F of every plan", by=None, school_id=school.pk, params={"school": school.pk})


def _plans(school: int, today: date) -> QuerySet[Plan]:
    """Those in force, and those that ceased since the beginning of last school year."""
    return Plan.objects.filter(Q(ceased_on=None) | Q(ceased_on__gte=_first(today)), school=school)


def _first(today: date) -> date:
    return date(academic_year_start(today) - 1, 9, 1)


@handler(KIND)
def roll_up(run: Any) -> dict[str, Any]:
    """Work out the sums of each plan of a school. Run twice, or begun again half way, it comes to the same."""
    today = timezone.localdate()
    ids = list(_plans(run.params["school"], today).order_by("pk").values_list("pk", flat=True))
    for number, pk in enumerate(ids, start=1):
        with transaction.atomic():
            run.still_mine()
            roll_up_plan(pk, today)
        run.progress(number, len(ids), "Working out Section F")
    return {"message": f"{len(ids)} plans."}


@transaction.atomic
def roll_up_plan(pk: int, today: date) -> None:
    """Put the sums of this and last school year in the place of what stood there. Older ones stay as they were."""
    Plan.objects.select_for_update(of=("self",)).get(pk=pk)
    plan = Plan.objects.select_related("school", "pupil").get(pk=pk)
    found = ledger_of(plan, _first(today), today, today)
    rows = [
        LineSum(
            line=one.line, first_on=block.block.first, last_on=block.block.last, is_linked=one.is_linked,
            promised=_minutes(block.block.owed), delivered=_minutes(block.delivered),
            made_good=_minutes(block.made_good), short=_minutes(block.short),
            causes={code: str(_minutes(part)) for code, part in block.causes.items()},
        )
        for one in found.lines
        for block in one.ledger.blocks
    ]  # fmt: skip
    # A stretch may begin a few days before the school year: its week does.
    LineSum.objects.filter(line__plan_version__plan=plan, last_on__gte=_first(today)).delete()
    LineSum.objects.bulk_create(rows, batch_size=500)


def _minutes(amount: Fraction) -> Decimal:
    return (Decimal(amount.numerator) / Decimal(amount.denominator)).quantize(PENNY)


# --- For pages that show many plans ------------------------------------------------------------------------------
@dataclass
class OfMany:
    """One plan between two days. `kept` of `stretches` were kept, each judged for itself. `unlinked` are its lines to
    which no provision is linked: of them nobody knows, and they are in no sum."""

    plan: Plan
    promised: Decimal = Decimal(0)
    short: Decimal = Decimal(0)
    made_good: Decimal = Decimal(0)
    stretches: int = 0
    kept: int = 0
    unlinked: set[int] = field(default_factory=set)
    causes: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))

    @property
    def took_place(self) -> Decimal:
        return self.promised - self.short

    @property
    def share(self) -> int | None:
        return int(100 * self.took_place / self.promised) if self.promised else None

    @property
    def main_cause(self) -> str:
        return max(self.causes, key=lambda code: (self.causes[code], code), default="")


def sums_between(acting: Acting, first: date, last: date) -> list[OfMany]:
    """What plans in view promised and what took place, those furthest short first. Two queries."""
    plans = Plan.objects.visible_to(acting).select_related("pupil", "authority").in_bulk()
    # A stretch counts where its last school day lies: the Friday of a week that is kept up to its Sunday.
    rows = LineSum.objects.filter(
        line__plan_version__plan__in=list(plans), last_on__range=(first + TO_SUNDAY, last + TO_SUNDAY)
    ).values_list("line__plan_version__plan", "line", "is_linked", "promised", "short", "made_good", "causes")
    found: dict[int, OfMany] = {}
    for pk, line, is_linked, promised, short, made_good, causes in rows.order_by("pk"):
        one = found.setdefault(pk, OfMany(plans[pk]))
        if not is_linked:
            one.unlinked.add(line)
            continue
        one.promised, one.short, one.made_good = one.promised + promised, one.short + short, one.made_good + made_good
        one.stretches, one.kept = one.stretches + 1, one.kept + (not short)
        for code, minutes in causes.items():
            one.causes[code] += Decimal(minutes)
    return sorted(found.values(), key=lambda one: (-one.short, one.plan.pupil.sort_name, one.plan.pk))


def worked_out_at(acting: Acting) -> datetime | None:
    """When the sums of the school were worked out last; None where they never were. One query."""
    plans = Plan.objects.visible_to(acting)
    return LineSum.objects.filter(line__plan_version__plan__in=plans).aggregate(at=Max("worked_out_at"))["at"]
