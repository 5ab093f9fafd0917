"""What a kind of case declares about itself, once: its model, pages and dated facts. Each room has one `CaseKind`."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import Model
from django.utils import timezone

from sendco.clock import SEND_LAW_FROM
from sendco.refusals import Refused

from .refusals import CaseReason


@dataclass(frozen=True)
class DatedFact:
    """One day in the life of a case, as a field of its model.

    `label` begins a sentence ("The day of the meeting"), `event` follows "before" ("the meeting was held"). The day is
    not before those of the fields in `after` that are known, not before the law began, and not in the future unless it
    may lie `ahead`. A fact that `closes` the case gives it its last day. Where the day is taken back, the fields in
    `clears` go with it. What is not `written` by a step follows from other facts, or has a form of its own. A `note`
    tells who corrects the day what follows.
    """

    field: str
    label: str
    event: str
    after: tuple[str, ...] = ()
    ahead: bool = False
    closes: bool = False
    clears: tuple[str, ...] = ()
    written: bool = True
    note: str = ""


@dataclass(frozen=True)
class CaseKind:
    """One kind of case. `code` stands in addresses, and names the field of letters and papers that points at a case.

    `joins` are what its letters and pages read. `held_by` is the field of the record that names authority and officer,
    where that is not the case itself. `locked_first` is a field whose row is locked before the case's own,
    so that two kinds lock in one order. `follows` gives the rows whose due dates rest on this case's facts as well.
    `common_values` are merge fields of all its letters, `letter_values` those that one kind of letter has beside them;
    they raise Refused where that letter would be too early. `unversioned` fields stand in no form: background work
    writes them while somebody types, and no conflict comes of it.
    """

    code: str
    model: type[Model]
    noun: str
    tab: str
    route: str
    facts: tuple[DatedFact, ...]
    joins: tuple[str, ...] = ("authority",)
    closed: str = "closed_on"
    held_by: str = ""
    locked_first: str = ""
    unversioned: tuple[str, ...] = ()
    follows: Callable[[Model], Iterable[Model]] = lambda case: ()
    common_values: Callable[[Model], dict[str, str]] = lambda case: {}
    letter_values: Mapping[str, Callable[[Model], dict[str, str]]] = field(default_factory=dict)

    def fact(self, name: str) -> DatedFact | None:
        return next((fact for fact in self.facts if fact.field == name), None)

    def office_of(self, case: Model) -> Model:
        return getattr(case, self.held_by) if self.held_by else case


def day_of(case: Model, name: str) -> date | None:
    value = getattr(case, name)
    return timezone.localdate(value) if isinstance(value, datetime) else value


def check_days(kind: CaseKind, case: Model, changed: Iterable[str], *, today: date) -> None:
    """Refuse a changed day that cannot be, and a day that a changed one comes after. Raises Refused with `field`."""
    changed = set(changed)
    for fact in kind.facts:
        day = day_of(case, fact.field)
        if day is None or not {fact.field, *fact.after} & changed:
            continue
        if fact.field in changed:
            _check_possible(fact, day, case, today)
        for name in fact.after:
            earlier = day_of(case, name)
            if earlier and day < earlier:
                raise Refused(
                    CaseReason.OUT_OF_ORDER,
                    label=fact.label,
                    event=kind.fact(name).event,
                    day=earlier,
                    field=fact.field,
                )


def _check_possible(fact, day, case, today):
    if day > today and not fact.ahead:
        raise Refused(CaseReason.IN_FUTURE, label=fact.label, field=fact.field)
    if day < SEND_LAW_FROM:
        raise Refused(CaseReason.BEFORE_THE_LAW, label=fact.label, field=fact.field)
    born_on = case.pupil.birth_on if case.pupil_id else None
    if born_on and day < born_on:
        raise Refused(CaseReason.BEFORE_BIRTH, label=fact.label, field=fact.field)
