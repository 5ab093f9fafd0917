"""Work on untrusted bytes in a process of its own, which may use little and reach nobody. Standard library only."""

import os
import resource
import subprocess  # nosec B404
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# The child parses what strangers wrote: it gets no key, no database address, nothing but what fonts and Python need.
PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "XDG_CACHE_HOME", "FONTCONFIG_PATH", "LD_LIBRARY_PATH")
FORBIDDEN = ("socket.", "subprocess.", "os.exec", "os.fork", "os.posix_spawn", "os.spawn", "os.system")


@dataclass(frozen=True)
class Limits:
    memory_mb: int
    cpu_seconds: int
    wall_seconds: int


class ChildFailed(Exception):
    """The child ended without an answer; `code` is its exit code, negative for a signal, None when time ran out."""

    def __init__(self, code):
        self.code = code
        super().__init__("out of time" if code is None else f"exit code {code}")


def run_child(module, payload, *, limits, arguments=()):
    """Run `python -m module` with `payload` on its standard input; its standard output."""
    command = [sys.executable, "-m", module, str(limits.memory_mb), str(limits.cpu_seconds), *arguments]
    environment = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    try:
        done = subprocess.run(  # nosec B603
            command,
            input=payload,
            capture_output=True,
            timeout=limits.wall_seconds,
            cwd=ROOT,
            env=environment | {"PYTHONDONTWRITEBYTECODE": "1"},
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise ChildFailed(None) from None
    if done.returncode:
        raise ChildFailed(done.returncode)
    return done.stdout


def limit_this_process():
    """Called first by the child: the memory and CPU time that its parent allows."""
    memory, cpu = int(sys.argv[1]) * 1024 * 1024, int(sys.argv[2])
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def close_the_doors():
    """Refuse sockets and new processes from here on; call it after the imports, some of which look for libraries."""
    sys.addaudithook(_refuse)


def _refuse(event, arguments):
    if event.startswith(FORBIDDEN):
        raise PermissionError(event)
