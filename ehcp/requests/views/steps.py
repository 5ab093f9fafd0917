"""The steps of a request, one form each: what happened, on which day."""

import copy
from dataclasses import dataclass

from django.http import Http404
from django.shortcuts import render

from sendco.formkit.page import form_page, posted
from staff.access import require_permission
from staff.permissions import Permission as P

from ...models import NeedsAssessment
from .. import forms, selectors
from ..services import assessments as services
from .assessments import case_form, case_in_view


@dataclass(frozen=True)
class StepPage:
    form: type
    service: str
    title: str
    lead: str
    done: str
    template: str = "pupils/record_form.html"


STEPS = {
    "sent": StepPage(
        forms.SentForm,
        "record_sent",
        "The request has gone",
        "The six weeks run from the day the authority receives it, not from a panel's day.",
        "Saved.",
        "ehcp/assessment_sent.html",
    ),
    "received": StepPage(
        forms.ReceivedForm,
        "record_received",
        "When the authority received it",
        "Week 0. Every date of the law counts from this day.",
        "Saved. Each date is worked out below.",
    ),
    "decision": StepPage(
        forms.DecisionForm,
        "record_decision",
        "The authority's decision",
        "Due six weeks after it received the request (reg 5(1)); for a re-assessment after 15 days.",
        "The decision is saved.",
    ),
    "advice-asked": StepPage(
        forms.AdviceAskedForm,
        "record_advice_asked",
        "The school is asked for its advice",
        "You have six weeks from this day, in the holidays too (reg 8(1)).",
        "Saved. Your six weeks run.",
    ),
    "advice-sent": StepPage(
        forms.AdviceSentForm,
        "record_advice_sent",
        "The school's advice has gone",
        "It covers needs, provision and outcomes (reg 6(1)(b)).",
        "Saved.",
    ),
    "no-plan": StepPage(
        forms.NoPlanForm,
        "record_no_plan",
        "The authority will not make a plan",
        "Due 16 weeks after the request (reg 10(1)). The parent may appeal.",
        "Saved. The next step is the appeal log.",
    ),
    "draft": StepPage(
        forms.DraftForm,
        "record_draft",
        "The draft plan came",
        "At least 15 days for the parent's words, beginning with the day it was served (reg 13(1)(a)).",
        "Saved. The parent's 15 days run.",
    ),
    "words": StepPage(
        forms.WordsForm,
        "record_representations",
        "The parent answered the draft",
        "Their words on the content, and the school they ask for.",
        "Saved.",
    ),
    "final": StepPage(
        forms.FinalForm,
        "record_final",
        "The final plan came",
        "Due 20 weeks after the request (reg 13(2)). It ends this request. The register shows E once the plan is "
        "recorded.",
        "The request is done.",
    ),
    "reversal": StepPage(
        forms.ReversalForm,
        "record_reversal",
        "The refusal fell",
        "After an order, an agreement in mediation, or when the authority will not oppose, new dates of law take the "
        "place of the old. After its own change of mind the law gives no new dates; the Ombudsman counts from then.",
        "Saved. The dates follow.",
    ),
}


@require_permission(P.CASE_EDIT)
@form_page
def assessment_step(request, pk, step):
    page = STEPS.get(step)
    case = case_in_view(request, pk)
    if page is None:
        raise Http404
    if page.form is forms.SentForm and request.htmx and request.method == "GET":
        return _receipt(request)
    form = page.form(posted(request), instance=copy.copy(case), initial=_given(request))

    def save(cleaned):
        service = getattr(services, page.service)
        return service(case=case, version=cleaned["version"], by=request.user, **form.facts())

    def said(saved):
        receipt = selectors.receipt_words(saved) if step == "sent" else ""
        return f"{page.done} {receipt}".strip()

    return case_form(
        request, form, save, case=case, done=said, title=page.title, submit="Save", lead=page.lead,
        template=page.template,
    )  # fmt: skip


def _given(request):
    """What another page knows already: how a refusal fell, from the log of its appeal."""
    names = ("reversal", "reversed_to", "reversed_on", "reversal_agreed_by")
    return {name: request.GET[name][:20] for name in names if request.GET.get(name)}


def _receipt(request):
    """The words under the form, while it is filled in: on which day this would count as received."""
    data = {name: request.GET.get(name, "") for name in ("sent_at", "method", "received_on")}
    form = forms.SentForm(data | {"version": "0"}, instance=NeedsAssessment())
    form.is_valid()
    sent_at, method = form.cleaned_data.get("sent_at"), form.cleaned_data.get("method")
    receipt = ""
    if sent_at and method:
        receipt = selectors.why_received(sent_at, method, form.cleaned_data.get("received_on"))
    return render(request, "ehcp/assessment_receipt.html", {"words": receipt})
