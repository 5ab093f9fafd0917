"""The costed provision map of a child: by the formula of the child's own authority, over a whole year."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from django.db.models import Q, QuerySet

from provision.costs.rates import Basis, Rates
from provision.costs.selectors import of_pupils, sessions_between
from provision.costs.sums import Cost, pounds
from provision.costs.yearly import YearLine, lines_on
from provision.models import Place, Provision
from provision.runs.showing import times_in_words
from provision.scores.selectors import lines_of_places
from pupils.models import Pupil
from sendco.clock import short_date
from staff.acting import Acting
from staff.models import School

from ..ledger.words import minutes_words
from ..models import LocalAuthority, TopUpFunding

A_YEAR = timedelta(days=365)  # what took place before is told over twelve months; no law counts them
THRESHOLD, WEEKS = Decimal(6000), 38
# What an authority's form can ask for: (code, our heading).
COLUMNS = (
    ("what", "Provision"),
    ("area", "Area of need"),
    ("tier", "Level"),
    ("adults", "Adults"),
    ("ratio", "Adults to pupils"),
    ("when", "When"),
    ("minutes", "Minutes a week"),
    ("weeks", "Weeks"),
    ("hours", "Hours a year"),
    ("rate", "Pounds an hour"),
    ("cost", "Cost a year"),
    ("from", "Since"),
    ("until", "Until"),
    ("for", "For which targets"),
    ("change", "What it changed"),
)
MONEY = {"rate", "cost"}


@dataclass
class Rules:
    """What an authority counts: `name` is the child's own, `is_known` whether the school has entered anything of it."""

    name: str
    threshold: Decimal = THRESHOLD
    weeks: int = WEEKS
    columns: list[tuple[str, str]] = field(default_factory=lambda: list(COLUMNS))
    is_known: bool = False


@dataclass
class Costed:
    """The map of one child on a day. `given` is what took place in the year before it, in the same runs and others."""

    pupil: Pupil
    day: date
    rules: Rules
    lines: list[YearLine]
    given: Cost = field(default_factory=Cost)
    top_up: TopUpFunding | None = None

    @property
    def total(self) -> Decimal:
        return pounds(sum((line.cost for line in self.lines), Fraction()))

    @property
    def request(self) -> Decimal:
        return max(self.total - self.rules.threshold, Decimal(0))

    @property
    def below(self) -> Decimal:
        return max(self.rules.threshold - self.total, Decimal(0))

    @property
    def unpriced(self) -> list[YearLine]:
        return [line for line in self.lines if not line.is_priced]

    @property
    def hours(self) -> Fraction:
        return sum((line.hours_a_year for line in self.lines), Fraction())


class Authorities:
    """What the authorities of a school's children count and pay by, read once for each that is asked for."""

    def __init__(self, school: School, day: date) -> None:
        self.school, self.day = school, day
        self._rows = {row.name.casefold(): row for row in LocalAuthority.objects.filter(school=school)}
        self._rates: dict[str, Rates] = {}

    def name_of(self, pupil: Pupil) -> str:
        return pupil.home_authority or self.school.local_authority

    def rules_of(self, pupil: Pupil) -> Rules:
        name = self.name_of(pupil)
        row = self._rows.get(name.casefold())
        if row is None:
            return Rules(name)
        columns = [(code, heading) for code, heading in row.costing_columns] or list(COLUMNS)
        return Rules(row.name, row.top_up_from, row.top_up_weeks, columns, is_known=True)

    def weeks_of(self, pupil: Pupil) -> int:
        return self.rules_of(pupil).weeks

    def rates_of(self, pupil: Pupil) -> Rates:
        """By the formula of the child's own authority: another's is never put in its place."""
        name = self.name_of(pupil)
        if name not in self._rates:
            self._rates[name] = Rates(self.school, self.day, self.day, basis=Basis.FORMULA, authority=name)
        return self._rates[name]


def places_on(acting: Acting, day: date) -> QuerySet[Place]:
    """The places that hold on this day, in runs that go on, of children in view."""
    runs = Provision.objects.visible_to(acting).on(day)
    rows = Place.objects.visible_to(acting).filter(Q(ends_on=None) | Q(ends_on__gte=day), starts_on__lte=day)
    return rows.filter(provision__in=runs).select_related("pupil__form_group", "provision__intervention")


def costed(acting: Acting, pupil: Pupil, day: date) -> Costed:
    """The costed map of a child. About fifteen queries."""
    authorities = Authorities(acting.school, day)
    places = list(places_on(acting, day).filter(pupil=pupil).prefetch_related("targets__target"))
    lines = lines_on(places, day, weeks_of=authorities.weeks_of, rates_of=authorities.rates_of).get(pupil.pk, [])
    lines.sort(key=lambda line: (-line.cost, line.run.name))
    found = Costed(pupil, day, authorities.rules_of(pupil), lines)
    found.top_up = top_ups([pupil.pk], day).get(pupil.pk)
    found.given = _given(acting, pupil, day, authorities.name_of(pupil))
    return found


def _given(acting: Acting, pupil: Pupil, day: date, authority: str) -> Cost:
    """What took place in the year up to this day, the child's share by the rates of each day."""
    first = day - A_YEAR
    rates = Rates(acting.school, first, day, basis=Basis.FORMULA, authority=authority)
    runs = Place.objects.visible_to(acting).filter(pupil=pupil).values("provision")
    whole = Cost()
    for (child, _), cost in of_pupils(sessions_between(first, day, provision__in=runs), rates).items():
        if child == pupil.pk:
            whole += cost
    return whole


def top_ups(pupils: Iterable[int], day: date) -> dict[int, TopUpFunding]:
    """{child: what the authority pays on top on this day}. One query."""
    rows = TopUpFunding.objects.filter(
        Q(ends_on=None) | Q(ends_on__gte=day), plan__pupil__in=list(pupils), starts_on__lte=day
    ).select_related("plan")
    return {row.plan.pupil_id: row for row in rows.order_by("starts_on", "pk")}


def all_costed(acting: Acting, day: date) -> list[Costed]:
    """Every child in view who is in a run today, the dearest first. A constant number of queries for each authority."""
    authorities = Authorities(acting.school, day)
    places = list(places_on(acting, day))
    lines = lines_on(places, day, weeks_of=authorities.weeks_of, rates_of=authorities.rates_of)
    paid = top_ups(lines, day)
    pupils = {place.pupil_id: place.pupil for place in places}
    found = [
        Costed(pupils[pk], day, authorities.rules_of(pupils[pk]), rows, top_up=paid.get(pk))
        for pk, rows in lines.items()
    ]  # fmt: skip
    return sorted(found, key=lambda one: (-one.total, one.pupil.sort_name, one.pupil.pk))


# --- As a table --------------------------------------------------------------------------------------------------
def table_of(found: Costed) -> tuple[list[str], list[list[str]]]:
    """(headings, rows) in the columns of the child's authority, as texts."""
    changes = _changes([line.place for line in found.lines])
    rows = [
        [_cell(code, line, changes.get(line.place.pk, "")) for code, _ in found.rules.columns] for line in found.lines
    ]  # fmt: skip
    return [heading for _, heading in found.rules.columns], rows


def costed_table(acting: Acting, pupil: Pupil, day: date) -> dict[str, list]:
    """The map of a child as a pack prints it: head, rows and facts."""
    found = costed(acting, pupil, day)
    head, rows = table_of(found)
    return {"head": head, "rows": rows, "facts": facts_of(found)}


def _changes(places: list[Place]) -> dict[int, str]:
    """{place: what changed, in words}. Two queries."""
    found = {}
    for place, lines in lines_of_places(places):
        said = [f"{line.name}: {line.words}" for line in lines if line.before or line.after]
        found[place.pk] = "; ".join(said) or "Not measured yet"
    return found


def _cell(code: str, line: YearLine, change: str) -> str:
    what = line.run.intervention
    cells = {
        "what": lambda: what.name,
        "area": lambda: what.get_area_display(),
        "tier": lambda: what.get_tier_display(),
        "adults": lambda: ", ".join(sorted(set(line.adults))) or "Nobody yet",
        "ratio": lambda: line.ratio,
        "when": lambda: "; ".join(times_in_words(row for row in line.run.times.all() if row.ends_on is None)),
        "minutes": lambda: str(round(line.minutes_a_week)),
        "weeks": lambda: str(line.weeks),
        "hours": lambda: minutes_words(line.hours_a_year * 60),
        "rate": lambda: f"{pounds(line.rate):,}" if line.is_priced else "No rate entered",
        "cost": lambda: f"{line.pounds:,}",
        "from": lambda: short_date(line.place.starts_on),
        "until": lambda: short_date(line.place.ends_on or line.run.ends_on),
        "for": lambda: "; ".join(row.target.text for row in line.place.targets.all()) or "No target linked",
        "change": lambda: change,
    }
    return cells[code]()


def facts_of(found: Costed) -> list[tuple[str, str]]:
    """The sums and where they come from, in words."""
    rules = found.rules
    said = [
        ("Cost of a whole year, as it stands", f"£{found.total:,}"),
        (f"What the school pays first ({rules.name or 'no authority entered'})", f"£{rules.threshold:,}"),
        ("Above that", f"£{found.request:,}" if found.request else f"nothing: £{found.below:,} below"),
        ("Top-up paid now", _paid(found.top_up)),
        ("Hours in the year", minutes_words(found.hours * 60)),
        ("What took place in the year before, to date", f"£{found.given.pounds:,}"),
    ]
    if found.unpriced:
        names = ", ".join(line.run.intervention.name for line in found.unpriced)
        said.append(("Without a rate, so in no cost", names))
    return said


def _paid(top_up: TopUpFunding | None) -> str:
    if top_up is None:
        return "none"
    return f"£{top_up.amount:,} a year ({top_up.band})" if top_up.amount is not None else top_up.band
