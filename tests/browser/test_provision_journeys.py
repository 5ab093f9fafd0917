"""A run is set up in a minute; J2, its session is logged on a phone in four taps."""

import re
from datetime import date, timedelta
from time import monotonic

import pytest
from playwright.sync_api import expect

from sendco.tools.demo import accounts

from .test_staff_journeys import click  # noqa: F401  (the fixture that counts)

pytestmark = pytest.mark.browser

SENCO, SPEECH = "priya.venkat@kestrelgreen.example", "bethan.crowe@kestrelgreen.example"
PHONE = {"width": 360, "height": 740}


def tick(box, click, names):  # noqa: F811
    """Tick these, each found by typing a part of it."""
    for name in names:
        box.get_by_label("Narrow the list").fill(name)
        one = box.get_by_role("checkbox", name=name, exact=True).first
        if not one.is_checked():
            click(one)


@pytest.fixture
def phone(browser, browser_context_args, site):
    """A phone of somebody who has signed in."""
    contexts = []

    def go(email):
        context = browser.new_context(**browser_context_args | {"viewport": PHONE, "has_touch": True})
        contexts.append(context)
        page = context.new_page()
        page.goto(f"{site}/accounts/login/")
        page.locator("input[name=login]").fill(email)
        page.locator("input[name=password]").fill(accounts.PASSWORD)
        page.locator("input[name=password]").press("Enter")
        page.wait_for_url(f"{site}/")
        return page

    yield go
    for context in contexts:
        context.close()


def set_up(page, site, click, name):  # noqa: F811
    """A run of six children with the speech assistant, from today for a week. Returns its address."""
    main = page.get_by_role("main")
    page.goto(f"{site}/provision/runs/")
    click(main.get_by_role("link", name="Add provision"))
    click(main.get_by_role("link", name="Set up a run of Talk Boost KS1"))
    page.get_by_label("Name of the group").fill(name)
    pupils = page.get_by_role("group", name=re.compile("^Pupils"))
    labels = pupils.locator("label").all_inner_texts()
    tick(pupils, click, labels[:6])  # who waits for it stands first, and is ticked
    page.get_by_label("From", exact=True).fill("14:30")
    tick(page.get_by_role("group", name=re.compile("^Adults")), click, ["Bethan Crowe"])
    today = date.today()  # noqa: DTZ011  (the browser's own clock)
    page.get_by_label("First day").fill(today.isoformat())
    page.get_by_label("Last day").fill((today + timedelta(days=7)).isoformat())
    click(page.get_by_role("button", name="Set it up"))
    expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()
    return page.url


def add_session_today(page, at="00:01"):
    """One that was not planned: today may be a Sunday."""
    page.get_by_role("link", name="Add one that was not planned").click()
    page.get_by_label("Day", exact=True).fill(date.today().isoformat())  # noqa: DTZ011
    page.get_by_label("From", exact=True).fill(at)
    page.get_by_label(re.compile("held all the same")).check()
    page.get_by_role("button", name="Go on to log it").click()
    return page.url


def test_a_run_is_set_up_and_j2_its_session_is_logged_in_four_taps(enter, page, site, click, phone):  # noqa: F811
    enter(SENCO)
    began = monotonic()
    run = set_up(page, site, click, "Six together")
    assert click.count <= 12
    assert monotonic() - began < 60
    add_session_today(page)
    page.goto(run)

    hand = phone(SPEECH)
    hand.goto(f"{site}/my-day/")
    if not hand.get_by_role("heading", name="Six together", level=2).is_visible():
        hand.goto(page.url)  # another session of hers is on at this minute
    click.count, began = 0, monotonic()
    link = hand.get_by_role("link", name=re.compile("Log this session"))
    if link.is_visible():
        click(link)
    else:
        hand.get_by_role("link", name=re.compile("00:01")).click()
        click(hand.get_by_role("link", name="Log it"))
    first = hand.get_by_role("listitem").filter(has=hand.locator("[data-away]")).first
    click(first.locator(".log-here"))
    click(first.locator(".log-chip", has_text="Trip"))
    expect(hand.get_by_role("button", name="Save: 5 here, 1 away")).to_be_visible()
    click(hand.get_by_role("button", name="Save: 5 here, 1 away"))
    expect(hand.locator("#messages")).to_contain_text("Saved: 5 of 6 here")

    assert click.count <= 4
    assert monotonic() - began < 10
    page.reload()
    expect(page.get_by_role("main")).to_contain_text("5 of 6 there")


def test_a_group_is_logged_by_keys_alone(enter, page, site, click):  # noqa: F811
    """Tab, space and the arrows reach all that a thumb does."""
    enter(SENCO)
    set_up(page, site, click, "By keys")
    add_session_today(page)
    page.locator("[data-away]").first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("radio", name="Other lesson").first).to_be_checked()
    page.get_by_role("button", name="Save: 5 here, 1 away").press("Enter")

    expect(page.locator("#messages")).to_contain_text("Saved: 5 of 6 here")
