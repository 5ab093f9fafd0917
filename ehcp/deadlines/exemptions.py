"""The exceptions of the law to its time limits, with their conditions (regs 5(4), 8(2), 10(4), 13(3), 27(3), 44(3)).

They disapply a limit where it is impractical to keep it. They never set a new date, and nothing pauses. Staff
shortage, waiting lists, panel dates, half terms, Christmas and a school that does not reply are not among them.
"""

from datetime import timedelta
from typing import NamedTuple

from sendco.clock import closed_window, long_date

CLOSED = ("school_closed", "early_years_closed")
FOUR_GROUNDS = dict(zip((*CLOSED, "personal", "absent"), "abcd", strict=True))


def _four(regulation):
    return {ground: f"{regulation}({letter})" for ground, letter in FOUR_GROUNDS.items()}


# {step: {ground: regulation}}
FIRST = {
    "decision": _four("reg 5(4)"),
    "advice": {"personal": "reg 8(2)(a)", "absent": "reg 8(2)(b)", "appointment": "reg 8(2)(c)"},
    "no_plan": _four("reg 10(4)"),
    "final": _four("reg 13(3) with reg 10(4)"),
    "after_order": {"personal": "reg 44(3)", "absent_short": "reg 44(3)", "representations": "reg 44(3)"},
}
# A re-assessment: 15 days to decide without any exception, and no step without a plan.
AGAIN = {"decision": {}, "advice": FIRST["advice"], "no_plan": {}, "final": _four("reg 27(3)")}
AGAIN["after_order"] = FIRST["after_order"]

LEAST_AWAY = {"absent": 28, "absent_short": 14}


class Allowed(NamedTuple):
    ok: bool
    words: str


def exemption_allowed(
    *, step, ground, starts_on=None, ends_on=None, advice_asked_on=None, again=False, period=(None, None)
) -> Allowed:
    """Whether the law knows this ground for this time limit, and whether its conditions are met; the words say why.

    `starts_on` and `ends_on` are the first and the last day closed or away. `advice_asked_on` is the day the authority
    asked the head for advice. `period` is the time that the limit runs, from its trigger to its due date. A yes is the
    law's conditions alone: it must also have been impractical to keep the limit.
    """
    regulation = (AGAIN if again else FIRST)[step].get(ground)
    if regulation is None:
        return Allowed(False, _no_such_ground(step, ground, again))
    refusal = ""
    if ground in CLOSED:
        refusal = _closed(starts_on, ends_on, advice_asked_on)
    elif ground in LEAST_AWAY:
        refusal = _away(LEAST_AWAY[ground], starts_on, ends_on, period)
    if refusal:
        return Allowed(False, refusal)
    return Allowed(True, f"SEND Regulations 2014, {regulation}. The date does not move; no new date is set by law.")


def _no_such_ground(step, ground, again):
    if step == "advice" and ground in CLOSED:
        return "Advice is still due in 6 weeks: reg 8(2) has no ground of a closed school."
    if ground == "absent_short":
        return "Two weeks away counts only after an order of the Tribunal; here the law asks for four weeks."
    if ground == "absent" and step == "after_order":
        return "After an order choose the ground of two weeks away or longer."
    if again and step == "decision":
        return "The 15 days to decide on a re-assessment have no exception (reg 25(1))."
    return "The regulations do not give this ground for this time limit."


def _closed(first_closed, last_closed, advice_asked_on):
    if first_closed is None or last_closed is None:
        return "Give the first and the last day on which it was closed."
    if last_closed < first_closed:
        return "The last day closed is before the first."
    window = closed_window(first_closed, last_closed + timedelta(days=1))
    if window.starts_on is None:
        return f"Closed for {window.closed_days} days: the law asks for at least 4 weeks (28 days) without a break."
    if advice_asked_on is None:
        return "The authority must have asked the head for advice; enter the day it asked."
    if not window.is_open_on(advice_asked_on):
        return (
            f"The authority asked for advice on {long_date(advice_asked_on)}. This ground needs it to have asked "
            f"between {long_date(window.starts_on)} and {long_date(window.ends_on)}."
        )
    return ""


def _away(least, first_away, last_away, period):
    if first_away is None or last_away is None:
        return "Give the first and the last day away."
    length = (last_away - first_away).days + 1
    if length < least:
        return f"Away for {max(length, 0)} days: the law asks for at least {least // 7} weeks without a break."
    began, ended = period
    if (began and last_away < began) or (ended and first_away > ended):
        return "The time away does not fall in the period of this time limit."
    return ""
