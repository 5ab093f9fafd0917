"""Helpers for the tests of sign-in: real requests, codes of an app, sessions that have just proved who they are."""

import re
import time

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.urls import reverse

from sendco.jobs.models import Job
from sendco.jobs.runner import run
from tests.factories.staff import PASSWORD

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def log_in(client, user, password=PASSWORD, **extra):
    return client.post(reverse("account_login"), {"login": user.email, "password": password, **extra})


def add_app(user):
    """Give the person an authenticator app and recovery codes."""
    TOTP.activate(user, SECRET)
    RecoveryCodes.activate(user)
    return user


def code(at=None, secret=SECRET):
    return format_hotp_value(hotp_value(secret, int(at or time.time()) // 30))


def add_an_app_by_hand(client, user):
    """As somebody does on the page: look at the secret, then type the code that the app shows."""
    just_proved(client, user)
    client.get(reverse("mfa_activate_totp"))
    return client.post(reverse("mfa_activate_totp"), {"code": code(secret=client.session["mfa.totp.secret"])})


def just_proved(client, user):
    """As after typing the password again: pages that ask for it open."""
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time(), "reauthenticated": True}]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()


def send_waiting_mail():
    for job in Job.objects.filter(kind="staff.send_mail", status="queued").order_by("pk"):
        run(job.pk)


def same_answer(response):
    """Status and body without what differs on every request: token, nonce, reference, a suggested password."""
    body = response.content.decode()
    body = re.sub(r'nonce="[^"]*"', "", body)
    body = re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", body)
    body = re.sub(r'"x-csrftoken": "[^"]*"', "", body)
    body = re.sub(r"say this number: \w+", "", body)
    return response.status_code, response.headers.get("Location"), body
