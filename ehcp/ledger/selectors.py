"""The ledger of a child's plan: its lines, the sessions that deliver them, and what the week holds."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from django.db.models import Prefetch

from provision.models import Attendance, LostReason, Place, Session, SessionAdult
from staff.board.selectors import periods_of, periods_on, timetable_on
from staff.minutes import Stretch, overlap
from staff.models import Certificate, Period, School

from ..models import LineAction, LineConditions, LineDelivery, Plan, PlanVersion, ProvisionLine
from . import sums
from .sums import Given, Ledger, Promise, Week
from .weeks import term_weeks

STATES = Session.State
A_YEAR = timedelta(days=400)  # and a little: the longest stretch in which an amount is owed is a school year
# Lines that are judged: what the law calls special educational provision, and what is treated as such.
JUDGED = ProvisionLine.Section.F
WEEKLY = {"day": Fraction(5), "week": Fraction(1), "fortnight": Fraction(1, 2)}


@dataclass
class OfLine:
    """A line with its ledger. `first` and `last` are the days within the period on which its version was in force."""

    line: ProvisionLine
    ledger: Ledger
    places: list[Place]
    first: date
    last: date
    actions: list[LineAction] = field(default_factory=list)

    @property
    def is_linked(self) -> bool:
        return bool(self.places)


@dataclass
class OfPlan:
    plan: Plan
    lines: list[OfLine]
    weeks: int
    first: date
    last: date
    week_minutes: int | None = None
    asked_minutes: Fraction = field(default_factory=Fraction)

    def _sum(self, name: str) -> Fraction:
        return sum((getattr(one.ledger, name) for one in self.lines if not one.ledger.no_amount), Fraction())

    @property
    def promised(self) -> Fraction:
        return self._sum("promised")

    @property
    def delivered(self) -> Fraction:
        return self.promised - self.short

    @property
    def short(self) -> Fraction:
        return self._sum("short")

    @property
    def net_short(self) -> Fraction:
        return self._sum("net_short")

    @property
    def with_amount(self) -> int:
        return sum(not one.ledger.no_amount for one in self.lines)

    @property
    def share(self) -> int | None:
        return int(100 * self.delivered / self.promised) if self.promised else None

    @property
    def causes(self) -> list[tuple[str, Fraction]]:
        found: dict[str, Fraction] = defaultdict(Fraction)
        for one in self.lines:
            for code, minutes in one.ledger.causes.items():
                found[code] += minutes
        return sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))

    @property
    def is_too_much(self) -> bool:
        """The plan promises more than the week holds."""
        return self.week_minutes is not None and self.asked_minutes > self.week_minutes


def versions_between(plan: Plan, first: date, last: date) -> list[tuple[PlanVersion, date, date]]:
    """(version, first, last day) of the words in force between these days. What was promised goes by the words of its
    day. One query."""
    rows = list(
        PlanVersion.objects.filter(plan=plan, kind__in=PlanVersion.IN_FORCE, confirmed_at__isnull=False).order_by(
            "dated_on", "number"
        )
    )
    found = []
    for place, row in enumerate(rows):
        until = rows[place + 1].dated_on - timedelta(days=1) if place + 1 < len(rows) else date.max
        begins = row.dated_on if place else date.min  # before the first the same was owed: its date is often not known
        if plan.ceased_on:
            until = min(until, plan.ceased_on)
        low, high = max(begins, first), min(until, last)
        if low <= high:
            found.append((row, low, high))
    return found


def ledger_of(plan: Plan, first: date, last: date, today: date) -> OfPlan:
    """The ledger of a plan between two days, up to yesterday. About fifteen queries, whatever its lines are."""
    pupil = plan.pupil
    last = min(filter(None, (last, today - timedelta(days=1), pupil.left_on)))
    first = max(filter(None, (first, pupil.joined_on)))
    weeks = term_weeks(plan.school, first, last) if first <= last else []
    spans = {version.pk: (low, high) for version, low, high in versions_between(plan, first, last)}
    lines = list(
        ProvisionLine.objects.filter(plan_version__in=spans, section=JUDGED)
        .select_related("plan_version", "conditions__skill")
        .prefetch_related(
            Prefetch("deliveries", queryset=LineDelivery.objects.select_related("place__provision")), "actions"
        )
        .order_by("plan_version__dated_on", "number", "pk")
    )
    facts = _Facts(plan, [link.place for line in lines for link in line.deliveries.all()], first, last)
    found = []
    for line in lines:
        low, high = spans[line.plan_version_id]
        places = [link.place for link in line.deliveries.all()]
        given = [one for place in places for one in facts.given(line, place)]
        judged = sums.ledger(promise_of(line), weeks, given, first=low, last=high)
        found.append(OfLine(line, judged, places, low, high, list(line.actions.all())))
    in_range = [week for week in weeks if first <= week.monday + sums.TO_FRIDAY <= last]
    now = [one.line for one in found if one.last == last]
    return OfPlan(plan, found, len(in_range), first, last, week_minutes(plan.school, today), _asked_a_week(now, weeks))


def promise_of(line: ProvisionLine) -> Promise:
    asked: LineConditions | None = getattr(line, "conditions", None)
    return Promise(line.minutes, line.times, line.per, bool(asked and asked.is_pro_rata))


def _asked_a_week(lines: Iterable[ProvisionLine], weeks: list[Week]) -> Fraction:
    """Minutes a week of the lines that are promised by the day, the week or the fortnight."""
    return sum(
        (
            Fraction((line.minutes or 0) * (line.times or 0)) * WEEKLY[line.per]
            for line in lines
            if line.per in WEEKLY and promise_of(line).has_amount
        ),
        Fraction(),
    )


def week_minutes(school: School, day: date) -> int | None:
    """Minutes of lessons and the like in the school's week; None where the parts of its day are not entered."""
    timetable = timetable_on(school, day)
    periods = periods_of(timetable)
    if not periods:
        return None
    counted = (Period.Kind.LESSON, Period.Kind.OTHER)
    return sum(
        (period.ends_at.hour - period.starts_at.hour) * 60 + period.ends_at.minute - period.starts_at.minute
        for weekday in range(5)
        for period in periods_on(periods, weekday)
        if period.kind in counted
    )


# --- The sessions of a child -------------------------------------------------------------------------------------
class _Facts:
    """The sessions of the child's places, who held them and who else was there. Six queries."""

    def __init__(self, plan: Plan, places: list[Place], first: date, last: date) -> None:
        self.pupil_id = plan.pupil_id
        # A stretch may have begun before the first day, and a session may be made good after the last.
        low, high = first - A_YEAR, last + A_YEAR
        runs = {place.provision_id for place in places}
        rows = Session.objects.filter(provision__in=runs, on__gte=low, on__lte=high).select_related("in_place_of")
        self.by_run: dict[int, list[Session]] = defaultdict(list)
        for row in rows.order_by("on", "starts_at", "pk"):
            self.by_run[row.provision_id].append(row)
        self.by_pk = {row.pk: row for found in self.by_run.values() for row in found}
        ids = [row.pk for found in self.by_run.values() for row in found]
        self.mine = {
            row.session_id: row for row in Attendance.objects.filter(pupil=plan.pupil_id, session__provision__in=runs)
        }
        self.stood = {
            (row.provision_id, row.on, row.starts_at) for pk in self.mine if (row := self.by_pk.get(pk)) and row.part
        }
        self.adults: dict[int, list[int]] = defaultdict(list)
        for session, member in SessionAdult.objects.filter(session__provision__in=runs).values_list(
            "session", "member"
        ):
            self.adults[session].append(member)
        self._read_others(ids, low, high)

    def _read_others(self, ids: list[int], low: date, high: date) -> None:
        """Held sessions of the same adults elsewhere: a minute of an adult is one child's alone. And certificates."""
        members = {member for found in self.adults.values() for member in found}
        rows = SessionAdult.objects.filter(
            member__in=members, session__state=STATES.HELD, session__on__gte=low, session__on__lte=high
        ).values_list("member", "session", "session__on", "session__starts_at", "session__given")
        self.busy: dict[tuple[int, date], list[tuple[int, Stretch]]] = defaultdict(list)
        for member, session, on, starts_at, given in rows:
            begins = starts_at.hour * 60 + starts_at.minute
            self.busy[member, on].append((session, (begins, begins + (given or 0))))
        self.trained: dict[tuple[int, int], list[tuple[date, date]]] = defaultdict(list)
        certificates = Certificate.objects.filter(member__in=members, removed_at=None)
        for member, skill, begins_on, ends_on in certificates.values_list("member", "skill", "issued_on", "expires_on"):
            self.trained[member, skill].append((begins_on, ends_on or date.max))

    def given(self, line: ProvisionLine, place: Place) -> Iterable[Given]:
        for session in self.by_run[place.provision_id]:
            if place.holds_on(session.on) and self._is_theirs(session, place):
                yield self._one(line, session)

    def _is_theirs(self, session: Session, place: Place) -> bool:
        """Of a session in parts: the part in which the child stood, or else the one they are in."""
        if session.pk in self.mine or not session.part:
            return True
        return session.part == place.part and (session.provision_id, session.on, session.starts_at) not in self.stood

    def _one(self, line: ProvisionLine, session: Session) -> Given:
        before, is_moved = session.in_place_of, False
        while before is not None and before.is_moved:
            before, is_moved = self._before(before), True
        there, cause = self._became(session)
        return Given(
            on=session.on,
            minutes=session.minutes,
            there=there,
            cause=cause,
            fault=self._fault(line, session) if there else "",
            was_planned=session.was_planned and not is_moved,
            good_for=before.on if before is not None else None,
        )

    def _before(self, session: Session) -> Session | None:
        known = self.by_pk.get(session.in_place_of_id or 0)
        return known or session.in_place_of

    def _became(self, session: Session) -> tuple[int, str]:
        """(minutes that the child got, why not all of those planned)."""
        if session.state == STATES.PLANNED:
            return 0, sums.NO_RECORD
        mine = self.mine.get(session.pk)
        if session.state == STATES.LOST:
            if session.reason == LostReason.PUPILS:
                return 0, sums.CHILD_ABSENT
            return 0, sums.MOVED if session.reason == LostReason.MOVED else session.reason
        if mine is None:
            return 0, sums.NO_RECORD
        if mine.reason:
            return 0, sums.CHILD_ABSENT
        given = mine.minutes if mine.minutes is not None else session.given or 0
        return given, "" if given >= session.minutes else "shorter"

    def _fault(self, line: ProvisionLine, session: Session) -> str:
        """Why what took place is not what the line says; empty where it is."""
        adults = self.adults.get(session.pk, [])
        if line.group_size == 1:
            if (session.present or 0) > max(len(adults), 1):
                return "with_others"
            if any(self._elsewhere(member, session) for member in adults):
                return "adult_shared"
        elif line.group_size and (session.present or 0) > line.group_size:
            return "group_too_large"
        asked: Any = getattr(line, "conditions", None)
        if asked and asked.skill_id and not any(self._is_trained(one, asked.skill_id, session.on) for one in adults):
            return "untrained"
        return ""

    def _elsewhere(self, member: int, session: Session) -> bool:
        begins = session.starts_at.hour * 60 + session.starts_at.minute
        mine = (begins, begins + (session.given or 0))
        return any(pk != session.pk and overlap(mine, other) for pk, other in self.busy[member, session.on])

    def _is_trained(self, member: int, skill: int, on: date) -> bool:
        return any(first <= on <= last for first, last in self.trained[member, skill])
