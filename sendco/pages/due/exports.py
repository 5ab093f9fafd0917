"""Make the file of the feed in the background: the same rows as the page, in the words of the page."""

from django.http import QueryDict
from django.utils import timezone

from sendco.due.words import BASIS_WORDS, DUTY_WORDS, state_words
from sendco.jobs import services as jobs
from sendco.jobs.registry import handler
from staff.jobs import acting_of
from staff.permissions import Permission

from ..register.exports import CHUNK, keep_file
from .filters import FeedFilter
from .items import children, named, owners

COLUMNS = [
    ("child", "Child"),
    ("class", "Class"),
    ("duty", "Duty"),
    ("due", "Due"),
    ("state", "State"),
    ("basis", "Law, guidance or policy"),
    ("authority", "Authority"),
    ("whose", "Whose duty"),
    ("person", "Person"),
    ("exception", "Exception claimed"),
    ("practice", "The authority's own date"),
    ("why", "Why this date"),
]


def start(query, *, acting, purpose, kind, fields_out):
    """Queue an export. The job holds codes and ids of filters, no name."""
    params = {"query": query.urlencode(), "kind": kind, "columns": fields_out, "purpose": purpose}
    return jobs.enqueue(
        "sendco.due_export", title="Export what is due", by=acting.user, school_id=acting.school.pk, params=params
    )


@handler("sendco.due_export")
def due_export(run):
    acting = acting_of(run, Permission.EXPORT_RUN, refusal="You may no longer export dates of this school.")
    today = timezone.localdate()
    chosen = FeedFilter(QueryDict(run.params["query"]), acting=acting, today=today)
    # What is about an adult at work stays out of files.
    ids = list(chosen.rows().filter(is_personal=False).values_list("pk", flat=True))
    headers = [header for key, header in COLUMNS if key in run.params["columns"]]
    rows = _rows(run, chosen, ids, today)
    pupil_ids = chosen.rows().exclude(pupil_id=None).order_by().values_list("pupil_id", flat=True).distinct()
    kind = {"name": "due", "headers": headers, "rows": rows, "total": len(ids), "of": "dates"}
    return keep_file(run, acting, "due.exported", pupil_ids=pupil_ids, **kind)


def _rows(run, chosen, ids, today):
    wanted = [key for key, _ in COLUMNS if key in run.params["columns"]]
    for at in range(0, len(ids), CHUNK):
        part = ids[at : at + CHUNK]
        items = list(chosen.items().filter(pk__in=part))
        pupils = children({item.pupil_id for item in items if item.pupil_id})
        people = owners(items, chosen.acting)
        for item in items:
            cells = _cells(item, pupils.get(item.pupil_id), people.get(item.owner_id), today)
            yield [cells[key] for key in wanted]
        run.progress(min(at + CHUNK, len(ids)), len(ids), "Writing rows")


def _cells(item, pupil, person, today):
    return {
        "child": pupil.name if pupil else "",
        "class": pupil.class_name or "" if pupil else "",
        "duty": item.title,
        "due": item.due_on,
        "state": state_words(item, today),
        "basis": BASIS_WORDS.get(item.basis, ""),
        "authority": item.authority,
        "whose": DUTY_WORDS.get(item.duty, ""),
        "person": named(person),
        "exception": item.exception,
        "practice": item.practice_on or "",
        "why": item.explanation,
    }
