"""A button pressed after the session ended: sign in, and stand on the page that has the button, not on a blank one."""

import re

import pytest
from django.urls import reverse

pytestmark = pytest.mark.django_db
STOP = "/imports/7/stop/"


def next_of(answer):
    assert answer.status_code == 302
    assert answer.url.startswith(reverse("account_login"))
    return answer.url.partition("?next=")[2]


def test_a_button_leads_back_to_its_page(client):
    answer = client.post(STOP, headers={"Referer": "http://testserver/imports/7/?tab=decide"})

    assert next_of(answer) == "%2Fimports%2F7%2F%3Ftab%3Ddecide"


@pytest.mark.parametrize("referrer", ["", "http://elsewhere.example/imports/7/", "javascript:alert(1)", "//elsewhere"])
def test_a_button_without_a_page_of_ours_leads_home(client, referrer):
    assert next_of(client.post(STOP, headers={"Referer": referrer})) == ""


def test_a_session_that_is_too_old_leads_back_as_well(sign_in, senco):
    client = sign_in(senco)
    client.get("/")
    session = client.session
    session["seen_at"] = session["started_at"] = 1
    session.save()

    answer = client.post(STOP, headers={"Referer": "http://testserver/imports/7/"})

    assert next_of(answer) == "%2Fimports%2F7%2F"


def test_a_page_asked_for_leads_to_itself(client):
    assert next_of(client.get("/imports/")) == "/imports/"


def test_what_only_takes_posts_says_so_in_words(sign_in, senco):
    answer = sign_in(senco).get(reverse("pupils:import-stop", args=[7]))

    assert answer.status_code == 405
    assert "Go back and use the button on the page." in answer.content.decode()


def test_the_sign_in_page_says_that_what_was_typed_is_safe(client, sign_in, senco, pupil):
    form = sign_in(senco).get(reverse("pupils:watch-start", args=[pupil.pk]))
    token = re.search(r'name="form_token" value="([^"]+)"', form.content.decode())[1]
    client.logout()

    answer = client.post(
        reverse("pupils:watch-start", args=[pupil.pk]), {"form_token": token, "reason": "Half a sentence"}, follow=True
    )

    assert "What you had typed is safe" in answer.content.decode()


def test_the_sign_in_page_promises_nothing_that_was_not_kept(client):
    answer = client.post(STOP, follow=True)

    assert "What you had typed is safe" not in answer.content.decode()
