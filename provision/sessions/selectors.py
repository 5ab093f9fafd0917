"""Reads about sessions: a day, what is still to be logged, who is expected in one."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet

from pupils.models import Pupil
from staff.acting import Acting
from staff.models import StaffMember
from staff.permissions import Permission

from ..models import Attendance, Place, Session, SessionAdult


def expected_in(session: Session) -> QuerySet[Place]:
    """The places of the children who should come: in the run on that day, in that part of it, and still here."""
    rows = Place.objects.filter(
        Q(ends_on=None) | Q(ends_on__gte=session.on),
        Q(pupil__left_on=None) | Q(pupil__left_on__gt=session.on),
        provision_id=session.provision_id,
        starts_on__lte=session.on,
    )
    if session.part:
        rows = rows.filter(part=session.part)
    return rows.select_related("pupil").order_by("pupil__sort_name", "pk")


def shown_in(session: Session, shown: str) -> list[Pupil] | None:
    """The children whom a page said that it showed, by name: those that were ever in the run or stand in the log. None
    where it said nothing that can be read. One query."""
    ids = {int(part) for part in shown.split(",")[:MOST_SHOWN] if part.isdecimal() and len(part) < LONGEST_ID}
    if not ids:
        return None
    theirs = Q(provision_places__provision=session.provision_id) | Q(attendances__session=session.pk)
    rows = Pupil.objects.filter(theirs, pk__in=ids)
    return list(Pupil.objects.filter(pk__in=rows.values("pk")).order_by("sort_name", "pk"))


MOST_SHOWN = 100
LONGEST_ID = 19  # digits, so that every database can hold the number


def may_log(acting: Acting, session: Session) -> bool:
    """Whoever sets up provision, and the adults of the session or of its run. Needs `adults` prefetched."""
    if acting.can(Permission.PROVISION_EDIT):
        return True
    if not acting.can(Permission.PROVISION_LOG):
        return False
    own = {row.member.user_id for row in session.adults.all()}
    own |= {row.member.user_id for row in session.provision.adults.all() if row.leads_on(session.on)}
    return acting.user.pk in own


def known_of(acting: Acting, session: Session, pupils: set[int]) -> set[int]:
    """The ids of those of these children of whom this person reads in a log: all for whoever may log it, else one's
    own. At most one query. Needs `adults` prefetched."""
    if may_log(acting, session):
        return pupils
    return set(Pupil.objects.visible_to(acting).filter(pk__in=pupils).values_list("pk", flat=True))


def with_facts(sessions: QuerySet[Session]) -> QuerySet[Session]:
    """With the run, its intervention and the adults. Three queries more."""
    adults = SessionAdult.objects.select_related("member")
    return sessions.select_related("provision__intervention", "logged_by", "corrected_by").prefetch_related(
        Prefetch("adults", queryset=adults), "provision__adults__member"
    )


@dataclass
class OfDay:
    """A session as somebody's day shows it: with the children who should come."""

    session: Session
    pupils: list[Pupil] = field(default_factory=list)

    @property
    def who(self) -> str:
        if len(self.pupils) == 1:
            return self.pupils[0].forename
        return f"{len(self.pupils)} pupils" if self.pupils else "Nobody yet"


def of_member(member: StaffMember, day: date) -> list[OfDay]:
    """The sessions that this adult is to hold on that day, or held, in order. Two queries."""
    own = SessionAdult.objects.filter(member=member).values("session")
    rows = Session.objects.filter(pk__in=own, on=day).exclude(state=Session.State.LOST, reason="moved")
    cover = SessionAdult.objects.filter(session=OuterRef("pk"), member=member, is_cover=True)
    sessions = list(
        rows.select_related("provision__intervention").annotate(is_cover=Exists(cover)).order_by("starts_at", "pk")
    )
    pupils = pupils_expected(sessions)
    return [OfDay(row, pupils[row.pk]) for row in sessions]


def next_day_of(member: StaffMember, today: date) -> date | None:
    """The next day after this one on which the adult holds something. One query."""
    own = SessionAdult.objects.filter(member=member).values("session")
    rows = Session.objects.open().filter(pk__in=own, on__gt=today)
    return rows.order_by("on").values_list("on", flat=True).first()


def pupils_expected(sessions: Iterable[Session]) -> dict[int, list[Pupil]]:
    """{session: the children who should come}. One query for all of them."""
    sessions = list(sessions)
    places: dict[int, list[Place]] = defaultdict(list)
    if sessions:
        rows = Place.objects.filter(provision__in={row.provision_id for row in sessions}).select_related("pupil")
        for place in rows.order_by("pupil__sort_name", "pk"):
            places[place.provision_id].append(place)
    return {row.pk: [p.pupil for p in places[row.provision_id] if _comes(p, row)] for row in sessions}


def _comes(place: Place, session: Session) -> bool:
    left = place.pupil.left_on
    return (
        place.holds_on(session.on)
        and (not session.part or place.part == session.part)
        and (left is None or left > session.on)
    )


def without_record(acting: Acting, member: StaffMember | None = None) -> QuerySet[Session]:
    """Past sessions that nobody has logged: of one adult, or all in view. The newest first."""
    rows = Session.objects.open().filter(on__lt=acting.today)
    if member is None:
        rows = rows.filter(pk__in=Session.objects.visible_to(acting).values("pk"))
    else:
        rows = rows.filter(pk__in=SessionAdult.objects.filter(member=member).values("session"))
    return rows.select_related("provision__intervention").order_by("-on", "starts_at", "pk")


def unlogged_of_people(school_id: int, first: date, before: date) -> dict[int, int]:
    """{user: sessions of theirs from `first` to the day before `before` that have no record}. One query."""
    rows = SessionAdult.objects.filter(
        session__school=school_id, session__state=Session.State.PLANNED, session__on__gte=first,
        session__on__lt=before, member__user__isnull=False,
    )  # fmt: skip
    return dict(rows.values_list("member__user").annotate(number=Count("session", distinct=True)))


def attendances_of(session: Session) -> dict[int, Attendance]:
    return {row.pupil_id: row for row in session.attendances.all()}


def last_words(sessions: Iterable[Session]) -> dict[int, str]:
    """{run: the note of its last session with one}. One query."""
    runs = {row.provision_id for row in sessions}
    rows = Session.objects.filter(provision__in=runs, state=Session.State.HELD).exclude(note="")
    return dict(rows.order_by("on", "starts_at", "pk").values_list("provision", "note"))


def in_its_place(session: Session) -> Iterator[Session]:
    """The sessions that stand in the place of this one: planned or held, wherever they were moved to since."""
    for row in session.in_its_place.order_by("on", "starts_at", "pk"):
        if row.is_moved:
            yield from in_its_place(row)
        elif row.state != Session.State.LOST:
            yield row


def standing_for(session: Session) -> Session | None:
    return next(in_its_place(session), None)


def to_make_good(session: Session) -> int:
    """Minutes of a lost session that no other session makes good yet."""
    return session.minutes - sum(row.given or row.minutes for row in in_its_place(session))


def sums_of_pupil(pupil: Pupil, runs: Iterable[int]) -> dict[int, tuple[int, int]]:
    """{run: (sessions with the child there, minutes of them)}. One query."""
    rows = Attendance.objects.filter(pupil=pupil, reason="", session__provision__in=list(runs))
    found: dict[int, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for run, own, given, count in (
        rows.order_by().values_list("session__provision", "minutes", "session__given").annotate(count=Count("pk"))
    ):
        sessions, minutes = found[run]
        found[run] = (sessions + count, minutes + count * (own if own is not None else given or 0))
    return found
