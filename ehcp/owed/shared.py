"""How a deadline and its facts become what is owed, the same for every kind of case."""

from django.utils import timezone

from sendco.clock import Duty, long_date
from sendco.due.services import Owed

# Beyond this a word from the table would not fit the column.
LONGEST = 200


def first(*days):
    """The first of these facts that is known."""
    return next((day for day in days if day), None)


def earliest(*days):
    return min((day for day in days if day), default=None)


def item(found, *, met_on=None, closed_on=None, lapses=False, **more):
    """One Owed as a list, empty without a date. What was met is not closed as well.

    A parent's time simply runs out, and so does what is owed in one case alone (`lapses`): that it did not happen is
    late for nobody.
    """
    if found is None:
        return []
    if (lapses or found.rule.duty is Duty.PARENT) and timezone.localdate() > found.due_on:
        closed_on = earliest(closed_on, found.due_on)
    return [Owed(found, met_on=met_on, closed_on=None if met_on else closed_on, **more)]


def practice(authority, on):
    """The authority's own date, which stands beside the date of the law."""
    note = authority.practice_note or f"{authority.name} asks for it by then"
    return {"practice_on": on, "practice_note": note[:LONGEST]}


def agreed_time_words(by_on):
    """What took the place of the times after a mediation agreement (reg 42(5)); nothing where no day was agreed."""
    return f"the time agreed in writing, {long_date(by_on)}" if by_on else ""
