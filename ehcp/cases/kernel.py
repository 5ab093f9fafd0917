"""How a case changes: one lock, one version, one order of dates, one trail, one bringing up of what is due.

A service holds the case with `changing`, sets facts on `change.case` and tells the trail what happened. When the block
ends, the fields that differ are checked, saved and counted as one version, and every date that rests on them is
derived again; when it raises, nothing has changed.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Any, Generic, TypeVar

from django.db import IntegrityError, transaction
from django.db.models import Model
from django.utils import timezone

from sendco.audit import services as audit
from sendco.refusals import ChangedMeanwhile, Reason, Refused
from staff.models import User
from staff.owed import bring_up_to_date

from .kind import check_days
from .kinds import kind_of
from .refusals import CaseReason
from .steps import Step

LONGEST_EVENT = 300
Case = TypeVar("Case", bound=Model)
Row = TypeVar("Row", bound=Model)


class Change(Generic[Case]):
    """A case under change. `case` is the locked row."""

    def __init__(self, case: Case, *, by: User | None, reason: str = "") -> None:
        self.case = case
        self.by = by
        self._reason = reason
        self._before = _values(case)
        self._touched = False

    def tell(self, code: str, text: str, *, on: date | None = None, about: Model | None = None) -> None:
        """Add an event to the trail of the case, or of a row beside it. `on` is the day it happened, else today."""
        audit.record(
            code,
            about or self.case,
            text=text[:LONGEST_EVENT],
            by=self.by,
            school_id=self.case.school_id,
            pupil_id=self.case.pupil_id,
            happened_on=on or timezone.localdate(),
        )

    def keep(self, row: Row, *fields: str) -> Row:
        """Save a row that belongs to the case: these fields, or all of them."""
        with audit.saving(row, by=self.by):
            row.save(update_fields=fields or None)
        return row

    def drop(self, row: Model) -> None:
        with audit.saving(row, by=self.by):
            row.delete()

    def touch(self) -> None:
        """Count a new version though no field of the case itself differs: a form of it shows something old now."""
        self._touched = True

    def changed(self) -> list[str]:
        now = _values(self.case)
        return [name for name, value in now.items() if value != self._before[name]]

    def save(self) -> None:
        """Check and save what differs so far, for a service that goes on to change what rests on it."""
        fields = self.changed()
        check_days(kind_of(self.case), self.case, fields, today=timezone.localdate())
        if fields or self._touched:
            if self._touched or set(fields) - set(kind_of(self.case).unversioned):
                self.case.version += 1
            with audit.saving(self.case, by=self.by, reason=self._reason):
                self.case.save(update_fields=[*fields, "version"])
        self._before, self._touched = _values(self.case), False

    def finish(self) -> None:
        self.save()
        for row in (self.case, *kind_of(self.case).follows(self.case)):
            bring_up_to_date(row)


@contextmanager
def changing(
    case: Case,
    *,
    by: User | None,
    version: int | None = None,
    step: Step | None = None,
    closed_too: bool = False,
    reason: str = "",
) -> Iterator[Change[Case]]:
    """Hold a case for one change, in one transaction.

    Raises ChangedMeanwhile when `version` is given and is not the stored one, and Refused for a closed case unless
    `closed_too` or the `step` may come after, for a `step` that is not possible yet, and for days that cannot be or are
    out of order. `reason` goes into the history beside both values.
    """
    with transaction.atomic():
        change = Change(locked(case, version=version), by=by, reason=reason)
        if not (closed_too or (step is not None and step.when_closed(change.case))):
            check_open(change.case)
        if step is not None:
            step.check(change.case)
        yield change
        change.finish()


@contextmanager
def opening(case: Case, *, by: User | None, taken_reason: Reason | None = None, **data: Any) -> Iterator[Change[Case]]:
    """Save a new case; the block adds what belongs to it, then its dates are derived.

    Raises Refused(`taken_reason`, **data) when another one was opened at the same moment.
    """
    kind = kind_of(case)
    dated = [fact.field for fact in kind.facts if getattr(case, fact.field) is not None]
    check_days(kind, case, dated, today=timezone.localdate())
    with transaction.atomic():
        try:
            with transaction.atomic(), audit.saving(case, by=by):
                case.save()
        except IntegrityError as error:
            if taken_reason is None:
                raise
            raise Refused(taken_reason, **data) from error
        change = Change(case, by=by)
        yield change
        change.finish()


def locked(case: Case, *, version: int | None = None) -> Case:
    """Lock the case's row for this transaction and return it afresh, with its joins.

    Raises ChangedMeanwhile with what is stored for another version.
    """
    kind = kind_of(case)
    if kind.locked_first:
        first = kind.model._meta.get_field(kind.locked_first)
        model = first.related_model
        model.objects.select_for_update(of=("self",)).get(pk=getattr(case, first.attname))
    rows = kind.model.objects.select_for_update(of=("self",)).select_related("school", "pupil", *kind.joins)
    row = rows.get(pk=case.pk)
    if version is not None and row.version != version:
        raise ChangedMeanwhile(row)
    return row


def entered_on(case: Any) -> date:
    """The day on which the case was entered here: what happened before it is known as it was."""
    return timezone.localdate(case.history.earliest("history_date").history_date)


def check_open(case: Model) -> None:
    kind = kind_of(case)
    closed_on = getattr(case, kind.closed)
    if closed_on:
        raise Refused(CaseReason.CLOSED, noun=kind.noun, closed_on=closed_on)


def assign(row: Model, facts: Mapping[str, Any], *, allowed: Iterable[str]) -> list[str]:
    """Set the named facts on a row and return those that differ. Raises TypeError for one that is not `allowed`."""
    if strange := set(facts) - set(allowed):
        raise TypeError(f"{', '.join(sorted(strange))} cannot be set on a {row._meta.verbose_name} here")
    changed = [name for name, value in facts.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, facts[name])
    return changed


def _values(case):
    return {field.attname: _frozen(getattr(case, field.attname)) for field in case._meta.concrete_fields}


def _frozen(value):
    """A copy of what a JSON field holds, so that a change within it is seen."""
    if isinstance(value, list):
        return [_frozen(item) for item in value]
    return {name: _frozen(item) for name, item in value.items()} if isinstance(value, dict) else value
