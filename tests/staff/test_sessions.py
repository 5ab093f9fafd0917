import os
import subprocess
import sys
from datetime import timedelta

import pytest
import time_machine
from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from sendco.drafts.services import load_draft, save_draft
from sendco.jobs.models import Job
from staff import services
from staff.roles import Role
from staff.sign_in.sessions import MOST
from tests.factories import UserFactory
from tests.factories.staff import PASSWORD
from tests.staff.signing import add_app, code, just_proved, log_in

START = timezone.datetime(2026, 11, 3, 9, 0, tzinfo=timezone.get_default_timezone())
PAGE = "/account/"


@pytest.fixture(autouse=True)
def _no_limits_left_over(db):
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def clock():
    with time_machine.travel(START, tick=False) as moving:
        yield moving


def is_in(client):
    return client.get(PAGE).status_code == 200


def test_nineteen_quiet_minutes_are_fine(client, teacher, clock):
    log_in(client, teacher)
    client.get(PAGE)

    clock.shift(timedelta(minutes=19))

    assert is_in(client)


def test_twenty_one_quiet_minutes_end_the_session(client, teacher, clock):
    log_in(client, teacher)
    client.get(PAGE)

    clock.shift(timedelta(minutes=21))
    response = client.get("/account/?tab=2")

    assert response.headers["Location"] == "/accounts/login/?next=%2Faccount%2F%3Ftab%3D2"
    assert "_auth_user_id" not in client.session


def test_a_school_may_choose_its_own_time(client, teacher, school, clock):
    school.idle_minutes = 40
    school.save()
    log_in(client, teacher)
    client.get(PAGE)

    clock.shift(timedelta(minutes=39))
    assert is_in(client)
    clock.shift(timedelta(minutes=41))
    assert not is_in(client)


def test_use_keeps_the_session_until_twelve_hours_after_signing_in(client, teacher, clock):
    log_in(client, teacher)
    client.get(PAGE)
    for _ in range(47):
        clock.shift(timedelta(minutes=15))
        assert is_in(client)

    clock.shift(timedelta(minutes=16))

    assert not is_in(client)


def test_looking_for_progress_never_keeps_a_session_alive(client, teacher, school, clock):
    job = Job.objects.create(kind="staff.none", title="Some work", user_id=teacher.pk, school_id=school.pk)
    log_in(client, teacher)
    client.get(PAGE)

    answers = []
    for _ in range(25):
        clock.shift(timedelta(minutes=1))
        answers.append(client.get(reverse("job-progress", args=[job.pk])).status_code)

    assert answers[:20] == [200] * 20
    assert answers[20] == 302
    assert not is_in(client)


def test_a_fragment_request_makes_the_whole_page_go_to_sign_in(client, teacher, clock):
    log_in(client, teacher)
    client.get(PAGE)
    clock.shift(timedelta(minutes=21))

    headers = {"hx-request": "true", "hx-current-url": "http://testserver/register/?q=x"}
    response = client.get("/find/", headers=headers)

    assert response.status_code == 204
    assert response.headers["HX-Redirect"] == "/accounts/login/?next=http%3A%2F%2Ftestserver%2Fregister%2F%3Fq%3Dx"
    assert not response.content


def test_a_fragment_request_never_leads_back_to_a_foreign_page(client, teacher, clock):
    log_in(client, teacher)
    client.get(PAGE)
    clock.shift(timedelta(minutes=21))

    headers = {"hx-request": "true", "hx-current-url": "https://evil.example/"}
    response = client.get("/find/", headers=headers)

    assert response.headers["HX-Redirect"] == "/accounts/login/"


def test_what_was_typed_before_the_end_is_there_for_the_same_person_only(client, teacher, head, school, clock):
    log_in(client, teacher)
    client.post(reverse("draft-save", args=["concern-new"]), {"what": "Reads one line, then guesses"})
    clock.shift(timedelta(minutes=21))

    sent = client.post(reverse("draft-save", args=["concern-new"]), {"what": "too late"})
    log_in(client, teacher)

    assert sent.headers["Location"] == "/accounts/login/"
    kept = load_draft(by=teacher, school_id=school.pk, form_key="concern-new")
    assert kept.data == {"what": ["Reads one line, then guesses"]}
    assert load_draft(by=head, school_id=school.pk, form_key="concern-new") is None


def test_signing_out_keeps_the_draft(client, teacher, school):
    save_draft(by=teacher, school_id=school.pk, form_key="concern-new", data={"what": ["words"]})
    log_in(client, teacher)

    client.post(reverse("account_logout"))

    assert load_draft(by=teacher, school_id=school.pk, form_key="concern-new")


def test_a_sixth_sign_in_ends_the_oldest(teacher, clock):
    clients = []
    for _ in range(MOST + 1):
        clients.append(Client())
        log_in(clients[-1], teacher)
        clock.shift(timedelta(seconds=30))

    assert [is_in(client) for client in clients] == [False, True, True, True, True, True]
    assert UserSession.objects.filter(user=teacher).count() == MOST


def test_other_people_do_not_count(teacher, head, clock):
    mine = Client()
    log_in(mine, teacher)

    for _ in range(MOST + 1):
        log_in(Client(), head)

    assert is_in(mine)


@pytest.fixture
def two_places(teacher):
    """The same person signed in here and there."""
    here, there = Client(), Client()
    log_in(there, teacher)
    log_in(here, teacher)
    just_proved(here, teacher)
    assert is_in(there)
    return here, there


def test_changing_the_password_ends_the_other_places_and_not_this_one(two_places):
    here, there = two_places
    new = "lantern otter quilt meadow"

    here.post(reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": new, "password2": new})

    assert (is_in(here), is_in(there)) == (True, False)
    assert Session.objects.count() == 1


def test_adding_a_second_step_ends_the_other_places(two_places, django_capture_on_commit_callbacks):
    here, there = two_places
    here.get(reverse("mfa_activate_totp"))
    secret = here.session["mfa.totp.secret"]
    now = format_hotp_value(hotp_value(secret, int(timezone.now().timestamp()) // 30))
    with django_capture_on_commit_callbacks(execute=True):
        done = here.post(reverse("mfa_activate_totp"), {"code": now})

    assert done.headers["Location"] == reverse("mfa_view_recovery_codes")
    assert (is_in(here), is_in(there)) == (True, False)


def test_removing_a_second_step_ends_the_other_places(teacher, clock):
    add_app(teacher)
    here, there = Client(), Client()
    for one in (there, here):
        log_in(one, teacher)
        clock.shift(timedelta(seconds=30))
        one.post(reverse("mfa_authenticate"), {"code": code()})
    just_proved(here, teacher)
    assert is_in(there)

    here.post(reverse("mfa_deactivate_totp"))

    assert (is_in(here), is_in(there)) == (True, False)


def test_resetting_the_password_ends_every_place(two_places, teacher):
    here, there = two_places

    teacher.refresh_from_db()
    key = default_token_generator.make_token(teacher)
    stranger = Client()
    form = stranger.get(f"/accounts/password/reset/key/{user_pk_to_url_str(teacher)}-{key}/").headers["Location"]
    new = "lantern otter quilt meadow"
    stranger.post(form, {"password1": new, "password2": new})

    assert (is_in(here), is_in(there)) == (False, False)
    assert not UserSession.objects.filter(user=teacher).exists()


def test_a_new_role_and_the_end_of_a_role_end_every_place(two_places, teacher, school, head):
    here, there = two_places

    services.add_membership(user=teacher, school=school, role=Role.DSL, by=head)

    assert (is_in(here), is_in(there)) == (False, False)


def test_leaving_ends_the_session_at_the_next_request(client, teacher, school, head):
    log_in(client, teacher)
    assert is_in(client)

    yesterday = timezone.localdate() - timedelta(days=1)
    services.leave_school(user=teacher, school=school, last_day=yesterday, by=head)

    assert client.get(PAGE).headers["Location"].startswith("/accounts/login/")
    assert log_in(client, teacher).status_code == 422


def test_the_list_names_browsers_in_words_and_signs_out_everywhere_else(teacher):
    here = Client(headers={"user-agent": "Mozilla/5.0 (X11; CrOS x86_64) AppleWebKit/537 Chrome/140 Safari/537"})
    there = Client(headers={"user-agent": "Mozilla/5.0 (iPhone; CPU) AppleWebKit/605 Version/18 Safari/604"})
    log_in(there, teacher)
    log_in(here, teacher)

    page = " ".join(here.get(reverse("usersessions_list")).content.decode().split())
    here.post(reverse("usersessions_list"))

    assert "Chrome on a Chromebook" in page
    assert "Safari on an iPhone" in page
    assert page.count("This one") == 1
    assert (is_in(here), is_in(there)) == (True, False)


def test_cookies_are_kept_from_scripts_other_sites_and_the_disk(client, teacher):
    log_in(client, teacher)
    client.get(PAGE)

    for name in ("sendco", "csrf"):
        cookie = client.cookies[name]
        assert cookie["httponly"], name
        assert cookie["samesite"] == "Lax", name
        assert cookie["path"] == "/", name
        assert not cookie["domain"], name
    # No age and no date: the cookie ends with the browser.
    assert not client.cookies["sendco"]["max-age"]
    assert not client.cookies["sendco"]["expires"]


def test_a_site_on_the_internet_uses_secure_cookies_of_its_own_host_only(settings):
    words = (
        "from django.conf import settings as s; print(s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, "
        "s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SESSION_COOKIE_DOMAIN, s.MFA_REQUIRED)"
    )
    env = os.environ | {
        "DJANGO_SETTINGS_MODULE": "sendco.settings",
        "SENDCO_SITE_URL": "https://send.example",
        "SENDCO_DEBUG": "",
        "SENDCO_DATA": str(settings.DATA_DIR),
    }

    done = subprocess.run([sys.executable, "-c", words], env=env, capture_output=True, text=True, timeout=60)

    assert done.stdout.strip() == "__Host-sendco __Host-csrf True True None True"


def test_a_new_sign_in_gets_a_new_key(client, teacher):
    client.get("/accounts/login/")
    client.session.save()
    session = client.session
    session["planted"] = "x"
    session.save()
    before = session.session_key

    log_in(client, teacher)

    assert client.session.session_key != before
    assert not Session.objects.filter(session_key=before).exists()


def test_closed_account_loses_its_session_at_once(client, teacher):
    log_in(client, teacher)
    teacher.is_active = False
    teacher.save()

    assert not is_in(client)


def test_somebody_with_no_role_anywhere_sees_no_school(client):
    person = UserFactory()
    log_in(client, person)

    assert client.get("/register/").status_code == 403
