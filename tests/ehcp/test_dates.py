from datetime import date

import pytest
import time_machine
from django.template.loader import render_to_string

from ehcp.cases.dates import dates_of
from ehcp.models import Exemption
from sendco.due.models import DueItem
from staff.owed import bring_up_to_date
from tests.factories.ehcp import (
    AnnualReviewFactory,
    AppealFactory,
    LocalAuthorityFactory,
    NeedsAssessmentFactory,
    PlanFactory,
)

TODAY = date(2026, 11, 22)


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel("2026-11-22 10:00", tick=False):
        yield


def drawn(case):
    bring_up_to_date(case)
    return render_to_string("ehcp/_dates.html", {"dates": dates_of(case, today=TODAY), "today": TODAY})


def test_dates_of_a_case_in_one_query(pupil, django_assert_num_queries):
    request = NeedsAssessmentFactory(pupil=pupil, decision="assess", decision_on=date(2026, 10, 20))
    bring_up_to_date(request)

    with django_assert_num_queries(1):
        rows = dates_of(request, today=TODAY)

    assert [row.item.rule for row in rows] == ["ehcna.decision", "ehcna.no_plan", "ehcna.draft", "ehcna.final"]
    assert [row.number for row in rows] == [0, 1, 2, 3]
    assert rows[0].words == "Done"
    assert rows[0].done_on == date(2026, 10, 20)


def test_each_date_says_whose_and_on_what_footing(pupil):
    page = drawn(NeedsAssessmentFactory(pupil=pupil))

    assert "Mon 1 Feb 2027" in page
    assert "Law</span> SEND Regulations 2014, reg 13(2)" in page
    assert "Practice</span>" in page
    assert 'class="owner them">LA' in page
    assert f'hx-get="/due/{DueItem.objects.get(rule="ehcna.final").pk}/why/"' in page
    assert "27 days late" in page  # the decision, due on 26 October


def test_a_replaced_date_is_shown_as_what_it_was(pupil):
    page = drawn(
        NeedsAssessmentFactory(
            pupil=pupil,
            decision="refuse",
            decision_on=date(2026, 10, 26),
            reversed_on=date(2026, 11, 18),
            reversal="order",
        )
    )

    assert "Was due Mon 1 Feb 2027; replaced by new dates from the Tribunal" in page
    assert "<s>Mon 1 Feb 2027</s>" in page
    assert "Wed 24 Feb 2027" in page


def test_deadlines_are_said_to_stand_only_where_they_do(pupil):
    stands = drawn(NeedsAssessmentFactory(pupil=pupil))
    moves = drawn(AppealFactory(pupil=pupil, letter_on=date(2026, 11, 17)))

    assert "Legal deadlines do not move." in stands
    assert "Legal deadlines do not move." not in moves


def test_an_exception_is_told_with_the_date_it_was(pupil):
    request = NeedsAssessmentFactory(pupil=pupil)
    Exemption.objects.create(
        assessment=request, step="decision", ground="personal", claimed_by="la", claimed_on=date(2026, 10, 20)
    )

    page = drawn(request)

    assert "Was due Mon 26 Oct 2026, exception claimed: Exceptional personal circumstances" in page
    assert "days late" not in page


def test_the_authoritys_own_practice_stands_beside_the_law(pupil, senco):
    authority = LocalAuthorityFactory(school=pupil.school, name="Westmarch", report_days=7)
    plan = PlanFactory(pupil=pupil, authority=authority)
    page = drawn(AnnualReviewFactory(pupil=pupil, plan=plan, organiser=senco, held_on=date(2026, 11, 17)))

    assert "Tue 1 Dec 2026" in page
    assert "Westmarch asks for it by then: Tue 24 Nov 2026." in page


def test_a_case_without_dates_says_so(pupil):
    assert "No date yet" in drawn(NeedsAssessmentFactory(pupil=pupil, received_on=None))


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"exception": "Away. Claimed by: Westmarch"}, "The date has not moved"),
        ({"replaced_by": "new dates from the order"}, "stands no more: new dates from the order"),
        ({"practice_on": date(2026, 10, 20), "practice_note": "Its form says so"}, "never instead of it"),
        ({"basis": "practice"}, "no law sets it"),
        ({"basis": "guidance"}, "Statutory guidance"),
    ],
)
def test_why_this_date_tells_what_stands_beside_it(pupil, senco, sign_in, facts, words):
    bring_up_to_date(NeedsAssessmentFactory(pupil=pupil))
    DueItem.objects.filter(rule="ehcna.final").update(**facts)

    page = sign_in(senco).get(f"/due/{DueItem.objects.get(rule='ehcna.final').pk}/why/")

    assert words in page.content.decode()
