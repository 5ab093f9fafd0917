"""What the provision of children costs over a whole year if it goes on as it stands on a day: the sum of a top-up bid.

Each run: hours a week x weeks x what an hour of its adults costs, divided among the pupils who are in it. Exact, and
rounded once at the end. What every pupil gets is not in it.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction

from django.db.models import Prefetch, Q

from pupils.models import Pupil

from ..models import Intervention, Place, Provision, ProvisionAdult, ProvisionTime, Sharing, Tier
from .rates import Rates
from .sums import pounds

TAKING_TURNS = (Sharing.BY_SESSION, Sharing.BY_WEEK)
HALF = Fraction(1, 2)


@dataclass
class YearLine:
    """One run as it concerns one child. `hourly` are pounds for an hour of each adult, None where no rate is entered;
    of adults who take turns the mean counts, as one is there at a time."""

    place: Place
    size: int
    adults: list[str]
    hourly: list[Decimal | None]
    takes_turns: bool
    times_a_week: Fraction
    minutes_a_week: Fraction
    weeks: int
    licence: Fraction = field(default_factory=Fraction)

    @property
    def run(self) -> Provision:
        return self.place.provision

    @property
    def present(self) -> int:
        """How many adults are there at a time."""
        return min(len(self.adults), 1) if self.takes_turns else len(self.adults)

    @property
    def ratio(self) -> str:
        """Adults to pupils, as "1:4"."""
        return f"{self.present or 0}:{self.size}"

    @property
    def hours_a_year(self) -> Fraction:
        """Hours that the child gets."""
        return self.minutes_a_week * self.weeks / 60

    @property
    def is_priced(self) -> bool:
        return bool(self.hourly) and None not in self.hourly

    @property
    def rate(self) -> Fraction:
        """Pounds for an hour of all adults who are there at a time."""
        known = [Fraction(rate) for rate in self.hourly if rate is not None]
        if not known:
            return Fraction()
        return sum(known, Fraction()) / len(known) if self.takes_turns else sum(known, Fraction())

    @property
    def staff_cost(self) -> Fraction:
        return self.hours_a_year * self.rate / self.size

    @property
    def cost(self) -> Fraction:
        return self.staff_cost + self.licence

    @property
    def pounds(self) -> Decimal:
        return pounds(self.cost)


def lines_on(
    places: Iterable[Place], day: date, *, weeks_of: Callable[[Pupil], int], rates_of: Callable[[Pupil], Rates]
) -> dict[int, list[YearLine]]:
    """{child: a line for each run that they are in on this day}. About five queries, however many children."""
    places = [place for place in places if place.provision.intervention.tier != Tier.UNIVERSAL and place.holds_on(day)]
    runs = _runs({place.provision_id for place in places})
    sizes = _sizes(runs, day)
    users = _users({place.provision.intervention_id for place in places}, day)
    found: dict[int, list[YearLine]] = defaultdict(list)
    for place in places:
        run = runs[place.provision_id]
        place.provision = run
        adults = [row for row in run.adults.all() if row.leads_on(day)]
        in_parts = any(row.part for row in adults) and place.part
        if in_parts:
            adults = [row for row in adults if row.part == place.part]
        rates, times = rates_of(place.pupil), _times(run, day)
        found[place.pupil_id].append(
            YearLine(
                place=place,
                size=max(sizes[run.pk, place.part if in_parts else ""], 1),
                adults=[rates.group_of(row.member_id, day) or "Adult without a post" for row in adults],
                hourly=[rates.hourly(row.member_id, day) for row in adults],
                takes_turns=bool(adults) and adults[0].sharing in TAKING_TURNS,
                times_a_week=sum((_weekly(row) for row in times), Fraction()),
                minutes_a_week=sum((_weekly(row) * row.minutes for row in times), Fraction()),
                weeks=weeks_of(place.pupil),
                licence=_licence(run.intervention, users),
            )
        )
    return found


def _runs(ids: set[int]) -> dict[int, Provision]:
    adults = ProvisionAdult.objects.select_related("member")
    rows = Provision.objects.filter(pk__in=ids).select_related("intervention")
    return {run.pk: run for run in rows.prefetch_related(Prefetch("adults", queryset=adults), "times")}


def _sizes(runs: dict[int, Provision], day: date) -> dict[tuple[int, str], int]:
    """{(run, part): pupils in it on this day}; the whole run stands under an empty part. One query."""
    stays = Q(pupil__left_on=None) | Q(pupil__left_on__gt=day)
    rows = Place.objects.filter(Q(ends_on=None) | Q(ends_on__gte=day), stays, provision__in=runs, starts_on__lte=day)
    found: dict[tuple[int, str], int] = defaultdict(int)
    for run, part in rows.order_by().values_list("provision", "part"):
        found[run, ""] += 1
        if part:
            found[run, part] += 1
    return found


def _users(interventions: set[int], day: date) -> dict[int, int]:
    """{intervention: pupils who use it on this day}. One query."""
    rows = Place.objects.filter(
        Q(ends_on=None) | Q(ends_on__gte=day), provision__intervention__in=interventions, starts_on__lte=day,
        provision__starts_on__lte=day, provision__ends_on__gte=day,
    ).order_by()  # fmt: skip
    found: dict[int, set[int]] = defaultdict(set)
    for what, pupil in rows.values_list("provision__intervention", "pupil"):
        found[what].add(pupil)
    return {what: len(pupils) for what, pupils in found.items()}


def _licence(what: Intervention, users: dict[int, int]) -> Fraction:
    """A licence of the whole school is shared equally by those who use it."""
    if not what.licence:
        return Fraction()
    whole = Fraction(what.licence)
    return whole if what.licence_for == Intervention.LicenceFor.PUPIL else whole / max(users.get(what.pk, 1), 1)


def _times(run: Provision, day: date) -> list[ProvisionTime]:
    """The times of the week that hold on this day; before the run begins, those that it begins with."""
    return [row for row in run.times.all() if row.starts_on <= day and (row.ends_on is None or row.ends_on >= day)]


def _weekly(row: ProvisionTime) -> Fraction:
    """How often a week it meets: one of week A or B alone meets every other week."""
    return HALF if row.week else Fraction(1)
