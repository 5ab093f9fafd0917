"""No secret of any route is printed, whichever logger speaks and however the secret is shaped."""

import io
import json
import logging
import re
from pathlib import Path

import pytest
from django.test import Client
from django.urls import get_resolver

from sendco.middleware.logs import JsonFormatter
from sendco.redaction import SECRET_PATHS, redact
from tests.test_access import walk

ROOT = Path(__file__).resolve().parents[1]
# Words of our own that stand in a path; every other text in one is taken for a secret.
WORDS = {"case", "form_key", "kind", "letter", "rule", "step"}
PART = re.compile(r"<(?:(?P<kind>\w+):)?(?P<name>\w+)>|\(\?P<(?P<regex>\w+)>[^()]*\)")
LONG = "Zm9vYmFyQmF6cXV1eDEyMzQ1Njc4OTAtYWJjZGVmZ2h"  # pragma: allowlist secret
SECRETS = [LONG, "canary-short", "c7-signed:can.ary", "%63anary"]


def secret_routes():
    """The routes with a text in them that is no word of ours, regular expressions of others' included."""
    for _, _, route in walk(get_resolver().url_patterns):
        plain = re.sub(r"[\^$]", "", route)
        names = [(m["kind"], m["name"] or m["regex"]) for m in PART.finditer(plain)]
        if any(kind != "int" and name not in WORDS for kind, name in names):
            yield "/" + plain


SECRET_ROUTES = sorted(set(secret_routes()))


def path_of(route, secret):
    return PART.sub(lambda match: "1" if match["kind"] == "int" else secret, route)


@pytest.fixture
def printed(monkeypatch):
    """What the handlers of the settings print; logging itself was set up by the site."""
    ours = [handler for handler in logging.getLogger().handlers if isinstance(handler.formatter, JsonFormatter)]
    assert ours
    stream = io.StringIO()
    for handler in ours:
        # Not by setStream, which flushes the old one: that of a test before may be closed.
        monkeypatch.setattr(handler, "stream", stream)
    return stream


def handlers_of(name):
    logger, found = logging.getLogger(name), []
    while logger:
        found += logger.handlers
        logger = logger.parent if logger.propagate else None
    return [handler for handler in found if not type(handler).__module__.startswith("_pytest")]


def test_the_known_secrets_are_found_in_the_routes():
    found = " ".join(SECRET_ROUTES)

    for path in SECRET_PATHS:
        assert path in found


@pytest.mark.parametrize("route", SECRET_ROUTES)
def test_route_with_a_secret_is_in_the_list(route):
    assert route.startswith(SECRET_PATHS)


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("route", SECRET_ROUTES)
@pytest.mark.parametrize(
    "logger", ["django.security.csrf", "django.security.DisallowedHost", "django.server", "celery", "allauth", "sendco"]
)
def test_no_logger_prints_a_secret(logger, route, secret, printed):
    path = path_of(route, secret)

    logging.getLogger(logger).error("Forbidden: %s", path, extra={"event": ""})
    logging.getLogger(logger).error("Look at http://localhost%s?next=%s", path, path.replace("/", "%2F"))
    logging.getLogger(logger).error(f"secret {secret}" if len(secret) > 40 else "nothing")

    assert printed.getvalue()
    assert secret not in printed.getvalue()
    assert "ary" not in printed.getvalue()


@pytest.mark.parametrize("logger", ["django.request", "django.security.csrf", "django.server", "django.db", "sendco"])
def test_every_handler_redacts(logger):
    assert all(isinstance(handler.formatter, JsonFormatter) for handler in handlers_of(logger))


@pytest.mark.parametrize("route", SECRET_ROUTES)
def test_refused_form_at_a_secret_address_leaves_no_secret(route, printed, senco):
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    client.force_login(senco, backend="allauth.account.auth_backends.AuthenticationBackend")
    path = path_of(route, SECRETS[0])

    client.post(path, {"code": "123456"})
    client.get(path, headers={"host": "evil.example.org"})

    assert "Forbidden" in printed.getvalue()
    assert SECRETS[0] not in printed.getvalue()


def test_what_is_printed_stays_readable(printed):
    logging.getLogger("sendco").error("Forbidden: %s", "/l/canary-short/")

    assert json.loads(printed.getvalue())["message"] == "Forbidden: /l/[link]/"


@pytest.mark.parametrize(
    ("path", "logged"),
    [
        ("/l/Zm9vYmFy-signed:token/answer", "/l/[link]/answer"),
        ("/l/short", "/l/[link]"),
        ("/school/invitations/abc123/", "/school/invitations/[link]/"),
        ("/feeds/abc123.ics", "/feeds/[link]"),
        ("/accounts/password/reset/key/4-" + "c1d2e3f4" * 6 + "/", "/accounts/password/reset/key/[link]/"),
        ("/not/known/yet/" + "c1d2e3f4" * 4 + "/", "/not/known/yet/[secret]/"),
        ("/pupils/42/plans/7/", "/pupils/42/plans/7/"),
        ("/static/css/sendco.1234567890ab.css", "/static/css/sendco.1234567890ab.css"),
        ("/a-page-with-a-very-long-name-made-of-words/", "/a-page-with-a-very-long-name-made-of-words/"),
    ],
)
def test_the_secret_part_of_a_path_is_hidden_and_the_rest_stays(path, logged):
    assert redact(path) == logged


def test_the_proxy_of_the_guide_hides_the_same_paths():
    guide = (ROOT / "docs" / "deployment.md").read_text(encoding="utf-8")
    hidden = re.search(r'"~\^\(\?<kind>(.+?)\)"', guide)[1]

    assert set(hidden.split("|")) == set(SECRET_PATHS)
