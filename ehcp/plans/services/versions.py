"""The words of a plan: versions with dates, sections, outcomes and lines of provision."""

import hashlib
import json
from collections.abc import Sequence
from datetime import date
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils import timezone

from pupils.models import NeedType
from sendco.audit import services as audit
from sendco.clock import long_date
from sendco.refusals import ChangedMeanwhile, Refused
from sendco.richtext import clean_rich
from staff.models import User

from ...cases.kernel import locked
from ...cases.settling import settle
from ...ledger.services import carry_links
from ...models import OutcomeReview, Plan, PlanOutcome, PlanSection, PlanVersion, ProvisionLine, SectionLetter
from ..refusals import PlanReason
from . import plans

Kind = PlanVersion.Kind
OUTCOME_FIELDS = ("text", "by_when", "preparation")
LINE_FIELDS = ("outcome", "section", "text", "minutes", "times", "per", "who", "group_size")
MOST_ROWS = 200
Row = TypeVar("Row", PlanOutcome, ProvisionLine)
Written = TypeVar("Written", PlanOutcome, PlanSection, ProvisionLine)


# --- Versions ----------------------------------------------------------------------------------------------------
@transaction.atomic
def new_version(
    *,
    plan: Plan,
    kind: PlanVersion.Kind,
    dated_on: date,
    by: User,
    received_on: date | None = None,
    note: str = "",
    copy_from: PlanVersion | None = None,
    needs: Sequence[NeedType] = (),
) -> PlanVersion:
    """Begin a version from the words of another, or empty. A person types it, so it counts at once."""
    plan = locked(plan)
    version = add_version(
        plan=plan,
        kind=kind,
        dated_on=dated_on,
        received_on=received_on,
        note=note,
        by=by,
        confirmed_by=by,
        confirmed_at=timezone.now(),
    )
    if copy_from:
        _copy(copy_from, version, by=by)
    take_effect(version, needs, by=by)
    return version


def add_version(
    *,
    plan: Plan,
    kind: str,
    dated_on: date,
    by: User,
    received_on: date | None = None,
    note: str = "",
    **facts: Any,
) -> PlanVersion:
    """Write the row of a version, with the next number. For this floor's services, inside their transactions."""
    if plan.ceased_on:
        raise Refused(PlanReason.ENDED, ceased_on=plan.ceased_on)
    check_version_days(plan, dated_on, received_on)
    number = (plan.versions.aggregate(last=Max("number"))["last"] or 0) + 1
    version = PlanVersion(
        plan=plan,
        number=number,
        kind=kind,
        dated_on=dated_on,
        received_on=received_on,
        note=note,
        made_by=by,
        **facts,
    )
    with audit.saving(version, by=by):
        version.save()
    text = f"Version {number} of the plan: {version.get_kind_display().lower()} of {long_date(dated_on)}"
    _record("plan.version_added", version, text, by=by, happened_on=dated_on)
    return version


def check_version_days(plan: Plan, dated_on: date, received_on: date | None) -> None:
    plans.check_day(dated_on, "The date on the plan", pupil=plan.pupil)
    plans.check_day(received_on, "The day it came", after=dated_on, after_words="the date on the plan")


def _copy(source: PlanVersion, target: PlanVersion, *, by: User) -> None:
    if source.plan_id != target.plan_id:
        raise Refused(PlanReason.COPY_OF_ANOTHER_PLAN)
    for section in source.sections.all():
        _write(PlanSection(plan_version=target, letter=section.letter, html=section.html), by=by)
    outcomes = {}
    for outcome in source.outcomes.all():
        values = {name: getattr(outcome, name) for name in OUTCOME_FIELDS}
        outcomes[outcome.pk] = _write(PlanOutcome(plan_version=target, number=outcome.number, **values), by=by)
    for line in source.lines.all():
        values = {name: getattr(line, name) for name in LINE_FIELDS} | {"outcome": outcomes.get(line.outcome_id or 0)}
        copied = _write(ProvisionLine(plan_version=target, number=line.number, **values), by=by)
        carry_links(line, copied, by=by)


def _write(row: Written, *, by: User) -> Written:
    with audit.saving(row, by=by):
        row.save()
    return row


def take_effect(version: PlanVersion, needs: Sequence[NeedType] = (), *, by: User) -> None:
    """A final version that counts gives the plan its date, and the register follows."""
    plan = version.plan
    if version.kind == Kind.FINAL and plan.made_on is None:
        plans.issue_plan(plan=plan, made_on=version.dated_on, needs=needs, by=by)
    else:
        settle(plan)


def lock(version: PlanVersion, edit_version: int | None = None) -> PlanVersion:
    row = PlanVersion.objects.select_for_update(of=("self",)).select_related("plan__pupil", "plan__school")
    row = row.get(pk=version.pk)
    if edit_version is not None and row.edit_version != edit_version:
        raise ChangedMeanwhile(row)
    return row


def _touch(version: PlanVersion, *names: str, by: User) -> None:
    version.edit_version += 1
    with audit.saving(version, by=by):
        version.save(update_fields=[*names, "edit_version"])


def _record(code: str, version: PlanVersion, text: str, *, by: User, happened_on: date | None = None) -> None:
    plan = version.plan
    about: dict[str, Any] = {"school_id": plan.school_id, "pupil_id": plan.pupil_id}
    audit.record(code, version, text=text, by=by, happened_on=happened_on, **about)


@transaction.atomic
def change_version(*, version: PlanVersion, values: dict[str, Any], edit_version: int, by: User) -> PlanVersion:
    """Correct what is said about a version: its kind, its dates, its note."""
    row = lock(version, edit_version)
    names = [name for name in ("kind", "dated_on", "received_on", "note") if name in values]
    check_version_days(row.plan, values.get("dated_on", row.dated_on), values.get("received_on", row.received_on))
    changed = [name for name in names if getattr(row, name) != values[name]]
    if not changed:
        return row
    for name in changed:
        setattr(row, name, values[name])
    _touch(row, *changed, by=by)
    _record("plan.version_changed", row, f"Version {row.number} of the plan corrected", by=by)
    if row.confirmed_at:
        take_effect(row, by=by)
    return row


# --- Sections ----------------------------------------------------------------------------------------------------
def seen_of(html: str) -> str:
    """A mark of what a form showed, so that only a change of that very text stands in its way."""
    return hashlib.sha256((html or "").encode()).hexdigest()[:16]


def section_of(version: PlanVersion, letter: str) -> PlanSection:
    """The section, or one that is not saved yet and holds nothing."""
    section = PlanSection.objects.filter(plan_version=version, letter=letter).first()
    return section or PlanSection(plan_version=version, letter=letter)


@transaction.atomic
def save_section(*, version: PlanVersion, letter: str, html: str, seen: str, by: User) -> PlanSection:
    """Keep the words of one section. Two people may write two sections at once; one section only one of them."""
    version = lock(version)
    section = section_of(version, letter)
    if seen != seen_of(section.html):
        raise ChangedMeanwhile(section)
    html = clean_rich(html)
    if html == section.html:
        return section
    section.html = html
    _write(section, by=by)
    _touch(version, by=by)
    label = SectionLetter(letter).label
    _record("plan.section_saved", version, f"Section {letter} ({label}) of version {version.number} written", by=by)
    return section


# --- Outcomes and lines ------------------------------------------------------------------------------------------
def row_seen(row: PlanOutcome | ProvisionLine | None, names: tuple[str, ...]) -> str:
    """A mark of what a form showed of an outcome or a line; empty for a new one."""
    if row is None or row.pk is None:
        return ""
    values = [getattr(row, PROPERTY.get(name, name)) for name in names]
    return seen_of(json.dumps(values, default=str))


PROPERTY = {"outcome": "outcome_id"}


def _current(model: type[Row], row: Row | None, names: tuple[str, ...], seen: str) -> Row | None:
    if row is None:
        return None
    row = model.objects.select_for_update(of=("self",)).filter(pk=row.pk).first()
    if row is None:
        raise Refused(PlanReason.ROW_GONE)
    if seen != row_seen(row, names):
        raise ChangedMeanwhile(row)
    return row


def _next_number(rows: Any) -> int:
    numbers = list(rows.values_list("number", flat=True))
    if len(numbers) >= MOST_ROWS:
        raise Refused(PlanReason.TOO_MANY_ROWS, most=MOST_ROWS)
    return max(numbers, default=0) + 1


@transaction.atomic
def save_outcome(
    *, version: PlanVersion, values: dict[str, Any], seen: str, by: User, outcome: PlanOutcome | None = None
) -> PlanOutcome:
    version = lock(version)
    outcome = _current(PlanOutcome, outcome, OUTCOME_FIELDS, seen)
    is_new = outcome is None
    if outcome is None:
        outcome = PlanOutcome(plan_version=version, number=_next_number(version.outcomes))
    for name in OUTCOME_FIELDS:
        setattr(outcome, name, values[name])
    _write(outcome, by=by)
    _touch(version, by=by)
    said = "added to" if is_new else "changed in"
    _record("plan.outcome_saved", version, f"Outcome {outcome.number} {said} version {version.number}", by=by)
    return outcome


@transaction.atomic
def save_line(
    *, version: PlanVersion, values: dict[str, Any], seen: str, by: User, line: ProvisionLine | None = None
) -> ProvisionLine:
    version = lock(version)
    line = _current(ProvisionLine, line, LINE_FIELDS, seen)
    outcome = values.get("outcome")
    if outcome and outcome.plan_version_id != version.pk:
        raise Refused(PlanReason.OUTCOME_OF_ANOTHER_VERSION, field="outcome")
    is_new = line is None
    if line is None:
        line = ProvisionLine(plan_version=version)
    if is_new or line.section != values["section"]:
        line.number = _next_number(version.lines.filter(section=values["section"]))
    for name in LINE_FIELDS:
        setattr(line, name, values[name])
    _write(line, by=by)
    _touch(version, by=by)
    said = "added to" if is_new else "changed in"
    _record("plan.line_saved", version, f"Line {line.section}{line.number} {said} version {version.number}", by=by)
    return line


def _siblings(row: PlanOutcome | ProvisionLine) -> QuerySet[Any]:
    if isinstance(row, PlanOutcome):
        return row.plan_version.outcomes.all()
    return row.plan_version.lines.filter(section=row.section)


def _renumber(rows: QuerySet[Any], *, by: User) -> None:
    """Close the gap that a removed row left. Downwards one by one: no two ever share a number."""
    for number, row in enumerate(rows.order_by("number"), start=1):
        if row.number != number:
            row.number = number
            with audit.saving(row, by=by):
                row.save(update_fields=["number"])


@transaction.atomic
def remove_row(*, row: PlanOutcome | ProvisionLine, by: User) -> None:
    """Take an outcome or a line out of its version. What it said stays in the history."""
    version = lock(row.plan_version)
    row = type(row).objects.select_for_update(of=("self",)).filter(pk=row.pk).first()
    if row is None:
        raise Refused(PlanReason.ROW_OUT_ALREADY)
    if isinstance(row, PlanOutcome) and OutcomeReview.objects.filter(outcome=row).exists():
        raise Refused(PlanReason.OUTCOME_REVIEWED)
    siblings, name = _siblings(row), _name(row)
    with audit.saving(row, by=by):
        row.delete()
    _renumber(siblings, by=by)
    _touch(version, by=by)
    _record("plan.row_removed", version, f"{name} taken out of version {version.number}", by=by)


def _name(row: PlanOutcome | ProvisionLine) -> str:
    return f"Outcome {row.number}" if isinstance(row, PlanOutcome) else f"Line {row.section}{row.number}"


@transaction.atomic
def move_row(*, row: PlanOutcome | ProvisionLine, up: bool, by: User) -> None:
    """Change places with the one above or below; at the end nothing happens."""
    version = lock(row.plan_version)
    rows = list(_siblings(row).order_by("number", "pk"))
    place = next((place for place, other in enumerate(rows) if other.pk == row.pk), None)
    if place is None:
        raise Refused(PlanReason.ROW_OUT_ALREADY)
    neighbour = place - 1 if up else place + 1
    if not 0 <= neighbour < len(rows):
        return
    first, second = rows[place], rows[neighbour]
    numbers = first.number, second.number
    for changed, number in ((first, 0), (second, numbers[0]), (first, numbers[1])):
        changed.number = number
        with audit.saving(changed, by=by):
            changed.save(update_fields=["number"])
    _touch(version, by=by)


@transaction.atomic
def challenge_line(*, line: ProvisionLine, challenged_on: date | None, note: str, by: User) -> ProvisionLine:
    """Note that the authority was asked to say what a line means; an empty day takes the note away."""
    line = ProvisionLine.objects.select_for_update(of=("self",)).select_related("plan_version__plan").get(pk=line.pk)
    plans.check_day(challenged_on, "The day you asked")
    line.challenged_on, line.challenge_note = challenged_on, note if challenged_on else ""
    with audit.saving(line, by=by):
        line.save(update_fields=["challenged_on", "challenge_note"])
    change = (
        f"asked about on {long_date(challenged_on)}. {note}".strip() if challenged_on else "is no longer asked about"
    )
    name = f"Line {line.section}{line.number} of version {line.plan_version.number}"
    _record("plan.line_challenged", line.plan_version, f"{name} {change}", by=by, happened_on=challenged_on)
    return line
