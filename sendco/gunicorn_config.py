"""gunicorn's settings, local and in production: `gunicorn -c python:sendco.gunicorn_config sendco.wsgi`."""

import gc
import os

from gunicorn.http import wsgi

from sendco.gunicorn_logging import RedactingLogger

workers = int(os.environ.get("SENDCO_WEB_WORKERS", "2"))
# Threads keep a slow or idle connection from holding up a worker; behind a proxy that buffers, 1 is a little faster.
threads = int(os.environ.get("SENDCO_WEB_THREADS", "4"))
timeout = 60
graceful_timeout = 15
keepalive = 5
logger_class = RedactingLogger
# The site logs each request by route and time; this log adds paths and static files, for hunting a fault.
accesslog = "-" if os.environ.get("SENDCO_ACCESS_LOG") == "1" else None
access_log_format = "%(m)s %(U)s %(s)s %(B)s bytes %(M)s ms"
loglevel = "warning"
control_socket_disable = True


def post_worker_init(worker):
    """What the site loaded stays as long as the worker: the collector need not walk through it in each pass."""
    gc.collect()
    gc.freeze()


_default_headers = wsgi.Response.default_headers


def _without_server(response):
    return [line for line in _default_headers(response) if not line.startswith("Server:")]


# gunicorn has no setting for this header, which tells a stranger what to attack.
wsgi.Response.default_headers = _without_server
