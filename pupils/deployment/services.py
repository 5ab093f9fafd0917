"""Who is in a slot with an adult, and that the adult may then read about them."""

from collections.abc import Iterable
from datetime import date

from django.db import transaction

from sendco.audit import services as audit
from sendco.refusals import Refused
from staff.models import GroupStaff, Slot, TeachingGroup, User
from staff.models.people import current_on
from staff.services import add_group_staff

from ..models import Pupil, SlotPupil
from ..record.services.pupils import add_support


@transaction.atomic
def set_pupils(*, slot: Slot, pupils: Iterable[Pupil], by: User) -> None:
    """Make these the children of the slot."""
    wanted = {pupil.pk: pupil for pupil in pupils}
    for row in SlotPupil.objects.filter(slot=slot).exclude(pupil__in=wanted):
        with audit.saving(row, by=by):
            row.delete()
    there = set(SlotPupil.objects.filter(slot=slot).values_list("pupil", flat=True))
    for pk in wanted.keys() - there:
        row = SlotPupil(slot=slot, pupil=wanted[pk])
        with audit.saving(row, by=by):
            row.save()


@transaction.atomic
def carry_pupils(*, pairs: Iterable[tuple[int, int]], by: User) -> None:
    """Put the children of one slot into another as well: (slot they are in, its copy)."""
    copies = dict(pairs)
    for row in SlotPupil.objects.filter(slot__in=copies).order_by("pk"):
        copy = SlotPupil(slot_id=copies[row.slot_id], pupil_id=row.pupil_id)
        with audit.saving(copy, by=by):
            copy.save()


@transaction.atomic
def put_pupils(*, places: Iterable[tuple[int, Iterable[int]]], by: User) -> None:
    """Put children into slots: (slot, their ids). A child who has gone for good meanwhile is left out."""
    wanted = [(slot, pupil) for slot, pupils in places for pupil in pupils]
    there = set(Pupil.objects.filter(pk__in=[pupil for _, pupil in wanted]).values_list("pk", flat=True))
    for slot, pupil in wanted:
        if pupil in there:
            row = SlotPupil(slot_id=slot, pupil_id=pupil)
            with audit.saving(row, by=by):
                row.save()


@transaction.atomic
def let_read(*, user: User, group: TeachingGroup | None, pupils: Iterable[Pupil], from_on: date, by: User) -> list[str]:
    """Let the adult of a slot read about the children in it, from a day on. Returns in words what was new.

    What they see already stays as it is; who has left, or a class that is archived, gives nothing.
    """
    given = []
    if group and not GroupStaff.objects.filter(current_on(from_on), group=group, user=user).exists():
        try:
            add_group_staff(group=group, user=user, kind=GroupStaff.Kind.SUPPORTS, by=by, starts_on=from_on)
            given.append(group.name)
        except Refused:
            pass
    for pupil in pupils:
        try:
            add_support(pupil=pupil, user=user, starts_on=from_on, by=by)
            given.append(pupil.name)
        except Refused:
            pass
    return given
