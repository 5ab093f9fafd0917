"""The practice library and equipment, for the walk of every address as every role."""

from datetime import date

from pupils.models import Equipment, EquipmentCheck, EquipmentLoan, PracticeNote
from staff.roles import Role

# Whoever did not write a note changes it only with the right to look at concerns.
ABOUT_A_NOTE = {"changed_note": {Role.SENCO, Role.HEAD, Role.PROVISION_LEAD}}


def library_things(school):
    """A practice note of somebody else, and a thing in a room with a check."""
    thing = Equipment.objects.create(school=school, name="Walked hoist")
    return {
        "practice_note": PracticeNote.objects.create(school=school, title="Walked note", text="Do it").pk,
        "changed_note": PracticeNote.objects.create(school=school, title="Other", text="Do it").pk,
        "equipment": thing.pk,
        "equipment_loan": EquipmentLoan.objects.create(equipment=thing, room="Hall").pk,
        "equipment_check": EquipmentCheck.objects.create(
            equipment=thing, kind="lift", months=6, due_on=date(2026, 12, 1)
        ).pk,
    }


def library_routes(*, reads, keeps):
    """{route: (thing, roles)}."""
    checks = {f"pupils:equipment-check-{name}": ("equipment_check", keeps) for name in ("done", "edit", "end")}
    return checks | {
        "pupils:practice-list": ("none", reads),
        "pupils:practice-add": ("none", reads),
        "pupils:practice-detail": ("practice_note", reads),
        "pupils:practice-edit": ("changed_note", reads),
        "pupils:practice-say": ("practice_note", reads),
        "pupils:practice-archive": ("changed_note", reads),
        "pupils:equipment-list": ("none", keeps),
        "pupils:equipment-add": ("none", keeps),
        "pupils:equipment-detail": ("equipment", keeps),
        "pupils:equipment-edit": ("equipment", keeps),
        "pupils:equipment-lend": ("equipment", keeps),
        "pupils:equipment-back": ("equipment_loan", keeps),
        "pupils:equipment-check-add": ("equipment", keeps),
    }
