"""Two records of one child become one: the child's cases go along, and come back when that is undone."""

from datetime import date

import pytest
from django.contrib.auth import get_user_model
from django.urls import reverse
from django.utils import timezone

from ehcp.merging import MergingReason
from ehcp.models import (
    AnnualReview,
    Appeal,
    CaseLetter,
    Consultation,
    Correspondence,
    NeedsAssessment,
    Plan,
)
from pupils.duplicates.refusals import UndoReason
from pupils.duplicates.services import merge, undo
from sendco.links.models import Link
from tests.factories import PupilFactory
from tests.factories.ehcp import LocalAuthorityFactory, PlanFactory
from tests.refusals import refused

pytestmark = pytest.mark.postgresql("constraints and raw SQL")


@pytest.fixture
def kept(school):
    return PupilFactory(school=school, legal_forename="Kezia", legal_surname="Adeyemi")


@pytest.fixture
def gone(school):
    return PupilFactory(school=school, legal_forename="Kezia", legal_surname="Adeyemi-Clarke")


@pytest.fixture
def authority(school):
    return LocalAuthorityFactory(school=school, name="Westmarch")


def do(kept, gone, by):
    kept.refresh_from_db()
    gone.refresh_from_db()
    return merge(kept=kept, gone=gone, versions=(kept.version, gone.version), by=by)


def everything(school, pupil, authority, user):
    """One case of each kind about this pupil, and what is filed with them."""
    plan = PlanFactory(pupil=pupil, authority=authority)
    day = date(2026, 10, 1)
    own = {"school": school, "pupil": pupil}
    return [
        plan,
        NeedsAssessment.objects.create(**own, authority=authority, began_on=day),
        AnnualReview.objects.create(**own, plan=plan, organiser=user),
        Consultation.objects.create(**own, authority=authority, received_on=day, child_name="Kezia"),
        Appeal.objects.create(**own, authority=authority, plan=plan, about="content", letter_on=day),
        CaseLetter.objects.create(
            **own, plan=plan, kind="la_vague_lines", recipient="LA", subject="Lines", body="Dear", made_by=user
        ),
        Correspondence.objects.create(
            **own, plan=plan, direction="in", party="LA", dated_on=day, subject="Plan", entered_by=user
        ),
        Link.objects.create(
            secret_hash="a" * 64,
            purpose="review.parent",
            subject_id=1,
            school_id=school.pk,
            pupil_id=pupil.pk,
            expires_at=timezone.now(),
        ),
    ]


def owners(rows):
    for row in rows:
        row.refresh_from_db()
    return {row.pupil_id for row in rows}


def test_every_case_goes_along_and_comes_back(kept, gone, senco, school, authority):
    rows = everything(school, gone, authority, senco)

    done = do(kept, gone, senco)
    assert owners(rows) == {kept.pk}
    assert Plan.history.filter(id=rows[0].pk).latest().history_user == get_user_model().objects.get(pk=senco.pk)

    undo(merge=done, by=senco)
    assert owners(rows) == {gone.pk}


def test_two_plans_in_force_stop_the_merge(kept, gone, senco, authority):
    for pupil in (kept, gone):
        PlanFactory(pupil=pupil, authority=authority)

    with refused(MergingReason.TWO_PLANS):
        do(kept, gone, senco)

    gone.refresh_from_db()
    assert gone.merged_into is None


def test_a_plan_that_ceased_is_no_obstacle(kept, gone, senco, authority):
    old = PlanFactory(pupil=kept, authority=authority, ceased_on=date(2026, 7, 1))
    now = PlanFactory(pupil=gone, authority=authority)

    do(kept, gone, senco)

    assert set(Plan.objects.filter(pupil=kept)) == {old, now}


def test_two_open_requests_of_one_kind_stop_the_merge(kept, gone, senco, school, authority):
    for pupil in (kept, gone):
        NeedsAssessment.objects.create(school=school, pupil=pupil, authority=authority, began_on=date(2026, 10, 1))

    with refused(MergingReason.TWO_REQUESTS):
        do(kept, gone, senco)


def test_undo_is_refused_when_the_plan_was_moved_on_since(kept, gone, senco, authority, other_pupil):
    plan = PlanFactory(pupil=gone, authority=authority)
    done = do(kept, gone, senco)
    Plan.objects.filter(pk=plan.pk).update(pupil=other_pupil)

    with refused(UndoReason.CHANGED_SINCE):
        undo(merge=done, by=senco)


def test_the_preview_counts_the_cases(proved, kept, gone, senco, school, authority):
    everything(school, gone, authority, senco)

    page = proved(senco).get(reverse("pupils:merge-preview", args=[kept.pk, gone.pk])).content.decode()

    assert "1 EHC plan<" in page
    assert "1 appeal<" in page
