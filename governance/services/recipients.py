"""Who is told of a due item: its owner, else those who lead on SEND, else the head; and whoever stands in for them."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any

from pupils.models import Enrolment
from sendco.clock import Duty
from staff.models import Membership
from staff.models.people import current_on
from staff.permissions import Permission, permissions_of
from staff.roles import Role

from ..models import Cover, DigestLine
from ..told import SEES_PUPILS

Section = DigestLine.Section


@dataclass(frozen=True)
class Told:
    """One person who is told of an item, and for whom they stand in, if for somebody."""

    user_id: int
    instead_of: int | None = None


class Recipients:
    """The people of one school on one day. Three queries, whatever the number of items.

    Nobody is told who may not see pupils here today: a governor and an administrator get nothing, and what belonged to
    somebody whose access ended goes to the SENDCo.
    """

    def __init__(self, school_id: int, day: date) -> None:
        rows = Membership.objects.filter(current_on(day), school=school_id, user__is_active=True)
        roles, self._lead_of = defaultdict(set), defaultdict(list)
        for user_id, role, unit_id in rows.order_by("user_id", "pk").values_list("user_id", "role", "unit_id"):
            roles[user_id].add(role)
            if role == Role.PROVISION_LEAD and unit_id:
                self._lead_of[unit_id].append(user_id)
        self._may = {user_id: permissions_of(held) for user_id, held in roles.items()}
        self._sencos = [user_id for user_id, held in roles.items() if Role.SENCO in held]
        self._heads = [user_id for user_id, held in roles.items() if Role.HEAD in held]
        self._units = self._units_of_pupils(day) if self._lead_of else {}
        self._covers = {cover.absent_id: cover for cover in Cover.objects.filter(school=school_id).on(day)}
        self._memory: dict[Any, Any] = {}

    def _units_of_pupils(self, day: date) -> dict[Any, int]:
        places = Enrolment.objects.filter(current_on(day), unit__in=self._lead_of)
        return dict(places.values_list("pupil_id", "unit_id"))

    def may_be_told(self, user_id: int) -> bool:
        return bool(SEES_PUPILS & self._may.get(user_id, frozenset()))

    def of(self, *, owner_id: int | None, pupil_id: int | None) -> tuple[Told, ...]:
        """Everyone who is told of an item, as Told; nobody when the school has neither SENDCo nor head."""
        key = (owner_id, self._units.get(pupil_id))
        if key not in self._memory:
            self._memory[key] = self._with_cover(self._first_told(*key))
        return self._memory[key]

    def of_personal(self, *, owner_id: int | None) -> tuple[Told, ...]:
        """What is known to its owner alone goes to nobody else, whoever stands in."""
        return (Told(owner_id),) if owner_id and self.may_be_told(owner_id) else ()

    def heads(self) -> tuple[Told, ...]:
        if "heads" not in self._memory:
            self._memory["heads"] = self._with_cover(self._heads)
        return self._memory["heads"]

    def _first_told(self, owner_id: int | None, unit_id: int | None) -> list[int]:
        if owner_id and self.may_be_told(owner_id):
            return [owner_id]
        leads = [*self._sencos, *(self._lead_of.get(unit_id, ()) if unit_id else ())]
        return leads if self._sencos else [*leads, *self._heads]

    def _with_cover(self, user_ids: list[int]) -> tuple[Told, ...]:
        told: dict[int, Told] = {}
        for user_id in user_ids:
            for recipient in self._covering(user_id, frozenset()):
                known = told.get(recipient.user_id)
                if known is None or known.instead_of:
                    told[recipient.user_id] = recipient
        return tuple(told.values())

    def _covering(self, user_id: int, seen: frozenset[int], instead_of: int | None = None) -> list[Told]:
        """The person, or the deputy, or both. A ring of deputies who are all away ends where it began."""
        cover = self._covers.get(user_id)
        here = [Told(user_id, instead_of)]
        if cover is None or cover.deputy_id in seen or not self.fits(user_id, cover.deputy_id):
            return here
        deputies = self._covering(cover.deputy_id, seen | {user_id}, instead_of or user_id)
        return deputies if cover.is_instead else here + deputies

    def fits(self, absent_id: int, deputy_id: int) -> bool:
        """A deputy has to be able to open what the other may: records only for who may read records."""
        reads = Permission.NARRATIVE_VIEW in self._may.get(absent_id, frozenset())
        return self.may_be_told(deputy_id) and (not reads or Permission.NARRATIVE_VIEW in self._may[deputy_id])


def section_of(duty: str) -> DigestLine.Section:
    return Section.OURS if duty == Duty.SCHOOL else Section.WAITING
