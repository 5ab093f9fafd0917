"""J7: a request for a needs assessment, from the decision to ask until its clocks run, in ten clicks."""

import io
import re

import pikepdf
import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

SENCO = "amara.osei-bright@harbourlane.example"
REASON = (
    "Archie has had three cycles of support with help from outside the school. The gap to his class grows all the "
    "same, and he needs more than the school can give from its own budget."
)
MOST_CLICKS = 10


@pytest.fixture
def click():
    """Click, and count it: `click.count` is how many."""

    def go(locator):
        go.count += 1
        locator.click()

    go.count = 0
    return go


def test_request_is_prepared_packed_and_sent_in_ten_clicks(enter, page, click):
    enter(SENCO)
    main = page.get_by_role("main")

    click(page.get_by_role("navigation").get_by_role("link", name="EHC plans").first)
    click(main.get_by_role("link", name="Requests", exact=True))
    click(main.get_by_role("link", name="New request"))
    expect(page.locator(":focus")).to_have_attribute("name", "q")
    page.keyboard.type("archie cald")
    click(main.locator("#request-found a").first)
    page.get_by_label("Why a plan may be needed").fill(REASON)
    click(main.get_by_role("button", name="Begin"))

    expect(main.get_by_role("heading", name="Ready to ask?")).to_be_visible()
    expect(main.locator("#ready")).to_contain_text("Missing")
    click(main.locator(".nextbox").get_by_role("link", name="Make the pack"))
    click(main.get_by_role("button", name="Make the pack"))

    pack = main.get_by_role("link", name="Open the pack")
    expect(pack).to_be_visible(timeout=25_000)
    with page.expect_download() as download:
        click(pack)
    with pikepdf.open(io.BytesIO(download.value.path().read_bytes())) as pdf:
        assert len(pdf.pages) >= 5

    click(main.locator(".nextbox").get_by_role("link", name="It has gone"))
    expect(page.locator("#receipt")).to_contain_text("It counts as received on")
    click(main.get_by_role("button", name="Save"))

    expect(page.locator("#messages .message")).to_contain_text("It counts as received on")
    expect(main.locator("#dates")).to_contain_text("Decision whether to assess")
    expect(main.locator("#dates")).to_contain_text("Final plan")
    expect(main.locator("svg.ruler")).to_be_visible()
    assert click.count <= MOST_CLICKS
    assert not re.search("archie|calder", page.title(), re.IGNORECASE)


def test_request_page_fits_a_phone(enter, page, site):
    page.set_viewport_size({"width": 360, "height": 780})
    enter(SENCO)
    page.goto(f"{site}/requests/")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.get_by_role("main").locator("tbody th a").first.click()
    expect(page.locator("svg.ruler")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
