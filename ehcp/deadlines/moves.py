"""A family moves into another authority's area (regs 15 and 16), and a plan that is to cease (regs 29 to 31)."""

from dataclasses import replace

from sendco.clock import (
    Days,
    Duty,
    LodgingMonths,
    Months,
    Weeks,
    WorkingDays,
    add_working_days,
    deadline,
    extra_bank_holidays,
)
from sendco.clock.errors import NotKnownYet

from .limits import later
from .rows import CFA, REGS, TRIBUNAL_RULES, days, law

TRANSFER_DAY = law(
    code="move.transfer",
    title="Transfer of the plan to the new authority",
    duty=Duty.LA,
    authority=f"{REGS}, reg 15(2)",
    trigger="the move",
    count=Days(0),
    example=days("2027-02-01", "2027-02-01"),
)
TRANSFER_AWARE = replace(
    TRANSFER_DAY,
    trigger="the day the old authority became aware of the move",
    count=WorkingDays(15, beginning_with=True),
    example=days("2026-11-09", "2026-11-27"),
)
TELL_PARENT = law(
    code="move.tell_parent",
    title="Letter to the parent: transfer, re-assessment and when it will review",
    duty=Duty.LA,
    authority=f"{REGS}, reg 15",
    trigger="the transfer of the plan",
    count=Weeks(6),
    example=days("2026-11-09", "2026-12-21"),
)
REVIEW_YEAR = law(
    code="move.review",
    title="Review by the new authority",
    duty=Duty.LA,
    authority=f"{REGS}, reg 15(5)",
    trigger="the day the plan was made",
    count=Months(12, period=True),
    soon_days=28,
    example=days("2026-05-20", "2027-05-19"),
)
REVIEW_YEAR_AGAIN = replace(REVIEW_YEAR, trigger="the day the last review was decided")
REVIEW_TRANSFER = replace(
    REVIEW_YEAR,
    trigger="the transfer of the plan",
    count=Months(3, period=True),
    example=days("2026-11-09", "2027-02-08"),
)
HEALTH = law(
    code="move.health",
    title="New health body told of the plan",
    duty=Duty.HEALTH,
    authority=f"{REGS}, reg 16",
    trigger="the day the health body became aware of the change",
    count=WorkingDays(15, beginning_with=True),
    example=days("2027-05-24", "2027-06-14"),
)
# The plan stays in force until then, and while an appeal runs.
CEASE_WINDOW = law(
    code="cease.appeal_window",
    title="Last day to appeal against ceasing; the plan stays in force until then",
    duty=Duty.PARENT,
    authority=f"{CFA} s45 and s51; {TRIBUNAL_RULES}, r12 and r20",
    trigger="the authority sent its notice that the plan will cease",
    count=LodgingMonths(2),
    example=days("2026-11-17", "2027-01-18"),
)
RULES = (
    TRANSFER_DAY,
    TRANSFER_AWARE,
    TELL_PARENT,
    REVIEW_YEAR,
    REVIEW_YEAR_AGAIN,
    REVIEW_TRANSFER,
    HEALTH,
    CEASE_WINDOW,
)


def transfer_due(*, moved_on, aware_on, calendar=None):
    """The day of the move for an authority that knew 15 working days ahead, else 15 working days beginning with the
    day it became aware, and never before the move."""
    on_the_day = deadline(TRANSFER_DAY, moved_on, calendar)
    try:
        knew = add_working_days(aware_on, 15, extra=extra_bank_holidays(calendar)) <= moved_on
    except NotKnownYet:
        return None
    if knew or on_the_day is None:
        return on_the_day
    aware = deadline(TRANSFER_AWARE, aware_on, calendar)
    return on_the_day if aware and aware.due_on < moved_on else aware


def review_due(*, counted_from, transferred_on, calendar=None, again=False):
    """The later of 12 months from the plan, or from its last review (`again`), and 3 months from the transfer."""
    year = deadline(REVIEW_YEAR_AGAIN if again else REVIEW_YEAR, counted_from, calendar)
    return later(year, deadline(REVIEW_TRANSFER, transferred_on, calendar))
