"""EHC plans: the lists, the page of one, and what all pages below a plan share."""

from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from pupils.views.form_pages import tab_title
from sendco.audit import services as audit
from staff.access import require_permission
from staff.permissions import Permission as P

from ...cases.dates import dates_of
from ...cases.pages import CasePages, list_page
from ...letters.fields import links_of
from ...letters.selectors import papers_of
from ...models import Plan, PlanVersion, SectionLetter
from ...requests.selectors import came_of
from .. import forms
from ..kind import PLAN
from ..selectors import plans as selectors
from ..selectors.versions import latest, latest_ids
from ..services import ending

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
        "appeal_until": ending.last_day_to_appeal(plan.cease_notified_on) if plan.cease_notified_on else None,
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
        "case_letters": links_of("plan"),
    }
