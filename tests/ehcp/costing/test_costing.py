"""The costed map of a child: worked by hand, by the child's own authority, in its layout, kept as it was sent."""

from datetime import date, time
from decimal import Decimal
from fractions import Fraction

import pytest
import time_machine
from django.urls import reverse

from ehcp.costing.refusals import CostingReason
from ehcp.costing.selectors import COLUMNS, all_costed, costed, table_of
from ehcp.costing.services import keep_map, mark_sent, remove_map, set_columns
from ehcp.models import CostedMap, LocalAuthority, TopUpFunding
from ehcp.requests.readiness import readiness
from provision.models import Intervention, Provision
from provision.runs.services import At, set_up
from provision.scores.services import Taken, enter_scores
from pupils.models import Pupil, ScoreKind
from sendco.refusals import ChangedMeanwhile
from staff.models import FormulaRate
from tests.factories import PupilFactory
from tests.factories.ehcp import NeedsAssessmentFactory, PlanFactory
from tests.provision.helping import calendar, held, intervention
from tests.refusals import refused
from tests.staff.adults import adult

MONDAY = date(2026, 11, 2)
LAST = date(2026, 12, 18)


@pytest.fixture(autouse=True)
def _wednesday():
    with time_machine.travel("2026-11-04 12:00:00+00:00", tick=False):
        yield


def rate(school, authority, hourly, group="support", starts_on=date(2025, 9, 1)):
    return FormulaRate.objects.create(
        school=school, authority=authority, staff_group=group, starts_on=starts_on, yearly=600, weeks=38,
        hourly=Decimal(hourly),
    )  # fmt: skip


@pytest.fixture
def place_school(school):
    """A school in Westmarch whose assistants count 16.50 an hour there."""
    school.local_authority = "Westmarch"
    school.save()
    calendar(school)
    rate(school, "Westmarch", "16.50")
    return school


@pytest.fixture
def helper(place_school):
    return adult(place_school, "Ana Field")


@pytest.fixture
def child(place_school, group):
    return PupilFactory(school=place_school, form_group=group, legal_forename="Kezia")


def run(school, pupils, adults, *, by, times, what=None, **values):
    values = {"name": "Run", "starts_on": MONDAY, "ends_on": LAST} | values
    return set_up(
        school=school, intervention=what or intervention(school, values["name"]), values=values, pupils=pupils, by=by,
        adults=adults, times=[At(*one) for one in times],
    )  # fmt: skip


def of(acting, senco, child):
    return costed(acting(senco), child, date(2026, 11, 4))


# --- Worked by hand ----------------------------------------------------------------------------------------------
def test_four_hours_a_week_in_a_group_of_three(place_school, group, child, helper, senco, acting):
    """4 h x 38 weeks x 16.50 / 3 = 836.00: the example of the rules we cost by."""
    others = [PupilFactory(school=place_school, form_group=group) for _ in range(2)]
    run(place_school, [child, *others], [helper], by=senco, times=[(day, time(9), 60) for day in range(4)])

    found = of(acting, senco, child)

    assert (found.total, found.request, found.below) == (Decimal("836.00"), 0, Decimal("5164.00"))
    (line,) = found.lines
    assert (line.ratio, line.hours_a_year, line.weeks) == ("1:3", 152, 38)


def test_twelve_and_a_half_hours_alone_are_above_six_thousand(place_school, child, helper, senco, acting):
    """12.5 h x 38 x 16.50 = 7,837.50; less 6,000 leaves 1,837.50."""
    run(place_school, [child], [helper], by=senco, times=[(day, time(9), 150) for day in range(5)])

    found = of(acting, senco, child)

    assert (found.total, found.request) == (Decimal("7837.50"), Decimal("1837.50"))


def test_three_authorities_in_one_group_are_three_rates_and_minutes_add_up_once(
    place_school, group, helper, senco, acting
):  # fmt: skip
    """30 minutes a week x 38 = 19 h, a third of it each: 6 1/3 h at 16.50, 18.00 and 21.00."""
    names = ("Westmarch", "Eastholt", "Northby")
    rate(place_school, "Eastholt", "18.00")
    rate(place_school, "Northby", "21.00")
    pupils = [PupilFactory(school=place_school, form_group=group, home_authority=name) for name in names]
    run(place_school, pupils, [helper], by=senco, times=[(0, time(9), 30)])

    found = [of(acting, senco, pupil) for pupil in pupils]

    assert [one.rules.name for one in found] == list(names)
    assert [one.total for one in found] == [Decimal("104.50"), Decimal("114.00"), Decimal("133.00")]
    assert sum(Fraction(one.lines[0].hours_a_year, one.lines[0].size) for one in found) == 19


def test_without_a_rate_of_the_childs_authority_no_other_one_is_used(place_school, child, helper, senco, acting):
    Pupil.objects.filter(pk=child.pk).update(home_authority="Farland")
    child.refresh_from_db()
    run(place_school, [child], [helper], by=senco, times=[(0, time(9), 30)])

    found = of(acting, senco, child)

    assert (found.total, len(found.unpriced)) == (0, 1)
    assert "No rate entered" in table_of(found)[1][0]


def test_two_adults_add_up_and_two_who_take_turns_are_one(place_school, child, helper, senco, acting):
    rate(place_school, "Westmarch", "40.00", group="teacher")
    teacher = adult(place_school, "Bo Reed")
    teacher.posts.update(staff_group="teacher")
    both = run(place_school, [child], [helper, teacher], by=senco, times=[(0, time(9), 60)])

    assert of(acting, senco, child).total == Decimal("2147.00")  # 38 h x 56.50
    Provision.objects.filter(pk=both.pk).delete()
    run(
        place_school, [child], [helper, teacher], by=senco, times=[(0, time(9), 60)], sharing="by_session", name="Turns"
    )

    (line,) = of(acting, senco, child).lines
    assert (line.pounds, line.ratio) == (Decimal("1073.50"), "1:1")  # 38 h x 28.25


def test_half_a_group_each_counts_the_own_half(place_school, group, child, helper, senco, acting):
    others = [PupilFactory(school=place_school, form_group=group) for _ in range(3)]
    adults = [helper, adult(place_school, "Bo Reed")]
    run(place_school, [child, *others], adults, by=senco, times=[(0, time(9), 60)], sharing="parts")

    (line,) = of(acting, senco, child).lines

    assert (line.ratio, line.pounds) == ("1:2", Decimal("313.50"))  # 38 x 16.50 / 2


def test_every_other_week_is_half_as_often(place_school, child, helper, senco, acting):
    run(place_school, [child], [helper], by=senco, times=[(0, time(9), 60, "A")])

    (line,) = of(acting, senco, child).lines

    assert (line.times_a_week, line.hours_a_year, line.pounds) == (Fraction(1, 2), 19, Decimal("313.50"))


def test_a_licence_of_the_school_is_shared_by_those_who_use_it(place_school, group, child, helper, senco, acting):
    others = [PupilFactory(school=place_school, form_group=group) for _ in range(3)]
    what = intervention(place_school, "Programme", licence=Decimal("100.00"), licence_for="school")
    run(place_school, [child, *others], [helper], by=senco, times=[(0, time(9), 60)], what=what)

    assert of(acting, senco, child).total == Decimal("181.75")  # 38 x 16.50 / 4 + 25
    Intervention.objects.filter(pk=what.pk).update(licence_for="pupil")
    assert of(acting, senco, child).total == Decimal("256.75")


def test_what_every_pupil_gets_is_not_counted_and_what_is_over_neither(place_school, child, helper, senco, acting):
    what = intervention(place_school, "For all", tier="universal")
    run(place_school, [child], [helper], by=senco, times=[(0, time(9), 60)], what=what)
    run(
        place_school, [child], [helper], by=senco, times=[(1, time(9), 60)], name="Over", starts_on=date(2026, 9, 7),
        ends_on=date(2026, 10, 23),
    )  # fmt: skip

    assert of(acting, senco, child).lines == []


@pytest.mark.postgresql("sums by group")
def test_what_took_place_is_told_beside_it(place_school, child, helper, senco, acting):
    held(run(place_school, [child], [helper], by=senco, times=[(0, time(9), 60)]).sessions.first(), by=senco)

    assert of(acting, senco, child).given.pounds == Decimal("16.50")


# --- What the authority asks for ---------------------------------------------------------------------------------
def test_an_authority_has_its_own_threshold_weeks_and_columns(place_school, child, helper, senco, acting):
    authority = LocalAuthority.objects.create(school=place_school, name="westmarch", top_up_from=5000, top_up_weeks=39)
    run(place_school, [child], [helper], by=senco, times=[(0, time(9), 60)])

    set_columns(
        authority=authority, columns=[("hours", "Annual hours"), ("what", "Strategy")], version=1, by=senco
    )  # fmt: skip
    found = of(acting, senco, child)

    assert (found.rules.threshold, found.lines[0].weeks) == (5000, 39)
    assert table_of(found) == (["Annual hours", "Strategy"], [["39 h 00", "Run"]])
    with refused(CostingReason.NO_COLUMN):
        set_columns(authority=authority, columns=[], version=2, by=senco)
    with pytest.raises(ChangedMeanwhile):
        set_columns(authority=authority, columns=[("what", "Mine")], version=1, by=senco)


def test_all_of_our_columns_can_be_filled(place_school, child, helper, senco, acting):
    run(place_school, [child], [helper], by=senco, times=[(0, time(9), 60)])

    head, (row,) = table_of(of(acting, senco, child))

    assert len(head) == len(row) == len(COLUMNS)
    assert all(row)


# --- What is kept ------------------------------------------------------------------------------------------------
def test_what_was_kept_stays_when_a_rate_is_backdated(place_school, child, helper, senco, acting):
    run(place_school, [child], [helper], by=senco, times=[(0, time(9), 60)])
    kept = keep_map(acting=acting(senco), pupil=child, note="Autumn panel", by=senco)
    FormulaRate.objects.update(hourly=Decimal("20.00"))

    kept.refresh_from_db()
    assert (kept.total, kept.request) == (Decimal("627.00"), 0)
    assert of(acting, senco, child).total == Decimal("760.00")


def test_one_that_was_sent_stays(place_school, child, helper, senco, acting):
    run(place_school, [child], [helper], by=senco, times=[(0, time(9), 60)])
    kept = keep_map(acting=acting(senco), pupil=child, note="", by=senco)
    with refused(CostingReason.SENT_IN_FUTURE):
        mark_sent(row=kept, sent_on=date(2026, 11, 5), note="", version=1, by=senco)
    mark_sent(row=kept, sent_on=date(2026, 11, 4), note="", version=1, by=senco)

    with refused(CostingReason.SENT_STAYS):
        remove_map(row=kept, by=senco)
    mark_sent(row=kept, sent_on=None, note="Not after all", version=2, by=senco)
    remove_map(row=kept, by=senco)
    assert not CostedMap.objects.exists()
    assert CostedMap.history.filter(history_type="-").exists()


def test_nothing_to_cost_says_so(place_school, child, senco, acting):
    with refused(CostingReason.NOTHING):
        keep_map(acting=acting(senco), pupil=child, note="", by=senco)


# --- Pages -------------------------------------------------------------------------------------------------------
def text_of(response):
    return " ".join(response.content.decode().split())


def test_from_the_map_of_a_child_to_one_that_was_sent(place_school, child, helper, senco, sign_in):
    run(place_school, [child], [helper], by=senco, times=[(day, time(9), 150) for day in range(5)], name="=Alone")
    browser, page = sign_in(senco), reverse("ehcp:costed-map", args=[child.pk])

    assert "£7,837.50" in text_of(browser.get(page))
    assert "£1,837.50" in text_of(browser.get(page))
    table = browser.get(reverse("ehcp:costed-map-file", args=[child.pk]))
    assert "'=Alone" in table.content.decode("utf-8-sig")  # no formula of a name
    kept = browser.post(reverse("ehcp:costed-map-keep", args=[child.pk]), {"note": "Panel"}, follow=True)
    assert "£1,837.50" in text_of(kept)
    row = CostedMap.objects.get()
    sent = {"version": 1, "sent_on": "2026-11-04", "note": "Panel"}
    assert "Sent" in text_of(browser.post(reverse("ehcp:costed-map-sent", args=[row.pk]), sent, follow=True))
    assert browser.get(reverse("ehcp:costed-map-kept-file", args=[row.pk])).status_code == 200


def test_the_list_of_all_has_the_dearest_first_and_the_top_up_beside(place_school, child, helper, senco, sign_in):
    plan = PlanFactory(pupil=child)
    TopUpFunding.objects.create(plan=plan, band="Band 4", amount=Decimal("2000.00"), starts_on=date(2026, 9, 1))
    run(place_school, [child], [helper], by=senco, times=[(day, time(9), 150) for day in range(5)])

    page = text_of(sign_in(senco).get(reverse("ehcp:cost-list")))

    assert "1 of 1 are above it" in page
    assert "£2,000.00" in page


def test_the_list_does_not_grow_in_queries(place_school, group, child, helper, senco, sign_in, count_queries, acting):
    run(place_school, [child], [helper], by=senco, times=[(0, time(9), 60)])
    sign_in(senco)
    page = reverse("ehcp:cost-list")
    few = count_queries(page)
    for number in range(3):
        pupils = [PupilFactory(school=place_school, form_group=group) for _ in range(3)]
        run(place_school, pupils, [helper], by=senco, times=[(1, time(9 + number), 60)], name=f"More {number}")

    assert count_queries(page) <= few
    assert len(all_costed(acting(senco), date(2026, 11, 4))) == 10


def test_the_columns_of_an_authority_on_a_page(place_school, senco, sign_in):
    authority = LocalAuthority.objects.create(school=place_school, name="Westmarch")
    url = reverse("ehcp:authority-columns", args=[authority.pk])

    assert sign_in(senco).post(url, {"version": 1}).status_code == 422
    said = {"version": 1, "heading_what": "Strategy", "place_what": 2, "heading_cost": "Annual cost", "place_cost": 1}
    sign_in(senco).post(url, said)

    authority.refresh_from_db()
    assert authority.costing_columns == [["cost", "Annual cost"], ["what", "Strategy"]]


def test_whoever_sees_no_cases_sees_no_costs(place_school, child, teacher, sign_in):
    assert sign_in(teacher).get(reverse("ehcp:costed-map", args=[child.pk])).status_code == 403
    assert sign_in(teacher).get(reverse("ehcp:cost-list")).status_code == 403


# --- What takes its figures from here ----------------------------------------------------------------------------
def test_the_check_before_a_request_asks_for_provision(place_school, child, helper, senco):
    case = NeedsAssessmentFactory(pupil=child)
    assert dict((key, there) for key, _, there, _ in readiness(case))["provision"] is False

    run(place_school, [child], [helper], by=senco, times=[(0, time(9), 60)])

    assert dict((key, there) for key, _, there, _ in readiness(case))["provision"] is True


def test_what_changed_stands_in_the_map(place_school, child, helper, senco, acting):
    kind = ScoreKind.objects.create(school=place_school, name="Reading score", scale="raw", unit="points")
    made = run(place_school, [child], [helper], by=senco, times=[(0, time(9), 60)])
    place = made.places.get()
    for point, on, value in (("entry", MONDAY, 10), ("exit", date(2026, 11, 4), 14)):
        enter_scores(run=made, taken=Taken(kind, point, on), scores={place.pk: (place, Decimal(value))}, by=senco)

    _, (row,) = table_of(of(acting, senco, child))

    assert row[-1] == "Reading score: 4 points more: better"
