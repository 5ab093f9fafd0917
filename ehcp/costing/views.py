"""The costed provision map of a child in the layout of their authority, what was kept of it, and the £6,000 test."""

from functools import partial

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from pupils.models import Pupil
from pupils.spreadsheets import csv_bytes
from sendco.audit import services as audit
from sendco.formkit.page import ConfirmPage, FormPage, form_page, posted
from sendco.formkit.versions import Versioned, nothing
from staff.access import require_permission
from staff.permissions import Permission as P

from ..authorities.selectors import authorities_of
from ..models import CostedMap
from . import forms, selectors, services

MEANWHILE = Versioned(
    values=nothing, words="Somebody else changed this meanwhile. Look at it as it stands, then save yours again."
)


def _page(title, pupil, *, below=False, submit="", cancel=""):
    trail = [(pupil.name, f"{pupil.get_absolute_url()}?tab=provision")]
    if below:
        trail.append(("Costed map", address(pupil)))
    return {
        "title": title,
        "tab_title": f"Costed map: {submit or 'look'}",
        "section": "register",
        "crumbs": trail,
        "submit": submit,
        "cancel": cancel,
        "pupil": pupil,
    }


def address(pupil):
    return reverse("ehcp:costed-map", args=[pupil.pk])


def _pupil(request, pk):
    return get_object_or_404(Pupil.objects.visible_to(request.acting), pk=pk)


def _kept(request, pk):
    rows = CostedMap.objects.visible_to(request.acting).select_related("pupil", "made_by")
    return get_object_or_404(rows, pk=pk)


def _read(request, pupil):
    audit.record_read(school_id=pupil.school_id, pupil_id=pupil.pk, by=request.user, what="costed map")


@require_permission(P.CASE_VIEW)
@require_GET
def costed_map(request, pk):
    pupil = _pupil(request, pk)
    found = selectors.costed(request.acting, pupil, request.acting.today)
    head, rows = selectors.table_of(found)
    _read(request, pupil)
    context = _page(f"Costed provision map of {pupil.name}", pupil) | {
        "found": found,
        "head": head,
        "rows": rows,
        "facts": selectors.facts_of(found),
        "kept": CostedMap.objects.visible_to(request.acting).filter(pupil=pupil).select_related("made_by"),
        "may_edit": request.acting.can(P.CASE_EDIT),
    }
    return render(request, "ehcp/costed_map.html", context)


@require_permission(P.CASE_VIEW)
@require_GET
def costed_map_file(request, pk):
    pupil = _pupil(request, pk)
    found = selectors.costed(request.acting, pupil, request.acting.today)
    _read(request, pupil)
    return _file(*selectors.table_of(found), selectors.facts_of(found))


def _file(head, rows, facts):
    """The table with its sums below, for a spreadsheet."""
    content = csv_bytes(head, [*rows, [], *facts])
    answer = HttpResponse(content, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="costed-map.csv"'
    answer["Cache-Control"] = "private, no-store"
    return answer


@require_permission(P.CASE_EDIT)
@form_page
def costed_map_keep(request, pk):
    pupil = _pupil(request, pk)
    page = _page("Keep this map as it stands?", pupil, below=True, submit="Keep it", cancel=address(pupil))
    page["lead"] = "It stays as it is today, whatever changes in rates, groups and times. Keep the one that you send."
    return FormPage(
        form=forms.KeepForm(posted(request)),
        save=lambda cleaned: services.keep_map(acting=request.acting, pupil=pupil, by=request.user, **cleaned),
        done="Kept.",
        then=lambda row: row.get_absolute_url(),
        page=page,
    ).respond(request)


@require_permission(P.CASE_VIEW)
@require_GET
def costed_map_kept(request, pk):
    row = _kept(request, pk)
    _read(request, row.pupil)
    context = _page(f"Costed map of {row.pupil.name}, {row.made_on:%d/%m/%Y}", row.pupil, below=True) | {
        "row": row,
        "may_edit": request.acting.can(P.CASE_EDIT),
    }
    return render(request, "ehcp/costed_map_kept.html", context)


@require_permission(P.CASE_VIEW)
@require_GET
def costed_map_kept_file(request, pk):
    row = _kept(request, pk)
    _read(request, row.pupil)
    return _file(row.head, row.rows, row.facts)


@require_permission(P.CASE_EDIT)
@form_page
def costed_map_sent(request, pk):
    row = _kept(request, pk)
    initial = {"version": row.version, "sent_on": row.sent_on or request.acting.today, "note": row.note}
    return FormPage(
        form=forms.SentForm(posted(request), initial=initial),
        save=lambda cleaned: services.mark_sent(row=row, by=request.user, **cleaned),
        done="Saved.",
        then=row.get_absolute_url(),
        page=_page("When did it go?", row.pupil, below=True, submit="Save", cancel=row.get_absolute_url()),
        versioned=MEANWHILE,
    ).respond(request)


@require_permission(P.CASE_EDIT)
@form_page
def costed_map_remove(request, pk):
    row = _kept(request, pk)
    page = _page("Remove this map?", row.pupil, below=True, submit="Remove it", cancel=row.get_absolute_url())
    page |= {"explanation": "For one that was kept by mistake.", "danger": True, "cancel_words": "Keep it"}
    return ConfirmPage(
        act=partial(services.remove_map, row=row, by=request.user), done="Removed.", then=address(row.pupil),
        refused_to=row.get_absolute_url(), page=page,
    ).respond(request)  # fmt: skip


@require_permission(P.CASE_VIEW)
@require_GET
def cost_list(request):
    """The £6,000 test: what each child's provision costs over a year, beside what the school pays first."""
    found = selectors.all_costed(request.acting, request.acting.today)
    context = {
        "title": "Cost of a year",
        "section": "map",
        "crumbs": [("Provision map", reverse("provision:provision-map"))],
        "rows": found,
        "over": sum(bool(one.request) for one in found),
    }
    return render(request, "ehcp/cost_list.html", context)


@require_permission(P.AUTHORITY_EDIT)
@form_page
def authority_columns(request, pk):
    authority = get_object_or_404(authorities_of(request.acting), pk=pk)
    back = reverse("ehcp:authority-detail", args=[authority.pk])
    columns = authority.costing_columns or selectors.COLUMNS
    form = forms.ColumnsForm(posted(request), columns=columns, initial={"version": authority.version})
    return FormPage(
        form=form,
        save=lambda cleaned: services.set_columns(
            authority=authority, columns=form.columns, version=cleaned["version"], by=request.user
        ),
        done="Saved. Costed maps of its pupils have these columns.",
        then=back,
        page={
            "title": f"Costed map of {authority.name}",
            "section": "ehcp",
            "crumbs": [("Local authorities", reverse("ehcp:authority-list")), (authority.name, back)],
            "submit": "Save the columns",
            "cancel": back,
        },
        template="ehcp/columns_form.html",
        versioned=MEANWHILE,
    ).respond(request)
