"""A production start is refused with the mend when something is unsafe."""

import os
import subprocess
import sys

import pytest
from cryptography.fernet import Fernet

SAFE = {
    "SENDCO_SITE_URL": "https://send.fernhill.example",
    "SENDCO_SECRET_KEY": "s3cr3t-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJ-987",
    "SENDCO_FIELD_KEYS": Fernet.generate_key().decode(),
    "DATABASE_URL": "postgresql://sendco@127.0.0.1:1/sendco",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "SENDCO_PROXIES": "1",
    "SENDCO_HOSTS": "send.fernhill.example",
}


def start(tmp_path, *command, **changes):
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("SENDCO", "DATABASE", "REDIS"))}
    env = kept | SAFE | {"SENDCO_DATA": str(tmp_path)} | {k: v for k, v in changes.items() if v is not None}
    env = {name: value for name, value in env.items() if changes.get(name, "") is not None}
    return subprocess.run([sys.executable, *command], env=env, capture_output=True, text=True, timeout=60, check=False)


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
        ({"SENDCO_HOSTS": "*"}, "Name the host"),
        ({"SENDCO_PROXIES": "0"}, "Set it to the number of proxies in front"),
        ({"SENDCO_PROXIES": "-1"}, "Set it to the number of proxies in front"),
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


def test_safe_start_loads(tmp_path):
    result = start(tmp_path, "-c", "import sendco.wsgi")

    assert result.returncode == 0, result.stderr


def test_secret_may_come_from_a_file(tmp_path):
    (tmp_path / "secret").write_text(SAFE["SENDCO_SECRET_KEY"])

    result = start(tmp_path, *CHECK, SENDCO_SECRET_KEY=None, SENDCO_SECRET_KEY_FILE=str(tmp_path / "secret"))

    assert result.returncode == 0, result.stderr


def test_wrong_value_names_the_setting_and_what_it_takes(tmp_path):
    result = start(tmp_path, "manage.py", "check", SENDCO_DEBUG="maybe")

    assert "SENDCO_DEBUG is 'maybe'. Use 1 or 0." in result.stderr
