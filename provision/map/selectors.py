"""The provision map: what is planned, took place and costs between two days, by tier and area or by whom it concerns.

Every figure follows the two days. Shares of what took place are of sessions that have a record; those without one are
told beside them.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Count, Q, QuerySet

from pupils.models import Pupil
from pupils.models.register import Area
from staff.acting import Acting
from staff.models import StaffMember

from ..costs.rates import Rates
from ..costs.selectors import of_pupils, of_runs, sessions_between
from ..costs.sums import Cost
from ..models import Funding, Intervention, LostReason, Place, Provision, Session, Tier
from ..runs.selectors import Record

STATES = Session.State
# These two have a row always. Runs of an intervention for everybody have one where there are any.
COSTED = (Tier.TARGETED, Tier.SPECIALIST)


@dataclass
class Figures:
    """Of one cell or line: runs, children, what became of sessions, cost."""

    runs: set[int] = field(default_factory=set)
    pupils: set[int] = field(default_factory=set)
    record: Record = field(default_factory=Record)
    cost: Cost = field(default_factory=Cost)

    def add(self, other: "Figures") -> None:
        self.runs |= other.runs
        self.pupils |= other.pupils
        self.cost += other.cost
        for name in ("held", "lost", "unknown"):
            setattr(self.record, name, getattr(self.record, name) + getattr(other.record, name))


@dataclass
class Span:
    """Two days, and what the rates between them are. `runs` are those in view that meet within."""

    acting: Acting
    first: date
    last: date
    rates: Rates

    def runs(self) -> QuerySet[Provision]:
        rows = Provision.objects.visible_to(self.acting).filter(starts_on__lte=self.last, ends_on__gte=self.first)
        return rows.select_related("intervention", "unit")

    def sessions(self) -> QuerySet[Session]:
        """The sessions of the school between the days. Of a leader of one unit, those of the runs in view."""
        rows = sessions_between(self.first, self.last, school=self.acting.school)
        if self.acting.unit_ids:
            rows = rows.filter(provision__in=Provision.objects.visible_to(self.acting))
        return rows


def figures_of_runs(span: Span, runs: Iterable[Provision]) -> dict[int, Figures]:
    """{run: figures}. Three queries."""
    found = {run.pk: Figures(runs={run.pk}) for run in runs}
    rows = _due(span.sessions(), span.acting.today).order_by()
    for run, state, count in rows.values_list("provision", "state").annotate(Count("pk")):
        if run in found:
            name = {STATES.HELD: "held", STATES.LOST: "lost", STATES.PLANNED: "unknown"}[state]
            setattr(found[run].record, name, count)
    for (run, _), cost in of_runs(span.sessions(), span.rates).items():
        if run in found:
            found[run].cost += cost
    for run, pupil in _places(span).values_list("provision", "pupil"):
        if run in found:
            found[run].pupils.add(pupil)
    return found


def _due(sessions: QuerySet[Session], today: date) -> QuerySet[Session]:
    """What has a record, and what should have one by now."""
    return sessions.filter(Q(on__lt=today) | ~Q(state=STATES.PLANNED), was_planned=True).exclude(
        reason=LostReason.MOVED
    )


def _places(span: Span) -> QuerySet[Place]:
    return Place.objects.filter(
        Q(ends_on=None) | Q(ends_on__gte=span.first),
        provision__school=span.acting.school,
        provision__starts_on__lte=span.last,
        provision__ends_on__gte=span.first,
        starts_on__lte=span.last,
    ).order_by()


# --- By tier and area --------------------------------------------------------------------------------------------
@dataclass
class Map:
    """{(tier, area): figures}, sums for each tier, and the whole."""

    cells: dict[tuple[str, str], Figures]
    tiers: dict[str, Figures]
    whole: Figures
    areas: list[str]


def the_map(runs: list[Provision], figures: dict[int, Figures]) -> Map:
    cells: dict[tuple[str, str], Figures] = defaultdict(Figures)
    tiers: dict[str, Figures] = defaultdict(Figures)
    whole = Figures()
    for run in runs:
        of_run = figures[run.pk]
        for sum_of in (cells[run.intervention.tier, run.intervention.area], tiers[run.intervention.tier], whole):
            sum_of.add(of_run)
    used = {area for _, area in cells}
    areas = [area for area in Area.values if area != Area.ACROSS or area in used]
    return Map(cells, tiers, whole, areas)


@dataclass
class OfIntervention:
    """One line of a cell: an intervention with its runs."""

    intervention: Intervention
    figures: Figures
    runs: list[Provision] = field(default_factory=list)


def by_intervention(runs: Iterable[Provision], figures: dict[int, Figures]) -> list[OfIntervention]:
    found: dict[int, OfIntervention] = {}
    for run in runs:
        line = found.setdefault(run.intervention_id, OfIntervention(run.intervention, Figures()))
        line.figures.add(figures[run.pk])
        line.runs.append(run)
    return sorted(found.values(), key=lambda line: (-line.figures.cost.planned_cost, line.intervention.name))


# --- By whom it concerns -----------------------------------------------------------------------------------------
@dataclass
class Line:
    """One line of a list: a class, a child, an adult or a purse."""

    name: str
    figures: Figures
    pk: int = 0
    note: str = ""


def by_funding(runs: list[Provision], figures: dict[int, Figures]) -> list[Line]:
    found: dict[str, Figures] = defaultdict(Figures)
    for run in runs:
        found[run.funding].add(figures[run.pk])
    return [Line(str(label), found[code]) for code, label in Funding.choices if code in found]


def by_adult(span: Span) -> list[Line]:
    """Adults with the sessions they were to hold. Three queries."""
    found: dict[int, Figures] = defaultdict(Figures)
    for (run, member), cost in of_runs(span.sessions(), span.rates).items():
        found[member].cost += cost
        found[member].runs.add(run)
    rows = _due(span.sessions(), span.acting.today).order_by()
    for member, state, count in rows.values_list("adults__member", "state").annotate(Count("pk")):
        if member in found:
            name = {STATES.HELD: "held", STATES.LOST: "lost", STATES.PLANNED: "unknown"}[state]
            setattr(found[member].record, name, count)
    names = dict(StaffMember.objects.filter(pk__in=found).values_list("pk", "name"))
    return sorted((Line(names[pk], figures, pk) for pk, figures in found.items()), key=lambda line: line.name)


def by_pupil(span: Span) -> list[Line]:
    """Children in view with their share. Four queries."""
    found = _of_pupils(span)
    pupils = Pupil.objects.visible_to(span.acting).filter(pk__in=found).select_related("form_group").by_name()
    return [
        Line(pupil.name, found[pupil.pk], pupil.pk, pupil.form_group.name if pupil.form_group else "")
        for pupil in pupils
    ]


def by_class(span: Span) -> list[Line]:
    """Classes of today with the shares of their children. Four queries."""
    found = _of_pupils(span)
    pupils = Pupil.objects.visible_to(span.acting).filter(pk__in=found).values_list("pk", "form_group__name")
    classes: dict[str, Figures] = defaultdict(Figures)
    for pk, name in pupils:
        classes[name or "No class"].add(found[pk])
    return [Line(name, figures) for name, figures in sorted(classes.items())]


def _of_pupils(span: Span) -> dict[int, Figures]:
    found: dict[int, Figures] = defaultdict(Figures)
    for (pupil, run), cost in of_pupils(span.sessions(), span.rates).items():
        found[pupil].cost += cost
        found[pupil].runs.add(run)
        found[pupil].pupils.add(pupil)
    return found
