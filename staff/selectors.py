"""Reads shaped for pages of the school and its people."""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from operator import itemgetter

from allauth.mfa.models import Authenticator
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils import timezone

from sendco.audit.models import Audience, Event
from sendco.audit.selectors import school_events, subject_events
from sendco.clock import HolidaysNotKnown, SchoolCalendar, academic_year_name, academic_year_start, bank_holidays
from sendco.clock.words import MONTHS

from .acting import Acting
from .models import (
    AcademicYear,
    Closure,
    GroupStaff,
    Invitation,
    Membership,
    School,
    Takeover,
    TeachingGroup,
    Term,
    User,
)
from .models.people import current_on
from .models.school import SettingType
from .permissions import ROLE_PERMISSIONS, Permission
from .roles import Role

# At least 380 sessions, two a day (Education (School Day and School Year) (England) Regulations 1999, reg 3).
LEAST_SCHOOL_DAYS = 190
BOUND_TO_190_DAYS = {
    SettingType.MAINTAINED_PRIMARY,
    SettingType.MAINTAINED_SECONDARY,
    SettingType.MAINTAINED_ALL_THROUGH,
    SettingType.MAINTAINED_NURSERY,
    SettingType.SPECIAL,
}


def school_calendar(school: School) -> SchoolCalendar | None:
    """Return the school's calendar for the clock, or None when no term has been entered. Two queries.

    Only years without a missing year between them: a year nobody entered is not one long closure.
    """
    terms = _unbroken(Term.objects.filter(academic_year__school=school).select_related("academic_year"))
    return _calendar(terms, Closure.objects.filter(school=school)) if terms else None


def _unbroken(terms: QuerySet[Term]) -> list[Term]:
    """The terms of the run of years that holds today, or else of the last run."""
    runs: list[list[Term]] = []
    for term in sorted(terms, key=lambda term: term.starts_on):
        if runs and term.academic_year.starts_in - runs[-1][-1].academic_year.starts_in <= 1:
            runs[-1].append(term)
        else:
            runs.append([term])
    this_year = academic_year_start(timezone.localdate())
    holding = (run for run in runs if run[0].academic_year.starts_in <= this_year <= run[-1].academic_year.starts_in)
    return next(holding, runs[-1] if runs else [])


def _calendar(terms: list[Term], closures: QuerySet[Closure] | list[Closure]) -> SchoolCalendar:
    gaps = [
        (before.ends_on + timedelta(days=1), after.starts_on - timedelta(days=1))
        for before, after in zip(terms, terms[1:], strict=False)
        if after.starts_on - before.ends_on > timedelta(days=1)
    ]
    closures = list(closures)
    whole = [row for row in closures if row.kind not in (Closure.Kind.INSET, Closure.Kind.BANK)]
    return SchoolCalendar.from_data(
        {
            "first_day": terms[0].starts_on,
            "last_day": terms[-1].ends_on,
            "closures": gaps + [(row.starts_on, row.ends_on) for row in whole],
            "inset_days": _days_of(closures, Closure.Kind.INSET),
            "bank_holidays": _days_of(closures, Closure.Kind.BANK),
        }
    )


def _days_of(closures: list[Closure], kind: str) -> list[date]:
    return [
        row.starts_on + timedelta(days=step)
        for row in closures
        if row.kind == kind
        for step in range((row.ends_on - row.starts_on).days + 1)
    ]


# --- One school year on one page ---------------------------------------------------------------------------------
@dataclass(frozen=True)
class Month:
    """`closed` are (what, first day, last day): closures, bank holidays and the days between two terms."""

    name: str
    school_days: int | None
    closed: list[tuple[str, date, date]]


@dataclass(frozen=True)
class YearOverview:
    """What the calendar page shows of a year. `school_days` is None beyond the bank holidays we know."""

    starts_in: int
    year: AcademicYear | None
    terms: list[Term]
    closures: list[Closure]
    months: list[Month]
    school_days: int | None
    must_have: int | None

    @property
    def name(self) -> str:
        return academic_year_name(self.starts_in)

    @property
    def days_short(self) -> int:
        return max(self.must_have - self.school_days, 0) if self.must_have and self.school_days is not None else 0


def year_overview(acting: Acting, starts_in: int) -> YearOverview:
    """Three queries."""
    first, last = date(starts_in, 9, 1), date(starts_in + 1, 8, 31)
    year = AcademicYear.objects.visible_to(acting).filter(starts_in=starts_in).prefetch_related("terms").first()
    terms = list(year.terms.all()) if year else []
    if terms:
        first = min(first, terms[0].starts_on)
    closures = list(Closure.objects.visible_to(acting).filter(starts_on__lte=last, ends_on__gte=first))
    school_days, months = None, []
    if terms:
        calendar = _calendar(terms, closures)
        for term in terms:
            days = _count(calendar, term.starts_on, term.ends_on)
            term.school_days = days  # type: ignore[attr-defined]  # for the page alone
        closed = _between(terms) + [(row.name, row.starts_on, row.ends_on) for row in closures]
        months = [_month(calendar, closed, *number) for number in _months_of(terms)]
        school_days = _count(calendar, calendar.first_day, calendar.last_day)
    return YearOverview(
        starts_in=starts_in,
        year=year,
        terms=terms,
        closures=closures,
        months=months,
        school_days=school_days,
        must_have=LEAST_SCHOOL_DAYS if acting.school.setting_type in BOUND_TO_190_DAYS else None,
    )


def _months_of(terms: list[Term]) -> Iterator[tuple[int, int]]:
    """Yield (year, month) from the first school day's month to the last's."""
    number = terms[0].starts_on.year * 12 + terms[0].starts_on.month - 1
    while number <= terms[-1].ends_on.year * 12 + terms[-1].ends_on.month - 1:
        yield number // 12, number % 12 + 1
        number += 1


def _between(terms: list[Term]) -> list[tuple[str, date, date]]:
    """The days between two terms, which need no closure of their own. A weekend alone is not worth a line."""
    days = [
        (f"Holiday after {before.name}", before.ends_on + timedelta(days=1), after.starts_on - timedelta(days=1))
        for before, after in zip(terms, terms[1:], strict=False)
    ]
    return [(name, first, last) for name, first, last in days if (last - first).days >= 2]


def _month(calendar: SchoolCalendar, closed: list[tuple[str, date, date]], year: int, month: int) -> Month:
    first = date(year, month, 1)
    last = first.replace(day=monthrange(year, month)[1])
    try:
        holidays = [("Bank holiday", day, day) for day in bank_holidays(year) if day.month == month]
    except HolidaysNotKnown:
        holidays = []
    return Month(
        name=f"{MONTHS[month - 1]} {year}",
        school_days=_count(calendar, max(first, calendar.first_day), min(last, calendar.last_day)),
        closed=sorted([row for row in closed + holidays if row[1] <= last and row[2] >= first], key=itemgetter(1)),
    )


def _count(calendar: SchoolCalendar, first: date, last: date) -> int | None:
    try:
        return calendar.count_school_days(first, last)
    except HolidaysNotKnown:
        return None


# --- People and groups -------------------------------------------------------------------------------------------
def people_of(acting: Acting) -> QuerySet[User]:
    """Everyone with a current role here, with those roles, by name. Two queries."""
    today = timezone.localdate()
    roles = Membership.objects.filter(current_on(today), school=acting.school).select_related("unit").order_by("pk")
    return (
        User.objects.visible_to(acting)
        .filter(pk__in=roles.values("user"))
        .prefetch_related(Prefetch("memberships", queryset=roles, to_attr="roles_here"))
        .order_by("name", "pk")
    )


def with_second_factor(people: QuerySet[User]) -> QuerySet[User]:
    """Add `has_second_factor`: recovery codes alone are none."""
    factors = Authenticator.objects.filter(user=OuterRef("pk")).exclude(type=Authenticator.Type.RECOVERY_CODES)
    return people.annotate(has_second_factor=Exists(factors))


def roles_of(acting: Acting, person: User) -> QuerySet[Membership]:
    """Every role this person holds, held or will hold here, newest first."""
    memberships = Membership.objects.visible_to(acting).filter(user=person).select_related("unit")
    return memberships.order_by("-starts_on", "-pk")


def places_of(acting: Acting, person: User) -> QuerySet[GroupStaff]:
    """The groups this person has or will have here."""
    open_places = Q(ends_on=None) | Q(ends_on__gte=timezone.localdate())
    places = GroupStaff.objects.filter(open_places, user=person, group__in=TeachingGroup.objects.visible_to(acting))
    return places.filter(group__is_archived=False).select_related("group").order_by("group__name", "pk")


def open_invitations(acting: Acting) -> QuerySet[Invitation]:
    return Invitation.objects.visible_to(acting).filter(
        accepted_at=None, revoked_at=None, expires_at__gt=timezone.now()
    )


def groups_of(acting: Acting) -> QuerySet[TeachingGroup]:
    today = timezone.localdate()
    staff = GroupStaff.objects.filter(current_on(today)).select_related("user")
    return (
        TeachingGroup.objects.visible_to(acting)
        .filter(is_archived=False)
        .prefetch_related(Prefetch("staff", queryset=staff, to_attr="staff_now"))
        .order_by("kind", "name", "pk")
    )


def archived_groups(acting: Acting) -> QuerySet[TeachingGroup]:
    return TeachingGroup.objects.visible_to(acting).filter(is_archived=True).order_by("name", "pk")


def staff_places(acting: Acting) -> QuerySet[GroupStaff]:
    """Who teaches, tutors or supports which group, past and present, within this school."""
    places = GroupStaff.objects.filter(group__in=TeachingGroup.objects.visible_to(acting))
    return places.select_related("user", "group").order_by("kind", "user__name", "pk")


def academic_years(acting: Acting) -> QuerySet[AcademicYear]:
    return AcademicYear.objects.visible_to(acting).prefetch_related("terms")


def current_term(school: School, today: date) -> Term | None:
    return Term.objects.filter(academic_year__school=school, starts_on__lte=today, ends_on__gte=today).first()


# --- What was done lately ----------------------------------------------------------------------------------------
# Events about the school itself, never about a child.
_SCHOOL_SUBJECTS = ("staff.school", "staff.unit", "staff.academicyear", "staff.closure", "staff.teachinggroup")


def school_changes(acting: Acting, *, codes: str = "") -> QuerySet[Event]:
    """Events about the school, newest first, for those who may change it. `codes` is how their codes begin."""
    events = school_events(school_id=acting.school.pk, audiences={Audience.RECORD})
    if not acting.can(Permission.SCHOOL_EDIT):
        return events.none()
    return events.filter(pupil_id=None, subject_type__in=_SCHOOL_SUBJECTS, code__startswith=codes)


def group_changes(acting: Acting, group: TeachingGroup) -> QuerySet[Event]:
    if not acting.can(Permission.SCHOOL_EDIT):
        return school_changes(acting)
    return subject_events(group, audiences={Audience.RECORD})


def person_changes(acting: Acting, person: User) -> QuerySet[Event]:
    """Roles given and ended here, for those who manage people."""
    events = subject_events(person, audiences=acting.audiences & {Audience.ACCOUNTS})
    return events.filter(school_id=acting.school.pk)


def people_with(school: School, role: Role) -> QuerySet[User]:
    """Those who hold this role here today, by name."""
    held = Membership.objects.filter(current_on(timezone.localdate()), school=school, role=role)
    return User.objects.filter(is_active=True, pk__in=held.values("user")).order_by("name", "pk")


def colleagues(school: School, day: date) -> QuerySet[User]:
    """Those with a role here in which one has pages about one's own work: no governor appraises or is asked for a
    view."""
    roles = [role for role, held in ROLE_PERMISSIONS.items() if Permission.STAFF_OWN in held]
    held = Membership.objects.filter(current_on(day), school=school, role__in=roles)
    return User.objects.filter(is_active=True, pk__in=held.values("user")).order_by("name", "pk")


def successors(school: School) -> dict[int, int]:
    """{who left: who has it now}; one who took over and left in turn is followed to whoever came last.

    Who still works here, or again, keeps what is theirs.
    """
    here = User.objects.working_at(school, timezone.localdate()).order_by().values("pk")
    taken = Takeover.objects.filter(school=school).exclude(left__in=here)
    direct = dict(taken.values_list("left_id", "to_id"))
    last = {}
    for left in direct:
        to, seen = direct[left], {left}
        while to in direct and to not in seen:
            seen.add(to)
            to = direct[to]
        last[left] = to
    return last
