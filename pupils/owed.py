"""What each record of this floor owes, from its facts. Services hand it to the due table; check_deadlines compares."""

from django.utils import timezone

from sendco.clock import evaluate
from sendco.due.registry import SOURCES, Source, register, source_of
from sendco.due.services import Owed, differences, sync
from staff.selectors import school_calendar

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


def bring_up_to_date(row):
    """Derive this record's deadlines and write them to the due table, in the caller's transaction."""
    source = source_of(row)
    school = source.school_of(row)
    owed = source.derive(row, school_calendar(school))
    sync(row, owed, school_id=school.pk, pupil_id=source.pupil_id_of(row))


def bring_pupil_up_to_date(pupil):
    """Derive every deadline of one pupil again, on every floor, after facts about the pupil changed."""
    for source in SOURCES.values():
        if source.pupil is not None:
            for row in source.model.objects.filter(**{source.pupil: pupil}).select_related(*source.joins):
                bring_up_to_date(row)


def bring_school_up_to_date(school, progress=lambda done, total: None):
    """Derive every deadline of a school again, after its calendar or its own numbers of days changed."""
    calendar = school_calendar(school)
    total = sum(source.model.objects.filter(**{source.school: school}).count() for source in SOURCES.values())
    done = 0
    for source in SOURCES.values():
        rows = source.model.objects.filter(**{source.school: school}).select_related(*source.joins)
        for row in rows.iterator(chunk_size=500):
            sync(row, source.derive(row, calendar), school_id=school.pk, pupil_id=source.pupil_id_of(row))
            done += 1
            progress(done, total)
    return total


def all_differences():
    """Yield, in words, each due row that differs from what the facts say. For check_deadlines."""
    calendars = {}
    for source in SOURCES.values():
        for row in source.model.objects.select_related(*source.joins).iterator(chunk_size=500):
            school = source.school_of(row)
            if school.pk not in calendars:
                calendars[school.pk] = school_calendar(school)
            owed = source.derive(row, calendars[school.pk])
            yield from differences(row, owed, school_id=school.pk, pupil_id=source.pupil_id_of(row))
