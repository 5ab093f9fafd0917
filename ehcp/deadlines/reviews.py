"""Annual review: a process that ends with the authority's decision, not with the meeting. It has no exceptions."""

from dataclasses import replace
from datetime import date, timedelta

from sendco.clock import Days, Duty, Months, Weeks, WeeksBefore, corresponding_date, deadline

from .counting import DaysBackToSchool, EndOfSchoolAge, MonthsSpan
from .limits import earlier
from .rows import CFA, REGS, days, guidance, law, policy

# R (L, M and P) v Devon County Council [2022] EWHC 493 (Admin): the notice goes with the decision, so the final plan
# is due 12 weeks after the meeting. Meetings before the month of the judgment have the older rows alone.
DEVON_FROM = date(2022, 3, 1)
DEVON = "R (L, M and P) v Devon CC [2022] EWHC 493 (Admin)"

DUE = law(
    code="review.due",
    title="Review of the plan, with the authority's decision sent",
    duty=Duty.LA,
    authority=f"{CFA} s44(1)",
    trigger="the day the plan was made",
    count=Months(12, period=True),
    soon_days=28,
    example=days("2026-03-16", "2027-03-15"),
)
DUE_AGAIN = replace(DUE, trigger="the day the last review was decided")
EARLY_YEARS = guidance(
    code="review.early_years",
    title="Review of a plan for a child under 5",
    duty=Duty.LA,
    authority="SEND Code of Practice 2015, 9.178 (should consider; it need not be a full meeting)",
    trigger="the day the plan was made",
    count=MonthsSpan(6, early=3),
    soon_days=28,
    example=days("2026-09-14", "2027-03-14"),
)
EARLY_YEARS_AGAIN = replace(EARLY_YEARS, trigger="the day the last review was decided")
# So that the authority's 4 weeks after the meeting end inside the 12 months.
MEETING = policy(
    code="review.meeting",
    title="Review meeting",
    duty=Duty.SCHOOL,
    authority="School policy: leaves the authority its 4 weeks to decide (SEND Regulations 2014, reg 20(10))",
    trigger="the review is due",
    count=DaysBackToSchool(28),
    soon_days=56,
    example=days("2027-03-15", "2027-02-15"),
)
FINAL_BY = policy(
    code="transfer.meeting",
    title="Review meeting before the transfer",
    duty=Duty.SCHOOL,
    authority="School policy: leaves the authority its 12 weeks for the final plan (SEND Regulations 2014, reg 22)",
    trigger="the final plan is needed",
    count=DaysBackToSchool(84),
    soon_days=56,
    example=days("2027-02-05", "2026-11-13"),
)
INVITE = law(
    code="review.invite",
    title="Invitations to the review meeting",
    duty=Duty.SCHOOL,
    authority=f"{REGS}, reg 20(2)-(3)",
    trigger="the review meeting",
    count=WeeksBefore(2),
    soon_days=14,
    example=days("2027-01-12", "2026-12-29"),
)
PAPERS = law(
    code="review.papers",
    title="Advice and information sent round",
    duty=Duty.SCHOOL,
    authority=f"{REGS}, reg 20(4)",
    trigger="the review meeting",
    count=WeeksBefore(2),
    soon_days=14,
    example=days("2027-01-12", "2026-12-29"),
)
REPORT = law(
    code="review.report",
    title="Report of the review meeting",
    duty=Duty.SCHOOL,
    authority=f"{REGS}, reg 20(7)-(9)",
    trigger="the review meeting",
    count=Weeks(2),
    example=days("2027-01-12", "2027-01-26"),
)
DECISION = law(
    code="review.decision",
    title="Authority's decision: keep, change or cease the plan",
    duty=Duty.LA,
    authority=f"{REGS}, reg 20(10)",
    trigger="the review meeting",
    count=Weeks(4),
    example=days("2027-01-12", "2027-02-09"),
)
NOTICE = law(
    code="review.notice",
    title="Amendment notice with the proposed changes",
    duty=Duty.LA,
    authority=f"{REGS}, reg 22(2)(a); {DEVON}",
    trigger="the review meeting",
    count=Weeks(4),
    example=days("2027-01-12", "2027-02-09"),
)
NOTICE = replace(NOTICE, valid_from=DEVON_FROM)
REPRESENTATIONS = law(
    code="review.representations",
    title="Parent's comments on the proposed changes",
    duty=Duty.PARENT,
    authority=f"{REGS}, reg 22(2)(c): at least 15 calendar days",
    trigger="the day the amendment notice was served",
    count=Days(15, from_service=True),
    example=days("2027-02-09", "2027-02-23"),
)
FINAL = law(
    code="review.final",
    title="Final amended plan",
    duty=Duty.LA,
    authority=f"{REGS}, reg 22(3)",
    trigger="the amendment notice was sent",
    count=Weeks(8),
    example=days("2027-01-29", "2027-03-26"),
)
FINAL_OUTER = replace(
    FINAL,
    authority=f"{REGS}, regs 20(10) and 22; {DEVON}",
    trigger="the review meeting",
    count=Weeks(12),
    valid_from=DEVON_FROM,
    example=days("2027-01-12", "2027-04-06"),
)
NOT_AMENDING = law(
    code="review.not_amending",
    title="Notice, with reasons, that the plan will not be changed after all",
    duty=Duty.LA,
    authority=f"{REGS}, reg 22(4)",
    trigger="the amendment notice was sent",
    count=Weeks(8),
    example=days("2027-02-09", "2027-04-06"),
)
RIGHTS_PASS = law(
    code="rights.pass",
    title="Rights pass from the parent to the young person",
    duty=Duty.OTHER,
    authority=f"{CFA} s83(2); Education Act 1996 s8(3)",
    trigger="birth",
    count=EndOfSchoolAge(),
    soon_days=84,
    example=days("2010-10-01", "2027-06-26"),
)
# Counted from birth: plans are for people born in the 25 years before the Act began, and since.
RIGHTS_PASS = replace(RIGHTS_PASS, valid_from=date(1989, 9, 1))

RULES = (
    *(DUE, DUE_AGAIN, EARLY_YEARS, EARLY_YEARS_AGAIN, MEETING, FINAL_BY, INVITE, PAPERS, REPORT, DECISION, NOTICE),
    *(REPRESENTATIONS, FINAL, FINAL_OUTER, NOT_AMENDING, RIGHTS_PASS),
)


def final_after_review(*, meeting_on=None, notice_on=None, calendar=None):
    """The earlier of 8 weeks after the notice was sent and 12 weeks after the meeting, or the one that is known."""
    return earlier(deadline(FINAL, notice_on, calendar), deadline(FINAL_OUTER, meeting_on, calendar))


def latest_notice(meeting_on: date) -> date:
    """The last day to invite somebody to a meeting on that day (reg 20(3)), as the law file says to show it."""
    return INVITE.count.due(meeting_on)


def earliest_meeting(invited_on: date) -> date:
    """The first day of a meeting to which people invited on that day have their two weeks' notice."""
    return invited_on + (invited_on - latest_notice(invited_on))


# Advice and reviews look at preparing for adulthood from this school year on (SEND Regulations 2014, reg 20(6)).
ADULTHOOD_FROM_YEAR = 9


def looks_at_adulthood(year_group: str) -> bool:
    return year_group.isdigit() and int(year_group) >= ADULTHOOD_FROM_YEAR


def anniversary(counted_from):
    """The day that many take for the review's due date: a day after the strict one, and overdue by the letter."""
    return corresponding_date(counted_from, 12)


def is_under_five(birth_on, day):
    return birth_on is not None and day < corresponding_date(birth_on, 5 * 12)


def in_final_year_of_school_age(birth_on, today):
    """True from a year before rights pass."""
    return RIGHTS_PASS.count.due(birth_on) - timedelta(days=365) <= today
