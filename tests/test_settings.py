"""A production start is refused with the mend when something is unsafe."""

import os
import subprocess
import sys

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured

from pupils.models import Contact
from sendco import crypt
from sendco.checks import ensure_safe_to_start, what_is_stored_is_safe
from sendco.tools.demo.people import PEOPLE
from tests.factories import UserFactory

SAFE = {
    "SENDCO_SITE_URL": "https://send.fernhill.example",
    "SENDCO_SECRET_KEY": "s3cr3t-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJ-987",
    "SENDCO_FIELD_KEYS": Fernet.generate_key().decode(),
    "DATABASE_URL": "postgresql://sendco@127.0.0.1:1/sendco",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "SENDCO_PROXIES": "1",
    "SENDCO_HOSTS": "send.fernhill.example",
    "SENDCO_EMAIL_URL": "smtp://sendco:word@mail.fernhill.sch.uk:587",  # pragma: allowlist secret
    "SENDCO_FROM_EMAIL": "SEND team <send@fernhill.sch.uk>",
}


def start(tmp_path, *command, **changes):
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("SENDCO", "DATABASE", "REDIS"))}
    env = kept | SAFE | {"SENDCO_DATA": str(tmp_path)} | {k: v for k, v in changes.items() if v is not None}
    env = {name: value for name, value in env.items() if changes.get(name, "") is not None}
    return subprocess.run([sys.executable, *command], env=env, capture_output=True, text=True, timeout=60, check=False)


EXAMPLE = "smtp://user:password@mail.example.org:587"  # pragma: allowlist secret
CHECK = ("manage.py", "check", "--deploy", "--fail-level", "WARNING")


def test_check_deploy_is_clean(tmp_path):
    result = start(tmp_path, *CHECK)

    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize(
    ("changes", "mend"),
    [
        ({"SENDCO_SECRET_KEY": None}, "SENDCO_SECRET_KEY is missing"),
        ({"SENDCO_SECRET_KEY": "short"}, "Use at least 50 random characters"),
        ({"SENDCO_DEBUG": "1"}, "Unset SENDCO_DEBUG"),
        ({"SENDCO_DEMO": "1"}, "Unset SENDCO_DEMO"),
        ({"REDIS_URL": None}, "Set REDIS_URL"),
        ({"DATABASE_URL": None}, "Set DATABASE_URL"),
        ({"SENDCO_FIELD_KEYS": None}, "Set a Fernet key"),
        ({"SENDCO_FIELD_KEYS": "not-a-key"}, "Key 1 of SENDCO_FIELD_KEYS is not a Fernet key"),
        ({"SENDCO_EMAIL_URL": None}, "Set SENDCO_EMAIL_URL"),
        ({"SENDCO_EMAIL_URL": EXAMPLE}, "the guide's example"),
        ({"SENDCO_FROM_EMAIL": None}, "SENDCO_FROM_EMAIL is no address"),
        ({"SENDCO_HOSTS": "*"}, "Name the host"),
        ({"SENDCO_PROXIES": "0"}, "Set it to the number of proxies in front"),
        ({"SENDCO_PROXIES": "-1"}, "Set it to the number of proxies in front"),
        ({"SENDCO_PROXIES": "6"}, "Set it to the number of proxies in front"),
        ({"SENDCO_MFA_REQUIRED": "0"}, "it is on by default"),
        ({"SENDCO_SITE_URL": "http://send.fernhill.example"}, "Serve the site over TLS"),
        ({"SENDCO_GOOGLE_CLIENT_ID": "id"}, "Set SENDCO_GOOGLE_DOMAIN"),
        ({"SENDCO_MICROSOFT_CLIENT_ID": "id", "SENDCO_MICROSOFT_TENANT": "common"}, "Set SENDCO_MICROSOFT_TENANT"),
    ],
)
def test_unsafe_start_says_how_to_mend_it(tmp_path, changes, mend):
    result = start(tmp_path, "-c", "import sendco.wsgi", **changes)

    assert result.returncode != 0
    assert mend in result.stderr


def test_a_field_key_that_is_none_is_refused_on_a_local_copy_too_and_not_repeated(tmp_path):
    changes = {"SENDCO_SITE_URL": "http://localhost:8000", "SENDCO_FIELD_KEYS": f"{SAFE['SENDCO_FIELD_KEYS']},shrt-kee"}

    result = start(tmp_path, "-c", "import sendco.wsgi", **changes)

    assert "Key 2 of SENDCO_FIELD_KEYS" in result.stderr
    assert "shrt-kee" not in result.stderr


@pytest.mark.parametrize("part", [("worker", "--pool", "solo"), ("beat", "--pidfile=")])
def test_worker_and_scheduler_refuse_an_unsafe_start_too(tmp_path, part):
    command = ["-m", "celery", "-A", "sendco.celery", *part]
    if part[0] == "beat":
        command.append(f"--schedule={tmp_path / 'schedule'}")

    result = start(tmp_path, *command, SENDCO_FIELD_KEYS="not-a-key", SENDCO_SITE_URL="http://localhost:8000")

    assert result.returncode != 0
    assert "Key 1 of SENDCO_FIELD_KEYS" in result.stderr


@pytest.fixture
def public(settings):
    settings.IS_LOCAL = settings.DEMO = False
    settings.FIELD_KEYS = [SAFE["SENDCO_FIELD_KEYS"]]


def codes():
    return {error.id for error in what_is_stored_is_safe(None)}


@pytest.mark.usefixtures("public")
def test_demo_accounts_in_the_database_are_refused(db, settings):
    UserFactory(email="nadia@fernhill.sch.uk")
    assert not codes()

    UserFactory(email="nadia.rahman@harbourlane.example")

    assert codes() == {"sendco.E018"}
    with pytest.raises(ImproperlyConfigured, match="1 demo accounts"):
        ensure_safe_to_start()
    settings.DEMO = True
    assert not codes()


def test_every_account_of_the_demo_would_be_found():
    assert all(person.email.endswith(".example") for person in PEOPLE)


@pytest.mark.usefixtures("public")
def test_keys_that_open_nothing_are_refused(pupil, settings):
    Contact.objects.create(pupil=pupil, name="Ada", address_hidden=True, sealed_address=crypt.encrypt("1 High Street"))
    assert "sendco.E019" not in codes()

    settings.FIELD_KEYS = [Fernet.generate_key().decode()]

    assert "sendco.E019" in codes()


def test_safe_start_loads(tmp_path):
    result = start(tmp_path, "-c", "import sendco.wsgi")

    assert result.returncode == 0, result.stderr


def test_sign_in_counts_by_as_many_proxies_as_the_site(tmp_path):
    said = "from django.conf import settings as s; print(s.BEHIND_PROXY, s.ALLAUTH_TRUSTED_PROXY_COUNT)"

    result = start(tmp_path, "-c", said, DJANGO_SETTINGS_MODULE="sendco.settings", SENDCO_PROXIES="2")

    assert result.stdout.split() == ["2", "2"], result.stderr


def test_secret_may_come_from_a_file(tmp_path):
    (tmp_path / "secret").write_text(SAFE["SENDCO_SECRET_KEY"])

    result = start(tmp_path, *CHECK, SENDCO_SECRET_KEY=None, SENDCO_SECRET_KEY_FILE=str(tmp_path / "secret"))

    assert result.returncode == 0, result.stderr


def test_wrong_value_names_the_setting_and_what_it_takes(tmp_path):
    result = start(tmp_path, "manage.py", "check", SENDCO_DEBUG="maybe")

    assert "SENDCO_DEBUG is 'maybe'. Use 1 or 0." in result.stderr
