"""The measures of a school: which scores it takes, and what may be said of two of them."""

from functools import partial

from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from sendco.formkit.page import ConfirmPage, FormPage, form_page, posted
from staff.access import require_permission
from staff.permissions import Permission as P

from ..models import ScoreKind
from . import forms, selectors, services


def _page(title, *, submit="", cancel=""):
    trail = [] if title == "Measures" else [("Measures", reverse("pupils:measure-list"))]
    return {"title": title, "section": "provision", "crumbs": trail, "submit": submit, "cancel": cancel}


@require_permission(P.PROVISION_VIEW)
@require_GET
def measure_list(request):
    rows = list(selectors.with_counts(request.acting))
    context = _page("Measures") | {
        "kinds": [row for row in rows if not row.is_archived],
        "archived": [row for row in rows if row.is_archived],
        "may_edit": request.acting.can(P.PROVISION_EDIT),
    }
    return render(request, "pupils/measure_list.html", context)


@require_permission(P.PROVISION_EDIT)
@form_page
def measure_start(request):
    back = reverse("pupils:measure-list")
    page = _page("Begin with the measures that come with sendco?", submit="Add them", cancel=back)
    page["explanation"] = "Names, ranges and which way is better. No test is among them. They are yours to change."
    return ConfirmPage(
        act=partial(services.start_kinds, school=request.acting.school, by=request.user),
        done=lambda count: f"{count} measures added." if count else "All of them are on your list already.",
        then=back,
        page=page,
    ).respond(request)


@require_permission(P.PROVISION_EDIT)
@form_page
def measure_add(request):
    return _form(request, ScoreKind(school=request.acting.school), title="Add a measure")


@require_permission(P.PROVISION_EDIT)
@form_page
def measure_edit(request, pk):
    row = _kind(request, pk)
    return _form(request, row, title=f"Change {row.name}")


def _kind(request, pk):
    return get_object_or_404(ScoreKind.objects.visible_to(request.acting), pk=pk)


def _form(request, kind, *, title):
    is_new = kind.pk is None
    stored = ScoreKind(school=request.acting.school) if is_new else kind
    form = forms.KindForm(posted(request), instance=kind if is_new else _kind(request, kind.pk))
    back = reverse("pupils:measure-list")
    return FormPage(
        form=form,
        save=lambda cleaned: services.save_kind(
            kind=stored, values=form.values, version=cleaned["version"], by=request.user
        ),
        done=lambda saved: f"{saved.name} is saved.",
        then=back,
        page=_page(title, submit="Save", cancel=back),
    ).respond(request)
