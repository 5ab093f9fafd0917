"""Time a page through the whole stack of middleware, and count its queries."""

import gc
import statistics
import time
from dataclasses import dataclass

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@dataclass(frozen=True)
class Reading:
    name: str
    queries: int
    median_ms: float
    p95_ms: float
    kib: float
    cpu_ms: float = 0  # of this process alone: a busy machine does not change it much, a database server is not in it


def browser(user):
    client = Client(SERVER_NAME="localhost")
    client.force_login(user, backend=BACKEND)
    return client


def read(name, client, path, *, times, **headers):
    """Read one page `times` times after three to warm up. Queries are counted apart, so that counting costs no time."""
    for _ in range(3):
        response = client.get(path, headers=headers)
        if response.status_code != 200:
            raise RuntimeError(f"{name}: {path} answered {response.status_code}")
    with CaptureQueriesContext(connection) as captured:
        client.get(path, headers=headers)
    queries = len(captured)  # read now: the next request empties the log
    spent = []
    for _ in range(times):
        started = time.perf_counter()
        response = client.get(path, headers=headers)
        spent.append((time.perf_counter() - started) * 1000)
    spent.sort()
    size = len(response.content) / 1024
    return Reading(name, queries, statistics.median(spent), spent[int(len(spent) * 0.95) - 1], size)


def together(pages, *, times):
    """Read several pages in turns, so that a busy moment of the machine falls on all of them alike.

    `pages` is a list of (name, client, path, headers). Returns readings in the same order.
    """
    spent, worked = {name: [] for name, *_ in pages}, {name: [] for name, *_ in pages}
    found = {name: read(name, client, path, times=1, **headers) for name, client, path, headers in pages}
    gc.collect()
    gc.freeze()  # as a worker of the web does (gunicorn_config)
    for _ in range(times):
        for name, client, path, headers in pages:
            started, busy = time.perf_counter(), time.process_time()
            client.get(path, headers=headers)
            worked[name].append((time.process_time() - busy) * 1000)
            spent[name].append((time.perf_counter() - started) * 1000)
    readings = []
    for name, *_ in pages:
        times_of = sorted(spent[name])
        one = found[name]
        p95 = times_of[max(0, int(len(times_of) * 0.95) - 1)]
        cpu = statistics.median(worked[name])
        readings.append(Reading(name, one.queries, statistics.median(times_of), p95, one.kib, cpu))
    return readings
