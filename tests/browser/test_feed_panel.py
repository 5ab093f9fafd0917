"""Monday morning: nothing to click to see what is late, two clicks to act, and what was done leaves the list."""

import pytest

pytestmark = pytest.mark.browser
SENCO = "amara.osei-bright@harbourlane.example"


def found(page, site, words, action):
    """The first line with these words and this action, on whichever page of the list it stands."""
    page.goto(f"{site}/due/")
    lines = page.locator(".due", has_text=words).filter(has=page.get_by_role("link", name=action))
    while not lines.count():
        page.get_by_role("link", name="Next", exact=True).click()
        page.wait_for_load_state()
    return lines.first


def opened(page, site, words, action):
    """Open the action of the first line with these words in the panel; return the line's number."""
    line = found(page, site, words, action)
    line.get_by_role("link", name=action).click()
    page.locator("#panel[open] form").first.wait_for()
    return line.get_attribute("data-due")


def test_the_next_action_opens_beside_the_list_and_leaves_it(enter, page, site):
    enter(SENCO)
    number = opened(page, site, "Next look at a monitored pupil", "Look again")

    page.locator("#panel button[type=submit]").first.click()
    page.locator("#panel #error-summary").wait_for()
    assert page.evaluate("document.activeElement.id") == "error-summary"

    page.locator("#panel textarea[name=outcome]").fill("Reading goes better.")
    page.locator("#panel input[value=stop]").check()
    page.locator("#panel button[type=submit]").first.click()
    page.locator(f'.due[data-due="{number}"]').wait_for(state="detached")
    page.locator("#panel").wait_for(state="hidden")
    assert page.url.startswith(f"{site}/due/")
    assert page.locator("#panel[open]").count() == 0
    assert "saved" in page.locator("#messages").inner_text()
    # It was late: the page asks why, in the same way.
    page.locator(f'.late-rows li[data-due="{number}"]').get_by_role("link", name="Say why").click()
    page.locator("#panel input[value=time]").check()
    page.locator("#panel textarea[name=mend]").fill("A fixed half hour on Mondays.")
    page.locator("#panel button[type=submit]").first.click()
    page.locator(f'[data-due="{number}"]').wait_for(state="detached")


def test_closing_the_panel_gives_the_keyboard_back(enter, page, site):
    enter(SENCO)
    opened(page, site, "First look at a concern", "Look at it")

    page.keyboard.press("Escape")

    assert page.locator("#panel[open]").count() == 0
    assert page.evaluate("document.activeElement.textContent") == "Look at it"


@pytest.mark.parametrize("way", ["Escape", "Close"])
def test_what_was_typed_is_there_again_when_the_panel_is_opened_again(enter, page, site, way):
    enter(SENCO)
    number = opened(page, site, "Next look at a monitored pupil", "Look again")
    page.locator("#panel textarea[name=outcome]").fill("Half a sentence about")
    page.locator("#panel input[value=stop]").check()

    if way == "Escape":
        page.keyboard.press("Escape")
    else:
        page.locator("#panel [data-panel-close]").click()
    page.locator("#panel").wait_for(state="hidden")
    page.locator(f'.due[data-due="{number}"]').get_by_role("link", name="Look again").click()

    assert page.locator("#panel textarea[name=outcome]").input_value() == "Half a sentence about"
    assert page.locator("#panel input[value=stop]").is_checked()
    assert "What you had typed is back" in page.locator("#panel").inner_text()


def test_a_panel_in_which_nothing_was_typed_is_read_afresh(enter, page, site):
    enter(SENCO)
    number = opened(page, site, "Next look at a monitored pupil", "Look again")
    page.keyboard.press("Escape")

    page.locator(f'.due[data-due="{number}"]').get_by_role("link", name="Look again").click()
    page.locator("#panel[open] form").first.wait_for()

    assert "What you had typed is back" not in page.locator("#panel").inner_text()


def test_without_script_the_action_opens_its_page(browser, site):
    from sendco.tools.demo import accounts

    page = browser.new_context(java_script_enabled=False, locale="en-GB").new_page()
    page.goto(f"{site}/accounts/login/")
    page.locator("input[name=login]").fill(SENCO)
    page.locator("input[name=password]").fill(accounts.PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    line = found(page, site, "Next look at a monitored pupil", "Look again")
    line.get_by_role("link", name="Look again").click()

    assert page.locator("h1").inner_text() == "Look again"


def test_daily_mail_is_stopped_in_the_panel_and_goes_on_again(enter, page, site):
    enter(SENCO)
    page.goto(f"{site}/due/")
    stop = page.get_by_role("link", name="Stop the daily mail").first
    number = stop.get_attribute("data-panel")
    stop.click()

    page.locator("#panel textarea[name=reason]").fill("Waiting for the clinic.")
    page.locator("#panel").get_by_role("button", name="Stop the daily mail").click()
    page.locator("#panel", has_text="You will not be reminded daily of this any more").wait_for()
    assert "knows since" in page.locator(f'.due[data-due="{number}"]').inner_text()

    page.locator("#panel").get_by_role("button", name="Remind daily again").click()
    page.locator("#panel", has_text="goes out each school day again").wait_for()
    assert "Stop the daily mail" in page.locator(f'.due[data-due="{number}"]').inner_text()
