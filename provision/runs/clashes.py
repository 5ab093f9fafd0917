"""What does not fit about a run: a child in two groups at once, an adult in two places, a lesson missed every time."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Q

from staff.board.selectors import board_week, periods_of, periods_on, placed_in
from staff.board.selectors import kinds_of as slot_kinds
from staff.minutes import minute_of, overlap, without
from staff.models import Certificate, Period, Post, Slot, SlotKind, StaffMember
from staff.posts.selectors import WorkDay, working_times

from ..models import Place, Provision, ProvisionAdult, ProvisionTime

NAMES = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(frozen=True)
class Clash:
    """One thing to look at. `code` decides, the words only show."""

    code: str
    text: str


def clashes(run: Provision, today: date) -> list[Clash]:
    """Of the run from today on, or from its first day. A constant number of queries."""
    first = max(run.starts_on, today)
    if first > run.ends_on:
        return []
    times = [row for row in run.times.all() if row.ends_on is None or row.ends_on >= first]
    adults = [row for row in run.adults.all() if row.ends_on is None or row.ends_on >= first]
    found = [*_no_adult(run, adults), *_untrained(run, adults, first)]
    found += _two_groups(run, times, first)
    found += _two_places(run, times, adults, first)
    found += _not_at_work(run, times, adults, first)
    found += _missed_lessons(run, times, first)
    return found


def _no_adult(run: Provision, adults: list[ProvisionAdult]) -> Iterator[Clash]:
    if not adults:
        yield Clash("no_adult", "Nobody leads it yet.")
    last: dict[int, date] = {}
    posts = Post.objects.filter(member__in=[row.member_id for row in adults])
    for member, ends_on in posts.values_list("member", "ends_on"):
        last[member] = max(last.get(member, date.min), ends_on or date.max)
    for row in adults:
        ends = last.get(row.member_id)
        if ends is None:
            yield Clash("no_post", f"No post is entered for {row.member.name}: what their time costs is not known.")
        elif ends < run.ends_on and (row.ends_on is None or ends < row.ends_on):
            yield Clash("adult_leaves", f"{row.member.name} works here until {_day(ends)} only.")


def _day(day: date) -> str:
    return f"{NAMES[day.weekday()]} {day.day} {day:%b %Y}"


def _untrained(run: Provision, adults: list[ProvisionAdult], first: date) -> Iterator[Clash]:
    skill = run.intervention.skill_id
    if not skill or not adults:
        return
    trained = Certificate.objects.standing(first).filter(skill=skill, member__in=[row.member_id for row in adults])
    able = set(trained.values_list("member", flat=True))
    for row in adults:
        if row.member_id not in able:
            yield Clash(
                "untrained", f"{row.member.name} has no certificate in {run.intervention.skill.name} that stands."
            )


# --- Two at once -------------------------------------------------------------------------------------------------
def at_once(one: ProvisionTime, other: ProvisionTime) -> bool:
    """Whether two times of the week fall together in some week."""
    return (
        one.weekday == other.weekday
        and (not one.week or not other.week or one.week == other.week)
        and one.starts_on <= (other.ends_on or date.max)
        and other.starts_on <= (one.ends_on or date.max)
        and overlap(one.stretch, other.stretch)
    )


def _two_groups(run: Provision, times: list[ProvisionTime], first: date) -> Iterator[Clash]:
    going = Q(ends_on=None) | Q(ends_on__gte=first)
    here = {place.pupil_id: place for place in run.places.filter(going).select_related("pupil")}
    others = (
        Place.objects.filter(going, pupil__in=here, provision__ends_on__gte=first)
        .exclude(provision=run)
        .select_related("provision")
        .prefetch_related("provision__times")
    )
    for other in others:
        own = here[other.pupil_id]
        if own.starts_on > (other.ends_on or other.provision.ends_on) or other.starts_on > (own.ends_on or run.ends_on):
            continue
        for one, two in ((a, b) for a in times for b in other.provision.times.all() if at_once(a, b)):
            yield Clash(
                "two_groups",
                f"{own.pupil.name} is in {other.provision.name} at the same time: {NAMES[one.weekday]} "
                f"{two.starts_at:%H:%M}.",
            )


def _two_places(
    run: Provision, times: list[ProvisionTime], adults: list[ProvisionAdult], first: date
) -> Iterator[Clash]:
    by_member = {row.member_id: row.member for row in adults}
    others = (
        ProvisionAdult.objects.filter(
            Q(ends_on=None) | Q(ends_on__gte=first), member__in=by_member, provision__ends_on__gte=first
        )
        .exclude(provision=run)
        .select_related("provision")
        .prefetch_related("provision__times")
    )
    for other in others:
        if other.provision.starts_on > run.ends_on:
            continue
        for one, two in ((a, b) for a in times for b in other.provision.times.all() if at_once(a, b)):
            yield Clash(
                "two_places",
                f"{by_member[other.member_id].name} leads {other.provision.name} at the same time: "
                f"{NAMES[one.weekday]} {two.starts_at:%H:%M}.",
            )
    yield from _on_the_board(run, times, by_member, first)


def _on_the_board(
    run: Provision, times: list[ProvisionTime], by_member: dict[int, StaffMember], first: date
) -> Iterator[Clash]:
    """A duty or a lesson of the board at the same time. A slot for interventions is where a run belongs."""
    slots = Slot.objects.filter(
        Q(ends_on=None) | Q(ends_on__gte=first), member__in=by_member, starts_on__lte=run.ends_on, kind__makes_busy=True
    ).exclude(kind__tone=SlotKind.Tone.INTERVENTION)
    slots = slots.filter(
        Q(timetable__ends_on=None) | Q(timetable__ends_on__gte=first), timetable__starts_on__lte=run.ends_on
    )
    for slot in slots.select_related("kind", "group"):
        stretch = (minute_of(slot.starts_at), minute_of(slot.ends_at))
        for one in times:
            same_week = not one.week or not slot.week or one.week == slot.week
            if one.weekday == slot.weekday and same_week and overlap(one.stretch, stretch):
                what = slot.group.name if slot.group else slot.doing or slot.kind.name
                yield Clash(
                    "on_the_board",
                    f"{by_member[slot.member_id].name} is placed on the board at the same time: {what}, "
                    f"{NAMES[one.weekday]} {slot.starts_at:%H:%M}.",
                )


def _not_at_work(
    run: Provision, times: list[ProvisionTime], adults: list[ProvisionAdult], first: date
) -> Iterator[Clash]:
    """Outside somebody's working hours in the first week from this day."""
    days = [first + timedelta(days=step) for step in range(7)]
    work = [WorkDay(day, letter="", is_open=True, is_inset=False) for day in days]
    members = [row.member_id for row in adults]
    worked = working_times(members, work)
    names = {row.member_id: row.member.name for row in adults}
    for member in members:
        if not any(worked.get(member, {}).values()):
            continue  # no pattern is entered: nobody knows
        for one in times:
            day = next(day for day in days if day.weekday() == one.weekday)
            if without([one.stretch], worked[member].get(day, [])):
                yield Clash(
                    "outside_hours",
                    f"{names[member]} does not work {NAMES[one.weekday]} {one.starts_at:%H:%M} "
                    f"for {one.minutes} minutes.",
                )


# --- What is missed ----------------------------------------------------------------------------------------------
def _missed_lessons(run: Provision, times: list[ProvisionTime], first: date) -> Iterator[Clash]:
    """Breaks that children lose, and one lesson that they would miss every time."""
    week = board_week(run.school, first)
    if not week.timetable:
        return
    periods = periods_of(week.timetable)
    for one in times:
        for period in _covered(periods, one):
            if period.kind in (Period.Kind.BREAK, Period.Kind.LUNCH):
                yield Clash("misses_break", f"It takes from {period.name.lower()} on {NAMES[one.weekday]}.")
    yield from _same_subject(run, times, week)


def _covered(periods: Iterable[Period], one: ProvisionTime) -> Iterator[Period]:
    for period in periods_on(periods, one.weekday):
        if overlap(one.stretch, (minute_of(period.starts_at), minute_of(period.ends_at))):
            yield period


def _same_subject(run: Provision, times: list[ProvisionTime], week: Any) -> Iterator[Clash]:
    """Where the board says what a class does: children who would miss the same lesson each time the run meets."""
    classes = {
        place.pupil.form_group_id: place.pupil.form_group
        for place in run.places.filter(ends_on=None).select_related("pupil__form_group")
        if place.pupil.form_group_id
    }
    slots = Slot.objects.filter(group__in=classes).exclude(doing="")
    placed = placed_in(week, slots, slot_kinds(run.school))
    for pk, group in classes.items():
        missed: dict[str, set[int]] = defaultdict(set)
        for slot in placed:
            for one in times:
                if slot.group == pk and slot.day.weekday() == one.weekday and overlap(slot.stretch, one.stretch):
                    missed[slot.doing].add(one.weekday)
        for lesson, days in missed.items():
            if len(days) > 1 and len(days) == len({one.weekday for one in times}):
                yield Clash("same_lesson", f"{group.name} has {lesson} each time: its pupils would miss it every time.")
