"""What people do to the school and its staff. Each is atomic, names who did it and leaves an event in words."""

import hashlib
import secrets
from datetime import date, timedelta
from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from sendco.audit import services as audit
from sendco.audit.models import Audience
from sendco.clock import short_date
from sendco.due.models import DueItem
from sendco.jobs import services as jobs
from sendco.refusals import ChangedMeanwhile, Refused

from . import covering, granting
from .models import (
    AcademicYear,
    Closure,
    GroupStaff,
    Invitation,
    Membership,
    RoleRequest,
    School,
    Takeover,
    TeachingGroup,
    Term,
    Unit,
    User,
)
from .models.people import current_on
from .refusals import GrantReason, PeopleReason, SchoolReason
from .roles import Role
from .selectors import successors
from .signatories import headteacher

# Name, first day, last day; of a closure its kind stands second.
TermDates = tuple[str, date, date]
ClosureDates = tuple[str, str, date, date]
INVITATION_DAYS = 7
# INSET days often stand before the first day of the first term.
BEFORE_TERM = timedelta(days=14)
# A year later on the same weekday: term dates move with the week, not with the date.
YEAR_OF_WEEKS = timedelta(weeks=52)


@transaction.atomic
def create_school(*, name: str, short_name: str, setting_type: str, by: User | None = None, **details: Any) -> School:
    school = School.objects.create(name=name, short_name=short_name, setting_type=setting_type, **details)
    audit.record("school.created", school, text=f"{name} set up", by=by, school_id=school.pk)
    return school


# The school's own numbers of days, and the ages from which it is worked out who transfers to the next phase when.
DATES_COUNT_FROM = {"concern_days", "letter_days", "lowest_age", "highest_age", "setting_type"}


@transaction.atomic
def update_school(*, school: School, values: dict[str, Any], version: int, by: User) -> School:
    """Save the school's details. Raises ChangedMeanwhile when the version is not the one that was edited."""
    current = School.objects.select_for_update().get(pk=school.pk)
    if current.version != version:
        raise ChangedMeanwhile(current)
    changed = [name for name, value in values.items() if getattr(current, name) != value]
    if not changed:
        return current
    for name in changed:
        setattr(current, name, values[name])
    current.version += 1
    with audit.saving(current, by=by):
        current.save(update_fields=[*changed, "version"])
    fields: list[Any] = [School._meta.get_field(name) for name in changed]
    words = ", ".join(field.verbose_name for field in fields)
    if DATES_COUNT_FROM & set(changed):
        work_out_dates_again(school=current, by=by)
    audit.record("school.changed", current, text=f"School details changed: {words}", by=by, school_id=school.pk)
    return current


@transaction.atomic
def save_unit(*, unit: Unit, by: User) -> Unit:
    try:
        with audit.saving(unit, by=by), transaction.atomic():
            unit.save()
    except IntegrityError as error:
        raise Refused(SchoolReason.UNIT_NAME_TAKEN, unit=unit.name) from error
    audit.record("unit.saved", unit, text=f"{unit.name} saved", by=by)
    return unit


def work_out_dates_again(*, school: School, by: User) -> None:
    """Ask for every date of the school to be derived afresh: the days they are counted in have changed.

    The floors above register what "school.dates_changed" does; it runs after commit, in the background.
    """
    jobs.enqueue("school.dates_changed", title="Work out dates again", by=by, school_id=school.pk)


# --- The calendar ------------------------------------------------------------------------------------------------
@transaction.atomic
def save_academic_year(
    *, school: School, starts_in: int, terms: list[TermDates], is_confirmed: bool, by: User
) -> AcademicYear:
    """Set a year's terms. `terms` is a list of (name, first day, last day); they may not overlap or leave the year."""
    ordered = sorted(terms, key=lambda term: term[1])
    _check_terms(ordered, starts_in)
    others = Term.objects.filter(academic_year__school=school).exclude(academic_year__starts_in=starts_in)
    for name, starts, ends in ordered:
        if others.filter(starts_on__lte=ends, ends_on__gte=starts).exists():
            raise Refused(SchoolReason.TERM_RUNS_INTO_OTHER_YEAR, term=name)
    year, _ = AcademicYear.objects.update_or_create(
        school=school, starts_in=starts_in, defaults={"is_confirmed": is_confirmed}
    )
    year.terms.all().delete()
    Term.objects.bulk_create(
        Term(academic_year=year, name=name, starts_on=starts, ends_on=ends) for name, starts, ends in ordered
    )
    work_out_dates_again(school=school, by=by)
    audit.record("calendar.terms_saved", year, text=f"Term dates saved for {year}", by=by, school_id=school.pk)
    return year


def _check_terms(ordered: list[TermDates], starts_in: int) -> None:
    if not ordered:
        raise Refused(SchoolReason.NO_TERMS)
    names = [name for name, _, _ in ordered]
    if len(set(names)) < len(names):
        raise Refused(SchoolReason.TERM_NAMES_REPEAT)
    for name, starts, ends in ordered:
        if ends < starts:
            raise Refused(SchoolReason.ENDS_BEFORE_START, name=name)
        # Some schools begin in the last days of August.
        if starts < date(starts_in, 8, 1) or ends > date(starts_in + 1, 8, 31):
            raise Refused(SchoolReason.TERM_OUTSIDE_YEAR, term=name, starts_in=starts_in, ends_in=starts_in + 1)
    for (_, _, ends), (name, starts, _) in zip(ordered, ordered[1:], strict=False):
        if starts <= ends:
            raise Refused(SchoolReason.TERMS_OVERLAP, term=name)


@transaction.atomic
def copy_academic_year(*, school: School, starts_in: int, by: User) -> AcademicYear:
    """Suggest a year from the one before it, 52 weeks on: its terms, half terms and INSET days. Not confirmed."""
    before = AcademicYear.objects.filter(school=school, starts_in=starts_in - 1).first()
    terms = list(before.terms.all()) if before else []
    if not terms:
        raise Refused(SchoolReason.NOTHING_TO_COPY)
    if Term.objects.filter(academic_year__school=school, academic_year__starts_in=starts_in).exists():
        raise Refused(SchoolReason.YEAR_HAS_TERMS)
    first, last = terms[0].starts_on, terms[-1].ends_on
    closures = Closure.objects.filter(school=school, starts_on__gte=first - BEFORE_TERM, ends_on__lte=last)
    year = save_academic_year(
        school=school,
        starts_in=starts_in,
        terms=[(term.name, term.starts_on + YEAR_OF_WEEKS, term.ends_on + YEAR_OF_WEEKS) for term in terms],
        is_confirmed=False,
        by=by,
    )
    # A closure of another kind, such as a burst pipe, does not come back every year.
    yearly = closures.exclude(kind__in=[Closure.Kind.CLOSED, Closure.Kind.BANK])
    add_closures(
        school=school,
        closures=[(row.name, row.kind, row.starts_on + YEAR_OF_WEEKS, row.ends_on + YEAR_OF_WEEKS) for row in yearly],
        by=by,
    )
    return year


@transaction.atomic
def confirm_academic_year(*, year: AcademicYear, by: User) -> None:
    if not year.terms.exists():
        raise Refused(SchoolReason.NO_TERMS_TO_CONFIRM)
    if year.is_confirmed:
        return
    year.is_confirmed = True
    year.save(update_fields=["is_confirmed"])
    audit.record("calendar.confirmed", year, text=f"Term dates of {year} confirmed", by=by)


@transaction.atomic
def import_calendar(
    *, school: School, terms: list[TermDates], closures: list[ClosureDates], by: User
) -> tuple[list[AcademicYear], int]:
    """Save what somebody chose from a file. Returns (years whose terms were replaced, number of closures added).

    `terms` are (name, first day, last day), put into the school year they fall in; `closures` as in add_closures.
    """
    by_year: dict[int, list[TermDates]] = {}
    for term in terms:
        # A year that starts in the last days of August is the year that starts that September.
        starts_in = term[1].year if term[1].month >= 8 else term[1].year - 1
        by_year.setdefault(starts_in, []).append(term)
    years = [
        save_academic_year(school=school, starts_in=starts_in, terms=found, is_confirmed=True, by=by)
        for starts_in, found in sorted(by_year.items())
    ]
    return years, add_closures(school=school, closures=closures, by=by)


@transaction.atomic
def add_closures(*, school: School, closures: list[ClosureDates], by: User) -> int:
    """Add (name, kind, first day, last day) rows, leaving out those that are there already. Returns how many."""
    present = set(Closure.objects.filter(school=school).values_list("kind", "starts_on", "ends_on"))
    rows = []
    for name, kind, starts, ends in closures:
        if ends < starts:
            raise Refused(SchoolReason.ENDS_BEFORE_START, name=name)
        if (kind, starts, ends) not in present:
            present.add((kind, starts, ends))
            rows.append(Closure(school=school, name=name[:80], kind=kind, starts_on=starts, ends_on=ends))
    Closure.objects.bulk_create(rows)
    if rows:
        work_out_dates_again(school=school, by=by)
        text = f"{rows[0].name} added to the calendar" if len(rows) == 1 else f"{len(rows)} closures added"
        audit.record("calendar.closures_added", school, text=text, by=by, school_id=school.pk)
    return len(rows)


@transaction.atomic
def remove_closure(*, closure: Closure, by: User) -> None:
    text = f"Closure removed: {closure.name}, {short_date(closure.starts_on)}"
    audit.record("calendar.closure_removed", closure, text=text, by=by)
    closure.delete()
    work_out_dates_again(school=closure.school, by=by)


# --- People ------------------------------------------------------------------------------------------------------
def hash_secret(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


@transaction.atomic
def invite(
    *,
    school: School,
    email: str,
    name: str,
    role: str,
    by: User | None,
    unit: Unit | None = None,
    ends_on: date | None = None,
) -> tuple[Invitation, str]:
    """Make an invitation and kill the older ones to the same address. Returns (invitation, the secret)."""
    if role == Role.PROVISION_LEAD and unit is None:
        raise Refused(PeopleReason.UNIT_MISSING)
    email = email.strip().lower()
    held = Membership.objects.filter(current_on(timezone.localdate()), school=school, user__email=email, role=role)
    if held.exists():
        raise Refused(PeopleReason.WORKS_HERE_IN_ROLE, person=name)
    Invitation.objects.filter(school=school, email=email, accepted_at=None, revoked_at=None).update(
        revoked_at=timezone.now()
    )
    secret = secrets.token_urlsafe(32)
    invitation = Invitation.objects.create(
        school=school,
        email=email,
        name=name,
        role=role,
        unit=unit,
        ends_on=ends_on,
        secret_hash=hash_secret(secret),
        invited_by=by,
        expires_at=timezone.now() + timedelta(days=INVITATION_DAYS),
    )
    text = f"{name} invited as {Role(role).label}"
    audit.record("person.invited", invitation, text=text, by=by, audience=Audience.ACCOUNTS)
    return invitation, secret


def open_invitation(secret: str) -> Invitation | None:
    """Return the invitation this secret opens, or None when it is unknown, used, revoked or out of date."""
    invitation = Invitation.objects.select_related("school").filter(secret_hash=hash_secret(secret)).first()
    return invitation if invitation and invitation.is_open else None


@transaction.atomic
def accept_invitation(*, invitation: Invitation, password: str | None = None) -> User:
    """Use the invitation up: make the account if the address has none, and the membership. Returns the user.

    Raises Refused when it was used meanwhile: of two clicks at once, one wins.
    """
    now = timezone.now()
    won = Invitation.objects.filter(pk=invitation.pk, accepted_at=None, revoked_at=None, expires_at__gt=now).update(
        accepted_at=now
    )
    if not won:
        raise Refused(PeopleReason.INVITATION_CLOSED)
    user = User.objects.filter(email__iexact=invitation.email).first()
    if user is None:
        user = User.objects.create_user(email=invitation.email, name=invitation.name, password=password)
    elif not user.is_active:
        user.is_active = True
        user.set_password(password)
        user.save(update_fields=["is_active", "password"])
    give_role(
        user=user,
        school=invitation.school,
        role=invitation.role,
        unit=invitation.unit,
        ends_on=invitation.ends_on,
        by=invitation.invited_by,
    )
    return user


@transaction.atomic
def revoke_invitation(*, invitation: Invitation, by: User | None) -> None:
    Invitation.objects.filter(pk=invitation.pk, accepted_at=None).update(revoked_at=timezone.now())
    text = f"Invitation for {invitation.name} withdrawn"
    audit.record("person.invitation_withdrawn", invitation, text=text, by=by, audience=Audience.ACCOUNTS)


def give_role(*, user: User, school: School, role: str, by: User | None, **dates: Any) -> Membership | RoleRequest:
    """Give the role, or ask a second person of the school for it where it opens children and `by` leads nothing."""
    if by is not None and by.pk != user.pk and granting.needs_second(school=school, role=role, by=by):
        if role == Role.PROVISION_LEAD and dates.get("unit") is None:
            raise Refused(PeopleReason.UNIT_MISSING)
        return granting.ask(user=user, school=school, role=role, by=by, **dates)
    return add_membership(user=user, school=school, role=role, by=by, **dates)


@transaction.atomic
def confirm_role(*, wanted: RoleRequest, by: User) -> Membership:
    """A second person agrees: the role is given as it was asked for, from today where its first day has passed."""
    row = granting.close(wanted, RoleRequest.Outcome.CONFIRMED, by=by)
    starts_on = max(row.starts_on or timezone.localdate(), timezone.localdate())
    return add_membership(
        user=row.user,
        school=row.school,
        role=row.role,
        unit=row.unit,
        starts_on=starts_on,
        ends_on=row.ends_on,
        by=by,
        confirmed=True,
    )


@transaction.atomic
def cover_role(*, wanted: RoleRequest, reason: str, by: User) -> Membership:
    """Give the role for a few days without a second person, because none can be reached. It ends by itself."""
    row = covering.close_as_covered(wanted, reason=reason, by=by)
    return add_membership(
        user=row.user, school=row.school, role=row.role, unit=row.unit, ends_on=row.covered_until, by=by,
        unconfirmed=True,
    )  # fmt: skip


@transaction.atomic
def refuse_role(*, wanted: RoleRequest, by: User) -> None:
    granting.close(wanted, RoleRequest.Outcome.REFUSED, by=by)


@transaction.atomic
def add_membership(
    *,
    user: User,
    school: School,
    role: str,
    by: User | None,
    unit: Unit | None = None,
    starts_on: date | None = None,
    ends_on: date | None = None,
    confirmed: bool = False,
    unconfirmed: bool = False,
) -> Membership:
    """Give a role now. Raises Refused where a second person has to agree and has not.

    `confirmed` says that one has, `unconfirmed` that none could be reached.
    """
    if role == Role.PROVISION_LEAD and unit is None:
        raise Refused(PeopleReason.UNIT_MISSING)
    if by is not None and by.pk == user.pk:
        raise Refused(PeopleReason.OWN_ROLE_GIVEN)
    if not (confirmed or unconfirmed) and granting.needs_second(school=school, role=role, by=by):
        raise Refused(GrantReason.SECOND_PERSON_NEEDED)
    if not user.is_active:
        raise Refused(PeopleReason.ACCOUNT_CLOSED, person=user.name)
    today = timezone.localdate()
    # A role whose last day lies ahead is open too: giving it again would leave two.
    if Membership.objects.filter(current_on(today), user=user, school=school, role=role).exists():
        raise Refused(PeopleReason.ROLE_HELD, person=user.name)
    if role == Role.HEAD:
        _name_head(school, by=by)
    membership = Membership(
        user=user, school=school, role=role, unit=unit, starts_on=starts_on or today, ends_on=ends_on,
        is_unconfirmed=unconfirmed,
    )  # fmt: skip
    try:
        with audit.saving(membership, by=by), transaction.atomic():
            membership.save()
    except IntegrityError as error:
        raise Refused(PeopleReason.ROLE_HELD_OR_DATES_WRONG, person=user.name) from error
    text = f"{user.name} is {Role(role).label} from {short_date(membership.starts_on)}"
    _record_about(user, "person.role_added", text=text, by=by, school=school)
    end_sessions(user=user)
    return membership


def _name_head(school: School, *, by: User | None) -> None:
    """Whoever alone had the head's role stays the head when somebody else gets it too."""
    head = headteacher(school)
    if head is None or school.headteacher_id is not None:
        return
    current = School.objects.select_for_update().get(pk=school.pk)
    current.headteacher, current.version = head, current.version + 1
    with audit.saving(current, by=by):
        current.save(update_fields=["headteacher", "version"])


def _record_about(user: User, code: str, *, text: str, by: User | None, school: School) -> None:
    audit.record(code, user, text=text, by=by, school_id=school.pk, audience=Audience.ACCOUNTS)


@transaction.atomic
def end_membership(*, membership: Membership, ends_on: date, by: User) -> None:
    """End a role. From the day after the last day it opens nothing; a past or present day ends sessions now.

    A role that began today (or begins later) and ends before it began was given by mistake: it is taken back whole.
    """
    if by.pk == membership.user_id:
        raise Refused(PeopleReason.OWN_ACCESS_ENDED)
    today = timezone.localdate()
    taken_back = ends_on < membership.starts_on and membership.starts_on >= today
    if ends_on < membership.starts_on and not taken_back:
        raise Refused(PeopleReason.ROLE_ENDS_BEFORE_START)
    if membership.role == Role.HEAD and not _head_remains(membership, max(ends_on + timedelta(days=1), today)):
        raise Refused(PeopleReason.LAST_HEAD)
    with audit.saving(membership, by=by):
        if taken_back:
            text = f"{membership.user.name}: the role {membership.get_role_display()} was taken back"
            _record_about(membership.user, "person.role_taken_back", text=text, by=by, school=membership.school)
            membership.delete()
        else:
            membership.ends_on = ends_on
            membership.save(update_fields=["ends_on"])
            text = f"{membership.user.name} stops being {membership.get_role_display()} on {short_date(ends_on)}"
            _record_about(membership.user, "person.role_ended", text=text, by=by, school=membership.school)
    end_sessions(user=membership.user)


def _head_remains(membership: Membership, day: date) -> bool:
    """Whether somebody else is head on that day. Locks the school: of two heads who end each other, one stays."""
    School.objects.select_for_update().get(pk=membership.school_id)
    rows = Membership.objects.filter(current_on(day), school=membership.school_id, role=Role.HEAD, user__is_active=True)
    return rows.exclude(user=membership.user_id).exists()


@transaction.atomic
def leave_school(*, user: User, school: School, last_day: date, by: User) -> None:
    """End every role and every group of this person here; with no role left anywhere the account closes too.

    A last day before today closes access at once. The caller hands over open work first.
    """
    today = timezone.localdate()
    for membership in Membership.objects.filter(Q(ends_on=None) | Q(ends_on__gt=last_day), user=user, school=school):
        before_it_began = last_day < membership.starts_on < today
        end_membership(membership=membership, ends_on=membership.starts_on if before_it_began else last_day, by=by)
    places = GroupStaff.objects.filter(Q(ends_on=None) | Q(ends_on__gt=last_day), user=user, group__school=school)
    for place in places:
        place.ends_on = max(last_day, place.starts_on)
        with audit.saving(place, by=by):
            place.save(update_fields=["ends_on"])
    if last_day < today and not Membership.objects.filter(current_on(today), user=user).exists():
        user.is_active = False
        user.save(update_fields=["is_active"])
    text = f"{user.name} leaves on {short_date(last_day)}"
    _record_about(user, "person.left", text=text, by=by, school=school)
    end_sessions(user=user)


@transaction.atomic
def take_over(*, left: User, to: User, school: School, by: User) -> int:
    """Give the duties that are this person's here to a colleague, those that come later from their records too.

    From the day on which the person has no role here any more. Returns how many are open.
    """
    Takeover.objects.update_or_create(school=school, left=left, defaults={"to": to, "made_by": by})
    _record_about(left, "person.taken_over", text=f"{to.name} takes over from {left.name}", by=by, school=school)
    # What is personal (an appraisal step, a one-to-one) is handed over with its record, or with nothing.
    theirs = DueItem.objects.filter(school_id=school.pk, owner_id=left.pk, is_personal=False)
    count = theirs.open().count()
    if left.pk in (now := successors(school)):
        theirs.update(owner_id=now[left.pk])
    return count


def end_sessions(*, user: User, keep: str | None = None) -> None:
    """Sign the person out everywhere, but for the session with this key."""
    rows = UserSession.objects.filter(user=user).exclude(session_key=keep or "")
    Session.objects.filter(session_key__in=list(rows.values_list("session_key", flat=True))).delete()
    rows.delete()


# --- Groups ------------------------------------------------------------------------------------------------------
@transaction.atomic
def save_group(*, group: TeachingGroup, by: User) -> TeachingGroup:
    try:
        with audit.saving(group, by=by), transaction.atomic():
            group.save()
    except IntegrityError as error:
        raise Refused(SchoolReason.GROUP_NAME_TAKEN, group=group.name) from error
    audit.record("group.saved", group, text=f"Group {group.name} saved", by=by)
    return group


@transaction.atomic
def archive_group(*, group: TeachingGroup, by: User) -> None:
    """Put a group away: whoever teaches or supports it stops seeing its pupils today."""
    for place in GroupStaff.objects.filter(current_on(timezone.localdate()), group=group):
        end_group_staff(place=place, by=by)
    group.is_archived = True
    with audit.saving(group, by=by):
        group.save(update_fields=["is_archived"])
    audit.record("group.archived", group, text=f"Group {group.name} archived", by=by)


@transaction.atomic
def restore_group(*, group: TeachingGroup, by: User) -> TeachingGroup:
    group.is_archived = False
    return save_group(group=group, by=by)


@transaction.atomic
def add_group_staff(
    *, group: TeachingGroup, user: User, kind: str, by: User, starts_on: date | None = None
) -> GroupStaff:
    """Let somebody teach, tutor or support a group: from then they see its pupils."""
    today = timezone.localdate()
    TeachingGroup.objects.select_for_update().get(pk=group.pk)
    if group.is_archived:
        raise Refused(SchoolReason.GROUP_ARCHIVED, group=group.name)
    if not Membership.objects.filter(current_on(today), user=user, school=group.school_id).exists():
        raise Refused(PeopleReason.NOT_WORKING_HERE, person=user.name)
    # A place whose last day lies ahead is held too: with the lock, two clicks at once make one place.
    held = GroupStaff.objects.filter(Q(ends_on=None) | Q(ends_on__gte=today), group=group, user=user, kind=kind)
    if held.exists():
        raise Refused(PeopleReason.PLACE_HELD, person=user.name)
    place = GroupStaff(group=group, user=user, kind=kind, starts_on=starts_on or today)
    with audit.saving(place, by=by):
        place.save()
    text = f"{user.name} {place.get_kind_display().lower()} {group.name}"
    audit.record("group.staff_added", group, text=text, by=by)
    return place


@transaction.atomic
def end_group_staff(*, place: GroupStaff, by: User, ends_on: date | None = None) -> None:
    """End a place, by default as of now. One that began today or later is taken back whole."""
    today = timezone.localdate()
    text = f"{place.user.name} no longer {place.get_kind_display().lower()} {place.group.name}"
    audit.record("group.staff_ended", place.group, text=text, by=by)
    ends_on = ends_on or today - timedelta(days=1)
    with audit.saving(place, by=by):
        if ends_on < place.starts_on and place.starts_on >= today:
            place.delete()
            return
        place.ends_on = max(ends_on, place.starts_on)
        place.save(update_fields=["ends_on"])
