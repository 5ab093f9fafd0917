"""The review grid: a class, one plan or a window's class on one page, saved cell by cell; and closing cycles."""

from http import HTTPStatus

from django.contrib import messages
from django.http import Http404, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from sendco.audit import services as audit
from sendco.clock import long_date
from sendco.formkit import tokens
from sendco.formkit.page import REFUSED, form_page, posted, pressed_once
from sendco.formkit.versions import Versioned
from sendco.refusals import Refused
from staff.access import require_permission
from staff.models import TeachingGroup
from staff.permissions import Permission as P

from ...models import Target, WindowClass
from .. import forms, jobs, selectors
from ..refusals import TargetReason
from ..rights import may_lead
from ..services import reviews as services
from ..services import windows
from .shared import READS, WRITES, address, home, need_lead, plan_form, plan_in_view, plan_led, row_in_view

NO_CLASS = "none"


# --- The page ----------------------------------------------------------------------------------------------------
def _grid(request, plans, *, title, crumbs, **context):
    acting = request.acting
    rows = selectors.grid(plans)
    for one in rows:
        one.may_lead = may_lead(acting, one.plan)
        one.parent_names = forms.parent_names(one.parents, named=acting.can(P.CONTACT_VIEW))
    read = {one.plan.pupil_id for one in rows}
    audit.record_reads(school_id=acting.school.pk, pupil_ids=read, by=request.user, what="review grid")
    return render(
        request,
        "pupils/review_grid.html",
        {
            "title": title,
            "tab_title": "Review grid",
            "section": "support",
            "crumbs": crumbs,
            "rows": rows,
            "choices": selectors.CHOICES,
            "today": timezone.localdate(),
            "may_close": [one.plan.pk for one in rows if one.may_lead and one.rows],
            "for_parents": [one.plan.pk for one in rows if not one.plan.is_confidential],
            "unready": sum(one.missing for one in rows),
            "back": request.get_full_path(),
            "page_token": str(tokens.new(request, draft_key="")),
        }
        | context,
    )


@require_permission(*READS)
@require_GET
def review_grid(request):
    """A class, chosen by `group`; all of its open plans, or with `due=1` those to be reviewed by now."""
    plans = selectors.open_plans(request.acting)
    chosen, group = request.GET.get("group", ""), None
    if chosen == NO_CLASS:
        plans = plans.filter(pupil__form_group=None)
    elif chosen.isascii() and chosen.isdigit():
        group = get_object_or_404(TeachingGroup.objects.visible_to(request.acting), pk=chosen)
        plans = plans.filter(pupil__form_group=group)
    else:
        classes = selectors.classes_with_plans(request.acting)
        context = {"title": "Review grid", "section": "support", "crumbs": home(), "classes": classes}
        return render(request, "pupils/review_classes.html", context)
    name = group.name if group else "Pupils of no class"
    return _grid(request, plans, title=f"Review grid: {name}", crumbs=home(), group=group)


@require_permission(*READS)
@require_GET
def support_review(request, pk):
    """One plan in the grid."""
    plan = plan_in_view(request, pk)
    if not plan.is_open:
        messages.info(request, f"This cycle was closed on {long_date(plan.closed_on)}.")
        return redirect(address(plan))
    plans = selectors.plans_in_view(request.acting).filter(pk=plan.pk)
    crumbs = [*home(), (f"{plan.pupil.name}, {plan.kind.name}", address(plan))]
    return _grid(request, plans, title=f"Review: {plan.pupil.name}", crumbs=crumbs)


@require_permission(*READS)
@require_GET
def window_class(request, pk):
    """A class of a review window: its plans that are to be reviewed by the window's last day."""
    row = get_object_or_404(
        WindowClass.objects.visible_to(request.acting).select_related("window", "group", "owner"), pk=pk
    )
    if row.owner_id != request.user.pk and not request.acting.can(P.SUPPORT_LEAD):
        raise Http404
    due = windows.plans_of(row.window).filter(pupil__form_group=row.group_id)
    plans = selectors.open_plans(request.acting).filter(pk__in=due.order_by().values("pk"))
    name = row.group.name if row.group else "Pupils of no class"
    return _grid(request, plans, title=f"{row.window.name}: {name}", crumbs=home(), asked=row)


# --- One cell ----------------------------------------------------------------------------------------------------
def _answer(write, **cell):
    """Save a cell and say how it went: what stands there now, or what somebody else wrote, or what to write."""
    try:
        stands = write(**cell)
    except services.CellChanged as changed:
        return JsonResponse({"theirs": changed.theirs}, status=HTTPStatus.CONFLICT)
    except Refused as refusal:
        may_stay = refusal.reason is TargetReason.DISCLOSURE  # once somebody has looked
        return JsonResponse({"message": str(refusal), "may_stay": may_stay}, status=REFUSED)
    except ValueError as error:
        raise Http404 from error
    at = timezone.localtime().strftime("%H:%M")
    return JsonResponse(stands | {"at": at})


def _typed(request):
    names = ("field", "value", "was")
    field, typed, was = (request.POST.get(name, "").replace("\x00", "").replace("\r\n", "\n") for name in names)
    checked = request.POST.get("words_checked") == "1"
    return {"field": field, "typed": typed, "was": was, "by": request.user, "words_checked": checked}


@require_permission(*WRITES)
@require_POST
def review_cell(request, pk):
    target, plan = row_in_view(
        request, Target.objects.select_related("outcome__plan"), pk, plan_of=lambda row: row.outcome.plan
    )
    target.outcome.plan = plan
    return _answer(_write_cell, target=target, **_typed(request))


def _write_cell(*, target, field, **typed):
    """What stands in the cell; beside a value, whether it counts as taken in another way."""
    stands = services.write_cell(target=target, field=field, **typed)
    beside = {"otherwise": services.cells_of(target)["otherwise"]} if field == "value" else {}
    return {"stands": stands} | beside


@require_permission(*WRITES)
@require_POST
def review_plan_cell(request, pk):
    return _answer(_write_words, plan=plan_in_view(request, pk), **_typed(request))


def _write_words(**typed):
    return {"stands": services.write_plan_cell(**typed)}


# --- Settling and closing ----------------------------------------------------------------------------------------
@require_permission(*WRITES)
@form_page
def target_review(request, pk):
    """One target on a page of its own: looked at alone, while its plan and its class's window go on."""
    target, plan = row_in_view(
        request, Target.objects.current().select_related("outcome__plan"), pk, plan_of=lambda row: row.outcome.plan
    )
    need_lead(request, plan)
    target.outcome.plan = plan
    initial = services.cells_of(target) | {"seen": services.stamp_of(target)}
    initial["otherwise"] = bool(initial["otherwise"])
    form = forms.TargetReviewForm(posted(request), target=target, initial=initial)

    def save(cleaned):
        return services.review_alone(
            target=target,
            values={name: cleaned[name] for name in services.CELLS},
            seen=cleaned["seen"],
            review_on=cleaned["review_on"],
            by=request.user,
            words_checked=bool(cleaned.get("words_checked")),
        )

    return plan_form(
        request,
        form,
        save,
        plan=plan,
        title=f"Review target {target.number}",
        lead=target.text,
        submit="Settle this review",
        done="Reviewed.",
        draft=f"target-review-{target.pk}",
        leaves=("words_checked", "seen"),
        versioned=Versioned(field="seen", mark=services.stamp_of, values=services.cells_of),
        shown=selectors.shown_targets([target])[target.pk],
        template="pupils/target_review.html",
    )


@require_permission(*WRITES)
@form_page
def support_close(request, pk):
    """Close one cycle, with the next one seeded from it."""
    plan = plan_led(request, pk)
    rows = services.current_targets(plan)
    goes_on = any(review is not None and review.next_step in services.GOES_ON for _, review in rows)
    proposed = services.proposed_review(plan, rows, timezone.localdate())
    form = forms.CloseForm(posted(request), initial={"goes_on": "1" if goes_on else "", "review_on": proposed})
    sooner = any(review is not None and review.judgement == "not_met" for _, review in rows)

    def close(cleaned):
        return services.close_cycle(
            plan=plan, by=request.user, goes_on=cleaned["goes_on"], review_on=cleaned["review_on"]
        )

    return plan_form(
        request,
        form,
        close,
        plan=plan,
        title=f"Close cycle {plan.cycle} of {plan.pupil.name}",
        submit="Close the cycle",
        done=lambda after: (
            "The cycle is closed." if after.pk == plan.pk else f"Closed. Cycle {after.cycle} has begun from it."
        ),
        then=address,
        lead="A target was not met: an earlier date is proposed for the next cycle." if sooner else "",
        waiting=services.not_ready(rows),
        template="pupils/support_close.html",
    )


@require_permission(*WRITES)
@require_POST
@pressed_once
def review_close(request):
    """Close every cycle of the grid that is ready. Those that are not stay, and the page says why."""
    ids = [pk for pk in request.POST.getlist("plan") if pk.isascii() and pk.isdigit()][:200]
    plans = selectors.open_plans(request.acting).filter(pk__in=ids)
    led = [plan for plan in plans if may_lead(request.acting, plan)]
    done = services.close_many(plans=led, by=request.user)
    if done.closed:
        number, begun = len(done.closed), done.begun
        messages.success(
            request, f"{number} cycle{'' if number == 1 else 's'} closed, {begun or 'none'} begun from them."
        )
    for plan, refusal in done.left[:8]:
        messages.warning(request, f"{plan.pupil.name}: {refusal}")
    if len(done.left) > 8:
        messages.warning(request, f"{len(done.left) - 8} more are not ready yet.")
    if not done.closed and not done.left:
        messages.info(request, "There is nothing here that you may close.")
    return redirect(_back(request))


@require_permission(*READS)
@require_POST
@pressed_once
def review_parents(request):
    """Begin the pages that the parents of a grid take home, in one file."""
    ids = [pk for pk in request.POST.getlist("plan") if pk.isascii() and pk.isdigit()][:200]
    plans = list(selectors.open_plans(request.acting).filter(pk__in=ids, is_confidential=False))
    if not plans:
        messages.info(request, "There is no open plan here to print. Confidential plans are printed on their own page.")
        return redirect(_back(request))
    return redirect("job-detail", pk=jobs.start_parents(plans, acting=request.acting).pk)


def _back(request):
    """Where the grid was: an address of this site's own grid, or the list."""
    back = request.POST.get("back", "")
    return back if back.startswith("/support/") and "\\" not in back else reverse("pupils:support-list")


@require_permission(*WRITES)
@require_POST
@pressed_once
def window_class_written(request, pk):
    """The teacher says that the class's reviews are written."""
    row = get_object_or_404(WindowClass.objects.visible_to(request.acting).select_related("window__school"), pk=pk)
    if row.owner_id != request.user.pk and not request.acting.can(P.SUPPORT_LEAD):
        raise Http404
    try:
        windows.say_written(row=row, by=request.user)
    except Refused as refusal:
        messages.warning(request, str(refusal))
        return redirect("pupils:window-class", pk=row.pk)
    messages.success(request, "Thank you. Whoever leads the plans can close the cycles now.")
    return redirect("pupils:support-list")
