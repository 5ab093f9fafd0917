"""Who signs for the school: the head who is meant where several hold the role, and the people a letter may be from."""

from dataclasses import dataclass

from django.utils import timezone

from .acting import Acting
from .models import Membership, School, User
from .models.people import current_on
from .permissions import HOME_ORDER
from .roles import Role
from .selectors import people_with


@dataclass(frozen=True)
class Signatory:
    """Who signs a letter, and as what."""

    user: User
    role: str

    def __str__(self) -> str:
        return ", ".join(filter(None, (self.user.name, self.role)))


def headteacher(school: School) -> User | None:
    """Who is named as the head and holds the role today; where nobody was ever named, the only one who holds it.

    None where it is open: a deputy is not the head because the head has left.
    """
    heads = list(people_with(school, Role.HEAD))
    if school.headteacher_id is None:
        return only_one(heads)
    return next((head for head in heads if head.pk == school.headteacher_id), None)


def only_one(people: list[User]) -> User | None:
    """The person who is meant where just one can be."""
    return people[0] if len(people) == 1 else None


def signatory(school: School, user: User) -> Signatory:
    """This person as one who signs for this school, by the first of the roles held here today."""
    held = Membership.objects.filter(current_on(timezone.localdate()), school=school, user=user)
    roles = set(held.values_list("role", flat=True))
    return Signatory(user, _words(next((role for role in HOME_ORDER if role in roles), None), school, user))


def _words(role: Role | None, school: School, user: User) -> str:
    """What stands under the name. Deputies may hold the head's role too, and are no headteachers; while the school has
    not said who is, nothing stands there."""
    if role == Role.HEAD:
        head = headteacher(school)
        return "" if head is None else "Headteacher" if head == user else "Senior leader"
    return str(role.label) if role else ""


def signatories(acting: Acting) -> list[Signatory]:
    """Who a letter of this school may be from: whoever writes it, then its heads and SENCOs."""
    people = [acting.user]
    for role in (Role.HEAD, Role.SENCO):
        people += [user for user in people_with(acting.school, role) if user not in people]
    return [signatory(acting.school, user) for user in people]
