"""Very many records in a short time are told, once, to those who look after the school's data; an export is a read."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from governance.models import ManyRecords
from governance.services.watching import MOST_READ, watch, who_is_told
from governance.tasks import daily
from sendco.audit import services as audit
from sendco.audit.models import Event, Read
from sendco.jobs import runner
from sendco.jobs.models import Job
from staff.models import OutgoingMail
from staff.roles import Role
from tests.factories import MembershipFactory, PupilFactory, UserFactory
from tests.pages.test_exports import BODY

pytestmark = pytest.mark.postgresql("counts of the read log")
NOON = "2026-11-23 12:10"


@pytest.fixture(autouse=True)
def _noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def dpo(school):
    return MembershipFactory(school=school, role=Role.DPO, user=UserFactory(name="Dora Price")).user


def read(user, school, children, *, first=1, what="record"):
    for pupil_id in range(first, first + children):
        audit.record_read(school_id=school.pk, pupil_id=pupil_id, by=user, what=what)


def told():
    return sorted(OutgoingMail.objects.values_list("to", flat=True))


def test_forty_records_in_an_hour_are_told_to_the_dpo_and_the_senco(teacher, senco, head, dpo, school, pupil):
    read(teacher, school, MOST_READ)

    assert watch(timezone.now()) == 1
    assert told() == sorted([dpo.email, senco.email])
    mail = OutgoingMail.objects.first()
    assert f"Joe Adair opened the records of {MOST_READ} children between 12:00 and 13:00" in mail.text
    assert pupil.legal_forename not in mail.subject + mail.text
    assert Event.objects.get(code="records.many_read").subject_id == teacher.pk


def test_it_is_told_once(teacher, senco, school):
    read(teacher, school, MOST_READ)

    assert [watch(timezone.now()) for _ in range(3)] == [1, 0, 0]
    read(teacher, school, 5, first=1000)
    assert watch(timezone.now()) == 0
    assert len(told()) == 1


def test_fewer_are_not_told(teacher, senco, school, other_school):
    read(teacher, school, MOST_READ - 1)
    read(teacher, school, MOST_READ - 1, what="EHC plan")  # the same children once more
    read(teacher, other_school, 5, first=1000)

    assert watch(timezone.now()) == 0


def test_what_was_read_over_a_day_is_not_told(teacher, senco, school):
    for hour in range(4):
        with time_machine.travel(timezone.now() - timedelta(hours=hour), tick=False):
            read(teacher, school, 20, first=100 * hour)

    assert watch(timezone.now()) == 0


def test_what_was_read_just_before_the_hour_is_told_after_it(teacher, senco, school):
    read(teacher, school, MOST_READ)

    with time_machine.travel(timezone.now() + timedelta(minutes=55), tick=False):
        assert watch(timezone.now()) == 1


def test_nobody_is_told_of_themselves(senco, head, school):
    assert who_is_told(school, but=senco) == [head]
    assert who_is_told(school, but=head) == [senco]


def test_the_tick_of_the_reminders_looks(teacher, senco, school):
    read(teacher, school, MOST_READ)

    daily()

    assert ManyRecords.objects.get().user == teacher


# --- Exports -----------------------------------------------------------------------------------------------------
def run_newest():
    job = Job.objects.exclude(kind="staff.send_mail").latest("pk")
    runner.run(job.pk)


def test_export_of_the_register_is_a_read_of_each_child_and_is_told(proved, senco, dpo, school, foreign_pupil):
    pupils = PupilFactory.create_batch(MOST_READ, school=school)
    client = proved(senco)
    client.post(reverse("register-export"), BODY)
    run_newest()

    rows = Read.objects.filter(what="export: pupils")
    assert {row.pupil_id for row in rows} == {pupil.pk for pupil in pupils}
    assert {row.reason for row in rows} == {"For the exams officer"}
    assert watch(timezone.now()) == 1
    assert told() == [dpo.email]
    assert "exported the records" in OutgoingMail.objects.get().text
    assert "For the exams officer" in client.get(reverse("pupil-readers", args=[pupils[0].pk])).content.decode()


def test_export_of_dates_is_a_read_of_the_children_in_it(proved, senco, pupil, other_pupil, make_due):
    make_due(timezone.localdate())
    body = {"purpose": "For the governors", "kind": "csv", "fields_out": ["child", "due"]}
    proved(senco).post(reverse("due-export"), body)
    run_newest()

    assert [row.pupil_id for row in Read.objects.filter(what="export: due")] == [pupil.pk]
