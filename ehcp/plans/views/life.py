"""What happens to a plan as a whole: placements and top-up, moves between authorities, and its end."""

from django.shortcuts import get_object_or_404
from django.utils import timezone

from sendco.clock import long_date
from sendco.formkit.page import form_page, posted
from sendco.formkit.versions import Versioned, nothing
from staff.access import require_permission
from staff.permissions import Permission as P

from ...models import Placement, Plan, PlanMove, TopUpFunding
from .. import forms
from ..services import ending
from ..services import plans as services
from .plans import CHANGED, plan_form, plan_in_view


# --- Placement and top-up ----------------------------------------------------------------------------------------
@require_permission(P.CASE_EDIT)
@form_page
def placement_add(request, pk):
    plan = plan_in_view(request, pk)
    here = {"setting": plan.school.name} if not plan.placements.exists() else {}
    form = forms.PlacementForm(posted(request), initial=here)

    def add(cleaned):
        return services.add_placement(plan=plan, by=request.user, **cleaned)

    return plan_form(
        request,
        form,
        add,
        case=plan,
        done="The placement is saved.",
        title="Placement",
        submit="Save the placement",
        lead="The present one ends the day before.",
    )


@require_permission(P.CASE_EDIT)
@form_page
def top_up_add(request, pk):
    plan = plan_in_view(request, pk)
    form = forms.TopUpForm(posted(request))

    def add(cleaned):
        return services.add_top_up(plan=plan, by=request.user, **cleaned)

    return plan_form(
        request,
        form,
        add,
        case=plan,
        done="The top-up is saved.",
        title="Top-up funding",
        submit="Save the top-up",
        lead="What the authority pays for this child on top. The present one ends the day before.",
    )


def _dated_end(request, model, pk, words):
    rows = model.objects.filter(plan__in=Plan.objects.visible_to(request.acting)).select_related("plan__pupil")
    row = get_object_or_404(rows, pk=pk)
    form = forms.EndForm(posted(request), initial={"ends_on": timezone.localdate()})

    def end(cleaned):
        return services.end_dated(row=row, by=request.user, **cleaned)

    return plan_form(
        request,
        form,
        end,
        case=row.plan,
        done=f"The {words} has its last day.",
        title=f"End the {words}",
        submit="Save the last day",
        lead=f"It began on {long_date(row.starts_on)}.",
    )


@require_permission(P.CASE_EDIT)
@form_page
def placement_end(request, pk):
    return _dated_end(request, Placement, pk, "placement")


@require_permission(P.CASE_EDIT)
@form_page
def top_up_end(request, pk):
    return _dated_end(request, TopUpFunding, pk, "top-up")


# --- Moving ------------------------------------------------------------------------------------------------------
@require_permission(P.CASE_EDIT)
@form_page
def plan_move(request, pk):
    plan = plan_in_view(request, pk)
    form = forms.MoveForm(posted(request), acting=request.acting, plan=plan)

    def record(cleaned):
        return services.record_move(plan=plan, by=request.user, **cleaned)

    return plan_form(
        request,
        form,
        record,
        case=plan,
        done="The move is recorded, with the dates that follow from it.",
        title="Move to another authority",
        submit="Record the move",
        lead=f"{plan.authority.name} keeps the plan until the transfer; then the new authority does, as it stands.",
        template="ehcp/plan_move.html",
    )


@require_permission(P.CASE_EDIT)
@form_page
def plan_move_edit(request, pk):
    rows = PlanMove.objects.filter(plan__in=Plan.objects.visible_to(request.acting))
    move = get_object_or_404(rows.select_related("plan__pupil", "plan__authority", "new_authority"), pk=pk)
    names = list(forms.MoveDatesForm.base_fields)
    form = forms.MoveDatesForm(posted(request), initial={name: getattr(move, name) for name in names})

    def save(cleaned):
        return services.change_move(move=move, by=request.user, **cleaned)

    return plan_form(
        request,
        form,
        save,
        case=move.plan,
        done="The move is saved.",
        title=f"Move to {move.new_authority.name}",
        submit="Save",
        lead=f"From {move.old_authority}, on {long_date(move.moved_on)}.",
    )


# --- Ceasing -----------------------------------------------------------------------------------------------------
@require_permission(P.CASE_EDIT)
@form_page
def plan_cease(request, pk):
    plan = plan_in_view(request, pk)
    form = forms.CeasingForm(posted(request), initial=_ceasing(plan))

    def note(cleaned):
        return ending.note_ceasing(plan=plan, by=request.user, **cleaned)

    return plan_form(
        request,
        form,
        note,
        case=plan,
        done="Saved. The plan stays in force.",
        title="The authority considers ceasing the plan",
        submit="Save",
        lead="Two letters: the first asks you and the parent, the second decides. Neither ends the plan.",
        template="ehcp/plan_cease.html",
        versioned=Versioned(values=_ceasing),
    )


def _ceasing(plan):
    return {
        "version": plan.version,
        "proposed_on": plan.cease_proposed_on,
        "notified_on": plan.cease_notified_on,
        "reason": plan.cease_reason,
    }


@require_permission(P.CASE_EDIT)
@form_page
def plan_end(request, pk):
    plan = plan_in_view(request, pk)
    form = forms.PlanEndForm(posted(request), initial={"version": plan.version})

    def end(cleaned):
        return ending.end_plan(plan=plan, by=request.user, **cleaned)

    return plan_form(
        request,
        form,
        end,
        case=plan,
        done="The plan has ended. It stays in the child's record.",
        title="The plan has ceased",
        submit="End the plan",
        lead="Only after the parent's time to appeal, and when no appeal is open. E on the register ends with it.",
        versioned=Versioned(values=nothing, words=CHANGED),
    )


@require_permission(P.CASE_EDIT)
@form_page
def plan_mistake(request, pk):
    plan = plan_in_view(request, pk)
    form = forms.MistakeForm(posted(request))

    def close(cleaned):
        return ending.close_mistake(plan=plan, by=request.user, **cleaned)

    return plan_form(
        request,
        form,
        close,
        case=plan,
        done="The plan is closed as a mistake. Check the child's status on the register.",
        title="This plan was entered by mistake",
        submit="Close it",
        lead="For a plan that was entered twice or for another child. It stays in the history; the register is not "
        "changed.",
    )
