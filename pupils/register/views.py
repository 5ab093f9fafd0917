from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from sendco.audit import services as audit
from sendco.clock import long_date
from sendco.formkit.page import FormPage, form_page, posted
from sendco.formkit.versions import Versioned
from staff.access import require_permission
from staff.permissions import Permission

from ..concerns import services as concerns
from ..concerns.forms import on_one_line
from ..concerns.selectors import dues_of
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


def _page(pupil, *, title, **more):
    return {
        "title": title,
        "section": "register",
        "crumbs": [("Register", reverse("register")), (pupil.name, pupil.get_absolute_url())],
        "pupil": pupil,
        "cancel": pupil.get_absolute_url(),
    } | more


def _open_needs(pupil):
    return [need.need_type for need in Need.objects.filter(pupil=pupil, ends_on=None).select_related("need_type")]


# --- Status ------------------------------------------------------------------------------------------------------
@require_permission(Permission.REGISTER_EDIT)
@form_page
def status_change(request, pk):
    pupil = _pupil(request, pk)
    entry, concern = register.open_entry(pupil), _concern(request, pupil)
    form = StatusForm(
        posted(request),
        school=pupil.school,
        needs=_open_needs(pupil),
        initial=_start_from(request, entry, concern),
    )
    page = _page(
        pupil,
        title="Change status",
        submit="Save the status",
        lead=f"{pupil.name}",
        present=entry,
        concern=concern,
    )
    return FormPage(
        form=form,
        save=lambda _cleaned: concerns.change_status(pupil=pupil, by=request.user, **form.values()),
        then=lambda changed: _after_change(request, changed),
        page=page,
        leaves=("words_checked",),
        template="pupils/status_change.html",
        versioned=Versioned(field="entry", mark=lambda open_entry: open_entry.pk, values=_of_entry),
    ).respond(request)


def _of_entry(entry):
    return {name: getattr(entry, name) for name in ("code", "starts_on", "reason", "decided_by")}


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
@form_page
def status_correct(request, pk):
    entries = RegisterEntry.objects.visible_to(request.acting).select_related("pupil__school", "school")
    entry = get_object_or_404(entries, pk=pk)
    stored = {"starts_on": entry.starts_on, "reason": entry.reason, "decided_by": entry.decided_by}
    form = CorrectionForm(posted(request), school=entry.school, initial=stored)
    page = _page(
        entry.pupil,
        title="Correct a status",
        lead=f"{entry.pupil.name}, {entry.get_code_display()}. Only for a slip: a real change is a new status.",
        submit="Correct",
        cancel=_history_link(entry.pupil),
    )
    return FormPage(
        form=form,
        save=lambda _cleaned: register.correct_entry(entry=entry, by=request.user, **form.values()),
        done="Corrected. What stood there before stays in the history.",
        then=_history_link(entry.pupil),
        page=page,
        leaves=("words_checked",),
    ).respond(request)


@require_permission(Permission.REGISTER_EDIT)
@form_page
def needs_change(request, pk):
    pupil = _pupil(request, pk)
    form = NeedsChangeForm(posted(request), school=pupil.school, needs=_open_needs(pupil))

    def change(cleaned):
        return register.set_needs(pupil=pupil, needs=form.needs(), starts_on=cleaned["starts_on"], by=request.user)

    entry = register.open_entry(pupil)
    lead = f"{pupil.name}{f', {entry.get_code_display()}' if entry else ''}. The census takes the first two."
    return FormPage(
        form=form,
        save=change,
        done="Types of need saved.",
        then=_history_link(pupil),
        page=_page(pupil, title="Types of need", lead=lead, submit="Save the needs", present=entry),
        template="pupils/needs_change.html",
    ).respond(request)


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
@form_page
def watch_start(request, pk):
    pupil = _pupil(request, pk)
    form = WatchForm(posted(request), school=pupil.school)
    lead = f"{pupil.name}. Monitoring is not SEN Support: the census does not count it."
    return FormPage(
        form=form,
        save=lambda _cleaned: register.start_watching(pupil=pupil, by=request.user, **form.values()),
        done=f"{pupil.name} is on the watch list.",
        then=reverse("pupils:watch-list"),
        page=_page(pupil, title="Start monitoring", lead=lead, submit="Start monitoring"),
        leaves=("words_checked",),
    ).respond(request)


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
@form_page
def watch_look_again(request, pk):
    entries = WatchListEntry.objects.visible_to(request.acting).select_related("pupil__school", "school")
    entry = get_object_or_404(entries, pk=pk)
    form = LookAgainForm(posted(request), school=entry.school, initial={"version": entry.version})

    def page():
        may_start = entry.pupil.on_roll and register.open_entry(entry.pupil).code not in ON_REGISTER
        shown = {"entry": entry, "lead": entry.pupil.name, "submit": "Save", "may_start": may_start}
        return _page(entry.pupil, title="Look again", **shown)

    return FormPage(
        form=form,
        save=lambda _cleaned: register.look_again(entry=entry, by=request.user, **form.values()),
        done=f"{entry.pupil.name}: saved.",
        then=reverse("pupils:watch-list"),
        page=page,
        leaves=("words_checked",),
        template="pupils/watch_look_again.html",
        versioned=Versioned(values=LookAgainForm.values_of),
    ).respond(request)
