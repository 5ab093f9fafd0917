"""The test suite, three times over: embedded, on PostgreSQL and Redis, and in a browser."""

import os
import shutil
import subprocess
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from ...install import assets, environment
from ...install.shell import ROOT, Problem, is_ci, run, say
from . import last_run, servers

SLOWEST = ["--durations", "10", "--durations-min", "1"]
BROWSER_TESTS = "tests/browser"
NO_TESTS = 5  # pytest's exit code when nothing was selected
WORKERS = max(2, min(os.cpu_count() or 2, 8))
# How tests are shared out stands in tests/workers.py.
WORK = ["-n", str(WORKERS), "--dist", "loadscope", "--ignore", BROWSER_TESTS, "-m"]
SUITE = [*WORK, "not browser and not soak"]
# The first leg has answered everything; here runs what may answer otherwise.
SECOND = [*WORK, "postgresql and not browser and not soak"]
SERVERS = {"PostgreSQL": servers.find_postgresql, "Redis": servers.find_redis}
# Neither the person's own data folder nor their servers: only what a leg names.
NO_SERVERS = {"DATABASE_URL": "", "REDIS_URL": "", "CACHE_REDIS_URL": ""}
# A leg beside the browser's stands behind it: what a browser waits for has a time limit.
BEHIND = ["nice", "-n", "10"] if shutil.which("nice") else []
PASSED, FAILED, NOT_RUN = "passed", "FAILED", "NOT RUN"


@dataclass
class Leg:
    name: str
    state: str
    seconds: float = 0.0
    why: str = ""

    def line(self):
        return f"  {self.name:<24} {self.state:<8} {self.seconds:6.1f} s  {self.why}".rstrip()


def test(arguments, *, fast):
    environment.ensure("dev" if fast else "browser")
    environment.check_pango()
    assets.build()
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="sendco-migrated-"))
        missing = [] if fast else servers.missing_after_install(SERVERS)
        addresses = {}
        if not fast and not missing:
            addresses = stack.enter_context(servers.private_servers(f"{servers.FAST} {servers.ROLLED_BACK}"))
        env = migrated(folder, addresses)
        started = time.monotonic()
        if fast:
            legs = [_embedded(arguments, env)]
        else:
            legs = _all_legs(arguments, env, addresses, missing)
            last_run.keep(time.monotonic() - started, whole=not arguments)
        return report(legs, time.monotonic() - started)


def _all_legs(arguments, env, addresses, missing):
    """The embedded leg, which keeps every core busy, then the two that often wait, side by side: for a server, for a
    browser. What the browser's leg says is printed when it ends."""
    legs = [_embedded(arguments, env)]
    printed = Path(env["SENDCO_MIGRATED"]).with_name("browser.txt")
    with ThreadPoolExecutor(1) as beside, printed.open("w", encoding="utf-8") as kept:
        browser = beside.submit(_browser, arguments, env, kept)
        legs += [_services(arguments, {**env, **addresses}, missing), browser.result()]
    say(printed.read_text(encoding="utf-8"))
    return legs


def migrated(folder, addresses):
    """Run the migrations once on each database, side by side. Return the variables that lead to the results.

    Every worker and site starts with a copy: the migrations take longer with every model.
    """
    command = [environment.PYTHON, "manage.py", "migrate", "--verbosity", "0"]
    own = {**os.environ, "SENDCO_DEBUG": "1", "SENDCO_DATA": str(folder), **NO_SERVERS}
    databases = [""] + ([addresses["DATABASE_URL"]] if addresses else [])
    running = [subprocess.Popen(command, cwd=ROOT, env={**own, "DATABASE_URL": address}) for address in databases]
    if any([process.wait() for process in running]):
        raise Problem("The migrations failed.")
    names = {"SENDCO_MIGRATED": str(Path(folder) / "sendco.sqlite3")}
    if addresses:
        names["SENDCO_MIGRATED_TEMPLATE"] = addresses["DATABASE_URL"].rpartition("/")[2]
    return names


def soak(arguments, *, times):
    """Repeat the kill tests on both brokers; the first run that fails ends it."""
    environment.ensure("dev")
    assets.build()
    missing = servers.missing_after_install(SERVERS)
    if missing:
        say(f"The soak needs {', '.join(missing)}.")
        return 1
    with servers.private_servers() as addresses:
        for turn in range(1, times + 1):
            say(f"Soak {turn} of {times}")
            env = {"REDIS_URL": addresses["REDIS_URL"], "SENDCO_SOAK_TURN": str(turn)}
            code = _pytest(["-m", "soak", "tests/soak", *arguments], env=env)
            if code:
                say(f"Soak run {turn} of {times} failed.")
                return code
    say(f"All {times} soak runs passed.")
    return 0


def report(legs, seconds):
    """Print each leg's time and one summary line; a leg that could not run fails only CI."""
    say()
    for leg in legs:
        say(leg.line())
    failed = [leg.name for leg in legs if leg.state == FAILED]
    left_out = [leg.name for leg in legs if leg.state == NOT_RUN]
    words = [f"{sum(leg.state == PASSED for leg in legs)} of {len(legs)} legs passed in {seconds:.0f} s"]
    words += [f"failed: {', '.join(failed)}"] if failed else []
    words += [f"NOT RUN: {', '.join(left_out)}"] if left_out else []
    say("Summary: " + "; ".join(words) + ".")
    return 1 if failed or (left_out and is_ci()) else 0


def _embedded(arguments, env=None):
    return _timed("SQLite, files", [*SUITE, *arguments], chosen=arguments, env=env)


def _services(arguments, env, missing):
    name = "PostgreSQL, Redis"
    if missing:
        return _not_run(name, missing)
    return _timed(name, [*SECOND, *arguments], chosen=arguments, env=env)


def _browser(arguments, env=None, into=None):
    """Run the leg; its output goes to an open file `into`, so as not to stand between another leg's lines."""
    name = "Browser"
    missing = servers.missing_after_install({"Chromium": servers.find_chromium})
    if missing:
        return _not_run(name, missing)
    chromium = {**(env or {}), "SENDCO_CHROMIUM": servers.find_chromium()}
    return _timed(name, ["-m", "browser", *(arguments or [BROWSER_TESTS])], chosen=arguments, env=chromium, into=into)


def _timed(name, arguments, *, chosen, env=None, into=None):
    say(f"\n=== {name} ===", into)
    started = time.monotonic()
    code = _pytest(arguments, env=env, into=into)
    seconds = time.monotonic() - started
    # Whoever chose tests may have chosen none of this leg's; otherwise a leg without tests proves nothing.
    if code == NO_TESTS and chosen:
        return Leg(name, PASSED, seconds, "no test was selected")
    return Leg(name, FAILED if code else PASSED, seconds)


def _pytest(arguments, *, env=None, into=None):
    with tempfile.TemporaryDirectory(prefix="sendco-tests-") as data:
        own = {"SENDCO_DATA": data, **NO_SERVERS, **(env or {})}
        first = [] if into else BEHIND
        command = [*first, environment.PYTHON, "-m", "pytest", *SLOWEST, *arguments]
        return run(command, env=own, check=False, into=into)


def _not_run(name, missing):
    packages = " ".join(servers.DEBIAN_PACKAGE[part] for part in missing)
    why = f"missing: {', '.join(missing)} (on Debian: apt-get install {packages})"
    say(f"\n!!! {name}: NOT RUN, {why} !!!")
    return Leg(name, NOT_RUN, 0.0, why)
