"""Contacts of a pupil, in several columns or from a transfer file. Banned and hidden ones are left as they are."""

from dataclasses import asdict, replace

from ..notes import Note, NoteCode
from ..parsing import codes, values
from ..rows import ContactSaid
from .base import Cells, Column, Comparison, Difference, Field, Shelf, Source, split

MOST_CONTACTS = 3
STEMS = """
Contact {n}; Priority {n} contact; Priority {n}; Parent {n}; Carer {n}; Guardian {n}; Parent/Carer {n};
Emergency contact {n}
"""
STEMS_OF_THE_FIRST = """
Parent; Parent/Carer; Primary contact; Main contact; First contact; Contact; Guardian; Carer; Primary guardian;
Primary carer; Primary parent; Mother; Mum; Mother's; Mum's
"""
STEMS_OF_THE_SECOND = """
Secondary contact; Second contact; Secondary guardian; Secondary carer; Secondary parent; Other contact; Other parent;
Second parent; Father; Dad; Father's; Dad's
"""
# Part, how its cells are read, the endings of its headings; the first ending is its label.
PARTS = (
    ("name", values.parse_name, "name; full name; addressee; "),
    ("relation", values.parse_relation, "relationship; relation; relationship to pupil; relationship to student; type"),
    ("email", values.parse_email, "email; e-mail address; email addresses; home email; main email; primary email"),
    (
        "phone",
        values.parse_phone,
        "phone; telephone; mobile; phone number; telephone number; mobile number; mobile phone; main telephone; "
        "home phone; home telephone; tel",
    ),
    ("address", values.parse_address, "address; full address; postal address; home address"),
    ("postcode", values.parse_postcode, "postcode; post code"),
    (
        "responsibility",
        values.parse_flag,
        "parental responsibility; PR; has parental responsibility; parental resp; parent responsibility; "
        "has PR; legal responsibility",
    ),
)
# A name that stands in two cells. The endings are those of the pupil's own names.
NAMES_APART = (
    ("forename", "forename; first name; given name; forenames; legal forename; legal first name"),
    ("surname", "surname; last name; family name; legal surname; legal last name"),
)
LABELS = {
    "relation": "relationship",
    "email": "e-mail",
    "phone": "telephone",
    "address": "address",
    "postcode": "postcode",
}
# Codes of the common transfer file; one that is not here is kept as it is written.
RELATIONS = {
    "MOT": "Mother",
    "FAT": "Father",
    "STM": "Stepmother",
    "STF": "Stepfather",
    "FOM": "Foster mother",
    "FOF": "Foster father",
    "CAR": "Carer",
    "CHM": "Childminder",
    "DOC": "Doctor",
    "FAM": "Other family member",
    "OTH": "Other contact",
    "REL": "Other relative",
    "SWR": "Social worker",
}
YES_NO = {True: "Yes", False: "No"}


def _columns(n, parts):
    usual = {1: STEMS_OF_THE_FIRST, 2: STEMS_OF_THE_SECOND}.get(n)
    stems = (*split(STEMS.format(n=n)), *(split(usual) if usual else ()))
    for part, parse, endings in parts:
        headings = [f"{stem} {ending}" for ending in split(endings) for stem in stems]
        label = f"Contact {n} {split(endings)[0]}"
        yield Column(f"contact_{n}_{part}", (label, *headings), _without_day(parse), Shelf.CONTACTS)


def _without_day(parse):
    return lambda text, today: parse(text)


class Contacts(Field):
    is_secret = may_differ = True

    def __init__(self, name):
        numbers = range(1, MOST_CONTACTS + 1)
        apart = [(part, values.parse_name, endings) for part, endings in NAMES_APART]
        self.numbered = [tuple(_columns(n, PARTS)) for n in numbers]
        self.names_apart = [tuple(_columns(n, apart)) for n in numbers]
        super().__init__(name, *(column for columns in (*self.numbered, *self.names_apart) for column in columns))

    # --- Reading ---------------------------------------------------------------------------------------------------
    def is_in(self, cells):
        return True

    def read(self, cells: Cells, so_far):
        said = []
        for contact in cells.extra.get("contacts", []):
            self._add(said, cells, contact, codes.parse_rank(contact["priority"]) or len(said) + 1)
        for n, columns in enumerate(self.numbered, start=1):
            texts = {
                part: cells.texts[column.name]
                for (part, _, _), column in zip(PARTS, columns, strict=True)
                if column.name in cells.texts
            }
            if name := self._name_of_two_cells(cells, n):
                texts["name"] = texts.get("name") or name
            if texts:
                self._add(said, cells, texts, n)
        return tuple(said)

    def _name_of_two_cells(self, cells, n):
        """Forename and surname in the order in which they are spoken."""
        parts = [cells.read(column, cells.texts.get(column.name, "")) for column in self.names_apart[n - 1]]
        return " ".join(filter(None, parts))

    def _add(self, said, cells, texts, priority):
        columns = self.numbered[min(priority, MOST_CONTACTS) - 1]
        parts = {
            part: cells.read(column, texts.get(part, ""))
            for (part, _, _), column in zip(PARTS, columns, strict=True)
        }  # fmt: skip
        if not any(value for part, value in parts.items() if part != "responsibility"):
            return
        if not parts["name"]:
            cells.notes.append(Note(NoteCode.CONTACT_WITHOUT_NAME, {"number": priority}, columns[0].name))
            return
        said.append(ContactSaid(priority, **parts))

    def join(self, value, other):
        joined = list(value or ())
        for contact in other or ():
            if not any(contact.name.casefold() == known.name.casefold() for known in joined):
                joined.append(replace(contact, priority=len(joined) + 1))
        return tuple(joined)

    def to_json(self, value):
        return [asdict(contact) for contact in value or ()]

    def from_json(self, value):
        return tuple(ContactSaid(**contact) for contact in value)

    def tidy(self, value, values, directory):
        return tuple(self._fit(contact, directory) for contact in value)

    def _fit(self, contact, directory):
        contact = replace(contact, relation=RELATIONS.get((contact.relation or "").upper(), contact.relation))
        too_long = {
            part: None
            for part in LABELS
            if (longest := directory.longest_of_contact(part)) and len(getattr(contact, part) or "") > longest
        }
        return replace(contact, **too_long) if too_long else contact

    def losses(self, value, directory):
        notes = []
        for contact in value:
            for part, label in LABELS.items():
                length, longest = len(getattr(contact, part) or ""), directory.longest_of_contact(part)
                if longest and length > longest:
                    said = {"what": f"the {label} of {contact.name}", "length": length, "most": longest}
                    notes.append(Note(NoteCode.TOO_LONG, said, f"contact_{contact.priority}_{part}"))
        return notes

    # --- Comparing -------------------------------------------------------------------------------------------------
    def compare(self, said: Comparison):
        for number, contact in enumerate(said.row.get(self, ())):
            stored = said.known.contacts_like(contact)
            if not stored:
                details = ", ".join(
                    [contact.name, *(getattr(contact, part) for part in LABELS if getattr(contact, part))]
                )
                yield Difference(f"{self.name}:new:{number}", "Contact", "Not there", details, asdict(contact))
                continue
            current = next((stored_contact for stored_contact in stored if not stored_contact.ended_on), stored[0])
            if current.ended_on or current.do_not_contact or current.address_hidden or current.order_with_dsl:
                # Nothing is said about why: the words would tell that there is a ban or a hidden address.
                if any(True for _ in self._parts_that_differ(contact, current)):
                    said.note(NoteCode.CONTACT_KEPT, name=current.name)
                continue
            yield from self._of_one(contact, current)

    def _parts_that_differ(self, contact, stored):
        for part, label in LABELS.items():
            theirs = getattr(contact, part)
            if theirs and theirs != getattr(stored, part):
                yield part, label, theirs

    def _of_one(self, contact, stored):
        for part, label, theirs in self._parts_that_differ(contact, stored):
            yield Difference(
                f"{self.name}:{stored.pk}:{part}", f"{stored.name}, {label}", getattr(stored, part), theirs, theirs,
                source=Source.of(stored, part),
            )  # fmt: skip
        says = contact.responsibility
        if says is not None and says != stored.has_parental_responsibility:
            yield Difference(
                f"{self.name}:{stored.pk}:has_parental_responsibility", f"{stored.name}, parental responsibility",
                YES_NO[not says], YES_NO[says], says, is_chosen=False, note=Note(NoteCode.CHECK_A_DOCUMENT),
            )  # fmt: skip

    # --- Storing ---------------------------------------------------------------------------------------------------
    def plan(self, said):
        return self.to_json(said.row.get(self)) or None

    def begin(self, writer, value):
        for contact in self.from_json(value):
            writer.add_contact(contact)

    def apply(self, writer, difference):
        which, _, part = difference.rest.partition(":")
        if which == "new":
            writer.add_contact(ContactSaid(**difference.value))
        else:
            writer.change_contact(int(which), **{part: difference.value})
