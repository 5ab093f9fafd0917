"""Dates about the adults who deliver provision: all of them the school's own policy. No Django: dates in, dates out."""

from datetime import date

from sendco.clock import SEND_LAW_FROM, Basis, Days, Duty, Rule

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

FIXED = (
    SUPERVISION_MEETING,
    SUPERVISION_ACTION,
    APPRAISAL_VIEW,
    TRAINING_EXPIRY,
    TRAINING_EXPIRY_LINE,
    TRAINING_FOLLOW_UP,
)
COUNTED = (appraisal_step,)
