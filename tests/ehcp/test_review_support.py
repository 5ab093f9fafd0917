"""What the school's own plans and the agencies' advice bring to a review: its papers and its report."""

from datetime import timedelta

import pytest
from django.utils import timezone

from ehcp.reviews import layouts
from ehcp.reviews import pack as review_pack
from ehcp.reviews.services import reviews as services
from pupils.models import Agency, Recommendation, Referral, TargetValue
from tests.factories.ehcp import PlanFactory
from tests.pupils.plans.helping import begin, targets_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def review(pupil, senco):
    made_on = timezone.localdate() - timedelta(days=300)
    return services.begin(plan=PlanFactory(pupil=pupil, made_on=made_on), kind="annual", by=senco)


def texts(review):
    body, lost = layouts.fill(layouts.default_parts(), review)
    assert lost == []
    return " ".join(str(field) for part in body for field in part["fields"])


def advise(pupil, senco, **more):
    today = timezone.localdate()
    agency = Agency.objects.create(school=pupil.school, name="Speech therapy", kind="salt")
    referral = Referral.objects.create(
        pupil=pupil, agency=agency, lead=senco, reason="x", consent_on=today, consent_name="A parent", sent_on=today,
        report_on=today,
    )  # fmt: skip
    return Recommendation.objects.create(referral=referral, number=1, text="Visual timetable", **more)


def test_targets_with_their_values_stand_in_the_report_and_the_papers(pupil, senco, review):
    plan = begin(pupil, senco)
    target = targets_of(plan)[0]
    TargetValue.objects.create(target=target, taken_on=timezone.localdate(), value=55, taken_by=senco)
    advise(pupil, senco, decision="not", why="No adult is free", decided_on=timezone.localdate(), decided_by=senco)

    report = texts(review)
    papers, _ = review_pack.papers_of(review)

    for words in ("Reads a Year 3 page aloud", "55 words a minute", "Visual timetable", "No adult is free"):
        assert words in report
        assert words in str(papers)
    assert papers[-1]["title"] == "Support in school since the last review"


def test_the_report_says_how_much_advice_was_adopted(pupil, senco, review):
    first = advise(pupil, senco, decision="adopted", decided_on=timezone.localdate(), decided_by=senco)
    for number in (2, 3):
        Recommendation.objects.create(referral=first.referral, number=number, text="More")

    assert "3 recommendations', 'Not decided yet: 2; Adopted: 1" in texts(review)


def test_nothing_of_a_confidential_plan_or_a_mistake_leaves_the_school(pupil, senco, review):
    plan = begin(pupil, senco)
    plan.is_confidential = True
    plan.save()
    wrong = begin(pupil, senco, code="behaviour", outcome="Typed for another child")
    wrong.closed_on, wrong.ending = timezone.localdate(), "mistake"
    wrong.save()
    taken_out = advise(pupil, senco)
    taken_out.removed_on = timezone.localdate()
    taken_out.save()

    report, (papers, _) = texts(review), review_pack.papers_of(review)

    for words in ("Reads a Year 3 page", "Typed for another child", "Visual timetable"):
        assert words not in report
        assert words not in str(papers)
    assert "Support in school" not in str([paper["title"] for paper in papers])


def test_a_cycle_closed_before_the_last_review_is_not_told_again(pupil, senco, review):
    plan = begin(pupil, senco, days_ago=290)
    assert "Reads a Year 3 page" in texts(review)
    long_ago = timezone.localdate() - timedelta(days=301)
    type(plan).objects.filter(pk=plan.pk).update(closed_on=long_ago, starts_on=long_ago, ending="reviewed")

    assert "Reads a Year 3 page" not in texts(review)
