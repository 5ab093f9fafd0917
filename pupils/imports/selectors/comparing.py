"""Field by field: what a file says about a pupil beside what sendco holds."""

from datetime import date

from sendco.clock import long_date

from ...models import Contact, Enrolment, Need, Pupil, PupilFlag, RegisterEntry
from ...models.pupil import CONFIDENTIAL_FLAGS, FlagKind, YearGroup
from ...models.register import Code
from ...search import fold
from . import sen as sen_rules

PUPIL_FIELDS = {
    "upn": "UPN",
    "former_upn": "Former UPN",
    "uln": "ULN",
    "mis_id": "Information system number",
    "legal_surname": "Legal surname",
    "legal_forename": "Legal forename",
    "middle_names": "Middle names",
    "preferred_surname": "Preferred surname",
    "preferred_forename": "Name they like",
    "birth_on": "Date of birth",
    "sex": "Sex",
    "year_group": "Year taught in",
    "first_language": "First language",
    "joined_on": "Joined",
}
DATES = {"birth_on", "joined_on"}
FLAGS = {
    "fsm": FlagKind.FREE_MEALS,
    "pupil_premium": FlagKind.PUPIL_PREMIUM,
    "eal": FlagKind.EAL,
    "looked_after": FlagKind.LOOKED_AFTER,
    "previously_looked_after": FlagKind.PREVIOUSLY_LOOKED_AFTER,
    "service_child": FlagKind.SERVICE_CHILD,
    "young_carer": FlagKind.YOUNG_CARER,
}
CONTACT_FIELDS = {
    "relation": "relationship",
    "email": "e-mail",
    "phone": "telephone",
    "address": "address",
    "postcode": "postcode",
}
RELATIONS = {"MOT": "Mother", "FAT": "Father"}
TITLES = {"mr", "mrs", "ms", "miss", "mx", "dr", "rev", "prof"}
UPN_NOTE = "The number itself changes: check that this is the same child."
LEGAL_NOTE = "Check a document before you change this."
BACK_NOTE = "Choose this if the pupil has come back, then send the file again for the rest."


def item(key, label, ours, theirs, value, *, source=None, chosen=True, locked=False, note="", confidential=False):
    """One line of the preview. `source` names the stored value, so that somebody's later change can be found."""
    return {
        "key": key,
        "label": label,
        "ours": ours or "Empty",
        "theirs": theirs or "Empty",
        "value": value,
        "chosen": chosen and not locked,
        "locked": locked,
        "note": note,
        "confidential": confidential,
        "source": source,
    }


def clean(row, *, dates_are_ours):
    """Tidy what the file says: names that repeat the legal one, dates of another school, texts that are too long."""
    data = dict(row.data)
    for preferred, legal in (("preferred_forename", "legal_forename"), ("preferred_surname", "legal_surname")):
        if data.get(preferred) and data[preferred] == data.get(legal):
            data[preferred] = None
    if not dates_are_ours:
        data.pop("joined_on", None)
        data.pop("left_on", None)
    row.data = {name: value for name, value in data.items() if not _too_long(name, value)}
    row.contacts = [_fit_contact(contact) for contact in row.contacts]
    return row


def _too_long(name, value):
    longest = Pupil._meta.get_field(name).max_length if name in PUPIL_FIELDS else None
    return bool(longest and isinstance(value, str) and len(value) > longest)


def _fit_contact(contact):
    kept = dict(contact)
    kept["relation"] = RELATIONS.get(contact["relation"], contact["relation"])
    for name in CONTACT_FIELDS:
        longest = Contact._meta.get_field(name).max_length
        if longest and kept[name] and len(kept[name]) > longest:
            kept[name] = None
    return kept


def differences(row, known, directory):
    """Return ([items], [notes]) for a row about a pupil we have."""
    if known.pupil.left_on:
        return _of_leaver(row, known), []
    items, notes = [], []
    items += _details(row, known.pupil, directory)
    items += _places(row, known, directory, notes)
    items += _status(row, known, directory, notes)
    items += _flags(row, known)
    items += _contacts(row, known, notes)
    items += _leaving(row, known, directory, notes)
    return items, notes


def _of_leaver(row, known):
    if row.data.get("left_on"):
        return []
    ours = f"Left on {long_date(known.pupil.left_on)}"
    return [item("back", "On roll", ours, "On roll", True, chosen=False, note=BACK_NOTE)]


def _details(row, pupil, directory):
    for name, label in PUPIL_FIELDS.items():
        value = row.data.get(name)
        if value is None or (name == "sex" and value == Pupil.Sex.UNKNOWN):
            continue
        stored = getattr(pupil, name)
        theirs = date.fromisoformat(value) if name in DATES else value
        if theirs == stored or (name == "joined_on" and theirs > directory.today):
            continue
        note = UPN_NOTE if name == "upn" and stored else ""
        source = (Pupil._meta.label_lower, pupil.pk, name)
        yield item(name, label, shown(name, stored), shown(name, theirs), value, source=source, note=note)


def shown(name, value):
    if value in (None, ""):
        return ""
    if name in DATES:
        return long_date(value)
    if name == "year_group":
        return YearGroup(value).label
    if name == "sex":
        return Pupil.Sex(value).label
    return str(value)


def _places(row, known, directory, notes):
    """Class, key worker and kind of enrolment."""
    pupil = known.pupil
    name = row.data.get("group")
    if name and (pupil.form_group is None or pupil.form_group.name.casefold() != name.casefold()):
        group, refusal = directory.group(name)
        if refusal:
            notes.append(refusal)
        else:
            note = "" if group else "This class is not in sendco yet and will be added."
            ours = pupil.form_group.name if pupil.form_group else ""
            source = (Pupil._meta.label_lower, pupil.pk, "form_group_id")
            yield item("group", "Class", ours, group.name if group else name, name, source=source, note=note)
    email = row.data.get("key_worker_email")
    if email:
        worker = directory.people.get(email.casefold())
        if worker is None:
            notes.append(f"Nobody with the address {email} works here, so the key worker is not taken in.")
        elif worker.pk != pupil.key_worker_id:
            ours = pupil.key_worker.name if pupil.key_worker else ""
            source = (Pupil._meta.label_lower, pupil.pk, "key_worker_id")
            yield item("key_worker", "Key worker", ours, worker.name, worker.pk, source=source)
    kind = row.data.get("enrolment_type")
    if kind and known.enrolment and known.enrolment.kind != kind:
        ours, source = known.enrolment.get_kind_display(), (Enrolment._meta.label_lower, known.enrolment.pk, "kind")
        yield item("enrolment", "Enrolment", ours, Enrolment.Kind(kind).label, kind, source=source)


def _status(row, known, directory, notes):
    born = known.pupil.birth_on
    sen = sen_rules.sen_of(row, need_names=directory.need_names, today=directory.today, born=born)
    entry, held = known.entry, known.need_codes
    code = sen.code or known.code
    ends_plan = known.code == Code.PLAN and code != Code.PLAN
    sen_rules.obey_register(sen, Code.PLAN if ends_plan else code)
    names, source = directory.need_names, (RegisterEntry._meta.label_lower, entry.pk if entry else None, "code")
    ours = sen_rules.words(known.code, entry.starts_on if entry else None, held, names)
    if ends_plan:
        theirs = sen_rules.words(code, sen.start, [], names)
        yield item("sen", "SEN status", ours, theirs, None, locked=True, note=sen_rules.PLAN_STAYS)
        yield from _needs(sen, known, directory)
    elif code != known.code:
        needs = sen_rules.complete(sen, code, held)
        theirs = sen_rules.words(code, sen.start, needs, names)
        start = sen.start.isoformat() if sen.start else None
        value = {"code": code, "start": start, "needs": needs}
        note = sen.refusal or (sen_rules.ONLY_ISSUED if code == Code.PLAN else "")
        yield item(
            "sen", "SEN status", ours, theirs, value,
            source=source, chosen=code != Code.PLAN, locked=bool(sen.refusal), note=note,
        )  # fmt: skip
    else:
        yield from _needs(sen, known, directory)
        yield from _start(sen, known)
    notes += sen.notes


def _needs(sen, known, directory):
    held = known.need_codes
    if sen.needs and sen.needs != held:
        sources = (Need._meta.label_lower, [need.pk for need in known.needs], "need_type_id")
        ours, theirs = (sen_rules.in_order(needs, directory.need_names) for needs in (held, sen.needs))
        yield item("needs", "Types of need", ours, theirs, sen.needs, source=sources)


def _start(sen, known):
    entry = known.entry
    if entry is None or sen.start is None or sen.start == entry.starts_on or not sen.code:
        return
    earlier = [other for other in known.entries if other.pk != entry.pk]
    blocked = any(other.starts_on >= sen.start or (other.ends_on and other.ends_on >= sen.start) for other in earlier)
    note = "An earlier status stands in the way: correct it on the pupil's page." if blocked else ""
    source = (RegisterEntry._meta.label_lower, entry.pk, "starts_on")
    ours, theirs = long_date(entry.starts_on), long_date(sen.start)
    value = sen.start.isoformat()
    yield item("sen_start", "SEN status since", ours, theirs, value, source=source, locked=blocked, note=note)


def _flags(row, known):
    for name, kind in FLAGS.items():
        value, held = row.data.get(name), known.open_flag(kind)
        if value is None or value == bool(held):
            continue
        secret, last = kind in CONFIDENTIAL_FLAGS, known.flags.get(kind)
        source = (PupilFlag._meta.label_lower, last.pk if last else None, "ends_on" if value else "starts_on")
        ours, theirs = ("No", "Yes") if value else ("Yes", "No")
        chosen = value or not secret
        note = "" if chosen else "Confidential: ended only when somebody chooses it."
        yield item(
            f"flag:{kind.value}", kind.label, ours, theirs, value,
            source=source, chosen=chosen, note=note, confidential=secret,
        )  # fmt: skip


def same_contact(contact, stored):
    if bare(contact["name"]) == bare(stored.name):
        return True
    return bool(contact["email"] and stored.email and contact["email"].casefold() == stored.email.casefold())


def bare(name):
    """A name without accents, case or title."""
    words = fold(name).split()
    return " ".join(words[1:] if len(words) > 1 and words[0] in TITLES else words)


def _contacts(row, known, notes):
    for number, contact in enumerate(row.contacts):
        stored = [one for one in known.contacts if same_contact(contact, one)]
        if not stored:
            yield item(f"contact:new:{number}", "Contact", "Not there", ", ".join(contact_words(contact)), contact)
            continue
        current = next((one for one in stored if not one.ended_on), stored[0])
        if current.ended_on or current.do_not_contact or current.address_hidden or current.order_with_dsl:
            # Nothing is said about why: the words would tell the reader that there is a ban or a hidden address.
            if _would_change(contact, current):
                notes.append(f"The contact {current.name} is kept as it is: an import does not change it.")
            continue
        yield from _of_contact(contact, current)


def contact_words(contact):
    return [contact["name"], *(contact[name] for name in CONTACT_FIELDS if contact[name])]


def _would_change(contact, stored):
    return any(contact[name] and contact[name] != getattr(stored, name) for name in CONTACT_FIELDS)


def _of_contact(contact, stored):
    for name, label in CONTACT_FIELDS.items():
        ours, theirs = getattr(stored, name), contact[name]
        if theirs and theirs != ours:
            source = (Contact._meta.label_lower, stored.pk, name)
            yield item(f"contact:{stored.pk}:{name}", f"{stored.name}, {label}", ours, theirs, theirs, source=source)
    says = contact.get("responsibility")
    if says is not None and says != stored.has_parental_responsibility:
        words = {True: "Yes", False: "No"}
        key, label = f"contact:{stored.pk}:has_parental_responsibility", f"{stored.name}, parental responsibility"
        yield item(key, label, words[not says], words[says], says, chosen=False, note=LEGAL_NOTE)


def _leaving(row, known, directory, notes):
    left_on = row.data.get("left_on")
    if not left_on:
        return
    day, joined = date.fromisoformat(left_on), known.pupil.joined_on
    if day > directory.today:
        notes.append(f"The last day, {long_date(day)}, is still to come. Record the leaver on the day or after it.")
    elif joined and day < joined:
        notes.append(f"The last day, {long_date(day)}, is before the first day here, so it is not taken in.")
    else:
        yield item("left", "On roll", "On roll", f"Left on {long_date(day)}", left_on)
