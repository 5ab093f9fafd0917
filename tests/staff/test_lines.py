"""Who sees whom: each page about an adult, for every role, of one's own line, of another line, and of oneself."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from sendco.audit.models import Event
from staff.acting import acting_for
from staff.models import Absence, LineManagement, StaffMember, Unit
from staff.posts import services
from staff.roles import Role
from tests.factories import MembershipFactory

from .adults import adult

POST_PAGES = ("staff:member-detail", "member-week")
LED_PAGES = tuple(
    f"staff:{name}"
    for name in ("member-hours", "member-absences", "member-appraisals", "member-training", "meeting-list")
)
WORKING = [Role.SENCO, Role.HEAD, Role.PROVISION_LEAD, Role.TEACHER, Role.TEACHING_ASSISTANT, Role.OFFICE]
SEES_ALL_POSTS = {Role.SENCO, Role.HEAD, Role.PAY}


@pytest.fixture
def unit(school):
    return Unit.objects.create(school=school, name="The Nest", kind="resourced")


@pytest.fixture
def somebody(school, unit):
    """Make somebody of a role with a record, two levels of line below them, and somebody of another line."""

    def make(role):
        led = unit if role == Role.PROVISION_LEAD else None
        user = MembershipFactory(school=school, role=role, unit=led).user
        own = adult(school, user=user)
        direct = adult(school, "Direct Report", manager=own)
        below = adult(school, "Below Report", manager=direct)
        other_manager = adult(school, "Other Manager")
        other = adult(school, "Other Adult", manager=other_manager)
        return user, {"own": own, "direct": direct, "below": below, "other": other}

    return make


def status(client, page, member):
    return client.get(reverse(page, args=[member.pk])).status_code


@pytest.mark.parametrize("role", WORKING)
def test_everybody_sees_their_own_pages(client, somebody, role):
    user, adults = somebody(role)
    client.force_login(user)

    assert {status(client, page, adults["own"]) for page in POST_PAGES + LED_PAGES} == {200}


@pytest.mark.parametrize("role", WORKING)
@pytest.mark.parametrize("whose", ["direct", "below"])
def test_a_line_manager_sees_all_levels_below(client, somebody, role, whose):
    user, adults = somebody(role)
    client.force_login(user)

    assert {status(client, page, adults[whose]) for page in POST_PAGES + LED_PAGES} == {200}


@pytest.mark.parametrize("role", [Role.TEACHER, Role.TEACHING_ASSISTANT])
def test_who_manages_finds_their_line_on_the_home_page(client, somebody, role):
    user, adults = somebody(role)
    client.force_login(user)

    page = client.get("/").content.decode()

    assert reverse("staff:member-detail", args=[adults["direct"].pk]) in page
    assert reverse("staff:appraisal-list") in page
    assert reverse("staff:member-detail", args=[adults["other"].pk]) not in page


@pytest.mark.parametrize("role", WORKING)
def test_another_line_is_seen_by_the_head_alone(client, somebody, role):
    user, adults = somebody(role)
    client.force_login(user)

    assert {status(client, page, adults["other"]) for page in LED_PAGES} == {200 if role == Role.HEAD else 404}
    assert {status(client, page, adults["other"]) for page in POST_PAGES} == {200 if role in SEES_ALL_POSTS else 404}


def test_a_provision_lead_sees_their_own_unit(client, somebody, school, unit):
    user, _ = somebody(Role.PROVISION_LEAD)
    in_unit = adult(school, "In the unit", unit=unit)
    client.force_login(user)

    assert {status(client, page, in_unit) for page in POST_PAGES + LED_PAGES} == {200}
    in_unit.posts.update(ends_on=timezone.localdate() - timedelta(days=1))
    assert {status(client, page, in_unit) for page in POST_PAGES + LED_PAGES} == {404}


def test_a_former_line_manager_loses_sight_on_the_day(client, somebody, head):
    user, adults = somebody(Role.TEACHER)
    today = timezone.localdate()
    client.force_login(user)
    assert status(client, "staff:member-absences", adults["direct"]) == 200

    services.set_line(member=adults["direct"], manager=None, starts_on=today, by=head)

    assert {status(client, page, adults["direct"]) for page in POST_PAGES + LED_PAGES} == {404}
    assert {status(client, page, adults["below"]) for page in POST_PAGES + LED_PAGES} == {404}


def test_a_line_to_come_opens_nothing_yet(somebody):
    user, adults = somebody(Role.TEACHER)
    tomorrow = timezone.localdate() + timedelta(days=1)
    LineManagement.objects.filter(member=adults["direct"]).update(starts_on=tomorrow)

    assert acting_for(user).line == frozenset()
    assert acting_for(user, today=tomorrow).line == {adults["direct"].pk, adults["below"].pk}


def test_a_line_of_another_school_opens_nothing(somebody, other_school):
    user, _ = somebody(Role.HEAD)
    MembershipFactory(user=user, school=other_school, role=Role.TEACHER)
    stranger = adult(other_school, "Stranger")

    acting = acting_for(user, other_school.pk)

    assert not StaffMember.objects.open_to(acting).exists()
    assert not StaffMember.objects.visible_to(acting).filter(pk=stranger.pk).exists()


@pytest.mark.parametrize("role", [*WORKING, Role.PAY])
def test_pay_is_seen_with_its_own_permission_alone(client, somebody, role):
    user, adults = somebody(role)
    client.force_login(user)

    assert status(client, "staff:member-pay", adults["own"]) == (200 if role in SEES_ALL_POSTS else 403)


# --- Reasons of absences ---
@pytest.fixture
def ill(school):
    """Somebody whose reason nobody outside the line may meet."""
    member = adult(school, "Quiet Person")
    return Absence.objects.create(member=member, starts_on=timezone.localdate(), reason="appointment")


@pytest.mark.parametrize("role", WORKING)
def test_the_reason_is_for_those_who_lead_the_adult(client, somebody, ill, role):
    user, _ = somebody(role)
    client.force_login(user)

    pages = [client.get(reverse("staff:absence-list")).content.decode(), client.get("/").content.decode()]

    assert ("Medical appointment" in " ".join(pages)) == (role == Role.HEAD)
    assert "Quiet Person" in pages[0]


def test_the_office_meets_what_goes_on_and_not_what_is_over(client, school, office, ill):
    client.force_login(office)
    address = reverse("staff:absence-detail", args=[ill.pk])
    assert client.get(address).status_code == 200

    ill.ends_on = timezone.localdate() - timedelta(days=1)
    ill.starts_on = ill.ends_on
    ill.save()

    assert client.get(address).status_code == 404


def test_the_reason_is_in_no_event_and_no_activity(client, school, head, office):
    member = adult(school, "Quiet Person")
    client.force_login(office)
    client.post(
        reverse("staff:absence-add"),
        {"version": 0, "member": member.pk, "starts_on": "2026-11-16", "ends_on": "2026-11-16", "reason": "illness"},
    )
    absence = Absence.objects.get()

    assert absence.reason == ""  # whoever may not see it cannot set it
    texts = " ".join(event.text for event in Event.objects.all())
    assert "Absence from 16 Nov 2026 recorded" in texts
    for reason in Absence.Reason.labels:
        assert reason not in texts


def test_events_about_an_adult_are_for_the_head_the_line_and_the_adult(client, somebody, head, administrator):
    user, adults = somebody(Role.TEACHER)
    services.set_line(member=adults["below"], manager=adults["own"], starts_on=timezone.localdate(), by=head)
    seen = {}
    for name, person in (("manager", user), ("head", head), ("administrator", administrator)):
        client.force_login(person)
        seen[name] = [
            "is line manager of" in client.get(path).content.decode()
            for path in (reverse("staff:member-detail", args=[adults["below"].pk]), reverse("school-activity"))
        ]

    assert seen["manager"] == [True, False]
    assert seen["head"] == [True, True]
    assert seen["administrator"] == [False, False]
