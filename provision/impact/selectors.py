"""What changed for the children whose time in a run is over: by intervention, group, adult, need and term.

A child counts in the days between which their place ended, or in which a score after was taken. Each child is in the
count of everything they were to be measured by: who has no score after stands there as missing.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from django.db.models import Exists, OuterRef, Prefetch, Q

from pupils.models import Need, Rater, ScoreKind, Target, TargetReview
from pupils.models.plans import Judgement
from staff.acting import Acting
from staff.models import Term

from ..costs.rates import Rates
from ..costs.selectors import of_pupils
from ..models import Place, PlaceOutcome, PlaceScore, PlaceTarget, Provision, ProvisionAdult, Session
from ..scores.selectors import lines_of, linked_scores, measures_of
from .sums import LEAST, Change, Group
from .words import rule_of

POINT = PlaceScore.Point
VIEWS = {"intervention": "Intervention", "group": "Group", "adult": "Adult", "need": "Need", "term": "Term"}
RATERS = dict(Rater.choices)
NO_NEED, NO_TERM = "No need recorded", "Outside term"


@dataclass
class Over:
    """A child whose time in a run is over, with what can be said of each measure: {(kind, rater): change}."""

    place: Place
    ended_on: date
    changes: dict[tuple[int, str], Change] = field(default_factory=dict)
    has_exit: bool = False
    cost: Fraction = field(default_factory=Fraction)
    outcome: PlaceOutcome | None = None
    targets: list[str] = field(default_factory=list)  # what the last review of each linked target says

    @property
    def judgement(self) -> int | None:
        return self.outcome.value if self.outcome else None


@dataclass
class Line:
    """One measure in a section, rated by one kind of person."""

    kind: ScoreKind
    rater: str
    group: Group

    @property
    def name(self) -> str:
        return f"{self.kind.name}, {RATERS[self.rater].lower()}" if self.rater else self.kind.name


@dataclass
class Section:
    """One intervention, group, adult, need or term."""

    name: str
    pk: int = 0
    children: list[Over] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)

    @property
    def whole(self) -> int:
        return len(self.children)

    @property
    def without_exit(self) -> int:
        return sum(not one.has_exit for one in self.children)

    @property
    def cost(self) -> Fraction:
        return sum((one.cost for one in self.children), Fraction())

    @property
    def judged(self) -> int:
        return sum(one.judgement is not None for one in self.children)

    @property
    def hoped(self) -> int | None:
        """How many did as hoped for or better, by those who know them; None where fewer than five were judged."""
        if self.judged < LEAST:
            return None
        return sum(one.judgement >= 0 for one in self.children if one.judgement is not None)

    @property
    def reviewed_targets(self) -> int:
        return sum(len(one.targets) for one in self.children)

    @property
    def targets_met(self) -> int | None:
        if self.reviewed_targets < LEAST:
            return None
        return sum(found == Judgement.MET for one in self.children for found in one.targets)


def over(acting: Acting, first: date, last: date, rates: Rates) -> list[Over]:
    """The children whose time in a run in view was over between these days. About ten queries, however many."""
    last = min(last, acting.today)
    after = PlaceScore.objects.filter(
        place=OuterRef("pk"), point=POINT.EXIT, score__removed_on=None, score__taken_on__range=(first, last)
    )
    places = list(
        Place.objects.filter(
            Q(ends_on__range=(first, last)) | Q(ends_on=None, provision__ends_on__range=(first, last)) | Exists(after),
            provision__in=Provision.objects.visible_to(acting),
        )
        .select_related("provision__intervention", "pupil", "outcome")
        .order_by("pk")
    )
    found = [Over(place, place.ends_on or place.provision.ends_on) for place in places]
    _add_scores(found)
    _add_costs(found, rates)
    _add_targets(found)
    return found


def _add_scores(found: list[Over]) -> None:
    places = [one.place for one in found]
    scores = linked_scores(places)
    measures = measures_of({place.provision.intervention_id for place in places})
    for one in found:
        rows = scores.get(one.place.pk, [])
        lines = lines_of(rows, measures.get(one.place.provision.intervention_id, []))
        one.changes = {(line.kind.pk, line.rater): line.change for line in lines}
        one.has_exit = any(row.point == POINT.EXIT for row in rows)
        one.outcome = getattr(one.place, "outcome", None)


def _add_costs(found: list[Over], rates: Rates) -> None:
    """Each child's share of what the run cost to date. A child who was in one run twice bears it once."""
    runs = {one.place.provision_id for one in found}
    costs = of_pupils(Session.objects.filter(provision__in=runs), rates) if runs else {}
    told = set()
    for one in found:
        key = (one.place.pupil_id, one.place.provision_id)
        if key in costs and key not in told:
            one.cost = costs[key].cost
            told.add(key)


def _add_targets(found: list[Over]) -> None:
    """The last settled review of each target for which the child was in the run."""
    rows = PlaceTarget.objects.filter(place__in=[one.place.pk for one in found])
    settled = TargetReview.objects.exclude(settled_on=None).exclude(judgement="").order_by("settled_on", "pk")
    targets = Target.objects.prefetch_related(Prefetch("reviews", queryset=settled))
    by_place: dict[int, list[str]] = defaultdict(list)
    for row in rows.prefetch_related(Prefetch("target", queryset=targets)):
        if reviews := list(row.target.reviews.all()):
            by_place[row.place_id].append(reviews[-1].judgement)
    for one in found:
        one.targets = by_place.get(one.place.pk, [])


# --- Put together ------------------------------------------------------------------------------------------------
def sections(acting: Acting, found: list[Over], by: str) -> list[Section]:
    """The children put together, the largest section first. At most three queries."""
    kinds = ScoreKind.objects.in_bulk({pk for one in found for pk, _ in one.changes})
    grouped: dict[tuple[str, int], list[Over]] = defaultdict(list)
    for one, keys in _keys(acting, found, by):
        for key in keys:
            grouped[key].append(one)
    whole = [Section(name, pk, children) for (name, pk), children in grouped.items()]
    for section in whole:
        section.lines = _lines(section.children, kinds)
    return sorted(whole, key=lambda section: (-section.whole, section.name, section.pk))


def _lines(children: Iterable[Over], kinds: dict[int, ScoreKind]) -> list[Line]:
    found: dict[tuple[int, str], Group] = {}
    for one in children:
        for (pk, rater), change in one.changes.items():
            group = found.setdefault((pk, rater), Group(rule_of(kinds[pk])))
            group.add(change, one.cost)
    lines = [Line(kinds[pk], rater, group) for (pk, rater), group in found.items()]
    return sorted(lines, key=lambda line: (-line.group.n, line.name))


def _keys(acting: Acting, found: list[Over], by: str) -> Iterable[tuple[Over, set[tuple[str, int]]]]:
    """Each child with the (name, id) of the sections that they stand in."""
    runs = {one.place.provision_id for one in found}
    if by == "adult":
        adults: dict[int, list[ProvisionAdult]] = defaultdict(list)
        for row in ProvisionAdult.objects.filter(provision__in=runs).select_related("member"):
            adults[row.provision_id].append(row)
        return [(one, {(row.member.name, row.member_id) for row in _led(adults, one)}) for one in found]
    if by == "need":
        pupils = {one.place.pupil_id for one in found}
        needs = Need.objects.filter(pupil__in=pupils, rank=1, ends_on=None).select_related("need_type")
        names = {row.pupil_id: (row.need_type.name, row.need_type_id) for row in needs}
        return [(one, {names.get(one.place.pupil_id, (NO_NEED, 0))}) for one in found]
    if by == "term":
        terms = list(Term.objects.filter(academic_year__school=acting.school).select_related("academic_year"))
        return [(one, {_term(terms, one.ended_on)}) for one in found]
    if by == "group":
        return [(one, {(one.place.provision.name, one.place.provision_id)}) for one in found]
    return [(one, {(one.place.provision.intervention.name, one.place.provision.intervention_id)}) for one in found]


def _led(adults: dict[int, list[ProvisionAdult]], one: Over) -> list[ProvisionAdult]:
    """The adults of the run while the child was in it, in the child's part of the group."""
    return [
        row
        for row in adults.get(one.place.provision_id, [])
        if row.starts_on <= one.ended_on
        and (row.ends_on is None or row.ends_on >= one.place.starts_on)
        and (not row.part or not one.place.part or row.part == one.place.part)
    ]


def _term(terms: list[Term], day: date) -> tuple[str, int]:
    """The term that has begun last by that day."""
    begun = [term for term in terms if term.starts_on <= day]
    if not begun:
        return NO_TERM, 0
    term = max(begun, key=lambda term: term.starts_on)
    return str(term), term.pk


def reasons(found: list[Over]) -> list[tuple[str, int]]:
    """(why there is no score after, how many), the most frequent first; "no reason given" among them."""
    counts = Counter(
        one.outcome.get_no_score_display() if one.outcome and one.outcome.no_score else "No reason given"
        for one in found
        if not one.has_exit
    )
    return counts.most_common()
