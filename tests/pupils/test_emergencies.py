"""One other child in an emergency: a reason, two hours, told at once, reported afterwards."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from governance.tasks import daily
from pupils.models import Emergency, Pupil
from pupils.record.refusals import EmergencyReason
from pupils.record.services import emergencies as services
from sendco.audit.models import Event, Read
from staff.models import OutgoingMail
from staff.roles import Role
from tests.factories import MembershipFactory, PupilFactory
from tests.refusals import refused

REASON = "On the trip she has a seizure, her teacher is not here"


@pytest.fixture(autouse=True)
def _noon():
    with time_machine.travel("2026-11-23 12:10", tick=False):
        yield


@pytest.fixture
def opener(proved, teacher):
    return proved(teacher)


def address(pupil):
    return reverse("pupils:emergency-open", args=[pupil.pk])


def record(pupil):
    return reverse("pupil-detail", args=[pupil.pk])


def told():
    return sorted(OutgoingMail.objects.values_list("to", flat=True))


def test_record_opens_for_two_hours_and_no_longer(opener, teacher, senco, head, other_pupil, acting):
    assert opener.get(record(other_pupil)).status_code == 404

    answer = opener.post(address(other_pupil), {"reason": REASON})

    assert answer.url == record(other_pupil)
    page = opener.get(record(other_pupil)).content.decode()
    assert "Open in an emergency until 14:10" in page
    assert Read.objects.filter(pupil_id=other_pupil.pk, user_id=teacher.pk).exists()
    with time_machine.travel("2026-11-23 14:11", tick=False):
        assert not Pupil.objects.visible_to(acting(teacher)).filter(pk=other_pupil.pk).exists()


def test_head_senco_and_dpo_are_told_at_once_with_the_reason(opener, senco, head, school, other_pupil):
    dpo = MembershipFactory(school=school, role=Role.DPO).user
    opener.post(address(other_pupil), {"reason": REASON})

    assert told() == sorted([senco.email, head.email, dpo.email])
    mail = OutgoingMail.objects.first()
    assert REASON in mail.text
    assert other_pupil.legal_surname not in mail.subject + mail.text
    assert Event.objects.get(code="emergency.opened").pupil_id == other_pupil.pk


def test_what_was_read_is_reported_once_it_is_over(opener, senco, other_pupil):
    opener.post(address(other_pupil), {"reason": REASON})
    opener.get(record(other_pupil))
    OutgoingMail.objects.all().delete()

    daily()
    assert told() == []
    with time_machine.travel("2026-11-23 14:12", tick=False):
        daily()
        daily()

    assert told() == [senco.email]
    assert "What they read: record" in OutgoingMail.objects.get().text
    assert Emergency.objects.get().reported_at


def test_only_that_child_opens(opener, teacher, school, other_pupil, acting):
    third = PupilFactory(school=school)
    opener.post(address(other_pupil), {"reason": REASON})

    assert not Pupil.objects.visible_to(acting(teacher)).filter(pk=third.pk).exists()
    assert opener.get(record(third)).status_code == 404


@pytest.mark.parametrize("reason", ["", "short"])
def test_nothing_opens_without_a_reason(opener, other_pupil, reason):
    assert opener.post(address(other_pupil), {"reason": reason}).status_code == 422
    assert not Emergency.objects.exists()


def test_the_password_is_asked_again(sign_in, teacher, other_pupil):
    assert "reauthenticate" in sign_in(teacher).get(address(other_pupil)).url


def test_child_of_another_school_and_one_s_own_are_no_emergency(opener, pupil, foreign_pupil):
    assert opener.get(address(foreign_pupil)).status_code == 404
    assert opener.get(address(pupil)).url == record(pupil)


@pytest.mark.parametrize("who", ["administrator", "office", "governor", "senco"])
def test_others_have_no_emergency(proved, request, who, other_pupil):
    assert proved(request.getfixturevalue(who)).get(address(other_pupil)).status_code == 403


def test_asked_twice_it_is_one_and_a_fourth_in_a_day_is_refused(teacher, school):
    children = PupilFactory.create_batch(4, school=school)
    for child in [*children[:3], children[0]]:
        services.open_record(pupil=child, reason=REASON, by=teacher)

    assert Emergency.objects.count() == 3
    with refused(EmergencyReason.TOO_MANY):
        services.open_record(pupil=children[3], reason=REASON, by=teacher)
    with time_machine.travel(timezone.now() + timedelta(hours=25), tick=False):
        services.open_record(pupil=children[3], reason=REASON, by=teacher)


def test_search_offers_it_for_those_who_do_not_open(opener, pupil, other_pupil):
    page = opener.get(reverse("pupil-search"), {"q": "leo"}).content.decode()

    assert address(other_pupil) in page
    assert address(pupil) not in opener.get(reverse("pupil-search"), {"q": "kezia"}).content.decode()
