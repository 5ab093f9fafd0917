"""What the school's own plans and the agencies' advice bring to a review: its papers and its report."""

from datetime import date, timedelta

import pytest
import time_machine
from django.utils import timezone

from ehcp.ledger.services import link_line
from ehcp.reviews import layouts
from ehcp.reviews import pack as review_pack
from ehcp.reviews.services import reviews as services
from pupils.models import Agency, Recommendation, Referral, TargetValue
from tests.factories import PupilFactory
from tests.factories.ehcp import PlanFactory, PlanVersionFactory, ProvisionLineFactory
from tests.provision.helping import NINE, calendar, held, intervention, run_of
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


def test_provision_and_the_ledger_stand_in_the_report_and_the_papers(school, senco, teaching_assistant):
    """A child alone with an assistant for four weeks: one session held of two a week, in the report of the review."""
    with time_machine.travel("2026-11-30 12:00:00+00:00", tick=False):
        calendar(school)
        child = PupilFactory(school=school, legal_forename="Kezia")
        plan = PlanFactory(pupil=child, made_on=date(2026, 11, 2))
        version = PlanVersionFactory(plan=plan, dated_on=date(2026, 11, 2))
        line = ProvisionLineFactory(
            plan_version=version, number=1, section="F", text="Speech", minutes=30, times=2, per="week", group_size=1
        )
        run = run_of(school, [child], by=senco, what=intervention(school, "Speech programme", group_size=1))
        link_line(
            line=line, places=list(run.places.all()), version=0, by=senco,
            conditions={"skill": None, "is_pro_rata": False, "activity": ""},
        )  # fmt: skip
        for session in run.sessions.filter(on__week_day=2):  # the Mondays
            held(session, by=senco)
        secret = intervention(school, "Counselling")
        run_of(school, [child], by=senco, what=secret, times=((1, NINE),), is_private=True)
        review = services.begin(plan=plan, kind="annual", by=senco)

        report = texts(review)
        papers, _ = review_pack.papers_of(review)

    for words in ("Speech programme", "4 of 4 that were held", "'F1', '4 h 00', '2 h 00', '2 h 00'"):
        assert words in report
        assert words in str(papers)
    assert "Counselling" not in report


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
