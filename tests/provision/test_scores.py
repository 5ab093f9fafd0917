"""Scores of a run: entered for a group, taken from the record, in order; outcomes; and what the impact page says."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.urls import reverse

from provision.costs.rates import Basis, Rates
from provision.impact.selectors import over, sections
from provision.models import InterventionMeasure, OutcomePoint, Place, PlaceOutcome, PlaceScore
from provision.runs.services import change_place
from provision.scores import services
from provision.scores.refusals import ScoreReason
from provision.scores.selectors import candidates, points_of, to_review
from provision.scores.services import Taken
from pupils.models import Assessment, ScoreKind
from pupils.record.refusals import AssessmentReason
from pupils.record.services.assessments import add_assessment, remove_assessment, update_assessment
from sendco.refusals import ChangedMeanwhile, Refused
from tests.factories import PupilFactory
from tests.refusals import refused
from tests.staff.adults import adult

from .helping import MONDAY, held, run_of

LAST = date(2026, 11, 27)
POINT = PlaceScore.Point


def text_of(response):
    return " ".join(response.content.decode().split())


@pytest.fixture
def kind(open_school):
    return ScoreKind.objects.create(school=open_school, name="Reading score", scale="raw", band=3, unit="points")


@pytest.fixture
def sdq(open_school):
    return ScoreKind.objects.create(
        school=open_school, name="SDQ", scale="raw", least=0, most=40, lower_is_better=True, has_raters=True,
        self_from_age=11,
    )  # fmt: skip


@pytest.fixture
def measured(run, kind):
    InterventionMeasure.objects.create(intervention=run.intervention, kind=kind)
    return run


def places(run):
    return list(run.places.select_related("pupil", "provision").order_by("pupil__sort_name"))


def enter(run, kind, point, on, values, by, **more):
    scores = {place.pk: (place, Decimal(value)) for place, value in zip(places(run), values, strict=False)}
    return services.enter_scores(run=run, taken=Taken(kind, point, on, **more), scores=scores, by=by)


# --- Entering ----------------------------------------------------------------------------------------------------
def test_a_groups_scores_stand_on_the_records_and_in_the_run(measured, kind, senco):
    enter(measured, kind, POINT.ENTRY, MONDAY, [10, 20, 30, 40], senco)

    assert sorted(Assessment.objects.values_list("score", flat=True)) == [10, 20, 30, 40]
    assert set(Assessment.objects.values_list("test", "scale")) == {("Reading score", "raw")}
    assert PlaceScore.objects.filter(point="entry").count() == 4


def test_one_score_that_cannot_be_keeps_all_of_them_out_and_names_the_child(measured, sdq, senco):
    with refused(ScoreReason.OF_PUPIL) as caught:
        enter(measured, sdq, POINT.ENTRY, MONDAY, [10, 41, 12], senco, rater="teacher")

    assert places(measured)[1].pupil.name in str(caught.value)
    assert "between 0 and 40" in str(caught.value)
    assert not Assessment.objects.exists()


def test_a_questionnaire_says_who_filled_it_in(measured, sdq, senco):
    with refused(ScoreReason.OF_PUPIL) as caught:
        enter(measured, sdq, POINT.ENTRY, MONDAY, [10], senco)

    assert caught.value.data["field"] == "rater"


def test_a_child_below_the_age_does_not_rate_itself(measured, sdq, senco):
    with refused(ScoreReason.OF_PUPIL) as caught:
        enter(measured, sdq, POINT.ENTRY, MONDAY, [10], senco, rater="self")

    assert "from 11" in str(caught.value)


def test_a_score_after_is_later_than_the_one_before(measured, kind, senco):
    enter(measured, kind, POINT.ENTRY, MONDAY + timedelta(days=1), [10], senco)

    for day in (MONDAY, MONDAY + timedelta(days=1)):
        with pytest.raises(Refused):
            enter(measured, kind, POINT.EXIT, day, [12], senco)
    enter(measured, kind, POINT.EXIT, MONDAY + timedelta(days=2), [12], senco)
    assert PlaceScore.objects.count() == 2


def test_two_scores_before_on_one_measure_are_refused(measured, kind, senco):
    enter(measured, kind, POINT.ENTRY, MONDAY, [10], senco)

    with refused(ScoreReason.OF_PUPIL) as caught:
        enter(measured, kind, POINT.ENTRY, MONDAY + timedelta(days=1), [12], senco)

    assert "has a score before already" in str(caught.value)


def test_the_same_score_is_not_kept_twice(measured, kind, senco):
    pupil = places(measured)[0].pupil
    values = {"kind": kind, "taken_on": MONDAY, "score": Decimal(10), "assessed_by": "Me"}
    add_assessment(pupil=pupil, values=values, by=senco)

    with refused(AssessmentReason.THERE_ALREADY):
        add_assessment(pupil=pupil, values=values | {"score": Decimal(12)}, by=senco)


def test_a_score_that_changes_its_kind_carries_the_name_and_scale_of_it(measured, kind, sdq, senco):
    pupil = places(measured)[0].pupil
    values = {"test": "Mine", "scale": "raw", "taken_on": MONDAY, "score": Decimal(10), "assessed_by": "Me"}
    row = add_assessment(pupil=pupil, values=values, by=senco)

    row = update_assessment(assessment=row, values={"kind": sdq, "rater": "parent"}, version=1, by=senco)

    assert (row.test, row.rater, row.version) == ("SDQ", "parent", 2)


def test_a_score_removed_from_the_record_counts_nowhere(measured, kind, senco):
    (row,) = enter(measured, kind, POINT.ENTRY, MONDAY, [10], senco)
    remove_assessment(assessment=row.score, by=senco)

    enter(measured, kind, POINT.ENTRY, MONDAY, [12], senco)  # so it can be entered again

    assert Assessment.objects.filter(removed_on=None).get().score == 12


# --- From the record ---------------------------------------------------------------------------------------------
def on_record(pupil, kind, day, score, by):
    values = {"kind": kind, "taken_on": day, "score": Decimal(score), "assessed_by": "Me"}
    return add_assessment(pupil=pupil, values=values, by=by)


def test_scores_of_the_record_are_proposed_by_their_day(measured, kind, senco, open_school):
    pupil = places(measured)[0].pupil
    early = on_record(pupil, kind, MONDAY - timedelta(days=20), 10, senco)
    on_record(pupil, kind, MONDAY - timedelta(days=90), 9, senco)  # too long before
    other = ScoreKind.objects.create(school=open_school, name="Other", scale="raw")
    on_record(pupil, other, MONDAY, 9, senco)
    with time_machine.travel("2026-12-01 12:00:00+00:00", tick=False):
        late = on_record(pupil, kind, LAST, 15, senco)

        found = candidates(measured, places(measured), [kind])

        assert [(one.score, one.proposed) for one in found] == [(early, "entry"), (late, "exit")]
        services.tie_scores(chosen=[(one.place, one.score, one.proposed) for one in found], by=senco)
        assert candidates(measured, places(measured), [kind]) == []


def test_a_score_of_another_child_or_without_a_measure_is_refused(measured, kind, senco):
    first, second = places(measured)[:2]
    row = on_record(second.pupil, kind, MONDAY, 10, senco)

    with refused(ScoreReason.OF_ANOTHER):
        services.tie_score(place=first, score=row, point="entry", by=senco)


# --- Outcomes ----------------------------------------------------------------------------------------------------
def saying(**values):
    return {"value": 0, "no_score": "", "next_step": "", "note": "", "decided_on": MONDAY} | values


def test_better_than_hoped_for_wants_a_score_after_or_a_reason(measured, kind, senco):
    place = places(measured)[0]

    with refused(ScoreReason.NO_SCORE_NO_CLAIM):
        services.decide(place=place, values=saying(value=1), version=0, by=senco)
    services.decide(place=place, values=saying(value=1, no_score="absent"), version=0, by=senco)
    services.decide(place=places(measured)[1], values=saying(value=-1), version=0, by=senco)
    enter(measured, kind, POINT.EXIT, MONDAY, [1, 2, 3], senco)
    services.decide(place=places(measured)[2], values=saying(value=2), version=0, by=senco)

    assert PlaceOutcome.objects.count() == 3


def test_what_stops_ends_the_place_and_never_before_a_log(measured, senco):
    place = places(measured)[0]
    held(measured.sessions.get(on=date(2026, 11, 4)), by=senco)

    services.decide(
        place=place, values=saying(next_step="stop", note="Not for him", decided_on=MONDAY), version=0, by=senco
    )

    place.refresh_from_db()
    assert (place.ends_on, place.end_note) == (date(2026, 11, 4), "Not for him")


def test_two_who_review_do_not_overwrite_each_other(measured, senco):
    place = places(measured)[0]
    services.decide(place=place, values=saying(note="First"), version=0, by=senco)

    with pytest.raises(ChangedMeanwhile):
        services.decide(place=place, values=saying(note="Second"), version=0, by=senco)
    services.decide(place=place, values=saying(note="Second"), version=1, by=senco)

    assert place.outcome.history.count() == 2


def test_the_school_has_its_own_words_for_the_five_points(open_school, senco):
    labels = dict(points_of(open_school)) | {2: "Brilliant"}

    services.set_points(school=open_school, labels=labels, by=senco)

    assert dict(points_of(open_school))[2] == "Brilliant"
    assert OutcomePoint.objects.count() == 1
    with refused(ScoreReason.LABEL_TWICE):
        services.set_points(school=open_school, labels=labels | {1: "brilliant"}, by=senco)


@pytest.mark.postgresql("distinct counts")
def test_runs_without_a_review_are_listed_until_everybody_is_reviewed(measured, senco, acting):
    with time_machine.travel("2026-11-20 12:00:00+00:00", tick=False):
        for number, place in enumerate(places(measured)):
            (run,) = to_review(acting(senco))
            assert (run.children, run.reviewed) == (4, number)
            services.decide(place=place, values=saying(), version=0, by=senco)

        assert not to_review(acting(senco))


# --- Impact ------------------------------------------------------------------------------------------------------
@pytest.fixture
def six(open_school, group, leader, senco, kind):
    """Six children in a run that is over: five with both scores, one without a score after."""
    pupils = [PupilFactory(school=open_school, form_group=group, legal_forename=name) for name in "ABCDEF"]
    run = run_of(open_school, pupils, by=senco, adults=[leader], name="Six")
    InterventionMeasure.objects.create(intervention=run.intervention, kind=kind)
    enter(run, kind, POINT.ENTRY, MONDAY, [50] * 6, senco)
    with time_machine.travel("2026-11-30 12:00:00+00:00", tick=False):
        enter(run, kind, POINT.EXIT, LAST, [54, 55, 56, 60, 70], senco)
        yield run


def found(acting, senco, by="intervention"):
    rates = Rates(acting(senco).school, MONDAY, LAST, basis=Basis.FORMULA)
    return sections(acting(senco), over(acting(senco), date(2026, 9, 1), date(2027, 8, 31), rates), by)


@pytest.mark.postgresql("sums by group")
@pytest.mark.parametrize("by", ["intervention", "group", "adult", "need", "term"])
def test_what_changed_and_who_is_missing(six, acting, senco, by):
    (section,) = found(acting, senco, by)

    assert (section.whole, section.without_exit) == (6, 1)
    (line,) = section.lines
    assert (line.group.n, line.group.whole, line.group.gain) == (5, 6, 6)


@pytest.mark.postgresql("sums by group")
def test_a_child_whose_place_goes_on_does_not_count_yet(six, acting, senco):
    with time_machine.travel("2026-11-20 12:00:00+00:00", tick=False):
        assert found(acting, senco) == []


@pytest.mark.postgresql("sums by group")
def test_of_four_with_both_the_page_says_words(six, senco, sign_in):
    page = reverse("provision:impact")
    assert "Median 6 points more" in text_of(sign_in(senco).get(page))
    assert "1 of 6 have no score after" in text_of(sign_in(senco).get(page))

    services.untie_score(row=PlaceScore.objects.filter(point="exit").first(), by=senco)

    said = text_of(sign_in(senco).get(page))
    assert "Too few to say" in said
    assert "Median" not in said.replace("their median change", "")


@pytest.mark.postgresql("sums by group")
def test_the_impact_page_does_not_grow_in_queries(six, senco, sign_in, count_queries, open_school, group, kind):
    sign_in(senco)
    page = reverse("provision:impact")
    before = count_queries(page)
    for number in range(3):
        pupils = [PupilFactory(school=open_school, form_group=group) for _ in range(3)]
        more = run_of(open_school, pupils, by=senco, what=six.intervention, name=f"More {number}")
        enter(more, kind, POINT.EXIT, LAST, [1, 2, 3], senco)

    assert count_queries(page) <= before


# --- Pages -------------------------------------------------------------------------------------------------------
def test_entering_scores_on_one_page_keeps_what_was_typed(measured, kind, senco, sign_in):
    url, browser, rows = reverse("provision:scores-add", args=[measured.pk]), sign_in(senco), places(measured)
    typed = {"kind": kind.pk, "point": "entry", "taken_on": "2026-11-02", f"score-{rows[0].pk}": "12"}

    wrong = browser.post(url, typed | {f"score-{rows[1].pk}": "twelve"})
    assert wrong.status_code == 422
    assert wrong.context["form"][f"score-{rows[0].pk}"].value() == "12"
    assert not Assessment.objects.exists()
    assert browser.post(url, typed).status_code == 302

    assert PlaceScore.objects.get().score.score == 12
    assert "12" in text_of(browser.get(reverse("provision:provision-detail", args=[measured.pk])))


def test_an_age_is_typed_in_years_and_months_or_in_months(measured, open_school, senco, sign_in):
    age = ScoreKind.objects.create(school=open_school, name="Reading age", scale="age", asks_form=True)
    url, rows = reverse("provision:scores-add", args=[measured.pk]), places(measured)
    typed = {
        "kind": age.pk, "point": "entry", "taken_on": "2026-11-02", f"score-{rows[0].pk}": "7y 6m",
        f"score-{rows[1].pk}": "95",
    }  # fmt: skip

    assert sign_in(senco).post(url, typed).status_code == 422  # the form of the test is missing
    sign_in(senco).post(url, typed | {"form": "Form A"})

    assert sorted(Assessment.objects.values_list("score", flat=True)) == [90, 95]


def test_whoever_leads_the_run_enters_scores_and_reviews_none(measured, kind, teaching_assistant, teacher, sign_in):
    for name, allowed in (("scores-add", 200), ("scores-use", 200), ("provision-review", 403)):
        url = reverse(f"provision:{name}", args=[measured.pk])
        assert sign_in(teaching_assistant).get(url).status_code == allowed
        assert sign_in(teacher).get(url).status_code in (403, 404)


def test_a_review_meeting_on_one_page(measured, kind, senco, sign_in):
    url, browser, rows = reverse("provision:provision-review", args=[measured.pk]), sign_in(senco), places(measured)
    said = {"decided_on": "2026-11-04"}
    for place in rows:
        said |= {f"version-{place.pk}": 0, f"value-{place.pk}": "", f"next_step-{place.pk}": ""}
    said |= {f"value-{rows[0].pk}": "1", f"note-{rows[0].pk}": "Reads signs in town"}

    wrong = browser.post(url, said)
    assert wrong.status_code == 422
    assert "Say why there is none" in text_of(wrong)
    assert "Reads signs in town" in text_of(wrong)
    assert not PlaceOutcome.objects.exists()
    browser.post(url, said | {f"no_score-{rows[0].pk}": "not_back", f"next_step-{rows[1].pk}": "adapt"})

    assert PlaceOutcome.objects.count() == 2  # of the other two nothing was said
    late = browser.post(url, said | {f"no_score-{rows[0].pk}": "absent"})
    assert late.status_code == 422
    assert PlaceOutcome.objects.get(place=rows[0]).no_score == "not_back"


def test_a_teacher_reads_of_own_pupils_alone(measured, kind, senco, teacher, open_school, leader, sign_in):
    stranger = PupilFactory(school=open_school, legal_forename="Zora")
    place = Place.objects.create(provision=measured, pupil=stranger, starts_on=MONDAY)
    services.enter_scores(
        run=measured, taken=Taken(kind, POINT.ENTRY, MONDAY), scores={place.pk: (place, Decimal("77.25"))}, by=senco
    )

    page = text_of(sign_in(teacher).get(reverse("provision:provision-detail", args=[measured.pk])))

    assert "Scores and outcomes" in page
    assert "77.25" not in page


def test_a_score_on_the_record_chooses_its_measure(measured, sdq, senco, sign_in):
    pupil = places(measured)[0].pupil
    url = reverse("pupils:assessment-add", args=[pupil.pk])
    said = {"kind": sdq.pk, "taken_on": "2026-11-02", "score": "18", "assessed_by": "Me", "version": 1}

    assert sign_in(senco).post(url, said).status_code == 422
    assert sign_in(senco).post(url, {**said, "kind": ""}).status_code == 422
    sign_in(senco).post(url, said | {"rater": "teacher"})

    assert (Assessment.objects.get().test, Assessment.objects.get().kind) == ("SDQ", sdq)


def test_an_adult_who_joined_later_has_no_part_in_what_was_before(six, acting, senco, open_school):
    late = adult(open_school, "Late Comer")
    six.adults.create(member=late, starts_on=LAST + timedelta(days=1), turn=2)

    assert [section.name for section in found(acting, senco, "adult")] == ["Dee Hartley"]


def test_a_place_that_ended_early_counts_where_it_ended(six, acting, senco):
    place = places(six)[0]
    change_place(
        place=place,
        values={"starts_on": place.starts_on, "ends_on": date(2026, 11, 10)},
        targets=[],
        version=1,
        by=senco,
    )

    (section,) = found(acting, senco, "term")
    assert section.whole == 6
