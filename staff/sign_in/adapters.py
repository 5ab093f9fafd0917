"""Where sign-in differs from allauth's defaults: nobody signs up alone, secrets are encrypted, hosts are pinned."""

import logging
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string

from sendco import crypt
from sendco.proxies import client_address

from ..tasks import send_account_mail
from . import lost_factors, sessions

logger = logging.getLogger(__name__)
NOT_SIGNED_IN = (
    "We could not sign you in. Check the email and the password. "
    "After 5 wrong tries, wait 5 minutes, use a passkey, or choose “I forgot my password”."
)

INCORRECT = "This did not match, or it has been used before. Try the next code, or the passkey of this account."


class AccountAdapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": NOT_SIGNED_IN,
        "enter_current_password": "This is not the password you use now. Type it again.",
        "incorrect_code": INCORRECT,
        "incorrect_password": "This is not your password. Type it again.",
        "rate_limited": "That was a lot at once. Wait a minute and try again.",
        "too_many_login_attempts": "Too many wrong tries. Wait 5 minutes and try again.",
    }

    def is_open_for_signup(self, request):
        return False

    def get_client_ip(self, request):
        return client_address(request)

    def can_delete_email(self, email_address):
        return False

    def send_confirmation_mail(self, request, emailconfirmation, signup):
        """Send nothing: an address is confirmed by answering an invitation, in no other way."""

    def get_reset_password_from_key_url(self, key):
        # The address comes from configuration: a forged Host header must not reach a mail.
        path = urlsplit(super().get_reset_password_from_key_url(key)).path
        return settings.SITE_URL + path

    def pre_authenticate(self, request, **credentials):
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError as error:
            # A locked account answers as an unknown one does: with the same words.
            raise self.validation_error("email_password_mismatch") from error

    def authenticate(self, request, **credentials):
        user = super().authenticate(request, **credentials)
        if user is not None and not user.is_active:
            # allauth would show a page of its own, which tells that the password was right.
            return None
        return user

    def authentication_failed(self, request, **credentials):
        logger.warning("sign-in failed", extra={"event": "sign_in.failed"})

    def post_login(self, request, user, **kwargs):
        response = super().post_login(request, user, **kwargs)
        sessions.keep_newest(user=user)
        lost_factors.found(user=user)
        logger.info("sign-in", extra={"event": "sign_in.ok", "user": user.pk})
        return response

    def send_notification_mail(self, template_prefix, user, context=None, email=None):
        """Tell the person that a password or a second step changed, and end their other sessions."""
        sessions.end_others(request=self.request, user=user)
        lost_factors.withdraw(user=user)
        logger.info("sign-in changed", extra={"event": "sign_in.changed", "user": user.pk})
        super().send_notification_mail(template_prefix, user, context, email)

    def send_mail(self, template_prefix, email, context):
        message = self.render_mail(template_prefix, email, context | {"site_url": settings.SITE_URL})
        html = render_to_string("emails/account-body-html.html", {"subject": message.subject, "text": message.body})
        send_account_mail(to=email, subject=message.subject, text=message.body, html=html)


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    def is_open_for_signup(self, request, sociallogin):
        return False


class MFAAdapter(DefaultMFAAdapter):
    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": INCORRECT,
    }

    def encrypt(self, text):
        return crypt.encrypt(text)

    def decrypt(self, encrypted_text):
        return crypt.decrypt(encrypted_text)

    def generate_authenticator_name(self, user, type):
        count = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return "My passkey" if count == 0 else f"My passkey {count + 1}"

    def get_public_key_credential_rp_entity(self):
        return {"id": urlsplit(settings.SITE_URL).hostname, "name": "sendco"}
