"""kill -9 of the worker in the middle of an import: no half import, and the job finishes or says why."""

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
import redis

from tests import migrated

ROOT = Path(__file__).resolve().parents[2]
ALIKE = ("pupils", "entries", "enrolments", "contacts", "histories", "events", "found")
OPEN = ("queued", "running")


class Site:
    """A database, a broker and workers of its own, apart from those of the test run."""

    def __init__(self, folder, **more):
        self.folder = folder
        migrated.copy_to(folder)
        self.env = {
            **{name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")},
            "SENDCO_DATA": str(folder),
            "SENDCO_DEBUG": "1",
            "SENDCO_SECRET_KEY": "only-for-tests-0123456789-abcdefghijklmnopqrstuvwxyz-0123456789",
            **more,
        }
        self.workers = []

    def ask(self, *words):
        command = [sys.executable, "-m", "tests.soak.import_under_fire", *map(str, words)]
        done = subprocess.run(command, cwd=ROOT, env=self.env, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stderr[-2000:]
        return json.loads(done.stdout.strip().splitlines()[-1])

    def start_worker(self):
        command = [sys.executable, "-m", "celery", "-A", "sendco", "worker", "--pool", "threads", "-c", "2"]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        worker = subprocess.Popen([*command, "--without-gossip", "--without-mingle"], cwd=ROOT, env=self.env, **quiet)
        self.workers.append(worker)
        return worker

    def kill(self, worker):
        worker.send_signal(signal.SIGKILL)
        worker.wait()

    def close(self):
        for worker in self.workers:
            if worker.poll() is None:
                self.kill(worker)


def own_redis():
    """Return the address of an emptied database of the run's Redis, or None where the run has no Redis."""
    if not os.environ.get("REDIS_URL"):
        return None
    address = os.environ["REDIS_URL"].rsplit("/", 1)[0] + "/9"
    with redis.Redis.from_url(address) as server:
        server.flushdb()
    return address


@pytest.fixture
def site(tmp_path):
    """On Redis where the run has one, as the second leg of the suite does; else on the folder broker."""
    address = own_redis()
    place = Site(tmp_path, REDIS_URL=address) if address else Site(tmp_path)
    yield place
    place.close()


@pytest.fixture(params=["folder", "redis"])
def either_site(tmp_path, request):
    """Both brokers in one run: what dev.py soak repeats."""
    more = {"REDIS_URL": own_redis()} if request.param == "redis" else {}
    assert None not in more.values(), "dev.py soak starts the Redis that this needs"
    place = Site(tmp_path, **more)
    yield place
    place.close()


@pytest.fixture
def dice():
    """Another draw on each turn of the soak, and the same one when a turn is repeated."""
    return random.Random(int(os.environ.get("SENDCO_SOAK_TURN", "1")))


def job_of(site):
    """Look at the last job straight in the file: quick enough to catch it at work."""
    try:
        base = sqlite3.connect(f"file:{site.folder / 'sendco.sqlite3'}?mode=ro", uri=True, timeout=1)
        try:
            return base.execute("select status, attempts from jobs_job order by id desc limit 1").fetchone()
        finally:
            base.close()
    except sqlite3.Error:
        return None


def wait(site, wanted, seconds=60):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        job = job_of(site)
        if job and wanted(job):
            return job
        time.sleep(0.01)
    raise AssertionError(f"The job stayed {job_of(site)}")


def kill_at_work(site, after):
    """Start a worker, let it take the job, wait so long, and end it without a word."""
    worker = site.start_worker()
    wait(site, lambda job: job[0] != "queued")
    time.sleep(after)
    site.kill(worker)


def assert_whole(state, rows):
    """Everything of the import is there, or nothing of it."""
    assert len({state[name] for name in ALIKE}) == 1, state
    assert state["pupils"] in (0, rows), state
    assert (state["status"] == "applied") == (state["pupils"] == rows), state


def finish(site):
    """A fresh worker and the sweep: what beat and the process group do for a site that lost its worker."""
    state = site.ask("sweep")
    if state["job"] in OPEN:
        worker = site.start_worker()
        wait(site, lambda job: job[0] not in OPEN)
        site.kill(worker)
        state = site.ask("state")
    return state


@pytest.mark.postgresql("a process of its own meets Redis")
def test_a_worker_killed_while_applying_leaves_no_half_import(site):
    rows = 1200
    site.ask("ready", rows)

    kill_at_work(site, after=0.2)
    state = site.ask("state")
    assert_whole(state, rows)
    assert state["job"] == "running"

    state = finish(site)
    assert_whole(state, rows)
    assert (state["status"], state["job"], state["attempts"], state["pupils"]) == ("applied", "done", 2, rows)


@pytest.mark.soak
def test_a_worker_killed_while_applying_many_times(either_site, dice):
    site, rows = either_site, 600
    site.ask("ready", rows)

    for _ in range(2):
        if job_of(site)[0] in OPEN:
            kill_at_work(site, after=dice.uniform(0, 1.5))
            assert_whole(site.ask("state"), rows)
            site.ask("sweep")
    state = finish(site)

    assert_whole(state, rows)
    assert (state["job"], state["status"]) == ("done", "applied")


@pytest.mark.soak
def test_a_worker_killed_while_reading_leaves_one_preview(either_site, dice):
    site, rows = either_site, 600
    site.ask("prepare", rows)

    kill_at_work(site, after=dice.uniform(0, 1.2))
    state = finish(site)

    assert (state["job"], state["status"], state["changes"], state["pupils"]) == ("done", "check", rows, 0)


@pytest.mark.soak
def test_a_worker_killed_three_times_says_why(either_site):
    site, rows = either_site, 2000
    site.ask("ready", rows)

    for _ in range(3):
        kill_at_work(site, after=0.05)
        state = site.ask("sweep")

    assert_whole(state, rows)
    assert state["pupils"] == 0
    assert state["job"] == "failed"
    assert "Nothing was half done" in state["error"]
