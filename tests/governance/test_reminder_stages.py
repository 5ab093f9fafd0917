from datetime import date

import pytest

from governance.stages import LAST_DAY, LONG_STAGES, Choice, Stages, choose, default_stages, stage_words
from sendco.clock import SchoolCalendar, SendingDays

CALENDAR = SchoolCalendar.from_data(
    {
        "first_day": "2026-09-02",
        "last_day": "2027-07-21",
        "closures": ["2026-10-26/2026-10-30", "2026-12-19/2027-01-03"],
        "inset_days": ["2026-11-27"],
    }
)
DAYS = SendingDays(CALENDAR)


def chosen(due_on, today, *, basis="statute", trigger_on=date(2026, 1, 5), stages=LONG_STAGES, ran_on=None, days=DAYS):
    return choose(
        basis=basis, trigger_on=trigger_on, due_on=due_on, stages=stages, today=today, ran_on=ran_on, days=days
    )


@pytest.mark.parametrize(
    ("today", "stage"),
    [
        (date(2026, 9, 10), None),
        (date(2026, 9, 11), "56"),  # eight weeks before Friday 6 November
        (date(2026, 10, 8), "56"),
        (date(2026, 10, 9), "28"),
        (date(2026, 10, 23), "14"),
        (date(2026, 11, 2), "14"),
        (date(2026, 11, 3), "3"),
        (date(2026, 11, 6), "0"),
    ],
)
def test_stage_that_a_date_has_reached(today, stage):
    found = chosen(date(2026, 11, 6), today)

    assert (found and found.stage) == stage


def test_stage_on_a_closed_day_comes_on_the_school_day_before():
    # Three days before Monday 2 November is the Friday of half term; so is its two weeks' the Monday before that.
    assert chosen(date(2026, 11, 2), date(2026, 10, 23)) == Choice("3")
    assert chosen(date(2026, 11, 2), date(2026, 10, 22)).stage == "14"


def test_last_day_of_the_law_is_sent_on_a_closed_day_and_announced_before():
    christmas = date(2026, 12, 28)

    assert chosen(christmas, date(2026, 12, 18)) == Choice("0")
    assert chosen(christmas, date(2026, 12, 27)) is None
    assert chosen(christmas, christmas) == Choice(LAST_DAY)
    assert chosen(christmas, date(2026, 12, 29), ran_on=christmas) is None


def test_last_day_missed_on_a_closed_day_comes_on_the_next_day_that_runs():
    assert chosen(date(2026, 12, 26), date(2026, 12, 28), ran_on=date(2026, 12, 25)) == Choice(LAST_DAY)


@pytest.mark.parametrize("basis", ["guidance", "local"])
def test_only_the_law_speaks_on_a_closed_day(basis):
    assert chosen(date(2026, 12, 28), date(2026, 12, 28), basis=basis) is None


def test_stages_of_missed_days_are_folded_into_the_one_reached():
    found = chosen(date(2026, 11, 6), date(2026, 11, 5), ran_on=date(2026, 10, 8))

    assert found == Choice("3", ("28", "14"))


def test_rule_of_three_days_has_no_stage_of_eight_weeks():
    due_on, trigger_on = date(2026, 11, 13), date(2026, 11, 10)

    assert LONG_STAGES.fitting(trigger_on, due_on) == (0,)
    assert chosen(due_on, date(2026, 11, 10), trigger_on=trigger_on) is None
    assert default_stages("local").days == (3, 0)
    assert default_stages("guidance").days == default_stages("statute").days == (56, 28, 14, 3, 0)


def test_date_counted_back_from_an_event_keeps_every_stage():
    assert LONG_STAGES.fitting(date(2026, 12, 10), date(2026, 11, 26)) == LONG_STAGES.days


@pytest.mark.parametrize(
    ("day", "is_open"),
    [
        (date(2026, 10, 28), False),  # half term
        (date(2026, 11, 27), False),  # INSET
        (date(2026, 11, 28), False),  # Saturday
        (date(2027, 3, 26), False),  # Good Friday
        (date(2026, 11, 30), True),
        (date(2027, 8, 4), False),  # the summer after the last term that was entered
        (date(2026, 9, 1), False),
        (date(2027, 9, 6), True),  # a school year that nobody entered: a working day
    ],
)
def test_days_with_mail(day, is_open):
    assert DAYS.is_open(day) is is_open


def test_school_without_a_calendar_has_the_working_days_of_england():
    days = SendingDays(None)

    assert [days.is_open(date(2026, 12, number)) for number in (24, 25, 26, 27, 28, 29)] == [
        True,
        False,
        False,
        False,
        False,
        True,
    ]
    assert days.is_open(date(2099, 6, 3))  # beyond the bank holidays we know


def test_own_stages_are_used():
    own = Stages((7,))

    assert chosen(date(2026, 11, 6), date(2026, 10, 23), stages=own) == Choice("7")
    assert chosen(date(2026, 11, 6), date(2026, 10, 22), stages=own) is None


def test_words_of_stages():
    assert [stage_words(stage) for stage in ("56", "0", "last", "late", "10")] == [
        "8 weeks before",
        "On the day",
        "On the last day of the law",
        "Late",
        "10 days before",
    ]
