"""Which children an adult is with in a slot. Names only for whoever may see the child."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from django.db.models import Q, QuerySet

from staff.acting import Acting

from ..models import GroupPlace, Pupil, PupilSkill, RegisterEntry, SlotPupil
from ..models.querysets import current
from ..models.register import ON_REGISTER

NAMED = ("legal_forename", "legal_surname", "preferred_forename", "preferred_surname")


def pupils_of_slots(slots: Iterable[int], acting: Acting) -> dict[int, list[Pupil]]:
    """{slot: the children in it whom this person may see, by name}. One query."""
    rows = SlotPupil.objects.filter(slot__in=list(slots), pupil__in=Pupil.objects.visible_to(acting))
    found: dict[int, dict[int, Pupil]] = defaultdict(dict)
    for row in rows.select_related("pupil").order_by("pupil__sort_name", "pk"):
        found[row.slot_id][row.pupil_id] = row.pupil
    return {slot: list(by_pk.values()) for slot, by_pk in found.items()}


def hidden_in_slots(slots: Iterable[int], acting: Acting) -> dict[int, int]:
    """{slot: how many children are in it whom this person may not see}. One query."""
    rows = SlotPupil.objects.filter(slot__in=list(slots)).exclude(pupil__in=Pupil.objects.visible_to(acting))
    found: dict[int, int] = defaultdict(int)
    for slot in rows.values_list("slot", flat=True):
        found[slot] += 1
    return found


def pupils_of_classes(groups: Iterable[int], acting: Acting) -> dict[int, list[Pupil]]:
    """{class or group: its children on the SEND register whom this person may see, by name}. Two queries at most."""
    groups = set(groups)
    if not groups:
        return {}
    on_register = RegisterEntry.objects.filter(ends_on=None, code__in=ON_REGISTER).values("pupil")
    pupils = Pupil.objects.visible_to(acting).on_roll().filter(pk__in=on_register)
    places: dict[int, set[int]] = defaultdict(set)
    for pupil, group in GroupPlace.objects.filter(current(), group__in=groups).values_list("pupil", "group"):
        places[pupil].add(group)
    found: dict[int, list[Pupil]] = defaultdict(list)
    for row in pupils.filter(Q(pk__in=places) | Q(form_group__in=groups)).by_name():
        for group in groups & {*places[row.pk], row.form_group_id or 0}:
            found[group].append(row)
    return found


def pupils_to_read(places: Mapping[int, int | None], acting: Acting) -> dict[int, list[Pupil]]:
    """{slot: the children whom its adult is there for, in view}, of {slot: its class or group}.

    Named children, be they in view or not, stand for the whole class. Four queries at most.
    """
    named, hidden = pupils_of_slots(places, acting), hidden_in_slots(places, acting)
    whole = {slot: group for slot, group in places.items() if group and slot not in named and not hidden[slot]}
    of_class = pupils_of_classes(whole.values(), acting)
    return named | {slot: of_class[group] for slot, group in whole.items() if group in of_class}


def may_be_placed(acting: Acting) -> QuerySet[Pupil]:
    """The children in view whom an adult may be with by name: on the register, needing a trained adult, or in a slot
    already. In a large school the others are reached by their class."""
    on_register = RegisterEntry.objects.filter(ends_on=None, code__in=ON_REGISTER).values("pupil")
    trained = PupilSkill.objects.filter(ends_on=None).values("pupil")
    placed = SlotPupil.objects.values("pupil")
    pupils = Pupil.objects.visible_to(acting).on_roll()
    return pupils.filter(Q(pk__in=on_register) | Q(pk__in=trained) | Q(pk__in=placed)).by_name()


def pupils_on_board(acting: Acting) -> QuerySet[Pupil]:
    """The children in view who are in a slot by name."""
    placed = SlotPupil.objects.filter(pupil__school=acting.school).values("pupil")
    return Pupil.objects.visible_to(acting).filter(pk__in=placed, left_on=None).by_name()
