"""Field by field: who may read and who may write what is kept about a child and the adults around it.

Forms take their fields from here. A field that is not here is in no form; a test finds new ones.
"""

from dataclasses import dataclass

from staff.permissions import Permission as P

RECORD = (P.PUPIL_VIEW, P.PUPIL_VIEW_UNIT, P.PUPIL_VIEW_ALL)


@dataclass(frozen=True)
class Access:
    """Any of these permissions lets somebody read or write the field; none at all: services alone write it."""

    read: tuple = ()
    write: tuple = ()


_NAME = Access(RECORD, (P.PUPIL_EDIT,))
_NUMBER = Access((P.IDENTIFIERS_VIEW,), (P.PUPIL_EDIT,))
_SHOWN = Access(RECORD)
_LEAVING = Access((P.PUPIL_EDIT, P.NARRATIVE_VIEW))
_CONTACT = Access((P.CONTACT_VIEW,), (P.PUPIL_EDIT,))
_INNER = Access()

PUPIL = {
    "upn": _NUMBER,
    "former_upn": _NUMBER,
    "uln": _NUMBER,
    "mis_id": _NUMBER,
    "birth_on": _NUMBER,
    "home_authority": _NUMBER,
    "legal_forename": _NAME,
    "middle_names": _NAME,
    "legal_surname": _NAME,
    "preferred_forename": _NAME,
    "preferred_surname": _NAME,
    "pronouns": _NAME,
    "sex": _NAME,
    "year_group": _NAME,
    "form_group": _NAME,
    "first_language": _NAME,
    "key_worker": _SHOWN,
    "joined_on": _SHOWN,
    "left_on": _SHOWN,
    "leaving_reason": _LEAVING,
    "destination": _LEAVING,
    "school": _INNER,
    "merged_into": _INNER,
    "sort_name": _INNER,
    "made_at": _INNER,
    "changed_at": _INNER,
    "version": _INNER,
}

CONTACT = {
    "name": _CONTACT,
    "relation": _CONTACT,
    "priority": _CONTACT,
    "has_parental_responsibility": _CONTACT,
    "lives_with": _CONTACT,
    "email": _CONTACT,
    "phone": _CONTACT,
    "address": _CONTACT,
    "postcode": _CONTACT,
    "address_hidden": _CONTACT,
    "do_not_contact": _CONTACT,
    "order_with_dsl": _CONTACT,
    "language": _CONTACT,
    "needs_interpreter": _CONTACT,
    "note": _CONTACT,
    "ended_on": Access((P.CONTACT_VIEW,)),
    "sealed_address": _INNER,
    "pupil": _INNER,
    "version": _INNER,
}
# Protections of a contact that whoever edits may add, and only who may reveal an address may take away.
PROTECTIONS = ("address_hidden", "do_not_contact", "order_with_dsl")


def _allowed(acting, permissions):
    return any(acting.can(permission) for permission in permissions)


def readable(table, acting):
    """Return the names of the fields that this person may read."""
    return {name for name, access in table.items() if _allowed(acting, access.read)}


def writable(table, acting):
    """Return the names of the fields that this person may write: those they may read and change."""
    return {name for name in readable(table, acting) if _allowed(acting, table[name].write)}


def may_lift_protections(acting):
    return acting.can(P.ADDRESS_REVEAL)
