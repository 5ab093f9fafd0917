"""Parents' evenings, telling people of meetings, progress meetings of a class, and what parents take home on paper."""

from datetime import time, timedelta

import pypdfium2
import pytest
from django.core import mail
from django.urls import reverse
from icalendar import Calendar

from pupils.meetings import evenings, inviting, jobs, services
from pupils.meetings.refusals import ChildMeetingReason
from pupils.models import Contact, EveningTeacher, Meeting, MeetingPerson, ParentsEvening
from sendco.files.models import StoredFile
from sendco.files.services import open_stored
from sendco.jobs import runner
from sendco.jobs.models import Job
from staff.acting import acting_for
from staff.models import OutgoingMail

from .helping import begin, refused
from .test_meetings import agree, held, monday, plan

pytestmark = pytest.mark.postgresql("constraints and dates")


@pytest.fixture
def mother(pupil):
    return Contact.objects.create(
        pupil=pupil, name="Ada Adeyemi", relation="Mother", has_parental_responsibility=True, email="ada@home.example"
    )


@pytest.fixture
def evening(school, senco, teacher):
    row = ParentsEvening(school=school)
    values = {"name": "Autumn evening", "on": monday(), "starts_at": time(16), "ends_at": time(17), "minutes": 20}
    return evenings.save(evening=row, values=values | {"place": "Hall"}, users=[senco, teacher], version=1, by=senco)


# --- Three a year ---------------------------------------------------------------------------------------------
def test_whose_parents_were_met_least_stands_first(client, sign_in, pupil, other_pupil, senco, mother):
    begin(pupil, senco)
    begin(other_pupil, senco)
    met = plan(pupil, senco, contacts=[mother])
    held(met, senco, came=[met.people.get(contact=mother).pk])
    plan(pupil, senco, contacts=[mother])
    sign_in(senco)

    page = client.get(reverse("pupils:meeting-list") + "?show=met").content.decode()

    assert page.index(other_pupil.name) < page.index(pupil.name)
    assert "0 of 3" in page
    assert "1 of 3, next" in page
    assert reverse("pupils:meeting-plan", args=[other_pupil.pk]) in page
    assert reverse("pupils:meeting-plan", args=[pupil.pk]) not in page


# --- Telling people ----------------------------------------------------------------------------------------------
def test_an_invitation_goes_out_with_a_file_for_the_calendar_and_names_no_child(pupil, senco, teacher, mother):
    meeting = plan(pupil, senco, users=[teacher], contacts=[mother], starts_at=time(15, 30), about="Kezia's plan")

    people = {person.contact_id: person.pk for person in inviting.to_tell(meeting) if person.contact_id}
    assert inviting.tell(meeting=meeting, how={people[mother.pk]: "mail"}, by=senco) == (1, 0)
    runner.run(Job.objects.get().pk)

    sent = mail.outbox[-1]
    assert (sent.to, "15:30" in sent.body, "Kezia" in sent.body + sent.subject) == (["ada@home.example"], True, False)
    name, content, kind = sent.attachments[0]
    assert (name, kind) == ("meeting.ics", "text/calendar; method=REQUEST")
    assert Calendar.from_ical(content).walk("VEVENT")
    assert not OutgoingMail.objects.exclude(calendar="").exists()
    assert [person.user for person in inviting.to_tell(meeting)] == [teacher]


def test_who_was_told_is_told_again_of_a_change_and_of_calling_off(pupil, senco, mother, teacher):
    meeting = plan(pupil, senco, users=[teacher], contacts=[mother])
    parent = meeting.people.get(contact=mother)
    inviting.tell(meeting=meeting, how={parent.pk: "phone"}, by=senco)

    changed = services.change(meeting=meeting, values={"place": "Hall"}, version=meeting.version, by=senco)

    assert parent in inviting.to_tell(changed)
    services.call_off(meeting=changed, cancel_note="Ill", by=senco)
    assert inviting.to_tell(Meeting.objects.get()) == [parent]  # the teacher never knew of it


def test_nobody_is_mailed_who_may_not_be_written_to(pupil, senco, mother):
    meeting = plan(pupil, senco, contacts=[mother])
    mother.do_not_contact = True
    mother.save()
    person = meeting.people.get(contact=mother)

    refused(ChildMeetingReason.NO_ADDRESS, inviting.tell, meeting=meeting, how={person.pk: "mail"}, by=senco)
    assert not OutgoingMail.objects.exists()


def test_the_people_of_a_meeting_change_and_who_goes_is_kept(client, sign_in, pupil, senco, teacher, mother):
    meeting = plan(pupil, senco, users=[teacher], contacts=[mother])
    sign_in(senco)
    url = reverse("pupils:meeting-change", args=[meeting.pk])
    assert client.get(url).status_code == 200
    typed = {
        "planned_on": meeting.planned_on.isoformat(), "minutes": 45, "place": "Room 4", "contacts": [mother.pk],
        "others": "Dr Obi, educational psychologist\nDr Obi, educational psychologist", "version": meeting.version,
    }  # fmt: skip

    client.post(url, typed)

    meeting.refresh_from_db()
    assert (meeting.minutes, meeting.sequence) == (45, 1)
    current = meeting.people.filter(removed_on=None)
    assert {person.name or person.contact or person.user for person in current} == {"Dr Obi", mother, senco}
    assert meeting.people.get(user=teacher).removed_on
    page = client.get(reverse("pupils:meeting-detail", args=[meeting.pk])).content.decode()
    assert "Dr Obi, educational psychologist" in page


def test_telling_by_page_says_what_went_and_what_is_left(client, sign_in, pupil, senco, teacher, mother):
    meeting = plan(pupil, senco, users=[teacher], contacts=[mother])
    sign_in(senco)
    url = reverse("pupils:meeting-tell", args=[meeting.pk])
    assert client.post(url, {}).status_code == 422
    people = {person.user or person.contact: person.pk for person in inviting.to_tell(meeting)}

    page = client.post(url, {f"how_{people[mother]}": "mail", f"how_{people[teacher]}": "told"}, follow=True)

    assert "1 email on the way, 1 noted" in page.content.decode()
    assert client.get(url).status_code == 302  # everybody knows


# --- A class -----------------------------------------------------------------------------------------------------
def test_an_action_of_a_progress_meeting_is_for_one_child(client, sign_in, pupil, other_pupil, senco, group):
    for one in (pupil, other_pupil):
        one.form_group = group
        one.save()
        begin(one, senco)
    sign_in(senco)
    url = reverse("pupils:meeting-plan-group", args=[group.pk])
    assert client.get(url).status_code == 200
    client.post(url, {"pupils": [pupil.pk, other_pupil.pk], "planned_on": monday().isoformat(), "minutes": 60})

    meeting = Meeting.objects.get()
    assert (meeting.pupil, meeting.kind, meeting.pupils.count()) == (None, "progress", 2)
    typed = {"text": "Try the quiet table", "pupil": other_pupil.pk, "owner": senco.pk, "version": 1}
    client.post(
        reverse("pupils:meeting-action-add", args=[meeting.pk]), typed | {"due_on": meeting.planned_on.isoformat()}
    )
    assert meeting.actions.get().pupil == other_pupil


# --- Parents' evenings -------------------------------------------------------------------------------------------
def test_the_times_fill_the_evening(evening):
    assert evenings.times_of(evening) == [time(16), time(16, 20), time(16, 40)]
    evening.minutes = 25
    assert evenings.times_of(evening) == [time(16), time(16, 25)]


def test_a_time_is_taken_once_and_a_family_meets_one_at_a_time(evening, pupil, other_pupil, senco, teacher, mother):
    other_pupil.form_group = pupil.form_group
    other_pupil.save()
    meeting = evenings.book(evening=evening, user=teacher, at=time(16, 20), pupil=pupil, by=senco)

    assert (meeting.organiser, meeting.planned_on, meeting.starts_at) == (teacher, evening.on, time(16, 20))
    assert meeting.people.filter(contact=mother).exists()
    for user, at, child, reason in (
        (teacher, time(16, 20), other_pupil, ChildMeetingReason.TIME_TAKEN),
        (senco, time(16, 20), pupil, ChildMeetingReason.FAMILY_BUSY),
        (senco, time(16, 30), pupil, ChildMeetingReason.NOT_A_TIME),
    ):
        refused(reason, evenings.book, evening=evening, user=user, at=at, pupil=child, by=senco)
    assert Meeting.objects.count() == 1


def test_a_meeting_moves_within_the_evening_or_leaves_it(evening, pupil, other_pupil, senco, teacher):
    other_pupil.form_group = pupil.form_group
    other_pupil.save()
    first = evenings.book(evening=evening, user=teacher, at=time(16), pupil=pupil, by=senco)
    evenings.book(evening=evening, user=teacher, at=time(16, 20), pupil=other_pupil, by=senco)

    refused(
        ChildMeetingReason.TIME_TAKEN, services.change, meeting=first, values={"starts_at": time(16, 20)}, by=senco,
        version=first.version,
    )  # fmt: skip
    moved = services.change(meeting=first, values={"starts_at": time(16, 40)}, version=first.version, by=senco)
    assert moved.evening == evening
    gone = services.change(meeting=moved, values={"starts_at": time(18)}, version=moved.version, by=senco)
    assert gone.evening is None


def test_an_evening_with_times_taken_holds_its_times(evening, pupil, senco, teacher):
    evenings.book(evening=evening, user=teacher, at=time(16), pupil=pupil, by=senco)
    values = {
        "name": "Autumn",
        "on": evening.on,
        "starts_at": time(15),
        "ends_at": time(17),
        "minutes": 20,
        "place": "",
    }
    facts = {"evening": evening, "users": [senco], "version": evening.version, "by": senco}

    refused(ChildMeetingReason.EVENING_BOOKED, evenings.save, values=values, **facts)
    refused(ChildMeetingReason.EVENING_BOOKED, evenings.remove, evening=evening, by=senco)
    evenings.save(values=values | {"starts_at": time(16)}, **facts)

    # Who takes no part any more keeps a column while somebody is booked there.
    lines = evenings.lines_of(evening)
    assert [row.user for row, _ in lines[0].cells] == [senco, teacher]
    assert lines[0].cells[1][1].pupil == pupil


def test_an_evening_through_its_pages(client, sign_in, evening, pupil, senco, teacher, mother):
    begin(pupil, senco)
    sign_in(senco)
    detail = reverse("pupils:evening-detail", args=[evening.pk])
    book = reverse("pupils:evening-book", args=[evening.teachers.get(user=teacher).pk])
    assert f"{book}?at=16:20" in client.get(detail).content.decode()
    assert client.post(book, {"pupil": pupil.pk, "at": "16:30"}).status_code == 422

    client.post(book, {"pupil": pupil.pk, "at": "16:20"})
    assert client.post(book, {"pupil": pupil.pk, "at": "16:20"}).status_code == 422

    assert pupil.name in client.get(detail).content.decode()
    page = client.post(reverse("pupils:evening-tell", args=[evening.pk]), follow=True)
    assert "1 email on the way" in page.content.decode()
    page = client.post(reverse("pupils:evening-remove", args=[evening.pk]), follow=True)
    assert "Times of that evening are taken" in page.content.decode()


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"ends_at": "15:00"}, "ends before it begins"),
        ({"minutes": 0}, "5 to 120 minutes"),
        ({"users": []}, "Choose at least one colleague"),
        ({"on": (monday() + timedelta(days=5)).isoformat()}, "The school is closed on"),
    ],
)
def test_what_is_wrong_with_an_evening_is_said(client, sign_in, senco, more, words):
    sign_in(senco)
    typed = {
        "name": "Spring", "on": monday().isoformat(), "starts_at": "16:00", "ends_at": "19:00", "minutes": 15,
        "users": [senco.pk], "version": 1,
    }  # fmt: skip

    page = client.post(reverse("pupils:evening-add"), typed | more)

    assert (page.status_code, words in page.content.decode()) == (422, True)
    assert not ParentsEvening.objects.exists()


def test_the_pages_lead_there(client, sign_in, pupil, senco, teacher, group):
    pupil.form_group = group
    pupil.save()
    plan_page = reverse("pupils:support-detail", args=[begin(pupil, senco).pk])
    ways = {
        reverse("pupils:evening-add"): reverse("pupils:meeting-list"),
        reverse("pupils:meeting-plan-group", args=[group.pk]): reverse("pupils:meeting-list"),
        reverse("pupils:ask-parent", args=[pk_in(plan_page)]): plan_page,
    }
    for user, sees in ((senco, {True}), (teacher, {True, False})):
        sign_in(user)
        found = {way in client.get(page).content.decode() for way, page in ways.items()}
        assert found == sees


def pk_in(address):
    return int(address.strip("/").split("/")[-1])


# --- On paper ----------------------------------------------------------------------------------------------------
def words_on_paper():
    job = Job.objects.latest("pk")
    runner.run(job.pk)
    job.refresh_from_db()
    document = pypdfium2.PdfDocument(open_stored(StoredFile.objects.get(pk=job.result["file"])).read())
    return " ".join(page.get_textpage().get_text_range() for page in document).replace("\r\n", " ")


def test_parents_take_home_what_was_agreed_and_what_is_not_yet_done(client, sign_in, pupil, senco, teacher, mother):
    first = held(plan(pupil, senco, contacts=[mother]), senco, on=monday() - timedelta(days=14))
    agree(first, senco, text="Ring the clinic", owner=teacher)
    mother.needs_interpreter, mother.language = True, "Yoruba"
    mother.save()
    second = plan(pupil, senco, contacts=[mother])
    part = second.pupils.get()
    services.hold(
        meeting=second, held_on=monday() - timedelta(days=7), notes="Staff only words", came=set(), by=senco,
        version=second.version, about={part.pk: {"notes": "Own notes", "for_parents": "Reading goes well"}},
    )  # fmt: skip
    sign_in(senco)

    client.post(reverse("pupils:meeting-pdf", args=[second.pk]))
    words = words_on_paper()
    for expected in ("Reading goes well", "Ring the clinic", "not yet done", "Yoruba", teacher.name):
        assert expected in words
    for kept in ("Staff only words", "Own notes"):
        assert kept not in words


@pytest.mark.parametrize(("words", "pages"), [(20, 1), (250, 1), (430, 2)])
def test_what_parents_take_home_is_one_page_or_goes_on(client, sign_in, pupil, senco, words, pages):
    meeting = plan(pupil, senco)
    part = meeting.pupils.get()
    part.for_parents = " ".join(["sentence"] * words) + " end"
    part.save()
    sign_in(senco)

    client.post(reverse("pupils:meeting-pdf", args=[meeting.pk]))
    text = words_on_paper()

    stored = StoredFile.objects.get(pk=Job.objects.latest("pk").result["file"])
    assert len(pypdfium2.PdfDocument(open_stored(stored).read())) == pages
    assert " end" in text


def test_a_letter_to_a_hidden_address_carries_none(client, sign_in, pupil, senco, mother):
    mother.address = "7 Secret Lane"
    mother.save()
    person = MeetingPerson.objects.get(meeting=plan(pupil, senco, contacts=[mother]), contact=mother)
    sign_in(senco)

    client.post(reverse("pupils:meeting-letter", args=[person.pk]))
    assert "7 Secret Lane" in words_on_paper()

    Contact.objects.filter(pk=mother.pk).update(address="", address_hidden=True)
    jobs.start(person.meeting, what=jobs.LETTER, acting=acting_for(senco), person=person.pk)
    words = words_on_paper()
    assert ("Ada Adeyemi" in words, "Secret Lane" in words) == (True, False)


def test_whom_a_parent_meets_has_to_see_the_child(client, sign_in, evening, pupil, other_pupil, senco, teacher):
    refused(
        ChildMeetingReason.OWNER_BLIND, evenings.book, evening=evening, user=teacher, at=time(16), pupil=other_pupil,
        by=senco,
    )  # fmt: skip
    theirs = EveningTeacher.objects.get(evening=evening, user=senco)
    sign_in(teacher)
    page = client.get(reverse("pupils:evening-detail", args=[evening.pk])).content.decode()
    assert reverse("pupils:evening-book", args=[theirs.pk]) not in page
    assert client.get(reverse("pupils:evening-book", args=[theirs.pk])).status_code == 302
    assert not Meeting.objects.exists()
    evenings.book(evening=evening, user=senco, at=time(16), pupil=pupil, by=senco)
    page = client.get(reverse("pupils:evening-detail", args=[evening.pk])).content.decode()
    assert pupil.name in page
    assert reverse("pupils:meeting-detail", args=[Meeting.objects.get().pk]) not in page


def test_two_who_change_the_people_of_an_evening_lose_nobody(client, sign_in, evening, school, senco, teacher, head):
    sign_in(senco)
    url = reverse("pupils:evening-edit", args=[evening.pk])
    form = client.get(url).context["form"]
    typed = {name: form[name].value() for name in ("name", "minutes", "place", "version")} | {
        "on": evening.on.isoformat(), "starts_at": f"{evening.starts_at:%H:%M}", "ends_at": f"{evening.ends_at:%H:%M}",
    }  # fmt: skip
    assert client.post(url, typed | {"users": [senco.pk, teacher.pk, head.pk]}).status_code == 302

    page = client.post(url, typed | {"users": [senco.pk]})

    assert page.status_code == 422
    assert [row.label for row in page.context["conflict"].rows] == ["Whom parents can meet"]
    assert len(evenings.teachers_of(evening)) == 3
