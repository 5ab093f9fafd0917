"""What the pages of a plan share: finding it, crumbs, and the shape of a form below it."""

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404
from django.urls import reverse

from sendco.formkit.page import OF_THE_KIT, FormPage
from staff.permissions import Permission as P

from ...models import SupportPlan
from ...views.form_pages import tab_title
from ..rights import may_contribute, may_lead
from ..selectors import plans_in_view

READS = (P.SUPPORT_VIEW,)
WRITES = (P.SUPPORT_CONTRIBUTE,)
LEADS = (P.SUPPORT_LEAD,)
HOME = ("Support plans", "pupils:support-list")


def plan_in_view(request, pk) -> SupportPlan:
    return get_object_or_404(plans_in_view(request.acting), pk=pk)


def plan_led(request, pk) -> SupportPlan:
    """A plan that this person leads, or whoever leads plans; 403 for all others who see it."""
    plan = plan_in_view(request, pk)
    if not may_lead(request.acting, plan):
        raise PermissionDenied
    return plan


def row_in_view(request, rows, pk, *, plan_of=lambda row: row.plan):
    """A row of a plan in view, with its plan as the pages read it."""
    row = get_object_or_404(rows.visible_to(request.acting), pk=pk)
    return row, plan_in_view(request, plan_of(row).pk)


def need_lead(request, plan):
    if not may_lead(request.acting, plan):
        raise PermissionDenied


def need_own_or_lead(request, plan, by_id):
    """Whoever added a row changes it, and whoever leads the plan."""
    if by_id != request.user.pk and not may_lead(request.acting, plan):
        raise PermissionDenied


def address(plan):
    return reverse("pupils:support-detail", args=[plan.pk])


def home():
    return [(HOME[0], reverse(HOME[1]))]


def crumbs(plan, *more):
    return [*home(), (f"{plan.pupil.name}, {plan.kind.name}", address(plan)), *more]


def rights(acting, plan):
    return {
        "may_lead": may_lead(acting, plan),
        "may_contribute": may_contribute(acting) and plan.is_open,
        "may_ask": acting.can(P.SUPPORT_LEAD) and plan.is_open and not plan.is_confidential,
        "may_change": may_lead(acting, plan) and plan.is_open,
    }


def below(plan, *, title, submit, **context):
    return {
        "pupil": plan.pupil,
        "plan": plan,
        "title": title,
        "tab_title": tab_title(submit),
        "submit": submit,
        "section": "support",
        "crumbs": crumbs(plan),
        "cancel": address(plan),
    } | context


def plan_form(request, form, service, *, plan, title, submit, then=None, **context):
    """A form of a plan that calls one service and goes back to the plan, or to `then(answer)`."""
    parts = {name: context.pop(name) for name in OF_THE_KIT & context.keys()}
    return FormPage(
        **parts,
        form=form,
        save=service,
        then=then or (lambda _answer: address(plan)),
        page=lambda: below(plan, title=title, submit=submit, **context),
    ).respond(request)
