"""Invite somebody, take an invitation back, and follow one. The last two pages are public and say almost nothing."""

from functools import partial

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_http_methods

from sendco.formkit.page import ConfirmPage, FormPage, NoFields, form_page, posted
from sendco.limits.services import check_limit
from sendco.proxies import client_address, only_looks

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
@form_page
def invitation_new(request):
    form = InvitationForm(posted(request), acting=request.acting)
    page = {
        "title": "Invite somebody",
        "lead": "They get a mail with a link, choose a password and add a second step.",
        "section": "people",
        "crumbs": _crumbs(),
        "submit": "Send the invitation",
        "cancel": reverse("staff:people"),
    }
    return FormPage(
        form=form,
        save=lambda _cleaned: invitations.invite_by_mail(
            school=request.acting.school, by=request.user, **form.values()
        ),
        done=lambda sent: f"Invitation sent to {sent.email}. It works for {services.INVITATION_DAYS} days.",
        then=reverse("staff:people"),
        page=page,
    ).respond(request)


@require_permission(Permission.PEOPLE_MANAGE)
@form_page
def invitation_revoke(request, pk):
    invitation = get_object_or_404(open_invitations(request.acting), pk=pk)
    page = {
        "title": f"Take back the invitation for {invitation.name}",
        "explanation": f"The link sent to {invitation.email} stops working at once. You can invite them again later.",
        "section": "people",
        "crumbs": _crumbs(),
        "submit": "Take it back",
        "cancel": reverse("staff:people"),
        "danger": True,
    }
    return ConfirmPage(
        act=partial(services.revoke_invitation, invitation=invitation, by=request.user),
        done=f"The invitation for {invitation.name} no longer works.",
        then=reverse("staff:people"),
        page=page,
    ).respond(request)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def invitation_accept(request, secret):
    """The page behind the link in the mail. Looking changes nothing, since mail scanners look at every link."""
    if not only_looks(request):
        check_limit("link_open_address", client_address(request))
    invitation = services.open_invitation(secret)
    if invitation is None:
        raise Http404
    if request.method == "POST":
        invitations.keep(request, invitation)
        return redirect("staff:invitation-join")
    return render(request, "account/invitation_open.html", {"invitation": invitation, "title": "You are invited"})


@login_not_required
@form_page
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
    def join(cleaned):
        return invitations.join_with_new_account(
            request, invitation=invitation, name=cleaned["name"], password=cleaned["password1"]
        )

    return FormPage(
        form=NewAccountForm(posted(request), invitation=invitation),
        save=join,
        then=lambda response: response,
        page=_about(invitation),
        template="account/invitation_join.html",
    ).respond(request)


def _join_with_own_account(request, invitation):
    return FormPage(
        form=NoFields(posted(request)),
        save=lambda _cleaned: invitations.join_with_own_account(request, invitation=invitation),
        done=f"You now work at {invitation.school.name}.",
        then=reverse("home"),
        page=_about(invitation),
        template="account/invitation_confirm.html",
    ).respond(request)


@login_not_required
@require_GET
def words(request):
    """Another suggestion for a password, for the page that asks for one."""
    return HttpResponse(three_words(), content_type="text/plain; charset=utf-8")
