"""What two people, two parents or two children must not take from one another in meetings, and who is told of what."""

import re
from datetime import date, time, timedelta
from html import unescape

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from governance.services.feeds import make_feed
from pupils.meetings import inviting, selectors, services
from pupils.meetings.jobs import _page
from pupils.meetings.refusals import ChildMeetingReason
from pupils.models import Contact, ContactLog, Meeting, PupilSupport, SencoQuestion
from pupils.questions import services as questions
from pupils.record.services.pupils import hand_over
from sendco.due.models import DueItem
from sendco.jobs import runner
from sendco.jobs.models import Job
from sendco.pages.due.items import due_for
from staff.acting import acting_for
from staff.models import Unit
from staff.roles import Role
from tests.factories import MembershipFactory

from .helping import refused
from .test_meetings import agree, held, monday, plan

pytestmark = pytest.mark.postgresql("constraints and dates")


@pytest.fixture
def mother(pupil):
    return Contact.objects.create(
        pupil=pupil, name="Ada Adeyemi", relation="Mother", has_parental_responsibility=True, email="ada@home.example"
    )


@pytest.fixture
def father(pupil):
    return Contact.objects.create(
        pupil=pupil, name="Tunde Adeyemi", relation="Father", has_parental_responsibility=True,
        email="tunde@home.example",
    )  # fmt: skip


def typed_of(form):
    return {name: form[name].value() for name in form.fields if form[name].value() not in (None, False)}


def as_offered(page):
    """What a browser sends from a page of two versions when its button is pressed and nothing else."""
    data = {}
    for tag in re.findall(r"<(?:input|textarea)[^>]*>", page.content.decode()):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        kind = re.search(r'type="([^"]*)"', tag)
        if name and kind and (kind[1] == "hidden" or kind[1] == "radio" and "checked" in tag):
            data.setdefault(name[1], []).append(unescape(value[1]) if value else "")
    return data


def about_both(senco, users, *pupils):
    values = {"planned_on": monday(), "minutes": 60}
    return services.plan(
        school=pupils[0].school, kind="progress", pupils=list(pupils), values=values, users=users, contacts=[], by=senco
    )


# --- Two people at once ------------------------------------------------------------------------------------------
def test_notes_of_one_child_are_not_lost_to_whoever_saves_later(client, sign_in, pupil, senco):
    meeting = plan(pupil, senco)
    held(meeting, senco)
    part = meeting.pupils.get()
    sign_in(senco)
    url = reverse("pupils:meeting-hold", args=[meeting.pk])
    first = typed_of(client.get(url).context["form"])
    assert client.post(url, first | {f"notes_{part.pk}": "Sleeps badly"}).status_code == 302

    page = client.post(url, first | {f"for_parents_{part.pk}": "A good term"})

    assert page.status_code == 422
    rows = {row.name: row for row in page.context["conflict"].rows}
    assert rows[f"notes_{part.pk}"].yours is None  # left alone, so the saved one is kept
    assert client.post(url, as_offered(page)).status_code == 302
    part.refresh_from_db()
    assert (part.notes, part.for_parents) == ("Sleeps badly", "A good term")


@pytest.mark.parametrize(
    "opened", ["", "x", "[]", "5", '{"parts": 5, "came": 7}', '{"parts": {"1": "x"}, "came": [{}]}', "[" * 19_000]
)
def test_what_a_form_sends_along_of_itself_breaks_nothing(client, sign_in, pupil, senco, opened):
    meeting = plan(pupil, senco)
    held(meeting, senco)
    part = meeting.pupils.get()
    sign_in(senco)
    url = reverse("pupils:meeting-hold", args=[meeting.pk])
    first = typed_of(client.get(url).context["form"])
    client.post(url, first | {f"notes_{part.pk}": "Sleeps badly"})

    page = client.post(url, first | {f"notes_{part.pk}": "Mine", "opened": opened})

    assert (page.status_code, "Sleeps badly" in page.content.decode(), "Mine" in page.content.decode()) == (
        422, True, True,
    )  # fmt: skip


def test_a_parent_taken_off_meanwhile_is_not_invited_again(client, sign_in, pupil, senco, mother, father):
    meeting = plan(pupil, senco, contacts=[mother, father])
    sign_in(senco)
    url = reverse("pupils:meeting-change", args=[meeting.pk])
    first = typed_of(client.get(url).context["form"]) | {"planned_on": meeting.planned_on.isoformat()}
    assert client.post(url, first | {"contacts": [mother.pk]}).status_code == 302

    page = client.post(url, first | {"place": "Hall"})

    assert (page.status_code, meeting.people.filter(contact=father, removed_on=None).exists()) == (422, False)
    assert client.post(url, as_offered(page)).status_code == 302
    meeting.refresh_from_db()
    assert (meeting.place, meeting.people.filter(contact=father, removed_on=None).exists()) == ("Hall", False)


def test_two_who_settle_one_action_are_told(client, sign_in, pupil, senco):
    action = agree(plan(pupil, senco), senco, owner=senco)
    sign_in(senco)
    url = reverse("pupils:meeting-action-settle", args=[action.pk])
    first = typed_of(client.get(url).context["form"])
    assert client.post(url, first | {"state": "done", "word": "Rang them"}).status_code == 302

    page = client.post(url, first | {"state": "not_needed", "word": ""})

    action.refresh_from_db()
    assert (page.status_code, action.state, action.word) == (422, "done", "Rang them")


# --- Two parents, two children -----------------------------------------------------------------------------------
def test_a_parents_page_holds_what_was_agreed_with_that_parent(pupil, senco, mother, father):
    agree(plan(pupil, senco, kind="team"), senco, "Ring the social worker", owner=senco)
    agree(plan(pupil, senco, contacts=[mother]), senco, "Ask the mother's doctor", owner=senco)
    with_both = agree(plan(pupil, senco, contacts=[mother, father]), senco, "A reading box", owner=senco, days=1)
    later = plan(pupil, senco, contacts=[father], on=monday() + timedelta(days=7))
    agree(plan(pupil, senco, contacts=[father], on=monday() + timedelta(days=14)), senco, "Said later", owner=senco)

    page = _page(later, later.pupils.get())

    assert [(one["text"], one["is_late"]) for one in page["before"]] == [(with_both.text, True)]
    assert _page(plan(pupil, senco, kind="team"), later.pupils.get())["before"] == []


def test_an_adult_of_one_child_reads_nothing_agreed_about_another(client, sign_in, pupil, other_pupil, senco, school):
    assistant = MembershipFactory(school=school, role=Role.TEACHING_ASSISTANT).user
    PupilSupport.objects.create(pupil=pupil, user=assistant, starts_on=date(2026, 9, 1))
    meeting = about_both(senco, [assistant], pupil, other_pupil)
    before = plan(other_pupil, senco)
    for where, text in ((before, "Before, about the other"), (meeting, "Here, about the other")):
        action = agree(where, senco, text, owner=senco) if where.pupil else None
        if action is None:
            values = {"text": text, "owner": senco, "owner_name": "", "due_on": monday(), "pupil": other_pupil}
            row = meeting.actions.model(meeting=meeting, pupil=other_pupil)
            services.save_action(action=row, values=values, version=1, by=senco)
    sign_in(assistant)

    page = client.get(reverse("pupils:meeting-detail", args=[meeting.pk])).content.decode()

    assert pupil.name in page
    for hidden in ("Before, about the other", "Here, about the other", other_pupil.name):
        assert hidden not in page


def test_a_parent_counts_for_their_own_child_alone(pupil, other_pupil, senco, mother):
    meeting = about_both(senco, [], pupil, other_pupil)
    person = meeting.people.create(contact=mother)
    held(meeting, senco, came=[person.pk])

    met = selectors.met_parents([pupil.pk, other_pupil.pk], timezone.localdate())

    assert (met[pupil.pk], met[other_pupil.pk]) == (1, 0)


# --- Who can open what they owe ----------------------------------------------------------------------------------
def test_an_action_goes_to_somebody_who_sees_the_child(pupil, other_pupil, senco, school):
    stranger = MembershipFactory(school=school, role=Role.TEACHER).user
    refused(ChildMeetingReason.OWNER_BLIND, agree, meeting=plan(pupil, senco), by=senco, owner=stranger)


def test_what_an_heir_cannot_open_goes_to_who_hands_it_over(pupil, senco, head, school):
    stranger = MembershipFactory(school=school, role=Role.TEACHER).user
    action = agree(plan(pupil, senco), senco, owner=senco)

    hand_over(user=senco, to=stranger, school=school, by=head)

    action.refresh_from_db()
    assert action.owner == head


def test_a_child_who_left_leaves_no_meeting_due(pupil, senco):
    meeting = plan(pupil, senco)
    pupil.left_on = timezone.localdate()
    pupil.save()
    services.bring_up_to_date(meeting)

    assert DueItem.objects.get(rule="meeting.hold").closed_on == pupil.left_on


def test_a_lead_of_one_unit_finds_their_own_meeting_of_a_class(pupil, other_pupil, school):
    unit = Unit.objects.create(school=school, name="Base", kind="sen_unit")
    lead = MembershipFactory(school=school, role=Role.PROVISION_LEAD, unit=unit).user
    about_both(lead, [], pupil, other_pupil)

    assert [item.rule for item in due_for(acting_for(lead, school.pk))] == ["meeting.hold"]


# --- Who is told -------------------------------------------------------------------------------------------------
def test_a_parent_who_is_taken_off_is_told_and_only_once(pupil, senco, mother, father, school):
    meeting = plan(pupil, senco, contacts=[mother, father], starts_at=time(15, 30))
    people = {person.contact_id: person.pk for person in meeting.people.all()}
    inviting.tell(meeting=meeting, how={people[father.pk]: "mail"}, by=senco)
    services.change(
        meeting=meeting, values={}, people=([], [mother], []), version=Meeting.objects.get().version, by=senco
    )
    meeting = Meeting.objects.get()
    assert [one.contact for one in inviting.no_longer_invited(meeting)] == [father]

    inviting.tell(meeting=meeting, how={people[father.pk]: "mail"}, by=senco)
    for job in Job.objects.filter(status="queued").order_by("pk"):
        runner.run(job.pk)

    letter = mail.outbox[-1]
    assert (letter.to, "not expected any more" in letter.body, pupil.forename in letter.body) == (
        ["tunde@home.example"], True, False,
    )  # fmt: skip
    event = Calendar.from_ical(next(part for part in letter.attachments)[1])
    assert str(event["method"]) == "CANCEL"
    assert 'text/calendar; method="CANCEL"' in letter.message().as_string()
    assert inviting.no_longer_invited(meeting) == []


def test_an_invitation_is_read_by_every_calendar(pupil, senco, school):
    meeting = plan(pupil, senco, starts_at=time(15, 30), on=date(2027, 6, 14))
    event = Calendar.from_ical(inviting.calendar_of(meeting)).walk("VEVENT")[0]

    assert event["dtstart"].to_ical() == b"20270614T143000Z"  # British Summer Time
    assert str(event["organizer"]).startswith("mailto:")
    # What is only published is not changed later by the calendars of Google and Microsoft.
    mailed = Calendar.from_ical(inviting.calendar_of(meeting, to="ada@home.example"))
    assert (str(mailed["method"]), str(mailed.walk("VEVENT")[0]["attendee"])) == ("REQUEST", "mailto:ada@home.example")
    refused(ChildMeetingReason.TOO_FAR, plan, pupil=pupil, by=senco, on=date(9999, 12, 31))


def test_a_meeting_stands_in_the_diary_and_the_feed_of_who_is_invited(client, sign_in, pupil, senco, teacher, school):
    meeting = plan(pupil, senco, users=[teacher], starts_at=time(15, 30))
    secret = make_feed(user=teacher, school=school)[1]
    month = f"{reverse('diary')}?on={meeting.planned_on:%Y-%m-%d}"
    for user in (senco, teacher):
        sign_in(user)
        page = " ".join(client.get(month).content.decode().split())
        assert page.count(reverse("pupils:meeting-detail", args=[meeting.pk])) >= 1
        assert "Hold a meeting" not in page  # it is there as the meeting itself
    feed = client.get(reverse("calendar-feed-read", args=[secret])).content.decode()
    events = [str(event["summary"]) for event in Calendar.from_ical(feed).walk("VEVENT")]
    assert "K. A.: Meeting with parents, 15:30" in events
    services.call_off(meeting=Meeting.objects.get(), cancel_note="Ill", by=senco)
    assert reverse("pupils:meeting-detail", args=[meeting.pk]) not in client.get(month).content.decode()


def test_who_asked_is_told_of_the_answer(client, sign_in, pupil, senco, teacher):
    question = questions.ask(question=SencoQuestion(school=pupil.school, pupil=pupil, words="Which font?"), by=teacher)
    questions.say(question=question, words="Any large one", by=senco)

    for job in Job.objects.filter(status="queued").order_by("pk"):
        runner.run(job.pk)
    letter = mail.outbox[-1]
    assert (letter.to, letter.subject) == ([teacher.email], "Your question was answered")
    assert pupil.forename not in letter.body + letter.subject
    sign_in(teacher)
    url = reverse("pupils:question-detail", args=[question.pk])
    assert url in client.get(reverse("home"), follow=True).content.decode()
    client.post(reverse("pupils:question-close", args=[question.pk]))
    assert url not in client.get(reverse("home"), follow=True).content.decode()


# --- What is put right -------------------------------------------------------------------------------------------
def test_a_meeting_noted_as_held_by_mistake_is_to_come_again(client, sign_in, pupil, senco, mother):
    meeting = plan(pupil, senco, contacts=[mother])
    held(meeting, senco, came=[meeting.people.get(contact=mother).pk])
    sign_in(senco)
    url = reverse("pupils:meeting-not-held", args=[meeting.pk])
    assert url in client.get(reverse("pupils:meeting-detail", args=[meeting.pk])).content.decode()

    assert client.post(url).status_code == 302

    meeting.refresh_from_db()
    assert (meeting.held_on, meeting.notes) == (None, "We talked")
    assert selectors.met_parents([pupil.pk], timezone.localdate())[pupil.pk] == 0
    assert DueItem.objects.get(rule="meeting.hold").met_on is None
    refused(ChildMeetingReason.NOT_HELD, services.not_held, meeting=meeting, by=senco)


def test_actions_and_contacts_are_put_right_where_they_stand(client, sign_in, pupil, senco, teacher):
    meeting = plan(pupil, senco)
    action = agree(meeting, senco, owner=senco)
    row = ContactLog(pupil=pupil, name="A neighbour")
    values = {"means": "call", "way": "in", "happened_on": timezone.localdate(), "words": "On the wrong child"}
    row = services.log_contact(row=row, values=values, version=1, by=teacher)
    sign_in(senco)
    detail = reverse("pupils:meeting-detail", args=[meeting.pk])
    assert reverse("pupils:meeting-action-edit", args=[action.pk]) in client.get(detail).content.decode()
    services.settle_action(action=action, state="done", word="", by=senco)
    assert "Correct this" in client.get(detail).content.decode()

    tab = reverse("pupil-detail", args=[pupil.pk]) + "?tab=meetings"
    assert "On the wrong child" in client.get(tab).content.decode()
    assert client.post(reverse("pupils:contact-log-remove", args=[row.pk])).status_code == 302
    assert "On the wrong child" not in client.get(tab).content.decode()
    assert ContactLog.history.filter(words="On the wrong child").count() == 2


def test_an_entry_with_a_parent_whose_row_ended_keeps_the_parent(client, sign_in, pupil, senco, mother):
    row = ContactLog(pupil=pupil, contact=mother)
    values = {"means": "call", "way": "in", "happened_on": timezone.localdate(), "words": "Rang"}
    row = services.log_contact(row=row, values=values, version=1, by=senco)
    mother.ended_on = timezone.localdate()
    mother.save()
    sign_in(senco)
    url = reverse("pupils:contact-log-edit", args=[row.pk])

    answer = client.post(url, typed_of(client.get(url).context["form"]) | {"words": "Rang twice"})

    row.refresh_from_db()
    assert (answer.status_code, row.contact, row.words) == (302, mother, "Rang twice")
