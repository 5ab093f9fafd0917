"""The measures of a school: begun from a list, changed without turning what was scored into something else."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from provision.library.services import start_library
from provision.library.starter import MEASURED_BY, STARTER
from provision.models import Intervention
from pupils.measures.refusals import MeasureReason
from pupils.measures.services import save_kind, start_kinds
from pupils.measures.starter import STARTER as MEASURES
from pupils.models import Assessment, ScoreKind
from tests.refusals import refused


@pytest.fixture
def kind(school):
    return ScoreKind.objects.create(school=school, name="SDQ", scale="raw", has_raters=True)


@pytest.fixture
def score(kind, pupil):
    return Assessment.objects.create(
        pupil=pupil, kind=kind, test="SDQ", scale="raw", rater="parent", score=Decimal(20), taken_on=date(2026, 9, 7)
    )


def test_what_the_starter_library_is_measured_by_is_on_the_starter_list(school, senco):
    names = {entry.name for entry in MEASURES}

    assert set(MEASURED_BY) == {entry.name for entry in STARTER}
    assert {name for found in MEASURED_BY.values() for name in found} <= names
    start_library(school=school, by=senco)
    row = Intervention.objects.get(name="Nurture group")
    assert {one.kind.name for one in row.measures.all()} == set(MEASURED_BY["Nurture group"])


def test_begun_twice_nothing_is_there_twice(school, senco):
    assert start_kinds(school=school, by=senco) == len(MEASURES)
    assert start_kinds(school=school, by=senco) == 0


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"scale": "age"}, MeasureReason.SCALE_STANDS),
        ({"has_raters": False}, MeasureReason.RATERS_STAND),
        ({"most": Decimal(15)}, MeasureReason.OUT_OF_RANGE),
        ({"least": Decimal(21)}, MeasureReason.OUT_OF_RANGE),
    ],
)
def test_scores_are_not_turned_into_something_else(kind, score, senco, values, reason):
    with refused(reason):
        save_kind(kind=kind, values=values, version=1, by=senco)


def test_another_name_goes_to_the_records(kind, score, senco):
    save_kind(kind=kind, values={"name": "SDQ total"}, version=1, by=senco)

    score.refresh_from_db()
    assert score.test == "SDQ total"


def test_a_name_is_there_once(kind, school, senco, sign_in):
    url = reverse("pupils:measure-add")
    page = sign_in(senco).post(url, {"name": "SDQ", "scale": "raw", "version": 1})

    assert page.status_code == 422
    assert "on the list already" in page.content.decode()


def test_the_list_says_what_to_check(kind, senco, sign_in):
    ScoreKind.objects.filter(pk=kind.pk).update(check_note="Look up the band")

    assert "Look up the band" in sign_in(senco).get(reverse("pupils:measure-list")).content.decode()
