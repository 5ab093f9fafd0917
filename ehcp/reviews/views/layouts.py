"""How an authority wants the report of a review: its headings, and which of our fields stand under each."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from sendco.refusals import ChangedMeanwhile, Refused
from staff.access import require_permission
from staff.permissions import Permission as P

from ...authorities.selectors import authorities_of
from ...cases.pages import case_page
from ...models import AnnualReview
from .. import layouts
from ..forms.layouts import LayoutForm
from ..services import layouts as services
from .reviews import form_page


def _authority(request, pk):
    return get_object_or_404(authorities_of(request.acting).select_related("school"), pk=pk)


def _crumbs(authority):
    return [
        ("Local authorities", reverse("ehcp:authority-list")),
        (authority.name, reverse("ehcp:authority-detail", args=[authority.pk])),
    ]


@require_permission(P.CASE_VIEW)
@require_GET
def layout_list(request):
    """Which authority has a layout of its own."""
    authorities = authorities_of(request.acting).prefetch_related("layouts")
    rows = [(one, next((row for row in one.layouts.all() if row.ended_on is None), None)) for one in authorities]
    context = case_page("plans", title="Layouts of the review report") | {
        "crumbs": [("Plans", reverse("ehcp:plan-list")), ("Local authorities", reverse("ehcp:authority-list"))],
        "rows": rows,
        "may_edit": request.acting.can(P.AUTHORITY_EDIT),
    }
    return render(request, "ehcp/review_layouts.html", context)


@require_permission(P.AUTHORITY_EDIT)
@form_page
def layout_edit(request, pk):
    """The editor: a row for each heading, a preview with the newest review of a child in view."""
    authority = _authority(request, pk)
    layout = authority.layouts.filter(ended_on=None).first()
    form = LayoutForm(request.POST if request.method == "POST" else None, authority=authority, layout=layout)
    status = 200
    if request.method == "POST" and "save" in request.POST and form.is_valid():
        try:
            services.save(authority=authority, by=request.user, **form.values())
        except ChangedMeanwhile:
            form.add_error(None, "Somebody else changed this layout meanwhile. Open it again beside this page.")
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "The layout is saved. Reports made from now on follow it.")
            return redirect("ehcp:review-layouts")
    if request.method == "POST" and not form.is_valid():
        status = 422
    if form.errors:
        status = 422
    parts = form.parts()
    context = case_page("plans", title=f"Report layout: {authority.name}", more=_crumbs(authority)) | {
        "crumbs": [("Plans", reverse("ehcp:plan-list")), *_crumbs(authority)],
        "authority": authority,
        "form": form,
        "unplaced": services.unplaced(parts),
        "preview": _preview(request, authority, parts),
    }
    return render(request, "ehcp/review_layout_edit.html", context, status=status)


def _preview(request, authority, parts):
    """(body, lost fields) of the newest review held under this authority, or of any; None when there is none."""
    reviews = AnnualReview.objects.visible_to(request.acting).exclude(held_on=None)
    reviews = reviews.select_related("pupil", "plan__authority", "plan__caseworker", "school", "organiser")
    review = reviews.filter(plan__authority=authority).order_by("-held_on", "-pk").first()
    review = review or reviews.order_by("-held_on", "-pk").first()
    return layouts.fill(parts, review) if review else None
