"""Whoever holds only account rights opens no child, neither to themselves nor to a friend, without a second person."""

from datetime import timedelta

import pytest
import time_machine
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from sendco.audit.models import Event
from staff import granting, services
from staff.acting import acting_for
from staff.models import Invitation, Membership, OutgoingMail, RoleRequest, School, User
from staff.permissions import ROLE_PERMISSIONS
from staff.refusals import GrantReason, PeopleReason
from staff.roles import Role
from tests.factories import MembershipFactory, UserFactory
from tests.refusals import refused

CHILDREN = [role for role in Role if granting.takes_two(role)]
NO_CHILDREN = [role for role in Role if not granting.takes_two(role)]


@pytest.fixture
def friend(school):
    """A second account of the administrator's, say, with a role that opens no child."""
    return MembershipFactory(school=school, role=Role.GOVERNOR, user=UserFactory(name="Second Self")).user


def roles_of(user):
    return {membership.role for membership in Membership.objects.filter(user=user)}


def invite_and_join(school, by, role, email="new@fernhill.sch.uk"):
    invitation, _ = services.invite(school=school, email=email, name="New", role=role, by=by)
    return services.accept_invitation(invitation=invitation, password="three random words here")


def test_roles_that_open_children_are_known():
    assert set(NO_CHILDREN) == {Role.GOVERNOR, Role.ADMINISTRATOR, Role.DPO}
    assert all(granting.TAKES_TWO & ROLE_PERMISSIONS[role] for role in CHILDREN)


@pytest.mark.parametrize("role", [role for role in CHILDREN if role != Role.PROVISION_LEAD])
def test_administrator_opens_no_child_to_a_friend(administrator, friend, head, school, role):
    services.give_role(user=friend, school=school, role=role, by=administrator)

    assert roles_of(friend) == {Role.GOVERNOR}
    assert RoleRequest.objects.open().get().role == role


def test_administrator_opens_no_child_by_an_invitation_to_themselves(administrator, head, school):
    user = invite_and_join(school, administrator, Role.SENCO)

    assert not roles_of(user)
    assert acting_for(user).school is None
    assert RoleRequest.objects.open().get(user=user).role == Role.SENCO


def test_the_service_itself_refuses(administrator, friend, head, school):
    with refused(GrantReason.SECOND_PERSON_NEEDED):
        services.add_membership(user=friend, school=school, role=Role.SENCO, by=administrator)


@pytest.mark.parametrize("role", NO_CHILDREN)
def test_roles_that_open_no_child_need_nobody(administrator, teacher, head, school, role):
    given = services.give_role(user=teacher, school=school, role=role, by=administrator)

    assert isinstance(given, Membership)


@pytest.mark.parametrize("leader", ["head", "senco"])
def test_leaders_give_roles_alone(request, leader, friend, school):
    by = request.getfixturevalue(leader)

    assert isinstance(services.give_role(user=friend, school=school, role=Role.TEACHER, by=by), Membership)


def test_inviter_who_left_meanwhile_needs_a_second_person(head, senco, school):
    invitation, _ = services.invite(school=school, email="x@fernhill.sch.uk", name="X", role=Role.SENCO, by=senco)
    Membership.objects.filter(user=senco).update(ends_on=timezone.localdate() - timedelta(days=1))
    user = services.accept_invitation(invitation=invitation, password="three random words here")

    assert not roles_of(user)


def test_leader_of_another_school_is_no_leader_here(administrator, outsider, head, friend, school):
    MembershipFactory(school=school, role=Role.ADMINISTRATOR, user=outsider)

    assert granting.needs_second(school=school, role=Role.SENCO, by=outsider)


@pytest.mark.parametrize("has_rights_here", [False, True])
def test_leader_of_the_first_of_two_schools_is_no_leader_in_the_other(senco, outsider, other_school, has_rights_here):
    """Somebody of two schools acts in the first by name where none is asked for: what they lead there counts for it."""
    if has_rights_here:
        MembershipFactory(school=other_school, role=Role.ADMINISTRATOR, user=senco)
    friend = MembershipFactory(school=other_school, role=Role.GOVERNOR).user
    wanted = granting.ask(user=friend, school=other_school, role=Role.SENCO, by=outsider)

    assert acting_for(senco).school != other_school
    assert granting.needs_second(school=other_school, role=Role.SENCO, by=senco)
    with refused(GrantReason.LEADERS_CONFIRM):
        services.confirm_role(wanted=wanted, by=senco)


# --- Telling and deciding ----------------------------------------------------------------------------------------
def told():
    return sorted(OutgoingMail.objects.values_list("to", flat=True))


def test_those_concerned_are_told(administrator, friend, head, senco, school):
    dpo = MembershipFactory(school=school, role=Role.DPO).user
    services.give_role(user=friend, school=school, role=Role.SENCO, by=administrator)

    assert told() == sorted([head.email, senco.email, dpo.email, friend.email])
    assert Event.objects.get(code="person.role_asked").by_id == administrator.pk
    services.give_role(user=friend, school=school, role=Role.SENCO, by=administrator)
    assert len(told()) == 4


def test_leader_confirms_and_both_are_told(proved, administrator, friend, head, school):
    wanted = services.give_role(user=friend, school=school, role=Role.SENCO, by=administrator)
    OutgoingMail.objects.all().delete()
    client = proved(head)
    assert "Second Self" in client.get(reverse("staff:people")).content.decode()

    answer = client.post(reverse("staff:role-confirm", args=[wanted.pk]))

    assert answer.status_code == 302
    assert Role.SENCO in roles_of(friend)
    assert told() == sorted([administrator.email, friend.email])
    assert client.post(reverse("staff:role-confirm", args=[wanted.pk])).status_code == 404


def test_leader_refuses_and_both_are_told(proved, administrator, friend, head, school):
    wanted = services.give_role(user=friend, school=school, role=Role.SENCO, by=administrator)

    proved(head).post(reverse("staff:role-refuse", args=[wanted.pk]))

    wanted.refresh_from_db()
    assert wanted.outcome == RoleRequest.Outcome.REFUSED
    assert roles_of(friend) == {Role.GOVERNOR}


def test_neither_asker_nor_friend_nor_another_administrator_confirms(administrator, friend, head, school):
    wanted = services.give_role(user=friend, school=school, role=Role.SENCO, by=administrator)
    other = MembershipFactory(school=school, role=Role.ADMINISTRATOR).user
    MembershipFactory(school=school, role=Role.ADMINISTRATOR, user=friend)

    for by, reason in ((administrator, "LEADERS_CONFIRM"), (other, "LEADERS_CONFIRM"), (friend, "OWN_ROLE")):
        with refused(GrantReason[reason]):
            services.confirm_role(wanted=wanted, by=by)
    assert roles_of(friend) == {Role.GOVERNOR, Role.ADMINISTRATOR}


def test_request_is_decided_once(administrator, friend, head, senco, school):
    wanted = services.give_role(user=friend, school=school, role=Role.SENCO, by=administrator)
    services.refuse_role(wanted=wanted, by=head)

    for decide in (services.confirm_role, services.refuse_role):
        with refused(GrantReason.REQUEST_CLOSED):
            decide(wanted=wanted, by=senco)
    assert roles_of(friend) == {Role.GOVERNOR}


def test_asker_who_leads_meanwhile_is_no_second_person(administrator, friend, head, school):
    wanted = services.give_role(user=friend, school=school, role=Role.SENCO, by=administrator)
    MembershipFactory(school=school, role=Role.HEAD, user=administrator)

    with refused(GrantReason.LEADERS_CONFIRM):
        services.confirm_role(wanted=wanted, by=administrator)


def test_nobody_decides_about_themselves(administrator, friend, head, school):
    wanted = services.give_role(user=friend, school=school, role=Role.SENCO, by=administrator)

    with refused(PeopleReason.OWN_ROLE_GIVEN):
        services.refuse_role(wanted=wanted, by=friend)
    assert RoleRequest.objects.open().get() == wanted


def test_page_of_the_administrator_says_who_confirms(proved, administrator, friend, head):
    client = proved(administrator)
    answer = client.post(
        reverse("staff:role-add", args=[friend.pk]),
        {"role": Role.SENCO, "starts_on": f"{timezone.localdate():%d/%m/%Y}"},
        follow=True,
    )

    page = answer.content.decode()
    assert "opens children" in page
    assert "Only the headteacher or the SENDCo confirms this" in page


def test_school_that_nobody_leads_any_more_waits_a_day_and_tells_who_led(administrator, friend, head, school):
    Membership.objects.filter(user=head).update(ends_on=timezone.localdate() - timedelta(days=1))
    wanted = services.give_role(user=friend, school=school, role=Role.HEAD, by=administrator)

    assert head.email in told()
    with refused(GrantReason.TOO_SOON):
        services.confirm_role(wanted=wanted, by=administrator)
    with time_machine.travel(timezone.now() + timedelta(hours=25), tick=False):
        services.confirm_role(wanted=wanted, by=administrator)
    assert Role.HEAD in roles_of(friend)


# --- A new school ------------------------------------------------------------------------------------------------
def test_first_people_of_a_new_school_need_nobody(db):
    words = {"head_name": "Ruth", "head_email": "r@new.sch.uk", "senco_name": "Nadia", "senco_email": "n@new.sch.uk"}
    call_command("create_school", name="New School", short_name="New", setting="maintained_primary", **words)
    for invitation in Invitation.objects.filter(school__name="New School"):
        services.accept_invitation(invitation=invitation, password="three random words here")

    school = School.objects.get(name="New School")
    assert {member.role for member in Membership.objects.filter(school=school)} == {Role.HEAD, Role.SENCO}
    assert not RoleRequest.objects.exists()


def test_administrator_of_a_new_school_brings_in_its_first_leader(administrator, school):
    user = invite_and_join(school, administrator, Role.HEAD)

    assert roles_of(user) == {Role.HEAD}
    assert not roles_of(invite_and_join(school, administrator, Role.SENCO, email="second@fernhill.sch.uk"))
    assert User.objects.filter(email="second@fernhill.sch.uk").exists()
