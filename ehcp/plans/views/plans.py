"""EHC plans: the list, one plan, and what happens to it as a whole. Its words are in views/versions.py."""

import copy

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from pupils import search
from pupils.models import Pupil
from pupils.views.form_pages import tab_title
from sendco.audit import services as audit
from sendco.clock import long_date
from sendco.formkit.page import FormPage, form_page, posted
from sendco.formkit.versions import Versioned, nothing
from staff.access import require_permission
from staff.permissions import Permission as P

from ...authorities.selectors import in_use
from ...cases.dates import dates_of
from ...cases.pages import CasePages, case_page, list_page
from ...letters.selectors import papers_of
from ...models import NeedsAssessment, Placement, Plan, PlanMove, PlanVersion, SectionLetter, TopUpFunding
from ...requests.selectors import came_of, request_words
from .. import forms
from ..kind import PLAN
from ..selectors import plans as selectors
from ..selectors.versions import latest, latest_ids
from ..services import plans as services

PER_PAGE = 25
CHANGED = "Somebody else changed this plan meanwhile. Look at the plan's page, then save again."


# --- What the views share ----------------------------------------------------------------------------------------
def plan_in_view(request, pk):
    plans = Plan.objects.visible_to(request.acting).select_related(
        "pupil__form_group", "pupil__key_worker", "authority", "caseworker", "school"
    )
    return get_object_or_404(plans, pk=pk)


PAGES = CasePages(PLAN, name="plan")
plan_address, plan_page, plan_form = PAGES.address, PAGES.below, PAGES.form


# --- The list ----------------------------------------------------------------------------------------------------
@require_permission(P.CASE_VIEW)
@require_GET
def plan_list(request):
    acting, today = request.acting, timezone.localdate()
    form = forms.PlanFilterForm(request.GET, acting=acting)
    plans = selectors.filtered(selectors.plans_of(acting), form.values(), acting, today)
    page = Paginator(plans, PER_PAGE).get_page(request.GET.get("page"))
    shown = [plan.pk for plan in page]
    vague = selectors.vague_lines_by_plan(shown)
    context = list_page("plans", title="EHC plans") | {
        "page": page,
        "rows": [(plan, vague.get(plan.pk, ())) for plan in page],
        "worded": set(latest_ids(shown)),
        "form": form,
        "filtered": form.is_narrowed,
        "today": today,
        "may_edit": acting.can(P.CASE_EDIT),
    }
    return render(request, "ehcp/plan_list.html", context)


@require_permission(P.CASE_VIEW)
@require_GET
def vague_lines(request):
    """Every vague line of the plans in force, and which of them the authority was asked about."""
    plans = {plan.pk: plan for plan in selectors.plans_of(request.acting).filter(ceased_on=None, pupil__left_on=None)}
    found = selectors.vague_lines_by_plan(list(plans))
    only = request.GET.get("show", "")
    rows = []
    for pk, plan in plans.items():
        lines = [row for row in found.get(pk, ()) if not only or bool(row.line.challenged_on) == (only == "asked")]
        if lines:
            rows.append((plan, lines))
    context = list_page("plans", title="Provision that says no amount") | {
        "page": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
        "crumbs": [("Plans", reverse("ehcp:plan-list"))],
        "show": only,
        "may_edit": request.acting.can(P.CASE_EDIT),
    }
    return render(request, "ehcp/plan_vague.html", context)


@require_permission(P.CASE_VIEW)
@require_GET
def plan_transfers(request):
    context = list_page("plans", title="Phase transfers") | {
        "years": selectors.transfers_of(request.acting),
        "crumbs": [("Plans", reverse("ehcp:plan-list"))],
        "school": request.acting.school,
        "today": timezone.localdate(),
        "may_edit": request.acting.can(P.CASE_EDIT),
    }
    return render(request, "ehcp/plan_transfers.html", context)


# --- One plan ----------------------------------------------------------------------------------------------------
@require_permission(P.CASE_VIEW, P.PLAN_VIEW)
@require_GET
def plan_detail(request, pk):
    plan = plan_in_view(request, pk)
    audit.record_read(school_id=plan.school_id, pupil_id=plan.pupil_id, by=request.user, what="EHC plan")
    if request.acting.can(P.CASE_VIEW):
        return _whole(request, plan)
    return _reading_page(request, plan)


def _reading_page(request, plan):
    """For those who teach the child: what the plan wants and what has to happen, and nothing else of it."""
    version = latest(plan) if plan.ceased_on is None else None
    final = version is not None and version.kind in PlanVersion.IN_FORCE
    context = {
        "title": plan.pupil.name,
        "tab_title": tab_title("EHC plan"),
        "section": "register",
        "crumbs": [(plan.pupil.name, reverse("pupil-detail", args=[plan.pupil_id]))],
        "plan": plan,
        "pupil": plan.pupil,
        "version": version if final else None,
        "outcomes": list(version.outcomes.all()) if final else [],
        "lines": selectors.checked_lines(version) if final else [],
        "sections": _sections(version, "E", "F") if final else [],
    }
    return render(request, "ehcp/plan_reading.html", context)


def _sections(version, *letters):
    """(letter, name, words) of the sections that hold something, in the order of the law."""
    found = {section.letter: section.html for section in version.sections.all()} if version else {}
    wanted = letters or SectionLetter.values
    return [(letter, SectionLetter(letter).label, found[letter]) for letter in wanted if found.get(letter)]


def _whole(request, plan):
    acting, today = request.acting, timezone.localdate()
    version = latest(plan)
    lines = selectors.checked_lines(version)
    context = plan_page(plan, f"EHC plan: {plan.pupil.name}") | {
        "tab_title": tab_title("EHC plan"),
        "crumbs": [("Plans", reverse("ehcp:plan-list"))],
        "today": today,
        "version": version,
        "gaps": selectors.gaps_of(plan, version) if plan.ceased_on is None else [],
        "outcomes": list(version.outcomes.all()) if version else [],
        "lines": lines,
        "vague": [row for row in lines if row.is_vague],
        "sections": _sections(version),
        "versions": list(plan.versions.select_related("made_by", "confirmed_by", "reading")),
        "placements": list(plan.placements.all()),
        "top_ups": list(plan.top_ups.all()),
        "moves": list(plan.moves.select_related("new_authority")),
        "reviews": list(plan.reviews.order_by("-began_on", "-pk")),
        "requests": came_of(plan, acting),
        "copies": list(selectors.copies_go_to(plan)) if acting.can(P.CONTACT_VIEW) else [],
        "appeal_until": services.last_day_to_appeal(plan.cease_notified_on) if plan.cease_notified_on else None,
        "may_edit": acting.can(P.CASE_EDIT) and plan.ceased_on is None,
        "new_review": _address("ehcp:review-new"),
        **_beside(plan, acting, today),
    }
    return render(request, "ehcp/plan_detail.html", context)


def _address(route, *arguments):
    """The address of a page of another topic, or "" where this site does not have it."""
    try:
        return reverse(route, args=arguments)
    except NoReverseMatch:
        return ""


def _beside(plan, acting, today):
    """Dates and papers of the plan, drawn by the pieces that every case shares."""
    return {
        "dates": dates_of(plan, today=today),
        "papers": papers_of(plan, acting),
        "case": plan,
        "case_kind": "plan",
        "may_correct": acting.can(P.CASE_EDIT),
        "case_letters": [("la_vague_lines", "to the authority about vague provision")],
    }


# --- Beginning ---------------------------------------------------------------------------------------------------
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
        return services.note_ceasing(plan=plan, by=request.user, **cleaned)

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
        return services.end_plan(plan=plan, by=request.user, **cleaned)

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
        return services.close_mistake(plan=plan, by=request.user, **cleaned)

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
