"""Possible duplicates, the comparison of two records, merging them and taking that back."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from sendco.audit import services as audit
from sendco.clock import long_date
from sendco.formkit.page import REFUSED, FormPage, form_page, posted
from sendco.limits.services import RateLimited, check_limit
from sendco.refusals import Refused
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
    return _merge_page(request, kept, gone).respond(request)


def _merge_page(request, kept, gone, *, data=None, changed=""):
    """Both records side by side. `changed` names the one that somebody changed while they were compared."""
    data = data or posted(request)
    form = MergeForm(data, kept=kept, gone=gone, acting=request.acting)

    def page():
        return {
            "title": "Are these the same child?",
            "section": "data",
            "crumbs": crumbs(),
            "kept": kept,
            "gone": gone,
            "along": what_comes_along(gone, request.acting),
            "unlike": unlike_protections(kept, gone),
            "until": timezone.localdate() + UNDO_DAYS,
            "changed": changed,
        }

    return FormPage(
        form=form,
        save=lambda _cleaned: services.merge(kept=kept, gone=gone, by=request.user, **form.answers()),
        done=_merged_words,
        then=reverse("pupil-detail", args=[kept.pk]),
        page=page,
        template="pupils/merge_preview.html",
        changed=lambda meanwhile: _show_again(request, kept, gone, changed=meanwhile.theirs.name),
    )


def _merged_words(done):
    until = long_date(timezone.localtime(done.merged_at).date() + UNDO_DAYS)
    return f"The two records are one now. You can undo this under possible duplicates until {until}."


@require_permission(Permission.MERGE)
@step_up
@require_POST
@form_page
def merge(request, kept, gone):
    kept, gone = _pupil(request, kept), _pupil(request, gone)
    page = _merge_page(request, kept, gone)
    page.form.is_valid()
    if changed := page.form.changed_record():
        return _show_again(request, kept, gone, changed=changed.name)
    return page.respond(request)


def _show_again(request, kept, gone, *, changed):
    """Somebody changed one of the records: lay what is stored now side by side, with the answers given before."""
    kept, gone = _pupil(request, kept.pk), _pupil(request, gone.pk)
    data = request.POST.copy()
    data["kept_version"], data["gone_version"] = str(kept.version), str(gone.version)
    return _merge_page(request, kept, gone, data=data, changed=changed).show(request, status=REFUSED)


@require_permission(Permission.MERGE)
@step_up
@form_page
def merge_undo(request, pk):
    seen = Pupil.objects.visible_to(request.acting)
    standing = Merge.objects.visible_to(request.acting).filter(kept__in=seen, undone_at=None)
    past_merge = get_object_or_404(standing.select_related("kept", "gone", "merged_by"), pk=pk)
    when = long_date(timezone.localtime(past_merge.merged_at).date())
    page = {
        "title": "Make two records of this again?",
        "explanation": (
            f"{past_merge.merged_by.name} merged the record of {past_merge.gone.name} "
            f"into that of {past_merge.kept.name} on {when}. "
            "Each record gets back what it had. What was added since stays with the record that was kept."
        ),
        "submit": "Undo the merge",
        "cancel": reverse("pupils:duplicate-list"),
        "section": "data",
        "crumbs": crumbs(),
    }
    return FormPage(
        form=UndoForm(posted(request)),
        save=lambda _cleaned: services.undo(merge=past_merge, by=request.user),
        done=lambda _undone: f"{past_merge.kept.name} and {past_merge.gone.name} are two records again.",
        then=reverse("pupils:duplicate-list"),
        page=page,
        template="components/confirm_page.html",
    ).respond(request)
