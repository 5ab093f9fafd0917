"""Local authorities: what each asks for beside the law, and who answers there."""

from functools import partial

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from pupils.views.form_pages import attempt, attempt_versioned, posted
from sendco.refusals import Refused
from staff.access import require_permission
from staff.permissions import Permission as P

from ..cases.pages import case_page
from ..models import Caseworker, Plan
from . import services
from .forms import AuthorityForm, CaseworkerEndForm, CaseworkerForm
from .selectors import authorities_of

form_page = require_http_methods(["GET", "POST"])
LIST = ("Local authorities", "ehcp:authority-list")


def _authority(request, pk):
    return get_object_or_404(authorities_of(request.acting).select_related("school"), pk=pk)


def _context(title, *more):
    return case_page("plans", title=title, more=[(LIST[0], reverse(LIST[1])), *more])


def _beside(authority):
    return authority.name, reverse("ehcp:authority-detail", args=[authority.pk])


def _form(request, form, *, title, submit, cancel, crumbs=(), conflict=None, lead=""):
    context = _context(title, *crumbs) | {
        "form": form,
        "submit": submit,
        "cancel": cancel,
        "conflict": conflict,
        "lead": lead,
    }
    return render(request, "pupils/record_form.html", context, status=422 if form.errors or conflict else 200)


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


@require_permission(P.AUTHORITY_EDIT, P.CASE_EDIT)
@form_page
def authority_add(request):
    form = AuthorityForm(posted(request), initial={"name": request.GET.get("name", "")[:100]})

    def add(_cleaned):
        return services.add_authority(school=request.acting.school, by=request.user, **form.values())

    added = attempt(form, add) if request.method == "POST" else None
    if added:
        messages.success(request, f"{added.name} is added.")
        return redirect("ehcp:authority-detail", pk=added.pk)
    lead = "Dates of the law stand whatever is written here. What the authority asks for is shown beside them."
    return _form(
        request, form, title="Add a local authority", submit="Add", cancel=reverse("ehcp:authority-list"), lead=lead
    )


@require_permission(P.AUTHORITY_EDIT)
@form_page
def authority_edit(request, pk):
    authority = _authority(request, pk)
    form = AuthorityForm(posted(request), instance=authority)

    def save(cleaned):
        return services.change_authority(
            authority=authority, values=form.values(), version=cleaned["version"] or 0, by=request.user
        )

    def rebind(data, stored):
        return AuthorityForm(data, instance=stored)

    saved, form, conflict = attempt_versioned(form, save, rebind) if request.method == "POST" else (None, form, None)
    if saved:
        messages.success(request, f"{saved.name} is saved. Dates of its open cases follow.")
        return redirect("ehcp:authority-detail", pk=saved.pk)
    authority = _authority(request, pk)
    return _form(
        request,
        form,
        title=f"Change {authority.name}",
        submit="Save",
        cancel=reverse("ehcp:authority-detail", args=[authority.pk]),
        crumbs=[_beside(authority)],
        conflict=conflict,
    )


def _confirm(request, service, *, authority, done, title, explanation, submit, danger=True, form=None):
    back = reverse("ehcp:authority-detail", args=[authority.pk])
    if request.method == "POST" and (form is None or form.is_valid()):
        try:
            service()
        except Refused as refusal:
            messages.warning(request, str(refusal))
        else:
            messages.success(request, done)
        return redirect(back)
    context = _context(title, _beside(authority)) | {
        "explanation": explanation,
        "submit": submit,
        "danger": danger,
        "cancel": back,
        "form": form,
    }
    return render(request, "components/confirm_page.html", context, status=422 if form and form.errors else 200)


@require_permission(P.AUTHORITY_EDIT)
@form_page
def authority_end(request, pk):
    authority = _authority(request, pk)
    reopening = authority.ended_on is not None
    service = services.reopen_authority if reopening else services.end_authority
    return _confirm(
        request,
        partial(service, authority=authority, by=request.user),
        authority=authority,
        done=f"{authority.name} is in use again." if reopening else f"{authority.name} is no longer offered.",
        title=f"Use {authority.name} again" if reopening else f"End the use of {authority.name}",
        explanation="It can be chosen for new cases again."
        if reopening
        else "It is no longer offered for new cases. What was recorded with it stays.",
        submit="Use it again" if reopening else "End the use",
        danger=not reopening,
    )


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

    added = attempt(form, add) if request.method == "POST" else None
    if added:
        messages.success(request, f"{added.name} is added.")
        return redirect("ehcp:authority-detail", pk=authority.pk)
    return _form(
        request,
        form,
        title=f"Add a caseworker of {authority.name}",
        submit="Add",
        cancel=reverse("ehcp:authority-detail", args=[authority.pk]),
        crumbs=[_beside(authority)],
        lead="The EHC coordinator or SEN officer who answers for a child.",
    )


@require_permission(P.CASE_EDIT)
@form_page
def caseworker_edit(request, pk):
    worker = _worker(request, pk)
    form = CaseworkerForm(posted(request), instance=worker)

    def save(cleaned):
        return services.change_caseworker(worker=worker, by=request.user, **cleaned)

    if request.method == "POST" and attempt(form, save):
        messages.success(request, "Caseworker saved.")
        return redirect("ehcp:authority-detail", pk=worker.authority_id)
    return _form(
        request,
        form,
        title=f"Change {_worker(request, pk).name}",
        submit="Save",
        cancel=reverse("ehcp:authority-detail", args=[worker.authority_id]),
        crumbs=[_beside(worker.authority)],
    )


@require_permission(P.CASE_EDIT)
@form_page
def caseworker_end(request, pk):
    worker = _worker(request, pk)
    form = CaseworkerEndForm(posted(request), acting=request.acting, worker=worker)

    def end():
        services.end_caseworker(worker=worker, by=request.user, successor=form.cleaned_data["successor"])

    return _confirm(
        request,
        end,
        authority=worker.authority,
        done=f"{worker.name} is no longer offered.",
        title=f"{worker.name} has left",
        explanation="Plans and open requests this person answered for go to whoever takes over. Without somebody, "
        "they stand without a caseworker.",
        submit="Save",
        form=form,
    )
