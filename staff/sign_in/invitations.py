"""From an invitation to an account: the mail that carries the link, and what happens when somebody follows it."""

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse

from .. import services
from ..models import Invitation, User
from ..tasks import send_account_mail
from . import sessions

KEPT_AS = "invitation"


def address_of(secret):
    """Return the link for the mail. Its host comes from configuration, never from the request."""
    return settings.SITE_URL + reverse("staff:invitation-accept", args=[secret])


@transaction.atomic
def invite_by_mail(*, school, email, name, role, by, unit=None, ends_on=None):
    invitation, secret = services.invite(
        school=school, email=email, name=name, role=role, by=by, unit=unit, ends_on=ends_on
    )
    context = {"invitation": invitation, "school": school, "by": by, "address": address_of(secret)}
    context["days"] = services.INVITATION_DAYS
    subject, text, html = (
        render_to_string(f"emails/invitation-{part}", context).strip()
        for part in ("subject.txt", "body-text.txt", "body-html.html")
    )
    send_account_mail(to=invitation.email, subject=subject, text=text, html=html, school=school)
    return invitation


def keep(request, invitation):
    """Remember the invitation in the session, so that the pages after the first do not carry its secret."""
    request.session[KEPT_AS] = invitation.pk


def kept(request):
    """Return the invitation that this browser has opened, or None when there is none or it is no longer open."""
    invitation = Invitation.objects.select_related("school").filter(pk=request.session.get(KEPT_AS)).first()
    return invitation if invitation and invitation.is_open else None


def account_of(invitation):
    """Return the open account with the invited address, or None."""
    return User.objects.filter(email__iexact=invitation.email, is_active=True).first()


def join_with_new_account(request, *, invitation, name, password):
    """Use the invitation up, make the account and sign in; a second step is asked for where one is set up."""
    invitation.name = name
    user = services.accept_invitation(invitation=invitation, password=password)
    _forget(request, invitation)
    # Choosing the password a moment ago is proof enough to add a second step without typing it again.
    record_authentication(request, user, method="password", reauthenticated=True)
    home = reverse("mfa_index" if settings.MFA_REQUIRED else settings.LOGIN_REDIRECT_URL)
    return perform_login(request, Login(user=user, email=user.email, redirect_url=home))


def join_with_own_account(request, *, invitation):
    """Use the invitation up for the person who is signed in."""
    services.accept_invitation(invitation=invitation)
    _forget(request, invitation)
    # A new role ends every session of the person, and this one goes on.
    sessions.renew(request=request)


def _forget(request, invitation):
    request.session.pop(KEPT_AS, None)
    request.session["school_id"] = invitation.school_id
