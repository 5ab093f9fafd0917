"""What the school census will ask about special educational needs, and what it would refuse."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import Q

from sendco.clock import CensusTerm, academic_year_start, suggest_census_year
from staff.models import Unit
from staff.permissions import Permission as P

from ..models import Enrolment, Need, Pupil, RegisterEntry
from ..models.register import ON_REGISTER, Code
from .checks import EDIT, NEEDS, REGISTER, STATUS, Mend

# Censuses that a school may still be correcting, and those of the year ahead.
LOOK_BACK, LOOK_AHEAD = timedelta(days=300), timedelta(days=365)
# One row an item: what it is, and the censuses that ask for it.
ITEMS = (
    ("SEN provision (N, K or E) of every pupil on roll", set(CensusTerm)),
    ("Types of need with their rank, of pupils on K or E", {CensusTerm.SPRING}),
    ("Place in an SEN unit, place in a resourced provision", {CensusTerm.SPRING}),
)
ELSEWHERE = {Enrolment.Kind.SUBSIDIARY, Enrolment.Kind.GUEST}


# --- Which census ------------------------------------------------------------------------------------------------
def key_of(suggestion):
    return f"{suggestion.term.value}-{suggestion.census_on.year}"


def censuses(today):
    """Return the censuses that a school may be working on, by key, the oldest first."""
    year = academic_year_start(today)
    known = [suggestion for number in (year - 1, year, year + 1) for suggestion in suggest_census_year(number)]
    near = [suggested for suggested in known if today - LOOK_BACK <= suggested.census_on <= today + LOOK_AHEAD]
    return {key_of(suggestion): suggestion for suggestion in near}


def next_census(today):
    """The first whose return is still to be made."""
    return next(suggestion for suggestion in censuses(today).values() if suggestion.return_by_on >= today)


# --- The pupils as the census would count them ---------------------------------------------------------------------
@dataclass
class Counted:
    """One pupil on roll on the census day, or today while that day is still to come."""

    pupil: Pupil
    entries: list = field(default_factory=list)
    needs: list = field(default_factory=list)
    enrolment: Enrolment | None = None

    @property
    def code(self):
        return self.entries[0].code if len(self.entries) == 1 else ""

    @property
    def since(self):
        return self.entries[0].starts_on if len(self.entries) == 1 else None

    def types(self, day):
        """The types that the code table holds on that day, in their rank."""
        return [need.need_type for need in self.needs if _holds(need.need_type, day)]


def _holds(need_type, day):
    return need_type.valid_from <= day and (need_type.valid_to is None or need_type.valid_to >= day)


def _covers(day):
    return Q(starts_on__lte=day) & (Q(ends_on=None) | Q(ends_on__gte=day))


def counted_on(acting, day):
    """Return the pupils on roll on this day with what held then. Four queries."""
    on_roll = Q(left_on=None) | Q(left_on__gte=day)
    joined = Q(joined_on=None) | Q(joined_on__lte=day)
    pupils = Pupil.objects.visible_to(acting).filter(on_roll, joined).select_related("form_group").by_name()
    counted = {pupil.pk: Counted(pupil) for pupil in pupils}
    for entry in RegisterEntry.objects.visible_to(acting).filter(_covers(day)):
        if entry.pupil_id in counted:
            counted[entry.pupil_id].entries.append(entry)
    needs = Need.objects.visible_to(acting).filter(_covers(day)).select_related("need_type").order_by("rank", "pk")
    for need in needs:
        if need.pupil_id in counted:
            counted[need.pupil_id].needs.append(need)
    for enrolment in Enrolment.objects.visible_to(acting).filter(_covers(day)).select_related("unit"):
        if enrolment.pupil_id in counted:
            counted[enrolment.pupil_id].enrolment = enrolment
    return list(counted.values())


# --- What would be refused ---------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Rule:
    """A check of the census. `dfe` is the department's number where public test code shows one."""

    code: str
    one: str
    many: str
    broken: object
    mend: Mend
    dfe: str = ""
    spring_only: bool = False
    sees: P = P.REGISTER_VIEW


def _no_status(row, day):
    return not row.entries


def _two_statuses(row, day):
    return len(row.entries) > 1


def _no_type(row, day):
    return row.code in ON_REGISTER and not row.types(day)


def _type_with_none(row, day):
    return row.code == Code.NONE and bool(row.needs)


def _not_assessed(row, day):
    return row.code != Code.SUPPORT and any(need.need_type.only_with_sen_support for need in row.needs)


def _bad_ranks(row, day):
    ranks = [need.rank for need in row.needs]
    return bool(ranks) and ranks != list(range(1, len(ranks) + 1))


def _no_upn(row, day):
    return not row.pupil.upn


def _no_birth_date(row, day):
    return not row.pupil.birth_on


RULES = (
    Rule("status", "pupil has no SEN provision code", "pupils have no SEN provision code", _no_status, STATUS),
    Rule(
        "statuses",
        "pupil has two SEN provision codes on one day",
        "pupils have two SEN provision codes on one day",
        _two_statuses,
        REGISTER,
    ),
    Rule(
        "type",
        "pupil on K or E has no valid type of need",
        "pupils on K or E have no valid type of need",
        _no_type,
        NEEDS,
        dfe="2170",
        spring_only=True,
    ),
    Rule(
        "nsa",
        "pupil has “not assessed” (NSA) and is not on K",
        "pupils have “not assessed” (NSA) and are not on K",
        _not_assessed,
        NEEDS,
        dfe="2175",
        spring_only=True,
    ),
    Rule(
        "none",
        "pupil on N has a type of need",
        "pupils on N have a type of need",
        _type_with_none,
        NEEDS,
        spring_only=True,
    ),
    Rule(
        "ranks",
        "pupil has types of need whose ranks do not count 1, 2, 3",
        "pupils have types of need whose ranks do not count 1, 2, 3",
        _bad_ranks,
        NEEDS,
        spring_only=True,
    ),
    Rule("upn", "pupil has no UPN", "pupils have no UPN", _no_upn, EDIT, sees=P.IDENTIFIERS_VIEW),
    Rule(
        "birth",
        "pupil has no date of birth",
        "pupils have no date of birth",
        _no_birth_date,
        EDIT,
        sees=P.IDENTIFIERS_VIEW,
    ),
)


@dataclass(frozen=True)
class Problem:
    rule: Rule
    pupils: list

    @property
    def words(self):
        return f"{len(self.pupils)} {self.rule.one if len(self.pupils) == 1 else self.rule.many}"


@dataclass(frozen=True)
class CensusCheck:
    suggestion: object
    day: date
    rows: list
    counts: dict
    problems: list
    for_spring: list
    elsewhere: int

    @property
    def roll(self):
        return len(self.rows)

    @property
    def coded(self):
        return sum(self.counts.values())

    @property
    def adds_up(self):
        return self.coded == self.roll

    @property
    def asked(self):
        return [(item, self.suggestion.term in terms) for item, terms in ITEMS]

    @property
    def asks_types(self):
        return self.suggestion.term == CensusTerm.SPRING


def check_census(acting, suggestion, *, today):
    """Count and check as on the census day, or as things stand today while it is still to come. Four queries."""
    day = min(today, suggestion.census_on)
    rows = counted_on(acting, day)
    counts = {code.value: sum(row.code == code for row in rows) for code in (Code.NONE, Code.SUPPORT, Code.PLAN)}
    problems = [problem for problem in _problems(acting, rows, day) if problem.pupils]
    spring = suggestion.term == CensusTerm.SPRING
    return CensusCheck(
        suggestion=suggestion,
        day=day,
        rows=rows,
        counts=counts,
        problems=[problem for problem in problems if spring or not problem.rule.spring_only],
        for_spring=[] if spring else [problem for problem in problems if problem.rule.spring_only],
        elsewhere=sum(bool(row.enrolment and row.enrolment.kind in ELSEWHERE) for row in rows),
    )


def _problems(acting, rows, day):
    for rule in RULES:
        if acting.can(rule.sees):
            yield Problem(rule, [row.pupil for row in rows if rule.broken(row, day)])


# --- The list for whoever works the information system -------------------------------------------------------------
def census_table(acting, check):
    """Return (headings, rows) of the list: every pupil on roll, and of each only what this census asks."""
    to_check = defaultdict(list)
    for problem in check.problems:
        for pupil in problem.pupils:
            to_check[pupil.pk].append(problem.rule.one.removeprefix("pupil "))
    numbers = acting.can(P.IDENTIFIERS_VIEW)
    headings = ["UPN", "Date of birth"] if numbers else []
    headings += ["Legal surname", "Legal forename", "Year", "Class", "SEN provision", "Since"]
    if check.asks_types:
        headings += ["Primary type", "Secondary type", "SEN unit", "Resourced provision"]
    headings += ["Registration", "To check"]
    return headings, [_table_row(row, check, numbers, to_check[row.pupil.pk]) for row in check.rows]


def _table_row(row, check, numbers, to_check):
    pupil = row.pupil
    cells = [pupil.upn, pupil.birth_on] if numbers else []
    cells += [pupil.legal_surname, pupil.legal_forename, pupil.year_group, pupil.form_group and pupil.form_group.name]
    cells += [row.code, row.since]
    if check.asks_types:
        codes = [need_type.code for need_type in row.types(check.day)] if row.code in ON_REGISTER else []
        kind = row.enrolment.unit.kind if row.enrolment and row.enrolment.unit else ""
        cells += [*(codes + ["", ""])[:2], kind == Unit.Kind.SEN_UNIT, kind == Unit.Kind.RESOURCED]
    return [*cells, row.enrolment.get_kind_display() if row.enrolment else "", "; ".join(to_check)]
