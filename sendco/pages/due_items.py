"""The feed of what is due, for the person who looks: the one reading of the due table that every page shares."""

from dataclasses import dataclass

from django.urls import reverse

from pupils.models import Pupil
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


def rows(items, *, pupils, people=None, acting):
    """Shape due items for a page. `pupils` and `people` map ids to rows that the caller has read."""
    return [_row(item, pupils.get(item.pupil_id), (people or {}).get(item.owner_id), acting) for item in items]


def _row(item, pupil, person, acting):
    ours = item.duty == Duty.SCHOOL
    named = "You" if item.owner_id == acting.user.pk else person.name if person else ""
    owner = named or duty_words(item)
    words, route, takes = ACTIONS.get(item.rule, (None, None, None))
    asked = item.rule == "concern.view"
    if asked and item.owner_id != acting.user.pk:
        words, route, takes = "See the pupil", "pupil-detail", "pupil"
    action = (
        Action(words, reverse(route, args=[item.source_id if takes == "source" else item.pupil_id])) if route else None
    )
    return Row(item=item, pupil=pupil, owner=owner, ours=ours, action=action)
