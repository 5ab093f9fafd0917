"""Reads for the pages of an import."""

from django.core.paginator import Paginator
from django.db.models import Count

from sendco.jobs.models import Job, Status
from staff.permissions import Permission

from ...models import Import, ImportChange
from .planning import year

Kind, Answer = ImportChange.Kind, ImportChange.Answer
PER_PAGE = 20
TABS = (
    (Kind.CHANGED, "Changed"),
    (Kind.NEW, "New"),
    (Kind.REJECTED, "Not taken in"),
    (Kind.LEAVER, "Leavers"),
    (Kind.COMPARE, "Looks like somebody else"),
    (Kind.SAME, "The same"),
)


def imports_of(acting):
    """Past imports, newest first, with who sent and who applied them."""
    return Import.objects.visible_to(acting).select_related("started_by", "applied_by").order_by("-pk")


def counts_of(imported):
    """Return what applying would do, counted in one query."""
    rows = imported.changes.order_by().values("kind", "is_chosen", "answer").annotate(n=Count("pk"))
    by_kind = dict.fromkeys(Kind.values, 0)
    found = {"changed": 0, "added": 0, "leavers": 0, "waiting": 0, "left_out": 0}
    for row in rows:
        by_kind[row["kind"]] += row["n"]
        found[_fate(row)] = found.get(_fate(row), 0) + row["n"]
    total = found["changed"] + found["added"] + found["leavers"]
    return found | {"by_kind": by_kind, "total": total, "sentence": _sentence(found)}


def _fate(row):
    """What becomes of a row, as the bar at the foot of the preview counts it."""
    kind, chosen = row["kind"], row["is_chosen"]
    if kind == Kind.COMPARE:
        if not row["answer"]:
            return "waiting"
        return "left_out" if not chosen else ("added" if row["answer"] == Answer.NEW else "changed")
    if kind in (Kind.SAME, Kind.LEAVER, Kind.CHANGED) and not chosen:
        return "stays"
    if kind in (Kind.REJECTED, Kind.NEW) and not chosen:
        return "left_out"
    return {Kind.CHANGED: "changed", Kind.NEW: "added", Kind.LEAVER: "leavers"}.get(kind, "stays")


def _sentence(found):
    parts = [
        _many(found["changed"], "pupil changes", "pupils change"),
        _many(found["added"], "is added", "are added"),
        _many(found["leavers"], "is recorded as a leaver", "are recorded as leavers"),
        _many(found["waiting"], "waits for you to compare", "wait for you to compare"),
        _many(found["left_out"], "row is left out", "rows are left out"),
    ]
    parts = [part for part in parts if part]
    return f"{', '.join(parts)}." if parts else "Nothing changes."


def _many(number, one, many):
    return f"{number:,} {one if number == 1 else many}" if number else ""


def tabs_of(counts, asked):
    """Return (tabs with something in them, the one to show)."""
    tabs = [{"kind": kind.value, "label": label, "count": counts["by_kind"][kind]} for kind, label in TABS]
    tabs = [tab for tab in tabs if tab["count"]]
    kinds = [tab["kind"] for tab in tabs]
    return tabs, asked if asked in kinds else (kinds[0] if kinds else "")


def page_of(imported, kind, acting, number):
    rows = imported.changes.filter(kind=kind).select_related("pupil").order_by("row_number", "label", "pk")
    page = Paginator(rows, PER_PAGE).get_page(number)
    for change in page.object_list:
        dress(change, acting)
    return page


def dress(change, acting):
    """Give a row what its template shows; confidential fields only for those who may see such flags."""
    secret = acting.can(Permission.FLAG_CONFIDENTIAL_VIEW)
    change.shown_fields = [item for item in change.fields if secret or not item["confidential"]]
    change.hidden_fields = len(change.fields) - len(change.shown_fields)
    change.candidates = [
        candidate | {"shown": [item for item in candidate["fields"] if secret or not item["confidential"]]}
        for candidate in change.data.get("candidates", [])
    ]
    change.detail = change.data.get("detail", "")
    row = change.data.get("row", {})
    change.summary = row.get("summary", "") or year(row.get("year_group"))
    change.status_words = row.get("status", "")
    return change


def left_over(imported):
    """Rows that were chosen and not applied, or kept when the import was undone, with the reason."""
    outcomes = [ImportChange.Outcome.SKIPPED, ImportChange.Outcome.KEPT]
    return imported.changes.filter(outcome__in=outcomes).select_related("pupil").order_by("row_number", "label", "pk")


def job_of(imported):
    return Job.objects.filter(pk=imported.job_id, school_id=imported.school_id).first()


def standing(imported):
    """Where the import stands, also when the worker gave up: reading that failed, or an apply that did nothing."""
    if imported.status not in (Import.Status.READING, Import.Status.APPLYING, Import.Status.UNDOING):
        return imported.status
    job = Job.objects.filter(pk=imported.job_id).first()
    if job is not None and job.status not in (Status.FAILED, Status.CANCELLED):
        return imported.status
    return {
        Import.Status.READING: Import.Status.FAILED,
        Import.Status.APPLYING: Import.Status.CHECK,
        Import.Status.UNDOING: Import.Status.APPLIED,
    }[imported.status]


def where_it_stands(imported):
    return Import.Status(standing(imported))
