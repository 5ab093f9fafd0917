"""Every answer carries the headers, whatever its status."""

import re

import pytest
from django.urls import reverse

EXPECTED = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "private, no-store",
}
POLICY = (
    "default-src 'none'; script-src 'nonce-R' 'strict-dynamic'; style-src 'self'; style-src-attr 'none'; "
    "img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; "
    "frame-src 'none'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
    "report-uri /csp-report"
)


@pytest.fixture
def answers(client, sign_in, senco, pupil, monkeypatch):
    """One answer of each status, by status."""

    def ask():
        found = {302: client.get("/")}
        sign_in(senco)
        found[200] = client.get("/")
        found[404] = client.get("/nowhere/")
        found[405] = client.post("/register/")
        found[422] = client.post(reverse("pupils:status-change", args=[pupil.pk]), {})
        found[403] = client.get(reverse("health-status"))
        client.raise_request_exception = False
        monkeypatch.setattr("sendco.pages.register.views.counts", lambda acting: 1 / 0)
        found[500] = client.get("/register/")
        return found

    return ask


def test_headers_on_every_status(answers):
    for status, response in answers().items():
        assert response.status_code == status
        found = {name: response.headers.get(name) for name in EXPECTED}
        assert found == EXPECTED, status
        assert "geolocation=()" in response.headers["Permissions-Policy"]
        assert {"Cookie", "HX-Request"} <= set(re.split(r",\s*", response.headers["Vary"]))
        assert "Server" not in response.headers


def directives(policy):
    return {part.strip() for part in re.sub(r"'nonce-[^']+'", "'nonce-R'", policy).split(";") if part.strip()}


def test_policy_is_exact_on_a_page_that_runs_scripts(answers):
    policy = answers()[200].headers["Content-Security-Policy"]

    assert directives(policy) == directives(POLICY)


def test_every_status_has_a_policy(answers):
    for status, response in answers().items():
        assert "default-src 'none'" in response.headers["Content-Security-Policy"], status


def test_secret_addresses_send_an_origin_only(client, db):
    response = client.get("/school/invitations/unknown-secret/")

    assert response.headers["Referrer-Policy"] == "strict-origin"


def test_error_page_shows_a_number_and_no_data(answers):
    page = answers()[500].content.decode()

    assert "Sorry, that did not work" in page
    assert re.search(r"say this number: \w{12}", page)
    assert "ZeroDivisionError" not in page


def test_unknown_and_foreign_look_the_same(client, sign_in, senco, foreign_pupil):
    sign_in(senco)

    foreign = client.get(f"/pupils/{foreign_pupil.pk}/")
    unknown = client.get("/pupils/999999/")

    assert (foreign.status_code, unknown.status_code) == (404, 404)
    strip = re.compile(rb"nonce=\"[^\"]+\"|number: \w+|csrftoken[^}]+}|value=\"\w{64}\"")
    assert strip.sub(b"", foreign.content) == strip.sub(b"", unknown.content)
