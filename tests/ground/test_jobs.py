from datetime import timedelta

import pytest
from django.utils import timezone

from sendco.jobs import runner, services
from sendco.jobs.models import Job, Status
from sendco.jobs.registry import HANDLERS

pytestmark = pytest.mark.postgresql("locks of rows, and the broker")


@pytest.fixture
def handlers(monkeypatch):
    """Let a test register handlers that disappear with it."""

    def put(kind, function):
        monkeypatch.setitem(HANDLERS, kind, function)

    return put


@pytest.fixture
def sent(monkeypatch):
    ids = []
    monkeypatch.setattr("sendco.jobs.tasks.run_job.apply_async", lambda args, **kwargs: ids.append(args[0]))
    return ids


def queue(kind="test", **kwargs):
    return services.enqueue(kind, title="Test", by=None, **kwargs)


def test_job_is_sent_after_commit(db, sent, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        job = queue()
        assert sent == []

    assert sent == [job.pk]


def test_broker_that_is_down_loses_nothing(db, monkeypatch, django_capture_on_commit_callbacks):
    def down(*args, **kwargs):
        raise OSError("no broker")

    monkeypatch.setattr("sendco.jobs.tasks.run_job.apply_async", down)

    with django_capture_on_commit_callbacks(execute=True):
        job = queue()

    job.refresh_from_db()
    assert job.status == Status.QUEUED


def test_job_runs_once_however_often_it_is_sent(db, handlers):
    runs = []
    handlers("test", lambda run: runs.append(run.job.pk))
    job = queue()

    runner.run(job.pk)
    runner.run(job.pk)

    assert runs == [job.pk]


def test_result_and_message_are_kept(db, handlers):
    handlers("test", lambda run: {"file": 7, "message": "Made"})
    job = queue()

    runner.run(job.pk)

    job.refresh_from_db()
    assert (job.status, job.result, job.message) == (Status.DONE, {"file": 7}, "Made")


def test_refusal_shows_its_words(db, handlers):
    def refuse(run):
        raise services.JobFailed("The file is gone. Upload it again.")

    handlers("test", refuse)
    job = queue()

    runner.run(job.pk)

    job.refresh_from_db()
    assert (job.status, job.error) == (Status.FAILED, "The file is gone. Upload it again.")


def test_crash_shows_safe_words_only(db, handlers, caplog):
    def crash(run):
        raise RuntimeError("Kezia Adeyemi has no UPN")

    handlers("test", crash)
    job = queue()

    runner.run(job.pk)

    job.refresh_from_db()
    assert job.status == Status.FAILED
    assert "Kezia" not in job.error


def test_cancel_stops_a_running_job_at_its_next_step(db, handlers):
    def work(run):
        run.progress(0, 2)
        services.ask_to_cancel(Job.objects.get(pk=run.job.pk))
        run.progress(2, 2)
        pytest.fail("went on after it was stopped")

    handlers("test", work)
    job = queue()

    runner.run(job.pk)

    job.refresh_from_db()
    assert job.status == Status.CANCELLED


def test_cancel_before_start(db, handlers):
    handlers("test", lambda run: pytest.fail("ran"))
    job = queue()

    services.ask_to_cancel(job)
    runner.run(job.pk)

    job.refresh_from_db()
    assert job.status == Status.CANCELLED


def stale(job, *, status, attempts=1):
    old = timezone.now() - timedelta(minutes=5)
    Job.objects.filter(pk=job.pk).update(status=status, heartbeat_at=old, sent_at=old, attempts=attempts, token="dead")


def test_sweep_puts_back_what_a_dead_worker_left(db, sent):
    job = queue()
    stale(job, status=Status.RUNNING)

    services.sweep()

    job.refresh_from_db()
    assert job.status == Status.QUEUED
    assert sent == [job.pk]


def test_sweep_gives_up_after_three_deaths_and_says_so(db, sent):
    job = queue()
    stale(job, status=Status.RUNNING, attempts=3)

    services.sweep()

    job.refresh_from_db()
    assert job.status == Status.FAILED
    assert "stopped 3 times" in job.error


def test_sweep_leaves_a_living_job_alone(db, sent):
    job = queue()
    Job.objects.filter(pk=job.pk).update(status=Status.RUNNING, heartbeat_at=timezone.now(), token="alive")

    services.sweep()

    job.refresh_from_db()
    assert job.status == Status.RUNNING


def test_worker_that_lost_its_job_writes_nothing(db, handlers):
    written = []

    def work(run):
        run.still_mine()
        Job.objects.filter(pk=run.job.pk).update(token="another")
        run.still_mine()
        written.append("late")

    handlers("test", work)
    runner.run(queue().pk)

    assert written == []


def test_worker_that_lost_its_job_cannot_close_it(db, handlers):
    def work(run):
        Job.objects.filter(pk=run.job.pk).update(token="another")
        run.progress(2, 2)

    handlers("test", work)
    job = queue()

    runner.run(job.pk)

    job.refresh_from_db()
    assert job.status == Status.RUNNING


def test_retry_starts_a_failed_job_again(db, sent, handlers, django_capture_on_commit_callbacks):
    def refuse(run):
        raise services.JobFailed("No.")

    handlers("test", refuse)
    job = queue()
    runner.run(job.pk)
    job.refresh_from_db()

    with django_capture_on_commit_callbacks(execute=True):
        services.retry(job)

    job.refresh_from_db()
    assert job.status == Status.QUEUED
    assert sent == [job.pk]
