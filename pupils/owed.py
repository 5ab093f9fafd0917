"""What each record of this floor owes, from its facts."""

from django.utils import timezone

from sendco.clock import evaluate
from sendco.due.registry import Source, register
from sendco.due.services import Owed

from . import deadlines
from .models import Concern, ConcernView, RegisterEntry, WatchListEntry
from .models.register import Code


def _day(moment):
    """The school's own day of a moment, or None: just after midnight in summer the UTC day is another."""
    return timezone.localdate(moment) if moment else None


def of_watch(entry, calendar):
    deadline = evaluate(deadlines.WATCH_LOOK_AGAIN, entry.look_again_on, calendar)
    return [Owed(deadline, owner_id=entry.entered_by_id, met_on=entry.ends_on)]


def of_register_entry(entry, calendar):
    """SEN Support asks that the parent is told. Nothing is owed for what began before sendco knew the child."""
    if entry.code != Code.SUPPORT or entry.is_taken_over:
        return []
    school = entry.school
    rule = deadlines.tell_parent(days=school.letter_days, calendar=calendar, trigger=entry.starts_on)
    closed = entry.ends_on if entry.parent_told_on is None else None
    return [Owed(evaluate(rule, entry.starts_on, calendar), met_on=entry.parent_told_on, closed_on=closed)]


def of_concern(concern, calendar):
    rule = deadlines.concern_first_look(days=concern.school.concern_days, calendar=calendar, trigger=concern.raised_on)
    seen = _day(concern.first_action_at)
    owed = [Owed(evaluate(rule, concern.raised_on, calendar), met_on=seen, closed_on=concern.closed_on)]
    if concern.look_again_on:
        again = evaluate(deadlines.CONCERN_LOOK_AGAIN, concern.look_again_on, calendar)
        owed.append(Owed(again, owner_id=concern.decided_by_id, met_on=concern.closed_on))
    return owed


def of_view(view, calendar):
    deadline = evaluate(deadlines.CONCERN_VIEW, view.asked_on, calendar)
    answered = _day(view.answered_at)
    closed = view.withdrawn_on or view.concern.closed_on
    return [Owed(deadline, owner_id=view.asked_of_id, met_on=answered, closed_on=None if answered else closed)]


def register_sources():
    """Tell the due table of this floor's records. Called once, when the floor starts."""
    register(Source(WatchListEntry, of_watch))
    register(Source(RegisterEntry, of_register_entry))
    register(Source(Concern, of_concern))
    register(Source(ConcernView, of_view, joins=("concern__school",), school="concern__school", pupil="concern__pupil"))
