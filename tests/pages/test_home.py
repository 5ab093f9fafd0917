from datetime import timedelta

import pytest
from django.utils import timezone

from pupils.register.services import start_watching
from staff.acting import acting_for
from staff.models import Membership
from staff.roles import Role
from tests.factories import MembershipFactory, UserFactory

pytestmark = pytest.mark.postgresql("sums and order")


def home(client):
    response = client.get("/")
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize(
    ("role", "words"),
    [
        (Role.SENCO, "Concerns to look at"),
        (Role.HEAD, "Concerns to look at"),
        (Role.TEACHER, "My pupils"),
        (Role.TEACHING_ASSISTANT, "My pupils"),
        (Role.OFFICE, "data"),
        (Role.GOVERNOR, "Nothing has been published yet"),
        (Role.ADMINISTRATOR, "Accounts"),
        (Role.DSL, "confidential flags"),
    ],
)
def test_each_role_has_its_home(client, sign_in, school, pupil, role, words):
    sign_in(MembershipFactory(school=school, role=role).user)

    assert words in home(client)


def test_governor_and_administrator_see_no_child(client, sign_in, governor, administrator, pupil):
    for person in (governor, administrator):
        sign_in(person)
        assert "Kezia" not in home(client)


def test_overdue_comes_first(client, sign_in, senco, pupil):
    today = timezone.localdate()
    entry = start_watching(pupil=pupil, reason="Tired", look_again_on=today + timedelta(days=1), by=senco)
    from sendco.due.models import DueItem

    DueItem.objects.filter(source_id=entry.pk, rule="watch.look_again").update(due_on=today - timedelta(days=2))
    sign_in(senco)

    words = home(client)

    assert words.index("Overdue") < words.index("2 days late") < words.index("The register")


def test_nothing_due_says_so(client, sign_in, senco, pupil):
    sign_in(senco)

    assert "Nothing is due in the next four weeks" in home(client)


def test_role_that_ended_yesterday_opens_nothing(client, sign_in, senco, pupil):
    Membership.objects.filter(user=senco).update(ends_on=timezone.localdate() - timedelta(days=1))
    sign_in(senco)

    assert "You have no role in a school today" in home(client)
    assert client.get("/register/").status_code == 403


def test_role_change_counts_on_the_next_request(client, sign_in, senco, pupil):
    sign_in(senco)
    assert client.get("/register/").status_code == 200
    Membership.objects.filter(user=senco).update(role=Role.GOVERNOR)

    assert client.get("/register/").status_code == 403


def test_roles_of_two_schools_do_not_mix(school, other_school):
    user = UserFactory()
    MembershipFactory(user=user, school=school, role=Role.GOVERNOR)
    MembershipFactory(user=user, school=other_school, role=Role.SENCO)

    assert acting_for(user, school.pk).roles == {Role.GOVERNOR}
    assert acting_for(user, other_school.pk).roles == {Role.SENCO}
    assert acting_for(user, 999).school in (school, other_school)


def test_query_count_does_not_grow(client, sign_in, senco, school, count_queries):
    from tests.factories import PupilFactory

    def more(count):
        for pupil in PupilFactory.create_batch(count, school=school):
            tomorrow = timezone.localdate() + timedelta(days=1)
            start_watching(pupil=pupil, reason="Tired", look_again_on=tomorrow, by=senco)

    sign_in(senco)
    more(2)
    few = count_queries("/")
    more(15)

    assert count_queries("/") == few


def test_gap_in_the_data_is_counted(client, sign_in, senco, pupil, other_pupil):
    from pupils.models import RegisterEntry

    RegisterEntry.objects.filter(pupil=pupil, ends_on=None).update(code="K")
    sign_in(senco)

    words = " ".join(home(client).split())

    assert "<b>1</b> on the register without a type of need" in words
    assert "<b>2</b> without a UPN" in words
