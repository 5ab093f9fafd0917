"""Keeping the register of equipment: things, who has them, and their checks."""

from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from sendco.audit import services as audit
from sendco.clock import short_date
from sendco.clock.units import corresponding_date
from sendco.refusals import Refused
from staff.models import User
from staff.owed import bring_up_to_date
from staff.saving import save_versioned

from ..models import Equipment, EquipmentCheck, EquipmentLoan, Pupil
from .refusals import EquipmentReason


def _record(thing: Equipment, code: str, text: str, *, by: User, pupil_id: int | None = None) -> None:
    audit.record(code, thing, text=text, by=by, school_id=thing.school_id, pupil_id=pupil_id)


def _taken(thing: Equipment) -> Equipment:
    row = Equipment.objects.select_for_update(of=("self",)).select_related("school").get(pk=thing.pk)
    if row.outcome:
        raise Refused(EquipmentReason.GONE, thing=row.name)
    return row


def open_loan(thing: Equipment) -> EquipmentLoan | None:
    return thing.loans.filter(ends_on=None).select_related("pupil").first()


def whom(loan: EquipmentLoan) -> str:
    return loan.pupil.name if loan.pupil else loan.room


@transaction.atomic
def save_equipment(*, thing: Equipment, values: dict[str, Any], version: int, by: User) -> Equipment:
    """Add or change a thing. What became of it ends its loan and its checks. Raises ChangedMeanwhile and Refused."""
    if values["gone_on"] and not values["outcome"]:
        raise Refused(EquipmentReason.OUTCOME_MISSING, field="outcome")
    if values["outcome"] and not values["gone_on"]:
        values = values | {"gone_on": timezone.localdate()}
    if values["gone_on"] and values["bought_on"] and values["gone_on"] < values["bought_on"]:
        raise Refused(EquipmentReason.GONE_BEFORE_BOUGHT, field="gone_on")
    if thing.pk and values["outcome"]:
        Equipment.objects.select_for_update(of=("self",)).get(pk=thing.pk)
        if open_loan(thing):
            raise Refused(EquipmentReason.ON_LOAN, thing=thing.name, field="outcome")
    saved, changed = save_versioned(thing, values, version=version, by=by)
    for check in saved.checks.select_related("equipment__school"):
        bring_up_to_date(check)
    if changed:
        _record(saved, "equipment.saved", f"Equipment {saved.name} saved", by=by)
    return saved


# --- Loans ---
@transaction.atomic
def lend(*, thing: Equipment, pupil: Pupil | None, room: str, starts_on: date, by: User) -> EquipmentLoan:
    """Give it to a pupil or put it in a room. Raises Refused where somebody else has it."""
    row = _taken(thing)
    if bool(pupil) == bool(room):
        raise Refused(EquipmentReason.PUPIL_OR_ROOM, field="pupil")
    if open_loan(row):
        raise Refused(EquipmentReason.ON_LOAN, thing=row.name)
    last = row.loans.exclude(ends_on=None).order_by("-ends_on").values_list("ends_on", flat=True).first()
    if last and starts_on < last:
        raise Refused(EquipmentReason.LOAN_OVERLAPS, day=last, field="starts_on")
    loan = EquipmentLoan(equipment=row, pupil=pupil, room=room, starts_on=starts_on)
    with audit.saving(loan, by=by):
        loan.save()
    _record(row, "equipment.lent", f"{row.name} given to {whom(loan)}", by=by, pupil_id=pupil.pk if pupil else None)
    return loan


@transaction.atomic
def take_back(*, loan: EquipmentLoan, ends_on: date, by: User) -> EquipmentLoan:
    """Note that it is back, or correct when it was. Raises Refused where the next loan had begun by then."""
    row = EquipmentLoan.objects.select_for_update(of=("self",)).select_related("equipment", "pupil").get(pk=loan.pk)
    if ends_on > timezone.localdate():
        raise Refused(EquipmentReason.BACK_IN_FUTURE, field="ends_on")
    if ends_on < row.starts_on:
        raise Refused(EquipmentReason.NOT_BACK_BEFORE, day=row.starts_on, field="ends_on")
    later = row.equipment.loans.filter(starts_on__gt=row.starts_on).order_by("starts_on").first()
    if later and ends_on > later.starts_on:
        raise Refused(EquipmentReason.LOAN_OVERLAPS, day=later.starts_on, field="ends_on")
    if row.ends_on != ends_on:
        row.ends_on = ends_on
        with audit.saving(row, by=by):
            row.save(update_fields=["ends_on"])
        _record(
            row.equipment, "equipment.back", f"{row.equipment.name} is back from {whom(row)}", by=by,
            pupil_id=row.pupil_id,
        )  # fmt: skip
    return row


# --- Checks ---
@transaction.atomic
def add_check(*, thing: Equipment, kind: str, months: int, due_on: date, by: User) -> EquipmentCheck:
    row = _taken(thing)
    check = EquipmentCheck(equipment=row, kind=kind, months=months, due_on=due_on)
    try:
        with transaction.atomic(), audit.saving(check, by=by):
            check.save()
    except IntegrityError as error:
        raise Refused(EquipmentReason.CHECK_THERE, field="kind") from error
    bring_up_to_date(check)
    _record(row, "equipment.check_added", f"{check.get_kind_display()} of {row.name} entered", by=by)
    return check


def _open_check(check: EquipmentCheck) -> EquipmentCheck:
    rows = EquipmentCheck.objects.select_for_update(of=("self",)).select_related("equipment__school")
    row = rows.get(pk=check.pk)
    if row.done_on or row.ended_on:
        raise Refused(EquipmentReason.DONE_ALREADY)
    return row


@transaction.atomic
def check_done(*, check: EquipmentCheck, done_on: date, found: str, has_failed: bool, by: User) -> EquipmentCheck:
    """Note a check. The next is due after its months; after one that failed, on the same day. Returns the next."""
    if done_on > timezone.localdate():
        raise Refused(EquipmentReason.DONE_IN_FUTURE, field="done_on")
    row = _open_check(check)
    row.done_on, row.found, row.has_failed, row.version = done_on, found, has_failed, row.version + 1
    due_on = done_on if has_failed else corresponding_date(done_on, row.months)
    following = EquipmentCheck(equipment=row.equipment, kind=row.kind, months=row.months, due_on=due_on)
    with audit.saving(row, following, by=by):
        row.save()
        following.save()
    bring_up_to_date(row)
    bring_up_to_date(following)
    how = "failed: not to be used" if has_failed else "done"
    _record(row.equipment, "equipment.check_done", f"{row.get_kind_display()} of {row.equipment.name} {how}", by=by)
    return following


@transaction.atomic
def correct_check(*, check: EquipmentCheck, done_on: date, found: str, has_failed: bool, by: User) -> EquipmentCheck:
    """Put right what was noted of a check. The one that follows it moves with it, where it is still to be done."""
    if done_on > timezone.localdate():
        raise Refused(EquipmentReason.DONE_IN_FUTURE, field="done_on")
    rows = EquipmentCheck.objects.select_for_update(of=("self",)).select_related("equipment__school")
    row = rows.get(pk=check.pk)
    row.done_on, row.found, row.has_failed, row.version = done_on, found, has_failed, row.version + 1
    with audit.saving(row, by=by):
        row.save()
    bring_up_to_date(row)
    following = rows.filter(equipment=row.equipment, kind=row.kind, done_on=None, ended_on=None).first()
    newer = row.equipment.checks.filter(kind=row.kind, pk__gt=row.pk).exclude(done_on=None).exists()
    if following and not newer:
        following.due_on = done_on if has_failed else corresponding_date(done_on, row.months)
        following.version += 1
        with audit.saving(following, by=by):
            following.save()
        bring_up_to_date(following)
    text = f"{row.get_kind_display()} of {row.equipment.name} of {short_date(done_on)} corrected"
    _record(row.equipment, "equipment.check_corrected", text, by=by)
    return row


@transaction.atomic
def change_check(*, check: EquipmentCheck, months: int, due_on: date, by: User) -> EquipmentCheck:
    row = _open_check(check)
    row.months, row.due_on, row.version = months, due_on, row.version + 1
    with audit.saving(row, by=by):
        row.save(update_fields=["months", "due_on", "version"])
    bring_up_to_date(row)
    _record(
        row.equipment, "equipment.check_changed", f"{row.get_kind_display()} of {row.equipment.name} changed", by=by
    )
    return row


@transaction.atomic
def end_check(*, check: EquipmentCheck, by: User) -> None:
    """Nobody checks it any more, or it was entered by mistake."""
    row = _open_check(check)
    row.ended_on, row.version = timezone.localdate(), row.version + 1
    with audit.saving(row, by=by):
        row.save(update_fields=["ended_on", "version"])
    bring_up_to_date(row)
    _record(row.equipment, "equipment.check_ended", f"{row.get_kind_display()} of {row.equipment.name} ended", by=by)
