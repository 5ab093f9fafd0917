from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sendco.clock import (
    Basis,
    Before,
    CalendarNotKnown,
    Duty,
    HolidaysNotKnown,
    NoSuchRule,
    Rule,
    SchoolCalendar,
    SchoolDays,
    Urgency,
    Weeks,
    WeeksBefore,
    WorkingDays,
    evaluate,
    long_date,
    pick,
    short_date,
    urgency_of,
)

REPORT = Rule(
    code="review_report",
    title="Report",
    duty=Duty.SCHOOL,
    basis=Basis.STATUTE,
    authority="SEND Regulations 2014, reg 20(7)-(9)",
    trigger="the meeting",
    count=Weeks(2),
    valid_from=date(2014, 9, 1),
    example=(date(2027, 1, 12), date(2027, 1, 26)),
)
PAPERS = replace(REPORT, code="review_papers", title="Papers", count=WeeksBefore(2), authority="Reg 20(4).")
MEETING = date(2027, 1, 12)
CALENDAR = SchoolCalendar.from_data(
    {
        "first_day": "2026-09-01",
        "last_day": "2027-08-31",
        "closures": ["2026-12-19/2027-01-03", "2027-02-15/2027-02-19", "2027-07-24/2027-08-31"],
        "inset_days": ["2027-02-22"],
    }
)


def test_deadline_explains_itself():
    deadline = evaluate(REPORT, MEETING)
    assert deadline.explanation == (
        "Report due Tue 26 Jan 2027: 2 weeks after the meeting on Tue 12 Jan 2027. "
        "SEND Regulations 2014, reg 20(7)-(9)."
    )
    assert (deadline.rule, deadline.trigger_on, deadline.due_on) == (REPORT, MEETING, date(2027, 1, 26))
    assert deadline.safe_on == deadline.due_on


def test_deadline_names_the_safe_date_where_there_is_one():
    deadline = evaluate(PAPERS, MEETING, CALENDAR)
    assert deadline.explanation == (
        "Papers due Tue 29 Dec 2026: at least 2 weeks before the meeting on Tue 12 Jan 2027. Reg 20(4). "
        "To be safe, finish by Thu 24 Dec 2026."  # the 28th is a bank holiday
    )
    assert deadline.safe_on == date(2026, 12, 28)
    assert deadline.act_by_on == date(2026, 12, 18)


def test_act_by_follows_the_due_date_not_the_safe_one():
    deadline = evaluate(PAPERS, date(2027, 3, 9), CALENDAR)
    assert (deadline.due_on, deadline.safe_on, deadline.act_by_on) == (
        date(2027, 2, 23),
        date(2027, 2, 22),
        date(2027, 2, 23),
    )


def test_safety_margin_does_not_add_to_the_stricter_reading():
    assert evaluate(REPORT, MEETING, safety_days=1).safe_on == date(2027, 1, 25)
    assert evaluate(PAPERS, MEETING, safety_days=1).safe_on == date(2026, 12, 28)
    assert evaluate(PAPERS, MEETING, safety_days=3).safe_on == date(2026, 12, 26)
    with pytest.raises(ValueError, match="negative"):
        evaluate(PAPERS, MEETING, safety_days=-1)


def test_before_a_fixed_day_reads_as_a_sentence():
    transfer = replace(REPORT, title="Phase transfer review", count=Before(2, 15), trigger="the transfer")
    assert evaluate(transfer, date(2027, 9, 1)).explanation.startswith(
        "Phase transfer review due Mon 15 Feb 2027: before 15 February in the year of the transfer on Wed 1 Sep 2027."
    )


@pytest.mark.parametrize("calendar", [None, CALENDAR])
def test_a_calendar_that_does_not_reach_leaves_act_by_empty(calendar):
    assert evaluate(REPORT, date(2027, 9, 1), calendar).act_by_on is None


def test_a_count_that_needs_missing_data_raises():
    with pytest.raises(CalendarNotKnown):
        evaluate(replace(REPORT, count=SchoolDays(15)), MEETING)
    with pytest.raises(HolidaysNotKnown):
        evaluate(replace(REPORT, count=WorkingDays(15)), date(2035, 12, 31))


@pytest.mark.parametrize(
    ("today", "urgency", "left"),
    [
        (date(2027, 1, 18), Urgency.ON_TRACK, 8),
        (date(2027, 1, 19), Urgency.DUE_SOON, 7),
        (date(2027, 1, 26), Urgency.DUE_SOON, 0),
        (date(2027, 1, 27), Urgency.OVERDUE, -1),
    ],
)
def test_urgency_and_days_left(today, urgency, left):
    deadline = evaluate(REPORT, MEETING)
    assert deadline.urgency(today=today) is urgency
    assert deadline.days_left(today=today) == left
    assert urgency_of(deadline.due_on, today=today) is urgency


def test_a_rule_may_warn_earlier():
    deadline = evaluate(replace(REPORT, soon_days=28), MEETING)
    assert deadline.urgency(today=date(2026, 12, 29)) is Urgency.DUE_SOON
    assert deadline.urgency(today=date(2026, 12, 28)) is Urgency.ON_TRACK


OLD = replace(REPORT, count=Weeks(3), valid_to=date(2026, 8, 31))
NEW = replace(REPORT, valid_from=date(2026, 9, 1))
PRU_ONLY = replace(REPORT, code="pru", settings=frozenset({"pru"}))


@pytest.mark.parametrize(
    ("on", "row"),
    [(date(2014, 9, 1), OLD), (date(2026, 8, 31), OLD), (date(2026, 9, 1), NEW), (date(2040, 1, 1), NEW)],
)
def test_the_event_date_picks_the_row(on, row):
    assert pick([OLD, NEW, PRU_ONLY], REPORT.code, on) is row


@pytest.mark.parametrize(
    ("rules", "code", "on"),
    [
        ([OLD, NEW], REPORT.code, date(2014, 8, 31)),
        ([OLD, NEW], "other", MEETING),
        ([REPORT, NEW], REPORT.code, MEETING),
    ],
)
def test_no_row_or_two_rows_is_an_error(rules, code, on):
    with pytest.raises(NoSuchRule, match=code):
        pick(rules, code, on)


def test_a_rule_binds_some_settings_or_all():
    assert pick([PRU_ONLY], "pru", MEETING, setting="pru") is PRU_ONLY
    with pytest.raises(NoSuchRule):
        pick([PRU_ONLY], "pru", MEETING, setting="mainstream")
    assert REPORT.binds("mainstream")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"authority": " "}, "authority"),
        ({"valid_to": date(2014, 8, 31)}, "ends before"),
        ({"soon_days": -1}, "warns after"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(change, message):
    with pytest.raises(ValueError, match=message):
        replace(REPORT, **change)


@given(st.dates(date(2026, 9, 8), date(2027, 8, 10)), st.sampled_from([REPORT, PAPERS]), st.integers(0, 5))
def test_act_by_is_a_school_day_no_later_than_due(trigger, rule, margin):
    deadline = evaluate(rule, trigger, CALENDAR, safety_days=margin)
    assert deadline.safe_on <= deadline.due_on - timedelta(days=margin)
    assert (deadline.act_by_on is None) == (deadline.due_on < date(2026, 9, 1))
    if deadline.act_by_on:
        assert deadline.act_by_on <= deadline.due_on
        assert CALENDAR.is_school_day(deadline.act_by_on)


def test_dates_in_words():
    assert long_date(date(2027, 1, 5)) == "Tue 5 Jan 2027"
    assert short_date(date(2026, 9, 30)) == "30 Sep 2026"
