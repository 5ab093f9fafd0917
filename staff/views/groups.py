"""Classes and teaching groups, and who teaches, tutors or supports them."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sendco.refusals import Refused

from .. import selectors, services
from ..access import require_permission
from ..forms.groups import EndPlaceForm, GroupForm, GroupStaffForm
from ..models import TeachingGroup
from ..permissions import Permission

RECENT = 10


def crumbs(group=None):
    trail = [("Groups", reverse("staff:group-list"))]
    return [*trail, (group.name, reverse("staff:group-detail", args=[group.pk]))] if group else trail


def page(request, title, form, *, submit, cancel, group=None, lead=""):
    context = {
        "title": title,
        "lead": lead,
        "section": "groups",
        "crumbs": crumbs(group),
        "form": form,
        "submit": submit,
        "cancel": cancel,
    }
    return render(request, "components/form_page.html", context, status=422 if form.errors else 200)


@require_permission(Permission.SCHOOL_VIEW)
@require_GET
def group_list(request):
    may_edit = request.acting.can(Permission.SCHOOL_EDIT)
    context = {
        "title": "Groups",
        "section": "groups",
        "groups": selectors.groups_of(request.acting),
        "archived": selectors.archived_groups(request.acting) if may_edit else [],
        "may_edit": may_edit,
    }
    return render(request, "staff/group_list.html", context)


@require_permission(Permission.SCHOOL_VIEW)
@require_GET
def group_detail(request, pk):
    group = get_object_or_404(TeachingGroup.objects.visible_to(request.acting).select_related("academic_year"), pk=pk)
    places = list(selectors.staff_places(request.acting).filter(group=group))
    today = timezone.localdate()
    context = {
        "title": group.name,
        "section": "groups",
        "crumbs": crumbs(),
        "group": group,
        "now": [place for place in places if place.ends_on is None or place.ends_on >= today],
        "before": [place for place in places if place.ends_on and place.ends_on < today],
        "today": today,
        "may_edit": request.acting.can(Permission.SCHOOL_EDIT),
        "changes": selectors.group_changes(request.acting, group)[:RECENT],
    }
    return render(request, "staff/group_detail.html", context)


@require_permission(Permission.SCHOOL_EDIT)
@require_http_methods(["GET", "POST"])
def group_add(request):
    group = TeachingGroup(school=request.acting.school)
    form = GroupForm(request.POST or None, instance=group, acting=request.acting)
    if request.method == "POST" and form.is_valid() and _saved(request, form):
        return redirect("staff:group-detail", group.pk)
    return page(request, "Add a group", form, submit="Add group", cancel=reverse("staff:group-list"))


@require_permission(Permission.SCHOOL_EDIT)
@require_http_methods(["GET", "POST"])
def group_edit(request, pk):
    group = get_object_or_404(TeachingGroup.objects.visible_to(request.acting), pk=pk)
    title, cancel = f"Change {group.name}", reverse("staff:group-detail", args=[pk])
    form = GroupForm(request.POST or None, instance=group, acting=request.acting)
    if request.method == "POST" and form.is_valid() and _saved(request, form):
        return redirect(cancel)
    return page(request, title, form, submit="Save group", cancel=cancel)


def _saved(request, form):
    try:
        group = services.save_group(group=form.save(commit=False), by=request.user)
    except Refused as refusal:
        form.add_error("name", str(refusal))
        return False
    messages.success(request, f"{group.name} saved.")
    return True


@require_permission(Permission.SCHOOL_EDIT)
@require_http_methods(["GET", "POST"])
def group_archive(request, pk):
    group = get_object_or_404(TeachingGroup.objects.visible_to(request.acting), pk=pk)
    if request.method == "POST":
        services.archive_group(group=group, by=request.user)
        messages.success(request, f"{group.name} archived. You can bring it back from the list of groups.")
        return redirect("staff:group-list")
    context = {
        "title": f"Archive {group.name}?",
        "section": "groups",
        "crumbs": crumbs(group),
        "explanation": "Its staff stop seeing its pupils now. The record of who taught it stays.",
        "submit": f"Archive {group.name}",
        "danger": True,
        "cancel": reverse("staff:group-detail", args=[pk]),
        "cancel_words": "Keep it",
    }
    return render(request, "components/confirm_page.html", context)


@require_permission(Permission.SCHOOL_EDIT)
@require_POST
def group_restore(request, pk):
    group = get_object_or_404(TeachingGroup.objects.visible_to(request.acting), pk=pk)
    try:
        services.restore_group(group=group, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("staff:group-list")
    messages.success(request, f"{group.name} is back. Add its staff again.")
    return redirect("staff:group-detail", pk)


@require_permission(Permission.SCHOOL_EDIT)
@require_http_methods(["GET", "POST"])
def group_staff_add(request, pk):
    group = get_object_or_404(TeachingGroup.objects.visible_to(request.acting), pk=pk)
    form = GroupStaffForm(request.POST or None, acting=request.acting)
    if request.method == "POST" and form.is_valid():
        try:
            place = services.add_group_staff(group=group, by=request.user, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"{place.user.name} {place.get_kind_display().lower()} {group.name}.")
            return redirect("staff:group-detail", pk)
    cancel = reverse("staff:group-detail", args=[pk])
    return page(request, f"Add staff to {group.name}", form, submit="Add to group", cancel=cancel, group=group)


@require_permission(Permission.SCHOOL_EDIT)
@require_http_methods(["GET", "POST"])
def group_staff_end(request, pk):
    place = get_object_or_404(selectors.staff_places(request.acting), pk=pk)
    form = EndPlaceForm(request.POST or None, place=place)
    if request.method == "POST" and form.is_valid():
        services.end_group_staff(place=place, ends_on=form.cleaned_data["ends_on"], by=request.user)
        messages.success(request, f"Saved: {place.user.name} and {place.group.name}.")
        return redirect("staff:group-detail", place.group_id)
    return page(
        request,
        f"{place.user.name} leaves {place.group.name}",
        form,
        submit="Set last day",
        cancel=reverse("staff:group-detail", args=[place.group_id]),
        group=place.group,
    )
