"""The ledger from database to page: versions by their day, conditions, make-ups, and what no log says."""

from datetime import date, time, timedelta

import pytest
import time_machine
from django.urls import reverse

from ehcp.ledger import services
from ehcp.ledger.refusals import LedgerReason
from ehcp.ledger.selectors import ledger_of, week_minutes
from ehcp.ledger.sums import NO_RECORD, NOT_PLANNED
from ehcp.ledger.weeks import term_weeks
from ehcp.models import LineAction, LineDelivery
from ehcp.plans.services.versions import new_version
from provision.models import Place, Provision
from provision.runs.services import plan_school, set_adults
from provision.sessions.services import Mark, make_good, mark_lost, move_session, take_log_back
from staff.models import Certificate, Closure, Period, Skill, Timetable
from staff.services import add_closures
from tests.factories import PupilFactory
from tests.factories.ehcp import PlanFactory, PlanVersionFactory, ProvisionLineFactory
from tests.provision.helping import MONDAY, NINE, calendar, held, intervention, run_of, sessions
from tests.refusals import refused
from tests.staff.adults import adult

TODAY = date(2026, 11, 30)
LAST = date(2026, 11, 29)
WEEK = timedelta(days=7)


@pytest.fixture(autouse=True)
def _monday():
    """Monday 30 November 2026: four weeks of term lie behind."""
    with time_machine.travel("2026-11-30 12:00:00+00:00", tick=False):
        yield


@pytest.fixture
def child(school, group):
    calendar(school)
    return PupilFactory(school=school, form_group=group, legal_forename="Kezia")


@pytest.fixture
def version(child):
    return PlanVersionFactory(plan=PlanFactory(pupil=child))


@pytest.fixture
def plan(version):
    return version.plan


@pytest.fixture
def helper(school, teaching_assistant):
    return adult(school, user=teaching_assistant)


@pytest.fixture
def run(school, child, helper, senco):
    """Half an hour on Mondays and Wednesdays from 2 to 27 November, alone with the assistant."""
    what = intervention(school, "Programme", group_size=1, tier="specialist")
    return run_of(school, [child], by=senco, adults=[helper], what=what, name="Kezia's programme")


def line_of(version, **values):
    values = {"number": 1, "section": "F", "text": "Twice a week, 30 minutes", "minutes": 30, "times": 2} | values
    return ProvisionLineFactory(plan_version=version, **{"per": "week", "group_size": 1} | values)


def link(line, run, senco, pupil, **conditions):
    place = run.places.get(pupil=pupil)
    asked = {"skill": None, "is_pro_rata": False, "activity": ""} | conditions
    services.link_line(line=line, places=[place], conditions=asked, version=services.version_of(line), by=senco)


def fresh_run(run):
    return Provision.objects.get(pk=run.pk)


def judged(plan, first=MONDAY, last=LAST):
    return ledger_of(plan, first, last, TODAY)


def test_promised_planned_and_delivered_of_four_weeks(plan, version, run, child, senco):
    """60 a week: 240 promised and planned. Three of eight held (30, 30, 20 minutes), one lost to a trip, four without a
    log: 80 took place."""
    line = line_of(version)
    link(line, run, senco, child)
    rows = sessions(run)
    for row, minutes in zip(rows[:3], (30, 30, 20), strict=True):
        held(row, by=senco, minutes=minutes)
    mark_lost(session=rows[3], reason="trip", note="", by=senco)

    found = judged(plan).lines[0].ledger

    assert (found.promised, found.planned, found.delivered, found.short) == (240, 240, 80, 160)
    assert found.causes == {NO_RECORD: 120, "trip": 30, "shorter": 10}
    assert (found.kept, found.share) == (1, 33)


def test_a_line_that_nothing_delivers_is_short_and_never_planned(plan, version):
    line_of(version)

    found = judged(plan).lines[0].ledger

    assert (found.short, found.causes) == (240, {NOT_PLANNED: 240})


def test_deleting_a_log_shows_in_its_week_with_its_cause(plan, version, run, child, senco):
    link(line_of(version), run, senco, child)
    rows = [held(row, by=senco) for row in sessions(run)]
    assert judged(plan).short == 0

    take_log_back(session=rows[2], why="Wrong child", version=2, by=senco)

    second = judged(plan).lines[0].ledger.blocks[1]
    assert (second.short, second.causes) == (30, {NO_RECORD: 30})


def test_a_snow_week_is_owed_and_half_term_is_not(school, plan, version, run, child, senco):
    link(line_of(version), run, senco, child)
    day = MONDAY + WEEK
    add_closures(school=school, closures=[("Snow", Closure.Kind.CLOSED, day, day + timedelta(days=4))], by=senco)
    plan_school(school)

    found = judged(plan, first=date(2026, 10, 19))

    assert [block.block.first for block in found.lines[0].ledger.blocks][:3] == [date(2026, 10, 19), MONDAY, day]
    assert found.lines[0].ledger.blocks[2].causes == {"closed": 60}


def test_a_missed_session_made_up_next_week(plan, version, run, child, senco):
    link(line_of(version), run, senco, child)
    rows = sessions(run)
    mark_lost(session=rows[0], reason="adult", note="", by=senco)
    for row in rows[1:]:
        held(row, by=senco)
    held(
        make_good(session=rows[0], on=MONDAY + WEEK, starts_at=time(14), minutes=30, by=senco), by=senco
    )  # fmt: skip

    found = judged(plan).lines[0].ledger

    assert [block.short for block in found.blocks] == [30, 0, 0, 0]
    assert [block.share for block in found.blocks] == [50, 100, 100, 100]
    assert (found.short, found.net_short, found.blocks[1].delivered) == (30, 0, 60)


def test_a_session_moved_to_the_next_week_leaves_its_own(plan, version, run, child, senco):
    link(line_of(version), run, senco, child)
    rows = sessions(run)
    with time_machine.travel("2026-11-03 12:00:00+00:00", tick=False):
        there = move_session(session=rows[1], on=MONDAY + WEEK + timedelta(days=1), starts_at=NINE, by=senco)
    for row in [rows[0], *rows[2:], there]:
        held(row, by=senco)

    found = judged(plan).lines[0].ledger

    assert [block.delivered for block in found.blocks] == [30, 90, 60, 60]
    assert found.causes == {"moved": 30}
    assert (found.planned, found.net_short) == (240, 0)


def test_what_makes_good_and_is_moved_again_still_makes_good(plan, version, run, child, senco):
    """Lost on Monday, to be made good on Tuesday week, moved to the Wednesday: minutes of that Monday."""
    link(line_of(version), run, senco, child)
    rows = sessions(run)
    mark_lost(session=rows[0], reason="adult", note="", by=senco)
    for row in rows[1:]:
        held(row, by=senco)
    good = make_good(session=rows[0], on=MONDAY + WEEK + timedelta(days=1), starts_at=time(14), minutes=30, by=senco)
    again = move_session(session=good, on=MONDAY + WEEK + timedelta(days=3), starts_at=time(14), by=senco)
    held(again, by=senco)

    found = judged(plan).lines[0].ledger

    assert [block.delivered for block in found.blocks] == [30, 60, 60, 60]
    assert (found.short, found.made_good, found.net_short, found.planned) == (30, 30, 0, 240)


def test_what_was_held_in_parts_counts_after_the_group_is_whole_again(plan, version, school, child, group, senco):
    adults = [adult(school, "Ana Field"), adult(school, "Bo Reed")]
    other = PupilFactory(school=school, form_group=group)
    run = run_of(school, [child, other], by=senco, adults=adults, sharing="parts", name="Halves")
    link(line_of(version), run, senco, child)
    for row in run.sessions.filter(on__lt=MONDAY + WEEK):
        held(row, by=senco)
    set_adults(
        run=run, adults=adults[:1], sharing="together", from_on=MONDAY + WEEK, version=fresh_run(run).version, by=senco
    )  # fmt: skip
    for row in run.sessions.filter(on__gte=MONDAY + WEEK, part=""):
        held(row, by=senco, away=[other])

    found = judged(plan).lines[0].ledger

    assert [block.delivered for block in found.blocks] == [60, 60, 60, 60]
    assert not run.sessions.exclude(part="").filter(on__gte=MONDAY + WEEK).exists()


# --- Conditions --------------------------------------------------------------------------------------------------
def test_an_hour_with_two_children_counts_for_neither_ones_line(school, child, group, senco, helper):
    """One adult, 60 minutes, two children who are each promised an hour alone: 0 for either."""
    other = PupilFactory(school=school, form_group=group)
    run = run_of(school, [child, other], by=senco, adults=[helper], minutes=60, times=((0, NINE),))
    for row in sessions(run):
        held(row, by=senco)
    for pupil in (child, other):
        version = PlanVersionFactory(plan=PlanFactory(pupil=pupil))
        line = line_of(version, minutes=60, times=1)
        link(line, run, senco, pupil)

        found = judged(version.plan).lines[0].ledger

        assert (found.delivered, found.otherwise) == (0, 240)
        assert found.causes == {"with_others": 240}


def test_when_the_other_child_was_away_the_hour_was_alone(school, child, group, senco, helper):
    other = PupilFactory(school=school, form_group=group)
    run = run_of(school, [child, other], by=senco, adults=[helper], minutes=60, times=((0, NINE),))
    version = PlanVersionFactory(plan=PlanFactory(pupil=child))
    link(line_of(version, minutes=60, times=1), run, senco, child)
    held(sessions(run)[0], by=senco, away=[other])

    assert judged(version.plan).lines[0].ledger.delivered == 60


def test_a_minute_of_an_adult_is_one_childs_alone(school, plan, version, run, child, helper, senco):
    """The assistant is logged with another child at 9:15 of the same Monday."""
    link(line_of(version), run, senco, child)
    other = PupilFactory(school=school)
    second = run_of(
        school, [other], by=senco, adults=[helper], times=((0, time(9, 15)),), what=intervention(school, "Other")
    )
    held(sessions(run)[0], by=senco)
    held(sessions(run)[1], by=senco)
    held(sessions(second)[0], by=senco)

    first = judged(plan).lines[0].ledger.blocks[0]

    assert (first.delivered, first.otherwise) == (30, 30)


def test_a_group_of_the_size_that_the_plan_says_counts(school, child, group, senco, helper):
    others = PupilFactory.create_batch(3, school=school, form_group=group)
    run = run_of(school, [child, *others], by=senco, adults=[helper], times=((0, NINE),))
    held(sessions(run)[0], by=senco)
    for size, expected in ((4, 30), (3, 0)):
        version = PlanVersionFactory(plan=PlanFactory(pupil=child, ceased_on=None))
        link(line_of(version, times=1, group_size=size), run, senco, child)

        assert judged(version.plan).lines[0].ledger.delivered == expected
        version.plan.delete()


def test_an_untrained_adult_is_recorded_and_not_as_the_plan_says(school, plan, version, run, child, helper, senco):
    skill = Skill.objects.create(school=school, name="Speech programme")
    link(line_of(version), run, senco, child, skill=skill)
    for row in sessions(run)[:2]:
        held(row, by=senco)
    assert judged(plan).lines[0].ledger.blocks[0].otherwise == 60

    Certificate.objects.create(member=helper, skill=skill, issued_on=MONDAY + timedelta(days=1))

    first = judged(plan).lines[0].ledger.blocks[0]
    assert (first.delivered, first.otherwise) == (30, 30)


def test_a_child_who_was_there_for_a_part_got_that_part(plan, version, run, child, senco):
    link(line_of(version), run, senco, child)
    held(sessions(run)[0], by=senco, marks=[Mark(child.pk, minutes=10)])

    assert judged(plan).lines[0].ledger.blocks[0].delivered == 10


# --- Versions, and what the week holds ---------------------------------------------------------------------------
def test_each_week_is_judged_by_the_words_of_its_day(plan, version, run, child, senco):
    line = line_of(version)
    link(line, run, senco, child)
    amended = new_version(
        plan=plan, kind="amended", dated_on=MONDAY + 2 * WEEK, by=senco, copy_from=version
    )  # fmt: skip
    copied = amended.lines.get()
    assert LineDelivery.objects.filter(line=copied).count() == 1
    copied.times = 3
    copied.save()

    found = judged(plan)

    assert [(one.line.plan_version_id, one.ledger.promised) for one in found.lines] == [
        (version.pk, 120),
        (amended.pk, 180),
    ]
    assert found.promised == 300


def test_a_plan_that_asks_for_more_than_the_week_holds_is_named(school, plan, version, sign_in, senco):
    timetable = Timetable.objects.create(
        school=school, name="2026", starts_on=date(2026, 9, 1), first_week_on=date(2026, 8, 31)
    )
    Period.objects.create(timetable=timetable, name="Day", starts_at=time(9), ends_at=time(14, 6))
    line_of(version, minutes=324, times=5)

    page = sign_in(senco).get(reverse("ehcp:plan-ledger", args=[plan.pk])).content.decode()

    assert week_minutes(school, TODAY) == 5 * 306
    assert "27 h 00 a week are promised; the school's week has 25 h 30" in " ".join(page.split())


def test_a_line_without_an_amount_says_so_and_what_took_place(plan, version, run, child, senco, sign_in):
    line = line_of(version, minutes=None, times=None, per="", text="Movement breaks as needed")
    link(line, run, senco, child)
    held(sessions(run)[0], by=senco)

    page = " ".join(sign_in(senco).get(reverse("ehcp:plan-ledger", args=[plan.pk])).content.decode().split())

    assert "The plan gives no amount" in page
    assert "30 min took place" in page


def test_a_school_without_term_dates_judges_nothing_and_says_so(school, pupil, senco, sign_in):
    version = PlanVersionFactory(plan=PlanFactory(pupil=pupil))
    line_of(version)

    page = sign_in(senco).get(reverse("ehcp:plan-ledger", args=[version.plan.pk])).content.decode()

    assert "nothing can be judged" in page


def test_what_was_owed_before_the_child_came_is_no_shortfall_of_ours(plan, version, child):
    line_of(version)
    child.joined_on = MONDAY + 2 * WEEK
    child.save()
    plan.refresh_from_db()

    assert judged(plan).promised == 120


def test_weeks_of_term_know_their_half_term_and_term(school, child):
    weeks = term_weeks(school, MONDAY, MONDAY)
    by_monday = {week.monday: week for week in weeks}

    assert date(2026, 10, 26) not in by_monday
    assert (by_monday[date(2026, 10, 19)].part, by_monday[MONDAY].part) == (1, 2)
    assert (by_monday[MONDAY].term, by_monday[date(2027, 1, 4)].term) == (1, 2)
    assert by_monday[date(2026, 8, 31)].days == 4


# --- Pages -------------------------------------------------------------------------------------------------------
def test_linking_noting_and_looking_by_the_week(plan, version, run, child, senco, sign_in):
    line = line_of(version)
    browser, place = sign_in(senco), Place.objects.get(pupil=child)
    linked = browser.post(
        reverse("ehcp:line-link", args=[line.pk]), {"places": [place.pk], "activity": "Reading", "version": 0}
    )
    assert linked.url == reverse("ehcp:plan-ledger", args=[plan.pk])
    held(sessions(run)[0], by=senco)
    noted = {"on": "2026-11-16", "text": "Second adult trained"}
    browser.post(reverse("ehcp:line-action-add", args=[line.pk]), noted)

    page = " ".join(browser.get(reverse("ehcp:plan-ledger", args=[plan.pk])).content.decode().split())
    assert "Promised <b>12 h 00</b>" in page  # twelve weeks of term since September
    assert "Second adult trained" in page
    assert "For: Reading" in page
    weeks = browser.get(reverse("ehcp:line-weeks", args=[line.pk])).content.decode()
    assert weeks.count("<tr>") == 13  # its head and the twelve weeks
    browser.post(reverse("ehcp:line-action-remove", args=[LineAction.objects.get().pk]))
    assert not LineAction.objects.exists()


def test_two_who_link_a_line_do_not_overwrite_each_other(plan, version, run, child, school, senco, sign_in):
    line, skill = line_of(version), Skill.objects.create(school=school, name="Hoist")
    url, browser = reverse("ehcp:line-link", args=[line.pk]), sign_in(senco)
    link(line, run, senco, child, skill=skill)
    skill.is_archived = True
    skill.save()

    late = browser.post(url, {"places": [], "version": 0, "activity": "Typed"})

    assert late.status_code == 422
    assert "Typed" in late.content.decode()
    assert LineDelivery.objects.count() == 1
    browser.post(url, {"places": [], "version": 1, "skill": skill.pk})
    line.refresh_from_db()
    assert (line.conditions.skill, LineDelivery.objects.count()) == (skill, 0)  # one that is archived is kept


def test_another_childs_provision_is_refused(plan, version, run, school, senco):
    other = PlanVersionFactory(plan=PlanFactory(pupil=PupilFactory(school=school)))
    line = line_of(other)

    with refused(LedgerReason.NOT_OF_CHILD):
        services.link_line(line=line, places=list(run.places.all()), conditions={}, version=0, by=senco)


def test_nothing_is_noted_for_a_day_to_come(version, senco):
    with refused(LedgerReason.ACTION_IN_FUTURE):
        services.note_action(line=line_of(version), on=TODAY + WEEK, text="Will do", by=senco)


def test_the_ledger_does_not_grow_in_queries(plan, version, run, child, senco, sign_in, count_queries):
    sign_in(senco)
    link(line_of(version), run, senco, child)
    url = reverse("ehcp:plan-ledger", args=[plan.pk])
    few = count_queries(url)
    for number in range(2, 6):
        link(line_of(version, number=number), run, senco, child)
    for row in sessions(run):
        held(row, by=senco)

    assert count_queries(url) <= few
