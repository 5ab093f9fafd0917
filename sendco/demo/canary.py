"""The canary: a child in school 1 whose every text is a string found nowhere else, and who may meet each.

Drive every page, file, mail, log and export as each role, look for these strings, and compare. The child's codes, dates
and home authority are ordinary, because lists count them; so are the names of the staff around the child.
"""

from dataclasses import dataclass
from decimal import Decimal

from pupils.models import Assessment, Concern, ConcernView, Contact, Letter, WatchListEntry
from pupils.models.concerns import RATED
from pupils.models.letters import LetterKind
from pupils.models.pupil import FlagKind
from pupils.models.register import Code
from staff.permissions import ROLE_PERMISSIONS, Permission
from staff.roles import Role

from . import homes
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


def _texts(about, *names):
    return {name: CANARIES[f"{about}.{name}"].text for name in names}


def dress(setting, child):
    """Put the strings into a child's plan, before its rows are made."""
    days = setting.days
    child.story = "canary"
    child.details |= _texts("pupil", *FIELDS["pupil"]) | {"upn": UPN, "former_upn": FORMER_UPN, "uln": ULN}
    child.enrolment |= _texts("enrolment", *FIELDS["enrolment"])
    child.flags[FlagKind.FREE_MEALS] = CANARIES["flag.ordinary_note"].text
    child.flags[FlagKind.CHILD_PROTECTION] = CANARIES["flag.confidential_note"].text
    child.joined_on = min(child.joined_on, days.back(80))
    child.stages = [(Code.NONE, child.joined_on), (Code.SUPPORT, days.back(50))]
    child.reasons[1] = CANARIES["register.reason"].text
    shown = Contact(
        priority=1,
        has_parental_responsibility=True,
        lives_with=True,
        needs_interpreter=True,
        postcode=POSTCODE,
        **_texts("contact", *FIELDS["contact"]),
    )
    hidden = Contact(priority=2, postcode=HIDDEN_POSTCODE, order_with_dsl=True, **_texts("hidden", *FIELDS["hidden"]))
    homes.hide(hidden)
    child.contacts = [shown, hidden]


def sing(setting, child, triage):
    """Add the rows around the canary: watch list, concern, view, assessment and letter."""
    days, senco, book = setting.days, setting.senco, setting.book
    support = child.entries[-1]
    support.evidence, support.decided_by = CANARIES["register.evidence"].text, CANARIES["register.decided_by"].text
    watched = WatchListEntry(
        school=setting.school,
        pupil=child.pupil,
        starts_on=days.back(70),
        look_again_on=days.back(52),
        ends_on=support.starts_on,
        entered_by=senco,
        **_texts("watch", "reason", "outcome"),
    )
    book.add(watched, on=days.back(70), by=senco)
    _concern(setting, child, triage)
    score = Decimal(88)
    test = Assessment(
        pupil=child.pupil,
        taken_on=days.back(30),
        scale=Assessment.Scale.STANDARDISED,
        score=score,
        low=score - 6,
        high=score + 6,
        entered_by=senco,
        **_texts("assessment", *FIELDS["assessment"]),
    )
    book.add(test, on=days.back(30), by=senco)
    letter = Letter(
        pupil=child.pupil,
        kind=LetterKind.SEN_SUPPORT_STARTS,
        contact=child.contacts[0],
        dated_on=support.parent_told_on,
        register_entry=support,
        made_by=senco,
        sent_on=support.parent_told_on,
        sent_via=Letter.Via.POST,
        **_texts("letter", *FIELDS["letter"]),
    )
    book.add(letter, on=letter.dated_on, by=senco)


def _concern(setting, child, triage):
    days = setting.days
    concern = triage.raise_about(child, raised_on=days.back(20), by=setting.people["teacher3"])
    for name, text in _texts("concern", *FIELDS["concern"]).items():
        setattr(concern, name, text)
    view = triage.ask(concern, setting.people["hlta1"], asked_on=days.back(18))
    view.answered_at = setting.book.moment(days.back(15))
    for name in RATED:
        setattr(view, name, ConcernView.Scale.SOME)
    view.strengths, view.notes = CANARIES["view.strengths"].text, CANARIES["view.notes"].text
    words = CANARIES["concern.outcome_note"].text
    triage.decide(concern, Concern.Outcome.STRATEGIES, words, on=days.back(14), look_again_on=days.ahead(8))
