"""Cost: dated rates, shares that add up to the whole, to the penny. Figures are worked by hand."""

from collections import defaultdict
from contextlib import contextmanager
from datetime import date, time, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from provision.costs.rates import Basis, Rates
from provision.costs.selectors import of_pupils, of_runs, sessions_between, total
from provision.costs.sums import Cost, pounds
from provision.models import Session, Sharing
from provision.runs.services import add_pupils
from provision.sessions import services
from provision.sessions.selectors import expected_in
from staff.models import FormulaRate, PayRate, Post
from tests.factories import PupilFactory
from tests.staff.adults import adult

from .helping import MONDAY, WEDNESDAY, held, run_of, sessions

LAST = date(2026, 11, 27)
# In pounds an hour: the formula of Westmarch, and what two adults are paid.
FORMULA, ANA, BO = Decimal("17.24"), Decimal("20.00"), Decimal("26.50")


@pytest.fixture
def rated(open_school):
    FormulaRate.objects.create(
        school=open_school, authority="Westmarch", starts_on=date(2025, 9, 1), yearly=655, weeks=38, hourly=FORMULA
    )
    return open_school


@pytest.fixture
def two(rated):
    members = [adult(rated, "Ana Field"), adult(rated, "Bo Reed")]
    for member, hourly in zip(members, (ANA, BO), strict=True):
        PayRate.objects.create(post=member.posts.get(), starts_on=date(2025, 9, 1), hourly=hourly)
    return members


def rates(school, basis=Basis.FORMULA, first=MONDAY, last=LAST, **more):
    return Rates(school, first, last, basis=basis, **more)


def whole(school, basis=Basis.FORMULA, first=MONDAY, last=LAST):
    return total(of_runs(sessions_between(first, last), rates(school, basis, first, last)).values())


# --- Rates by date -----------------------------------------------------------------------------------------------
def test_a_rate_holds_from_its_day_and_a_later_one_changes_nothing_before(rated, two):
    PayRate.objects.create(post=two[0].posts.get(), starts_on=WEDNESDAY, hourly=Decimal("21.00"))
    book = rates(rated, Basis.ACTUAL)

    assert book.hourly(two[0].pk, MONDAY) == ANA
    assert book.hourly(two[0].pk, WEDNESDAY) == Decimal("21.00")
    assert book.breaks == [WEDNESDAY]


def test_a_day_before_any_rate_has_none(rated, two):
    assert rates(rated, Basis.ACTUAL).hourly(two[0].pk, date(2025, 8, 31)) is None


def test_the_formula_goes_by_the_kind_of_post_and_the_authority(rated, two):
    Post.objects.filter(member=two[1]).update(staff_group="teacher")

    assert rates(rated).hourly(two[0].pk, MONDAY) == FORMULA
    assert rates(rated).hourly(two[1].pk, MONDAY) is None
    assert rates(rated, authority="Eastholt").hourly(two[0].pk, MONDAY) is None


def test_of_two_posts_the_one_with_more_hours_counts(rated, two):
    extra = Post.objects.create(
        member=two[0], title="Midday", hours_a_week=5, starts_on=date(2025, 9, 1), staff_group="support"
    )
    PayRate.objects.create(post=extra, starts_on=date(2025, 9, 1), hourly=Decimal("12.00"))

    assert rates(rated, Basis.ACTUAL).hourly(two[0].pk, MONDAY) == ANA


# --- Worked by hand ----------------------------------------------------------------------------------------------
def test_planned_and_to_date_of_one_group(rated, pupils, senco, two):
    """Eight sessions of 30 minutes: 4 h x 17.24 = 68.96. Two were held, of 30 and 25 minutes: 55/60 x 17.24 = 15.80."""
    run = run_of(rated, pupils, by=senco, adults=two[:1])
    first, second = sessions(run)[:2]
    held(first, by=senco)
    held(second, by=senco, minutes=25, away=pupils[:1])

    cost = whole(rated)

    assert (cost.planned_hours, cost.planned_pounds) == (Decimal("4.0"), Decimal("68.96"))
    assert (cost.given, cost.pounds) == (55, Decimal("15.80"))
    shares = of_pupils(sessions_between(MONDAY, LAST), rates(rated))
    assert {share.pounds for share in shares.values()} == {Decimal("3.95")}  # absent or not: 15.803 / 4
    assert {share.planned_pounds for share in shares.values()} == {Decimal("17.24")}


def test_two_adults_add_up(rated, pupils, senco, two):
    """30 minutes at 20.00 and at 26.50: 23.25 a session."""
    run = run_of(rated, pupils, by=senco, adults=two)
    held(sessions(run)[0], by=senco)

    assert whole(rated, Basis.ACTUAL).pounds == Decimal("23.25")


def test_half_a_group_each_costs_each_half_its_own_adult(rated, pupils, senco, two):
    """Two children at 10.00, two at 13.25."""
    run = run_of(rated, pupils, by=senco, adults=two, sharing=Sharing.PARTS)
    for row in run.sessions.filter(on=MONDAY):
        held(row, by=senco)

    shares = of_pupils(sessions_between(MONDAY, MONDAY), rates(rated, Basis.ACTUAL))

    assert sorted(share.pounds for share in shares.values()) == [Decimal("5.00")] * 2 + [Decimal("6.63")] * 2
    assert whole(rated, Basis.ACTUAL, MONDAY, MONDAY).pounds == Decimal("23.25")


def test_where_nobody_came_there_is_no_cost_to_date_and_the_adults_time_is_told(rated, pupils, senco, two):
    run = run_of(rated, pupils[:1], by=senco, adults=two[:1])
    held(sessions(run)[0], by=senco, away=pupils[:1])

    cost = whole(rated)

    assert (cost.pounds, cost.waited) == (Decimal("0.00"), 30)


def test_minutes_without_a_rate_are_in_no_cost_and_are_told(rated, pupils, senco, two):
    Post.objects.filter(member=two[1]).update(staff_group="teacher")
    run_of(rated, pupils, by=senco, adults=two)

    cost = whole(rated)

    assert (cost.planned_hours, cost.unpriced_hours, cost.planned_pounds) == (
        Decimal("8.0"), Decimal("4.0"), Decimal("68.96"),
    )  # fmt: skip


def test_a_pay_rise_entered_later_costs_from_its_day(rated, pupils, senco, two):
    """Monday 30 minutes at 20.00, Wednesday 30 minutes at 24.00: 10.00 + 12.00."""
    run = run_of(rated, pupils, by=senco, adults=two[:1])
    for row in sessions(run)[:2]:
        held(row, by=senco)

    PayRate.objects.create(post=two[0].posts.get(), starts_on=WEDNESDAY, hourly=Decimal("24.00"))

    assert whole(rated, Basis.ACTUAL).pounds == Decimal("22.00")
    assert whole(rated, Basis.ACTUAL, MONDAY, MONDAY).pounds == Decimal("10.00")


def test_a_moved_session_is_planned_once(rated, pupils, senco, two):
    run = run_of(rated, pupils, by=senco, adults=two[:1])
    services.move_session(session=sessions(run)[1], on=date(2026, 11, 5), starts_at=time(9), by=senco)

    assert whole(rated).planned_hours == Decimal("4.0")


def test_a_session_that_makes_good_is_given_and_not_planned_again(rated, pupils, senco, two):
    run = run_of(rated, pupils, by=senco, adults=two[:1])
    lost = services.mark_lost(session=sessions(run)[0], reason="adult", note="", by=senco)
    made = services.make_good(session=lost, on=WEDNESDAY, starts_at=time(14), minutes=30, by=senco)
    held(made, by=senco)

    cost = whole(rated)

    assert (cost.planned_hours, cost.given) == (Decimal("4.0"), 30)


def test_a_child_who_joins_late_bears_a_share_from_then_on(rated, pupils, senco, two):
    """Four children on Monday at 8.62 / 4, five from Wednesday at 8.62 / 5."""
    run = run_of(rated, pupils, by=senco, adults=two[:1], ends_on=WEDNESDAY)
    late = PupilFactory(school=rated)
    add_pupils(run=run, pupils=[late], starts_on=WEDNESDAY, by=senco)

    shares = of_pupils(sessions_between(MONDAY, WEDNESDAY), rates(rated))

    assert shares[late.pk, run.pk].planned_pounds == Decimal("1.72")
    assert shares[pupils[0].pk, run.pk].planned_pounds == Decimal("3.88")


def test_a_half_penny_is_rounded_up_once_at_the_end():
    assert pounds(Fraction(1, 200)) == Decimal("0.01")
    cost = Cost()
    for _ in range(3):
        cost.add(given=20, hourly=Decimal("10.00"), share=3)
    assert cost.pounds == Decimal("3.33")


# --- Whatever the groups, the parts make the whole ----------------------------------------------------------------
def by_hand(book, rows):
    """(planned, to date) of each (child, run), session by session, as a person would."""
    found = defaultdict(lambda: [Fraction(), Fraction()])
    for row in rows:
        adults = [book.hourly(one.member_id, row.on) for one in row.adults.all()]
        cost = sum((Fraction(hourly) for hourly in adults if hourly is not None), Fraction()) / 60
        logged = list(row.attendances.values_list("pupil", flat=True))
        there = logged or [place.pupil_id for place in expected_in(row)]
        for pupil in there:
            found[pupil, row.provision_id][0] += cost * row.minutes / len(there) if row.was_planned else 0
            found[pupil, row.provision_id][1] += cost * (row.given or 0) / len(there)
    return {key: tuple(value) for key, value in found.items() if any(value)}


@pytest.fixture
def taken_back(db):
    """A block whose rows are gone after it: each example of a property begins where the first began."""

    @contextmanager
    def block():
        with transaction.atomic():
            yield
            transaction.set_rollback(True)

    return block


@pytest.mark.postgresql("sums over joins, spans of days and outer rows")
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_shares_add_up_to_the_whole_and_agree_with_a_count_by_hand(rated, pupils, senco, two, taken_back, data):
    with taken_back():
        check_shares(rated, pupils, senco, two, data)


def check_shares(rated, pupils, senco, two, data):
    sharing = data.draw(st.sampled_from([Sharing.TOGETHER, Sharing.BY_SESSION, Sharing.PARTS]))
    run = run_of(rated, pupils, by=senco, adults=two, sharing=sharing, starts_on=date(2026, 10, 12))
    late = PupilFactory(school=rated)
    add_pupils(run=run, pupils=[late], starts_on=date(2026, 10, 19), by=senco)
    PayRate.objects.create(
        post=two[0].posts.get(), starts_on=MONDAY - timedelta(days=data.draw(st.integers(1, 20))), hourly=Decimal("21")
    )
    past = [row for row in sessions(run) if row.on <= WEDNESDAY]
    for row in past:
        fate = data.draw(st.sampled_from(["held", "lost", "nobody", "open"]))
        there = [place.pupil for place in expected_in(row)]
        if fate == "held":
            held(row, by=senco, away=there[: data.draw(st.integers(0, 2))], minutes=data.draw(st.integers(5, 40)))
        elif fate == "nobody":
            held(row, by=senco, away=there)
        elif fate == "lost":
            services.mark_lost(session=row, reason="trip", note="", by=senco)

    first, last = date(2026, 10, 12), LAST
    book = rates(rated, Basis.ACTUAL, first, last)
    mine = sessions_between(first, last, provision=run)
    shares, whole_cost = of_pupils(mine, book), total(of_runs(mine, book).values())

    assert {key: (cost.planned_cost, cost.cost) for key, cost in shares.items() if cost.planned_cost or cost.cost} == (
        by_hand(book, Session.objects.filter(provision=run))
    )
    assert total(shares.values()).planned_cost == whole_cost.planned_cost
    assert total(shares.values()).cost == whole_cost.cost
    middle = MONDAY
    before, after = (
        total(of_runs(sessions_between(*days, provision=run), rates(rated, Basis.ACTUAL, *days)).values())
        for days in ((first, middle), (middle + timedelta(days=1), last))
    )
    assert before.cost + after.cost == whole_cost.cost  # whatever day the range is cut at
    assert before.given + after.given == sum(
        row.given * row.adults.count() for row in Session.objects.filter(provision=run) if row.given
    )
