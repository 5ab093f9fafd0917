from datetime import timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from sendco.audit.models import Audience, Event
from staff.models import LostFactor, Membership, OutgoingMail
from staff.refusals import LostFactorReason
from staff.roles import Role
from staff.sign_in import lost_factors
from tests.factories import MembershipFactory
from tests.refusals import refused, shows
from tests.staff.signing import add_app, code, just_proved, log_in

pytestmark = pytest.mark.postgresql("constraints")

ASK = "/school/lost-device/"
NEW_PASSWORD = "lantern otter quilt meadow"


@pytest.fixture(autouse=True)
def _no_limits_left_over(db):
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def lost(teacher, head, senco):
    """The teacher, who has an app, says that the device is lost."""
    return lost_factors.ask(user=add_app(teacher))


@pytest.fixture
def proved(client, sign_in):
    def go(user):
        sign_in(user)
        just_proved(client, user)
        return client

    return go


def mails():
    return {mail.to: mail for mail in OutgoingMail.objects.order_by("pk")}


def approve(lost, school, by):
    lost_factors.approve(lost=lost, school=school, checked="I spoke to them face to face.", by=by)


# --- Asking ---
def test_second_step_page_leads_to_asking(client, teacher):
    add_app(teacher)
    log_in(client, teacher)

    assert f'href="{ASK}"' in client.get(reverse("mfa_authenticate")).content.decode()
    assert "I have lost my device" in Client().get(reverse("account_login")).content.decode()


def test_asking_after_the_password_tells_the_person_and_those_who_lead(client, teacher, head, senco, administrator):
    add_app(teacher)
    log_in(client, teacher)

    before = " ".join(client.get(ASK).content.decode().split())
    response = client.post(ASK)
    after = " ".join(client.get(ASK).content.decode().split())

    assert "Nadia Rahman or Ruth Calloway" in before
    assert response.headers["Location"] == ASK
    assert "Nadia Rahman and Ruth Calloway" in after
    assert set(mails()) == {teacher.email, head.email, senco.email}
    assert "/accounts/password/reset/" in mails()[teacher.email].text
    assert "/school/people/" in mails()[head.email].text
    event = Event.objects.get(code="person.device_lost")
    assert (event.audience, event.subject_id) == (Audience.ACCOUNTS, teacher.pk)
    assert Authenticator.objects.filter(user=teacher).exists()
    assert "_auth_user_id" not in client.session


def test_asking_twice_is_one_request_and_one_mail(lost, teacher):
    again = lost_factors.ask(user=teacher)

    assert again == lost
    assert OutgoingMail.objects.filter(to=teacher.email).count() == 1


@pytest.mark.parametrize("method", ["get", "post"])
def test_without_the_password_nobody_asks(client, teacher, method):
    add_app(teacher)

    response = getattr(client, method)(ASK)

    assert response.headers["Location"] == reverse("account_login")
    assert not LostFactor.objects.exists()


def test_a_request_runs_out_and_can_be_made_again(lost, teacher):
    with time_machine.travel(timezone.now() + timedelta(days=8)):
        again = lost_factors.ask(user=teacher)

    lost.refresh_from_db()
    assert again != lost
    assert lost.outcome == "ran_out"


def test_the_database_keeps_one_open_request(lost, teacher):
    with pytest.raises(IntegrityError), transaction.atomic():
        LostFactor.objects.create(user=teacher, expires_at=timezone.now())


# --- Approving ---
def test_people_page_shows_the_request_to_those_who_manage(sign_in, lost, senco, office):
    address = reverse("staff:lost-factor-approve", args=[lost.pk])

    assert address in sign_in(senco).get(reverse("staff:people")).content.decode()
    assert address in sign_in(senco).get(reverse("staff:person-detail", args=[lost.user_id])).content.decode()
    assert "Lost devices" not in sign_in(office).get(reverse("staff:people")).content.decode()


@pytest.mark.parametrize("who", ["head", "senco"])
def test_leader_approves_and_the_person_starts_again(proved, request, lost, teacher, school, who, settings):
    settings.MFA_REQUIRED = True
    leader = add_app(request.getfixturevalue(who))
    theirs = Client()
    log_in(theirs, teacher)
    theirs.post(reverse("mfa_authenticate"), {"code": code()})
    lost = lost_factors.ask(user=teacher)
    assert UserSession.objects.filter(user=teacher).exists()

    response = proved(leader).post(reverse("staff:lost-factor-approve", args=[lost.pk]), {"checked": "face"})

    assert response.headers["Location"] == reverse("staff:person-detail", args=[teacher.pk])
    assert not Authenticator.objects.filter(user=teacher).exists()
    assert Authenticator.objects.filter(user=leader).exists()
    assert not UserSession.objects.filter(user=teacher).exists()
    assert theirs.get("/account/").headers["Location"].startswith(reverse("account_login"))
    lost.refresh_from_db()
    assert (lost.outcome, lost.decided_by, lost.school) == ("approved", leader, school)
    assert mails()[teacher.email].subject == "Your second step was removed"
    assert teacher.name in mails()[leader.email].text
    assert "face to face" in Event.objects.get(code="person.second_step_removed").text
    assert log_in(theirs, teacher).headers["Location"] == "/"
    assert theirs.get("/").headers["Location"] == reverse("mfa_index")


def test_approving_asks_who_is_there_first(sign_in, lost, head):
    address = reverse("staff:lost-factor-approve", args=[lost.pk])

    assert (
        sign_in(head)
        .post(address, {"checked": "face"})
        .headers["Location"]
        .startswith(reverse("account_reauthenticate"))
    )
    assert Authenticator.objects.filter(user=lost.user).exists()


@pytest.mark.parametrize("checked", ["", "mail"])
def test_how_one_knows_has_to_be_said(proved, lost, head, checked):
    response = proved(head).post(reverse("staff:lost-factor-approve", args=[lost.pk]), {"checked": checked})

    assert response.status_code == 422
    assert Authenticator.objects.filter(user=lost.user).exists()


def test_nobody_approves_their_own(proved, head, senco):
    lost = lost_factors.ask(user=add_app(head))

    response = proved(head).post(reverse("staff:lost-factor-approve", args=[lost.pk]), {"checked": "face"})

    assert response.status_code == 422
    assert shows(response.content.decode(), LostFactorReason.OWN_REQUEST)
    assert Authenticator.objects.filter(user=head).exists()


def test_administrator_does_not_approve_alone(proved, lost, administrator):
    page = proved(administrator).get(reverse("staff:people")).content.decode()
    response = proved(administrator).post(reverse("staff:lost-factor-approve", args=[lost.pk]), {"checked": "face"})

    assert reverse("staff:lost-factor-approve", args=[lost.pk]) not in page
    assert response.status_code == 422
    assert shows(response.content.decode(), LostFactorReason.LEADERS_DECIDE)


def test_where_nobody_else_leads_the_administrator_waits_a_day(school, head, administrator):
    lost = lost_factors.ask(user=add_app(head))

    with refused(LostFactorReason.TOO_SOON):
        approve(lost, school, administrator)
    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        approve(lost, school, administrator)

    assert not Authenticator.objects.filter(user=head).exists()


def test_leader_of_one_school_does_not_decide_about_a_leader_of_another(school, senco, teacher, other_school, outsider):
    MembershipFactory(school=other_school, user=teacher, role=Role.HEAD)
    lost = lost_factors.ask(user=add_app(teacher))

    with refused(LostFactorReason.LEADS_ANOTHER_SCHOOL):
        approve(lost, school, senco)
    approve(lost, other_school, outsider)

    assert senco.email not in mails()


def test_somebody_who_has_left_is_not_decided_about_here(proved, lost, head):
    Membership.objects.filter(user=lost.user).update(ends_on="2025-07-20")

    assert proved(head).get(reverse("staff:lost-factor-approve", args=[lost.pk])).status_code == 404


def test_two_who_approve_at_once_do_it_once(lost, school, head, senco):
    approve(lost, school, head)

    with refused(LostFactorReason.REQUEST_CLOSED):
        approve(lost, school, senco)


# --- Refusing, finding, changing ---
def test_refusing_keeps_the_second_step_and_tells_the_person(proved, lost, head):
    address = reverse("staff:lost-factor-refuse", args=[lost.pk])
    page = proved(head).get(address).content.decode()

    proved(head).post(address)

    lost.refresh_from_db()
    assert "somebody knows their password" in page
    assert lost.outcome == "refused"
    assert Authenticator.objects.filter(user=lost.user).exists()
    assert mails()[lost.user.email].subject == "Your second step stays as it is"


def test_refusing_ones_own_is_refused_in_words(proved, head):
    lost = lost_factors.ask(user=add_app(head))

    page = proved(head).post(reverse("staff:lost-factor-refuse", args=[lost.pk]), follow=True)

    lost.refresh_from_db()
    assert shows(page.content.decode(), LostFactorReason.OWN_REQUEST)
    assert lost.closed_at is None


def test_signing_in_with_the_device_closes_the_request(client, lost, teacher):
    log_in(client, teacher)
    client.post(reverse("mfa_authenticate"), {"code": code()})

    lost.refresh_from_db()
    assert lost.outcome == "found"


def test_new_password_withdraws_the_request(client, lost, teacher):
    client.force_login(teacher, backend="allauth.account.auth_backends.AuthenticationBackend")
    just_proved(client, teacher)

    client.post(
        reverse("account_change_password"),
        {"oldpassword": "violet kettle harbour seven", "password1": NEW_PASSWORD, "password2": NEW_PASSWORD},
    )

    lost.refresh_from_db()
    assert lost.outcome == "withdrawn"


@pytest.mark.parametrize("start", [ASK, "/accounts/2fa/authenticate/", "/accounts/login/"])
def test_an_open_second_step_page_leads_on_once_it_is_approved(client, lost, school, head, teacher, start):
    log_in(client, teacher)
    approve(lost, school, head)

    page = client.get(start, follow=True)

    assert page.redirect_chain[-1][0] == reverse("account_login")
    assert log_in(client, teacher).headers["Location"] == "/"
