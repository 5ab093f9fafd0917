import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.db import connection, connections
from django.urls import reverse
from django.utils import timezone

from sendco.audit.models import Audience, Event
from sendco.refusals import Refused
from staff import services
from staff.acting import acting_for
from staff.models import GroupStaff, Invitation, Membership, School, TeachingGroup, Unit, User
from staff.permissions import Permission
from staff.refusals import PeopleReason, SchoolReason
from staff.roles import Role
from tests.factories import MembershipFactory, TeachingGroupFactory, UserFactory
from tests.factories.staff import PASSWORD
from tests.refusals import refused

from .signing import log_in

pytestmark = pytest.mark.postgresql("locks and constraints")


def today():
    return timezone.localdate()


def yesterday():
    return today() - timedelta(days=1)


def tomorrow():
    return today() + timedelta(days=1)


def role_of(person):
    return person.memberships.get()


@pytest.fixture
def at_once(db, tmp_path):
    """Run these together, each in a thread with a connection of its own, then `look` at what is stored.

    Returns (what each returned or raised, what the look found). The threads share a copy of the database in a file:
    SQLite in memory locks out a second writer at once, a file waits its turn, as the site does. A server sees nothing
    of this test's open transaction, so there the calls run one after the other.
    """
    file = tmp_path / "copy.sqlite3"

    def go(call):
        connections["default"] = type(connections["default"])(connection.settings_dict | {"NAME": file}, "default")
        return _answer(call)

    def run(*calls, look):
        if connection.vendor != "sqlite":
            return [_answer(call) for call in calls], look()
        with closing(sqlite3.connect(file)) as copy:
            copy.executescript("".join(connection.connection.iterdump()))
            copy.execute("PRAGMA journal_mode = WAL")  # of many first connections at once some could not
        with ThreadPoolExecutor(len(calls)) as pool:
            answers = list(pool.map(go, calls))
            return answers, pool.submit(go, look).result()

    return run


def _answer(call):
    try:
        return call()
    except Exception as error:
        return error
    finally:
        if threading.current_thread() is not threading.main_thread():
            connection.close()


def were_refused(answers, kind=Refused):
    return [isinstance(answer, kind) for answer in sorted(answers, key=lambda answer: isinstance(answer, kind))]


# --- Acting ------------------------------------------------------------------------------------------------------
def test_acting_is_the_union_of_todays_roles_here(senco, school, other_school):
    MembershipFactory(user=senco, school=school, role=Role.DSL)
    MembershipFactory(user=senco, school=other_school, role=Role.ADMINISTRATOR)

    acting = acting_for(senco, school.pk)

    assert acting.roles == {Role.SENCO, Role.DSL}
    assert acting.schools == (school, other_school)
    assert not acting.can(Permission.HEALTH_VIEW)
    assert acting_for(senco, other_school.pk).roles == {Role.ADMINISTRATOR}


def test_acting_falls_back_to_the_first_school_one_works_in(senco, school, other_school):
    assert acting_for(senco, other_school.pk).school == school
    assert acting_for(senco, None).school == school


@pytest.mark.parametrize(
    ("starts", "ends", "works"),
    [(0, None, True), (0, 0, True), (-30, 0, True), (-30, -1, False), (1, None, False), (1, 5, False)],
)
def test_a_role_opens_from_its_first_to_its_last_day(school, starts, ends, works):
    person = UserFactory()
    MembershipFactory(
        user=person,
        school=school,
        starts_on=today() + timedelta(days=starts),
        ends_on=None if ends is None else today() + timedelta(days=ends),
    )

    acting = acting_for(person)

    assert (acting.school == school) is works
    assert acting.can(Permission.PUPIL_VIEW) is works


def test_acting_without_a_role_may_do_nothing(db):
    acting = acting_for(UserFactory())

    assert (acting.school, acting.roles, acting.permissions) == (None, frozenset(), frozenset())


def test_a_lead_acts_in_the_unit_of_this_school_alone(school, other_school):
    lead = UserFactory()
    here = Unit.objects.create(school=school, name="Willow", kind="resourced")
    there = Unit.objects.create(school=other_school, name="Oak", kind="resourced")
    for unit in (here, there):
        MembershipFactory(user=lead, school=unit.school, role=Role.PROVISION_LEAD, unit=unit)

    assert acting_for(lead, school.pk).unit_ids == {here.pk}


def test_acting_costs_one_query(senco, school, django_assert_num_queries):
    with django_assert_num_queries(1):
        acting_for(senco, school.pk)


# --- Invitations -------------------------------------------------------------------------------------------------
def invited(school, by, **changes):
    values = {"email": "kit@fernhill.example", "name": "Kit Okonjo", "role": Role.TEACHER, **changes}
    return services.invite(school=school, by=by, **values)


def test_an_invitation_makes_the_account_and_the_role(school, senco):
    invitation, secret = invited(school, senco)
    assert secret not in str(vars(invitation))
    assert services.open_invitation(secret) == invitation

    user = services.accept_invitation(invitation=invitation, password=PASSWORD)

    assert acting_for(user).roles == {Role.TEACHER}
    assert user.check_password(PASSWORD)
    assert services.open_invitation(secret) is None


def test_a_second_invitation_kills_the_first(school, senco):
    first, secret = invited(school, senco)
    invited(school, senco)

    assert services.open_invitation(secret) is None
    with refused(PeopleReason.INVITATION_CLOSED):
        services.accept_invitation(invitation=first, password=PASSWORD)


def test_an_invitation_runs_out(school, senco):
    invitation, secret = invited(school, senco)
    Invitation.objects.update(expires_at=timezone.now())

    assert services.open_invitation(secret) is None
    with refused(PeopleReason.INVITATION_CLOSED):
        services.accept_invitation(invitation=invitation, password=PASSWORD)
    assert not User.objects.filter(email="kit@fernhill.example").exists()


def test_a_withdrawn_invitation_opens_nothing(school, senco):
    invitation, secret = invited(school, senco)
    services.revoke_invitation(invitation=invitation, by=senco)

    assert services.open_invitation(secret) is None


def test_an_account_there_is_keeps_its_password(school, other_school, senco, outsider):
    invitation, _ = invited(school, senco, email=outsider.email.upper())

    services.accept_invitation(invitation=invitation, password="something else entirely")

    outsider.refresh_from_db()
    assert outsider.check_password(PASSWORD)
    assert set(acting_for(outsider).schools) == {school, other_school}


def test_of_two_acceptances_at_once_one_wins(at_once, school, senco):
    invitation, _ = invited(school, senco)

    def accept():
        return services.accept_invitation(invitation=invitation, password=PASSWORD)

    def look():
        kit = User.objects.filter(email="kit@fernhill.example")
        return kit.count(), Membership.objects.filter(user__in=kit).count()

    answers, found = at_once(accept, accept, look=look)

    assert were_refused(answers) == [False, True]
    assert found == (1, 1)


# --- Roles -------------------------------------------------------------------------------------------------------
def test_a_role_is_an_event_for_those_who_manage_accounts(teacher, senco, school):
    services.add_membership(user=teacher, school=school, role=Role.DSL, by=senco)

    event = Event.objects.get(code="person.role_added")
    assert event.audience == Audience.ACCOUNTS
    assert (event.subject_type, event.subject_id, event.by_name) == ("staff.user", teacher.pk, "Nadia Rahman")
    assert Membership.history.filter(role=Role.DSL).get().history_user_id == senco.pk


def test_a_role_ends_access_on_the_same_day(teacher, senco):
    services.end_membership(membership=role_of(teacher), ends_on=yesterday(), by=senco)

    assert acting_for(teacher).school is None


def test_a_role_that_ends_today_works_until_tonight(teacher, senco):
    services.end_membership(membership=role_of(teacher), ends_on=today(), by=senco)

    assert acting_for(teacher).school is not None
    assert acting_for(teacher, today=tomorrow()).school is None


def test_a_role_given_by_mistake_today_is_taken_back_now(teacher, senco, school):
    mistake = services.add_membership(user=teacher, school=school, role=Role.HEAD, by=senco)
    MembershipFactory(school=school, role=Role.HEAD)

    services.end_membership(membership=mistake, ends_on=yesterday(), by=senco)

    assert acting_for(teacher).roles == {Role.TEACHER}
    assert Event.objects.filter(code="person.role_taken_back", subject_id=teacher.pk).exists()
    assert Membership.history.filter(role=Role.HEAD, history_type="-").get().history_user_id == senco.pk


def test_an_old_role_cannot_end_before_it_began(teacher, senco):
    role = role_of(teacher)

    with refused(PeopleReason.ROLE_ENDS_BEFORE_START):
        services.end_membership(membership=role, ends_on=role.starts_on - timedelta(days=1), by=senco)


def test_nobody_ends_or_gives_their_own_role(head, senco, school):
    MembershipFactory(school=school, role=Role.HEAD)

    with refused(PeopleReason.OWN_ACCESS_ENDED):
        services.end_membership(membership=role_of(head), ends_on=today(), by=head)
    with refused(PeopleReason.OWN_ROLE_GIVEN):
        services.add_membership(user=senco, school=school, role=Role.HEAD, by=senco)


def test_the_last_head_stays(head, senco):
    with refused(PeopleReason.LAST_HEAD):
        services.end_membership(membership=role_of(head), ends_on=today(), by=senco)

    assert role_of(head).ends_on is None


def test_a_head_of_another_school_or_with_a_closed_account_does_not_count(head, senco, school, outsider, other_school):
    MembershipFactory(school=other_school, role=Role.HEAD)
    MembershipFactory(school=school, role=Role.HEAD, user__is_active=False)

    with refused(PeopleReason.LAST_HEAD):
        services.end_membership(membership=role_of(head), ends_on=today(), by=senco)


def test_a_head_who_leaves_first_does_not_count(head, senco, school):
    MembershipFactory(school=school, role=Role.HEAD, ends_on=today() + timedelta(days=5))

    with refused(PeopleReason.LAST_HEAD):
        services.end_membership(membership=role_of(head), ends_on=today() + timedelta(days=30), by=senco)


def test_a_head_who_takes_over_the_next_day_counts(head, senco, school):
    MembershipFactory(school=school, role=Role.HEAD, starts_on=tomorrow())

    services.end_membership(membership=role_of(head), ends_on=today(), by=senco)

    assert role_of(head).ends_on == today()


def test_of_two_heads_who_end_each_other_one_stays(at_once, head, school):
    second = MembershipFactory(school=school, role=Role.HEAD).user
    first_role, second_role = role_of(head), role_of(second)

    answers, heads = at_once(
        lambda: services.end_membership(membership=first_role, ends_on=yesterday(), by=second),
        lambda: services.end_membership(membership=second_role, ends_on=yesterday(), by=head),
        look=lambda: Membership.objects.filter(role=Role.HEAD, ends_on=None).count(),
    )

    assert were_refused(answers) == [False, True]
    assert heads == 1


def test_one_role_given_twice_at_once_is_one_role(at_once, teacher, senco, school):
    def give():
        return services.add_membership(user=teacher, school=school, role=Role.DSL, by=senco)

    answers, roles = at_once(give, give, look=lambda: Membership.objects.filter(role=Role.DSL).count())

    assert were_refused(answers) == [False, True]
    assert roles == 1


# --- Leaving -----------------------------------------------------------------------------------------------------
def test_leaving_closes_roles_groups_and_the_account(teacher, senco, school, group):
    services.leave_school(user=teacher, school=school, last_day=yesterday(), by=senco)

    teacher.refresh_from_db()
    assert acting_for(teacher).school is None
    assert group.staff.get().ends_on == yesterday()
    assert not teacher.is_active


def test_leaving_closes_sessions_at_once(client, teacher, senco, school):
    log_in(client, teacher)
    assert client.get(reverse("home")).status_code == 200
    assert UserSession.objects.filter(user=teacher).exists()

    services.leave_school(user=teacher, school=school, last_day=today(), by=senco)

    assert not UserSession.objects.filter(user=teacher).exists()
    assert client.get(reverse("home")).status_code == 302


def test_leaving_later_keeps_access_until_that_night(teacher, senco, school):
    services.leave_school(user=teacher, school=school, last_day=tomorrow(), by=senco)

    teacher.refresh_from_db()
    assert teacher.is_active
    assert acting_for(teacher, today=tomorrow()).school == school
    assert acting_for(teacher, today=tomorrow() + timedelta(days=1)).school is None


def test_leaving_one_school_keeps_the_other(teacher, senco, school, other_school):
    MembershipFactory(user=teacher, school=other_school)

    services.leave_school(user=teacher, school=school, last_day=yesterday(), by=senco)

    teacher.refresh_from_db()
    assert teacher.is_active
    assert acting_for(teacher).schools == (other_school,)


def test_somebody_who_began_today_can_leave_at_once(senco, school):
    newcomer = MembershipFactory(school=school, starts_on=today()).user

    services.leave_school(user=newcomer, school=school, last_day=yesterday(), by=senco)

    newcomer.refresh_from_db()
    assert acting_for(newcomer).school is None
    assert not newcomer.is_active


def test_the_last_head_cannot_leave_and_keeps_everything(head, senco, school, group):
    GroupStaff.objects.create(group=group, user=head, kind="teaches")

    with refused(PeopleReason.LAST_HEAD):
        services.leave_school(user=head, school=school, last_day=yesterday(), by=senco)

    head.refresh_from_db()
    assert head.is_active
    assert head.groups.get().ends_on is None


def test_other_sessions_end_but_for_the_one_that_is_kept(client, teacher):
    log_in(client, teacher)
    kept = client.session.session_key

    services.end_sessions(user=teacher, keep=kept)
    assert client.get(reverse("home")).status_code == 200

    services.end_sessions(user=teacher)
    assert client.get(reverse("home")).status_code == 302


# --- The school and its groups -----------------------------------------------------------------------------------
def test_a_stale_version_is_refused_with_what_is_stored(school, senco, office):
    services.update_school(school=school, values={"telephone": "01632 960111"}, version=1, by=office)

    with pytest.raises(services.ChangedMeanwhile) as refusal:
        services.update_school(school=school, values={"telephone": "01632 960222"}, version=1, by=senco)

    assert refusal.value.theirs.telephone == "01632 960111"


def test_of_two_saves_at_once_one_is_asked_to_look(at_once, school, senco):
    def save(telephone):
        return services.update_school(school=school, values={"telephone": telephone}, version=1, by=senco)

    answers, version = at_once(
        lambda: save("01632 960111"),
        lambda: save("01632 960222"),
        look=lambda: School.objects.get(pk=school.pk).version,
    )

    assert were_refused(answers, services.ChangedMeanwhile) == [False, True]
    assert version == 2


def test_one_place_a_group_even_when_its_end_is_set(group, teacher, senco):
    services.end_group_staff(place=group.staff.get(), ends_on=tomorrow(), by=senco)

    with refused(PeopleReason.PLACE_HELD):
        services.add_group_staff(group=group, user=teacher, kind="teaches", by=senco)


def test_one_place_given_twice_at_once_is_one_place(at_once, school, teaching_assistant, senco):
    group = TeachingGroupFactory(school=school)

    def add():
        return services.add_group_staff(group=group, user=teaching_assistant, kind="supports", by=senco)

    answers, places = at_once(add, add, look=lambda: GroupStaff.objects.filter(group=group).count())

    assert were_refused(answers) == [False, True]
    assert places == 1


def test_a_place_given_by_mistake_today_is_taken_back_now(group, teaching_assistant, senco):
    place = services.add_group_staff(group=group, user=teaching_assistant, kind="supports", by=senco)

    services.end_group_staff(place=place, by=senco)

    assert not teaching_assistant.groups.exists()
    assert GroupStaff.history.filter(user=teaching_assistant, history_type="-").get().history_user_id == senco.pk


def test_somebody_who_left_is_not_added_to_a_group(group, senco, school):
    gone = MembershipFactory(school=school, ends_on="2024-12-20").user

    with refused(PeopleReason.NOT_WORKING_HERE):
        services.add_group_staff(group=group, user=gone, kind="supports", by=senco)


def test_a_name_may_come_back_once_the_old_group_is_archived(group, school, senco):
    services.archive_group(group=group, by=senco)

    services.save_group(group=TeachingGroup(school=school, name="5A"), by=senco)

    with refused(SchoolReason.GROUP_NAME_TAKEN):
        services.restore_group(group=group, by=senco)
