"""A day as cover sees it: what is to be held, by whom, and who could. Reads the database; decides nothing."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import NamedTuple

from django.db.models import Q, QuerySet

from pupils.models import Pupil
from staff.absences.selectors import stretches_away
from staff.acting import Acting
from staff.board.selectors import Board, Placed, board, members_on_board, who_support
from staff.minutes import MIDNIGHT, Stretch, common, minute_of, overlap, time_of, without
from staff.models import Certificate, Post, Skill, SlotKind, StaffGroup, StaffMember
from staff.models.people import current_on
from staff.permissions import Permission

from ..models import CoverDecision, LostReason, Place, Session, SessionAdult
from ..sessions.selectors import pupils_expected, with_facts
from .promises import Promised, promises
from .solving import Job, Rank

Tone, Weight = SlotKind.Tone, SlotKind.Weight
TEACHES = (StaffGroup.TEACHER, StaffGroup.LEADER)
# Help that is missing for less than these minutes is no place to send somebody to.
SHORTEST = 15
# Between equals: who leads the group, who has held it, anybody; one of another unit and a teacher last.
LEADS, HELD_BEFORE, STRANGER, OTHER_UNIT, TEACHER_TOO = 0, 1, 2, 3, 3


@dataclass(frozen=True)
class Gone:
    """A place that lost its adult: which slot or session it is in, whose it was, and why it is empty."""

    cause: str
    member: StaffMember | None = None
    slot: int | None = None
    stretch: Stretch | None = None


@dataclass
class Task:
    """A job with what a person wants to know of it. `gone` are the places that lost their adult."""

    job: Job
    title: str
    session: Session | None = None
    kind: SlotKind | None = None
    place: str = ""
    focus: str = ""
    pupils: list[Pupil] = field(default_factory=list)
    promised: list[Promised] = field(default_factory=list)
    skills: frozenset[int] = frozenset()
    leaders: frozenset[int] = frozenset()
    known: frozenset[int] = frozenset()
    slots: dict[int, int] = field(default_factory=dict)
    gone: list[Gone] = field(default_factory=list)
    is_past: bool = False
    # It only says that fewer adults are there: those who are stand in another task.
    is_thinner: bool = False

    @property
    def key(self) -> str:
        return self.job.key

    @property
    def stretch(self) -> Stretch:
        return self.job.times[0]

    @property
    def starts_at(self) -> time:
        return time_of(self.stretch[0])

    @property
    def ends_at(self) -> time:
        return time_of(self.stretch[1])

    @property
    def lines(self) -> int:
        return len({one.line for one in self.promised})


@dataclass
class AdultDay:
    """Where an adult is on the day. `bound` are stretches from which nobody takes them: breaks, lessons they teach."""

    member: StaffMember
    worked: list[Stretch]
    away: list[Stretch]
    bound: list[Stretch] = field(default_factory=list)
    may_be_asked: bool = False
    teaches: bool = False
    units: dict[int, str] = field(default_factory=dict)

    def is_in(self, stretch: Stretch) -> bool:
        return not without([stretch], self.worked) and not common([stretch], self.away)

    def is_bound(self, stretch: Stretch) -> bool:
        return any(overlap(one, stretch) for one in self.bound)


@dataclass
class Day:
    """`tasks` in the order of the day; `decided` what was decided already; `lessons` what is covered elsewhere."""

    on: date
    tasks: dict[str, Task]
    adults: dict[int, AdultDay]
    trained: dict[tuple[int, int], date | None]
    skills: dict[int, Skill]
    decided: list[CoverDecision]
    lessons: list[tuple[StaffMember, Placed, str]]
    is_open: bool = True

    @property
    def open(self) -> list[Task]:
        """What lost an adult whom it needs and is not decided, the heaviest first."""
        rows = [task for task in self.tasks.values() if task.gone and not task.is_thinner and not task.is_past]
        return sorted(rows, key=lambda task: (task.job.rank, task.stretch, task.key))

    @property
    def thinner(self) -> list[Task]:
        """What goes on with fewer adults."""
        return [task for task in self.tasks.values() if task.is_thinner and not task.is_past]

    @property
    def past(self) -> list[Task]:
        return [task for task in self.tasks.values() if task.gone and task.is_past]

    def has(self, member: int, skill: int) -> bool:
        return (member, skill) in self.trained


def day_of(acting: Acting, on: date, now: datetime | None = None) -> Day:
    """The day for those whom this person plans. A constant number of queries."""
    members = members_on_board(acting, on)
    week = board(acting.school, on, members)
    covers = list(
        CoverDecision.objects.standing().filter(school=acting.school, on=on)
        .select_related("member__user", "instead_of", "session__provision", "slot__kind", "slot__group", "decided_by")
    )  # fmt: skip
    adults = _adults(week, on, set(who_support(members).values_list("pk", flat=True)))
    sessions = _sessions(acting, on, adults)
    _add_strangers(adults, sessions, on)
    day = Day(on, {}, adults, {}, {}, covers, [], is_open=any(one.day == on and one.is_open for one in week.week.days))
    day.trained, day.skills = _trained(acting, on, adults)
    minute = minute_of(now.time()) if now and now.date() == on else (MIDNIGHT if now and on < now.date() else 0)
    builder = _Builder(day, week, sessions, minute)
    builder.build()
    return day


# --- The adults --------------------------------------------------------------------------------------------------
def _adults(week: Board, on: date, pool: set[int]) -> dict[int, AdultDay]:
    found, teach = {}, set()
    units: dict[int, dict[int, str]] = defaultdict(dict)
    posts = Post.objects.filter(current_on(on), member__in=[one.member.pk for one in week.adults])
    for member, group, unit, name in posts.values_list("member", "staff_group", "unit", "unit__name"):
        if group in TEACHES:
            teach.add(member)
        if unit:
            units[member][unit] = name
    for one in week.adults:
        pk = one.member.pk
        found[pk] = AdultDay(
            one.member, one.worked.get(on, []), one.away.get(on, []), may_be_asked=pk in pool, teaches=pk in teach,
            units=units[pk],
        )  # fmt: skip
    return found


def _add_strangers(adults: dict[int, AdultDay], sessions: list[Session], on: date) -> None:
    """Adults of sessions who are not on the board in view: they hold what they hold, and are asked for nothing."""
    rows = {row.member_id: row.member for session in sessions for row in session.adults.all()}
    missing = [pk for pk in rows if pk not in adults]
    away = stretches_away(missing, [on])
    for pk in missing:
        adults[pk] = AdultDay(rows[pk], [], away.get(pk, {}).get(on, []))


def _trained(
    acting: Acting, on: date, adults: dict[int, AdultDay]
) -> tuple[dict[tuple[int, int], date | None], dict[int, Skill]]:
    """{(adult, skill): until when} of those trained on the day, and the school's skills."""
    found: dict[tuple[int, int], date | None] = {}
    rows = Certificate.objects.filter(
        Q(expires_on=None) | Q(expires_on__gte=on), member__in=adults, issued_on__lte=on, removed_at=None
    )
    for member, skill, until in rows.values_list("member", "skill", "expires_on"):
        if (member, skill) not in found or (found[member, skill] or date.max) < (until or date.max):
            found[member, skill] = until
    return found, {skill.pk: skill for skill in Skill.objects.filter(school=acting.school)}


def _sessions(acting: Acting, on: date, adults: dict[int, AdultDay]) -> list[Session]:
    """Those of the day that nobody has logged. Of those without an adult in view only who sees the whole staff."""
    rows: QuerySet[Session] = Session.objects.open().filter(school=acting.school, on=on)
    if not acting.can(Permission.STAFF_VIEW):
        rows = rows.filter(pk__in=SessionAdult.objects.filter(member__in=adults).values("session"))
    return list(with_facts(rows).select_related("provision__intervention__skill").order_by("starts_at", "pk"))


# --- The jobs ----------------------------------------------------------------------------------------------------
class Piece(NamedTuple):
    """A stretch of an adult's slot."""

    member: int
    slot: Placed
    stretch: Stretch


class _Builder:
    def __init__(self, day: Day, week: Board, sessions: list[Session], minute: int) -> None:
        self.day, self.week, self.sessions, self.minute = day, week, sessions, minute
        self.held = {row.pk: [one.member_id for one in row.adults.all()] for row in sessions}
        self.busy = self._in_sessions()

    def build(self) -> None:
        pieces = list(self._pieces())
        for cover in self.day.decided:
            if cover.slot_id and cover.member_id in self.day.adults:
                self.day.adults[cover.member_id].bound.append(cover.stretch)
        tasks = [*self._session_tasks(), *self._slot_tasks(pieces)]
        self.day.tasks = {task.key: task for task in sorted(tasks, key=lambda task: (task.stretch, task.key))}

    def _in_sessions(self) -> dict[int, list[Stretch]]:
        """{adult: when they hold sessions, or were to before somebody stood in}: the board's slots under those are
        the same hour, and not open beside them. One query."""
        found: dict[int, list[Stretch]] = defaultdict(list)
        rows = SessionAdult.objects.filter(session__on=self.day.on, member__in=self.day.adults)
        rows = rows.exclude(session__reason=LostReason.MOVED)
        for member, starts_at, minutes in rows.values_list("member", "session__starts_at", "session__minutes"):
            found[member].append((minute_of(starts_at), minute_of(starts_at) + minutes))
        for cover in self.day.decided:
            if cover.session_id and cover.instead_of_id:
                found[cover.instead_of_id].append(cover.stretch)
        return found

    def _may(self, stretch: Stretch, skills: Iterable[int], *, among: Iterable[int] | None = None) -> frozenset[int]:
        """Who could hold it: asked for such things, at work for the whole of it, not bound, trained."""
        skills = list(skills)
        return frozenset(
            pk
            for pk, adult in self.day.adults.items()
            if (adult.may_be_asked if among is None else pk in among)
            and adult.is_in(stretch)
            and not adult.is_bound(stretch)
            and all(self.day.has(pk, skill) for skill in skills)
        )

    # --- Sessions ---
    def _session_tasks(self) -> Iterator[Task]:
        expected = pupils_expected(self.sessions)
        lines = self._promised(expected)
        before = self._held_before()
        for row in self.sessions:
            run, pupils = row.provision, expected[row.pk]
            promised = lines.get(row.pk, [])
            wanted_skills = {run.intervention.skill_id, *(one.skill for one in promised)} - {None}
            skills = frozenset(pk for pk in wanted_skills if pk)
            leaders = frozenset(one.member_id for one in run.adults.all() if one.leads_on(row.on))
            may = self._may(row.stretch, skills, among=leaders if run.is_private else None)
            there = [pk for pk in self.held[row.pk] if not common([row.stretch], self.day.adults[pk].away)]
            known = frozenset(before.get(run.pk, ()))
            yield Task(
                Job(
                    f"s{row.pk}", (row.stretch,), self._rank(skills, promised), tuple(there), may | set(there),
                    lines=frozenset(one.line for one in promised), wanted=max(len(self.held[row.pk]), 1),
                    least=self._least(skills, len(self.held[row.pk])),
                    costs=self._costs(may, leaders, known, self.held[row.pk]),
                ),
                run.name, session=row, place=row.place or run.place, focus=run.focus, pupils=pupils, promised=promised,
                skills=skills, leaders=leaders, known=known, gone=self._gone(row, there),
                is_past=row.stretch[1] <= self.minute,
            )  # fmt: skip

    def _gone(self, row: Session, there: list[int]) -> list[Gone]:
        away = [pk for pk in self.held[row.pk] if pk not in there]
        if not self.held[row.pk]:
            return [Gone(CoverDecision.Cause.EMPTY)]
        return [Gone(CoverDecision.Cause.AWAY, self.day.adults[pk].member) for pk in away]

    def _is_for_life(self, skills: Iterable[int]) -> bool:
        return any(self.day.skills[pk].is_life_critical for pk in skills if pk in self.day.skills)

    def _rank(self, skills: Iterable[int], promised: list[Promised]) -> Rank:
        if self._is_for_life(skills):
            return Rank.CARE
        return Rank.LINE if promised else Rank.PROVISION

    def _least(self, skills: Iterable[int], held: int) -> int:
        """Care takes all the adults who were planned: a hoist is not worked by one."""
        return max(held, 1) if self._is_for_life(skills) else 1

    def _costs(
        self, may: Iterable[int], leaders: Iterable[int], known: Iterable[int], held: Iterable[int]
    ) -> dict[int, int]:
        leaders, known, units = set(leaders), set(known), self._units(held)
        return {
            pk: (LEADS if pk in leaders else HELD_BEFORE if pk in known else STRANGER)
            + (TEACHER_TOO if self.day.adults[pk].teaches else 0)
            + (OTHER_UNIT if held and self._units([pk]) != units else 0)
            for pk in may
        }

    def _units(self, members: Iterable[int]) -> set[int]:
        return {unit for pk in members if pk in self.day.adults for unit in self.day.adults[pk].units}

    def _promised(self, expected: dict[int, list[Pupil]]) -> dict[int, list[Promised]]:
        """{session: the lines that it delivers}: those of the children who should come."""
        runs = {row.provision_id for row in self.sessions}
        places = list(Place.objects.filter(provision__in=runs).values_list("pk", "provision"))
        by_place = promises((pk for pk, _ in places), self.day.on)
        by_run: dict[int, list[Promised]] = defaultdict(list)
        for pk, run in places:
            by_run[run] += by_place.get(pk, [])
        found = {}
        for row in self.sessions:
            here = {pupil.pk for pupil in expected[row.pk]}
            found[row.pk] = [one for one in by_run[row.provision_id] if one.pupil in here]
        return found

    def _held_before(self) -> dict[int, set[int]]:
        """{run: adults who have held a session of it}. One query."""
        runs = {row.provision_id for row in self.sessions}
        rows = SessionAdult.objects.filter(session__provision__in=runs, session__state=Session.State.HELD)
        found: dict[int, set[int]] = defaultdict(set)
        for run, member in rows.order_by().values_list("session__provision", "member").distinct():
            found[run].add(member)
        return found

    # --- Slots of the board ---
    def _pieces(self) -> Iterator[Piece]:
        """What is left of each adult's slots beside their sessions. Breaks and lessons that they teach bind them."""
        for adult in self.week.adults:
            own = self.day.adults[adult.member.pk]
            for slot in adult.by_day.get(self.day.on, []):
                if slot.kind.is_break:
                    own.bound.append(slot.stretch)
                    continue
                if not slot.kind.makes_busy:
                    continue
                is_taught = own.teaches and slot.kind.tone == Tone.LESSON
                if is_taught or slot.kind.weight == Weight.FIXED:
                    own.bound.append(slot.stretch)
                    if slot.kind.needs_cover and common([slot.stretch], own.away):
                        group = self.week.groups.get(slot.group or 0, "")
                        self.day.lessons.append((adult.member, slot, group))
                    continue
                held = self.busy[adult.member.pk]
                if slot.kind.tone == Tone.INTERVENTION and any(overlap(one, slot.stretch) for one in held):
                    continue  # the run says what happens in it
                for piece in without([slot.stretch], held):
                    yield Piece(adult.member.pk, slot, piece)

    def _slot_tasks(self, pieces: list[Piece]) -> Iterator[Task]:
        together: dict[tuple, list[Piece]] = defaultdict(list)
        for one in pieces:
            together[self._shared_by(one)].append(one)
        cuts = {minute for one in pieces for minute in one.stretch} | {
            minute for row in self.sessions for minute in row.stretch
        }
        for held in together.values():
            gone = [Piece(one.member, one.slot, part) for one in held for part in self._away(one)]
            there = [
                Piece(one.member, one.slot, part)
                for one in held
                for part in without([one.stretch], self.day.adults[one.member].away)
            ]
            yield from self._bare(gone, there)
            yield from self._held(there, cuts)

    def _shared_by(self, one: Piece) -> tuple:
        """Adults who help one class at one time are one thing: the second is the first who can be spared."""
        is_shared = one.slot.group is not None and self._slot_rank(one.slot) is Rank.HELP
        return ("group", one.slot.group, one.slot.skill) if is_shared else ("slot", one.slot.pk)

    def _away(self, one: Piece) -> list[Stretch]:
        """What of it its adult is away from, needs somebody, and is not decided."""
        if not one.slot.kind.needs_cover:
            return []
        decided = [
            cover.stretch
            for cover in self.day.decided
            if cover.slot_id == one.slot.pk and cover.instead_of_id == one.member
        ]
        return without(common([one.stretch], self.day.adults[one.member].away), decided)

    def _bare(self, gone: list[Piece], there: list[Piece]) -> Iterator[Task]:
        """What nobody holds is a thing of its own; where others go on with it, only that it is thinner is said."""
        helped = [one.stretch for one in there]
        for stretch in without([one.stretch for one in gone], helped):
            yield self._slot_task(next(one for one in gone if overlap(one.stretch, stretch)), stretch, [], bare=True)
        for one in gone:
            for stretch in common([one.stretch], helped):
                yield self._slot_task(one, stretch, [other for other in there if overlap(other.stretch, stretch)])

    def _held(self, there: list[Piece], cuts: set[int]) -> Iterator[Task]:
        """What adults hold, cut where somebody could be needed elsewhere: help can be given in parts, a duty not."""
        parts: dict[Stretch, list[Piece]] = defaultdict(list)
        for one in there:
            for part in self._parts(one, cuts):
                parts[part].append(one)
        for part, held in parts.items():
            yield self._slot_task(held[0], part, held)

    def _parts(self, one: Piece, cuts: set[int]) -> list[Stretch]:
        if self._slot_rank(one.slot) not in (Rank.HELP, Rank.SECOND):
            return [one.stretch]
        first, last = one.stretch
        inside = [first, *sorted(minute for minute in cuts if first < minute < last), last]
        return list(zip(inside, inside[1:], strict=False))

    def _slot_task(self, one: Piece, part: Stretch, held: list[Piece], *, bare: bool = False) -> Task:
        slot, there = one.slot, tuple(dict.fromkeys(row.member for row in held))
        is_short = self._slot_rank(slot) is Rank.HELP and part[1] - part[0] < SHORTEST
        is_thinner = (bool(held) and one.member not in there) or (bare and is_short)
        skills = frozenset({slot.skill}) if slot.skill else frozenset()
        may = self._may(part, skills)
        least = self._least(skills, 1)
        group = self.week.groups.get(slot.group or 0, "")
        job = Job(
            f"{'t' if is_thinner else 'b'}{slot.pk}-{part[0]}", (part,), self._slot_rank(slot), () if bare else there,
            may | set(there), wanted=max(len(there), least), least=least, costs=self._costs(may, (), (), [one.member]),
        )  # fmt: skip
        gone = (
            [Gone(CoverDecision.Cause.AWAY, self.day.adults[one.member].member, slot.pk, part)]
            if bare or is_thinner
            else []
        )
        return Task(
            job, ", ".join(filter(None, (group, slot.doing or slot.kind.name))), kind=slot.kind, place=slot.place,
            skills=skills, slots={row.member: row.slot.pk for row in held}, gone=gone, is_past=part[1] <= self.minute,
            is_thinner=is_thinner,
        )  # fmt: skip

    def _slot_rank(self, slot: Placed) -> Rank:
        if self._is_for_life([slot.skill or 0]):
            return Rank.CARE
        if not slot.kind.needs_cover:
            return Rank.SECOND
        if slot.kind.weight == Weight.SAFETY:
            return Rank.SAFETY
        return Rank.PROVISION if slot.kind.tone == Tone.INTERVENTION else Rank.HELP
