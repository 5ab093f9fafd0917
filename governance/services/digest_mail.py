"""The words of one digest. Inside it a child is initials and a class, never more; in the subject nobody."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from pupils.models import Pupil
from sendco.clock import LONDON, long_date
from sendco.clock.units import plural
from sendco.due.models import DueItem
from sendco.due.windows import THIS_WEEK
from sendco.due.words import authority_words, basis_words, days_in_words
from staff.models import Membership, School
from staff.models.people import current_on

from ..models import Digest, DigestLine
from ..stages import LAST_DAY, LATE, PASSED_ON
from ..told import TOLD_ROLES

Section = DigestLine.Section


@dataclass(frozen=True)
class Mail:
    subject: str
    text: str
    html: str


@dataclass(frozen=True)
class Entry:
    """One item in the mail."""

    who: str
    title: str
    when: str
    state: str
    footing: str
    authority: str
    explanation: str
    notes: tuple


@dataclass(frozen=True)
class Part:
    title: str
    entries: list


def compose(digest: Digest) -> tuple[Mail | None, str]:
    """Return (Mail, "") as things stand now, or (None, why): what was done meanwhile, or is nobody's business any
    more, is left out. Five queries."""
    lines = list(digest.lines.filter(is_folded=False).select_related("school", "instead_of").order_by("day", "pk"))
    schools = _schools_open_to(digest)
    lines = [line for line in lines if line.school_id in schools]
    if not schools:
        return None, "access"
    items = DueItem.objects.open().in_bulk({line.due_item_id for line in lines})
    # The last line of an item is its latest stage: an older mail that could not go out may have left another.
    latest = {line.due_item_id: line for line in lines if line.due_item_id in items}
    if not latest and not digest.unlogged:
        return None, "done"
    about = {item.pupil_id for item in items.values() if item.pupil_id}
    pupils = Pupil.objects.select_related("form_group").in_bulk(about)
    rows = sorted(((items[key], line) for key, line in latest.items()), key=lambda row: (row[0].due_on, row[0].pk))
    return _mail(digest, rows, pupils, many_schools=len({line.school_id for _, line in rows}) > 1), ""


def _schools_open_to(digest: Digest) -> set[int]:
    """Schools in which the person may still be told of pupils: asked again just before the mail goes."""
    if not digest.user.is_active:
        return set()
    held = Membership.objects.filter(current_on(max(digest.day, _today())), user=digest.user, role__in=TOLD_ROLES)
    return set(held.values_list("school_id", flat=True))


def _today() -> date:
    return timezone.now().astimezone(LONDON).date()


def _mail(
    digest: Digest, rows: list[tuple[DueItem, DigestLine]], pupils: Mapping[int | None, Pupil], *, many_schools: bool
) -> Mail:
    parts = _parts(digest.day, rows, pupils, many_schools)
    counts = [f"{len(part.entries)} {part.title.lower()}" for part in parts]
    if digest.unlogged:
        counts.append(f"{plural(digest.unlogged, 'session')} without a record")
    context: dict[str, Any] = {
        "subject": f"Reminders for {long_date(digest.day)}: {', '.join(counts)}",
        "person": digest.user,
        "parts": parts,
        "missed": [long_date(date.fromisoformat(day)) for day in digest.missed_days],
        "unlogged": plural(digest.unlogged, "session") if digest.unlogged else "",
        "catch_up": f"{settings.SITE_URL}{reverse('provision:catch-up')}?whose=mine",
        "link": f"{settings.SITE_URL}/",
    }
    return Mail(
        subject=" ".join(context["subject"].split()),
        text=render_to_string("emails/digest-body-text.txt", context).strip() + "\n",
        html=render_to_string("emails/digest-body-html.html", context),
    )


def _parts(
    day: date, rows: list[tuple[DueItem, DigestLine]], pupils: Mapping[int | None, Pupil], many_schools: bool
) -> list[Part]:
    heaps: dict[str, list[Entry]] = {
        "Overdue": [],
        "This week": [],
        "Later": [],
        "Waiting on others": [],
        "Passed on to you": [],
    }
    for item, line in rows:
        heaps[_heap(item, line, day)].append(_entry(item, line, pupils.get(item.pupil_id), day, many_schools))
    return [Part(title, entries) for title, entries in heaps.items() if entries]


def _heap(item: DueItem, line: DigestLine, day: date) -> str:
    if line.section == Section.PASSED_ON:
        return "Passed on to you"
    if line.section == Section.WAITING:
        return "Waiting on others"
    if item.due_on < day:
        return "Overdue"
    return "This week" if item.due_on <= day + THIS_WEEK else "Later"


def _entry(item: DueItem, line: DigestLine, pupil: Pupil | None, day: date, many_schools: bool) -> Entry:
    return Entry(
        who=_who(pupil, line.school if many_schools else None),
        title=item.title,
        when=long_date(item.due_on),
        state=_state(item, day),
        footing=basis_words(item),
        authority=authority_words(item),
        explanation=item.explanation,
        notes=tuple(_notes(item, line)),
    )


def _who(pupil: Pupil | None, school: School | None) -> str:
    who = "The school"
    if pupil:
        place = pupil.form_group.name if pupil.form_group else pupil.get_year_group_display()
        who = "".join(f"{letter}." for letter in pupil.initials) + (f", {place}" if place else "")
    return f"{who} ({school.short_name})" if school else who


def _state(item: DueItem, day: date) -> str:
    left = (item.due_on - day).days
    if left < 0:
        return f"{days_in_words(-left)} late"
    return "due today" if left == 0 else f"{days_in_words(left)} left"


def _notes(item: DueItem, line: DigestLine) -> Iterator[str]:
    if line.stage == LAST_DAY:
        yield "The school is closed today; the law's time limit ends all the same."
    elif item.act_by_on and item.act_by_on != item.due_on and line.stage not in (LATE, PASSED_ON):
        yield f"The last school day before it is {long_date(item.act_by_on)}."
    if line.instead_of:
        yield f"You stand in for {line.instead_of.name}."
