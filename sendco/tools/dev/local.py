"""A copy of the site on this machine: prepare what changed, then run it until Ctrl-C."""

import os
import secrets
import socket
import sqlite3
from contextlib import closing
from pathlib import Path

from ...install import assets, environment
from ...install.shell import ROOT, Problem, digest, is_stamped, say, write_stamp

STATIC_SOURCES = ("*.css", "*.js", "*.svg", "*.png", "*.ico", "*.webmanifest", "*.woff2")
PORT = ".port"


def start(*, port, demo, prepare_only=False):
    if not prepare_only:
        check_port(port)
    environment.ensure("base")
    environment.check_pango()
    assets.build()
    data = Path(os.environ.get("SENDCO_DATA") or ROOT / "var").absolute()
    env = local_environment(data, port=port, demo=demo)
    (data / PORT).write_text(str(port), encoding="utf-8")
    _prepare_once(data, env)
    if demo:
        _fill_demo(data, env)
    if prepare_only:
        return 0
    say()
    say(f"sendco starts at http://localhost:{port} - stop it with Ctrl-C.")
    if not demo and has_school(data) is False:
        say("There is no school yet. In another terminal, answer the questions of: python3 dev.py manage create_school")
    # The running site replaces this program, so that signals reach it directly.
    os.chdir(ROOT)
    os.execve(  # noqa: S606
        environment.PYTHON,
        [str(environment.PYTHON), "manage.py", "run_all", "--port", str(port)],
        {**os.environ, **env},
    )


def manage(arguments):
    """Run a manage.py command on the local copy, with the same data and key as `start`."""
    environment.ensure("base")
    data = Path(os.environ.get("SENDCO_DATA") or ROOT / "var").absolute()
    return environment.manage(*arguments, env=local_environment(data, port=last_port(data), demo=None), check=False)


def last_port(data):
    """The port this copy was last started on: links that a command prints must lead there."""
    try:
        return int((data / PORT).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return 8000


def local_environment(data, *, port, demo):
    """Return the variables that make a local copy; what the caller has set already stays as it is.

    `demo` is None where it does not matter which of the two the copy is.
    """
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    wanted = {"SENDCO_DATA": str(data), "SENDCO_SITE_URL": f"http://localhost:{port}"}
    if not (os.environ.get("SENDCO_SECRET_KEY") or os.environ.get("SENDCO_SECRET_KEY_FILE")):
        wanted["SENDCO_SECRET_KEY_FILE"] = str(_secret_key(data))
    env = {name: os.environ.get(name) or value for name, value in wanted.items()}
    if demo is not None:
        env["SENDCO_DEMO"] = "1" if demo else "0"
    return env


def check_port(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise Problem(
                f"Port {port} is taken: another program, or another copy of sendco, uses it.\n"
                f"Stop that program, or choose another port: --port {port + 1}"
            ) from error


def has_school(data):
    """True or False for the embedded database, read without starting Django; None for any other."""
    if os.environ.get("DATABASE_URL"):
        return None
    try:
        with closing(sqlite3.connect(f"file:{data / 'sendco.sqlite3'}?mode=ro", uri=True)) as database:
            return database.execute("SELECT 1 FROM staff_school LIMIT 1").fetchone() is not None
    except sqlite3.OperationalError:
        return False


def _secret_key(data):
    """The key is made once: a new one would sign everybody out and make sealed fields unreadable."""
    path = data / "secret_key"
    if not path.exists():
        with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(50))
    return path


def _prepare_once(data, env):
    """Migrate and collect static files, unless nothing that they read has changed since the last time."""
    state = digest(
        ROOT / "requirements" / "base.txt",
        ROOT / "sendco" / "settings.py",
        *sorted(path for path in ROOT.glob("*/**/migrations/*.py") if "node_modules" not in path.parts),
        *_static_files(),
    )
    stamp = data / ".prepared"
    if not os.environ.get("DATABASE_URL") and (data / "sendco.sqlite3").exists() and is_stamped(stamp, state):
        return
    say("Preparing the database and the static files ...")
    environment.manage("prepare", "--verbosity", "0", env=env)
    write_stamp(stamp, state)


def _static_files():
    return sorted(path for pattern in STATIC_SOURCES for path in (ROOT / "static").rglob(pattern))


def _fill_demo(data, env):
    if not has_school(data):
        say("Filling the demo schools ...")
        environment.manage("demo", "--if-empty", env=env)
    say()
    environment.manage("demo", "--accounts", env=env)
