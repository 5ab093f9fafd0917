"""Cases on the first screen: ours apart from theirs, the chaser ready, the child not on roll named."""

from datetime import date, timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from ehcp.models import AnnualReview, Invitee
from sendco.due.models import DueItem
from sendco.pages.due import items as due_items
from sendco.pages.home.views import MOST_WAITING, _due_lists
from staff.owed import bring_up_to_date
from tests.factories import PupilFactory
from tests.factories.ehcp import (
    AnnualReviewFactory,
    ConsultationFactory,
    LocalAuthorityFactory,
    NeedsAssessmentFactory,
    PlanFactory,
)

TODAY = date(2026, 11, 23)


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel("2026-11-23 10:00", tick=False):
        yield


@pytest.fixture
def home(proved, senco):
    client = proved(senco)
    return lambda: client.get(reverse("home")).content.decode()


def settled(row):
    bring_up_to_date(row)
    return row


def test_late_authority_waits_with_its_letter_ready(home, pupil):
    case = settled(NeedsAssessmentFactory(pupil=pupil, received_on=date(2026, 9, 14)))

    page = home()

    assert "Write to the authority" in page
    assert reverse("ehcp:letter-new", args=["assessment", case.pk, "la_late_decision"]) in page


def test_nobody_is_chased_before_the_date_or_with_an_exception(senco, acting, pupil):
    early = settled(NeedsAssessmentFactory(pupil=pupil, received_on=date(2026, 11, 2)))
    items = DueItem.objects.filter(source_id=early.pk, rule="ehcna.decision")
    assert due_items.rows(items, pupils={}, acting=acting(senco))[0].action.words == "Look at the case"

    items.update(due_on=TODAY - timedelta(days=1), exception="Exceptional personal circumstances")
    assert due_items.rows(items, pupils={}, acting=acting(senco))[0].action.words == "Look at the case"


def test_child_who_is_not_on_roll_is_named(home, school):
    settled(ConsultationFactory(school=school, received_on=date(2026, 11, 10)))

    page = home()

    assert "Robin Ashdown" in page
    assert "not on roll" in page
    assert "Guidance" in page


def test_long_list_of_theirs_does_not_push_ours_off(senco, acting, school):
    authority = LocalAuthorityFactory(school=school)
    for _ in range(MOST_WAITING + 20):
        settled(NeedsAssessmentFactory(pupil=PupilFactory(school=school), authority=authority))
    settled(ConsultationFactory(school=school, authority=authority, received_on=date(2026, 11, 20)))

    lists = _due_lists(acting(senco), TODAY)

    assert [row.item.rule for row in lists["later"]] == ["consultation.reply"]
    assert len(lists["waiting"]) == MOST_WAITING
    assert lists["more"]


def test_every_rule_of_a_case_leads_somewhere(senco, acting, pupil):
    """Each open item of a plan, a review and a request has one next action that can be opened."""
    review = AnnualReviewFactory(pupil=pupil, meeting_on=date(2027, 1, 12))
    for row in (review, review.plan, NeedsAssessmentFactory(pupil=pupil)):
        settled(row)

    rows = due_items.rows(DueItem.objects.open(), pupils={}, acting=acting(senco))

    assert len(rows) > 5
    assert all(row.action for row in rows)


def test_tab_of_the_pupil_shows_the_case_to_who_works_on_it(proved, senco, teacher, pupil):
    plan = PlanFactory(pupil=pupil)
    AnnualReviewFactory(pupil=pupil, plan=plan)
    address = f"{pupil.get_absolute_url()}?tab=ehcp"

    assert "Annual review" in proved(senco).get(address).content.decode()
    seen = proved(teacher).get(address).content.decode()
    assert "Outcomes and provision" in seen
    assert "Annual review" not in seen


def test_teacher_who_is_asked_finds_it_on_home(proved, teacher, pupil):
    review = AnnualReviewFactory(pupil=pupil, kind=AnnualReview.Kind.ANNUAL, meeting_on=date(2027, 1, 12))
    invitee = Invitee.objects.create(
        review=review, role="staff", name=teacher.name, user=teacher, asked_on=timezone.localdate()
    )

    assert reverse("ehcp:my-view", args=[invitee.pk]) in proved(teacher).get(reverse("home")).content.decode()
