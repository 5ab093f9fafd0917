"""The provision map: the whole school on one page, and from each figure down to the group and the child."""

from urllib.parse import urlencode

from django.shortcuts import render
from django.views.decorators.http import require_GET

from pupils.models.register import Area
from staff.access import require_permission
from staff.periods import CHOICES, period_of
from staff.permissions import Permission as P

from ..costs.rates import Basis, Rates
from ..models import Tier
from ..universal.selectors import by_area
from . import selectors

VIEWS = {"area": "Tier and area", "class": "Class", "pupil": "Pupil", "adult": "Adult", "funding": "Funding"}
SHADES = 4


@require_permission(P.PROVISION_MAP)
@require_GET
def provision_map(request):
    acting = request.acting
    period = period_of(request.GET, school=acting.school, today=acting.today, usual="term")
    shown = request.GET.get("by") if request.GET.get("by") in VIEWS else "area"
    basis = basis_of(request)
    rates = Rates(acting.school, period.first, period.last, basis=basis)
    span = selectors.Span(acting, period.first, period.last, rates)
    runs = list(span.runs())
    figures = selectors.figures_of_runs(span, runs)
    drawn = selectors.the_map(runs, figures)
    context = {
        "title": "Provision map",
        "section": "map",
        "crumbs": [],
        "period": period,
        "choices": CHOICES,
        "views": VIEWS.items(),
        "shown": shown,
        "kept": urlencode({"by": shown, "basis": basis}),
        "kept_fields": [("by", shown), ("basis", basis)],
        "kept_period": urlencode({"period": period.key, "first": period.first, "last": period.last}),
        "basis": basis,
        "bases": Basis.choices if acting.can(P.PAY_VIEW) else [],
        "basis_words": basis_words(rates),
        "whole": drawn.whole,
        "may_edit": acting.can(P.PROVISION_EDIT),
        "may_plan_staff": acting.can(P.PROVISION_EDIT) and acting.can(P.STAFF_VIEW),
        "may_see_costs": acting.can(P.CASE_VIEW),
    }
    context |= _grid(request, acting, drawn, runs, figures) if shown == "area" else _lines(shown, span, runs, figures)
    return render(request, "provision/map.html", context)


def basis_of(request):
    """What hours cost: the authority's formula for everybody, what the school pays for those who see pay."""
    asked = request.GET.get("basis")
    return asked if asked == Basis.ACTUAL and request.acting.can(P.PAY_VIEW) else Basis.FORMULA


def basis_words(rates):
    """How a page names the rates that it uses."""
    if rates.basis == Basis.ACTUAL:
        return "at what the school pays, by the day"
    hourly = rates.formula_now()
    words = f"by the formula of {rates.authority}" if rates.authority else "by the authority's formula"
    return f"{words}, £{hourly} an hour" if hourly else words


def _grid(request, acting, drawn, runs, figures):
    universal, classes = by_area(acting.school)
    most = max((cell.cost.planned_cost for cell in drawn.cells.values()), default=0)
    chosen = request.GET.get("cell", "")
    rows = []
    for tier in (tier for tier in Tier if tier in selectors.COSTED or tier in drawn.tiers):
        cells = [(area, drawn.cells.get((tier, area)), f"{tier}-{area}") for area in drawn.areas]
        shaded = [(area, cell, key, _shade(cell, most)) for area, cell, key in cells]
        rows.append((tier.label, shaded, drawn.tiers.get(tier)))
    tier, _, area = chosen.partition("-")
    in_cell = [run for run in runs if (run.intervention.tier, run.intervention.area) == (tier, area)]
    return {
        "areas": [Area(area).label for area in drawn.areas],
        "universal": [universal.get(area) for area in drawn.areas],
        "classes": classes,
        "rows": rows,
        "chosen": chosen if in_cell else "",
        "chosen_words": f"{Tier(tier).label}, {Area(area).label.lower()}" if in_cell else "",
        "interventions": selectors.by_intervention(in_cell or runs, figures),
    }


def _shade(cell, most):
    """0 for nothing to SHADES for the dearest: darker means more planned cost."""
    if cell is None or not most:
        return 0
    return 1 + int((SHADES - 1) * cell.cost.planned_cost / most)


def _lines(shown, span, runs, figures):
    if shown == "funding":
        lines = selectors.by_funding(runs, figures)
    else:
        lines = {"class": selectors.by_class, "pupil": selectors.by_pupil, "adult": selectors.by_adult}[shown](span)
    return {"lines": lines, "by_words": VIEWS[shown]}
