"""What people do about posts: each is atomic, names who did it and leaves an event in words."""

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from sendco.audit import services as audit
from sendco.clock import short_date
from sendco.refusals import Refused

from ..acting import acting_for
from ..appraisal.services import follow_lines
from ..minutes import overlap
from ..models import (
    Absence,
    ExtraTime,
    FormulaRate,
    JobDescription,
    LineManagement,
    Membership,
    PayRate,
    Post,
    School,
    StaffMember,
    User,
    WorkPattern,
    WorkTime,
)
from ..models.people import current_on
from ..models.posts import WEEKDAYS
from ..owed import bring_up_to_date, owes_nothing
from ..permissions import Permission
from ..reading.services import ask_member
from ..roles import Role
from ..saving import record, save_versioned
from ..selectors import people_with
from ..supervision.services import call_off_of_line
from .refusals import PostReason
from .selectors import managers_above, stretches_of

ONE_DAY = timedelta(days=1)
PENNY = Decimal("0.01")
# Pounds: more is a slip in the hours or weeks.
MOST_AN_HOUR = Decimal(1000)


# --- People ---
@transaction.atomic
def add_members(
    *, school: School, users: list[User], name: str = "", bought_in_from: str = "", by: User
) -> list[StaffMember]:
    """Put colleagues with an account on the staff list, and somebody without one by name. Those listed stay as they
    are."""
    listed = set(StaffMember.objects.filter(school=school, user__in=users).values_list("user", flat=True))
    rows = [StaffMember(school=school, user=user, name=user.name) for user in users if user.pk not in listed]
    if name:
        rows.append(StaffMember(school=school, name=name, bought_in_from=bought_in_from))
    for row in rows:
        with audit.saving(row, by=by):
            row.save()
        record(row, "staff.added", f"{row.name} put on the staff list", by=by)
    return rows


@transaction.atomic
def save_member(*, member: StaffMember, values: dict[str, Any], version: int, by: User) -> StaffMember:
    """Change the name, the account or the agency. Raises ChangedMeanwhile and Refused.

    Whoever's account stands on a record reads what belongs to that adult: it is set once, and never one's own.
    """
    stored = _taken(member)
    if "user" in values and values["user"] != stored.user:
        if values["user"] == by:
            raise Refused(PostReason.OWN_ACCOUNT, field="user")
        if stored.user_id and _has_own_things(stored):
            raise Refused(PostReason.ACCOUNT_STAYS, person=stored.name, field="user")
    try:
        with transaction.atomic():
            saved, changed = save_versioned(member, values, version=version, by=by)
    except IntegrityError as error:
        raise Refused(PostReason.ALREADY_STAFF, person=values["user"].name) from error
    if changed:
        record(saved, "staff.changed", f"Details of {saved.name} changed", by=by)
    return saved


def _has_own_things(member: StaffMember) -> bool:
    owned: tuple[Any, ...] = (
        member.meetings, member.appraisals, member.absences, member.training, member.certificates, member.readings,
        member.reports,
    )  # fmt: skip
    descriptions = JobDescription.objects.filter(post__member=member)
    return descriptions.exists() or any(rows.exists() for rows in owned)


# --- Posts ---
@transaction.atomic
def save_post(*, post: Post, values: dict[str, Any], version: int, by: User) -> Post:
    """Add or change a post. Raises ChangedMeanwhile, and Refused where it cannot be held beside the others."""
    member = _taken(post.member)
    first, last = values["starts_on"], values.get("ends_on")
    if last and last < first:
        raise Refused(PostReason.DATES_IN_ORDER, field="ends_on")
    is_new = post.pk is None
    others = _beside(member, post.pk, first, last)
    if same := next((other for other in others if other.title.casefold() == values["title"].casefold()), None):
        raise Refused(PostReason.POSTS_OVERLAP, person=member.name, title=same.title, field="starts_on")
    saved, changed = save_versioned(post, values, version=version, by=by)
    _refuse_double_times(member)
    if not is_new and last and {"ends_on"} & set(changed):
        _end_what_outlasts(member, by=by)
    ask_member(member, by=by)
    bring_up_to_date(saved)
    if changed:
        text = f"Post {saved.title} from {short_date(saved.starts_on)} {'added' if is_new else 'changed'}"
        record(member, "staff.post_added" if is_new else "staff.post_changed", text, by=by)
    return saved


@transaction.atomic
def remove_post(*, post: Post, by: User) -> None:
    """Take back a post entered by mistake, with its patterns. Raises Refused where money or time stands in it."""
    member = _taken(post.member)
    if post.rates.exists() or post.extra_times.exists() or post.descriptions.exists():
        raise Refused(PostReason.POST_IN_USE)
    record(member, "staff.post_removed", f"Post {post.title} removed", by=by)
    with audit.saving(post, by=by):
        post.delete()
    ask_member(member, by=by)


def _taken(member: StaffMember) -> StaffMember:
    """The member, taken for the transaction: of two posts added at once, the second sees the first."""
    return StaffMember.objects.select_for_update(of=("self",)).get(pk=member.pk)


def _beside(member: StaffMember, post_id: int | None, first: date, last: date | None) -> list[Post]:
    posts = Post.objects.filter(Q(ends_on=None) | Q(ends_on__gte=first), member=member).exclude(pk=post_id or 0)
    return list(posts.filter(starts_on__lte=last) if last else posts)


def _refuse_double_times(member: StaffMember) -> None:
    """Raise Refused where two posts of this adult would be worked at the same time."""
    posts = list(member.posts.prefetch_related("patterns__times"))
    for place, one in enumerate(posts):
        for other in posts[place + 1 :]:
            for time, beside in _at_once(one, other):
                if overlap_of(time, beside):
                    raise Refused(
                        PostReason.TIMES_OVERLAP,
                        person=member.name,
                        weekday=WEEKDAYS[time.weekday],
                        title=one.title,
                        other=other.title,
                    )


def _at_once(one: Post, other: Post) -> list[tuple[WorkTime, WorkTime]]:
    """Pairs of lines that are in force on a day alike."""
    return [
        (time, beside)
        for pattern, first, last in _spans(one)
        for against, begins, ends in _spans(other)
        if max(first, begins) <= min(last, ends)
        for time in pattern.times.all()
        for beside in against.times.all()
    ]


def _spans(post: Post) -> list[tuple[WorkPattern, date, date]]:
    """Each pattern with its first and last day in force."""
    spans, until = [], post.ends_on or date.max
    for pattern in sorted(post.patterns.all(), key=lambda pattern: pattern.starts_on, reverse=True):
        first = max(pattern.starts_on, post.starts_on)
        if first <= until:
            spans.append((pattern, first, until))
        until = min(until, pattern.starts_on - ONE_DAY)
    return spans


def overlap_of(one: WorkTime, other: WorkTime) -> bool:
    if one.weekday != other.weekday or (one.week and other.week and one.week != other.week):
        return False
    return any(overlap(first, second) for first in stretches_of(one) for second in stretches_of(other))


def _end_what_outlasts(member: StaffMember, *, by: User) -> None:
    """Absences and slots after the last day of the last post end with it: nobody is away from a post that is over."""
    if member.posts.filter(ends_on=None).exists():
        return
    last = member.posts.order_by("-ends_on").values_list("ends_on", flat=True).first()
    if last is None:
        return
    for absence in Absence.objects.filter(Q(ends_on=None) | Q(ends_on__gt=last), member=member, removed_at=None):
        if absence.starts_on > last:
            absence.removed_at = timezone.now()
        else:
            absence.ends_on, absence.ends_at = last, None
        absence.version += 1
        with audit.saving(absence, by=by, reason="the post ended"):
            absence.save(update_fields=["ends_on", "ends_at", "removed_at", "version"])
    _hand_over_reports(member, None, last + ONE_DAY, by=by)
    end_slots(member, last, by=by)


def end_slots(member: StaffMember, last: date, *, by: User) -> int:
    """End the adult's slots after this day; those that begin later are taken off. Returns how many that were."""
    slots = list(member.slots.filter(Q(ends_on=None) | Q(ends_on__gt=last)))
    for slot in slots:
        with audit.saving(slot, by=by, reason="the post ended"):
            if slot.starts_on > last:
                slot.delete()
                continue
            slot.ends_on, slot.version = last, slot.version + 1
            slot.save(update_fields=["ends_on", "version"])
    return len(slots)


# --- Working patterns ---
@transaction.atomic
def save_pattern(
    *, post: Post, pattern: WorkPattern | None, starts_on: date, times: list[dict[str, Any]], version: int, by: User
) -> WorkPattern:
    """Set when the post is worked from this day on. `times` are the values of WorkTime rows.

    Raises ChangedMeanwhile, and Refused where the day is outside the post or the adult would work twice at once.
    """
    member = _taken(post.member)
    post = Post.objects.get(pk=post.pk)
    if not post.holds_on(starts_on):
        raise Refused(PostReason.PATTERN_OUTSIDE_POST, day=starts_on, first=post.starts_on, field="starts_on")
    try:
        with transaction.atomic():
            saved, _ = save_versioned(
                pattern or WorkPattern(post=post), {"starts_on": starts_on}, version=version, by=by
            )
    except IntegrityError as error:
        raise Refused(PostReason.PATTERN_THERE, field="starts_on") from error
    saved.times.all().delete()
    WorkTime.objects.bulk_create(WorkTime(pattern=saved, **values) for values in times)
    # The lines are part of the pattern: whoever edited the old ones is told.
    if pattern is not None and saved.version == version:
        saved.version += 1
        with audit.saving(saved, by=by):
            saved.save(update_fields=["version"])
    _refuse_double_times(member)
    text = f"Working pattern of {post.title} from {short_date(starts_on)} saved"
    record(member, "staff.pattern_saved", text, by=by)
    return saved


@transaction.atomic
def remove_pattern(*, pattern: WorkPattern, by: User) -> None:
    """Take back a pattern entered by mistake: the one before it holds on."""
    member = pattern.post.member
    text = f"Working pattern of {pattern.post.title} from {short_date(pattern.starts_on)} removed"
    record(member, "staff.pattern_removed", text, by=by)
    with audit.saving(pattern, by=by):
        pattern.delete()
    _refuse_double_times(member)


# --- What an hour costs ---
def actual_hourly(*, salary: Decimal, on_costs: Decimal, hours: Decimal, weeks: Decimal) -> Decimal:
    """Pounds an hour: a year's pay with on-costs over the hours paid for it, to the penny (law file, section 7)."""
    return ((salary + on_costs) / (hours * weeks)).quantize(PENNY, ROUND_HALF_UP)


def formula_hourly(*, yearly: Decimal, weeks: Decimal) -> Decimal:
    """Pounds an hour of an authority's formula: so much a year for each weekly hour, over the weeks it counts."""
    return (yearly / weeks).quantize(PENNY, ROUND_HALF_UP)


def _check_hourly(hourly: Decimal, *, field: str) -> None:
    if hourly > MOST_AN_HOUR:
        raise Refused(PostReason.RATE_TOO_HIGH, hourly=f"{hourly:,}", field=field)


@transaction.atomic
def save_rate(*, rate: PayRate, values: dict[str, Any], version: int, by: User) -> PayRate:
    """Set what an hour of a post costs from a day. What was costed keeps its figures; no event holds one."""
    if values["method"] == PayRate.Method.ACTUAL:
        values = values | {
            "hourly": actual_hourly(
                salary=values["salary"],
                on_costs=values["on_costs"],
                hours=values["paid_hours"],
                weeks=values["paid_weeks"],
            )
        }
        _check_hourly(values["hourly"], field="paid_hours")
    else:
        values = values | {"salary": None, "on_costs": None, "paid_hours": None, "paid_weeks": None}
    try:
        with transaction.atomic():
            saved, _ = save_versioned(rate, values, version=version, by=by)
    except IntegrityError as error:
        raise Refused(PostReason.RATE_THERE, field="starts_on") from error
    text = f"What an hour of {rate.post.title} costs from {short_date(saved.starts_on)} was saved"
    record(rate.post.member, "staff.rate_saved", text, by=by)
    return saved


@transaction.atomic
def remove_rate(*, rate: PayRate, by: User) -> None:
    text = f"What an hour of {rate.post.title} costs from {short_date(rate.starts_on)} was removed"
    record(rate.post.member, "staff.rate_removed", text, by=by)
    with audit.saving(rate, by=by):
        rate.delete()


@transaction.atomic
def save_formula(*, formula: FormulaRate, values: dict[str, Any], version: int, by: User) -> FormulaRate:
    values = values | {"hourly": formula_hourly(yearly=values["yearly"], weeks=values["weeks"])}
    _check_hourly(values["hourly"], field="yearly")
    try:
        with transaction.atomic():
            saved, _ = save_versioned(formula, values, version=version, by=by)
    except IntegrityError as error:
        raise Refused(PostReason.RATE_THERE, field="starts_on") from error
    text = f"Formula of {saved.authority} for {saved.get_staff_group_display().lower()} saved"
    audit.record("staff.formula_saved", saved, text=text, by=by)
    return saved


# --- Work outside the pattern ---
@transaction.atomic
def add_extra_time(*, post: Post, on: date, minutes: int, what: str, counts: str, by: User) -> ExtraTime:
    if not post.holds_on(on):
        raise Refused(PostReason.NOT_IN_POST, person=post.member.name, day=on, field="on")
    row = ExtraTime(post=post, on=on, minutes=minutes, what=what, counts=counts)
    with audit.saving(row, by=by):
        row.save()
    record(post.member, "staff.extra_time_added", f"Time outside the pattern on {short_date(on)} entered", by=by)
    return row


@transaction.atomic
def remove_extra_time(*, row: ExtraTime, by: User) -> None:
    text = f"Time outside the pattern on {short_date(row.on)} removed"
    record(row.post.member, "staff.extra_time_removed", text, by=by)
    with audit.saving(row, by=by):
        row.delete()


# --- Lines ---
def _last_manager_still_here(member: StaffMember, today: date) -> list[tuple[int, int | None]]:
    """(manager, account) of the line that ended last, where that person still works here: a line that ends with a post
    changed for a moment is not free to take."""
    last = member.lines.filter(ends_on__lt=today).order_by("-ends_on", "-pk").select_related("manager").first()
    if last is None or not last.manager.user_id:
        return []
    works = Membership.objects.filter(current_on(today), school=member.school_id, user=last.manager.user_id)
    return [(last.manager_id, last.manager.user_id)] if works.exists() else []


def refusal_to_set_line(member: StaffMember, manager: StaffMember | None, *, by: User) -> Refused | None:
    """Return why this colleague may not put the adult into that line, or None. A line opens what only managers see."""
    acting = acting_for(by, member.school_id)
    if acting.can(Permission.STAFF_LEAD):
        return None
    heads = people_with(member.school, Role.HEAD).values_list("pk", flat=True)
    if member.user_id in set(heads):
        return Refused(PostReason.LINE_OF_HEAD)
    # Lines to come too: what a head has set for January is not undone in November.
    going_on = Q(ends_on=None) | Q(ends_on__gte=acting.today)
    lines = LineManagement.objects.filter(going_on, member=member)
    managers = list(lines.values_list("manager", "manager__user")) or _last_manager_still_here(member, acting.today)
    others = any(user != by.pk and manager not in acting.line for manager, user in managers)
    # With an adult come all below: those of another's line come with nobody.
    below = LineManagement.objects.filter(going_on, manager=member).exclude(member__in=acting.line)
    if member.user_id == by.pk or others or below.exists():
        return Refused(PostReason.LINE_NOT_YOURS, person=member.name)
    if manager and manager.user_id != by.pk and manager.pk not in acting.line:
        return Refused(PostReason.MANAGER_NOT_YOURS, field="manager")
    return None


@transaction.atomic
def set_line(*, member: StaffMember, manager: StaffMember | None, starts_on: date, by: User) -> LineManagement | None:
    """Give the adult a line manager from a day on, or none. Whoever managed before loses sight on that day.

    Raises Refused for a cycle, for oneself, and where it is not this colleague's to decide.
    """
    School.objects.select_for_update().get(pk=member.school_id)
    if refusal := refusal_to_set_line(member, manager, by=by):
        raise refusal
    if manager and manager.pk == member.pk:
        raise Refused(PostReason.LINE_TO_SELF, field="manager")
    if manager:
        _refuse_cycle(member, manager, starts_on)
    last = member.lines.order_by("-starts_on", "-pk").first()
    if last and starts_on < last.starts_on:
        raise Refused(PostReason.LINE_BEFORE_LAST, day=last.starts_on, field="starts_on")
    if last and (last.ends_on is None or last.ends_on >= starts_on):
        _end_line(last, starts_on - ONE_DAY, heir=manager, by=by)
    row = None
    if manager is None:
        record(member, "staff.line_ended", f"No line manager from {short_date(starts_on)}", by=by)
    else:
        row = LineManagement(member=member, manager=manager, starts_on=starts_on)
        with audit.saving(row, by=by):
            row.save()
        text = f"{manager.name} is line manager of {member.name} from {short_date(starts_on)}"
        record(member, "staff.line_set", text, by=by)
    _tell_the_manager(member)
    follow_lines(member.school, timezone.localdate(), by=by)
    return row


def _tell_the_manager(member: StaffMember) -> None:
    """What a line manager is reminded of goes to whoever manages the adult now."""
    posts = list(member.posts.all())
    descriptions = JobDescription.objects.filter(post__in=posts)
    for row in (*member.certificates.all(), *posts, *descriptions):
        bring_up_to_date(row)


def _end_line(line: LineManagement, ends_on: date, *, heir: StaffMember | None = None, by: User) -> None:
    """End a line, and call off what its manager had planned with the adult afterwards."""
    if line.manager.user and line.manager != heir:
        call_off_of_line(member=line.member, leader=line.manager.user, from_on=ends_on + ONE_DAY, by=by)
    with audit.saving(line, by=by):
        if ends_on < line.starts_on:
            line.delete()
            return
        line.ends_on = ends_on
        line.save(update_fields=["ends_on"])


def _refuse_cycle(member: StaffMember, manager: StaffMember, starts_on: date) -> None:
    """The new line holds from its first day on: on none of those days may the manager stand below the adult."""
    lines = list(
        LineManagement.objects.filter(
            Q(ends_on=None) | Q(ends_on__gte=starts_on), member__school=member.school_id
        ).values_list("member", "manager", "starts_on", "ends_on")
    )
    for day in {starts_on, *(first for _, _, first, _ in lines if first > starts_on)}:
        if member.pk in managers_above(manager.pk, day, lines):
            raise Refused(PostReason.LINE_CYCLE, manager=manager.name, person=member.name, field="manager")


# --- Leaving ---
@transaction.atomic
def end_posts(*, user: User, to: User | None, school: School, last_day: date, by: User) -> int:
    """End what an adult holds here with the last day: posts, slots, absences; who reported to them reports to `to`.

    Returns how many reports and slots that were. Without `to` the reports have no manager, and the head sees them so.
    """
    member = StaffMember.objects.filter(school=school, user=user).first()
    if member is None:
        return 0
    heir = StaffMember.objects.filter(school=school, user=to).first() if to else None
    day_after = last_day + ONE_DAY
    held = _hand_over_reports(member, heir, day_after, by=by)
    for post in member.posts.filter(Q(ends_on=None) | Q(ends_on__gt=last_day)):
        post.ends_on, post.version = max(last_day, post.starts_on), post.version + 1
        with audit.saving(post, by=by):
            post.save(update_fields=["ends_on", "version"])
    held += end_slots(member, last_day, by=by)
    _end_what_outlasts(member, by=by)
    line = member.lines.filter(Q(ends_on=None) | Q(ends_on__gt=last_day)).first()
    if line:
        _end_line(line, last_day, by=by)
    for appointment in member.senco_appointments.filter(Q(ended_on=None) | Q(ended_on__gt=last_day)):
        with audit.saving(appointment, by=by, reason="left the school"):
            if appointment.appointed_on > last_day:
                owes_nothing(appointment)
                appointment.delete()
                continue
            appointment.ended_on, appointment.version = last_day, appointment.version + 1
            appointment.save(update_fields=["ended_on", "version"])
        bring_up_to_date(appointment)
    ask_member(member, by=by)
    record(member, "staff.left", f"{member.name} leaves on {short_date(last_day)}", by=by)
    return held


def _hand_over_reports(member: StaffMember, heir: StaffMember | None, day: date, *, by: User) -> int:
    lines = list(LineManagement.objects.filter(Q(ends_on=None) | Q(ends_on__gte=day), manager=member))
    for line in lines:
        ends_on = line.ends_on
        _end_line(line, day - ONE_DAY, by=by)
        _tell_the_manager(line.member)
        if heir is None or heir.pk == line.member_id:
            continue
        try:
            _refuse_cycle(line.member, heir, day)
        except Refused:
            continue  # the heir is below this adult: the head decides
        row = LineManagement(member=line.member, manager=heir, starts_on=max(day, line.starts_on), ends_on=ends_on)
        with audit.saving(row, by=by):
            row.save()
        _tell_the_manager(line.member)
    return len(lines)
