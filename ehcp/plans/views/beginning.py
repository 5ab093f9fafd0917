"""A plan's beginning, and the facts about it that may be put right: its dates, its officer."""

import copy

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from pupils import search
from pupils.models import Pupil
from pupils.views.form_pages import tab_title
from sendco.formkit.page import FormPage, form_page, posted
from staff.access import require_permission
from staff.permissions import Permission as P

from ...authorities.selectors import in_use
from ...cases.pages import case_page
from ...models import NeedsAssessment, Plan
from ...requests.selectors import request_words
from .. import forms
from ..services import plans as services
from .plans import plan_address, plan_form, plan_in_view


def _candidates(request, text):
    """Pupils on roll without a plan in force: those whose register says they have one, or those of that name."""
    pupils = Pupil.objects.visible_to(request.acting).on_roll().exclude(plans__in=Plan.objects.filter(ceased_on=None))
    if text:
        pupils = search.matches(pupils, request.acting, text)
    else:
        pupils = pupils.filter(register_entries__code="E", register_entries__ends_on=None)
    return pupils.select_related("form_group").by_name()[:25]


@require_permission(P.CASE_EDIT)
@form_page
def plan_new(request):
    """Choose the child, then what there is. The request that the plan comes of may stand in the address."""
    chosen = _number(request, "pupil")
    if chosen:
        pupil = get_object_or_404(Pupil.objects.visible_to(request.acting), pk=chosen)
        return _start(request, pupil, _request_of(request, pupil))
    form = forms.PupilChoiceForm(request.GET)
    text = form.cleaned_data["q"] if form.is_valid() else ""
    context = case_page("plans", title="Record an EHC plan") | {
        "pupils": list(_candidates(request, text)),
        "text": text,
    }
    return render(request, "ehcp/plan_choose.html", context)


def _number(request, name):
    """A row's id in the address; None where there is none that could be."""
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


def _request_of(request, pupil):
    """The request of this child that the address names, or None; 404 for one that is not in view or another child's."""
    number = _number(request, "assessment")
    cases = NeedsAssessment.objects.visible_to(request.acting).select_related("authority", "caseworker")
    return get_object_or_404(cases, pk=number, pupil=pupil) if number else None


def _known(case):
    """What a request knows already of its plan."""
    if case is None:
        return {}
    state = services.DRAFT if case.final_on is None and case.draft_served_on else services.FINAL
    known = {"state": state, "made_on": case.final_on}
    if case.authority.ended_on is None:
        known["authority"] = case.authority_id
    if case.caseworker and case.caseworker.ended_on is None:
        known["caseworker"] = case.caseworker_id
    return known


def _start(request, pupil, case=None):
    if case and case.plan_id and request.method == "GET":
        messages.warning(request, "The plan of this request is recorded already. This is it.")
        return redirect("ehcp:plan-detail", pk=case.plan_id)
    authorities = list(in_use(request.acting))
    guess = next((row for row in authorities if row.name.casefold() == pupil.home_authority.casefold()), None)
    initial = {"authority": guess or (authorities[0] if len(authorities) == 1 else None)} | _known(case)
    form = forms.PlanStartForm(
        posted(request), acting=request.acting, asks_need=services.lacks_need(pupil), initial=initial
    )

    def start(_cleaned):
        return services.start_plan(pupil=pupil, assessment=case, by=request.user, **form.values())

    page = case_page("plans", title=f"EHC plan of {pupil.name}") | {
        "tab_title": tab_title("Record an EHC plan"),
        "submit": "Record the plan",
        "cancel": reverse("ehcp:assessment-detail", args=[case.pk]) if case else reverse("ehcp:plan-list"),
        "authorities": authorities,
        "came_from": request_words(case) if case else "",
        "lead": "From the date on a final plan the register shows E. A draft changes nothing there.",
    }
    return FormPage(
        form=form,
        save=start,
        done=f"The plan of {pupil.name} is recorded. Read its PDF next, or type its words.",
        then=plan_address,
        draft=f"plan-new-{pupil.pk}",
        page=page,
        template="ehcp/plan_new.html",
    ).respond(request)


@require_permission(P.CASE_EDIT)
@form_page
def plan_issue(request, pk):
    plan = plan_in_view(request, pk)
    form = forms.PlanIssueForm(posted(request), asks_need=services.lacks_need(plan.pupil))

    def issue(cleaned):
        return services.issue_plan(plan=plan, made_on=cleaned["made_on"], needs=form.needs(), by=request.user)

    return plan_form(
        request,
        form,
        issue,
        case=plan,
        done="The date is saved. The register shows E, and the next review has its date.",
        title="Date of the final plan",
        submit="Save the date",
        lead="The date printed on the final plan. The next review counts from it.",
    )


@require_permission(P.CASE_EDIT)
@form_page
def plan_edit(request, pk):
    plan = plan_in_view(request, pk)
    form = forms.PlanForm(posted(request), instance=copy.copy(plan), acting=request.acting)

    def save(cleaned):
        return services.change_plan(plan=plan, values=form.values(), version=cleaned["version"], by=request.user)

    return plan_form(
        request,
        form,
        save,
        case=plan,
        done="The plan is saved. Its dates follow.",
        title="Details of the plan",
        submit="Save",
        lead="The authority changes when the family moves: record that as a move.",
    )


@require_permission(P.CASE_EDIT)
@form_page
def plan_caseworker(request, pk):
    plan = plan_in_view(request, pk)
    form = forms.PlanCaseworkerForm(posted(request), instance=copy.copy(plan), acting=request.acting)

    def choose(cleaned):
        return services.set_caseworker(plan=plan, by=request.user, **cleaned)

    return plan_form(
        request,
        form,
        choose,
        case=plan,
        done="The caseworker is saved.",
        title=f"Caseworker at {plan.authority.name}",
        submit="Save",
        authority=plan.authority,
        template="ehcp/caseworker_form.html",
    )
