"""One adult's day on a phone: the sessions to hold, and where else they are placed, in the order of the day."""

from dataclasses import dataclass, field
from datetime import date, datetime, time

from pupils.models import ProfileVersion
from staff.board.selectors import Placed, board
from staff.minutes import minute_of, overlap, time_of, without
from staff.models import StaffMember

from ..cover.selectors import of_member as covers_of
from ..cover.selectors import taken_from
from ..models import CoverDecision, Session
from .selectors import OfDay, last_words, next_day_of, of_member

# A session counts as the present one from a little before it begins: the phone is taken out on the way.
EARLY = 5
MOST_REMINDERS = 3


@dataclass
class Line:
    """One line of the day: a session, a slot of the board, or a part of a colleague's slot."""

    starts_at: time
    minutes: int
    session: OfDay | None = None
    slot: Placed | None = None
    group: str = ""
    cover: CoverDecision | None = None
    # When of it the adult is needed elsewhere: "10:00 to 10:20".
    elsewhere: str = ""

    @property
    def stretch(self):
        first = minute_of(self.starts_at)
        return (first, first + self.minutes)


@dataclass
class Day:
    """`now` is the session to log next: the one that is on, or else the last one that is over and has no record."""

    lines: list[Line] = field(default_factory=list)
    now: OfDay | None = None
    is_on: bool = False
    reminders: list[tuple[str, str]] = field(default_factory=list)
    last_note: str = ""
    # Where today has none: the next day with sessions, and what stands in it.
    next_on: date | None = None
    next_lines: list[Line] = field(default_factory=list)


def day_of(acting, member: StaffMember | None, moment: datetime) -> Day:
    """A constant number of queries; almost none for somebody who is not on the staff list."""
    if member is None:
        return Day()
    today, minute = moment.date(), minute_of(moment.time())
    sessions = of_member(member, today)
    lines = [_line(one) for one in sessions]
    lines += [Line(row.starts_at, row.minutes, cover=row) for row in covers_of(member, today)]
    lines += _slots(acting, member, today, lines)
    lines.sort(key=lambda line: (line.starts_at, line.minutes))
    day = Day(lines)
    day.now, day.is_on = _now(sessions, minute)
    if not sessions:
        day.next_on = next_day_of(member, today)
        day.next_lines = [_line(one) for one in of_member(member, day.next_on)] if day.next_on else []
    if day.now:
        day.reminders = _reminders(day.now)
        day.last_note = last_words([day.now.session]).get(day.now.session.provision_id, "")
    return day


def _line(one: OfDay) -> Line:
    return Line(one.session.starts_at, one.session.minutes, session=one)


def _slots(acting, member: StaffMember, today: date, sessions: list[Line]) -> list[Line]:
    """Where the board places the adult, but for slots in which one of the sessions is: it says more."""
    week = board(acting.school, today, StaffMember.objects.filter(pk=member.pk))
    placed = week.adults[0].by_day.get(today, []) if week.adults else []
    found, taken = [], taken_from(member, today)
    for slot in placed:
        line = Line(slot.starts_at, slot.stretch[1] - slot.stretch[0], slot=slot, group=week.groups.get(slot.group, ""))
        if any(overlap(line.stretch, one.stretch) for one in sessions if one.session):
            continue
        away = [row.stretch for row in taken if row.slot_id == slot.pk]
        if not without([line.stretch], away):
            continue
        line.elsewhere = ", ".join(f"{time_of(first):%H:%M} to {time_of(last):%H:%M}" for first, last in away)
        found.append(line)
    return found


def _now(sessions: list[OfDay], minute: int) -> tuple[OfDay | None, bool]:
    open_ones = [one for one in sessions if one.session.state == Session.State.PLANNED]
    for one in open_ones:
        first, last = one.session.stretch
        if first - EARLY <= minute < last:
            return one, True
    over = [one for one in open_ones if one.session.stretch[1] <= minute]
    return (over[-1], False) if over else (None, False)


def _reminders(one: OfDay) -> list[tuple[str, str]]:
    """(child, what not to do) from the published profiles of the children in it. One query."""
    ids = {pupil.pk: pupil.forename for pupil in one.pupils}
    rows = (
        ProfileVersion.objects.filter(profile__pupil__in=ids, withdrawn_on=None)
        .exclude(dont="")
        .order_by("profile", "-number")
        .values_list("profile__pupil", "dont")
    )
    newest: dict[int, str] = {}
    for pupil, words in rows:
        newest.setdefault(pupil, words.strip().splitlines()[0])
    return [(ids[pk], words) for pk, words in newest.items()][:MOST_REMINDERS]
