"""Where each adult is in a week: the timetable in force, its slots, and what the hours add up to."""

from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, time, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from sendco.clock import HolidaysNotKnown, SchoolCalendar, long_date
from sendco.clock.working_time import break_is_missing

from ..absences.selectors import stretches_away
from ..acting import Acting
from ..minutes import Hours, Stretch, common, day_sum, doubled, minute_of, overlap, total, without
from ..models import (
    Certificate,
    Closure,
    Period,
    School,
    Slot,
    SlotKind,
    StaffGroup,
    StaffMember,
    TeachingGroup,
    Timetable,
)
from ..models.people import current_on
from ..posts.selectors import WorkDay, working_times
from ..selectors import school_calendar
from ..weeks import SetByHand, letter_of, monday_of

SCHOOL_WEEK = 5


# --- The week ---
@dataclass(frozen=True)
class BoardWeek:
    """Five days as the board knows them. `timetable` is None where none holds in this week."""

    monday: date
    days: list[WorkDay]
    timetables: list[Timetable]
    notes: dict[date, str] = field(default_factory=dict)

    @property
    def timetable(self) -> Timetable | None:
        return self.timetables[-1] if self.timetables else None

    @property
    def letter(self) -> str:
        return next((one.letter for one in self.days if one.letter), "")

    @property
    def name(self) -> str:
        letter = f", week {self.letter}" if self.letter else ""
        timetable = f", {self.timetable.name}" if self.timetable else ""
        return f"Week of {long_date(self.monday)}{letter}{timetable}"

    @property
    def is_open(self) -> bool:
        return any(one.is_open for one in self.days)

    @property
    def before(self) -> date:
        return self.monday - timedelta(days=7)

    @property
    def after(self) -> date:
        return self.monday + timedelta(days=7)


def timetable_on(school: School, day: date) -> Timetable | None:
    return Timetable.objects.filter(current_on(day), school=school).order_by("-starts_on").first()


def board_week(school: School, day: date) -> BoardWeek:
    """The week of this day. Five queries, whatever its days are."""
    monday = monday_of(day)
    days = [monday + timedelta(days=step) for step in range(SCHOOL_WEEK)]
    timetables = list(
        Timetable.objects.filter(Q(ends_on=None) | Q(ends_on__gte=monday), school=school, starts_on__lte=days[-1])
        .prefetch_related("letters")
        .order_by("starts_on")
    )
    calendar = school_calendar(school)
    closed: dict[date, Closure] = {}
    for row in Closure.objects.filter(school=school, starts_on__lte=days[-1], ends_on__gte=monday):
        closed |= {one: row for one in days if row.starts_on <= one <= row.ends_on}
    found, notes = [], {}
    for one in days:
        is_inset = one in closed and closed[one].kind == Closure.Kind.INSET
        is_open = _is_open(calendar, one)
        holding = next((row for row in reversed(timetables) if _holds(row, one)), None)
        letter = _letter(holding, one, calendar) if holding and holding.has_two_weeks else ""
        found.append(WorkDay(one, letter=letter, is_open=is_open, is_inset=is_inset and not is_open))
        if not is_open:
            notes[one] = closed[one].name if one in closed else _why_closed(calendar, one)
    return BoardWeek(monday, found, timetables, notes)


def _holds(timetable: Timetable, day: date) -> bool:
    return timetable.starts_on <= day and (timetable.ends_on is None or day <= timetable.ends_on)


def _is_open(calendar: SchoolCalendar | None, day: date) -> bool:
    """Whether pupils come. Without a calendar every weekday counts: a board is no use that shows nothing."""
    if calendar is None:
        return True
    try:
        return calendar.covers(day) and calendar.is_school_day(day)
    except HolidaysNotKnown:
        return True


def _why_closed(calendar: SchoolCalendar | None, day: date) -> str:
    return "Holiday" if calendar and calendar.covers(day) else "No term dates entered"


def _letter(timetable: Timetable, day: date, calendar: SchoolCalendar | None) -> str:
    return letter_of(
        day,
        first_week=timetable.first_week_on,
        counts_holidays=timetable.counts_holidays,
        is_open=lambda monday: any(_is_open(calendar, monday + timedelta(days=step)) for step in range(SCHOOL_WEEK)),
        by_hand=[SetByHand(row.monday, row.letter, row.later_follow) for row in timetable.letters.all()],
    )


def week_letter(timetable: Timetable, day: date) -> str:
    """The letter of the week of this day; empty where the timetable has one week, or the week does not count."""
    if not timetable.has_two_weeks:
        return ""
    return _letter(timetable, day, school_calendar(timetable.school))


def week_letters(school: School, calendar: SchoolCalendar | None) -> Callable[[date], str]:
    """A function that gives the letter of the week of a day, empty where the timetable then in force has one week. Two
    queries now, none later."""
    timetables = list(Timetable.objects.filter(school=school).prefetch_related("letters").order_by("starts_on"))
    known: dict[tuple[int, date], str] = {}

    def letter(day: date) -> str:
        holding = next((row for row in reversed(timetables) if _holds(row, day)), None)
        if holding is None or not holding.has_two_weeks:
            return ""
        key = (holding.pk, monday_of(day))
        if key not in known:
            known[key] = _letter(holding, day, calendar)
        return known[key]

    return letter


def periods_of(timetable: Timetable | None) -> list[Period]:
    return list(timetable.periods.all()) if timetable else []


def periods_on(periods: Iterable[Period], weekday: int) -> list[Period]:
    """The parts of that weekday: its own, or else the ordinary ones."""
    periods = list(periods)
    own = [period for period in periods if period.weekday == weekday]
    return own or [period for period in periods if period.weekday is None]


# --- Slots ---
@dataclass(slots=True)
class Placed:
    """A slot on one day of the week. `faults` are codes: outside, doubled, away, untrained."""

    pk: int
    member: int
    day: date
    starts_at: time
    ends_at: time
    kind: SlotKind
    group: int | None
    doing: str
    place: str
    skill: int | None
    version: int
    faults: list[str] = field(default_factory=list)

    @property
    def stretch(self) -> Stretch:
        return (minute_of(self.starts_at), minute_of(self.ends_at))


SLOT_FIELDS = (
    "pk", "member", "kind", "week", "weekday", "starts_at", "ends_at", "group", "doing", "place", "skill", "starts_on",
    "ends_on", "version", "timetable",
)  # fmt: skip


def placed_in(week: BoardWeek, slots: QuerySet[Slot], kinds: dict[int, SlotKind]) -> list[Placed]:
    """What these slots are in this week, day by day, in the order of the day. One query."""
    if not week.timetables or not week.is_open:
        return []
    by_weekday = {one.day.weekday(): one for one in week.days if one.is_open}
    holding = {
        one.day: next((row.pk for row in reversed(week.timetables) if _holds(row, one.day)), None) for one in week.days
    }
    rows = slots.filter(
        Q(ends_on=None) | Q(ends_on__gte=week.monday),
        timetable__in=week.timetables,
        starts_on__lte=week.days[-1].day,
        weekday__in=list(by_weekday),
    )
    found = []
    for row in rows.order_by("weekday", "starts_at", "pk").values_list(*SLOT_FIELDS):
        pk, member, kind, letter, weekday, starts_at, ends_at, group, doing, place, skill, *holds = row
        first, last, version, held = holds
        one = by_weekday[weekday]
        if one.day < first or (last and one.day > last) or holding[one.day] != held:
            continue
        if letter and letter != one.letter:
            continue
        found.append(Placed(pk, member, one.day, starts_at, ends_at, kinds[kind], group, doing, place, skill, version))
    return found


def kinds_of(school: School) -> dict[int, SlotKind]:
    return {kind.pk: kind for kind in SlotKind.objects.filter(school=school)}


# --- A week of several adults ---
@dataclass
class AdultWeek:
    """One adult's week: slots by day, hours, and what is wrong with it."""

    member: StaffMember
    by_day: dict[date, list[Placed]]
    hours: Hours
    by_day_hours: dict[date, Hours]
    worked: dict[date, list[Stretch]]
    away: dict[date, list[Stretch]]
    no_break: list[date] = field(default_factory=list)
    lessons: int = 0
    has_teacher_time: bool = False

    @property
    def lacks_teacher_time(self) -> bool:
        """Supports lessons without any time to speak with the teacher inside the contracted hours."""
        return self.lessons > 0 and not self.has_teacher_time


@dataclass
class Board:
    week: BoardWeek
    kinds: dict[int, SlotKind]
    groups: dict[int, str]
    adults: list[AdultWeek]

    @property
    def mean_load(self) -> int | None:
        """Of the adults together: their deployed minutes in a hundred of those they were there for."""
        return sum((adult.hours for adult in self.adults), Hours()).load

    @property
    def without_teacher_time(self) -> list[AdultWeek]:
        return [adult for adult in self.adults if adult.lacks_teacher_time]


def board(
    school: School, day: date, members: QuerySet[StaffMember], *, past_known_of: Container[int] | None = None
) -> Board:
    """The week of this day for these adults. A constant number of queries.

    Of days that have passed absences are read only of the adults in `past_known_of`, where that is given: the week of
    the others stands as it was planned.
    """
    week = board_week(school, day)
    people = list(members)
    kinds = kinds_of(school)
    groups = dict(TeachingGroup.objects.filter(school=school).values_list("pk", "name"))
    ids = [member.pk for member in people]
    worked = working_times(ids, week.days)
    away = stretches_away(ids, [one.day for one in week.days])
    if past_known_of is not None:
        today = timezone.localdate()
        for member in away.keys() - {pk for pk in away if pk in past_known_of}:
            away[member] = {on: gone for on, gone in away[member].items() if on >= today}
    slots: dict[int, list[Placed]] = defaultdict(list)
    for placed in placed_in(week, Slot.objects.filter(member__in=ids), kinds):
        slots[placed.member].append(placed)
    _mark_untrained(slots)
    return Board(
        week,
        kinds,
        groups,
        [adult_week(week, one, slots[one.pk], worked.get(one.pk, {}), away.get(one.pk, {})) for one in people],
    )


def _mark_untrained(slots: dict[int, list[Placed]]) -> None:
    """Write on each slot that wants a skill whether its adult is trained in it on that day. At most one query."""
    wanting = [placed for of_adult in slots.values() for placed in of_adult if placed.skill]
    if not wanting:
        return
    members, skills = {placed.member for placed in wanting}, {placed.skill for placed in wanting}
    rows = Certificate.objects.filter(member__in=members, skill__in=skills, removed_at=None)
    until: dict[tuple[int, int], list[tuple[date, date]]] = defaultdict(list)
    for member, skill, first, last in rows.values_list("member", "skill", "issued_on", "expires_on"):
        until[member, skill].append((first, last or date.max))
    for placed in wanting:
        spans = until[placed.member, placed.skill or 0]
        if not any(first <= placed.day <= last for first, last in spans):
            placed.faults.append("untrained")


def adult_week(
    week: BoardWeek,
    member: StaffMember,
    placed: list[Placed],
    worked: dict[date, list[Stretch]],
    away: dict[date, list[Stretch]],
) -> AdultWeek:
    by_day: dict[date, list[Placed]] = {one.day: [] for one in week.days}
    for slot in placed:
        by_day[slot.day].append(slot)
    hours, found = {}, AdultWeek(member, by_day, Hours(), {}, worked, away)
    for one in week.days:
        of_day = by_day[one.day]
        there, gone = worked.get(one.day, []), away.get(one.day, [])
        busy = [slot.stretch for slot in of_day if slot.kind.makes_busy]
        rests = [slot.stretch for slot in of_day if slot.kind.is_break]
        hours[one.day] = day_sum(worked=there, busy=busy, breaks=rests, away=gone, is_inset=one.is_inset)
        if one.is_open:
            present = without(there, gone)
            # A duty on top of a break leaves none, and a break after the last hour is none.
            rested = common(without(rests, busy), _span(present))
            if break_is_missing(total(present), [last - first for first, last in rested]):
                found.no_break.append(one.day)
            _mark(of_day, there, gone, [*doubled(busy), *common(busy, rests)])
        found.lessons += sum(slot.kind.makes_busy and slot.group is not None for slot in of_day)
        if any(slot.kind.is_with_teacher and common([slot.stretch], there) for slot in of_day):
            found.has_teacher_time = True
    found.by_day_hours = hours
    found.hours = sum(hours.values(), Hours())
    return found


def _span(worked: list[Stretch]) -> list[Stretch]:
    """From the first working minute to the last: a break may lie in an unpaid stretch between two working ones."""
    return [(worked[0][0], worked[-1][1])] if worked else []


def _mark(placed: list[Placed], worked: list[Stretch], away: list[Stretch], twice: list[Stretch]) -> None:
    """Write on each slot what is wrong with it."""
    span = _span(worked)
    for slot in placed:
        at_work = span if slot.kind.is_break else worked
        if without([slot.stretch], at_work):
            slot.faults.append("outside")
        if (slot.kind.makes_busy or slot.kind.is_break) and common([slot.stretch], twice):
            slot.faults.append("doubled")
        if common([slot.stretch], away):
            slot.faults.append("away")


# --- Who is free ---
def free_at(board_of_week: Board, day: date, stretch: Stretch) -> list[AdultWeek]:
    """The adults who work for the whole of the stretch, have nothing that makes them busy in it, and are not away.

    Whoever is away at any minute of it is never among them.
    """
    return [adult for adult in board_of_week.adults if _is_free(adult, day, stretch)]


def _is_free(adult: AdultWeek, day: date, stretch: Stretch) -> bool:
    if without([stretch], adult.worked.get(day, [])) or common([stretch], adult.away.get(day, [])):
        return False
    return not any(
        overlap(slot.stretch, stretch)
        for slot in adult.by_day.get(day, [])
        if slot.kind.makes_busy or slot.kind.is_break
    )


@dataclass
class Uncovered:
    """A slot that nobody holds because its adult is away in it, and who is free then."""

    slot: Placed
    member: StaffMember
    missing: list[Stretch]
    free: list[AdultWeek] = field(default_factory=list)
    covered_by: list[str] = field(default_factory=list)


def uncovered_in(board_of_week: Board, *, days: Iterable[date] | None = None) -> Iterator[Uncovered]:
    """What absences leave uncovered: slots of a kind that needs cover, in minutes that the adult would have worked.

    In the order of day and time.
    """
    wanted = set(days) if days is not None else {one.day for one in board_of_week.week.days}
    found = []
    for adult in board_of_week.adults:
        for day in wanted & set(adult.by_day):
            for slot in adult.by_day[day]:
                missing = common([slot.stretch], adult.away.get(day, []))
                if slot.kind.needs_cover and missing:
                    found.append(Uncovered(slot, adult.member, missing, free_at(board_of_week, day, slot.stretch)))
    yield from sorted(found, key=lambda one: (one.slot.day, one.slot.starts_at, one.member.name))


# Whose work it is to support.
SUPPORTS = (StaffGroup.SUPPORT, StaffGroup.SPECIALIST)


def who_support(members: QuerySet[StaffMember]) -> QuerySet[StaffMember]:
    """Those whose work it is to support, and whoever is placed somewhere: a teacher without a slot is not free."""
    placed = Exists(Slot.objects.filter(member=OuterRef("pk")))
    return members.filter(placed | Q(posts__staff_group__in=SUPPORTS))


def members_on_board(acting: Acting, day: date) -> QuerySet[StaffMember]:
    """The adults in view who hold a post in the week of this day."""
    monday = monday_of(day)
    held = StaffMember.objects.visible_to(acting).filter(
        Q(posts__ends_on=None) | Q(posts__ends_on__gte=monday), posts__starts_on__lte=monday + timedelta(days=4)
    )
    return held.distinct().order_by("name", "pk")
