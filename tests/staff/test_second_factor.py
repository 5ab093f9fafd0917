from datetime import timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.core.cache.backends.locmem import LocMemCache
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse
from django.utils import timezone

from staff.middleware import WITHOUT_FACTOR
from staff.models import OutgoingMail
from staff.roles import Role
from tests.factories import MembershipFactory, UserFactory
from tests.staff.signing import SECRET, add_an_app_by_hand, add_app, code, just_proved, log_in

START = timezone.datetime(2026, 11, 3, 9, 0, 5, tzinfo=timezone.get_default_timezone())
ENROL = "/accounts/2fa/"


@pytest.fixture(autouse=True)
def _no_limits_left_over(db):
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def clock():
    with time_machine.travel(START, tick=False) as moving:
        yield moving


def routes(patterns=None, prefix="", names=()):
    """Every route by name, with an address: numbers are 1, words are "a"."""
    for entry in patterns or get_resolver().url_patterns:
        here = (*names, *entry.pattern.converters, *entry.pattern.regex.groupindex)
        if isinstance(entry, URLPattern):
            if entry.name:
                kwargs = {name: "a" * 43 if name == "secret" else "1" for name in here}
                yield prefix + entry.name, reverse(prefix + entry.name, kwargs=kwargs)
        else:
            inner = f"{prefix}{entry.namespace}:" if entry.namespace else prefix
            yield from routes(entry.url_patterns, inner, here)


THIRD = 3


@pytest.mark.parametrize(("start", "role"), enumerate(Role))
def test_each_role_without_a_second_step_reaches_only_the_page_that_adds_one(client, school, settings, start, role):
    """Each role opens a third of the site and the pages that stay open; every page is opened by three roles."""
    settings.MFA_REQUIRED = True
    unit = None
    if role == Role.PROVISION_LEAD:
        unit = school.units.create(name="Harbour", kind="resourced")
    person = MembershipFactory(school=school, role=role, unit=unit).user
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")

    opened = set()
    for place, (name, address) in enumerate(routes()):
        if place % THIRD != start % THIRD and name not in WITHOUT_FACTOR:
            continue
        response = client.get(address)
        if response.status_code == 302 and response.headers["Location"] == ENROL:
            continue
        opened.add(name)

    assert opened <= WITHOUT_FACTOR
    assert "mfa_index" in opened


def test_page_that_adds_one_says_what_to_do(client, teacher, settings):
    settings.MFA_REQUIRED = True
    log_in(client, teacher)

    page = client.get(ENROL).content.decode()

    assert "You have no second step yet" in page
    assert "Add a passkey" in page


def test_fragment_request_without_a_second_step_is_sent_there_whole(client, teacher, settings):
    settings.MFA_REQUIRED = True
    log_in(client, teacher)

    response = client.get("/find/", headers={"hx-request": "true"})

    assert (response.status_code, response.headers["HX-Redirect"]) == (204, ENROL)


def test_with_an_app_the_password_alone_opens_nothing(client, teacher, settings):
    settings.MFA_REQUIRED = True
    add_app(teacher)

    response = log_in(client, teacher)

    assert response.headers["Location"] == reverse("mfa_authenticate")
    assert "_auth_user_id" not in client.session
    assert client.get("/account/").headers["Location"].startswith("/accounts/login/")


def test_code_of_the_app_finishes_sign_in(client, teacher, clock):
    add_app(teacher)
    log_in(client, teacher)

    page = client.get(reverse("mfa_authenticate")).content.decode()
    response = client.post(reverse("mfa_authenticate"), {"code": code()})

    assert "Second step" in page
    assert "Use a passkey" in page
    assert response.headers["Location"] == "/"
    assert client.session["_auth_user_id"] == str(teacher.pk)


def sign_in_with(client, teacher, number):
    log_in(client, teacher)
    client.post(reverse("mfa_authenticate"), {"code": number})
    return "_auth_user_id" in client.session


def test_a_code_works_once(teacher, clock):
    add_app(teacher)
    number = code()

    assert sign_in_with(Client(), teacher, number)
    assert not sign_in_with(Client(), teacher, number)


def test_a_used_code_is_known_to_every_process_because_the_cache_is_shared(teacher, clock, settings, monkeypatch):
    """With a cache of its own a second process would take the code again: that is what the start refuses."""
    add_app(teacher)
    number = code()
    assert settings.CACHES["default"]["BACKEND"].endswith(("DatabaseCache", "RedisCache"))
    assert sign_in_with(Client(), teacher, number)
    assert not sign_in_with(Client(), teacher, number)

    monkeypatch.setattr("allauth.mfa.totp.internal.auth.cache", LocMemCache("a second process", {}))

    assert sign_in_with(Client(), teacher, number)


@pytest.mark.parametrize("seconds", [-30, 30, 60])
def test_codes_of_the_windows_before_and_after_are_refused(teacher, clock, seconds):
    add_app(teacher)

    assert not sign_in_with(Client(), teacher, code(START.timestamp() + seconds))


def test_five_wrong_codes_lock_and_the_right_one_waits(teacher, clock):
    add_app(teacher)
    client = Client()
    log_in(client, teacher)
    wrong = f"{(int(code()) + 1) % 1_000_000:06}"
    for _ in range(5):
        client.post(reverse("mfa_authenticate"), {"code": wrong})

    page = client.post(reverse("mfa_authenticate"), {"code": code()}).content.decode()

    assert "Too many wrong tries" in page
    assert "_auth_user_id" not in client.session


def test_recovery_code_works_once(teacher, clock):
    add_app(teacher)
    first = Authenticator.objects.get(user=teacher, type="recovery_codes").wrap().get_unused_codes()[0]

    assert sign_in_with(Client(), teacher, first)
    assert not sign_in_with(Client(), teacher, first)


def test_adding_an_app_gives_recovery_codes_once_and_a_mail(client, teacher, django_capture_on_commit_callbacks):
    log_in(client, teacher)

    with django_capture_on_commit_callbacks(execute=True):
        added = add_an_app_by_hand(client, teacher)
    shown = client.get(added.headers["Location"]).content.decode()
    again = client.get(reverse("mfa_view_recovery_codes")).content.decode()

    codes = Authenticator.objects.get(user=teacher, type="recovery_codes").wrap().get_unused_codes()
    assert all(one in shown for one in codes)
    assert not any(one in again for one in codes)
    assert client.get(reverse("mfa_download_recovery_codes")).status_code in {403, 404}
    told = OutgoingMail.objects.get()
    assert told.to == teacher.email
    assert "authenticator app" in told.subject
    assert SECRET not in told.text


def test_a_wrong_code_adds_nothing(client, teacher):
    log_in(client, teacher)
    just_proved(client, teacher)
    client.get(reverse("mfa_activate_totp"))

    page = client.post(reverse("mfa_activate_totp"), {"code": "000000"}).content.decode()

    assert "This did not match" in page
    assert not Authenticator.objects.exists()


@pytest.mark.parametrize("name", ["mfa_activate_totp", "mfa_add_webauthn", "mfa_generate_recovery_codes"])
def test_a_second_step_is_changed_only_after_proving_who_one_is(client, teacher, name):
    log_in(client, teacher)

    response = client.get(reverse(name))

    assert response.headers["Location"].startswith(reverse("account_reauthenticate"))


def test_proof_is_good_for_ten_minutes(client, teacher, clock):
    log_in(client, teacher)
    just_proved(client, teacher)

    clock.shift(timedelta(minutes=9))
    assert client.get(reverse("mfa_activate_totp")).status_code == 200
    clock.shift(timedelta(minutes=2))
    assert client.get(reverse("mfa_activate_totp")).status_code == 302


def test_passkey_is_asked_for_with_verification_on_the_configured_host(client, teacher, settings):
    settings.SITE_URL = "https://send.example"
    log_in(client, teacher)
    just_proved(client, teacher)

    options = client.get(reverse("mfa_add_webauthn")).context["js_data"]["creation_options"]["publicKey"]

    assert options["rp"]["id"] == "send.example"
    assert options["authenticatorSelection"]["userVerification"] == "required"


def test_nobody_removes_the_passkey_of_somebody_else(client, teacher):
    other = UserFactory()
    theirs = Authenticator.objects.create(user=other, type="webauthn", data={"name": "Blue key", "credential": {}})
    log_in(client, teacher)
    just_proved(client, teacher)

    assert client.get(reverse("mfa_remove_webauthn", args=[theirs.pk])).status_code == 404
    assert client.post(reverse("mfa_remove_webauthn", args=[theirs.pk])).status_code == 404
    assert Authenticator.objects.filter(pk=theirs.pk).exists()


def test_closed_account_cannot_finish_with_its_second_step(teacher, clock):
    add_app(teacher)
    client = Client()
    log_in(client, teacher)
    teacher.is_active = False
    teacher.save()

    client.post(reverse("mfa_authenticate"), {"code": code()})

    assert client.get("/account/").status_code == 302
