"""Dates about the adults who deliver provision: the school's own policy, and the law on the SENCo's qualification.

No Django: dates in, dates out.
"""

from dataclasses import replace
from datetime import date
from enum import StrEnum

from sendco.clock import SEND_LAW_FROM, Basis, Days, Duty, Months, Rule, Unit

POLICY = "School policy"
# Maintained schools appraise teachers in a yearly cycle with a written report; the days within it are the school's.
TEACHERS_APPRAISAL = "School policy, within the yearly cycle of SI 2012/115 (School Teachers' Appraisal)"
EXAMPLE = (date(2026, 11, 9), date(2026, 11, 9))


def _own(code: str, title: str, trigger: str, *, authority: str = POLICY) -> Rule:
    return Rule(
        code=code,
        title=title,
        duty=Duty.SCHOOL,
        basis=Basis.LOCAL,
        authority=authority,
        trigger=trigger,
        count=Days(0),
        valid_from=SEND_LAW_FROM,
        example=EXAMPLE,
    )


SUPERVISION_MEETING = _own("supervision.meeting", "One-to-one", "the day it is planned for")
SUPERVISION_ACTION = _own("supervision.action", "Action from a one-to-one", "the day agreed for it")
APPRAISAL_VIEW = _own("appraisal.view", "Three lines about a colleague's work", "the day asked for")


def appraisal_step(stage: str, *, authority: str = POLICY) -> Rule:
    """One step of an appraisal. Its title names nobody and no step: it stands in mails."""
    return _own(f"appraisal.{stage}", "Appraisal step", "the day of the school's scheme", authority=authority)


# Asked of the adult, and told to whoever leads them: the adult books, the manager lets them go.
TRAINING_EXPIRY = _own("training.expiry", "Certificate expires", "the day on which it ends")
TRAINING_EXPIRY_LINE = _own("training.expiry_line", "Certificate in your line expires", "the day on which it ends")
TRAINING_FOLLOW_UP = _own("training.follow_up", "What changed in class after training", "the day to ask")
PROBATION = _own("post.probation", "Probation ends", "the day on which it ends")


def _description(code: str, title: str, trigger: str, count: Unit, due: date) -> Rule:
    """Each of the two is asked within two weeks of a new text, and again a year after saying that it is right."""
    return replace(_own(code, title, trigger), count=count, example=(EXAMPLE[0], due))


AGREE = ("Job description to agree to", "the day it was written", Days(14), date(2026, 11, 23))
REVIEW = ("Job description to look at again", "the day you last agreed to it", Months(12), date(2027, 11, 9))
DESCRIPTION_AGREE = _description("description.agree", *AGREE)
DESCRIPTION_AGREE_LINE = _description("description.agree_line", *AGREE)
DESCRIPTION_REVIEW = _description("description.review", *REVIEW)
DESCRIPTION_REVIEW_LINE = _description("description.review_line", *REVIEW)


def reading(title: str) -> Rule:
    """Something that colleagues are asked to read: each briefing by its own name."""
    return _own("reading.read", f"To read: {title}", "the day asked for")


# --- The SENCo's qualification (SEND Regulations 2014, reg 49; courses: SI 2024/535) ---
# Reg 49 names mainstream schools and maintained nursery schools. A referral unit and an alternative provision academy
# are not among them; the Code counts both as mainstream in chapter 6. It says nothing to special schools.
MAINSTREAM = frozenset(
    {"maintained_primary", "maintained_secondary", "maintained_all_through", "maintained_nursery", "academy"}
)
ALTERNATIVE = frozenset({"pru", "ap_academy"})
# Nobody who became a SENCo by this day needs it.
NEEDED_AFTER = date(2009, 9, 1)
# Nor does who had been one for more than this many months before.
MONTHS_ENOUGH = 12
NPQ_FROM = date(2024, 9, 1)  # NASENCO counts only if begun before this day
NASENCO_UNTIL = date(2027, 8, 31)  # and completed by this one


def _qualification(*, basis: Basis, authority: str, settings: frozenset[str], check: str = "") -> Rule:
    return Rule(
        code="senco.qualification",
        title="SENCo qualification",
        duty=Duty.SCHOOL,
        basis=basis,
        authority=authority,
        trigger="becoming a SENCo",
        count=Months(36),
        valid_from=date(2009, 9, 2),
        settings=settings,
        soon_days=365,
        check=check,
        example=(date(2025, 11, 3), date(2028, 11, 3)),
    )


SENCO_QUALIFICATION = (
    _qualification(basis=Basis.STATUTE, authority="SEND Regulations 2014, reg 49", settings=MAINSTREAM),
    _qualification(
        basis=Basis.GUIDANCE,
        authority="SEND Code of Practice, chapter 6",
        settings=ALTERNATIVE,
        check="Reg 49 does not name referral units or alternative provision academies; the Code expects a SENCo there.",
    ),
)
NASENCO = Rule(
    code="senco.nasenco",
    title="NASENCO course",
    duty=Duty.SCHOOL,
    basis=Basis.STATUTE,
    authority="SEND Regulations 2014, reg 49, as amended by SI 2024/535",
    trigger="the last day on which NASENCO can be completed,",
    count=Days(0),
    valid_from=NPQ_FROM,
    soon_days=180,
    example=(NASENCO_UNTIL, NASENCO_UNTIL),
)


class Qualification(StrEnum):
    """Where a SENCo stands with the qualification."""

    HELD = "held"
    BEFORE_THE_LAW = "before_the_law"
    ENOUGH_MONTHS = "enough_months"
    NOT_BOUND = "not_bound"
    NEEDED = "needed"


class Course(StrEnum):
    """Whether the course counts; OPEN: it does if it is completed in time."""

    NONE = "none"
    COUNTS = "counts"
    OPEN = "open"
    BEGIN_UNKNOWN = "begin_unknown"
    BEGUN_TOO_LATE = "begun_too_late"
    DONE_TOO_LATE = "done_too_late"
    NOT_OPEN_YET = "not_open_yet"


def course_state(course: str, begun_on: date | None, completed_on: date | None) -> Course:
    """Whether a NASENCO ("nasenco") or an NPQ for SENCOs ("npq") of these days counts. SI 2024/535."""
    if course == "npq":
        if any(day and day < NPQ_FROM for day in (begun_on, completed_on)):
            return Course.NOT_OPEN_YET
        return Course.COUNTS if completed_on else Course.OPEN
    if course != "nasenco":
        return Course.NONE
    if begun_on and begun_on >= NPQ_FROM:
        return Course.BEGUN_TOO_LATE
    if completed_on and completed_on > NASENCO_UNTIL:
        return Course.DONE_TOO_LATE
    if begun_on is None and (completed_on is None or completed_on >= NPQ_FROM):
        return Course.BEGIN_UNKNOWN
    return Course.COUNTS if completed_on else Course.OPEN


def qualification_rule(setting: str) -> Rule | None:
    return next((rule for rule in SENCO_QUALIFICATION if rule.binds(setting)), None)


def qualification_state(*, setting: str, became_on: date, months_before: int, course: Course) -> Qualification:
    """Where somebody stands who became the school's SENCo on this day, with so many months as one before."""
    if qualification_rule(setting) is None:
        return Qualification.NOT_BOUND
    if course == Course.COUNTS:
        return Qualification.HELD
    if became_on <= NEEDED_AFTER:
        return Qualification.BEFORE_THE_LAW
    return Qualification.ENOUGH_MONTHS if months_before > MONTHS_ENOUGH else Qualification.NEEDED


FIXED = (
    *SENCO_QUALIFICATION,
    NASENCO,
    SUPERVISION_MEETING,
    SUPERVISION_ACTION,
    APPRAISAL_VIEW,
    TRAINING_EXPIRY,
    TRAINING_EXPIRY_LINE,
    TRAINING_FOLLOW_UP,
    PROBATION,
    DESCRIPTION_AGREE,
    DESCRIPTION_AGREE_LINE,
    DESCRIPTION_REVIEW,
    DESCRIPTION_REVIEW_LINE,
)
COUNTED = (appraisal_step, reading)
