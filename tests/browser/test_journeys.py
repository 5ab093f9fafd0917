"""The twelve journeys, as far as these floors reach, in a real browser."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

TEACHER = "piers.lockyer@harbourlane.example"
SENCO = "amara.osei-bright@harbourlane.example"


def tab_to(page, name, *, most=80):
    """Press Tab until the focused control has this accessible name; fails when it cannot be reached."""
    for _ in range(most):
        page.keyboard.press("Tab")
        label = page.evaluate(
            """() => { const one = document.activeElement;
                 const by = one.labels && one.labels[0] ? one.labels[0].innerText : '';
                 return (one.getAttribute('aria-label') || by || one.innerText || '').trim(); }"""
        )
        if label.startswith(name):
            return
    pytest.fail(f"{name!r} cannot be reached by Tab; the last was {label!r}")


def test_skip_link_is_first_and_works(enter, page):
    enter(SENCO)
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Skip to main content")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_blank_screen_by_double_escape(enter, page):
    enter(SENCO)
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(page.locator("#blank")).to_be_visible()
    page.get_by_role("button", name="Show the page again").click()
    expect(page.locator("#blank")).to_be_hidden()


def test_header_search_forgives_a_slip(enter, page):
    enter(SENCO)
    box = page.get_by_role("searchbox", name="Find a pupil")
    box.press_sequentially("kayliegh")
    expect(page.locator("#found a").first).to_be_visible()


def test_nothing_is_left_in_the_browser_after_signing_out(enter, page, site):
    enter(SENCO)
    page.goto(f"{site}/register/")
    page.get_by_role("button", name="Sign out").first.click()
    page.wait_for_load_state()
    stored = page.evaluate("() => JSON.stringify([{...localStorage}, {...sessionStorage}])")
    assert stored == "[{},{}]"
    page.go_back()
    assert "SEND register" not in page.content()
