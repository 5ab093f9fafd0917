from datetime import date

import pytest

from pupils import deadlines
from sendco.clock import Basis, SchoolCalendar, evaluate

RULES = [*deadlines.FIXED, *(rule(days=5, calendar=None, trigger=date(2026, 11, 9)) for rule in deadlines.COUNTED)]


@pytest.mark.parametrize("rule", RULES, ids=[rule.code for rule in RULES])
def test_worked_example_of_each_rule(rule):
    trigger, due = rule.example

    assert evaluate(rule, trigger).due_on == due


@pytest.mark.parametrize("rule", RULES, ids=[rule.code for rule in RULES])
def test_no_rule_of_the_register_is_passed_off_as_law(rule):
    """No statute or guidance sets these dates: the duty to tell a parent has no number of days."""
    assert rule.basis is Basis.LOCAL
    assert "policy" in rule.authority.lower()


def test_school_days_are_counted_where_the_calendar_reaches():
    calendar = SchoolCalendar.from_data(
        {
            "first_day": date(2026, 9, 2),
            "last_day": date(2026, 12, 18),
            "closures": ["2026-11-10/2026-11-13"],
            "inset_days": [],
        }
    )
    rule = deadlines.concern_first_look(days=5, calendar=calendar, trigger=date(2026, 11, 9))

    assert evaluate(rule, date(2026, 11, 9), calendar).due_on == date(2026, 11, 20)
    assert "Check" not in evaluate(rule, date(2026, 11, 9), calendar).explanation


def test_working_days_are_counted_beyond_the_calendar():
    calendar = SchoolCalendar.from_data(
        {"first_day": date(2026, 9, 2), "last_day": date(2026, 12, 18), "closures": [], "inset_days": []}
    )
    rule = deadlines.concern_first_look(days=5, calendar=calendar, trigger=date(2026, 12, 17))

    assert evaluate(rule, date(2026, 12, 17), calendar).due_on == date(2026, 12, 24)
    assert evaluate(rule, date(2026, 12, 17), calendar).act_by_on is None
    assert "Check: calendar not entered" in evaluate(rule, date(2026, 12, 17), calendar).explanation


KIND = {
    "kind": "SEN support plan", "basis": "guidance", "authority": "SEND Code of Practice 6.48", "check": "",
    "valid_from": date(2014, 9, 1),
}  # fmt: skip


@pytest.mark.parametrize(
    "rule",
    [
        deadlines.plan_review(**KIND),
        deadlines.plan_review_at_least(months=12, **KIND),
        deadlines.window_class(group="5A"),
        deadlines.equipment_check(kind="Lift", name="Hoist", lifts_people=True),
    ],
    ids=lambda rule: rule.code,
)
def test_worked_example_of_each_rule_made_for_a_record(rule):
    trigger, due = rule.example

    assert evaluate(rule, trigger).due_on == due
