"""What the pages that change a record offer to choose from."""

from django.db.models import QuerySet
from django.utils import timezone

from staff.acting import Acting
from staff.models import Membership, TeachingGroup, Unit, User
from staff.models.people import current_on
from staff.permissions import ROLE_PERMISSIONS, Permission

from ..models import Contact, Pupil

OPENS_RECORDS = {Permission.PUPIL_VIEW, Permission.PUPIL_VIEW_UNIT, Permission.PUPIL_VIEW_ALL}


def adults_for_pupils(acting: Acting) -> QuerySet[User]:
    """Staff of the school whose role opens pupils' records: governors and administrators support no child."""
    roles = [role for role, permissions in ROLE_PERMISSIONS.items() if permissions & OPENS_RECORDS]
    here = Membership.objects.filter(current_on(timezone.localdate()), school=acting.school, role__in=roles)
    return User.objects.visible_to(acting).filter(is_active=True, pk__in=here.values("user")).order_by("name", "pk")


def groups_for_pupils(acting: Acting) -> QuerySet[TeachingGroup]:
    return TeachingGroup.objects.visible_to(acting).filter(is_archived=False).order_by("kind", "name", "pk")


def forms_for_pupils(acting: Acting) -> QuerySet[TeachingGroup]:
    return groups_for_pupils(acting).filter(kind=TeachingGroup.Kind.FORM)


def units_for_pupils(acting: Acting) -> QuerySet[Unit]:
    return Unit.objects.visible_to(acting)


def units_one_may_admit_to(acting: Acting) -> QuerySet[Unit]:
    """Who opens one unit alone admits to that unit, or the new record would be out of their own sight."""
    units = units_for_pupils(acting)
    return units if acting.sees_all_pupils else units.filter(pk__in=acting.unit_ids)


def is_in_view(acting: Acting, pupil: Pupil) -> bool:
    return Pupil.objects.visible_to(acting).filter(pk=pupil.pk).exists()


def shown_elsewhere(contact: Contact, acting: Acting) -> list[Contact]:
    """Contacts in view whose address is the one that is hidden for this contact: a brother's mother, a grandparent."""
    hidden = _compared(contact.reveal_address())
    if not contact.address_hidden or not hidden:
        return []
    others = Contact.objects.visible_to(acting).exclude(address="").exclude(pk=contact.pk).select_related("pupil")
    return [other for other in others if _compared(other.full_address) == hidden]


def _compared(address: str) -> str:
    return "".join(letter for letter in address.casefold() if letter.isalnum())
