"""No open duty of the school ever belongs only to somebody who cannot do it."""

import random
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from governance.services.recipients import Recipients
from pupils.register import services as register
from sendco.due.models import DueItem
from sendco.pages.due.groups import mine_to_do
from sendco.pages.due.items import due_for
from staff import services
from staff.acting import acting_for
from staff.models import Membership, Takeover, User
from staff.owed import all_differences
from staff.roles import Role
from staff.selectors import successors
from tests.factories import PupilFactory, UserFactory

from .test_account import leave

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql("the owners are asked for in SQL")]
TODAY = timezone.localdate


def item(school, owner, pupil=None, **values):
    about = {"source_type": "pupils.pupil", "rule": "watch.look_again", "title": "Look again", "duty": "school"}
    about |= {"basis": "practice", "authority": "", "explanation": "", "trigger_on": TODAY(), "due_on": TODAY()}
    number = DueItem.objects.count() + 1
    owner_id = owner.pk if owner else None
    about |= {"source_id": number, "school_id": school.pk, "pupil_id": pupil.pk if pupil else None}
    return DueItem.objects.create(owner_id=owner_id, **about | values)


ROLES = [Role.TEACHER, Role.TEACHING_ASSISTANT, Role.SENCO, Role.HEAD, Role.GOVERNOR, Role.ADMINISTRATOR]


def colleague(rnd, school, other_school):
    """Somebody who works here, worked here, will, works elsewhere, or was shut out."""
    person = UserFactory()
    for _ in range(rnd.randint(0, 2)):
        starts_on = TODAY() + timedelta(days=rnd.choice([-400, -30, -1, 0, 20]))
        ends_on = rnd.choice([None, None, starts_on, starts_on + timedelta(days=29)])
        where = rnd.choice([school, school, school, other_school])
        role = rnd.choice(ROLES)
        if not Membership.objects.filter(user=person, school=where, role=role).exists():
            Membership.objects.create(user=person, school=where, role=role, starts_on=starts_on, ends_on=ends_on)
    User.objects.filter(pk=person.pk).update(is_active=rnd.random() > 0.2)
    return person


@pytest.mark.parametrize("seed", range(12))
def test_every_open_duty_is_somebodys_who_can_sign_in(school, senco, other_school, pupil, seed):
    rnd = random.Random(seed)
    people = [colleague(rnd, school, other_school) for _ in range(8)]
    items = [item(school, owner, pupil) for owner in [None, *people] for _ in range(2)]
    recipients = Recipients(school.pk, TODAY())

    doers = {each.pk: set() for each in items}
    for person in User.objects.filter(is_active=True, memberships__school=school).distinct():
        acting = acting_for(person, school.pk)
        if acting.school:
            for pk in due_for(acting).filter(mine_to_do(acting)).values_list("pk", flat=True):
                doers[pk].add(person.pk)
    for each in items:
        told = {one.user_id for one in recipients.of(owner_id=each.owner_id, pupil_id=each.pupil_id)}
        assert doers[each.pk], each.owner_id
        assert told & doers[each.pk], each.owner_id


def test_what_was_a_leavers_is_shown_as_nobodys(sign_in, school, senco, teacher, pupil):
    item(school, teacher, pupil, title="Look again at the reading")
    client = sign_in(senco)
    assert "Look again at the reading" in client.get(reverse("due-list")).content.decode()

    Membership.objects.filter(user=teacher).update(ends_on=TODAY() - timedelta(days=1))

    page = client.get(reverse("due-list")).content.decode()
    assert f"Nobody now, before {teacher.name}" in page
    home = client.get("/").content.decode()
    assert "Look again at the reading" in home


def test_the_page_of_a_leaver_lists_what_is_theirs(proved, school, senco, teacher, pupil):
    item(school, teacher, pupil, title="Look again at the reading")

    page = proved(senco).get(reverse("person-leave", args=[teacher.pk])).content.decode()

    assert "Duties that are theirs today" in page
    assert "Look again at the reading" in page


def test_whoever_takes_over_has_the_duties_of_today_and_those_to_come(proved, school, senco, head, teacher, pupil):
    item(school, teacher, pupil)

    leave(proved(senco), teacher, to=head.pk)

    assert DueItem.objects.get().owner_id == head.pk
    assert successors(school) == {teacher.pk: head.pk}


def test_duties_follow_from_hand_to_hand(school, senco, head, teacher, teaching_assistant, pupil):
    duty = item(school, teacher, pupil)
    for left, to in ((teacher, teaching_assistant), (teaching_assistant, head)):
        services.leave_school(user=left, school=school, last_day=TODAY() - timedelta(days=1), by=senco)
        services.take_over(left=left, to=to, school=school, by=senco)

    duty.refresh_from_db()
    assert duty.owner_id == head.pk


def test_who_comes_back_has_their_own_again(school, senco, head, teacher, pupil):
    services.leave_school(user=teacher, school=school, last_day=TODAY() - timedelta(days=1), by=senco)
    services.take_over(left=teacher, to=head, school=school, by=senco)
    User.objects.filter(pk=teacher.pk).update(is_active=True)
    Membership.objects.create(user=teacher, school=school, role=Role.SENCO, starts_on=TODAY())

    assert successors(school) == {}
    assert Takeover.objects.count() == 1


def test_derived_duties_belong_to_the_successor(school, senco, head, teacher, watched):
    assert DueItem.objects.get(rule=watched.rule).owner_id == teacher.pk
    services.leave_school(user=teacher, school=school, last_day=TODAY() - timedelta(days=1), by=senco)
    services.take_over(left=teacher, to=head, school=school, by=senco)

    assert DueItem.objects.get(rule=watched.rule).owner_id == head.pk
    assert list(all_differences()) == []


@pytest.fixture
def watched(school, teacher):
    """The duty to look again at a pupil whom the teacher put on the watch list."""
    pupil = PupilFactory(school=school)
    register.start_watching(pupil=pupil, reason="Reading", look_again_on=TODAY() + timedelta(days=30), by=teacher)
    return DueItem.objects.get(pupil_id=pupil.pk, owner_id=teacher.pk)
