"""A PostgreSQL and a Redis of our own for one test run: free ports, a temporary folder, gone afterwards."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

from ...install.shell import Problem, apt_install, can_apt, is_ci

POSTGRESQL_BINARIES = ("/usr/lib/postgresql", "/usr/pgsql", "/opt/homebrew/opt", "/usr/local/opt")
# Speed over safety: the data lives for one run.
LOCALE = "en_GB.UTF-8" if sys.platform == "darwin" else "C.UTF-8"
FAST = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=60"
# A test's rows are never committed. Autovacuum counts none of them, and the planner then walks through whole tables.
ROLLED_BACK = "-c autovacuum=off"
DEBIAN_PACKAGE = {"PostgreSQL": "postgresql", "Redis": "redis-server", "Chromium": "chromium"}


def find_postgresql():
    """Return the folder of initdb and pg_ctl of the newest PostgreSQL, or None."""
    found = shutil.which("initdb")
    folders = [Path(found).resolve().parent] if found else []
    for base in POSTGRESQL_BINARIES:
        folders += sorted(Path(base).glob("*/bin"), key=_version_of, reverse=True)
    return next((folder for folder in folders if (folder / "initdb").exists() and (folder / "pg_ctl").exists()), None)


def find_redis():
    return shutil.which("redis-server")


def find_chromium():
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    found = os.environ.get("SENDCO_CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    mac = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
    return found or (str(mac) if mac.exists() else None)


def missing_after_install(finders):
    """Return the names still missing after apt-get, which runs only for root on Debian or in CI."""
    missing = [name for name, find in finders.items() if not find()]
    if missing and can_apt():
        apt_install([DEBIAN_PACKAGE[name] for name in missing])
        missing = [name for name in missing if not finders[name]()]
    elif missing and is_ci() and shutil.which("apt-get"):
        raise Problem(f"CI must run as root to install what is missing: {', '.join(missing)}.")
    return missing


@contextmanager
def private_servers(postgresql=FAST):
    """Start both servers and yield the variables that point the site at them."""
    folder = Path(tempfile.mkdtemp(prefix="sendco-servers-"))
    folder.chmod(0o755)
    try:
        with _postgresql(folder, postgresql) as database_url, _redis(folder) as redis_url:
            yield {"DATABASE_URL": database_url, "REDIS_URL": redis_url}
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _postgresql(folder, settings):
    binaries = find_postgresql()
    home = folder / "postgresql"
    home.mkdir(mode=0o700)
    as_user = []
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        shutil.chown(home, "postgres", "postgres")
        as_user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"]
    data, port = home / "data", free_port()
    cluster = ["-D", data, "-A", "trust", "-U", "sendco", "-N", "-E", "UTF8", f"--locale={LOCALE}"]
    _quietly([*as_user, binaries / "initdb", *cluster])
    options = f"-p {port} -k {home} -c listen_addresses=127.0.0.1 {settings}"
    _quietly([*as_user, binaries / "pg_ctl", "-D", data, "-w", "-l", home / "log", "-o", options, "start"])
    try:
        _quietly([binaries / "createdb", "-h", "127.0.0.1", "-p", port, "-U", "sendco", "sendco"])
        yield f"postgresql://sendco@127.0.0.1:{port}/sendco"
    finally:
        # pg_ctl reads the pid from this cluster's own folder.
        subprocess.run(
            [*as_user, str(binaries / "pg_ctl"), "-D", str(data), "-m", "immediate", "-w", "stop"],
            stdout=subprocess.DEVNULL,
            cwd="/",
            check=False,
        )


@contextmanager
def _redis(folder):
    home, port = folder / "redis", free_port()
    home.mkdir()
    process = start_redis(home, port)
    try:
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()


def start_redis(home, port):
    """Start a Redis that keeps nothing on disk, and return its process once it answers."""
    command = [find_redis(), "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    with (home / "log").open("a") as log:
        process = subprocess.Popen([*command, "--dir", str(home)], stdout=log, stderr=log, start_new_session=True)
    try:
        wait_for_port(port, process)
    except BaseException:
        process.kill()
        raise
    return process


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for_port(port, process, *, seconds=15):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise Problem(f"{Path(process.args[0]).name} ended at once (exit {process.returncode}).")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise Problem(f"{Path(process.args[0]).name} did not answer within {seconds} seconds.")


def _quietly(command):
    command = [str(part) for part in command]
    # The postgres user may not enter the project's folder.
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd="/", check=False)
    if done.returncode:
        raise Problem(f"PostgreSQL did not start: {Path(command[0]).name} said:\n{done.stdout}")


def _version_of(folder):
    digits = "".join(letter for letter in folder.parent.name if letter.isdigit() or letter == ".")
    return tuple(int(part) for part in digits.split(".") if part)
