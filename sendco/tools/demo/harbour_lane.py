"""School 1: a pupil referral unit, 60 pupils on roll or dual registered, from three authorities."""

from datetime import date, timedelta

from pupils.models import Enrolment, GroupPlace
from pupils.models.pupil import FlagKind
from pupils.models.register import Code
from sendco.clock import long_date
from staff.models import GroupStaff, TeachingGroup

from . import cases, casework, full_record, homes, texts
from .children import Child, add_second_needs, birth_in_year, choose, deal, name_child, plan_stages, write_child
from .names import ENGLISH, POOLS
from .numbers import uln

# year: (EHC plan, SEN Support, monitoring only)
YEARS = {"7": (1, 2, 1), "8": (2, 5, 2), "9": (3, 9, 2), "10": (4, 9, 3), "11": (5, 10, 2)}
AUTHORITIES = {"Westmarch": 44, "Eastholt": 11, "Northfen": 5}
SEXES = {"M": 43, "F": 17}
FIRST_NEEDS = {"SEMH": 33, "SLCN": 6, "ASD": 5, "SPLD": 3, "MLD": 3}
SECOND_NEEDS = {"SLCN": 14, "SEMH": 6, "SPLD": 5, "ASD": 3, "MLD": 3}
TURNAROUND, PLACEMENT = 18, 42
FLAGS = {
    FlagKind.FREE_MEALS: 36,
    FlagKind.PUPIL_PREMIUM: 39,
    FlagKind.LOOKED_AFTER: 4,
    FlagKind.YOUNG_CARER: 3,
    FlagKind.EAL: 9,
    FlagKind.EBSA: 8,
    FlagKind.REDUCED_TIMETABLE: 6,
}
IN_NEED, PROTECTED = 7, 4
HOME_SCHOOLS = (
    "Brackenfell Academy",
    "Saltmere High School",
    "Tollgate Green School",
    "Withy Bank Academy",
    "Larkmoor School",
    "Quarry Heights School",
    "Netherfold Academy",
    "Osier Park School",
    "Gannet Hill High School",
)
WHY_HERE = ("after a permanent exclusion", "on medical grounds", "by the local authority's panel")
FORMS = ("7 and 8 Cove", "8 Quay", "9 Skiff", "9 Ketch", "10 Sloop", "10 Yawl", "11 Cutter", "11 Lugger")
TURNAROUND_GROUPS = ("Turnaround A", "Turnaround B", "Turnaround C")
SUBJECTS = ("English", "Maths", "Science")
FINISHED_TURNAROUND, RETURNED = 39, 31
MOVED_ON = (
    *(("Back to mainstream", HOME_SCHOOLS[place]) for place in range(4)),
    *[("The plan names a special school", "Fallow Court School")] * 5,
    *[("End of Year 11", "Westmarch and District College")] * 3,
)


def build(setting, *, canary=False):
    """Gather the whole school. Returns its children; the caller writes the book."""
    _groups(setting)
    children = _plan(setting)
    _awkward(setting, children)
    _adults(setting, children)
    cases.plan_stages(setting, children, "harbour")
    for place, child in enumerate(children):
        name_child(setting, child)
        if child.year in ("10", "11"):
            child.details["uln"] = uln(512_000_000 + 1_000 * place)
        homes.add_contacts(setting, child)
    full_record.write_plan(_full_record(children), setting, with_canary=canary)
    for child in children:
        write_child(setting, child)
        _place(setting, child)
    _leavers(setting)
    _cases(setting, children, canary=canary)
    cases.write(setting, children, authorities=AUTHORITIES, requests=4, consultations=(13, -9))
    return children


# --- The plan ---
def _plan(setting):
    rng = setting.rng
    children = [
        Child(year=year, code=code)
        for year, counts in YEARS.items()
        for code, count in zip((Code.PLAN, Code.SUPPORT, Code.NONE), counts, strict=True)
        for _ in range(count)
    ]
    on_register = [child for child in children if child.on_register]
    _only_plan_of_her_year(children).sex = "F"
    rest = [child for child in children if not child.sex]
    for child, sex in deal(rng, rest, SEXES | {"F": SEXES["F"] - 1}).items():
        child.sex = sex
    for child, authority in deal(rng, children, AUTHORITIES).items():
        child.authority = authority
    for child, need in deal(rng, on_register, FIRST_NEEDS).items():
        child.needs = [need]
    add_second_needs(rng, on_register, SECOND_NEEDS)
    _flags(setting, children)
    _units(setting, children)
    for child in children:
        child.details = {"birth_on": birth_in_year(rng, int(child.year), setting.days.year)}
        if child.code == Code.NONE:
            continue
        plan_stages(setting, child)
    _monitoring(setting, [child for child in children if child.code == Code.NONE])
    return children


def _only_plan_of_her_year(children):
    return next(child for child in children if child.year == "7" and child.code == Code.PLAN)


def _full_record(children):
    """A child on SEN Support in Year 9 with a full-time placement, whom the plan has given nothing special."""
    return next(
        child
        for child in children
        if child.year == "9"
        and child.code == Code.SUPPORT
        and child.unit.tier == 3
        and FlagKind.CHILD_PROTECTION in child.flags
    )


def _flags(setting, children):
    rng = setting.rng
    # The full record needs a flag that all staff see and one that few do, so a child of its kind comes first.
    first = next(child for child in children if child.year == "9" and child.code == Code.SUPPORT)
    for kind, number in FLAGS.items():
        able = [child for child in children if child is not first or kind == FlagKind.FREE_MEALS]
        for child in choose(rng, able, number, first=(first,) if kind == FlagKind.FREE_MEALS else ()):
            child.flags[kind] = ""
    at_home = [child for child in children if FlagKind.LOOKED_AFTER not in child.flags]
    known = choose(rng, at_home, IN_NEED + PROTECTED, first=(first,))
    for place, child in enumerate(known):
        child.flags[FlagKind.CHILD_PROTECTION if place < PROTECTED else FlagKind.CHILD_IN_NEED] = texts.SAFEGUARDING
    days = setting.days
    part_time = [child for child in children if FlagKind.REDUCED_TIMETABLE in child.flags]
    for place, child in enumerate(part_time):
        ends_on = days.back(8) if place == 0 else days.ahead(6 * place)
        child.flags[FlagKind.REDUCED_TIMETABLE] = f"Planned to end on {long_date(ends_on)}"


def _units(setting, children):
    rng, days = setting.rng, setting.days
    marked = [child for child in children if FlagKind.CHILD_PROTECTION in child.flags]
    able = [child for child in children if child.code != Code.PLAN and child not in marked]
    for child in rng.sample(able, TURNAROUND):
        child.unit = setting.units["turnaround"]
        child.joined_on = days.back(rng.randint(21, 42) if child.code == Code.NONE else rng.randint(14, 42))
        child.enrolment = {
            "kind": Enrolment.Kind.SUBSIDIARY,
            "other_school": (home := rng.choice(HOME_SCHOOLS)),
            "commissioner": home,
            "planned_end_on": child.joined_on + timedelta(weeks=9),
        }
    for child in children:
        if child.unit:
            continue
        child.unit = setting.units["placement"]
        since = date(setting.days.year - (int(child.year) - 7), 9, 1)
        settled = days.between(since, days.back(25)) or days.past[-60:-25]
        child.joined_on = rng.choice(settled)
        commissioner = f"{child.authority} local authority, {rng.choice(WHY_HERE)}"
        child.enrolment = {"kind": Enrolment.Kind.SINGLE, "commissioner": commissioner}


def _monitoring(setting, children):
    """Everybody here without a need is being monitored; some second looks are late, some are near."""
    days = setting.days
    look_again = [days.back(4), days.back(1), *(days.ahead(number) for number in (1, 3, 5, 9, 14, 20, 28, 35))]
    for child, day in zip(children, look_again, strict=True):
        child.stages = [(Code.NONE, child.joined_on)]
        child.watch = (setting.pick(child.joined_on, days.back(12)), day)


# --- Awkward on purpose ---
def _awkward(setting, children):
    rng, days = setting.rng, setting.days
    placed = [child for child in children if child.unit.tier == 3 and FlagKind.CHILD_PROTECTION not in child.flags]
    plans = [child for child in placed if child.code == Code.PLAN]
    supported = [child for child in placed if child.code == Code.SUPPORT]
    supported = [child for child in supported if FlagKind.LOOKED_AFTER not in child.flags]
    _only_plan_of_her_year(children).story = "only plan of her year"

    moved_in, elsewhere, undated = plans[1], plans[2], plans[3]
    moved_in.stages = [(Code.PLAN, moved_in.joined_on)]
    moved_in.story, elsewhere.story, undated.story = "came with a plan", "plan names another school", "no review date"
    _swap_authority(children, moved_in, "Westmarch")
    moved_in.reasons[0] = texts.MOVED_IN_WITH_PLAN
    elsewhere.reasons[len(elsewhere.stages) - 1] = texts.PLAN_NAMES_ANOTHER
    undated.reasons[len(undated.stages) - 1] = texts.PLAN_WITHOUT_REVIEW

    looked_after = next(child for child in children if FlagKind.LOOKED_AFTER in child.flags and not child.story)
    if looked_after.authority == "Westmarch":
        _swap_authority(children, looked_after, "Eastholt")
    looked_after.story = "looked after by another authority"

    back_and_forth = supported[0]
    since = days.past[-260:-20]
    back_and_forth.joined_on = min(back_and_forth.joined_on, since[0])
    first, second, third = since[40], since[130], since[200]
    back_and_forth.stages = [("N", back_and_forth.joined_on), ("K", first), ("N", second), ("K", third)]
    back_and_forth.reasons[3] = texts.BACK_ON_REGISTER
    back_and_forth.story = "off the register and back on"

    stepped = supported[1]
    stepped.joined_on = days.back(90)
    stepped.stages = [(Code.SUPPORT, stepped.joined_on)]
    stepped.enrolment["earlier"] = {
        "kind": Enrolment.Kind.SUBSIDIARY,
        "unit": setting.units["turnaround"],
        "other_school": HOME_SCHOOLS[0],
        "commissioner": HOME_SCHOOLS[0],
        "starts_on": stepped.joined_on,
        "ends_on": days.back(46) - timedelta(days=1),
        "planned_end_on": stepped.joined_on + timedelta(weeks=9),
    }
    stepped.enrolment["starts_on"] = days.back(46)
    stepped.story = "moved from Turnaround to a placement"

    for child, started in zip(supported[2:4], (9, 2), strict=True):
        child.stages = [(Code.NONE, child.joined_on), (Code.SUPPORT, days.back(started))]
        child.told, child.story = False, "parent not told yet"
    named = rng.sample([child for child in placed if child.sex == "M" and not child.story], 2)
    named[0].pool, named[0].details["preferred_forename"] = ENGLISH, "Ash"
    named[0].details |= {"legal_forename": "Ashleigh-Jean", "legal_surname": "O'Dowd-Hartigan", "pronouns": "they/them"}
    named[1].pool = POOLS[4]
    named[1].details |= {"legal_forename": "Łukasz", "middle_names": "Żegota", "legal_surname": "Wójtowicz-Śliwa"}


def _swap_authority(children, child, wanted):
    """Give a child this home authority and somebody else the child's, so that the numbers stay what they are."""
    if child.authority == wanted:
        return
    other = next(
        one for one in children if one.authority == wanted and not one.story and FlagKind.LOOKED_AFTER not in one.flags
    )
    other.authority, child.authority = child.authority, wanted


# --- Groups ---
def _groups(setting):
    people, book = setting.people, setting.book
    year = setting.units["academic_year"]
    since = setting.days.first_of(setting.days.year)

    def group(name, kind, *staff):
        row = TeachingGroup(school=setting.school, academic_year=year, name=name, kind=kind)
        setting.groups[name] = book.add(row, on=since, by=people["office"])
        for user, part in staff:
            place = GroupStaff(group=row, user=user, kind=part, starts_on=since)
            book.add(place, on=since, by=people["office"])

    teaches, tutors, supports = GroupStaff.Kind.TEACHES, GroupStaff.Kind.TUTORS, GroupStaff.Kind.SUPPORTS
    assistants = [people[key] for key in ("hlta1", "ta1", "hlta2", "ta2", "shared", "ta3", "elsa", "ta1")]
    for place, name in enumerate(FORMS, start=1):
        group(name, TeachingGroup.Kind.FORM, (people[f"teacher{place}"], tutors), (assistants[place - 1], supports))
    for number, year_group in enumerate(YEARS):
        for place, subject in enumerate(SUBJECTS):
            teacher = people[f"teacher{(number + 3 * place) % 9 + 1}"]
            group(f"{subject} {year_group}", TeachingGroup.Kind.TEACHING, (teacher, teaches))
    for place, name in enumerate(TURNAROUND_GROUPS, start=1):
        group(name, TeachingGroup.Kind.TEACHING, (people["teacher9"], teaches), (people[f"ta{place}"], supports))
    gone = GroupStaff(
        group=setting.groups["Science 9"],
        user=people["gone"],
        kind=teaches,
        starts_on=setting.days.first_of(setting.days.year - 1),
        ends_on=setting.days.back(15),
    )
    book.add(gone, on=setting.days.back(15), by=people["head"])


def _place(setting, child):
    """Put a child in the groups of the year, and a Turnaround child in one that others joined on other days."""
    names = [f"{subject} {child.year}" for subject in SUBJECTS]
    if child.unit.tier == 2:
        names.append(setting.rng.choice(TURNAROUND_GROUPS))
    for name in names:
        starts_on = max(child.joined_on, setting.days.first_of(setting.days.year))
        place = GroupPlace(pupil=child.pupil, group=setting.groups[name], starts_on=starts_on)
        setting.book.add(place, on=starts_on, by=setting.office)


def _adults(setting, children):
    """Give everybody a form and a key worker; the member of staff who left still holds two."""
    forms = {"7": FORMS[:1], "8": FORMS[:2], "9": FORMS[2:4], "10": FORMS[4:6], "11": FORMS[6:]}
    workers = [f"teacher{place}" for place in range(1, 10)] + ["hlta1", "hlta2", "elsa", "ta1", "ta2", "ta3", "shared"]
    for place, child in enumerate(children):
        child.form = setting.groups[forms[child.year][place % len(forms[child.year])]]
        child.key_worker = setting.people[workers[place % len(workers)]]
        if child.code == Code.PLAN and place % 3 == 0:
            child.supports = [setting.people["shared"] if place % 2 else setting.people["counsellor"]]
    for child in [one for one in children if one.year == "9" and one.code == Code.SUPPORT][-2:]:
        child.key_worker = setting.people["gone"]


# --- Leavers of the last twelve months ---
def _leavers(setting):
    rng, days = setting.rng, setting.days
    for place in range(FINISHED_TURNAROUND + len(MOVED_ON)):
        finished = place < FINISHED_TURNAROUND
        year = "11" if place >= FINISHED_TURNAROUND + 9 else rng.choice("789")
        left_on = days.past[-rng.randint(5, 180)]
        child = Child(year=year, code=Code.SUPPORT if finished or place % 2 else Code.PLAN, authority="Westmarch")
        child.unit = setting.units["turnaround" if finished else "placement"]
        child.joined_on = days.on_or_before(left_on - timedelta(days=60 if finished else 330))
        child.needs, child.stages = [rng.choice(("SEMH", "SEMH", "SLCN"))], [(child.code, child.joined_on)]
        home = rng.choice(HOME_SCHOOLS)
        if finished:
            reason = "Turnaround finished" if place < RETURNED else "Turnaround ended early"
            child.left = (left_on, f"{reason}.", home if place < RETURNED else "Another placement")
            child.enrolment = {"kind": Enrolment.Kind.SUBSIDIARY, "other_school": home, "commissioner": home}
        else:
            reason, destination = MOVED_ON[place - FINISHED_TURNAROUND]
            child.left = (left_on, f"{reason}.", destination)
        child.details = {"birth_on": birth_in_year(rng, int(year), days.year)}
        name_child(setting, child)
        homes.add_contacts(setting, child)
        write_child(setting, child)
        setting.leavers.append(child)


# --- What happened around the children ---
def _cases(setting, children, *, canary):
    rng, people, days = setting.rng, setting.people, setting.days
    teachers = [people[f"teacher{place}"] for place in range(1, 10)]
    triage = casework.Triage(setting, [*teachers, people["hlta1"], people["shared"]])
    full = _full_record(children)
    settled = [child for child in children if child.joined_on <= days.back(60) and child is not full]
    settled = [child for child in settled if child.code == Code.SUPPORT]
    triage.every_stage(settled, [teachers[0], people["gone"], people["hlta1"]])
    full_record.write_rows(full, setting, triage, with_canary=canary)
    on_register = [child for child in children if child.on_register and child is not full]
    casework.add_assessments(setting, rng.sample(on_register, 34))
    casework.send_letters(setting, on_register, 14)
    casework.add_readers(setting, on_register[:6])
