"""Writing what colleagues read, asking them to, and noting who has read which edition."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from sendco.audit import services as audit
from sendco.refusals import Refused

from ..models import Briefing, Post, Reading, School, StaffMember, User
from ..owed import bring_up_to_date
from ..saving import save_versioned
from .cards import FIRST
from .refusals import BriefingReason

DAYS_TO_READ = timedelta(days=14)
# What has to be read again where it changes.
READ = {"title", "text", "what_we_do", "stage", "applies_from"}


@transaction.atomic
def save_briefing(
    *, briefing: Briefing, values: dict[str, Any], version: int, is_minor: bool = False, by: User
) -> Briefing:
    """Add or change a briefing. Other words are a new edition, which everybody is asked to read again; a slip of the
    pen (`is_minor`) is not. Raises ChangedMeanwhile and Refused."""
    if values["kind"] == Briefing.Kind.LAW and not values["stage"]:
        raise Refused(BriefingReason.STAGE_MISSING, field="stage")
    if values["kind"] != Briefing.Kind.LAW:
        values = values | {"stage": ""}
    is_new = briefing.pk is None
    saved, changed = save_versioned(briefing, values, version=version, by=by)
    again = not is_new and not is_minor and bool(READ & set(changed))
    if again:
        saved.edition, saved.edition_on = saved.edition + 1, timezone.localdate()
        with audit.saving(saved, by=by):
            saved.save(update_fields=["edition", "edition_on"])
    if saved.asked_on and not is_new:
        _ask(saved, by=by, again=again)
    if changed:
        how = "added" if is_new else "changed, to be read again" if again and saved.asked_on else "changed"
        audit.record("reading.saved", saved, text=f"{saved.get_kind_display()} {saved.title} {how}", by=by)
    return saved


@transaction.atomic
def ensure_first(school: School, *, by: User | None) -> int:
    """Give a school the usual duty cards and the log of changes of the law, once. Returns how many."""
    if Briefing.objects.filter(school=school).exists():
        return 0
    for values in FIRST:
        row = Briefing(school=school, **values)
        with audit.saving(row, by=by):
            row.save()
    return len(FIRST)


@transaction.atomic
def ask_everybody(*, briefing: Briefing, by: User) -> int:
    """Ask all adults at work whom it is for to read it within two weeks; those who come later are asked as they come.

    Returns how many are asked.
    """
    row = _taken(briefing)
    if row.asked_on is None:
        row.asked_on, row.version = timezone.localdate(), row.version + 1
        with audit.saving(row, by=by):
            row.save(update_fields=["asked_on", "version"])
    asked = _ask(row, by=by)
    if not asked:
        raise Refused(BriefingReason.NOBODY)
    audit.record("reading.asked", row, text=f"{asked} colleagues asked to read {row.title}", by=by)
    return asked


def _taken(briefing: Briefing) -> Briefing:
    row = Briefing.objects.select_for_update(of=("self",)).get(pk=briefing.pk)
    if row.archived_on:
        raise Refused(BriefingReason.ARCHIVED)
    return row


def _ask(briefing: Briefing, *, by: User | None, again: bool = False) -> int:
    """One reading for each adult it is for. With `again` those who read an earlier edition get a new day."""
    today = timezone.localdate()
    everyone = _held(briefing.school, today)
    present = {row.member_id: row for row in briefing.readings.select_related("member")}
    wanted = {member for member, held in everyone.items() if briefing.is_for(held.groups)}
    for member in wanted | set(present):
        due_on = _due_on(everyone.get(member), today)
        row = present.get(member) or Reading(briefing=briefing, member_id=member, due_on=due_on)
        row.briefing = briefing
        closed = None if member in wanted else row.closed_on or today
        fresh = row.pk is None or (again and member in wanted)
        if fresh or row.closed_on != closed:
            row.due_on = due_on if fresh or row.closed_on else row.due_on
            row.closed_on = closed
            with audit.saving(row, by=by):
                row.save()
        bring_up_to_date(row)
    return len(wanted)


@dataclass
class _Held:
    """The kinds of post that an adult holds or will hold, and the first day of them."""

    groups: set[str]
    first: date


def _held(school: School, day: date) -> dict[int, _Held]:
    """{adult: what they hold}, posts to come among it: new colleagues read before they start. One query."""
    found: dict[int, _Held] = {}
    posts = Post.objects.filter(member__school=school).exclude(ends_on__lt=day)
    for member, group, first in posts.values_list("member", "staff_group", "starts_on"):
        held = found.setdefault(member, _Held(set(), first))
        held.groups.add(group)
        held.first = min(held.first, first)
    return found


def _due_on(held: _Held | None, today: date) -> date:
    """Two weeks from today, or from the first day of somebody who is still to begin."""
    return max(today, held.first if held else today) + DAYS_TO_READ


@transaction.atomic
def ask_member(member: StaffMember, *, by: User) -> None:
    """After a change of posts: ask for what this adult's kinds of post have to read, and no longer for the rest."""
    today = timezone.localdate()
    held = _held(member.school, today).get(member.pk)
    present = {row.briefing_id: row for row in member.readings.select_related("briefing")}
    for briefing in Briefing.objects.filter(school=member.school, archived_on=None).exclude(asked_on=None):
        wanted = held is not None and briefing.is_for(held.groups)
        row = present.get(briefing.pk)
        if row is None and wanted:
            row = Reading(briefing=briefing, member=member, due_on=_due_on(held, today))
        elif row is None or wanted == (row.closed_on is None):
            continue
        if wanted:
            row.due_on = max(row.due_on, _due_on(held, today))
        row.closed_on = None if wanted else today
        with audit.saving(row, by=by):
            row.save()
        bring_up_to_date(row)


@transaction.atomic
def confirm_read(*, briefing: Briefing, edition: int, member: StaffMember | None, by: User) -> Reading:
    """The adult has read this edition. Raises Refused where it is not the current one."""
    row = _taken(briefing)
    if edition != row.edition:
        raise Refused(BriefingReason.CHANGED)
    if member is None or member.user_id != by.pk or member.school_id != row.school_id:
        raise Refused(BriefingReason.NOT_ASKED)
    reading = Reading.objects.filter(briefing=row, member=member, closed_on=None).first()
    if reading is None or row.asked_on is None:
        raise Refused(BriefingReason.NOT_ASKED)
    reading.briefing, reading.read_edition, reading.read_on = row, edition, timezone.localdate()
    with audit.saving(reading, by=by):
        reading.save()
    bring_up_to_date(reading)
    return reading


@transaction.atomic
def note_read(*, reading: Reading, by: User) -> Reading:
    """Note that somebody without an account has read it, as it was given to them on paper. Raises Refused for others:
    they say so themselves."""
    rows = Reading.objects.select_for_update(of=("self",)).select_related("briefing__school", "member")
    row = rows.get(pk=reading.pk)
    if row.member.user_id:
        raise Refused(BriefingReason.SAYS_SO, person=row.member.name)
    row.read_edition, row.read_on = row.briefing.edition, timezone.localdate()
    with audit.saving(row, by=by):
        row.save()
    text = f"{row.member.name} has read {row.briefing.title} on paper"
    audit.record("reading.noted", row.briefing, text=text, by=by)
    return row


@transaction.atomic
def put_away(*, briefing: Briefing, by: User) -> None:
    """Take it off everybody's list. Who has read it stays on record."""
    row = Briefing.objects.select_for_update(of=("self",)).get(pk=briefing.pk)
    _set_archived(row, timezone.localdate(), by=by)
    audit.record("reading.put_away", row, text=f"{row.title} put away", by=by)


@transaction.atomic
def take_out(*, briefing: Briefing, by: User) -> None:
    row = Briefing.objects.select_for_update(of=("self",)).get(pk=briefing.pk)
    _set_archived(row, None, by=by)
    if row.asked_on:
        _ask(row, by=by, again=True)
    audit.record("reading.taken_out", row, text=f"{row.title} taken out again", by=by)


def _set_archived(row: Briefing, on: date | None, *, by: User) -> None:
    row.archived_on, row.version = on, row.version + 1
    with audit.saving(row, by=by):
        row.save(update_fields=["archived_on", "version"])
    for reading in row.readings.all():
        bring_up_to_date(reading)
