"""Appraisal pages: the list with its completion, the school's schemes, and one adult's year."""

from datetime import date
from functools import partial

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from sendco.clock import academic_year_name
from sendco.formkit.page import ConfirmPage, FormPage, form_page, posted, pressed_once
from sendco.formkit.versions import Versioned
from sendco.refusals import Refused

from ..access import require_permission
from ..models import Appraisal, AppraisalScheme, AppraisalView, Evidence, Objective, SignedStage, StaffMember
from ..permissions import Permission as P
from ..posts.views import crumbs, open_member, page_of, tabs_of
from . import forms, selectors, services
from .stages import begins_mid_year


def appraisal_in_view(request, pk):
    rows = selectors.whole(Appraisal.objects.visible_to(request.acting))
    return get_object_or_404(rows, pk=pk)


def address(appraisal):
    return reverse("staff:appraisal-detail", args=[appraisal.pk])


def _page(request, appraisal, title, *, submit="", **more):
    member = appraisal.member
    trail = [*crumbs(request, member), (f"Appraisal {appraisal.scheme.year_name}", address(appraisal))]
    return page_of(request, member, title, submit=submit, cancel=address(appraisal)) | {"crumbs": trail} | more


def _list_page(title, *, submit="", cancel=""):
    trail = [("Appraisals", reverse("staff:appraisal-list"))]
    return {"title": title, "section": "appraisals", "crumbs": trail, "submit": submit, "cancel": cancel}


# --- The list and the schemes ---
@require_permission(P.STAFF_OWN)
@require_GET
def appraisal_list(request):
    """Everyone's appraisal that this person may know of, in the newest year, with what is signed."""
    acting = request.acting
    years = sorted(set(Appraisal.objects.visible_to(acting).values_list("scheme__starts_in", flat=True)), reverse=True)
    asked = request.GET.get("year", "")
    year = int(asked) if asked in map(str, years) else (years[0] if years else None)
    rows = Appraisal.objects.visible_to(acting).filter(scheme__starts_in=year) if year else Appraisal.objects.none()
    found = selectors.lines(rows)
    context = _list_page("Appraisals") | {
        "crumbs": [],
        "lines": found,
        "year": year,
        "years": [(one, academic_year_name(one)) for one in years],
        "completion": selectors.completion(found) if found else [],
        "today": acting.today,
        "may_set_up": acting.can(P.POST_EDIT),
    }
    return render(request, "staff/appraisal_list.html", context)


@require_permission(P.POST_EDIT)
@require_GET
def scheme_list(request):
    acting = request.acting
    schemes = list(AppraisalScheme.objects.visible_to(acting))
    for scheme in schemes:
        scheme.basis = selectors.basis_words(scheme.staff_group, acting.school.setting_type)
        scheme.waiting = selectors.without_appraisal(acting, scheme).count()
    return render(request, "staff/scheme_list.html", _list_page("Appraisal schemes") | {"schemes": schemes})


@require_permission(P.POST_EDIT)
@form_page
def scheme_add(request):
    return _scheme_page(request, AppraisalScheme(school=request.acting.school), title="Add an appraisal scheme")


@require_permission(P.POST_EDIT)
@form_page
def scheme_edit(request, pk):
    scheme = get_object_or_404(AppraisalScheme.objects.visible_to(request.acting), pk=pk)
    return _scheme_page(request, scheme, title=f"Change {scheme}")


def _scheme_page(request, scheme, *, title):
    back = reverse("staff:scheme-list")
    shown = scheme
    if scheme.pk is not None:
        shown = get_object_or_404(AppraisalScheme.objects.visible_to(request.acting), pk=scheme.pk)
    form = forms.SchemeForm(posted(request), instance=shown)
    stored = AppraisalScheme(school=request.acting.school) if scheme.pk is None else scheme
    return FormPage(
        form=form,
        save=lambda cleaned: services.save_scheme(
            scheme=stored, values=form.values, version=cleaned["version"], by=request.user
        ),
        done=lambda saved: f"Scheme {saved} saved.",
        then=back,
        page=_list_page(title, submit="Save scheme", cancel=back),
    ).respond(request)


@require_permission(P.POST_EDIT)
@form_page
def scheme_begin(request, pk):
    """Begin the appraisals of all adults of this kind of post whom one leads and who have none yet."""
    scheme = get_object_or_404(AppraisalScheme.objects.visible_to(request.acting), pk=pk)
    members = list(selectors.without_appraisal(request.acting, scheme))
    names = ", ".join(member.name for member in members) or "Nobody is left to begin."

    def save(cleaned):
        return services.begin_all(scheme=scheme, members=members, began_on=cleaned["began_on"], by=request.user)

    back = reverse("staff:scheme-list")
    return FormPage(
        form=forms.BeginAllForm(posted(request)),
        save=save,
        done=lambda answer: f"{answer[0]} begun. {answer[1]} left out: no line manager with an account.",
        then=reverse("staff:appraisal-list"),
        page=_list_page(f"Begin appraisals: {scheme}", submit="Begin them", cancel=back) | {"lead": names},
    ).respond(request)


# --- One adult ---
@require_permission(P.STAFF_OWN)
@require_GET
def member_appraisals(request, pk):
    member = open_member(request, pk)
    acting = request.acting
    rows = [selectors.Line(row, selectors.states_of(row)) for row in selectors.appraisals_of(acting, member)]
    leads = StaffMember.objects.led_by(acting).filter(pk=member.pk).exists()
    context = page_of(request, member, f"Appraisal of {member.name}") | tabs_of(request, member, "appraisal")
    context |= {
        "crumbs": crumbs(request),
        "lines": rows,
        "today": acting.today,
        "may_begin": leads and selectors.schemes_for(acting, member).exists(),
        "has_scheme": AppraisalScheme.objects.visible_to(acting).exists(),
    }
    return render(request, "staff/member_appraisals.html", context)


@require_permission(P.STAFF_OWN)
@form_page
def appraisal_begin(request, pk):
    member = get_object_or_404(StaffMember.objects.led_by(request.acting).select_related("school"), pk=pk)
    back = reverse("staff:member-appraisals", args=[member.pk])
    schemes = selectors.schemes_for(request.acting, member)
    return FormPage(
        form=forms.BeginForm(posted(request), acting=request.acting, schemes=schemes),
        save=lambda cleaned: services.begin(member=member, by=request.user, **cleaned),
        done="Appraisal begun.",
        then=address,
        page=page_of(request, member, f"Begin an appraisal of {member.name}", submit="Begin", cancel=back),
    ).respond(request)


@require_permission(P.STAFF_OWN)
@require_GET
def appraisal_detail(request, pk):
    appraisal = appraisal_in_view(request, pk)
    acting = request.acting
    is_subject = appraisal.member.user_id == request.user.pk
    is_appraiser = appraisal.appraiser_id == request.user.pk
    context = _page(request, appraisal, f"Appraisal {appraisal.scheme.year_name}: {appraisal.member.name}") | {
        "crumbs": crumbs(request, appraisal.member),
        "appraisal": appraisal,
        "states": selectors.states_of(appraisal),
        "before": selectors.year_before(acting, appraisal),
        "basis": selectors.basis_words(appraisal.scheme.staff_group, acting.school.setting_type),
        "begins_mid_year": begins_mid_year(appraisal),
        "is_subject": is_subject,
        "is_appraiser": is_appraiser,
        "signs_on_paper": is_appraiser and appraisal.member.user_id is None,
        "may_change_appraiser": services.may_change_appraiser(appraisal, by=request.user),
        "today": acting.today,
    }
    return render(request, "staff/appraisal_detail.html", context)


@require_permission(P.STAFF_OWN)
@require_GET
def appraisal_signed(request, pk):
    """One version of a stage as it read when it was signed."""
    seen = Appraisal.objects.visible_to(request.acting)
    rows = SignedStage.objects.filter(appraisal__in=seen).prefetch_related("signatures__user")
    signed = get_object_or_404(rows.select_related("appraisal__member", "appraisal__scheme"), pk=pk)
    judgements = dict(Objective.Judgement.choices)
    for objective in signed.content["objectives"]:
        objective["judged"] = judgements[objective["judgement"]] if "judgement" in objective else ""
    evidence = [(*said, date.fromisoformat(on), text) for *said, on, text in signed.content.get("evidence", ())]
    title = f"{signed.get_stage_display()}, as signed: version {signed.number}"
    none_set = dict(Appraisal.NoObjectives.choices).get(signed.content["none_set"], "")
    context = _page(request, signed.appraisal, title) | {
        "signed": signed,
        "none_set": none_set,
        "evidence": evidence,
    }
    return render(request, "staff/appraisal_signed.html", context)


@require_permission(P.STAFF_OWN)
@require_POST
@pressed_once
def appraisal_sign(request, pk):
    appraisal = appraisal_in_view(request, pk)
    form = forms.SignForm(request.POST)
    if not form.is_valid():
        raise Http404
    try:
        services.sign(appraisal=appraisal, by=request.user, **form.cleaned_data)
    except Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, "Signed.")
    return redirect(address(appraisal))


@require_permission(P.STAFF_OWN)
@form_page
def appraiser_change(request, pk):
    appraisal = appraisal_in_view(request, pk)
    if not services.may_change_appraiser(appraisal, by=request.user):
        raise Http404
    initial = {"appraiser": appraisal.appraiser_id}
    return FormPage(
        form=forms.AppraiserForm(posted(request), acting=request.acting, member=appraisal.member, initial=initial),
        save=lambda cleaned: services.change_appraiser(appraisal=appraisal, by=request.user, **cleaned),
        done=lambda row: f"{row.appraiser.name} appraises now.",
        then=address(appraisal),
        page=_page(request, appraisal, "Another appraiser", submit="Save appraiser"),
    ).respond(request)


# --- Writing ---
@require_permission(P.STAFF_OWN)
@form_page
def objective_add(request, pk):
    appraisal = appraisal_in_view(request, pk)
    form = forms.ObjectiveForm(posted(request), instance=Objective(appraisal=appraisal))
    return FormPage(
        form=form,
        save=lambda cleaned: services.save_objective(
            appraisal=appraisal, objective=None, values=form.values, version=1, by=request.user
        ),
        done=lambda saved: f"Objective {saved.number} saved.",
        then=address(appraisal),
        page=_page(request, appraisal, "Add an objective", submit="Save objective"),
    ).respond(request)


def _objective_in_view(request, pk):
    seen = Appraisal.objects.visible_to(request.acting)
    rows = Objective.objects.filter(appraisal__in=seen).select_related("appraisal__member", "appraisal__scheme")
    return get_object_or_404(rows, pk=pk)


@require_permission(P.STAFF_OWN)
@form_page
def objective_edit(request, pk):
    objective = _objective_in_view(request, pk)
    form = forms.ObjectiveForm(posted(request), instance=_objective_in_view(request, pk))
    return FormPage(
        form=form,
        save=lambda cleaned: services.save_objective(
            appraisal=objective.appraisal,
            objective=objective,
            values=form.values,
            version=cleaned["version"],
            by=request.user,
        ),
        done=lambda saved: f"Objective {saved.number} saved.",
        then=address(objective.appraisal),
        page=_page(request, objective.appraisal, f"Objective {objective.number}", submit="Save objective"),
    ).respond(request)


@require_permission(P.STAFF_OWN)
@form_page
def objective_remove(request, pk):
    objective = _objective_in_view(request, pk)
    page = _page(request, objective.appraisal, f"Remove objective {objective.number}?", submit="Remove objective")
    return ConfirmPage(
        act=partial(services.remove_objective, objective=objective, by=request.user),
        done="Objective removed.",
        then=address(objective.appraisal),
        page=page | {"explanation": objective.text, "danger": True, "cancel_words": "Keep it"},
    ).respond(request)


@require_permission(P.STAFF_OWN)
@form_page
def evidence_add(request, pk):
    objective = _objective_in_view(request, pk)
    return FormPage(
        form=forms.EvidenceForm(posted(request)),
        save=lambda cleaned: services.add_evidence(objective=objective, by=request.user, **cleaned),
        done="Evidence added.",
        then=address(objective.appraisal),
        page=_page(request, objective.appraisal, f"Evidence for objective {objective.number}", submit="Add evidence")
        | {"lead": objective.text},
    ).respond(request)


@require_permission(P.STAFF_OWN)
@form_page
def evidence_remove(request, pk):
    seen = Appraisal.objects.visible_to(request.acting)
    rows = Evidence.objects.filter(by=request.user, objective__appraisal__in=seen)
    evidence = get_object_or_404(rows.select_related("objective__appraisal__member", "by"), pk=pk)
    appraisal = evidence.objective.appraisal
    page = _page(request, appraisal, "Take this evidence back?", submit="Take it back")
    return ConfirmPage(
        act=partial(services.remove_evidence, evidence=evidence, by=request.user),
        done="Taken back.",
        then=address(appraisal),
        page=page | {"explanation": evidence.text, "danger": True, "cancel_words": "Keep it"},
    ).respond(request)


@require_permission(P.STAFF_OWN)
@form_page
def review_write(request, pk):
    appraisal = appraisal_in_view(request, pk)
    names = ("mid_year_text", "end_year_text")
    initial = {name: getattr(appraisal, name) for name in (*names, "version")}

    def save(cleaned):
        version = cleaned.pop("version")
        return services.write_review(appraisal=appraisal, values=cleaned, version=version, by=request.user)

    return FormPage(
        form=forms.ReviewForm(posted(request), initial=initial),
        save=save,
        done="Review saved.",
        then=address(appraisal),
        page=_page(request, appraisal, "Write the review", submit="Save review"),
        versioned=Versioned(values=lambda row: {name: getattr(row, name) for name in names}),
    ).respond(request)


@require_permission(P.STAFF_OWN)
@form_page
def comment_write(request, pk):
    appraisal = appraisal_in_view(request, pk)
    names = ("mid_year_comment", "end_year_comment")
    initial = {name: getattr(appraisal, name) for name in (*names, "version")}

    def save(cleaned):
        version = cleaned.pop("version")
        return services.write_comment(appraisal=appraisal, values=cleaned, version=version, by=request.user)

    return FormPage(
        form=forms.CommentForm(posted(request), initial=initial),
        save=save,
        done="Comment saved.",
        then=address(appraisal),
        page=_page(request, appraisal, "Your comment", submit="Save comment"),
        versioned=Versioned(values=lambda row: {name: getattr(row, name) for name in names}),
    ).respond(request)


@require_permission(P.STAFF_OWN)
@form_page
def none_set(request, pk):
    appraisal = appraisal_in_view(request, pk)
    return FormPage(
        form=forms.NoneSetForm(posted(request)),
        save=lambda cleaned: services.say_none_set(appraisal=appraisal, by=request.user, **cleaned),
        done="Kept: no objectives were set.",
        then=address(appraisal),
        page=_page(request, appraisal, "No objectives were set", submit="Keep this"),
    ).respond(request)


# --- Three lines of a colleague ---
@require_permission(P.STAFF_OWN)
@form_page
def view_ask(request, pk):
    appraisal = appraisal_in_view(request, pk)
    return FormPage(
        form=forms.AskViewForm(posted(request), acting=request.acting),
        save=lambda cleaned: services.ask_view(appraisal=appraisal, by=request.user, **cleaned),
        done=lambda view: f"{view.asked_of.name} is asked for three lines.",
        then=address(appraisal),
        page=_page(request, appraisal, "Ask somebody who directs the adult", submit="Ask"),
    ).respond(request)


@require_permission(P.STAFF_OWN)
@form_page
def view_withdraw(request, pk):
    seen = Appraisal.objects.visible_to(request.acting).filter(appraiser=request.user)
    rows = AppraisalView.objects.filter(appraisal__in=seen)
    view = get_object_or_404(rows.select_related("appraisal__member", "appraisal__scheme", "asked_of"), pk=pk)
    page = _page(request, view.appraisal, f"No longer ask {view.asked_of.name}?", submit="No longer ask")
    return ConfirmPage(
        act=partial(services.withdraw_view, view=view, by=request.user),
        done="No longer asked.",
        then=address(view.appraisal),
        page=page | {"explanation": "It goes from what they have to do.", "cancel_words": "Keep asking"},
    ).respond(request)


@require_permission(P.STAFF_OWN)
@form_page
def view_answer(request, pk):
    rows = AppraisalView.objects.filter(appraisal__school=request.acting.school, asked_of=request.user)
    view = get_object_or_404(rows.select_related("appraisal__member"), pk=pk)
    page = {
        "title": f"Three lines about the work of {view.appraisal.member.name}",
        "section": "home",
        "submit": "Send",
        "cancel": reverse("home"),
    }
    return FormPage(
        form=forms.ViewForm(posted(request), initial={"text": view.text}),
        save=lambda cleaned: services.answer_view(view=view, by=request.user, **cleaned),
        done="Sent. Thank you.",
        then=reverse("home"),
        page=page,
    ).respond(request)
