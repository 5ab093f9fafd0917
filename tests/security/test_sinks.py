"""What the site writes beside the record (logs, jobs, mail, file names, sessions, caches, messages to the worker)
names no child."""

import base64
import io
import json
import logging
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from celery.signals import before_task_publish
from django.conf import settings as django_settings
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.cache import caches
from django.db import connection, transaction
from django.test import Client, TestCase
from django.urls import reverse
from django.utils import timezone

from pupils.models import Letter
from sendco.audit.models import Read
from sendco.files.models import StoredFile
from sendco.jobs.models import Job, Status
from sendco.jobs.runner import run
from sendco.limits.models import Hit
from sendco.middleware.logs import JsonFormatter, SafeRecordFilter
from staff.models import OutgoingMail
from staff.roles import Role
from tests.again import later

from .drive import client_of, drawn_in_pdf, facts_of_pdf
from .work import WORD, a_day, export, found_in, raise_concern

SENCO = Role.SENCO.label


@contextmanager
def listening():
    """Everything any logger passes on, at every level, as the site's own handler would print it."""
    printed, root = io.StringIO(), logging.getLogger()
    handler = logging.StreamHandler(printed)
    handler.setFormatter(JsonFormatter())
    handler.addFilter(SafeRecordFilter())
    names = ("", "sendco", "django", "django.db", "django.template", "celery", "staff", "pupils", "allauth")
    levels = {name: logging.getLogger(name).level for name in names}
    root.addHandler(handler)
    for name in names:
        logging.getLogger(name).setLevel(logging.DEBUG)
    try:
        yield printed
    finally:
        root.removeHandler(handler)
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)


@pytest.fixture
def log():
    with listening() as printed:
        yield printed


@contextmanager
def reading_the_queue():
    """The bodies of what was handed to the broker."""
    bodies = []

    def keep(body=None, headers=None, **kwargs):
        bodies.append(json.dumps([body, headers], default=str))

    before_task_publish.connect(keep)
    try:
        yield bodies
    finally:
        before_task_publish.disconnect(keep)


@dataclass
class Day:
    client: Client
    logged: str
    published: list
    mailed: list


@pytest.fixture(scope="module")
def worked(cast, django_db_blocker):
    """The SENCo's day about the canary, done once for the module, with what left the site meanwhile."""
    with django_db_blocker.unblock(), transaction.atomic(), listening() as printed, reading_the_queue() as bodies:
        mail.outbox.clear()
        client = client_of(cast.people[SENCO])
        with TestCase.captureOnCommitCallbacks(execute=True):
            a_day(client, cast)
        yield Day(client, printed.getvalue(), list(bodies), list(mail.outbox))
        transaction.set_rollback(True)


@pytest.fixture
def day(worked, stage):
    return worked


# --- Logs --------------------------------------------------------------------------------------------------------
def test_log_holds_a_line_a_request_and_no_child(day):
    lines = [json.loads(line) for line in day.logged.splitlines()]

    assert any(line.get("route") == "pupils:concern-new" for line in lines)
    assert found_in(day.logged) == set()


def test_log_of_what_goes_wrong_holds_no_child(stage, log, monkeypatch):
    client = client_of(stage.people[SENCO])
    client.raise_request_exception = False

    def fail(**kwargs):
        raise ValueError(f"no such child: {kwargs['what']}")

    monkeypatch.setattr("pupils.concerns.services.raise_concern", fail)
    answers = [
        raise_concern(client, stage.pupil),
        client.get(f"/pupils/{WORD}/"),
        client.get(f"/nowhere/{WORD}/?q={WORD}"),
        client.get(reverse("pupil-search"), {"q": WORD}),
        client.post(reverse("register"), {"q": WORD}),
        client.post(reverse("pupils:concern-list"), {"q": WORD}),
        Client(enforce_csrf_checks=True).post(reverse("account_login"), {"login": WORD, "password": WORD}),
        client.get(reverse("register"), {"q": WORD}, headers={"host": "evil.example"}),
    ]

    assert [one.status_code for one in answers][:2] == [500, 404]
    assert '"exception": "ValueError"' in log.getvalue()
    assert found_in(log.getvalue()) == set()


def test_error_page_shows_nothing_of_what_was_typed(stage, monkeypatch):
    client = client_of(stage.people[SENCO])
    client.raise_request_exception = False
    monkeypatch.setattr("pupils.concerns.services.raise_concern", lambda **kwargs: 1 / 0)

    response = raise_concern(client, stage.pupil)

    assert response.status_code == 500
    assert found_in(response.content.decode()) == set()


def test_django_s_own_request_log_says_nothing():
    logger = logging.getLogger("django.request")

    assert not logger.propagate
    assert logger.level == logging.CRITICAL
    assert django_settings.LOGGING["loggers"]["django.request"]["handlers"] == []


def test_failing_job_logs_no_text_of_the_failure(stage, log, monkeypatch):
    def fail(*args, **kwargs):
        raise ValueError(WORD)

    monkeypatch.setattr("sendco.pages.register.exports._pupils", fail)
    with later():
        export(client_of(stage.people[SENCO]))
    job = Job.objects.latest("pk")
    run(job.pk)

    job.refresh_from_db()
    assert job.status == Status.FAILED
    assert "ValueError" in log.getvalue()
    assert found_in(log.getvalue() + job.error + job.message) == set()


# --- Jobs, mail, the broker --------------------------------------------------------------------------------------
def test_jobs_hold_ids(day):
    kinds = set(Job.objects.values_list("kind", flat=True))
    assert {"sendco.export", "pupils.letter_pdf", "staff.send_mail", "pupils.import_read"} <= kinds
    for job in Job.objects.all():
        told = json.dumps([job.title, job.params, job.result, job.message, job.error])
        assert found_in(told) == set(), job.kind


def test_broker_is_given_a_number(day):
    assert day.published
    assert found_in(" ".join(day.published)) == set()
    assert all(json.loads(body)[0][0][0] in Job.objects.values_list("pk", flat=True) for body in day.published)


def test_mail_names_no_child(day):
    assert len(day.mailed) >= 2  # arrived, and asked for a view
    for message in day.mailed:
        assert found_in(message.message().as_string() + message.subject + message.body) == set()
    for row in OutgoingMail.objects.values():
        assert found_in(str(row)) == set()


# --- Files -------------------------------------------------------------------------------------------------------
def test_names_of_files_say_nothing(day, settings):
    on_disk = " ".join(str(path) for path in settings.DATA_DIR.rglob("*"))
    assert found_in(on_disk) == set()
    made_here = StoredFile.objects.filter(purpose__in=["export", "letter", "import", "import_rejected"])
    assert set(made_here.values_list("purpose", flat=True)) >= {"export", "letter", "import"}
    assert found_in(" ".join(made_here.values_list("name", flat=True))) == set()


def test_download_is_named_neutrally(day, stage):
    """The name under which somebody uploaded a document is not the one it leaves with."""
    document = stage.pupil.documents.exclude(pk__in=stage.ids["document"]).get(kind="report")
    assert StoredFile.objects.get(pk=document.file_id).name == f"{WORD}.txt"

    response = day.client.get(reverse("pupils:document-download", args=[document.pk]))

    assert response.status_code == 200
    assert found_in(str(response.headers)) == set()


def test_letter_s_pdf_holds_the_words_and_a_neutral_title(day, stage):
    letter = Letter.objects.latest("pk")

    response = day.client.get(reverse("pupils:letter-file", args=[letter.pk]))

    content = response.getvalue()
    met = found_in(drawn_in_pdf(content).replace("\n", ""))
    assert {"contact.name", "contact.address"} <= met
    assert met <= stage.may_meet(SENCO)
    assert not {name for name in met if name.startswith("hidden.")}
    assert found_in(str(response.headers)) == set()
    assert found_in(facts_of_pdf(content)) == set()


# --- What belongs to a session -----------------------------------------------------------------------------------
def test_session_holds_no_child_once_the_message_was_shown(day):
    day.client.get("/")

    kept = json.dumps([session.get_decoded() for session in Session.objects.all()], default=str)
    assert str(day.client.session.session_key) in Session.objects.values_list("session_key", flat=True)
    assert found_in(kept) == set()


def test_message_about_a_child_waits_on_the_server(stage):
    """The message names the child and waits for the next page: in the session's row, never in a readable cookie."""
    client = client_of(stage.people[SENCO])
    flag = stage.pupil.flags.get(kind="fsm")

    response = client.post(reverse("pupils:flag-end", args=[flag.pk]), {"ends_on": timezone.localdate().isoformat()})

    assert response.status_code == 302
    assert found_in(str(response.cookies) + str(response.headers) + str(client.cookies)) == set()


def test_cache_limits_and_reading_list_hold_no_child(day):
    day.client.get(reverse("pupil-search"), {"q": WORD})

    assert Hit.objects.exists()
    assert found_in(str(list(Hit.objects.values()))) == set()
    assert found_in(str(list(Read.objects.values()))) == set()
    caches["default"].set("probe", "x")
    kept = cached()
    assert kept
    assert found_in(kept) == set()


def cached():
    """Every key and value in the cache, readable."""
    if "db" in django_settings.CACHES["default"]["BACKEND"]:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT cache_key, value FROM {django_settings.CACHES['default']['LOCATION']}")  # noqa: S608
            return " ".join(key + base64.b64decode(value).decode("latin-1") for key, value in cursor.fetchall())
    client = caches["default"]._cache.get_client()
    return " ".join(f"{key}{client.get(key)}" for key in client.scan_iter("*"))
