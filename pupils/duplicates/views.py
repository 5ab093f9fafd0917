"""Possible duplicates, the comparison of two records, merging them and taking that back."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sendco.audit import services as audit
from sendco.clock import long_date
from sendco.limits.services import RateLimited, check_limit
from sendco.refusals import ChangedMeanwhile, Refused
from staff.access import require_permission, step_up
from staff.permissions import Permission

from .. import search
from ..models import Merge, Pupil
from . import services
from .forms import MergeForm, PairSearchForm, UndoForm
from .selectors import UNDO_DAYS, possible_duplicates, recent_merges, unlike_protections, what_comes_along

PER_PAGE = 20


def crumbs():
    return [
        ("Data check", reverse("pupils:data-quality")),
        ("Possible duplicates", reverse("pupils:duplicate-list")),
    ]


def _pupil(request, pk):
    pupils = Pupil.objects.visible_to(request.acting).select_related("form_group", "key_worker", "school")
    return get_object_or_404(pupils, pk=pk)


@require_permission(Permission.MERGE)
@require_GET
def duplicate_list(request):
    page = Paginator(possible_duplicates(request.acting), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "title": "Possible duplicates",
        "section": "data",
        "crumbs": crumbs()[:1],
        "page": page,
        "merges": [(merge, merge.merged_at + UNDO_DAYS) for merge in recent_merges(request.acting)],
    }
    return render(request, "pupils/duplicate_list.html", context)


@require_permission(Permission.MERGE)
@require_GET
def duplicate_choose(request):
    """Find any two pupils to compare, one after the other: `first` is the one that is chosen already."""
    form = PairSearchForm(request.GET, acting=request.acting)
    if not form.is_valid() and "first" in form.errors:
        raise Http404
    first, text = form.cleaned_data["first"], form.cleaned_data.get("q", "")
    context = {
        "title": "Compare two pupils",
        "section": "data",
        "crumbs": crumbs(),
        "form": form,
        "first": first,
        "q": text,
        "found": [],
        "wait": "",
    }
    if text:
        try:
            check_limit("search", request.user.pk)
            context["found"] = [
                pupil for pupil in search.find(request.acting, text) if pupil.pk != getattr(first, "pk", 0)
            ]
        except RateLimited as error:
            context["wait"] = str(error)
    template = "pupils/_duplicate_found.html" if request.htmx else "pupils/duplicate_choose.html"
    return render(request, template, context)


@require_permission(Permission.MERGE)
@require_POST
def not_duplicate(request, first, second):
    one, other = _pupil(request, first), _pupil(request, second)
    try:
        services.say_not_duplicate(one=one, other=other, by=request.user)
    except Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, f"{one.name} and {other.name} stay two pupils. The pair is not shown again.")
    return redirect("pupils:duplicate-list")


# --- Merging -----------------------------------------------------------------------------------------------------
@require_permission(Permission.MERGE)
@step_up
@require_GET
def merge_preview(request, kept, gone):
    kept, gone = _pupil(request, kept), _pupil(request, gone)
    for pupil in (kept, gone):
        audit.record_read(school_id=pupil.school_id, pupil_id=pupil.pk, by=request.user)
    return _draw(request, kept, gone, MergeForm(kept=kept, gone=gone, acting=request.acting))


def _draw(request, kept, gone, form, *, status=200, changed=""):
    context = {
        "title": "Are these the same child?",
        "section": "data",
        "crumbs": crumbs(),
        "kept": kept,
        "gone": gone,
        "form": form,
        "along": what_comes_along(gone, request.acting),
        "unlike": unlike_protections(kept, gone),
        "until": timezone.localdate() + UNDO_DAYS,
        "changed": changed,
    }
    return render(request, "pupils/merge_preview.html", context, status=status)


@require_permission(Permission.MERGE)
@step_up
@require_POST
def merge(request, kept, gone):
    kept, gone = _pupil(request, kept), _pupil(request, gone)
    form = MergeForm(request.POST, kept=kept, gone=gone, acting=request.acting)
    is_valid, changed = form.is_valid(), form.changed_record()
    if changed:
        return _show_again(request, kept, gone, changed=changed.name)
    if not is_valid:
        return _draw(request, kept, gone, form, status=422)
    try:
        done = services.merge(kept=kept, gone=gone, by=request.user, **form.answers())
    except ChangedMeanwhile as meanwhile:
        return _show_again(request, kept, gone, changed=meanwhile.theirs.name)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return _draw(request, kept, gone, form, status=422)
    until = long_date(timezone.localtime(done.merged_at).date() + UNDO_DAYS)
    messages.success(
        request, f"The two records are one now. You can undo this under possible duplicates until {until}."
    )
    return redirect("pupil-detail", pk=kept.pk)


def _show_again(request, kept, gone, *, changed):
    """Somebody changed one of the records: lay what is stored now side by side, with the answers given before."""
    kept, gone = _pupil(request, kept.pk), _pupil(request, gone.pk)
    data = request.POST.copy()
    data["kept_version"], data["gone_version"] = str(kept.version), str(gone.version)
    form = MergeForm(data, kept=kept, gone=gone, acting=request.acting)
    form.is_valid()
    return _draw(request, kept, gone, form, status=422, changed=changed)


@require_permission(Permission.MERGE)
@step_up
@require_http_methods(["GET", "POST"])
def merge_undo(request, pk):
    seen = Pupil.objects.visible_to(request.acting)
    standing = Merge.objects.visible_to(request.acting).filter(kept__in=seen, undone_at=None)
    found = get_object_or_404(standing.select_related("kept", "gone", "merged_by"), pk=pk)
    form = UndoForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            services.undo(merge=found, by=request.user)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"{found.kept.name} and {found.gone.name} are two records again.")
            return redirect("pupils:duplicate-list")
    when = long_date(timezone.localtime(found.merged_at).date())
    context = {
        "title": "Make two records of this again?",
        "explanation": (
            f"{found.merged_by.name} merged the record of {found.gone.name} into that of {found.kept.name} on {when}. "
            "Each record gets back what it had. What was added since stays with the record that was kept."
        ),
        "form": form,
        "submit": "Undo the merge",
        "cancel": reverse("pupils:duplicate-list"),
        "section": "data",
        "crumbs": crumbs(),
    }
    return render(request, "components/confirm_page.html", context, status=422 if form.errors else 200)
