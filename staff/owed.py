"""Derive what records owe from their facts and the school's calendar, and keep the due table in step.

Floors register what their records owe (`sendco.due.registry`); services ask here to derive it, checks to compare it.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from django.db.models import Model, QuerySet

from sendco.clock import SchoolCalendar
from sendco.due.registry import SOURCES, Source, source_of
from sendco.due.services import Owed, differences_many, forget, sync_many

from .models import School
from .selectors import school_calendar, successors

Calendars = Callable[[School], SchoolCalendar | None]


def _derived(source: Source, rows: Iterable[Any], calendars: Calendars) -> list[Any]:
    """What `sync_many` takes: each record with what its facts give. `calendars` answers for a school."""
    derived, heirs = [], {}
    for row in rows:
        school = source.school_of(row)
        if school.pk not in heirs:
            heirs[school.pk] = successors(school)
        owed = [_owned(item, heirs[school.pk]) for item in source.derive(row, calendars(school))]
        derived.append((row, owed, school.pk, source.pupil_id_of(row)))
    return derived


def _owned(item: Owed, heirs: dict[int, int]) -> Owed:
    """What somebody left behind belongs to whoever took it over, but for what is about the person alone."""
    if item.is_personal:
        return item
    return replace(item, owner_id=heirs[item.owner_id]) if item.owner_id in heirs else item


def _calendars() -> Calendars:
    """Read each school's calendar once."""
    known: dict[int, SchoolCalendar | None] = {}

    def calendar(school: School) -> SchoolCalendar | None:
        if school.pk not in known:
            known[school.pk] = school_calendar(school)
        return known[school.pk]

    return calendar


def bring_up_to_date(row: Model) -> None:
    """Derive this record's deadlines and write them to the due table, in the caller's transaction."""
    source = source_of(row)
    sync_many(_derived(source, [source.fresh(row)], school_calendar))


def owes_nothing(row: Model) -> None:
    """Take away the deadlines of a record that is about to be deleted."""
    forget(row)


def bring_pupil_up_to_date(pupil: Model) -> None:
    """Derive every deadline of one pupil again, on every floor, after facts about the pupil changed."""
    bring_pupils_up_to_date([pupil])


def bring_pupils_up_to_date(pupils: Sequence[Model] | QuerySet[Any]) -> None:
    """The same for several: as few queries as for one."""
    calendars = _calendars()
    for source in SOURCES.values():
        if source.pupil is not None:
            sync_many(_derived(source, source.rows(**{f"{source.pupil}__in": pupils}), calendars))


# What else is worked out from a school's calendar, such as the sessions of its provision.
AFTER_DATES: list[Callable[[School], object]] = []


def after_dates_changed(follow: Callable[[School], object]) -> None:
    """Have this done for a school whenever its calendar may have changed, and every day. Safe to do again."""
    AFTER_DATES.append(follow)


def bring_school_up_to_date(school: School, progress: Callable[[int, int], object] = lambda done, total: None) -> int:
    """Derive every deadline of a school again, after its calendar or its own numbers of days changed."""
    calendar = school_calendar(school)
    for follow in AFTER_DATES:
        follow(school)
    total = sum(source.model._default_manager.filter(**{source.school: school}).count() for source in SOURCES.values())
    done = 0
    for source in SOURCES.values():
        for rows in source.chunks(**{source.school: school}):
            sync_many(_derived(source, rows, lambda _: calendar))
            done += len(rows)
            progress(done, total)
    return total


def all_differences() -> Iterator[str]:
    """Yield, in words, each due row that differs from what the facts say. For check_deadlines."""
    calendars = _calendars()
    for source in SOURCES.values():
        for rows in source.chunks():
            yield from differences_many(_derived(source, rows, calendars))
