"""What every child gets in every class, and where it is in place."""

from functools import partial

from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from sendco.formkit.page import ConfirmPage, FormPage, form_page, posted
from sendco.formkit.versions import Versioned, nothing
from staff.access import require_permission
from staff.permissions import Permission as P

from ..library.views import page_of
from ..models import UniversalItem
from . import forms, selectors, services

LIST = ("In every class", "/provision/every-class/")


@require_permission(P.PROVISION_VIEW)
@require_GET
def universal_list(request):
    acting = request.acting
    lines, count = selectors.lines(acting.school)
    areas = {}
    for line in lines:
        areas.setdefault(line.item.get_area_display(), []).append(line)
    context = page_of("In every class") | {
        "areas": areas.items(),
        "count": count,
        "groups": selectors.to_check(acting),
        "may_edit": acting.can(P.PROVISION_EDIT),
    }
    return render(request, "provision/universal_list.html", context)


@require_permission(P.PROVISION_EDIT)
@form_page
def universal_start(request):
    back = reverse("provision:universal-list")
    page = page_of("Begin with the list that comes with sendco?", submit="Add it", cancel=back, trail=[LIST])
    page["explanation"] = "Twelve things that commonly help every child, three for each area. They are yours to change."
    return ConfirmPage(
        act=partial(services.start_list, school=request.acting.school, by=request.user),
        done=lambda count: f"{count} things added." if count else "All of them are on your list already.",
        then=back,
        page=page,
    ).respond(request)


@require_permission(P.PROVISION_EDIT)
@form_page
def universal_add(request):
    return _form(request, UniversalItem(school=request.acting.school), title="What should every class have?")


@require_permission(P.PROVISION_EDIT)
@form_page
def universal_edit(request, pk):
    return _form(request, _item(request, pk), title="Change what every class has")


def _item(request, pk):
    return get_object_or_404(UniversalItem.objects.visible_to(request.acting), pk=pk)


def _form(request, item, *, title):
    stored = UniversalItem(school=request.acting.school) if item.pk is None else item
    form = forms.ItemForm(posted(request), instance=item if item.pk is None else _item(request, item.pk))
    back = reverse("provision:universal-list")
    return FormPage(
        form=form,
        save=lambda cleaned: services.save_item(
            item=stored, values=form.values, version=cleaned["version"], by=request.user
        ),
        done="Saved.",
        then=back,
        page=page_of(title, submit="Save", cancel=back, trail=[LIST]),
    ).respond(request)


@require_permission(P.PROVISION_VIEW)
@form_page
def universal_class(request, pk):
    """The list of one class, answered by who teaches it or who sets up provision."""
    acting = request.acting
    group = next((row for row in selectors.to_check(acting) if row.pk == pk), None)
    if group is None:
        raise Http404
    looks = {item: row for (item, _), row in selectors.newest(acting.school, group).items()}
    form = forms.ClassForm(
        posted(request), items=selectors.items(acting.school), looks=looks,
        initial={"version": selectors.last_look(group)},
    )  # fmt: skip
    back = reverse("provision:universal-list")
    page = page_of(f"In every class: {group.name}", submit="Save", cancel=back, trail=[LIST]) | {"looks": looks}
    return FormPage(
        form=form,
        save=lambda cleaned: services.check_class(
            group=group, answers=form.answers, version=cleaned["version"], by=request.user
        ),
        done=lambda count: f"Saved: {count} answers." if count else "Nothing has changed.",
        then=back,
        page=page,
        template="provision/universal_class.html",
        versioned=Versioned(
            mark=lambda row: selectors.last_look(row),
            values=nothing,
            words="Somebody else looked at this class meanwhile. Open the page again to see what they said.",
            renews=False,
        ),
    ).respond(request)
