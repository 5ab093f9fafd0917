"""Transfer to the next phase (reg 18): which children, when, and by which date the plan must name what comes next.

Driven by the ages the school takes and the year a child is taught in, never by a fixed Year 6 or Year 11.
"""

from dataclasses import dataclass, replace
from datetime import date

from sendco.clock import Before, Duty, MonthsBefore, Rule

from .rows import CFA, REGS, days, law, practice

TO_SCHOOL = law(
    code="transfer.amend",
    title="Plan changed to name the next school",
    duty=Duty.LA,
    authority=f"{REGS}, reg 18(1)(b)",
    trigger="the transfer to the next phase",
    count=Before(2, 15),
    soon_days=28,
    example=days("2027-09-01", "2027-02-15"),
)
TO_POST16 = replace(
    TO_SCHOOL,
    title="Plan changed to name what comes after school",
    authority=f"{REGS}, reg 18(1)(a)",
    trigger="the transfer to a post-16 institution",
    count=Before(3, 31),
    example=days("2027-09-01", "2027-03-31"),
)
# A school is no post-16 institution (CFA s83(2)), so the move to its sixth form is no transfer under reg 18(1)(a).
TO_SIXTH_FORM = practice(
    code="transfer.amend",
    title="Plan changed for the sixth form",
    duty=Duty.LA,
    authority=f"Practice: most councils keep 31 March, which binds only for post-16 institutions ({CFA} s83(2))",
    trigger="the move to the sixth form",
    count=Before(3, 31),
    soon_days=28,
    example=days("2027-09-01", "2027-03-31"),
    check="when your LA wants the plan for the sixth form.",
)
POST16_MOVE = law(
    code="transfer.post16_move",
    title="Plan changed to name the next post-16 institution",
    duty=Duty.LA,
    authority=f"{REGS}, reg 18(2)",
    trigger="the move",
    count=MonthsBefore(5),
    soon_days=28,
    example=days("2028-01-04", "2027-08-04"),
)
RULES = (TO_SCHOOL, TO_POST16, TO_SIXTH_FORM, POST16_MOVE)

NURSERY, LAST_OF_PRIMARY, LAST_OF_SECONDARY = -1, 6, 11
BEFORE_RECEPTION = {"E1": -4, "E2": -3, "N1": -2, "N2": NURSERY, "R": 0}


@dataclass(frozen=True)
class Transfer:
    rule: Rule
    on: date


def year_number(year_group):
    """The year taught in as a number, 0 for Reception; None where there is no year group."""
    if year_group in BEFORE_RECEPTION:
        return BEFORE_RECEPTION[year_group]
    return int(year_group) if year_group.isdecimal() else None


def transfer_years(*, lowest_age, highest_age, nursery=False):
    """{last year of a phase: rule} at a school for children of these ages (as on its website: 4 to 11).

    Moves inside an all-through school count too. Year 3 of an all-through primary is no new phase.
    """
    first, last = lowest_age - 4, (NURSERY if nursery else highest_age - 5)
    years = {}
    if first <= NURSERY:
        years[NURSERY] = TO_SCHOOL
    if first <= 2 and last >= LAST_OF_SECONDARY:
        years[LAST_OF_PRIMARY] = TO_SCHOOL
    if first <= LAST_OF_SECONDARY < last:
        years[LAST_OF_SECONDARY] = TO_SIXTH_FORM
    years[last] = TO_SCHOOL if last < LAST_OF_SECONDARY else TO_POST16
    return years


def next_transfer(*, lowest_age, highest_age, year, academic_year, nursery=False, ahead=1) -> Transfer | None:
    """The transfer at the end of this school year, or of one of the next `ahead`; None when there is none so soon."""
    years = transfer_years(lowest_age=lowest_age, highest_age=highest_age, nursery=nursery)
    for more in range(ahead + 1):
        if year is not None and year + more in years:
            return Transfer(years[year + more], date(academic_year + more + 1, 9, 1))
    return None


def unusual_transfer(*, on, year) -> Transfer:
    """A move on a day of its own: between post-16 institutions, or a phase transfer a year early or late."""
    if year is not None and year > LAST_OF_SECONDARY:
        return Transfer(POST16_MOVE, on)
    return Transfer(TO_POST16 if year == LAST_OF_SECONDARY else TO_SCHOOL, on)
