from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from pupils.models import Assessment
from pupils.record.refusals import AssessmentReason
from pupils.record.services import assessments as services
from sendco.audit.models import Event
from sendco.refusals import ChangedMeanwhile
from tests.factories import PupilFactory
from tests.refusals import refused

from .races import race

pytestmark = pytest.mark.postgresql("locks of rows")

TODAY = date(2026, 11, 20)
BORN = date(2016, 2, 14)
Scale = Assessment.Scale


def problems(**values):
    usual = {"scale": Scale.STANDARDISED, "score": Decimal(92), "low": None, "high": None, "taken_on": TODAY}
    return services.problems(**usual | values, birth_on=BORN, today=TODAY)


@pytest.mark.parametrize(
    ("scale", "lowest", "highest"),
    [(Scale.STANDARDISED, 40, 160), (Scale.AGE, 36, 300), (Scale.PERCENTILE, 1, 99), (Scale.RAW, 0, 9999)],
)
def test_a_score_lies_within_its_scale(scale, lowest, highest):
    for score in (lowest, highest):
        assert problems(scale=scale, score=Decimal(score)) == {}
    for score in (lowest - 1, highest + 1):
        refusal = problems(scale=scale, score=Decimal(score))["score"]
        assert refusal.reason is AssessmentReason.OUTSIDE_SCALE
        assert (refusal.data["lowest"], refusal.data["highest"]) == (lowest, highest)


@pytest.mark.parametrize(
    ("values", "field", "reason"),
    [
        ({"taken_on": TODAY + timedelta(days=1)}, "taken_on", AssessmentReason.TAKEN_IN_FUTURE),
        ({"taken_on": BORN - timedelta(days=1)}, "taken_on", AssessmentReason.TAKEN_BEFORE_BIRTH),
        ({"low": Decimal(88)}, "high", AssessmentReason.BAND_HALF_EMPTY),
        ({"high": Decimal(98)}, "low", AssessmentReason.BAND_HALF_EMPTY),
        ({"low": Decimal(93), "high": Decimal(98)}, "low", AssessmentReason.BAND_ABOVE_SCORE),
        ({"low": Decimal(80), "high": Decimal(91)}, "high", AssessmentReason.BAND_BELOW_SCORE),
        ({"low": Decimal(99), "high": Decimal(90)}, "low", AssessmentReason.BAND_REVERSED),
        ({"low": Decimal(20), "high": Decimal(98)}, "low", AssessmentReason.OUTSIDE_SCALE),
    ],
)
def test_what_cannot_be_is_said_at_its_field(values, field, reason):
    found = problems(**values)

    assert list(found) == [field]
    assert found[field].reason is reason


def test_missing_values_are_left_to_the_form():
    assert services.problems(scale="", score=None, low=None, high=None, taken_on=None, birth_on=None, today=TODAY) == {}


# --- Services ----------------------------------------------------------------------------------------------------
def values(**changes):
    usual = {
        "test": "Heron Reading Test",
        "form": "B",
        "taken_on": timezone.localdate() - timedelta(days=2),
        "scale": Scale.AGE,
        "score": Decimal(107),
        "low": Decimal(103),
        "high": Decimal(111),
        "assessed_by": "Joe Adair",
        "note": "",
    }
    return usual | changes


@pytest.mark.django_db
def test_add_assessment_leaves_row_event_and_history(pupil, senco):
    assessment = services.add_assessment(pupil=pupil, values=values(), by=senco)

    event = Event.objects.get()
    assert event.text == "Assessment: Heron Reading Test, B. Age in months: 107 (band 103 to 111)"
    assert (event.happened_on, event.pupil_id) == (assessment.taken_on, pupil.pk)
    assert (assessment.entered_by, assessment.history.get().history_user) == (senco, senco)


@pytest.mark.django_db
def test_the_services_refuse_the_impossible_too(pupil, senco):
    with refused(AssessmentReason.OUTSIDE_SCALE, lowest=36, highest=300):
        services.add_assessment(pupil=pupil, values=values(score=Decimal(8), low=None, high=None), by=senco)
    assessment = services.add_assessment(pupil=pupil, values=values(), by=senco)
    with refused(AssessmentReason.BAND_BELOW_SCORE):
        services.update_assessment(assessment=assessment, values=values(score=Decimal(150)), version=1, by=senco)

    assessment.refresh_from_db()
    assert assessment.score == 107


@pytest.mark.django_db
def test_update_assessment_at_once_lets_one_win(pupil, senco, tmp_path):
    assessment = services.add_assessment(pupil=pupil, values=values(), by=senco)

    def save():
        new = values(note="Tired")
        return services.update_assessment(assessment=assessment, values=new, version=1, by=senco).version

    assert sorted(race(save, count=3, folder=tmp_path), key=str) == [2, "ChangedMeanwhile", "ChangedMeanwhile"]
    save()
    with pytest.raises(ChangedMeanwhile):
        services.update_assessment(assessment=assessment, values=values(note="Ill"), version=1, by=senco)


@pytest.mark.django_db
def test_a_removed_assessment_keeps_its_row_and_takes_no_change(pupil, senco):
    assessment = services.add_assessment(pupil=pupil, values=values(), by=senco)

    services.remove_assessment(assessment=assessment, by=senco)

    assert Assessment.objects.get().removed_on == timezone.localdate()
    with refused(AssessmentReason.REMOVED):
        services.update_assessment(assessment=assessment, values=values(note="x"), version=2, by=senco)


# --- Pages -------------------------------------------------------------------------------------------------------
def typed(**changes):
    day = timezone.localdate() - timedelta(days=2)
    usual = {
        "test": "Heron Reading Test",
        "taken_on": day.isoformat(),
        "scale": "standard",
        "score": "92",
        "assessed_by": "Joe Adair",
        "version": "1",
    }
    return usual | changes


def test_assessment_add_saves_and_goes_back_to_the_pupil(sign_in, senco, pupil):
    response = sign_in(senco).post(reverse("pupils:assessment-add", args=[pupil.pk]), typed())

    assert response.status_code == 302
    assert response.url == pupil.get_absolute_url()
    assert Assessment.objects.get(pupil=pupil).entered_by == senco


def test_assessment_add_says_what_cannot_be(sign_in, senco, pupil):
    response = sign_in(senco).post(
        reverse("pupils:assessment-add", args=[pupil.pk]), typed(score="9", taken_on="2099-01-01")
    )

    assert response.status_code == 422
    assert "between 40 and 160" in response.content.decode()
    assert "cannot be after today" in response.content.decode()
    assert not Assessment.objects.exists()


def test_assessment_edit_shows_both_versions_and_keeps_what_was_typed(sign_in, senco, head, pupil):
    assessment = services.add_assessment(pupil=pupil, values=values(), by=senco)
    services.update_assessment(assessment=assessment, values=values(note="Tired that day"), version=1, by=head)
    url = reverse("pupils:assessment-edit", args=[assessment.pk])
    mine = typed(form="C", scale="age", score="109", low="103", high="111", taken_on=values()["taken_on"].isoformat())

    response = sign_in(senco).post(url, mine)

    page = response.content.decode()
    assert response.status_code == 422
    assert "Two people changed this" in page
    assert head.name in page
    form = response.context["form"]
    assert (form["score"].value(), form["note"].value(), form["version"].value()) == ("109", "Tired that day", "2")
    conflict = response.context["conflict"]
    rows = {row.label: (row.yours and row.yours.words, row.stored.words) for row in conflict.rows}
    assert rows == {"Score": ("109", "107"), "Note": (None, "Tired that day"), "Form or edition": ("C", "B")}

    again = sign_in(senco).post(url, mine | {"note": form["note"].value(), "version": "2"})

    assessment.refresh_from_db()
    assert again.status_code == 302
    assert (assessment.score, assessment.note, assessment.version) == (109, "Tired that day", 3)


def test_assessment_remove_asks_first(sign_in, senco, pupil):
    assessment = services.add_assessment(pupil=pupil, values=values(), by=senco)
    url = reverse("pupils:assessment-remove", args=[assessment.pk])

    assert sign_in(senco).get(url).status_code == 200
    assert Assessment.objects.get().removed_on is None
    assert sign_in(senco).post(url).status_code == 302
    assert Assessment.objects.get().removed_on
    assert sign_in(senco).get(url).status_code == 404


@pytest.mark.parametrize("where", ["assessment-edit", "assessment-remove"])
def test_assessments_of_others_are_not_there(sign_in, outsider, senco, teacher, pupil, where):
    assessment = services.add_assessment(pupil=pupil, values=values(), by=senco)
    url = reverse(f"pupils:{where}", args=[assessment.pk])

    assert sign_in(outsider).get(url).status_code == 404
    assert sign_in(teacher).get(url).status_code == 403


def test_assessment_add_for_a_hidden_pupil_is_not_there(sign_in, senco, other_school):
    stranger = PupilFactory(school=other_school)

    response = sign_in(senco).post(reverse("pupils:assessment-add", args=[stranger.pk]), typed())

    assert response.status_code == 404
