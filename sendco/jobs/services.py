import logging
import uuid
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from sendco.people import Someone

from .models import FINISHED, Heartbeat, Job, Status

logger = logging.getLogger(__name__)
MOST_ATTEMPTS = 3
STALE_AFTER = timedelta(seconds=30)
KEPT_FOR = timedelta(days=90)


class JobFailed(Exception):
    """A handler cannot do its work; the message is for the person who asked and names no child."""


class JobStopped(Exception):
    """Somebody asked the job to stop, or another worker has taken it over."""


@transaction.atomic
def enqueue(
    kind: str, *, title: str, by: Someone | None, school_id: int | None = None, params: dict[str, Any] | None = None
) -> Job:
    """Write the job in the caller's transaction and send it when that commits."""
    job = Job.objects.create(
        kind=kind, title=title, user_id=getattr(by, "pk", None), school_id=school_id, params=params or {}
    )
    transaction.on_commit(partial(send, job.pk))
    return job


def send(job_id: int) -> None:
    """Hand the job to the broker. A broker that is down costs nothing: the sweep sends it again."""
    # The task runs jobs, and jobs hand in others.
    from .tasks import run_job

    Job.objects.filter(pk=job_id).update(sent_at=timezone.now())
    try:
        run_job.apply_async([job_id], retry=False)
    except Exception as error:  # every transport has its own errors, and none may lose the caller's work
        logger.warning("Job %s was not sent: %s. The sweep will send it.", job_id, type(error).__name__)


def claim(job_id: int) -> Job | None:
    """Take a queued job for this worker; None when somebody else has it or it is finished."""
    token = uuid.uuid4().hex
    taken = Job.objects.filter(pk=job_id, status=Status.QUEUED).update(
        status=Status.RUNNING, token=token, attempts=F("attempts") + 1, heartbeat_at=timezone.now(), error=""
    )
    return Job.objects.get(pk=job_id) if taken else None


def finish(
    job: Job, status: Status, *, error: str = "", message: str | None = None, result: dict[str, Any] | None = None
) -> bool:
    """Close the job if it is still ours; False when another worker has taken it over."""
    values = {"status": status, "error": error[:300], "finished_at": timezone.now(), "heartbeat_at": timezone.now()}
    if message is not None:
        values["message"] = message[:300]
    if result is not None:
        values["result"] = result
    return bool(Job.objects.filter(pk=job.pk, token=job.token, status=Status.RUNNING).update(**values))


def ask_to_cancel(job: Job) -> None:
    """Stop a waiting job now, and a running one at its next step."""
    stopped = Job.objects.filter(pk=job.pk, status=Status.QUEUED).update(
        status=Status.CANCELLED, finished_at=timezone.now(), message="Stopped before it started."
    )
    if not stopped:
        Job.objects.filter(pk=job.pk, status=Status.RUNNING).update(cancel_asked=True)


@transaction.atomic
def retry(job: Job) -> None:
    """Start a failed or stopped job again from the beginning."""
    again = Job.objects.filter(pk=job.pk, status__in=[Status.FAILED, Status.CANCELLED]).update(
        status=Status.QUEUED,
        attempts=0,
        token="",
        cancel_asked=False,
        error="",
        message="",
        done=0,
        finished_at=None,
        seen_at=None,
    )
    if again:
        transaction.on_commit(partial(send, job.pk))


def sweep(now: datetime | None = None) -> int:
    """Send again what nobody picked up, and put back what a dead worker left. Returns how many jobs it touched."""
    now = now or timezone.now()
    old = now - STALE_AFTER
    left = Job.objects.filter(status=Status.RUNNING, heartbeat_at__lt=old)
    given_up = left.filter(attempts__gte=MOST_ATTEMPTS).update(
        status=Status.FAILED,
        token="",
        finished_at=now,
        error=f"The worker stopped {MOST_ATTEMPTS} times while doing this. Nothing was half done. Try again, or tell "
        "the person who runs the site.",
    )
    put_back = left.update(status=Status.QUEUED, token="", sent_at=None)
    waiting = Job.objects.filter(Q(sent_at=None) | Q(sent_at__lt=old), status=Status.QUEUED)
    ids = list(waiting.order_by("pk").values_list("pk", flat=True)[:200])
    for job_id in ids:
        send(job_id)
    if given_up or put_back:
        logger.warning("Sweep: %s jobs put back, %s given up.", put_back, given_up)
    return given_up + len(ids)


def note_heartbeat(name: str) -> None:
    Heartbeat.objects.update_or_create(name=name, defaults={"beat_at": timezone.now()})


def clear_old() -> None:
    Job.objects.filter(status__in=FINISHED, finished_at__lt=timezone.now() - KEPT_FOR).delete()
