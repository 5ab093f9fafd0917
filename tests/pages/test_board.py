"""The deployment board as pages: placing in few steps, moving, and that nobody meets a child who is not theirs."""

import re
from datetime import date, time, timedelta
from pathlib import Path

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from pupils.models import GroupPlace, PupilSkill, PupilSupport, RegisterEntry, SlotPupil
from sendco.pages.board.drawing import LETTERS
from sendco.pages.board.views import CHANGED_MEANWHILE
from staff.board import services
from staff.models import Certificate, GroupStaff, Period, Skill, Slot, SlotKind, Timetable, Unit
from staff.roles import Role
from staff.weeks import monday_of
from tests.factories import MembershipFactory, PupilFactory, TeachingGroupFactory
from tests.staff.adults import BEGAN, MONDAY, adult, kind, timetable


@pytest.fixture
def board(school):
    row = timetable(school)
    for name, first, last in (("1", time(9), time(10)), ("2", time(10), time(11))):
        Period.objects.create(timetable=row, name=name, starts_at=first, ends_at=last)
    Period.objects.create(timetable=row, name="1", weekday=4, starts_at=time(9), ends_at=time(9, 30))
    return row


@pytest.fixture
def group(school):
    return TeachingGroupFactory(school=school, name="5A")


def typed(school, member, **more):
    values = {
        "member": member.pk, "kind": kind(school).pk, "period": "1", "starts_at": "", "ends_at": "", "group": "",
        "doing": "", "place": "", "starts_on": str(timezone.localdate()), "ends_on": "", "days": ["0", "4"],
    }  # fmt: skip
    return {name: value for name, value in (values | more).items() if value is not None}


def pupil_on_register(school, **details):
    pupil = PupilFactory(school=school, **details)
    RegisterEntry.objects.filter(pupil=pupil).update(code="K")
    return pupil


def slot_of(board, member, **more):
    values = {"weekday": 0, "starts_at": time(9), "ends_at": time(10), "starts_on": BEGAN} | more
    return Slot.objects.create(timetable=board, member=member, kind=kind(board.school), **values)


# --- Placing ---
def test_placing_takes_the_times_of_each_day(client, school, senco, board, group):
    member = adult(school)
    client.force_login(senco)

    response = client.post(reverse("slot-add"), typed(school, member, group=group.pk))

    assert response.status_code == 302
    rows = Slot.objects.order_by("weekday").values_list("weekday", "starts_at", "ends_at", "group__name")
    assert list(rows) == [(0, time(9), time(10), "5A"), (4, time(9), time(9, 30), "5A")]


def test_who_is_placed_may_read_about_the_children_from_that_day(
    client, school, senco, teaching_assistant, board, group
):
    member, pupil = adult(school, user=teaching_assistant), pupil_on_register(school)
    client.force_login(senco)

    client.post(reverse("slot-add"), typed(school, member, group=group.pk, pupils=[pupil.pk], let_read="on"))

    place = GroupStaff.objects.get(user=teaching_assistant)
    assert (place.group, place.kind, place.starts_on) == (group, "supports", timezone.localdate())
    assert PupilSupport.objects.get(user=teaching_assistant).pupil == pupil
    assert set(SlotPupil.objects.values_list("pupil", flat=True)) == {pupil.pk}


def test_without_the_tick_nobody_reads_more(client, school, senco, teaching_assistant, board, group):
    client.force_login(senco)

    client.post(reverse("slot-add"), typed(school, adult(school, user=teaching_assistant), group=group.pk))

    assert not GroupStaff.objects.exists()
    assert Slot.objects.count() == 2


@pytest.mark.parametrize("on", [date(2026, 11, 11), date(2026, 11, 14)])  # a Wednesday, and a Saturday
def test_a_slot_that_begins_next_week_is_warned_of_too(client, school, senco, board, on):
    member = adult(school, days=[1])
    client.force_login(senco)

    with time_machine.travel(on):
        client.force_login(senco)
        page = client.post(reverse("slot-add"), typed(school, member), follow=True).content.decode()

    assert "does not work then: Monday, Friday" in page or "does not work then: Friday, Monday" in page


def test_a_slot_that_cannot_be_is_saved_with_a_warning(client, school, senco, board):
    member = adult(school, days=[0])
    client.force_login(senco)

    response = client.post(reverse("slot-add"), typed(school, member), follow=True)

    page = response.content.decode()
    assert f"{member.name} does not work then: Friday" in page


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"period": ""}, "Choose when, or enter both times."),
        ({"period": "2", "days": ["4"]}, "Friday has no 2."),
        ({"period": "", "starts_at": "10:00", "ends_at": "09:00"}, "The end is before the beginning."),
        ({"days": None}, "Choose at least one day."),
        ({"member": None}, "Choose who is placed."),
        ({"starts_on": "2024-01-01"}, "Choose a day within it."),
    ],
)
def test_bad_input_is_said_and_nothing_typed_is_lost(client, school, senco, board, more, words):
    client.force_login(senco)

    values = typed(school, adult(school), doing="Kept as typed") | more
    response = client.post(reverse("slot-add"), {name: value for name, value in values.items() if value is not None})

    page = response.content.decode()
    assert response.status_code == 422
    assert "Kept as typed" in page
    assert not Slot.objects.exists()


def test_without_a_timetable_one_is_begun_first(client, school, senco):
    client.force_login(senco)

    response = client.get(reverse("slot-add"))

    assert response.url == reverse("timetable-begin")


# --- Moving ---
def move(client, slot, member, weekday, seen, week=None):
    week = week or monday_of(timezone.localdate())
    values = {"member": member.pk, "weekday": weekday, "week": week, "seen": seen}
    return client.post(reverse("slot-move", args=[slot.pk]), values, follow=True)


def last_seen():
    return Slot.history.order_by("-history_id").first().history_id


def test_the_letter_of_a_tone_is_no_other_rules_class():
    """A chip with the class of icons was drawn as wide as one."""
    styles = {path.name: path.read_text() for path in Path("static/css").glob("*.css") if path.name != "board.css"}
    taken = {
        letter: name
        for letter in LETTERS.values()
        for name, text in styles.items()
        if re.search(rf"(^|[,\s]){re.escape('.' + letter)}[\s,{{]", text)
    }

    assert taken == {}
    assert set(LETTERS) == set(SlotKind.Tone)
    assert all(f".board td a.{letter} " in Path("static/css/board.css").read_text() for letter in LETTERS.values())


def test_dragging_posts_below_the_slots_own_address():
    """board.js makes the address of the move from the link that is dragged."""
    assert reverse("slot-move", args=[7]) == reverse("slot-detail", args=[7]) + "move/"
    assert 'new URL("move/", held.href)' in Path("static/js/board.js").read_text()


def test_dragging_moves_from_this_week_on_with_its_children(client, school, senco, board):
    one, two, pupil = adult(school, "One"), adult(school, "Two"), PupilFactory(school=school)
    slot = slot_of(board, one)
    SlotPupil.objects.create(slot=slot, pupil=pupil)
    client.force_login(senco)

    page = move(client, slot, two, 2, last_seen()).content.decode()

    assert "Moved to Two, Wednesday" in page
    slot.refresh_from_db()
    moved = Slot.objects.exclude(pk=slot.pk).get()
    assert (slot.weekday, slot.ends_on) == (0, timezone.localdate() - timedelta(days=1))
    assert (moved.member, moved.weekday) == (two, 2)
    assert moved.pupils.get().pupil == pupil


def test_a_slot_moved_since_the_board_was_drawn_is_not_moved_again(client, school, senco, head, board):
    one, two = adult(school, "One"), adult(school, "Two")
    slot = slot_of(board, one, starts_on=timezone.localdate() + timedelta(days=1))
    client.force_login(senco)
    seen = last_seen()
    move(client, slot, two, 1, seen)

    page = move(client, slot, one, 3, seen).content.decode()

    assert "Somebody else moved this slot meanwhile" in page
    slot.refresh_from_db()
    assert (slot.member, slot.weekday) == (two, 1)


@pytest.mark.parametrize("values", [{}, {"member": "x"}, {"weekday": 9}, {"week": "soon"}, {"seen": "-1"}])
def test_a_move_that_says_nothing_is_not_found(client, school, senco, board, values):
    slot = slot_of(board, adult(school))
    client.force_login(senco)
    whole = {"member": slot.member_id, "weekday": 1, "week": "2026-11-16", "seen": 0} if values else {}

    assert client.post(reverse("slot-move", args=[slot.pk]), whole | values).status_code == 404


def test_changing_a_slot_keeps_children_whom_one_may_not_see(client, school, board, senco):
    unit = Unit.objects.create(school=school, name="Nest", kind="resourced")
    lead = MembershipFactory(school=school, role=Role.PROVISION_LEAD, unit=unit).user
    member = adult(school, unit=unit)
    slot = slot_of(board, member, starts_on=timezone.localdate() + timedelta(days=1))
    hidden = PupilFactory(school=school)
    SlotPupil.objects.create(slot=slot, pupil=hidden)
    client.force_login(lead)
    values = typed(school, member, weekday="2", from_on=str(slot.starts_on), version=1, days=None, starts_on=None)

    response = client.post(reverse("slot-edit", args=[slot.pk]), values)

    assert response.status_code == 302
    slot.refresh_from_db()
    assert slot.weekday == 2
    assert slot.pupils.get().pupil == hidden


def test_taking_off_ends_the_slot(client, school, senco, board):
    slot = slot_of(board, adult(school))
    client.force_login(senco)

    client.post(reverse("slot-remove", args=[slot.pk]), {"from_on": MONDAY, "version": 1})

    slot.refresh_from_db()
    assert slot.ends_on == MONDAY - timedelta(days=1)


def test_taking_off_a_slot_that_somebody_moved_asks_again(client, school, senco, head, board):
    slot = slot_of(board, adult(school))
    services.change_slot(slot=slot, values={"weekday": 2}, from_on=slot.starts_on, version=1, by=head)
    client.force_login(senco)

    page = client.post(reverse("slot-remove", args=[slot.pk]), {"from_on": MONDAY, "version": 1})

    slot.refresh_from_db()
    assert page.status_code == 422
    assert slot.ends_on is None
    assert page.context["form"].non_field_errors() == [CHANGED_MEANWHILE]
    assert client.post(reverse("slot-remove", args=[slot.pk]), page.context["form"].data).status_code == 302


def test_a_slot_that_has_ended_is_not_taken_off_again(client, school, senco, board):
    slot = slot_of(board, adult(school))
    services.remove_slot(slot=slot, from_on=MONDAY, version=1, by=senco)
    client.force_login(senco)

    page = client.post(reverse("slot-remove", args=[slot.pk]), {"from_on": MONDAY, "version": 2})

    assert page.status_code == 422
    assert "from_on" in page.context["form"].errors


# --- What is seen ---
def test_a_class_slot_leads_to_the_children_of_the_class(client, school, senco, board, group):
    member = adult(school, user=MembershipFactory(school=school, role=Role.TEACHING_ASSISTANT).user)
    slot = slot_of(board, member, group=group, weekday=timezone.localdate().weekday() % 5)
    of_class = pupil_on_register(school, legal_forename="Cosima")
    other = pupil_on_register(school, legal_forename="Elsewhere")
    GroupPlace.objects.create(pupil=of_class, group=group, starts_on=BEGAN)
    client.force_login(senco)

    page = client.get("/board/?week=2026-11-16&by=pupil").content.decode()

    assert of_class.name in page
    assert other.name not in page
    assert of_class.name in client.get(reverse("slot-detail", args=[slot.pk])).content.decode()


def test_named_children_stand_for_the_class_be_they_seen_or_not(client, school, teaching_assistant, board, group):
    member = adult(school, user=teaching_assistant)
    slot = slot_of(board, member, group=group)
    SlotPupil.objects.create(slot=slot, pupil=pupil_on_register(school, legal_forename="Hidden"))
    other = pupil_on_register(school, legal_forename="Elsewhere")
    GroupPlace.objects.create(pupil=other, group=group, starts_on=BEGAN)
    PupilSupport.objects.create(pupil=other, user=teaching_assistant, starts_on=BEGAN)
    client.force_login(teaching_assistant)

    page = client.get(reverse("slot-detail", args=[slot.pk])).content.decode()

    assert "and 1 whom you do not support" in page
    assert other.name not in page


def test_an_adult_without_what_the_children_need_is_named(client, school, senco, board):
    member, pupil = adult(school, "Ana Field"), pupil_on_register(school, legal_forename="Cosima")
    skill = Skill.objects.create(school=school, name="Epilepsy medicines")
    PupilSkill.objects.create(pupil=pupil, skill=skill, starts_on=BEGAN)
    client.force_login(senco)
    answer = typed(school, member, pupils=[pupil.pk])

    page = client.post(reverse("slot-add"), answer, follow=True).content.decode()

    assert f"Ana Field holds no certificate for Epilepsy medicines, which {pupil.name} needs." in page
    slot = Slot.objects.first()
    assert "Epilepsy medicines" in client.get(reverse("slot-detail", args=[slot.pk])).content.decode()
    Certificate.objects.create(member=member, skill=skill, issued_on=BEGAN, expires_on=None)
    assert "Not trained" not in client.get(reverse("slot-detail", args=[slot.pk])).content.decode()


def test_lessons_without_a_teachers_time_by_class_and_for_support_alone(client, school, senco, board, group):
    slot_of(board, adult(school, "Ana Field"), group=group)
    teacher = adult(school, "Tom Teacher", staff_group="teacher")
    slot_of(board, teacher, group=group)
    client.force_login(senco)

    page = client.get(reverse("board-hours") + "?week=2026-11-16")

    assert [one.member.name for one in page.context["without_teacher_time"]] == ["Ana Field"]
    assert page.context["classes"] == [("5A", 1)]


def test_the_board_by_adult_class_and_pupil(client, school, senco, board, group):
    member, pupil = adult(school, "Ana Field"), PupilFactory(school=school, legal_forename="Cosima")
    slot_of(board, member, group=group)
    slot = slot_of(board, member, starts_at=time(10), ends_at=time(11))
    SlotPupil.objects.create(slot=slot, pupil=pupil)
    client.force_login(senco)

    pages = {by: client.get(f"/board/?week=2026-11-16&by={by}").content.decode() for by in ("adult", "class", "pupil")}

    assert "09:00 5A</a>" in pages["adult"]
    assert "10:00 Cosima</a>" in pages["adult"]
    assert "09:00 Ana Field</a>" in pages["class"]
    assert pupil.name in pages["pupil"]
    assert "10:00 Ana Field</a>" in pages["pupil"]


def test_what_somebody_typed_is_shown_as_words(client, school, senco, board):
    slot_of(board, adult(school, "<b>Ana</b>"), doing="<img src=x onerror=alert(1)>")
    client.force_login(senco)

    page = client.get("/board/?week=2026-11-16").content.decode()

    assert "<b>Ana</b>" not in page
    assert "<img src=x" not in page


@pytest.mark.parametrize(
    "query", ["week=soon", "week=9999-12-31", "week=0001-01-01", "by=nobody", "unit=99999999999999999999"]
)
def test_an_address_that_cannot_be_read_shows_this_week(client, school, senco, board, query):
    client.force_login(senco)

    assert client.get(f"/board/?{query}").status_code == 200


def test_an_assistant_sees_their_own_week_and_only_children_they_support(client, school, teaching_assistant, board):
    member = adult(school, user=teaching_assistant)
    theirs, other = (
        PupilFactory(school=school, legal_forename="Cosima"),
        PupilFactory(school=school, legal_forename="Zeno"),
    )
    slot = slot_of(board, member)
    for pupil in (theirs, other):
        SlotPupil.objects.create(slot=slot, pupil=pupil)
    PupilSupport.objects.create(pupil=theirs, user=teaching_assistant)
    client.force_login(teaching_assistant)

    pages = [
        client.get(path).content.decode()
        for path in ("/my-week/?week=2026-11-16", reverse("slot-detail", args=[slot.pk]))
    ]

    for page in pages:
        assert theirs.name in page
        assert other.name not in page
    assert "and 1 more" in pages[0]


def test_without_a_record_my_week_says_what_to_do(client, teaching_assistant):
    client.force_login(teaching_assistant)

    assert "You are not on the staff list yet" in client.get("/my-week/").content.decode()


def test_my_day_stands_on_the_home_page(client, school, teaching_assistant, board):
    weekday = min(timezone.localdate().weekday(), 4)
    slot_of(board, adult(school, user=teaching_assistant), weekday=weekday, doing="Phonics catch-up")
    client.force_login(teaching_assistant)

    page = client.get("/").content.decode()

    assert "My day" in page
    assert ("Phonics catch-up" in page) == (timezone.localdate().weekday() < 5)


# --- Timetables ---
def test_beginning_a_timetable_takes_slots_and_children_along(client, school, senco, board):
    slot = slot_of(board, adult(school))
    SlotPupil.objects.create(slot=slot, pupil=PupilFactory(school=school))
    client.force_login(senco)
    first = timezone.localdate() + timedelta(days=30)
    values = {"name": "Next", "starts_on": first, "first_week_on": first, "copies": "on"}

    page = client.get(reverse("timetable-begin")).content.decode()
    response = client.post(reverse("timetable-begin"), values)

    assert "1 of its slots is planned beyond today" in " ".join(page.split())
    assert response.status_code == 302
    assert SlotPupil.objects.count() == 2
    assert Timetable.objects.get(name="Next").slots.count() == 1


def test_the_hours_of_the_week(client, school, senco, board, group):
    slot_of(board, adult(school, "Ana Field"), group=group)
    client.force_login(senco)

    page = " ".join(client.get("/board/hours/?week=2026-11-16").content.decode().split())

    assert "31 h 15" in page
    assert "Ana Field: 1 lesson in the week" in page
    assert "Working Time Regulations 1998" in page


def test_a_day_without_a_year_is_refused(client, school, senco, board):
    client.force_login(senco)

    response = client.post(
        reverse("timetable-begin"), {"name": "x", "starts_on": date(1026, 1, 5), "first_week_on": MONDAY}
    )

    assert response.status_code == 422
