"""The worker is killed in the midst of jobs, and so is the broker: every job ends done, and once."""

import subprocess
import time
from contextlib import contextmanager, suppress
from functools import partial

from ....install.shell import Problem
from .. import servers
from .report import CannotRun
from .site import copy_of, wait_until

MAILS, EXPORTS, SECONDS = 200, 10, 45
KILLS = 3  # run_all starts a part again three times in ten minutes; the fourth would stop the site
# The sweep looks each minute for jobs without a heartbeat for half a minute.
PATIENCE = 240
DAMAGED = {
    "0_empty.celery.msg": b"",
    "0_half.celery.msg": b'{"body": "W1s0XSwge30sIHsiY2Fs',
    "0_bytes.celery.msg": bytes(range(256)),
    "0_foreign.celery.msg": b'{"body": 1, "properties": {}}',
}


def folder(drill, seed, folder):
    site = copy_of(seed, folder / "data")
    queue = site.data / "broker" / "queue"
    with site.running() as process, _jobs(drill, site) as stream:
        with drill.step("Put damaged files into the broker's folder") as notes:
            for name, content in DAMAGED.items():
                (queue / name).write_bytes(content)
            notes += [name.removeprefix("0_").partition(".")[0] for name in DAMAGED]
        killed = []
        for turn in range(KILLS):
            with drill.step(f"kill -9 of the worker in the midst of a job, {turn + 1} of {KILLS}") as notes:
                job = site.ask("kill-in-a-job", worker_of(process), 60, *killed)
                if not drill.expect(job, "no job ran that could be killed"):
                    break
                killed.append(job)
                notes.append(f"job {job}")
                began = wait_until(partial(_said, site, f"started again, {turn + 1} of {KILLS} times"), seconds=20)
                drill.expect(began, "the worker was not started again")
        _all_done(drill, site, stream)
        with drill.step("The damaged files are set aside") as notes:
            aside = queue / "unreadable"
            wait_until(lambda: not list(queue.glob("0_*")), seconds=15)
            left = [name for name in DAMAGED if not (aside / name).exists()]
            drill.expect(not left, f"not set aside: {', '.join(left)}")
            notes.append(f"{len(DAMAGED) - len(left)} files")
        drill.expect(process.poll() is None, "the site ended")
        restarts = site.log().count("stopped by itself")
        drill.expect(restarts == KILLS, f"parts of the site were started again {restarts} times, not {KILLS}")
    drill.expect(not site.broken_pages(), f"pages broke: {site.broken_pages()}")


def redis(drill, seed, folder):
    if not servers.find_redis():
        raise CannotRun("this needs Redis: apt-get install redis-server")
    port, home = servers.free_port(), folder / "redis"
    home.mkdir()
    server = servers.start_redis(home, port)
    try:
        # As on a small site: one Redis for the queue and for the cache.
        url = f"redis://127.0.0.1:{port}/0"
        site = copy_of(seed, folder / "data", REDIS_URL=url, CACHE_REDIS_URL=url)
        with site.running() as process, _jobs(drill, site) as stream:
            for _ in range(2):
                time.sleep(10)
                with drill.step("kill -9 of Redis; five seconds later an empty one answers in its place") as notes:
                    server.kill()
                    server.wait()
                    notes += _read_without(drill, site, stream[0], 5)
                    server = servers.start_redis(home, port)
            _all_done(drill, site, stream)
            with drill.step("The site still runs") as notes:
                drill.expect(process.poll() is None, "the site ended")
                # kombu's reader may meet its own closed connection when Redis goes; the worker then ends and is
                # started again, by run_all here and by the service manager of a real site.
                notes.append(f"parts started again: {site.log().count('stopped by itself')}")
        drill.expect(not site.broken_pages(), f"pages broke: {site.broken_pages()}")
    finally:
        server.kill()
        server.wait()


def _said(site, words):
    return words in site.log()


def worker_of(process):
    """The number of the worker among the children of run_all."""
    command = ["ps", "-A", "-o", "pid=,ppid=,args="]
    for _ in range(100):
        for line in subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines():
            pid, parent, args = line.split(maxsplit=2)
            if int(parent) == process.pid and "sendco.celery" in args and " worker " in args:
                return int(pid)
        time.sleep(0.1)
    raise Problem("run_all has no worker.")


@contextmanager
def _jobs(drill, site):
    """Somebody is signed in, and jobs are handed in while the block runs; yields (person, the process handing in)."""
    person = site.sign_in()
    with site.beside("enqueue", MAILS, EXPORTS, SECONDS) as handing_in:
        yield person, handing_in


def _read_without(drill, site, person, seconds):
    end, read = time.monotonic() + seconds, 0
    visitor = site.visitor()
    while time.monotonic() < end:
        for asking, page in ((person, "/"), (person, "/register/"), (visitor, "/accounts/login/")):
            answer = asking.get(page)
            drill.expect(answer.status == 200, f"{page} answered {answer.status} without Redis")
            read += answer.status == 200
        time.sleep(0.5)
    ready = visitor.get("/readyz")
    drill.expect(ready.status == 503 and '"broker": false' in ready.text, f"/readyz said {ready.status} {ready.text}")
    return [f"{read} pages read meanwhile", f"/readyz {ready.status} {ready.text}"]


def _all_done(drill, site, stream):
    person, handing_in = stream
    wanted, counts = MAILS + EXPORTS, {"pages": 0}

    def done():
        for page in ("/", "/healthz"):
            answer = person.get(page)
            drill.expect(answer.status == 200 and "/accounts/" not in answer.url, f"{page} answered {answer.status}")
            counts["pages"] += 1
        found.update(site.ask("jobs"))
        return sum(found["status"].get(name, 0) for name in ("done", "failed", "cancelled")) == wanted

    found = {}
    with drill.step("All jobs end") as notes:
        drill.expect(wait_until(lambda: handing_in.poll() is not None, seconds=120), "the jobs were not handed in")
        drill.expect(handing_in.returncode == 0, "handing in jobs failed: " + _last_line(site))
        wait_until(done, seconds=PATIENCE, every=2)
        notes += [f"slowest hand-in {_last_line(site)} s", f"{counts['pages']} pages read meanwhile"]
    with drill.step("Each once") as notes:
        drill.expect(found["status"] == {"done": wanted}, f"of {wanted} jobs: {found['status']}")
        drill.expect(found["mails"] == MAILS, f"{found['mails']} of {MAILS} mails were written")
        once = found["files"] == found["events"] == found["exports"] == EXPORTS
        drill.expect(once, f"{found['exports']} exports left {found['files']} files and {found['events']} records")
        drill.expect(not found["bytes lost"], f"{found['bytes lost']} files lost their bytes")
        notes += [
            f"{wanted} done",
            f"{found['again']} begun a second time",
            f"{MAILS} mails ({found['mails doubled']} doubled)",
        ]
        notes.append(f"{EXPORTS} exports with one file and one record each")
        notes.append(f"{found['bytes left over']} files without a row")


def _last_line(site):
    with suppress(OSError, IndexError):
        return (site.folder / "enqueue.log").read_text(encoding="utf-8").splitlines()[-1]
    return ""
