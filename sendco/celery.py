"""The Celery application. Tasks carry ids only; what was done is kept in rows, never in a result store."""

import os

from celery import Celery
from kombu.transport import TRANSPORT_ALIASES

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sendco.settings")

TRANSPORT_ALIASES["folder"] = "sendco.broker:Transport"

app = Celery("sendco")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
