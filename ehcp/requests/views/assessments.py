"""Requests for needs assessments: the list, the beginning, and the page of one."""

import copy

from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from pupils import search
from pupils.models import Pupil
from pupils.views.form_pages import tab_title
from sendco.audit import services as audit
from sendco.formkit.page import FormPage, form_page, posted
from sendco.formkit.versions import Versioned, nothing
from sendco.jobs.models import Job, Status
from sendco.limits.services import RateLimited, check_limit
from staff.access import require_permission
from staff.permissions import Permission as P

from ... import owed
from ...authorities.selectors import in_use
from ...cases.dates import dates_of
from ...cases.pages import CasePages, case_page, list_page
from ...cases.ruler import ruler
from ...deadlines import assessments as rules
from ...letters.fields import links_of
from ...letters.selectors import papers_of
from ...models import NeedsAssessment, Plan
from ...plans.forms import RequestCaseworkerForm
from .. import forms, selectors, showing
from ..kind import REQUEST
from ..services import assessments as services
from ..services import pack as packs

PER_PAGE = 25
CHANGED = "Somebody else changed this request meanwhile. Look at its page, then save again."
AN_ACTION = Versioned(values=nothing, words=CHANGED)


# --- What the views share ----------------------------------------------------------------------------------------
def case_in_view(request, pk):
    case = get_object_or_404(selectors.assessments_of(request.acting), pk=pk)
    audit.record_read(school_id=case.school_id, pupil_id=case.pupil_id, by=request.user, what="needs assessment")
    return case


PAGES = CasePages(REQUEST)
case_address, request_page, case_form = PAGES.address, PAGES.below, PAGES.form


# --- The list ----------------------------------------------------------------------------------------------------
@require_permission(P.CASE_VIEW)
@require_GET
def assessment_list(request):
    acting, today = request.acting, timezone.localdate()
    form = forms.RequestFilterForm(request.GET, acting=acting)
    cases = selectors.filtered(selectors.assessments_of(acting), form.values(), acting)
    page = Paginator(cases, PER_PAGE).get_page(request.GET.get("page"))
    context = list_page("assessments", title="Requests for needs assessments") | {
        "page": page,
        "rows": selectors.rows_for(page, today),
        "form": form,
        "filtered": form.is_narrowed,
        "today": today,
        "may_edit": acting.can(P.CASE_EDIT),
    }
    return render(request, "ehcp/assessment_list.html", context)


# --- Beginning ---------------------------------------------------------------------------------------------------
@require_permission(P.CASE_EDIT)
@form_page
def assessment_new(request):
    """Two steps on one address: find the child, then say who asks and why."""
    chosen = request.GET.get("pupil", "")
    if chosen.isascii() and chosen.isdecimal() and len(chosen) < 19:
        pupils = Pupil.objects.visible_to(request.acting).select_related("form_group", "school")
        return _start(request, get_object_or_404(pupils, pk=chosen))
    text = request.GET.get("q", "")[:80]
    context = case_page("assessments", title="New request") | {"q": text, "found": [], "wait": ""}
    if text:
        try:
            check_limit("search", request.user.pk)
            context["found"] = [pupil for pupil in search.find(request.acting, text) if pupil.on_roll and pupil.opens]
        except RateLimited as error:
            context["wait"] = str(error)
    template = "ehcp/assessment_found.html" if request.htmx else "ehcp/assessment_choose.html"
    return render(request, template, context)


def _kind_for(pupil):
    has_plan = Plan.objects.filter(pupil=pupil, ceased_on=None).exists()
    return NeedsAssessment.Kind.AGAIN if has_plan else NeedsAssessment.Kind.FIRST


def _start(request, pupil):
    authorities = list(in_use(request.acting))
    guess = next((row for row in authorities if row.name.casefold() == pupil.home_authority.casefold()), None)
    initial = {"authority": guess or (authorities[0] if len(authorities) == 1 else None)}
    form = forms.RequestStartForm(posted(request), acting=request.acting, initial=initial)
    kind = _kind_for(pupil)

    def start(cleaned):
        return services.begin(pupil=pupil, kind=kind, by=request.user, **cleaned)

    def page():
        title = f"Request for a {NeedsAssessment.Kind(kind).label.lower()}: {pupil.name}"
        open_cases = NeedsAssessment.objects.visible_to(request.acting).filter(pupil=pupil, closed_on=None)
        return case_page("assessments", title=title) | {
            "tab_title": tab_title("New request"),
            "submit": "Begin",
            "cancel": reverse("ehcp:assessment-list"),
            "authorities": authorities,
            "open_case": open_cases.first(),
            "lead": _start_lead(pupil, kind),
        }

    return FormPage(
        form=form,
        save=start,
        done="The request is open. Below is what comes next.",
        then=case_address,
        page=page,
        draft=f"assessment-new-{pupil.pk}",
        template="ehcp/assessment_new.html",
    ).respond(request)


def _start_lead(pupil, kind):
    if kind == NeedsAssessment.Kind.AGAIN:
        return (
            f"{pupil.forename} has an EHC plan, so this asks for a re-assessment: the authority has 15 days to decide."
        )
    return "The authority has six weeks from the day it receives the request to say whether it will assess."


# --- One request -------------------------------------------------------------------------------------------------
@require_permission(P.CASE_VIEW)
@require_GET
def assessment_detail(request, pk):
    case, acting, today = case_in_view(request, pk), request.acting, timezone.localdate()
    may_edit = acting.can(P.CASE_EDIT)
    dates = dates_of(case, today=today)
    checks = _checks(case)
    gaps = sum(not check.ok for check in checks)
    context = request_page(case, f"{case.get_kind_display()}: {case.pupil.name}") | {
        "tab_title": tab_title("Needs assessment"),
        "crumbs": [("Requests", reverse("ehcp:assessment-list"))],
        "today": today,
        "stage": selectors.stage_words(case),
        "weeks": selectors.weeks_since(case, today),
        "dates": dates,
        "ruler": _ruler(case, dates, today),
        "own_reversal": case.reversal == NeedsAssessment.Reversal.OWN,
        "checks": checks,
        "gaps": gaps,
        "next": showing.next_for(case, today=today, gaps=gaps) if may_edit else None,
        "facts": showing.facts_of(case, may_edit=may_edit),
        "advice": selectors.advice_of(case),
        "claims": [(claim, owed.exemption_words(claim)) for claim in case.exemptions.select_related("assessment")],
        "appeals": list(case.appeals.all()),
        "plan": case.plan or (selectors.plan_in_force(case) if case.final_on else None),
        "said": selectors.request_words(case),
        "papers": papers_of(case, acting),
        "case_kind": "assessment",
        "may_correct": request.acting.can(P.CASE_EDIT),
        "case_letters": links_of("assessment"),
        "may_edit": may_edit and case.closed_on is None,
        **pack_state(request, case),
    }
    return render(request, "ehcp/assessment_detail.html", context)


def _checks(case):
    ours = case.asked_by == NeedsAssessment.AskedBy.SCHOOL
    return showing.readiness_of(case) if ours and case.starts_on is None and case.closed_on is None else []


def _ruler(case, dates, today):
    """Drawn from the request, or from the order that set the dates anew."""
    replaced = any(row.item.replaced_by for row in dates)
    final = rules.REASSESS_FINAL if replaced or case.kind == NeedsAssessment.Kind.AGAIN else rules.FINAL
    starts_on = case.reversed_on if replaced else case.starts_on
    return ruler(dates, starts_on=starts_on, today=today, weeks=final.count.n)


def _is_stale(case):
    stored = packs.pack_of(case) if case.pack_file_id and not case.sent_at else None
    return stored is not None and packs.changed_since(case, stored)


def pack_state(request, case):
    """How the pack of a request stands: there, being made, or why not."""
    job = Job.objects.filter(pk=case.pack_job_id, school_id=case.school_id).first() if case.pack_job_id else None
    failed = job is not None and job.status in (Status.FAILED, Status.CANCELLED)
    return {
        "pack_wanted": case.asked_by == NeedsAssessment.AskedBy.SCHOOL and not (case.sent_at and not case.pack_file_id),
        "pack_job": job,
        "pack_making": job is not None and not job.is_finished,
        "pack_trouble": (job.error or job.message) if failed else "",
        "pack_stale": _is_stale(case),
        "pack_words": job.message if job and job.status == Status.DONE else "",
        "my_job": job if job and job.user_id == request.user.pk else None,
    }


@require_permission(P.CASE_EDIT)
@form_page
def assessment_reason(request, pk):
    case = case_in_view(request, pk)
    form = forms.ReasonForm(posted(request), instance=copy.copy(case))

    def save(cleaned):
        return services.save_reason(case=case, by=request.user, version=cleaned["version"], reason=cleaned["reason"])

    return case_form(
        request,
        form,
        save,
        case=case,
        done="Saved. It goes into the letter and the pack.",
        title="Why a plan may be needed",
        submit="Save",
        draft=f"assessment-reason-{case.pk}",
        lead="The authority must assess where the child may have special needs and a plan may be necessary "
        "(section 36(8)).",
    )


@require_permission(P.CASE_EDIT)
@form_page
def assessment_caseworker(request, pk):
    case = case_in_view(request, pk)
    form = RequestCaseworkerForm(posted(request), instance=copy.copy(case), acting=request.acting)

    def choose(cleaned):
        return services.set_caseworker(case=case, by=request.user, **cleaned)

    return case_form(
        request,
        form,
        choose,
        case=case,
        done="The caseworker is saved.",
        title=f"Caseworker at {case.authority.name}",
        submit="Save",
        authority=case.authority,
        template="ehcp/caseworker_form.html",
    )


@require_permission(P.CASE_EDIT)
@form_page
def assessment_close(request, pk):
    case = case_in_view(request, pk)
    form = forms.CloseForm(posted(request), initial={"version": case.version})

    def close(cleaned):
        return services.close(case=case, by=request.user, **cleaned)

    return case_form(
        request,
        form,
        close,
        case=case,
        done="The request is closed. It stays in the child's record.",
        title="Close without a plan",
        submit="Close the request",
        lead="Nothing is owed by it any more. A refusal that may still be appealed stays open until its time is over.",
        versioned=AN_ACTION,
    )
