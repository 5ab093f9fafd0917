"""A date that was typed wrongly is put right from the page of its case, with a reason, also after it was closed."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

SENCO = "amara.osei-bright@harbourlane.example"


def test_wrong_day_of_a_closed_review_is_put_right(enter, page, site):
    enter(SENCO)
    page.goto(f"{site}/reviews/?show=closed")
    page.get_by_role("row").filter(has_text="The authority decided").get_by_role("link").first.click()
    page.get_by_role("link", name="Correct a date that is wrong").click()
    field = page.get_by_label("The day of the decision")
    right = timezone.localdate() - timedelta(days=1)
    assert field.input_value() != right.isoformat()

    field.fill(right.isoformat())
    page.get_by_role("button", name="Correct the dates").click()
    expect(page.get_by_label("Why it is corrected")).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_value(right.isoformat())  # nothing that was typed is gone

    page.get_by_label("Why it is corrected").fill("The letter of another child was read")
    page.get_by_role("button", name="Correct the dates").click()

    page.get_by_role("link", name="Correct a date that is wrong").click()
    expect(page.get_by_label("The day of the decision")).to_have_value(right.isoformat())
