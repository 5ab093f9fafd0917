"""Logging without a signal: a real phone's browser, offline, with tabs that die, and two people who share it."""

import re
from time import monotonic
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import expect

from sendco.tools.demo import accounts

from .test_provision_journeys import SENCO, SPEECH, add_session_today, phone, set_up  # noqa: F401  (a fixture)
from .test_staff_journeys import click  # noqa: F401  (the fixture that counts)

pytestmark = pytest.mark.browser

SENT_WITHIN = 20  # seconds
OTHER_TA = "gwen.saltmarsh@kestrelgreen.example"
READY = "navigator.serviceWorker.ready.then(() => sendcoQueue.refill()).then(() => sendcoQueue.holder()).then(Boolean)"
# Everything that the browser holds for the site, as text: what is sealed reads as nothing.
STORED = """async () => {
  const found = [JSON.stringify(localStorage), JSON.stringify(sessionStorage)];
  const base = await new Promise((done) => { indexedDB.open("sendco", 1).onsuccess = (e) => done(e.target.result); });
  for (const name of base.objectStoreNames) {
    const rows = await new Promise((done) => {
      base.transaction(name).objectStore(name).getAll().onsuccess = (e) => done(e.target.result);
    });
    found.push(JSON.stringify(rows, (key, value) => value instanceof ArrayBuffer || ArrayBuffer.isView(value)
      ? new TextDecoder("latin1").decode(value) : value instanceof CryptoKey ? "a key" : value));
  }
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const asked of await cache.keys()) {
      found.push(asked.url, await (await cache.match(asked, { ignoreVary: true })).text());
    }
  }
  base.close();
  return found.join(" ");
}"""


@pytest.fixture
def sessions(enter, page, site, click):  # noqa: F811
    """Put sessions of six children at these times of today. Answers their addresses, by time; `page` is the SENCo's."""

    def make(name, *times):
        enter(SENCO)
        run = set_up(page, site, click, name)
        found = {}
        for at in times:
            page.goto(run)
            found[at] = add_session_today(page, at).removesuffix("log/")
        return found

    return make


@pytest.fixture
def hand(phone, site):  # noqa: F811
    """Her phone, which has opened her day once with a signal."""

    def go(email=SPEECH):
        page = phone(email)
        page.goto(f"{site}/my-day/")
        assert page.evaluate(READY)
        return page

    return go


def without_signal(page, site):
    page.context.set_offline(True)
    page.goto(f"{site}/my-day/")
    expect(page.get_by_text("No signal.")).to_be_visible()


def log(page, name, at, note=""):
    """Log the session of that time without a signal, the first child away on a trip. Three taps."""
    page.get_by_role("listitem").filter(has_text=name).filter(has_text=at).get_by_role("button", name=name).click()
    first = page.locator(".log-child").first
    first.locator(".log-here").click()
    first.locator(".log-chip", has_text="Trip").click()
    if note:
        page.locator(".log-words").click()
        page.get_by_label("A word about the session").fill(note)
    page.get_by_role("button", name="Save: 5 here, 1 away").click()
    expect(page.get_by_role("heading", name="My day")).to_be_visible()


def sign_in(page, site, email=SPEECH):
    page.goto(f"{site}/accounts/login/")
    page.locator("input[name=login]").fill(email)
    page.locator("input[name=password]").fill(accounts.PASSWORD)
    page.locator("input[name=password]").press("Enter")
    page.wait_for_url(f"{site}/")


def held(page, address, note=""):
    """The session stands once, as the phone logged it."""
    until = monotonic() + SENT_WITHIN
    page.goto(address)
    while not page.get_by_text("5 of 6 there").is_visible() and monotonic() < until:
        page.wait_for_timeout(500)
        page.goto(address)
    expect(page.get_by_role("main")).to_contain_text("5 of 6 there")
    if note:
        expect(page.get_by_role("main").get_by_text(note)).to_have_count(1)


def no_record(page, address):
    page.goto(address)
    expect(page.get_by_role("link", name="Log it")).to_be_visible()


def test_j2_without_a_signal_and_the_tab_killed(sessions, hand, page, site):
    there = sessions("Without signal", "00:01")
    phone_page = hand()
    without_signal(phone_page, site)
    began = monotonic()
    log(phone_page, "Without signal", "00:01", note="Kept in the cellar")
    assert monotonic() - began < 10
    expect(phone_page.locator("#waiting")).to_contain_text("1 session is kept on this phone")
    context = phone_page.context
    phone_page.close()

    again = context.new_page()
    without_signal(again, site)
    expect(again.locator("#waiting")).to_contain_text("1 session is kept on this phone")
    no_record(page, there["00:01"])
    context.set_offline(False)
    again.wait_for_url(f"{site}/my-day/")
    expect(again.locator("#waiting")).to_be_empty()
    held(page, there["00:01"], "Kept in the cellar")
    again.evaluate("sendcoQueue.sync()")
    held(page, there["00:01"], "Kept in the cellar")


def test_a_log_that_is_on_the_screen_when_the_signal_goes_is_kept(sessions, hand, page, site):
    there = sessions("Signal goes", "00:01")
    phone_page = hand()
    phone_page.goto(f"{there['00:01']}log/")
    phone_page.locator(".log-child").first.locator(".log-here").click()
    phone_page.context.set_offline(True)
    phone_page.get_by_role("button", name="Save: 5 here, 1 away").click()

    expect(phone_page.locator("#waiting")).to_contain_text("1 session is kept on this phone")
    phone_page.context.set_offline(False)
    expect(phone_page.locator("#waiting")).to_be_empty(timeout=20000)
    held(page, there["00:01"])


def test_two_phones_and_one_group_once_and_who_says_otherwise_sees_both(sessions, hand, page, site):
    there = sessions("Two phones", "00:01", "00:02")
    one, two = hand(), hand()
    for each in (one, two):
        without_signal(each, site)
        log(each, "Two phones", "00:01")
    log(one, "Two phones", "00:02", note="The first")
    log(two, "Two phones", "00:02", note="The second")
    one.context.set_offline(False)
    expect(one.locator("#waiting")).to_be_empty(timeout=20000)
    two.context.set_offline(False)
    two.wait_for_url(f"{site}/my-day/")

    expect(two.locator("#waiting")).to_contain_text("1 of your sessions needs you")
    expect(two.locator("#waiting")).to_contain_text("otherwise than you")
    held(page, there["00:01"])
    held(page, there["00:02"], "The first")
    two.get_by_role("link", name="See how it stands").click()
    expect(two.get_by_role("main")).to_contain_text("The first")
    two.get_by_role("button", name="Throw it away").click()
    two.get_by_role("button", name="Throw it away for good?").click()
    expect(two.locator("#waiting")).to_be_empty()


def test_signing_out_keeps_what_is_not_sent_sealed_for_that_person(sessions, hand, page, site):
    times = ("00:01", "00:02", "00:03")
    there = sessions("Signs out", *times)
    phone_page = hand()
    children = phone_page.evaluate("sendcoQueue.day().then((day) => day.sessions.flatMap((one) => one.pupils))")
    without_signal(phone_page, site)
    for at in times:
        log(phone_page, "Signs out", at, note=f"Otterwords {at}")
    phone_page.get_by_role("button", name="Sign out of this phone").click()
    expect(phone_page.get_by_text("Nobody is signed in on this phone")).to_be_visible()
    expect(phone_page.get_by_role("main")).to_contain_text("3 sessions on this phone wait, sealed")
    phone_page.go_back()
    expect(phone_page.get_by_text("Nobody is signed in on this phone")).to_be_visible()

    stored = phone_page.evaluate(STORED)
    assert "a key" not in stored
    assert "Otterwords" not in stored
    assert len(children) > 6
    assert not [name for _, name in children if name in stored]

    # The server hears of it before anything is shown, although its own session still runs.
    phone_page.context.set_offline(False)
    phone_page.wait_for_url(re.compile("/accounts/login/"))
    no_record(page, there["00:01"])
    sign_in(phone_page, site)
    expect(phone_page.locator("#waiting")).to_be_empty(timeout=20000)
    for at in times:
        held(page, there[at], f"Otterwords {at}")


def test_signing_out_with_a_signal_sends_first_and_says_what_stays(sessions, hand, page, site):
    there = sessions("Sends first", "00:01", "00:02")
    phone_page = hand()
    without_signal(phone_page, site)
    for at in there:
        log(phone_page, "Sends first", at)
    phone_page.context.route("**/my-day/send/", lambda route: _not(route, there["00:02"]))
    phone_page.context.set_offline(False)
    phone_page.wait_for_url(f"{site}/my-day/")
    phone_page.goto(f"{site}/menu/")
    phone_page.get_by_role("main").get_by_role("button", name="Sign out").click()
    dialog = phone_page.get_by_role("dialog", name="1 session is not sent")
    expect(dialog).to_contain_text("Sends first")
    dialog.get_by_role("button", name="Stay signed in").click()
    expect(phone_page.get_by_role("heading", name="Menu")).to_be_visible()
    phone_page.get_by_role("main").get_by_role("button", name="Sign out").click()
    dialog.get_by_role("button", name="Sign out").click()
    phone_page.wait_for_url(re.compile("/accounts/login/"))

    held(page, there["00:01"])
    no_record(page, there["00:02"])
    phone_page.context.unroute("**/my-day/send/")
    sign_in(phone_page, site)
    expect(phone_page.locator("#waiting")).to_be_empty(timeout=20000)
    held(page, there["00:02"])


def _posted(route):
    """The fields of a form that a page sent by script."""
    body = route.request.post_data or ""
    return dict(re.findall(r'name="(\w+)"\r\n\r\n([^\r]*)', body)) or parse_qs(body)


def _not(route, address):
    """The server is down for one session alone."""
    pk = address.rstrip("/").rsplit("/", 1)[-1]
    return route.fulfill(status=503, body="") if _posted(route)["session"] == pk else route.continue_()


def test_two_assistants_on_one_tablet(sessions, hand, page, site):
    there = sessions("One tablet", "00:01")
    tablet = hand()
    without_signal(tablet, site)
    log(tablet, "One tablet", "00:01", note="Of the first one")
    # She puts it down. Her session runs out, and the next person signs in.
    tablet.context.route("**/my-day/send/", lambda route: route.fulfill(status=503, body=""))
    tablet.context.set_offline(False)
    tablet.context.clear_cookies()
    sign_in(tablet, site, OTHER_TA)
    tablet.goto(f"{site}/my-day/")
    assert tablet.evaluate(READY)
    tablet.context.unroute("**/my-day/send/")
    tablet.evaluate("sendcoQueue.sync()")
    expect(tablet.get_by_role("heading", name="My day")).to_be_visible()
    expect(tablet.locator("#waiting")).to_be_empty()
    no_record(page, there["00:01"])

    without_signal(tablet, site)
    expect(tablet.get_by_role("main")).to_contain_text("Gwen Saltmarsh")
    expect(tablet.get_by_role("main")).not_to_contain_text("One tablet")
    tablet.go_back()
    expect(tablet.get_by_role("main")).not_to_contain_text("Bethan")
    tablet.get_by_role("button", name="Sign out of this phone").click()
    expect(tablet.get_by_role("main")).to_contain_text("1 session on this phone waits, sealed")

    tablet.context.set_offline(False)
    tablet.wait_for_url(re.compile("/accounts/login/"))
    sign_in(tablet, site, SPEECH)
    expect(tablet.locator("#waiting")).to_be_empty(timeout=20000)
    held(page, there["00:01"], "Of the first one")
    expect(page.get_by_role("main")).to_contain_text("Bethan Crowe")


def test_a_refused_one_steps_aside_and_a_server_that_fails_loses_none(sessions, hand, page, site):
    times = ("00:01", "00:02", "00:03", "00:04", "00:05")
    there = sessions("Five wait", *times)
    phone_page = hand()
    without_signal(phone_page, site)
    for at in times:
        log(phone_page, "Five wait", at)
    page.goto(f"{there['00:02']}lost/")
    page.get_by_label("No room").check()
    page.get_by_role("button", name="Save").click()
    failures = []

    def third(route):
        mine = _posted(route)["session"] == there["00:03"].rstrip("/").rsplit("/", 1)[-1]
        if mine and len(failures) < 2:
            failures.append(1)
            return route.fulfill(status=503, body="")
        return route.continue_()

    phone_page.context.route("**/my-day/send/", third)
    phone_page.context.set_offline(False)
    phone_page.wait_for_url(f"{site}/my-day/")

    expect(phone_page.locator("#waiting")).to_contain_text("1 of your sessions needs you")
    expect(phone_page.locator("#waiting")).not_to_contain_text("kept on this phone", timeout=30000)
    expect(phone_page.locator("#waiting")).to_contain_text("otherwise than you")
    assert len(failures) == 2
    for at in ("00:01", "00:03", "00:04", "00:05"):
        held(page, there[at])
    page.goto(there["00:02"])
    expect(page.get_by_role("main")).to_contain_text("Not held: no room")


def test_a_phone_that_was_cleared_shows_in_no_record_yet(sessions, hand, page, site):
    there = sessions("Cleared", "00:01", "00:02")
    phone_page = hand()
    without_signal(phone_page, site)
    for at in there:
        log(phone_page, "Cleared", at)
    phone_page.evaluate("new Promise((done) => { indexedDB.deleteDatabase('sendco').onsuccess = done; })")
    phone_page.reload()
    expect(phone_page.get_by_role("main")).to_contain_text("Nothing waits on this phone")
    phone_page.context.set_offline(False)
    phone_page.wait_for_url(f"{site}/my-day/")

    for address in there.values():
        no_record(page, address)
        expect(phone_page.locator(f"a[href='{address.removeprefix(site)}log/']").first).to_be_visible()


def test_it_can_be_put_on_the_first_screen(hand, site):
    page = hand()
    session = page.context.new_cdp_session(page)
    session.send("Page.enable")

    errors = session.send("Page.getInstallabilityErrors")["installabilityErrors"]
    assert {error["errorId"] for error in errors} == {"in-incognito"}  # as every window of a test is
