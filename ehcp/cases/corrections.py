"""Put a wrong date of a case right, also after it was closed. The trail keeps both days and the reason."""

from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.models import Model

from sendco.clock import long_date
from sendco.refusals import Refused
from staff.models import User

from ..plans.kind import PLAN
from ..plans.services.ending import move_end
from .kernel import changing
from .kind import CaseKind, DatedFact, day_of
from .kinds import kind_of
from .refusals import CaseReason

LONGEST_REASON = 100  # what the history keeps of a reason
# What ended with a case of this kind on its last day moves with that day.
ENDINGS = {PLAN.code: move_end}


def correctable(case: Model) -> list[DatedFact]:
    """The facts that were written about this case and can be put right, in the order of its life."""
    return [fact for fact in kind_of(case).facts if fact.written and getattr(case, fact.field) is not None]


def may_be_taken_back(case: Model, fact: DatedFact) -> bool:
    """A day that was entered by mistake goes, where its row can be without it."""
    return case._meta.get_field(fact.field).null


def correct(*, case: Model, version: int, values: dict[str, date | datetime | None], reason: str, by: User) -> Model:
    """Write other days over facts of the case; None takes a fact back, and what was written with it.

    A day that closed the case moves its last day; taken back, it opens the case again. Raises Refused without a reason,
    for a fact that was not written yet, for a day that another one rests on, and for days out of order, and
    ChangedMeanwhile for another version.
    """
    if not reason.strip():
        raise Refused(CaseReason.NO_REASON, field="reason")
    try:
        with changing(case, version=version, by=by, closed_too=True, reason=reason[:LONGEST_REASON]) as change:
            row, kind, corrected = change.case, kind_of(case), []
            for name, value in values.items():
                fact = _fact(kind, row, name)
                if getattr(row, name) == value:
                    continue
                corrected.append(_words(row, fact, value))
                before = day_of(row, name)
                _put(kind, row, fact, value)
                if name == kind.closed and kind.code in ENDINGS:
                    ENDINGS[kind.code](change, before, value)
            if corrected:
                change.tell(f"ehcp.{kind.code}_corrected", f"Corrected: {'; '.join(corrected)}. {reason}")
                with transaction.atomic():
                    change.save()
    except IntegrityError as error:
        raise Refused(CaseReason.ANOTHER_IS_OPEN, noun=kind_of(case).noun) from error
    return row


def _fact(kind: CaseKind, case: Model, name: str) -> DatedFact:
    fact = kind.fact(name)
    if fact is None or not fact.written:
        raise Refused(CaseReason.NOT_A_FACT, field=name)
    if getattr(case, name) is None:
        raise Refused(CaseReason.NOT_WRITTEN, label=fact.label, field=name)
    return fact


def _words(case, fact, value):
    before = long_date(day_of(case, fact.field))
    after = value.date() if isinstance(value, datetime) else value
    return f"{fact.label}, {before}, is {long_date(after)}" if after else f"{fact.label}, {before}, taken back"


def _put(kind, case, fact, value):
    closed_it = _closed_by(kind, case) is fact
    if value is None:
        _check_nothing_rests_on(kind, case, fact)
        for name in fact.clears:
            field = case._meta.get_field(name)
            setattr(case, name, None if field.null else field.get_default())
    setattr(case, fact.field, value)
    if closed_it:
        setattr(case, kind.closed, value)
        if value is None:
            case.close_reason = ""


def _closed_by(kind, case):
    """The fact that gave the case its last day, if one did."""
    closed_on = getattr(case, kind.closed)
    closing = [fact for fact in kind.facts if fact.closes and closed_on and day_of(case, fact.field) == closed_on]
    return closing[-1] if closing else None


def _check_nothing_rests_on(kind, case, fact):
    if not may_be_taken_back(case, fact):
        raise Refused(CaseReason.ALWAYS_NEEDED, label=fact.label, field=fact.field)
    for later in kind.facts:
        if fact.field in later.after and later.written and getattr(case, later.field) is not None:
            raise Refused(CaseReason.STILL_NEEDED, label=fact.label, later=later.label, field=fact.field)
