"""Make the file of an export in the background: formula-safe, with a footer, for its maker and for a day."""

import hashlib
import tempfile
from datetime import timedelta
from pathlib import Path

from django.db import transaction
from django.http import QueryDict
from django.utils import timezone

from pupils.models import Pupil
from pupils.spreadsheets import csv_bytes, xlsx_file
from sendco.audit import services as audit
from sendco.clock import long_date
from sendco.files.services import store_bytes
from sendco.jobs import services as jobs
from sendco.jobs.registry import handler
from staff.jobs import acting_of
from staff.models import School
from staff.permissions import Permission

from .filters import RegisterFilter, with_status
from .forms import EXPORT_COLUMNS
from .reading import with_details

CHUNK = 500
KEPT_FOR = timedelta(hours=24)


def start(chosen, *, picked, acting, purpose, kind, fields_out):
    """Queue an export. The job holds ids and filter codes; a name that was searched for becomes ids at once."""
    values = chosen.values()
    if values.get("q") and not picked:
        picked = list(chosen.pupils().values_list("pk", flat=True))
    query = [
        (name, value)
        for name in chosen.data
        for value in chosen.data.getlist(name)
        if name in chosen.fields and name != "q"
    ]
    data = QueryDict(mutable=True)
    for name, value in query:
        data.appendlist(name, value)
    params = {"query": data.urlencode(), "picked": picked, "kind": kind, "columns": fields_out, "purpose": purpose}
    return jobs.enqueue(
        "sendco.export", title="Export pupils", by=acting.user, school_id=acting.school.pk, params=params
    )


@handler("sendco.export")
def export(run):
    acting = acting_of(run, Permission.EXPORT_RUN, refusal="You may no longer export pupils of this school.")
    pupils = _pupils(run.params, acting)
    headers = [header for key, header in EXPORT_COLUMNS if key in run.params["columns"]]
    ids = list(pupils.values_list("pk", flat=True))
    rows = _rows(run, ids, acting)
    kind = {"name": "pupils", "headers": headers, "rows": rows, "total": len(ids)}
    return keep_file(run, acting, "register.exported", pupil_ids=ids, **kind)


def _pupils(params, acting):
    pupils = RegisterFilter(QueryDict(params["query"]), acting=acting).pupils()
    if params["picked"]:
        pupils = RegisterFilter(QueryDict("who=all"), acting=acting).pupils().filter(pk__in=params["picked"])
    return pupils


def _rows(run, ids, acting):
    total = len(ids)
    for start_at in range(0, len(ids), CHUNK):
        part = ids[start_at : start_at + CHUNK]
        pupils_by_id = {pupil.pk: pupil for pupil in with_details(_by_ids(part, acting), acting)}
        for pk in part:
            if pk in pupils_by_id:
                yield [CELLS[key](pupils_by_id[pk]) for key, _ in EXPORT_COLUMNS if key in run.params["columns"]]
        run.progress(min(start_at + CHUNK, total), total, "Writing rows")


def _by_ids(ids, acting):
    return with_status(Pupil.objects.visible_to(acting)).filter(pk__in=ids)


CELLS = {
    "name": lambda pupil: pupil.name,
    "year": lambda pupil: pupil.year_words,
    "class": lambda pupil: pupil.class_name or "",
    "status": lambda pupil: pupil.status_words,
    "since": lambda pupil: pupil.open_since or "",
    "needs": lambda pupil: ", ".join(pupil.need_names),
    "worker": lambda pupil: pupil.worker_name or "",
    "next": lambda pupil: pupil.next_item.due_on if pupil.next_item else "",
    "flags": lambda pupil: ", ".join(pupil.flag_codes),
    "birth": lambda pupil: pupil.birth_on or "",
    "upn": lambda pupil: pupil.upn or "",
    "surname": lambda pupil: pupil.legal_surname,
    "forename": lambda pupil: pupil.legal_forename,
    "middle": lambda pupil: pupil.middle_names,
}


def _content(kind, headers, rows, footer, folder):
    def with_footer():
        yield from rows
        yield footer

    if kind == "csv":
        return csv_bytes(headers, with_footer())
    path = folder / "export.xlsx"
    xlsx_file(path, headers, with_footer())
    return path.read_bytes()


def keep_file(run, acting, code, *, name, headers, rows, total, pupil_ids, of="pupils"):
    """Write the rows with a footer that says who asked and why, keep the file for a day and record the export.

    `pupil_ids` are the children in it: each of their records shows that it was exported, by whom and why.
    """
    when = f"{long_date(timezone.localdate())} at {timezone.localtime():%H:%M}"
    footer = [f"Exported by {acting.user.name} on {when}. {run.params['purpose']}"]
    with tempfile.TemporaryDirectory() as folder:
        content = _content(run.params["kind"], headers, rows, footer, Path(folder))
    return keep_content(run, acting, code, name=name, content=content, total=total, pupil_ids=pupil_ids, of=of)


def keep_content(run, acting, code, *, name, content, total, pupil_ids, of):
    with transaction.atomic():
        run.still_mine()
        about = {"school_id": acting.school.pk, "by": acting.user, "reason": run.params["purpose"]}
        audit.record_export(pupil_ids=pupil_ids, what=name, **about)
        stored = store_bytes(
            name=f"{name}-{timezone.localdate():%Y-%m-%d}.{run.params['kind']}",
            content=content,
            school_id=acting.school.pk,
            by=acting.user,
            purpose="export",
            expires_at=timezone.now() + KEPT_FOR,
        )
        digest = hashlib.sha256(content).hexdigest()
        columns = f" ({', '.join(run.params['columns'])})" if run.params.get("columns") else ""
        audit.record(
            code,
            School.objects.get(pk=acting.school.pk),
            text=f"{total} {of} exported{columns}. {run.params['purpose']} SHA-256 {digest}",
            by=acting.user,
            school_id=acting.school.pk,
        )
    return {"file": stored.pk, "message": f"{total} {of} exported."}
