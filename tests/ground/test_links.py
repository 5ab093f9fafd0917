import re
from datetime import timedelta

import pytest
import time_machine
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone

from sendco.limits.services import LIMITS
from sendco.links import services as links
from sendco.links.models import Link
from sendco.pages.links import PURPOSES, Purpose

pytestmark = pytest.mark.postgresql("locks of rows")


@pytest.fixture
def sent(monkeypatch):
    """A purpose for these tests; the codes it would have mailed are gathered."""
    codes = []
    purpose = Purpose(
        route="accessibility",
        school_name=lambda link: "Fernhill Primary School",
        address_on_file=lambda link: "parent@example.org" if link.subject_id == 2 else "",
        send_code=lambda link, code: codes.append(code),
    )
    monkeypatch.setitem(PURPOSES, "test.question", purpose)
    return codes


def make(subject_id=1, **values):
    return links.make(purpose="test.question", subject_id=subject_id, school_id=1, by=None, **values)


def opened(client, secret, **posted):
    return client.post(reverse("link-open", args=[secret]), posted)


def plain_text(page):
    """A page without what is new on each request: nonce, token and reference number."""
    return re.sub(r'nonce="[^"]*"|csrftoken": "[^"]*"|value="[^"]*"|number: \w+', "", page.content.decode())


def test_secret_is_kept_as_a_hash_only(db):
    link, secret = make()

    assert secret not in str(Link.objects.values().get(pk=link.pk))
    assert links.find(secret) == link


def test_new_link_closes_the_one_before(db):
    _, old = make()
    make()

    with pytest.raises(links.LinkClosed):
        links.find(old)


@pytest.mark.parametrize("state", ["unknown", "expired", "revoked", "used"])
def test_closed_links_look_alike(client, db, sent, state):
    link, secret = make()
    if state == "unknown":
        secret = "no-such-secret"
    elif state == "expired":
        Link.objects.filter(pk=link.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    elif state == "revoked":
        links.revoke(subject_id=1)
    else:
        assert links.use_up(link)

    page, plain = client.get(reverse("link-open", args=[secret])), client.get("/l/another/")

    assert page.status_code == plain.status_code == 404
    assert plain_text(page) == plain_text(plain)


def test_link_of_another_purpose_leads_nowhere(client, db, sent):
    _, secret = links.make(purpose="else", subject_id=1, school_id=1, by=None)

    assert client.get(reverse("link-open", args=[secret])).status_code == 404


@pytest.mark.parametrize("method", ["get", "head", "options"])
def test_fetching_changes_nothing(client, db, sent, method):
    link, secret = make()
    before = Link.objects.values().get(pk=link.pk)

    answer = getattr(client, method)(reverse("link-open", args=[secret]))

    assert Link.objects.values().get(pk=link.pk) == before
    assert links.COOKIE not in answer.cookies


def test_continue_gives_a_pass_and_leaves_the_secret_behind(client, db, sent):
    link, secret = make()

    answer = opened(client, secret)

    assert (answer.status_code, answer.url) == (302, reverse("accessibility"))
    assert secret not in answer.cookies[links.COOKIE].value
    assert answer.cookies[links.COOKIE]["httponly"]
    assert Link.objects.get(pk=link.pk).opened == 1


def test_code_is_asked_before_anything_written_is_shown(client, db, sent):
    _, secret = make(subject_id=2)

    asked = opened(client, secret)
    wrong = opened(client, secret, code="000000" if sent[0] != "000000" else "111111")
    right = opened(client, secret, code=sent[0])

    assert asked.status_code == 200
    assert "p…@example.org" in asked.content.decode()
    assert wrong.status_code == 422
    assert right.status_code == 302


def test_code_ends_after_five_tries_and_after_a_quarter_of_an_hour(db):
    link, _ = make(subject_id=2)
    code = links.make_code(link)
    wrong = "000000" if code != "000000" else "111111"

    assert not any(links.check_code(link, wrong) for _ in range(5))
    assert not links.check_code(link, code)

    again = links.make_code(link)
    with time_machine.travel(timezone.now() + timedelta(minutes=16), tick=False):
        assert not links.check_code(link, again)


def test_a_new_code_does_not_start_to_count_again(client, db, sent):
    link, secret = make(subject_id=2)
    for _ in range(3):
        code = links.make_code(link)
        wrong = "000000" if code != "000000" else "111111"
        assert not any(links.check_code(link, wrong) for _ in range(5))
    code = links.make_code(link)

    assert not links.check_code(link, code)
    assert links.close_after_wrong_codes(link)
    assert not links.close_after_wrong_codes(link)
    assert opened(client, secret, code=code).status_code == 404


def test_right_codes_are_no_tries(db):
    link, _ = make(subject_id=2)

    assert links.check_code(link, links.make_code(link))
    assert Link.objects.get(pk=link.pk).wrong_codes == 0


def test_codes_of_a_link_are_limited(db):
    link, _ = make(subject_id=2)
    for _ in range(links.MOST_CODES):
        links.make_code(link)

    with pytest.raises(links.CodesUsedUp):
        links.make_code(link)


def test_code_works_once(db):
    link, _ = make(subject_id=2)
    code = links.make_code(link)

    assert links.check_code(link, code)
    assert not links.check_code(link, code)


def test_pass_is_for_one_link_and_dies_with_it(db, rf):
    link, _ = make()
    other, _ = make(subject_id=5)
    request = rf.get("/")
    request.COOKIES[links.COOKIE] = links.give_pass(HttpResponse(), link).cookies[links.COOKIE].value

    assert links.link_of(request, "test.question") == link
    assert not links.has_pass(request, other)
    with pytest.raises(links.LinkClosed):
        links.link_of(request, "another")

    links.revoke(subject_id=1)

    with pytest.raises(links.LinkClosed):
        links.link_of(request, "test.question")


def test_tampered_and_old_passes_open_nothing(db, rf):
    link, _ = make()
    request = rf.get("/")
    request.COOKIES[links.COOKIE] = links.give_pass(HttpResponse(), link).cookies[links.COOKIE].value

    with (
        time_machine.travel(timezone.now() + timedelta(hours=2, seconds=5), tick=False),
        pytest.raises(links.LinkClosed),
    ):
        links.link_of(request, "test.question")

    request.COOKIES[links.COOKIE] += "x"
    with pytest.raises(links.LinkClosed):
        links.link_of(request, "test.question")


def test_only_one_browser_uses_a_link_up(db):
    link, _ = make()

    assert links.use_up(link)
    assert not links.use_up(link)


def test_too_many_openings_from_one_address_are_stopped(client, db, sent):
    make()

    with time_machine.travel(timezone.now(), tick=False):  # the window of a minute may not end meanwhile
        answers = {client.get("/l/guess/").status_code for _ in range(61)}

    assert answers == {404, 429}


@pytest.mark.usefixtures("one_window")
def test_too_many_tries_at_one_link_are_stopped_from_wherever_they_come(client, db, sent, settings):
    settings.BEHIND_PROXY = 1
    _, secret = make(subject_id=2)
    address = reverse("link-open", args=[secret])

    tries = LIMITS["link_open"].times
    origins = [{"X-Forwarded-For": f"81.2.69.{number}"} for number in range(tries + 1)]
    answers = [client.post(address, headers=origin).status_code for origin in origins]

    assert answers == [200] * tries + [429]
    assert len(sent) == 1
