"""The checks on a school's data: what each looks for, in whose words, and the page that mends it.

Each is plain Python over the same facts, so that ten checks cost no more queries than one.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from sendco.clock import academic_year_start, corresponding_date, long_date, nc_year
from staff.permissions import Permission as P

from ..identifiers import is_temporary_upn
from ..models.register import Code
from .facts import Gap

# A calendar that ends sooner than this asks for the next year.
CALENDAR_AHEAD = timedelta(days=90)
A_YEAR = 12
# Years taught in as the law counts them: Reception is 0. "X" is no year, so it is never compared.
TAUGHT = {"E1": -4, "E2": -3, "N1": -2, "N2": -1, "R": 0} | {str(number): number for number in range(1, 15)}


# --- What the law and the census ask -----------------------------------------------------------------------------
def without_need(code):
    def find(facts):
        return [Gap(pk) for pk in facts.on(code) if not facts.needs.get(pk)]

    return find


def none_with_needs(facts):
    return [Gap(pk) for pk in facts.on(Code.NONE) if facts.needs.get(pk)]


def plan_not_assessed(facts):
    return [Gap(pk) for pk in facts.on(Code.PLAN) if any(need["only_k"] for need in facts.needs.get(pk, ()))]


def ranks_out_of_order(facts):
    gaps = []
    for pk in facts.pupils:
        ranks = [need["rank"] for need in facts.needs.get(pk, ())]
        if ranks and ranks != list(range(1, len(ranks) + 1)):
            gaps.append(Gap(pk, f"Ranks are {', '.join(str(rank) for rank in ranks)}"))
    return gaps


def no_status(facts):
    return [Gap(pk) for pk in facts.pupils if all(row["ends_on"] for row in facts.entries.get(pk, ()))]


def two_statuses(facts):
    return [Gap(pk) for pk in facts.pupils if sum(row["ends_on"] is None for row in facts.entries.get(pk, ())) > 1]


def overlapping_statuses(facts):
    """Two open ones are a gap of their own."""
    gaps = []
    for pk in facts.pupils:
        rows = facts.entries.get(pk, ())
        for before, after in zip(rows, rows[1:], strict=False):
            if before["ends_on"] and before["ends_on"] >= after["starts_on"]:
                until, since = long_date(before["ends_on"]), long_date(after["starts_on"])
                gaps.append(Gap(pk, f"{before['code']} to {until}, {after['code']} from {since}", after["pk"]))
                break
    return gaps


def starts_in_future(facts):
    gaps = []
    for pk, pupil in facts.pupils.items():
        later = next((row for row in facts.entries.get(pk, ()) if row["starts_on"] > facts.today), None)
        if later:
            gaps.append(Gap(pk, f"{later['code']} from {long_date(later['starts_on'])}", later["pk"]))
        elif pupil["joined_on"] and pupil["joined_on"] > facts.today:
            gaps.append(Gap(pk, f"Joins on {long_date(pupil['joined_on'])}"))
    return gaps


def no_upn(facts):
    return [Gap(pk) for pk, pupil in facts.pupils.items() if not pupil["upn"]]


def temporary_upn(facts):
    return [Gap(pk) for pk, pupil in facts.pupils.items() if pupil["upn"] and is_temporary_upn(pupil["upn"])]


def no_birth_date(facts):
    return [Gap(pk) for pk, pupil in facts.pupils.items() if not pupil["birth_on"]]


def no_year(facts):
    return [Gap(pk) for pk, pupil in facts.pupils.items() if not pupil["year_group"]]


def parent_not_told(facts):
    """CFA 2014 s68: SEN Support that is running, and no day on which the parent or young person was told."""
    entries = [(pk, facts.open_entry[pk]) for pk in facts.on(Code.SUPPORT)]
    return [
        Gap(pk, f"Since {long_date(entry['starts_on'])}", entry["pk"])
        for pk, entry in entries
        if entry["parent_told_on"] is None
    ]


# --- What daily work needs ---------------------------------------------------------------------------------------
def no_class(facts):
    return [Gap(pk) for pk, pupil in facts.pupils.items() if not pupil["form_group_id"]]


def no_parental_responsibility(facts):
    held = {pk for pk, rows in facts.contacts.items() if any(row["has_parental_responsibility"] for row in rows)}
    return [Gap(pk) for pk in facts.pupils if pk not in held]


def unreachable_contact(facts):
    """A contact who may be written to and has neither telephone nor mail."""
    return [
        Gap(pk, row["name"], row["pk"])
        for pk in facts.pupils
        for row in facts.contacts.get(pk, ())
        if not row["phone"] and not row["email"] and not row["do_not_contact"]
    ]


def watch_past_date(facts):
    late = [row for row in facts.watches if row["look_again_on"] < facts.today]
    late.sort(key=lambda row: row["look_again_on"])
    return [Gap(row["pupil_id"], f"Due {long_date(row['look_again_on'])}", row["pk"]) for row in late]


def key_worker_left(facts):
    workers = {pk: pupil["key_worker_id"] for pk, pupil in facts.pupils.items() if pupil["key_worker_id"]}
    return [Gap(pk) for pk, worker in workers.items() if worker not in facts.staff_here]


def letters_not_sent(facts):
    return [Gap(row["pupil_id"], f"Dated {long_date(row['dated_on'])}", row["pk"]) for row in facts.unsent_letters]


def calendar_too_short(facts):
    last = facts.calendar_reaches
    if last and last >= facts.today + CALENDAR_AHEAD:
        return []
    return [Gap(None, f"It ends on {long_date(last)}" if last else "No term has been entered")]


# --- What may be right, and is worth a look ----------------------------------------------------------------------
def year_far_from_birth(facts):
    """A pupil may be taught out of their year on purpose: this asks, and nothing changes the year."""
    gaps, year = [], academic_year_start(facts.today)
    for pk, pupil in facts.pupils.items():
        taught = TAUGHT.get(pupil["year_group"])
        if taught is None or not pupil["birth_on"]:
            continue
        if abs(taught - nc_year(pupil["birth_on"], year)) > 1:
            gaps.append(Gap(pk, f"Taught in {_year(taught)}, {_year(nc_year(pupil['birth_on'], year))} by birth date"))
    return gaps


def _year(number):
    return f"Year {number}" if number > 0 else "Reception" if number == 0 else "nursery"


def long_on_support(facts):
    """On K for over a year, with no type of need changed and no assessment in that time."""
    since = _a_year_before(facts.today)
    gaps = []
    for pk in facts.on(Code.SUPPORT):
        entry = facts.open_entry[pk]
        days = [need["starts_on"] for need in facts.needs.get(pk, ())] + [facts.last_assessed.get(pk, date.min)]
        if entry["starts_on"] <= since and max(days) <= since:
            gaps.append(Gap(pk, f"Since {long_date(entry['starts_on'])}"))
    return gaps


def _a_year_before(day):
    return corresponding_date(day, -A_YEAR)


# --- The list ----------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Mend:
    """The page that mends a gap. `by` says whose id its address takes; `permission` who may open it."""

    label: str
    route: str
    permission: P
    by: str = "pupil"


EDIT = Mend("Change details", "pupils:pupil-edit", P.PUPIL_EDIT)
NEEDS = Mend("Set the types of need", "pupils:needs-change", P.REGISTER_EDIT)
STATUS = Mend("Set the status", "pupils:status-change", P.REGISTER_EDIT)
CORRECT = Mend("Correct the status", "pupils:status-correct", P.REGISTER_EDIT, by="target")
REGISTER = Mend("See the register entries", "pupils:register-history", P.REGISTER_VIEW)
CENSUS, WORK, LOOK_AT = "census", "work", "look"
GROUPS = (
    (CENSUS, "The law and the census ask for this", "late"),
    (WORK, "Daily work needs this", "soon"),
    (LOOK_AT, "Worth a look: it may be right", "wait"),
)


@dataclass(frozen=True)
class Check:
    """One question to the data. `one` and `many` follow the number: "11 pupils on K have no primary need"."""

    code: str
    group: str
    one: str
    many: str
    why: str
    find: Callable
    mend: Mend
    sees: P = P.REGISTER_VIEW
    counted: bool = True

    def words(self, count):
        if not self.counted:
            return self.one
        return f"{count} {self.one if count == 1 else self.many}"


CHECKS = [
    Check(
        "k-need",
        CENSUS,
        "pupil on K has no primary need",
        "pupils on K have no primary need",
        "The spring census asks for a type of need for every pupil on K or E.",
        without_need(Code.SUPPORT),
        NEEDS,
    ),
    Check(
        "e-need",
        CENSUS,
        "pupil on E has no primary need",
        "pupils on E have no primary need",
        "The spring census asks for a type of need for every pupil on K or E.",
        without_need(Code.PLAN),
        NEEDS,
    ),
    Check(
        "n-need",
        CENSUS,
        "pupil on N has a type of need",
        "pupils on N have a type of need",
        "A pupil with no special educational need has no type of need. Set the status, or end the needs.",
        none_with_needs,
        NEEDS,
    ),
    Check(
        "nsa-e",
        CENSUS,
        "pupil on E has “not assessed” as a type of need",
        "pupils on E have “not assessed” as a type of need",
        "“Not assessed” goes with SEN Support only. A plan names the type of need.",
        plan_not_assessed,
        NEEDS,
    ),
    Check(
        "ranks",
        CENSUS,
        "pupil has types of need that do not count 1, 2, 3",
        "pupils have types of need that do not count 1, 2, 3",
        "Exactly one need is primary, and the others follow it without a gap.",
        ranks_out_of_order,
        NEEDS,
    ),
    Check(
        "no-status",
        CENSUS,
        "pupil on roll has no SEN status",
        "pupils on roll have no SEN status",
        "Every pupil on roll is N, K or E.",
        no_status,
        STATUS,
    ),
    Check(
        "two-statuses",
        CENSUS,
        "pupil has more than one SEN status at once",
        "pupils have more than one SEN status at once",
        "Every pupil on roll is N, K or E, and only one of them.",
        two_statuses,
        REGISTER,
    ),
    Check(
        "overlap",
        CENSUS,
        "pupil has statuses whose dates overlap",
        "pupils have statuses whose dates overlap",
        "On any one day a pupil is N, K or E, and only one of them.",
        overlapping_statuses,
        CORRECT,
    ),
    Check(
        "future",
        CENSUS,
        "pupil has a start date in the future",
        "pupils have a start date in the future",
        "A status and a first day are recorded on the day or after it.",
        starts_in_future,
        CORRECT,
    ),
    Check(
        "no-upn",
        CENSUS,
        "pupil has no UPN",
        "pupils have no UPN",
        "The census and a transfer to another school need it.",
        no_upn,
        EDIT,
        P.IDENTIFIERS_VIEW,
    ),
    Check(
        "no-birth",
        CENSUS,
        "pupil has no date of birth",
        "pupils have no date of birth",
        "The census and every right that depends on age need it.",
        no_birth_date,
        EDIT,
        P.IDENTIFIERS_VIEW,
    ),
    Check(
        "no-year",
        CENSUS,
        "pupil has no year",
        "pupils have no year",
        "The year the pupil is taught in goes into the census.",
        no_year,
        EDIT,
    ),
    Check(
        "not-told",
        CENSUS,
        "pupil on K: nobody has noted that the parent was told",
        "pupils on K: nobody has noted that the parent was told",
        "The school tells the parent or young person when SEN Support starts (Children and Families Act 2014, s68).",
        parent_not_told,
        Mend("Write the letter", "pupils:letter-new", P.LETTER_SEND, by="target"),
        P.LETTER_SEND,
    ),
    Check(
        "temporary-upn",
        WORK,
        "pupil has a temporary UPN",
        "pupils have a temporary UPN",
        "Ask the last school or the local authority for the permanent one.",
        temporary_upn,
        EDIT,
        P.IDENTIFIERS_VIEW,
    ),
    Check(
        "calendar",
        WORK,
        "The school calendar does not reach three months ahead",
        "",
        "School days cannot be counted past the last term that was entered.",
        calendar_too_short,
        Mend("Enter the terms", "staff:calendar", P.SCHOOL_VIEW, by="nothing"),
        P.SCHOOL_VIEW,
        counted=False,
    ),
    Check(
        "no-class",
        WORK,
        "pupil has no class",
        "pupils have no class",
        "Without a class no teacher sees the record.",
        no_class,
        EDIT,
    ),
    Check(
        "no-pr",
        WORK,
        "pupil has no contact with parental responsibility",
        "pupils have no contact with parental responsibility",
        "Letters and consent go to somebody with parental responsibility.",
        no_parental_responsibility,
        Mend("Add a contact", "pupils:contact-add", P.PUPIL_EDIT),
        P.CONTACT_VIEW,
    ),
    Check(
        "no-way-to-reach",
        WORK,
        "contact has neither a telephone number nor an e-mail address",
        "contacts have neither a telephone number nor an e-mail address",
        "Nobody can reach them in a hurry.",
        unreachable_contact,
        Mend("Change the contact", "pupils:contact-edit", P.PUPIL_EDIT, by="target"),
        P.CONTACT_VIEW,
    ),
    Check(
        "watch",
        WORK,
        "pupil being monitored is past the date to look again",
        "pupils being monitored are past the date to look again",
        "Look again, and go on or stop.",
        watch_past_date,
        Mend("Look again", "pupils:watch-look-again", P.REGISTER_EDIT, by="target"),
    ),
    Check(
        "worker-left",
        WORK,
        "pupil has a key worker who has left",
        "pupils have a key worker who has left",
        "Choose a colleague who works here.",
        key_worker_left,
        Mend("Choose a key worker", "pupils:key-worker", P.PUPIL_EDIT),
    ),
    Check(
        "letters",
        WORK,
        "letter was made and is not marked as sent",
        "letters were made and are not marked as sent",
        "Say when and how it was sent, so that the record shows that the parent was told.",
        letters_not_sent,
        Mend("Open the letter", "pupils:letter-detail", P.LETTER_SEND, by="target"),
        P.LETTER_SEND,
    ),
    Check(
        "year-far",
        LOOK_AT,
        "pupil is taught more than a year away from their age",
        "pupils are taught more than a year away from their age",
        "It may be on purpose. Nothing is changed by itself.",
        year_far_from_birth,
        EDIT,
        P.IDENTIFIERS_VIEW,
    ),
    Check(
        "long-k",
        LOOK_AT,
        "pupil has been on K for over a year without a change or an assessment",
        "pupils have been on K for over a year without a change or an assessment",
        "Check that the support still fits: another need, an assessment, or an end.",
        long_on_support,
        STATUS,
        P.NARRATIVE_VIEW,
    ),
]


def add_checks(*checks):
    """A floor above adds what it asks of the same pupils. Called once, when that floor starts."""
    CHECKS.extend(checks)
