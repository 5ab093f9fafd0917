"""Reads about posts: who holds which, when they work, what an hour costs, and who manages whom."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Prefetch, Q, QuerySet, Sum

from sendco.audit.models import Audience, Event
from sendco.audit.selectors import subject_events
from sendco.clock import academic_year_name, academic_year_start
from sendco.refusals import Refused

from ..acting import Acting
from ..minutes import Stretch, joined, minute_of, without
from ..models import (
    ExtraTime,
    FormulaRate,
    LineManagement,
    PayRate,
    Post,
    School,
    StaffGroup,
    StaffMember,
    User,
    WorkPattern,
    WorkTime,
)
from ..models.people import current_on
from .refusals import PostReason


# --- Who there is ---
def with_posts(members: QuerySet[StaffMember], day: date) -> QuerySet[StaffMember]:
    """Add `posts_now` and `line_now` (the line, or nobody): two queries more."""
    posts = Post.objects.filter(current_on(day)).select_related("unit").order_by("starts_on", "pk")
    lines = LineManagement.objects.filter(current_on(day)).select_related("manager")
    return members.prefetch_related(
        Prefetch("posts", queryset=posts, to_attr="posts_now"), Prefetch("lines", queryset=lines, to_attr="line_now")
    )


def at_work(school: School, day: date) -> QuerySet[StaffMember]:
    """Everyone who holds a post here on that day, by name."""
    return StaffMember.objects.filter(pk__in=posts_on(school, day).values("member")).order_by("name", "pk")


def posts_on(school: School, day: date) -> QuerySet[Post]:
    return Post.objects.filter(current_on(day), member__school=school)


def posts_of(member: StaffMember) -> QuerySet[Post]:
    times = WorkTime.objects.order_by("week", "weekday", "starts_at", "pk")
    patterns = WorkPattern.objects.order_by("-starts_on").prefetch_related(Prefetch("times", queryset=times))
    return member.posts.select_related("unit").prefetch_related(Prefetch("patterns", queryset=patterns))


def own_record(acting: Acting) -> StaffMember | None:
    if not acting.school:
        return None
    return StaffMember.objects.filter(school=acting.school, user=acting.user).first()


def without_record(acting: Acting) -> QuerySet[User]:
    """Colleagues with an account who are not on the staff list."""
    listed = StaffMember.objects.filter(school=acting.school, user__isnull=False)
    return User.objects.working_at(acting.school, acting.today).exclude(pk__in=listed.values("user"))


def changes_of(acting: Acting, member: StaffMember) -> QuerySet[Event]:
    """What was done about this adult, for those who lead the adult and for the adult."""
    if not StaffMember.objects.open_to(acting).filter(pk=member.pk).exists():
        return Event.objects.none()
    return subject_events(member, audiences={Audience.STAFF})


# --- When they work ---
@dataclass(frozen=True)
class WorkDay:
    """A day as the board knows it: its week's letter, and whether pupils come, or staff alone."""

    day: date
    letter: str = ""
    is_open: bool = True
    is_inset: bool = False


def stretches_of(time: WorkTime) -> list[Stretch]:
    """The paid minutes of one line of a pattern."""
    whole = (minute_of(time.starts_at), minute_of(time.ends_at))
    if time.unpaid_from and time.unpaid_until:
        return without([whole], [(minute_of(time.unpaid_from), minute_of(time.unpaid_until))])
    return [whole]


def working_times(members: Iterable[int], days: Iterable[WorkDay]) -> dict[int, dict[date, list[Stretch]]]:
    """{member: {day: paid stretches}} by the patterns in force, for school days, and for INSET days where the contract
    includes them. Two queries."""
    days = list(days)
    if not days:
        return {}
    first, last = min(one.day for one in days), max(one.day for one in days)
    posts = Post.objects.filter(
        Q(ends_on=None) | Q(ends_on__gte=first), member__in=list(members), starts_on__lte=last
    ).values_list("pk", "member", "starts_on", "ends_on", "works_inset")
    lines = _lines_of([post[0] for post in posts], last)
    found: dict[int, dict[date, list[Stretch]]] = defaultdict(dict)
    for pk, member, starts_on, ends_on, works_inset in posts:
        for one in days:
            counts = one.is_open or (one.is_inset and works_inset)
            if not counts or one.day < starts_on or (ends_on and one.day > ends_on):
                continue
            if stretches := _of_day(lines[pk], one):
                found[member][one.day] = joined([*found[member].get(one.day, []), *stretches])
    return found


def _lines_of(posts: list[int], last: date) -> Mapping[int, list[tuple[date, list[WorkTime]]]]:
    """{post: [(first day of a pattern, its lines)], newest first}."""
    times = WorkTime.objects.filter(pattern__post__in=posts, pattern__starts_on__lte=last).select_related("pattern")
    patterns: dict[int, dict[date, list[WorkTime]]] = defaultdict(lambda: defaultdict(list))
    for time in times:
        patterns[time.pattern.post_id][time.pattern.starts_on].append(time)
    # A pattern without any time is one too: from that day nothing is worked.
    for post, starts_on in WorkPattern.objects.filter(post__in=posts, starts_on__lte=last, times=None).values_list(
        "post", "starts_on"
    ):
        patterns[post].setdefault(starts_on, [])
    return defaultdict(list, {post: sorted(rows.items(), reverse=True) for post, rows in patterns.items()})


def _of_day(patterns: list[tuple[date, list[WorkTime]]], one: WorkDay) -> list[Stretch]:
    lines: list[WorkTime] = next((lines for starts_on, lines in patterns if starts_on <= one.day), [])
    return [
        stretch
        for line in lines
        if line.weekday == one.day.weekday() and line.week in ("", one.letter)
        for stretch in stretches_of(line)
    ]


def minutes_a_week(pattern: WorkPattern) -> int:
    """What a pattern adds up to: of two weeks the mean, without a part of a minute."""
    by_week: dict[str, int] = defaultdict(int)
    for time in pattern.times.all():
        by_week[time.week] += sum(last - first for first, last in stretches_of(time))
    return by_week[""] + (by_week["A"] + by_week["B"]) // 2


# --- What an hour costs ---
def rate_on(post: Post, day: date) -> Decimal:
    """Pounds an hour that the post costs on this day. Raises Refused (RATE_MISSING) where none is entered."""
    found = PayRate.objects.filter(post=post, starts_on__lte=day).order_by("-starts_on").first()
    if found is None:
        raise Refused(PostReason.RATE_MISSING, title=post.title, day=day)
    return found.hourly


def formula_on(school: School, authority: str, staff_group: str, day: date) -> Decimal:
    """Pounds an hour that this authority counts on this day. Raises Refused (FORMULA_MISSING)."""
    found = FormulaRate.objects.filter(
        school=school, authority__iexact=authority, staff_group=staff_group, starts_on__lte=day
    ).order_by("-starts_on")
    row = found.first()
    if row is None:
        group = StaffGroup(staff_group).label
        raise Refused(PostReason.FORMULA_MISSING, authority=authority, group=group.lower(), day=day)
    return row.hourly


def rates_of(member: StaffMember) -> QuerySet[PayRate]:
    return PayRate.objects.filter(post__member=member).select_related("post").order_by("post", "-starts_on", "-pk")


def posts_without_rate(school: School, day: date) -> QuerySet[Post]:
    rated = PayRate.objects.filter(starts_on__lte=day).values("post")
    return posts_on(school, day).exclude(pk__in=rated).select_related("member").order_by("member__name", "pk")


# --- Work outside the pattern ---
@dataclass(frozen=True)
class Balance:
    """Minutes of one school year: the contract's extra hours and what of them is used, and time owed to the adult.

    `brought` is what was owed when the year began: time to give back does not end with a year.
    """

    starts_in: int
    agreed: int
    used: int
    to_give_back: int
    taken: int
    brought: int = 0

    @property
    def left(self) -> int:
        return self.agreed - self.used

    @property
    def over(self) -> int:
        return -self.left

    @property
    def owed(self) -> int:
        return self.brought + self.to_give_back - self.taken

    @property
    def name(self) -> str:
        return academic_year_name(self.starts_in)


def balance(member: StaffMember, day: date) -> Balance:
    """Of the school year of this day. Three queries."""
    starts_in = academic_year_start(day)
    first, last = date(starts_in, 9, 1), date(starts_in + 1, 8, 31)
    counts = ExtraTime.Counts
    sums = _minutes_by_kind(member, on__gte=first, on__lte=last)
    before = _minutes_by_kind(member, on__lt=first)
    agreed = _agreed_hours(member, first, last)
    return Balance(
        starts_in=starts_in,
        agreed=int(agreed * 60),
        used=sums.get(counts.CONTRACT, 0),
        to_give_back=sums.get(counts.GIVE_BACK, 0),
        taken=sums.get(counts.TAKEN, 0),
        brought=before.get(counts.GIVE_BACK, 0) - before.get(counts.TAKEN, 0),
    )


def _minutes_by_kind(member: StaffMember, **between: date) -> dict[str, int]:
    rows = ExtraTime.objects.filter(post__member=member, **between).order_by()
    return dict(rows.values_list("counts").annotate(Sum("minutes")))


def _agreed_hours(member: StaffMember, first: date, last: date) -> Decimal:
    """The contract's extra hours of a year. Of a post held for a part of it they count whole, as the contract says; of
    posts that follow each other the larger counts, and those held at once add up."""
    held = [
        post
        for post in member.posts.all()
        if post.extra_hours and post.starts_on <= last and (post.ends_on is None or post.ends_on >= first)
    ]
    at_once = (
        sum((post.extra_hours for post in held if post.holds_on(on)), Decimal())
        for on in {max(post.starts_on, first) for post in held}
    )
    return max(at_once, default=Decimal())


def years_with_extra_time(member: StaffMember, today: date) -> list[int]:
    """The school years in which time stands, and this one, the newest first."""
    days = ExtraTime.objects.filter(post__member=member).dates("on", "month")
    return sorted({academic_year_start(today), *map(academic_year_start, days)}, reverse=True)


def extra_times(member: StaffMember, starts_in: int) -> QuerySet[ExtraTime]:
    first, last = date(starts_in, 9, 1), date(starts_in + 1, 8, 31)
    rows = ExtraTime.objects.filter(post__member=member, on__gte=first, on__lte=last)
    return rows.select_related("post").order_by("-on", "-pk")


# --- Lines ---
def lines_of(member: StaffMember) -> QuerySet[LineManagement]:
    return member.lines.select_related("manager").order_by("-starts_on", "-pk")


def reports_of(member: StaffMember, day: date) -> QuerySet[StaffMember]:
    """Whom this adult manages directly."""
    lines = LineManagement.objects.filter(current_on(day), manager=member)
    return StaffMember.objects.filter(pk__in=lines.values("member")).order_by("name", "pk")


def managers_above(member_id: int, day: date, lines: Iterable[tuple[int, int, date, date | None]]) -> list[int]:
    """The manager, the manager's manager and so on, on that day. `lines` are (member, manager, first, last)."""
    above: dict[int, int] = {
        member: manager for member, manager, first, last in lines if first <= day and (last is None or day <= last)
    }
    found: list[int] = []
    while member_id in above and above[member_id] not in found:
        member_id = above[member_id]
        found.append(member_id)
    return found
