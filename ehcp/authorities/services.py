"""Local authorities of a school, their own practice and their caseworkers."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from pupils.models import Pupil
from sendco.audit import services as audit
from sendco.refusals import ChangedMeanwhile, Refused
from staff.models import School, User

from ..cases.settling import open_cases, settle
from ..models import Caseworker, LocalAuthority, NeedsAssessment, Plan
from .refusals import AuthorityReason, CaseworkerReason

FIELDS = (
    "name email telephone address advice_service mediation_service report_days papers_days consultation_days "
    "practice_note"
).split()
PRACTICE = {"report_days", "papers_days", "consultation_days", "practice_note"}


def suggested_names(school: School) -> list[str]:
    """Authorities that the school's own details and its pupils' records name, and that have no row yet."""
    named = Pupil.objects.filter(school=school, left_on=None, merged_into=None).exclude(home_authority="")
    names = {" ".join(name.split()) for name in named.values_list("home_authority", flat=True).distinct()}
    names |= {" ".join(school.local_authority.split())} - {""}
    known = {name.casefold() for name in LocalAuthority.objects.filter(school=school).values_list("name", flat=True)}
    unlike: dict[str, str] = {}
    for name in sorted(names):
        unlike.setdefault(name.casefold(), name)
    return [name for key, name in sorted(unlike.items()) if key not in known]


def _check_name(school_id: int, name: str, *, besides: int | None = None) -> None:
    named = LocalAuthority.objects.filter(school=school_id, name__iexact=name)
    same = named.exclude(pk=besides).first()  # type: ignore[misc]  # None leaves all
    if same and same.ended_on:
        raise Refused(AuthorityReason.NAME_OUT_OF_USE, authority=same.name)
    if same:
        raise Refused(AuthorityReason.NAME_IN_USE, authority=same.name)


@transaction.atomic
def add_authority(*, school: School, by: User, **values: Any) -> LocalAuthority:
    values["name"] = " ".join(values["name"].split())
    _check_name(school.pk, values["name"])
    authority = LocalAuthority(school=school, **values)
    with audit.saving(authority, by=by):
        authority.save()
    audit.record("authority.added", authority, text=f"Local authority added: {authority.name}", by=by)
    return authority


def _lock(authority: LocalAuthority, version: int | None = None) -> LocalAuthority:
    row = LocalAuthority.objects.select_for_update(of=("self",)).select_related("school").get(pk=authority.pk)
    if version is not None and row.version != version:
        raise ChangedMeanwhile(row)
    return row


def _save(row: LocalAuthority, names: list[str], *, by: User) -> None:
    row.version += 1
    with audit.saving(row, by=by):
        row.save(update_fields=[*names, "version"])


@transaction.atomic
def change_authority(*, authority: LocalAuthority, values: dict[str, Any], version: int, by: User) -> LocalAuthority:
    """Save what changed. A change of its own practice works the dates of its open cases out again."""
    row = _lock(authority, version)
    values = {name: value for name, value in values.items() if name in FIELDS}
    _check_name(row.school_id, values.get("name", row.name), besides=row.pk)
    changed = [name for name, value in values.items() if getattr(row, name) != value]
    if not changed:
        return row
    for name in changed:
        setattr(row, name, values[name])
    _save(row, changed, by=by)
    fields: list[Any] = [row._meta.get_field(name) for name in changed]
    text = f"{row.name} changed: {', '.join(str(field.verbose_name) for field in fields)}"
    audit.record("authority.changed", row, text=text, by=by)
    if PRACTICE & set(changed):
        settle(*open_cases(row))
    return row


@transaction.atomic
def end_authority(*, authority: LocalAuthority, by: User) -> LocalAuthority:
    """Take it out of every choice. Refused while a case with it is open."""
    row = _lock(authority)
    if row.ended_on:
        raise Refused(AuthorityReason.ENDED_ALREADY, authority=row.name)
    count = sum(1 for _ in open_cases(row))
    if count == 1:
        raise Refused(AuthorityReason.ONE_CASE_OPEN, authority=row.name)
    if count:
        raise Refused(AuthorityReason.CASES_OPEN, authority=row.name, count=count)
    row.ended_on = timezone.localdate()
    _save(row, ["ended_on"], by=by)
    audit.record("authority.ended", row, text=f"{row.name} is no longer in use", by=by)
    return row


@transaction.atomic
def reopen_authority(*, authority: LocalAuthority, by: User) -> LocalAuthority:
    row = _lock(authority)
    if row.ended_on is None:
        raise Refused(AuthorityReason.IN_USE_ALREADY, authority=row.name)
    row.ended_on = None
    _save(row, ["ended_on"], by=by)
    audit.record("authority.reopened", row, text=f"{row.name} is in use again", by=by)
    return row


# --- Caseworkers -------------------------------------------------------------------------------------------------
def check_worker(worker: Caseworker | None, authority: LocalAuthority) -> None:
    """Refuse a caseworker whom a case of this authority cannot have. Nobody is always possible."""
    if worker and (worker.authority_id != authority.pk or worker.ended_on):
        raise Refused(CaseworkerReason.OF_ANOTHER_AUTHORITY, worker=worker.name, authority=authority.name)


@transaction.atomic
def add_caseworker(*, authority: LocalAuthority, by: User, **values: str) -> Caseworker:
    if authority.ended_on:
        raise Refused(AuthorityReason.NOT_IN_USE, authority=authority.name)
    worker = Caseworker(school=authority.school, authority=authority, **values)
    with audit.saving(worker, by=by):
        worker.save()
    audit.record("caseworker.added", worker, text=f"Caseworker of {authority.name} added: {worker.name}", by=by)
    return worker


@transaction.atomic
def change_caseworker(*, worker: Caseworker, by: User, **values: str) -> Caseworker:
    worker = Caseworker.objects.select_for_update().get(pk=worker.pk)
    for name, value in values.items():
        setattr(worker, name, value)
    with audit.saving(worker, by=by):
        worker.save(update_fields=list(values))
    audit.record("caseworker.changed", worker, text=f"Caseworker changed: {worker.name}", by=by)
    return worker


@transaction.atomic
def end_caseworker(*, worker: Caseworker, by: User, successor: Caseworker | None = None) -> Caseworker:
    """End one; her plans and open requests go to the successor, or stand without a caseworker."""
    worker = Caseworker.objects.select_for_update().get(pk=worker.pk)
    if worker.ended_on:
        raise Refused(CaseworkerReason.ENDED_ALREADY, worker=worker.name)
    if successor and (successor.authority_id != worker.authority_id or successor.ended_on or successor == worker):
        raise Refused(CaseworkerReason.NO_SUCCESSOR)
    worker.ended_on = timezone.localdate()
    with audit.saving(worker, by=by):
        worker.save(update_fields=["ended_on"])
    plans = Plan.objects.select_for_update().filter(caseworker=worker, ceased_on=None)
    requests = NeedsAssessment.objects.select_for_update().filter(caseworker=worker, closed_on=None)
    cases: list[Plan | NeedsAssessment] = [*plans, *requests]
    for case in cases:
        case.caseworker = successor
        case.version += 1
        with audit.saving(case, by=by):
            case.save(update_fields=["caseworker", "version"])
    goes_to = f"; their plans and requests go to {successor.name}" if successor else ""
    audit.record("caseworker.ended", worker, text=f"Caseworker ended: {worker.name}{goes_to}", by=by)
    return worker
