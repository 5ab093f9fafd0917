"""Applying a file of slots to a timetable from a day on, and taking it back once. What has happened is not touched."""

import hashlib
import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from sendco.audit import services as audit
from sendco.clock import short_date
from sendco.refusals import Refused

from ..models import Post, Slot, Timetable, TimetableImport, User
from ..saving import record
from .plans import Plan
from .refusals import BoardReason

ONE_DAY = timedelta(days=1)
FACTS = ("week", "weekday", "starts_at", "ends_at", "doing", "place")
LINKS = ("member", "kind", "group", "skill")


def check_first_day(timetable: Timetable, from_on: date, today: date) -> None:
    """Raise Refused for a day on which something may have happened, or that is not the timetable's."""
    if from_on < today:
        raise Refused(BoardReason.IMPORT_IN_PAST, field="from_on")
    if from_on < timetable.starts_on or (timetable.ends_on and from_on > timetable.ends_on):
        last = short_date(timetable.ends_on) if timetable.ends_on else "no last day"
        raise Refused(
            BoardReason.OUTSIDE_TIMETABLE, timetable=timetable.name, first=short_date(timetable.starts_on), last=last,
            field="from_on",
        )  # fmt: skip


@transaction.atomic
def apply(
    *, timetable: Timetable, from_on: date, plan: Plan, by: User
) -> tuple[TimetableImport, list[tuple[int, int]], list[tuple[int, dict[str, Any]]]]:
    """Make the slots of the adults in the plan those of the file, from the day on.

    Returns the import, (slot it stands for, its successor) whose children are to be carried over, and (id, facts) of
    slots that were still to begin and are about to go: the caller adds their children, then calls `finish`.
    """
    Timetable.objects.select_for_update().get(pk=timetable.pk)
    check_first_day(timetable, from_on, timezone.localdate())
    done = TimetableImport(timetable=timetable, from_on=from_on, made_by=by, rows=len(plan.rows))
    pairs, removed = [], []
    for row in plan.placed:
        slot = Slot(timetable=timetable, member=row.member, kind=row.kind, group=row.group)
        slot.starts_on, slot.ends_on = max(row.first or from_on, from_on), row.last
        for name in FACTS:
            setattr(slot, name, getattr(row, name))
        if before := plan.instead.get(row.number):
            slot.skill_id = before.skill_id
        with audit.saving(slot, by=by, reason="read from a file"):
            slot.save()
        done.placed.append([slot.pk, _mark_of(slot)])
        if before:
            pairs.append((before.pk, slot.pk))
    for slot in plan.going:
        if slot.starts_on >= from_on:
            removed.append((slot.pk, _facts_of(slot)))
            continue
        done.ended.append([slot.pk, slot.ends_on.isoformat() if slot.ends_on else None])
        _end(slot, from_on - ONE_DAY, by=by)
    for member, number in Counter(row.member for row in plan.placed).items():
        text = f"{number} slots from {short_date(from_on)} read from a file"
        record(member, "board.imported", text, by=by)
    return done, pairs, removed


@transaction.atomic
def finish(*, done: TimetableImport, removed: list[tuple[int, dict[str, Any]]], by: User) -> TimetableImport:
    """Delete what was still to begin, keep what is needed to take the file back, and say what was done."""
    done.removed = [facts for _, facts in removed]
    for slot in Slot.objects.filter(pk__in=[pk for pk, _ in removed]):
        with audit.saving(slot, by=by, reason="not in the file"):
            slot.delete()
    done.save()
    gone = len(done.ended) + len(done.removed)
    text = f"{done.timetable.name} from {short_date(done.from_on)}: {len(done.placed)} slots placed, {gone} taken off"
    audit.record("board.file_read", done.timetable, text=text, by=by, school_id=done.timetable.school_id)
    return done


def _mark_of(slot: Slot) -> str:
    """Tells whether somebody changed a slot: what it says, whatever happened to it and was taken back."""
    return hashlib.sha256(json.dumps(_facts_of(slot), sort_keys=True).encode()).hexdigest()


def _facts_of(slot: Slot) -> dict[str, Any]:
    facts: dict[str, Any] = {f"{name}_id": getattr(slot, f"{name}_id") for name in LINKS}
    facts |= {name: getattr(slot, name) for name in ("week", "weekday", "doing", "place")}
    for name in ("starts_at", "ends_at", "starts_on", "ends_on"):
        value = getattr(slot, name)
        facts[name] = value.isoformat() if value else None
    return facts


def _end(slot: Slot, ends_on: date, *, by: User) -> None:
    slot.ends_on, slot.version = ends_on, slot.version + 1
    with audit.saving(slot, by=by, reason="not in the file"):
        slot.save(update_fields=["ends_on", "version"])


@dataclass
class Undone:
    """`children` are (slot, pupils) of slots that are there again; `pairs` (slot, its continuation) of those that go on
    as new ones; `left_alone` counts what somebody changed meanwhile."""

    children: list[tuple[int, list[int]]] = field(default_factory=list)
    pairs: list[tuple[int, int]] = field(default_factory=list)
    left_alone: int = 0


@transaction.atomic
def undo(*, done: TimetableImport, by: User) -> Undone:
    """Take the file back from today, or from its first day where that is to come. Days that have passed stay as they
    were. Raises Refused the second time."""
    row = TimetableImport.objects.select_for_update(of=("self",)).select_related("timetable").get(pk=done.pk)
    if row.undone_at:
        raise Refused(BoardReason.UNDONE_ALREADY)
    if row.timetable.imports.filter(pk__gt=row.pk, undone_at=None).exists():
        raise Refused(BoardReason.NEWER_FIRST)
    begins = max(row.from_on, timezone.localdate())
    undone = Undone()
    marks = dict(row.placed)
    for slot in Slot.objects.filter(pk__in=marks):
        if _mark_of(slot) != marks[slot.pk]:
            undone.left_alone += 1
        elif slot.starts_on >= begins:
            with audit.saving(slot, by=by, reason="the file was taken back"):
                slot.delete()
        else:
            _end(slot, begins - ONE_DAY, by=by)
    for pk, ends_on in row.ended:
        slot = Slot.objects.filter(pk=pk).first()
        if slot is None or slot.ends_on != row.from_on - ONE_DAY:
            undone.left_alone += 1
            continue
        _reopen(slot, date.fromisoformat(ends_on) if ends_on else None, begins, row.from_on, undone, by=by)
    for facts in row.removed:
        slot = Slot(timetable=row.timetable, **{name: facts[name] for name in facts if name != "pupils"})
        slot.clean_fields(exclude=["timetable", *LINKS])  # makes dates and times of what was kept as text
        slot.starts_on = max(slot.starts_on, begins)
        slot.ends_on = _within_posts(slot.member_id, slot.ends_on)
        if slot.ends_on and slot.ends_on < slot.starts_on:
            continue
        with audit.saving(slot, by=by, reason="the file was taken back"):
            slot.save()
        undone.children.append((slot.pk, facts.get("pupils", [])))
    row.undone_at = timezone.now()
    row.save(update_fields=["undone_at"])
    text = f"The file of {short_date(timezone.localdate(row.made_at))} taken back from {row.timetable.name}"
    audit.record("board.file_undone", row.timetable, text=text, by=by, school_id=row.timetable.school_id)
    return undone


def _within_posts(member: int, ends_on: date | None) -> date | None:
    """The last day of a slot, no later than that of the adult's posts: whoever left meanwhile is placed nowhere."""
    ends = list(Post.objects.filter(member=member).values_list("ends_on", flat=True))
    if any(end is None for end in ends):
        return ends_on
    last = max((end for end in ends if end), default=date.min)
    return min(ends_on, last) if ends_on else last


def _reopen(slot: Slot, ends_on: date | None, begins: date, from_on: date, undone: Undone, *, by: User) -> None:
    """The slot goes on as before; where days have passed meanwhile, as a new one from today."""
    ends_on = _within_posts(slot.member_id, ends_on)
    if ends_on and ends_on < begins:
        return
    if begins == from_on:
        slot.ends_on, slot.version = ends_on, slot.version + 1
        with audit.saving(slot, by=by, reason="the file was taken back"):
            slot.save(update_fields=["ends_on", "version"])
        return
    before = slot.pk
    slot.pk, slot.starts_on, slot.ends_on, slot.version = None, begins, ends_on, 1
    slot._state.adding = True
    with audit.saving(slot, by=by, reason="the file was taken back"):
        slot.save()
    undone.pairs.append((before, slot.pk))
