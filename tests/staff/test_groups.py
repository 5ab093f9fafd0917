from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from pupils.models import Pupil
from staff.models import AcademicYear, GroupStaff, TeachingGroup
from tests.factories import TeachingGroupFactory

TEACHES = GroupStaff.Kind.TEACHES


@pytest.fixture
def place(group):
    return group.staff.get()


@pytest.fixture
def foreign_group(other_school):
    return TeachingGroupFactory(school=other_school, name="Foreign class")


def test_list_shows_groups_with_their_staff(sign_in, teacher, group, foreign_group, school):
    TeachingGroupFactory(school=school, name="6B")

    body = sign_in(teacher).get(reverse("staff:group-list")).content.decode()

    assert "5A" in body
    assert "Joe Adair" in body
    assert "Nobody yet" in body
    assert "Foreign class" not in body
    assert reverse("staff:group-add") not in body


def test_list_without_groups_says_how_they_come(sign_in, senco):
    assert "No groups yet" in sign_in(senco).get(reverse("staff:group-list")).content.decode()


def test_list_query_count_does_not_grow(sign_in, senco, school, teacher, count_queries):
    sign_in(senco)

    def add(count):
        for group in TeachingGroupFactory.create_batch(count, school=school):
            GroupStaff.objects.create(group=group, user=teacher, kind=TEACHES)

    add(2)
    count_queries(reverse("staff:group-list"))  # the first request of a session writes to it
    few = count_queries(reverse("staff:group-list"))
    add(20)
    assert count_queries(reverse("staff:group-list")) == few


def test_add_makes_a_group_of_ones_own_school(sign_in, office, school):
    year = AcademicYear.objects.create(school=school, starts_in=2026)

    response = sign_in(office).post(
        reverse("staff:group-add"), {"name": "5B", "kind": "form", "academic_year": year.pk}, follow=True
    )

    group = TeachingGroup.objects.get()
    assert (group.school, group.academic_year) == (school, year)
    assert "Group 5B saved" in response.content.decode()


def test_add_refuses_a_year_of_another_school(sign_in, office, other_school):
    year = AcademicYear.objects.create(school=other_school, starts_in=2026)

    response = sign_in(office).post(
        reverse("staff:group-add"), {"name": "5B", "kind": "form", "academic_year": year.pk}
    )

    assert response.status_code == 422
    assert not TeachingGroup.objects.exists()


def test_add_refuses_a_name_that_is_taken(sign_in, office, group):
    response = sign_in(office).post(reverse("staff:group-add"), {"name": "5A", "kind": "form"})

    assert response.status_code == 422
    assert "There is a group called 5A already" in response.content.decode()


def test_edit_changes_the_group(sign_in, office, group):
    sign_in(office).post(reverse("staff:group-edit", args=[group.pk]), {"name": "5C", "kind": "form"})

    group.refresh_from_db()
    assert group.name == "5C"


def test_detail_shows_who_is_there_and_who_was(sign_in, senco, group, teaching_assistant):
    today = timezone.localdate()
    GroupStaff.objects.create(
        group=group,
        user=teaching_assistant,
        kind="supports",
        starts_on=today - timedelta(days=30),
        ends_on=today - timedelta(days=1),
    )

    response = sign_in(senco).get(reverse("staff:group-detail", args=[group.pk]))

    assert [place.user.name for place in response.context["now"]] == ["Joe Adair"]
    assert [place.user.name for place in response.context["before"]] == ["Dee Hartley"]


def test_staff_are_added_and_see_the_pupils(sign_in, senco, group, pupil, teaching_assistant, acting):
    assert not Pupil.objects.visible_to(acting(teaching_assistant)).exists()

    response = sign_in(senco).post(
        reverse("staff:group-staff-add", args=[group.pk]),
        {"user": teaching_assistant.pk, "kind": "supports", "starts_on": timezone.localdate().isoformat()},
        follow=True,
    )

    assert "Dee Hartley supports 5A" in response.content.decode()
    assert list(Pupil.objects.visible_to(acting(teaching_assistant))) == [pupil]


def test_staff_of_another_school_are_refused(sign_in, senco, group, outsider):
    response = sign_in(senco).post(
        reverse("staff:group-staff-add", args=[group.pk]),
        {"user": outsider.pk, "kind": "teaches", "starts_on": "2026-09-01"},
    )

    assert response.status_code == 422
    assert not outsider.groups.exists()


@pytest.mark.parametrize("changes", [{"starts_on": "31/02/2026"}, {"starts_on": "0026-01-01"}, {"kind": "owns"}])
def test_staff_add_refuses_bad_values(sign_in, senco, group, teaching_assistant, changes):
    values = {"user": teaching_assistant.pk, "kind": "supports", "starts_on": "2026-09-01", **changes}

    assert sign_in(senco).post(reverse("staff:group-staff-add", args=[group.pk]), values).status_code == 422
    assert not teaching_assistant.groups.exists()


def test_somebody_is_not_added_twice(sign_in, senco, group, teacher):
    response = sign_in(senco).post(
        reverse("staff:group-staff-add", args=[group.pk]),
        {"user": teacher.pk, "kind": "teaches", "starts_on": "2026-09-01"},
    )

    assert response.status_code == 422
    assert "Joe Adair is already there." in response.content.decode()


def test_ending_with_yesterday_hides_the_pupils_now(sign_in, senco, place, pupil, teacher, acting):
    yesterday = timezone.localdate() - timedelta(days=1)

    sign_in(senco).post(reverse("staff:group-staff-end", args=[place.pk]), {"ends_on": yesterday.isoformat()})

    assert not Pupil.objects.visible_to(acting(teacher)).exists()


def test_end_before_the_first_day_is_refused(sign_in, senco, place):
    response = sign_in(senco).post(reverse("staff:group-staff-end", args=[place.pk]), {"ends_on": "2020-01-01"})

    assert response.status_code == 422
    place.refresh_from_db()
    assert place.ends_on is None


def test_archived_group_shows_its_pupils_to_nobody_and_can_come_back(sign_in, senco, group, pupil, teacher, acting):
    client = sign_in(senco)

    client.post(reverse("staff:group-archive", args=[group.pk]))

    assert not Pupil.objects.visible_to(acting(teacher)).exists()
    assert "Archived groups (1)" in client.get(reverse("staff:group-list")).content.decode()

    client.post(reverse("staff:group-restore", args=[group.pk]))

    group.refresh_from_db()
    assert not group.is_archived
    assert not Pupil.objects.visible_to(acting(teacher)).exists()


def test_archived_group_takes_no_staff(sign_in, senco, group, teaching_assistant):
    TeachingGroup.objects.filter(pk=group.pk).update(is_archived=True)

    response = sign_in(senco).post(
        reverse("staff:group-staff-add", args=[group.pk]),
        {"user": teaching_assistant.pk, "kind": "supports", "starts_on": "2026-09-01"},
    )

    assert response.status_code == 422
    assert "5A is archived" in response.content.decode()


def test_restore_is_refused_while_the_name_is_taken(sign_in, senco, school, group):
    old = TeachingGroupFactory(school=school, name="5A", is_archived=True)

    response = sign_in(senco).post(reverse("staff:group-restore", args=[old.pk]), follow=True)

    assert "There is a group called 5A already" in response.content.decode()
    old.refresh_from_db()
    assert old.is_archived


EDITS = ["group-edit", "group-archive", "group-staff-add"]


@pytest.mark.parametrize("name", EDITS)
def test_changes_are_refused_to_teachers(sign_in, teacher, group, name):
    assert sign_in(teacher).get(reverse(f"staff:{name}", args=[group.pk])).status_code == 403


@pytest.mark.parametrize("name", [*EDITS, "group-detail"])
def test_group_of_another_school_is_not_found(sign_in, senco, foreign_group, name):
    assert sign_in(senco).get(reverse(f"staff:{name}", args=[foreign_group.pk])).status_code == 404


def test_restoring_and_ending_in_another_school_is_not_found(sign_in, senco, foreign_group, outsider):
    place = GroupStaff.objects.create(group=foreign_group, user=outsider, kind=TEACHES)
    client = sign_in(senco)

    assert client.post(reverse("staff:group-restore", args=[foreign_group.pk])).status_code == 404
    assert client.post(reverse("staff:group-staff-end", args=[place.pk]), {"ends_on": "2026-01-01"}).status_code == 404


def test_wrong_methods_are_refused(sign_in, senco, group):
    client = sign_in(senco)

    assert client.get(reverse("staff:group-restore", args=[group.pk])).status_code == 405
    assert client.post(reverse("staff:group-list")).status_code == 405
    assert client.put(reverse("staff:group-edit", args=[group.pk])).status_code == 405
