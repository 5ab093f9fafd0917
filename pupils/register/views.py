from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from sendco.audit import services as audit
from sendco.clock import long_date
from sendco.refusals import ChangedMeanwhile, Refused
from staff.access import require_permission
from staff.permissions import Permission

from ..concerns import services as concerns
from ..concerns.forms import on_one_line
from ..concerns.selectors import dues_of
from ..concerns.views import posted
from ..models import Concern, Need, Pupil, RegisterEntry, WatchListEntry
from ..models.register import ON_REGISTER, Code
from . import services as register
from .forms import CorrectionForm, LookAgainForm, NeedsChangeForm, StatusForm, WatchForm

PER_PAGE = 50


def _pupil(request, pk):
    pupils = Pupil.objects.visible_to(request.acting).select_related("school", "form_group")
    return get_object_or_404(pupils, pk=pk)


def _history_link(pupil):
    return reverse("pupils:register-history", args=[pupil.pk])


def _page(request, template, pupil, form, *, title, **more):
    context = {
        "title": title,
        "section": "register",
        "crumbs": [("Register", reverse("register")), (pupil.name, pupil.get_absolute_url())],
        "pupil": pupil,
        "form": form,
        "cancel": pupil.get_absolute_url(),
    }
    return render(request, template, context | more, status=422 if form.errors else 200)


def _open_needs(pupil):
    return [need.need_type for need in Need.objects.filter(pupil=pupil, ends_on=None).select_related("need_type")]


# --- Status ------------------------------------------------------------------------------------------------------
@require_permission(Permission.REGISTER_EDIT)
@require_http_methods(["GET", "POST"])
def status_change(request, pk):
    pupil = _pupil(request, pk)
    entry, theirs = register.open_entry(pupil), None
    concern = _concern(request, pupil)
    form = StatusForm(
        posted(request),
        school=pupil.school,
        needs=_open_needs(pupil),
        initial=_start_from(request, entry, concern),
    )
    if request.method == "POST" and form.is_valid():
        try:
            changed = concerns.change_status(pupil=pupil, by=request.user, **form.values())
        except ChangedMeanwhile as error:
            theirs = error.theirs
            form.add_error(None, str(error))
        except Refused as error:
            form.add_error(None, str(error))
        else:
            return _after_change(request, changed)
    shown = {"title": "Change status", "submit": "Save the status", "lead": f"{pupil.name}", "present": entry}
    return _page(request, "pupils/status_change.html", pupil, form, concern=concern, theirs=theirs, **shown)


def _concern(request, pupil):
    """The concern this change answers, when the page was opened from one that is still open."""
    pk = request.GET.get("concern", "")
    if not (pk.isascii() and pk.isdigit()):
        return None
    return Concern.objects.visible_to(request.acting).filter(pupil=pupil, closed_on=None, pk=pk).first()


def _start_from(request, entry, concern):
    initial = {"entry": entry.pk if entry else None, "decided_by": request.user.name}
    if concern:
        initial |= {"code": Code.SUPPORT, "reason": on_one_line(concern.outcome_note or concern.what)}
    return initial


def _after_change(request, entry):
    messages.success(request, f"{entry.pupil.name}: {entry.get_code_display()} from {long_date(entry.starts_on)}.")
    if entry.code == Code.SUPPORT and request.acting.can(Permission.LETTER_SEND):
        return redirect("pupils:letter-new", pk=entry.pk)
    return redirect("pupils:register-history", pk=entry.pupil_id)


@require_permission(Permission.REGISTER_EDIT)
@require_http_methods(["GET", "POST"])
def status_correct(request, pk):
    entries = RegisterEntry.objects.visible_to(request.acting).select_related("pupil__school", "school")
    entry = get_object_or_404(entries, pk=pk)
    stored = {"starts_on": entry.starts_on, "reason": entry.reason, "decided_by": entry.decided_by}
    form = CorrectionForm(posted(request), school=entry.school, initial=stored)
    if request.method == "POST" and form.is_valid():
        try:
            register.correct_entry(entry=entry, by=request.user, **form.values())
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "Corrected. What stood there before stays in the history.")
            return redirect(_history_link(entry.pupil))
    lead = f"{entry.pupil.name}, {entry.get_code_display()}. Only for a slip: a real change is a new status."
    return _page(
        request, "components/form_page.html", entry.pupil, form, title="Correct a status", lead=lead, submit="Correct",
        cancel=_history_link(entry.pupil),
    )  # fmt: skip


@require_permission(Permission.REGISTER_EDIT)
@require_http_methods(["GET", "POST"])
def needs_change(request, pk):
    pupil = _pupil(request, pk)
    form = NeedsChangeForm(posted(request), school=pupil.school, needs=_open_needs(pupil))
    if request.method == "POST" and form.is_valid():
        try:
            register.set_needs(
                pupil=pupil, needs=form.needs(), starts_on=form.cleaned_data["starts_on"], by=request.user
            )
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "Types of need saved.")
            return redirect(_history_link(pupil))
    entry = register.open_entry(pupil)
    lead = f"{pupil.name}{f', {entry.get_code_display()}' if entry else ''}. The census takes the first two."
    template = "pupils/needs_change.html"
    return _page(
        request, template, pupil, form, title="Types of need", lead=lead, submit="Save the needs", present=entry
    )


@require_permission(Permission.REGISTER_VIEW)
@require_GET
def register_history(request, pk):
    """Dates and codes for everybody who may see the register; reasons for those who may read the record."""
    pupil, acting = _pupil(request, pk), request.acting
    audit.record_read(school_id=pupil.school_id, pupil_id=pupil.pk, by=request.user, what="register")
    entries = RegisterEntry.objects.filter(pupil=pupil).select_related("entered_by").prefetch_related("letters")
    context = {
        "title": "Status history",
        "section": "register",
        "crumbs": [("Register", reverse("register")), (pupil.name, pupil.get_absolute_url())],
        "pupil": pupil,
        "today": timezone.localdate(),
        "rows": _with_letters(list(entries)),
        "needs": Need.objects.filter(pupil=pupil).select_related("need_type").order_by("-starts_on", "rank"),
        "watches": WatchListEntry.objects.filter(pupil=pupil)
        .select_related("entered_by")
        .order_by("-starts_on", "-pk"),
        "may_read": acting.can(Permission.NARRATIVE_VIEW),
        "may_edit": acting.can(Permission.REGISTER_EDIT) and pupil.on_roll,
        "may_write": acting.can(Permission.LETTER_SEND),
    }
    return render(request, "pupils/status_history.html", context)


def _with_letters(entries):
    """Each entry, and whether a letter goes with it: SEN Support that started, or ended with no plan after it."""
    rows = []
    for place, entry in enumerate(entries):
        before = entries[place + 1] if place + 1 < len(entries) else None
        ended = entry.code == Code.NONE and before is not None and before.code == Code.SUPPORT
        rows.append({"entry": entry, "has_letter": entry.code == Code.SUPPORT or ended})
    return rows


# --- The watch list ----------------------------------------------------------------------------------------------
@require_permission(Permission.REGISTER_EDIT)
@require_http_methods(["GET", "POST"])
def watch_start(request, pk):
    pupil = _pupil(request, pk)
    form = WatchForm(posted(request), school=pupil.school)
    if request.method == "POST" and form.is_valid():
        try:
            register.start_watching(pupil=pupil, by=request.user, **form.values())
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"{pupil.name} is on the watch list.")
            return redirect("pupils:watch-list")
    lead = f"{pupil.name}. Monitoring is not SEN Support: the census does not count it."
    return _page(
        request,
        "components/form_page.html",
        pupil,
        form,
        title="Start monitoring",
        lead=lead,
        submit="Start monitoring",
    )


@require_permission(Permission.REGISTER_VIEW)
@require_GET
def watch_list(request):
    acting = request.acting
    entries = (
        WatchListEntry.objects.visible_to(acting)
        .filter(ends_on=None)
        .select_related("pupil__form_group", "entered_by")
        .order_by("look_again_on", "pk")
    )
    page = Paginator(entries, PER_PAGE).get_page(request.GET.get("page"))
    due = dues_of(page.object_list, "watch.look_again")
    context = {
        "title": "Watch list",
        "section": "register",
        "crumbs": [("Register", reverse("register"))],
        "today": timezone.localdate(),
        "page": page,
        "rows": [{"entry": entry, "due": due.get(entry.pk)} for entry in page.object_list],
        "may_read": acting.can(Permission.NARRATIVE_VIEW),
        "may_edit": acting.can(Permission.REGISTER_EDIT),
    }
    return render(request, "pupils/watch_list.html", context)


@require_permission(Permission.REGISTER_EDIT)
@require_http_methods(["GET", "POST"])
def watch_look_again(request, pk):
    entries = WatchListEntry.objects.visible_to(request.acting).select_related("pupil__school", "school")
    entry, theirs = get_object_or_404(entries, pk=pk), None
    form = LookAgainForm(posted(request), school=entry.school, initial={"version": entry.version})
    if request.method == "POST" and form.is_valid():
        try:
            register.look_again(entry=entry, by=request.user, **form.values())
        except ChangedMeanwhile as error:
            theirs = error.theirs
            form.add_error(None, str(error))
            form.data = form.data.copy()
            form.data["version"] = theirs.version
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"{entry.pupil.name}: saved.")
            return redirect("pupils:watch-list")
    context = {"entry": theirs or entry, "theirs": theirs, "lead": entry.pupil.name, "submit": "Save"}
    context["may_start"] = register.open_entry(entry.pupil).code not in ON_REGISTER if entry.pupil.on_roll else False
    return _page(request, "pupils/watch_look_again.html", entry.pupil, form, title="Look again", **context)
