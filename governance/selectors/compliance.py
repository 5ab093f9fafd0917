"""Figures of duties in time and late: summed in SQL, law apart from guidance and from the school's own policy."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, F, Max, Q, QuerySet

from sendco.clock import Basis, Duty
from sendco.due.models import DueItem
from staff.models import School, Term

from .authority import with_authority
from .missed import COUNTS, DONE_LATE, open_late

MOST_TERMS = 6


@dataclass(frozen=True)
class Share:
    """So many of so many in time. A whole per cent, rounded down: 100 only when nothing was late."""

    on_time: int
    late: int
    late_open: int = 0

    @property
    def of(self) -> int:
        return self.on_time + self.late

    @property
    def percent(self) -> int | None:
        return self.on_time * 100 // self.of if self.of else None

    @property
    def late_done(self) -> int:
        return self.late - self.late_open


@dataclass(frozen=True)
class DutyLine:
    """One duty over the period."""

    rule: str
    title: str
    authority: str
    duty: str
    basis: str
    share: Share


@dataclass(frozen=True)
class Tally:
    """What a period holds. `apart` are counted and shown, and stand in no percentage."""

    lines: tuple
    excepted: int
    replaced: int
    fell_away: int
    not_yet: int

    def share(self, *, duty: str, basis: Basis = Basis.STATUTE) -> Share:
        chosen = [line.share for line in self.lines if line.duty == duty and line.basis == basis]
        return Share(*(sum(getattr(share, name) for share in chosen) for name in ("on_time", "late", "late_open")))

    def lines_of(self, *, duties: Iterable[Duty], basis: Basis) -> list[DutyLine]:
        return [line for line in self.lines if line.duty in duties and line.basis == basis]


def in_period(school_ids: list[int], first: date, last: date) -> QuerySet[DueItem]:
    items = DueItem.objects.filter(school_id__in=school_ids, due_on__gte=first, due_on__lte=last)
    return items.filter(is_personal=False)


def _sums(today: date) -> dict[str, Count]:
    ended_in_time = COUNTS & Q(met_on__lte=F("due_on"))
    still_open = COUNTS & Q(met_on=None, closed_on=None)
    return {
        "on_time": Count("pk", filter=ended_in_time),
        "late_open": Count("pk", filter=open_late(today)),
        "late": Count("pk", filter=DONE_LATE | open_late(today)),
        "excepted": Count("pk", filter=~Q(exception="") & Q(replaced_by="")),
        "replaced": Count("pk", filter=~Q(replaced_by="")),
        "fell_away": Count("pk", filter=COUNTS & Q(met_on=None, closed_on__lte=F("due_on"))),
        "not_yet": Count("pk", filter=still_open & Q(due_on__gte=today)),
    }


def tally(*, school_id: int, first: date, last: date, today: date) -> Tally:
    """Each duty of the period with its figures. One query."""
    items = in_period([school_id], first, last).order_by().values("duty", "basis", "rule")
    items = items.annotate(title=Max("title"), authority=Max("authority"), **_sums(today))
    rows: list[Any] = list(items.order_by("title", "rule"))
    lines = [
        DutyLine(
            rule=row["rule"],
            title=row["title"],
            authority=row["authority"],
            duty=row["duty"],
            basis=row["basis"],
            share=Share(row["on_time"], row["late"], row["late_open"]),
        )
        for row in rows
        if row["on_time"] or row["late"]
    ]
    apart = ("excepted", "replaced", "fell_away", "not_yet")
    return Tally(tuple(lines), *(sum(row[name] for row in rows) for name in apart))


def by_authority(*, school_id: int, first: date, last: date, today: date) -> list[tuple[str, Share]]:
    """[(authority, Share)] of what the law asks of the LAs. One query."""
    items = in_period([school_id], first, last).filter(duty=Duty.LA, basis=Basis.STATUTE)
    named: QuerySet[Any] = with_authority(items)  # each with its authority_name
    rows = named.order_by().values("authority_name").annotate(**_shares(today))
    shares = [(row["authority_name"], Share(row["on_time"], row["late"], row["late_open"])) for row in rows]
    return sorted(((name, share) for name, share in shares if name and share.of), key=lambda pair: pair[0].casefold())


def _shares(today: date) -> dict[str, Count]:
    return {name: count for name, count in _sums(today).items() if name in ("on_time", "late", "late_open")}


def by_school(*, school_ids: list[int], first: date, last: date, today: date) -> dict[int, dict[str, Share]]:
    """{school id: {duty: Share}} of what the law asks. One query, whatever the number of schools."""
    items = in_period(school_ids, first, last).filter(basis=Basis.STATUTE)
    shares_by_school: dict[int, dict[str, Share]] = {}
    rows: Iterable[Any] = items.order_by().values("school_id", "duty").annotate(**_shares(today))
    for row in rows:
        shares = shares_by_school.setdefault(row["school_id"], {})
        shares[row["duty"]] = Share(row["on_time"], row["late"], row["late_open"])
    return shares_by_school


def by_term(*, school: School, last: date, today: date) -> list[tuple[str, int | None, int | None]]:
    """[(term, ours %, the LAs' %)] of what the law asks, the last terms up to this day. Two queries.

    What falls due in the holidays counts with the term before them.
    """
    started = Term.objects.filter(academic_year__school=school, starts_on__lte=min(last, today))
    terms = list(started.order_by("-starts_on", "-pk")[:MOST_TERMS])[::-1]
    if len(terms) < 2:
        return []
    ends = [after.starts_on - timedelta(days=1) for after in terms[1:]] + [min(last, today)]
    sums = {}
    for place, (term, end) in enumerate(zip(terms, ends, strict=True)):
        inside = Q(due_on__gte=term.starts_on, due_on__lte=end)
        for duty in (Duty.SCHOOL, Duty.LA):
            of = inside & Q(duty=duty)
            sums[f"{duty}_on_{place}"] = Count("pk", filter=of & COUNTS & Q(met_on__lte=F("due_on")))
            sums[f"{duty}_late_{place}"] = Count("pk", filter=of & (DONE_LATE | open_late(today)))
    items = in_period([school.pk], terms[0].starts_on, ends[-1]).filter(basis=Basis.STATUTE)
    totals = items.aggregate(**sums)

    def percent(duty: str, place: int) -> int | None:
        return Share(totals[f"{duty}_on_{place}"], totals[f"{duty}_late_{place}"]).percent

    return [(term.name, percent("school", place), percent("la", place)) for place, term in enumerate(terms)]
