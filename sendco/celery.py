"""The Celery application. Tasks carry ids only; what was done is kept in rows, never in a result store."""

import os

from celery import Celery
from celery.signals import beat_init, worker_init
from django.core.exceptions import ImproperlyConfigured
from kombu.transport import TRANSPORT_ALIASES

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sendco.settings")

TRANSPORT_ALIASES["folder"] = "sendco.broker:Transport"

app = Celery("sendco")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_init.connect
@beat_init.connect
def refuse_unsafe_start(**kwargs):
    # The checks read settings and models, which are loaded after this module.
    from sendco.checks import ensure_safe_to_start

    try:
        ensure_safe_to_start()
    except ImproperlyConfigured as error:
        raise SystemExit(str(error)) from error  # any other error would only be logged
