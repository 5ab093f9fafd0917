"""kill -9 of worker, beat and web at every step of the reminders: nothing lost, one double where SMTP leaves one."""

import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg import sql

from sendco.tools.dev.servers import find_redis, free_port, wait_for_port
from tests.governance.mail_server import MailServer

ROOT = Path(__file__).resolve().parents[2]
PEOPLE = 5
# In the order in which the run comes to them.
STEPS = ["run.before", "run.claimed", "row.before", "row.after", "send.before", "send.after", "mark.after"]
ENDED = {"sent", "refused", "failed", "empty"}


class Redis:
    """A broker of the site's own, which can be killed and comes back empty on the same port."""

    def __init__(self, folder):
        self.folder, self.port = folder, free_port()
        self.start()

    @property
    def address(self):
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self):
        plain = ["--save", "", "--appendonly", "no", "--dir", str(self.folder)]
        command = [find_redis(), "--port", str(self.port), "--bind", "127.0.0.1", *plain]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for_port(self.port, self.process)

    def kill(self):
        self.process.kill()
        self.process.wait()


class Site:
    def __init__(self, folder, mail, *, redis=None, database=""):
        self.folder, self.mail, self.redis = folder, mail, redis
        self.port, self.number = free_port(), 0
        env = {name: value for name, value in os.environ.items() if not name.startswith(("SENDCO_", "PYTEST_"))}
        self.home = subprocess.Popen(
            [sys.executable, "-m", "tests.soak.reminders_under_fire"],
            cwd=ROOT,
            env=env
            | {
                "SENDCO_DATA": str(folder),
                "SENDCO_DEBUG": "1",
                "SENDCO_SECRET_KEY": "only-for-tests-0123456789-abcdefghijklmnopqrstuvwxyz-0123456789",
                "SENDCO_EMAIL_URL": f"smtp://127.0.0.1:{mail.port}",
                "SENDCO_EMAIL_TLS": "0",
                "SENDCO_SITE_URL": f"http://127.0.0.1:{self.port}",
                "DATABASE_URL": database,
                "REDIS_URL": redis.address if redis else "",
                "CACHE_REDIS_URL": "",
            },
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=(folder / "home.log").open("w"),
            text=True,
        )
        self.cookie = self.ask("prepare", PEOPLE)["cookie"]
        self.worker = None

    def ask(self, *words):
        self.home.stdin.write(" ".join(map(str, words)) + "\n")
        self.home.stdin.flush()
        answer = self.home.stdout.readline()
        assert answer, (self.folder / "home.log").read_text()[-3000:]
        return json.loads(answer)

    def begin(self):
        """The next day of the site, at seven. Returns what tells its mails from those of other days."""
        self.number += 1
        self.mail.mails.clear()
        self.mail.refuse, self.mail.times, self.mail.silent = {}, {}, set()
        self.ask("day", self.number)

    def state(self):
        return self.ask("state", self.number)

    def break_at(self, *steps):
        for step in steps:
            (self.folder / "faults" / step).touch()

    def broken(self):
        return {path.name for path in (self.folder / "faults").iterdir()}

    def keep_worker(self, threads=1):
        """Start the worker anew when it is gone, as the process group of a site does."""
        if self.worker is None or not alive(self.worker):
            self.worker = self.ask("worker", threads)

    def settle(self, seconds=60):
        """Keep a worker at work until every fault was met and every mail has ended. Returns the state."""
        end = time.monotonic() + seconds
        state = {}
        while time.monotonic() < end:
            self.keep_worker()
            if not self.broken():
                state = self.state()
                if state["digests"] and {how for _, how in state["digests"]} <= ENDED:
                    return state
            time.sleep(0.1)
        raise AssertionError(f"{self.broken()} left, {state}, {self.logs()}")

    def logs(self):
        return {path.name: path.read_text()[-1500:] for path in self.folder.glob("*.log")}

    def post(self, path):
        """What the head's browser sends. Returns the status, or None when the server went away."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", data=b"", method="POST")
        token = "k" * 32
        request.add_header("Cookie", f"sendco={self.cookie}; csrf={token}")
        request.add_header("X-CSRFToken", token)
        try:
            with urllib.request.build_opener(_Stay).open(request, timeout=20) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return None

    def close(self):
        self.home.stdin.close()
        self.home.wait(timeout=20)


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *arguments):
        return None


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def kill(pid):
    os.killpg(pid, signal.SIGKILL)
    wait_until_gone(pid)


def wait_until_gone(pid):
    """A process that was killed closes its connections a moment before it is gone."""
    end = time.monotonic() + 10
    while alive(pid):
        assert time.monotonic() < end, f"{pid} is still there"
        time.sleep(0.01)


def own_database():
    """A new database on the run's PostgreSQL, or "" where the run has none: SQLite then."""
    address = os.environ.get("DATABASE_URL", "")
    if not address:
        return ""
    name = f"soak_{uuid.uuid4().hex[:10]}"
    with psycopg.connect(address, autocommit=True) as link:
        link.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return urlsplit(address)._replace(path=f"/{name}").geturl()


def run_site(folder, *, on_redis, database):
    redis = Redis(folder) if on_redis else None
    with MailServer() as mail:
        place = Site(folder, mail, redis=redis, database=database)
        try:
            yield place
        finally:
            place.close()
            if redis:
                redis.kill()


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """One for all tests: on Redis and PostgreSQL where the run has them, as the second leg does."""
    folder = tmp_path_factory.mktemp("reminders")
    yield from run_site(folder, on_redis=bool(os.environ.get("REDIS_URL")), database=own_database())


@pytest.fixture(scope="module", params=["folder", "redis"])
def either_site(tmp_path_factory, request):
    """Both brokers in one run: what dev.py soak repeats."""
    folder = tmp_path_factory.mktemp("reminders")
    yield from run_site(folder, on_redis=request.param == "redis", database=own_database())


@pytest.fixture
def dice():
    """Another draw on each turn of the soak, and the same one when a turn is repeated."""
    return random.Random(int(os.environ.get("SENDCO_SOAK_TURN", "1")))


def teachers():
    return [f"t{number}@fernhill.example" for number in range(PEOPLE)]


def assert_exactly_once(site, state, *, most_doubles):
    """One run, each stage carried once, each mail accepted; a mail that came twice has one Message-ID."""
    assert state["runs"] == ["done"]
    assert state["lines"] == sorted([address, "0"] for address in teachers() for _ in range(2))
    assert [address for address, _ in state["digests"]] == teachers()
    mails = site.mail.accepted()
    assert {(address, message_id) for address, message_id, _ in mails} == {
        (address, state["ids"][address]) for address in teachers()
    }
    assert len(mails) - PEOPLE <= most_doubles, [address for address, _, _ in mails]


# --- Once each in the ordinary suite -----------------------------------------------------------------------------
def test_worker_and_beats_killed_at_every_step(site):
    site.begin()
    site.break_at(*STEPS)
    beats = [site.ask("beat", "one"), site.ask("beat", "two")]

    for left in range(len(STEPS) - 1, -1, -1):
        site.keep_worker()
        worker, end = site.worker, time.monotonic() + 30
        while alive(worker):
            assert time.monotonic() < end, (site.broken(), site.logs())
            time.sleep(0.02)
        assert len(site.broken()) == left
        kill(beats.pop(0))
        if site.redis and left == 3:
            site.redis.kill()
            site.redis.start()
        beats.append(site.ask("beat", f"again{left}"))
    state = site.settle()

    assert_exactly_once(site, state, most_doubles=1)
    assert {how for _, how in state["digests"]} == {"sent"}
    for beat in beats:
        kill(beat)


def test_server_that_refuses_and_hangs_while_the_worker_is_killed(site):
    site.begin()
    gone, full, slow, *_ = teachers()
    site.mail.refuse = {gone: "550 No such box", full: "452 Box full"}
    site.mail.times = {full: 2}
    site.mail.silent = {slow}
    beat = site.ask("beat", "three")
    site.break_at("send.before")

    end = time.monotonic() + 30
    while slow not in site.mail.asked:
        assert time.monotonic() < end, site.logs()
        site.keep_worker()
        time.sleep(0.05)
    site.mail.silent = set()
    state = site.settle()

    assert dict(state["digests"])[gone] == "refused"
    mails = [address for address, _, _ in site.mail.accepted()]
    assert sorted(mails) == [address for address in teachers() if address != gone]

    # The web ends while it takes the order to send it again: nothing is half done, and the order can be given again.
    site.mail.refuse = {}
    web = site.ask("web", site.port)
    path = f"/reminders/{state['pks'][gone]}/retry/"
    site.break_at("retry.before")
    assert post_when_up(site, path) is None
    assert dict(site.state()["digests"])[gone] == "refused"
    wait_until_gone(web)
    web = site.ask("web", site.port)
    assert post_when_up(site, path) == 302
    site.mail.wait_for(PEOPLE)
    assert_exactly_once(site, site.settle(), most_doubles=0)
    kill(web)
    kill(beat)


def post_when_up(site, path, seconds=20):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", site.port)) == 0:
                return site.post(path)
        time.sleep(0.05)
    raise AssertionError(site.logs())


# --- Many times --------------------------------------------------------------------------------------------------
@pytest.mark.soak
def test_killed_at_every_step_on_either_broker(either_site):
    test_worker_and_beats_killed_at_every_step(either_site)


@pytest.mark.soak
def test_refusals_and_web_on_either_broker(either_site):
    test_server_that_refuses_and_hangs_while_the_worker_is_killed(either_site)


@pytest.mark.soak
def test_killed_at_any_moment_on_either_broker(either_site, dice):
    site = either_site
    site.begin()
    beats = [site.ask("beat", "five"), site.ask("beat", "six")]
    kills, threads = 0, 2

    for _ in range(4):
        site.keep_worker(threads)
        time.sleep(dice.uniform(0.1, 2.5))
        if alive(site.worker):
            kill(site.worker)
            kills += 1
        if site.redis and dice.random() < 0.3:
            site.redis.kill()
            site.redis.start()
        kill(beats.pop(0))
        beats.append(site.ask("beat", f"seven{kills}"))
    state = site.settle()

    assert_exactly_once(site, state, most_doubles=kills * threads)
    for beat in beats:
        kill(beat)
