"""The tick of the reminders. Beat sends it every few minutes; two beats, or none for a week, do no harm."""

from celery import shared_task
from django.utils.timezone import now

from .services.daily import remind_of_reviews, run_daily
from .services.watching import watch


@shared_task
def daily():
    at = now()
    remind_of_reviews(at)
    run_daily(at)
    watch(at)
