"""The tick of the reminders. Beat sends it every few minutes; two beats, or none for a week, do no harm."""

from celery import shared_task
from django.utils.timezone import now

from .services.daily import run_daily


@shared_task
def daily():
    run_daily(now())
