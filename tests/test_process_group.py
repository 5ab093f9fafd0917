"""Real small programs, because signals and sessions are what is tested."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from sendco import process_group
from sendco.process_group import ProcessGroup

ROOT = Path(__file__).resolve().parent.parent
# Writes a line for each SIGTERM, and ends at the first one after a moment.
POLITE = """
import signal, sys, time
got = []
signal.signal(signal.SIGTERM, lambda *_: (got.append(1), print("term", flush=True)))
print("ready", flush=True)
while not got: time.sleep(0.02)
time.sleep(0.3)
"""
STUBBORN = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("ready", flush=True)
time.sleep(60)
"""
FAILING = "import sys, time; time.sleep(0.2); sys.exit(3)"


def python(program):
    return [sys.executable, "-c", program]


class Lines(list):
    def write(self, name, line):
        self.append((name, line))

    def wait_for(self, *wanted, seconds=10):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if set(wanted) <= set(self):
                return
            time.sleep(0.02)
        pytest.fail(f"waited for {wanted}, got {list(self)}")


def interrupt_when(lines, *wanted):
    def wait_and_signal():
        lines.wait_for(*wanted)
        os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=wait_and_signal)
    thread.start()
    return thread


def interrupt_when_seen(lines, wanted, *, times):
    def wait_and_signal():
        deadline = time.monotonic() + 10
        while lines.count(wanted) < times and time.monotonic() < deadline:
            time.sleep(0.02)
        os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=wait_and_signal)
    thread.start()
    return thread


def test_interrupt_sends_each_child_one_sigterm():
    lines = Lines()
    thread = interrupt_when(lines, ("web", "ready"), ("worker", "ready"))

    ended = ProcessGroup({"web": python(POLITE), "worker": python(POLITE)}, write=lines.write).run()

    thread.join()
    assert ended is None
    assert lines.count(("web", "term")) == 1
    assert lines.count(("worker", "term")) == 1


def test_child_that_ends_stops_the_rest_and_is_named():
    lines = Lines()

    ended = ProcessGroup({"web": python(POLITE), "worker": python(FAILING)}, write=lines.write).run()

    assert ended == ("worker", 3)
    assert ("web", "term") in lines


@pytest.fixture
def no_pause(monkeypatch):
    monkeypatch.setattr(process_group, "PAUSE_SECONDS", 0)


def test_child_that_dies_once_is_started_again_and_the_rest_go_on(tmp_path, no_pause):
    lines, mark = Lines(), tmp_path / "died"
    dies_once = (
        f"import pathlib, sys\nmark = pathlib.Path({str(mark)!r})\nif not mark.exists(): mark.touch(); sys.exit(3)\n"
    )
    thread = interrupt_when(lines, ("web", "ready"), ("worker", "ready"))

    group = ProcessGroup({"web": python(POLITE), "worker": python(dies_once + POLITE)}, write=lines.write, restarts=3)
    ended = group.run()

    thread.join()
    assert ended is None
    assert lines.count(("web", "ready")) == 1
    assert lines.count(("web", "term")) == lines.count(("worker", "term")) == 1
    assert ("worker", "stopped by itself (exit 3); started again, 1 of 3 times") in lines


def test_child_that_dies_again_and_again_stops_the_rest(no_pause):
    lines = Lines()

    ended = ProcessGroup({"web": python(POLITE), "worker": python(FAILING)}, write=lines.write, restarts=2).run()

    assert ended == ("worker", 3)
    assert len([line for _, line in lines if "started again" in line]) == 2
    assert ("web", "term") in lines


def test_restarts_of_long_ago_do_not_count(monkeypatch, no_pause):
    lines = Lines()
    monkeypatch.setattr(process_group, "RESTARTS_COUNT_FOR", 0.1)
    again = ("web", "stopped by itself (exit 3); started again, 1 of 1 times")
    thread = interrupt_when_seen(lines, again, times=3)

    assert ProcessGroup({"web": python(FAILING)}, write=lines.write, restarts=1).run() is None

    thread.join()


def test_child_that_does_not_stop_is_killed():
    lines = Lines()
    thread = interrupt_when(lines, ("web", "ready"))
    started = time.monotonic()

    ProcessGroup({"web": python(STUBBORN)}, write=lines.write, patience=0.5).run()

    thread.join()
    assert time.monotonic() - started < 15
    assert any("did not stop within" in line for _, line in lines)


def test_signal_handlers_are_put_back():
    before = signal.getsignal(signal.SIGINT)

    ProcessGroup({"web": python(FAILING)}, write=Lines().write).run()

    assert signal.getsignal(signal.SIGINT) is before


def test_children_end_when_the_parent_is_killed_outright(tmp_path):
    if not sys.platform.startswith("linux"):
        return  # the parent-death signal is Linux's own
    pid_file = tmp_path / "pid"
    child = f"import os, pathlib, time; pathlib.Path({str(pid_file)!r}).write_text(str(os.getpid())); time.sleep(60)"
    parent = (
        "import sys; from sendco.process_group import ProcessGroup;"
        f"ProcessGroup({{'child': [sys.executable, '-c', {child!r}]}}, write=print).run()"
    )
    process = subprocess.Popen([sys.executable, "-c", parent], cwd=ROOT)
    try:
        pid = int(wait_for_text(pid_file))
    finally:
        process.kill()
        process.wait()

    assert is_gone(pid)


def wait_for_text(path, *, seconds=10):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if path.exists() and path.read_text():
            return path.read_text()
        time.sleep(0.02)
    pytest.fail(f"{path.name} was not written")


def is_gone(pid, *, seconds=10):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        status = Path(f"/proc/{pid}/status")
        if not status.exists() or "State:\tZ" in status.read_text():
            return True
        time.sleep(0.05)
    return False
