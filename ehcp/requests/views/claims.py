"""What belongs to a request: the advice of reg 6(1), and the exceptions that somebody claims."""

from django.contrib import messages
from django.db import transaction
from django.shortcuts import get_object_or_404, redirect, render

from pupils.models import Document
from pupils.record.services.documents import add_document
from pupils.views.form_pages import attempt, posted, tab_title
from sendco.clock import long_date
from sendco.files.kinds import FileRefused
from sendco.limits.services import check_limit
from sendco.refusals import ChangedMeanwhile, Refused
from staff.access import require_permission
from staff.permissions import Permission as P

from ...deadlines import exemptions
from ...models import Advice, Exemption, NeedsAssessment
from .. import forms
from ..services import assessments as services
from .assessments import case_address, case_in_view, done, draw, form_page, request_page, stale


# --- Advice ------------------------------------------------------------------------------------------------------
def _advice(request, pk):
    own = Advice.objects.filter(assessment__in=NeedsAssessment.objects.visible_to(request.acting))
    return get_object_or_404(own.select_related("assessment__pupil", "assessment__school", "document"), pk=pk)


@require_permission(P.CASE_EDIT)
@form_page
def advice_edit(request, pk):
    row = _advice(request, pk)
    case = case_in_view(request, row.assessment_id)
    initial = {name: getattr(row, name) for name in ("who", "asked_on", "received_on", "document")}
    form = forms.AdviceForm(
        posted(request), request.FILES or None, acting=request.acting, pupil=case.pupil, initial=initial
    )

    def save(cleaned):
        return _save_advice(request, row, case, dict(cleaned))

    try:
        saved = attempt(form, save) if request.method == "POST" else None
    except FileRefused as refusal:
        form.add_error("upload", str(refusal))
        saved = None
    if saved:
        return done(request, "Saved.", case)
    return draw(
        request,
        form,
        case=case,
        title=row.get_kind_display(),
        submit="Save",
        lead="Advice covers needs, provision and outcomes. What was written before for another purpose will do where "
        "everybody is satisfied with it (reg 6(4)).",
    )


@transaction.atomic
def _save_advice(request, row, case, values):
    upload = values.pop("upload")
    if upload:
        check_limit("upload", request.user.pk)
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

    if request.method == "POST" and attempt(form, add):
        return done(request, "Added to the list.", case)
    lead = "Anybody the authority thinks fit, and anybody the parent reasonably asks for (reg 6(1)(f) to (h))."
    return draw(request, form, case=case, title="Somebody else who advises", submit="Add to the list", lead=lead)


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

    try:
        answer = attempt(form, claim) if request.method == "POST" else None
    except ChangedMeanwhile as meanwhile:
        stale(form, meanwhile.theirs)
        answer = None
    if answer:
        _, allowed = answer
        say = messages.success if allowed.ok else messages.warning
        known = "The law knows this exception" if allowed.ok else "Kept as claimed, but it does not hold"
        say(request, f"{known}. {allowed.words}")
        return redirect(case_address(case))
    steps, grounds = conditions(case)
    return draw(
        request,
        form,
        case=case,
        title="An exception is claimed",
        submit="Keep the claim",
        lead="An exception lifts a time limit. It moves no date, and nothing pauses.",
        template="ehcp/assessment_exemption.html",
        steps=steps,
        grounds=grounds,
    )


@require_permission(P.CASE_EDIT)
@form_page
def exemption_withdraw(request, pk):
    own = Exemption.objects.filter(assessment__in=NeedsAssessment.objects.visible_to(request.acting))
    claim = get_object_or_404(own.select_related("assessment"), pk=pk)
    case = case_in_view(request, claim.assessment_id)
    if request.method == "POST":
        try:
            services.withdraw_exemption(claim=claim, by=request.user)
        except Refused as refusal:
            messages.warning(request, str(refusal))
            return redirect(case_address(case))
        return done(request, "The claim is withdrawn. The time limit counts again.", case)
    context = request_page(case, "Withdraw the claim") | {
        "tab_title": tab_title("Withdraw the claim"),
        "explanation": f"{claim.get_ground_display()}, claimed on {long_date(claim.claimed_on)}. The claim stays in "
        "the history; the time limit counts again as if it had not been made.",
        "submit": "Withdraw it",
        "cancel": case_address(case),
    }
    return render(request, "components/confirm_page.html", context)
