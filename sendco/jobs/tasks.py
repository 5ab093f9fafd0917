from celery import shared_task
from django.core.management import call_command

from . import runner, services


@shared_task
def run_job(job_id):
    runner.run(job_id)


@shared_task
def sweep():
    services.sweep()


@shared_task
def beat_heartbeat():
    """Beat sends this and a worker runs it: a fresh row says that both are alive."""
    services.note_heartbeat("beat")


@shared_task
def housekeeping():
    """Remove what has served its time: finished jobs, expired sessions, old limits, drafts and export files."""
    services.clear_old()
    call_command("clearsessions")
    call_command("clear_expired")
