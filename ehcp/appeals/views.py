"""Decisions that can be appealed: the list, the log of one in the order of the law, and the index of its bundle."""

import copy
from dataclasses import dataclass

from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from pupils import search
from pupils.models import Pupil
from pupils.views.form_pages import tab_title
from sendco.audit import services as audit
from sendco.formkit.page import FormPage, form_page, posted
from staff.access import require_permission
from staff.permissions import Permission as P

from ..cases.dates import dates_of
from ..cases.pages import CasePages, case_page, list_page
from ..letters.fields import links_of
from ..letters.selectors import papers_of
from ..models import Appeal, NeedsAssessment, Plan
from ..requests.views.assessments import AN_ACTION
from . import forms, selectors, services, showing
from .kind import APPEAL

PER_PAGE = 25


def case_in_view(request, pk):
    case = get_object_or_404(selectors.appeals_of(request.acting), pk=pk)
    audit.record_read(school_id=case.school_id, pupil_id=case.pupil_id, by=request.user, what="appeal")
    return case


PAGES = CasePages(APPEAL)
case_address, appeal_page, case_form = PAGES.address, PAGES.below, PAGES.form


# --- The list ----------------------------------------------------------------------------------------------------
@require_permission(P.CASE_VIEW)
@require_GET
def appeal_list(request):
    acting = request.acting
    form = forms.AppealFilterForm(request.GET, acting=acting)
    cases = selectors.filtered(selectors.appeals_of(acting), form.values(), acting)
    page = Paginator(cases, PER_PAGE).get_page(request.GET.get("page"))
    context = list_page("appeals", title="Mediation and appeals") | {
        "page": page,
        "rows": selectors.rows_for(page),
        "form": form,
        "filtered": form.is_narrowed,
        "today": timezone.localdate(),
        "may_edit": acting.can(P.CASE_EDIT),
    }
    return render(request, "ehcp/appeal_list.html", context)


# --- Beginning ---------------------------------------------------------------------------------------------------
def _named(request, name, model):
    """The record that the address names, of those in view; None when it names none."""
    pk = request.GET.get(name, "")
    if not (pk.isascii() and pk.isdecimal() and len(pk) < 19):
        return None
    rows = model.objects.visible_to(request.acting).select_related("pupil", "school", "authority")
    return get_object_or_404(rows, pk=pk)


@require_permission(P.CASE_EDIT)
@form_page
def appeal_new(request):
    """Choose the request or the plan, then which decision, and its date."""
    assessment, plan = _named(request, "assessment", NeedsAssessment), _named(request, "plan", Plan)
    if assessment or plan:
        return _start(request, assessment, None if assessment else plan)
    requests, plans = selectors.can_be_appealed(request.acting)
    text = request.GET.get("q", "")[:80]
    if text:
        plans = plans.filter(pupil__in=search.matches(Pupil.objects.all(), request.acting, text).values("pk"))
    context = case_page("appeals", title="Open an appeal log") | {"requests": requests, "plans": plans[:25], "q": text}
    return render(request, "ehcp/appeal_choose.html", context)


def _decisions(assessment):
    """What can be appealed about this record; what its facts say it is comes first."""
    if assessment is None:
        return selectors.OF_PLAN, None, None
    again = assessment.kind == NeedsAssessment.Kind.AGAIN
    offered = (Appeal.About.NOT_REASSESS,) if again else (Appeal.About.NOT_ASSESS, Appeal.About.NO_PLAN)
    if assessment.no_plan_on:
        return offered, Appeal.About.NO_PLAN, assessment.no_plan_on
    refused = assessment.decision == NeedsAssessment.Decision.REFUSE
    return offered, offered[0], assessment.decision_on if refused else None


def _start(request, assessment, plan):
    case_of = assessment or plan
    decisions, about, letter_on = _decisions(assessment)
    initial = {"about": request.GET.get("about") or about, "letter_on": letter_on}
    form = forms.AppealStartForm(posted(request), decisions=decisions, initial=initial)

    def start(cleaned):
        return services.begin(assessment=assessment, plan=plan, by=request.user, **cleaned)

    page = case_page("appeals", title=f"Appeal log: {case_of.pupil.name}") | {
        "tab_title": tab_title("Appeal log"),
        "submit": "Open the log",
        "cancel": reverse("ehcp:appeal-list"),
        "lead": "The parent appeals, or the young person after compulsory school age. The school keeps the dates.",
    }
    done = "The log is open. Its dates are below."
    return FormPage(form=form, save=start, done=done, then=case_address, page=page).respond(request)


# --- One appeal --------------------------------------------------------------------------------------------------
@require_permission(P.CASE_VIEW)
@require_GET
def appeal_detail(request, pk):
    case, acting, today = case_in_view(request, pk), request.acting, timezone.localdate()
    may_edit = acting.can(P.CASE_EDIT)
    dates = dates_of(case, today=today)
    lodging = next((row for row in dates if row.item.rule == "appeal.lodge" and not row.item.met_on), None)
    lodging = None if case.outcome else lodging  # nothing is left to appeal against
    context = appeal_page(case, f"Appeal: {case.pupil.name}") | {
        "tab_title": tab_title("Appeal"),
        "crumbs": [("Appeals", reverse("ehcp:appeal-list"))],
        "today": today,
        "stage": selectors.stage_words(case),
        "dates": dates,
        "lodging": lodging,
        "log": showing.log_of(case, may_edit=may_edit),
        "next": showing.next_for(case) if may_edit else None,
        "papers": papers_of(case, acting),
        "case_kind": "appeal",
        "may_correct": request.acting.can(P.CASE_EDIT),
        "case_letters": links_of("appeal"),
        "may_edit": may_edit and case.closed_on is None,
    }
    return render(request, "ehcp/appeal_detail.html", context)


@dataclass(frozen=True)
class StepPage:
    form: type
    title: str
    lead: str


STEPS = {
    "mediation": StepPage(
        forms.MediationForm,
        "Mediation",
        "The parent contacts the adviser within two months of the letter, whether they want mediation or not. "
        "An appeal about Section I alone needs none.",
    ),
    "tribunal": StepPage(
        forms.TribunalForm,
        "The Tribunal",
        "The later of two months from the letter and one month from the certificate. A last day in August or from "
        "25 December to 1 January moves to the first working day after.",
    ),
    "order": StepPage(
        forms.OrderForm,
        "Outcome and order",
        "The authority's time runs from the day the order was sent out, from the agreement in mediation, or from its "
        "notice that it will not oppose.",
    ),
    "note": StepPage(forms.NoteForm, "Note", ""),
}


@require_permission(P.CASE_EDIT)
@form_page
def appeal_step(request, pk, step):
    page, case = STEPS.get(step), case_in_view(request, pk)
    if page is None:
        raise Http404
    form = page.form(posted(request), instance=copy.copy(case))

    def save(cleaned):
        return services.change(case=case, version=cleaned["version"], by=request.user, **form.facts())

    return case_form(
        request, form, save, case=case, done="Saved. The dates follow.", title=page.title, submit="Save", lead=page.lead
    )


@require_permission(P.CASE_EDIT)
@form_page
def appeal_close(request, pk):
    case = case_in_view(request, pk)
    form = forms.AppealCloseForm(posted(request), initial={"version": case.version, "outcome": case.outcome})

    def close(cleaned):
        return services.close(case=case, by=request.user, **cleaned)

    return case_form(
        request,
        form,
        close,
        case=case,
        done="The log is closed. It stays in the child's record.",
        title="Close the log",
        submit="Close the log",
        lead="Nothing is owed by it then.",
        versioned=AN_ACTION,
    )


@require_permission(P.CASE_VIEW)
@require_GET
def appeal_bundle(request, pk):
    case = case_in_view(request, pk)
    context = appeal_page(case, "Bundle index") | {
        "tab_title": tab_title("Bundle index"),
        "papers": showing.bundle_of(case, request.acting),
        "today": timezone.localdate(),
    }
    return render(request, "ehcp/appeal_bundle.html", context)
