"""Where adults are: weeks as they were, slots that know what is wrong with them, and minutes that add up."""

from datetime import date, time, timedelta

import pytest
import time_machine
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sendco.refusals import ChangedMeanwhile, Refused
from staff.board import selectors, services
from staff.board.refusals import BoardReason
from staff.models import (
    Absence,
    AcademicYear,
    Closure,
    Period,
    Slot,
    SlotKind,
    StaffMember,
    TeachingGroup,
    Term,
    Timetable,
    WorkPattern,
    WorkTime,
)
from tests.staff.test_posts import refused

from .adults import BEGAN, MONDAY, adult, kind, timetable

pytestmark = pytest.mark.postgresql("constraints and locks")

TUESDAY = MONDAY + timedelta(days=1)


def values(school, first=time(9), last=time(10), name="In a lesson", **more):
    given_values = {"kind": kind(school, name), "week": "", "starts_at": first, "ends_at": last, "group": None}
    return given_values | {"doing": "", "place": "", "starts_on": BEGAN, "ends_on": None} | more


@pytest.fixture
def place(school, head):
    """Place somebody in the school's one timetable."""
    row = timetable(school)

    def do(member, weekdays=(0,), *args, **more):
        wanted = values(school, *args, **more)
        return services.place(member=member, timetable=row, weekdays=list(weekdays), values=wanted, by=head)

    return do


def week_of(school, day=MONDAY):
    return selectors.board(school, day, StaffMember.objects.filter(school=school))


def adult_of(school, member, day=MONDAY):
    return next(one for one in week_of(school, day).adults if one.member == member)


def starts(school, member, day=MONDAY):
    found = adult_of(school, member, day)
    return [f"{slot.starts_at:%a %H:%M}"[4:] for slots in found.by_day.values() for slot in slots]


# --- Placing ---
def test_an_adult_is_placed_for_the_week(school, place):
    member = adult(school)

    place(member, range(5))

    assert adult_of(school, member).hours.deployed == 300


def test_a_slot_outside_the_working_pattern_is_marked(school, place):
    member = adult(school, days=[0])
    place(member, (0, 1))

    by_day = adult_of(school, member).by_day
    assert by_day[MONDAY][0].faults == []
    assert by_day[TUESDAY][0].faults == ["outside"]


def test_two_places_at_once_are_marked_on_both(school, place):
    member = adult(school)
    place(member, (0,))
    place(member, (0,), time(9, 30), time(10, 30))
    place(member, (0,), time(10, 30), time(11))

    faults = [slot.faults for slot in adult_of(school, member).by_day[MONDAY]]
    assert faults == [["doubled"], ["doubled"], []]


def test_free_time_beside_a_lesson_is_no_second_place(school, place):
    member = adult(school)
    place(member, (0,))
    place(member, (0,), time(9), time(11), "Free for planning")

    assert [slot.faults for slot in adult_of(school, member).by_day[MONDAY]] == [[], []]


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"first": time(10), "last": time(10)}, BoardReason.TIMES_IN_ORDER),
        ({"ends_on": date(2025, 8, 1)}, BoardReason.DATES_IN_ORDER),
        ({"starts_on": date(2025, 8, 29)}, BoardReason.OUTSIDE_TIMETABLE),
        ({"week": "A"}, BoardReason.ONE_WEEK),
    ],
)
def test_what_cannot_be_placed_is_refused(school, place, head, more, reason):
    member = adult(school)
    wanted = values(school) | {"starts_at": more.pop("first", time(9)), "ends_at": more.pop("last", time(10))} | more

    refused(
        reason, services.place, member=member, timetable=Timetable.objects.get(), weekdays=[0], values=wanted, by=head
    )
    assert not Slot.objects.exists()


def test_nobody_is_placed_without_a_post(school, place):
    member = adult(school)
    member.posts.update(ends_on=date(2026, 10, 30))

    with pytest.raises(Refused) as info:
        place(member, (0,), starts_on=MONDAY)
    assert info.value.reason is BoardReason.NOT_IN_POST


# --- Changing: what was before stays ---
def test_a_moved_slot_leaves_the_weeks_before_as_they_were(school, place, head):
    member = adult(school)
    slot = place(member)[0]

    moved = services.change_slot(
        slot=slot, values={"starts_at": time(13), "ends_at": time(14)}, from_on=MONDAY, version=1, by=head
    )

    assert starts(school, member, MONDAY - timedelta(days=7)) == ["09:00"]
    assert starts(school, member) == ["13:00"]
    assert moved.pk != slot.pk


def test_a_slot_to_come_is_changed_in_place(school, place, head):
    slot = place(adult(school), starts_on=date(2027, 1, 4))[0]

    moved = services.change_slot(slot=slot, values={"weekday": 3}, from_on=MONDAY, version=1, by=head)

    assert (moved.pk, moved.weekday, moved.starts_on) == (slot.pk, 3, date(2027, 1, 4))


def test_two_people_move_one_slot_and_the_second_is_told(school, place, head, senco):
    slot = place(adult(school))[0]
    services.change_slot(slot=slot, values={"weekday": 1}, from_on=MONDAY, version=1, by=head)

    with pytest.raises(ChangedMeanwhile):
        services.change_slot(slot=slot, values={"weekday": 2}, from_on=MONDAY, version=1, by=senco)
    assert sorted(Slot.objects.values_list("weekday", flat=True)) == [0, 1]


def test_taking_an_adult_off_keeps_what_has_happened(school, place, head):
    member = adult(school)
    slot = place(member)[0]

    services.remove_slot(slot=slot, from_on=MONDAY, version=1, by=head)

    assert starts(school, member, MONDAY - timedelta(days=7)) == ["09:00"]
    assert starts(school, member) == []


def test_a_slot_that_has_run_is_not_removed_whole(school, head):
    with time_machine.travel(timezone.now() - timedelta(days=90)):
        row = timetable(school)
        slot = services.place(member=adult(school), timetable=row, weekdays=[0], values=values(school), by=head)[0]

    refused(BoardReason.SLOT_BEGUN, services.remove_slot, slot=slot, from_on=BEGAN, version=1, by=head)
    services.remove_slot(slot=slot, from_on=BEGAN + timedelta(days=30), version=1, by=head)
    slot.refresh_from_db()
    assert slot.ends_on == BEGAN + timedelta(days=29)


def test_a_slot_to_come_goes_whole(school, place, head):
    slot = place(adult(school), starts_on=date(2027, 1, 4))[0]

    services.remove_slot(slot=slot, from_on=MONDAY, version=1, by=head)

    assert not Slot.objects.exists()
    assert Slot.history.filter(history_type="-").count() == 1


# --- Timetables ---
def test_next_terms_timetable_leaves_last_term_as_it_was(school, place, head):
    """Loading term 2 on 5 January: every week of term 1 reads as before."""
    member = adult(school)
    place(member, range(5))
    weeks = [BEGAN + timedelta(weeks=step) for step in range(4)]
    before = [starts(school, member, week) for week in weeks]
    january = date(2026, 1, 5)

    row, copied = services.begin_timetable(
        school=school, name="Spring", starts_on=january, first_week_on=january, by=head
    )

    assert [starts(school, member, week) for week in weeks] == before
    assert starts(school, member, january) == []
    assert (copied, Timetable.objects.get(name="2025-26").ends_on) == ([], date(2026, 1, 4))


def test_a_new_timetable_takes_over_what_was_planned_beyond_its_day(school, place, head):
    member = adult(school)
    place(member, (0,))
    place(member, (0,), time(11), time(12), ends_on=date(2025, 12, 19))
    old = Timetable.objects.get()
    Period.objects.create(timetable=old, name="1", starts_at=time(9), ends_at=time(10))
    january = date(2026, 1, 5)

    row, copied = services.begin_timetable(
        school=school, name="Spring", starts_on=january, first_week_on=january, copies=old, by=head
    )

    assert starts(school, member, january) == ["09:00"]
    assert len(copied) == 1
    assert row.periods.get().name == "1"


def test_a_timetable_that_has_not_begun_is_taken_back(school, place, head):
    member = adult(school)
    place(member)
    later = MONDAY + timedelta(weeks=3)
    row, _ = services.begin_timetable(
        school=school, name="Next", starts_on=later, first_week_on=later, copies=Timetable.objects.get(), by=head
    )

    services.remove_timetable(timetable=row, today=MONDAY, by=head)

    assert starts(school, member, later) == ["09:00"]
    assert Timetable.objects.get().ends_on is None


def test_a_timetable_that_has_begun_stays(school, place, head):
    row = Timetable.objects.get()
    place(adult(school))

    refused(BoardReason.TIMETABLE_BEGUN, services.remove_timetable, timetable=row, today=MONDAY, by=head)
    Slot.objects.all().delete()
    services.remove_timetable(timetable=row, today=MONDAY, by=head)
    assert not Timetable.objects.exists()


def test_a_timetable_before_another_is_refused(school, place, head):
    begun = {"school": school, "name": "x", "first_week_on": BEGAN, "by": head}

    refused(BoardReason.TIMETABLE_LATER, services.begin_timetable, **begun, starts_on=date(2025, 8, 25))
    late = begun | {"first_week_on": date(2026, 6, 1)}
    refused(BoardReason.FIRST_WEEK_LATE, services.begin_timetable, **late, starts_on=date(2026, 4, 13))


def test_a_term_removed_under_a_timetable_shows_a_closed_week(school, place):
    member = adult(school)
    place(member, range(5))
    year = AcademicYear.objects.create(school=school, starts_in=2026)
    autumn = {"academic_year": year, "name": "Autumn", "starts_on": date(2026, 9, 1), "ends_on": date(2026, 12, 18)}
    Term.objects.create(**autumn)
    Term.objects.create(academic_year=year, name="Spring", starts_on=date(2027, 1, 4), ends_on=date(2027, 3, 25))
    assert len(starts(school, member)) == 5

    Term.objects.filter(name="Autumn").delete()

    board = week_of(school)
    assert not board.week.is_open
    assert set(board.week.notes.values()) == {"No term dates entered"}
    assert Slot.objects.count() == 5


def test_a_week_set_by_hand_holds_in_the_next_timetable(school, head):
    row = timetable(school, has_two_weeks=True)
    services.set_week_letter(timetable=row, day=MONDAY, letter="B", later_follow=True, by=head)
    later = MONDAY + timedelta(weeks=7)
    before = selectors.board_week(school, later).days[0].letter

    services.begin_timetable(
        school=school, name="Spring", starts_on=later - timedelta(weeks=1), has_two_weeks=True, first_week_on=BEGAN,
        by=head,
    )  # fmt: skip

    assert before
    assert selectors.board_week(school, later).days[0].letter == before


def test_the_cycle_of_weeks_that_ran_stays(school, head):
    row = timetable(school, has_two_weeks=True)
    services.place(member=adult(school), timetable=row, weekdays=[0], values=values(school, week="A"), by=head)
    names = ("name", "has_two_weeks", "first_week_on", "counts_holidays")
    stored = {name: getattr(row, name) for name in names}

    wanted = stored | {"first_week_on": BEGAN - timedelta(weeks=1)}
    refused(BoardReason.CYCLE_RUNS, services.save_timetable, timetable=row, values=wanted, version=1, by=head)
    assert services.save_timetable(timetable=row, values=stored | {"name": "New"}, version=1, by=head).name == "New"


def test_two_week_timetables_show_each_week_its_own(school, head):
    row = timetable(school, has_two_weeks=True)
    member = adult(school)
    for letter, first in (("A", time(9)), ("B", time(11))):
        wanted = values(school, first, time(12), week=letter)
        services.place(member=member, timetable=row, weekdays=[0], values=wanted, by=head)

    def shown():
        return [starts(school, member, BEGAN + timedelta(weeks=step)) for step in range(3)]

    before = shown()
    services.set_week_letter(timetable=row, day=BEGAN + timedelta(weeks=1), letter="A", later_follow=True, by=head)

    assert before == [["09:00"], ["11:00"], ["09:00"]]
    assert shown() == [["09:00"], ["09:00"], ["11:00"]]


# --- The school's day and kinds ---
def period(name, first, last, weekday=None):
    return {"name": name, "kind": "lesson", "weekday": weekday, "starts_at": first, "ends_at": last}


def test_parts_of_the_day_do_not_overlap(school, head):
    row = timetable(school)
    rows = [period("1", time(9), time(10)), period("2", time(9, 55), time(11))]

    refused(BoardReason.PERIODS_OVERLAP, services.save_periods, timetable=row, rows=rows, version=1, by=head)
    refused(BoardReason.NO_PERIODS, services.save_periods, timetable=row, rows=[], version=1, by=head)
    assert not row.periods.exists()


def test_the_parts_of_one_weekday_stand_in_place_of_the_ordinary_ones(school, head):
    row = timetable(school)
    rows = [period("1", time(9), time(10)), period("1", time(9), time(9, 45), weekday=4)]
    services.save_periods(timetable=row, rows=rows, version=1, by=head)

    found = selectors.periods_of(row)

    assert [one.ends_at for one in selectors.periods_on(found, 4)] == [time(9, 45)]
    assert [one.ends_at for one in selectors.periods_on(found, 0)] == [time(10)]


def test_slots_keep_their_times_when_the_day_changes(school, place, head):
    member = adult(school)
    place(member)

    services.save_periods(timetable=Timetable.objects.get(), rows=[period("1", time(8), time(9))], version=1, by=head)

    assert starts(school, member) == ["09:00"]


def test_a_kind_in_use_is_not_put_away(school, place, head):
    place(adult(school))
    lesson = kind(school)

    refused(BoardReason.KIND_IN_USE, services.archive_kind, kind=lesson, today=MONDAY, by=head)
    services.archive_kind(kind=kind(school, "Duty"), today=MONDAY, by=head)
    assert SlotKind.objects.filter(school=school, is_archived=True).get().name == "Duty"


# --- What absences leave uncovered ---
@pytest.mark.parametrize(
    ("name", "is_free", "needs_cover"),
    [("Free for planning", True, False), ("Duty", False, True), ("Meeting", False, False)],
)
def test_whether_a_kind_makes_busy_and_needs_cover_are_two_things(school, place, name, is_free, needs_cover):
    ill, colleague = adult(school, "Ill"), adult(school, "Colleague")
    place(ill, (0,), time(9), time(10), name)
    place(ill, (0,), time(10), time(11))
    place(colleague, (0,), time(10), time(11), name)
    Absence.objects.create(member=ill, starts_on=MONDAY, ends_on=MONDAY)

    found = list(selectors.uncovered_in(week_of(school)))

    assert ([one.slot.kind.name for one in found] == [name, "In a lesson"]) == needs_cover
    lesson = found[-1]
    assert ([adult.member.name for adult in lesson.free] == ["Colleague"]) == is_free


def test_part_of_a_day_uncovers_part_of_the_day(school, place):
    member = adult(school)
    place(member, (0,), time(9), time(10))
    place(member, (0,), time(13), time(14))
    Absence.objects.create(member=member, starts_on=MONDAY, ends_on=MONDAY, starts_at=time(13, 30))

    found = list(selectors.uncovered_in(week_of(school)))

    assert [(one.slot.starts_at, one.missing) for one in found] == [(time(13), [(810, 840)])]


HOUR = st.integers(6, 20)


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    away=st.lists(st.tuples(st.integers(0, 2), st.integers(0, 4), HOUR, HOUR), max_size=4),
    wanted=st.tuples(st.integers(0, 4), HOUR, st.integers(1, 3)),
)
def test_whoever_is_away_is_never_proposed(school, place_three, away, wanted):
    members = place_three
    Absence.objects.all().delete()
    for person, weekday, first, last in away:
        day = MONDAY + timedelta(days=weekday)
        if first < last:
            Absence.objects.create(
                member=members[person], starts_on=day, ends_on=day, starts_at=time(first), ends_at=time(last)
            )
    weekday, first, length = wanted
    day, stretch = MONDAY + timedelta(days=weekday), (first * 60, (first + length) * 60)

    proposed = {adult.member.pk for adult in selectors.free_at(week_of(school), day, stretch)}

    for person, absent_on, begins, ends in away:
        if absent_on == weekday and max(begins, first) < min(ends, first + length):
            assert members[person].pk not in proposed


@pytest.fixture
def place_three(school):
    timetable(school)
    whole = ((time(6), time(22), None, None),)
    return [adult(school, f"Adult {place}", times=whole) for place in range(3)]


# --- Time with the teacher, breaks ---
def test_who_supports_lessons_without_time_with_the_teacher(school, place):
    group = TeachingGroup.objects.create(school=school, name="5A")
    for number in range(5):
        member = adult(school, f"Adult {number}")
        place(member, (0, 1), group=group)
        if number < 2:
            place(member, (2,), time(15), time(15, 15), "Time with the teacher")
    place(adult(school, "Supports nobody"), (0,))

    found = week_of(school).without_teacher_time

    assert [one.member.name for one in found] == ["Adult 2", "Adult 3", "Adult 4"]
    assert found[0].lessons == 2


def test_time_with_the_teacher_outside_the_paid_hours_does_not_count(school, place):
    group = TeachingGroup.objects.create(school=school, name="5A")
    member = adult(school)
    place(member, (0,), group=group)
    place(member, (0,), time(16), time(16, 30), "Time with the teacher")

    assert adult_of(school, member).lacks_teacher_time


def test_only_a_break_on_the_board_counts_for_a_long_day(school, place):
    member = adult(school)  # 6 h 15 a day, without the unpaid half hour
    place(member, (0,), time(10, 45), time(11, 5), "Break")
    place(member, (1,), time(12), time(12, 30), "Break")  # in the unpaid half hour
    place(member, (2,), time(10, 45), time(11), "Break")

    found = adult_of(school, member)

    assert [day.weekday() for day in found.no_break] == [2, 3, 4]
    assert found.by_day[TUESDAY][0].faults == []


def test_a_duty_on_top_of_the_break_leaves_none(school, place):
    member = adult(school)
    place(member, (0,), time(10, 45), time(11, 5), "Break")
    place(member, (0,), time(10, 45), time(11, 5), "Duty")
    place(member, (1,), time(15, 15), time(15, 35), "Break")  # after the last hour

    found = adult_of(school, member)

    assert [day.weekday() for day in found.no_break][:2] == [0, 1]
    assert [slot.faults for slot in found.by_day[MONDAY]] == [["doubled"], ["doubled"]]


def test_who_is_away_all_day_lacks_no_break(school, place):
    member = adult(school)
    Absence.objects.create(member=member, starts_on=MONDAY, ends_on=MONDAY + timedelta(days=3))

    assert [day.weekday() for day in adult_of(school, member).no_break] == [4]


# --- Minutes always add up ---
@settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_hours_of_any_week_add_up(school, term, data):
    """Over pattern changes in mid week, part-weeks, closures, INSET, absences and two-week timetables."""
    member, row = term
    Slot.objects.all().delete()
    WorkPattern.objects.all().delete()
    Absence.objects.all().delete()
    post = member.posts.get()
    post.works_inset = data.draw(st.booleans())
    post.ends_on = data.draw(st.none() | st.dates(date(2026, 9, 7), date(2026, 12, 18)))
    post.save()
    begins = st.sets(st.dates(date(2026, 9, 1), date(2026, 12, 1)), max_size=2)
    for starts_on in {BEGAN, *data.draw(begins)}:
        pattern = WorkPattern.objects.create(post=post, starts_on=starts_on)
        for weekday in data.draw(st.sets(st.integers(0, 4), max_size=5)):
            WorkTime.objects.create(
                pattern=pattern, weekday=weekday, starts_at=time(8, 30), ends_at=time(15), unpaid_from=time(12),
                unpaid_until=time(12, 30), week=data.draw(st.sampled_from(["", "A", "B"])),
            )  # fmt: skip
    names = st.sampled_from(["In a lesson", "Break", "Meeting", "Free for planning"])
    for weekday, first, name, letter in data.draw(
        st.lists(st.tuples(st.integers(0, 4), st.integers(7, 16), names, st.sampled_from(["", "A", "B"])), max_size=8)
    ):
        Slot.objects.create(
            timetable=row, member=member, weekday=weekday,
            **values(school, time(first, 30), time(first + 1, 45), name, week=letter),
        )  # fmt: skip
    if away := data.draw(st.none() | st.dates(date(2026, 9, 7), date(2026, 12, 18))):
        Absence.objects.create(member=member, starts_on=away, ends_on=away + timedelta(days=2), starts_at=time(11))
    day = data.draw(st.dates(date(2026, 8, 31), date(2026, 12, 31)))

    found = selectors.board(school, day, StaffMember.objects.filter(pk=member.pk)).adults[0]

    for one in [found.hours, *found.by_day_hours.values()]:
        assert one.contracted == one.deployed + one.breaks + one.away + one.inset + one.free
        assert min(one.deployed, one.breaks, one.away, one.inset, one.free) >= 0
    for closed in (date(2026, 10, 26), date(2026, 11, 9)):
        if closed in found.by_day_hours:
            hours = found.by_day_hours[closed]
            assert hours.deployed == 0
            assert hours.contracted == 0 or (closed == date(2026, 11, 9) and post.works_inset)


@pytest.fixture
def term(school):
    """A term with a half term and an INSET day, in a two-week timetable."""
    year = AcademicYear.objects.create(school=school, starts_in=2026)
    Term.objects.create(academic_year=year, name="Autumn", starts_on=date(2026, 9, 1), ends_on=date(2026, 12, 18))
    Closure.objects.create(
        school=school, name="Half term", kind="holiday", starts_on=date(2026, 10, 26), ends_on=date(2026, 10, 30)
    )
    inset = date(2026, 11, 9)
    Closure.objects.create(school=school, name="INSET", kind="inset", starts_on=inset, ends_on=inset)
    row = timetable(school, has_two_weeks=True, first_week_on=date(2026, 8, 31))
    return adult(school, days=[]), row


def test_the_board_costs_as_many_queries_for_many_as_for_few(school, place, count_queries, client, head):
    client.force_login(head)
    place(adult(school, "One"), range(5))
    few = count_queries("/board/")
    for number in range(8):
        member = adult(school, f"Adult {number}")
        place(member, range(5))

    assert count_queries("/board/") == few
