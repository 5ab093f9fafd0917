import re
from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from staff import services
from staff.models import Invitation, Membership, OutgoingMail, User
from staff.refusals import PeopleReason
from staff.roles import Role
from tests.factories import UserFactory
from tests.factories.staff import PASSWORD
from tests.refusals import shows
from tests.staff.signing import add_an_app_by_hand, add_app, just_proved, log_in, same_answer

GOOD = "lantern otter quilt meadow"
NEW = "/school/invitations/new/"
JOIN = "/school/invitations/join/"


@pytest.fixture(autouse=True)
def _no_limits_left_over(db):
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def manager(client, sign_in, head):
    sign_in(head)
    just_proved(client, head)
    return client


def wanted(**changes):
    values = {"name": "Ola Brandt", "email": "Ola@Fernhill.example", "role": "teacher", "unit": "", "ends_on": ""}
    return values | changes


@pytest.fixture
def invite(school, head):
    def go(email="ola@fernhill.example", role=Role.TEACHER, **more):
        return services.invite(school=school, email=email, name="Ola Brandt", role=role, by=head, **more)

    return go


def link(secret):
    return f"/school/invitations/{secret}/"


# --- Inviting ---
def test_head_invites_and_the_mail_carries_the_link(manager, settings, school):
    settings.SITE_URL = "https://send.example"

    response = manager.post(NEW, wanted(), headers={"host": "localhost"})

    invitation = Invitation.objects.get()
    sent = OutgoingMail.objects.get()
    assert response.headers["Location"] == reverse("staff:people")
    assert (invitation.email, invitation.role, invitation.ends_on) == ("ola@fernhill.example", "teacher", None)
    assert sent.to == "ola@fernhill.example"
    assert sent.subject == "Your invitation to sendco at Fernhill"
    for body in (sent.text, sent.html):
        address = re.search(r"https://send\.example/school/invitations/([\w-]{43})/", body)
        assert services.open_invitation(address.group(1)) == invitation


def test_form_opens_with_every_role(manager):
    page = manager.get(NEW)

    assert page.status_code == 200
    assert all(str(role.label) in page.content.decode() for role in Role)


def test_inviting_asks_who_is_there_first(client, sign_in, head):
    sign_in(head)

    assert client.get(NEW).headers["Location"].startswith(reverse("account_reauthenticate"))
    assert client.post(NEW, wanted()).status_code == 302
    assert not Invitation.objects.exists()


@pytest.mark.parametrize("who", ["teacher", "teaching_assistant", "office", "governor", "dsl"])
def test_others_invite_nobody(client, sign_in, request, who):
    person = request.getfixturevalue(who)
    sign_in(person)
    just_proved(client, person)

    assert client.get(NEW).status_code == 403
    assert client.post(NEW, wanted()).status_code == 403
    assert not Invitation.objects.exists()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"email": "not an address"}, "valid email"),
        ({"name": ""}, "required"),
        ({"role": ""}, "required"),
        ({"role": "king"}, "not one of the available choices"),
        ({"role": "provision_lead"}, "A provision lead leads one unit"),
        ({"is_supply": "on"}, "Enter the last day"),
        ({"ends_on": "2020-01-01"}, "The last day is in the past"),
    ],
)
def test_what_is_missing_is_said_beside_the_field(manager, changes, words):
    response = manager.post(NEW, wanted(**changes))

    assert response.status_code == 422
    assert words in response.content.decode()
    assert not Invitation.objects.exists()


def test_nobody_invites_themselves(manager, head):
    response = manager.post(NEW, wanted(email=head.email))

    assert response.status_code == 422
    assert not Invitation.objects.exists()


def test_somebody_with_that_role_is_not_invited_again(manager, teacher):
    response = manager.post(NEW, wanted(email=teacher.email))

    assert response.status_code == 422
    assert shows(response.content.decode(), PeopleReason.WORKS_HERE_IN_ROLE)


def test_supply_staff_get_a_last_day(manager, invite):
    last_day = timezone.localdate() + timedelta(days=30)

    manager.post(NEW, wanted(is_supply="on", ends_on=last_day.isoformat()))

    assert Invitation.objects.get().ends_on == last_day


def test_unit_of_another_school_cannot_be_chosen(manager, other_school):
    foreign = other_school.units.create(name="Harbour", kind="resourced")

    response = manager.post(NEW, wanted(role="provision_lead", unit=foreign.pk))

    assert response.status_code == 422
    assert "Harbour" not in response.content.decode()


def test_unit_is_kept_for_a_provision_lead_only(manager, school):
    unit = school.units.create(name="Harbour", kind="resourced")

    manager.post(NEW, wanted(role="provision_lead", unit=unit.pk))
    manager.post(NEW, wanted(email="sam@fernhill.example", unit=unit.pk))

    assert list(Invitation.objects.order_by("pk").values_list("role", "unit")) == [
        ("provision_lead", unit.pk),
        ("teacher", None),
    ]


def test_inviting_again_kills_the_older_link(invite):
    _, first = invite()
    _, second = invite()

    assert services.open_invitation(first) is None
    assert services.open_invitation(second)


def test_secret_is_kept_as_a_hash_only(invite):
    invitation, secret = invite()

    kept = Invitation.objects.values().get(pk=invitation.pk)
    assert secret not in str(kept)
    assert len(secret) == 43


# --- Taking back ---
def test_taking_back_asks_then_ends_the_link(client, sign_in, head, invite):
    invitation, secret = invite()
    sign_in(head)
    address = reverse("staff:invitation-revoke", args=[invitation.pk])

    assert client.get(address).status_code == 200
    assert services.open_invitation(secret)
    client.post(address)

    assert services.open_invitation(secret) is None
    assert Client().get(link(secret)).status_code == 404


def test_invitation_of_another_school_cannot_be_taken_back(client, sign_in, outsider, invite):
    invitation, secret = invite()
    sign_in(outsider)

    assert client.post(reverse("staff:invitation-revoke", args=[invitation.pk])).status_code == 404
    assert services.open_invitation(secret)


def test_teacher_takes_nothing_back(client, sign_in, teacher, invite):
    invitation, _ = invite()
    sign_in(teacher)

    assert client.post(reverse("staff:invitation-revoke", args=[invitation.pk])).status_code == 403


# --- Following the link ---
def test_looking_changes_nothing_and_names_the_school_alone(client, invite):
    invitation, secret = invite()

    pages = [client.get(link(secret)) for _ in range(3)]
    client.head(link(secret))
    client.options(link(secret))

    text = pages[0].content.decode()
    assert "Fernhill Primary School" in text
    assert "Continue" in text
    assert "Ola" not in text
    assert "ola@" not in text
    assert pages[0].headers["Referrer-Policy"] == "strict-origin"
    assert "no-store" in pages[0].headers["Cache-Control"]
    invitation.refresh_from_db()
    assert invitation.is_open
    assert not User.objects.filter(email="ola@fernhill.example").exists()
    assert client.get(JOIN).status_code == 404


def test_unknown_used_revoked_and_old_links_answer_alike(client, invite, head):
    dead = {"unknown": "x" * 43}
    _, dead["replaced"] = invite()
    used, dead["used"] = invite()
    services.accept_invitation(invitation=used, password=GOOD)
    revoked, dead["revoked"] = invite(email="b@fernhill.example")
    services.revoke_invitation(invitation=revoked, by=head)
    old, dead["old"] = invite(email="c@fernhill.example")
    Invitation.objects.filter(pk=old.pk).update(expires_at=timezone.now() - timedelta(seconds=1))

    answers = {kind: same_answer(client.get(link(secret))) for kind, secret in dead.items()}
    posted = {kind: same_answer(client.post(link(secret))) for kind, secret in dead.items()}

    assert len(set(answers.values())) == 1
    assert set(posted.values()) == set(answers.values())
    assert answers["unknown"][0] == 404
    assert same_answer(client.get("/school/invitations/short/")) == answers["unknown"]


def test_link_works_for_seven_days(invite):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        _, secret = invite()
        clock.shift(timedelta(days=7, seconds=-1))
        assert Client().get(link(secret)).status_code == 200
        clock.shift(timedelta(seconds=2))
        assert Client().get(link(secret)).status_code == 404


@pytest.mark.usefixtures("one_window")
def test_a_flood_of_guesses_is_slowed_down(client, db):
    statuses = [client.get(link(f"{number:043}")).status_code for number in range(61)]

    assert statuses[:60] == [404] * 60
    assert statuses[60] == 429


def opened(secret, client=None):
    client = client or Client()
    assert client.post(link(secret)).headers["Location"] == JOIN
    return client


def joining(**changes):
    return {"name": "Ola Brandt-Hay", "password1": GOOD, "password2": GOOD} | changes


def test_newcomer_chooses_name_and_password_and_is_signed_in(invite, school):
    _, secret = invite(role=Role.OFFICE)
    client = opened(secret)

    page = client.get(JOIN).content.decode()
    response = client.post(JOIN, joining())

    person = User.objects.get(email="ola@fernhill.example")
    assert secret not in page
    assert "three-words" in page
    assert response.headers["Location"] == "/"
    assert (person.name, person.check_password(GOOD)) == ("Ola Brandt-Hay", True)
    assert Membership.objects.get(user=person).role == Role.OFFICE
    assert client.session["_auth_user_id"] == str(person.pk)
    assert client.get("/account/").status_code == 200
    assert client.get(JOIN).status_code == 404
    assert Client().get(link(secret)).status_code == 404


def test_newcomer_is_led_to_the_second_step_where_one_is_required(invite, settings):
    settings.MFA_REQUIRED = True
    _, secret = invite()
    client = opened(secret)

    response = client.post(JOIN, joining())

    assert response.headers["Location"] == reverse("mfa_index")
    # The password was chosen a moment ago: adding the step does not ask for it again.
    assert client.get(reverse("mfa_activate_totp")).status_code == 200
    assert client.get("/account/").headers["Location"] == reverse("mfa_index")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": ""}, "required"),
        ({"password1": "short", "password2": "short"}, "too short"),
        ({"password1": "password20262027", "password2": "password20262027"}, "people guess first"),
        ({"password1": "fernhill-ola-27", "password2": "fernhill-ola-27"}, "a school word"),
        ({"password2": "something else here"}, "not the same"),
    ],
)
def test_a_poor_password_is_refused_and_the_link_still_works(invite, changes, words):
    invitation, secret = invite()
    client = opened(secret)

    response = client.post(JOIN, joining(**changes))

    assert response.status_code == 422
    assert words in response.content.decode()
    invitation.refresh_from_db()
    assert invitation.is_open
    assert not User.objects.filter(email="ola@fernhill.example").exists()


def test_of_two_browsers_with_one_link_the_first_wins(invite):
    _, secret = invite()
    first, second = opened(secret), opened(secret)

    first.post(JOIN, joining())
    late = second.post(JOIN, joining(name="Somebody Else"))

    assert late.status_code == 404
    assert User.objects.get(email="ola@fernhill.example").name == "Ola Brandt-Hay"


def test_used_up_between_the_look_and_the_post_is_said_in_words(invite, monkeypatch):
    invitation, secret = invite()
    client = opened(secret)
    monkeypatch.setattr("staff.sign_in.invitations.kept", lambda request: invitation)
    services.revoke_invitation(invitation=invitation, by=None)

    response = client.post(JOIN, joining())

    assert response.status_code == 422
    assert shows(response.content.decode(), PeopleReason.INVITATION_CLOSED)


def test_revoked_between_the_two_pages_is_gone(invite, head):
    invitation, secret = invite()
    client = opened(secret)

    services.revoke_invitation(invitation=invitation, by=head)

    assert client.get(JOIN).status_code == 404
    assert client.post(JOIN, joining()).status_code == 404


def test_colleague_of_another_school_signs_in_and_accepts(invite, outsider, school):
    _, secret = invite(email=outsider.email.upper())
    client = opened(secret)

    asked = client.get(JOIN).content.decode()
    refused = client.post(JOIN, joining())
    back = log_in(client, outsider, next=JOIN)
    shown = client.get(JOIN).content.decode()
    accepted = client.post(JOIN)

    assert "You already have an account" in asked
    assert refused.status_code == 200
    assert outsider.check_password(PASSWORD)
    assert back.headers["Location"] == JOIN
    assert "Accept" in shown
    assert accepted.headers["Location"] == "/"
    assert set(outsider.memberships.values_list("school__name", flat=True)) == {school.name, "Oakmere Primary School"}
    # The session goes on, in the school just joined.
    assert client.get("/account/").context["acting"].school == school


def test_accepting_ends_the_other_sessions_and_not_this_one(invite, outsider):
    elsewhere = Client()
    log_in(elsewhere, outsider)
    _, secret = invite(email=outsider.email)
    client = Client()
    log_in(client, outsider)
    opened(secret, client)

    client.post(JOIN)

    assert client.get("/account/").status_code == 200
    assert elsewhere.get("/account/").status_code == 302


def test_invitation_of_somebody_else_is_not_accepted_by_who_happens_to_be_signed_in(invite, teacher):
    invitation, secret = invite()
    client = Client()
    log_in(client, teacher)
    opened(secret, client)

    page = client.get(JOIN).content.decode()
    client.post(JOIN, joining())

    assert "This invitation is for somebody else" in page
    invitation.refresh_from_db()
    assert invitation.is_open
    assert teacher.memberships.count() == 1


def test_a_closed_account_opens_again_with_a_new_password_and_its_second_step(invite):
    former = add_app(UserFactory(email="ola@fernhill.example", is_active=False))
    _, secret = invite()
    client = opened(secret)

    response = client.post(JOIN, joining())

    former.refresh_from_db()
    assert former.is_active
    assert former.check_password(GOOD)
    assert response.headers["Location"] == reverse("mfa_authenticate")
    assert "_auth_user_id" not in client.session


def test_words_for_a_password_are_given_to_anybody_and_change(client, db):
    given = {client.get(reverse("staff:three-words")).content.decode() for _ in range(8)}

    assert len(given) > 6
    assert all(re.fullmatch(r"[a-z]+-[a-z]+-[a-z]+", words) for words in given)


# --- An account without a second step -----------------------------------------------------------------------------
@pytest.fixture
def held_back(invite, outsider, settings):
    """A colleague of another school without a second step follows the link and signs in."""
    settings.MFA_REQUIRED = True
    _, secret = invite(outsider.email)
    client = Client()
    client.post(link(secret))
    response = log_in(client, outsider, next=JOIN)
    assert client.get(response.headers["Location"]).headers["Location"] == reverse("mfa_index")
    return client


def test_whoever_adds_a_second_step_for_an_invitation_comes_back_to_it(held_back, outsider, school):
    add_an_app_by_hand(held_back, outsider)
    codes = held_back.get(reverse("mfa_view_recovery_codes"))
    back = held_back.get("/", follow=True)

    assert "I have kept them" in codes.content.decode()
    assert back.redirect_chain == [(JOIN, 302)]
    assert school.name in back.content.decode()
    held_back.post(JOIN)
    assert Membership.objects.filter(user=outsider, school=school).exists()


def test_coming_back_happens_once(held_back, outsider):
    add_app(outsider)

    assert held_back.get(reverse("mfa_index")).headers["Location"] == JOIN
    assert held_back.get("/").status_code == 200


def test_an_invitation_withdrawn_meanwhile_leads_nowhere(held_back, outsider, head):
    services.revoke_invitation(invitation=Invitation.objects.get(), by=head)
    add_app(outsider)

    assert held_back.get("/").status_code == 200


def test_without_a_second_step_every_other_page_still_waits(held_back):
    assert held_back.get(reverse("mfa_index")).status_code == 200
    assert held_back.get("/").headers["Location"] == reverse("mfa_index")
