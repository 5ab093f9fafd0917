"""Working one rule out by hand, and which facts a rule needs whose date is the earlier or later of two limits."""

from collections.abc import Callable
from dataclasses import dataclass

from sendco.clock import deadline, long_date

from . import appeals, moves, reviews


@dataclass(frozen=True)
class TwoLimits:
    """`on` says which day the first fact is; `facts` are the names of the others, with what they are."""

    on: str
    facts: dict[str, str]
    work_out: Callable


TWO_LIMITS = {
    "review.final": TwoLimits(
        "the day the amendment notice was sent",
        {"meeting": "the day of the review meeting"},
        lambda on, calendar, meeting: reviews.final_after_review(meeting_on=meeting, notice_on=on, calendar=calendar),
    ),
    "appeal.lodge": TwoLimits(
        "the day the authority sent its letter",
        {"certificate": "the day the mediation certificate was issued"},
        lambda on, calendar, certificate: appeals.lodging_end(on, certificate, calendar),
    ),
    "move.transfer": TwoLimits(
        "the day of the move",
        {"aware": "the day the old authority became aware of it"},
        lambda on, calendar, aware: moves.transfer_due(moved_on=on, aware_on=aware, calendar=calendar),
    ),
    "move.review": TwoLimits(
        "the day the plan was made",
        {"transferred": "the day the plan was transferred"},
        lambda on, calendar, transferred: moves.review_due(
            counted_from=on, transferred_on=transferred, calendar=calendar
        ),
    ),
}


def lines_of(found, calendar=None):
    """A deadline as lines of text: the sum with its authority, then what stands beside it."""
    lines = [found.explanation, f"Whose duty: {found.rule.duty.value}. Footing: {FOOTING[found.rule.basis]}."]
    if calendar is not None:
        last = long_date(found.act_by_on) if found.act_by_on else "not known, the school calendar does not reach it"
        lines.append(f"Last school day on or before it: {last}.")
    return lines


FOOTING = {
    "statute": "law",
    "guidance": "statutory guidance",
    "practice": "practice, which no law sets",
    "local": "the school's own policy",
}


def work_out(rows, on, others, calendar=None):
    """The deadlines of a code for these days; none for a row that does not hold on that day or cannot be known yet."""
    limits = TWO_LIMITS.get(rows[0].code)
    if others and limits:
        deadlines = [limits.work_out(on, calendar, **others)]
    else:
        deadlines = [deadline(rule, on, calendar) for rule in rows]
    return [due for due in deadlines if due is not None]
