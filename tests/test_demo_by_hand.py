"""Five runs of the demo as loaded on 1 December 2026: what was worked out by hand, row by row, and what the pages say.

The table is tests/data/provision/by_hand.csv. Its cost is each adult's minutes that took place times the formula of the
school's authority on that day; a share is each session divided by the pupils who stand in its log. Its ledger goes by
the weeks from the Monday of the first day to the Friday of the last: owed is three times 20 minutes a week.
"""

import csv
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
import time_machine
from django.db import transaction
from django.test import override_settings

from ehcp.ledger.selectors import ledger_of
from ehcp.models import LineDelivery
from provision.costs.rates import Basis, Rates
from provision.costs.selectors import of_pupils, of_runs, total
from provision.impact.selectors import over, sections
from provision.models import Provision, Session
from provision.runs.selectors import records_of
from sendco.tools.demo import build
from staff.acting import acting_for
from staff.models import Membership
from tests.test_demo import QUICK_HASH

TODAY = date(2026, 12, 1)
TABLE = Path(__file__).parent / "data" / "provision" / "by_hand.csv"
with TABLE.open(newline="", encoding="utf-8") as table:
    ROWS = list(csv.DictReader(table))

pytestmark = pytest.mark.postgresql("sums by group")


@pytest.fixture(scope="module")
def loaded(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), override_settings(DEMO=True, PASSWORD_HASHERS=QUICK_HASH):
        with transaction.atomic(), time_machine.travel(f"{TODAY} 12:00:00+00:00", tick=False):
            yield build.load(today=TODAY)
            transaction.set_rollback(True)


@pytest.fixture(params=ROWS, ids=[row["run"] for row in ROWS])
def row(request):
    return request.param


@pytest.fixture
def run(loaded, db, row):
    first = date.fromisoformat(row["first_day"])
    return Provision.objects.get(school__short_name=row["school"], name=row["run"], starts_on=first)


@pytest.fixture
def rates(run):
    return Rates(run.school, run.starts_on, TODAY, basis=Basis.FORMULA)


@pytest.fixture
def acting(run):
    return acting_for(Membership.objects.get(school=run.school, role="senco").user, run.school_id)


def test_what_became_of_the_sessions(run, row):
    record = records_of([run.pk], last=TODAY)[run.pk]

    assert (record.held, record.lost, record.unknown) == (
        int(row["held"]), int(row["not_held"]), int(row["no_record"]),
    )  # fmt: skip


def test_hours_and_cost_to_date_to_the_minute_and_the_penny(run, row, rates):
    cost = total(of_runs(Session.objects.filter(provision=run), rates).values())

    assert (cost.planned, cost.given) == (int(row["adult_minutes_planned"]), int(row["adult_minutes_given"]))
    assert cost.pounds == Decimal(row["cost_to_date"])


def test_what_one_pupil_bears_of_it(run, row, rates):
    costs = of_pupils(Session.objects.filter(provision=run), rates)
    place = run.places.order_by("pupil__sort_name", "pk").select_related("pupil").first()

    assert place.pupil.name == row["pupil"]
    assert costs[place.pupil_id, run.pk].pounds == Decimal(row["pupil_share"])


def test_what_it_changed(run, row, rates, acting):
    found = over(acting, run.starts_on, run.ends_on, rates)
    (section,) = [one for one in sections(acting, found, "group") if one.pk == run.pk]
    lines = {line.kind.name: line.group for line in section.lines}
    if not row["measure"]:
        assert lines == {}
        return
    group = lines[row["measure"]]

    assert group.n == int(row["both_scores"])
    assert group.gain == (Fraction(row["median_gain"]) if row["median_gain"] else None)


def test_what_the_plan_promised_and_what_took_place(run, row):
    if not row["promised"]:
        assert run.name != "Speech and language programme, Kofi"
        return
    line = LineDelivery.objects.filter(place__provision=run).select_related("line__plan_version__plan").get().line
    first = run.starts_on - timedelta(days=run.starts_on.weekday())
    last = run.ends_on + timedelta(days=4 - run.ends_on.weekday())
    found = ledger_of(line.plan_version.plan, first, last, TODAY)
    (one,) = [each for each in found.lines if each.line == line]

    ledger = one.ledger
    assert (ledger.promised, ledger.promised - ledger.short, ledger.short) == (
        int(row["promised"]), int(row["took_place"]), int(row["short"]),
    )  # fmt: skip
