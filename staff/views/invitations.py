"""Invite somebody, take an invitation back, and follow one. The last two pages are public and say almost nothing."""

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_http_methods

from sendco.limits.services import check_limit
from sendco.refusals import Refused

from .. import services
from ..access import require_permission, step_up
from ..forms.invitations import InvitationForm, NewAccountForm
from ..permissions import Permission
from ..selectors import open_invitations
from ..sign_in import invitations
from ..sign_in.words import three_words


def _crumbs():
    return [("People", reverse("staff:people"))]


@require_permission(Permission.PEOPLE_MANAGE)
@step_up
@require_http_methods(["GET", "POST"])
def invitation_new(request):
    form = InvitationForm(request.POST or None, acting=request.acting)
    if request.method == "POST" and form.is_valid():
        try:
            sent = invitations.invite_by_mail(school=request.acting.school, by=request.user, **form.values())
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"Invitation sent to {sent.email}. It works for {services.INVITATION_DAYS} days.")
            return redirect("staff:people")
    context = {
        "title": "Invite somebody",
        "lead": "They get a mail with a link, choose a password and add a second step.",
        "section": "people",
        "crumbs": _crumbs(),
        "form": form,
        "submit": "Send the invitation",
        "cancel": reverse("staff:people"),
    }
    return render(request, "components/form_page.html", context, status=422 if form.errors else 200)


@require_permission(Permission.PEOPLE_MANAGE)
@require_http_methods(["GET", "POST"])
def invitation_revoke(request, pk):
    invitation = get_object_or_404(open_invitations(request.acting), pk=pk)
    if request.method == "POST":
        services.revoke_invitation(invitation=invitation, by=request.user)
        messages.success(request, f"The invitation for {invitation.name} no longer works.")
        return redirect("staff:people")
    context = {
        "title": f"Take back the invitation for {invitation.name}",
        "explanation": f"The link sent to {invitation.email} stops working at once. You can invite them again later.",
        "section": "people",
        "crumbs": _crumbs(),
        "submit": "Take it back",
        "cancel": reverse("staff:people"),
        "danger": True,
    }
    return render(request, "components/confirm_page.html", context)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def invitation_accept(request, secret):
    """The page behind the link in the mail. Looking changes nothing, since mail scanners look at every link."""
    check_limit("link_open_address", get_adapter().get_client_ip(request))
    invitation = services.open_invitation(secret)
    if invitation is None:
        raise Http404
    if request.method == "POST":
        invitations.keep(request, invitation)
        return redirect("staff:invitation-join")
    return render(request, "account/invitation_open.html", {"invitation": invitation, "title": "You are invited"})


@login_not_required
@require_http_methods(["GET", "POST"])
def invitation_join(request):
    """Choose a name and a password, or accept with the account one has. No secret in the address any more."""
    invitation = invitations.kept(request)
    if invitation is None:
        raise Http404
    account = invitations.account_of(invitation)
    if request.user.is_authenticated and request.user != account:
        return render(request, "account/invitation_other_person.html", _about(invitation))
    if account is None:
        return _join_with_new_account(request, invitation)
    if not request.user.is_authenticated:
        address = f"{reverse('account_login')}?{urlencode({'next': reverse('staff:invitation-join')})}"
        return render(request, "account/invitation_sign_in.html", _about(invitation) | {"sign_in": address})
    return _join_with_own_account(request, invitation)


def _about(invitation):
    return {"invitation": invitation, "title": f"Join {invitation.school.name}"}


def _join_with_new_account(request, invitation):
    form = NewAccountForm(request.POST or None, invitation=invitation)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            return invitations.join_with_new_account(
                request, invitation=invitation, name=data["name"], password=data["password1"]
            )
        except Refused as error:
            form.add_error(None, str(error))
    context = _about(invitation) | {"form": form}
    return render(request, "account/invitation_join.html", context, status=422 if form.errors else 200)


def _join_with_own_account(request, invitation):
    context = _about(invitation)
    if request.method == "POST":
        try:
            invitations.join_with_own_account(request, invitation=invitation)
        except Refused as error:
            context["refused"] = str(error)
        else:
            messages.success(request, f"You now work at {invitation.school.name}.")
            return redirect("home")
    status = 422 if "refused" in context else 200
    return render(request, "account/invitation_confirm.html", context, status=status)


@login_not_required
@require_GET
def words(request):
    """Another suggestion for a password, for the page that asks for one."""
    return HttpResponse(three_words(), content_type="text/plain; charset=utf-8")
