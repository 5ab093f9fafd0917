"""A full disk and a locked database: every page can still be read, and a form says what is wrong."""

import json
import os
import re
import sqlite3
import subprocess
import sys
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from django.core.cache import cache
from django.db import OperationalError, connection, transaction
from django.test import Client
from django.urls import reverse

from pupils.models import Concern
from sendco import databases, storage
from sendco.audit import services as audit
from sendco.audit.models import Read
from sendco.middleware.storage import typed_in
from sendco.pages import health
from staff.roles import Role
from tests import migrated
from tests.test_access import MATRIX, OWN_ONLY, PERSONAL, address, person, world  # noqa: F401  (fixtures)

ROOT = Path(__file__).resolve().parents[1]
WRITES = re.compile(r"\s*(INSERT|UPDATE|DELETE|REPLACE)", re.IGNORECASE)
WHY = {"full": "database or disk is full", "locked": "database is locked", "postgresql": "could not extend file"}


@contextmanager
def nothing_can_be_stored(why):
    def refuse(execute, sql, params, many, context):
        if WRITES.match(sql):
            raise OperationalError(WHY[why])
        return execute(sql, params, many, context)

    with connection.execute_wrapper(refuse):
        yield


# Names of children leave the site only with a record of it.
RECORDED = {"pupils:import-notes", "pupils:handover-file"}


# The teacher's pages store what the SENCo's do: PostgreSQL, where a fault ends the transaction, walks one of the two.
@pytest.mark.parametrize(
    "role", [pytest.param(Role.SENCO, marks=pytest.mark.postgresql("faults of the database")), Role.TEACHER]
)
def test_every_page_can_still_be_read(proved, person, world, role):  # noqa: F811
    client = proved(person(role))
    for name, (thing, roles) in MATRIX.items():
        if role not in roles or thing in PERSONAL | OWN_ONLY:
            continue
        with transaction.atomic():
            usual = client.get(address(name, world["own"])).status_code
            transaction.set_rollback(True)
        with transaction.atomic(), nothing_can_be_stored("full"):
            found = client.get(address(name, world["own"])).status_code
            transaction.set_rollback(True)

        refuses = name in RECORDED and usual == 200
        assert found == (503 if refuses else usual), f"{name} answered {found} instead of {usual}"


@pytest.mark.postgresql("faults of the database")
def test_who_read_what_is_in_the_log_instead(pupil, senco, caplog):
    with nothing_can_be_stored("full"):
        audit.record_read(school_id=pupil.school_id, pupil_id=pupil.pk, by=senco)

    assert f"user {senco.pk} read record of pupil {pupil.pk}" in caplog.text
    assert not Read.objects.exists()


@pytest.mark.postgresql("faults of the database")
def test_hidden_address_is_not_shown_without_a_record(pupil, senco):
    with nothing_can_be_stored("full"), pytest.raises(OperationalError):
        audit.record_read(school_id=pupil.school_id, pupil_id=pupil.pk, by=senco, required=True)


@pytest.mark.postgresql("faults of the database")
@pytest.mark.parametrize(
    ("why", "words"), [("full", "disk of this site is full"), ("locked", "holds the database"), ("postgresql", "full")]
)
def test_form_says_what_is_wrong_and_keeps_its_words(sign_in, senco, pupil, why, words):
    client = sign_in(senco)
    typed = {"name": "Hannah <b>Adeyemi</b>", "relation": "Aunt of the child", "priority": "1", "version": "1"}

    with nothing_can_be_stored(why):
        answer = client.post(reverse("pupils:contact-add", args=[pupil.pk]), typed)

    page = answer.content.decode()
    assert answer.status_code == 503
    assert words in page
    assert "Hannah &lt;b&gt;Adeyemi&lt;/b&gt;" in page
    assert "Aunt of the child" in page
    assert not pupil.contacts.exists()


@pytest.mark.postgresql("faults of the database")
def test_post_outside_the_kit_gives_back_what_was_typed(proved, senco, pupil, monkeypatch):
    client = proved(senco)

    def full(*args, **kwargs):
        raise OperationalError("database or disk is full")

    monkeypatch.setattr("sendco.pages.due.calendar_feed.make_feed", full)

    answer = client.post(reverse("calendar-feed"), {"note": "Long words <i>that</i> somebody typed"})

    assert answer.status_code == 503
    assert "Long words &lt;i&gt;that&lt;/i&gt; somebody typed" in answer.content.decode()
    assert answer.headers["Retry-After"] == "60"


def test_what_opens_something_is_not_shown_again(rf):
    secret = {"password1": "a long secret", "code": "123456", "form_token": "x" * 9}
    request = rf.post("/", {"words": "long words"} | secret)

    assert typed_in(request) == [("Words", "long words")]


@pytest.mark.postgresql("faults of the database")
@pytest.mark.parametrize(
    ("error", "trouble"),
    [
        (OperationalError("database or disk is full"), storage.Trouble.FULL),
        (OSError(28, "No space left on device"), storage.Trouble.FULL),
        (OperationalError("database is locked"), storage.Trouble.BUSY),
        (OperationalError("canceling statement due to lock timeout"), storage.Trouble.BUSY),
        (OperationalError("attempt to write a readonly database"), storage.Trouble.CLOSED),
        (OSError(2, "No such file"), None),
        (ValueError("x"), None),
    ],
)
def test_trouble_has_a_name(error, trouble):
    assert storage.trouble_of(error) is trouble


# --- A real lock on a real file ---
LOCKED = """
import json, sqlite3, time
import django
django.setup()
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from sendco import databases, storage
call_command("migrate", verbosity=0)
call_command("createcachetable")
storage.WRITE_WAITS = 1.5
from tests.factories import MembershipFactory, PupilFactory, SchoolFactory
school = SchoolFactory()
senco = MembershipFactory(school=school, role="senco").user
pupil = PupilFactory(school=school)
client = Client(SERVER_NAME="localhost")
client.force_login(senco, backend="allauth.account.auth_backends.AuthenticationBackend")
client.get("/")
session = client.session
session["seen_at"] = session["seen_at"] - 300
session.save()
other = sqlite3.connect(settings.DATABASES["default"]["NAME"], isolation_level=None)
other.execute("BEGIN IMMEDIATE")
found = {}
def ask(name, call):
    started = time.monotonic()
    answer = call()
    found[name] = [answer.status_code, round(time.monotonic() - started, 2), "Aunt" in answer.content.decode()]
ask("home", lambda: client.get("/"))
ask("pupil", lambda: client.get(f"/pupils/{pupil.pk}/"))
ask("link", lambda: client.get("/l/unknown/"))
typed = {"name": "Aunt", "priority": "1", "version": "1"}
ask("form", lambda: client.post(f"/pupils/{pupil.pk}/contacts/add/", typed))
other.execute("ROLLBACK")
ask("afterwards", lambda: client.post(f"/pupils/{pupil.pk}/contacts/add/", typed))
print(json.dumps(found))
"""


def test_reading_does_not_wait_for_a_lock(tmp_path):
    migrated.copy_to(tmp_path)
    chosen = {"DATABASE_URL": "", "REDIS_URL": "", "CACHE_REDIS_URL": "", "SENDCO_DATA": str(tmp_path)}
    env = os.environ | chosen | {"DJANGO_SETTINGS_MODULE": "sendco.settings", "SENDCO_DEBUG": "1"}

    done = subprocess.run(
        [sys.executable, "-c", LOCKED], cwd=ROOT, env=env, capture_output=True, text=True, timeout=300
    )

    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    for page, status in (("home", 200), ("pupil", 200), ("link", 404)):
        assert found[page][0] == status
        assert found[page][1] < 5, found
    assert found["form"][0] == 503
    assert found["form"][2], "the words are gone"
    assert found["afterwards"][0] == 302


# --- The files beside the database ---
def test_held_database_keeps_what_reading_needs(tmp_path):
    file = tmp_path / "sendco.sqlite3"
    beside = [tmp_path / "sendco.sqlite3-wal", tmp_path / "sendco.sqlite3-shm"]
    assert databases.hold_open(file) is None
    assert not file.exists()
    with closing(sqlite3.connect(file)) as first:
        first.executescript("PRAGMA journal_mode=WAL; CREATE TABLE thing (name)")
    assert not any(path.exists() for path in beside)

    with closing(databases.hold_open(file)), closing(sqlite3.connect(file)) as second:
        second.execute("INSERT INTO thing VALUES ('a')")
        second.commit()
        second.close()
        assert all(path.exists() for path in beside)


def test_web_server_holds_its_database(tmp_path):
    migrated.copy_to(tmp_path)
    (tmp_path / "sendco.sqlite3").touch()
    chosen = {"DATABASE_URL": "", "REDIS_URL": "", "CACHE_REDIS_URL": "", "SENDCO_DATA": str(tmp_path)}
    env = os.environ | chosen | {"DJANGO_SETTINGS_MODULE": "sendco.settings", "SENDCO_DEBUG": "1"}
    command = [sys.executable, "-c", "from sendco import wsgi; print(wsgi.held is not None)"]

    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=60)

    assert done.stdout.strip().endswith("True"), done.stderr


# --- A broker that is down ---
TIMED = """
import time
import django
django.setup()
from kombu.exceptions import OperationalError
from sendco.jobs.tasks import run_job
started = time.monotonic()
try:
    run_job.apply_async([1], retry=False)
except OperationalError:
    print(time.monotonic() - started)
"""


def test_handing_in_a_job_does_not_wait_for_a_dead_redis(tmp_path):
    """kombu tries again after two seconds and after four, unless it is told not to."""
    chosen = {"DATABASE_URL": "", "REDIS_URL": "redis://127.0.0.1:9/0", "SENDCO_DATA": str(tmp_path)}
    env = os.environ | chosen | {"DJANGO_SETTINGS_MODULE": "sendco.settings", "SENDCO_DEBUG": "1"}

    done = subprocess.run([sys.executable, "-c", TIMED], cwd=ROOT, env=env, capture_output=True, text=True, timeout=60)

    assert float(done.stdout.splitlines()[-1]) < 1.5, done.stderr


# --- Monitors ---
def test_dead_cache_is_known(client, db, monkeypatch):
    assert client.get("/readyz").json()["cache"] is True

    def dead(*args, **kwargs):
        raise ConnectionError

    monkeypatch.setattr(type(cache._connections[cache._alias]), "set", dead)

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["cache"] is False
    assert answer.json()["database"] is True


def test_cache_that_forgets_at_once_is_known(db, monkeypatch):
    monkeypatch.setattr(type(cache._connections[cache._alias]), "get", lambda *args, **kwargs: None)

    assert health.examine()["cache"] is False


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost", "10.1.2.3", "evil.example"])
@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_monitor_may_ask_under_any_name(db, settings, host, path):
    settings.ALLOWED_HOSTS, settings.SECURE_SSL_REDIRECT = ["send.fernhill.sch.uk"], True

    answer = Client().get(path, headers={"host": host})

    assert answer.status_code in (200, 503)
    assert answer.content.startswith((b"alive", b"{"))
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_alive_asks_the_database_nothing(client, django_assert_num_queries, db):
    with django_assert_num_queries(0):
        assert client.get("/healthz").content == b"alive"


@pytest.mark.postgresql("faults of the database")
def test_other_addresses_keep_to_their_host(db, settings):
    settings.ALLOWED_HOSTS = ["send.fernhill.sch.uk"]

    assert Client().get("/accessibility/", headers={"host": "evil.example"}).status_code == 400
    assert not Concern.objects.exists()
