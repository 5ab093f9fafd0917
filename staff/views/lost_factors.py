"""The device of the second step is lost: the person asks after the password, a colleague who leads decides."""

from functools import partial

from allauth.account.internal.decorators import login_stage_required
from allauth.mfa.stages import AuthenticateStage
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from sendco.formkit.page import ConfirmPage, FormPage, form_page, posted

from ..access import require_permission, step_up
from ..forms.people import LostFactorForm
from ..models import LostFactor
from ..permissions import Permission
from ..sign_in import lost_factors
from .people import crumbs


@login_not_required
@login_stage_required(stage=AuthenticateStage.key, redirect_urlname="account_login")
@require_http_methods(["GET", "POST"])
def lost_factor_ask(request):
    """For whoever has just given the right password and has no second step at hand. Anybody else signs in first."""
    user = request._login_stage.login.user
    if request.method == "POST":
        lost_factors.ask(user=user)
        return redirect("staff:lost-factor-ask")
    context = {
        "title": "I have lost my device",
        "lost": LostFactor.objects.open().filter(user=user).first(),
        "deciders": lost_factors.who_decides(user),
    }
    return render(request, "account/lost_factor.html", context)


def _lost_here(request, pk):
    return get_object_or_404(LostFactor.objects.visible_to(request.acting).open().select_related("user"), pk=pk)


@require_permission(Permission.PEOPLE_MANAGE)
@step_up
@form_page
def lost_factor_approve(request, pk):
    lost = _lost_here(request, pk)

    def approve(cleaned):
        checked = dict(form.fields["checked"].choices)[cleaned["checked"]]
        return lost_factors.approve(lost=lost, school=request.acting.school, checked=checked, by=request.user)

    form = LostFactorForm(posted(request))
    page = {
        "title": f"Let {lost.user.name} set up a new second step?",
        "lead": "Speak to them first: somebody else may have their password. Their passkeys, app and recovery codes "
        "stop working and they are signed out everywhere. You both get a mail.",
        "section": "people",
        "crumbs": crumbs(lost.user),
        "submit": "Remove the old second step",
        "cancel": reverse("staff:person-detail", args=[lost.user_id]),
    }
    return FormPage(
        form=form,
        save=approve,
        done=f"{lost.user.name} can sign in with the password now and sets up a new second step.",
        then=reverse("staff:person-detail", args=[lost.user_id]),
        page=page,
    ).respond(request)


@require_permission(Permission.PEOPLE_MANAGE)
@step_up
@form_page
def lost_factor_refuse(request, pk):
    lost = _lost_here(request, pk)
    page = {
        "title": f"Refuse the request of {lost.user.name}?",
        "explanation": "Their second step stays as it is. If it was not they who asked, somebody knows their "
        "password: ask them to change it.",
        "section": "people",
        "crumbs": crumbs(lost.user),
        "submit": "Refuse",
        "cancel": reverse("staff:person-detail", args=[lost.user_id]),
        "danger": True,
    }
    return ConfirmPage(
        act=partial(lost_factors.refuse, lost=lost, school=request.acting.school, by=request.user),
        done=f"Nothing was removed. {lost.user.name} gets a mail.",
        then=reverse("staff:person-detail", args=[lost.user_id]),
        refused_level=messages.ERROR,
        page=page,
    ).respond(request)
