"""Reads about scores of runs: what each child has before and after, what the record holds, and what is due."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from pupils.models import Assessment, Pupil, Rater, ScoreKind
from staff.acting import Acting
from staff.models import School

from ..impact.sums import Change, Reading, changes_of
from ..impact.words import TONES, change_words, rule_of
from ..models import Attendance, InterventionMeasure, OutcomePoint, Place, PlaceOutcome, PlaceScore, Provision, Tier

POINT = PlaceScore.Point
# How long before the first day, or after the last, a score still says something about the run.
NEAR = timedelta(days=70)
SOON = timedelta(days=21)
RATERS = dict(Rater.choices)


def reading_of(score: Assessment) -> Reading:
    return Reading(score.taken_on, score.score, score.low, score.high, score.rater, score.form)


@dataclass
class Line:
    """One measure of a child in a run, rated by one kind of person."""

    kind: ScoreKind
    rater: str
    change: Change
    before: Assessment | None = None
    after: Assessment | None = None
    between: int = 0

    @property
    def words(self) -> str:
        return change_words(self.change, self.kind)

    @property
    def tone(self) -> str:
        return TONES.get(self.change.verdict, "soon")

    @property
    def name(self) -> str:
        return f"{self.kind.name}, {RATERS[self.rater].lower()}" if self.rater else self.kind.name


@dataclass
class OfPlace:
    place: Place
    lines: list[Line] = field(default_factory=list)
    outcome: PlaceOutcome | None = None

    @property
    def has_exit(self) -> bool:
        return any(line.after for line in self.lines)


def linked_scores(places: Iterable[Place]) -> dict[int, list[PlaceScore]]:
    """{place: its scores that stand}. One query."""
    rows = PlaceScore.objects.filter(
        place__in=[place.pk for place in places], score__removed_on=None, score__kind__isnull=False
    ).select_related("score__kind")
    found: dict[int, list[PlaceScore]] = defaultdict(list)
    for row in rows.order_by("score__taken_on", "pk"):
        found[row.place_id].append(row)
    return found


def measures_of(interventions: Iterable[int]) -> dict[int, list[ScoreKind]]:
    """{intervention: the measures by which it is judged}. One query."""
    rows = InterventionMeasure.objects.filter(intervention__in=list(interventions)).select_related("kind")
    found: dict[int, list[ScoreKind]] = defaultdict(list)
    for row in rows:
        found[row.intervention_id].append(row.kind)
    return found


def lines_of(rows: list[PlaceScore], measures: Iterable[ScoreKind]) -> list[Line]:
    """One line for each measure that is expected or was taken, and for each who filled it in."""
    kinds = {kind.pk: kind for kind in measures} | {row.kind.pk: row.kind for row in rows}
    found = []
    for kind in sorted(kinds.values(), key=lambda kind: kind.name):
        mine = [row for row in rows if row.kind == kind]
        ends = {point: [row.score for row in mine if row.point == point] for point in POINT}
        changes = changes_of(
            rule_of(kind), map(reading_of, ends[POINT.ENTRY]), map(reading_of, ends[POINT.EXIT])
        )  # fmt: skip
        for rater, change in sorted(changes.items()):
            line = Line(kind, rater, change)
            line.before = next((one for one in ends[POINT.ENTRY] if one.rater == rater), None)
            line.after = next((one for one in reversed(ends[POINT.EXIT]) if one.rater == rater), None)
            line.between = sum(one.rater == rater for one in ends[POINT.DURING])
            found.append(line)
    return found


def lines_of_places(places: list[Place]) -> list[tuple[Place, list[Line]]]:
    """What changed for each of these places, whatever run each is in. Two queries."""
    scores = linked_scores(places)
    measures = measures_of({place.provision.intervention_id for place in places})
    return [
        (place, lines_of(scores.get(place.pk, []), measures.get(place.provision.intervention_id, [])))
        for place in places
    ]  # fmt: skip


def of_places(places: list[Place]) -> list[OfPlace]:
    """What each of these children has before and after, and what was judged. Three queries."""
    outcomes = {row.place_id: row for row in PlaceOutcome.objects.filter(place__in=[place.pk for place in places])}
    return [OfPlace(place, lines, outcomes.get(place.pk)) for place, lines in lines_of_places(places)]


# --- From the record ---------------------------------------------------------------------------------------------
@dataclass
class Candidate:
    """A score on the record of a child that could stand before or after a run. `proposed` is a point, or ""."""

    place: Place
    score: Assessment
    proposed: str


def candidates(run: Provision, places: list[Place], measures: Iterable[ScoreKind]) -> list[Candidate]:
    """Scores of the measures of a run that are on the records and near its days, but not linked to it. Two queries."""
    kinds = {kind.pk for kind in measures}
    linked = linked_scores(places)
    kinds |= {row.kind.pk for rows in linked.values() for row in rows}
    by_pupil: dict[int, list[Assessment]] = defaultdict(list)
    rows = Assessment.objects.filter(
        pupil__in=[place.pupil_id for place in places], kind__in=kinds, removed_on=None,
        taken_on__gte=run.starts_on - NEAR, taken_on__lte=run.ends_on + NEAR,
    ).select_related("kind")  # fmt: skip
    for row in rows.order_by("taken_on", "pk"):
        by_pupil[row.pupil_id].append(row)
    found = []
    for place in places:
        there = {row.score_id for row in linked.get(place.pk, [])}
        taken = {(row.kind.pk, row.score.rater, row.point) for row in linked.get(place.pk, [])}
        for score in by_pupil[place.pupil_id]:
            if score.pk in there:
                continue
            point = _point(place, run, score)
            if point and (score.kind_id, score.rater, point) in taken:
                point = ""
            elif point:
                taken.add((score.kind_id, score.rater, point))
            found.append(Candidate(place, score, point))
    return found


def _point(place: Place, run: Provision, score: Assessment) -> str:
    """Before where it was taken by the second week, after where it was taken in the last two weeks or later."""
    last = place.ends_on or run.ends_on
    if score.taken_on <= place.starts_on + timedelta(days=14):
        return POINT.ENTRY
    return POINT.EXIT if score.taken_on >= last - timedelta(days=14) else ""


# --- What is due -------------------------------------------------------------------------------------------------
def to_review(acting: Acting) -> QuerySet[Provision]:
    """Runs that end soon or are over, in which nobody has said yet what became of a child. With how many."""
    day: date = acting.today
    open_places = Place.objects.filter(provision=OuterRef("pk"), outcome=None)
    rows = Provision.objects.visible_to(acting).filter(ends_on__lte=day + SOON, ends_on__gte=day - ALL_YEAR)
    return (
        rows.filter(Exists(open_places))
        .select_related("intervention")
        .annotate(
            children=Count("places", distinct=True),
            reviewed=Count("places", filter=~Q(places__outcome=None), distinct=True),
        )
        .order_by("ends_on", "name", "pk")
    )


ALL_YEAR = timedelta(days=300)


def places_since(pupil: Pupil, first: date) -> list[Place]:
    """What a child was in on this day or later, the oldest first: nothing private, nothing that every pupil gets."""
    rows = Place.objects.filter(Q(ends_on=None) | Q(ends_on__gte=first), pupil=pupil, provision__ends_on__gte=first)
    rows = rows.exclude(provision__is_private=True).exclude(provision__intervention__tier=Tier.UNIVERSAL)
    return list(rows.select_related("provision__intervention").order_by("starts_on", "pk"))


def came_to(places: list[Place]) -> dict[int, tuple[int, int]]:
    """{place: (sessions to which the child came, sessions held with the child expected)}. One query."""
    rows = Attendance.objects.filter(
        pupil__in={place.pupil_id for place in places}, session__state="held",
        session__provision__in={place.provision_id for place in places},
    ).values_list("pupil", "session__provision", "session__on", "reason")  # fmt: skip
    found: dict[int, tuple[int, int]] = {}
    by_run: dict[tuple[int, int], list[Place]] = defaultdict(list)
    for place in places:
        by_run[place.pupil_id, place.provision_id].append(place)
    for pupil, run, on, reason in rows.order_by():
        for place in by_run.get((pupil, run), []):
            if place.holds_on(on):
                here, whole = found.get(place.pk, (0, 0))
                found[place.pk] = (here + (not reason), whole + 1)
    return found


def points_of(school: School) -> list[tuple[int, str]]:
    """(value, words) of the five points, the best first, in the school's words where it has its own. One query."""
    own = dict(OutcomePoint.objects.filter(school=school).values_list("value", "label"))
    return [(value, own.get(value, label)) for value, label in OutcomePoint.USUAL.items()]
