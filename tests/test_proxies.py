"""Each visitor has an own limit behind any number of proxies, looking costs nothing, and a wrong number is said."""

import logging

import pytest
from django.core.cache import cache
from django.urls import reverse

from governance.models import CalendarFeed
from governance.services.feeds import make_feed
from sendco import proxies
from sendco.limits.models import Hit
from sendco.limits.services import LIMITS
from sendco.proxies import client_address, wrong_count

pytestmark = pytest.mark.usefixtures("one_window")
AHEAD = [{name: "prefetch"} for name in proxies.PREFETCH]
PARENT, OTHER, PROXY = "81.2.69.142", "81.2.69.143", "10.0.0.2"


@pytest.fixture(autouse=True)
def _forget(db):
    cache.clear()


@pytest.mark.parametrize(
    ("count", "told", "address"),
    [
        (0, "", "127.0.0.1"),
        (0, PARENT, "127.0.0.1"),
        (1, PARENT, PARENT),
        (1, f"9.9.9.9, {PARENT}", PARENT),
        (2, f"9.9.9.9, {PARENT}, {PROXY}", PARENT),
        (2, PARENT, "127.0.0.1"),
        (1, f"{PARENT}:50123", PARENT),
        (1, "[2001:db8::7]:443", "2001:db8::7"),
        (1, "2001:db8::7", "2001:db8::7"),
        (1, "nonsense", "unknown"),
    ],
)
def test_the_address_is_the_one_that_our_outermost_proxy_saw(rf, settings, count, told, address):
    settings.BEHIND_PROXY = count

    request = rf.get("/", **({"HTTP_X_FORWARDED_FOR": told} if told else {}))

    assert client_address(request) == address


@pytest.mark.parametrize("path", ["/l/guess/", f"/school/invitations/{'A' * 43}/", f"/feeds/{'A' * 43}.ics"])
def test_one_parent_does_not_use_up_the_limit_of_another(client, db, settings, path):
    settings.BEHIND_PROXY = 1
    for _ in range(LIMITS["link_open_address"].times + 1):
        last = client.get(path, headers={"X-Forwarded-For": PARENT})

    assert last.status_code == 429
    assert client.get(path, headers={"X-Forwarded-For": OTHER}).status_code == 404
    assert client.get(path, headers={"X-Forwarded-For": f"{OTHER}, {PARENT}"}).status_code == 429


@pytest.mark.parametrize("path", ["/l/guess/", f"/school/invitations/{'A' * 43}/", f"/feeds/{'A' * 43}.ics"])
@pytest.mark.parametrize("headers", [None, *AHEAD, {"Sec-Purpose": "prefetch;prerender"}])
def test_looking_costs_nothing(client, db, path, headers):
    for _ in range(3):
        answer = client.head(path) if headers is None else client.get(path, headers=headers)
        assert answer.status_code == 404

    assert not Hit.objects.exists()


def test_looking_at_a_feed_uses_nothing_up(client, senco, school):
    _, secret = make_feed(user=senco, school=school)

    answer = client.head(reverse("calendar-feed-read", args=[secret]))

    assert answer.status_code == 200
    assert not Hit.objects.exists()
    assert CalendarFeed.objects.get().last_read_at is None


@pytest.mark.parametrize(
    ("count", "told", "words"),
    [
        (0, PARENT, "SENDCO_PROXIES is 0"),
        (1, "", "came through 0"),
        (2, PARENT, "came through 1"),
        (1, f"{PARENT}, {PROXY}", "set it higher"),
        (0, "", ""),
        (1, PARENT, ""),
        (1, f"9.9.9.9, {PARENT}", ""),
        (1, PROXY, ""),
        (2, f"{PARENT}, {PROXY}", ""),
    ],
)
def test_a_number_that_a_request_contradicts_is_known(rf, settings, count, told, words):
    settings.BEHIND_PROXY = count

    wrong = wrong_count(rf.get("/", **({"HTTP_X_FORWARDED_FOR": told} if told else {})))

    assert words in wrong
    assert bool(wrong) == bool(words)


def test_a_wrong_number_is_logged_once_and_shown(client, sign_in, administrator, settings, caplog):
    settings.BEHIND_PROXY = 2
    caplog.set_level(logging.ERROR, logger="sendco.proxies")
    sign_in(administrator)

    for _ in range(3):
        client.get("/accessibility/", headers={"X-Forwarded-For": PARENT})

    assert len([record for record in caplog.records if record.name == "sendco.proxies"]) == 1
    shown = client.get(reverse("health-status"), headers={"X-Forwarded-For": f"{PARENT}, {PROXY}"}).content.decode()
    assert "Wrong number" in shown


def test_a_monitor_past_the_proxy_is_no_fault(client, db, settings, caplog):
    settings.BEHIND_PROXY = 1

    client.get("/healthz")

    assert "SENDCO_PROXIES" not in caplog.text


def test_sign_in_counts_by_the_same_address(client, db, settings):
    settings.BEHIND_PROXY = 2
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "login": "1/m/ip"}

    def sign_in(visitor):
        told = {"X-Forwarded-For": f"9.9.9.9, {visitor}, {PROXY}"}
        return client.post("/accounts/login/", {"login": "a@example.org", "password": "x" * 12}, headers=told)

    statuses = [sign_in(visitor).status_code for visitor in (PARENT, PARENT, OTHER)]

    assert statuses == [422, 429, 422]
