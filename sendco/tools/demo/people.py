"""Who works in the two schools. A place of work is a key, a role in sendco and a post in words."""

import unicodedata
from dataclasses import dataclass

from django.contrib.auth.hashers import make_password

from staff.models import User
from staff.roles import Role

from .book import times_as_given

HARBOUR, KESTREL = "harbour", "kestrel"
DOMAINS = {HARBOUR: "harbourlane.example", KESTREL: "kestrelgreen.example"}
T, TA = Role.TEACHER, Role.TEACHING_ASSISTANT


@dataclass(frozen=True)
class Person:
    key: str
    name: str
    home: str
    post: str
    roles: tuple  # of (school, role)
    in_accounts: bool = False
    has_left: bool = False

    @property
    def email(self):
        plain = unicodedata.normalize("NFKD", self.name).encode("ascii", "ignore").decode()
        return f"{'.'.join(plain.lower().replace(chr(39), '').split())}@{DOMAINS[self.home]}"


def _at(home, key, name, role, post, *also, account=False, has_left=False):
    roles = ((home, role), *((home, more) for more in also))
    return Person(key, name, home, post, roles, in_accounts=account, has_left=has_left)


def _several(home, prefix, role, post, names, accounts=0):
    return [
        _at(home, f"{prefix}{place}", name, role, post, account=place <= accounts)
        for place, name in enumerate(names.split(", "), start=1)
    ]


PEOPLE = (
    _at(HARBOUR, "head", "Judith Askew", Role.HEAD, "Headteacher", account=True),
    _at(HARBOUR, "deputy", "Callum Trevanion", Role.HEAD, "Deputy headteacher, safeguarding lead", Role.DSL),
    _at(HARBOUR, "senco", "Amara Osei-Bright", Role.SENCO, "SENDCo, teaches 40%", account=True),
    *_several(
        HARBOUR,
        "teacher",
        T,
        "Teacher",
        "Piers Lockyer, Sunniva Dahl, Gethin Pugh, Marta Zielony, Desmond Achieng, Orla Finnerty, Kit Harrowgate, "
        "Leila Tahan, Bram Whitcombe",
        accounts=2,
    ),
    _at(HARBOUR, "outreach", "Noor Castellan", T, "Outreach teacher"),
    *_several(HARBOUR, "hlta", TA, "Teaching assistant, higher level", "Carys Lyle, Vernon Skeet", accounts=1),
    _at(HARBOUR, "elsa", "Tilda Monk", TA, "Teaching assistant, emotional literacy support"),
    _at(HARBOUR, "counsellor", "Rafael Quist", TA, "Counsellor, bought in"),
    *_several(HARBOUR, "ta", TA, "Teaching assistant", "Jodie Farrow, Hamish Odell, Precious Nkomo"),
    Person(
        "shared",
        "Wendy Brack",
        HARBOUR,
        "Teaching assistant, both schools",
        ((HARBOUR, TA), (KESTREL, TA)),
        in_accounts=True,
    ),
    _at(HARBOUR, "office", "Lorna Peake", Role.OFFICE, "Office and data protection", Role.DPO),
    _at(
        HARBOUR,
        "link",
        "Maurice Tindall",
        Role.GOVERNOR,
        "Governor, SEND link of the Management Committee",
        account=True,
    ),
    _at(HARBOUR, "gone", "Fraser Hume", T, "Teacher, has left", has_left=True),
    _at(KESTREL, "executive", "Helena Marchbanks", Role.HEAD, "Executive headteacher", account=True),
    _at(KESTREL, "head", "Dominic Sealy", Role.HEAD, "Head of school, safeguarding lead", Role.DSL, account=True),
    _at(KESTREL, "senco", "Priya Venkat", Role.SENCO, "SENDCo, three days a week", account=True),
    _at(KESTREL, "willow", "Bronwen Tasker", Role.PROVISION_LEAD, "Provision lead, The Willow Room", account=True),
    *_several(
        KESTREL,
        "teacher",
        T,
        "Teacher",
        "Ottilie Brandreth, Jerome Pascoe, Hana Sugiyama, Fergus Moyle, Chloe Dancer, Idris Vaughan-Lee, Roisin Keogh, "
        "Samir Haddou, Tamsin Orchard, Leopold Grant-Osei, Maeve Tully, Ashok Menon, Verity Stannard, Conrad Plume, "
        "Delphine Roux, Nia Cadwallader, Barnaby Frost",
        accounts=2,
    ),
    *_several(
        KESTREL,
        "arp",
        TA,
        "Teaching assistant, The Willow Room",
        "Gwen Saltmarsh, Moses Adeyi, Petra Novakova, Jan Whistler, Kulvinder Rai, Sian Hopley, Erin Mackie, "
        "Tomasz Bielak, Dora Finch",
        accounts=1,
    ),
    *_several(KESTREL, "hlta", TA, "Teaching assistant, higher level", "Mandy Truscott, Ian Oakeshott"),
    _at(KESTREL, "elsa", "Rukhsana Mir", TA, "Teaching assistant, emotional literacy support"),
    _at(KESTREL, "speech", "Bethan Crowe", TA, "Teaching assistant, speech and language", account=True),
    *_several(
        KESTREL,
        "ta",
        TA,
        "Teaching assistant",
        "Colette Marsh, Devinder Sohal, Gail Prendergast, Huw Bevan, Ingrid Tollman, Josie Latimer, Kofi Amankwah",
    ),
    _at(
        KESTREL,
        "office",
        "Shirin Moradi",
        Role.OFFICE,
        "Office, medical needs and data protection",
        Role.DPO,
        account=True,
    ),
    _at(KESTREL, "chair", "Olwen Baptiste", Role.GOVERNOR, "Governor, chair", account=True),
    _at(KESTREL, "link", "Gordon Yip", Role.GOVERNOR, "Governor, SEND link", account=True),
    Person(
        "administrator",
        "Tarquin Bell",
        KESTREL,
        "System administrator, both schools",
        ((HARBOUR, Role.ADMINISTRATOR), (KESTREL, Role.ADMINISTRATOR)),
        in_accounts=True,
    ),
)


def make_users(*, password, joined_at):
    """Create everybody's account. Returns {(school, key): user}; who works in both schools is there twice."""
    # Hashing is slow on purpose. The demo's password is printed for all to read, so one hash does for everybody.
    hashed = make_password(password)
    users = [
        User(email=person.email, name=person.name, password=hashed, is_active=not person.has_left, joined_at=joined_at)
        for person in PEOPLE
    ]
    with times_as_given(User):
        User.objects.bulk_create(users)
    return {
        (school, person.key): user
        for person, user in zip(PEOPLE, users, strict=True)
        for school in {school: None for school, _ in person.roles}
    }
