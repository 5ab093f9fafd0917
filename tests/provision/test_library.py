"""The library: what a school begins with, and its own to edit."""

from decimal import Decimal

import pytest
from django.urls import reverse

from provision.library import services
from provision.library.refusals import LibraryReason
from provision.library.starter import STARTER
from provision.models import Evidence, Intervention
from tests.refusals import refused, shows

from .helping import intervention, run_of

# (name, hours a pupil, pounds a pupil at the rates of the demo), worked by hand from the shape of each.
TA, TEACHER, COUNSELLOR = Decimal(655) / 38, Decimal(38), Decimal(55)
WORKED = {
    "RWI phonics catch-up group": (30, 86, TA),
    "RWI one-to-one tutoring": (10, 172, TA),
    "Fresh Start": (72, 155, TA),
    "Nessy Reading and Spelling": (30, 86, TA),
    "Precision Teaching": (Decimal("6.7"), 115, TA),
    "Small-step number group": (15, 65, TA),
    "Nuffield Early Language, group part": (30, 129, TA),
    "Talk Boost KS1": (20, 86, TA),
    "Speech and language programme": (12, 207, TA),
    "Colourful Semantics": (12, 69, TA),
    "Attention Autism": (16, 69, TA),
    "LEGO-based therapy": (9, 39, TA),
    "ELSA, one to one": (6, 103, TA),
    "ELSA, group": (6, 26, TA),
    "Zones of Regulation": (6, 17, TA),
    "Nurture group": (240, 1034, TA),
    "Draw and talk": (Decimal("4.5"), 78, TA),
    "Mentoring": (18, 310, TA),
    "Counselling": (10, 550, COUNSELLOR),
    "Turnaround": (180, 1657, (TA + TEACHER) / 2),
    "Outreach teacher visits": (16, 608, TEACHER),
    "Sensory circuits": (20, 43, TA),
    "Motor skills programme": (12, 52, TA),
    "Touch typing": (12, 34, TA),
}


@pytest.mark.parametrize("entry", STARTER, ids=lambda entry: entry.name)
def test_hours_and_cost_of_each_are_those_worked_by_hand(entry):
    hours, pounds, rate = WORKED[entry.name]
    given = Decimal(entry.minutes * entry.times * entry.weeks) / 60

    assert round(given, 1) == hours
    assert round(given * rate * entry.adults / entry.group) == pounds


def test_the_library_begins_with_24_and_is_begun_once(school, senco):
    intervention(school, "talk boost ks1")

    assert services.start_library(school=school, by=senco) == 23
    assert services.start_library(school=school, by=senco) == 0
    assert Intervention.objects.filter(school=school).count() == 24


def test_evidence_is_given_only_with_a_source_or_says_that_it_was_not_looked_up(school):
    for row in services.starter_rows(school):
        assert row.evidence_note if row.evidence else row.evidence == Evidence.UNKNOWN
        row.full_clean(exclude=["school"])


def test_two_of_one_name_are_refused_and_an_archived_one_makes_room(school, senco, sign_in):
    first = intervention(school)
    data = {
        "name": first.name, "area": "ci", "tier": "targeted", "group_size": 4, "adults": 1, "minutes": 30,
        "times_a_week": 2, "weeks": 10, "licence_for": "pupil", "version": 1,
    }  # fmt: skip

    page = sign_in(senco).post(reverse("provision:intervention-add"), data)
    assert page.status_code == 422
    assert shows(page.content.decode(), LibraryReason.NAME_TAKEN)

    services.archive(intervention=first, by=senco)
    assert sign_in(senco).post(reverse("provision:intervention-add"), data).status_code == 302
    with refused(LibraryReason.NAME_TAKEN):
        services.bring_back(intervention=first, by=senco)


def test_one_with_runs_that_go_on_is_not_taken_out_of_use(open_school, pupils, senco):
    run = run_of(open_school, pupils, by=senco)

    with refused(LibraryReason.RUNS_GO_ON, count=1):
        services.archive(intervention=run.intervention, by=senco)


@pytest.mark.parametrize(
    ("name", "value"), [("minutes", 0), ("minutes", 700), ("group_size", 0), ("weeks", 60), ("licence", "-1")]
)
def test_numbers_that_cannot_be_are_refused_at_their_field(school, senco, sign_in, name, value):
    data = {
        "name": "New", "area": "ci", "tier": "targeted", "group_size": 4, "adults": 1, "minutes": 30,
        "times_a_week": 2, "weeks": 10, "licence_for": "pupil", "version": 1,
    }  # fmt: skip

    page = sign_in(senco).post(reverse("provision:intervention-add"), data | {name: value})

    assert page.status_code == 422
    assert name in page.context["form"].errors


def test_an_empty_library_offers_to_begin(school, senco, sign_in):
    page = sign_in(senco).get(reverse("provision:intervention-list")).content.decode()
    assert "Begin with the 24" in page

    sign_in(senco).post(reverse("provision:library-start"))
    assert "Talk Boost KS1" in sign_in(senco).get(reverse("provision:intervention-list")).content.decode()
