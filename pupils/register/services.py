"""Status, needs and the watch list: the rules of the register, kept in one transaction each."""

from collections.abc import Sequence
from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone

from sendco.audit import services as audit
from sendco.clock import long_date
from sendco.refusals import ChangedMeanwhile, Refused
from staff.models import User
from staff.owed import bring_up_to_date

from ..models import Need, NeedType, Pupil, RegisterEntry, WatchListEntry
from ..models.register import ON_REGISTER, Code
from .refusals import RegisterReason, WatchReason
from .selectors import open_entry

ONE_DAY = timedelta(days=1)


def lock(pupil: Pupil) -> Pupil:
    """Take the pupil's row for this transaction, so that two people changing status wait for each other.

    Raises Refused for a record that was merged into another meanwhile.
    """
    locked = Pupil.objects.select_for_update(of=("self",)).select_related("school").get(pk=pupil.pk)
    if locked.merged_into_id:
        raise Refused(RegisterReason.RECORD_MERGED)
    return locked


def check_needs(code: str, needs: Sequence[NeedType]) -> None:
    """Refuse needs that the census would refuse. `needs` is a list of need types, the primary first."""
    if code == Code.NONE and needs:
        raise Refused(RegisterReason.NEEDS_WITHOUT_SEN)
    if code in ON_REGISTER and not needs:
        raise Refused(RegisterReason.NEEDS_MISSING)
    if len({need.pk for need in needs}) != len(needs):
        raise Refused(RegisterReason.NEED_REPEATED)
    wrong = next((need for need in needs if need.only_with_sen_support and code != Code.SUPPORT), None)
    if wrong:
        raise Refused(RegisterReason.NEED_ONLY_WITH_SUPPORT, need=wrong.name)


@transaction.atomic
def change_status(
    *, pupil: Pupil, code: str, starts_on: date, reason: str, decided_by: str, by: User,
    needs: Sequence[NeedType] = (), evidence: str = "", today: date | None = None,
) -> RegisterEntry:  # fmt: skip
    """Close the open entry the day before and open a new one. Returns the new entry.

    Starting SEN Support or a plan closes the watch list entry; N closes the needs. Raises Refused with what to do.
    """
    today = today or timezone.localdate()
    pupil = lock(pupil)
    needs = list(needs)
    if not pupil.on_roll:
        raise Refused(RegisterReason.HAS_LEFT, pupil=pupil.name, forename=pupil.forename)
    if starts_on > today:
        raise Refused(RegisterReason.STATUS_IN_FUTURE)
    if pupil.birth_on and starts_on < pupil.birth_on:
        raise Refused(RegisterReason.START_BEFORE_BIRTH)
    check_needs(code, needs)
    entry = _give_way(pupil, code, starts_on)
    if entry is None:
        _close_open(pupil, code, starts_on, by=by)
        entry = RegisterEntry(school=pupil.school, pupil=pupil, entered_by=by)
    said = {"code": code, "starts_on": starts_on, "reason": reason, "evidence": evidence, "decided_by": decided_by}
    for name, value in said.items():
        setattr(entry, name, value)
    entry.is_start_unknown = False
    with audit.saving(entry, by=by):
        entry.save()
    _set_needs(pupil, needs, starts_on, by=by)
    if code in ON_REGISTER:
        _close_watch(pupil, starts_on, f"{Code(code).label} started", by=by)
    text = f"Status is {Code(code).label} from {long_date(starts_on)}. {reason}".strip()
    audit.record("register.changed", entry, text=text, by=by, happened_on=starts_on)
    bring_up_to_date(entry)
    return entry


def _give_way(pupil: Pupil, code: str, starts_on: date) -> RegisterEntry | None:
    """The present entry when it began on no known day, and another status is now known to have begun before it.

    It becomes the new one: that it was ever the day an import came in says nothing about the child.
    """
    current = open_entry(pupil)
    if current is None or not current.is_start_unknown or current.code == code or starts_on > current.starts_on:
        return None
    before = RegisterEntry.objects.filter(pupil=pupil).exclude(pk=current.pk).order_by("-starts_on").first()
    if before and (before.starts_on >= starts_on or (before.ends_on and before.ends_on >= starts_on)):
        return None
    return current


def _close_open(pupil: Pupil, code: str, starts_on: date, *, by: User) -> None:
    current = open_entry(pupil)
    if current is None:
        last = RegisterEntry.objects.filter(pupil=pupil).order_by("-ends_on").first()
        if last and last.ends_on >= starts_on:  # type: ignore[operator]  # only the last entry has no end
            raise Refused(RegisterReason.LAST_STATUS_ENDED_AFTER, ended_on=last.ends_on)
        return
    if current.code == code:
        raise Refused(RegisterReason.SAME_STATUS, status=Code(code).label, since=current.starts_on)
    if current.starts_on >= starts_on:
        raise Refused(RegisterReason.NOT_AFTER_PRESENT_STATUS, began_on=current.starts_on)
    current.ends_on = starts_on - ONE_DAY
    with audit.saving(current, by=by):
        current.save(update_fields=["ends_on"])
    bring_up_to_date(current)


@transaction.atomic
def correct_entry(
    *, entry: RegisterEntry, starts_on: date, reason: str, decided_by: str, by: User, today: date | None = None
) -> RegisterEntry:
    """Put right the start date or the words of an entry that was typed wrongly. Old values stay in the history."""
    today = today or timezone.localdate()
    pupil = lock(entry.pupil)
    entry = RegisterEntry.objects.select_related("school").get(pk=entry.pk)
    others = RegisterEntry.objects.filter(pupil=entry.pupil).exclude(pk=entry.pk)
    before = others.filter(starts_on__lt=entry.starts_on).order_by("-starts_on").first()
    if starts_on > today:
        raise Refused(RegisterReason.CORRECTED_START_IN_FUTURE)
    if pupil.birth_on and starts_on < pupil.birth_on:
        raise Refused(RegisterReason.START_BEFORE_BIRTH)
    if entry.ends_on and starts_on > entry.ends_on:
        raise Refused(RegisterReason.START_AFTER_END, ended_on=entry.ends_on)
    if before and starts_on <= before.starts_on:
        raise Refused(RegisterReason.NOT_AFTER_STATUS_BEFORE, began_on=before.starts_on)
    if before and before.ends_on and (before.ends_on == entry.starts_on - ONE_DAY or before.ends_on >= starts_on):
        before.ends_on = starts_on - ONE_DAY
        with audit.saving(before, by=by, reason="the next entry was corrected"):
            before.save(update_fields=["ends_on"])
        bring_up_to_date(before)
    move_needs(pupil, entry.starts_on, starts_on, by=by)
    entry.starts_on, entry.reason, entry.decided_by = starts_on, reason, decided_by
    entry.is_start_unknown = False
    with audit.saving(entry, by=by, reason="correction"):
        entry.save(update_fields=["starts_on", "reason", "decided_by", "is_start_unknown"])
    text = f"{entry.get_code_display()} corrected: from {long_date(starts_on)}. {reason}".strip()
    audit.record("register.corrected", entry, text=text, by=by)
    bring_up_to_date(entry)
    return entry


def move_needs(pupil: Pupil, old: date, new: date, *, by: User) -> None:
    """Needs that began with the entry begin on its corrected day, so that the census finds both or neither."""
    for need in Need.objects.filter(pupil=pupil, starts_on=old).exclude(ends_on__lt=new):
        need.starts_on = new
        with audit.saving(need, by=by, reason="correction"):
            need.save(update_fields=["starts_on"])


def _set_needs(pupil: Pupil, needs: Sequence[NeedType], starts_on: date, *, by: User) -> None:
    """Make the open needs these, in this order. A need that stays in its rank is left alone."""
    current = {need.need_type_id: need for need in Need.objects.filter(pupil=pupil, ends_on=None)}
    wanted = {need_type.pk: rank for rank, need_type in enumerate(needs, start=1)}
    for need in current.values():
        if wanted.get(need.need_type_id) != need.rank:
            need.ends_on = max(starts_on - ONE_DAY, need.starts_on)
            with audit.saving(need, by=by):
                need.save(update_fields=["ends_on"])
    for need_type in needs:
        rank = wanted[need_type.pk]
        if need_type.pk in current and current[need_type.pk].rank == rank:
            continue
        need = Need(pupil=pupil, need_type=need_type, rank=rank, area=need_type.area, starts_on=starts_on)
        with audit.saving(need, by=by):
            need.save()


@transaction.atomic
def set_needs(*, pupil: Pupil, needs: Sequence[NeedType], starts_on: date, by: User) -> None:
    """Change the types of need or their order while the status stays."""
    pupil = lock(pupil)
    needs = list(needs)
    current = open_entry(pupil)
    check_needs(current.code if current else Code.NONE, needs)
    if current and starts_on < current.starts_on:
        raise Refused(RegisterReason.NEEDS_BEFORE_PRESENT_STATUS, began_on=current.starts_on)
    _set_needs(pupil, needs, starts_on, by=by)
    need_names = ", then ".join(need.name for need in needs) or "none"
    audit.record("register.needs_changed", pupil, text=f"Types of need: {need_names}", by=by, pupil_id=pupil.pk)


# --- The watch list ----------------------------------------------------------------------------------------------
@transaction.atomic
def start_watching(
    *, pupil: Pupil, reason: str, look_again_on: date | None, by: User, today: date | None = None
) -> WatchListEntry:
    """Put a pupil who has no special educational need on the watch list."""
    today = today or timezone.localdate()
    pupil = lock(pupil)
    current = open_entry(pupil)
    if current is None:
        raise Refused(WatchReason.NOT_ON_ROLL, pupil=pupil.name)
    if current.code in ON_REGISTER:
        raise Refused(WatchReason.ON_REGISTER, pupil=pupil.name, status=current.get_code_display())
    if WatchListEntry.objects.filter(pupil=pupil, ends_on=None).exists():
        raise Refused(WatchReason.WATCHED_ALREADY, pupil=pupil.name)
    if look_again_on is None or look_again_on <= today:
        raise Refused(WatchReason.LOOK_AGAIN_NOT_IN_FUTURE)
    entry = WatchListEntry(
        school=pupil.school, pupil=pupil, reason=reason, starts_on=today, look_again_on=look_again_on, entered_by=by
    )
    with audit.saving(entry, by=by):
        entry.save()
    text = f"Being monitored, look again on {long_date(look_again_on)}. {reason}"
    audit.record("watch.started", entry, text=text, by=by)
    bring_up_to_date(entry)
    return entry


@transaction.atomic
def look_again(
    *,
    entry: WatchListEntry,
    outcome: str,
    by: User,
    look_again_on: date | None = None,
    version: int | None = None,
    today: date | None = None,
) -> WatchListEntry:
    """Record a second look: go on until another date, or stop monitoring when no date is given."""
    today = today or timezone.localdate()
    entry = WatchListEntry.objects.select_for_update(of=("self",)).select_related("school").get(pk=entry.pk)
    if version is not None and entry.version != version:
        raise ChangedMeanwhile(entry)
    if entry.ends_on:
        raise Refused(WatchReason.ENDED)
    if look_again_on and look_again_on <= today:
        raise Refused(WatchReason.LOOK_AGAIN_NOT_IN_FUTURE)
    entry.outcome, entry.version = outcome, entry.version + 1
    if look_again_on:
        entry.look_again_on = look_again_on
    else:
        entry.ends_on = max(today, entry.starts_on)
    with audit.saving(entry, by=by):
        entry.save(update_fields=["outcome", "version", "look_again_on", "ends_on"])
    what = f"Monitoring goes on until {long_date(look_again_on)}" if look_again_on else "Monitoring ended"
    audit.record("watch.looked_again", entry, text=f"{what}. {outcome}", by=by)
    bring_up_to_date(entry)
    return entry


def _close_watch(pupil: Pupil, on: date, outcome: str, *, by: User) -> None:
    entry = WatchListEntry.objects.filter(pupil=pupil, ends_on=None).select_related("school").first()
    if entry is None:
        return
    entry.ends_on, entry.outcome = max(on, entry.starts_on), outcome
    with audit.saving(entry, by=by):
        entry.save(update_fields=["ends_on", "outcome"])
    bring_up_to_date(entry)


@transaction.atomic
def note_parent_told(*, entry: RegisterEntry, told_on: date, how: str, by: User) -> None:
    """Record that the parent or the young person was told that SEN Support started (CFA 2014 s68)."""
    if told_on > timezone.localdate():
        raise Refused(RegisterReason.PARENT_TOLD_IN_FUTURE)
    entry = RegisterEntry.objects.select_for_update(of=("self",)).select_related("school").get(pk=entry.pk)
    entry.parent_told_on = told_on
    with audit.saving(entry, by=by):
        entry.save(update_fields=["parent_told_on"])
    text = f"Told that SEN Support started, on {long_date(told_on)}: {how}"
    audit.record("register.parent_told", entry, text=text, by=by, happened_on=told_on)
    bring_up_to_date(entry)


def close_for_leaver(pupil: Pupil, left_on: date, *, by: User) -> None:
    """End what is open when a pupil leaves. Called by the pupil service inside its transaction."""
    for entry in RegisterEntry.objects.filter(pupil=pupil, ends_on=None).select_related("school"):
        entry.ends_on = max(left_on, entry.starts_on)
        with audit.saving(entry, by=by):
            entry.save(update_fields=["ends_on"])
        bring_up_to_date(entry)
    for need in Need.objects.filter(pupil=pupil, ends_on=None):
        need.ends_on = max(left_on, need.starts_on)
        with audit.saving(need, by=by):
            need.save(update_fields=["ends_on"])
    _close_watch(pupil, left_on, "Left the school", by=by)
