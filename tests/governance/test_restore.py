"""After a restore nothing of the backup opens: each kind of way in works before, and is dead after."""

import re

import pytest
from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from allauth.usersessions.models import UserSession
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from governance.services.feeds import make_feed
from sendco.audit.models import Event
from sendco.links import services as links
from staff import services as staff
from staff.models import OutgoingMail
from staff.roles import Role
from staff.sign_in import invitations, lost_factors
from tests.factories import UserFactory


@pytest.fixture
def ways_in(school, senco, teacher, head):
    """Addresses that open something for somebody who is signed out, as {kind: whether it opens now}."""
    _, feed = make_feed(user=teacher, school=school)
    _, invitation = staff.invite(school=school, email="new@example.org", name="New", role=Role.TEACHER, by=head)
    reset = f"{user_pk_to_url_str(teacher)}-{default_token_generator.make_token(teacher)}"
    never = UserFactory(name="Never Signed", last_login=None)
    other_reset = f"{user_pk_to_url_str(never)}-{default_token_generator.make_token(never)}"
    signed_in = Client()
    signed_in.force_login(senco, backend="allauth.account.auth_backends.AuthenticationBackend")

    def can_reset(key):
        answer = Client().get(f"/accounts/password/reset/key/{key}/")
        return "set-password" in answer.headers.get("Location", "")

    def opens():
        return {
            "feed": Client().get(reverse("calendar-feed-read", args=[feed])).status_code == 200,
            "invitation": Client().get(reverse("staff:invitation-accept", args=[invitation])).status_code == 200,
            "reset": can_reset(reset),
            "first reset": can_reset(other_reset),
            "session": signed_in.get(reverse("account")).status_code == 200,
        }

    return opens


def test_nothing_opens_afterwards(ways_in):
    assert all(ways_in().values()), ways_in()

    call_command("end_all_access", yes=True)

    assert not any(ways_in().values()), ways_in()


def test_links_of_outsiders_end(school):
    link, secret = links.make(purpose="any", subject_id=1, school_id=school.pk, by=None)
    assert links.find(secret) == link

    call_command("end_all_access", yes=True)

    with pytest.raises(links.LinkClosed):
        links.find(secret)


def test_mail_that_waits_carries_no_dead_link(school, head):
    invitations.invite_by_mail(school=school, email="new@example.org", name="New", role=Role.TEACHER, by=head)
    mail = OutgoingMail.objects.get()
    assert re.search(r"/school/invitations/", mail.text)

    call_command("end_all_access", yes=True)

    mail.refresh_from_db()
    assert mail.sent_at
    assert not mail.text


def test_lost_device_is_asked_about_afresh(teacher, head):
    lost = lost_factors.ask(user=teacher)

    call_command("end_all_access", yes=True)

    lost.refresh_from_db()
    assert lost.closed_at


def test_devices_and_used_codes_are_forgotten_with_the_sessions(teacher, django_capture_on_commit_callbacks):
    UserSession.objects.create(user=teacher, session_key="k" * 32, ip="127.0.0.1", user_agent="Firefox")
    cache.set("used-code", "1")

    with django_capture_on_commit_callbacks(execute=True):
        call_command("end_all_access", yes=True)

    assert not UserSession.objects.exists()
    assert cache.get("used-code") is None


def test_each_school_reads_what_was_ended(school, other_school):
    call_command("end_all_access", yes=True)

    assert Event.objects.filter(code="access.all_ended").count() == 2


def test_dry_run_counts_and_changes_nothing(ways_in, capsys):
    call_command("end_all_access", dry_run=True)

    assert "1 calendar feeds" in capsys.readouterr().out
    assert all(ways_in().values())


def test_it_asks_for_a_yes(db):
    with pytest.raises(CommandError, match="--yes"):
        call_command("end_all_access")


def test_a_new_secret_key_ends_neither_feed_nor_invitation(ways_in, settings):
    settings.SECRET_KEY = "another-" * 10

    assert ways_in()["feed"]
    assert ways_in()["invitation"]
