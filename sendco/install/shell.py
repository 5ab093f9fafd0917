"""Where the project stands, and how its own commands speak, run programs and give up. Standard library only."""

import hashlib
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class Problem(Exception):
    """What went wrong and what to do next, for the person at the terminal."""


def say(text="", into=None):
    """Print a line, to an open file where one is named."""
    out = into or sys.stdout
    out.write(f"{text}\n")
    out.flush()


def run(command, *, env=None, check=True, quiet=False, into=None):
    """Run a program in the project's folder and return its exit code.

    `quiet` shows its output only when it fails; an open file `into` takes the output in its place.
    """
    command = [str(part) for part in command]
    kept = subprocess.PIPE if quiet else into
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, **(env or {})},
        stdout=kept,
        stderr=subprocess.STDOUT if kept else None,
        text=True,
        check=False,
    )
    if done.returncode and quiet:
        say(done.stdout)
    if done.returncode and check:
        raise Problem(f"This command failed (exit {done.returncode}): {shlex.join(command)}")
    return done.returncode


def output(command):
    """Return what the program prints, or an empty text when it fails or is not there."""
    try:
        done = subprocess.run([str(part) for part in command], cwd=ROOT, capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def digest(*parts):
    """SHA-256 over texts and the contents of files; a file that is missing counts as empty."""
    total = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part.read_bytes() if part.is_file() else b""
        total.update(len(data).to_bytes(8, "big") + data)
    return total.hexdigest()


def is_stamped(stamp, value):
    return stamp.is_file() and stamp.read_text(encoding="utf-8") == value


def write_stamp(stamp, value):
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(value, encoding="utf-8")


def is_ci():
    return os.environ.get("CI", "").lower() in {"1", "true", "yes"}


def can_apt():
    """True for root on Debian or Ubuntu, where missing system packages are installed rather than asked for."""
    return hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get") is not None


def apt_install(packages):
    """Install Debian packages; returns False when apt could not."""
    say(f"Installing with apt-get: {' '.join(packages)}")
    quietly = {"DEBIAN_FRONTEND": "noninteractive"}
    run(["apt-get", "update", "-q"], env=quietly, check=False, quiet=True)
    install = ["apt-get", "install", "-y", "-q", "--no-install-recommends", *packages]
    return run(install, env=quietly, check=False, quiet=True) == 0


def apt_command(packages):
    return f"sudo apt-get install {' '.join(packages)}"
