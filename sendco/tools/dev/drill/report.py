"""What a drill says while it runs, and what came of all of them in the end."""

import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field

from ....install.shell import say


class CannotRun(Exception):
    """This machine lacks what the drill needs; the message says what that is."""


@dataclass
class Drill:
    name: str
    faults: Counter = field(default_factory=Counter)
    seconds: float = 0.0
    not_run: str = ""

    @contextmanager
    def step(self, words):
        """Time one step; what is appended to the yielded list is said behind its words."""
        started, notes = time.monotonic(), []
        try:
            yield notes
        finally:
            told = ": " + ", ".join(str(note) for note in notes) if notes else ""
            say(f"  {time.monotonic() - started:6.1f} s  {words}{told}")

    def expect(self, holds, fault):
        """Note what does not hold, and go on: the rest of the drill tells more about it."""
        if not holds:
            self.faults[fault] += 1
            if self.faults[fault] == 1:
                say(f"            FAILED: {fault}")
        return bool(holds)

    def outcome(self):
        if self.not_run:
            return f"not run: {self.not_run}"
        told = [what if times == 1 else f"{what} ({times} times)" for what, times in self.faults.items()]
        return f"FAILED: {'; '.join(told)}" if told else "held"


def summary(drills):
    """Say what came of each drill; returns the exit status, 1 when any failed."""
    say()
    for drill in drills:
        say(f"{drill.name:<20} {drill.seconds:6.0f} s  {drill.outcome()}")
    failed = [drill.name for drill in drills if drill.faults]
    missed = [drill.name for drill in drills if drill.not_run]
    words = f"{len(failed)} failed: {', '.join(failed)}" if failed else "all that ran held" if missed else "all held"
    say(f"Drills: {words}.")
    return 1 if failed else 0
