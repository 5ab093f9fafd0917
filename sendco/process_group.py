"""Run several programs as one: they start together, stop together, and none outlives the rest."""

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time

PR_SET_PDEATHSIG = 1
POLL_SECONDS = 0.1
RESTARTS_COUNT_FOR = 600.0
PAUSE_SECONDS = 1.0


class ProcessGroup:
    """Children by name, each in a session of its own, their output passed line by line to `write(name, line)`.

    A session of its own keeps the terminal's Ctrl-C from the children: they get the one SIGTERM sent here, where a
    second signal would turn Celery's warm shutdown into a cold one.

    A child that ends by itself is started again, `restarts` times in RESTARTS_COUNT_FOR seconds; then all are stopped.
    """

    def __init__(self, commands, *, write, env=None, patience=20.0, restarts=0):
        self._commands = commands
        self._write = write
        self._env = {**os.environ, "PYTHONUNBUFFERED": "1", **(env or {})}
        self._patience = patience
        self._restarts = restarts
        self._restarted = {name: [] for name in commands}
        self._children = {}
        self._readers = []
        self._stop_asked = False
        self._writing = threading.Lock()

    def run(self):
        """Return None after SIGINT or SIGTERM, or (name, exit code) of the child that ended too often; none is left."""
        before = {number: signal.signal(number, self._ask_stop) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            for name, command in self._commands.items():
                self._start(name, command)
            return self._watch()
        finally:
            self._stop()
            for number, handler in before.items():
                signal.signal(number, handler)

    def _ask_stop(self, number, frame):
        self._stop_asked = True

    def _start(self, name, command):
        # Started from the main thread: the parent-death signal follows the thread that made the child.
        child = subprocess.Popen(
            command,
            env=self._env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=_end_with_parent(),  # noqa: PLW1509  (the function only calls prctl)
        )
        self._children[name] = child
        reader = threading.Thread(target=self._pass_on, args=(name, child.stdout), daemon=True)
        reader.start()
        self._readers.append(reader)

    def _pass_on(self, name, stream):
        with stream:
            for line in stream:
                self._say(name, line.decode("utf-8", "replace").rstrip())

    def _say(self, name, line):
        with self._writing:
            self._write(name, line)

    def _watch(self):
        while not self._stop_asked:
            for name, child in list(self._children.items()):
                if child.poll() is not None and not self._start_again(name, child.returncode):
                    return name, child.returncode
            time.sleep(POLL_SECONDS)
        return None

    def _start_again(self, name, code):
        """Start an ended child once more; False when it has used up its restarts."""
        now = time.monotonic()
        lately = [at for at in self._restarted[name] if now - at < RESTARTS_COUNT_FOR]
        if len(lately) >= self._restarts:
            return False
        self._restarted[name] = [*lately, now]
        self._say(name, f"stopped by itself (exit {code}); started again, {len(lately) + 1} of {self._restarts} times")
        time.sleep(PAUSE_SECONDS)
        if not self._stop_asked:
            self._start(name, self._commands[name])
        return True

    def _stop(self):
        for child in self._children.values():
            if child.poll() is None:
                child.terminate()
        deadline = time.monotonic() + self._patience
        for name, child in self._children.items():
            try:
                child.wait(timeout=max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                self._say(name, f"did not stop within {self._patience:.0f} seconds, so it was ended")
                os.killpg(child.pid, signal.SIGKILL)
                child.wait()
        for reader in self._readers:
            reader.join(timeout=2)


def _end_with_parent():
    """Return what a new child runs first, so that it also stops when this process is killed outright (Linux only)."""
    if not sys.platform.startswith("linux"):
        return None
    libc = ctypes.CDLL(None)
    parent = os.getpid()

    def arm():
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it died before the call above
            os.kill(os.getpid(), signal.SIGTERM)

    return arm
