"""Applying while others work: what is stopped, what is overtaken, and what waits."""

import threading
from functools import partial

import pytest
from django.urls import reverse
from django.utils import timezone

from pupils.imports.notes import NoteCode
from pupils.imports.refusals import ImportReason
from pupils.imports.services import steps as imports
from pupils.imports.services.applying import apply
from pupils.models import Import, Pupil
from pupils.record.services import pupils
from sendco.audit.models import Event
from sendco.jobs.models import Job, Status
from sendco.jobs.runner import run
from sendco.jobs.services import JobStopped
from tests.factories import PupilFactory
from tests.refusals import shows
from tests.security.contest import Contest

from .helping import UPNS, preview, table

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql("locks, and rows changed by others")]


@pytest.fixture
def leo(school):
    return PupilFactory(
        school=school, legal_forename="Leo", legal_surname="Farrant", upn=UPNS[0], year_group="4"
    )  # fmt: skip


@pytest.fixture
def applying(school, senco, leo):
    """An import that was sent to be applied: one pupil changes, one is new, with a new class."""
    rows = [f"{UPNS[0]},Farrant,Leo,14/02/2016,5,5A,N,", f"{UPNS[1]},Moss,Wren,21/03/2016,5,5A,N,"]
    return imports.apply(imported=preview(school, table(*rows), senco), by=senco, confirmed=True)


def go(imported, by, **how):
    return apply(imported=imported, by=by, still_mine=lambda: None, today=timezone.localdate(), **how)


def stop(client, imported):
    return client.post(reverse("pupils:import-stop", args=[imported.pk]), follow=True).content.decode()


def test_a_pupil_changed_while_it_was_worked_out_is_left_alone(applying, senco, leo):
    begun = []

    def meanwhile():
        begun.append(True)
        if len(begun) == 1:
            leo.refresh_from_db()
            pupils.update_pupil(pupil=leo, values={"year_group": "6"}, version=leo.version, by=senco)

    counts = go(applying, senco, writing=meanwhile)

    leo.refresh_from_db()
    assert (leo.year_group, counts["new"], counts["skipped"], len(begun)) == ("6", 1, 1, 2)
    assert NoteCode(applying.changes.get(pupil=leo).outcome_reason) == NoteCode.MOVED_ON


def test_a_upn_that_somebody_gave_away_meanwhile_is_not_given_twice(applying, senco, school):
    def meanwhile():
        if not Pupil.objects.filter(upn=UPNS[1]).exists():
            details = {"legal_forename": "Wren", "legal_surname": "Moss", "upn": UPNS[1]}
            pupils.add_pupil(school=school, joined_on=timezone.localdate(), by=senco, **details)

    go(applying, senco, writing=meanwhile)

    assert Pupil.objects.filter(upn=UPNS[1]).count() == 1
    assert NoteCode(applying.changes.get(kind="new").outcome_reason) == NoteCode.UPN_TAKEN


def test_what_is_changed_again_and_again_is_locked_in_the_end(applying, senco, leo):
    def meanwhile():
        leo.refresh_from_db()
        pupils.update_pupil(pupil=leo, values={"pronouns": f"{leo.version}"}, version=leo.version, by=senco)

    go(applying, senco, writing=meanwhile)

    applying.refresh_from_db()
    assert applying.status == Import.Status.APPLIED


def test_nothing_is_written_when_it_is_stopped_before_the_writing(applying, senco):
    def stopped():
        raise JobStopped

    with pytest.raises(JobStopped):
        go(applying, senco, writing=stopped)

    assert Pupil.objects.count() == 1
    assert not applying.changes.exclude(outcome="").exists()


def test_applied_by_two_workers_at_once_it_is_applied_once(school, senco, tmp_path, transactional_db):
    """As when the first is slow to die: whoever is second finds the work done, and writes nothing."""
    sent = preview(school, table(",Moss,Wren,21/03/2016,5,,N,"), senco)
    imports.apply(imported=sent, by=senco, confirmed=True)
    worked_out = threading.Barrier(3)

    def work():
        waiting = [worked_out.wait]
        imported = Import.objects.select_related("school").get(pk=sent.pk)
        return go(imported, senco, writing=lambda: waiting and waiting.pop()())

    contest = Contest(tmp_path, whole=False)
    done = contest.between(*[work] * 3)

    assert [counts.get("new") for counts in done if counts] == [1]
    assert contest.look(lambda: Pupil.objects.filter(school=school).count()) == 1
    assert contest.look(lambda: Event.objects.filter(code="import.applied").count()) == 1


def test_pressed_by_two_people_at_once_applying_begins_once(school, senco, head, leo, tmp_path, transactional_db):
    imported = preview(school, table(f"{UPNS[0]},Farrant,Leo,14/02/2016,5,5A,N,"), senco)

    def press(by):
        return imports.apply(imported=imported, by=by, confirmed=True).status

    contest = Contest(tmp_path)
    outcomes = contest.between(*(partial(press, by) for by in (senco, head) * 2))

    assert sorted(outcomes) == sorted([Import.Status.APPLYING.value, *["Refused"] * 3])
    assert contest.look(lambda: Job.objects.filter(kind="pupils.import_apply").count()) == 1


def test_stopping_a_running_import_leaves_it_to_be_checked_again(sign_in, applying, senco):
    Job.objects.filter(pk=applying.job_id).update(status=Status.RUNNING, done=0, total=100, token="")
    stop(sign_in(senco), applying)
    assert Job.objects.get(pk=applying.job_id).cancel_asked

    Job.objects.filter(pk=applying.job_id).update(status=Status.QUEUED)
    run(applying.job_id)

    page = sign_in(senco).get(applying.get_absolute_url()).content.decode()
    assert "Applying was stopped. Nothing was changed." in page
    assert Pupil.objects.count() == 1


def test_what_is_being_written_cannot_be_stopped(sign_in, applying, senco):
    Job.objects.filter(pk=applying.job_id).update(status=Status.RUNNING, done=100, total=100)
    client = sign_in(senco)

    assert shows(stop(client, applying), ImportReason.TOO_LATE_TO_STOP)
    page = client.get(applying.get_absolute_url()).content.decode()
    assert "What is being written is written whole." in page
    assert not Job.objects.get(pk=applying.job_id).cancel_asked
