"""The canary: texts for the child of `full_record` that are found nowhere else, and who may meet each.

Drive every page, file, mail, log and export as each role, look for these strings, and compare. The child's codes, dates
and home authority stay ordinary, because lists count them; so do the names of the staff around the child.
"""

from dataclasses import dataclass

from staff.permissions import ROLE_PERMISSIONS, Permission
from staff.roles import Role

from .numbers import uln, upn

P = Permission
RECORD = frozenset({P.PUPIL_VIEW, P.PUPIL_VIEW_UNIT, P.PUPIL_VIEW_ALL})
NAME = RECORD | {P.DIRECTORY_SEARCH}
IDENTIFIER = frozenset({P.IDENTIFIERS_VIEW})
CONTACT = frozenset({P.CONTACT_VIEW})
REVEALED = frozenset({P.ADDRESS_REVEAL})
FLAG = frozenset({P.FLAG_VIEW})
CONFIDENTIAL = frozenset({P.FLAG_CONFIDENTIAL_VIEW})
NARRATIVE = frozenset({P.NARRATIVE_VIEW})
LETTER = frozenset({P.LETTER_SEND})


@dataclass(frozen=True)
class Canary:
    """A string, the permissions of which any one lets somebody meet it, and whether its own author may too.

    A permission opens the string only to those who see this child, or who find any child by name.
    """

    text: str
    any_of: frozenset
    author_may: bool = False

    @property
    def audiences(self):
        return [role for role in Role if self.any_of & ROLE_PERMISSIONS[role]]

    def may_be_met_with(self, permissions):
        return bool(self.any_of & set(permissions))


ADULT = ("name", "relation", "email", "phone", "language", "note")
# What the strings stand in, and who may meet them.
FIELDS = {
    "pupil": {
        "legal_forename": RECORD,
        "middle_names": RECORD,
        "legal_surname": RECORD,
        "preferred_forename": NAME,
        "preferred_surname": NAME,
        "pronouns": RECORD,
        "mis_id": IDENTIFIER,
        "first_language": RECORD,
    },
    "enrolment": {"other_school": RECORD, "commissioner": RECORD},
    "flag": {"ordinary_note": FLAG, "confidential_note": CONFIDENTIAL},
    "contact": dict.fromkeys((*ADULT, "address"), CONTACT),
    "hidden": dict.fromkeys(ADULT, CONTACT) | {"address": REVEALED},
    "register": dict.fromkeys(("reason", "evidence", "decided_by"), NARRATIVE),
    "watch": dict.fromkeys(("reason", "outcome"), NARRATIVE),
    "concern": dict.fromkeys(
        ("what", "where", "how_often", "tried", "tried_for", "parent_words", "outcome_note"), NARRATIVE
    ),
    "view": dict.fromkeys(("strengths", "notes"), NARRATIVE),
    "assessment": dict.fromkeys(("test", "form", "assessed_by", "note"), NARRATIVE),
    "letter": dict.fromkeys(("recipient", "address", "subject", "body"), LETTER),
}
WRITTEN_BY_STAFF = {"concern", "view"}
# Fields whose form is fixed hold a value that no other child has.
UPN = upn(dfe_number="9904990", year=21, serial=777)
FORMER_UPN = upn(dfe_number="9904991", year=19, serial=778)
ULN = uln(777_000_777)
POSTCODE, HIDDEN_POSTCODE = "WM99 9ZQ", "WM98 9ZQ"


def _text(about, name):
    """Begin and end alike, so that no string is a part of another."""
    word = f"canary-{about}-{name.replace('_', '-')}-zq"
    return f"{word}@mail.example" if name == "email" else word


CANARIES = {
    f"{about}.{name}": Canary(_text(about, name), any_of, author_may=about in WRITTEN_BY_STAFF)
    for about, names in FIELDS.items()
    for name, any_of in names.items()
} | {
    "pupil.upn": Canary(UPN, IDENTIFIER),
    "pupil.former_upn": Canary(FORMER_UPN, IDENTIFIER),
    "pupil.uln": Canary(ULN, IDENTIFIER),
    "contact.postcode": Canary(POSTCODE, CONTACT),
    "hidden.postcode": Canary(HIDDEN_POSTCODE, REVEALED),
}


def texts(about):
    """Return {field: string} of one part of the record."""
    return {name.removeprefix(f"{about}."): one.text for name, one in CANARIES.items() if name.startswith(f"{about}.")}
