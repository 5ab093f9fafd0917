"""The tick of the reminders. Beat sends it every few minutes; two beats, or none for a week, do no harm."""

from celery import shared_task
from django.utils.timezone import now

from pupils.record.services import emergencies
from staff import covering

from .services.daily import remind_of_reviews, run_daily
from .services.sealing import seal_and_tell
from .services.watching import watch


@shared_task
def daily():
    at = now()
    remind_of_reviews(at)
    run_daily(at)
    watch(at)
    emergencies.report_ended(at)
    covering.report_ended(at)


@shared_task
def seal() -> None:
    """Each hour, since the night may have been slept through; one seal a day is made."""
    seal_and_tell(now())
