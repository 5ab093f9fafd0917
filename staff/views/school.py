"""The school's details, its units, the table of permissions, and the switch between schools."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from sendco.formkit.page import FormPage, form_page, posted

from .. import selectors, services
from ..access import require_permission
from ..forms.school import SchoolForm, UnitForm
from ..models import School, Unit
from ..permissions import HOME_ORDER, Permission, matrix
from ..roles import Role
from ..signatories import headteacher

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
        "headteacher": headteacher(request.acting.school),
        "units": Unit.objects.visible_to(request.acting),
        "may_edit": request.acting.can(Permission.SCHOOL_EDIT),
        "changes": selectors.school_changes(request.acting)[:RECENT],
    }
    return render(request, "staff/school.html", context)


@require_permission(Permission.SCHOOL_EDIT)
@form_page
def school_edit(request):
    # A row of its own: a form that refuses must not change the name in the page's menu.
    stored = get_object_or_404(School.objects.visible_to(request.acting), pk=request.acting.school.pk)
    form = SchoolForm(posted(request), instance=stored)
    page = {
        "title": "Change school details",
        "section": "school",
        "crumbs": crumbs(),
        "submit": "Save school details",
        "cancel": reverse("staff:school"),
    }
    return FormPage(
        form=form,
        save=lambda cleaned: services.update_school(
            school=stored, values=form.values, version=cleaned["version"], by=request.user
        ),
        done="School details saved.",
        then=reverse("staff:school"),
        page=page,
        draft=DRAFT,
        template="staff/school_form.html",
    ).respond(request)


@require_permission(Permission.SCHOOL_EDIT)
@form_page
def unit_add(request):
    return _unit_page(request, Unit(school=request.acting.school), title="Add a unit", submit="Add unit")


@require_permission(Permission.SCHOOL_EDIT)
@form_page
def unit_edit(request, pk):
    unit = get_object_or_404(Unit.objects.visible_to(request.acting), pk=pk)
    return _unit_page(request, unit, title=f"Change {unit.name}", submit="Save unit")


def _unit_page(request, unit, *, title, submit):
    form = UnitForm(posted(request), instance=unit)
    page = {
        "title": title,
        "section": "school",
        "crumbs": crumbs(),
        "submit": submit,
        "cancel": reverse("staff:school"),
    }
    return FormPage(
        form=form,
        save=lambda _cleaned: services.save_unit(unit=form.save(commit=False), by=request.user),
        done=lambda _saved: f"{unit.name} saved.",
        then=reverse("staff:school"),
        page=page,
    ).respond(request)


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
        chosen = next(
            (own_school for own_school in request.acting.schools if str(own_school.pk) == request.POST.get("school")),
            None,
        )
        if chosen is None:
            raise Http404
        request.session["school_id"] = chosen.pk
        messages.success(request, f"You are now at {chosen.name}.")
        return redirect("home")
    context = {"title": "Change school", "section": "school", "schools": request.acting.schools}
    return render(request, "staff/school_switch.html", context)
