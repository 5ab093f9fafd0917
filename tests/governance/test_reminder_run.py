"""What the daily run writes: to whom, at which stage, on which day."""

from datetime import date, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from governance.models import Acknowledgement, Cover, DailyRun, Digest, DigestLine, ReminderPlan, RuleStages
from governance.services.daily import run_daily
from governance.stages import LATE, PASSED_ON
from provision.models import Intervention, Provision, Session, SessionAdult
from sendco.due.models import DueItem
from staff.models import AcademicYear, Closure, Membership, Term, Unit
from staff.owed import all_differences
from staff.roles import Role
from tests.factories import MembershipFactory, PupilFactory, SchoolFactory, UserFactory
from tests.staff.adults import adult

from .conftest import at

pytestmark = pytest.mark.postgresql("locks and rows claimed")

MONDAY = date(2026, 11, 9)
Outcome = DailyRun.Outcome


def run(day=MONDAY, hour=7, minute=5):
    return run_daily(at(day, hour, minute), send=False)


def told(**wanted):
    """(first name, stage, section) of each line."""
    lines = DigestLine.objects.filter(**wanted).select_related("user").order_by("user__name", "due_item_id", "stage")
    return [(line.user.first_name, line.stage, line.section) for line in lines]


# --- To whom ---
def test_owner_gets_their_own(make_due, teacher, senco, head):
    make_due(MONDAY, owner_id=teacher.pk)

    run()

    assert told() == [("Joe", "0", "ours")]


def test_item_of_nobody_goes_to_the_senco(make_due, teacher, senco, head):
    make_due(MONDAY)

    run()

    assert told() == [("Nadia", "0", "ours")]


def test_item_of_nobody_goes_to_the_lead_of_the_pupils_unit_too(make_due, senco, school, pupil, other_pupil):
    units = [Unit.objects.create(school=school, name=name, kind="sen_unit") for name in ("Willow", "Rowan")]
    for unit, name in zip(units, ("Asha Wills", "Rory Rowe"), strict=True):
        MembershipFactory(school=school, role=Role.PROVISION_LEAD, unit=unit, user=UserFactory(name=name))
    pupil.enrolments.update(unit=units[0])
    make_due(MONDAY)
    make_due(MONDAY, about=other_pupil)

    run()

    assert told() == [("Asha", "0", "ours"), ("Nadia", "0", "ours"), ("Nadia", "0", "ours")]


def test_duty_of_others_is_waited_for(make_due, senco):
    make_due(MONDAY, duty="la")

    run()

    assert told() == [("Nadia", "0", "waiting")]


@pytest.mark.parametrize("gone", ["ended", "closed", "governor"])
def test_what_belonged_to_somebody_without_access_goes_to_the_senco(make_due, senco, school, teacher, gone):
    held = Membership.objects.filter(user=teacher)
    if gone == "ended":
        held.update(ends_on=MONDAY - timedelta(days=1))
    elif gone == "governor":
        held.update(role=Role.GOVERNOR)
    else:
        type(teacher).objects.filter(pk=teacher.pk).update(is_active=False)
    make_due(MONDAY, owner_id=teacher.pk)

    run()

    assert told() == [("Nadia", "0", "ours")]


def test_school_without_a_senco_tells_the_head(make_due, head, governor, administrator):
    make_due(MONDAY)

    run()

    assert told() == [("Ruth", "0", "ours")]


def test_item_that_nobody_can_be_told_of_is_counted(make_due, governor):
    make_due(MONDAY)

    run()

    assert DailyRun.objects.get().nobody == 1


# --- Cover ---
@pytest.fixture
def deputy(school):
    return MembershipFactory(school=school, role=Role.SENCO, user=UserFactory(name="Bea Lowry")).user


def away(school, absent, deputy, *, first=MONDAY, last=MONDAY, is_instead=True):
    return Cover.objects.create(
        school=school, absent=absent, deputy=deputy, starts_on=first, ends_on=last, is_instead=is_instead
    )


def test_deputy_gets_what_the_absent_person_would(make_due, school, senco, head):
    away(school, senco, head)
    make_due(MONDAY, owner_id=senco.pk)

    run()

    line = DigestLine.objects.get()
    assert (line.user, line.instead_of) == (head, senco)


def test_deputy_gets_it_as_well(make_due, school, senco, head):
    away(school, senco, head, is_instead=False)
    make_due(MONDAY, owner_id=senco.pk)

    run()

    assert [name for name, _, _ in told()] == ["Nadia", "Ruth"]


def test_cover_of_other_days_changes_nothing(make_due, school, senco, head):
    away(school, senco, head, first=MONDAY + timedelta(days=1), last=MONDAY + timedelta(days=2))
    make_due(MONDAY)

    run()

    assert [name for name, _, _ in told()] == ["Nadia"]


def test_two_who_stand_in_for_each_other_lose_nothing(make_due, school, senco, head):
    away(school, senco, head)
    away(school, head, senco)
    make_due(MONDAY, owner_id=senco.pk)

    run()

    assert [name for name, _, _ in told()] == ["Ruth"]


def test_deputy_who_may_not_read_records_is_no_deputy(make_due, school, senco, teacher):
    away(school, senco, teacher)
    make_due(MONDAY, owner_id=senco.pk)

    run()

    assert [name for name, _, _ in told()] == ["Nadia"]


# --- Stages over days ---
def test_each_stage_comes_once_and_a_late_item_each_school_day(make_due, senco):
    make_due(date(2026, 11, 13), basis="local")

    seen = []
    for step in range(11):
        day = MONDAY + timedelta(days=step)
        run(day)
        seen += [(day.day, stage) for _, stage, _ in told(day=day)]

    assert seen == [(10, "3"), (13, "0"), (16, LATE), (17, LATE), (18, LATE), (19, LATE)]


def test_new_date_of_an_item_is_said_again(make_due, senco):
    item = make_due(date(2026, 11, 30))
    run()
    DueItem.objects.filter(pk=item.pk).update(due_on=date(2026, 12, 3))

    run(MONDAY + timedelta(days=1))

    assert [line.due_on for line in DigestLine.objects.order_by("day")] == [date(2026, 11, 30), date(2026, 12, 3)]


def test_new_senco_learns_what_is_under_way(make_due, senco, school):
    make_due(date(2026, 11, 30))
    run()
    MembershipFactory(school=school, role=Role.SENCO, user=UserFactory(name="Zoe Marsh"))

    run(MONDAY + timedelta(days=1))

    assert [(line.user.first_name, line.day.day) for line in DigestLine.objects.order_by("day")] == [
        ("Nadia", 9),
        ("Zoe", 10),
    ]


def test_what_is_done_or_closed_or_disapplied_is_left_out(make_due, senco):
    make_due(MONDAY, met_on=MONDAY)
    make_due(MONDAY, closed_on=MONDAY)
    make_due(MONDAY - timedelta(days=3), exception="The school was closed")

    run()

    assert told() == []
    assert DailyRun.objects.get().outcome == Outcome.DONE


def test_own_stages_and_late_once(make_due, senco, school):
    RuleStages.objects.create(school=school, rule="review.report", days=[1, 0], daily_when_late=False)
    make_due(date(2026, 11, 11))

    for step in range(6):
        run(MONDAY + timedelta(days=step))

    assert [stage for _, stage, _ in sorted(told(), key=lambda row: row[1])] == ["0", "1", LATE]


# --- Closed days ---
@pytest.fixture
def terms(school):
    year = AcademicYear.objects.create(school=school, starts_in=2026)
    Term.objects.create(academic_year=year, name="Autumn", starts_on=date(2026, 9, 2), ends_on=date(2026, 12, 18))
    Term.objects.create(academic_year=year, name="Spring", starts_on=date(2027, 1, 4), ends_on=date(2027, 3, 25))
    Closure.objects.create(
        school=school, name="Half term", starts_on=date(2026, 10, 26), ends_on=date(2026, 10, 30), kind="holiday"
    )


def test_closed_day_carries_the_last_day_of_the_law_alone(make_due, senco, terms):
    make_due(date(2026, 10, 28), title="Law")
    make_due(date(2026, 10, 28), basis="local", title="Ours")
    make_due(date(2026, 10, 20), title="Late")

    run(date(2026, 10, 28))

    assert [(line.title, line.stage) for line in DigestLine.objects.all()] == [("Law", "last")]


# --- Late, acknowledged, passed on ---
def acknowledge(item, by, look_again_on):
    return Acknowledgement.objects.create(
        school_id=item.school_id,
        due_item_id=item.pk,
        due_on=item.due_on,
        reason="Waiting for the clinic",
        look_again_on=look_again_on,
        by=by,
    )


def test_acknowledged_item_rests_until_its_day_but_is_passed_on(make_due, senco, head):
    item = make_due(date(2026, 11, 6))
    acknowledge(item, senco, date(2026, 11, 17))

    for step in range(9):
        run(MONDAY + timedelta(days=step))

    assert [(line.user.first_name, line.stage, line.day.day) for line in DigestLine.objects.order_by("day", "pk")] == [
        ("Ruth", PASSED_ON, 13),
        ("Nadia", LATE, 17),
    ]


def test_passed_on_again_each_week(make_due, senco, head, school):
    ReminderPlan.objects.create(school=school, pass_on_days=3)
    make_due(date(2026, 11, 6))

    for step in range(16):
        run(MONDAY + timedelta(days=step))

    lines = DigestLine.objects.filter(stage=PASSED_ON).order_by("day")
    assert [line.day.day for line in lines] == [9, 16, 23]
    assert {line.section for line in lines} == {"passed_on"}


def test_what_others_owe_is_not_passed_on(make_due, senco, head):
    make_due(date(2026, 10, 1), duty="la")

    run()

    assert told() == [("Nadia", LATE, "waiting")]


# --- When ---
def test_nothing_happens_before_the_schools_hour(make_due, senco, school):
    ReminderPlan.objects.create(school=school, send_at=time(8, 30))
    make_due(MONDAY)

    assert run(hour=8, minute=29)["planned"] == 0
    assert run(hour=8, minute=30)["planned"] == 1
    assert run(hour=9)["planned"] == 0
    assert DigestLine.objects.count() == 1


@pytest.mark.parametrize("day", [date(2027, 3, 28), date(2026, 10, 25)], ids=["spring forward", "back in autumn"])
@pytest.mark.parametrize("hour", [time(1, 30), time(7)])
def test_both_summer_time_nights_run_once(make_due, senco, school, day, hour):
    ReminderPlan.objects.create(school=school, send_at=hour)
    make_due(day)  # a Sunday, the last day of the law
    before = at(day - timedelta(days=1), 22)

    planned = [run_daily(before + timedelta(minutes=20 * step), send=False)["planned"] for step in range(76)]

    assert DailyRun.objects.get(day=day).outcome == Outcome.DONE
    assert sum(planned) == 2  # the Saturday's, late because nothing ran before, and the Sunday's
    assert list(DigestLine.objects.filter(day=day).values_list("stage", flat=True)) == ["last"]


def test_machine_off_for_days_is_caught_up_with_one_digest(make_due, senco, terms):
    make_due(date(2026, 11, 13))  # the two weeks' stage, Friday 30 October, moves to the Friday before half term
    make_due(date(2026, 11, 24))  # two weeks before is Tuesday
    make_due(date(2026, 11, 11))  # its last day passes unseen
    run(date(2026, 11, 6))
    DigestLine.objects.all().delete()
    Digest.objects.all().delete()

    run(date(2026, 11, 12), hour=15)

    digest = Digest.objects.get()
    assert digest.missed_days == ["2026-11-09", "2026-11-10", "2026-11-11"]
    assert sorted(digest.lines.values_list("stage", "is_folded")) == [("14", False), ("3", False), (LATE, False)]
    runs = DailyRun.objects.filter(day__gt=date(2026, 11, 6)).order_by("day")
    assert [(row.day.day, row.outcome, row.caught_up_on and row.caught_up_on.day) for row in runs] == [
        (7, "caught_up", 12),
        (8, "caught_up", 12),
        (9, "caught_up", 12),
        (10, "caught_up", 12),
        (11, "caught_up", 12),
        (12, "done", None),
    ]


def test_stages_of_missed_days_are_carried_as_folded_lines(make_due, senco):
    run(date(2026, 11, 6))
    make_due(date(2026, 11, 27))  # two weeks before: the 13th; three days before: the 24th

    run(date(2026, 11, 25))

    assert sorted(DigestLine.objects.values_list("stage", "is_folded")) == [("14", True), ("3", False)]
    run(date(2026, 11, 26))
    assert DigestLine.objects.count() == 2


def test_mail_that_could_not_go_is_carried_by_the_next_days(make_due, senco):
    make_due(MONDAY)
    run()

    run(MONDAY + timedelta(days=1))

    first, second = Digest.objects.order_by("day")
    assert (first.state, second.state) == ("folded", "waiting")
    assert [line.stage for line in second.lines.order_by("day")] == ["0", LATE]


def test_person_of_two_schools_has_one_digest_at_the_later_hour(make_due, senco, school, other_school, foreign_pupil):
    MembershipFactory(school=other_school, role=Role.SENCO, user=senco)
    ReminderPlan.objects.create(school=other_school, send_at=time(9))
    make_due(MONDAY)
    make_due(MONDAY, about=foreign_pupil)

    run(hour=7)
    digest = Digest.objects.get()
    assert digest.not_before == at(MONDAY, 9, 0)
    run(hour=9)

    assert Digest.objects.count() == 1
    assert set(digest.lines.values_list("school", flat=True)) == {school.pk, other_school.pk}


def test_governor_elsewhere_does_not_wait_for_that_school(make_due, senco, other_school):
    MembershipFactory(school=other_school, role=Role.GOVERNOR, user=senco)
    ReminderPlan.objects.create(school=other_school, send_at=time(9))
    make_due(MONDAY)

    run()

    assert Digest.objects.get().not_before == at(MONDAY)


def test_more_to_say_after_the_mail_went_is_a_second_mail_not_a_loss(
    make_due, senco, school, other_school, foreign_pupil
):
    make_due(MONDAY)
    run(hour=7)
    Digest.objects.update(state="sent")
    MembershipFactory(school=other_school, role=Role.SENCO, user=senco)
    ReminderPlan.objects.create(school=other_school, send_at=time(9))
    make_due(MONDAY, about=foreign_pupil)
    DailyRun.objects.filter(school=other_school).delete()

    run(hour=9)

    assert list(Digest.objects.order_by("number").values_list("number", "state")) == [(1, "sent"), (2, "waiting")]


def test_run_that_fails_is_tried_again_and_holds_up_nobody(make_due, senco, other_school, foreign_pupil, monkeypatch):
    MembershipFactory(school=other_school, role=Role.SENCO, user=UserFactory(name="Tom Achebe"))
    make_due(MONDAY)
    make_due(MONDAY, about=foreign_pupil)
    from governance.services import daily

    real = daily.school_calendar

    def broken(school):
        if school == other_school:
            raise RuntimeError("no calendar")
        return real(school)

    monkeypatch.setattr(daily, "school_calendar", broken)
    run()
    assert [name for name, _, _ in told()] == ["Nadia"]
    monkeypatch.undo()

    run(minute=6)  # the lease of the one that failed still holds
    assert [name for name, _, _ in told()] == ["Nadia"]
    run(minute=8)

    assert [name for name, _, _ in told()] == ["Nadia", "Tom"]


def test_run_works_out_the_dates_of_the_day_first(senco, pupil):
    """What a date is counted from may have changed by itself: here the due row was lost, and comes back."""
    entry = pupil.register_entries.get(ends_on=None)
    type(entry).objects.filter(pk=entry.pk).update(code="K", starts_on=MONDAY - timedelta(days=3))

    run()

    assert DueItem.objects.filter(rule="support.tell_parent", source_id=entry.pk).exists()
    assert list(all_differences()) == []


def test_old_digests_and_runs_are_cleared(make_due, senco):
    make_due(MONDAY)
    run(MONDAY)
    Digest.objects.update(state="sent")

    run(MONDAY + timedelta(days=500))

    assert set(DailyRun.objects.values_list("day", flat=True)) == {MONDAY + timedelta(days=500)}
    assert not DigestLine.objects.filter(day=MONDAY).exists()


def test_queries_do_not_grow_with_the_items(make_due, school, senco):
    def count(day):
        with CaptureQueriesContext(connection) as queries:
            run(day)
        return len(queries)

    make_due(MONDAY)
    run(MONDAY)
    few = count(MONDAY + timedelta(days=1))
    for pupil in PupilFactory.create_batch(30, school=school):
        make_due(MONDAY, about=pupil)

    assert count(MONDAY + timedelta(days=2)) == few


def test_school_of_nobody_runs_too(db):
    SchoolFactory()

    assert run()["planned"] == 1


# --- Sessions without a record ---
@pytest.fixture
def assistant_run(school, teaching_assistant, pupil):
    """Sessions of an assistant on Monday to Friday of the week before MONDAY."""
    member = adult(school, user=teaching_assistant)
    what = Intervention.objects.create(school=school, name="Talk Boost", area="ci")
    first = MONDAY - timedelta(days=7)
    row = Provision.objects.create(school=school, intervention=what, name="Robins", starts_on=first, ends_on=MONDAY)
    for step in range(5):
        session = Session.objects.create(
            school=school, provision=row, on=first + timedelta(days=step), starts_at=time(9), minutes=30
        )
        SessionAdult.objects.create(session=session, member=member)
    return row


def asked():
    return [(digest.day, digest.user.first_name, digest.unlogged) for digest in Digest.objects.order_by("day")]


def test_sessions_without_a_record_are_asked_for_once_the_next_school_day(assistant_run, senco):
    wednesday = MONDAY - timedelta(days=5)
    for step in (0, 1, 3, 4, 5):  # no run on Friday, and one on each day of the weekend
        run_daily(at(wednesday + timedelta(days=step)))

    assert asked() == [
        (wednesday, "Dee", 1),
        (wednesday + timedelta(days=1), "Dee", 1),
        (MONDAY, "Dee", 2),
    ]


def test_a_session_that_was_logged_or_lost_is_not_asked_for(assistant_run):
    states = ("held", "lost", "held", "lost", "held")
    for session, state in zip(assistant_run.sessions.order_by("on"), states, strict=True):
        facts = {"given": 30} if state == "held" else {"reason": "trip"}
        assistant_run.sessions.filter(pk=session.pk).update(state=state, **facts)
    run(MONDAY - timedelta(days=3))
    run()

    assert asked() == []


def test_who_has_no_access_any_more_is_not_asked(assistant_run, teaching_assistant):
    teaching_assistant.memberships.update(ends_on=MONDAY - timedelta(days=4))

    run()

    assert asked() == []


def test_a_mail_asks_for_records_and_names_nobody(assistant_run, teaching_assistant, pupil, mailoutbox):
    run_daily(at(MONDAY))

    (message,) = mailoutbox
    assert message.to == [teaching_assistant.email]
    assert "1 session without a record" in message.subject
    assert "/my-day/catch-up/?whose=mine" in message.body
    assert pupil.forename not in message.body
    assert "Robins" not in message.body


def test_what_a_mail_that_did_not_go_out_asked_is_asked_by_the_next(assistant_run):
    tuesday = MONDAY - timedelta(days=6)
    run(tuesday)
    run(tuesday + timedelta(days=1))

    found = Digest.objects.order_by("day").values_list("state", "unlogged")
    assert list(found) == [("folded", 1), ("waiting", 2)]
