"""Requests for needs assessments: the list, the stage of each in words, and what is known of one."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.paginator import Page
from django.db import models
from django.db.models import Case, CharField, F, OuterRef, Q, Subquery, Value, When
from django.utils import timezone

from pupils import search
from pupils.models import Pupil
from sendco.clock import NotKnownYet, long_date
from sendco.due.models import DueItem
from staff.acting import Acting

from ..models import Advice, Method, NeedsAssessment, Plan
from .receipt import counted_as_received

SOURCE = NeedsAssessment._meta.label_lower
Decision = NeedsAssessment.Decision


class Stage(models.TextChoices):
    PREPARING = "preparing", "Being prepared"
    DECISION = "decision", "Waiting for the decision to assess"
    REFUSED = "refused", "Refused"
    ASSESSING = "assessing", "Being assessed"
    NO_PLAN = "no_plan", "No plan to be made"
    DRAFT = "draft", "Draft plan out"
    CLOSED = "closed", "Closed"


# A decision against a plan that nothing has reversed since.
NO_PLAN_STANDS = Q(no_plan_on__isnull=False) & (Q(reversed_on=None) | Q(no_plan_on__gte=F("reversed_on")))
STAGE = Case(
    When(closed_on__isnull=False, then=Value(Stage.CLOSED)),
    When(received_on=None, became_responsible_on=None, then=Value(Stage.PREPARING)),
    When(NO_PLAN_STANDS, then=Value(Stage.NO_PLAN)),
    When(draft_served_on__isnull=False, then=Value(Stage.DRAFT)),
    When(decision=Decision.REFUSE, reversed_on=None, then=Value(Stage.REFUSED)),
    When(decision="", reversed_on=None, then=Value(Stage.DECISION)),
    default=Value(Stage.ASSESSING),
    output_field=CharField(),
)


# --- The list ----------------------------------------------------------------------------------------------------
def assessments_of(acting: Acting) -> models.QuerySet[NeedsAssessment]:
    """The requests in view with their stage and the next date; what is latest stands first, what is closed last."""
    dates = DueItem.objects.open().filter(source_type=SOURCE, source_id=OuterRef("pk"), exception="")
    first = dates.order_by("due_on", "pk")
    return (
        NeedsAssessment.objects.visible_to(acting)
        .select_related("pupil__form_group", "authority", "caseworker", "school", "plan")
        .annotate(stage=STAGE, next_item=Subquery(first.values("pk")[:1]), next_on=Subquery(first.values("due_on")[:1]))
        .order_by(F("closed_on").desc(nulls_first=True), F("next_on").asc(nulls_last=True), "pk")
    )


def filtered(
    cases: models.QuerySet[NeedsAssessment], values: dict[str, Any], acting: Acting
) -> models.QuerySet[NeedsAssessment]:
    """Narrow the list by the form's cleaned values."""
    show = values.get("show") or "open"
    if show != "all":
        cases = cases.filter(closed_on__isnull=show == "open")
    for name, field in (("authority", "authority"), ("asked_by", "asked_by"), ("stage", "stage")):
        if values.get(name):
            cases = cases.filter(**{field: values[name]})
    if values.get("year"):
        cases = cases.filter(pupil__year_group__in=values["year"])
    if values.get("q"):
        cases = cases.filter(pupil__in=search.matches(Pupil.objects.all(), acting, values["q"]).values("pk"))
    return cases


@dataclass(frozen=True)
class Row:
    case: NeedsAssessment
    item: DueItem | None
    weeks: int | None
    stage: str


def rows_for(page: Page, today: date) -> list[Row]:
    """A page of the list with the next date of each. One query."""
    items = DueItem.objects.in_bulk([case.next_item for case in page if case.next_item])
    return [Row(case, items.get(case.next_item), weeks_since(case, today), stage_words(case)) for case in page]


def weeks_since(case: NeedsAssessment, today: date) -> int | None:
    """Whole weeks since the authority had the request; None before."""
    return None if case.starts_on is None else max((today - case.starts_on).days // 7, 0)


def stage_words(case: Any) -> str:
    """The stage in words. `case` comes from `assessments_of`."""
    if case.stage == Stage.CLOSED and case.final_on:
        return "Plan made"
    if case.stage == Stage.ASSESSING and case.reversed_to == NeedsAssessment.ReversedTo.PLAN:
        return "A plan is to be made after all"
    if case.stage == Stage.ASSESSING and case.reversed_on:
        return "To be assessed after all"
    return Stage(case.stage).label


# --- One request -------------------------------------------------------------------------------------------------
def plan_in_force(case: NeedsAssessment) -> Plan | None:
    return Plan.objects.filter(pupil=case.pupil_id, ceased_on=None).first()


def came_of(plan: Plan, acting: Acting) -> list[tuple[str, NeedsAssessment]]:
    """[(words, case)] of the requests that stand with a plan: the one it was made of, and each for a re-assessment."""
    cases = NeedsAssessment.objects.visible_to(acting).filter(plan=plan).order_by("began_on", "pk")
    return [(request_words(case), case) for case in cases]


def request_words(case: NeedsAssessment) -> str:
    """A request by its day: when it was sent, else received, else begun."""
    what = "request" if case.kind == NeedsAssessment.Kind.FIRST else "request for a re-assessment"
    if case.sent_at:
        return f"{what} sent on {long_date(timezone.localdate(case.sent_at))}"
    if case.received_on:
        return f"{what} received on {long_date(case.received_on)}"
    return f"{what} begun on {long_date(case.began_on)}"


def receipt_words(case: NeedsAssessment) -> str:
    """How it went and why it counts as received on its day; "" before it went."""
    if case.sent_at is None or case.received_on is None:
        return ""
    went = timezone.localtime(case.sent_at)
    said = f"{case.get_method_display()}, {long_date(went.date())} at {went:%H:%M}"
    return f"{said}. {why_received(case.sent_at, case.method, case.received_on)}"


def why_received(sent_at: datetime, method: str, received_on: date | None = None) -> str:
    """Why something sent then counts as received on that day, or what day that would be."""
    try:
        worked_out = counted_as_received(sent_at, method)
    except NotKnownYet:
        return "The bank holidays of that time are not known here, so the day has to be given."
    except ValueError:
        return "Signed-for post counts from the day it was signed for."
    if received_on and received_on != worked_out:
        given = f"Received {long_date(received_on)}, the day that was given."
        return f"{given} By itself it would count from {long_date(worked_out)}."
    return f"It counts as received on {long_date(worked_out)}: {RECEIPT[method]}"


RECEIPT: dict[str, str] = {
    Method.EMAIL: "e-mail counts on the day it goes, and after 5pm or on a day off on the next working day.",
    Method.PORTAL: "a web page counts like e-mail: the same day, and after 5pm or on a day off the next working day.",
    Method.FIRST_CLASS: "first class post counts on the next working day.",
    Method.HAND: "what is handed over counts that day, and after 5pm or on a day off on the next working day.",
}


def advice_of(case: NeedsAssessment) -> list[Advice]:
    """The advice in the order of the law, (a) to (h)."""
    order = {kind: place for place, kind in enumerate(Advice.Kind.values)}
    return sorted(case.advice.select_related("document"), key=lambda row: (order[row.kind], row.pk))
