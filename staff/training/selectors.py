"""Reads about training: certificates and when they end, what was held and for whom, and skills that adults have."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import Count, Prefetch, Q, QuerySet

from ..acting import Acting
from ..models import Certificate, Post, School, Skill, StaffMember, TrainingEvent, TrainingPlace
from ..models.people import current_on
from ..models.posts import WEEKDAYS
from ..posts.selectors import WorkDay, at_work, working_times

# A course is booked a term ahead: from here on a certificate is said to end soon.
SOON = timedelta(weeks=12)
SCHOOL_WEEK = 5


def certificates_of(acting: Acting, member: StaffMember) -> QuerySet[Certificate]:
    return (
        Certificate.objects.open_to(acting)
        .filter(member=member)
        .select_related("skill")
        .order_by("renewed_on", "skill__name", "-issued_on", "-pk")
    )


def places_of(member: StaffMember) -> QuerySet[TrainingPlace]:
    """An adult's log of training, the newest first."""
    rows = member.training.filter(event__cancelled_on=None).select_related("event__skill")
    return rows.order_by("-event__planned_on", "-event__pk")


def minutes_in_year(member: StaffMember, starts_in: int) -> int:
    """Minutes of training in which the adult was there, of one school year."""
    first, last = date(starts_in, 9, 1), date(starts_in + 1, 8, 31)
    there = member.training.filter(
        state=TrainingPlace.State.THERE, event__held_on__gte=first, event__held_on__lte=last
    ).values_list("event__minutes", flat=True)
    return sum(there)


def events_for_list(acting: Acting) -> QuerySet[TrainingEvent]:
    """Training of the school, the newest first, with how many were there and how many answered."""
    there = Q(places__state=TrainingPlace.State.THERE)
    return (
        TrainingEvent.objects.visible_to(acting)
        .exclude(kind=TrainingEvent.Kind.OWN)
        .select_related("skill")
        .annotate(
            there=Count("places", filter=there),
            changed=Count("places", filter=there & ~Q(places__changed="")),
        )
        .order_by("-planned_on", "-pk")
    )


def expiring(acting: Acting, day: date) -> QuerySet[Certificate]:
    """Certificates of those whom the person leads that ended, or end within twelve weeks, and nobody renewed."""
    return (
        Certificate.objects.filter(member__in=StaffMember.objects.led_by(acting), removed_at=None, renewed_on=None)
        .filter(expires_on__lte=day + SOON, member__posts__in=_current_posts(acting, day))
        .select_related("member", "skill")
        .distinct()
        .order_by("expires_on", "member__name", "pk")
    )


def _current_posts(acting: Acting, day: date) -> QuerySet[Post]:
    return Post.objects.filter(current_on(day), member__school=acting.school)


def with_places(events: QuerySet[TrainingEvent]) -> QuerySet[TrainingEvent]:
    places = TrainingPlace.objects.select_related("member").order_by("member__name", "pk")
    return events.prefetch_related(Prefetch("places", queryset=places))


# --- Who is trained in what ---
@dataclass
class Trained:
    """The adults at work who are trained in one skill today, and the weekdays on which none of them works."""

    skill: Skill
    adults: list[StaffMember] = field(default_factory=list)
    soon: list[tuple[StaffMember, date]] = field(default_factory=list)
    lapsed: list[tuple[StaffMember, date]] = field(default_factory=list)
    days_without: list[str] = field(default_factory=list)


def trained(school: School, day: date, skills: Iterable[Skill]) -> dict[int, Trained]:
    """{skill: who is trained}. Five queries, whatever the number of adults and skills.

    An adult counts who holds a post today and a certificate that stands today.
    """
    found = {skill.pk: Trained(skill) for skill in skills}
    members = {member.pk: member for member in at_work(school, day)}
    standing: dict[int, set[int]] = defaultdict(set)
    ended: dict[tuple[int, int], date] = {}
    rows = Certificate.objects.filter(member__in=members, skill__in=found, removed_at=None, issued_on__lte=day)
    for member, skill, expires_on, renewed_on in rows.order_by("member__name", "pk").values_list(
        "member", "skill", "expires_on", "renewed_on"
    ):
        if expires_on is None or expires_on >= day:
            if member not in standing[skill]:
                standing[skill].add(member)
                found[skill].adults.append(members[member])
            if expires_on and renewed_on is None and expires_on <= day + SOON:
                found[skill].soon.append((members[member], expires_on))
        elif renewed_on is None:
            ended[member, skill] = max(expires_on, ended.get((member, skill), expires_on))
    for (member, skill), on in ended.items():
        if member not in standing[skill]:
            found[skill].lapsed.append((members[member], on))
    _add_days(found, standing, day)
    return found


def _add_days(found: dict[int, Trained], standing: dict[int, set[int]], day: date) -> None:
    """Of a usual week: which weekdays no trained adult works. Of two weeks a day counts in both."""
    monday = day - timedelta(days=day.weekday())
    days = [WorkDay(monday + timedelta(days=step), letter=letter) for step in range(SCHOOL_WEEK) for letter in "AB"]
    everyone = set().union(*standing.values()) if standing else set()
    works = working_days(everyone, days)
    for skill, row in found.items():
        if row.adults:
            covered = set().union(*(works.get(member, set()) for member in standing[skill]))
            row.days_without = [WEEKDAYS[number] for number in range(SCHOOL_WEEK) if number not in covered]


def working_days(members: Iterable[int], days: Iterable[WorkDay]) -> dict[int, set[int]]:
    """{member: weekdays on which they work at all}."""
    found: dict[int, set[int]] = defaultdict(set)
    for member, by_day in working_times(members, days).items():
        found[member] |= {day.weekday() for day, stretches in by_day.items() if stretches}
    return found
