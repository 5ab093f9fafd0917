"""Every statutory clock of needs assessments, plans, reviews and appeals. No Django: dates in, dates out.

One table a topic; `RULES` is all of them. A code may have several rows: one for each way the clock can start
("the Tribunal's order", "the agreement in mediation"), or one for each of two limits of which the law takes the
earlier or the later.
"""

from sendco.clock import LodgingMonths, NoSuchRule, deadline

from . import appeals, assessments, moves, reviews, transfers
from .exemptions import Allowed, exemption_allowed
from .limits import earlier, later

RULES = (*assessments.RULES, *appeals.RULES, *reviews.RULES, *transfers.RULES, *moves.RULES)
CODES = tuple(dict.fromkeys(rule.code for rule in RULES))
# The last day to start an appeal is the one that tribunal rule 12 moves on.
MOVED_ON = frozenset(rule.code for rule in RULES if isinstance(rule.count, LodgingMonths))


def rows_of(code, on=None):
    """The rows of a code, those valid on that day if one is given. Raises NoSuchRule for a code that nobody wrote."""
    if code not in CODES:
        raise NoSuchRule(f"No rule has the code {code}.")
    return [rule for rule in RULES if rule.code == code and (on is None or rule.is_valid_on(on))]


__all__ = [
    "CODES",
    "MOVED_ON",
    "RULES",
    "Allowed",
    "appeals",
    "assessments",
    "deadline",
    "earlier",
    "exemption_allowed",
    "later",
    "moves",
    "reviews",
    "rows_of",
    "transfers",
]
