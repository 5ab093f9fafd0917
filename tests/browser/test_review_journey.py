"""J6: an annual review from its beginning to the report, with every click counted, and the meeting by keyboard."""

from datetime import date

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

SENCO = "amara.osei-bright@harbourlane.example"
HEAD = "judith.askew@harbourlane.example"
MOST_CLICKS = 25


class Hand:
    """Clicks what is asked for and counts it."""

    def __init__(self, page):
        self.page, self.clicks = page, 0

    def click(self, target):
        self.clicks += 1
        target.click()

    def button(self, name, *, exact=False):
        self.click(self.page.get_by_role("button", name=name, exact=exact).first)

    def link(self, name):
        self.click(self.page.get_by_role("link", name=name).first)

    def next_action(self):
        self.click(self.page.locator(".identity-bar .actions .btn-primary"))

    def onwards(self):
        """The next page of the meeting: on a busy machine the page before stands a while yet."""
        there = self.page.url
        self.click(self.page.locator("[data-after]"))
        self.page.wait_for_url(lambda url: url != there)
        self.page.wait_for_load_state()


def wait_for_file(page, address, name):
    """The worker draws; look until the link is there."""
    for _ in range(20):
        page.goto(address)
        if page.get_by_role("link", name=name).count():
            return
        page.wait_for_timeout(700)
    pytest.fail(f"{name} was not drawn in time")


def test_review_from_beginning_to_report_within_its_clicks(enter, page, site):
    enter(SENCO)
    page.goto(f"{site}/reviews/new/")
    hand = Hand(page)
    hand.click(page.locator("li:not(:has-text('Year 9')) >> text=Choose").last)
    hand.button("Begin the review")
    review = page.url

    hand.click(page.locator("#days a.btn").first)
    page.get_by_label("Place").fill("Library")
    hand.button("Save the day")
    hand.next_action()
    hand.button("Send the invitations")
    if "/told/" in page.url:
        hand.button("Keep as proof")
    expect(page.locator("#people")).not_to_contain_text("Not invited yet")

    hand.next_action()
    page.get_by_label("The school's report").fill("Settled, and reading more. Attendance is 94%.")
    hand.button("Save the report")
    page.goto(f"{review}papers/")  # the button leads there too, three weeks before the meeting
    hand.button("Make one PDF")
    hand.button("Record that they went")

    hand.next_action()
    page.get_by_label("Day of the meeting").fill(date.today().isoformat())  # noqa: DTZ011
    hand.onwards()
    while page.locator("[data-after]").inner_text() != "Finish":
        if page.locator("input[name=progress]").count():
            page.locator("h1").click()
            page.keyboard.press("3")
            expect(page.locator("input[name=progress]:checked")).to_have_count(1)
            page.locator("textarea[name=evidence]").fill("Three lessons of five")
        if page.locator("#id_adult_employment").count():
            page.locator("#id_adult_employment").fill("A week in the garden centre")
        hand.onwards()
    hand.click(page.get_by_label("Keep the plan as it is"))
    hand.button("Finish")

    hand.next_action()
    expect(page.get_by_role("heading", name="Report of the review")).to_be_visible()
    wait_for_file(page, f"{review}report/", "PDF")
    approve_as_head(page, site, enter, review)
    hand.next_action()
    hand.button("Record that it went")

    expect(page.locator(".facts")).to_contain_text("Authority decides")
    assert hand.clicks <= MOST_CLICKS


def approve_as_head(page, site, enter, review):
    """Another person, with her own clicks."""
    page.context.clear_cookies()
    enter(HEAD)
    page.goto(review)
    page.locator(".identity-bar .actions .btn-primary").click()
    page.get_by_role("button", name="Approve the report").click()
    expect(page.locator("#messages")).to_contain_text("Approved")
    wait_for_file(page, f"{review}report/", "PDF")  # with the approval on it, which is what goes
    page.context.clear_cookies()
    enter(SENCO)
    page.goto(review)


def test_meeting_moves_by_keyboard_on_a_phone(enter, page, site):
    page.set_viewport_size({"width": 360, "height": 740})
    enter(SENCO)
    page.goto(f"{site}/reviews/?stage=prepare")
    page.locator("table th a").first.click()
    page.goto(f"{page.url}meeting/?at=child")

    page.keyboard.press("Alt+ArrowRight")
    page.wait_for_url("**at=views")
    page.keyboard.press("Alt+ArrowLeft")
    page.wait_for_url("**at=child")

    assert page.evaluate("document.documentElement.scrollWidth") <= 360
