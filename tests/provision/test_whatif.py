"""Another staffing: what stands, what breaks, what it costs; and nothing changes before somebody wants it so."""

from datetime import date, time, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from ehcp.models import LineDelivery
from provision.models import Provision, StaffingPlan
from provision.whatif import services
from provision.whatif.planning import work_out
from provision.whatif.refusals import WhatIfReason
from sendco.refusals import ChangedMeanwhile
from staff.models import Certificate, FormulaRate, PayRate, Skill, Slot, Unit
from staff.roles import Role
from tests.factories import MembershipFactory
from tests.factories.ehcp import PlanFactory, PlanVersionFactory, ProvisionLineFactory
from tests.refusals import refused
from tests.staff.adults import BEGAN, adult, kind, timetable

from .helping import MONDAY, WEDNESDAY, intervention, run_of

pytestmark = pytest.mark.postgresql("locks, json, distinct")

NEXT_MONDAY = MONDAY + timedelta(days=7)
ELEVEN = time(11)


@pytest.fixture
def bea(open_school):
    return adult(open_school, "Bea Moss")


@pytest.fixture
def cal(open_school):
    return adult(open_school, "Cal Unwin")


@pytest.fixture
def bea_run(open_school, pupils, bea, senco):
    """Talk Boost on Mondays and Wednesdays at nine."""
    return run_of(open_school, pupils, by=senco, adults=[bea])


@pytest.fixture
def plan(open_school, senco):
    return services.begin(school=open_school, name="Without Bea", starts_on=NEXT_MONDAY, by=senco)


def line_of(result, run):
    return next(row for row in result.runs if row.run.pk == run.pk)


def then(plan, run):
    return [one.name for one in line_of(work_out(plan), run).then]


def promise(run, pupil):
    version = PlanVersionFactory(plan=PlanFactory(pupil=pupil))
    line = ProvisionLineFactory(plan_version=version, section="F", minutes=30, times=2, per="week")
    LineDelivery.objects.create(line=line, place=run.places.get(pupil=pupil))
    return line


# --- Working it out ----------------------------------------------------------------------------------------------
def test_with_everybody_there_nothing_changes(plan, bea_run, bea, cal):
    result = work_out(plan)
    assert (result.moves, result.unled, len(result.runs)) == (0, 0, 1)
    assert then(plan, bea_run) == ["Bea Moss"]


def test_somebody_who_goes_leaves_it_to_who_is_free(plan, bea_run, bea, cal):
    plan.out = [bea.pk]
    result = work_out(plan)
    assert then(plan, bea_run) == ["Cal Unwin"]
    hours = {one.adult.name: (one.now, one.then) for one in result.adults}
    assert hours == {"Bea Moss": (60, 0), "Cal Unwin": (0, 60)}


def test_somebody_whose_post_ends_before_counts_as_gone(plan, bea_run, bea, cal):
    bea.posts.update(ends_on=NEXT_MONDAY - timedelta(days=1))
    assert then(plan, bea_run) == ["Cal Unwin"]


def test_a_run_is_one_persons_at_all_its_times(plan, bea_run, bea, cal, open_school, pupils, senco):
    run_of(
        open_school, pupils[:1], by=senco, adults=[cal], times=((2, time(9)),), what=intervention(open_school, "ELSA")
    )
    plan.out = [bea.pk]
    result = work_out(plan)
    assert result.unled == 1
    assert {tuple(one.name for one in row.then) for row in result.runs} == {("Cal Unwin",), ()}


def test_of_two_runs_the_one_with_the_line_is_kept_and_what_breaks_is_named(
    plan, bea_run, bea, cal, open_school, pupils, senco
):
    other = run_of(
        open_school, pupils[:1], by=senco, adults=[cal], times=((2, time(9)),), what=intervention(open_school, "ELSA")
    )
    promise(bea_run, pupils[0])
    plan.out = [bea.pk]
    assert (then(plan, bea_run), then(plan, other)) == (["Cal Unwin"], [])
    plan.out = [bea.pk, cal.pk]
    result = work_out(plan)
    assert (result.lines, result.lines_broken) == (1, 1)
    assert [row.run for row in result.broken] == [bea_run]


def test_nobody_untrained_and_no_class_teacher_is_put_in_charge(plan, bea_run, bea, cal, open_school):
    skill = Skill.objects.create(school=open_school, name="Talk Boost course")
    bea_run.intervention.skill = skill
    bea_run.intervention.save()
    teacher = adult(open_school, "Tom Reed", staff_group="teacher")
    Certificate.objects.create(member=teacher, skill=skill, issued_on=BEGAN)
    plan.out = [bea.pk]
    assert then(plan, bea_run) == []
    Certificate.objects.create(member=cal, skill=skill, issued_on=BEGAN, expires_on=NEXT_MONDAY)
    assert then(plan, bea_run) == ["Cal Unwin"]


def test_somebody_who_would_come_takes_what_their_hours_hold(plan, bea_run, bea):
    plan.out = [bea.pk]
    plan.new = [{"name": "New TA", "days": [0, 2], "first": "08:30", "last": "12:00", "skills": [], "hourly": "20.00"}]
    assert then(plan, bea_run) == ["New TA"]
    plan.new[0]["days"] = [0]
    assert then(plan, bea_run) == []


def test_a_break_and_a_duty_stay_and_help_is_left_first(plan, bea_run, bea, cal, open_school, group):
    row = timetable(open_school)
    facts = {"timetable": row, "member": cal, "weekday": 0, "starts_on": BEGAN}
    helping = Slot.objects.create(kind=kind(open_school), starts_at=time(8, 45), ends_at=time(10), group=group, **facts)
    plan.out = [bea.pk]
    result = work_out(plan)
    assert then(plan, bea_run) == ["Cal Unwin"]
    assert next(one.help_lost for one in result.adults if one.adult.name == "Cal Unwin") == 30
    helping.kind = kind(open_school, "Duty")
    helping.save()
    assert then(plan, bea_run) == []


def test_a_decision_stands_and_the_rest_fits_round_it(plan, bea_run, bea, cal):
    plan.pins = {str(bea_run.pk): cal.pk}
    assert then(plan, bea_run) == ["Cal Unwin"]
    plan.pins = {str(bea_run.pk): 0}
    assert then(plan, bea_run) == []


def test_those_who_take_turns_go_on_with_those_who_are_left(plan, bea_run, bea, cal):
    bea_run.adults.create(member=cal, starts_on=MONDAY, turn=2)
    Provision.objects.filter(pk=bea_run.pk).update(sharing="by_week")
    assert work_out(plan).moves == 0
    plan.out = [bea.pk]
    assert then(plan, bea_run) == ["Cal Unwin"]


def test_what_it_costs_a_week_by_formula_and_by_pay(plan, bea_run, bea, cal, open_school):
    """Two half hours a week. By the formula both cost the same; by pay Cal costs 4 pounds an hour more."""
    open_school.local_authority = "Westmarch"
    open_school.save()
    plan.school = open_school
    FormulaRate.objects.create(
        school=open_school, authority="Westmarch", starts_on=BEGAN, yearly=655, hourly=Decimal("17.24")
    )
    for member, hourly in ((bea, "16.00"), (cal, "20.00")):
        PayRate.objects.create(post=member.posts.get(), starts_on=BEGAN, method="price", hourly=Decimal(hourly))
    plan.out = [bea.pk]
    formula, actual = work_out(plan), work_out(plan, basis="actual")
    assert (formula.cost_now, formula.cost_then) == (Decimal("17.24"), Decimal("17.24"))
    assert (actual.cost_now, actual.cost_then) == (Decimal("16.00"), Decimal("20.00"))
    PayRate.objects.all().delete()
    assert work_out(plan, basis="actual").without_rate == 2


def test_runs_of_a_term_that_is_not_set_up_are_those_of_the_one_before(plan, bea_run, bea, cal):
    plan.starts_on = date(2027, 1, 4)
    plan.out = [bea.pk]
    result = work_out(plan)
    assert result.on == bea_run.ends_on
    assert then(plan, bea_run) == ["Cal Unwin"]
    assert services.to_change(result) == []  # they are over by then: copied first, then accepted


def test_a_school_without_runs_is_no_error(open_school, plan):
    result = work_out(plan)
    assert (result.runs, result.lines, result.cost_now) == ([], 0, 0)


# --- Keeping and accepting ---------------------------------------------------------------------------------------
def test_accepted_the_runs_change_hands_from_that_day_and_not_before(plan, bea_run, bea, cal, senco):
    services.change(plan=plan, values={"starts_on": NEXT_MONDAY, "out": [bea.pk]}, version=1, by=senco)
    plan.refresh_from_db()
    assert [row.member for row in bea_run.sessions.get(on=NEXT_MONDAY).adults.all()] == [bea]
    services.accept(plan=plan, seen=services.seal(work_out(plan)), by=senco)
    assert [row.member for row in bea_run.sessions.get(on=NEXT_MONDAY).adults.all()] == [cal]
    assert [row.member for row in bea_run.sessions.get(on=WEDNESDAY).adults.all()] == [bea]
    plan.refresh_from_db()
    assert plan.accepted_by == senco
    with refused(WhatIfReason.ACCEPTED):
        services.accept(plan=plan, seen="", by=senco)
    with refused(WhatIfReason.ACCEPTED):
        services.change(plan=plan, values={"starts_on": NEXT_MONDAY}, version=plan.version, by=senco)


def test_what_is_different_from_what_was_seen_is_not_accepted(plan, bea_run, bea, cal, senco):
    services.change(plan=plan, values={"starts_on": NEXT_MONDAY, "out": [bea.pk]}, version=1, by=senco)
    plan.refresh_from_db()
    seen = services.seal(work_out(plan))
    cal.posts.update(ends_on=NEXT_MONDAY)
    with refused(WhatIfReason.CHANGED):
        services.accept(plan=plan, seen=seen, by=senco)
    assert [row.member for row in bea_run.adults.filter(ends_on=None)] == [bea]


def test_a_run_for_somebody_who_would_come_waits_for_them(plan, bea_run, bea, senco):
    plan.out = [bea.pk]
    plan.new = [{"name": "New TA", "days": [0, 2], "first": "08:30", "last": "12:00", "skills": [], "hourly": ""}]
    plan.save()
    with refused(WhatIfReason.NOTHING):
        services.accept(plan=plan, seen=services.seal(work_out(plan)), by=senco)


def test_a_plan_for_a_day_that_is_over_is_refused(open_school, senco):
    with refused(WhatIfReason.PAST):
        services.begin(school=open_school, name="Late", starts_on=MONDAY, by=senco)


def test_two_people_change_one_plan(plan, senco, head):
    services.change(plan=plan, values={"starts_on": NEXT_MONDAY, "name": "Mine"}, version=1, by=senco)
    with pytest.raises(ChangedMeanwhile):
        services.change(plan=plan, values={"starts_on": NEXT_MONDAY, "name": "Theirs"}, version=1, by=head)


# --- Pages -------------------------------------------------------------------------------------------------------
def posted_form(plan, **more):
    return {
        "version": plan.version, "name": plan.name, "starts_on": plan.starts_on, "new-TOTAL_FORMS": "1",
        "new-INITIAL_FORMS": "0", "new-0-name": "", **more,
    }  # fmt: skip


def test_a_plan_by_its_pages(open_school, bea_run, bea, cal, sign_in, senco):
    client = sign_in(senco)
    answer = client.post(reverse("provision:staffing-add"), {"name": "Without Bea", "starts_on": NEXT_MONDAY})
    plan = StaffingPlan.objects.get()
    url = reverse("provision:staffing-detail", args=[plan.pk])
    assert answer.url == url
    assert client.post(url, posted_form(plan, out=[bea.pk])).status_code == 302
    page = client.get(url)
    assert [row.changes for row in page.context["result"].runs] == [True]
    accept = reverse("provision:staffing-accept", args=[plan.pk])
    assert client.post(accept, {"seal": client.get(accept).context["seal"]}).status_code == 302
    assert [row.member for row in bea_run.sessions.get(on=NEXT_MONDAY).adults.all()] == [cal]
    assert "Accepted by" in client.get(url).content.decode()


def test_an_adult_who_would_come_is_asked_for_whole(plan, bea_run, sign_in, senco):
    client = sign_in(senco)
    url = reverse("provision:staffing-detail", args=[plan.pk])
    answer = client.post(
        url, posted_form(plan, **{"new-0-name": "New TA", "new-0-first": "12:00", "new-0-last": "09:00"})
    )
    assert answer.status_code == 422
    assert "Tick the days" in answer.content.decode()
    facts = {"new-0-name": "New TA", "new-0-days": ["0"], "new-0-first": "09:00", "new-0-last": "12:00"}
    assert client.post(url, posted_form(plan, **facts)).status_code == 302
    plan.refresh_from_db()
    assert plan.new[0]["name"] == "New TA"
    empty = {"new-0-name": "", "new-0-days": [], "new-0-first": "", "new-0-last": "", "new-INITIAL_FORMS": "1"}
    assert client.post(url, posted_form(plan, **facts | empty)).status_code == 302
    plan.refresh_from_db()
    assert plan.new == []


def test_whom_it_is_open_to(plan, bea_run, sign_in, teacher, open_school, outsider, head):
    url = reverse("provision:staffing-detail", args=[plan.pk])
    assert sign_in(teacher).get(url).status_code == 403
    unit = Unit.objects.create(school=open_school, name="The Willow Room")
    lead = MembershipFactory(school=open_school, role=Role.PROVISION_LEAD, unit=unit).user
    assert sign_in(lead).get(url).status_code == 403
    assert sign_in(lead).get(reverse("provision:staffing-list")).status_code == 403
    assert sign_in(outsider).get(url).status_code == 404
    assert sign_in(head).get(url).status_code == 200


def test_thrown_away_it_is_gone_and_runs_stay(plan, bea_run, bea, sign_in, senco):
    url = reverse("provision:staffing-remove", args=[plan.pk])
    assert sign_in(senco).post(url).status_code == 302
    assert not StaffingPlan.objects.exists()
    assert [row.member for row in bea_run.adults.all()] == [bea]
