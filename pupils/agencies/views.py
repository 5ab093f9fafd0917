"""Agencies and referrals: the directory, the time bought, who waits where, what was advised and what came of it."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from sendco.audit import services as audit
from sendco.formkit.page import ConfirmPage, FormPage, form_page, posted, pressed_once
from sendco.formkit.versions import Versioned
from staff.access import require_permission
from staff.permissions import Permission as P

from ..models import Agency, BoughtTime, Document, Pupil, Recommendation, Referral, SupportPlan, Visit
from ..views.form_pages import pupil_crumbs, tab_title
from . import forms, jobs, selectors, services

READS = (P.NARRATIVE_VIEW,)
LEADS = (P.SUPPORT_LEAD,)
PER_PAGE = 50
LIST = ("Agencies", reverse_lazy("pupils:agency-list"))
TABS = (
    ("open", "Open"),
    ("waiting", "Waiting to be seen"),
    ("unsent", "Not sent"),
    ("report", "Report awaited"),
    ("advice", "Advice to decide on"),
    ("ended", "Ended"),
)


def _agency(request, pk):
    return get_object_or_404(Agency.objects.visible_to(request.acting).select_related("school"), pk=pk)


def _of_agency(request, model, pk):
    return get_object_or_404(model.objects.visible_to(request.acting).select_related("agency__school"), pk=pk)


def _agency_address(agency):
    return reverse("pupils:agency-detail", args=[agency.pk])


def _agency_page(title, agency=None, **more):
    crumbs = [LIST] + ([(agency.name, _agency_address(agency))] if agency else [])
    cancel = _agency_address(agency) if agency else LIST[1]
    return {"title": title, "section": "agencies", "crumbs": crumbs, "cancel": cancel} | more


# --- The directory -----------------------------------------------------------------------------------------------
@require_permission(*READS)
@require_GET
def agency_list(request):
    """The directory, or the referrals of one state."""
    acting, today = request.acting, timezone.localdate()
    which = request.GET.get("show")
    context = {
        "title": "Agencies",
        "section": "agencies",
        "today": today,
        "shown": which if which in dict(TABS) else "",
        "tabs": TABS,
        "counts": selectors.counts(acting),
        "may_lead": acting.can(*LEADS),
        "long_wait": selectors.LONG_WAIT,
    }
    if context["shown"]:
        page = Paginator(selectors.shown(acting, which), PER_PAGE).get_page(request.GET.get("page"))
        context |= {"page": page, "referrals": _with_states(page.object_list, today)}
    else:
        context["rows"] = selectors.directory(acting, today)
    return render(request, "pupils/agency_list.html", context)


def _with_states(referrals, today):
    """[(referral, (state, words), days waited)]."""
    return [(one, selectors.state_of(one, today), one.waits(today)) for one in referrals]


@require_permission(*READS)
@require_GET
def agency_detail(request, pk):
    agency = _agency(request, pk)
    acting, today = request.acting, timezone.localdate()
    seen = selectors.referrals_in_view(acting).filter(agency=agency)
    context = _agency_page(agency.name) | {
        "agency": agency,
        "times": selectors.times_of([agency], today),
        "referrals": _with_states(seen.order_by("ended_on", "sent_on", "pk")[:100], today),
        "visits": selectors.visits_of(agency)[:60],
        # A visit to a child whom this person does not see is time used, and no name.
        "seen": set(seen.values_list("pk", flat=True)),
        "may_lead": acting.can(*LEADS),
        "today": today,
    }
    return render(request, "pupils/agency_detail.html", context)


@require_permission(*LEADS)
@form_page
def agency_add(request):
    agency = Agency(school=request.acting.school)
    return _agency_form(request, agency, _agency_page("Add an agency", submit="Add it"))


@require_permission(*LEADS)
@form_page
def agency_edit(request, pk):
    agency = _agency(request, pk)
    return _agency_form(request, agency, _agency_page("Change the agency", agency, submit="Save"))


def _agency_form(request, agency, page):
    form = forms.AgencyForm(posted(request), instance=agency)
    return FormPage(
        form=form,
        save=lambda cleaned: services.save_agency(
            agency=agency, values=form.values, version=cleaned["version"], by=request.user
        ),
        done="Kept.",
        then=_agency_address,
        page=page,
    ).respond(request)


@require_permission(*LEADS)
@form_page
def agency_end(request, pk):
    """Take it out of use, or use it again."""
    agency = _agency(request, pk)
    again = agency.ended_on is not None
    act = services.use_again if again else services.end_agency
    words = "Use this agency again" if again else "No longer use this agency"
    page = _agency_page(
        words,
        agency,
        submit=words,
        danger=not again,
        explanation="It can be chosen for new referrals again."
        if again
        else "It is not offered for new referrals any more. What was asked of it and what it did stays.",
    )
    return ConfirmPage(
        act=lambda: act(agency=agency, by=request.user),
        done="Kept.",
        then=_agency_address(agency),
        refused_to=_agency_address(agency),
        page=page,
    ).respond(request)


# --- Time bought and given ---------------------------------------------------------------------------------------
@require_permission(*LEADS)
@form_page
def bought_add(request, pk):
    agency = _agency(request, pk)
    return _bought(request, BoughtTime(agency=agency), "Time bought")


@require_permission(*LEADS)
@form_page
def bought_edit(request, pk):
    return _bought(request, _of_agency(request, BoughtTime, pk), "Change the time bought")


def _bought(request, bought, title):
    agency, form = bought.agency, forms.BoughtForm(posted(request), instance=bought)
    return FormPage(
        form=form,
        save=lambda cleaned: services.save_bought(
            bought=bought, values=form.values, version=cleaned["version"], by=request.user
        ),
        done="Kept.",
        then=_agency_address(agency),
        page=_agency_page(title, agency, submit="Keep it"),
        versioned=Versioned(values=form.values_of),
    ).respond(request)


@require_permission(*LEADS)
@form_page
def visit_add(request, pk):
    agency = _agency(request, pk)
    initial = {"visited_on": timezone.localdate(), "referral": request.GET.get("referral", ""), "version": 1}
    return _visit(request, Visit(agency=agency), "Note a visit", initial)


@require_permission(*LEADS)
@form_page
def visit_edit(request, pk):
    visit = _of_agency(request, Visit, pk)
    names = ("visited_on", "kind", "minutes", "referral", "person", "notes", "version")
    return _visit(request, visit, "Change the visit", {name: getattr(visit, name) for name in names})


def _visit(request, visit, title, initial):
    agency = visit.agency
    referrals = selectors.referrals_in_view(request.acting).filter(agency=agency, sent_on__isnull=False)
    form = forms.VisitForm(posted(request), school=agency.school, referrals=referrals, initial=initial)
    return FormPage(
        form=form,
        save=lambda cleaned: services.save_visit(
            visit=visit, values=form.values, version=cleaned["version"], by=request.user
        ),
        done="Kept.",
        then=_agency_address(agency),
        page=_agency_page(title, agency, submit="Keep it"),
        leaves=("words_checked",),
    ).respond(request)


def _remove(request, row, what, back, page):
    return ConfirmPage(
        act=lambda: services.remove(row=row, by=request.user),
        done="Taken out.",
        then=back,
        page=page
        | {
            "submit": "Take it out",
            "danger": True,
            "explanation": f"{what} counts no more. It stays in the history.",
        },
    ).respond(request)


@require_permission(*LEADS)
@form_page
def bought_remove(request, pk):
    bought = _of_agency(request, BoughtTime, pk)
    page = _agency_page("Take out the time bought", bought.agency)
    return _remove(request, bought, "This time", _agency_address(bought.agency), page)


@require_permission(*LEADS)
@form_page
def visit_remove(request, pk):
    visit = _of_agency(request, Visit, pk)
    page = _agency_page("Take out the visit", visit.agency)
    seen = visit.referral is not None and visit.referral.seen_on == visit.visited_on
    what = "This visit, and with it the day on which the child was first seen," if seen else "This visit"
    return _remove(request, visit, what, _agency_address(visit.agency), page)


# --- Referrals ---------------------------------------------------------------------------------------------------
def _referral(request, pk):
    return get_object_or_404(selectors.referrals_in_view(request.acting), pk=pk)


def referral_address(referral):
    return reverse("pupils:referral-detail", args=[referral.pk])


def _page(title, referral, *, submit="", **more):
    back = referral_address(referral)
    return {
        "title": title, "tab_title": tab_title(submit or "Referral"), "section": "agencies", "pupil": referral.pupil,
        "crumbs": [*pupil_crumbs(referral.pupil), (referral.agency.name, back)], "submit": submit, "cancel": back,
    } | more  # fmt: skip


def _but_version(cleaned):
    # A copy: the form's own is still read where somebody was quicker.
    return {name: value for name, value in cleaned.items() if name != "version"}


def _step(request, referral, form, save, title, submit, *, done="Kept.", **more):
    """A form that does one thing to a referral and goes back to it. It is of the version that it was opened with."""
    form.initial["version"] = referral.version
    return FormPage(
        form=form,
        save=save,
        done=done,
        then=referral_address(referral),
        page=_page(title, referral, submit=submit, **more),
        versioned=Versioned(values=form.values_of),
    ).respond(request)


@require_permission(*LEADS)
@form_page
def referral_add(request, pk):
    pupils = Pupil.objects.visible_to(request.acting).select_related("school", "form_group")
    pupil = get_object_or_404(pupils, pk=pk)
    agencies = Agency.objects.visible_to(request.acting).filter(ended_on=None)
    if not agencies:
        messages.info(request, "No agency is in the directory yet. Add the first one, then refer the child.")
        return redirect("pupils:agency-add")
    initial = {"lead": request.user.pk, "basis": Referral.Basis.CONSENT, "version": 1}
    form = forms.ReferralForm(posted(request), school=pupil.school, agencies=agencies, initial=initial)
    back = reverse("pupil-detail", args=[pupil.pk]) + "?tab=meetings"
    return FormPage(
        form=form,
        save=lambda cleaned: services.save_referral(
            referral=Referral(pupil=pupil), values=form.values, version=1, by=request.user
        ),
        done="The referral is written. It goes when consent is noted.",
        then=referral_address,
        page={
            "title": f"Refer {pupil.name} to an agency", "tab_title": tab_title("Refer to an agency"),
            "section": "agencies", "crumbs": pupil_crumbs(pupil), "pupil": pupil, "submit": "Write the referral",
            "cancel": back,
        },
        draft=f"referral-{pupil.pk}",
        leaves=("words_checked",),
    ).respond(request)  # fmt: skip


@require_permission(*LEADS)
@form_page
def referral_edit(request, pk):
    referral = _referral(request, pk)
    agencies = Agency.objects.visible_to(request.acting)
    names = ("agency", "reason", "asks", "lead", "basis", "basis_note", "version")
    initial = {name: getattr(referral, name) for name in names}
    form = forms.ReferralForm(posted(request), school=referral.pupil.school, agencies=agencies, initial=initial)
    return FormPage(
        form=form,
        save=lambda cleaned: services.save_referral(
            referral=referral, values=form.values, version=cleaned["version"], by=request.user
        ),
        done="Kept.",
        then=referral_address,
        page=_page("Change the referral", referral, submit="Save"),
        draft=f"referral-edit-{referral.pk}",
        leaves=("words_checked",),
    ).respond(request)


@require_permission(*READS)
@require_GET
def referral_detail(request, pk):
    referral = _referral(request, pk)
    acting, today = request.acting, timezone.localdate()
    audit.record_read(
        school_id=referral.pupil.school_id, pupil_id=referral.pupil_id, by=request.user, what="referral"
    )  # fmt: skip
    context = _page(f"{referral.agency.name}: {referral.pupil.name}", referral) | {
        "referral": referral,
        "state": selectors.state_of(referral, today),
        "waits": referral.waits(today),
        "advice": referral.recommendations.all(),
        "plans": set(SupportPlan.objects.visible_to(acting).filter(pupil=referral.pupil).values_list("pk", flat=True)),
        "visits": Visit.objects.visible_to(acting).filter(referral=referral),
        "may_lead": acting.can(*LEADS),
        "may_name": acting.can(P.CONTACT_VIEW),
        "long_wait": selectors.LONG_WAIT,
    }
    return render(request, "pupils/referral_detail.html", context)


@require_permission(*LEADS)
@form_page
def referral_consent(request, pk):
    referral = _referral(request, pk)
    names = ("consent_from", "consent_name", "consent_on", "consent_how")
    initial = {name: getattr(referral, name) for name in names}
    if referral.consent_withdrawn_on or not referral.consent_on:
        initial |= {"consent_on": timezone.localdate()}
    form = forms.ConsentForm(
        posted(request), pupil=referral.pupil, named=request.acting.can(P.CONTACT_VIEW), initial=initial
    )
    return _step(
        request,
        referral,
        form,
        lambda cleaned: services.note_consent(
            referral=referral, version=cleaned["version"], values=_but_version(cleaned), by=request.user
        ),
        "Consent",
        "Note the consent",
    )


@require_permission(*LEADS)
@form_page
def referral_withdraw(request, pk):
    referral = _referral(request, pk)
    form = forms.WithdrawForm(posted(request), initial={"on": timezone.localdate()})
    return _step(
        request,
        referral,
        form,
        lambda cleaned: services.withdraw_consent(referral=referral, by=request.user, **cleaned),
        "Consent withdrawn",
        "Note that it was withdrawn",
        lead="What was done until then was lawful and stays. Nothing more is sent, and you decide what happens next.",
    )


@require_permission(*LEADS)
@form_page
def referral_send(request, pk):
    referral = _referral(request, pk)
    kept = {"sent_on": referral.sent_on, "ask_again_on": referral.ask_again_on} if referral.sent_on else {}
    form = forms.SendForm(posted(request), agency=referral.agency, initial=kept)
    return _step(
        request,
        referral,
        form,
        lambda cleaned: services.send(referral=referral, by=request.user, **cleaned),
        "Sent to the agency",
        "Record as sent",
        done="Recorded. You are reminded on the day on which to ask again.",
    )


@require_permission(*LEADS)
@form_page
def referral_seen(request, pk):
    referral = _referral(request, pk)
    names = ("seen_on", "ask_again_on", "report_due_on")
    form = forms.SeenForm(posted(request), initial={name: getattr(referral, name) for name in names})
    return _step(
        request,
        referral,
        form,
        lambda cleaned: services.note_seen(
            referral=referral, version=cleaned["version"], values=_but_version(cleaned), by=request.user
        ),
        "Seen, or still waiting",
        "Save",
    )


@require_permission(*LEADS)
@form_page
def referral_report(request, pk):
    referral = _referral(request, pk)
    documents = Document.objects.filter(pupil=referral.pupil, removed_on=None)
    initial = {
        "report_on": referral.report_on or timezone.localdate(), "report": referral.report_id,
        "has_no_advice": referral.has_no_advice, "version": referral.version,
    }  # fmt: skip
    form = forms.ReportForm(posted(request), documents=documents, initial=initial)
    form.fields["advice"].required = False
    return FormPage(
        form=form,
        save=lambda cleaned: services.note_report(referral=referral, by=request.user, **cleaned),
        done="Kept. Each recommendation waits to be decided on.",
        then=referral_address(referral),
        page=_page("Report received", referral, submit="Keep it"),
        draft=f"referral-report-{referral.pk}",
        versioned=Versioned(values=form.values_of),
    ).respond(request)


def _take_back(request, pk, act, title, explanation):
    referral = _referral(request, pk)
    return ConfirmPage(
        act=lambda: act(referral=referral, by=request.user),
        done="Taken back. What was noted before stays in the history.",
        then=referral_address(referral),
        refused_to=referral_address(referral),
        page=_page(title, referral, submit=title, explanation=explanation, danger=True),
    ).respond(request)


@require_permission(*LEADS)
@form_page
def referral_not_sent(request, pk):
    words = "The day on which it was sent is taken back, and the referral waits to be sent."
    return _take_back(request, pk, services.not_sent, "It was not sent", words)


@require_permission(*LEADS)
@form_page
def referral_no_report(request, pk):
    words = (
        "The day of the report is taken back; first seen is then the day of the first visit, if any. A report that was "
        "filed stays among the child's documents."
    )
    return _take_back(request, pk, services.no_report, "No report was received", words)


@require_permission(*LEADS)
@form_page
def advice_add(request, pk):
    referral = _referral(request, pk)
    return _step(
        request,
        referral,
        forms.AdviceForm(posted(request)),
        lambda cleaned: services.add_advice(referral=referral, advice=cleaned["advice"], by=request.user),
        "Add recommendations",
        "Add them",
    )


def _advice(request, pk):
    rows = Recommendation.objects.visible_to(request.acting)
    return get_object_or_404(rows.select_related("referral__pupil__school", "referral__agency", "strategy"), pk=pk)


@require_permission(*LEADS)
@form_page
def advice_decide(request, pk):
    advice = _advice(request, pk)
    referral = advice.referral
    plans = SupportPlan.objects.visible_to(request.acting).filter(pupil=referral.pupil, closed_on=None)
    if advice.standing:
        plans = plans.none()
    initial = {name: getattr(advice, name) for name in ("text", "decision", "why", "version")}
    # What a family was not asked about goes into a plan that they see only where somebody chooses so.
    on_consent = referral.basis == Referral.Basis.CONSENT
    if on_consent and not advice.standing and (first := plans.order_by("kind__place", "pk").first()):
        initial["goes_to"] = forms.whole_plan(first)
    form = forms.DecideForm(posted(request), plans=plans.select_related("kind"), initial=initial)

    def decide(cleaned):
        plan, target = form.place
        return services.decide(
            recommendation=advice, values=form.values, plan=plan, target=target, version=cleaned["version"],
            by=request.user,
        )  # fmt: skip

    return FormPage(
        form=form,
        save=decide,
        done="Kept.",
        then=referral_address(referral),
        page=_page("Decide on a recommendation", referral, submit="Keep the decision"),
    ).respond(request)  # fmt: skip


@require_permission(*LEADS)
@form_page
def advice_remove(request, pk):
    advice = _advice(request, pk)
    page = _page("Take out a recommendation", advice.referral)
    return _remove(request, advice, "This recommendation", referral_address(advice.referral), page)


@require_permission(*LEADS)
@form_page
def referral_end(request, pk):
    referral = _referral(request, pk)
    form = forms.EndForm(posted(request), initial={"ended_on": timezone.localdate()})
    return _step(
        request,
        referral,
        form,
        lambda cleaned: services.end(referral=referral, by=request.user, **cleaned),
        "End the referral",
        "End it",
    )


@require_permission(*LEADS)
@form_page
def referral_reopen(request, pk):
    referral = _referral(request, pk)
    return ConfirmPage(
        act=lambda: services.reopen(referral=referral, by=request.user),
        done="It is open again.",
        then=referral_address(referral),
        refused_to=referral_address(referral),
        page=_page(
            "Open the referral again", referral, submit="Open it again", explanation="It stands as it did before."
        ),
    ).respond(request)


@require_permission(*READS)
@require_POST
@pressed_once
def referral_pdf(request, pk):
    return redirect("job-detail", pk=jobs.start(_referral(request, pk), acting=request.acting).pk)
