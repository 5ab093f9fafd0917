"""Provision in the demo: the library, two terms of logs, and sessions to hold on whatever day it is loaded."""

import pytest
from django.db import transaction
from django.db.models import Count
from django.test import override_settings
from django.utils import timezone

from ehcp.costing.selectors import all_costed
from provision.models import (
    Attendance,
    Intervention,
    Place,
    PlaceOutcome,
    PlaceScore,
    PlaceTarget,
    Provision,
    Session,
    SessionAdult,
)
from provision.runs.services import plan_school
from provision.sessions.selectors import next_day_of, of_member
from pupils.models import Assessment, ScoreKind
from sendco.tools.demo import build
from sendco.tools.demo.people import HARBOUR, KESTREL
from staff.acting import acting_for
from staff.models import Membership, StaffMember
from tests.test_demo import QUICK_HASH


@pytest.fixture(scope="module")
def loaded(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), override_settings(DEMO=True, PASSWORD_HASHERS=QUICK_HASH):
        with transaction.atomic():
            yield build.load(today=timezone.localdate())
            transaction.set_rollback(True)


@pytest.mark.parametrize("key", [HARBOUR, KESTREL])
def test_each_school_has_the_library_and_runs_of_most_of_it(loaded, db, key):
    rows = Intervention.objects.filter(school=loaded.schools[key])

    assert rows.count() == 25  # those that sendco comes with, and one of its own
    assert rows.exclude(runs=None).count() >= 11


@pytest.mark.postgresql("counts by group")
@pytest.mark.parametrize("key", [HARBOUR, KESTREL])
def test_about_84_of_100_sessions_took_place_and_some_have_no_record(loaded, db, key):
    rows = Session.objects.filter(school=loaded.schools[key], on__lt=timezone.localdate(), was_planned=True)
    states = dict(rows.order_by().values_list("state").annotate(Count("pk")))
    reasons = set(rows.filter(state="lost").values_list("reason", flat=True))

    assert 0.78 <= states["held"] / sum(states.values()) <= 0.9
    assert states["planned"] > 10
    assert reasons >= {"adult", "trip", "cover", "pupils"}


def test_scores_stand_before_and_after_some_are_missing_and_most_runs_that_are_over_are_reviewed(loaded, db):
    after = PlaceScore.objects.filter(point="exit").values("place")
    over = Place.objects.filter(provision__ends_on__lt=timezone.localdate())

    assert ScoreKind.objects.filter(school=loaded.schools[KESTREL]).count() > 20
    assert 0.5 < over.filter(pk__in=after).count() / over.count() < 0.95
    assert 0.6 < PlaceOutcome.objects.filter(place__in=over).count() / over.count() < 1
    assert not Assessment.objects.filter(taken_on__gt=timezone.localdate()).exists()


def test_one_child_of_the_primary_costs_more_than_the_school_pays_first(loaded, db):
    user = Membership.objects.get(school=loaded.schools[KESTREL], role="senco").user

    dearest = all_costed(acting_for(user), timezone.localdate())[0]

    assert dearest.request > 0
    assert not dearest.unpriced


@pytest.mark.postgresql("distinct days")
def test_two_terms_are_logged(loaded, db):
    assert Session.objects.count() + Attendance.objects.count() + SessionAdult.objects.count() > 14_000
    assert Provision.objects.values("starts_on").distinct().count() >= 3


@pytest.mark.parametrize(
    ("key", "name"),
    [
        (HARBOUR, "Piers Lockyer"), (HARBOUR, "Carys Lyle"), (KESTREL, "Ottilie Brandreth"),
        (KESTREL, "Bethan Crowe"), (KESTREL, "Gwen Saltmarsh"),
    ],
)  # fmt: skip
def test_whoever_is_listed_has_sessions_today_or_next(loaded, db, key, name):
    member, today = StaffMember.objects.get(school=loaded.schools[key], name=name), timezone.localdate()
    is_over = not Provision.objects.filter(school=loaded.schools[key], ends_on__gt=today).exists()

    assert of_member(member, today) or next_day_of(member, today) or is_over


def test_the_awkward_cases_are_there(loaded, db):
    late = [place for place in Place.objects.select_related("provision") if place.starts_on > place.provision.starts_on]

    assert late
    assert Place.objects.filter(entry=Place.Entry.NOT_MET).exclude(entry_note="").exists()
    assert PlaceTarget.objects.count() > 20
    assert Provision.objects.filter(sharing="parts").exists()
    assert Provision.objects.filter(sharing="by_session").exists()


def test_planning_again_changes_nothing_of_what_the_demo_planned(loaded, db):
    before = set(Session.objects.values_list("pk", "state", "minutes"))

    for school in loaded.schools.values():
        plan_school(school)

    assert set(Session.objects.values_list("pk", "state", "minutes")) == before
