from allauth.account.internal.stagekit import get_pending_stage
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.forms import BaseForm
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from sendco.formkit.page import REFUSED

from .acting import Acting, acting_for
from .sign_in.invitations import kept

# What somebody without a second factor may still reach: to enrol one, to prove who they are, and to leave.
WITHOUT_FACTOR = {
    "mfa_index",
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "mfa_list_webauthn",
    "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes",
    "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn",
    "account_reauthenticate",
    "account_logout",
    "health-alive",
    "health-ready",
    "csp-report",
}
INVITATION = "staff:invitation-join"
AFTERWARDS = "invitation_after_second_step"


class SecondFactorMiddleware:
    """Every role needs a second factor; until there is one, only the page that adds it opens."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        if not request.user.is_authenticated:
            return _step_that_is_gone(request)
        if not settings.MFA_REQUIRED:
            return None
        if request.resolver_match.view_name in WITHOUT_FACTOR:
            return _back_to_invitation(request) if request.resolver_match.view_name == "mfa_index" else None
        if is_mfa_enabled(request.user):
            return _back_to_invitation(request)
        if request.resolver_match.view_name == INVITATION:
            request.session[AFTERWARDS] = True
        address = reverse("mfa_index")
        return HttpResponse(status=204, headers={"HX-Redirect": address}) if request.htmx else redirect(address)


def _back_to_invitation(request):
    """Bring whoever was held back from an invitation to it, once, when the second step is there."""
    if request.method != "GET" or request.htmx or not request.session.get(AFTERWARDS):
        return None
    if not is_mfa_enabled(request.user):
        return None
    del request.session[AFTERWARDS]
    is_there = request.resolver_match.view_name == INVITATION
    return redirect(INVITATION) if kept(request) and not is_there else None


def _step_that_is_gone(request):
    """Send whoever waits for a second step that was removed meanwhile to sign in anew; allauth would go in circles."""
    if request.resolver_match.view_name not in {"mfa_authenticate", "staff:lost-factor-ask"}:
        return None
    stage = get_pending_stage(request)
    return stage.abort() if stage and not is_mfa_enabled(stage.login.user) else None


class ActingMiddleware:
    """Set `request.acting` from the memberships of today."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.user.is_authenticated:
            request.acting = acting_for(request.user, request.session.get("school_id"))
            idle = request.acting.school.idle_minutes if request.acting.school else settings.IDLE_MINUTES
            if request.session.get("idle_minutes") != idle:
                request.session["idle_minutes"] = idle
            school_id = request.acting.school.pk if request.acting.school else None
            if request.session.get("draft_school") != school_id:
                request.session["draft_school"] = school_id
        else:
            request.acting = Acting(user=request.user)
        return self.get_response(request)


class SignInFormsMiddleware:
    """allauth draws a form with errors as a success; ours say so, and so do its pages here."""

    PAGES = ("account_", "mfa_", "usersessions_", "socialaccount_")

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_template_response(self, request, response):
        if request.method == "POST" and response.status_code == 200 and self._is_sign_in(request):
            values = (response.context_data or {}).values()
            if any(isinstance(value, BaseForm) and value.errors for value in values):
                response.status_code = REFUSED
        return response

    def _is_sign_in(self, request):
        return (request.resolver_match.view_name or "").startswith(self.PAGES)
