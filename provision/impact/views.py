"""Impact: what changed, for how many, what is not known, and what it cost."""

from urllib.parse import urlencode

from django.shortcuts import render
from django.views.decorators.http import require_GET

from staff.access import require_permission
from staff.periods import CHOICES, period_of
from staff.permissions import Permission as P

from ..costs.rates import Basis, Rates
from ..costs.sums import pounds
from ..map.views import basis_of, basis_words
from . import selectors
from .sums import Verdict
from .words import caveats, group_words, one_of

# The parts of a line's bar, in order, with their colours in the style sheet and words.
PARTS = (
    (Verdict.BETTER, "better", "better"),
    (Verdict.UNCLEAR, "unclear", "no clear change"),
    (Verdict.WORSE, "worse", "worse"),
)


@require_permission(P.PROVISION_MAP)
@require_GET
def impact(request):
    acting = request.acting
    period = period_of(request.GET, school=acting.school, today=acting.today, usual="year")
    shown = request.GET.get("by") if request.GET.get("by") in selectors.VIEWS else "intervention"
    basis = basis_of(request)
    rates = Rates(acting.school, min(period.first, acting.today), acting.today, basis=basis)
    found = selectors.over(acting, period.first, period.last, rates)
    sections = selectors.sections(acting, found, shown)
    context = {
        "title": "Impact",
        "section": "impact",
        "crumbs": [],
        "period": period,
        "choices": CHOICES,
        "kept": urlencode({"by": shown, "basis": basis}),
        "kept_fields": [("by", shown), ("basis", basis)],
        "kept_period": urlencode({"period": period.key, "first": period.first, "last": period.last}),
        "views": selectors.VIEWS.items(),
        "shown": shown,
        "basis": basis,
        "bases": Basis.choices if acting.can(P.PAY_VIEW) else [],
        "basis_words": basis_words(rates),
        "whole": len(found),
        "without_exit": sum(not one.has_exit for one in found),
        "reasons": selectors.reasons(found),
        "sections": [(section, [_line(line) for line in section.lines]) for section in sections],
        "key": [(colour, words) for _, colour, words in PARTS],
    }
    return render(request, "provision/impact.html", context)


def _line(line):
    group = line.group
    unit = group.cost_of_unit
    return {
        "name": line.name,
        "group": group,
        "words": group_words(group, line.kind),
        "caveats": caveats(group),
        "bar": _bar(group),
        "cost": pounds(unit) if unit is not None else None,
        "unit": one_of(line.kind),
    }


def _bar(group):
    """(from, width, colour, how many, words) of each part, in hundredths of those with both scores; none for few."""
    if group.is_small:
        return []
    found, begins = [], 0.0
    for verdict, colour, words in PARTS:
        number = group.count(verdict)
        width = 100 * number / group.n
        if number:
            found.append((f"{begins:.2f}", f"{max(width - 0.5, 0):.2f}", colour, number, words))
        begins += width
    return found
