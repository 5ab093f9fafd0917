"""Neither head nor SENDCo can be reached: a colleague gets the role for three days, and all concerned hear of it."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from governance.tasks import daily
from sendco.audit import services as audit
from sendco.audit.models import Event
from staff import granting, services
from staff.acting import acting_for
from staff.models import Membership, OutgoingMail, RoleRequest
from staff.permissions import ONLY_CONFIRMED, Permission
from staff.refusals import GrantReason
from staff.roles import Role
from staff.sign_in.lost_factors import who_decides
from tests.factories import MembershipFactory, PupilFactory
from tests.refusals import refused

NOON = "2026-11-23 12:10"
A_DAY_LATER = "2026-11-24 12:15"
REASON = "Head and SENDCo are both in hospital, a review is tomorrow"


@pytest.fixture
def colleague(school, administrator, head):
    """Has taught here for a year; a role was asked for at noon."""
    with time_machine.travel(NOON, tick=False):
        today = timezone.localdate()
        Membership.objects.filter(school=school).update(starts_on=today - timedelta(days=400))
        user = MembershipFactory(school=school, role=Role.TEACHER, starts_on=today - timedelta(days=365)).user
        services.give_role(user=user, school=school, role=Role.SENCO, by=administrator)
    with time_machine.travel(A_DAY_LATER, tick=False):
        OutgoingMail.objects.all().delete()
        yield user


@pytest.fixture
def wanted(colleague):
    return RoleRequest.objects.get(user=colleague)


def cover(wanted, by, reason=REASON):
    return services.cover_role(wanted=wanted, reason=reason, by=by)


def told():
    return sorted(OutgoingMail.objects.values_list("to", flat=True))


def test_administrator_gives_the_role_for_three_days_through_the_page(proved, administrator, colleague, wanted, head):
    client = proved(administrator)
    page = client.get(reverse("staff:people")).content.decode()
    assert reverse("staff:role-cover", args=[wanted.pk]) in page

    answer = client.post(reverse("staff:role-cover", args=[wanted.pk]), {"reason": REASON})

    assert answer.url == reverse("staff:people")
    given = Membership.objects.get(user=colleague, role=Role.SENCO)
    assert (given.ends_on - given.starts_on).days == 2
    assert acting_for(colleague).can(Permission.PUPIL_VIEW_ALL)
    with time_machine.travel("2026-11-27 00:05", tick=False):
        assert not acting_for(colleague).can(Permission.PUPIL_VIEW_ALL)


def test_leaders_dpo_and_colleague_are_told_at_once_with_the_reason(administrator, colleague, wanted, head, school):
    dpo = MembershipFactory(school=school, role=Role.DPO).user

    cover(wanted, administrator)

    assert told() == sorted([head.email, dpo.email, colleague.email])
    assert all(REASON in text for text in OutgoingMail.objects.values_list("text", flat=True))
    assert REASON in Event.objects.get(code="person.role_covered").text


def test_what_was_opened_is_reported_once_it_is_over(administrator, colleague, wanted, head, school):
    cover(wanted, administrator)
    for pupil in PupilFactory.create_batch(2, school=school):
        audit.record_read(school_id=school.pk, pupil_id=pupil.pk, by=colleague)
    OutgoingMail.objects.all().delete()

    with time_machine.travel("2026-11-26 23:50", tick=False):
        daily()
        assert not RoleRequest.objects.exclude(reported_at=None).exists()
    with time_machine.travel("2026-11-27 00:05", tick=False):
        daily()
        daily()

    mails = OutgoingMail.objects.filter(subject__contains="nobody confirmed")
    assert sorted(mails.values_list("to", flat=True)) == sorted([head.email, colleague.email])
    assert "2 children" in mails.get(to=head.email).text
    assert Event.objects.get(code="person.role_cover_over").by_id is None


def test_those_who_lead_have_a_day_to_answer_first(administrator, wanted):
    with time_machine.travel(timezone.now() - timedelta(hours=2), tick=False), refused(GrantReason.COVER_TOO_SOON):
        cover(wanted, administrator)


def test_nobody_covers_for_themselves(school, wanted, colleague):
    MembershipFactory(school=school, role=Role.ADMINISTRATOR, user=colleague)

    with refused(GrantReason.OWN_ROLE):
        cover(wanted, colleague)


def test_an_account_made_for_it_gets_nothing(administrator, wanted, colleague):
    Membership.objects.filter(user=colleague).update(starts_on=timezone.localdate() - timedelta(days=29))

    with refused(GrantReason.NEW_HERE):
        cover(wanted, administrator)


def test_a_year_at_another_school_is_no_work_here(administrator, wanted, colleague, other_school):
    Membership.objects.filter(user=colleague).update(school=other_school)

    with refused(GrantReason.NEW_HERE):
        cover(wanted, administrator)


def test_once_in_thirty_days(administrator, wanted, school, head):
    cover(wanted, administrator)
    other = MembershipFactory(
        school=school, role=Role.TEACHER, starts_on=timezone.localdate() - timedelta(days=99)
    ).user
    again = services.give_role(user=other, school=school, role=Role.SENCO, by=administrator)

    with time_machine.travel(timezone.now() + timedelta(days=29), tick=False), refused(GrantReason.COVERED_LATELY):
        cover(again, administrator)
    with time_machine.travel(timezone.now() + timedelta(days=31), tick=False):
        assert cover(again, administrator)


@pytest.mark.parametrize("who", ["teacher", "outsider"])
def test_who_manages_nobody_here_covers_nothing(request, who, wanted):
    with refused(GrantReason.LEADERS_CONFIRM):
        cover(wanted, request.getfixturevalue(who))


def test_where_nobody_leads_the_role_is_confirmed_as_before(administrator, wanted, head):
    Membership.objects.filter(user=head).update(ends_on=timezone.localdate() - timedelta(days=1))

    with refused(GrantReason.CONFIRM_INSTEAD):
        cover(wanted, administrator)
    assert granting.refusal_to_confirm(wanted, by=administrator) is None


def test_a_reason_is_asked_for(proved, administrator, wanted):
    answer = proved(administrator).post(reverse("staff:role-cover", args=[wanted.pk]), {"reason": "ill"})

    assert answer.status_code == 422
    assert RoleRequest.objects.open().exists()


def test_leader_ends_it_at_once(administrator, colleague, wanted, head):
    given = cover(wanted, administrator)

    services.end_membership(membership=given, ends_on=timezone.localdate() - timedelta(days=1), by=head)

    assert not acting_for(colleague).can(Permission.PUPIL_VIEW_ALL)


def test_decided_once(administrator, wanted, head):
    services.refuse_role(wanted=wanted, by=head)

    with refused(GrantReason.REQUEST_CLOSED):
        cover(wanted, administrator)


# --- What it does not open ---------------------------------------------------------------------------------------
def test_covered_role_gives_and_confirms_no_lasting_role(administrator, colleague, wanted, head, school):
    """Else three days on one person's word become a role for ever, for whoever manages accounts too."""
    friend = MembershipFactory(school=school, role=Role.GOVERNOR).user
    other = granting.ask(user=friend, school=school, role=Role.TEACHER, by=administrator)

    cover(wanted, administrator)

    assert granting.needs_second(school=school, role=Role.SENCO, by=colleague)
    with refused(GrantReason.LEADERS_CONFIRM):
        services.confirm_role(wanted=other, by=colleague)


def test_covered_role_leads_nobody_and_takes_nothing_out(administrator, colleague, wanted, head, school):
    cover(wanted, administrator)

    acting = acting_for(colleague)
    assert acting.can(Permission.CASE_EDIT)
    assert not acting.permissions & ONLY_CONFIRMED
    assert colleague not in granting.who_confirms(school, but=[])
    assert colleague not in who_decides(administrator)


def test_nobody_becomes_head_so(administrator, colleague, head, school):
    wanted = granting.ask(user=colleague, school=school, role=Role.HEAD, by=administrator)
    RoleRequest.objects.filter(pk=wanted.pk).update(asked_at=timezone.now() - granting.WAIT_WITHOUT_LEADER)

    with refused(GrantReason.NO_HEAD_UNCONFIRMED):
        cover(wanted, administrator)
