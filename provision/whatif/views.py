"""What if: another staffing of the runs, worked out beside what is, and accepted when somebody wants it so."""

from functools import partial, wraps

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from sendco.clock import short_date
from sendco.clock.units import plural
from sendco.formkit.page import ConfirmPage, FormPage, form_page, posted
from sendco.formkit.versions import Versioned
from staff.access import require_permission
from staff.permissions import Permission as P

from ..costs.rates import Basis
from ..models import StaffingPlan
from . import forms, services
from .planning import work_out


def page_of(title, *, plan=None, submit="", cancel=""):
    crumbs = [("Provision map", reverse("provision:provision-map")), ("What if", reverse("provision:staffing-list"))]
    if plan:
        crumbs.append((plan.name, address(plan)))
    return {"title": title, "section": "map", "crumbs": crumbs, "submit": submit, "cancel": cancel}


def address(plan):
    return reverse("provision:staffing-detail", args=[plan.pk])


def plan_in_view(request, pk):
    return get_object_or_404(StaffingPlan.objects.visible_to(request.acting).select_related("school"), pk=pk)


def whole_staff(view):
    """A plan moves every adult: whoever sees those of one unit alone makes none."""

    @wraps(view)
    def guarded(request, *args, **kwargs):
        if not request.acting.can(P.STAFF_VIEW):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded


def _basis(acting):
    return Basis.ACTUAL if acting.can(P.PAY_VIEW) else Basis.FORMULA


@require_permission(P.PROVISION_EDIT)
@whole_staff
@require_GET
def staffing_list(request):
    plans = StaffingPlan.objects.visible_to(request.acting).select_related("made_by", "accepted_by")
    return render(request, "provision/staffing_list.html", page_of("What if") | {"plans": plans})


@require_permission(P.PROVISION_EDIT)
@whole_staff
@form_page
def staffing_add(request):
    def save(cleaned):
        return services.begin(school=request.acting.school, by=request.user, **cleaned)

    back = reverse("provision:staffing-list")
    return FormPage(
        form=forms.BeginForm(posted(request)),
        save=save,
        then=address,
        page=page_of("Plan another staffing", submit="Begin", cancel=back),
        refused_on="starts_on",
    ).respond(request)


@require_permission(P.PROVISION_EDIT)
@whole_staff
@form_page
def staffing_detail(request, pk):
    """What the plan supposes and what it comes to. Saving works it out again; nothing else changes."""
    plan = plan_in_view(request, pk)
    result = work_out(plan, basis=_basis(request.acting))
    names = ("name", "starts_on", "out", "version")
    form = forms.PlanForm(
        posted(request), plan=plan, result=result, initial={name: getattr(plan, name) for name in names}
    )
    new = forms.NewAdultFormSet(
        posted(request), prefix="new", initial=plan.new, form_kwargs={"school": request.acting.school}
    )

    def save(cleaned):
        values = form.values | {"new": new.values}
        return services.change(plan=plan, values=values, version=cleaned["version"], by=request.user)

    page = page_of(plan.name, submit="Work it out") | {
        "plan": plan,
        "result": result,
        "new": new,
        "to_change": len(services.to_change(result)),
        "is_actual": _basis(request.acting) == Basis.ACTUAL,
        "changed": result.cost_then - result.cost_now,
    }
    return FormPage(
        form=form,
        also=(new,),
        save=save,
        done="Worked out again. Nothing is changed yet.",
        then=address(plan),
        page=page,
        template="provision/staffing_detail.html",
        versioned=Versioned(values=lambda row: {name: getattr(row, name) for name in ("name", "starts_on", "out")}),
    ).respond(request)


@require_permission(P.PROVISION_EDIT)
@whole_staff
@form_page
def staffing_accept(request, pk):
    plan = plan_in_view(request, pk)
    result = work_out(plan)
    rows = services.to_change(result)
    seen = request.POST.get("seal", "") if request.method == "POST" else services.seal(result)
    said = "; ".join(f"{row.run.name} by {', '.join(one.name for one in row.then)}" for row in rows)
    page = page_of(f"Accept {plan.name}?", plan=plan, submit="Accept", cancel=address(plan)) | {
        "explanation": f"From {short_date(plan.starts_on)} {plural(len(rows), 'run')} change hands: {said or 'none'}. "
        "What took place before stays as it was. Nobody is told by this.",
        "seal": services.seal(result),
    }
    return ConfirmPage(
        act=partial(services.accept, plan=plan, seen=seen, by=request.user),
        done=lambda runs: f"Accepted: {plural(len(runs), 'run')} change hands from {short_date(plan.starts_on)}.",
        then=address(plan),
        refused_to=address(plan),
        page=page,
        template="provision/staffing_confirm.html",
    ).respond(request)


@require_permission(P.PROVISION_EDIT)
@whole_staff
@form_page
def staffing_remove(request, pk):
    plan = plan_in_view(request, pk)
    back = reverse("provision:staffing-list")
    page = page_of(f"Throw {plan.name} away?", plan=plan, submit="Throw it away", cancel=address(plan)) | {
        "explanation": "What it supposes and what it came to go. No run is touched by this.",
        "danger": True,
        "cancel_words": "Keep it",
    }
    return ConfirmPage(
        act=partial(services.remove, plan=plan, by=request.user),
        done="Thrown away.",
        then=back,
        refused_to=address(plan),
        page=page,
    ).respond(request)
