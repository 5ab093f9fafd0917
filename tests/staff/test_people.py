from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from staff import services
from staff.models import Invitation, Membership, Unit
from staff.refusals import PeopleReason
from staff.roles import Role
from tests.factories import MembershipFactory
from tests.factories.staff import PASSWORD
from tests.refusals import shows

from .signing import add_app, just_proved, send_waiting_mail


@pytest.fixture
def proved(sign_in, senco):
    """The SENDCo, who has typed the password again a moment ago."""
    client = sign_in(senco)
    just_proved(client, senco)
    return client


@pytest.fixture
def invitation(school, senco):
    invitation, _ = services.invite(
        school=school, email="kit@fernhill.example", name="Kit Okonjo", role="teacher", by=senco
    )
    return invitation


def role_of(person):
    return person.memberships.get()


def today():
    return timezone.localdate()


def test_people_shows_who_works_here_today(sign_in, teacher, senco, outsider, school):
    MembershipFactory(school=school, role=Role.OFFICE, user__name="Gone Already", ends_on="2024-12-20")

    body = sign_in(teacher).get(reverse("staff:people")).content.decode()

    assert "Nadia Rahman" in body
    assert "Tom Achebe" not in body
    assert "Gone Already" not in body


def test_second_factor_and_sign_in_are_for_those_who_manage(sign_in, teacher, senco, invitation):
    add_app(teacher)

    body = sign_in(senco).get(reverse("staff:people")).content.decode()
    assert "Last sign-in" in body
    assert "Kit Okonjo" in body
    factors = {
        person.name: person.has_second_factor
        for person in sign_in(senco).get(reverse("staff:people")).context["people"]
    }
    assert factors == {"Joe Adair": True, "Nadia Rahman": False}

    for page in (reverse("staff:people"), reverse("staff:person-detail", args=[senco.pk])):
        body = sign_in(teacher).get(page).content.decode()
        assert "Last sign-in" not in body
        assert "econd factor" not in body
        assert "Kit Okonjo" not in body


def test_people_query_count_does_not_grow(sign_in, senco, school, count_queries):
    sign_in(senco)
    MembershipFactory.create_batch(2, school=school)
    count_queries(reverse("staff:people"))  # the first request of a session writes to it
    few = count_queries(reverse("staff:people"))
    MembershipFactory.create_batch(20, school=school)
    assert count_queries(reverse("staff:people")) == few


def test_person_page_shows_roles_and_groups_of_this_school_alone(sign_in, senco, teacher, group, other_school):
    MembershipFactory(user=teacher, school=other_school, role=Role.HEAD)

    body = sign_in(senco).get(reverse("staff:person-detail", args=[teacher.pk])).content.decode()

    assert "5A" in body
    assert "Headteacher" not in body
    assert reverse("person-leave", args=[teacher.pk]) in body


def test_ones_own_page_offers_no_change(sign_in, senco):
    body = sign_in(senco).get(reverse("staff:person-detail", args=[senco.pk])).content.decode()

    assert "Nobody changes their own roles" in body
    assert reverse("staff:role-add", args=[senco.pk]) not in body
    assert reverse("staff:role-end", args=[role_of(senco).pk]) not in body


@pytest.mark.parametrize(
    ("name", "of"),
    [("person-detail", "person"), ("role-add", "person"), ("role-end", "role"), ("invitation-resend", "invitation")],
)
def test_people_of_another_school_are_not_found(proved, outsider, other_school, name, of):
    foreign, _ = services.invite(school=other_school, email="x@oakmere.example", name="X", role="teacher", by=outsider)
    pk = {"person": outsider.pk, "role": role_of(outsider).pk, "invitation": foreign.pk}[of]

    assert proved.get(reverse(f"staff:{name}", args=[pk])).status_code == 404


def test_changes_are_refused_to_those_who_do_not_manage(sign_in, teacher, senco, governor, invitation):
    client = sign_in(teacher)
    assert client.get(reverse("staff:role-add", args=[senco.pk])).status_code == 403
    assert client.post(reverse("staff:role-end", args=[role_of(senco).pk])).status_code == 403
    assert client.post(reverse("staff:invitation-resend", args=[invitation.pk])).status_code == 403
    assert sign_in(governor).get(reverse("staff:people")).status_code == 403


def test_wrong_methods_are_refused(proved, teacher):
    assert proved.post(reverse("staff:people")).status_code == 405
    assert proved.post(reverse("staff:person-detail", args=[teacher.pk])).status_code == 405
    assert proved.put(reverse("staff:role-add", args=[teacher.pk])).status_code == 405


@pytest.mark.parametrize("name", ["role-add", "role-end"])
def test_role_changes_ask_who_you_are_again(sign_in, senco, teacher, name):
    pk = teacher.pk if name == "role-add" else role_of(teacher).pk

    response = sign_in(senco).get(reverse(f"staff:{name}", args=[pk]))

    assert response.status_code == 302
    assert "reauthenticate" in response.url


def test_what_was_asked_for_happens_once_one_has_proved_who_one_is(sign_in, senco, teacher):
    client = sign_in(senco)
    values = {"role": "dsl", "starts_on": today().isoformat()}

    asked = client.post(reverse("staff:role-add", args=[teacher.pk]), values)
    assert not teacher.memberships.filter(role="dsl").exists()
    client.post(asked.url, {"password": PASSWORD})

    assert teacher.memberships.filter(role="dsl").exists()


def test_role_is_added_and_shown(proved, teacher, school):
    response = proved.post(
        reverse("staff:role-add", args=[teacher.pk]), {"role": "dsl", "starts_on": today().isoformat()}, follow=True
    )

    assert set(teacher.memberships.values_list("role", flat=True)) == {"teacher", "dsl"}
    assert "Joe Adair is Designated safeguarding lead from" in response.content.decode()


def test_provision_lead_needs_a_unit_of_this_school(proved, teacher, school, other_school):
    address = reverse("staff:role-add", args=[teacher.pk])
    values = {"role": "provision_lead", "starts_on": today().isoformat()}
    foreign = Unit.objects.create(school=other_school, name="Theirs", kind="resourced")
    own = Unit.objects.create(school=school, name="Ours", kind="resourced")

    assert "leads one unit" in proved.post(address, values).content.decode()
    assert proved.post(address, values | {"unit": foreign.pk}).status_code == 422
    assert proved.post(address, values | {"unit": own.pk}).status_code == 302
    assert teacher.memberships.get(role="provision_lead").unit == own


@pytest.mark.parametrize(
    "changes",
    [
        {"role": "teacher"},
        {"role": "caretaker"},
        {"starts_on": ""},
        {"starts_on": "2026-09-01", "ends_on": "2026-08-31"},
        {"ends_on": "9999-12-31"},
    ],
)
def test_role_add_refuses_bad_values(proved, teacher, changes):
    values = {"role": "dsl", "starts_on": today().isoformat(), **changes}

    assert proved.post(reverse("staff:role-add", args=[teacher.pk]), values).status_code == 422
    assert teacher.memberships.count() == 1


def test_nobody_gives_themselves_a_role(proved, senco):
    response = proved.post(
        reverse("staff:role-add", args=[senco.pk]), {"role": "head", "starts_on": today().isoformat()}
    )

    assert response.status_code == 422
    assert shows(response.content.decode(), PeopleReason.OWN_ROLE_GIVEN)
    assert senco.memberships.count() == 1


def test_role_is_ended(proved, teacher):
    role = role_of(teacher)

    response = proved.post(
        reverse("staff:role-end", args=[role.pk]), {"ends_on": (today() - timedelta(days=1)).isoformat()}, follow=True
    )

    role.refresh_from_db()
    assert role.ends_on == today() - timedelta(days=1)
    assert "stops being Teacher" in response.content.decode()


@pytest.mark.parametrize("ends_on", ["", "yesterday", "2020-01-01", "9999-12-31"])
def test_role_end_refuses_bad_days(proved, teacher, ends_on):
    role = role_of(teacher)

    assert proved.post(reverse("staff:role-end", args=[role.pk]), {"ends_on": ends_on}).status_code == 422
    role.refresh_from_db()
    assert role.ends_on is None


def test_the_last_head_stays(proved, head):
    response = proved.post(reverse("staff:role-end", args=[role_of(head).pk]), {"ends_on": today().isoformat()})

    assert response.status_code == 422
    assert shows(response.content.decode(), PeopleReason.LAST_HEAD)


def test_a_closed_account_gets_no_role(proved, teacher):
    teacher.is_active = False
    teacher.save()

    response = proved.post(
        reverse("staff:role-add", args=[teacher.pk]), {"role": "dsl", "starts_on": today().isoformat()}
    )

    assert response.status_code == 422
    assert shows(response.content.decode(), PeopleReason.ACCOUNT_CLOSED)


def test_sending_again_kills_the_old_link(proved, invitation, django_capture_on_commit_callbacks):
    assert proved.get(reverse("staff:invitation-resend", args=[invitation.pk])).status_code == 200
    with django_capture_on_commit_callbacks():
        proved.post(reverse("staff:invitation-resend", args=[invitation.pk]))

    send_waiting_mail()
    invitation.refresh_from_db()
    assert invitation.revoked_at
    assert Invitation.objects.filter(email=invitation.email, revoked_at=None).count() == 1
    assert [message.to for message in mail.outbox] == [["kit@fernhill.example"]]


def test_an_invitation_that_is_no_longer_open_cannot_be_sent_again(proved, invitation, senco):
    services.revoke_invitation(invitation=invitation, by=senco)

    assert proved.post(reverse("staff:invitation-resend", args=[invitation.pk])).status_code == 404


def test_sending_again_to_somebody_who_joined_meanwhile_says_so(proved, invitation, teacher):
    Invitation.objects.filter(pk=invitation.pk).update(email=teacher.email)

    response = proved.post(reverse("staff:invitation-resend", args=[invitation.pk]), follow=True)

    assert shows(response.content.decode(), PeopleReason.WORKS_HERE_IN_ROLE)


def test_past_roles_stay_on_the_record(sign_in, senco, teacher, school):
    Membership.objects.create(
        user=teacher, school=school, role=Role.OFFICE, starts_on="2020-09-01", ends_on="2021-07-20"
    )

    assert "Earlier roles (1)" in sign_in(senco).get(reverse("staff:person-detail", args=[teacher.pk])).content.decode()
