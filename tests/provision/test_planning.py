"""Sessions follow from times, days and adults, and nothing that was logged is ever touched."""

from collections import Counter
from contextlib import contextmanager
from datetime import date, time, timedelta

import pytest
import time_machine
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from provision.models import Attendance, LostReason, ProvisionTime, Session, Sharing
from provision.runs.planning import last_day_after
from provision.runs.refusals import RunReason
from provision.runs.services import At, add_pupils, change_run, copy_run, plan_school, set_adults, set_times
from provision.sessions.services import add_session, move_session
from sendco.clock import LONDON
from sendco.refusals import Refused
from staff.models import AcademicYear, Closure, Term, Timetable
from staff.selectors import school_calendar
from staff.services import add_closures, remove_closure
from tests.refusals import refused
from tests.staff.adults import adult

from .helping import MONDAY, NINE, WEDNESDAY, fresh, held, run_of, sessions

TEN = time(10)


def days(run):
    return [row.on for row in sessions(run)]


def test_a_run_meets_on_each_of_its_school_days(run):
    assert days(run) == [MONDAY + timedelta(days=step + 7 * week) for week in range(4) for step in (0, 2)]
    assert {row.state for row in sessions(run)} == {Session.State.PLANNED}
    assert all(row.adults.count() == 1 for row in sessions(run))


def test_no_session_is_planned_in_a_holiday(open_school, pupils, senco):
    run = run_of(open_school, pupils, by=senco, starts_on=date(2026, 10, 19), ends_on=date(2026, 11, 8))

    assert days(run) == [date(2026, 10, 19), date(2026, 10, 21), date(2026, 11, 2), date(2026, 11, 4)]


def test_days_of_which_nobody_knows_give_sessions_once_they_are_entered(open_school, pupils, senco):
    run = run_of(open_school, pupils, by=senco, starts_on=date(2027, 7, 19), ends_on=date(2027, 9, 15))

    assert days(run) == [date(2027, 7, 19), date(2027, 7, 21)]


def test_a_school_without_term_dates_plans_nothing_and_says_so(school, pupil, senco, sign_in):
    run = run_of(school, [pupil], by=senco)

    page = sign_in(senco).get(run.get_absolute_url()).content.decode()

    assert days(run) == []
    assert "Enter the next term" in page


@pytest.mark.parametrize(("ahead", "left"), [(7, "nothing"), (6, "lost"), (0, "lost")])
def test_a_closure_known_beforehand_plans_nothing_and_a_sudden_one_is_lost(run, senco, ahead, left):
    day = MONDAY + timedelta(days=7)
    with time_machine.travel(f"{day - timedelta(days=ahead)} 12:00:00+00:00", tick=False):
        add_closures(school=run.school, closures=[("Snow", Closure.Kind.CLOSED, day, day)], by=senco)
        plan_school(run.school)

    row = run.sessions.filter(on=day).first()

    assert (row is None) if left == "nothing" else (row.state, row.reason) == ("lost", LostReason.CLOSED)


def test_a_holiday_entered_late_plans_nothing(run, senco):
    day = MONDAY + timedelta(days=7)

    add_closures(school=run.school, closures=[("Feast", Closure.Kind.HOLIDAY, day, day)], by=senco)
    plan_school(run.school)

    assert day not in days(run)


def test_a_past_day_that_turns_out_closed_is_lost_and_never_vanishes(run, senco):
    add_closures(school=run.school, closures=[("Flood", Closure.Kind.CLOSED, MONDAY, MONDAY)], by=senco)
    plan_school(run.school)

    assert run.sessions.get(on=MONDAY).reason == LostReason.CLOSED

    remove_closure(closure=Closure.objects.get(name="Flood"), by=senco)
    plan_school(run.school)

    assert run.sessions.get(on=MONDAY).is_open


def test_what_was_logged_on_a_day_that_is_closed_later_stays(run, senco):
    held(run.sessions.get(on=MONDAY), by=senco)

    add_closures(school=run.school, closures=[("Flood", Closure.Kind.CLOSED, MONDAY, MONDAY)], by=senco)
    plan_school(run.school)

    assert run.sessions.get(on=MONDAY).state == Session.State.HELD


def test_planning_again_changes_nothing(run):
    before = list(Session.objects.order_by("pk").values())

    plan_school(run.school)

    assert list(Session.objects.order_by("pk").values()) == before


def test_a_timetable_moved_in_the_middle_of_the_run_leaves_what_was(run, senco):
    held(run.sessions.get(on=MONDAY), by=senco)

    set_times(run=run, times=[At(1, TEN, 20)], from_on=WEDNESDAY + timedelta(days=1), version=run.version, by=senco)

    assert [(row.on, row.starts_at, row.state) for row in sessions(run)] == [
        (MONDAY, NINE, "held"),
        (WEDNESDAY, NINE, "planned"),
        *((date(2026, 11, day), TEN, "planned") for day in (10, 17, 24)),
    ]
    assert list(ProvisionTime.objects.order_by("pk").values_list("ends_on", flat=True)) == [WEDNESDAY, WEDNESDAY, None]


def test_the_same_time_twice_is_refused(run, senco):
    with refused(RunReason.TIME_TWICE):
        set_times(run=run, times=[At(0, NINE, 20), At(0, NINE, 30)], from_on=WEDNESDAY, version=run.version, by=senco)


def test_the_two_weeks_of_a_timetable_give_every_other_session(open_school, pupils, senco):
    Timetable.objects.create(
        school=open_school, name="2026", starts_on=date(2026, 9, 1), first_week_on=date(2026, 8, 31), has_two_weeks=True
    )
    run = run_of(open_school, pupils, by=senco)

    set_times(
        run=run, times=[At(0, NINE, 30, "A"), At(2, NINE, 30, "B")], from_on=MONDAY, version=run.version, by=senco
    )

    # Eight school weeks before half term, the first of them A; so the week of 2 November, the ninth, is A again.
    assert days(run) == [date(2026, 11, day) for day in (2, 11, 16, 25)]


def test_an_hour_is_the_same_on_the_clock_on_both_sides_of_the_change(open_school, pupils, senco):
    run = run_of(open_school, pupils, by=senco, starts_on=date(2027, 3, 22), ends_on=date(2027, 4, 16))

    assert [(row.on, row.starts_at) for row in sessions(run)][-2:] == [
        (date(2027, 4, 12), NINE),
        (date(2027, 4, 14), NINE),
    ]
    assert LONDON.key == "Europe/London"


def test_times_that_meet_an_added_session_plan_none_beside_it(run, senco):
    tuesday = MONDAY + timedelta(days=8)
    added = add_session(run=run, on=tuesday, starts_at=TEN, minutes=20, by=senco)

    set_times(run=run, times=[At(1, TEN, 20)], from_on=WEDNESDAY, version=run.version, by=senco)
    plan_school(run.school)

    assert list(run.sessions.filter(on=tuesday)) == [added]
    assert run.sessions.filter(on=tuesday + timedelta(days=7)).count() == 1


def test_a_move_to_days_that_nobody_had_entered_meets_no_second_session(run, senco):
    far = date(2027, 9, 6)
    change(run, senco, ends_on=date(2027, 9, 20))
    moved = move_session(session=run.sessions.get(on=WEDNESDAY), on=far, starts_at=NINE, by=senco)
    year = AcademicYear.objects.create(school=run.school, starts_in=2027)
    Term.objects.create(academic_year=year, name="Autumn", starts_on=date(2027, 9, 1), ends_on=date(2027, 12, 17))

    plan_school(run.school)

    assert run.sessions.filter(on__gte=far).count() > 2
    assert list(run.sessions.filter(on=far)) == [moved]


# --- Several adults ----------------------------------------------------------------------------------------------
@pytest.fixture
def two(open_school):
    return [adult(open_school, "Ana Field"), adult(open_school, "Bo Reed")]


def who(run):
    return [
        (row.on, row.part, [one.member.name for one in row.adults.select_related("member")]) for row in sessions(run)
    ]


def test_adults_together_are_all_in_each_session(open_school, pupils, senco, two):
    run = run_of(open_school, pupils, by=senco, adults=two)

    assert all(names == ["Ana Field", "Bo Reed"] for _, _, names in who(run))


def test_adults_take_turns_by_session(open_school, pupils, senco, two):
    run = run_of(open_school, pupils, by=senco, adults=two, sharing=Sharing.BY_SESSION)

    assert [names for _, _, names in who(run)] == [["Ana Field"], ["Bo Reed"]] * 4


def test_adults_take_turns_by_week(open_school, pupils, senco, two):
    run = run_of(open_school, pupils, by=senco, adults=two, sharing=Sharing.BY_WEEK)

    assert [names[0] for _, _, names in who(run)] == ["Ana Field"] * 2 + ["Bo Reed"] * 2 + ["Ana Field"] * 2 + [
        "Bo Reed"
    ] * 2


@pytest.mark.postgresql("distinct children")
def test_half_a_group_each_is_two_sessions_and_no_child_is_in_both(open_school, pupils, senco, two):
    run = run_of(open_school, pupils, by=senco, adults=two, sharing=Sharing.PARTS)

    assert who(run)[:2] == [(MONDAY, "A", ["Ana Field"]), (MONDAY, "B", ["Bo Reed"])]
    for row in run.sessions.filter(on=MONDAY):
        held(row, by=senco)
    assert Attendance.objects.filter(session__on=MONDAY).count() == 4
    assert Attendance.objects.filter(session__on=MONDAY).values("pupil").distinct().count() == 4


def test_to_split_a_group_takes_two_adults(open_school, pupils, senco):
    with refused(RunReason.PARTS_WANT_ADULTS):
        run_of(open_school, pupils, by=senco, sharing=Sharing.PARTS)


def test_new_adults_hold_what_is_to_come_and_not_what_was(run, senco, two):
    held(run.sessions.get(on=MONDAY), by=senco)

    set_adults(run=run, adults=two[:1], sharing=Sharing.TOGETHER, from_on=WEDNESDAY, version=run.version, by=senco)

    names = {on: found for on, _, found in who(run)}
    assert names[MONDAY] == ["Dee Hartley"]
    assert names[WEDNESDAY] == ["Ana Field"]


def test_how_they_share_it_changes_from_a_day_on_and_not_before(open_school, pupils, senco, two):
    """Turns until the first week is over, then halves: no session of the first week becomes two."""
    run = run_of(open_school, pupils, by=senco, adults=two, sharing=Sharing.BY_SESSION)
    monday = MONDAY + timedelta(days=7)
    with time_machine.travel("2026-11-12 12:00:00+00:00", tick=False):
        set_adults(run=run, adults=two, sharing=Sharing.PARTS, from_on=monday, version=run.version, by=senco)
        plan_school(open_school)

    assert [(on, part, names) for on, part, names in who(run) if on < monday] == [
        (MONDAY, "", ["Ana Field"]), (WEDNESDAY, "", ["Bo Reed"]),
    ]  # fmt: skip
    assert {part for on, part, _ in who(run) if on >= monday} == {"A", "B"}
    assert Counter(run.places.values_list("part", flat=True)) == {"A": 2, "B": 2}


def test_who_joins_a_group_in_parts_comes_to_the_smaller_one(open_school, pupils, senco, two):
    run = run_of(open_school, pupils[:3], by=senco, adults=two, sharing=Sharing.PARTS)

    (place,) = add_pupils(run=run, pupils=pupils[3:], starts_on=WEDNESDAY, by=senco)

    assert place.part == "B"


# --- Dates of the run --------------------------------------------------------------------------------------------
def change(run, senco, **values):
    facts = {name: getattr(run, name) for name in ("name", "starts_on", "ends_on", "place", "focus", "unit", "funding")}
    return change_run(run=run, values=facts | values, version=run.version, by=senco)


def test_an_earlier_end_takes_what_was_to_come_and_a_later_one_adds(run, senco):
    shorter = change(run, senco, ends_on=date(2026, 11, 9))
    assert days(run)[-1] == date(2026, 11, 9)

    change(shorter, senco, ends_on=date(2026, 11, 12))
    assert days(run)[-1] == date(2026, 11, 11)


def test_an_end_before_a_log_is_refused(run, senco):
    held(run.sessions.get(on=WEDNESDAY), by=senco)

    with refused(RunReason.SESSIONS_AFTER, count=1, day=WEDNESDAY):
        change(run, senco, ends_on=MONDAY)


def test_a_later_start_takes_everything_along(run, senco):
    later = MONDAY + timedelta(days=7)

    change(run, senco, starts_on=later)

    assert days(run)[0] == later
    assert set(run.places.values_list("starts_on", flat=True)) == {later}


def test_a_run_of_more_than_a_year_is_refused(open_school, pupils, senco):
    with refused(RunReason.TOO_LONG):
        run_of(open_school, pupils, by=senco, ends_on=date(2028, 11, 2))


def test_a_copy_takes_children_adults_and_times_along(run, senco, pupils):
    pupils[0].left_on = WEDNESDAY
    pupils[0].save()

    copy = copy_run(run=run, starts_on=date(2027, 1, 4), ends_on=date(2027, 1, 29), by=senco)

    assert days(copy)[:2] == [date(2027, 1, 4), date(2027, 1, 6)]
    assert copy.places.count() == 3
    assert copy.copied_from == run


def test_a_copy_asked_for_twice_is_one(run, senco):
    copy_run(run=run, starts_on=date(2027, 1, 4), ends_on=date(2027, 1, 29), by=senco)

    with refused(RunReason.COPIED):
        copy_run(run=run, starts_on=date(2027, 1, 4), ends_on=date(2027, 1, 29), by=senco)


@pytest.mark.parametrize(
    ("first", "weeks", "last"),
    [
        (date(2026, 9, 1), 1, date(2026, 9, 4)),
        (date(2026, 10, 19), 2, date(2026, 11, 6)),
        (date(2026, 12, 14), 2, date(2027, 1, 8)),
    ],
)
def test_weeks_of_a_run_are_weeks_with_school(open_school, first, weeks, last):
    assert last_day_after(school_calendar(open_school), first, weeks) == last


# --- Whatever is moved, nothing that took place is lost ---------------------------------------------------------
@pytest.fixture
def taken_back(db):
    """A block whose rows are gone after it: each example of a property begins where the first began."""

    @contextmanager
    def block():
        with transaction.atomic():
            yield
            transaction.set_rollback(True)

    return block


@pytest.mark.postgresql("sessions are locked while they are planned anew")
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    logged=st.sets(st.integers(0, 2), max_size=3),
    times=st.lists(st.tuples(st.integers(0, 4), st.sampled_from([NINE, TEN])), min_size=1, max_size=4, unique=True),
    from_day=st.integers(-3, 20),
    closed=st.integers(-3, 20),
)
def test_moving_times_days_and_dates_never_loses_a_log(
    open_school, pupils, senco, logged, times, from_day, closed, taken_back
):
    with taken_back():
        check_logs(open_school, pupils, senco, logged, times, from_day, closed)


def check_logs(open_school, pupils, senco, logged, times, from_day, closed):
    begins = MONDAY - timedelta(days=14)
    run = run_of(open_school, pupils, by=senco, starts_on=begins, adults=[])
    past = [row for row in sessions(run) if row.on <= WEDNESDAY]
    done = {past[number].pk: held(past[number], by=senco).given for number in logged if number < len(past)}

    run.refresh_from_db()
    set_times(
        run=run, times=[At(day, at, 20) for day, at in times], from_on=MONDAY + timedelta(days=from_day),
        version=run.version, by=senco,
    )  # fmt: skip
    day = MONDAY + timedelta(days=closed)
    add_closures(school=open_school, closures=[("X", Closure.Kind.CLOSED, day, day)], by=senco)
    plan_school(open_school)
    try:
        run.refresh_from_db()
        change(run, senco, starts_on=MONDAY, ends_on=MONDAY + timedelta(days=10))
    except Refused:
        pass

    assert {pk: fresh(Session(pk=pk)).given for pk in done} == done
