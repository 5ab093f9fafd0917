"""What each record of this floor owes, from its facts."""

from django.utils import timezone

from sendco.clock import deadline
from sendco.due.registry import Source, register
from sendco.due.services import Owed

from . import deadlines
from .models import Concern, ConcernView, EquipmentCheck, RegisterEntry, WatchListEntry
from .models.register import Code


def _day(moment):
    """The school's own day of a moment, or None: just after midnight in summer the UTC day is another."""
    return timezone.localdate(moment) if moment else None


def _item(rule, on, calendar, **facts):
    """One Owed as a list; empty where the date is not known, as for a support that began before the days we know."""
    found = deadline(rule, on, calendar)
    return [Owed(found, **facts)] if found else []


def of_watch(entry, calendar):
    rule, on = deadlines.WATCH_LOOK_AGAIN, entry.look_again_on
    return _item(rule, on, calendar, owner_id=entry.entered_by_id, met_on=entry.ends_on)


def of_register_entry(entry, calendar):
    """SEN Support asks that the parent is told. Nothing is owed for what began before sendco knew the child."""
    if entry.code != Code.SUPPORT or entry.is_taken_over:
        return []
    school = entry.school
    rule = deadlines.tell_parent(days=school.letter_days, calendar=calendar, trigger=entry.starts_on)
    closed = entry.ends_on if entry.parent_told_on is None else None
    return _item(rule, entry.starts_on, calendar, met_on=entry.parent_told_on, closed_on=closed)


def of_concern(concern, calendar):
    rule = deadlines.concern_first_look(days=concern.school.concern_days, calendar=calendar, trigger=concern.raised_on)
    seen = _day(concern.first_action_at)
    owed = _item(rule, concern.raised_on, calendar, met_on=seen, closed_on=concern.closed_on)
    again = deadlines.CONCERN_LOOK_AGAIN
    return owed + _item(
        again, concern.look_again_on, calendar, owner_id=concern.decided_by_id, met_on=concern.closed_on
    )


def of_view(view, calendar):
    answered = _day(view.answered_at)
    closed = None if answered else view.withdrawn_on or view.concern.closed_on
    facts = {"owner_id": view.asked_of_id, "met_on": answered, "closed_on": closed}
    return _item(deadlines.CONCERN_VIEW, view.asked_on, calendar, **facts)


def of_check(check, calendar):
    """The next time of a check; what was done stands as met."""
    thing = check.equipment
    rule = deadlines.equipment_check(
        kind=check.get_kind_display(), name=thing.name, lifts_people=check.kind == EquipmentCheck.Kind.LIFT
    )
    closed = None if check.done_on else check.ended_on or thing.gone_on
    return _item(rule, check.due_on, calendar, met_on=check.done_on, closed_on=closed)


def register_sources():
    """Tell the due table of this floor's records. Called once, when the floor starts."""
    register(Source(WatchListEntry, of_watch))
    register(Source(RegisterEntry, of_register_entry))
    register(Source(Concern, of_concern))
    register(Source(ConcernView, of_view, joins=("concern__school",), school="concern__school", pupil="concern__pupil"))
    register(Source(EquipmentCheck, of_check, joins=("equipment__school",), school="equipment__school", pupil=None))
