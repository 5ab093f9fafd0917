"""The roots that rows are seen from: by whom, for rows of a child, of a person of two schools, and of one's own."""

import pytest
from django.utils import timezone

from governance.models import CalendarFeed
from governance.services.feeds import make_feed
from pupils.concerns import services as concerns
from pupils.models import Concern, Contact, Enrolment, PupilFlag, SavedView
from staff.acting import acting_for
from staff.models import School
from staff.roles import Role
from tests.factories import MembershipFactory


@pytest.fixture
def of_two_schools(teacher, other_school):
    """The teacher works at the other school as well."""
    MembershipFactory(school=other_school, role=Role.TEACHER, user=teacher)
    return teacher


@pytest.fixture
def about(pupil, other_pupil, foreign_pupil):
    """Rows about a child of the teacher's class, about one of another class, and about one of another school."""
    for child in (pupil, other_pupil, foreign_pupil):
        Contact.objects.create(pupil=child, name="Parent")
        PupilFlag.objects.create(pupil=child, kind="fsm", starts_on=timezone.localdate())


def children(model, acting):
    return set(model.objects.visible_to(acting).values_list("pupil", flat=True))


@pytest.mark.parametrize("model", [Contact, Enrolment, PupilFlag])
def test_rows_about_a_child_are_seen_with_the_child(about, model, teacher, senco, pupil, other_pupil, foreign_pupil):
    assert children(model, acting_for(teacher)) == {pupil.pk}
    assert children(model, acting_for(senco)) == {pupil.pk, other_pupil.pk}


def test_school_is_seen_by_who_works_there(teacher, school, other_school):
    assert set(School.objects.visible_to(acting_for(teacher))) == {school}


def test_own_concerns_stay_in_the_school_where_they_were_raised(of_two_schools, pupil, school, other_school):
    form_key = "b1c6e7d2-0000-4000-8000-000000000003"
    raised = concerns.raise_concern(
        pupil=pupil, what="Tired", parent_told="told", form_key=form_key, by=of_two_schools
    )  # fmt: skip

    assert set(Concern.objects.visible_to(acting_for(of_two_schools, school.pk))) == {raised}
    assert not Concern.objects.visible_to(acting_for(of_two_schools, other_school.pk)).exists()


def test_views_and_feeds_are_of_one_person_and_one_school(of_two_schools, senco, school, other_school):
    feed, _ = make_feed(user=of_two_schools, school=school)
    view = SavedView.objects.create(user=of_two_schools, school=school, name="Mine", query="")

    for model, row in ((CalendarFeed, feed), (SavedView, view)):
        assert set(model.objects.visible_to(acting_for(of_two_schools, school.pk))) == {row}
        assert not model.objects.visible_to(acting_for(of_two_schools, other_school.pk)).exists()
        assert not model.objects.visible_to(acting_for(senco)).exists()
