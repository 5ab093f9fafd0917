"""School 2: a two-form primary school with a nursery and a resourced provision, 451 pupils."""

from datetime import date, timedelta

from pupils.models import Contact, Enrolment, GroupPlace, NotDuplicate
from pupils.models.pupil import FlagKind
from pupils.models.register import Code
from sendco.clock import long_date
from staff.models import GroupStaff, TeachingGroup

from . import cases, casework, homes, texts
from .children import Child, add_second_needs, birth_in_year, choose, deal, name_child, plan_stages, write_child
from .names import POOLS
from .numbers import upn

NURSERY, RECEPTION = "N2", "R"
# year: (pupils, SEN Support, EHC plan in mainstream, EHC plan in The Willow Room)
YEARS = {
    NURSERY: (39, 5, 0, 0),
    RECEPTION: (58, 6, 1, 2),
    "1": (60, 8, 1, 2),
    "2": (59, 9, 1, 2),
    "3": (60, 9, 1, 3),
    "4": (57, 10, 2, 2),
    "5": (60, 10, 2, 3),
    "6": (58, 10, 2, 2),
}
YEAR_NUMBER = {NURSERY: -1, RECEPTION: 0} | {str(number): number for number in range(1, 7)}
SUPPORT_NEEDS = {
    "SLCN": 24,
    "SEMH": 13,
    "SPLD": 11,
    "MLD": 8,
    "ASD": 5,
    "PD": 2,
    "HI": 1,
    "VI": 1,
    "OTH": 1,
    "NSA": 1,
}
# The Willow Room is for complex communication and learning needs.
WILLOW_NEEDS = {"ASD": 10, "SLCN": 2, "SLD": 3, "MSI": 1}
PLAN_NEEDS = {"ASD": 3, "SLCN": 3, "SEMH": 2, "PD": 1, "HI": 1}
SECOND_NEEDS = {"SLCN": 15, "SEMH": 9, "MLD": 6}
WATCHED = 21
FLAGS = {
    FlagKind.FREE_MEALS: 97,
    FlagKind.PUPIL_PREMIUM: 112,
    FlagKind.EAL: 88,
    FlagKind.SERVICE_CHILD: 6,
    FlagKind.YOUNG_CARER: 5,
    FlagKind.EBSA: 4,
    FlagKind.REDUCED_TIMETABLE: 2,
    FlagKind.LOOKED_AFTER: 3,
    FlagKind.PREVIOUSLY_LOOKED_AFTER: 4,
    FlagKind.CHILD_IN_NEED: 7,
    FlagKind.CHILD_PROTECTION: 3,
}
HEALTH = sum(number for _, number in texts.HEALTH_NOTES)
WILLOW, SPEECH, PHONICS = "The Willow Room", "Speech and language group", "Phonics catch-up"
LEAVERS = 8


def build(setting):
    """Gather the whole school. Returns its children; the caller writes the book."""
    _groups(setting)
    children = _plan(setting)
    _awkward(setting, children)
    _adults(setting, children)
    cases.plan_stages(setting, children, "kestrel")
    for child in children:
        name_child(setting, child)
    _families(setting, children)
    for child in children:
        homes.add_contacts(setting, child)
    _hard_contacts(setting, children)
    for child in children:
        write_child(setting, child)
    _places(setting, children)
    _leavers(setting)
    _cases(setting, children)
    cases.write(setting, children, authorities=("Westmarch", "Eastholt"), requests=3, consultations=(3, 18, -9))
    return children


# --- The plan ---
def _plan(setting):
    rng, days = setting.rng, setting.days
    children = []
    for year, (pupils, support, plans, willow) in YEARS.items():
        codes = [Code.PLAN] * (plans + willow) + [Code.SUPPORT] * support
        codes += [Code.NONE] * (pupils - len(codes))
        for place, code in enumerate(codes):
            unit = setting.units["willow" if code == Code.PLAN and place >= plans else "mainstream"]
            children.append(Child(year=year, code=code, unit=unit, authority="Westmarch"))
    for child in children:
        number = YEAR_NUMBER[child.year]
        child.details = {"birth_on": birth_in_year(rng, number, days.year)}
        child.joined_on = _joined(setting, number)
    _needs(setting, children)
    _flags(setting, children)
    for child in children:
        plan_stages(setting, child)
    _watch(setting, children)
    return children


def _joined(setting, number):
    """Most came in Reception or the nursery, some later and in the middle of a year."""
    days, chance = setting.days, setting.rng.random()
    start = days.first_of(days.year - max(number, 0) - (chance < 0.45 and number >= 0))
    later = days.between(start, days.back(30))
    return setting.rng.choice(later) if chance > 0.88 and later else start


def _in_willow(child):
    return child.code == Code.PLAN and child.unit.name == WILLOW


def _needs(setting, children):
    groups = (
        ([one for one in children if one.code == Code.SUPPORT], SUPPORT_NEEDS),
        ([one for one in children if _in_willow(one)], WILLOW_NEEDS),
        ([one for one in children if one.code == Code.PLAN and not _in_willow(one)], PLAN_NEEDS),
    )
    for some, counts in groups:
        for child, need in deal(setting.rng, some, counts).items():
            child.needs = [need]
    # Nothing stands beside "not assessed".
    able = [child for child in children if child.on_register and child.needs != ["NSA"]]
    add_second_needs(setting.rng, able, SECOND_NEEDS)


def _flags(setting, children):
    rng, days = setting.rng, setting.days
    for kind, number in FLAGS.items():
        for child in rng.sample(children, number):
            safe = kind in (FlagKind.CHILD_IN_NEED, FlagKind.CHILD_PROTECTION)
            child.flags[kind] = texts.SAFEGUARDING if safe else ""
            if kind == FlagKind.REDUCED_TIMETABLE:
                child.flags[kind] = f"Planned to end on {long_date(days.ahead(12))}"
    notes = [note for note, number in texts.HEALTH_NOTES for _ in range(number)]
    for child, note in zip(rng.sample(children, HEALTH), notes, strict=True):
        child.flags[FlagKind.HEALTHCARE_PLAN] = note


def _watch(setting, children):
    days = setting.days
    able = [child for child in children if child.code == Code.NONE and child.joined_on <= days.back(20)]
    look_again = [days.back(6), days.back(2), *(days.ahead(2 * number) for number in range(1, WATCHED - 1))]
    for child, day in zip(setting.rng.sample(able, WATCHED), look_again, strict=True):
        first = max(child.joined_on, days.back(70))
        child.watch = (setting.pick(first, days.back(14)), day)


# --- Awkward on purpose ---
def _awkward(setting, children):
    plain = [one for one in children if one.code == Code.NONE and not one.watch and FlagKind.EAL not in one.flags]
    plain = [one for one in plain if FlagKind.LOOKED_AFTER not in one.flags]
    _twins(children, plain)
    _same_names(children, plain)
    _birthdays(setting, children, plain)
    _names(plain, children)
    _statuses(setting, children)
    _duplicate(setting, plain)


def _take(plain, year, story, sex=""):
    child = next(one for one in plain if one.year == year and not one.story)
    child.story, child.sex = story, sex
    return child


def _twins(children, plain):
    first, second = _take(plain, "2", "twin", "F"), _take(plain, "2", "twin", "M")
    for child, forename in ((first, "Iris"), (second, "Rowan")):
        child.pool = POOLS[0]
        child.details |= {"legal_forename": forename, "legal_surname": "Merriweather-Cole"}
    second.details["birth_on"], second.joined_on = first.details["birth_on"], first.joined_on
    first.stages, second.stages = [(Code.NONE, first.joined_on)], [(Code.NONE, first.joined_on)]


def _same_names(children, plain):
    """Brothers with one name, told apart by the middle name and by what they are called."""
    for year, middle, called in (("1", "Idris", "Idris"), ("5", "Yusuf", "")):
        child = _take(plain, year, "same name", "M")
        child.pool = POOLS[1]
        child.details |= {"legal_forename": "Muhammad", "middle_names": middle, "legal_surname": "Rahimi"}
        child.details["preferred_forename"] = called


def _birthdays(setting, children, plain):
    starts_in = setting.days.year
    leap = next(year for year in range(starts_in - 6, starts_in - 11, -1) if year % 4 == 0)
    child = _take(plain, str(starts_in - (leap - 1) - 5), "leap day")
    child.details["birth_on"] = date(leap, 2, 29)
    summer = _take(plain, RECEPTION, "taught below age")
    summer.details["birth_on"] = date(starts_in - 5, 7, 19)
    # The youngest of the nursery year is three all year long.
    youngest = next(one for one in children if one.year == NURSERY and one.code == Code.SUPPORT)
    youngest.story, youngest.details["birth_on"] = "nursery, aged three", date(starts_in - 3, 8, 31)


def _names(plain, children):
    long_named = _take(plain, "4", "very long name", "F")
    long_named.details |= {
        "legal_forename": "Maximiliana-Alexandrina",
        "middle_names": "Oluwaseunfunmi Gwendolen Theodora",
        "legal_surname": "Featherstonehaugh-Abercrombie-Wickramasinghe",
    }
    liked = _take(plain, "6", "preferred name and pronoun", "F")
    liked.details |= {"legal_forename": "Josephine", "preferred_forename": "Joe", "pronouns": "he/him"}
    written = _take(plain, "3", "name in another script", "F")
    written.details |= {"legal_forename": "Олена", "legal_surname": "Коваль", "first_language": "Ukrainian"}
    written.details |= {"preferred_forename": "Olena", "preferred_surname": "Koval"}
    marked = _take(plain, "4", "marks in the name", "M")
    marked.details |= {"legal_forename": "Zoë-Renée", "legal_surname": "D'Aubigné"}
    marked.sex = "F"


def _statuses(setting, children):
    days = setting.days
    willow = [child for child in children if _in_willow(child) and child.year in "3456"]
    came = willow[0]
    came.joined_on = days.back(70)
    came.stages, came.story = [(Code.PLAN, came.joined_on)], "came with a plan of another authority"
    came.reasons[0] = texts.MOVED_IN_WITH_PLAN
    support = [child for child in children if child.code == Code.SUPPORT and child.year in "23456" and not child.story]
    back = support[0]
    since = days.past[-360:-30]
    back.joined_on = min(back.joined_on, since[0])
    back.stages = [("N", back.joined_on), ("K", since[60]), ("N", since[170]), ("K", since[280])]
    back.reasons[3], back.story = texts.BACK_ON_REGISTER, "off the register and back on"
    new = next(child for child in children if child.needs == ["NSA"])
    settled = [new, *[child for child in support[1:] if child is not new and child.joined_on <= days.back(60)]]
    for child, started in zip(settled, (3, 8, 11, 5), strict=False):
        child.stages = [(Code.NONE, min(child.joined_on, days.back(40))), (Code.SUPPORT, days.back(started))]
        child.joined_on, child.told, child.story = child.stages[0][1], False, "parent not told yet"
    off = [child for child in children if child.code == Code.NONE and child.year in "3456"]
    off = [child for child in off if not child.story and not child.watch]
    for child in off[:3]:
        child.joined_on = min(child.joined_on, since[0])
        child.stages = [("N", child.joined_on), ("K", since[20]), ("N", since[200])]
        child.needs, child.story = ["SPLD"], "used to have SEN Support"
    elsewhere = [child for child in children if FlagKind.LOOKED_AFTER in child.flags]
    elsewhere[0].authority, elsewhere[0].story = "Eastholt", elsewhere[0].story or "looked after by another authority"


def _duplicate(setting, plain):
    """Two records of one child, as an import leaves them: the second without a UPN and with a shorter name."""
    one, other = _take(plain, "3", "recorded twice", "M"), _take(plain, "3", "recorded twice", "M")
    one.details |= {"legal_forename": "Oluwaseun", "legal_surname": "Adebayo-Finch"}
    other.details |= {"legal_forename": "Seun", "legal_surname": "Adebayo Finch", "upn": None}
    other.details["birth_on"] = one.details["birth_on"]
    other.joined_on = max(one.joined_on, setting.days.back(35))
    other.stages = [(Code.NONE, other.joined_on)]
    one.pool = other.pool = POOLS[5]
    arrived = _take(plain, "5", "temporary UPN")
    arrived.details["upn"] = upn(dfe_number=setting.issuer, year=setting.days.year, serial=910, temporary=True)
    unknown = _take(plain, "1", "no UPN yet")
    unknown.details["upn"] = None


def _families(setting, children):
    """Twins and brothers live at one address with one mother; the twins were looked at and are two children."""
    for story in ("twin", "same name", "recorded twice"):
        some = [child for child in children if child.story == story]
        home = setting.addresses.at("Westmarch")
        name = homes.adult(setting, some[0], "F", "Mother", home=home).name
        for child in some:
            child.contacts = [homes.adult(setting, child, "F", "Mother", home=home)]
            child.contacts[0].name = name


def _hard_contacts(setting, children):
    """Two homes, a parent who must not be written to, a hidden address, an interpreter, and nobody to write to."""
    rng = setting.rng
    able = [child for child in children if not child.story and FlagKind.LOOKED_AFTER not in child.flags]
    two, barred, hidden, speaks, alone = rng.sample([child for child in able if child.on_register], 5)
    here, there = setting.addresses.at("Westmarch"), setting.addresses.at("Eastholt")
    two.contacts = [
        homes.adult(setting, two, "F", "Mother", home=here, note="Monday to Wednesday, and every other weekend"),
        homes.adult(setting, two, "M", "Father", home=there, priority=2, note="Thursday and Friday"),
    ]
    barred.contacts = [
        homes.adult(setting, barred, "F", "Mother", home=here),
        homes.adult(
            setting,
            barred,
            "M",
            "Father",
            home=there,
            priority=2,
            lives_with=False,
            has_parental_responsibility=False,
            do_not_contact=True,
            order_with_dsl=True,
        ),
    ]
    mother = homes.adult(setting, hidden, "F", "Mother", home=here)
    homes.hide(mother)
    father = homes.adult(setting, hidden, "M", "Father", home=there, priority=2, lives_with=False)
    hidden.contacts = [mother, father]
    signed = homes.adult(setting, speaks, "F", "Mother", home=here, language="Polish", needs_interpreter=True)
    speaks.contacts = [signed]
    alone.contacts = [Contact(name="Grandfather's neighbour, name not given", relation="Emergency contact", priority=1)]
    for child, story in zip(
        (two, barred, hidden, speaks, alone),
        ("two homes", "do not contact the father", "hidden address", "interpreter", "nobody to write to"),
        strict=True,
    ):
        child.story = story


# --- Groups and adults ---
def _classes():
    yield "Nursery", NURSERY
    for year in YEARS:
        if year != NURSERY:
            yield f"{year}A", year
            yield f"{year}B", year


def _groups(setting):
    people, book = setting.people, setting.book
    since = setting.days.first_of(setting.days.year)
    teaches, supports = GroupStaff.Kind.TEACHES, GroupStaff.Kind.SUPPORTS

    def group(name, kind, staff):
        row = TeachingGroup(school=setting.school, academic_year=setting.units["academic_year"], name=name, kind=kind)
        setting.groups[name] = book.add(row, on=since, by=people["office"])
        for user, part in staff:
            book.add(GroupStaff(group=row, user=user, kind=part, starts_on=since), on=since, by=people["office"])

    helpers = ["hlta1", "hlta2", "elsa", "speech", *(f"ta{place}" for place in range(1, 8)), "shared"]
    for place, (name, _) in enumerate(_classes()):
        staff = [(people[f"teacher{place + 1}"], teaches), (people[helpers[place % len(helpers)]], supports)]
        if name[0] in "3456":
            staff.append((people["teacher17"], teaches))
        group(name, TeachingGroup.Kind.FORM, staff)
    willow = [(people["teacher16"], teaches), *((people[f"arp{place}"], supports) for place in range(1, 10))]
    group(WILLOW, TeachingGroup.Kind.TEACHING, willow)
    group(SPEECH, TeachingGroup.Kind.TEACHING, [(people["speech"], supports)])
    group(PHONICS, TeachingGroup.Kind.TEACHING, [(people["hlta1"], teaches)])


def _adults(setting, children):
    """Give everybody a class, children with a plan a key worker, and some an adult of their own."""
    people = setting.people
    mainstream = ["hlta1", "hlta2", "elsa", *(f"ta{place}" for place in range(1, 8)), "shared"]
    seen = {}
    for child in children:
        place = seen[child.year] = seen.get(child.year, -1) + 1
        name = "Nursery" if child.year == NURSERY else f"{child.year}{'AB'[place % 2]}"
        child.form = setting.groups[name]
        if _in_willow(child):
            child.key_worker = people[f"arp{place % 9 + 1}"]
        elif child.code == Code.PLAN:
            child.key_worker = people[mainstream[place % len(mainstream)]]
            child.supports = [people[mainstream[(place + 3) % len(mainstream)]]]
        elif child.code == Code.SUPPORT and place % 3 == 0:
            child.key_worker = people["elsa"] if child.needs[0] == "SEMH" else people["speech"]


def _places(setting, children):
    """Put children into groups beside their class, on different days."""
    days = setting.days
    since = days.first_of(days.year)
    speech = [one for one in children if one.code == Code.SUPPORT and "SLCN" in one.needs and one.year in "12"]
    readers = [child for child in children if child.code != Code.PLAN and child.year == "1"]
    for name, members in (
        (WILLOW, [child for child in children if _in_willow(child)]),
        (SPEECH, speech[:6]),
        (PHONICS, choose(setting.rng, readers, 6)),
    ):
        for child in members:
            starts_on = setting.pick(max(since, child.joined_on), days.back(3))
            starts_on = max(starts_on, child.joined_on)
            place = GroupPlace(pupil=child.pupil, group=setting.groups[name], starts_on=starts_on)
            setting.book.add(place, on=starts_on, by=setting.senco)


# --- Leavers ---
def _leavers(setting):
    """Last year's Year 6 with needs, and one who went in the middle of a year and whose file has to be kept."""
    rng, days = setting.rng, setting.days
    last_day = list(days.years[days.year - 1].open_days())[-1]
    for place in range(LEAVERS):
        kept = place == 0
        left_on = days.back(95) if kept else min(last_day, days.back(1))
        child = Child(year="5" if kept else "6", code=Code.PLAN if place < 2 else Code.SUPPORT, authority="Westmarch")
        child.unit = setting.units["mainstream"]
        child.joined_on = days.first_of(days.year - 5)
        child.needs = ["ASD" if place < 2 else "SPLD"]
        middle = days.on_or_before(left_on - timedelta(days=400))
        child.stages = [(Code.NONE, child.joined_on), (child.code, middle)]
        went = ("Moved away.", "School not known yet") if kept else ("End of Year 6.", "Saltmere High School")
        child.left = (left_on, *went)
        child.story = "file must be kept" if kept else "left after Year 6"
        child.details = {"birth_on": birth_in_year(rng, 6 if kept else 7, days.year)}
        child.enrolment = {"kind": Enrolment.Kind.SINGLE}
        name_child(setting, child)
        homes.add_contacts(setting, child)
        write_child(setting, child)
        setting.leavers.append(child)


# --- What happened around the children ---
def _cases(setting, children):
    rng, people, days = setting.rng, setting.people, setting.days
    teachers = [people[f"teacher{place}"] for place in range(1, 16)]
    triage = casework.Triage(setting, [*teachers, people["ta1"], people["speech"], people["arp2"]])
    quiet = [child for child in children if child.code == Code.NONE and not child.watch and not child.story]
    quiet = [child for child in quiet if child.joined_on <= days.back(60)]
    triage.every_stage(rng.sample(quiet, 16), [teachers[4], teachers[8], people["hlta1"]])
    for child in [one for one in children if one.watch][:4]:
        triage.led_to(child, casework.Outcome.MONITOR, texts.MONITOR, on=child.watch[0])
    started = [one for one in children if len(one.stages) == 2 and one.stages[1][0] == Code.SUPPORT and one.told]
    for child in started[:6]:
        triage.led_to(child, casework.Outcome.SUPPORT, texts.SUPPORT, on=child.stages[1][1])
    on_register = [child for child in children if child.on_register]
    casework.add_assessments(setting, [child for child in on_register if child.year not in (NURSERY, RECEPTION)])
    casework.send_letters(setting, on_register, 24)
    casework.add_readers(setting, [child for child in on_register if child.code == Code.PLAN][:6])
    first, second = [child for child in children if child.story == "twin"]
    looked_at = NotDuplicate(school=setting.school, first=first.pupil, second=second.pupil, said_by=setting.senco)
    setting.book.add(looked_at, on=days.back(25))
