"""Pictures of every page of a demo site that stands still in time, and what differs between two sets of them.

The walk and the comparison need packages of the tests; they are programs of their own in tests/browser.
"""

import tempfile
from contextlib import contextmanager
from pathlib import Path

from ...install import assets, environment
from ...install.shell import ROOT, Problem, run
from . import servers, target

# A school day in term. Nothing on a page then depends on when the pictures were taken.
NOW = "2026-12-01T10:24:00+00:00"
# Only for the processes started here: the site itself knows nothing of it.
STILL_CLOCK = f"""
import time_machine
from datetime import datetime
time_machine.travel(datetime.fromisoformat("{NOW}"), tick=False).start()
"""
# The browser is told where that is, so that the port stands on no page.
ADDRESS = "http://localhost"
NO_SERVERS = {"DATABASE_URL": "", "REDIS_URL": "", "CACHE_REDIS_URL": ""}


def take(folder, *, site_root=ROOT, like=None, every_role=False):
    """Walk a new demo site of the checkout at `site_root` and write a picture of each page into `folder`."""
    site_root, folder = Path(site_root).resolve(), Path(folder).resolve()
    _check(site_root, folder)
    words = [folder, "--site-root", site_root, "--now", NOW, "--address", ADDRESS]
    words += ["--like", Path(like).resolve()] if like else []
    words += ["--every-role"] if every_role else []
    with _still_site(site_root) as (env, access):
        env = {**env, "SENDCO_CHROMIUM": servers.find_chromium()}
        return run([environment.PYTHON, "-m", "tests.browser.camera", *words, *access], env=env, check=False)


def compare(before, after, *, out=None):
    """Compare two folders of pictures; returns 1 when anything differs."""
    environment.ensure("browser")
    folders = [Path(before).resolve(), Path(after).resolve(), Path(out or Path(after) / "differences").resolve()]
    return run([environment.PYTHON, "-m", "tests.browser.comparison", *folders], check=False)


def _check(site_root, folder):
    if folder.exists() and any(folder.iterdir()):
        raise Problem(f"{folder} is not empty: old pictures would be taken for new ones.")
    environment.ensure("browser")
    if site_root == ROOT:
        assets.build()
    elif not (site_root / "static" / "vendor").exists():
        raise Problem(f"{site_root} has no static/vendor: run python3 dev.py assets there first.")
    missing = servers.missing_after_install({"Chromium": servers.find_chromium})
    if missing:
        raise Problem("This needs Chromium.")


@contextmanager
def _still_site(site_root):
    """The web server alone, on demo data made now: a worker or a scheduler would change pages while they are walked."""
    with tempfile.TemporaryDirectory(prefix="sendco-pictures-") as folder:
        log, clock, data = (Path(folder) / name for name in ("log", "clock", "data"))
        clock.mkdir()
        (clock / "sitecustomize.py").write_text(STILL_CLOCK, encoding="utf-8")
        data.mkdir(mode=0o700)
        env = {**NO_SERVERS, **target.SETTINGS, "SENDCO_DATA": str(data), "SENDCO_SITE_URL": ADDRESS}
        still = {**env, "SENDCO_WEB_WORKERS": "1", "PYTHONPATH": str(clock)}
        for words in (["prepare", "--verbosity", "0"], ["demo"], ["demo", "--accounts"]):
            with target.running([environment.PYTHON, "manage.py", *words], still, log, root=site_root) as made:
                if made.wait():
                    raise Problem(f"manage.py {words[0]} failed:\n{log.read_text()}")
        _, password = target.read_accounts(log.read_text())
        port = servers.free_port()
        web = [environment.PYTHON, "-m", "gunicorn", "-c", "python:sendco.gunicorn_config"]
        command = [*web, "--bind", f"127.0.0.1:{port}", "sendco.wsgi:application"]
        with target.running(command, still, log, root=site_root) as site:
            servers.wait_for_port(port, site, seconds=120)
            yield env, ["--port", port, "--password", password]
