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
    box.press_sequentially("umra mriza")
    expect(page.locator("#found a").first).to_contain_text("Umar Mirza")


def test_nothing_is_left_in_the_browser_after_signing_out(enter, page, site):
    enter(SENCO)
    page.goto(f"{site}/register/")
    page.get_by_role("button", name="Sign out").first.click()
    page.wait_for_load_state()
    stored = page.evaluate("() => JSON.stringify([{...localStorage}, {...sessionStorage}])")
    assert stored == "[{},{}]"
    page.go_back()
    assert "SEND register" not in page.content()


def test_teacher_raises_a_concern_by_keyboard_alone(enter, page):
    """J3, first half: find the child, say what is seen, send. No mouse."""
    enter(TEACHER)
    tab_to(page, "Raise a concern")
    page.keyboard.press("Enter")
    page.wait_for_url("**/concerns/new/**")
    expect(page.locator(":focus")).to_have_attribute("name", "q")
    page.keyboard.type("umar mirza")
    expect(page.locator("#concern-found a").first).to_contain_text("Umar Mirza")
    tab_to(page, "Umar Mirza")
    page.keyboard.press("Enter")
    page.wait_for_url("**pupil=**")
    tab_to(page, "What do you see?")
    page.keyboard.type("Umar stops reading aloud after one line and looks at the door.")
    tab_to(page, "Where")
    page.keyboard.type("In English, most days")
    tab_to(page, "Yes, the parent knows")
    page.keyboard.press("Space")
    tab_to(page, "Send")
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_contain_text("will look")


def test_senco_triages_in_three_clicks(enter, page, site):
    """J3, second half: open, choose, save. Typing is not counted."""
    enter(SENCO)
    page.goto(f"{site}/concerns/")
    rows = page.get_by_role("main").locator("tbody tr")
    waiting = rows.count()
    page.get_by_role("main").locator("a[href*='/concerns/']:not([href*='new'])").first.click()
    page.get_by_label("Observe in class").check()
    page.locator("[name=observe_note]").fill("Bev watches in two lessons this week.")
    page.locator("[name=observe_date]").fill("2030-01-15")
    page.locator("form[action*=triage] button[type=submit]").last.click()
    expect(page.locator("#messages .message")).to_be_visible()
    expect(rows).to_have_count(waiting - 1)
