"""A parent answers on a phone by a link: what they typed is there again, and two colleagues see each other at work."""

import subprocess
import sys

import pytest
from playwright.sync_api import expect

from sendco.tools.demo import accounts

from .conftest import ROOT
from .test_contributions import CODE, PHONE, in_size, watch
from .test_every_page import look

pytestmark = pytest.mark.browser
MAKE = """
from datetime import timedelta
from django.utils import timezone
from pupils.models import OutsideAsk, SupportPlan
from sendco.links import services as links
today = timezone.localdate()
plans = SupportPlan.objects.filter(closed_on=None, is_confidential=False, pupil__left_on=None)
plans = plans.filter(lead__email="priya.venkat@kestrelgreen.example")
for plan in plans.select_related("pupil", "lead").order_by("pk"):
    parents = plan.pupil.contacts.filter(has_parental_responsibility=True, do_not_contact=False, ended_on=None)
    parent = parents.exclude(email="").first()
    if parent and not plan.outside_asks.exists():
        break
ask = OutsideAsk.objects.create(
    pupil=plan.pupil, kind="parent", plan=plan, contact=parent, question="What do you think of this plan?",
    asked_by=plan.lead, answer_by=today + timedelta(days=9), mailed_to=parent.email, mailed_at=timezone.now(),
)
link, secret = links.make(
    purpose="outside", subject_id=ask.pk, school_id=plan.pupil.school_id, pupil_id=plan.pupil_id, by=plan.lead
)
print(plan.pk, secret)
"""


def shell(site_env, text):
    command = [sys.executable, "manage.py", "shell", "-v0", "-c", text]
    done = subprocess.run(command, cwd=ROOT, env=site_env, check=True, capture_output=True, text=True)
    return done.stdout.split()


@pytest.fixture
def asked(site_env):
    """(plan's id, secret) of a fresh question to a parent."""
    return shell(site_env, MAKE)[-2:]


def through_the_door(page, site, site_env, secret):
    page.goto(f"{site}/l/{secret}/")
    page.get_by_role("button", name="Continue").tap()
    expect(page.get_by_role("heading", name="Enter your code")).to_be_visible()
    page.locator("#code").fill(shell(site_env, CODE)[-1])
    page.locator("#code").press("Enter")
    expect(page.get_by_role("heading", name="What do you think of this plan?")).to_be_visible()


def test_a_parent_on_a_phone_loses_nothing_and_sends_once(browser, site, site_env, asked, enter, page):
    plan, secret = asked
    phone = browser.new_context(**PHONE).new_page()
    problems = watch(phone)
    through_the_door(phone, site, site_env, secret)
    in_size(phone)
    look(phone, problems, "the parent's page")
    phone.set_viewport_size(PHONE["viewport"])
    phone.locator("#words").fill("He reads at home, but only comics.")
    expect(phone.get_by_text("You can close this page and come back")).to_be_visible()
    phone.close()  # the phone dies

    again = browser.new_context(**PHONE).new_page()
    through_the_door(again, site, site_env, secret)
    assert again.locator("#words").input_value() == "He reads at home, but only comics."
    again.get_by_role("button", name="Send it").tap()
    expect(again.get_by_role("heading", name="Thank you. It is sent.")).to_be_visible()
    again.context.close()

    enter("priya.venkat@kestrelgreen.example")
    page.goto(f"{site}/support/{plan}/")
    expect(page.get_by_text("He reads at home, but only comics.")).to_be_visible()
    assert problems == []


def test_two_colleagues_on_one_form_see_each_other(browser, site, enter, page):
    enter("priya.venkat@kestrelgreen.example")
    page.goto(f"{site}/support/")
    page.goto(site + page.locator("table tbody a[href*='/support/']").first.get_attribute("href") + "edit/")
    expect(page.locator(".presence")).to_be_attached()
    other = browser.new_context().new_page()
    other.goto(f"{site}/accounts/login/")
    other.fill("input[name=login]", "dominic.sealy@kestrelgreen.example")
    other.fill("input[name=password]", accounts.PASSWORD)
    other.press("input[name=password]", "Enter")
    other.wait_for_url(f"{site}/")

    other.goto(page.url)

    expect(other.locator(".presence")).to_contain_text("Priya Venkat has this page open too")
    other.context.close()
