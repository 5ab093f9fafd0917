"""A header of htmx chooses a fragment and nothing else; a form without its token changes nothing."""

import re
from itertools import cycle
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from pupils.models import Concern
from sendco.middleware.sessions import SEEN
from staff.roles import Role
from tests.factories.staff import PASSWORD
from tests.test_access import MATRIX

from .drive import BACKEND, Walk, body_of, headers_of
from .work import TEXTS

EVIL = "https://evil.example/steal"
# A request a fragment that the site draws, and one for a whole page; what is no business of htmx rides along.
FORGED = [
    {"HX-Request": "true", "HX-Target": "rows", "HX-Current-URL": EVIL}
    | {"X-Forwarded-Host": "evil.example", "X-Original-URL": "/register/", "X-Rewrite-URL": "/register/"},
    {"HX-Request": "true", "HX-Target": "found", "HX-Trigger": "' OR 1=1", "HX-Trigger-Name": "<script>"}
    | {"X-HTTP-Method-Override": "DELETE", "X-Requested-With": "XMLHttpRequest", "Accept": "application/json"},
    {"HX-Request": "true", "HX-Boosted": "true", "HX-Prompt": "../../etc/passwd", "HX-Target": "../main"}
    | {"HX-History-Restore-Request": "true", "HX-Current-URL": "javascript:alert(1)"},
]
FEW = 2  # a route draws its second row as it draws its tenth
WALKERS = [Role.TEACHER.label, Role.OFFICE.label, Role.GOVERNOR.label, "teacher of others", "other school's SENDCo"]


def strings_in(response):
    text = body_of(response) + headers_of(response)
    return {name for name, one in TEXTS.items() if one in text}


@pytest.mark.parametrize("key", WALKERS)
def test_forged_headers_answer_no_more_than_the_page(stage, key):
    walk, more, turns = Walk(stage.people[key], stage.ids, {}), [], cycle(FORGED)
    for name in MATRIX:
        for address in walk.addresses(name)[:FEW]:
            page = walk.client.get(address)
            # A role is refused in front of the view, by the same lines for all: there the headers take turns.
            for forged in [next(turns)] if page.status_code in (403, 405) else FORGED:
                response = walk.client.get(address, headers=forged)
                extra = strings_in(response) - strings_in(page)
                if extra or response.status_code not in (page.status_code, 200) or "evil" in headers_of(response):
                    more.append((address, forged, response.status_code, extra))
                if page.status_code in (403, 404) and response.status_code != page.status_code:
                    more.append((address, forged, response.status_code))

    assert more == []


# --- Where somebody is sent ---------------------------------------------------------------------------------------
ELSEWHERE = [
    EVIL,
    "//evil.example/",
    "///evil.example/",
    "/\\evil.example/",
    "\\\\evil.example",
    "https:evil.example",
    "https:///evil.example",
    "javascript:alert(1)",
    "http://localhost@evil.example/",
    "http://evil.example\\@testserver/",
    "\thttps://evil.example/",
    "%2F%2Fevil.example",
]


def sent_to(response):
    return response.headers.get("Location") or response.headers.get("HX-Redirect") or ""


@pytest.mark.parametrize("place", ELSEWHERE)
def test_signing_in_leads_nowhere_else(client, senco, place):
    address = f"{reverse('account_login')}?next={place}" if "%" in place else reverse("account_login")
    extra = {} if "%" in place else {"next": place}

    response = client.post(address, {"login": senco.email, "password": PASSWORD, **extra})

    assert response.status_code == 302
    assert sent_to(response) == reverse("home")


@pytest.mark.parametrize("place", ELSEWHERE)
def test_page_that_expired_comes_back_to_nowhere_else(client, sign_in, senco, place):
    idle(sign_in(senco))

    response = client.get(reverse("register"), headers={"HX-Request": "true", "HX-Current-URL": place.strip()})

    assert response.status_code == 204
    back = parse_qs(urlsplit(sent_to(response)).query).get("next", ["/"])[0]
    assert urlsplit(urljoin("http://testserver/accounts/login/", back)).netloc == "testserver"


def test_page_that_expired_comes_back_to_itself(client, sign_in, senco):
    idle(sign_in(senco))
    here = "http://testserver/register/?who=K"

    response = client.get(reverse("register"), headers={"HX-Request": "true", "HX-Current-URL": here})

    assert sent_to(response).startswith(reverse("account_login"))
    assert "register" in sent_to(response)


def idle(client):
    client.get("/")
    session = client.session
    session[SEEN] = timezone.now().timestamp() - 60 * 60
    session.save()


@pytest.mark.parametrize("method", ["get", "post"])
def test_fragment_after_the_session_ended_makes_the_page_go(client, sign_in, senco, pupil, method):
    """htmx would draw the sign-in page into the fragment's place: the whole page has to go."""
    idle(sign_in(senco))
    address = reverse("pupils:status-change", args=[pupil.pk])

    response = getattr(client, method)(address, headers={"HX-Request": "true"})

    assert response.status_code == 204
    assert sent_to(response).startswith(reverse("account_login"))
    assert response.content == b""


@pytest.mark.parametrize("method", ["get", "post"])
def test_fragment_without_a_session_makes_the_page_go(client, pupil, method):
    response = getattr(client, method)(reverse("register"), headers={"HX-Request": "true"})

    assert response.content == b""
    assert sent_to(response).startswith(reverse("account_login"))
    assert response.status_code == 204


# --- Tokens -------------------------------------------------------------------------------------------------------
@pytest.fixture
def strict(stage):
    """The SENCo in a browser whose forms are checked."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(stage.people[Role.SENCO.label], backend=BACKEND)
    return client


def test_no_route_takes_a_post_without_a_token(stage, strict):
    walk, taken = Walk(stage.people[Role.SENCO.label], stage.ids, {}), []
    before = Concern.objects.count()
    for name in MATRIX:
        for address in walk.addresses(name)[:1]:
            for extra in ({}, {"HX-Request": "true"}):
                response = strict.post(address, {"what": "x", "parent_told": "told"}, headers=extra)
                if response.status_code != 403:
                    taken.append((address, response.status_code))

    assert taken == []
    assert Concern.objects.count() == before


def token_of(client, address):
    return re.search(r'csrfmiddlewaretoken" value="([^"]+)"', client.get(address).content.decode()).group(1)


def test_right_token_is_taken(stage, strict):
    """So that the refusals above say something."""
    address = reverse("register-view-save")

    response = strict.post(
        address, {"name": "Mine", "query": "who=K", "csrfmiddlewaretoken": token_of(strict, reverse("register"))}
    )

    assert response.status_code == 302


def test_token_of_somebody_else_or_of_another_site_is_refused(stage, strict):
    token, address = token_of(strict, reverse("register")), reverse("register-view-save")
    other = Client(enforce_csrf_checks=True)
    other.force_login(stage.people[Role.TEACHER.label], backend=BACKEND)
    foreign_token = token_of(other, reverse("register"))

    def post(token, **headers):
        return strict.post(address, {"name": "Mine", "csrfmiddlewaretoken": token}, headers=headers).status_code

    assert post(foreign_token) == 403
    assert post(token[:-1] + ("a" if token[-1] != "a" else "b")) == 403
    assert post(token, Origin="https://evil.example") == 403
    assert post(token, Origin="null") == 403
    assert post("", **{"X-CSRFToken": "a" * 64}) == 403


def test_nothing_that_a_get_asks_for_is_written(stage):
    """A page that is fetched ahead, or by a scanner, changes nothing but the list of who has read."""
    own = ("pupils", "staff", "due", "jobs", "drafts", "files")
    kept = [model for model in apps.get_models() if model._meta.app_label in own]

    def count():
        return {model._meta.label: model._base_manager.count() for model in kept}

    before, walk = count(), Walk(stage.people[Role.SENCO.label], stage.ids, {})
    for name in MATRIX:
        for address in walk.addresses(name)[:FEW]:
            walk.client.get(address)
            walk.client.head(address)
            walk.client.options(address)

    assert count() == before
