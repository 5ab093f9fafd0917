"""The sums of many plans: the same as each ledger by itself, whatever dies while they are worked out."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from types import SimpleNamespace

import pytest
import time_machine
from django.urls import reverse

from ehcp.ledger import rollup
from ehcp.ledger.rollup import roll_up, roll_up_plan, sums_between
from ehcp.ledger.selectors import ledger_of
from ehcp.ledger.services import link_line, version_of
from ehcp.letters.services import letters
from ehcp.models import CaseLetterKind, LineSum
from ehcp.plans.letter_values import PlanLetterReason
from provision.sessions.services import mark_lost
from sendco.jobs.models import Job
from tests.factories import PupilFactory
from tests.factories.ehcp import PlanFactory, PlanVersionFactory, ProvisionLineFactory
from tests.provision.helping import MONDAY, calendar, held, intervention, run_of, sessions
from tests.refusals import refused

TODAY = date(2026, 11, 30)
LAST = date(2026, 11, 29)


@pytest.fixture(autouse=True)
def _monday():
    """Monday 30 November 2026: four weeks of term lie behind."""
    with time_machine.travel("2026-11-30 12:00:00+00:00", tick=False):
        yield


@pytest.fixture
def plans(school, senco):
    """Three children with 30 minutes twice a week alone: all held, one lost for want of an adult, nothing linked."""
    calendar(school)
    found = []
    for number, name in enumerate(("Ana", "Ben", "Cleo")):
        child = PupilFactory(school=school, legal_forename=name)
        plan = PlanFactory(pupil=child, made_on=MONDAY)
        version = PlanVersionFactory(plan=plan, dated_on=MONDAY)
        line = ProvisionLineFactory(
            plan_version=version, number=1, section="F", text="Speech", minutes=30, times=2, per="week", group_size=1
        )
        if number < 2:
            run = run_of(school, [child], by=senco, what=intervention(school, f"Speech {name}", group_size=1))
            link_line(
                line=line, places=list(run.places.all()), version=version_of(line), by=senco,
                conditions={"skill": None, "is_pro_rata": False, "activity": ""},
            )  # fmt: skip
            rows = sessions(run)
            if number:
                mark_lost(session=rows.pop(0), reason="adult", note="", by=senco)
            for row in rows:
                held(row, by=senco)
        found.append(plan)
    return found


def run_for(school):
    """What the runner hands to a handler."""
    return SimpleNamespace(params={"school": school.pk}, still_mine=lambda: None, progress=lambda *_: None)


def test_the_sums_of_each_plan_are_those_of_its_ledger(plans, school, senco, acting):
    roll_up(run_for(school))

    found = {one.plan: one for one in sums_between(acting(senco), MONDAY, LAST)}
    assert set(found) == set(plans)
    for plan in plans[:2]:
        whole = ledger_of(plan, MONDAY, LAST, TODAY)
        assert Fraction(found[plan].promised) == whole.promised
        assert Fraction(found[plan].short) == whole.short
        assert {code: Fraction(part) for code, part in found[plan].causes.items()} == dict(whole.causes)
    assert [found[plan].share for plan in plans] == [100, 87, None]
    assert [found[plan].kept for plan in plans] == [4, 3, 0]
    assert [len(found[plan].unlinked) for plan in plans] == [0, 0, 1]  # of Cleo's line nobody knows


def test_run_twice_it_comes_to_the_same(plans, school):
    roll_up(run_for(school))
    first = list(LineSum.objects.order_by("line", "first_on").values_list("line", "first_on", "short"))
    roll_up(run_for(school))

    assert list(LineSum.objects.order_by("line", "first_on").values_list("line", "first_on", "short")) == first


@pytest.mark.parametrize("dies_at", [1, 2, 3])
def test_a_worker_that_dies_leaves_each_plan_whole_and_the_next_one_ends_it(plans, school, senco, monkeypatch, dies_at):
    """It dies before, within and after a plan: what stands is the old or the new of each, and never a part."""
    roll_up(run_for(school))
    whole = LineSum.objects.count()
    held_back = sessions_of(plans[1])[0]
    held_back.state, held_back.reason, held_back.given = "held", "", 30
    held_back.save()
    calls = []

    def dying(pk, today):
        calls.append(pk)
        if len(calls) == dies_at:
            raise KeyboardInterrupt
        roll_up_plan(pk, today)

    monkeypatch.setattr(rollup, "roll_up_plan", dying)
    with pytest.raises(KeyboardInterrupt):
        roll_up(run_for(school))
    assert LineSum.objects.count() == whole
    monkeypatch.undo()
    roll_up(run_for(school))
    assert LineSum.objects.count() == whole


def test_what_stood_is_there_when_writing_the_new_fails(plans, monkeypatch):
    roll_up_plan(plans[0].pk, TODAY)
    whole = set(LineSum.objects.values_list("pk", flat=True))

    def full(*args, **kwargs):
        raise OSError("no space left")

    monkeypatch.setattr(LineSum.objects, "bulk_create", full)
    with pytest.raises(OSError, match="no space"):
        roll_up_plan(plans[0].pk, TODAY)

    assert set(LineSum.objects.values_list("pk", flat=True)) == whole


def sessions_of(plan):
    return sessions(plan.pupil.provision_places.get().provision)


def test_a_week_counts_in_the_period_in_which_its_friday_lies(plans, school, senco, acting):
    roll_up(run_for(school))

    def weeks(first, last):
        return {one.stretches for one in sums_between(acting(senco), first, last) if one.stretches}

    friday = MONDAY + timedelta(days=4)
    assert weeks(friday, friday) == {1}
    assert weeks(MONDAY, friday - timedelta(days=1)) == set()


def test_what_is_older_than_last_school_year_stays(plans, school):
    line = plans[0].versions.get().lines.get()
    old = LineSum.objects.create(
        line=line,
        first_on=date(2024, 11, 4),
        last_on=date(2024, 11, 10),
        promised=60,
        delivered=0,
        made_good=0,
        short=60,
    )

    roll_up(run_for(school))

    assert LineSum.objects.filter(pk=old.pk).exists()


def test_a_school_without_plans_asks_for_nothing(school, plans, other_school):
    rollup.ask(other_school)
    assert not Job.objects.filter(kind=rollup.KIND).exists()

    rollup.ask(school)
    assert Job.objects.get(kind=rollup.KIND).school_id == school.pk


def test_each_plan_costs_the_same_number_of_queries(plans, django_assert_max_num_queries):
    for plan in plans:
        with django_assert_max_num_queries(32):
            roll_up_plan(plan.pk, TODAY)


@pytest.mark.postgresql("sums by group")
def test_the_heads_page_tells_which_plans_fell_short_and_why(plans, school, head, sign_in):
    page = reverse("compliance")
    assert "Not worked out yet" in sign_in(head).get(page).content.decode()

    roll_up(run_for(school))
    text = " ".join(sign_in(head).get(f"{page}?period=dates&first=2026-11-02&last=2026-11-29").content.decode().split())

    assert "of 8 h 00 promised" in text  # two plans, an hour a week, four weeks
    assert "Short</span><b>30 min</b>" in text  # Ben's
    assert "Adult absent" in text
    assert 'Plans kept whole</span><b>1</b><span class="of">of 2' in text
    assert "Not known</span><b>1</b>" in text


@pytest.mark.postgresql("sums by group")
def test_the_heads_page_does_not_grow_with_plans(plans, school, head, sign_in, count_queries):
    sign_in(head)
    roll_up(run_for(school))
    page = reverse("compliance")
    few = count_queries(page)
    for _ in range(3):
        more = PlanFactory(pupil=PupilFactory(school=school), made_on=MONDAY)
        ProvisionLineFactory(
            plan_version=PlanVersionFactory(plan=more, dated_on=MONDAY), number=1, section="F", minutes=30, times=1,
            per="week", group_size=1,
        )  # fmt: skip
    roll_up(run_for(school))

    assert count_queries(page) <= few


# --- The letter --------------------------------------------------------------------------------------------------
def test_the_letter_tells_each_line_with_what_is_short(plans):
    values = letters.own_values(plans[1], CaseLetterKind.LA_SHORT_LINES)

    assert "- F1: promised 12 h 00, took place 3 h 30, short 8 h 30" in values["ledger.list"]
    assert values["ledger.sum"] == "8 h 30 of 12 h 00"


def test_where_nothing_is_short_there_is_no_letter(plans):
    with time_machine.travel("2026-09-01 08:00:00+00:00", tick=False), refused(PlanLetterReason.NOTHING_SHORT):
        letters.own_values(plans[0], CaseLetterKind.LA_SHORT_LINES)


def test_minutes_keep_parts_of_a_minute():
    assert rollup._minutes(Fraction(200, 3)) == Decimal("66.67")
