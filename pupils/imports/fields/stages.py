"""Periods of a SEN status: read in order, without overlaps, and beside what is known here."""

from datetime import date, timedelta

from sendco.clock import long_date

from ..notes import Note, NoteCode
from ..rows import Stage
from .base import Field

NO_SEN, SUPPORT, PLAN = "N", "K", "E"
ONE_DAY = timedelta(days=1)


class Stages(Field):
    """Every SEN stage that a file tells of, the codes from before 2014 included. The status field reads them."""

    may_differ = True

    def join(self, value, other):
        return (*(value or ()), *(stage for stage in other or () if stage not in (value or ())))

    def to_json(self, value):
        return [[stage.code, iso_text(stage.starts_on), iso_text(stage.ends_on)] for stage in value or ()]

    def from_json(self, value):
        return tuple(Stage(code, day_of(start), day_of(end)) for code, start, end in value)


def is_open(end, today):
    """An end to come is no end: the status goes on today."""
    return today is not None and end >= today


def problem_of(stage, born, today):
    if today and stage.starts_on > today:
        return Note(NoteCode.SEN_START_TO_COME, {"day": iso_text(stage.starts_on)})
    if born and stage.starts_on < born:
        return Note(NoteCode.SEN_START_BEFORE_BIRTH, {"day": iso_text(stage.starts_on)})
    if stage.ends_on and stage.ends_on < stage.starts_on:
        return Note(NoteCode.SEN_ENDS_BEFORE_START, {"day": iso_text(stage.starts_on), "last": iso_text(stage.ends_on)})
    return None


def gives_way(entry, start, entries):
    """Whether the present entry can end before `start`, or was only the day of an import, which gives way."""
    if start > entry.starts_on:
        return True
    earlier = [other for other in entries if other.pk != entry.pk]
    return entry.known_start is None and all(other.starts_on < start for other in earlier)


def stage_words(stage, said):
    label = said.directory.status_label(stage.code)
    return f"{label} from {long_date(stage.starts_on)} to {long_date(stage.ends_on)}"


def past_stages(stages, now, today):
    """Stages that are over, oldest first: the last day is the day before the next begins, a gap is no SEN.

    `now` is the day the present status began, or None; a stage still open before that day ends the day before.
    """
    limit = now or today
    past = []
    ordered = sorted((stage for stage in stages if stage.starts_on < limit), key=lambda stage: stage.starts_on)
    for place, stage in enumerate(ordered):
        following = ordered[place + 1].starts_on if place + 1 < len(ordered) else limit
        if stage.ends_on is None and now is None:
            continue
        end = min(stage.ends_on or following - ONE_DAY, following - ONE_DAY)
        if end < stage.starts_on:
            continue
        past.append(Stage(stage.code, stage.starts_on, end))
        if now and end + ONE_DAY < following:
            past.append(Stage(NO_SEN, end + ONE_DAY, following - ONE_DAY))
    return past


def missing_stages(past, entries, new_start):
    """Periods of the file before everything that is kept here about the status, so that none is told twice."""
    real = [entry.starts_on for entry in entries if entry.known_start]
    first = min([*real, *([new_start] if new_start else [])], default=None)
    if first is None:
        first = min((entry.starts_on for entry in entries), default=None)
    return [stage for stage in past if first is None or stage.ends_on < first]


def iso_text(day):
    return day.isoformat() if day else None


def day_of(text):
    return date.fromisoformat(text) if text else None
