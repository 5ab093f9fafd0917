import json
import re
import subprocess
import sys
from urllib.parse import urljoin, urlsplit

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core import mail
from django.core.cache import cache, caches
from django.urls import NoReverseMatch, reverse

from sendco.jobs.models import Job
from staff.models import OutgoingMail, User
from staff.tasks import send_account_mail
from tests.factories.staff import PASSWORD
from tests.staff.signing import add_app, just_proved, log_in, same_answer, send_waiting_mail

pytestmark = pytest.mark.postgresql("limits counted in Redis")

LOGIN = "/accounts/login/"


@pytest.fixture(autouse=True)
def _no_limits_left_over(db):
    cache.clear()
    yield
    cache.clear()


def test_right_password_signs_in_and_leads_home(client, teacher):
    response = log_in(client, teacher)

    assert (response.status_code, response.headers["Location"]) == (302, "/")
    assert client.session["_auth_user_id"] == str(teacher.pk)


def test_sign_in_page_offers_a_passkey_and_no_account_of_ones_own(client, db):
    page = client.get(LOGIN).content.decode()

    assert 'id="passkey_login"' in page
    assert "signup" not in page
    assert "placeholder" not in page
    assert "Google" not in page
    assert "Microsoft" not in page


def test_passkey_login_gives_a_challenge_to_a_stranger(client, db, settings):
    settings.SITE_URL = "https://send.example"

    response = client.get(reverse("mfa_login_webauthn"), headers={"accept": "application/json"})

    options = response.json()["request_options"]["publicKey"]
    assert options["challenge"]
    assert options["userVerification"] == "required"
    assert options["rpId"] == "send.example"


@pytest.mark.parametrize("credential", ["", "null", "{}", "[]", "not json", '{"response": {"userHandle": "x"}}'])
def test_passkey_nonsense_signs_nobody_in(client, db, credential):
    response = client.post(reverse("mfa_login_webauthn"), {"credential": credential})

    assert response.status_code == 302
    assert "_auth_user_id" not in client.session


def test_scripts_of_the_sign_in_pages_carry_the_nonce_of_the_policy(client, db):
    response = client.get(LOGIN)
    policy = response.headers["Content-Security-Policy"]
    nonce = re.search(r"'nonce-([^']+)'", policy).group(1)

    scripts = re.findall(r"<script\b[^>]*>", response.content.decode())
    running = [tag for tag in scripts if 'type="application/json"' not in tag]

    assert len(running) >= 5
    assert all(f'nonce="{nonce}"' in tag for tag in running)


def _unlike_accounts(teacher, head, senco):
    """Three addresses that must not be told apart by somebody who does not know the password, and one who does."""
    head.is_active = False
    head.save()
    return {
        "unknown": ("nobody@fernhill.example", PASSWORD),
        "known": (teacher.email, "wrong-wrong-wrong"),
        "inactive": (head.email, PASSWORD),
        "inactive, wrong": (head.email, "wrong-wrong-wrong"),
        "locked": (senco.email, PASSWORD),
    }


def test_unknown_known_inactive_and_locked_accounts_answer_alike(client, teacher, head, senco):
    accounts = _unlike_accounts(teacher, head, senco)
    for _ in range(5):
        log_in(client, senco, "wrong-wrong-wrong")

    answers = {}
    for kind, (email, password) in accounts.items():
        response = client.post(LOGIN, {"login": email, "password": password})
        status, location, body = same_answer(response)
        answers[kind] = status, location, body.replace(email, "ADDRESS")

    assert len(set(answers.values())) == 1
    assert "We could not sign you in" in answers["known"][2]


def test_password_reset_answers_alike_and_writes_to_known_people_only(client, teacher, head):
    head.is_active = False
    head.save()

    answers = set()
    for email in ("nobody@fernhill.example", teacher.email, head.email):
        answers.add(same_answer(client.post(reverse("account_reset_password"), {"email": email})))

    assert len(answers) == 1
    assert list(OutgoingMail.objects.values_list("to", flat=True)) == [teacher.email]


def test_five_wrong_tries_lock_the_account_but_not_its_neighbours(client, teacher, senco):
    for _ in range(5):
        log_in(client, teacher, "wrong-wrong-wrong")

    assert log_in(client, teacher).status_code == 422
    assert log_in(client, senco).status_code == 302


def test_limits_are_kept_where_every_process_sees_them(client, teacher, settings):
    """The cache of the tests is the one of a small site: a table, not the memory of one process."""
    assert settings.CACHES["default"]["BACKEND"].endswith(("DatabaseCache", "RedisCache"))
    for _ in range(5):
        log_in(client, teacher, "wrong-wrong-wrong")

    del caches["default"]  # another process has an object of its own
    assert log_in(client, teacher).status_code == 422, "the sixth try is refused, the password being right"


@pytest.mark.parametrize("host", ["evil.example", "testserver.evil.example"])
def test_forged_host_never_reaches_a_mail(client, teacher, settings, host):
    settings.SITE_URL = "https://send.example"
    settings.ALLOWED_HOSTS = ["*"]

    client.post(reverse("account_reset_password"), {"email": teacher.email}, headers={"host": host})

    sent = OutgoingMail.objects.get()
    assert "evil" not in sent.text + sent.html + sent.subject
    assert "https://send.example/accounts/password/reset/key/" in sent.text


def test_unknown_host_is_refused_outside_a_test(client, teacher, settings):
    settings.ALLOWED_HOSTS = ["send.example"]

    response = client.post(
        reverse("account_reset_password"), {"email": teacher.email}, headers={"host": "evil.example"}
    )

    assert response.status_code == 400
    assert not OutgoingMail.objects.exists()


def test_reset_link_opens_once_hides_its_key_and_keeps_the_second_step(client, teacher):
    add_app(teacher)
    client.post(reverse("account_reset_password"), {"email": teacher.email})
    link = re.search(r"http://\S+/reset/key/\S+", OutgoingMail.objects.get().text).group(0)
    path = link.split("8000", 1)[1]

    first = client.get(path)
    assert first.headers["Location"].endswith("-set-password/")
    assert first.headers["Referrer-Policy"] == "strict-origin"
    form = client.get(first.headers["Location"])
    new = {"password1": "lantern otter quilt meadow", "password2": "lantern otter quilt meadow"}
    saved = client.post(first.headers["Location"], new)

    assert "three-words" in form.content.decode()
    assert saved.headers["Location"] == reverse("account_reset_password_from_key_done")
    assert "_auth_user_id" not in client.session
    assert log_in(client, teacher, new["password1"]).headers["Location"] == reverse("mfa_authenticate")
    assert "This link does not work" in client.get(path).content.decode()


def test_reset_page_refuses_a_weak_password_in_words(client, teacher):
    client.post(reverse("account_reset_password"), {"email": teacher.email})
    path = re.search(r"/accounts/password/reset/key/\S+", OutgoingMail.objects.get().text).group(0)
    form = client.get(path).headers["Location"]

    page = client.post(form, {"password1": "Fernhill-2027", "password2": "Fernhill-2027"}).content.decode()

    assert "mostly a name, a school word or a date" in page


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "http:evil.example",
        "javascript:alert(1)",
        "data:text/html,x",
        "https://testserver@evil.example/",
        "https://testserver.evil.example/",
        "%2F%2Fevil.example\r\nX-Made: up",
        " https://evil.example",
        "ftp://testserver/",
    ],
)
def test_next_never_leads_away(client, teacher, target):
    response = client.post(LOGIN, {"login": teacher.email, "password": PASSWORD, "next": target})

    location = response.headers["Location"]
    assert response.status_code == 302
    assert urlsplit(urljoin("http://testserver/accounts/login/", location)).netloc == "testserver"
    assert "\n" not in location


@pytest.mark.parametrize("target", ["/register/", "/account/?tab=1"])
def test_next_leads_back_to_a_page_of_ours(client, teacher, target):
    response = client.post(LOGIN, {"login": teacher.email, "password": PASSWORD, "next": target})

    assert response.headers["Location"] == target


def test_sign_out_needs_a_post_and_leads_to_sign_in(client, teacher):
    log_in(client, teacher)

    assert client.get(reverse("account_logout")).status_code == 200
    assert "_auth_user_id" in client.session
    assert client.post(reverse("account_logout")).headers["Location"] == LOGIN
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize(
    "name",
    [
        "account_change_phone",
        "account_verify_phone",
        "account_signup_by_passkey",
        "mfa_signup_webauthn",
        "account_request_login_code",
        "mfa_trust",
        "socialaccount_signup",
        "socialaccount_connections",
    ],
)
def test_closed_route_does_not_exist(name):
    with pytest.raises(NoReverseMatch):
        reverse(name)


def test_nobody_signs_up_alone(client, db):
    page = client.get(reverse("account_signup"))
    posted = client.post(reverse("account_signup"), {"email": "me@evil.example", "password1": "lantern otter quilt"})

    for response in (page, posted):
        assert "By invitation only" in response.content.decode()
    assert not User.objects.exists()


@pytest.mark.parametrize("action", ["action_add", "action_send", "action_remove", "action_primary"])
def test_nobody_changes_their_address_alone(client, teacher, action):
    log_in(client, teacher)
    email = teacher.email
    client.get(reverse("account_email"))

    for address in (email, "new@fernhill.example"):
        client.post(reverse("account_email"), {action: "", "email": address})

    teacher.refresh_from_db()
    assert teacher.email == email
    assert list(EmailAddress.objects.values_list("email", flat=True)) == [email]
    assert not OutgoingMail.objects.exists()


def test_email_page_shows_the_address_and_no_form(client, teacher):
    log_in(client, teacher)

    page = client.get(reverse("account_email")).content.decode()

    assert teacher.email in page
    assert 'name="email"' not in page


def test_mail_is_sent_in_the_background_and_then_emptied(client, teacher, django_capture_on_commit_callbacks):
    client.post(reverse("account_reset_password"), {"email": teacher.email})
    waiting = OutgoingMail.objects.get()
    assert "/reset/key/" in waiting.text
    assert "/reset/key/" in waiting.html
    assert json.dumps(Job.objects.get().params) == json.dumps({"mail": waiting.pk})

    send_waiting_mail()

    kept = OutgoingMail.objects.get()
    assert mail.outbox[0].to == [teacher.email]
    assert "/reset/key/" in mail.outbox[0].body
    assert mail.outbox[0].alternatives[0].mimetype == "text/html"
    assert (kept.text, kept.html) == ("", "")
    assert kept.sent_at


def test_mail_that_was_sent_is_not_sent_again(teacher):
    sent = send_account_mail(to=teacher.email, subject="Hello", text="Words")
    send_waiting_mail()
    Job.objects.update(status="queued")

    send_waiting_mail()

    assert len(mail.outbox) == 1
    assert OutgoingMail.objects.get(pk=sent.pk).text == ""


def test_secrets_of_the_second_step_are_encrypted_at_rest(teacher):
    add_app(teacher)

    kept = json.dumps(list(Authenticator.objects.filter(user=teacher).values_list("data", flat=True)))

    assert "JBSWY3DPEHPK3PXP" not in kept


def test_own_account_pages_open(client, teacher):
    add_app(teacher)
    client.force_login(teacher, backend="allauth.account.auth_backends.AuthenticationBackend")
    just_proved(client, teacher)

    for name in (
        "mfa_index", "mfa_list_webauthn", "mfa_add_webauthn", "mfa_deactivate_totp", "mfa_view_recovery_codes",
        "mfa_generate_recovery_codes", "usersessions_list", "account_change_password", "account_email",
        "account_reauthenticate", "mfa_reauthenticate", "account_logout", "account_reset_password",
        "account_reset_password_done", "account_reset_password_from_key_done", "account_inactive",
    ):  # fmt: skip
        response = client.get(reverse(name))
        assert response.status_code == 200, name
        page = response.content.decode()
        assert "sendco.css" in page, name
        assert re.search(r"<h1>[^<]+</h1>", page), name
        assert " style=" not in page, name


def test_school_account_buttons_appear_only_where_they_are_set_up(tmp_path):
    code = (
        "import django; django.setup()\n"
        "from django.apps import apps\n"
        "from django.conf import settings\n"
        "from django.core.management import call_command\n"
        "from django.test import Client\n"
        # The page asks for empty tables alone: they are made without the steps that led to them.
        "settings.MIGRATION_MODULES = {app.label: None for app in apps.get_app_configs()}\n"
        "call_command('migrate', run_syncdb=True, verbosity=0); call_command('createcachetable')\n"
        "print(Client(headers={'host': 'localhost'}).get('/accounts/login/').content.decode())\n"
    )
    env = {
        "DJANGO_SETTINGS_MODULE": "sendco.settings",
        "SENDCO_DEBUG": "1",
        "SENDCO_DATA": str(tmp_path),
        "SENDCO_GOOGLE_CLIENT_ID": "an-id",
        "SENDCO_GOOGLE_SECRET": "not-a-secret",
        "SENDCO_GOOGLE_DOMAIN": "fernhill.example",
        "PATH": "/usr/bin:/bin",
    }

    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, timeout=120)

    assert done.returncode == 0, done.stderr[-2000:]
    assert "Use your Google account" in done.stdout
    assert "Microsoft" not in done.stdout


# --- Forms with errors -------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("account_login", {"login": "", "password": ""}),
        ("account_reset_password", {"email": "not an address"}),
    ],
)
def test_a_form_with_errors_of_a_visitor_is_422(client, db, name, data):
    response = client.post(reverse(name), data)

    assert response.status_code == 422
    assert "error-summary" in response.content.decode()


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("account_change_password", {"oldpassword": "x", "password1": "y", "password2": "z"}),
        ("account_reauthenticate", {"password": "wrong"}),
        ("mfa_reauthenticate", {"code": "000000"}),
        ("mfa_activate_totp", {"code": "000000"}),
        ("mfa_add_webauthn", {"name": "", "credential": "{}"}),
    ],
)
def test_a_form_with_errors_of_somebody_signed_in_is_422(client, teacher, name, data):
    client.force_login(teacher, backend="allauth.account.auth_backends.AuthenticationBackend")
    just_proved(client, teacher)
    if name == "mfa_reauthenticate":
        add_app(teacher)
    client.get(reverse(name))

    assert client.post(reverse(name), data).status_code == 422


def test_a_wrong_code_at_the_second_step_is_422(client, teacher):
    add_app(teacher)
    log_in(client, teacher)

    response = client.post(reverse("mfa_authenticate"), {"code": "000000"})

    assert response.status_code == 422
    assert client.get(reverse("mfa_authenticate")).status_code == 200
