"""Make the file of the compliance page in the background, as a PDF or as rows for a spreadsheet."""

from datetime import date

from django.utils import timezone

from sendco.clock import Basis
from sendco.due.words import BASIS_WORDS, DUTY_WORDS, state_words
from sendco.jobs import services as jobs
from sendco.jobs.registry import handler
from sendco.pdf.render import PdfFailed, PdfUnavailable, render_pdf
from staff.jobs import acting_of
from staff.periods import Period
from staff.permissions import Permission

from ..register.exports import keep_content, keep_file
from .reading import figures_of, missed_items, missed_rows

FIGURES = ["Whose duty", "Law, guidance or policy", "Duty", "Authority", "On time", "Of", "Still open and late"]
MISSED = [
    *("Child", "Duty", "Whose duty", "Law, guidance or policy", "Was due", "State", "Cause"),
    *("What happened", "What changes", "Said by"),
]
MOST_MISSED = 2000


def start(period, *, acting, purpose, kind, with_missed):
    params = {
        "words": period.words,
        "first": period.first.isoformat(),
        "last": period.last.isoformat(),
        "purpose": purpose,
        "kind": kind,
        "with_missed": with_missed,
    }
    return jobs.enqueue(
        "sendco.compliance_export", title="Export compliance", by=acting.user, school_id=acting.school.pk, params=params
    )


@handler("sendco.compliance_export")
def compliance_export(run):
    acting = acting_of(run, Permission.COMPLIANCE_VIEW, refusal="You may no longer see compliance in this school.")
    first, last = (date.fromisoformat(run.params[name]) for name in ("first", "last"))
    period, today = Period("dates", run.params["words"], first, last), timezone.localdate()
    period_figures = figures_of(acting, period, today)
    missed = []
    if run.params["with_missed"]:
        missed = missed_rows(missed_items(acting, period, today)[:MOST_MISSED], acting)
    run.progress(1, 2, "Writing the file")
    code = "compliance.exported"
    children = {row.row.item.pupil_id for row in missed if row.row.item.pupil_id}
    kind = {"name": "compliance", "of": "duties", "pupil_ids": children}
    if run.params["kind"] == "pdf":
        content = _pdf(run, acting, period, period_figures, missed, today)
        total = len(period_figures["tally"].lines)
        return keep_content(run, acting, code, content=content, total=total, **kind)
    headers, rows = (
        _missed_table(missed, today) if run.params["with_missed"] else _figures_table(period_figures["tally"])
    )
    return keep_file(run, acting, code, headers=headers, rows=rows, total=len(rows), **kind)


def _figures_table(tally):
    order = {basis: place for place, basis in enumerate(Basis)}
    lines = sorted(tally.lines, key=lambda line: (order[Basis(line.basis)], line.duty, line.title))
    rows = [
        [
            DUTY_WORDS[line.duty],
            BASIS_WORDS[line.basis],
            line.title,
            line.authority,
            line.share.on_time,
            line.share.of,
            line.share.late_open,
        ]
        for line in lines
    ]
    return FIGURES, rows


def _missed_table(missed, today):
    return MISSED, [_missed_cells(row, today) for row in missed]


def _missed_cells(row, today):
    item, said = row.item, row.explanation
    return [
        row.row.pupil.name if row.row.pupil else "",
        item.title,
        DUTY_WORDS.get(item.duty, ""),
        BASIS_WORDS.get(item.basis, ""),
        item.due_on,
        state_words(item, today),
        said.get_cause_display() if said else "",
        said.happened if said else "",
        said.mend if said else "",
        said.by.name if said else "",
    ]


def _pdf(run, acting, period, period_figures, missed, today):
    now = timezone.localtime()
    context = period_figures | {
        "period": period,
        "missed": [(row, _missed_cells(row, today)) for row in missed],
        "with_missed": run.params["with_missed"],
        "school_name": acting.school.name,
        "author": acting.user.name,
        "made_at": now,
        "data_as_at": now,
        "today": today,
        "purpose": run.params["purpose"],
    }
    try:
        return render_pdf("reports/compliance.html", context, title="Are we doing what the law asks?")
    except (PdfUnavailable, PdfFailed) as error:
        raise jobs.JobFailed(str(error)) from error
