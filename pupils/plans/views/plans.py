"""A support plan from its beginning to its end: the list, the first cycle, its page, who reads it, and its PDF."""

from functools import partial

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from sendco.audit import services as audit
from sendco.clock import long_date
from sendco.formkit.page import ConfirmPage, FormPage, form_page, posted, pressed_once
from sendco.formkit.versions import Versioned, nothing
from staff.access import require_permission
from staff.permissions import Permission as P
from staff.selectors import school_calendar

from ...models import Assessment, Concern, PlanReader, Pupil, SupportPlan
from ...register.selectors import open_entry
from .. import comparing, forms, jobs, selectors
from ..dates import propose_review
from ..services import plans as services
from .shared import (
    LEADS,
    READS,
    WRITES,
    address,
    below,
    home,
    plan_form,
    plan_in_view,
    plan_led,
    rights,
    row_in_view,
)

PER_PAGE = 50
TABS = (
    ("open", "Open"),
    ("own", "My pupils"),
    ("without", "SEN support without a plan"),
    ("leavers", "Left with a plan open"),
)


# --- The list ----------------------------------------------------------------------------------------------------
@require_permission(*READS)
@require_GET
def support_list(request):
    acting, today = request.acting, timezone.localdate()
    shown = request.GET.get("show")
    shown = shown if shown in dict(TABS) else "open"
    rows = {
        "open": selectors.open_plans,
        "own": selectors.plans_of_own_pupils,
        "without": selectors.without_plan,
        "leavers": selectors.of_leavers,
    }[shown](acting)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    if shown == "own":
        page.object_list = selectors.with_targets(page.object_list)
    context = {
        "title": "Support plans",
        "section": "support",
        "today": today,
        "shown": shown,
        "tabs": [{"key": key, "label": label, "current": key == shown} for key, label in TABS],
        "page": page,
        "classes": selectors.classes_with_plans(acting),
        "to_write": selectors.to_write(acting, today),
        "may_lead": any(acting.can(permission) for permission in LEADS),
    }
    return render(request, "pupils/support_list.html", context)


# --- The first cycle ---------------------------------------------------------------------------------------------
@require_permission(*LEADS)
@form_page
def support_new(request, pk):
    """One page for a whole first cycle. What is known already is filled in: nothing is typed twice."""
    acting = request.acting
    pupil = get_object_or_404(Pupil.objects.visible_to(acting).select_related("school", "form_group"), pk=pk)
    today = timezone.localdate()
    kinds = list(selectors.kinds_for(acting, today))
    kind = next((one for one in kinds if str(one.pk) == request.GET.get("kind")), kinds[0] if kinds else None)
    if kind is None:
        raise Http404
    initial = {
        "starts_on": today,
        "review_on": propose_review(pupil.school, kind, today, calendar=school_calendar(pupil.school)),
        "lead": request.user,
    }
    form = forms.BeginForm(posted(request), pupil=pupil, kind=kind, started=_known(pupil, kind), initial=initial)
    targets = forms.TargetFormSet(posted(request), prefix="targets")
    strategies = forms.StrategyFormSet(posted(request), prefix="strategies")

    def begin(_cleaned):
        values = form.values()
        if targets.rows() and not values["outcome"]:
            values["outcome"] = targets.rows()[0]["text"]
        return services.begin(
            pupil=pupil, by=request.user, targets=targets.rows(), strategies=strategies.rows(), **values
        )

    return FormPage(
        form=form,
        save=begin,
        done=lambda plan: f"{plan.kind.name} begun. Review by {long_date(plan.review_on)}.",
        then=address,
        page=lambda: {
            "pupil": pupil,
            "title": f"Begin a plan for {pupil.name}",
            "tab_title": "Pupil: Begin a plan",
            "section": "support",
            "crumbs": [*home(), (pupil.name, pupil.get_absolute_url())],
            "cancel": pupil.get_absolute_url(),
            "submit": "Begin the plan",
            "kinds": kinds,
            "kind": kind,
            "targets": targets,
            "strategies": strategies,
            "scores": _scores(request.acting, pupil),
            "there": list(selectors.plans_in_view(acting).open().filter(pupil=pupil)),
        },
        template="pupils/support_new.html",
        draft=f"support-new-{pupil.pk}-{kind.pk}",
        leaves=("words_checked",),
        also=(targets, strategies),
    ).respond(request)


def _known(pupil, kind):
    """What the register and the concern say already, for the first of the kind's parts."""
    if not kind.sections:
        return {}
    entry = open_entry(pupil)
    concern = Concern.objects.filter(pupil=pupil).order_by("-raised_on", "-pk").first()
    texts = [entry.reason if entry and entry.code != "N" else ""]
    if concern:
        tried = f"Tried: {concern.tried} ({concern.tried_for})" if concern.tried_for else concern.tried
        texts += [concern.what, tried]
    return {kind.sections[0]["code"]: "\n\n".join(dict.fromkeys(text.strip() for text in texts if text.strip()))}


def _scores(acting, pupil):
    if not acting.can(P.NARRATIVE_VIEW):
        return Assessment.objects.none()
    return Assessment.objects.visible_to(acting).filter(pupil=pupil, removed_on=None)[:4]


# --- One plan ----------------------------------------------------------------------------------------------------
@require_permission(*READS)
@require_GET
def support_detail(request, pk):
    plan = plan_in_view(request, pk)
    _read(request, plan)
    shown = selectors.plan_shown(plan, request.acting)
    context = rights(request.acting, plan) | {
        "title": f"{plan.kind.name}: {plan.pupil.name}",
        "tab_title": "Pupil: Support plan",
        "section": "support",
        "crumbs": [*home(), (plan.pupil.name, plan.pupil.get_absolute_url())],
        "pupil": plan.pupil,
        "plan": plan,
        "shown": shown,
        "today": timezone.localdate(),
        "counts": selectors.outcome_counts(shown.series),
        "scores": _scores(request.acting, plan.pupil),
        "following": SupportPlan.objects.visible_to(request.acting).filter(previous=plan).first(),
        "user_id": request.user.pk,
        "may_name": request.acting.can(P.CONTACT_VIEW),
        "readers": plan.readers.filter(ended_on=None).select_related("user") if plan.is_confidential else (),
    }
    return render(request, "pupils/support_detail.html", context)


def _read(request, plan):
    audit.record_read(school_id=plan.pupil.school_id, pupil_id=plan.pupil_id, by=request.user, what="support plan")


@require_permission(*READS)
@require_GET
def support_compare(request, pk):
    """This cycle beside another of the same plan: the one before it, unless `with` names one."""
    plan = plan_in_view(request, pk)
    others = [one for one in selectors.series_of(plan, request.acting) if one.pk != plan.pk]
    if not others:
        messages.info(request, "There is no other cycle yet to compare this one with.")
        return redirect(address(plan))
    chosen = next((one for one in others if str(one.pk) == request.GET.get("with")), None)
    chosen = chosen or next((one for one in others if one.starts_on <= plan.starts_on), others[-1])
    _read(request, plan)
    # The series comes without what the page of a plan reads.
    pair = sorted((plan, plan_in_view(request, chosen.pk)), key=lambda one: (one.starts_on, one.pk))
    compared = comparing.compare(*pair)
    context = below(plan, title=f"Two cycles of {plan.pupil.name}", submit="") | {
        "tab_title": "Pupil: Two cycles",
        "compared": compared,
        "sides": [compared.earlier, compared.later],
        "may_name": request.acting.can(P.CONTACT_VIEW),
        "others": others,
        "chosen": chosen,
    }
    return render(request, "pupils/support_compare.html", context)


@require_permission(*WRITES)
@form_page
def support_edit(request, pk):
    plan = plan_led(request, pk)
    form = forms.PlanForm(posted(request), plan=plan)
    return plan_form(
        request,
        form,
        lambda cleaned: services.change(plan=plan, values=form.values(), version=cleaned["version"], by=request.user),
        plan=plan,
        title=f"Change the plan of {plan.pupil.name}",
        submit="Save the plan",
        done="Saved.",
        draft=f"support-edit-{plan.pk}",
        leaves=("words_checked",),
        versioned=Versioned(values=forms.PlanForm.values_of),
    )


@require_permission(*WRITES)
@form_page
def support_stop(request, pk):
    plan = plan_led(request, pk)
    form = forms.StopForm(posted(request), initial={"version": plan.version})

    def stop(cleaned):
        return services.stop(plan=plan, by=request.user, **cleaned)

    return plan_form(
        request,
        form,
        stop,
        plan=plan,
        title=f"Close the plan of {plan.pupil.name} without a review",
        lead="What is written stays, and can be read. To finish a cycle with its results, review it instead.",
        submit="Close the plan",
        done="The plan is closed.",
        then=lambda stopped: stopped.pupil.get_absolute_url(),
        versioned=Versioned(values=nothing),
    )


@require_permission(*WRITES)
@form_page
def support_reopen(request, pk):
    plan = plan_led(request, pk)
    page = below(plan, title=f"Open the plan of {plan.pupil.name} again?", submit="Open it again") | {
        "explanation": "What was settled can be changed again. A next cycle on which nobody has worked is taken back.",
        "cancel_words": "Leave it closed",
    }
    return ConfirmPage(
        act=partial(services.reopen, plan=plan, by=request.user),
        done="The plan is open again.",
        then=address(plan),
        refused_to=address(plan),
        page=page,
    ).respond(request)


# --- Who reads it ------------------------------------------------------------------------------------------------
@require_permission(*WRITES)
@form_page
def support_readers(request, pk):
    """Name somebody on a confidential plan."""
    plan = plan_led(request, pk)
    return plan_form(
        request,
        forms.ReaderForm(posted(request), plan=plan),
        lambda cleaned: services.name_reader(plan=plan, user=cleaned["user"], by=request.user),
        plan=plan,
        title="Who reads this plan",
        submit="Let them read it",
        done=lambda reader: f"{reader.user.name} can read it now.",
        then=lambda _reader: reverse("pupils:support-readers", args=[plan.pk]),
        readers=plan.readers.filter(ended_on=None).select_related("user"),
        template="pupils/support_readers.html",
    )


@require_permission(*WRITES)
@form_page
def support_reader_end(request, pk):
    reader, plan = row_in_view(request, PlanReader.objects.select_related("user", "plan"), pk)
    plan = plan_led(request, plan.pk)
    back = reverse("pupils:support-readers", args=[plan.pk])
    page = below(plan, title=f"Stop {reader.user.name} reading this plan?", submit="Stop it", cancel=back)
    return ConfirmPage(
        act=partial(services.end_reader, reader=reader, by=request.user),
        done=f"{reader.user.name} no longer reads it.",
        then=back,
        page=page | {"explanation": "What they wrote in it stays.", "cancel_words": "Let them read it"},
    ).respond(request)


@require_permission(*WRITES)
@form_page
def support_confidential(request, pk):
    plan = plan_led(request, pk)
    closing = not plan.is_confidential
    page = below(
        plan,
        title="Make this plan confidential?" if closing else "Open this plan to everybody who sees the pupil?",
        submit="Make it confidential" if closing else "Open it",
    ) | {
        "explanation": "Its lead, those you name, the SENDCo and the headteacher open it then, and nobody else."
        if closing
        else f"Everybody who teaches or supports {plan.pupil.forename} reads it then.",
        "cancel_words": "Leave it as it is",
    }
    return ConfirmPage(
        act=partial(services.set_confidential, plan=plan, is_confidential=closing, by=request.user),
        done="It is confidential now. Name who may read it." if closing else "It is open now.",
        then=reverse("pupils:support-readers", args=[plan.pk]) if closing else address(plan),
        page=page,
    ).respond(request)


# --- On paper ----------------------------------------------------------------------------------------------------
@require_permission(*READS)
@require_POST
@pressed_once
def support_pdf(request, pk):
    """Begin the PDF of a plan: whole, or with `for=parents` on one page in plain words without notes of staff, or
    with `for=large` the same in large print."""
    plan = plan_in_view(request, pk)
    job = jobs.start_pdf(plan, wanted=request.POST.get("for", ""), acting=request.acting)
    return redirect("job-detail", pk=job.pk)
