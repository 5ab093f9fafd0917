"""The map: every figure follows the two days, nothing without a record is counted as missed, pay stays hidden."""

from datetime import date, time
from decimal import Decimal

import pytest
from django.urls import reverse

from provision.costs.rates import Basis, Rates
from provision.map.selectors import (
    Span,
    by_adult,
    by_class,
    by_funding,
    by_intervention,
    by_pupil,
    figures_of_runs,
    the_map,
)
from provision.models import Provision, UniversalCheck, UniversalItem
from provision.sessions.services import mark_lost
from provision.universal import services as universal
from provision.universal.selectors import by_area, lines
from sendco.refusals import ChangedMeanwhile
from staff.models import FormulaRate, GroupStaff, PayRate, Unit
from tests.factories import MembershipFactory, TeachingGroupFactory
from tests.staff.adults import adult

from .helping import MONDAY, WEDNESDAY, held, intervention, run_of, sessions

LAST = date(2026, 11, 27)
FORMULA = Decimal("17.24")


@pytest.fixture
def rated(open_school):
    FormulaRate.objects.create(
        school=open_school, authority="Westmarch", starts_on=date(2025, 9, 1), yearly=655, weeks=38, hourly=FORMULA
    )
    return open_school


@pytest.fixture
def two_runs(rated, pupils, senco, leader):
    """Talk Boost for four children, and a specialist programme for one of them with an adult of its own."""
    first = run_of(rated, pupils, by=senco, adults=[leader])
    programme = intervention(rated, "Programme", tier="specialist", group_size=1)
    second = run_of(
        rated, pupils[:1], by=senco, adults=[adult(rated, "Cora Lee")], what=programme, name="Aisha's programme",
        times=((1, time(10)),), funding="top_up",
    )  # fmt: skip
    return first, second


def span_of(acting, user, school, first=MONDAY, last=LAST, basis=Basis.FORMULA):
    return Span(acting(user), first, last, Rates(school, first, last, basis=basis))


def test_each_cell_holds_its_own_and_the_sums_hold_both(acting, senco, rated, two_runs, pupils):
    """Eight sessions of half an hour are 4 h, £68.96; four of half an hour are 2 h, £34.48."""
    held(sessions(two_runs[0])[0], by=senco)
    mark_lost(session=sessions(two_runs[1])[0], reason="adult", note="", by=senco)
    span = span_of(acting, senco, rated)
    runs = list(span.runs())
    drawn = the_map(runs, figures_of_runs(span, runs))

    group, alone = drawn.cells["targeted", "ci"], drawn.cells["specialist", "ci"]
    assert (group.cost.planned_pounds, alone.cost.planned_pounds) == (Decimal("68.96"), Decimal("34.48"))
    assert (len(group.pupils), len(alone.pupils), len(drawn.whole.pupils)) == (4, 1, 4)
    # The first of Wednesday is not due before its day is over.
    assert (group.record.held, group.record.lost, group.record.unknown) == (1, 0, 0)
    assert (alone.record.held, alone.record.lost, alone.record.share) == (0, 1, 0)
    assert drawn.whole.cost.planned_pounds == Decimal("103.44")


def test_the_days_change_every_figure_and_cut_no_session_in_two(acting, senco, rated, two_runs):
    def planned(first, last):
        span = span_of(acting, senco, rated, first, last)
        runs = list(span.runs())
        return the_map(runs, figures_of_runs(span, runs)).whole.cost.planned

    assert planned(MONDAY, WEDNESDAY) == 90
    assert planned(MONDAY, WEDNESDAY) + planned(date(2026, 11, 5), LAST) == planned(MONDAY, LAST) == 360
    assert planned(date(2026, 10, 1), date(2026, 10, 31)) == 0


def test_the_same_money_by_child_class_adult_and_purse(acting, senco, rated, two_runs, pupils):
    span = span_of(acting, senco, rated)
    runs = list(span.runs())
    figures = figures_of_runs(span, runs)
    ways = [by_pupil(span), by_class(span), by_adult(span), by_funding(runs, figures), by_intervention(runs, figures)]

    assert [sum(line.figures.cost.planned_cost for line in way) for way in ways] == [Decimal("103.44")] * 5
    assert {line.name: line.figures.cost.planned_pounds for line in ways[0]}[pupils[0].name] == Decimal("51.72")
    assert [(line.name, line.figures.cost.planned_pounds) for line in ways[3]] == [
        ("School's SEN budget (elements 1 and 2)", Decimal("68.96")),
        ("Top-up of the local authority (element 3)", Decimal("34.48")),
    ]


@pytest.mark.parametrize("days", ["first=9999-12-31&last=9999-12-31", "first=0001-01-01&last=0001-02-01", "first=x"])
def test_days_that_cannot_be_meant_show_the_term(two_runs, senco, sign_in, days):
    page = sign_in(senco).get(reverse("provision:provision-map") + f"?period=dates&{days}")

    assert page.context["period"].first > date(2026, 8, 1)


@pytest.mark.parametrize("by", ["area", "class", "pupil", "adult", "funding", "nonsense"])
def test_every_view_of_the_map_opens_and_does_not_grow_in_queries(
    rated, two_runs, pupils, senco, leader, sign_in, count_queries, by
):
    sign_in(senco)
    url = reverse("provision:provision-map") + f"?by={by}&period=dates&first=2026-11-02&last=2026-11-27"
    few = count_queries(url)
    for number in range(3):
        run_of(rated, pupils, by=senco, adults=[leader], what=two_runs[0].intervention, name=f"More {number}",
               times=((3, time(9 + number)),))  # fmt: skip

    assert count_queries(url) <= few


def test_a_cell_leads_down_to_its_groups(two_runs, senco, sign_in):
    url = reverse("provision:provision-map") + "?cell=specialist-ci"

    page = sign_in(senco).get(url).content.decode()

    assert "Aisha&#x27;s programme" in page
    assert "Talk Boost, Robins" not in page


def test_what_the_school_pays_is_for_those_who_see_pay(rated, two_runs, senco, sign_in):
    member = two_runs[1].adults.get().member
    PayRate.objects.create(post=member.posts.get(), starts_on=date(2025, 9, 1), hourly=Decimal("99.99"))
    url = reverse("provision:provision-map") + "?basis=actual&period=dates&first=2026-11-02&last=2026-11-27"
    unit = Unit.objects.create(school=rated, name="The Willow Room", kind="resourced")
    Provision.objects.filter(pk=two_runs[1].pk).update(unit=unit)
    lead = MembershipFactory(school=rated, role="provision_lead", unit=unit).user

    assert "£199.98" in sign_in(senco).get(url).content.decode()
    page = sign_in(lead).get(url).content.decode()
    assert "199.98" not in page
    assert "£34" in page  # of the unit's own run


def test_hours_without_a_rate_are_told(open_school, pupils, senco, sign_in):
    run_of(open_school, pupils, by=senco)
    page = sign_in(senco).get(reverse("provision:provision-map") + "?period=dates&first=2026-11-02&last=2026-11-27")

    assert "4 hours have no rate and are in no cost" in " ".join(page.content.decode().split())


# --- In every class ----------------------------------------------------------------------------------------------
@pytest.fixture
def listed(open_school, group, senco):
    universal.start_list(school=open_school, by=senco)
    return list(UniversalItem.objects.filter(area="ci"))


def test_the_list_is_begun_once(open_school, senco):
    assert universal.start_list(school=open_school, by=senco) == 12
    assert universal.start_list(school=open_school, by=senco) == 0


def test_a_class_has_an_area_when_it_has_all_of_it(open_school, group, listed, senco):
    TeachingGroupFactory(school=open_school)
    answers = {item.pk: ("in_place", "") for item in listed[:2]}
    universal.check_class(group=group, answers=answers, version=0, by=senco)
    assert by_area(open_school)[0]["ci"].full == 0

    last = UniversalCheck.objects.order_by("-pk").first().pk
    universal.check_class(group=group, answers={listed[2].pk: ("in_place", "")}, version=last, by=senco)

    found, classes = by_area(open_school)
    assert (found["ci"].full, classes) == (1, 2)
    line = next(line for line in lines(open_school)[0] if line.item == listed[0])
    assert (line.in_place, line.unseen) == (1, 1)


def test_the_newest_look_counts_and_the_older_stays(open_school, group, listed, senco):
    for state in ("in_place", "partly"):
        last = UniversalCheck.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        universal.check_class(group=group, answers={listed[0].pk: (state, "")}, version=last, by=senco)

    line = next(line for line in lines(open_school)[0] if line.item == listed[0])
    assert (line.in_place, line.partly) == (0, 1)
    assert UniversalCheck.objects.filter(item=listed[0]).count() == 2


def test_two_who_look_at_one_class_at_once_lose_nothing(open_school, group, listed, senco, teacher):
    universal.check_class(group=group, answers={listed[0].pk: ("not_yet", "")}, version=0, by=senco)

    with pytest.raises(ChangedMeanwhile):
        universal.check_class(group=group, answers={listed[0].pk: ("in_place", "")}, version=0, by=teacher)


def test_a_teacher_answers_for_the_own_class_alone(open_school, group, listed, teacher, sign_in):
    other = TeachingGroupFactory(school=open_school)
    browser = sign_in(teacher)
    own = reverse("provision:universal-class", args=[group.pk])

    assert browser.get(reverse("provision:universal-class", args=[other.pk])).status_code == 404
    browser.post(own, {"version": 0, f"state-{listed[0].pk}": "partly", f"note-{listed[0].pk}": "On Mondays"})

    assert UniversalCheck.objects.get().note == "On Mondays"
    GroupStaff.objects.filter(group=group).update(ends_on=MONDAY)
    assert browser.get(own).status_code == 404
