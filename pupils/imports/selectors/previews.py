"""Reads for the pages of an import."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Case, Count, QuerySet, When

from sendco.jobs.models import Job, Status
from staff.acting import Acting

from ...models import Import, ImportChange

Kind, Answer = ImportChange.Kind, ImportChange.Answer
PER_PAGE = 20


def imports_of(acting: Acting) -> QuerySet[Import]:
    """Past imports, newest first, with who sent and who applied them."""
    return Import.objects.visible_to(acting).select_related("started_by", "applied_by").order_by("-pk")


def counts_of(imported: Import) -> dict[str, Any]:
    """Return what applying would do, counted in one query."""
    waits = Case(When(unanswered__gt=0, then=True), default=False)
    rows = imported.changes.order_by().annotate(waits=waits)
    rows = rows.values("kind", "is_chosen", "answer", "waits").annotate(n=Count("pk"))
    by_kind = dict.fromkeys(Kind.values, 0)
    counts = {"changed": 0, "added": 0, "leavers": 0, "waiting": 0, "left_out": 0, "unanswered": 0}
    for row in rows:
        by_kind[row["kind"]] += row["n"]
        counts[_fate(row)] = counts.get(_fate(row), 0) + row["n"]
    total = counts["changed"] + counts["added"] + counts["leavers"]
    return counts | {"by_kind": by_kind, "total": total}


def _fate(row: Mapping[str, Any]) -> str:
    """What becomes of a row, as the bar at the foot of the preview counts it."""
    kind, chosen = row["kind"], row["is_chosen"]
    if row["waits"]:
        return "unanswered"
    if kind == Kind.COMPARE:
        if not row["answer"]:
            return "waiting"
        return "left_out" if not chosen else ("added" if row["answer"] == Answer.NEW else "changed")
    if kind in (Kind.SAME, Kind.LEAVER, Kind.CHANGED) and not chosen:
        return "stays"
    if kind in (Kind.REJECTED, Kind.NEW) and not chosen:
        return "left_out"
    fates: dict[str, str] = {Kind.CHANGED: "changed", Kind.NEW: "added", Kind.LEAVER: "leavers"}
    return fates.get(kind, "stays")


def page_of(imported: Import, kind: str, number: int) -> Page:
    rows = imported.changes.filter(kind=kind).select_related("pupil").order_by("row_number", "label", "pk")
    return Paginator(rows, PER_PAGE).get_page(number)


def asked_about(imported: Import) -> list[ImportChange]:
    """Rows with questions, answered or not."""
    asked = imported.changes.filter(asked__gt=0).order_by("row_number", "pk")
    return list(asked.defer("data", "fields", "reasons", "undo"))


def told_counts(imported: Import) -> dict[str, int]:
    """{code of a note: rows with it}, the most frequent first."""
    told = imported.changes.order_by().exclude(told="").values_list("told", flat=True)
    return dict(Counter(code for codes in told for code in codes.split()).most_common())


def told(imported: Import, code: str = "") -> QuerySet[ImportChange]:
    """Rows about which there is something to read: all, or those with one note."""
    rows = imported.changes.exclude(told="").select_related("pupil").order_by("row_number", "label", "pk")
    return rows.filter(told__contains=f" {code} ") if code else rows


def left_over(imported: Import) -> QuerySet[ImportChange]:
    """Rows that were chosen and not applied, or kept when the import was undone, with the reason."""
    outcomes = [ImportChange.Outcome.SKIPPED, ImportChange.Outcome.KEPT]
    return imported.changes.filter(outcome__in=outcomes).select_related("pupil").order_by("row_number", "label", "pk")


def job_of(imported: Import) -> Job | None:
    jobs = Job.objects.filter(school_id=imported.school_id)
    return jobs.filter(pk=imported.job_id).first()  # type: ignore[misc]  # None finds nothing


def standing(imported: Import) -> str:
    """Where the import stands, also when the worker gave up: reading that failed, or an apply that did nothing."""
    if imported.status not in (Import.Status.READING, Import.Status.APPLYING, Import.Status.UNDOING):
        return imported.status
    job = Job.objects.filter(pk=imported.job_id).first()  # type: ignore[misc]  # None finds nothing
    if job is not None and job.status not in (Status.FAILED, Status.CANCELLED):
        return imported.status
    given_up: dict[str, Import.Status] = {
        Import.Status.READING: Import.Status.FAILED,
        Import.Status.APPLYING: Import.Status.CHECK,
        Import.Status.UNDOING: Import.Status.APPLIED,
    }
    return given_up[imported.status]


def can_stop(imported: Import) -> bool:
    """Whether stopping still stops it: what is being written, or put back, is finished."""
    job = job_of(imported)
    if job is None or job.status != Status.RUNNING:
        return True
    if imported.status == Import.Status.UNDOING:
        return job.done == 0
    return imported.status != Import.Status.APPLYING or not 0 < job.total <= job.done


def where_it_stands(imported: Import) -> Import.Status:
    return Import.Status(standing(imported))
