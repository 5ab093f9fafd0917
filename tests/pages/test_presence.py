"""Two people on one form know of each other; nobody else learns who is where."""

from datetime import timedelta

import pytest
import time_machine
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from sendco.drafts.models import Presence
from tests.pupils.plans.helping import begin

pytestmark = pytest.mark.django_db


def token_on(client, address):
    page = client.get(address)
    return page.context["form_state"]["token"] if "form_state" in page.context else page.context["page_token"]


def present(client, token):
    return client.post(reverse("presence"), {"form_token": token}).content.decode()


@pytest.fixture
def edit(pupil, senco):
    return reverse("pupils:support-edit", args=[begin(pupil, senco).pk])


def test_two_on_one_form_are_told_of_each_other(client, sign_in, edit, senco, head):
    sign_in(senco)
    own = token_on(client, edit)
    assert present(client, own).strip() == ""
    sign_in(head)
    assert senco.name in present(client, token_on(client, edit))
    sign_in(senco)

    assert head.name in present(client, own)


def test_who_has_gone_is_not_named_and_is_forgotten(client, sign_in, edit, senco, head):
    sign_in(senco)
    present(client, token_on(client, edit))
    sign_in(head)
    token = token_on(client, edit)
    with time_machine.travel(timezone.now() + timedelta(seconds=60), tick=False):
        assert senco.name not in present(client, token)
    with time_machine.travel(timezone.now() + timedelta(hours=2), tick=False):
        call_command("clear_expired")
    assert not Presence.objects.exists()


def test_a_page_tells_only_whom_its_token_was_made_for(client, sign_in, edit, senco, head, outsider):
    sign_in(senco)
    token = token_on(client, edit)
    present(client, token)
    for somebody in (head, outsider):
        sign_in(somebody)
        assert senco.name not in present(client, token)
    assert present(client, "made up") == ""


def test_a_page_that_asks_keeps_no_session_alive(client, sign_in, edit, senco):
    sign_in(senco)
    token = token_on(client, edit)
    seen = client.session["seen_at"]
    with time_machine.travel(timezone.now() + timedelta(minutes=5), tick=False):
        present(client, token)

    assert client.session["seen_at"] == seen


def test_the_grid_of_a_class_is_watched_too(client, sign_in, edit, pupil, senco, head):
    grid = reverse("pupils:review-grid") + f"?group={pupil.form_group_id}"
    sign_in(senco)
    present(client, token_on(client, grid))
    sign_in(head)

    page = client.get(grid)

    assert reverse("presence") in page.content.decode()
    assert senco.name in present(client, page.context["page_token"])
