"""What was late, and what was said of it."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from governance.models import MissedDeadline
from sendco.clock import Duty
from sendco.due.models import DueItem

# A year: the governors' reports compare terms with those of the year before.
LOOK_BACK = timedelta(days=365)
KEY = ("source_type", "source_id", "rule", "trigger_on")
# An exception that is claimed disapplies the date, and a date that another replaced is history: neither is on time
# or late. A parent may answer or not.
COUNTS = Q(exception="", replaced_by="") & ~Q(duty=Duty.PARENT)
DONE_LATE = COUNTS & (Q(met_on__gt=F("due_on")) | Q(met_on=None, closed_on__gt=F("due_on")))


def open_late(today: date) -> Q:
    return COUNTS & Q(met_on=None, closed_on=None, due_on__lt=today)


def late(items: QuerySet[DueItem], today: date) -> QuerySet[DueItem]:
    """Done after the date, fallen away after it, or open and past it."""
    return items.filter(DONE_LATE | open_late(today), is_personal=False)


def _own(model: Any) -> QuerySet[Any]:
    return model.objects.filter(**{name: OuterRef(name) for name in KEY})


def unexplained(items: QuerySet[DueItem], today: date) -> QuerySet[DueItem]:
    """Duties of the school that ended late in the last year and that nobody has said a word about."""
    ended = items.filter(DONE_LATE, duty=Duty.SCHOOL, due_on__gte=today - LOOK_BACK, is_personal=False)
    return ended.filter(~Exists(_own(MissedDeadline)))


def explanations_of(items: Sequence[DueItem | MissedDeadline]) -> dict[tuple[str, int, str, date], MissedDeadline]:
    """{key of the item: MissedDeadline} for a page of items. One query."""
    items = list(items)
    keys = {key_of(item) for item in items}
    rows = MissedDeadline.objects.filter(source_id__in={item.source_id for item in items}).select_related("by")
    return {row.key: row for row in rows if row.key in keys}


def explanation_of(item: DueItem | MissedDeadline) -> MissedDeadline | None:
    return MissedDeadline.objects.filter(**{name: getattr(item, name) for name in KEY}).select_related("by").first()


def key_of(item: DueItem | MissedDeadline) -> tuple[str, int, str, date]:
    return tuple(getattr(item, name) for name in KEY)


def causes(*, school_id: int, first: date, last: date, today: date) -> list[tuple[str, int]]:
    """[(words, number)] of what the school gave as causes of its own late duties, most often first. No names."""
    still_late = late(_own(DueItem), today)
    rows = MissedDeadline.objects.filter(
        Exists(still_late), school_id=school_id, duty=Duty.SCHOOL, due_on__gte=first, due_on__lte=last
    )
    by_cause = rows.order_by().values_list("cause").annotate(number=Count("pk")).order_by("-number", "cause")
    return [(MissedDeadline.Cause(cause).label, number) for cause, number in by_cause]
