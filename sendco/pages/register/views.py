"""The SEND register: who is on it, what is due for each, and what to do with those chosen."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from pupils.models import SavedView
from pupils.models.pupil import FLAG_CODES, FlagKind, flag_kinds_for
from sendco.formkit.names import is_ours
from sendco.formkit.page import FormPage, form_page, posted
from sendco.limits.services import check_limit
from staff.access import require_permission, step_up
from staff.permissions import Permission

from ..paging import KnownCount
from . import exports
from .filters import COLUMNS, RegisterFilter
from .forms import ExportForm, SavedViewForm
from .reading import counts, with_details
from .rows import drawn

PER_PAGE = 25
TABS = (
    ("register", "Register and monitoring"),
    ("E", "EHC plans"),
    ("K", "SEN Support"),
    ("M", "Being monitored"),
    ("all", "Everyone"),
    ("left", "Leavers"),
)


def _listing(request):
    acting, today = request.acting, timezone.localdate()
    chosen = RegisterFilter(request.GET, acting=acting)
    figures = counts(acting)
    known = figures.get(chosen.view) if not chosen.is_narrowed else None
    page = KnownCount(chosen.pupils(), PER_PAGE, count=known).get_page(request.GET.get("page"))
    page.object_list = with_details(page.object_list, acting)
    may_export = acting.can(Permission.EXPORT_RUN)
    kinds = flag_kinds_for(acting)
    return {
        "page": page,
        "rows": drawn(page.object_list, chosen.chosen_columns, today, may_pick=may_export),
        "filter": chosen,
        "who": chosen.view,
        "show": dict.fromkeys(chosen.chosen_columns, True),
        "sort": chosen.values().get("sort") or "name",
        "figures": figures,
        "tabs": [(key, label, figures.get(key)) for key, label in TABS],
        "key": [(FLAG_CODES[kind], kind.label) for kind in FlagKind if kind in kinds],
        "may_export": may_export,
        "may_edit": acting.can(Permission.PUPIL_EDIT),
    }


@require_permission(Permission.REGISTER_VIEW)
@require_GET
def register(request):
    context = _listing(request)
    if request.htmx and request.htmx.target == "rows":
        return render(request, "pages/_register_rows.html", context)
    context |= {
        "title": "SEND register",
        "section": "register",
        "views": SavedView.objects.visible_to(request.acting),
        "all_columns": COLUMNS,
        "show_filters": "filters" in request.GET,
        "chips": _chips(context["filter"], request),
    }
    return render(request, "pages/register.html", context)


def _chips(chosen, request):
    """The filters in force, each with the address that takes it out."""
    chips = []
    for name in ("q", "year", "group", "unit", "need", "area", "flag", "worker", "due"):
        value = chosen.values().get(name)
        if not value:
            continue
        field = chosen.fields[name]
        names = dict(getattr(field, "choices", [])) if name in ("year", "need", "area", "flag", "due") else {}
        values = value if name in ("year", "group", "unit", "need", "area", "flag") else [value]
        rest = request.GET.copy()
        rest.pop(name, None)
        rest.pop("page", None)
        text = ", ".join(str(names.get(choice, choice)) for choice in values)
        chips.append({"words": f"{field.label}: {text}", "href": f"?{rest.urlencode()}"})
    return chips


@require_permission(Permission.REGISTER_VIEW)
@require_POST
def view_save(request):
    form = SavedViewForm(request.POST, acting=request.acting)
    if form.is_valid():
        SavedView.objects.update_or_create(
            user=request.user,
            school=request.acting.school,
            name=form.cleaned_data["name"],
            defaults={"query": form.cleaned_data["query"]},
        )
        messages.success(request, f"View “{form.cleaned_data['name']}” saved.")
    else:
        messages.error(request, "Give the view a name of up to 40 letters, then save it again.")
    return redirect(f"{reverse('register')}?{form.clean_query()}")


@require_permission(Permission.REGISTER_VIEW)
@require_POST
def view_remove(request, pk):
    get_object_or_404(SavedView.objects.visible_to(request.acting), pk=pk).delete()
    messages.success(request, "View removed.")
    return redirect("register")


@require_permission(Permission.EXPORT_RUN)
@step_up
@form_page
def register_export(request):
    """Ask why and which columns, then let the file be made in the background."""
    source = request.POST if request.method == "POST" else request.GET
    chosen = RegisterFilter(source, acting=request.acting)
    picked = [int(pk) for pk in source.getlist("pupil")[:20_000] if pk.isdecimal() and len(pk) < 19]
    form = ExportForm(posted(request) if "purpose" in request.POST else None, acting=request.acting)

    def start(cleaned):
        check_limit("export", request.user.pk)
        return exports.start(chosen, picked=picked, acting=request.acting, **cleaned)

    page = {
        "title": "Export pupils",
        "lead": f"{len(picked) or chosen.pupils().count()} pupils. The file is yours alone and can be downloaded for "
        "24 hours.",
        "section": "register",
        "crumbs": [("SEND register", reverse("register"))],
        "carried": [
            (name, value)
            for name in source
            for value in source.getlist(name)
            if name not in ExportForm.base_fields and not is_ours(name)
        ],
        "cancel": reverse("register"),
    }
    return FormPage(
        form=form,
        save=start,
        then=lambda job: reverse("job-detail", args=[job.pk]),
        page=page,
        template="pages/export.html",
    ).respond(request)
