from celery import shared_task
from django.core.management import call_command

from . import runner, services


@shared_task
def run_job(job_id: int) -> None:
    runner.run(job_id)


@shared_task
def sweep() -> None:
    services.sweep()


@shared_task
def beat_heartbeat() -> None:
    """Beat sends this and a worker runs it: a fresh row says that both are alive."""
    services.note_heartbeat("beat")


@shared_task
def housekeeping() -> None:
    """Remove what has served its time: finished jobs, expired sessions, old limits, drafts and export files."""
    services.clear_old()
    call_command("clearsessions")
    call_command("clear_expired")
