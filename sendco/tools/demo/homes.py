"""Parents and carers: who they are, where they live, and whom not to write to."""

from pupils.models import Contact
from pupils.models.pupil import FlagKind
from sendco import crypt


def add_contacts(setting, child):
    """Give a child the adults that most children have; a story may have brought its own."""
    if child.contacts:
        return
    if FlagKind.LOOKED_AFTER in child.flags:
        child.contacts = _looked_after(setting, child)
        return
    rng, home = setting.rng, setting.addresses.at(child.authority)
    mother = adult(setting, child, "F", "Mother", home=home)
    child.contacts = [mother]
    chance = rng.random()
    if chance < 0.5:
        child.contacts.append(adult(setting, child, "M", "Father", home=home, priority=2))
    elif chance < 0.62:
        away = setting.addresses.at(child.authority)
        child.contacts.append(adult(setting, child, "M", "Father", home=away, priority=2, lives_with=False))
    elif chance < 0.7:
        child.contacts.append(
            adult(setting, child, "F", "Grandmother", home=home, priority=2, has_parental_responsibility=False)
        )
    if FlagKind.EAL in child.flags and rng.random() < 0.3:
        mother.language, mother.needs_interpreter = child.pool.language, True


def adult(setting, child, sex, relation, *, home, **more):
    """A contact, not yet saved. `home` is an address and a postcode."""
    surname = child.details["legal_surname"]
    name = f"{setting.rng.choice(child.pool.parents[sex])} {surname}"
    address, postcode = home
    phone = setting.phones.mobile()
    values = {
        "name": name,
        "relation": relation,
        "priority": 1,
        "has_parental_responsibility": True,
        "lives_with": True,
        "email": f"family{setting.serial}.{'ab'[more.get('priority', 1) > 1]}@mail.example",
        "phone": phone,
        "address": address,
        "postcode": postcode,
    }
    return Contact(**(values | more))


def hide(contact):
    """Seal the address as the service does: the plain columns are empty."""
    contact.sealed_address = crypt.encrypt(contact.full_address)
    contact.address_hidden, contact.address, contact.postcode = True, "", ""


def _looked_after(setting, child):
    home = setting.addresses.at("Westmarch")
    carer = adult(setting, child, "F", "Foster carer", home=home, has_parental_responsibility=False)
    carer.name = f"{setting.rng.choice(child.pool.parents['F'])} Holloway-Grant"
    office = (f"Children's Services\n{child.authority}", "")
    worker = adult(
        setting, child, "M", "Social worker, holds parental responsibility", home=office, priority=2, lives_with=False
    )
    worker.name = f"{setting.rng.choice(child.pool.parents['M'])} Penhallow"
    worker.email = f"childrens.services{setting.serial}@{child.authority.lower()}.example"
    return [carer, worker]
