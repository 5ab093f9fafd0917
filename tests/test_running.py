"""The commands and modules that run the site: run_all, gunicorn's log and headers, health, backup."""

import http.client
import os
import socket
import sqlite3
import stat
import subprocess
import sys
import threading
import time
from contextlib import closing
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from sendco import healthcheck, process_group
from sendco.management.commands import backup_database, run_all
from sendco.tools.dev import servers

ROOT = Path(__file__).resolve().parent.parent


# --- run_all ---


def test_taken_port_is_refused_with_another_to_try():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        with pytest.raises(CommandError, match=f"choose another: --port {port + 1}"):
            call_command("run_all", port=port)


def test_run_all_starts_one_web_one_worker_and_one_scheduler():
    commands = run_all.commands(host="127.0.0.1", port=8123)

    assert list(commands) == ["web", "worker", "beat"]
    assert "127.0.0.1:8123" in commands["web"]
    assert {"--pool", "threads", "--without-gossip", "--without-mingle", "--without-heartbeat"} <= set(
        commands["worker"]
    )
    assert "--pidfile=" in commands["beat"]
    assert str(settings.DATA_DIR / "beat-schedule") in commands["beat"]


def test_child_that_dies_is_named(monkeypatch):
    failing = {"web": [sys.executable, "-c", "raise SystemExit(7)"]}
    monkeypatch.setattr(run_all, "commands", lambda **where: failing)
    monkeypatch.setattr(process_group, "PAUSE_SECONDS", 0)

    with pytest.raises(CommandError, match=r"web stopped by itself \(exit 7\) again and again"):
        call_command("run_all", port=servers.free_port())


# --- gunicorn ---


@pytest.fixture
def tiny_site(tmp_path):
    """A small application behind our gunicorn settings; yields its port and a function that stops it for its output."""
    (tmp_path / "tiny.py").write_text(
        "def app(environ, start):\n"
        "    if environ['PATH_INFO'].endswith('/fail'):\n"
        "        raise ValueError('broken at ' + environ['PATH_INFO'])\n"
        "    start('200 OK', [('Content-Type', 'text/plain')])\n"
        "    return [b'fine']\n",
        encoding="utf-8",
    )
    port = servers.free_port()
    command = [sys.executable, "-m", "gunicorn", "-c", "python:sendco.gunicorn_config", "--bind"]
    python_path = f"{tmp_path}{os.pathsep}{ROOT}"
    chosen = {"PYTHONPATH": python_path, "SENDCO_WEB_WORKERS": "1", "SENDCO_ACCESS_LOG": "1"}
    process = subprocess.Popen(
        [*command, f"127.0.0.1:{port}", "tiny:app"],
        cwd=ROOT,
        env={**os.environ, **chosen},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )

    def stop():
        process.terminate()
        return process.communicate(timeout=20)[0]

    try:
        servers.wait_for_port(port, process)
        yield port, stop
    finally:
        process.kill()
        process.wait()


def get(port, path):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", path, headers={"Referer": "http://localhost/l/referer-token?q=Jones"})
    response = connection.getresponse()
    response.read()
    connection.close()
    return response


def test_server_says_nothing_about_itself_and_logs_no_secret(tiny_site):
    port, stop = tiny_site

    response = get(port, "/l/secret-token?name=Jones")
    failed = get(port, "/l/secret-token/fail")
    printed = stop()

    assert response.status == 200
    assert response.getheader("Server") is None
    assert failed.status == 500
    assert "GET /l/[link] 200" in printed
    assert "token" not in printed
    assert "Jones" not in printed


# --- Health ---


def test_web_is_not_well_when_nothing_answers():
    assert healthcheck.web(port=servers.free_port(), timeout=1) is False


@pytest.mark.parametrize(("status", "well"), [(200, True), (503, False)])
def test_web_is_asked_under_its_own_name(status, well, monkeypatch):
    asked = []

    class Site(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append((self.path, self.headers["Host"]))
            self.send_response(status)
            self.end_headers()

        def log_message(self, *arguments):
            pass

    monkeypatch.setenv("SENDCO_SITE_URL", "https://send.example.org")
    monkeypatch.delenv("SENDCO_HOSTS", raising=False)
    with HTTPServer(("127.0.0.1", 0), Site) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        answer = healthcheck.web(port=server.server_port)
        thread.join()

    assert answer is well
    assert asked == [("/healthz", "send.example.org")]


def test_health_address_of_the_site_needs_nobody_signed_in(client, db):
    assert client.get("/healthz").status_code == 200


def test_scheduler_is_well_only_while_it_writes(tmp_path):
    now = time.time()
    assert healthcheck.beat(data=tmp_path, now=now) is False

    (tmp_path / "beat-schedule.db").touch()

    assert healthcheck.beat(data=tmp_path, now=now) is True
    assert healthcheck.beat(data=tmp_path, now=now + healthcheck.BEAT_SECONDS + 60) is False


def test_unknown_part_is_refused():
    assert "Unknown part" in healthcheck.main(["wbe"])


# --- Backup ---


def test_backup_of_sqlite_holds_what_the_file_alone_does_not(tmp_path):
    source, file = tmp_path / "sendco.sqlite3", tmp_path / "backup"
    with closing(sqlite3.connect(source, isolation_level=None)) as site:
        site.execute("PRAGMA journal_mode=WAL")
        site.execute("CREATE TABLE note (text)")
        site.execute("INSERT INTO note VALUES ('still in the log')")
        chosen = {"SENDCO_DATA": str(tmp_path), "DATABASE_URL": "", "SENDCO_DEBUG": "1"}

        command = [sys.executable, "manage.py", "backup_database", str(file)]
        subprocess.run(command, cwd=ROOT, env={**os.environ, **chosen}, check=True)

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with closing(sqlite3.connect(file)) as copy:
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert copy.execute("SELECT text FROM note").fetchall() == [("still in the log",)]


def test_backup_of_postgresql_keeps_the_password_off_the_command_line(tmp_path, monkeypatch, db):
    stub, called = tmp_path / "pg_dump", tmp_path / "called"
    stub.write_text(f'#!/bin/sh\necho "$PGPASSWORD $*" > {called}\n', encoding="utf-8")
    stub.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    chosen = {"NAME": "sendco", "HOST": "db", "PORT": "5433", "USER": "owner", "PASSWORD": "hidden"}
    monkeypatch.setattr(backup_database, "connection", SimpleNamespace(vendor="postgresql", settings_dict=chosen))

    call_command("backup_database", tmp_path / "backup")

    password, *arguments = called.read_text(encoding="utf-8").split()
    assert password == "hidden"
    assert {"--format=custom", "--dbname=sendco", "--host=db", "--port=5433", "--username=owner"} <= set(arguments)
    assert "hidden" not in arguments


def test_missing_pg_dump_is_said_and_leaves_no_file(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    chosen = {"NAME": "sendco", "HOST": "", "PORT": "", "USER": "", "PASSWORD": ""}
    monkeypatch.setattr(backup_database, "connection", SimpleNamespace(vendor="postgresql", settings_dict=chosen))

    with pytest.raises(CommandError, match="pg_dump is not installed"):
        call_command("backup_database", tmp_path / "backup")

    assert list(tmp_path.iterdir()) == []


def test_backup_never_overwrites(tmp_path):
    file = tmp_path / "backup"
    file.write_text("last week", encoding="utf-8")

    with pytest.raises(CommandError, match="exists already"):
        call_command("backup_database", file)

    assert file.read_text(encoding="utf-8") == "last week"
