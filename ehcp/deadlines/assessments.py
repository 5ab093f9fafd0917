"""From the request for a needs assessment to the final plan, and re-assessment of a plan.

Week 0 is the day the authority received the request, or became responsible for the child (CFA s24): never the day it
agreed to assess. Holidays count.
"""

from dataclasses import replace
from datetime import timedelta

from sendco.clock import Days, Duty, Weeks, deadline

from .counting import WeeksSpan
from .limits import earlier
from .rows import REGS, days, guidance, law, practice

REQUEST = "the authority received the request"
RESPONSIBLE = "the authority became responsible for the child"

DECISION = law(
    code="ehcna.decision",
    title="Decision whether to assess",
    duty=Duty.LA,
    authority=f"{REGS}, reg 5(1)",
    trigger=REQUEST,
    count=Weeks(6),
    example=days("2026-09-14", "2026-10-26"),
)
# Binds from the day the request reaches each body. Reg 8(2) has no ground of a closed school.
ADVICE = law(
    code="ehcna.advice",
    title="School's advice for the assessment",
    duty=Duty.SCHOOL,
    authority=f"{REGS}, reg 8(1)",
    trigger="the school received the authority's request for advice",
    count=Weeks(6),
    example=days("2026-10-26", "2026-12-07"),
)
NO_PLAN = law(
    code="ehcna.no_plan",
    title="Notice that there will be no plan",
    duty=Duty.LA,
    authority=f"{REGS}, reg 10(1)",
    trigger=REQUEST,
    count=Weeks(16),
    example=days("2026-09-14", "2027-01-04"),
)
DRAFT = practice(
    code="ehcna.draft",
    title="Draft plan",
    duty=Duty.LA,
    authority="Practice: no date in law; to keep the 20 weeks, advisers say week 14, most councils week 16",
    trigger=REQUEST,
    count=WeeksSpan(16, early=14),
    example=days("2026-09-14", "2027-01-04"),
)
REPRESENTATIONS = law(
    code="ehcna.representations",
    title="Parent's comments on the draft plan",
    duty=Duty.PARENT,
    authority=f"{REGS}, reg 13(1)(a): at least 15 calendar days, and the parent may ask for more",
    trigger="the day the draft plan was served",
    count=Days(15, from_service=True),
    example=days("2026-12-21", "2027-01-04"),
)
FINAL = law(
    code="ehcna.final",
    title="Final plan",
    duty=Duty.LA,
    authority=f"{REGS}, reg 13(2)",
    trigger=REQUEST,
    count=Weeks(20),
    example=days("2026-09-14", "2027-02-01"),
)

REASSESS_DECISION = law(
    code="reassess.decision",
    title="Decision whether to re-assess",
    duty=Duty.LA,
    authority=f"{REGS}, reg 25(1)",
    trigger="the authority received the request to re-assess",
    count=Days(15),
    example=days("2026-11-02", "2026-11-17"),
)
REASSESS_ADVICE = law(
    code="reassess.advice",
    title="School's advice for the re-assessment",
    duty=Duty.SCHOOL,
    authority=f"{REGS}, reg 26 with reg 8(1)",
    trigger="the school received the authority's request for advice",
    count=Weeks(6),
    example=days("2026-11-16", "2026-12-28"),
)
REASSESS_FINAL = law(
    code="reassess.final",
    title="Final plan after the re-assessment",
    duty=Duty.LA,
    authority=f"{REGS}, reg 27(2)",
    trigger="the authority told the parent that it will re-assess",
    count=Weeks(14),
    example=days("2026-11-16", "2027-02-22"),
)

# From the day the plan is issued; nothing to wait for, so nobody's due list holds them.
ADMIT = law(
    code="plan.admit",
    title="Place at the school that the plan names",
    duty=Duty.SCHOOL,
    authority="Children and Families Act 2014 s43 (Code of Practice 9.83)",
    trigger="the plan was issued",
    count=Days(0),
    example=days("2027-02-01", "2027-02-01"),
)
SECURE = law(
    code="plan.secure",
    title="Provision in Section F (the health body: Section G)",
    duty=Duty.LA,
    authority="Children and Families Act 2014 s42",
    trigger="the plan was issued",
    count=Days(0),
    example=days("2027-02-01", "2027-02-01"),
)

CONSULTATION_REPLY = guidance(
    code="consultation.reply",
    title="Reply to the consultation",
    duty=Duty.SCHOOL,
    authority="SEND Code of Practice 2015, 9.83 (should: the law sets the school no date)",
    trigger="the school received the consultation",
    count=Days(15),
    example=days("2027-01-05", "2027-01-20"),
)

# Reg 5(1)(b), and the same for what follows: nobody asked, and the authority came to know of the child (CFA s24).
WITHOUT_REQUEST = {rule: replace(rule, trigger=RESPONSIBLE) for rule in (DECISION, NO_PLAN, DRAFT, FINAL)}
RULES = (
    *(DECISION, ADVICE, NO_PLAN, DRAFT, REPRESENTATIONS, FINAL, *WITHOUT_REQUEST.values()),
    *(REASSESS_DECISION, REASSESS_ADVICE, REASSESS_FINAL),
    *(ADMIT, SECURE, CONSULTATION_REPLY),
)


def from_start(rule, *, received_on=None, responsible_on=None, calendar=None):
    """The date of a rule from whichever started the clock; the earlier of two limits where both days are known."""
    received = deadline(rule, received_on, calendar)
    return earlier(received, deadline(WITHOUT_REQUEST[rule], responsible_on, calendar))


def earliest_final(served_on):
    """First day on which the plan or the amended plan may be finalised: the parent has all of the 15 days."""
    return REPRESENTATIONS.count.due(served_on) + timedelta(days=1)
