"""The Celery application. Tasks carry ids only; what was done is kept in rows, never in a result store."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sendco.settings")

app = Celery("sendco")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
