"""Reads about what every class has."""

from collections import defaultdict
from dataclasses import dataclass, field

from django.db.models import QuerySet

from staff.acting import Acting
from staff.models import GroupStaff, School, TeachingGroup
from staff.models.people import current_on
from staff.permissions import Permission

from ..models import UniversalCheck, UniversalItem

State = UniversalCheck.State


def classes(school: School) -> QuerySet[TeachingGroup]:
    """The classes in which it is looked at: forms and tutor groups."""
    return TeachingGroup.objects.filter(school=school, kind=TeachingGroup.Kind.FORM, is_archived=False).order_by("name")


def items(school: School) -> list[UniversalItem]:
    return list(UniversalItem.objects.filter(school=school, is_archived=False))


def newest(school: School, group: TeachingGroup | None = None) -> dict[tuple[int, int], UniversalCheck]:
    """{(item, class): the newest look}. One query."""
    rows = UniversalCheck.objects.filter(item__school=school, item__is_archived=False)
    if group:
        rows = rows.filter(group=group)
    rows = rows.select_related("checked_by").order_by("checked_on", "pk")
    return {(row.item_id, row.group_id): row for row in rows}


@dataclass
class Line:
    """One thing, and in how many classes it is in place; `unseen` are those in which nobody has looked yet."""

    item: UniversalItem
    in_place: int = 0
    partly: int = 0
    not_yet: int = 0
    unseen: int = 0


def lines(school: School) -> tuple[list[Line], int]:
    """Each thing with its counts, and how many classes there are. Three queries."""
    groups = list(classes(school).values_list("pk", flat=True))
    looks = newest(school)
    found = []
    for item in items(school):
        line = Line(item)
        for group in groups:
            row = looks.get((item.pk, group))
            name = row.state if row else "unseen"
            setattr(line, name, getattr(line, name) + 1)
        found.append(line)
    return found, len(groups)


@dataclass
class OfArea:
    """An area in a few words, for the map: its first things, and how many classes have all of them in place."""

    names: list[str] = field(default_factory=list)
    full: int = 0


def by_area(school: School) -> tuple[dict[str, OfArea], int]:
    """{area: what every class has}, and how many classes there are. Three queries."""
    groups = list(classes(school).values_list("pk", flat=True))
    looks = newest(school)
    of_area: dict[str, list[UniversalItem]] = defaultdict(list)
    for item in items(school):
        of_area[item.area].append(item)
    found = {}
    for area, rows in of_area.items():
        full = sum(all(_in_place(looks.get((row.pk, group))) for row in rows) for group in groups)
        found[area] = OfArea([row.name for row in rows[:2]], full)
    return found, len(groups)


def _in_place(row: UniversalCheck | None) -> bool:
    return row is not None and row.state == State.IN_PLACE


def to_check(acting: Acting) -> list[TeachingGroup]:
    """The classes of which this person says what is in place: all, or those one teaches or tutors. One query."""
    rows = classes(acting.school)
    if not acting.can(Permission.PROVISION_EDIT):
        kinds = (GroupStaff.Kind.TEACHES, GroupStaff.Kind.TUTORS)
        taught = GroupStaff.objects.filter(current_on(acting.today), user=acting.user, kind__in=kinds)
        rows = rows.filter(pk__in=taught.values("group"))
    return list(rows)


def last_look(group: TeachingGroup) -> int:
    """The number of the newest look in a class: what a form that was opened before it has not seen."""
    return UniversalCheck.objects.filter(group=group).order_by("-pk").values_list("pk", flat=True).first() or 0
