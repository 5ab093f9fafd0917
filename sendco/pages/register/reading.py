"""What the register shows, read in a number of queries that does not grow with the list."""

from itertools import starmap

from django.db.models import Count

from pupils.models import Need, Pupil, PupilFlag, RegisterEntry, WatchListEntry
from pupils.models.pupil import FLAG_CODES, FlagKind, flag_kinds_for

from ..due.items import due_for
from .rows import DUE_READ, READ, NextDate, RegisterRow


def open_rows(model, acting):
    """Open rows of a table that has the school, for counting: who sees every pupil needs no join, an index answers."""
    rows = model.objects.filter(school=acting.school, ends_on=None)
    return rows if acting.sees_all_pupils else rows.filter(pupil__in=Pupil.objects.visible_to(acting).values("pk"))


def counts(acting, by_code=None):
    """How many pupils this person may see under each tab. Two queries, whatever the size of the deployment; one where
    `by_code`, the number of open entries of each status, was read already."""
    if by_code is None:
        by_code = dict(open_rows(RegisterEntry, acting).order_by().values_list("code").annotate(rows=Count("*")))
    watched = open_rows(WatchListEntry, acting)
    support, plan, none = (by_code.get(code, 0) for code in "KEN")
    monitored = watched.count()
    return {
        "E": plan,
        "K": support,
        "M": monitored,
        "N": none,
        "register": support + plan + monitored,
        "all": support + plan + none,
    }


def _by_pupil(rows):
    """Collect (pupil id, value) pairs into {pupil id: [values]}."""
    values_by_pupil = {}
    for pupil_id, value in rows:
        values_by_pupil.setdefault(pupil_id, []).append(value)
    return values_by_pupil


def only_kinds(acting):
    """The filter that leaves the flags this person may see; none for who may see them all."""
    kinds = flag_kinds_for(acting)
    return {} if len(kinds) == len(FlagKind) else {"kind__in": kinds}


def with_details(pupils, acting):
    """Read what a row shows: class, key worker, needs, flags and the next date. Four queries, whatever the number."""
    rows = list(starmap(RegisterRow, pupils.values_list(*READ)))
    ids = [row.pk for row in rows]
    needs = Need.objects.filter(pupil__in=ids, ends_on=None).order_by("rank")
    needs = _by_pupil(needs.values_list("pupil_id", "need_type__short_name"))
    flags = PupilFlag.objects.filter(pupil__in=ids, ends_on=None, **only_kinds(acting)).order_by("kind")
    flags = _by_pupil(flags.values_list("pupil_id", "kind"))
    due = {}
    items = due_for(acting).filter(pupil_id__in=ids).order_by("due_on", "pk")
    for pupil_id, *item in items.values_list("pupil_id", *DUE_READ):
        due.setdefault(pupil_id, item)
    for row in rows:
        row.need_names = needs.get(row.pk, [])
        row.flag_codes = [FLAG_CODES[kind] for kind in flags.get(row.pk, [])]
        if row.pk in due:
            row.next_item = NextDate(*due[row.pk])
    return rows
