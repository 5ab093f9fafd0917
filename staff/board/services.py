"""What people do to the board: timetables, kinds of slots, and placing adults. What has happened is never changed."""

from datetime import date, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from sendco.audit import services as audit
from sendco.clock import short_date
from sendco.refusals import ChangedMeanwhile, Refused

from ..models import Period, School, Slot, SlotKind, StaffMember, Timetable, User, WeekLetter
from ..models.people import current_on
from ..models.posts import WEEKDAYS
from ..saving import record, save_versioned
from ..weeks import monday_of
from .refusals import BoardReason

ONE_DAY = timedelta(days=1)
Tone = SlotKind.Tone
Weight = SlotKind.Weight
# What weighs more than help in a lesson from the start, by name.
FIRST_WEIGHTS = {"Duty": Weight.SAFETY}
# What a school starts with: (name, tone, makes busy, needs cover, is a break, is with the teacher).
FIRST_KINDS = (
    ("In a lesson", Tone.LESSON, True, True, False, False),
    ("One to one", Tone.INTERVENTION, True, True, False, False),
    ("Small group", Tone.INTERVENTION, True, True, False, False),
    ("Time with the teacher", Tone.MEETING, True, False, False, True),
    ("Duty", Tone.DUTY, True, True, False, False),
    ("Meeting", Tone.MEETING, True, False, False, False),
    ("Break", Tone.REST, False, False, True, False),
    ("Free for planning", Tone.REST, False, False, False, False),
)


# --- Timetables ---
@transaction.atomic
def begin_timetable(
    *,
    school: School,
    name: str,
    starts_on: date,
    has_two_weeks: bool = False,
    first_week_on: date,
    counts_holidays: bool = False,
    copies: Timetable | None = None,
    by: User,
) -> tuple[Timetable, list[tuple[int, int]]]:
    """Begin a timetable on a day; the one before it ends the day before, with all that happened in it.

    `copies` gives the parts of the day and the slots that were planned beyond that day. Returns the timetable and
    (slot it was copied from, its copy). Raises Refused.
    """
    School.objects.select_for_update().get(pk=school.pk)
    later = Timetable.objects.filter(school=school, starts_on__gte=starts_on).order_by("starts_on").first()
    if later:
        raise Refused(BoardReason.TIMETABLE_LATER, day=later.starts_on, field="starts_on")
    _check_first_week(starts_on, first_week_on)
    for before in Timetable.objects.filter(Q(ends_on=None) | Q(ends_on__gte=starts_on), school=school):
        _end_timetable(before, starts_on - ONE_DAY, by=by)
    row = Timetable(school=school, name=name, starts_on=starts_on, has_two_weeks=has_two_weeks)
    row.first_week_on, row.counts_holidays = monday_of(first_week_on), counts_holidays
    with audit.saving(row, by=by):
        row.save()
    ensure_kinds(school, by=by)
    _keep_letters(row, by=by)
    copied = _copy(copies, row, by=by) if copies else []
    text = f"Timetable {name} begins on {short_date(starts_on)}"
    audit.record("board.timetable_begun", row, text=text, by=by, school_id=school.pk)
    return row, copied


def _check_first_week(starts_on: date, first_week_on: date) -> None:
    if monday_of(first_week_on) > monday_of(starts_on):
        raise Refused(BoardReason.FIRST_WEEK_LATE, field="first_week_on")


def _end_timetable(row: Timetable, ends_on: date | None, *, by: User) -> None:
    row.ends_on, row.version = ends_on, row.version + 1
    with audit.saving(row, by=by):
        row.save(update_fields=["ends_on", "version"])


def _keep_letters(row: Timetable, *, by: User) -> None:
    """A cycle that counts on from the same first week keeps the weeks that were set by hand in it."""
    before = Timetable.objects.filter(school=row.school, starts_on__lt=row.starts_on).order_by("-starts_on").first()
    if before is None or not row.has_two_weeks or before.first_week_on != row.first_week_on:
        return
    for letter in before.letters.all():
        letter.pk, letter.timetable, letter._state.adding = None, row, True
        with audit.saving(letter, by=by):
            letter.save()


def _copy(source: Timetable, row: Timetable, *, by: User) -> list[tuple[int, int]]:
    Period.objects.bulk_create(
        Period(timetable=row, weekday=one.weekday, name=one.name, kind=one.kind, starts_at=one.starts_at,
               ends_at=one.ends_at)
        for one in source.periods.all()
    )  # fmt: skip
    copied = []
    goes_on = Q(ends_on=None) | Q(ends_on__gte=row.starts_on)
    for slot in source.slots.filter(goes_on).order_by("pk"):
        if slot.week and not row.has_two_weeks:
            continue
        before = slot.pk
        slot.pk, slot.timetable, slot.version = None, row, 1
        slot.starts_on = max(slot.starts_on, row.starts_on)
        slot._state.adding = True
        with audit.saving(slot, by=by):
            slot.save()
        copied.append((before, slot.pk))
    return copied


@transaction.atomic
def save_timetable(*, timetable: Timetable, values: dict[str, Any], version: int, by: User) -> Timetable:
    """Change name, cycle of weeks or the counting of holidays. Its first day stands."""
    _check_first_week(timetable.starts_on, values["first_week_on"])
    values = values | {"first_week_on": monday_of(values["first_week_on"])}
    lettered = timetable.slots.exclude(week="").count()
    if not values["has_two_weeks"] and lettered:
        raise Refused(BoardReason.SLOTS_IN_WEEKS, number=lettered, field="has_two_weeks")
    cycle = ("first_week_on", "counts_holidays")
    this_week = monday_of(timezone.localdate())
    ran = timetable.slots.exclude(week="").filter(starts_on__lt=this_week).exists()
    if ran and any(values[name] != getattr(timetable, name) for name in cycle):
        raise Refused(BoardReason.CYCLE_RUNS, field="first_week_on")
    saved, changed = save_versioned(timetable, values, version=version, by=by)
    if changed:
        audit.record("board.timetable_changed", saved, text=f"Timetable {saved.name} changed", by=by)
    return saved


@transaction.atomic
def remove_timetable(*, timetable: Timetable, today: date, by: User) -> None:
    """Take back a timetable that has not begun, or in which nobody was placed: the one before it holds on.

    Raises Refused once something may have happened in it.
    """
    row = Timetable.objects.select_for_update(of=("self",)).get(pk=timetable.pk)
    if row.starts_on <= today and row.slots.exists():
        raise Refused(BoardReason.TIMETABLE_BEGUN, timetable=row.name)
    before = Timetable.objects.filter(school=row.school, starts_on__lt=row.starts_on).order_by("-starts_on").first()
    audit.record("board.timetable_removed", row, text=f"Timetable {row.name} taken back", by=by)
    for slot in row.slots.all():
        with audit.saving(slot, by=by):
            slot.delete()
    with audit.saving(row, by=by):
        row.delete()
    if before and before.ends_on == timetable.starts_on - ONE_DAY:
        _end_timetable(before, None, by=by)


@transaction.atomic
def save_periods(*, timetable: Timetable, rows: list[dict[str, Any]], version: int, by: User) -> Timetable:
    """Set the school's day. Slots keep their own times: what was placed stays where it was placed."""
    current = Timetable.objects.select_for_update(of=("self",)).get(pk=timetable.pk)
    if current.version != version:
        raise ChangedMeanwhile(current)
    if not rows:
        raise Refused(BoardReason.NO_PERIODS)
    _check_periods(rows)
    current.periods.all().delete()
    Period.objects.bulk_create(Period(timetable=current, **row) for row in rows)
    current.version += 1
    with audit.saving(current, by=by):
        current.save(update_fields=["version"])
    audit.record("board.day_saved", current, text=f"The school's day of {current.name} saved", by=by)
    return current


def _check_periods(rows: list[dict[str, Any]]) -> None:
    for row in rows:
        if row["ends_at"] <= row["starts_at"]:
            raise Refused(BoardReason.TIMES_IN_ORDER)
    ordered = sorted(rows, key=lambda row: (-1 if row["weekday"] is None else row["weekday"], row["starts_at"]))
    for before, after in zip(ordered, ordered[1:], strict=False):
        if before["weekday"] == after["weekday"] and after["starts_at"] < before["ends_at"]:
            raise Refused(BoardReason.PERIODS_OVERLAP, period=after["name"], other=before["name"])


@transaction.atomic
def set_week_letter(*, timetable: Timetable, day: date, letter: str, later_follow: bool, by: User) -> WeekLetter | None:
    """Say which week the week of this day is; an empty letter takes back what was said."""
    monday = monday_of(day)
    row = WeekLetter.objects.select_for_update().filter(timetable=timetable, monday=monday).first()
    text = (
        f"Week of {short_date(monday)} is week {letter}" if letter else f"Week of {short_date(monday)} counts as usual"
    )
    audit.record("board.week_set", timetable, text=text, by=by)
    if not letter:
        if row:
            with audit.saving(row, by=by):
                row.delete()
        return None
    row = row or WeekLetter(timetable=timetable, monday=monday)
    row.letter, row.later_follow = letter, later_follow
    with audit.saving(row, by=by):
        row.save()
    return row


# --- Kinds of slots ---
def ensure_kinds(school: School, *, by: User | None) -> None:
    """Give a school the kinds that every school has, once."""
    if SlotKind.objects.filter(school=school).exists():
        return
    for name, tone, busy, cover, rest, with_teacher in FIRST_KINDS:
        kind = SlotKind(school=school, name=name, tone=tone, makes_busy=busy, needs_cover=cover, is_break=rest)
        kind.is_with_teacher = with_teacher
        kind.weight = FIRST_WEIGHTS.get(name, Weight.HELP)
        with audit.saving(kind, by=by):
            kind.save()


@transaction.atomic
def save_kind(*, kind: SlotKind, values: dict[str, Any], version: int, by: User) -> SlotKind:
    try:
        with transaction.atomic():
            saved, _ = save_versioned(kind, values, version=version, by=by)
    except IntegrityError as error:
        raise Refused(BoardReason.KIND_THERE, kind=values["name"], field="name") from error
    audit.record("board.kind_saved", saved, text=f"Kind of slot {saved.name} saved", by=by)
    return saved


@transaction.atomic
def archive_kind(*, kind: SlotKind, today: date, by: User) -> None:
    """Put a kind away: past slots keep it, nobody chooses it any more. Raises Refused while slots to come have it."""
    row = SlotKind.objects.select_for_update(of=("self",)).get(pk=kind.pk)
    if row.slots.filter(Q(ends_on=None) | Q(ends_on__gte=today), timetable__in=_not_over(today)).exists():
        raise Refused(BoardReason.KIND_IN_USE, kind=row.name)
    row.is_archived, row.version = True, row.version + 1
    with audit.saving(row, by=by):
        row.save(update_fields=["is_archived", "version"])
    audit.record("board.kind_archived", row, text=f"Kind of slot {row.name} put away", by=by)


def _not_over(today: date) -> Any:
    return Timetable.objects.filter(Q(ends_on=None) | Q(ends_on__gte=today))


# --- Slots ---
@transaction.atomic
def place(
    *, member: StaffMember, timetable: Timetable, weekdays: list[int], values: dict[str, Any], by: User
) -> list[Slot]:
    """Place an adult on these weekdays, from `starts_on` on. Returns the slots. Raises Refused."""
    member = StaffMember.objects.select_for_update(of=("self",)).get(pk=member.pk)
    _check_slot(member, timetable, values)
    rows = []
    for weekday in sorted(set(weekdays)):
        slot = Slot(member=member, timetable=timetable, weekday=weekday, **values)
        with audit.saving(slot, by=by):
            slot.save()
        rows.append(slot)
    days = ", ".join(WEEKDAYS[slot.weekday] for slot in rows)
    text = f"Placed on {days}, {rows[0].starts_at:%H:%M} to {rows[0].ends_at:%H:%M}" if rows else "Placed nowhere"
    record(member, "board.placed", text, by=by)
    return rows


def _check_slot(member: StaffMember, timetable: Timetable, values: dict[str, Any]) -> None:
    first, last = values["starts_on"], values.get("ends_on")
    if values["ends_at"] <= values["starts_at"]:
        raise Refused(BoardReason.TIMES_IN_ORDER, field="ends_at")
    if last and last < first:
        raise Refused(BoardReason.DATES_IN_ORDER, field="ends_on")
    if first < timetable.starts_on or (timetable.ends_on and first > timetable.ends_on):
        end = short_date(timetable.ends_on) if timetable.ends_on else "no last day"
        raise Refused(
            BoardReason.OUTSIDE_TIMETABLE, timetable=timetable.name, first=short_date(timetable.starts_on), last=end,
            field="starts_on",
        )  # fmt: skip
    if values.get("week") and not timetable.has_two_weeks:
        raise Refused(BoardReason.ONE_WEEK, field="week")
    if not member.posts.filter(current_on(first)).exists():
        raise Refused(BoardReason.NOT_IN_POST, person=member.name, day=first, field="starts_on")


@transaction.atomic
def change_slot(*, slot: Slot, values: dict[str, Any], from_on: date, version: int, by: User) -> Slot:
    """Change a slot from a day on. What was before stays as it was: then the old row ends and the answer is a new one.

    `values` may hold another `member`. Raises ChangedMeanwhile where somebody else changed it first, and Refused.
    """
    current = Slot.objects.select_for_update(of=("self",)).select_related("timetable", "member").get(pk=slot.pk)
    if current.version != version:
        raise ChangedMeanwhile(current)
    if current.ends_on and current.ends_on < from_on:
        raise Refused(BoardReason.SLOT_ENDED, day=current.ends_on)
    begins = max(current.starts_on, from_on)
    wanted = {name: getattr(current, name) for name in CHANGED} | values | {"starts_on": begins}
    member = wanted["member"]
    _check_slot(member, current.timetable, wanted)
    for one in {current.member_id: current.member, member.pk: member}.values():
        record(one, "board.moved", f"Slot on {WEEKDAYS[wanted['weekday']]} changed from {short_date(begins)}", by=by)
    if current.starts_on >= begins:
        for name, value in wanted.items():
            setattr(current, name, value)
        current.version += 1
        with audit.saving(current, by=by):
            current.save()
        return current
    new = Slot(timetable=current.timetable, **wanted)
    current.ends_on, current.version = begins - ONE_DAY, current.version + 1
    with audit.saving(current, new, by=by):
        current.save(update_fields=["ends_on", "version"])
        new.save()
    return new


CHANGED = ("member", "kind", "week", "weekday", "starts_at", "ends_at", "group", "doing", "place", "skill", "ends_on")


def _was_placed_today(slot: Slot) -> bool:
    """A slip is taken back on the day on which it was made."""
    made = slot.history.order_by("history_date").values_list("history_date", flat=True).first()
    return made is not None and timezone.localdate(made) == timezone.localdate()


@transaction.atomic
def remove_slot(*, slot: Slot, from_on: date, version: int, by: User) -> None:
    """Take an adult off a slot from a day on: one that has begun ends the day before, one to come goes whole.

    Raises ChangedMeanwhile where somebody else changed it first, and Refused.
    """
    current = Slot.objects.select_for_update(of=("self",)).select_related("member").get(pk=slot.pk)
    if current.version != version:
        raise ChangedMeanwhile(current)
    if current.ends_on and current.ends_on < from_on:
        raise Refused(BoardReason.ALREADY_OFF, day=current.ends_on, field="from_on")
    text = f"Slot on {WEEKDAYS[current.weekday]}, {current.starts_at:%H:%M}, taken off from {short_date(from_on)}"
    record(current.member, "board.taken_off", text, by=by)
    if from_on <= current.starts_on < timezone.localdate() and not _was_placed_today(current):
        raise Refused(BoardReason.SLOT_BEGUN, day=current.starts_on, field="from_on")
    with audit.saving(current, by=by):
        if current.starts_on >= from_on:
            current.delete()
            return
        if current.ends_on is None or current.ends_on >= from_on:
            current.ends_on, current.version = from_on - ONE_DAY, current.version + 1
            current.save(update_fields=["ends_on", "version"])
