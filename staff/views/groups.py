"""Classes and teaching groups, and who teaches, tutors or supports them."""

from functools import partial

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from sendco.formkit.page import ConfirmPage, FormPage, form_page, posted
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


def page(title, *, submit, cancel, group=None, lead=""):
    return {
        "title": title,
        "lead": lead,
        "section": "groups",
        "crumbs": crumbs(group),
        "submit": submit,
        "cancel": cancel,
    }


def _address(group):
    return reverse("staff:group-detail", args=[group.pk])


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
@form_page
def group_add(request):
    group = TeachingGroup(school=request.acting.school)
    return _group_page(request, group, title="Add a group", submit="Add group", cancel=reverse("staff:group-list"))


@require_permission(Permission.SCHOOL_EDIT)
@form_page
def group_edit(request, pk):
    group = get_object_or_404(TeachingGroup.objects.visible_to(request.acting), pk=pk)
    title = f"Change {group.name}"
    return _group_page(request, group, title=title, submit="Save group", cancel=_address(group))


def _group_page(request, group, *, title, submit, cancel):
    form = GroupForm(posted(request), instance=group, acting=request.acting)
    return FormPage(
        form=form,
        save=lambda _cleaned: services.save_group(group=form.save(commit=False), by=request.user),
        done=lambda saved: f"{saved.name} saved.",
        then=_address,
        refused_on="name",
        page=page(title, submit=submit, cancel=cancel),
    ).respond(request)


@require_permission(Permission.SCHOOL_EDIT)
@form_page
def group_archive(request, pk):
    group = get_object_or_404(TeachingGroup.objects.visible_to(request.acting), pk=pk)
    shown = page(f"Archive {group.name}?", submit=f"Archive {group.name}", cancel=_address(group), group=group) | {
        "explanation": "Its staff stop seeing its pupils now. The record of who taught it stays.",
        "danger": True,
        "cancel_words": "Keep it",
    }
    return ConfirmPage(
        act=partial(services.archive_group, group=group, by=request.user),
        done=f"{group.name} archived. You can bring it back from the list of groups.",
        then=reverse("staff:group-list"),
        page=shown,
    ).respond(request)


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
@form_page
def group_staff_add(request, pk):
    group = get_object_or_404(TeachingGroup.objects.visible_to(request.acting), pk=pk)
    return FormPage(
        form=GroupStaffForm(posted(request), acting=request.acting),
        save=lambda cleaned: services.add_group_staff(group=group, by=request.user, **cleaned),
        done=lambda place: f"{place.user.name} {place.get_kind_display().lower()} {group.name}.",
        then=_address(group),
        page=page(f"Add staff to {group.name}", submit="Add to group", cancel=_address(group), group=group),
    ).respond(request)


@require_permission(Permission.SCHOOL_EDIT)
@form_page
def group_staff_end(request, pk):
    place = get_object_or_404(selectors.staff_places(request.acting), pk=pk)
    group, title = place.group, f"{place.user.name} leaves {place.group.name}"
    return FormPage(
        form=EndPlaceForm(posted(request), place=place),
        save=lambda cleaned: services.end_group_staff(place=place, ends_on=cleaned["ends_on"], by=request.user),
        done=f"Saved: {place.user.name} and {group.name}.",
        then=_address(group),
        page=page(title, submit="Set last day", cancel=_address(group), group=group),
    ).respond(request)
