"""Run the drills one after the other, each on a copy of one demo site made at the start."""

import signal
import tempfile
import time
from pathlib import Path

from ....install import assets, environment
from ....install.shell import Problem, say
from .. import servers
from . import broker, disk, restore
from .report import CannotRun, Drill, summary
from .site import seed

# Each drill has parts: the site runs on either database, and on either broker.
DRILLS = {
    "restore": {"restore, SQLite": restore.local_copy, "restore, PostgreSQL": restore.on_servers},
    "disk": {"disk": disk.full},
    "broker": {"broker, folder": broker.folder, "broker, Redis": broker.redis},
}


def drill(*, only=None):
    """Run all drills, or the one that is named; returns 1 when any failed."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # whoever ends this ends the sites with it
    environment.ensure("base")
    assets.build()
    servers.missing_after_install({"PostgreSQL": servers.find_postgresql, "Redis": servers.find_redis})
    parts = {name: run for word, parts in DRILLS.items() if only in (None, word) for name, run in parts.items()}
    with tempfile.TemporaryDirectory(prefix="sendco-drill-") as folder:
        started = time.monotonic()
        seed(Path(folder, "seed"))
        say(f"A demo site with stored files was made in {time.monotonic() - started:.0f} s.")
        done = [run_one(name, run, Path(folder)) for name, run in parts.items()]
    if only and all(one.not_run for one in done):
        summary(done)
        raise Problem("Nothing was tried.")
    return summary(done)


def run_one(name, run, folder):
    """Run one drill in a folder of its own; whatever goes wrong in it is its fault, and the next one is run."""
    one, started = Drill(name), time.monotonic()
    own = folder / name.replace(", ", "-").lower()
    own.mkdir(mode=0o755)
    say(f"\n=== {name} ===")
    try:
        run(one, folder / "seed", own)
    except CannotRun as missing:
        one.not_run = str(missing)
        say(f"            not run: {missing}")
    except Exception as error:  # a drill meets every kind of error, and the others are still to be run
        one.expect(False, f"{type(error).__name__}: {error}")
    one.seconds = time.monotonic() - started
    return one
