"""Local authorities: what each asks for beside the law, and who answers there."""

import copy
from functools import partial

from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET

from sendco.formkit.page import ConfirmPage, FormPage, form_page, posted
from staff.access import require_permission
from staff.permissions import Permission as P

from ..cases.pages import case_page
from ..models import Caseworker, Plan
from . import services
from .forms import AuthorityForm, CaseworkerEndForm, CaseworkerForm
from .selectors import authorities_of

LIST = ("Local authorities", "ehcp:authority-list")


def _authority(request, pk):
    return get_object_or_404(authorities_of(request.acting).select_related("school"), pk=pk)


def _context(title, *more):
    return case_page("plans", title=title, more=[(LIST[0], reverse(LIST[1])), *more])


def _beside(authority):
    return authority.name, reverse("ehcp:authority-detail", args=[authority.pk])


def _form(request, form, service, *, title, submit, cancel, done, then, crumbs=(), lead=""):
    return FormPage(
        form=form,
        save=service,
        done=done,
        then=then,
        page=lambda: _context(title, *crumbs) | {"submit": submit, "cancel": cancel, "lead": lead},
        template="pupils/record_form.html",
    ).respond(request)


def _address(authority):
    return reverse("ehcp:authority-detail", args=[authority.pk])


@require_permission(P.CASE_VIEW)
@require_GET
def authority_list(request):
    context = case_page("plans", title="Local authorities") | {
        "authorities": list(authorities_of(request.acting)),
        "suggested": services.suggested_names(request.acting.school),
        "may_edit": request.acting.can(P.AUTHORITY_EDIT) or request.acting.can(P.CASE_EDIT),
    }
    return render(request, "ehcp/authority_list.html", context)


@require_permission(P.CASE_VIEW)
@require_GET
def authority_detail(request, pk):
    authority = _authority(request, pk)
    plans = Plan.objects.visible_to(request.acting).filter(authority=authority, ceased_on=None)
    context = _context(authority.name) | {
        "authority": authority,
        "workers": list(authority.caseworkers.filter(ended_on=None)),
        "gone": list(authority.caseworkers.exclude(ended_on=None)),
        "plans": plans.select_related("pupil", "caseworker").order_by("pupil__sort_name", "pk")[:50],
        "history": list(authority.history.select_related("history_user")[:10]),
        "may_edit": request.acting.can(P.AUTHORITY_EDIT),
        "may_add": request.acting.can(P.CASE_EDIT),
    }
    return render(request, "ehcp/authority_detail.html", context)


def _back(request):
    """The form of ours from which an authority was found missing, or ""."""
    back = request.GET.get("next", "")
    return back if url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure()) else ""


@require_permission(P.AUTHORITY_EDIT, P.CASE_EDIT)
@form_page
def authority_add(request):
    form = AuthorityForm(posted(request), initial={"name": request.GET.get("name", "")[:100]})
    back = _back(request)

    def add(_cleaned):
        return services.add_authority(school=request.acting.school, by=request.user, **form.values())

    return _form(
        request,
        form,
        add,
        title="Add a local authority",
        submit="Add",
        done=lambda added: f"{added.name} is added.",
        then=back or _address,
        cancel=back or reverse("ehcp:authority-list"),
        lead="Dates of the law stand whatever is written here. What the authority asks for is shown beside them.",
    )


@require_permission(P.AUTHORITY_EDIT)
@form_page
def authority_edit(request, pk):
    authority = _authority(request, pk)
    form = AuthorityForm(posted(request), instance=copy.copy(authority))

    def save(cleaned):
        return services.change_authority(
            authority=authority, values=form.values(), version=cleaned["version"] or 0, by=request.user
        )

    return _form(
        request,
        form,
        save,
        title=f"Change {authority.name}",
        submit="Save",
        done=lambda saved: f"{saved.name} is saved. Dates of its open cases follow.",
        then=_address,
        cancel=_address(authority),
        crumbs=[_beside(authority)],
    )


@require_permission(P.AUTHORITY_EDIT)
@form_page
def authority_end(request, pk):
    authority = _authority(request, pk)
    reopening = authority.ended_on is not None
    service = services.reopen_authority if reopening else services.end_authority
    page = _context(
        f"Use {authority.name} again" if reopening else f"End the use of {authority.name}", _beside(authority)
    )
    page |= {
        "explanation": "It can be chosen for new cases again."
        if reopening
        else "It is no longer offered for new cases. What was recorded with it stays.",
        "submit": "Use it again" if reopening else "End the use",
        "danger": not reopening,
        "cancel": _address(authority),
    }
    return ConfirmPage(
        act=partial(service, authority=authority, by=request.user),
        done=f"{authority.name} is in use again." if reopening else f"{authority.name} is no longer offered.",
        then=_address(authority),
        page=page,
    ).respond(request)


def _worker(request, pk):
    workers = Caseworker.objects.visible_to(request.acting).select_related("authority__school")
    return get_object_or_404(workers, pk=pk)


@require_permission(P.CASE_EDIT)
@form_page
def caseworker_add(request, pk):
    authority = _authority(request, pk)
    form = CaseworkerForm(posted(request))

    def add(cleaned):
        return services.add_caseworker(authority=authority, by=request.user, **cleaned)

    return _form(
        request,
        form,
        add,
        title=f"Add a caseworker of {authority.name}",
        submit="Add",
        done=lambda added: f"{added.name} is added.",
        then=_address(authority),
        cancel=_address(authority),
        crumbs=[_beside(authority)],
        lead="The EHC coordinator or SEN officer who answers for a child.",
    )


@require_permission(P.CASE_EDIT)
@form_page
def caseworker_edit(request, pk):
    worker = _worker(request, pk)
    form = CaseworkerForm(posted(request), instance=copy.copy(worker))

    def save(cleaned):
        return services.change_caseworker(worker=worker, by=request.user, **cleaned)

    return _form(
        request,
        form,
        save,
        title=f"Change {worker.name}",
        submit="Save",
        done="Caseworker saved.",
        then=_address(worker.authority),
        cancel=_address(worker.authority),
        crumbs=[_beside(worker.authority)],
    )


@require_permission(P.CASE_EDIT)
@form_page
def caseworker_end(request, pk):
    worker = _worker(request, pk)
    page = _context(f"{worker.name} has left", _beside(worker.authority)) | {
        "explanation": "Plans and open requests this person answered for go to whoever takes over. Without somebody, "
        "they stand without a caseworker.",
        "submit": "Save",
        "danger": True,
        "cancel": _address(worker.authority),
    }
    return FormPage(
        form=CaseworkerEndForm(posted(request), acting=request.acting, worker=worker),
        save=lambda cleaned: services.end_caseworker(worker=worker, by=request.user, successor=cleaned["successor"]),
        done=f"{worker.name} is no longer offered.",
        then=_address(worker.authority),
        page=page,
        template="components/confirm_page.html",
    ).respond(request)
