"""A real browser on the whole product: web, worker and beat as one command starts them, with the demo loaded once."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from sendco.tools.demo import accounts
from tests import migrated

from .every_page import FLAGS

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def _quick():
    """The browser tests run against another process: nothing of this one's settings matters."""


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    path = os.environ.get("SENDCO_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    return {**browser_type_launch_args, "executable_path": path, "args": FLAGS}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args):
    return {**browser_context_args, "locale": "en-GB", "timezone_id": "Europe/London"}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="session")
def site_env(tmp_path_factory):
    """The environment of the demo: its own data, and the address it runs at."""
    address = f"http://localhost:{free_port()}"
    env = {name: value for name, value in os.environ.items() if not name.startswith(("SENDCO", "DATABASE", "REDIS"))}
    env |= {
        "SENDCO_DATA": str(tmp_path_factory.mktemp("site")),
        "SENDCO_SECRET_KEY": "only-for-tests-0123456789-abcdefghijklmnopqrstuvwxyz-0123456789",
        "SENDCO_DEMO": "1",
        "SENDCO_SITE_URL": address,
    }
    return env


@pytest.fixture(scope="session")
def site(site_env):
    """Yield the address of the running demo."""
    env, address = site_env, site_env["SENDCO_SITE_URL"]
    migrated.copy_to(Path(env["SENDCO_DATA"]))
    port = address.rpartition(":")[2]
    for command in (["prepare", "--verbosity", "0"], ["demo", "--if-empty"]):
        quiet = {"check": True, "stdout": subprocess.DEVNULL}
        subprocess.run([sys.executable, "manage.py", *command], cwd=ROOT, env=env, **quiet)
    process = subprocess.Popen([sys.executable, "manage.py", "run_all", "--port", port], cwd=ROOT, env=env)
    try:
        wait_for(f"{address}/healthz", process)
        yield address
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=40) == 0, "the site did not stop cleanly"


def wait_for(address, process):
    for _ in range(120):
        if process.poll() is not None:
            pytest.fail("the site ended while starting")
        try:
            with urllib.request.urlopen(address, timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.5)
    pytest.fail("the site did not start in a minute")


@pytest.fixture
def enter(page, site):
    """Sign in with the demo password and stand on the home page."""

    def go(email):
        page.goto(f"{site}/accounts/login/")
        page.locator("input[name=login]").fill(email)
        page.locator("input[name=password]").fill(accounts.PASSWORD)
        page.locator("input[name=password]").press("Enter")
        page.wait_for_url(f"{site}/")
        return page

    return go
