from datetime import date

import pytest

from ehcp.models import Plan
from pupils.models import RegisterEntry
from pupils.quality.gaps import find_gaps
from tests.factories.ehcp import PlanFactory

TODAY = date(2026, 11, 23)


def codes(user, acting):
    return {one.check.code for one in find_gaps(acting(user), today=TODAY)} & {"e-plan", "plan-date", "plan-not-e"}


@pytest.fixture
def on_plan(pupil):
    RegisterEntry.objects.filter(pupil=pupil).update(code="E")
    return pupil


def test_plan_with_its_date_is_no_gap(on_plan, senco, acting):
    PlanFactory(pupil=on_plan)

    assert codes(senco, acting) == set()


def test_e_without_a_plan_is_a_gap(on_plan, senco, acting):
    assert codes(senco, acting) == {"e-plan"}


def test_ceased_plan_does_not_count(on_plan, senco, acting):
    PlanFactory(pupil=on_plan, ceased_on=date(2026, 10, 1))

    assert codes(senco, acting) == {"e-plan"}


def test_plan_without_its_date_leads_to_that_plan(on_plan, senco, acting):
    plan = PlanFactory(pupil=on_plan, made_on=None)

    found = {one.check.code: one for one in find_gaps(acting(senco), today=TODAY)}
    assert [gap.target for gap in found["plan-date"].gaps] == [plan.pk]


def test_final_plan_without_e_is_a_gap_and_a_draft_is_none(pupil, senco, acting):
    plan = PlanFactory(pupil=pupil)
    assert codes(senco, acting) == {"plan-not-e"}

    Plan.objects.filter(pk=plan.pk).update(made_on=None)
    assert codes(senco, acting) == set()
