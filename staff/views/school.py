"""The school's details, its units, the table of permissions, and the switch between schools."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from sendco.refusals import Refused

from .. import selectors, services
from ..access import require_permission
from ..forms.school import SchoolForm, UnitForm
from ..models import School, Unit
from ..permissions import HOME_ORDER, Permission, matrix
from ..roles import Role
from .drafts import find_draft, forget_draft, typed

RECENT = 6
DRAFT = "school-details"


def crumbs():
    return [("School", reverse("staff:school"))]


@require_permission(Permission.SCHOOL_VIEW)
@require_GET
def school(request):
    context = {
        "title": request.acting.school.name,
        "section": "school",
        "school": request.acting.school,
        "units": Unit.objects.visible_to(request.acting),
        "may_edit": request.acting.can(Permission.SCHOOL_EDIT),
        "changes": selectors.school_changes(request.acting)[:RECENT],
    }
    return render(request, "staff/school.html", context)


@require_permission(Permission.SCHOOL_EDIT)
@require_http_methods(["GET", "POST"])
def school_edit(request):
    # A row of its own: a form that refuses must not change the name in the page's menu.
    stored = get_object_or_404(School.objects.visible_to(request.acting), pk=request.acting.school.pk)
    draft = find_draft(request, DRAFT)
    form = SchoolForm(request.POST or None, instance=stored, initial=typed(draft))
    differences, refusal = [], ""
    if request.method == "POST" and form.is_valid():
        try:
            services.update_school(
                school=stored, values=form.values, version=form.cleaned_data["version"], by=request.user
            )
        except services.ChangedMeanwhile as conflict:
            form, differences = _with_both_versions(request, conflict)
            refusal = str(conflict)
        else:
            forget_draft(request, DRAFT)
            messages.success(request, "School details saved.")
            return redirect("staff:school")
    context = {
        "title": "Change school details",
        "section": "school",
        "crumbs": crumbs(),
        "form": form,
        "refusal": refusal,
        "differences": differences,
        "draft": draft,
        "draft_key": DRAFT,
        "submit": "Save my version" if refusal else "Save school details",
        "cancel": reverse("staff:school"),
    }
    return render(request, "staff/school_form.html", context, status=422 if refusal or form.errors else 200)


def _with_both_versions(request, conflict):
    """Keep what was typed, and let the next save count as a decision taken with both versions in sight."""
    form = SchoolForm({**request.POST.dict(), "version": conflict.theirs.version}, instance=conflict.theirs)
    theirs = get_object_or_404(School.objects.visible_to(request.acting), pk=conflict.theirs.pk)
    return form, list(form.differences(theirs)) if form.is_valid() else []


@require_permission(Permission.SCHOOL_EDIT)
@require_http_methods(["GET", "POST"])
def unit_add(request):
    return _unit_page(request, Unit(school=request.acting.school), title="Add a unit", submit="Add unit")


@require_permission(Permission.SCHOOL_EDIT)
@require_http_methods(["GET", "POST"])
def unit_edit(request, pk):
    unit = get_object_or_404(Unit.objects.visible_to(request.acting), pk=pk)
    return _unit_page(request, unit, title=f"Change {unit.name}", submit="Save unit")


def _unit_page(request, unit, *, title, submit):
    form = UnitForm(request.POST or None, instance=unit)
    if request.method == "POST" and form.is_valid():
        try:
            services.save_unit(unit=form.save(commit=False), by=request.user)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"{unit.name} saved.")
            return redirect("staff:school")
    context = {
        "title": title,
        "section": "school",
        "crumbs": crumbs(),
        "form": form,
        "submit": submit,
        "cancel": reverse("staff:school"),
    }
    return render(request, "components/form_page.html", context, status=422 if form.errors else 200)


@require_permission(Permission.SCHOOL_VIEW)
@require_GET
def permissions(request):
    rows = [(permission, set(holders)) for permission, holders in matrix()]
    roles = [Role(role) for role in HOME_ORDER]
    context = {
        "title": "Who may do what",
        "section": "school",
        "crumbs": crumbs(),
        "roles": roles,
        "rows": [(permission.value, [role in holders for role in roles]) for permission, holders in rows],
        "by_role": [(role, [permission.value for permission, holders in rows if role in holders]) for role in roles],
        "mine": request.acting.roles,
    }
    return render(request, "staff/permissions.html", context)


@require_permission(Permission.OWN_ACCOUNT)
@require_http_methods(["GET", "POST"])
def school_switch(request):
    """Only schools in which one holds a role today; the choice lives in the session."""
    if request.method == "POST":
        chosen = next((one for one in request.acting.schools if str(one.pk) == request.POST.get("school")), None)
        if chosen is None:
            raise Http404
        request.session["school_id"] = chosen.pk
        messages.success(request, f"You are now at {chosen.name}.")
        return redirect("home")
    context = {"title": "Change school", "section": "school", "schools": request.acting.schools}
    return render(request, "staff/school_switch.html", context)
