"""Common Transfer Files: every stage and every need of every pupil is read, not only the first."""

import io
import re
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from ..fields import LABELS
from ..notes import Note, NoteCode
from .refusals import FileNotReadable, FileReason
from .sheets import MAX_CELL_LENGTH, MAX_ROWS, CtfHeader, Sheet, SourceRow, too_many_rows

MAX_XML_BYTES = 50 * 1024 * 1024
MAX_ELEMENTS = 2_000_000
MAX_DEPTH = 20
# A pupil with a full attendance and assessment history stays well below this.
MAX_PUPIL_ELEMENTS = 100_000
_LONG_TAG = re.compile(rb"<[^<>]{20000}")

# Field name, then the places where versions of the CTF keep it.
_SIMPLE = (
    ("upn", ("UPN",)),
    ("former_upn", ("FormerUPN", "BasicDetails/FormerUPN")),
    ("uln", ("UniqueLearnerNumber", "ULN", "BasicDetails/UniqueLearnerNumber")),
    ("legal_surname", ("Surname",)),
    ("legal_forename", ("Forename",)),
    ("middle_names", ("BasicDetails/MiddleNames", "MiddleNames")),
    ("preferred_surname", ("BasicDetails/PreferredSurname", "PreferredSurname")),
    ("preferred_forename", ("BasicDetails/PreferredForename", "PreferredForename")),
    ("birth_on", ("DOB",)),
    ("sex", ("Sex", "Gender")),
    ("year_group", ("BasicDetails/NCyearActual", "NCyearActual")),
    ("enrolment_type", ("BasicDetails/EnrolStatus", "EnrolStatus")),
    ("looked_after", ("LookedAfter/InCare",)),
    ("service_child", ("BasicDetails/ServiceChild", "ServiceChild")),
    ("young_carer", ("BasicDetails/YoungCarer", "YoungCarer", "YoungCarerIndicator")),
)
_DERIVED = ("eal", "first_language", "fsm", "joined_on", "left_on", "address", "postcode", "sen_code", "sen_start_on")
_COLUMNS = (*(name for name, _ in _SIMPLE), *_DERIVED)
_ENGLISH = {"ENG", "ENB", "ENGLISH"}
_ADDRESS_PARTS = (
    "AddressLine1", "AddressLine2", "AddressLine3", "AddressLine4", "AddressLine5",
    "Locality", "Town", "AdministrativeArea", "PostTown", "County",
)  # fmt: skip


def read_ctf(data):
    if _LONG_TAG.search(data):
        raise FileNotReadable(FileReason.XML_DAMAGED, line="unknown")
    reader = _Reader()
    try:
        for event, element in iterparse(io.BytesIO(data), events=("start", "end"), forbid_dtd=True):
            reader.start(element) if event == "start" else reader.end(element)
    except ParseError as error:
        raise FileNotReadable(FileReason.XML_DAMAGED, line=error.position[0]) from None
    except DefusedXmlException:
        raise FileNotReadable(FileReason.XML_UNSAFE) from None
    except (ValueError, LookupError):  # an encoding that does not exist or that the parser does not know
        raise FileNotReadable(FileReason.XML_DAMAGED, line=1) from None
    return reader.sheet()


class _Reader:
    """Follows the parser, keeps one pupil's elements at a time and lets go of all others as soon as they end."""

    def __init__(self):
        self.path = []
        self.elements = 0
        self.pupil_elements = 0
        self.kept = 0  # depth at which the element now being kept began
        self.parents = []
        self.header = CtfHeader()
        self.rows = []
        self.notes = []

    def start(self, element):
        name = _local(element.tag)
        if not self.path and name.lower() != "ctfile":
            raise FileNotReadable(FileReason.NOT_A_TRANSFER_FILE)
        self.path.append(name)
        self.parents.append(element)
        self.elements += 1
        if self.elements > MAX_ELEMENTS:
            raise FileNotReadable(FileReason.TOO_MANY_ELEMENTS, most=MAX_ELEMENTS)
        if len(self.path) > MAX_DEPTH:
            raise FileNotReadable(FileReason.NESTED_TOO_DEEP, most=MAX_DEPTH)
        if not self.kept and name in ("Header", "Pupil"):
            self.kept = len(self.path)
            self.pupil_elements = 0
        self.pupil_elements += 1
        if self.kept and self.pupil_elements > MAX_PUPIL_ELEMENTS:
            raise FileNotReadable(FileReason.TOO_MANY_ELEMENTS, most=MAX_PUPIL_ELEMENTS)

    def end(self, element):
        depth = len(self.path)
        name = self.path.pop()
        self.parents.pop()
        if self.kept and depth > self.kept:
            return
        if self.kept == depth:
            self.kept = 0
            if name == "Header":
                self.header = read_header(element)
            else:
                self._add(element)
        element.clear()
        if self.parents:
            self.parents[-1].remove(element)

    def _add(self, pupil):
        if len(self.rows) >= MAX_ROWS:
            raise too_many_rows()
        values = read_values(pupil, self.header)
        extra = {
            "needs": read_needs(pupil),
            "sen_history": read_stages(pupil),
            "contacts": read_contacts(pupil),
        }
        self.rows.append(SourceRow(len(self.rows) + 1, [values.get(name, "") for name in _COLUMNS], extra))

    def sheet(self):
        if not self.rows:
            raise FileNotReadable(FileReason.NO_PUPILS_IN_TRANSFER)
        version = f" version {self.header.version}" if self.header.version else ""
        notes = [Note(NoteCode.TRANSFER_FILE, {"version": version})]
        if self.header.source_name or self.header.source_dfe_number:
            school = " ".join(filter(None, [self.header.source_name, self.header.source_dfe_number]))
            notes.append(Note(NoteCode.SENT_BY, {"school": school}))
        if self.header.qualifier.lower() == "partial":
            notes.append(Note(NoteCode.PARTIAL_FILE))
        notes.append(Note(NoteCode.PUPILS_IN_ORDER, {"pupils": len(self.rows)}))
        headers = [LABELS[name] for name in _COLUMNS]
        return Sheet(kind="ctf", headers=headers, rows=self.rows, notes=notes, encoding="xml", ctf=self.header)


def _local(tag):
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _children(element, *names):
    """Yield descendants along a path of local names, whatever their namespace."""
    name, *rest = names
    for child in element:
        if _local(child.tag) == name:
            if rest:
                yield from _children(child, *rest)
            else:
                yield child


def _descendants(element, *names):
    for child in element.iter():
        if _local(child.tag) in names:
            yield child


def _text(element):
    text = " ".join((element.text or "").split()) if len(element.text or "") <= MAX_CELL_LENGTH * 2 else element.text
    if len(text) > MAX_CELL_LENGTH:
        raise FileNotReadable(FileReason.ELEMENT_TOO_LONG, element=_local(element.tag)[:40], most=MAX_CELL_LENGTH)
    return text


def _first(element, *paths):
    for path in paths:
        for child in _children(element, *path.split("/")):
            if text := _text(child):
                return text
    return ""


def read_header(element):
    return CtfHeader(
        version=_first(element, "CTFversion", "CTFVersion"),
        document_name=_first(element, "DocumentName"),
        qualifier=_first(element, "DocumentQualifier"),
        created_at=_first(element, "DateTime"),
        supplier=_first(element, "SupplierID"),
        source_la=_first(element, "SourceSchool/LEA", "SourceSchool/LA"),
        source_estab=_first(element, "SourceSchool/Estab"),
        source_name=_first(element, "SourceSchool/SchoolName"),
        academic_year=_first(element, "SourceSchool/AcademicYear"),
        dest_la=_first(element, "DestSchool/LEA", "DestSchool/LA"),
        dest_estab=_first(element, "DestSchool/Estab"),
    )


def read_values(pupil, header):
    values = {name: _first(pupil, *paths) for name, paths in _SIMPLE}
    language = _first_language(pupil)
    values["first_language"] = language
    values["eal"] = "" if not language else ("No" if language.upper() in _ENGLISH else "Yes")
    values["fsm"] = _free_meals(pupil)
    values["address"], values["postcode"] = read_address(pupil)
    values |= _dates_at(pupil, header)
    return values


def _first_language(pupil):
    """Return the language marked as first (F), else the only one given."""
    languages = []
    for block in _children(pupil, "BasicDetails", "Languages"):
        for entry in block:
            code = _first(entry, "Language", "LanguageCode")
            languages.append((_first(entry, "LanguageType", "Type").upper(), code or _text(entry)))
    languages = [(kind, code) for kind, code in languages if code]
    for wanted in ("F", "M", "H"):
        for kind, code in languages:
            if kind == wanted:
                return code
    return languages[0][1] if languages else ""


def _free_meals(pupil):
    """An instance of free meals without an end date is going on; a history without one is not."""
    histories = list(_children(pupil, "FSMhistory"))
    if not histories:
        return ""
    instances = [
        entry for entry in _descendants(histories[0], "FSMinstance", "FSMInstance", "FSMinstances")
        if _first(entry, "FSMstartDate", "FSMStartDate")
    ]  # fmt: skip
    return "Yes" if any(not _first(entry, "FSMendDate", "FSMEndDate") for entry in instances) else "No"


def _dates_at(pupil, header):
    for school in _children(pupil, "SchoolHistory", "School"):
        if (_first(school, "LEA", "LA"), _first(school, "Estab")) == (header.source_la, header.source_estab):
            return {"joined_on": _first(school, "EntryDate"), "left_on": _first(school, "LeavingDate")}
    return {"joined_on": _first(pupil, "EntryDate", "BasicDetails/EntryDate"), "left_on": _first(pupil, "LeavingDate")}


def read_address(element):
    for block in _children(element, "Address"):
        lines = [_house(block)] + [
            _first(block, f"{part}", f"BS7666Address/{part}", f"AddressLines/{part}") for part in _ADDRESS_PARTS
        ]
        postcode = _first(block, "PostCode", "Postcode", "BS7666Address/PostCode", "AddressLines/PostCode")
        return ", ".join(filter(None, lines)), postcode
    return "", ""


def _house(block):
    """Join flat, house and street, which the national address form keeps apart."""
    parts = [_first(block, part, f"BS7666Address/{part}") for part in ("SAON", "PAON", "Street")]
    return " ".join(filter(None, parts))


def read_stages(pupil):
    """Every SEN stage in the order of its start, the historic codes included."""
    stages = [
        {
            "code": _first(stage, "SENprovision", "SENProvision").upper(),
            "start_on": _first(stage, "StartDate"),
            "end_on": _first(stage, "EndDate"),
        }
        for stage in _children(pupil, "SENhistory", "SEN")
    ]
    return sorted((stage for stage in stages if stage["code"]), key=lambda stage: stage["start_on"])


def read_needs(pupil):
    blocks = (("SENhistory", "SENneeds", "SENneed"), ("SENneeds", "SENneed"))
    return [
        {
            "type": _first(need, "SENtype", "SENType"),
            "rank": _first(need, "SENtypeRank", "SENTypeRank"),
            "start_on": _first(need, "NeedStartDate"),
            "end_on": _first(need, "NeedEndDate"),
        }
        for path in blocks
        for need in _children(pupil, *path)
    ]


def read_contacts(pupil):
    contacts = []
    for place, contact in enumerate(_children(pupil, "Contacts", "Contact"), start=1):
        address, postcode = read_address(contact)
        phones = [
            _first(phone, "PhoneNo", "TelephoneNumber") or _text(phone) for phone in _descendants(contact, "Phone")
        ]
        contacts.append(
            {
                "priority": _first(contact, "Order", "Priority") or str(place),
                "name": " ".join(filter(None, (_first(contact, part) for part in ("Forename", "Surname")))),
                "relation": _first(contact, "Relationship"),
                "email": _first(contact, "Email"),
                "phone": next(filter(None, phones), ""),
                "address": address,
                "postcode": postcode,
                "responsibility": _first(contact, "Responsibility", "ParentalResponsibility"),
            }
        )
    return contacts
