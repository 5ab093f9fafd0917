"""Importing pupils: send a file, match its columns, check every change, apply, undo."""

from functools import partial

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from sendco.audit import services as audit
from sendco.files.http import download_response
from sendco.files.models import StoredFile
from sendco.files.services import FileNotAvailable
from sendco.formkit.page import REFUSED, ConfirmPage, FormPage, draw, form_page, posted
from sendco.jobs.services import ask_to_cancel
from sendco.limits.services import RateLimited, check_limit
from sendco.refusals import Refused
from staff.access import require_permission
from staff.permissions import Permission

from ..models import Import, ImportChange
from ..spreadsheets import csv_bytes
from . import showing
from .forms import ChooseForm, ConfirmForm, DecideForm, ImportNewForm, MatchForm
from .refusals import ImportReason
from .selectors import previews as selectors
from .services import steps as imports

Status, Kind, Answer = Import.Status, ImportChange.Kind, ImportChange.Answer
STEPS = ("File", "Match columns", "Check", "Done")
STEP_OF = {Status.READING: 1, Status.FAILED: 1, Status.MATCH: 2, Status.CHECK: 3}
WORKING = (Status.READING, Status.APPLYING, Status.UNDOING)


def crumbs(imported=None):
    trail = [("Imports", reverse("pupils:import-list"))]
    return [*trail, (imported.file_name, imported.get_absolute_url())] if imported else trail


def steps(number):
    return [
        {"number": place, "label": label, "done": place < number, "now": place == number}
        for place, label in enumerate(STEPS, start=1)
    ]


def _import(request, pk):
    return get_object_or_404(selectors.imports_of(request.acting), pk=pk)


def _refused(request, imported, refusal):
    messages.warning(request, str(refusal))
    return HttpResponse(headers={"HX-Refresh": "true"}) if request.htmx else redirect(imported)


@require_permission(Permission.IMPORT_RUN)
@require_GET
def import_list(request):
    page = Paginator(selectors.imports_of(request.acting), 25).get_page(request.GET.get("page"))
    return render(request, "pupils/import_list.html", {"title": "Imports", "section": "imports", "page": page})


@require_permission(Permission.IMPORT_RUN)
@form_page
def import_new(request):
    form = ImportNewForm(posted(request), request.FILES or None)

    def start(cleaned):
        return imports.start(
            school=request.acting.school,
            upload=cleaned["upload"],
            by=request.user,
            is_whole_school=cleaned["whole_school"] == "yes",
            file_made_on=cleaned["file_made_on"],
        )

    if form.is_valid():
        try:
            check_limit("upload", request.user.pk)
        except RateLimited as limited:
            form.add_error(None, str(limited))
    return FormPage(
        form=form,
        save=start,
        then=lambda imported: imported.get_absolute_url(),
        page={
            "title": "Import pupils",
            "section": "imports",
            "crumbs": crumbs(),
            "steps": steps(1),
            "cancel": reverse("pupils:import-list"),
        },
        template="pupils/import_new.html",
        refused_on="upload",
    ).respond(request)


@require_permission(Permission.IMPORT_RUN)
@form_page
def import_match(request, pk):
    imported = _import(request, pk)
    if selectors.where_it_stands(imported) not in (Status.MATCH, Status.CHECK) or imported.kind == "ctf":
        return redirect(imported)
    form = MatchForm(posted(request), imported=imported)

    def match(_cleaned):
        return imports.match_columns(
            imported=imported, mapping=form.mapping, by=request.user, choices=form.choices_made
        )  # fmt: skip

    return FormPage(
        form=form,
        save=match,
        then=imported.get_absolute_url(),
        page=lambda: {
            "title": "Match the columns",
            "notes": showing.notes_of(imported),
            "section": "imports",
            "crumbs": crumbs(imported),
            "imported": imported,
            "steps": steps(2),
        },
        template="pupils/import_match.html",
    ).respond(request)


@require_permission(Permission.IMPORT_RUN)
@require_GET
def import_detail(request, pk):
    imported = _import(request, pk)
    status = selectors.where_it_stands(imported)
    if status == Status.MATCH:
        return redirect("pupils:import-match", pk=imported.pk)
    context = {
        "section": "imports",
        "crumbs": crumbs(),
        "imported": imported,
        "steps": steps(STEP_OF.get(status, 4)),
        "job": selectors.job_of(imported),
    }
    if status in WORKING:
        context["can_stop"] = selectors.can_stop(imported)
        context["title"] = {"reading": "Reading the file", "applying": "Applying", "undoing": "Undoing"}[status]
        return render(request, "pupils/import_progress.html", context)
    if status == Status.CHECK:
        return render(request, "pupils/import_check.html", context | _check_context(request, imported))
    context |= {
        "title": imported.file_name,
        "status": status,
        "status_words": status.label,
        "left_over": _left_over(request, imported),
        "file_notes": showing.notes_of(imported),
        **showing.told_of(imported, request.GET),
        "rejected": _rejected_file(request, imported),
    }
    return render(request, "pupils/import_done.html", context)


def _left_over(request, imported):
    page = Paginator(selectors.left_over(imported), 50).get_page(request.GET.get("page"))
    for change in page.object_list:
        showing.dress_outcome(change)
    return page


def _check_context(request, imported):
    counts = showing.counts_of(imported)
    tabs, kind = showing.tabs_of(counts, request.GET.get("tab"))
    page = selectors.page_of(imported, kind, request.GET.get("page"))
    for change in page.object_list:
        showing.dress(change, request.acting)
    return (showing.told_of(imported, request.GET) if kind == showing.NOTES else {}) | {
        "notes": showing.notes_of(imported),
        "title": "Check before anything changes",
        "counts": counts,
        "tabs": tabs,
        "kind": kind,
        "page": page,
        "rejected": _rejected_file(request, imported),
        "may_match": imported.kind != "ctf",
    }


@require_permission(Permission.IMPORT_RUN)
@require_GET
def import_progress(request, pk):
    """The page asks for this by itself; when the work is over, it asks the browser to load the page afresh."""
    imported = _import(request, pk)
    if selectors.where_it_stands(imported) not in WORKING:
        return HttpResponse(headers={"HX-Refresh": "true"})
    job = selectors.job_of(imported)
    context = {"imported": imported, "job": job, "can_stop": selectors.can_stop(imported)}
    return render(request, "pupils/_import_working.html", context)


import_progress.is_polling = True  # asking how far it is does not count as somebody being there


@require_permission(Permission.IMPORT_RUN)
@require_POST
def import_choose(request, pk):
    imported = _import(request, pk)
    form = ChooseForm(request.POST)
    if not form.is_valid():
        raise Http404
    said = form.cleaned_data
    try:
        change = _choose(imported, said)
    except Refused as refusal:
        return _refused(request, imported, refusal)
    if not request.htmx or change is None:
        tab = said["every"] or change.kind
        anchor = f"#row-{change.pk}" if change else ""
        page = request.POST.get("page", "")
        extra = f"&page={page}" if page.isdecimal() else ""
        return redirect(f"{imported.get_absolute_url()}?tab={tab}{extra}{anchor}")
    showing.dress(change, request.acting)
    context = {"imported": imported, "change": change, "counts": showing.counts_of(imported), "out_of_band": True}
    return render(request, "pupils/_import_chosen.html", context)


@require_permission(Permission.IMPORT_RUN)
@require_POST
def import_decide(request, pk):
    """Answer a question. One about the file has it read again; the others take effect at once."""
    imported = _import(request, pk)
    form = DecideForm(request.POST)
    if not form.is_valid():
        raise Http404
    said = form.cleaned_data
    try:
        _decide(request, imported, said)
    except Refused as refusal:
        return _refused(request, imported, refusal)
    address = f"{imported.get_absolute_url()}?tab={showing.DECIDE}"
    if not request.htmx:
        return redirect(address)
    if said["about"] == "file":
        return HttpResponse(headers={"HX-Redirect": address})
    context = {"imported": imported, "counts": showing.counts_of(imported), "out_of_band": True, "kind": showing.DECIDE}
    return render(request, "pupils/_import_decided.html", context)


def _decide(request, imported, said):
    if said["about"] == "file":
        imports.read_as(imported=imported, choices={said["key"]: said["answer"]}, by=request.user)
    elif said["change"]:
        change = get_object_or_404(imported.changes, pk=said["change"])
        imports.answer(imported=imported, change=change, key=said["key"], answer=said["answer"])
    else:
        imports.answer_alike(imported=imported, key=said["key"], says=said["says"], answer=said["answer"])


def _choose(imported, said):
    take = said["value"] == "file"
    if said["every"]:
        imports.choose_all(imported=imported, kind=said["every"], take=take)
        return None
    change = get_object_or_404(imported.changes.select_related("pupil"), pk=said["change"])
    if said["answer"]:
        answer, _, pupil = said["answer"].partition(":")
        if answer not in Answer.values:
            raise Http404
        return imports.compare(
            imported=imported, change=change, answer=answer, pupil_id=int(pupil) if pupil.isdecimal() else None
        )
    if said["key"]:
        return imports.choose_value(imported=imported, change=change, key=said["key"], take_file=take)
    return imports.choose_row(imported=imported, change=change, take=take)


@require_permission(Permission.IMPORT_RUN)
@require_POST
def import_apply(request, pk):
    imported = _import(request, pk)
    form = ConfirmForm(request.POST if "asked" in request.POST else None)
    try:
        imports.apply(imported=imported, by=request.user, confirmed=form.is_valid())
    except imports.NeedsConfirmation as again:
        context = {
            "title": "Is this right?",
            "section": "imports",
            "crumbs": crumbs(imported),
            "imported": imported,
            "warnings": again.warnings,
            "form": form,
        }
        return draw(request, "pupils/import_confirm.html", context, status=REFUSED)
    except Refused as refusal:
        return _refused(request, imported, refusal)
    return redirect(imported)


@require_permission(Permission.IMPORT_RUN)
@require_POST
def import_stop(request, pk):
    imported = _import(request, pk)
    try:
        if selectors.where_it_stands(imported) in (Status.APPLYING, Status.UNDOING):
            if not selectors.can_stop(imported):
                raise Refused(ImportReason.TOO_LATE_TO_STOP)
            ask_to_cancel(selectors.job_of(imported))
            return redirect(imported)
        imports.stop(imported=imported, by=request.user)
    except Refused as refusal:
        return _refused(request, imported, refusal)
    messages.success(request, f"{imported.file_name} was stopped. Nothing was changed, and the file is deleted.")
    return redirect("pupils:import-list")


@require_permission(Permission.IMPORT_RUN)
@form_page
def import_undo(request, pk):
    imported = _import(request, pk)
    if request.method != "POST" and not imported.can_be_undone:
        reason = ImportReason.TOO_LATE if imported.applied_at else ImportReason.NOT_NOW
        return _refused(request, imported, Refused(reason))
    return ConfirmPage(
        act=partial(imports.undo, imported=imported, by=request.user),
        then=imported.get_absolute_url(),
        page={
            "title": "Undo this import",
            "section": "imports",
            "crumbs": crumbs(imported),
            "explanation": "Every pupil goes back to how they were before, and new pupils are taken away again. "
            "Pupils on whom somebody worked since are kept as they are and listed.",
            "submit": "Undo the import",
            "cancel": imported.get_absolute_url(),
            "danger": True,
        },
    ).respond(request)


def _rejected_file(request, imported):
    """The rows that were not taken in, for a day, and only for whoever sent them: they hold the whole row."""
    files = StoredFile.objects.filter(school_id=imported.school_id, purpose="import_rejected")
    mine = files.filter(uploaded_by_id=request.user.pk, expires_at__gt=timezone.now())
    return mine.filter(pk=imported.rejected_file_id).first()


@require_permission(Permission.IMPORT_RUN)
@require_GET
def import_notes(request, pk):
    """Everything there is to read about the rows, as a table: no other cell of the file."""
    imported = _import(request, pk)
    rows = [
        [change.row_number, change.label, change.is_taken, reason]
        for change in map(showing.dress_notes, selectors.told(imported))
        for reason in change.shown_reasons
    ]
    content = csv_bytes(["Row in your file", "Pupil", "Taken in", "Note"], rows)
    text = f"Notes on the import of {imported.file_name} downloaded"
    audit.record("import.notes_downloaded", imported, text=text, by=request.user)
    return HttpResponse(
        content,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="import-notes.csv"'},
    )


@require_permission(Permission.IMPORT_RUN)
@require_GET
def import_rejected(request, pk):
    imported = _import(request, pk)
    stored = _rejected_file(request, imported)
    if stored is None:
        raise Http404
    try:
        response = download_response(stored)
    except FileNotAvailable as reason:
        return _refused(request, imported, reason)
    text = f"Rows not taken in from {imported.file_name} downloaded"
    audit.record("import.rejected_downloaded", imported, text=text, by=request.user)
    return response
