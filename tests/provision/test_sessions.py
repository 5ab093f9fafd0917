"""A log is written once, whatever sends it; it is corrected with its history kept; nothing is "missed" by itself."""

from datetime import date, time, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
import time_machine

from provision.models import Attendance, LostReason, Session, SessionAdult
from provision.runs.refusals import RunReason
from provision.runs.selectors import records_of
from provision.runs.services import add_pupils, change_place, plan_school
from provision.sessions import services
from provision.sessions.refusals import SessionReason
from provision.sessions.selectors import expected_in, to_make_good
from provision.sessions.services import LoggedMeanwhile, Mark
from sendco.audit.models import Event
from sendco.refusals import ChangedMeanwhile
from tests.factories import PupilFactory
from tests.refusals import refused
from tests.staff.adults import adult

from .helping import MONDAY, NINE, WEDNESDAY, fresh, held, run_of, sessions

NEXT_WEEK = MONDAY + timedelta(days=7)
FRIDAY = date(2026, 11, 6)


@pytest.fixture
def session(run):
    return run.sessions.get(on=WEDNESDAY)


# --- Writing a log -----------------------------------------------------------------------------------------------
def test_a_log_says_who_was_there_and_for_how_long(session, senco, pupils):
    row = held(session, by=senco, away=pupils[:1], minutes=25)

    assert (row.state, row.given, row.expected, row.present) == ("held", 25, 4, 3)
    assert row.attendances.get(pupil=pupils[0]).reason == "absent"
    assert Event.objects.filter(code="session.logged", subject_id=session.pk, happened_on=WEDNESDAY).count() == 1


def test_sent_twice_with_one_key_it_is_one_log(session, senco):
    key = uuid4()

    first, second = held(session, by=senco, key=key), held(session, by=senco, key=key, minutes=5)

    assert first.pk == second.pk
    assert fresh(session).given == 30
    assert Attendance.objects.count() == 4


def test_the_same_log_from_two_phones_is_one(session, senco, teaching_assistant, pupils):
    held(session, by=senco, away=pupils[:1], key=uuid4())
    held(session, by=teaching_assistant, away=pupils[:1], key=uuid4())

    assert Attendance.objects.count() == 4
    assert fresh(session).logged_by == senco


def test_another_log_of_the_same_session_meets_the_first(session, senco, teaching_assistant, pupils):
    held(session, by=senco)

    with pytest.raises(LoggedMeanwhile) as meanwhile:
        held(session, by=teaching_assistant, away=pupils[:1])

    assert meanwhile.value.theirs.logged_by == senco
    assert Attendance.objects.filter(reason="").count() == 4


def test_a_session_to_come_is_not_logged_and_one_of_today_is_at_any_hour(run, senco):
    with refused(SessionReason.IN_FUTURE, day=NEXT_WEEK):
        held(run.sessions.get(on=NEXT_WEEK), by=senco)

    with time_machine.travel(f"{WEDNESDAY} 07:00:00+00:00", tick=False):  # an hour wrong, or a day that began early
        assert held(run.sessions.get(on=WEDNESDAY), by=senco).state == "held"


@pytest.mark.parametrize("minutes", [0, -5, 601])
def test_minutes_that_cannot_be_are_refused(session, senco, minutes):
    with refused(SessionReason.TOO_LONG):
        services.log_session(session=session, marks=services.everyone_here(session), minutes=minutes, by=senco)

    assert fresh(session).is_open


def test_nobody_can_be_there_for_longer_than_it_lasted(session, senco, pupils):
    marks = [Mark(pupils[0].pk, minutes=31), *(Mark(pupil.pk) for pupil in pupils[1:])]

    with refused(SessionReason.PART_TOO_LONG, pupil=pupils[0].name):
        held(session, by=senco, marks=marks)


def test_a_child_of_another_group_is_refused(session, senco, foreign_pupil):
    with refused(SessionReason.NOT_IN_GROUP, count=1):
        held(session, by=senco, marks=[*services.everyone_here(session), Mark(foreign_pupil.pk)])


def test_a_group_that_was_emptied_says_so(session, senco, run):
    for place in run.places.all():
        place.ends_on = MONDAY
        place.save()

    with refused(SessionReason.NOBODY, day=WEDNESDAY):
        services.log_session(session=session, marks=services.everyone_here(session), minutes=30, by=senco)


def test_to_a_session_to_which_nobody_came_no_minutes_are_given(session, senco, pupils):
    row = held(session, by=senco, away=pupils)

    assert (row.state, row.reason, row.given, row.present) == ("lost", LostReason.PUPILS, None, 0)
    assert Attendance.objects.exclude(reason="").count() == 4


def test_words_stars_and_numbers_are_kept_and_an_absent_child_takes_no_part(session, senco, pupils):
    marks = [
        Mark(pupils[0].pk, star=True, word="Five words", value=Decimal("12.5"), minutes=10),
        Mark(pupils[1].pk, reason="no", star=True, minutes=10, word="Was tired"),
    ]

    held(session, by=senco, marks=marks)

    here, away = (Attendance.objects.get(pupil=pupil) for pupil in pupils[:2])
    assert (here.star, here.word, here.value, here.minutes) == (True, "Five words", Decimal("12.50"), 10)
    assert (away.star, away.word, away.minutes) == (False, "Was tired", None)


def test_who_joins_or_leaves_is_expected_on_their_own_days_alone(run, senco, pupils):
    late = PupilFactory(school=run.school, legal_forename="Poppy")
    add_pupils(run=run, pupils=[late], starts_on=WEDNESDAY, by=senco)
    pupils[3].left_on = WEDNESDAY
    pupils[3].save()

    names = [{place.pupil.forename for place in expected_in(row)} for row in sessions(run)[:2]]

    assert names == [{"Aisha", "Noah", "Edie", "Tomasz"}, {"Aisha", "Noah", "Edie", "Poppy"}]


def test_a_log_of_an_older_list_leaves_the_new_child_without_a_record(run, session, senco):
    marks = services.everyone_here(session)
    late = PupilFactory(school=run.school, legal_forename="Poppy")
    add_pupils(run=run, pupils=[late], starts_on=MONDAY, by=senco)

    held(session, by=senco, marks=marks)

    assert not Attendance.objects.filter(pupil=late).exists()


# --- Held, not held and no record are three things ---------------------------------------------------------------
def test_a_session_that_nobody_logged_never_becomes_missed(run, senco):
    with time_machine.travel("2026-12-15 12:00:00+00:00", tick=False):
        plan_school(run.school)
        held(run.sessions.get(on=WEDNESDAY), by=senco)
        services.mark_lost(session=run.sessions.get(on=NEXT_WEEK), reason="trip", note="", by=senco)
        record = records_of([run.pk], last=date(2026, 12, 15))[run.pk]

    assert (record.held, record.lost, record.unknown, record.share) == (1, 1, 6, 50)


def test_without_any_record_there_is_no_share(run):
    assert records_of([run.pk], last=WEDNESDAY)[run.pk].share is None


def test_not_held_wants_a_reason(session, senco):
    with refused(SessionReason.WHY_MISSING):
        services.mark_lost(session=session, reason="", note="", by=senco)


def test_a_closed_day_may_have_been_held_all_the_same(run, senco):
    session = run.sessions.get(on=MONDAY)
    Session.objects.filter(pk=session.pk).update(state="lost", reason="closed")

    assert held(fresh(session), by=senco).state == "held"


# --- Putting it right --------------------------------------------------------------------------------------------
def correct(session, senco, marks=None, **values):
    row = fresh(session)
    marks = services.everyone_here(row) if marks is None else marks
    values = {"minutes": 30, "note": "", "why": "Wrong child", "version": row.version} | values
    return services.correct_log(session=row, marks=marks, by=senco, **values)


def test_a_correction_keeps_what_the_log_said(session, senco, teaching_assistant, pupils):
    held(session, by=teaching_assistant, away=pupils[:1])

    correct(session, senco, marks=[Mark(pupils[0].pk), Mark(pupils[1].pk, reason="trip")])

    first = Attendance.objects.get(pupil=pupils[0])
    assert first.is_here
    assert [(row.reason, row.history_user) for row in first.history.order_by("history_id")] == [
        ("absent", teaching_assistant),
        ("", senco),
    ]
    assert fresh(session).present == 1
    assert not Attendance.objects.filter(pupil=pupils[2]).exists()
    assert Attendance.history.filter(pupil=pupils[2], history_type="-").exists()
    assert Event.objects.get(code="session.corrected").text.endswith("Wrong child")


def test_a_log_can_become_not_held_and_held_again(session, senco, pupils):
    held(session, by=senco)

    correct(session, senco, marks=[Mark(pupil.pk, reason="absent") for pupil in pupils])
    assert fresh(session).state == "lost"

    correct(session, senco)
    assert fresh(session).state == "held"


def test_a_correction_of_an_older_version_meets_the_newer(session, senco):
    held(session, by=senco)
    correct(session, senco, minutes=20)

    with pytest.raises(ChangedMeanwhile):
        correct(session, senco, version=2)


def test_a_log_taken_back_leaves_no_record_and_keeps_the_history(session, senco, pupils):
    held(session, by=senco, away=pupils[:1])

    services.take_log_back(session=fresh(session), why="Other group", version=2, by=senco)

    assert fresh(session).is_open
    assert not session.attendances.exists()
    assert Attendance.history.filter(session_id=session.pk).count() == 8  # what it said, and that it was taken away
    held(fresh(session), by=senco)
    assert fresh(session).present == 4


def test_a_place_does_not_end_before_a_log_in_which_the_child_stands(run, session, senco, pupils):
    held(session, by=senco)
    place = run.places.get(pupil=pupils[0])
    values = {"starts_on": place.starts_on, "ends_on": MONDAY, "entry": "", "entry_note": "", "end_note": ""}

    with refused(RunReason.PLACE_LOGGED, day=WEDNESDAY):
        change_place(place=place, values=values, targets=[], version=place.version, by=senco)


# --- Moved, made good, added -------------------------------------------------------------------------------------
def test_a_session_moved_counts_where_it_is_given(run, session, senco):
    there = services.move_session(session=session, on=NEXT_WEEK + timedelta(days=1), starts_at=NINE, by=senco)

    assert (fresh(session).reason, there.in_place_of, there.was_planned) == (LostReason.MOVED, session, True)
    assert there.adults.count() == 1
    plan_school(run.school)
    assert fresh(there).is_open
    with refused(SessionReason.IS_MOVED):
        held(session, by=senco)


def test_a_move_taken_back_plans_the_session_where_it_stood(session, senco):
    there = services.move_session(session=session, on=NEXT_WEEK + timedelta(days=1), starts_at=NINE, by=senco)

    services.remove_session(session=there, by=senco)

    assert fresh(session).is_open


def test_a_move_to_a_closed_day_asks_whether_it_is_meant(session, senco):
    saturday = WEDNESDAY + timedelta(days=3)

    with refused(SessionReason.CLOSED_DAY, day=saturday):
        services.move_session(session=session, on=saturday, starts_at=NINE, by=senco)
    assert services.move_session(session=session, on=saturday, starts_at=NINE, is_meant=True, by=senco).on == saturday


def test_a_move_to_a_time_that_is_taken_is_refused(session, senco):
    with refused(SessionReason.TIME_TAKEN):
        services.move_session(session=session, on=NEXT_WEEK, starts_at=NINE, by=senco)


def test_what_makes_good_is_tied_to_what_was_lost_and_no_longer(session, senco):
    services.mark_lost(session=session, reason="adult", note="", by=senco)
    on = NEXT_WEEK + timedelta(days=1)

    with refused(SessionReason.NO_LONGER_TO, minutes=30):
        services.make_good(session=session, on=on, starts_at=NINE, minutes=31, by=senco)
    row = services.make_good(session=session, on=on, starts_at=NINE, minutes=20, by=senco)

    assert (row.in_place_of, row.was_planned) == (session, False)
    assert to_make_good(session) == 10
    with refused(SessionReason.NO_LONGER_TO, minutes=10):
        services.make_good(session=session, on=on, starts_at=time(10), minutes=20, by=senco)


def test_only_a_lost_session_is_made_good(session, senco):
    held(session, by=senco)

    with refused(SessionReason.NOT_LOST):
        services.make_good(session=session, on=NEXT_WEEK, starts_at=time(10), minutes=20, by=senco)


def test_a_lost_session_that_is_made_good_keeps_its_log(session, senco):
    services.mark_lost(session=session, reason="adult", note="", by=senco)
    services.make_good(session=session, on=NEXT_WEEK, starts_at=time(10), minutes=20, by=senco)

    with refused(SessionReason.IN_ITS_PLACE, day=NEXT_WEEK):
        services.take_log_back(session=fresh(session), why="", version=2, by=senco)


def test_a_session_that_was_not_planned_is_added_and_logged(run, senco, leader):
    row = services.add_session(
        run=run, on=WEDNESDAY - timedelta(days=1), starts_at=time(14), minutes=20, members=[leader], by=senco
    )

    assert held(row, by=senco).given == 20
    assert not row.was_planned
    assert records_of([run.pk], last=WEDNESDAY)[run.pk].held == 0  # of the planned ones


def test_a_session_after_the_run_ended_is_refused(run, senco, leader):
    with refused(SessionReason.OUTSIDE_RUN, last=run.ends_on):
        services.add_session(run=run, on=date(2026, 12, 1), starts_at=NINE, minutes=20, by=senco)


def test_a_planned_session_is_never_removed(session, senco):
    with refused(SessionReason.PLANNED_STAYS):
        services.remove_session(session=session, by=senco)


def test_whoever_holds_it_in_place_of_the_runs_adults_is_cover_and_stays(run, session, senco):
    helper = adult(run.school, "Cora Lee")

    services.set_session_adults(session=session, members=[helper], version=session.version, by=senco)
    plan_school(run.school)

    assert [(row.member, row.is_cover) for row in session.adults.all()] == [(helper, True)]


def test_which_of_the_runs_adults_holds_it_stays_as_somebody_said_and_who_it_was_is_kept(open_school, pupils, senco):
    adults = [adult(open_school, "Ana Field"), adult(open_school, "Bo Reed")]
    run = run_of(open_school, pupils, by=senco, adults=adults, sharing="by_session")
    session = run.sessions.last()

    services.set_session_adults(session=session, members=adults[:1], version=session.version, by=senco)
    plan_school(run.school)

    assert [(row.member, row.is_cover) for row in session.adults.all()] == [(adults[0], False)]
    changes = SessionAdult.history.filter(session_id=session.pk).values_list("member", "history_type")
    assert set(changes) == {(adults[0].pk, "+"), (adults[1].pk, "-")}
    with pytest.raises(ChangedMeanwhile):
        services.set_session_adults(session=session, members=[], version=session.version, by=senco)


def test_one_key_of_two_sessions_names_the_first_alone(run, senco):
    first, second = sessions(run)[:2]
    key = uuid4()

    held(first, by=senco, key=key)
    held(second, by=senco, key=key)

    assert (fresh(first).log_key, fresh(second).log_key, fresh(second).state) == (key, None, "held")


def test_what_makes_good_can_be_moved_and_nothing_is_made_good_twice(session, senco):
    services.mark_lost(session=session, reason="adult", note="", by=senco)
    good = services.make_good(session=session, on=FRIDAY, starts_at=NINE, minutes=30, by=senco)
    there = services.move_session(session=good, on=FRIDAY, starts_at=time(13), by=senco)

    assert (there.was_planned, to_make_good(fresh(session))) == (False, 0)
    with refused(SessionReason.NO_LONGER_TO):
        services.make_good(session=fresh(session), on=FRIDAY, starts_at=time(14), minutes=5, by=senco)
    with refused(SessionReason.MADE_GOOD):  # it cannot have been held and be made good
        marks = services.everyone_here(session)
        services.correct_log(
            session=session, marks=marks, minutes=30, note="", why="x", version=fresh(session).version, by=senco
        )


def test_a_correction_says_who_and_when_and_leaves_who_logged_it(session, senco, teaching_assistant):
    held(session, by=teaching_assistant)
    logged_at = fresh(session).logged_at
    with time_machine.travel("2026-11-05 10:00:00+00:00", tick=False):
        services.correct_log(
            session=session, marks=services.everyone_here(session), minutes=20, note="", why="left early",
            version=fresh(session).version, by=senco,
        )  # fmt: skip

    row = fresh(session)
    assert (row.logged_by, row.logged_at) == (teaching_assistant, logged_at)
    assert (row.corrected_by, row.corrected_at.date()) == (senco, date(2026, 11, 5))
