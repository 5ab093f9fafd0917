"""The entry point for the web server. A site that is not safe to run does not start."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sendco.settings")

application = get_wsgi_application()

from django.db import connection  # noqa: E402

from sendco.checks import ensure_safe_to_start  # noqa: E402  (needs the apps loaded)
from sendco.databases import hold_open  # noqa: E402

ensure_safe_to_start()

if connection.vendor == "sqlite":
    held = hold_open(connection.settings_dict["NAME"])
