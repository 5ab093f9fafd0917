"""Reads about absences: who is away when. Of a reason only they know who lead the adult, and the adult."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from ..acting import Acting
from ..minutes import MIDNIGHT, Stretch, joined, minute_of
from ..models import Absence, StaffMember
from ..posts.selectors import posts_on


def stretch_on(absence: Absence, day: date) -> Stretch | None:
    """The minutes of the day in which the adult is away; None where they are there all day."""
    if day < absence.starts_on or (absence.ends_on is not None and day > absence.ends_on):
        return None
    first = minute_of(absence.starts_at) if absence.starts_at and day == absence.starts_on else 0
    last = minute_of(absence.ends_at) if absence.ends_at and day == absence.ends_on else MIDNIGHT
    return (first, last) if first < last else None


def stretches_away(members: Iterable[int], days: Iterable[date]) -> dict[int, dict[date, list[Stretch]]]:
    """{member: {day: stretches away}}. One query."""
    days = list(days)
    found: dict[int, dict[date, list[Stretch]]] = defaultdict(dict)
    if not days:
        return found
    rows = Absence.objects.filter(
        Q(ends_on=None) | Q(ends_on__gte=min(days)),
        member__in=list(members),
        starts_on__lte=max(days),
        removed_at=None,
    )
    for absence in rows:
        for day in days:
            if stretch := stretch_on(absence, day):
                found[absence.member_id][day] = joined([*found[absence.member_id].get(day, []), stretch])
    return found


@dataclass(frozen=True)
class Away:
    """Somebody who is away on a day. `reason` is empty for whoever may not know it, as where none was said."""

    absence: Absence
    member: StaffMember
    stretch: Stretch
    reason: str
    may_know: bool

    @property
    def is_whole_day(self) -> bool:
        return self.stretch == (0, MIDNIGHT)


def away_on(acting: Acting, day: date) -> list[Away]:
    """Everyone of the school who is away on this day, by name, as "away" for those who may not know more. Of days that
    have passed they see nothing: day by day it would be an adult's record."""
    if not acting.school:
        return []
    rows = _of_those_in_post(acting, day).select_related("member")
    rows = rows.order_by("member__name", "pk")
    known = may_know_reasons(acting)
    found = []
    for absence in rows:
        may = absence.member_id in known
        if (stretch := stretch_on(absence, day)) and (may or day >= acting.today):
            found.append(
                Away(absence, absence.member, stretch, absence.get_reason_display() if may else "", may_know=may)
            )
    return found


def _of_those_in_post(acting: Acting, day: date) -> QuerySet[Absence]:
    """Absences on this day. Nobody is away from a post that is over, or has not begun."""
    return Absence.objects.on(day).filter(member__in=posts_on(acting.school, day).values("member"))


def names_away(acting: Acting, day: date) -> list[str]:
    """Who is away on this day, at whatever hour, by name. One query."""
    if not acting.school:
        return []
    rows = _of_those_in_post(acting, day).order_by("member__name")
    return list(dict.fromkeys(rows.values_list("member__name", flat=True)))


def may_know_reasons(acting: Acting) -> set[int]:
    """The adults whose reasons this person may know: one's own, and those one leads. One query."""
    return set(StaffMember.objects.open_to(acting).values_list("pk", flat=True))


def absences_of(member: StaffMember) -> QuerySet[Absence]:
    return member.absences.filter(removed_at=None).select_related("recorded_by").order_by("-starts_on", "-pk")
