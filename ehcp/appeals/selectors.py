"""Appeals: the list, how each stands, and what may have a log."""

from collections.abc import Mapping
from typing import Any

from django.core.paginator import Page
from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from pupils import search
from pupils.models import Pupil
from sendco.due.models import DueItem
from staff.acting import Acting

from ..models import Appeal, NeedsAssessment, Plan
from .log import stage_of

SOURCE = Appeal._meta.label_lower
About = Appeal.About
# What can be appealed about a request, and about a plan.
OF_REQUEST = (About.NOT_ASSESS, About.NO_PLAN, About.NOT_REASSESS)
OF_PLAN = (About.CONTENT, About.PLACEMENT, About.NOT_AMEND, About.CEASE)


# --- The list ----------------------------------------------------------------------------------------------------
def appeals_of(acting: Acting) -> QuerySet[Appeal]:
    """The appeals in view with the next date; what is latest stands first, what is closed last."""
    dates = DueItem.objects.open().filter(source_type=SOURCE, source_id=OuterRef("pk"), exception="")
    first = dates.order_by("due_on", "pk")
    return (
        Appeal.objects.visible_to(acting)
        .select_related("pupil__form_group", "authority", "assessment", "plan", "school")
        .annotate(next_item=Subquery(first.values("pk")[:1]), next_on=Subquery(first.values("due_on")[:1]))
        .order_by(F("closed_on").desc(nulls_first=True), F("next_on").asc(nulls_last=True), "pk")
    )


def filtered(cases: QuerySet[Appeal], values: Mapping[str, Any], acting: Acting) -> QuerySet[Appeal]:
    show = values.get("show") or "open"
    if show != "all":
        cases = cases.filter(closed_on__isnull=show == "open")
    for name in ("authority", "about"):
        if values.get(name):
            cases = cases.filter(**{name: values[name]})
    if values.get("q"):
        cases = cases.filter(pupil__in=search.matches(Pupil.objects.all(), acting, values["q"]).values("pk"))
    return cases


def rows_for(page: Page) -> list[tuple[Appeal, DueItem | None, str]]:
    """[(appeal, next item or None, how it stands)]. One query."""
    items = DueItem.objects.in_bulk([case.next_item for case in page if case.next_item])
    return [(case, items.get(case.next_item), stage_words(case)) for case in page]


def stage_words(case: Appeal) -> str:
    if case.closed_on:
        return case.get_outcome_display() or "Closed"
    line = stage_of(case)
    return line.stage if line else "Time to appeal runs"


# --- Beginning ---------------------------------------------------------------------------------------------------
def can_be_appealed(acting: Acting) -> tuple[list[NeedsAssessment], QuerySet[Plan]]:
    """Open requests that were refused, and plans in force, whose decisions may have a log. Two lists of at most 50."""
    refused = Q(decision=NeedsAssessment.Decision.REFUSE) | Q(no_plan_on__isnull=False)
    requests = NeedsAssessment.objects.visible_to(acting).filter(refused, closed_on=None).select_related("pupil")
    plans = Plan.objects.visible_to(acting).filter(ceased_on=None, pupil__left_on=None).select_related("pupil")
    return list(requests.order_by("-decision_on", "pk")[:50]), plans.order_by("pupil__sort_name", "pk")
