"""A consultation from the authority's mail to the proof of the reply (journey J8)."""

from operator import attrgetter

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from sendco.audit import services as audit
from sendco.files.http import download_response
from sendco.files.models import StoredFile
from sendco.files.services import FileNotAvailable
from sendco.formkit.page import ConfirmPage, FormPage, form_page, posted
from sendco.formkit.versions import Versioned, nothing
from sendco.limits.services import check_limit
from sendco.refusals import Refused
from staff.access import ONE_HOUR, require_permission, step_up
from staff.permissions import Permission as P

from ..cases.dates import dates_of
from ..cases.pages import CasePages, case_page, list_page
from ..letters.forms import ReasonForm
from ..letters.selectors import papers_of
from ..models import Consultation
from . import forms, selectors, services
from . import reply as replies
from .kind import CONSULTATION

PER_PAGE = 25
CHANGED = "Somebody else changed this meanwhile. Look at the case again, then repeat it."
AN_ACTION = Versioned(values=nothing, words=CHANGED)


def _case(request, pk):
    rows = Consultation.objects.visible_to(request.acting).select_related(
        "school", "authority", "caseworker", "pupil", "approved_by", "drafted_by"
    )
    case = get_object_or_404(rows, pk=pk)
    if case.pupil_id:
        audit.record_read(school_id=case.school_id, pupil_id=case.pupil_id, by=request.user, what="consultation")
    return case


PAGES = CasePages(CONSULTATION, crumb=attrgetter("child_name"), template="components/form_page.html")
_address = PAGES.address


def _tab_title(title):
    """A child who is not on roll yet is no pupil."""
    return f"Consultation: {title}"


def _below(case, title, **context):
    return PAGES.below(case, title) | {"tab_title": _tab_title(title), "cancel": _address(case)} | context


def _simple(request, case, form, service, *, title, submit, **context):
    """A form that calls one service and goes back to the case."""
    context = {"tab_title": _tab_title(title)} | context
    return PAGES.form(request, form, service, case=case, title=title, submit=submit, **context)


# --- List --------------------------------------------------------------------------------------------------------
@require_permission(P.CONSULTATION_ANSWER)
@require_GET
def consultation_list(request):
    acting = request.acting
    form = forms.FilterForm(request.GET, acting=acting)
    chosen = form.cleaned_data if form.is_valid() else {}
    show = chosen.get("show") or "open"
    rows = selectors.consultations_of(acting, show=show, authority=chosen.get("authority"))
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    due = selectors.dues_of(page)
    context = list_page("consultations", title="Consultations") | {
        "page": page,
        "rows": [{"case": case, "due": due.get(case.pk), "stage": selectors.stage_label(case)} for case in page],
        "form": form,
        "show": show,
        "shown": forms.FilterForm.base_fields["show"].choices,
        "today": timezone.localdate(),
        "may_edit": True,
    }
    return render(request, "ehcp/consultation_list.html", context)


# --- Log it ------------------------------------------------------------------------------------------------------
@require_permission(P.CONSULTATION_ANSWER)
@form_page
def consultation_new(request):
    acting = request.acting
    form = forms.ConsultationForm(posted(request), request.FILES or None, acting=acting)
    if request.FILES:
        check_limit("upload", request.user.pk)

    def log(cleaned):
        return services.log(school=acting.school, by=request.user, **cleaned)

    page = case_page("consultations", title="A consultation came") | {
        "lead": "The Code of Practice gives you 15 calendar days (9.83), in the holidays too.",
        "submit": "Log it",
        "cancel": reverse("ehcp:consultation-list"),
    }
    return FormPage(
        form=form,
        save=log,
        done="Logged. The 15 calendar days run from the day it arrived. Begin the reply here.",
        then=lambda case: reverse("ehcp:consultation-reply", args=[case.pk]),
        page=page,
    ).respond(request)


# --- One case ----------------------------------------------------------------------------------------------------
@require_permission(P.CONSULTATION_ANSWER)
@require_GET
def consultation_detail(request, pk):
    case, acting = _case(request, pk), request.acting
    context = case_page("consultations", title=case.child_name) | {
        "tab_title": "Consultation",
        "case": case,
        "stage": selectors.stage_label(case),
        "today": timezone.localdate(),
        "dates": dates_of(case, today=timezone.localdate()),
        "missing": [] if case.sent_on or case.closed_on else replies.missing(case),
        "warnings": replies.warnings(case),
        "grounds": [(replies.Ground(ground).label, case.evidence.get(ground, "")) for ground in case.grounds],
        "papers": papers_of(case, acting),
        "case_kind": "consultation",
        "may_correct": request.acting.can(P.CASE_EDIT),
        "letter": replies.letter_of(case),
        "sent_form": forms.SentForm(initial={"version": case.version}) if case.approved_at else None,
        "may_edit": True,
        "may_approve": acting.can(P.CASE_APPROVE),
    }
    return render(request, "ehcp/consultation_detail.html", context)


@require_permission(P.CONSULTATION_ANSWER)
@require_GET
def consultation_file(request, pk):
    case = _case(request, pk)
    stored = StoredFile.objects.filter(pk=case.plan_file_id, school_id=case.school_id).first()
    if stored is None:
        raise Http404
    try:
        return download_response(stored)
    except FileNotAvailable as error:
        messages.error(request, str(error))
        return redirect(_address(case))


@require_permission(P.CONSULTATION_ANSWER)
@form_page
def consultation_edit(request, pk):
    """Put right what was logged."""
    case = _case(request, pk)
    names = [name for name in forms.ConsultationForm.base_fields if name != "upload"]
    initial = {name: getattr(case, name) for name in names}
    form = forms.ConsultationForm(posted(request), initial=initial, acting=request.acting)
    del form.fields["upload"]
    return _simple(
        request,
        case,
        form,
        lambda data: services.change_facts(case=case, version=case.version, by=request.user, **data),
        title="Change what was logged",
        submit="Save",
        done="Saved.",
    )


# --- The reply ---------------------------------------------------------------------------------------------------
@require_permission(P.CONSULTATION_ANSWER)
@form_page
def consultation_reply(request, pk):
    """Write the reply beside the facts of the child and of the classes."""
    case = _case(request, pk)
    if case.sent_on or case.closed_on:
        messages.warning(request, "This reply was sent or the case is closed. It is kept as it was.")
        return redirect(_address(case))
    form = forms.ReplyForm(posted(request), initial=forms.ReplyForm.initial_of(case))

    def save(cleaned):
        return services.draft(
            case=case,
            version=cleaned["version"],
            by=request.user,
            class_facts=form.class_facts(),
            ready="ready" in request.POST,
            **form.reply_facts(),
        )

    return FormPage(
        form=form,
        save=save,
        done=lambda saved: "The head can approve it now." if saved.ready_at else "Saved.",
        then=_address(case),
        page=lambda: _below(case, "Write the reply", classes=selectors.capacity_by_class(request.acting)),
        draft=f"consultation-reply-{case.pk}",
        template="ehcp/consultation_reply.html",
        versioned=Versioned(values=forms.ReplyForm.initial_of),
    ).respond(request)


@require_permission(P.CASE_APPROVE)
@step_up(within=ONE_HOUR)
@form_page
def consultation_approve(request, pk):
    """The head reads the whole reply and signs it."""
    case = _case(request, pk)
    version = int(request.POST["version"]) if request.POST.get("version", "").isdecimal() else -1
    paper = None if replies.missing(case) else services.as_it_would_be_sent(case, by=request.user)
    return ConfirmPage(
        act=lambda: services.approve(case=case, version=version, by=request.user, read=request.POST.get("read")),
        done="Approved. The letter is made, and can be sent.",
        then=_address(case),
        changed="The reply was changed while you read it. Read it again, then approve.",
        page=lambda: _below(
            case,
            "Approve the reply",
            paper=paper,
            read=services.mark_of(paper) if paper else "",
            school=case.school,
            dated_on=timezone.localdate(),
            missing=replies.missing(case),
            warnings=replies.warnings(case),
        ),
        template="ehcp/consultation_approve.html",
    ).respond(request)


@require_permission(P.CASE_APPROVE)
@form_page
def consultation_send_back(request, pk):
    case = _case(request, pk)
    form = forms.SendBackForm(posted(request), initial={"version": case.version})
    return _simple(
        request,
        case,
        form,
        lambda data: services.send_back(case=case, by=request.user, **data),
        title="Ask for a change",
        submit="Send it back",
        versioned=AN_ACTION,
        done="Sent back. Whoever wrote it sees your note on the timeline.",
    )


@require_permission(P.CONSULTATION_ANSWER)
@form_page
def consultation_sent(request, pk):
    case = _case(request, pk)
    form = forms.SentForm(posted(request), request.FILES or None, initial={"version": case.version})

    if request.FILES:
        check_limit("upload", request.user.pk)
    return _simple(
        request,
        case,
        form,
        lambda data: services.record_sent(case=case, by=request.user, **data),
        title="The reply has gone",
        submit="Save",
        done="Kept, with what proves it.",
        versioned=AN_ACTION,
    )


@require_permission(P.CONSULTATION_ANSWER)
@require_POST
def consultation_letter(request, pk):
    """Freeze the approved reply as a letter."""
    case = _case(request, pk)
    try:
        letter = services.make_letter(case=case, by=request.user)
    except Refused as error:
        messages.warning(request, str(error))
        return redirect(_address(case))
    messages.success(request, "The letter is here. Send it, then record when and how.")
    return redirect("ehcp:letter-detail", pk=letter.pk)


@require_permission(P.CONSULTATION_ANSWER)
@form_page
def consultation_outcome(request, pk):
    case = _case(request, pk)
    form = forms.OutcomeForm(posted(request))
    return _simple(
        request,
        case,
        form,
        lambda data: services.record_outcome(case=case, by=request.user, **data),
        title="What the authority decided",
        submit="Save",
        done="Kept. The case is closed.",
        lead="If the plan names this school, it must admit the child (Children and Families Act 2014, section 43).",
    )


@require_permission(P.CONSULTATION_ANSWER)
@form_page
def consultation_close(request, pk):
    case = _case(request, pk)
    form = ReasonForm(posted(request))
    return _simple(
        request,
        case,
        form,
        lambda data: services.close(case=case, by=request.user, **data),
        title="Close this consultation",
        submit="Close it",
        done="Closed. It is kept.",
    )
