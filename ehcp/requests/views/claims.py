"""What belongs to a request: the advice of reg 6(1), and the exceptions that somebody claims."""

from functools import partial

from django.contrib import messages
from django.db import transaction
from django.shortcuts import get_object_or_404

from pupils.models import Document
from pupils.record.services.documents import add_document
from pupils.views.form_pages import tab_title
from sendco.clock import long_date
from sendco.formkit.page import ConfirmPage, form_page, posted
from sendco.limits.services import check_limit
from staff.access import require_permission
from staff.permissions import Permission as P

from ...deadlines import exemptions
from ...models import Advice, Exemption, NeedsAssessment
from .. import forms
from ..services import assessments as services
from .assessments import AN_ACTION, case_address, case_form, case_in_view, request_page


# --- Advice ------------------------------------------------------------------------------------------------------
def _advice(request, pk):
    own = Advice.objects.filter(assessment__in=NeedsAssessment.objects.visible_to(request.acting))
    return get_object_or_404(own.select_related("assessment__pupil", "assessment__school", "document"), pk=pk)


@require_permission(P.CASE_EDIT)
@form_page
def advice_edit(request, pk):
    row = _advice(request, pk)
    case = case_in_view(request, row.assessment_id)
    initial = {name: getattr(row, name) for name in ("who", "asked_on", "received_on", "words", "document")}
    form = forms.AdviceForm(
        posted(request), request.FILES or None, acting=request.acting, pupil=case.pupil, initial=initial
    )

    if request.FILES:
        check_limit("upload", request.user.pk)

    def save(cleaned):
        return _save_advice(request, row, case, dict(cleaned))

    return case_form(
        request,
        form,
        save,
        case=case,
        done="Saved.",
        title=row.get_kind_display(),
        submit="Save",
        lead="Advice covers needs, provision and outcomes. What was written before for another purpose will do where "
        "everybody is satisfied with it (reg 6(4)).",
    )


@transaction.atomic
def _save_advice(request, row, case, values):
    upload = values.pop("upload")
    if upload:
        values["document"] = add_document(
            pupil=case.pupil,
            upload=upload,
            title=f"Advice: {row.get_kind_display()[4:]}"[:150],
            kind=Document.Kind.REPORT,
            dated_on=values["received_on"],
            author=values["who"],
            by=request.user,
        )
    return services.save_advice(advice=row, by=request.user, **values)


@require_permission(P.CASE_EDIT)
@form_page
def advice_add(request, pk):
    case = case_in_view(request, pk)
    form = forms.AdviceAddForm(posted(request))

    def add(cleaned):
        return services.add_advice(case=case, by=request.user, **cleaned)

    return case_form(
        request,
        form,
        add,
        case=case,
        done="Added to the list.",
        title="Somebody else who advises",
        submit="Add to the list",
        lead="Anybody the authority thinks fit, and anybody the parent reasonably asks for (reg 6(1)(f) to (h)).",
    )


# --- Exceptions --------------------------------------------------------------------------------------------------
COLUMNS = {
    Exemption.Step.DECISION: "Decision",
    Exemption.Step.ADVICE: "Advice",
    Exemption.Step.NO_PLAN: "No plan",
    Exemption.Step.FINAL: "Final plan",
    Exemption.Step.AFTER_ORDER: "After an order",
}


def conditions(case):
    """What the law knows as an exception, as a table: [(ground, [(time limit, regulation or "")])]."""
    table = exemptions.AGAIN if case.kind == NeedsAssessment.Kind.AGAIN else exemptions.FIRST
    steps = list(Exemption.Step)
    return list(COLUMNS.values()), [
        (ground.label, [(COLUMNS[step], table[step].get(ground, "")) for step in steps]) for ground in Exemption.Ground
    ]


@require_permission(P.CASE_EDIT)
@form_page
def exemption_add(request, pk):
    case = case_in_view(request, pk)
    initial = {"version": case.version, "advice_asked_on": case.advice_asked_on}
    form = forms.ExemptionForm(posted(request), initial=initial)

    def claim(cleaned):
        return services.claim_exemption(case=case, by=request.user, **cleaned)

    def said(answer):
        _, allowed = answer
        say = messages.success if allowed.ok else messages.warning
        known = "The law knows this exception" if allowed.ok else "Kept as claimed, but it does not hold"
        say(request, f"{known}. {allowed.words}")
        return case_address(case)

    steps, grounds = conditions(case)
    return case_form(
        request,
        form,
        claim,
        case=case,
        then=said,
        title="An exception is claimed",
        submit="Keep the claim",
        lead="An exception lifts a time limit. It moves no date, and nothing pauses.",
        template="ehcp/assessment_exemption.html",
        steps=steps,
        grounds=grounds,
        versioned=AN_ACTION,
    )


@require_permission(P.CASE_EDIT)
@form_page
def exemption_withdraw(request, pk):
    own = Exemption.objects.filter(assessment__in=NeedsAssessment.objects.visible_to(request.acting))
    claim = get_object_or_404(own.select_related("assessment"), pk=pk)
    case = case_in_view(request, claim.assessment_id)
    page = request_page(case, "Withdraw the claim") | {
        "tab_title": tab_title("Withdraw the claim"),
        "explanation": f"{claim.get_ground_display()}, claimed on {long_date(claim.claimed_on)}. The claim stays in "
        "the history; the time limit counts again as if it had not been made.",
        "submit": "Withdraw it",
        "cancel": case_address(case),
    }
    return ConfirmPage(
        act=partial(services.withdraw_exemption, claim=claim, by=request.user),
        done="The claim is withdrawn. The time limit counts again.",
        then=case_address(case),
        page=page,
    ).respond(request)
