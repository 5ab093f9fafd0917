"""Make two records of one child one, and take that apart again. One transaction each, within one school."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Literal

from django.apps import apps
from django.db import IntegrityError, transaction
from django.utils import timezone

from sendco.audit import services as audit
from sendco.clock import long_date
from sendco.files.models import StoredFile
from sendco.links.models import Link
from sendco.refusals import ChangedMeanwhile, Refused, SeveralRefused
from staff.models import User
from staff.owed import bring_pupil_up_to_date, bring_up_to_date

from .. import search
from ..merging import MOVED, refusals
from ..models import (
    Assessment,
    Challenge,
    Concern,
    ConcernView,
    Contact,
    ContactLog,
    Document,
    Enrolment,
    EquipmentLoan,
    GroupPlace,
    HandoverPack,
    Letter,
    Meeting,
    MeetingAction,
    MeetingPupil,
    Merge,
    Need,
    NotDuplicate,
    OutsideAsk,
    Profile,
    Pupil,
    PupilFlag,
    PupilSkill,
    PupilSupport,
    Referral,
    RegisterEntry,
    SearchKey,
    SencoQuestion,
    SlotPupil,
    SupportPlan,
    WatchListEntry,
)
from ..models.register import ON_REGISTER
from .refusals import MergeReason, UndoReason
from .selectors import CHOOSABLE, GONE, KEPT, UNDO_DAYS, conflicts, unlike_protections

ONE_DAY = timedelta(days=1)
CLOSED = "Closed when two records of this child were merged."
# Where the end of a merged row stands meanwhile: a day that no real row has.
PARKED = date(1900, 1, 1)
# One open row a pupil and key: a second one ends when its record is merged.
ONE_OPEN = ((GroupPlace, "group_id"), (PupilSupport, "user_id"), (PupilFlag, "kind"), (PupilSkill, "skill_id"))
WHOLE = (
    Contact,
    Concern,
    Assessment,
    Document,
    Letter,
    SlotPupil,
    EquipmentLoan,
    SupportPlan,
    Meeting,
    MeetingAction,
    ContactLog,
    Referral,
    OutsideAsk,
    HandoverPack,
    SencoQuestion,
    Challenge,
)
# One a pupil: where both have it, that of the record which goes stays with it.
ONE_EACH = (Profile,)
# What keeps a plain number instead of a link to the pupil.
PLAIN_IDS = (StoredFile, Link)
Dated = Enrolment | Need | RegisterEntry


class Ledger:
    """Saves rows one after another and notes each value before and after, so that undoing walks back."""

    def __init__(self, *, by: User) -> None:
        self.by = by
        self.changes: list[dict[str, Any]] = []

    def change(self, row: Any, **values: date | int | str | None) -> None:
        """Save these values, given by column. The last day is always noted: ending the row later stops undoing."""
        if hasattr(row, "ends_on"):
            values = {"ends_on": row.ends_on} | values
        fields = {name: [_plain(getattr(row, name)), _plain(value)] for name, value in values.items()}
        _save(row, values, by=self.by)
        self.changes.append({"model": row._meta.label_lower, "pk": row.pk, "fields": fields})


def _plain(value: date | int | str | None) -> int | str | None:
    return value.isoformat() if isinstance(value, date) else value


def _save(row: Any, values: dict[str, Any], *, by: User) -> None:
    """A version, where there is one, moves on, so that a form opened before notices. Parking leaves no history."""
    for name, value in values.items():
        setattr(row, name, value)
    names = {row._meta.get_field(name).name for name in values}
    if hasattr(row, "version"):
        row.version += 1
        names.add("version")
    parked = getattr(row, "starts_on", None) and row.starts_on.year == PARKED.year
    if parked:
        row.skip_history_when_saving = True
    with audit.saving(row, by=by):
        row.save(update_fields=names)
    if parked:
        del row.skip_history_when_saving


# --- Merging -----------------------------------------------------------------------------------------------------
def _lock_both(kept: Pupil, gone: Pupil) -> tuple[Pupil, Pupil]:
    """Take both rows, always in the same order, so that two merges of one pair wait for each other."""
    rows = Pupil.objects.select_for_update().filter(pk__in=[kept.pk, gone.pk]).order_by("pk")
    pupils_by_id = {row.pk: row for row in rows}
    return pupils_by_id[kept.pk], pupils_by_id[gone.pk]


def _check(kept: Pupil, gone: Pupil, versions: tuple[int, int]) -> None:
    if kept.pk == gone.pk:
        raise Refused(MergeReason.SAME_RECORD)
    if kept.school_id != gone.school_id:
        raise Refused(MergeReason.TWO_SCHOOLS)
    merged = next((pupil for pupil in (kept, gone) if pupil.merged_into_id), None)
    if merged:
        raise Refused(MergeReason.MERGED_ALREADY, pupil=merged.name)
    changed = next((pupil for pupil, seen in zip((kept, gone), versions, strict=True) if pupil.version != seen), None)
    if changed:
        raise ChangedMeanwhile(changed)
    unlike = unlike_protections(kept, gone)
    if unlike:
        names = " and ".join(unlike)
        raise Refused(MergeReason.PROTECTIONS_DIFFER, names=names)
    in_the_way = refusals(kept, gone)
    if in_the_way:
        raise SeveralRefused(in_the_way)


@transaction.atomic
def merge(
    *,
    kept: Pupil,
    gone: Pupil,
    versions: tuple[int, int],
    by: User,
    fields: list[str] | None = None,
    keep_open: dict[str, str] | None = None,
) -> Merge:
    """Move everything of `gone` to `kept` and point the one at the other. Returns the Merge.

    `versions` are those of both records as the person saw them. `fields` names the fields to take from `gone`;
    `keep_open` says for "register" and "enrolment" whose open row stays, "kept" or "gone".
    """
    kept, gone = _lock_both(kept, gone)
    _check(kept, gone, versions)
    sides = {choice.name: choice.best for choice in conflicts(kept, gone)} | (keep_open or {})
    ledger = Ledger(by=by)
    _move_dated(ledger, Enrolment, kept, gone, sides.get("enrolment"))
    closed = _move_register(ledger, kept, gone, sides.get("register"))
    _move_watch(ledger, kept, gone)
    for model, key in ONE_OPEN:
        _move_one_open(ledger, model, key, kept, gone)
    whole: tuple[Any, ...] = (*WHOLE, *MOVED)
    for model in whole:
        for row in model.objects.filter(pupil=gone):
            ledger.change(row, pupil_id=kept.pk)
    for model in ONE_EACH:
        if not model.objects.filter(pupil=kept).exists():
            for row in model.objects.filter(pupil=gone):
                ledger.change(row, pupil_id=kept.pk)
    there = MeetingPupil.objects.filter(pupil=kept).values_list("meeting", flat=True)
    for row in MeetingPupil.objects.filter(pupil=gone).exclude(meeting__in=list(there)):
        ledger.change(row, pupil_id=kept.pk)
    for model in PLAIN_IDS:
        for row in model.objects.filter(school_id=kept.school_id, pupil_id=gone.pk):
            ledger.change(row, pupil_id=kept.pk)
    ledger.change(gone, merged_into_id=kept.pk)
    ledger.change(kept, **_values(kept, gone, fields or ()))
    moved = {"changes": ledger.changes}
    merge = Merge.objects.create(school=kept.school, kept=kept, gone=gone, merged_by=by, moved=moved)
    _settle(kept, gone, reindexed=[kept])
    _record_merge(merge, closed, by=by)
    return merge


def _values(kept: Pupil, gone: Pupil, fields: Iterable[str]) -> dict[str, Any]:
    """Return by column what changes in the record that stays."""
    values = {}
    for name in set(fields) & set(CHOOSABLE):
        field: Any = Pupil._meta.get_field(name)
        attname = field.attname
        values[attname] = getattr(gone, attname)
    values["former_upn"] = _former_upn(values.get("upn", kept.upn), kept, gone)
    values["joined_on"] = min((day for day in (kept.joined_on, gone.joined_on) if day), default=None)
    values |= _roll(kept, gone)
    return {name: value for name, value in values.items() if getattr(kept, name) != value}


def _former_upn(upn: str | None, kept: Pupil, gone: Pupil) -> str:
    """The number that is no longer used stays findable; the record that goes keeps its own numbers too."""
    numbers = (kept.upn, gone.upn, kept.former_upn, gone.former_upn)
    return next((number for number in numbers if number and number != upn), "")


def _roll(kept: Pupil, gone: Pupil) -> dict[str, Any]:
    """On roll when either record was; else the later leaving with its words."""
    if kept.on_roll or gone.on_roll:
        return {"left_on": None, "leaving_reason": "", "destination": ""}
    last = max((kept, gone), key=lambda pupil: pupil.left_on or date.min)
    return {name: getattr(last, name) for name in ("left_on", "leaving_reason", "destination")}


# --- Rows that follow one another in time ------------------------------------------------------------------------
def _sides(model: Any, kept: Pupil, gone: Pupil, chosen: str | None) -> tuple[Pupil, Pupil]:
    """Return (the pupil whose rows win, the other one). Without a choice the one with an open row wins."""
    if chosen is None:
        gone_alone = model.objects.filter(pupil=gone, ends_on=None).exists()
        chosen = GONE if gone_alone and not model.objects.filter(pupil=kept, ends_on=None).exists() else KEPT
    return (gone, kept) if chosen == GONE else (kept, gone)


def _fit(row: Dated, winners: Sequence[Dated]) -> Literal[False] | date | None:
    """Return the last day a row may have beside the winners, or False when a winner covers its first day."""
    if any(w.starts_on <= row.starts_on and (w.ends_on is None or w.ends_on >= row.starts_on) for w in winners):
        return False
    later = min((w.starts_on for w in winners if w.starts_on > row.starts_on), default=None)
    if later is None or (row.ends_on and row.ends_on < later):
        return row.ends_on
    return later - ONE_DAY


def _end(row: Dated, ends_on: date | None) -> dict[str, Any]:
    values: dict[str, Any] = {"ends_on": ends_on}
    if isinstance(row, RegisterEntry):
        values["reason"] = f"{row.reason} {CLOSED}".strip() if len(row.reason) + len(CLOSED) < 500 else row.reason
    return values


def _closing(row: Dated) -> dict[str, Any]:
    """What closes an open row that finds no place. It stays with the record that goes."""
    return _end(row, max(row.starts_on, timezone.localdate())) if row.ends_on is None else {}


def _move_dated(
    ledger: Ledger,
    model: Any,
    kept: Pupil,
    gone: Pupil,
    chosen: str | None,
    *,
    winners: Sequence[Dated] | None = None,
) -> list[Any]:
    """Lay the rows of one record into the gaps that the other's leave. Return those that fit nowhere.

    They stay with the record that goes, closed. Closing comes before moving and parking before meeting, so that no two
    rows ever hold one day or one open place.
    """
    winning, losing = _sides(model, kept, gone, chosen)
    own = list(model.objects.filter(pupil=winning).order_by("starts_on", "pk"))
    others = list(model.objects.filter(pupil=losing).order_by("starts_on", "pk"))
    fits = [(row, _fit(row, own if winners is None else winners)) for row in others]
    for row, ends_on in fits:
        values = _closing(row) if ends_on is False else _end(row, ends_on) if row.ends_on != ends_on else {}
        if values:
            ledger.change(row, **values)
    rejected = [row for row, ends_on in fits if ends_on is False]
    if losing.pk == gone.pk:
        for row, ends_on in fits:
            if ends_on is not False:
                ledger.change(row, pupil_id=kept.pk)
        return rejected
    first_days = [row.starts_on for row in rejected]
    for place, row in enumerate(rejected):
        ledger.change(row, starts_on=PARKED + place * ONE_DAY)
    for row in own:
        ledger.change(row, pupil_id=kept.pk)
    for row, starts_on in zip(rejected, first_days, strict=True):
        ledger.change(row, starts_on=starts_on, pupil_id=gone.pk)
    return rejected


def _move_register(ledger: Ledger, kept: Pupil, gone: Pupil, chosen: str | None) -> list[RegisterEntry]:
    """The needs belong to the status: they go with it, and the other record's only where its status has room."""
    winning, _ = _sides(RegisterEntry, kept, gone, chosen)
    chosen = GONE if winning.pk == gone.pk else KEPT
    entries = list(RegisterEntry.objects.filter(pupil=winning))
    _move_dated(ledger, Need, kept, gone, chosen, winners=entries)
    return _move_dated(ledger, RegisterEntry, kept, gone, chosen)


def _move_watch(ledger: Ledger, kept: Pupil, gone: Pupil) -> None:
    """One time of monitoring stays open, and none beside SEN Support or a plan."""
    today = timezone.localdate()
    there_is_one = RegisterEntry.objects.filter(pupil=kept, ends_on=None, code__in=ON_REGISTER).exists()
    for pupil in (kept, gone):
        for entry in WatchListEntry.objects.filter(pupil=pupil, ends_on=None):
            if there_is_one:
                outcome = f"{entry.outcome} {CLOSED}"[-500:].strip()
                ledger.change(entry, ends_on=max(entry.starts_on, today), outcome=outcome)
            there_is_one = True
    for entry in WatchListEntry.objects.filter(pupil=gone):
        ledger.change(entry, pupil_id=kept.pk)


def _move_one_open(ledger: Ledger, model: Any, key: str, kept: Pupil, gone: Pupil) -> None:
    taken = set(model.objects.filter(pupil=kept, ends_on=None).values_list(key, flat=True))
    for row in model.objects.filter(pupil=gone):
        if row.ends_on is None and getattr(row, key) in taken:
            ledger.change(row, ends_on=max(row.starts_on, timezone.localdate()))
        ledger.change(row, pupil_id=kept.pk)


def _settle(kept: Pupil, gone: Pupil, *, reindexed: list[Pupil]) -> None:
    """Bring search and due dates in line with where the rows are now."""
    SearchKey.objects.filter(pupil=gone).delete()
    search.reindex(*reindexed)
    for pupil in (kept, gone):
        bring_pupil_up_to_date(pupil)
        for view in ConcernView.objects.filter(concern__pupil=pupil).select_related("concern__school"):
            bring_up_to_date(view)


def _record_merge(merge: Merge, closed: list[RegisterEntry], *, by: User) -> None:
    text = f"The record of {merge.gone.name} was merged into this one."
    if closed:
        statuses = " and ".join(f"{row.get_code_display()} from {long_date(row.starts_on)}" for row in closed)
        text += f" Closed because the other record's status was kept: {statuses}."
    _record("merge.done", merge, text, f"This record was merged into that of {merge.kept.name}.", by=by)


def _record(code: str, merge: Merge, kept_text: str, gone_text: str, *, by: User) -> None:
    """Say it in both records: the events of each stay where they were written."""
    for pupil_id, text in ((merge.kept_id, kept_text), (merge.gone_id, gone_text)):
        audit.record(code, merge, text=text, by=by, school_id=merge.school_id, pupil_id=pupil_id)


# --- Undoing -----------------------------------------------------------------------------------------------------
@transaction.atomic
def undo(*, merge: Merge, by: User, now: datetime | None = None) -> Merge:
    """Give each record back what it had. Raises Refused when something was changed since, and changes nothing then."""
    now = now or timezone.now()
    merge = Merge.objects.select_for_update(of=["self"]).select_related("kept", "gone", "school").get(pk=merge.pk)
    kept, gone = _lock_both(merge.kept, merge.gone)
    _check_undo(merge, kept, gone, now)
    changes = merge.moved["changes"]
    rows = _rows_of(changes)
    _check_untouched(changes, rows)
    try:
        with transaction.atomic():
            for change in reversed(changes):
                _restore(rows[change["model"], change["pk"]], change["fields"], by=by)
    except IntegrityError as error:
        raise Refused(UndoReason.NEW_ROW_IN_THE_WAY) from error
    merge.undone_by, merge.undone_at = by, now
    merge.save(update_fields=["undone_by", "undone_at"])
    kept.refresh_from_db()
    gone.refresh_from_db()
    _settle(kept, gone, reindexed=[kept, gone])
    taken_out = f"The record of {gone.name} was taken out of this one again."
    _record("merge.undone", merge, taken_out, f"This record stands by itself again, apart from {kept.name}.", by=by)
    return merge


def _check_undo(merge: Merge, kept: Pupil, gone: Pupil, now: datetime) -> None:
    if merge.undone_at:
        raise Refused(UndoReason.SEPARATED_ALREADY)
    if now - merge.merged_at > UNDO_DAYS:
        raise Refused(UndoReason.TOO_LATE, days=UNDO_DAYS.days)
    if kept.merged_into_id:
        raise Refused(UndoReason.MERGED_AGAIN, pupil=kept.name)


def _rows_of(changes: list[dict[str, Any]]) -> dict[tuple[str, int], Any]:
    """Load and lock every row of the ledger. One query a model."""
    wanted = defaultdict(set)
    for change in changes:
        wanted[change["model"]].add(change["pk"])
    rows = {}
    for label, keys in wanted.items():
        for row in apps.get_model(label).objects.select_for_update().filter(pk__in=keys):
            rows[label, row.pk] = row
    return rows


def _check_untouched(changes: list[dict[str, Any]], rows: dict[tuple[str, int], Any]) -> None:
    """Every field must still hold what the merge put there."""
    left: dict[tuple[str, int], dict[str, Any]] = {(change["model"], change["pk"]): {} for change in changes}
    for change in changes:
        left[change["model"], change["pk"]] |= {name: after for name, (_, after) in change["fields"].items()}
    for key, fields in left.items():
        row = rows.get(key)
        if row is None:
            raise Refused(UndoReason.ROW_GONE)
        changed = [name for name, after in fields.items() if _plain(getattr(row, name)) != after]
        if changed:
            label = row._meta.get_field(changed[0]).verbose_name
            raise Refused(UndoReason.CHANGED_SINCE, record=row._meta.verbose_name, field=label)


def _restore(row: Any, fields: dict[str, Any], *, by: User) -> None:
    values = {name: row._meta.get_field(name).to_python(before) for name, (before, _) in fields.items()}
    _save(row, values, by=by)


# --- Different children ------------------------------------------------------------------------------------------
@transaction.atomic
def say_not_duplicate(*, one: Pupil, other: Pupil, by: User) -> NotDuplicate:
    """Remember that these are two children, so that the pair is not offered again."""
    if one.school_id != other.school_id or one.pk == other.pk:
        raise Refused(MergeReason.NOT_TWO_OF_ONE_SCHOOL)
    first, second = sorted((one, other), key=lambda pupil: pupil.pk)
    said, is_new = NotDuplicate.objects.get_or_create(
        school=one.school, first=first, second=second, defaults={"said_by": by}
    )
    if is_new:
        for pupil, also in ((first, second), (second, first)):
            text = f"Not the same child as {also.name}"
            audit.record("merge.not_duplicate", said, text=text, by=by, school_id=one.school_id, pupil_id=pupil.pk)
    return said
