"""Meetings from the plan to what was agreed, what is carried on and chased, and the log of contact with home."""

from datetime import time, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from pupils.meetings import selectors, services
from pupils.meetings.refusals import ChildMeetingReason
from pupils.models import Contact, ContactLog, Meeting, MeetingAction, MeetingPupil
from pupils.record.services.pupils import hand_over
from sendco.due.models import DueItem
from sendco.refusals import ChangedMeanwhile
from staff.acting import acting_for
from staff.models import AcademicYear, Closure, Term

from .helping import refused

pytestmark = pytest.mark.postgresql("constraints and dates")


def monday():
    today = timezone.localdate()
    return today + timedelta(days=7 - today.weekday())


@pytest.fixture
def mother(pupil):
    return Contact.objects.create(pupil=pupil, name="Ada Adeyemi", relation="Mother", has_parental_responsibility=True)


def plan(pupil, by, *, contacts=(), users=(), kind="parents", on=None, **more):
    values = {"planned_on": on or monday(), "about": "", "minutes": 30, "place": "Room 4"} | more
    return services.plan(
        school=pupil.school, kind=kind, pupils=[pupil], values=values, users=list(users), contacts=list(contacts),
        by=by,
    )  # fmt: skip


def held(meeting, by, *, came=(), notes="We talked", on=None):
    meeting.refresh_from_db()
    return services.hold(
        meeting=meeting, held_on=on or timezone.localdate(), notes=notes, came=set(came), about={},
        version=meeting.version, by=by,
    )  # fmt: skip


def agree(meeting, by, text="Ring the clinic", *, owner=None, owner_name="", days=20):
    values = {"text": text, "owner": owner, "owner_name": owner_name, "due_on": monday() + timedelta(days=days)}
    action = MeetingAction(meeting=meeting, pupil=meeting.pupil)
    return services.save_action(action=action, values=values, version=1, by=by)


def due(rule):
    return list(DueItem.objects.filter(rule=rule).order_by("pk"))


# --- Planning ----------------------------------------------------------------------------------------------------
def test_a_meeting_stands_among_what_is_due_until_it_was_held(pupil, senco, teacher, mother):
    meeting = plan(pupil, senco, users=[teacher], contacts=[mother])

    assert [(item.due_on, item.owner_id, item.pupil_id) for item in due("meeting.hold")] == [
        (meeting.planned_on, senco.pk, pupil.pk)
    ]
    assert meeting.people.count() == 3
    held(meeting, senco)
    assert due("meeting.hold")[0].met_on == timezone.localdate()


def test_on_a_closed_day_it_is_asked_whether_that_is_meant(pupil, senco, school):
    year = AcademicYear.objects.create(school=school, starts_in=2030)
    first = monday()
    Term.objects.create(academic_year=year, name="Term", starts_on=first, ends_on=first + timedelta(days=60))
    Closure.objects.create(
        school=school,
        name="INSET",
        kind="inset",
        starts_on=first + timedelta(days=1),
        ends_on=first + timedelta(days=1),
    )
    closed = first + timedelta(days=1)

    refusal = refused(ChildMeetingReason.CLOSED_DAY, plan, pupil=pupil, by=senco, on=closed)

    assert (refusal.data["before"], refusal.data["after"]) == (first, first + timedelta(days=2))
    refused(ChildMeetingReason.CLOSED_DAY, plan, pupil=pupil, by=senco, on=first + timedelta(days=5))  # a Saturday
    values = {"planned_on": closed, "minutes": 30}
    assert services.plan(
        school=school, kind="parents", pupils=[pupil], values=values, users=[], contacts=[], by=senco, is_meant=True
    ).pk


def test_who_is_not_to_be_contacted_is_not_invited(pupil, senco, mother):
    mother.do_not_contact = True
    mother.save()

    refused(ChildMeetingReason.NOT_TO_CONTACT, plan, pupil=pupil, by=senco, contacts=[mother])
    assert not Meeting.objects.exists()


def test_the_invitation_names_no_child_and_follows_changes(client, sign_in, pupil, senco, school):
    meeting = plan(pupil, senco, starts_at=time(15, 30), about="Kezia's plan")
    sign_in(senco)

    def event():
        answer = client.get(reverse("pupils:meeting-ics", args=[meeting.pk]))
        assert "Kezia" not in answer.content.decode()
        return Calendar.from_ical(answer.content).walk("VEVENT")[0]

    first = event()
    assert (str(first["summary"]), first["dtstart"].dt.hour, int(first["sequence"])) == ("Meeting at Fernhill", 15, 0)
    services.change(
        meeting=meeting, values={"planned_on": monday() + timedelta(days=1)}, version=meeting.version, by=senco
    )
    assert int(event()["sequence"]) == 1
    services.call_off(meeting=meeting, cancel_note="Ill", by=senco)
    assert (str(event()["status"]), str(event()["uid"])) == ("CANCELLED", str(first["uid"]))


def test_two_who_note_one_meeting_lose_nothing(pupil, senco, head):
    meeting = plan(pupil, senco)
    held(meeting, senco, notes="The first words")

    with pytest.raises(ChangedMeanwhile):
        services.hold(
            meeting=meeting, held_on=timezone.localdate(), notes="Others", came=set(), about={}, version=1, by=head
        )


def test_nothing_was_held_tomorrow(pupil, senco):
    meeting = plan(pupil, senco)

    refused(
        ChildMeetingReason.HELD_IN_FUTURE, services.hold, meeting=meeting, notes="", came=set(), about={}, by=senco,
        held_on=timezone.localdate() + timedelta(days=1), version=1,
    )  # fmt: skip


# --- What was agreed ---------------------------------------------------------------------------------------------
def test_what_was_not_done_is_asked_again_and_printed_so(client, sign_in, pupil, senco, teacher):
    first = held(plan(pupil, senco), senco)
    action = agree(first, senco, owner=teacher)
    assert [(item.owner_id, item.pupil_id) for item in due("meeting.action")] == [(teacher.pk, pupil.pk)]

    second = plan(pupil, senco)
    assert second.previous == first
    assert selectors.open_before(second) == [action]
    held(second, senco)

    action.refresh_from_db()
    assert (action.state, action.asked_again) == ("open", 1)
    held(second, senco, notes="Put right")
    action.refresh_from_db()
    assert action.asked_again == 1
    sign_in(senco)
    page = client.get(reverse("pupils:meeting-detail", args=[second.pk])).content.decode()
    assert "Not yet done, asked 1 time" in page


def test_an_action_outside_is_looked_after_by_who_organised(pupil, senco):
    meeting = plan(pupil, senco)
    refused(ChildMeetingReason.OWNER_MISSING, agree, meeting=meeting, by=senco)

    agree(meeting, senco, owner_name="The mother")

    assert due("meeting.action")[0].owner_id == senco.pk


def test_an_owner_who_leaves_hands_it_on(pupil, senco, teacher, school):
    action = agree(plan(pupil, senco), senco, owner=teacher)

    hand_over(user=teacher, to=senco, school=school, by=senco)

    action.refresh_from_db()
    assert (action.owner, due("meeting.action")[0].owner_id) == (senco, senco.pk)


def test_an_action_is_settled_and_opened_again(pupil, senco, teacher):
    action = agree(plan(pupil, senco), senco, owner=teacher)
    services.settle_action(action=action, state="done", word="Rang on Tuesday", by=teacher)
    assert due("meeting.action")[0].met_on == timezone.localdate()
    action.refresh_from_db()
    refused(
        ChildMeetingReason.SETTLED, services.save_action, action=action, version=action.version, by=senco,
        values={"text": "x", "owner": teacher, "owner_name": "", "due_on": action.due_on},
    )  # fmt: skip

    services.settle_action(action=action, state="open", word="", by=senco)

    assert due("meeting.action")[0].met_on is None


def test_an_action_is_due_after_its_meeting(pupil, senco, teacher):
    refused(ChildMeetingReason.DUE_BEFORE_MEETING, agree, meeting=plan(pupil, senco), by=senco, owner=teacher, days=-1)


# --- Who sees it -------------------------------------------------------------------------------------------------
def test_a_meeting_opens_for_those_invited_and_who_reads_the_record(pupil, senco, head, teacher):
    invited, other = plan(pupil, senco, users=[teacher]), plan(pupil, senco)

    assert set(Meeting.objects.visible_to(acting_for(teacher))) == {invited}
    assert set(Meeting.objects.visible_to(acting_for(head))) == {invited, other}


def test_who_took_something_on_settles_it_without_seeing_the_meeting(client, sign_in, pupil, senco, teacher):
    action = agree(plan(pupil, senco), senco, owner=teacher)
    sign_in(teacher)
    assert client.get(reverse("pupils:meeting-detail", args=[action.meeting_id])).status_code == 404

    answer = client.post(
        reverse("pupils:meeting-action-settle", args=[action.pk]),
        {"state": "done", "word": "Done on Monday", "version": 1},
    )

    action.refresh_from_db()
    assert (action.state, action.settled_by) == ("done", teacher)
    assert client.get(answer.url).status_code == 200


def test_a_parents_name_is_for_who_sees_contacts(client, sign_in, pupil, senco, teacher, mother):
    meeting = plan(pupil, senco, users=[teacher], contacts=[mother])
    url = reverse("pupils:meeting-detail", args=[meeting.pk])

    for user, sees in ((teacher, False), (senco, True)):
        sign_in(user)
        assert ("Ada Adeyemi" in client.get(url).content.decode()) is sees


def test_three_meetings_with_a_parent_are_counted(pupil, senco, mother):
    for came in (True, True, False):
        meeting = plan(pupil, senco, contacts=[mother])
        person = meeting.people.get(contact=mother)
        held(meeting, senco, came=[person.pk] if came else [])

    assert selectors.met_parents([pupil.pk], timezone.localdate())[pupil.pk] == 2


# --- Contact with home -------------------------------------------------------------------------------------------
def test_a_contact_is_noted_and_read_by_who_reads_the_record(client, sign_in, pupil, senco, teacher, head, mother):
    sign_in(teacher)
    typed = {
        "contact": mother.pk, "way": "out", "means": "call", "happened_on": timezone.localdate().isoformat(),
        "words": "Pleased with the mornings", "version": 1,
    }  # fmt: skip
    client.post(reverse("pupils:contact-log-add", args=[pupil.pk]), typed)

    row = ContactLog.objects.get()
    assert (row.by, row.contact) == (teacher, mother)
    assert ContactLog.objects.visible_to(acting_for(head)).exists()
    row.by = senco
    row.save()
    assert not ContactLog.objects.visible_to(acting_for(teacher)).exists()


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"contact": "", "name": ""}, "Say who it was with."),
        ({"happened_on": "2999-01-01"}, "after today"),
        ({"words": "Mum says dad hit him"}, "safeguarding lead"),
        ({"words": ""}, "Write what was said"),
    ],
)
def test_what_is_wrong_with_a_contact_is_said_and_nothing_lost(client, sign_in, pupil, teacher, mother, more, words):
    sign_in(teacher)
    typed = {
        "contact": mother.pk, "way": "out", "means": "call", "happened_on": timezone.localdate().isoformat(),
        "words": "About Monday", "version": 1,
    }  # fmt: skip

    page = client.post(reverse("pupils:contact-log-add", args=[pupil.pk]), typed | more)

    assert page.status_code == 422
    assert words in page.content.decode()
    assert not ContactLog.objects.exists()


# --- Pages -------------------------------------------------------------------------------------------------------
def test_a_meeting_through_its_pages(client, sign_in, pupil, senco, teacher, mother):
    sign_in(senco)
    typed = {
        "kind": "parents", "planned_on": monday().isoformat(), "starts_at": "15:30", "minutes": 30, "place": "Room 4",
        "users": [teacher.pk], "contacts": [mother.pk],
    }  # fmt: skip
    client.post(reverse("pupils:meeting-plan", args=[pupil.pk]), typed)
    meeting = Meeting.objects.get()
    part, parent = MeetingPupil.objects.get(), meeting.people.get(contact=mother)
    client.post(
        reverse("pupils:meeting-hold", args=[meeting.pk]),
        {
            "held_on": timezone.localdate().isoformat(), "notes": "Mornings go well", f"notes_{part.pk}": "Reads more",
            f"child_says_{part.pk}": "I like the library", f"came_{parent.pk}": "on", "version": meeting.version,
        },
    )  # fmt: skip
    client.post(
        reverse("pupils:meeting-action-add", args=[meeting.pk]),
        {"text": "Send the word list", "owner": teacher.pk, "due_on": monday().isoformat(), "version": 1},
    )

    page = client.get(reverse("pupils:meeting-detail", args=[meeting.pk])).content.decode()
    for words in ("Mornings go well", "Reads more", "I like the library", "Send the word list", "Came", "1 of 3"):
        assert words in page
    tab = client.get(reverse("pupil-detail", args=[pupil.pk]) + "?tab=meetings").content.decode()
    assert "Send the word list" in tab
    for shown, words in (("held", pupil.name), ("actions", "Send the word list")):
        assert words in client.get(f"{reverse('pupils:meeting-list')}?show={shown}").content.decode()
