"""A timetable from a file: what it would change is said first, what has happened stays, and it can be taken back."""

from datetime import time, timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from pupils.models import SlotPupil
from sendco.pages.board import importing
from staff.board import imports
from staff.board.refusals import BoardReason
from staff.models import Slot, TimetableImport
from tests.staff.adults import BEGAN, adult, kind, timetable
from tests.staff.test_posts import refused

pytestmark = pytest.mark.postgresql("locks and JSON")
HEAD = "Adult,Day,Week,From,Until,Kind,Class or group,Doing,Place"


def today():
    return timezone.localdate()


@pytest.fixture
def table(school):
    return timetable(school)


@pytest.fixture
def ana(school):
    return adult(school, "Ana Field")


def slot(member, table, **more):
    facts = {"kind": kind(table.school), "weekday": 0, "starts_at": time(9), "ends_at": time(10), "starts_on": BEGAN}
    return Slot.objects.create(member=member, timetable=table, **(facts | more))


def send(client, table, *lines, from_on=None, head=HEAD):
    content = "\r\n".join([head, *lines]).encode()
    return send_bytes(client, table, content, from_on=from_on)


def send_bytes(client, table, content, *, from_on=None):
    file = SimpleUploadedFile("table.csv", content, content_type="text/csv")
    address = reverse("timetable-import", args=[table.pk])
    token = client.get(address).context["form_state"]["token"]
    typed = {"from_on": (from_on or today()).isoformat(), "file": file, "form_token": token}
    return client.post(address, typed)


def check(client, table):
    return client.get(reverse("timetable-import-check", args=[table.pk]))


def save(client, table, **more):
    plan = check(client, table).context["plan"]
    return client.post(reverse("timetable-import-check", args=[table.pk]), {"sum": plan.sum} | more)


def standing(table, day=None):
    day = day or today()
    rows = table.slots.filter(starts_on__lte=day).exclude(ends_on__lt=day)
    return sorted((row.member.name, row.weekday, row.starts_at.hour, row.kind.name) for row in rows)


@pytest.fixture
def planner(client, senco):
    client.force_login(senco)
    return client


# --- What a line means ---
@pytest.mark.parametrize(
    ("text", "hour", "minute"),
    [("09:15", 9, 15), ("9.15", 9, 15), ("9:15 am", 9, 15), ("1pm", 13, 0), ("12:30 PM", 12, 30), ("12am", 0, 0),
     ("09:15:00", 9, 15)],
)  # fmt: skip
def test_times_as_people_write_them(text, hour, minute):
    assert importing._time(text, "From") == time(hour, minute)


@pytest.mark.parametrize("text", ["", "9", "25:00", "09:60", "half nine", "0.375"])
def test_what_is_no_time(text):
    with pytest.raises(ValueError, match="Write a time"):
        importing._time(text, "From")


def test_headings_and_separators_of_other_systems(planner, school, table, ana):
    content = "sep=;\r\nStaff;Weekday;Start Time;End Time;Type;Room\r\nana  field;Tue;9.00;9.45;one to one;Hall\r\n"

    assert send_bytes(planner, table, content.encode("utf-16")).status_code == 302
    save(planner, table)

    row = Slot.objects.get()
    assert (row.member, row.weekday, row.starts_at, row.kind.name, row.place) == (
        ana, 1, time(9), "One to one", "Hall",
    )  # fmt: skip


# --- Nothing is lost ---
@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (HEAD.encode(), "The file holds no slot"),
        (b"\r\n\r\n", "The file holds no slot"),
        (b"Name,Colour\r\nAna,red\r\n", "Missing"),
        (b"PK\x03\x04rest", "Excel workbook"),
        (b"\x00\x01\x02\x03" * 400, "CSV"),
        (HEAD.encode() + b"\r\nx" * 100_000, "larger than 180 KB"),
    ],
)
def test_an_empty_or_foreign_file_changes_nothing(planner, table, ana, content, words):
    slot(ana, table)

    page = send_bytes(planner, table, content)

    assert page.status_code == 422
    assert words in page.content.decode()
    assert len(standing(table)) == 1


def test_a_line_that_cannot_be_read_keeps_all_from_being_saved(planner, table, ana):
    slot(ana, table)
    send(planner, table, "Ana Field,Monday,,09:00,10:00,In a lesson,,,", "Nobody,Monday,,09:00,10:00,In a lesson,,,",
         "Ana Field,Sunday,,09:00,10:00,In a lesson,,,", "Ana Field,Monday,A,09:00,10:00,In a lesson,,,",
         "Ana Field,Monday,,10:00,09:00,In a lesson,,,", "Ana Field,Monday,,09:00,10:00,Nonsense,,,")  # fmt: skip

    page = check(planner, table)

    text = page.content.decode()
    for words in ("Line 3: there is no adult", "Line 4: Sunday", "Line 5: this timetable has one week",
                  "Line 6: the end is before", "Line 7: there is no kind"):  # fmt: skip
        assert words in text
    plan = page.context["plan"]
    planner.post(reverse("timetable-import-check", args=[table.pk]), {"sum": plan.sum})
    assert not TimetableImport.objects.exists()


def test_one_adult_who_loses_nearly_all_stops_the_file(planner, table, ana, school):
    """Of forty adults together it is little: the one whose week goes is named."""
    other = adult(school, "Bo Field")
    lines = []
    for weekday, day in enumerate(("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")):
        for hour in (9, 10, 11, 13, 14):
            slot(other, table, weekday=weekday, starts_at=time(hour), ends_at=time(hour, 50))
            lines.append(f"Bo Field,{day},,{hour}:00,{hour}:50,In a lesson,,,")
    for hour in (8, 9, 10, 11, 12, 13, 14):
        slot(ana, table, starts_at=time(hour), ends_at=time(hour, 50))
    send(planner, table, *lines, "Ana Field,Monday,,8:00,8:50,In a lesson,,,")

    page = check(planner, table)

    assert page.context["plan"].losing == [("Ana Field", 6, 7)]
    assert "Ana Field loses 6 of 7 slots" in page.content.decode()
    assert save(planner, table).status_code == 422
    assert save(planner, table, sure="on").status_code == 302


def test_all_that_goes_is_listed(planner, table, ana):
    for weekday in range(5):
        for minute in range(0, 45, 3):
            slot(ana, table, weekday=weekday, starts_at=time(9, minute), ends_at=time(9, minute + 3))
    send(planner, table, "Ana Field,Monday,,14:00,14:50,In a lesson,,,")

    assert check(planner, table).content.decode().count("<li><b>Ana Field</b>") == 75


def test_a_far_smaller_file_stops_with_numbers(planner, table, ana):
    for hour in range(8, 16):
        slot(ana, table, starts_at=time(hour), ends_at=time(hour, 50))
    send(planner, table, "Ana Field,Monday,,08:00,08:50,In a lesson,,,")

    assert "7 slots go, 1 stay" in check(planner, table).content.decode()
    refused = save(planner, table)
    assert refused.status_code == 422
    assert len(standing(table)) == 8

    assert save(planner, table, sure="on").status_code == 302
    assert len(standing(table)) == 1


def test_adults_who_are_not_in_the_file_keep_their_slots(planner, school, table, ana):
    other = adult(school, "Bea Other")
    slot(other, table)
    send(planner, table, "Ana Field,Monday,,09:00,10:00,In a lesson,,,")

    assert check(planner, table).context["plan"].untouched == 1
    save(planner, table)

    assert [name for name, *_ in standing(table)] == ["Ana Field", "Bea Other"]


def test_what_was_before_the_day_reads_as_it_was(planner, table, ana):
    old = slot(ana, table)
    before = standing(table, today() - timedelta(days=1))
    send(planner, table, "Ana Field,Monday,,11:00,12:00,Duty,,,")

    save(planner, table)

    assert standing(table, today() - timedelta(days=1)) == before
    old.refresh_from_db()
    assert old.ends_on == today() - timedelta(days=1)
    assert standing(table) == [("Ana Field", 0, 11, "Duty")]


def test_the_past_is_not_read_from_a_file(planner, table, ana):
    page = send(planner, table, "Ana Field,Monday,,09:00,10:00,Duty,,,", from_on=today() - timedelta(days=1))

    assert page.status_code == 422
    assert "What has happened stays" in page.content.decode()


def test_a_changed_slot_keeps_its_pupils(planner, table, ana, pupil):
    old = slot(ana, table)
    SlotPupil.objects.create(slot=old, pupil=pupil)
    send(planner, table, "Ana Field,Monday,,09:00,10:00,One to one,,Phonics,")

    save(planner, table)

    new = Slot.objects.get(ends_on=None)
    assert [row.pupil for row in new.pupils.all()] == [pupil]


def test_a_board_that_changed_meanwhile_is_looked_at_again(planner, table, ana):
    slot(ana, table)
    send(planner, table, "Ana Field,Monday,,11:00,12:00,Duty,,,")
    shown = check(planner, table).context["plan"].sum
    slot(ana, table, weekday=2)

    page = planner.post(reverse("timetable-import-check", args=[table.pk]), {"sum": shown})

    assert page.status_code == 422
    assert "Somebody changed the board meanwhile" in page.content.decode()
    assert len(standing(table)) == 2


# --- Back and forth ---
def test_a_download_reads_back_as_it_is(planner, table, ana, group):
    slot(ana, table, group=group, doing="=1+1", place="Hall, left")
    slot(ana, table, weekday=3, starts_at=time(13), ends_at=time(13, 30), ends_on=today() + timedelta(days=10))
    slot(ana, table, weekday=3, starts_at=time(13), ends_at=time(13, 30), starts_on=today() + timedelta(days=11))
    content = planner.get(reverse("timetable-download", args=[table.pk])).content

    send_bytes(planner, table, content)

    plan = check(planner, table).context["plan"]
    assert plan.changes_nothing
    assert len(plan.staying) == 3


def test_one_file_is_taken_back_once(planner, table, ana, pupil, senco):
    first = slot(ana, table)
    coming = slot(ana, table, weekday=2, starts_on=today() + timedelta(days=20))
    SlotPupil.objects.create(slot=coming, pupil=pupil)
    before = standing(table, today() + timedelta(days=21))
    send(planner, table, "Ana Field,Friday,,11:00,12:00,Duty,,,")
    save(planner, table)
    assert standing(table, today() + timedelta(days=21)) == [("Ana Field", 4, 11, "Duty")]
    done = TimetableImport.objects.get()

    planner.post(reverse("timetable-import-undo", args=[done.pk]))

    assert standing(table, today() + timedelta(days=21)) == before
    first.refresh_from_db()
    assert first.ends_on is None
    again = Slot.objects.get(weekday=2)
    assert (again.starts_on, again.starts_at, [row.pupil for row in again.pupils.all()]) == (
        today() + timedelta(days=20), time(9), [pupil],
    )  # fmt: skip
    refused(BoardReason.UNDONE_ALREADY, imports.undo, done=done, by=senco)
    assert standing(table, today() + timedelta(days=21)) == before


def test_taken_back_after_some_weeks_those_weeks_stay(planner, table, ana, pupil, senco):
    SlotPupil.objects.create(slot=slot(ana, table), pupil=pupil)
    send(planner, table, "Ana Field,Friday,,11:00,12:00,Duty,,,")
    save(planner, table)
    done, first = TimetableImport.objects.get(), today()

    with time_machine.travel(timezone.now() + timedelta(days=15)):
        planner.force_login(senco)
        planner.post(reverse("timetable-import-undo", args=[done.pk]))

    assert standing(table, first + timedelta(days=10)) == [("Ana Field", 4, 11, "Duty")]
    assert standing(table, first + timedelta(days=16)) == [("Ana Field", 0, 9, "In a lesson")]
    assert Slot.objects.get(starts_on=first + timedelta(days=15)).pupils.get().pupil == pupil


def test_what_somebody_changed_since_is_left_alone(planner, table, ana):
    slot(ana, table)
    send(planner, table, "Ana Field,Friday,,11:00,12:00,Duty,,,")
    save(planner, table)
    placed = Slot.objects.get(weekday=4)
    placed.doing = "Gate"
    placed.save()

    answer = planner.post(reverse("timetable-import-undo", args=[TimetableImport.objects.get().pk]), follow=True)

    assert "but for 1 slots" in answer.content.decode()
    assert Slot.objects.filter(pk=placed.pk).exists()


# --- Field ask 11: two settings of each kind are shown after reading ---
def test_whether_a_kind_makes_busy_and_needs_cover_is_shown(planner, table, ana):
    send(planner, table, "Ana Field,Monday,,09:00,10:00,Free for planning,,,",
         "Ana Field,Tuesday,,12:00,13:00,Duty,,,", "Ana Field,Wednesday,,09:00,10:00,Meeting,,,")  # fmt: skip

    text = " ".join(check(planner, table).content.decode().split())

    assert "line 2; adult busy: no, needs cover: no" in text
    assert "line 3; adult busy: yes, needs cover: yes" in text
    assert "line 4; adult busy: yes, needs cover: no" in text


def test_the_same_line_twice_is_said(school, table, ana):
    text = f"{HEAD}\nAna Field,Monday,,09:00,10:00,In a lesson,,,\nAna Field,Monday,,09:00,10:00,In a lesson,,,"

    assert importing.read(text, school=school, timetable=table, from_on=today()).problems == [
        "Line 3: it is the same as line 2. Take one of them out."
    ]


def test_two_columns_of_one_meaning_lose_no_word(school, table, ana):
    head = "Adult,Day,From,Until,Kind,Activity,Notes"
    text = f"{head}\nAna Field,Mon,9:00,10:00,Duty,Gate,\nAna Field,Tue,9:00,10:00,Duty,,Bus"

    rows = importing.read(text, school=school, timetable=table, from_on=today()).rows

    assert [row.doing for row in rows] == ["Gate", "Bus"]


def test_a_quotation_mark_that_is_never_closed_swallows_nothing(planner, table, ana):
    lines = [f"Ana Field,Monday,,{hour:02}:00,{hour:02}:30,Duty,,," for hour in range(8, 14)]
    lines[1] += ',"red'

    page = send(planner, table, *lines, head=f"{HEAD},Colour")

    assert page.status_code == 422
    assert "A quotation mark" in page.content.decode()


def test_what_a_file_shows_is_what_is_saved(planner, school, table, ana):
    adult(school, "Bea Other")
    send(planner, table, "Ana Field,Monday,,09:00,10:00,Duty,,,")
    shown = check(planner, table).context["plan"].sum
    send(planner, table, "Bea Other,Monday,,09:00,10:00,Duty,,,")

    page = planner.post(reverse("timetable-import-check", args=[table.pk]), {"sum": shown})

    assert page.status_code == 422
    assert not table.slots.exists()


def test_a_newer_file_is_taken_back_first(planner, table, ana, senco):
    send(planner, table, "Ana Field,Monday,,09:00,10:00,Duty,,,")
    save(planner, table)
    send(planner, table, "Ana Field,Monday,,09:00,10:00,Meeting,,,", from_on=today() + timedelta(days=7))
    save(planner, table)
    newer, older = TimetableImport.objects.all()

    refused(BoardReason.NEWER_FIRST, imports.undo, done=older, by=senco)
    imports.undo(done=newer, by=senco)
    imports.undo(done=older, by=senco)
    assert standing(table, today() + timedelta(days=8)) == []


def test_who_left_meanwhile_is_placed_nowhere_again(planner, table, ana, senco):
    slot(ana, table)
    send(planner, table, "Ana Field,Friday,,11:00,12:00,Duty,,,")
    save(planner, table)
    ana.posts.update(ends_on=today() + timedelta(days=5))

    imports.undo(done=TimetableImport.objects.get(), by=senco)

    assert Slot.objects.get().ends_on == today() + timedelta(days=5)


def test_somebody_elses_file_is_not_there(planner, client, table, ana, head):
    send(planner, table, "Ana Field,Monday,,09:00,10:00,Duty,,,")
    client.force_login(head)

    assert check(client, table).url == reverse("timetable-import", args=[table.pk])
