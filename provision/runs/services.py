"""Setting up runs, changing them, and planning their sessions from the timetable and the school's calendar."""

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from itertools import cycle
from typing import Any

from django.db import DatabaseError, transaction
from django.db.models import Q
from django.utils import timezone

from pupils.models import Pupil, Target
from sendco.audit import services as audit
from sendco.audit.models import Audience
from sendco.clock import SchoolCalendar, short_date
from sendco.refusals import Refused
from staff.board.selectors import week_letters
from staff.models import Closure, School, StaffMember, User
from staff.saving import save_versioned
from staff.selectors import school_calendar

from ..models import (
    Intervention,
    LostReason,
    Place,
    PlaceTarget,
    Provision,
    ProvisionAdult,
    ProvisionTime,
    Session,
    SessionAdult,
    Sharing,
    WaitingPupil,
)
from .planning import PARTS, Key, Wanted, is_school_day, sessions_of
from .refusals import RunReason

logger = logging.getLogger(__name__)
ONE_DAY = timedelta(days=1)
LONGEST = timedelta(days=400)  # a school year with both its summers
# A closure that is known this long before is planned around; of a later one, such as snow, what it takes is lost.
NOTICE = timedelta(days=7)


@dataclass(frozen=True)
class At:
    """One time of the week."""

    weekday: int
    starts_at: time
    minutes: int
    week: str = ""


def _record(
    run: Provision, code: str, text: str, *, by: User | None, pupil: Pupil | None = None, on: date | None = None
) -> None:
    audit.record(
        code, run, text=text, by=by, school_id=run.school_id, pupil_id=pupil.pk if pupil else None, happened_on=on
    )


def _taken(run: Provision) -> Provision:
    return Provision.objects.select_for_update(of=("self",)).select_related("school", "intervention").get(pk=run.pk)


# --- Planning the sessions ---------------------------------------------------------------------------------------
class Days:
    """What a school has entered about its days, read once for all of its runs."""

    def __init__(self, school: School, today: date):
        self.today = today
        self.calendar: SchoolCalendar | None = school_calendar(school)
        self.letter: Callable[[date], str] = week_letters(school, self.calendar)
        rows = Closure.objects.filter(school=school, kind=Closure.Kind.CLOSED, ends_on__gte=today)
        self._closed = list(rows.values_list("starts_on", "ends_on"))

    def lost(self, day: date) -> bool:
        """Whether a session planned on this day, on which the school is closed, was lost rather than never planned."""
        if day < self.today:
            return is_school_day(self.calendar, day) is False
        sudden = any(first <= day <= last for first, last in self._closed)
        return sudden and day - self.today < NOTICE


def plan_sessions(run: Provision, days: Days) -> None:
    """Bring the run's sessions in step with its times, adults and days. Nothing that was logged is touched."""
    wanted = sessions_of(run, run.times.all(), run.adults.all(), calendar=days.calendar, letter_of=days.letter)
    rows = Session.objects.select_for_update(of=("self",)).filter(provision=run, was_planned=True, in_place_of=None)
    there = {Key(row.on, row.starts_at, row.part): row for row in rows}
    # At a time at which one stands that was added, moved or makes another good, none is planned beside it.
    others = Session.objects.filter(provision=run).exclude(pk__in=[row.pk for row in rows])
    taken = {Key(*times) for times in others.values_list("on", "starts_at", "part")}
    wanted = {key: want for key, want in wanted.items() if key not in taken}
    _take_away([row for key, row in there.items() if key not in wanted], days)
    _add(run, {key: want for key, want in wanted.items() if key not in there})
    _change(run, [(there[key], want) for key, want in wanted.items() if key in there], days)


def _take_away(rows: list[Session], days: Days) -> None:
    gone = []
    for row in rows:
        if not row.is_open:
            continue
        if days.lost(row.on):
            row.state, row.reason, row.version = Session.State.LOST, LostReason.CLOSED, row.version + 1
            with audit.saving(row, by=None):
                row.save(update_fields=["state", "reason", "version"])
        elif is_school_day(days.calendar, row.on) is not None or row.on >= days.today:
            gone.append(row.pk)
    Session.objects.filter(pk__in=gone, state=Session.State.PLANNED).delete()


def _add(run: Provision, wanted: dict[Key, Wanted]) -> None:
    rows = [
        Session(
            school_id=run.school_id, provision=run, on=key.on, starts_at=key.starts_at, part=key.part,
            minutes=want.minutes,
        )
        for key, want in wanted.items()
    ]  # fmt: skip
    Session.objects.bulk_create(rows)
    SessionAdult.objects.bulk_create(
        SessionAdult(session=row, member_id=member)
        for row, want in zip(rows, wanted.values(), strict=True)
        for member in want.members
    )


def _change(run: Provision, pairs: list[tuple[Session, Wanted]], days: Days) -> None:
    """Put right what is still to come, and open again what a closure took that the school has taken back."""
    changed, ahead = [], {}
    for row, want in pairs:
        if row.state == Session.State.LOST and row.reason == LostReason.CLOSED and row.logged_by_id is None:
            row.state, row.reason = Session.State.PLANNED, ""
            changed.append(row)
        if not row.is_open or row.on < days.today:
            continue
        if not row.adults_by_hand:
            ahead[row.pk] = want.members
        if row.minutes != want.minutes:
            row.minutes = want.minutes
            changed.append(row)
    Session.objects.bulk_update(changed, ["state", "reason", "minutes"], batch_size=200)
    _set_adults(ahead)


def _set_adults(wanted: dict[int, tuple[int, ...]]) -> None:
    """Make these the adults of the sessions. One for which cover was found keeps it."""
    rows: dict[int, list[SessionAdult]] = {pk: [] for pk in wanted}
    for row in SessionAdult.objects.filter(session__in=list(wanted)):
        rows[row.session_id].append(row)
    gone, new = [], []
    for pk, members in wanted.items():
        if any(row.is_cover for row in rows[pk]):
            continue
        now = {row.member_id: row.pk for row in rows[pk]}
        gone += [row for member, row in now.items() if member not in members]
        new += [SessionAdult(session_id=pk, member_id=member) for member in members if member not in now]
    SessionAdult.objects.filter(pk__in=gone).delete()
    SessionAdult.objects.bulk_create(new)


def _replan(run: Provision) -> None:
    run = Provision.objects.select_related("school").prefetch_related("times", "adults").get(pk=run.pk)
    plan_sessions(run, Days(run.school, timezone.localdate()))


def plan_school(school: School) -> int:
    """Plan the sessions of every run that goes on or was to meet lately: the calendar may have changed. Returns how
    many runs were looked at. One short transaction for each, so that nobody waits long."""
    today = timezone.localdate()
    days = Days(school, today)
    ids = list(Provision.objects.filter(school=school, ends_on__gte=today - LONGEST).values_list("pk", flat=True))
    for pk in ids:
        try:
            with transaction.atomic():
                Provision.objects.select_for_update(of=("self",)).get(pk=pk)
                run = Provision.objects.prefetch_related("times", "adults").get(pk=pk)
                plan_sessions(run, days)
        except DatabaseError:
            # One run must not hold up the others, nor the dates of the school. It is tried again tomorrow.
            logger.exception("The sessions of run %s could not be planned.", pk)
    return len(ids)


# --- A run -------------------------------------------------------------------------------------------------------
@transaction.atomic
def set_up(
    *,
    school: School,
    intervention: Intervention,
    values: dict[str, Any],
    times: Sequence[At],
    adults: Sequence[StaffMember],
    pupils: Sequence[Pupil],
    by: User,
    copied_from: Provision | None = None,
) -> Provision:
    """Set up a run with everything that belongs to it, and plan its sessions. Raises Refused."""
    _check_dates(values["starts_on"], values["ends_on"])
    if not times:
        raise Refused(RunReason.NO_DAY, field="weekdays")
    if not pupils:
        raise Refused(RunReason.NO_PUPIL, field="pupils")
    run = Provision(
        school=school, intervention=intervention, copied_from=copied_from, entered_by=by, **values
    )  # fmt: skip
    _check_parts(run.sharing, adults)
    with audit.saving(run, by=by):
        run.save()
    _record(run, "provision.set_up", f"{run.name} set up, from {short_date(run.starts_on)}", by=by)
    _add_times(run, times, run.starts_on, by=by)
    _add_adults(run, adults, run.starts_on, by=by)
    _add_places(run, pupils, run.starts_on, by=by)
    _replan(run)
    return run


def _check_dates(first: date, last: date) -> None:
    if last < first:
        raise Refused(RunReason.ENDS_BEFORE_START, field="ends_on")
    if last - first > LONGEST:
        raise Refused(RunReason.TOO_LONG, field="ends_on")


def _check_parts(sharing: str, adults: Sequence[StaffMember]) -> None:
    if sharing == Sharing.PARTS and len(adults) < 2:
        raise Refused(RunReason.PARTS_WANT_ADULTS, field="adults")


def _add_times(run: Provision, times: Sequence[At], first: date, *, by: User) -> None:
    seen: set[tuple[int, time, str]] = set()
    for at in times:
        weeks = {(at.weekday, at.starts_at, week) for week in at.week or "AB"}
        row = ProvisionTime(
            provision=run, week=at.week, weekday=at.weekday, starts_at=at.starts_at, minutes=at.minutes, starts_on=first
        )
        if seen & weeks:
            raise Refused(RunReason.TIME_TWICE, weekday=row.get_weekday_display(), time=f"{at.starts_at:%H:%M}")
        seen |= weeks
        with audit.saving(row, by=by):
            row.save()


def _add_adults(run: Provision, adults: Sequence[StaffMember], first: date, *, by: User) -> None:
    for turn, member in enumerate(adults, start=1):
        part = PARTS[turn - 1] if run.sharing == Sharing.PARTS else ""
        row = ProvisionAdult(
            provision=run, member=member, turn=turn, part=part, sharing=run.sharing, starts_on=first
        )  # fmt: skip
        with audit.saving(row, by=by):
            row.save()


def _parts_of(run: Provision) -> list[str]:
    """The parts of the group that somebody leads from now on; none where the group is whole."""
    if run.sharing != Sharing.PARTS:
        return []
    return sorted({row.part for row in run.adults.all() if row.part and row.ends_on is None})


def _add_places(run: Provision, pupils: Sequence[Pupil], first: date, *, by: User) -> None:
    parts = cycle(_parts_of(run) or [""])
    for pupil, part in zip(pupils, parts, strict=False):
        _add_place(run, pupil, first, part=part, by=by)


def _smallest(parts: Sequence[str], places: Iterable[Place]) -> str:
    """The part with fewest of these places; none where the group is whole."""
    taken = Counter(place.part for place in places)
    return min(parts, key=lambda part: (taken[part], part), default="")


def _add_place(run: Provision, pupil: Pupil, first: date, *, part: str, by: User) -> Place:
    place = Place(provision=run, pupil=pupil, starts_on=first, part=part)
    with audit.saving(place, by=by):
        place.save()
    text = f"{run.name} ({run.intervention.name}) begins on {short_date(first)}"
    _record(run, "provision.place_added", text, by=by, pupil=pupil, on=first)
    for row in WaitingPupil.objects.filter(intervention=run.intervention, pupil=pupil, ended_on=None):
        row.ended_on, row.ending = timezone.localdate(), WaitingPupil.Ending.PLACED
        with audit.saving(row, by=by):
            row.save(update_fields=["ended_on", "ending"])
    return place


@transaction.atomic
def change_run(*, run: Provision, values: dict[str, Any], version: int, by: User) -> Provision:
    """Change name, dates, place, focus and funding. Logged sessions outside the new dates are in the way. Raises
    Refused and ChangedMeanwhile."""
    _check_dates(values["starts_on"], values["ends_on"])
    current = _taken(run)
    _check_logged(current, values["starts_on"], values["ends_on"])
    saved, changed = save_versioned(current, values, version=version, by=by)
    if not changed:
        return saved
    if "starts_on" in changed:
        _follow_start(saved, run.starts_on, by=by)
    _replan(saved)
    _record(saved, "provision.changed", f"{saved.name} changed", by=by)
    return saved


def _follow_start(run: Provision, before: date, *, by: User) -> None:
    """What began with the run, or would begin before it, begins with it now."""
    for rows in (run.times.all(), run.adults.all(), run.places.all()):
        for row in rows:
            if row.ends_on and row.ends_on < run.starts_on:
                # It never came to be. Of a child nothing is taken away unasked.
                if isinstance(row, Place):
                    raise Refused(RunReason.PLACE_ENDS_BEFORE, pupil=row.pupil.name, day=row.ends_on, field="starts_on")
                with audit.saving(row, by=by):
                    row.delete()
            elif row.starts_on == before or row.starts_on < run.starts_on:
                row.starts_on = run.starts_on
                with audit.saving(row, by=by):
                    row.save(update_fields=["starts_on"])


def _check_logged(run: Provision, first: date, last: date) -> None:
    logged = run.sessions.exclude(state=Session.State.PLANNED).exclude(logged_by=None).order_by("on")
    after = list(logged.filter(on__gt=last).values_list("on", flat=True))
    if after:
        raise Refused(RunReason.SESSIONS_AFTER, count=len(after), day=after[-1], field="ends_on")
    before = list(logged.filter(on__lt=first).values_list("on", flat=True))
    if before:
        raise Refused(RunReason.SESSIONS_BEFORE, count=len(before), day=before[0], field="starts_on")


@transaction.atomic
def set_times(*, run: Provision, times: Sequence[At], from_on: date, version: int, by: User) -> Provision:
    """Let the run meet at these times from a day on. What was before that day stays as it was."""
    current = _taken(run)
    if not times:
        raise Refused(RunReason.NO_DAY)
    first = max(from_on, current.starts_on)
    saved, _ = save_versioned(current, {}, version=version, by=by)
    _end_rows(saved.times.all(), first, by=by)
    _add_times(saved, times, first, by=by)
    _bump(saved, by=by)
    _replan(saved)
    _record(saved, "provision.times_set", f"Times of {saved.name} changed from {short_date(first)}", by=by)
    return saved


def _end_rows(rows: Iterable[Any], first: date, *, by: User) -> None:
    """End what goes on beyond this day on the day before; what was to begin on it or later never does."""
    for row in rows:
        if row.starts_on >= first:
            with audit.saving(row, by=by):
                row.delete()
        elif row.ends_on is None or row.ends_on >= first:
            row.ends_on = first - ONE_DAY
            with audit.saving(row, by=by):
                row.save(update_fields=["ends_on"])


def _bump(run: Provision, *, by: User, **values: Any) -> None:
    for name, value in values.items():
        setattr(run, name, value)
    run.version += 1
    with audit.saving(run, by=by):
        run.save(update_fields=[*values, "version"])


@transaction.atomic
def set_adults(
    *, run: Provision, adults: Sequence[StaffMember], sharing: str, from_on: date, version: int, by: User
) -> Provision:
    """Let these adults lead the run from a day on, in this order of turns, and share it in this way."""
    current = _taken(run)
    _check_parts(sharing, adults)
    first = max(from_on, current.starts_on)
    saved, _ = save_versioned(current, {}, version=version, by=by)
    _end_rows(saved.adults.all(), first, by=by)
    _bump(saved, by=by, sharing=sharing)
    _add_adults(saved, adults, first, by=by)
    _share_out(saved, by=by)
    _replan(saved)
    names = ", ".join(member.name for member in adults) or "nobody yet"
    _record(saved, "provision.adults_set", f"{saved.name} is led by {names} from {short_date(first)}", by=by)
    return saved


def _share_out(run: Provision, *, by: User) -> None:
    """Give each child a part of the group that somebody leads. Where the group is whole from now on each keeps theirs:
    the sessions before were held in parts."""
    parts = _parts_of(run)
    places = list(run.places.filter(ends_on=None))
    for place in places:
        if not parts or place.part in parts:
            continue
        place.part = _smallest(parts, places)
        with audit.saving(place, by=by):
            place.save(update_fields=["part"])


@transaction.atomic
def remove_run(*, run: Provision, by: User) -> None:
    """Take away a run that was set up by mistake. One with a log is ended instead. Raises Refused."""
    current = _taken(run)
    logged = current.sessions.exclude(logged_by=None).count()
    if logged:
        raise Refused(RunReason.HAS_SESSIONS, count=logged)
    text = f"{current.name} ({current.intervention.name}) removed: entered by mistake"
    for place in current.places.select_related("pupil"):
        audit.record(
            "provision.removed", current, text=text, by=by, school_id=current.school_id, pupil_id=place.pupil_id
        )
    audit.record("provision.removed", current, text=text, by=by, audience=Audience.RECORD)
    # Copies go on by themselves, and nothing that was planned in another's place stands after it.
    current.copies.update(copied_from=None)
    current.sessions.update(in_place_of=None)
    with audit.saving(current, by=by):
        current.delete()


@transaction.atomic
def copy_run(*, run: Provision, starts_on: date, ends_on: date, by: User) -> Provision:
    """The same run in other weeks: its children, adults, times and what it works on. Safe to ask for twice. Raises
    Refused."""
    current = _taken(run)
    earlier = current.copies.filter(starts_on=starts_on).first()
    if earlier:
        raise Refused(RunReason.COPIED, name=earlier.name)
    last = current.ends_on
    times = [
        At(row.weekday, row.starts_at, row.minutes, row.week)
        for row in current.times.all()
        if row.ends_on is None or row.ends_on >= last
    ]
    adults = [row.member for row in current.adults.select_related("member") if row.ends_on is None]
    there = current.places.filter(ends_on=None, pupil__left_on=None).select_related("pupil")
    values = {
        name: getattr(current, name) for name in ("name", "unit", "place", "focus", "sharing", "is_private", "funding")
    }
    return set_up(
        school=current.school, intervention=current.intervention,
        values=values | {"starts_on": starts_on, "ends_on": ends_on}, times=times, adults=adults,
        pupils=[row.pupil for row in there], by=by, copied_from=current,
    )  # fmt: skip


# --- Children in it ----------------------------------------------------------------------------------------------
@transaction.atomic
def add_pupils(*, run: Provision, pupils: Sequence[Pupil], starts_on: date, by: User) -> list[Place]:
    """Put children into a run from a day on. Raises Refused."""
    current = _taken(run)
    if not pupils:
        raise Refused(RunReason.NO_PUPIL, field="pupils")
    _within(current, starts_on, "starts_on")
    parts = _parts_of(current)
    found = []
    for pupil in pupils:
        part = _smallest(parts, current.places.filter(Q(ends_on=None) | Q(ends_on__gte=starts_on)))
        open_place = current.places.filter(pupil=pupil).order_by("-starts_on").first()
        if open_place and open_place.ends_on is None:
            raise Refused(RunReason.PLACE_THERE, pupil=pupil.name, field="pupils")
        if open_place and open_place.ends_on and starts_on <= open_place.ends_on:
            raise Refused(RunReason.PLACE_OVERLAPS, pupil=pupil.name, day=open_place.ends_on, field="starts_on")
        found.append(_add_place(current, pupil, starts_on, part=part, by=by))
    return found


def _within(run: Provision, day: date, field: str) -> None:
    if not run.runs_on(day):
        raise Refused(RunReason.PLACE_OUTSIDE, first=run.starts_on, last=run.ends_on, field=field)


@transaction.atomic
def change_place(
    *, place: Place, values: dict[str, Any], targets: Sequence[Target], version: int, by: User
) -> Place:  # fmt: skip
    """Change a child's own dates, part, entry check and targets. Sessions that were logged with the child stay within
    the dates. Raises Refused and ChangedMeanwhile."""
    run = _taken(place.provision)
    first, last = values["starts_on"], values["ends_on"]
    if last and last < first:
        raise Refused(RunReason.ENDS_BEFORE_START, field="ends_on")
    _within(run, first, "starts_on")
    logged = place.pupil.attendances.filter(session__provision=run).order_by("session__on")
    logged = logged.filter(session__on__gte=place.starts_on)
    if place.ends_on:
        logged = logged.filter(session__on__lte=place.ends_on)
    days = list(logged.values_list("session__on", flat=True))
    if days and days[0] < first:
        raise Refused(RunReason.PLACE_LOGGED_BEFORE, pupil=place.pupil.name, day=days[0], field="starts_on")
    if days and last and days[-1] > last:
        raise Refused(RunReason.PLACE_LOGGED, pupil=place.pupil.name, day=days[-1], field="ends_on")
    others = run.places.filter(pupil=place.pupil).exclude(pk=place.pk)
    for other in others:
        if first <= (other.ends_on or date.max) and other.starts_on <= (last or date.max):
            day = other.ends_on or other.starts_on
            raise Refused(RunReason.PLACE_OVERLAPS, pupil=place.pupil.name, day=day, field="starts_on")
    saved, changed = save_versioned(place, values, version=version, by=by)
    link_targets(place=saved, targets=targets, by=by)
    if "ends_on" in changed and last:
        text = f"{run.name} ({run.intervention.name}) ends on {short_date(last)}"
        text += f": {saved.end_note}" if saved.end_note else ""
        _record(run, "provision.place_ended", text, by=by, pupil=place.pupil, on=last)
    elif changed:
        _record(run, "provision.place_changed", f"Place in {run.name} changed", by=by, pupil=place.pupil)
    return saved


@transaction.atomic
def remove_place(*, place: Place, by: User) -> None:
    """Take away a place that was given by mistake. A child who stands in a log had it. Raises Refused."""
    run = _taken(place.provision)
    logged = place.pupil.attendances.filter(session__provision=run, session__on__gte=place.starts_on)
    if place.ends_on:
        logged = logged.filter(session__on__lte=place.ends_on)
    day = logged.order_by("-session__on").values_list("session__on", flat=True).first()
    if day:
        raise Refused(RunReason.PLACE_STANDS, pupil=place.pupil.name, day=day)
    _record(run, "provision.place_removed", f"Place in {run.name} removed: a mistake", by=by, pupil=place.pupil)
    with audit.saving(place, by=by):
        place.delete()


@transaction.atomic
def link_targets(*, place: Place, targets: Sequence[Target], by: User) -> None:
    """Say for which targets of the child's plan the child is in the run."""
    wanted = {target.pk: target for target in targets}
    for row in place.targets.exclude(target__in=wanted):
        with audit.saving(row, by=by):
            row.delete()
    there = set(place.targets.values_list("target", flat=True))
    for pk in wanted.keys() - there:
        row = PlaceTarget(place=place, target=wanted[pk])
        with audit.saving(row, by=by):
            row.save()


# --- The waiting list --------------------------------------------------------------------------------------------
@transaction.atomic
def put_on_list(*, intervention: Intervention, pupil: Pupil, since: date, why: str, by: User) -> WaitingPupil:
    """Raises Refused where the child waits for it already."""
    Intervention.objects.select_for_update(of=("self",)).get(pk=intervention.pk)  # nobody else adds the same
    row = WaitingPupil.objects.filter(intervention=intervention, pupil=pupil, ended_on=None).first()
    if row:
        raise Refused(RunReason.ON_LIST, pupil=pupil.name, day=row.since, field="pupil")
    row = WaitingPupil(intervention=intervention, pupil=pupil, since=since, why=why, asked_by=by)
    with audit.saving(row, by=by):
        row.save()
    text = f"Waits for {intervention.name} since {short_date(since)}"
    audit.record("provision.waits", row, text=text, by=by, school_id=intervention.school_id)
    return row


@transaction.atomic
def take_off_list(*, row: WaitingPupil, note: str, by: User) -> None:
    current = (
        WaitingPupil.objects.select_for_update(of=("self",)).select_related("pupil", "intervention").get(pk=row.pk)
    )
    if current.ended_on:
        raise Refused(RunReason.WAIT_OVER, pupil=current.pupil.name)
    current.ended_on, current.ending, current.end_note = timezone.localdate(), WaitingPupil.Ending.REMOVED, note
    with audit.saving(current, by=by):
        current.save(update_fields=["ended_on", "ending", "end_note"])
    text = f"No longer waits for {current.intervention.name}" + (f": {note}" if note else "")
    audit.record(
        "provision.waits_no_more", current, text=text, by=by, school_id=current.intervention.school_id
    )  # fmt: skip
