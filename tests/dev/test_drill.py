"""What `dev.py drill` says and how it ends; the drills themselves run for real before a release."""

import errno
import sqlite3

import pytest

from sendco.install.shell import Problem
from sendco.tools.dev import main
from sendco.tools.dev.drill import disk, restore, runner
from sendco.tools.dev.drill.report import CannotRun, Drill, summary
from sendco.tools.dev.drill.site import HIDDEN_FIELD, encoded


def held(drill, seed, folder):
    with drill.step("A step") as notes:
        notes += ["one", 2]


def failed(drill, seed, folder):
    for _ in range(3):
        drill.expect(False, "it did not hold")


def broke(drill, seed, folder):
    raise OSError(28, "No space left on device")


def could_not(drill, seed, folder):
    raise CannotRun("this needs Redis")


@pytest.mark.parametrize(
    ("run", "outcome", "status"),
    [
        (held, "held", 0),
        (failed, "FAILED: it did not hold (3 times)", 1),
        (broke, "FAILED: OSError: [Errno 28] No space left on device", 1),
        (could_not, "not run: this needs Redis", 0),
    ],
)
def test_outcome_is_said_and_is_the_exit_status(run, outcome, status, tmp_path, capsys):
    one = runner.run_one("disk", run, tmp_path)

    assert one.outcome() == outcome
    assert summary([one]) == status
    assert outcome in capsys.readouterr().out


def test_step_says_how_long_it_took_and_what_it_found(tmp_path, capsys):
    runner.run_one("restore, SQLite", held, tmp_path)

    said = capsys.readouterr().out
    assert "=== restore, SQLite ===" in said
    assert "0.0 s  A step: one, 2" in said


def test_fault_that_comes_again_is_said_once(tmp_path, capsys):
    runner.run_one("disk", failed, tmp_path)

    assert capsys.readouterr().out.count("it did not hold") == 1


def test_what_failed_is_named_among_what_held(capsys):
    drills = [Drill("disk"), Drill("broker, Redis")]
    drills[1].expect(False, "a job was lost")

    assert summary(drills) == 1
    assert "Drills: 1 failed: broker, Redis." in capsys.readouterr().out


@pytest.fixture
def tried(monkeypatch):
    """The names of the drills that were run, without their sites."""
    names = []

    def run_one(name, run, folder):
        names.append(name)
        return Drill(name, not_run="nothing here" if run is disk.full else "")

    monkeypatch.setattr(runner, "run_one", run_one)
    monkeypatch.setattr(runner, "seed", lambda data: None)
    monkeypatch.setattr(runner.environment, "ensure", lambda name: None)
    monkeypatch.setattr(runner.assets, "build", lambda: None)
    monkeypatch.setattr(runner.servers, "missing_after_install", lambda finders: [])
    monkeypatch.setattr(runner.signal, "signal", lambda *arguments: None)
    return names


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ([], ["restore, SQLite", "restore, PostgreSQL", "disk", "broker, folder", "broker, Redis"]),
        (["restore"], ["restore, SQLite", "restore, PostgreSQL"]),
        (["broker"], ["broker, folder", "broker, Redis"]),
    ],
)
def test_all_or_one_is_run(words, names, tried):
    assert main.main(["drill", *words]) == 0
    assert tried == names


def test_a_drill_that_was_named_and_cannot_run_is_a_failure(tried, capsys):
    with pytest.raises(Problem):
        runner.drill(only="disk")
    assert "nothing here" in capsys.readouterr().out
    assert main.main(["drill", "disk"]) == 1


def test_unknown_drill_is_refused(capsys):
    with pytest.raises(SystemExit) as ended:
        main.main(["drill", "fire"])

    assert ended.value.code == 2
    assert "restore" in capsys.readouterr().err


def test_form_is_sent_with_its_hidden_fields_and_files():
    page = '<input type="hidden" name="version" value="3"><input type="text" name="name" value="x">'
    assert HIDDEN_FIELD.findall(page) == [("version", "3")]
    assert encoded({"name": "A b"}, {}) == (b"name=A+b", "application/x-www-form-urlencoded")

    body, kind = encoded({"title": "T"}, {"upload": ("report.txt", b"What was seen")})

    mark = kind.partition("boundary=")[2].encode()
    assert body.count(b"--" + mark) == 3
    assert body.endswith(b"--" + mark + b"--\r\n")
    assert b'name="upload"; filename="report.txt"' in body
    assert b"\r\n\r\nWhat was seen\r\n" in body


def test_restore_that_lost_something_is_told():
    before = {"rows": {"pupils_pupil": 3, "due_dueitem": 4}, "files": {"1": "aa"}, "lost": [], "hidden": [2, "ff"]}
    after = {"rows": {"pupils_pupil": 2, "due_dueitem": 4}, "files": {"1": "aa"}, "lost": [1], "hidden": [2, "00"]}
    drill, notes = Drill("restore"), []

    restore.compare(drill, before, before, notes)
    assert drill.outcome() == "held"
    assert notes[0] == "7 rows of 2 tables"
    restore.compare(drill, before, after, notes)

    assert "{'pupils_pupil': (3, 2)}" in drill.outcome()
    assert "stored files differ" in drill.outcome()
    assert "hidden addresses cannot be read" in drill.outcome()


def test_filler_stops_when_nothing_is_free(tmp_path, monkeypatch):
    def full(number, content):
        raise OSError(errno.ENOSPC, "No space left on device")

    sqlite3.connect(tmp_path / "sendco.sqlite3").close()
    filler = disk.Filler(tmp_path)
    monkeypatch.setattr(disk.os, "write", full)

    assert filler.fill() == 0
