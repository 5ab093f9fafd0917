"""How an authority wants the report of a review: its headings, and which of our fields stand under each."""

from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from sendco.formkit.page import FormPage, form_page, posted
from sendco.formkit.values import written_form
from sendco.formkit.versions import Group, Versioned
from staff.access import require_permission
from staff.permissions import Permission as P

from ...authorities.selectors import authorities_of
from ...cases.pages import case_page
from ...models import AnnualReview
from .. import layouts
from ..forms.layouts import LayoutForm
from ..services import layouts as services


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
    rows = [
        (authority, next((row for row in authority.layouts.all() if row.ended_on is None), None))
        for authority in authorities
    ]
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
    form = LayoutForm(posted(request), authority=authority, layout=layout)

    def save(_cleaned):
        return services.save(authority=authority, by=request.user, **form.values())

    def page():
        parts = form.parts()
        return case_page("plans", title=f"Report layout: {authority.name}", more=_crumbs(authority)) | {
            "crumbs": [("Plans", reverse("ehcp:plan-list")), *_crumbs(authority)],
            "authority": authority,
            "unplaced": services.unplaced(parts),
            "preview": _preview(request, authority, parts),
            "cancel": reverse("ehcp:review-layouts"),
        }

    return FormPage(
        form=form,
        save=save,
        only_with="save",
        leaves=("rows",),
        done="The layout is saved. Reports made from now on follow it.",
        then=reverse("ehcp:review-layouts"),
        page=page,
        template="ehcp/review_layout_edit.html",
        versioned=Versioned(values=_layout_head, groups=(_headings(authority),)),
    ).respond(request)


def _layout_head(layout):
    return {"name": layout.name, "title": layout.title}


def _headings(authority):
    """The rows of the editor are chosen together: a heading stands where it does because of the others."""

    def in_words(parts):
        return "\n".join(f"{part['heading']}: {', '.join(_titles(part))}" for part in parts)

    def data(layout):
        return written_form(LayoutForm(authority=authority, layout=layout), owns)

    def owns(name):
        return name == "rows" or name.partition("_")[0] in ("heading", "note", "order", "fields")

    return Group(
        name="parts",
        label="Headings",
        owns=owns,
        yours=lambda form: in_words(form.parts()),
        stored=lambda layout: in_words(layout.parts),
        data=data,
    )


def _titles(part):
    return [layouts.FIELDS[code].title for code in part["fields"] if code in layouts.FIELDS]


def _preview(request, authority, parts):
    """(body, lost fields) of the newest review held under this authority, or of any; None when there is none."""
    reviews = AnnualReview.objects.visible_to(request.acting).exclude(held_on=None)
    reviews = reviews.select_related("pupil", "plan__authority", "plan__caseworker", "school", "organiser")
    review = reviews.filter(plan__authority=authority).order_by("-held_on", "-pk").first()
    review = review or reviews.order_by("-held_on", "-pk").first()
    return layouts.fill(parts, review) if review else None
