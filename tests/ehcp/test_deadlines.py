from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ehcp import deadlines
from ehcp.deadlines import appeals, assessments, deadline, exemption_allowed, moves, reviews, rows_of, transfers
from sendco.clock import Basis, Duty, NoSuchRule, SchoolCalendar, add_working_days, evaluate, is_working_day

DAYS = st.dates(date(2024, 2, 1), date(2029, 6, 1))
IDS = [f"{rule.code}: {rule.trigger}" for rule in deadlines.RULES]


@pytest.mark.parametrize("rule", deadlines.RULES, ids=IDS)
def test_worked_example_of_each_rule(rule):
    trigger, due = rule.example

    assert evaluate(rule, trigger).due_on == due


@pytest.mark.parametrize("rule", deadlines.RULES, ids=IDS)
def test_each_rule_says_whose_it_is_and_on_what_footing(rule):
    assert rule.title[0].isupper()
    assert len(rule.title) <= 200
    assert len(rule.authority) <= 200
    if rule.basis is Basis.STATUTE:
        assert any(word in rule.authority for word in ("Act", "Regulations", "Rules", "Tribunal"))
    if rule.basis is Basis.GUIDANCE:
        assert "Code of Practice" in rule.authority
    if rule.basis is Basis.LOCAL:
        assert "School policy" in rule.authority
        assert rule.duty is Duty.SCHOOL
    if rule.basis is Basis.PRACTICE:
        assert "ractice" in rule.authority


def test_what_is_not_certain_is_something_to_check():
    """Never an excuse ("from memory"): the check names what somebody can look up."""
    checks = [rule.check for rule in deadlines.RULES if rule.check]

    assert checks
    assert not [check for check in checks if "memory" in check]


def test_the_sum_of_an_appeal_shows_the_day_before_it_moved():
    words = appeals.lodging_end(date(2026, 11, 17)).explanation

    assert "2 months would end on Sun 17 Jan 2027, a day on which the Tribunal does not work" in words
    assert "and so end on Mon 18 Jan 2027" in words


def test_the_sum_of_working_days_names_the_bank_holidays_left_out():
    words = deadline(appeals.CERTIFICATE, date(2026, 12, 23)).explanation

    assert "Weekends and the bank holidays Fri 25 Dec 2026 and Mon 28 Dec 2026 are left out" in words


@pytest.mark.parametrize(
    ("received", "responsible", "due", "words"),
    [
        (date(2026, 12, 1), None, date(2027, 1, 12), "the authority received the request on"),
        (None, date(2026, 12, 1), date(2027, 1, 12), "became responsible for the child on"),
        (date(2026, 12, 10), date(2026, 12, 1), date(2027, 1, 12), "the earlier of two limits"),
        (date(2026, 12, 1), date(2026, 12, 10), date(2027, 1, 12), "the earlier of two limits"),
    ],
)
def test_the_clock_of_a_request_starts_with_whichever_came_first(received, responsible, due, words):
    found = assessments.from_start(assessments.DECISION, received_on=received, responsible_on=responsible)

    assert found.due_on == due
    assert words in found.explanation


def test_a_code_has_one_row_for_each_start_of_its_clock():
    rows = [(rule.code, rule.trigger) for rule in deadlines.RULES]

    assert len(rows) == len(set(rows))


def test_rows_of_an_unknown_code_are_refused():
    with pytest.raises(NoSuchRule, match="review.never"):
        rows_of("review.never")


def test_a_meeting_before_the_judgment_gives_no_date_for_the_notice():
    meeting = date(2022, 2, 1)

    assert deadline(reviews.NOTICE, meeting) is None
    assert rows_of("review.notice", meeting) == []
    old = reviews.final_after_review(meeting_on=meeting, notice_on=date(2022, 5, 2))
    assert old.due_on == date(2022, 6, 27)


def test_unopposed_appeals_have_a_row_since_the_amendment_of_2015():
    assert len(rows_of("order.assess_final", date(2015, 3, 1))) == len(rows_of("order.assess_final")) - 1


def test_no_date_beyond_what_is_known():
    assert deadline(appeals.RESPONSE, date(2098, 1, 6)) is None
    assert deadline(reviews.DUE, None) is None
    assert deadline(reviews.DUE, date.max) is None
    assert moves.transfer_due(moved_on=date(2099, 1, 5), aware_on=date(2099, 1, 5)) is None


@given(notice=DAYS, late=st.integers(-30, 100))
def test_final_plan_is_never_later_than_either_limit(notice, late):
    meeting = notice - timedelta(days=late)

    found = reviews.final_after_review(meeting_on=meeting, notice_on=notice)

    assert found.due_on == min(notice + timedelta(weeks=8), meeting + timedelta(weeks=12))
    assert "the earlier of two limits" in found.explanation


@given(letter=DAYS, gap=st.integers(0, 200))
def test_lodging_ends_on_a_working_day_outside_august_and_christmas(letter, gap):
    certificate = letter + timedelta(days=gap)

    found = appeals.lodging_end(letter, certificate)

    assert is_working_day(found.due_on)
    assert found.due_on.month != 8
    assert (found.due_on.month, found.due_on.day) not in {(12, 25), (12, 31), (1, 1)}
    assert found.due_on >= appeals.lodging_end(letter).due_on


def test_a_certificate_does_not_move_an_appeal_about_placement_alone():
    found = appeals.lodging_end(date(2026, 11, 17), date(2027, 1, 8), placement_only=True)

    assert found.due_on == date(2027, 1, 18)


@given(counted_from=DAYS, transferred=DAYS)
def test_new_authority_reviews_by_the_later_limit(counted_from, transferred):
    found = moves.review_due(counted_from=counted_from, transferred_on=transferred)

    year = deadline(moves.REVIEW_YEAR, counted_from).due_on
    assert found.due_on >= year
    assert found.due_on >= deadline(moves.REVIEW_TRANSFER, transferred).due_on
    assert found.due_on in {year, deadline(moves.REVIEW_TRANSFER, transferred).due_on}


@given(aware=DAYS, ahead=st.integers(-40, 60))
def test_a_plan_is_transferred_on_the_day_of_the_move_or_after_it(aware, ahead):
    moved = aware + timedelta(days=ahead)

    found = moves.transfer_due(moved_on=moved, aware_on=aware)

    assert found.due_on >= moved
    if add_working_days(aware, 15) <= moved:
        assert found.due_on == moved


def test_the_weekend_of_a_move_does_not_pull_the_transfer_before_it():
    found = moves.transfer_due(moved_on=date(2027, 1, 24), aware_on=date(2027, 1, 4))

    assert found.due_on == date(2027, 1, 24)


@given(counted_from=DAYS)
def test_a_meeting_on_the_planned_day_leaves_the_authority_its_four_weeks(counted_from):
    due = deadline(reviews.DUE, counted_from).due_on
    meeting = deadline(reviews.MEETING, due).due_on

    assert deadline(reviews.DECISION, meeting).due_on <= due


def test_the_latest_meeting_goes_back_to_a_school_day():
    calendar = SchoolCalendar.from_data(
        {
            "first_day": "2026-09-01",
            "last_day": "2027-08-31",
            "closures": ["2027-02-13/2027-02-21"],
            "inset_days": ["2027-02-12"],
        }
    )

    assert deadline(reviews.MEETING, date(2027, 3, 15), calendar).due_on == date(2027, 2, 11)


# --- Phase transfer ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("ages", "years"),
    [
        ((4, 7), {2: "15"}),  # infant
        ((7, 11), {6: "15"}),  # junior
        ((4, 11), {6: "15"}),  # primary: Year 3 is no new phase
        ((3, 11), {-1: "15", 6: "15"}),  # with a nursery class
        ((4, 9), {4: "15"}),  # first
        ((4, 10), {5: "15"}),
        ((9, 13), {8: "15"}),  # middle: Year 6 stays
        ((8, 12), {7: "15"}),
        ((11, 16), {11: "31"}),
        ((11, 18), {11: "31?", 13: "31"}),
        ((13, 19), {11: "31?", 14: "31"}),
        ((4, 16), {6: "15", 11: "31"}),  # all-through
        ((3, 19), {-1: "15", 6: "15", 11: "31?", 14: "31"}),
        ((16, 19), {14: "31"}),
    ],
)
def test_transfer_years_follow_the_ages_of_the_school(ages, years):
    names = {transfers.TO_SCHOOL: "15", transfers.TO_POST16: "31", transfers.TO_SIXTH_FORM: "31?"}

    found = transfers.transfer_years(lowest_age=ages[0], highest_age=ages[1])

    assert {year: names[rule] for year, rule in found.items()} == years


def test_a_nursery_school_sends_its_children_to_reception():
    assert transfers.transfer_years(lowest_age=2, highest_age=5, nursery=True) == {-1: transfers.TO_SCHOOL}


def test_the_year_taught_in_decides_and_not_the_age():
    found = transfers.next_transfer(lowest_age=4, highest_age=11, year=5, academic_year=2026)

    assert found == transfers.Transfer(transfers.TO_SCHOOL, date(2028, 9, 1))
    assert transfers.next_transfer(lowest_age=4, highest_age=11, year=4, academic_year=2026) is None
    assert transfers.next_transfer(lowest_age=4, highest_age=11, year=None, academic_year=2026) is None


@pytest.mark.parametrize(("code", "year"), [("N2", -1), ("R", 0), ("6", 6), ("14", 14), ("X", None), ("", None)])
def test_year_number(code, year):
    assert transfers.year_number(code) == year


def test_the_sixth_form_of_a_school_says_that_it_is_not_certain():
    found = deadline(transfers.TO_SIXTH_FORM, date(2027, 9, 1))

    assert found.due_on == date(2027, 3, 31)
    assert "Check:" in found.explanation


@pytest.mark.parametrize(
    ("year", "rule"), [(6, transfers.TO_SCHOOL), (11, transfers.TO_POST16), (12, transfers.POST16_MOVE)]
)
def test_a_move_at_an_unusual_time(year, rule):
    assert transfers.unusual_transfer(on=date(2028, 1, 4), year=year).rule is rule


# --- Exceptions --------------------------------------------------------------------------------------------------
SUMMER = {"starts_on": date(2027, 7, 24), "ends_on": date(2027, 8, 31), "advice_asked_on": date(2027, 7, 20)}
AWAY = {"starts_on": date(2026, 10, 1), "ends_on": date(2026, 10, 28)}
ALLOWED = [
    ("decision", "school_closed", SUMMER),
    ("no_plan", "early_years_closed", SUMMER),
    ("final", "school_closed", SUMMER),
    ("decision", "personal", {}),
    ("advice", "personal", {}),
    ("advice", "absent", AWAY),
    ("advice", "appointment", {}),
    ("final", "absent", AWAY),
    ("after_order", "personal", {}),
    ("after_order", "absent_short", {"starts_on": date(2026, 10, 1), "ends_on": date(2026, 10, 14)}),
    ("after_order", "representations", {}),
]
REFUSED = [
    ("advice", "school_closed", SUMMER, "no ground of a closed school"),
    ("decision", "appointment", {}, "do not give this ground"),
    ("decision", "representations", {}, "do not give this ground"),
    ("decision", "absent_short", AWAY, "only after an order"),
    ("after_order", "absent", AWAY, "two weeks"),
    ("after_order", "school_closed", SUMMER, "do not give this ground"),
    ("final", "absent", {**AWAY, "ends_on": date(2026, 10, 27)}, "at least 4 weeks"),
    ("final", "absent", {}, "first and the last day"),
    ("after_order", "absent_short", {"starts_on": date(2026, 10, 1), "ends_on": date(2026, 10, 13)}, "2 weeks"),
    ("final", "school_closed", {**SUMMER, "advice_asked_on": None}, "must have asked"),
    ("final", "school_closed", {**SUMMER, "advice_asked_on": date(2027, 7, 16)}, "between Sat 17 Jul 2027"),
    ("final", "school_closed", {**SUMMER, "ends_on": date(2027, 8, 19)}, "27 days"),
    ("final", "school_closed", {**SUMMER, "ends_on": date(2027, 7, 1)}, "before the first"),
    ("final", "school_closed", {}, "first and the last day"),
    ("final", "absent", {**AWAY, "period": (date(2026, 11, 1), date(2027, 3, 1))}, "does not fall"),
]


@pytest.mark.parametrize(("step", "ground", "facts"), ALLOWED)
def test_an_exception_that_the_law_knows(step, ground, facts):
    allowed = exemption_allowed(step=step, ground=ground, **facts)

    assert allowed.ok, allowed.words
    assert "reg " in allowed.words
    assert "does not move" in allowed.words


@pytest.mark.parametrize(("step", "ground", "facts", "words"), REFUSED)
def test_an_exception_that_the_law_does_not_know(step, ground, facts, words):
    allowed = exemption_allowed(step=step, ground=ground, **facts)

    assert not allowed.ok
    assert words in allowed.words


def test_a_reassessment_has_no_exception_for_its_fifteen_days():
    assert not exemption_allowed(step="decision", ground="personal", again=True).ok
    assert exemption_allowed(step="final", ground="personal", again=True).ok
    assert not exemption_allowed(step="no_plan", ground="personal", again=True).ok


def test_the_draft_has_a_target_and_no_law():
    assert assessments.DRAFT.basis is Basis.PRACTICE
