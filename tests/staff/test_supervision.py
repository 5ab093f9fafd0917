"""One-to-ones: notes that two people share, actions with an owner and a day, and the second person's agreement."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from sendco.audit.models import Event
from sendco.due.models import DueItem
from sendco.pages.due.items import due_for
from sendco.refusals import ChangedMeanwhile
from staff.acting import acting_for
from staff.models import NotesGrant, OutgoingMail, SupervisionAction, SupervisionMeeting, Unit
from staff.posts.services import set_line
from staff.roles import Role
from staff.supervision import selectors, services
from staff.supervision.refusals import SupervisionReason
from tests.factories import MembershipFactory
from tests.staff.test_posts import refused

from .adults import adult

pytestmark = pytest.mark.postgresql("sealed columns, constraints and locks")

TODAY = date(2026, 11, 16)
SECRET = "canary-notes-zq nobody else reads this"


@pytest.fixture
def pair(school, senco, teaching_assistant):
    """The SENDCo, and the assistant in her line."""
    manager = adult(school, user=senco)
    return manager, adult(school, user=teaching_assistant, manager=manager)


@pytest.fixture
def meeting(pair, senco):
    row = services.plan(member=pair[1], kind="one_to_one", planned_on=timezone.localdate(), by=senco)[0]
    return services.write_notes(meeting=row, held_on=timezone.localdate(), notes=SECRET, version=1, by=senco)


# --- Planning ---
def test_a_row_of_meetings(pair, senco):
    rows = services.plan(
        member=pair[1], kind="supervision", planned_on=TODAY, every_weeks=3, until=TODAY + timedelta(weeks=9), by=senco
    )

    assert [row.planned_on for row in rows] == [TODAY + timedelta(weeks=step) for step in (0, 3, 6, 9)]
    assert DueItem.objects.filter(rule="supervision.meeting", owner_id=senco.pk, is_personal=True).count() == 4


def test_too_long_a_row_is_refused(pair, senco):
    wanted = {"member": pair[1], "kind": "supervision", "planned_on": TODAY, "every_weeks": 1, "by": senco}

    refused(SupervisionReason.REPEAT_TOO_LONG, services.plan, **wanted, until=TODAY + timedelta(weeks=60))
    assert not SupervisionMeeting.objects.exists()


def test_nobody_plans_outside_their_line(school, pair, teacher):
    refused(
        SupervisionReason.NOT_YOUR_LINE,
        services.plan, member=pair[1], kind="one_to_one", planned_on=TODAY, by=teacher,
    )  # fmt: skip


def test_a_meeting_moves_and_is_called_off(pair, senco):
    row = services.plan(member=pair[1], kind="one_to_one", planned_on=TODAY, by=senco)[0]
    services.move(meeting=row, planned_on=TODAY + timedelta(days=2), by=senco)
    assert DueItem.objects.open().get(rule="supervision.meeting").due_on == TODAY + timedelta(days=2)

    services.call_off(meeting=row, by=senco)

    assert not DueItem.objects.open().filter(rule="supervision.meeting").exists()
    row.refresh_from_db()
    refused(
        SupervisionReason.CANCELLED, services.write_notes,
        meeting=row, held_on=None, notes="x", version=row.version, by=senco,
    )  # fmt: skip


# --- Notes ---
def test_of_two_who_write_at_once_the_second_is_told(meeting, senco, teaching_assistant):
    services.write_notes(meeting=meeting, held_on=TODAY, notes="One", version=2, by=senco)

    with pytest.raises(ChangedMeanwhile):
        services.write_notes(meeting=meeting, held_on=TODAY, notes="Two", version=2, by=teaching_assistant)


def test_a_day_to_come_was_not_held(meeting, senco):
    tomorrow = timezone.localdate() + timedelta(days=1)

    refused(
        SupervisionReason.HELD_IN_FUTURE, services.write_notes,
        meeting=meeting, held_on=tomorrow, notes="x", version=2, by=senco,
    )  # fmt: skip


def test_the_adult_says_that_they_have_read_it_and_a_change_asks_again(meeting, senco, teaching_assistant):
    refused(SupervisionReason.SEEN_BY_THE_ADULT, services.mark_seen, meeting=meeting, version=2, by=senco)
    refused(SupervisionReason.CHANGED_SINCE, services.mark_seen, meeting=meeting, version=1, by=teaching_assistant)
    services.mark_seen(meeting=meeting, version=2, by=teaching_assistant)
    meeting.refresh_from_db()
    assert meeting.seen_at

    services.write_notes(meeting=meeting, held_on=meeting.held_on, notes="Other words", version=2, by=senco)

    meeting.refresh_from_db()
    assert meeting.seen_at is None


def test_the_database_holds_no_word_of_the_notes(meeting):
    with connection.cursor() as cursor:
        for table in ("staff_supervisionmeeting", "staff_historicalsupervisionmeeting"):
            cursor.execute(f"SELECT notes FROM {table}")
            stored = " ".join(row[0] for row in cursor.fetchall())
            assert "canary" not in stored
    assert SupervisionMeeting.objects.get().notes == SECRET
    assert SupervisionMeeting.history.first().notes == SECRET


def test_no_event_holds_a_word_of_the_notes(meeting, senco):
    services.add_action(meeting=meeting, text="canary-action-zq", owner=senco, due_on=TODAY, by=senco)

    assert not [event.text for event in Event.objects.all() if "canary" in event.text]


# --- Who reads ---
@pytest.mark.parametrize("role", list(Role))
def test_nobody_but_the_two_reads_them(client, school, meeting, role):
    unit = Unit.objects.create(school=school, name="Nest", kind="resourced")
    stranger = MembershipFactory(school=school, role=role, unit=unit if role == Role.PROVISION_LEAD else None).user
    client.force_login(stranger)

    for name in ("meeting-detail", "meeting-notes", "meeting-move", "meeting-call-off", "meeting-seen", "action-add"):
        response = client.get(reverse(f"staff:{name}", args=[meeting.pk]))
        assert response.status_code in (403, 404), name
    page = client.get(reverse("staff:meeting-list", args=[meeting.member_id]))
    assert SECRET not in page.content.decode()


def test_the_two_read_them(client, meeting, senco, teaching_assistant):
    for person in (senco, teaching_assistant):
        client.force_login(person)
        assert SECRET in client.get(reverse("staff:meeting-detail", args=[meeting.pk])).content.decode()


def test_a_later_manager_does_not_read_what_the_former_wrote(client, school, pair, meeting, teacher, head):
    later = adult(school, user=teacher)
    set_line(member=pair[1], manager=later, starts_on=timezone.localdate(), by=head)
    client.force_login(teacher)

    page = client.get(reverse("staff:meeting-list", args=[pair[1].pk]))

    assert page.status_code == 200
    assert reverse("staff:meeting-detail", args=[meeting.pk]) not in page.content.decode()
    assert client.get(reverse("staff:meeting-detail", args=[meeting.pk])).status_code == 404


# --- Actions ---
def test_an_action_is_on_its_owners_list_alone(meeting, senco, teaching_assistant, head):
    services.add_action(meeting=meeting, text="Visit", owner=teaching_assistant, due_on=TODAY, by=senco)

    seen = {
        name: due_for(acting_for(person)).filter(rule="supervision.action").count()
        for name, person in (("owner", teaching_assistant), ("senco", senco), ("head", head))
    }

    assert seen == {"owner": 1, "senco": 0, "head": 0}


def test_an_action_belongs_to_one_of_the_two(meeting, senco, teacher):
    refused(
        SupervisionReason.OWNER_OF_NEITHER, services.add_action,
        meeting=meeting, text="x", owner=teacher, due_on=TODAY, by=senco,
    )  # fmt: skip


def test_an_action_is_done_once(meeting, senco, teacher):
    action = services.add_action(meeting=meeting, text="Visit", owner=senco, due_on=TODAY, by=senco)
    refused(SupervisionReason.NOT_THE_TWO, services.finish_action, action=action, done_on=TODAY, outcome="", by=teacher)

    services.finish_action(action=action, done_on=TODAY, outcome="Went well", by=senco)

    refused(SupervisionReason.DONE_ALREADY, services.finish_action, action=action, done_on=TODAY, outcome="", by=senco)
    assert not DueItem.objects.open().filter(rule="supervision.action").exists()


# --- The second person ---
def test_notes_open_only_after_a_second_person_agreed_and_for_seven_days(
    client, meeting, head, school, teaching_assistant
):
    dpo = MembershipFactory(school=school, role=Role.DPO).user
    grant = services.ask_to_read(member=meeting.member, reason="A formal complaint", by=head)
    client.force_login(head)
    address = reverse("staff:meeting-detail", args=[meeting.pk])
    assert client.get(address).status_code == 404

    services.decide_grant(grant=grant, agrees=True, by=dpo)

    page = client.get(address).content.decode()
    assert SECRET in page
    assert "second person" in page
    assert client.get(reverse("staff:meeting-notes", args=[meeting.pk])).status_code == 404
    assert Event.objects.filter(code="supervision.read").exists()
    grant.refresh_from_db()
    assert grant.ends_on == timezone.localdate() + timedelta(days=6)
    mails = OutgoingMail.objects.filter(to=teaching_assistant.email).order_by("pk")
    assert ["A formal complaint" in mail.text for mail in mails] == [True, False]
    assert not [mail for mail in mails if head.name in mail.subject or "complaint" in mail.subject]
    NotesGrant.objects.update(ends_on=timezone.localdate() - timedelta(days=1))
    assert client.get(address).status_code == 404


def test_who_may_be_the_second_person(meeting, head, senco, teaching_assistant, teacher):
    grant = services.ask_to_read(member=meeting.member, reason="A formal complaint", by=head)

    refused(SupervisionReason.GRANT_OWN, services.decide_grant, grant=grant, agrees=True, by=head)
    refused(SupervisionReason.GRANT_OWN, services.decide_grant, grant=grant, agrees=True, by=teaching_assistant)
    refused(SupervisionReason.GRANT_LEADERS, services.decide_grant, grant=grant, agrees=True, by=teacher)
    refused(SupervisionReason.GRANT_ASKED, services.ask_to_read, member=meeting.member, reason="Again, please", by=head)
    services.decide_grant(grant=grant, agrees=False, by=senco)
    refused(SupervisionReason.GRANT_CLOSED, services.decide_grant, grant=grant, agrees=True, by=senco)


def test_the_people_page_shows_what_waits_to_those_who_decide(client, meeting, head, senco, teacher):
    services.ask_to_read(member=meeting.member, reason="A formal complaint", by=head)
    said = {}
    for name, person in (("head", head), ("senco", senco), ("teacher", teacher)):
        client.force_login(person)
        said[name] = "asks to read the one-to-ones" in client.get(reverse("staff:people")).content.decode()

    assert said == {"head": False, "senco": True, "teacher": False}


# --- Leaving ---
def test_a_leavers_actions_go_to_whoever_takes_over(school, meeting, senco, head):
    today = timezone.localdate()
    services.add_action(meeting=meeting, text="Visit", owner=senco, due_on=today, by=senco)
    ahead = services.plan(member=meeting.member, kind="one_to_one", planned_on=today + timedelta(days=1), by=senco)[0]

    count = services.hand_over(user=senco, to=head, school=school, last_day=today, by=head)

    assert count == 1
    assert SupervisionAction.objects.get().owner == head
    ahead.refresh_from_db()
    assert ahead.cancelled_on
    assert not selectors.meetings_about(acting_for(head), meeting.member).exists()


def test_until_the_last_day_meetings_and_actions_go_on(school, meeting, senco, teaching_assistant, head):
    """A last day in sixty days closes what comes after it, and nothing before."""
    today = timezone.localdate()
    last_day = today + timedelta(days=60)
    days = (-2, 3, 61)
    planned = [
        services.plan(member=meeting.member, kind="observation", planned_on=today + timedelta(days=day), by=senco)[0]
        for day in days
    ]
    for due in (20, 70):
        services.add_action(
            meeting=meeting, text=str(due), owner=teaching_assistant, due_on=today + timedelta(days=due), by=senco
        )

    services.hand_over(user=teaching_assistant, to=None, school=school, last_day=last_day, by=head)

    for row in planned:
        row.refresh_from_db()
    assert [bool(row.cancelled_on) for row in planned] == [False, False, True]
    services.write_notes(meeting=planned[0], held_on=today, notes="Seen", version=planned[0].version, by=senco)
    assert {row.text: row.done_on for row in SupervisionAction.objects.all()} == {"20": None, "70": last_day}


def test_what_a_former_manager_planned_is_called_off(school, meeting, senco, head):
    today = timezone.localdate()
    ahead = services.plan(member=meeting.member, kind="one_to_one", planned_on=today + timedelta(days=9), by=senco)[0]
    before = services.plan(member=meeting.member, kind="one_to_one", planned_on=today + timedelta(days=2), by=senco)[0]

    set_line(member=meeting.member, manager=None, starts_on=today + timedelta(days=5), by=head)

    ahead.refresh_from_db()
    before.refresh_from_db()
    assert ahead.cancelled_on
    assert before.cancelled_on is None


def test_a_nasty_page_of_notes_is_shown_as_words(client, meeting, senco):
    services.write_notes(meeting=meeting, held_on=TODAY, notes="<script>alert(1)</script>", version=2, by=senco)
    client.force_login(senco)

    assert "<script>alert(1)" not in client.get(reverse("staff:meeting-detail", args=[meeting.pk])).content.decode()
