"""The feed of what is due, for the person who looks: the one reading of the due table that every page shares."""

from dataclasses import dataclass
from datetime import date
from itertools import starmap

from django.db.models import BooleanField, Case, Exists, OuterRef, Q, When
from django.urls import reverse
from django.utils import timezone

from ehcp.models import Consultation
from governance.selectors.cover import covered_ids, standing_in
from governance.selectors.reminders import acknowledgements
from governance.told import TOLD_ROLES
from pupils.models import Pupil
from pupils.models.pupil import YearGroup
from sendco.addresses import address, address_of
from sendco.clock import Duty
from sendco.due.models import DueItem
from sendco.due.pages import Takes, pages_of
from sendco.due.words import duty_words
from staff.models import Membership, User
from staff.models.people import current_on
from staff.owing import subjects_of
from staff.permissions import Permission


def due_for(acting, covered=None):
    """Open items this person may know of."""
    return known_to(acting, covered).open()


def known_to(acting, covered=None):
    """Items, open or not, of the pupils in view for those who read the record; for others only their own and those of
    the people they stand in for. `covered` are those people's ids where they are known: else it is one query."""
    items = in_view(acting)
    if not acting.school or acting.can(Permission.NARRATIVE_VIEW):
        return items
    covered = covered_ids(acting, timezone.localdate()) if covered is None else covered
    return items.filter(owner_id__in={acting.user.pk, *covered})


def in_view(acting):
    """Items of the school for those who read none of its records either: whose they may know is not asked here."""
    if not acting.school:
        return DueItem.objects.none()
    items = DueItem.objects.filter(school_id=acting.school.pk).known_by(acting.user.pk)
    if acting.sees_all_pupils or not acting.can(Permission.NARRATIVE_VIEW):
        return items
    own = Q(is_personal=True) | Q(owner_id=acting.user.pk, pupil_id=None)
    return items.filter(Q(pupil_id__in=Pupil.objects.visible_to(acting).values("pk")) | own)


def standing_in_now(acting, today):
    """Those for whom this person stands in, with how many of their duties are late. One query."""
    return standing_in(acting, today, in_view(acting).open())


@dataclass(frozen=True)
class Action:
    words: str
    href: str


YEARS = dict(YearGroup.choices)


@dataclass(frozen=True)
class Quiet:
    """The daily mail about a late item: where it is stopped or let go on, and who has stopped it until when."""

    href: str
    by: str = ""
    on: date | None = None
    until: date | None = None


@dataclass(frozen=True)
class Row:
    """One line of a due list: the item, whose it is in words, and what to do next."""

    item: object
    pupil: object
    owner: str
    ours: bool
    action: Action | None
    quiet: "Quiet | None" = None


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
    opens: bool = True  # may the person who looks open the child's page

    forename = Pupil.forename
    name = Pupil.name

    @property
    def where(self):
        return self.class_name or YEARS.get(self.year_group, self.year_group)


CHILD_READ = ("pk", "legal_forename", "legal_surname", "preferred_forename", "preferred_surname", "year_group")


def children(ids, acting=None):
    """Read the children of due items that the caller may show: {id: Child}. One query.

    With `acting` each says whether that person may open the child's page: a view is asked of colleagues who may not.
    """
    pupils, read = Pupil.objects.filter(pk__in=ids).order_by(), [*CHILD_READ, "form_group__name"]
    if acting and not acting.sees_all_pupils:
        pupils = pupils.annotate(opens=Exists(Pupil.objects.visible_to(acting).filter(pk=OuterRef("pk"))))
        read.append("opens")
    return {child.pk: child for child in starmap(Child, pupils.values_list(*read))}


@dataclass(frozen=True)
class NotOnRoll:
    """A child whom an authority asks about, and who has no record here."""

    name: str
    pk = None
    where = "not on roll"


CONSULTATION = "ehcp.consultation"


@dataclass(frozen=True)
class Subject:
    """What a personal item is about: a colleague, a training. Only its owner meets the line."""

    name: str
    where: str
    pk = None


def _subject(item, subjects):
    found = subjects.get((item.source_type, item.source_id))
    return Subject(*found) if found else None


def _not_on_roll(items):
    """{consultation id: child} of the items about nobody on roll. No query where there is none."""
    ids = [item.source_id for item in items if item.pupil_id is None and item.source_type == CONSULTATION]
    if not ids:
        return {}
    return {pk: NotOnRoll(name) for pk, name in Consultation.objects.filter(pk__in=ids).values_list("pk", "child_name")}


def working_here(acting):
    """The ids of those who see pupils of the school today, as a query. They are the ones who are mailed, too."""
    held = Membership.objects.filter(current_on(timezone.localdate()), school=acting.school, role__in=TOLD_ROLES)
    return held.filter(user__is_active=True).order_by().values("user")


def owners(items, acting):
    """{id: user} of those whose duties these are; `is_here` says whether they have a role here today. One query."""
    ids = {item.owner_id for item in items if item.owner_id}
    if not ids:
        return {}
    here = Q(pk__in=working_here(acting)) if acting.school else Q(pk=None)
    people = User.objects.annotate(is_here=Case(When(here, then=True), default=False, output_field=BooleanField()))
    return people.in_bulk(ids)


def rows(items, *, pupils, people=None, acting):
    """Shape due items for a page. `pupils` maps ids to `children`, `people` to users."""
    others = _not_on_roll(items)
    subjects = subjects_of(items)
    steps = _steps(items, acting)
    known = acknowledgements({item.known_id for item in items if getattr(item, "known_id", None)})
    return [
        _row(
            item,
            pupils.get(item.pupil_id) if item.pupil_id else others.get(item.source_id) or _subject(item, subjects),
            (people or {}).get(item.owner_id),
            known,
            steps,
            acting,
        )
        for item in items
    ]


def _steps(items, acting):
    """{item id: what is next in its case} where a floor says more than the rule. One query for each kind of case."""
    asked = {}
    for item in items:
        if steps := pages_of(item.rule).steps:
            asked.setdefault(steps, []).append(item)
    return {pk: step for steps, found in asked.items() for pk, step in steps(acting, found).items()}


def _row(item, pupil, person, known, steps, acting):
    ours = item.duty == Duty.SCHOOL
    owner = "You" if item.owner_id == acting.user.pk else named(person) or duty_words(item)
    action, quiet = _action(item, pupil, steps, acting), _quiet(item, known)
    return Row(item=item, pupil=pupil, owner=owner, ours=ours, action=action, quiet=quiet)


def named(person):
    """Whose a duty is, in words: an owner who has no role here any more is nobody."""
    if person is None:
        return ""
    return person.name if person.is_here else f"Nobody now, before {person.name}"


def _quiet(item, known):
    """Of a late item that was read `with_acknowledged`; None for any other: no mail goes out daily about it."""
    if item.exception or item.due_on >= timezone.localdate() or not hasattr(item, "known_id"):
        return None
    href = address_of("governance:due-acknowledge", item.pk)
    said = known.get(item.known_id)
    return Quiet(href, said.by.name, timezone.localdate(said.made_at), said.look_again_on) if said else Quiet(href)


def _action(item, pupil, steps, acting):
    """The one next step: what we owe, else the letter to who is late, else the case to look at."""
    pages = pages_of(item.rule)
    late = item.duty != Duty.SCHOOL and not item.exception and item.due_on < timezone.localdate()
    if late and pages.chaser and acting.can(Permission.CASE_EDIT):
        return _button(pages.chaser, item)
    if pages.for_others and item.owner_id != acting.user.pk:
        return _button(pages.for_others, item) if getattr(pupil, "opens", True) else None
    if step := steps.get(item.pk):
        return Action(step.label, reverse(step.route, args=step.args))
    if pages.action:
        return _button(pages.action, item)
    return Action("Look at the case", address_of(pages.watched, item.source_id)) if pages.watched else None


def _button(way, item):
    if way.query:
        return Action(way.label, f"{address(way.route)}?{way.query}={item.source_id}")
    args = [getattr(item, arg.value) if isinstance(arg, Takes) else arg for arg in way.args]
    return Action(way.label, address_of(way.route, *args) if len(args) == 1 else reverse(way.route, args=args))
