"""Reads about cover that is decided: of a day, of one adult, and who does not know of it yet."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from staff.absences.selectors import stretches_away
from staff.acting import Acting
from staff.minutes import common, time_of
from staff.models import School, StaffMember

from ..models import CoverDecision, CoverNotice

Item = list  # minute of the day, minutes, what: "s" and the session, or "b" and the slot


@dataclass
class Untold:
    """An adult whose cover of a day is not what they were told last."""

    member: StaffMember
    items: list[Item] = field(default_factory=list)
    was_told: bool = False

    @property
    def subject(self) -> str:
        if not self.items:
            return "You are not needed as cover any more"
        return "Your cover has changed" if self.was_told else "You cover somebody"

    @property
    def words(self) -> str:
        if not self.items:
            return "not needed any more"
        times = ", ".join(f"{time_of(first):%H:%M}" for first, _, _ in self.items)
        return f"changed: {times}" if self.was_told else times


def decided_on(acting: Acting, on: date) -> list[CoverDecision]:
    """What was decided about the day, in its order."""
    rows = CoverDecision.objects.visible_to(acting).standing().filter(on=on)
    return list(
        rows.select_related("member", "instead_of", "session__provision", "slot__kind", "slot__group", "decided_by")
    )


def untold(school: School, on: date) -> list[Untold]:
    """Those who do not know yet, or for whom something changed since they were told. Two queries."""
    now: dict[int, list[Item]] = defaultdict(list)
    members: dict[int, StaffMember] = {}
    rows = CoverDecision.objects.standing().filter(school=school, on=on).select_related("member__user")
    for cover in rows:
        if cover.member is None:
            continue
        members[cover.member.pk] = cover.member
        what = f"s{cover.session_id}" if cover.session_id else f"b{cover.slot_id}"
        now[cover.member.pk].append([cover.stretch[0], cover.minutes, what])
    told: dict[int, list[Item]] = {}
    for notice in CoverNotice.objects.filter(school=school, on=on).select_related("member__user"):
        told[notice.member_id] = notice.items
        members.setdefault(notice.member_id, notice.member)
    found = [
        Untold(member, sorted(now[pk]), was_told=pk in told)
        for pk, member in members.items()
        if sorted(now[pk]) != told.get(pk, [])
    ]
    return sorted(found, key=lambda one: one.member.name)


def last_told(school: School, on: date) -> dict[int, CoverNotice]:
    """{adult: what they were told last of the day}."""
    return {row.member_id: row for row in CoverNotice.objects.filter(school=school, on=on)}


def back_after_all(covers: Iterable[CoverDecision], on: date) -> set[int]:
    """The covers whose adult is not away any more. One query."""
    rows = [one for one in covers if one.cause == CoverDecision.Cause.AWAY and one.instead_of_id]
    away = stretches_away([one.instead_of_id for one in rows if one.instead_of_id], [on])
    return {one.pk for one in rows if not common([one.stretch], away.get(one.instead_of_id or 0, {}).get(on, []))}


def of_member(member: StaffMember, on: date) -> list[CoverDecision]:
    """The parts of slots that an adult covers on the day: sessions stand among their own. One query."""
    rows = CoverDecision.objects.standing().filter(member=member, on=on, slot__isnull=False)
    return list(rows.select_related("slot__kind", "slot__group", "instead_of"))


def taken_from(member: StaffMember, on: date) -> list[CoverDecision]:
    """What an adult is taken from on the day, to cover something else. One query."""
    return list(CoverDecision.objects.standing().filter(instead_of=member, on=on, slot__isnull=False))


def covered_slots(school: School, first: date, last: date) -> dict[tuple[int, date], list[str]]:
    """{(slot, day): who stands in for its adult}. One query."""
    found: dict[tuple[int, date], list[str]] = defaultdict(list)
    rows = CoverDecision.objects.standing().filter(
        school=school, on__gte=first, on__lte=last, slot__isnull=False, cause=CoverDecision.Cause.AWAY
    )
    for slot, on, name, reason in rows.values_list("slot", "on", "member__name", "reason"):
        found[slot, on].append(name or "left: " + CoverDecision.Unfilled(reason).label.lower())
    return found
