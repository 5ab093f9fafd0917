"""The feed of what is due, for the person who looks: the one reading of the due table that every page shares."""

from dataclasses import dataclass
from itertools import starmap

from pupils.models import Pupil
from pupils.models.pupil import YearGroup
from sendco.addresses import address_of
from sendco.clock import Duty
from sendco.due.models import DueItem
from sendco.due.words import duty_words
from staff.permissions import Permission


def due_for(acting):
    """Open items this person may know of."""
    return known_to(acting).open()


def known_to(acting):
    """Items, open or not, of the pupils in view for those who read the record; for others only their own."""
    if not acting.school:
        return DueItem.objects.none()
    items = DueItem.objects.filter(school_id=acting.school.pk)
    if not acting.can(Permission.NARRATIVE_VIEW):
        return items.filter(owner_id=acting.user.pk)
    if acting.sees_all_pupils:
        return items
    return items.filter(pupil_id__in=Pupil.objects.visible_to(acting).values("pk"))


@dataclass(frozen=True)
class Action:
    words: str
    href: str


YEARS = dict(YearGroup.choices)
# The one next action of each rule: words, route, and whether the route takes the source's id or the pupil's.
ACTIONS = {
    "concern.first_look": ("Look at it", "pupils:concern-detail", "source"),
    "concern.look_again": ("Look again", "pupils:concern-detail", "source"),
    "concern.view": ("Give your view", "pupils:concern-view-answer", "source"),
    "watch.look_again": ("Look again", "pupils:watch-look-again", "source"),
    "support.tell_parent": ("Write the letter", "pupils:letter-new", "source"),
}


@dataclass(frozen=True)
class Row:
    """One line of a due list: the item, whose it is in words, and what to do next."""

    item: object
    pupil: object
    owner: str
    ours: bool
    action: Action | None


@dataclass(slots=True)
class Child:
    """What a due line shows of a pupil."""

    pk: int
    legal_forename: str
    legal_surname: str
    preferred_forename: str
    preferred_surname: str
    year_group: str
    class_name: str | None

    forename = Pupil.forename
    name = Pupil.name

    @property
    def where(self):
        return self.class_name or YEARS.get(self.year_group, self.year_group)


CHILD_READ = ("pk", "legal_forename", "legal_surname", "preferred_forename", "preferred_surname", "year_group")


def children(ids):
    """Read the children of due items that the caller may show: {id: Child}. One query."""
    found = Pupil.objects.filter(pk__in=ids).order_by().values_list(*CHILD_READ, "form_group__name")
    return {child.pk: child for child in starmap(Child, found)}


def rows(items, *, pupils, people=None, acting):
    """Shape due items for a page. `pupils` maps ids to `children`, `people` to users."""
    return [_row(item, pupils.get(item.pupil_id), (people or {}).get(item.owner_id), acting) for item in items]


def _row(item, pupil, person, acting):
    ours = item.duty == Duty.SCHOOL
    named = "You" if item.owner_id == acting.user.pk else person.name if person else ""
    owner = named or duty_words(item)
    words, route, takes = ACTIONS.get(item.rule, (None, None, None))
    asked = item.rule == "concern.view"
    if asked and item.owner_id != acting.user.pk:
        words, route, takes = "See the pupil", "pupil-detail", "pupil"
    action = Action(words, address_of(route, item.source_id if takes == "source" else item.pupil_id)) if route else None
    return Row(item=item, pupil=pupil, owner=owner, ours=ours, action=action)
