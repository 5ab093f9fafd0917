"""The dates of one case, as its page shows them: what is open, what was met, what an order replaced."""

from dataclasses import dataclass

from sendco.clock import Urgency
from sendco.due.models import DueItem
from sendco.due.words import state_words, was_late

from ..deadlines import MOVED_ON

# How a row looks: the class of its step, the class of its state, and the icon of both.
DONE, DONE_LATE, LATE, SOON, OPEN, GONE = (
    ("step-row-done", "state-ok", "check"),
    ("step-row-gone", "state-soon", "check"),
    ("step-row-late", "state-late", "alert-octagon"),
    ("step-row-now", "state-soon", "clock"),
    ("", "state-ok", "circle-check"),
    ("step-row-gone", "state-wait", "minus"),
)


@dataclass(frozen=True)
class Row:
    """One date of a case. `number` counts the steps that are still to come; 0 for the others."""

    item: DueItem
    look: tuple[str, str, str]
    number: int
    words: str

    @property
    def is_open(self):
        return self.item.met_on is None and self.item.closed_on is None

    @property
    def is_late(self):
        """Still waited for, after its day."""
        return self.number > 0 and self.look == LATE

    @property
    def done_on(self):
        return self.item.met_on


class Dates(list[Row]):
    """The dates of one case in order."""

    @property
    def stand_still(self):
        """False where a date did move: the end of the time to appeal, or one that an order replaced."""
        return not any(row.item.rule in MOVED_ON or row.item.replaced_by for row in self)


def dates_of(case, *, today):
    """Every date of this record in order, in one query. Rules of one day stand in the order the law takes them."""
    items = DueItem.objects.filter(source_type=case._meta.label_lower, source_id=case.pk).order_by("due_on", "pk")
    rows, number = Dates(), 0
    for item in items:
        waits = item.met_on is None and item.closed_on is None and not item.exception
        number += waits
        rows.append(Row(item, _look(item, today), number if waits else 0, _words(item, today)))
    return rows


def _look(item, today):
    if item.met_on:
        return DONE_LATE if was_late(item, today) else DONE
    if item.closed_on or item.exception:
        return LATE if was_late(item, today) else GONE
    return {Urgency.OVERDUE: LATE, Urgency.DUE_SOON: SOON, Urgency.ON_TRACK: OPEN}[item.urgency(today)]


def _words(item, today):
    """The state at the end of the line. What replaced a date, or which exception, is told below it in full."""
    if item.replaced_by:
        return "Replaced"
    if item.exception and not item.met_on:
        return "Exception claimed"
    return state_words(item, today)
