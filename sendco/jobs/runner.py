"""Run one job: claim it, keep its heart beating while the handler works, close it whatever happens."""

import logging
import threading
import time

from django.db import connection
from django.utils import timezone

from .models import Job, Status
from .registry import HANDLERS
from .services import JobFailed, JobStopped, claim, finish

logger = logging.getLogger(__name__)
BEAT_EVERY = 5  # seconds
WRITE_EVERY = 0.5  # seconds between progress writes
SORRY = (
    "Something went wrong and nothing was changed. Try again; if it happens again, tell the person who runs the site."
)


class Run:
    """What a handler holds: the job's facts, and a way to say how far it is."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.params = job.params
        self._written = 0.0

    def progress(self, done: int, total: int, message: str = "", *, may_stop: bool = True) -> None:
        """Say how far the work is. Raises JobStopped when another worker has it, or somebody stopped what may stop."""
        if done < total and time.monotonic() - self._written < WRITE_EVERY:
            return
        self._written = time.monotonic()
        mine = Job.objects.filter(pk=self.job.pk, token=self.job.token, status=Status.RUNNING)
        if not mine.update(done=done, total=total, message=message[:300], heartbeat_at=timezone.now()):
            raise JobStopped
        if may_stop and mine.filter(cancel_asked=True).exists():
            raise JobStopped

    def still_mine(self, *, may_stop: bool = True) -> None:
        """Lock the job's row inside the caller's transaction: the last check before applying. Raises JobStopped.

        Work that is done in parts is finished once the first is written: it `may_stop` no more.
        """
        mine = Job.objects.select_for_update().filter(pk=self.job.pk, token=self.job.token, status=Status.RUNNING)
        if not (mine.filter(cancel_asked=False) if may_stop else mine).exists():
            raise JobStopped


class _Heart(threading.Thread):
    def __init__(self, job: Job) -> None:
        super().__init__(daemon=True)
        self.job, self.stopped = job, threading.Event()

    def run(self) -> None:
        while not self.stopped.wait(BEAT_EVERY):
            try:
                Job.objects.filter(pk=self.job.pk, token=self.job.token).update(heartbeat_at=timezone.now())
            except Exception as error:  # a beat missed under load must not end the work
                logger.warning("Heartbeat of job %s missed: %s", self.job.pk, type(error).__name__)
        connection.close()

    def stop(self) -> None:
        self.stopped.set()
        if self.is_alive():
            self.join()


def run(job_id: int) -> Status | None:
    """Do the job if it is still waiting. Returns its closing status, or None when there was nothing to do."""
    job = claim(job_id)
    if job is None:
        return None
    heart = _Heart(job)
    heart.start()
    try:
        return _work(job)
    finally:
        heart.stop()


def _work(job: Job) -> Status:
    handler = HANDLERS.get(job.kind)
    if handler is None:
        finish(job, Status.FAILED, error="This version of sendco no longer knows how to do this.")
        return Status.FAILED
    try:
        result = dict(handler(Run(job)) or {})
    except JobStopped:
        finish(job, Status.CANCELLED, message="Stopped. Nothing was changed.")
        return Status.CANCELLED
    except JobFailed as error:
        finish(job, Status.FAILED, error=str(error))
        return Status.FAILED
    except Exception:
        logger.exception("Job %s of kind %s failed", job.pk, job.kind)
        finish(job, Status.FAILED, error=SORRY)
        return Status.FAILED
    message = result.pop("message", "")
    finish(job, Status.DONE, result=result, message=message)
    return Status.DONE
