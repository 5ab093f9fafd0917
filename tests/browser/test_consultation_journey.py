"""J8: an authority consults the school. From its mail to the proof of the reply in eight clicks, typing not counted."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

SENCO = "amara.osei-bright@harbourlane.example"
HEAD = "judith.askew@harbourlane.example"
MOST_CLICKS = 8
EVIDENCE = "The class has fourteen children, nine with a plan, and two adults; one more child takes an adult from four."


def test_consultation_is_answered_in_eight_clicks(enter, page, site):
    clicks = 0

    def click(locator):
        nonlocal clicks
        clicks += 1
        locator.click()
        page.wait_for_load_state()

    enter(SENCO)
    page.goto(f"{site}/consultations/")
    click(page.get_by_role("link", name="Log one"))
    page.get_by_label("Authority").select_option(label="Eastholt")
    page.get_by_label("The day it arrived").fill((timezone.localdate() - timedelta(days=3)).isoformat())
    page.get_by_label("The child's name").fill("Marguerite Ainsworth")
    click(page.get_by_role("button", name="Log it"))

    click(page.get_by_label("We cannot, on a ground of the law"))
    click(page.get_by_label("Incompatible with the efficient education of others"))
    page.get_by_label("Evidence: what it would do to the education of the others").fill(EVIDENCE)
    page.get_by_label("Steps you considered").fill("A second room, and an adult from the next class.")
    click(page.get_by_role("button", name="Hand it to the head"))
    expect(page.get_by_role("main")).to_contain_text("With the head")
    case = page.url

    page.context.clear_cookies()
    enter(HEAD)
    page.goto(case)
    click(page.get_by_role("link", name="Read and approve"))
    expect(page.get_by_role("main")).to_contain_text(EVIDENCE)
    click(page.get_by_role("button", name="Approve for the school"))

    page.context.clear_cookies()
    enter(SENCO)
    page.goto(case)
    page.get_by_label("What proves it").fill("Read receipt kept")
    click(page.get_by_role("button", name="It has gone"))

    expect(page.get_by_role("main")).to_contain_text("Answered")
    expect(page.get_by_role("main")).to_contain_text("Read receipt kept")
    assert clicks <= MOST_CLICKS
