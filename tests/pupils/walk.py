"""The practice library and equipment, for the walk of every address as every role."""

from datetime import date

from pupils.models import Equipment, EquipmentCheck, EquipmentLoan, PracticeNote, PracticeUse
from staff.roles import Role
from tests.factories import MembershipFactory

# Whoever did not write a note changes it only with the right to look at concerns.
ABOUT_A_NOTE = dict.fromkeys(("changed_note", "practice_use"), {Role.SENCO, Role.HEAD, Role.PROVISION_LEAD})


def library_things(school):
    """A practice note of somebody else, and a thing in a room with a check."""
    thing = Equipment.objects.create(school=school, name="Walked hoist")
    note = PracticeNote.objects.create(school=school, title="Walked note", text="Do it")
    colleague = MembershipFactory(school=school, role=Role.TEACHER).user
    return {
        "practice_note": note.pk,
        "practice_use": PracticeUse.objects.create(note=note, user=colleague, helped="yes").pk,
        "changed_note": PracticeNote.objects.create(school=school, title="Other", text="Do it").pk,
        "equipment": thing.pk,
        "equipment_loan": EquipmentLoan.objects.create(equipment=thing, room="Hall").pk,
        "done_check": EquipmentCheck.objects.create(
            equipment=thing, kind="pat", months=6, due_on=date(2026, 11, 2), done_on=date(2026, 11, 2)
        ).pk,
        "equipment_check": EquipmentCheck.objects.create(
            equipment=thing, kind="lift", months=6, due_on=date(2026, 12, 1)
        ).pk,
    }


def library_routes(*, reads, keeps):
    """{route: (thing, roles)}."""
    checks = {f"pupils:equipment-check-{name}": ("equipment_check", keeps) for name in ("done", "edit", "end")}
    checks["pupils:equipment-check-correct"] = ("done_check", keeps)
    return checks | {
        "pupils:practice-list": ("none", reads),
        "pupils:practice-add": ("none", reads),
        "pupils:practice-detail": ("practice_note", reads),
        "pupils:practice-edit": ("changed_note", reads),
        "pupils:practice-say": ("practice_note", reads),
        "pupils:practice-unsay": ("practice_use", reads),
        "pupils:practice-archive": ("changed_note", reads),
        "pupils:equipment-list": ("none", keeps),
        "pupils:equipment-add": ("none", keeps),
        "pupils:equipment-detail": ("equipment", keeps),
        "pupils:equipment-edit": ("equipment", keeps),
        "pupils:equipment-lend": ("equipment", keeps),
        "pupils:equipment-back": ("equipment_loan", keeps),
        "pupils:equipment-check-add": ("equipment", keeps),
    }
