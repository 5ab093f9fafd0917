"""A parent on a phone, by keyboard alone, and without JavaScript; a child with pictures; two phones at once."""

import re
import subprocess
import sys

import pytest
from playwright.sync_api import expect

from .conftest import ROOT
from .test_every_page import blocked, look
from .test_journeys import tab_to

pytestmark = pytest.mark.browser
PHONE = {"viewport": {"width": 360, "height": 740}, "is_mobile": True, "has_touch": True, "locale": "en-GB"}
MAKE = """
from django.utils import timezone
from ehcp.models import Invitee
from sendco.links import services as links
open_ones = Invitee.objects.filter(
    role="{role}", removed_on=None, review__closed_on=None, review__held_on=None, contribution=None,
    review__meeting_on__gt=timezone.localdate(),
)
who = open_ones.order_by("pk").first()
_, secret = links.make(
    purpose="ehcp.contribution", subject_id=who.pk, school_id=who.review.school_id, pupil_id=who.review.pupil_id,
    by=who.review.organiser, days=21,
)
print(secret)
"""
CODE = """
from sendco.links import services as links
from sendco.links.models import Link
print(links.make_code(Link.objects.order_by("-pk").first()))
"""


@pytest.fixture
def way_in(site, site_env):
    """Make a link of a demo review for somebody who has said nothing yet. Returns its address."""

    def make(role):
        command = [sys.executable, "manage.py", "shell", "-v0", "-c", MAKE.format(role=role)]
        done = subprocess.run(command, cwd=ROOT, env=site_env, check=True, capture_output=True, text=True)
        return f"{site}/l/{done.stdout.split()[-1]}/"

    return make


@pytest.fixture
def digits(way_in, site_env):
    """Type the code of the newest link, as its person would from their mail. The mail itself has other tests."""

    def type_in(page):
        expect(page.get_by_role("heading", name="Enter your code")).to_be_visible()
        command = [sys.executable, "manage.py", "shell", "-v0", "-c", CODE]
        done = subprocess.run(command, cwd=ROOT, env=site_env, check=True, capture_output=True, text=True)
        page.locator("#code").fill(done.stdout.split()[-1])
        page.locator("#code").press("Enter")

    return type_in


@pytest.fixture
def phone(browser):
    context = browser.new_context(**PHONE)
    yield context.new_page()
    context.close()


def watch(page):
    """Gather scripts that the policy stopped and errors of our own."""
    problems = []
    page.on("console", lambda message: problems.append(message.text) if blocked(message) else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    return problems


def in_size(page):
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), page.url


def go_on(page):
    page.get_by_role("button", name="Next question").last.click()


def test_what_is_typed_before_the_script_comes_is_kept(phone, way_in, digits):
    held = []
    phone.route(re.compile(r"/answer[^/]*\.js"), lambda route: held.append(route))
    phone.goto(way_in("parent"))
    phone.get_by_role("button", name="Continue").tap()
    digits(phone)
    phone.locator("#words").fill("Typed on a slow line")
    phone.wait_for_timeout(500)
    assert held

    for route in held:
        route.continue_()

    expect(phone.get_by_text("You can close this page and come back")).to_be_visible()


def test_parent_on_a_phone_in_eight_taps(phone, way_in, digits):
    problems, taps = watch(phone), 0
    phone.goto(way_in("parent"))
    in_size(phone)
    phone.get_by_role("button", name="Continue").tap()
    digits(phone)
    taps += 2
    for number in range(1, 6):
        expect(phone.get_by_text(f"Question {number} of 5")).to_be_visible()
        in_size(phone)
        phone.locator("#words").fill(f"What I think, part {number}")
        expect(phone.get_by_text("You can close this page and come back")).to_be_visible()
        name = "Next question" if number < 5 else "Look it over"
        phone.get_by_role("button", name=name).last.tap()
        taps += 1
    expect(phone.get_by_role("heading", name="Look it over")).to_be_visible()
    in_size(phone)
    phone.get_by_role("button", name="Send").tap()
    taps += 1
    expect(phone.get_by_role("heading", name="Thank you")).to_be_visible()
    expect(phone.get_by_text("What I think, part 3")).to_be_visible()
    assert phone.evaluate("() => JSON.stringify([{...localStorage}, {...sessionStorage}])") == "[{},{}]"
    assert "/l/" not in phone.url
    assert taps <= 8
    assert not problems


def test_parent_by_keyboard_only_and_every_page_is_clean(page, way_in, digits):
    problems = watch(page)
    page.goto(way_in("parent"))
    look(page, problems, "open")
    tab_to(page, "Continue")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Enter your code")).to_be_visible()
    look(page, problems, "code")
    digits(page)
    page.wait_for_url("**/answer/1/")
    look(page, problems, "question")
    tab_to(page, "What is")
    page.keyboard.type("Kind and funny")
    expect(page.get_by_text("You can close this page and come back")).to_be_visible()
    tab_to(page, "Say it instead")
    page.keyboard.press("Enter")
    expect(page.get_by_text("microphone on your phone's keyboard")).to_be_visible()
    tab_to(page, "Add a photo")
    page.keyboard.press("Enter")
    look(page, problems, "opened")
    tab_to(page, "Next question")
    page.keyboard.press("Enter")
    page.wait_for_url("**/answer/2/")
    tab_to(page, "Back")
    page.keyboard.press("Enter")
    page.wait_for_url("**/answer/1/")
    expect(page.locator("#words")).to_have_value("Kind and funny")
    for number in range(1, 6):
        page.wait_for_url(f"**/answer/{number}/")
        tab_to(page, "Skip this one" if number < 5 else "Look it over")
        page.keyboard.press("Enter")
    page.wait_for_url("**/answer/check/")
    look(page, problems, "check")
    tab_to(page, "Send")
    page.keyboard.press("Enter")
    page.wait_for_url("**/answer/sent/")
    look(page, problems, "sent")
    assert not problems, "\n".join(problems)


def test_child_chooses_pictures_by_keyboard(page, way_in):
    problems = watch(page)
    page.goto(way_in("child"))
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", name="How is school?")).to_be_visible()
    look(page, problems, "faces")
    page.get_by_label("Happy").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_label("OK")).to_be_checked()
    expect(page.get_by_text("You can close this page and come back")).to_be_visible()
    page.keyboard.press("Enter")  # goes on, not back
    page.wait_for_url("**/answer/2/")
    look(page, problems, "pictures")
    page.get_by_label("Music").focus()
    page.keyboard.press("Space")
    go_on(page)
    page.wait_for_url("**/answer/3/")
    page.go_back()
    page.reload()
    expect(page.get_by_label("Music")).to_be_checked()
    page.goto(page.url.replace("/answer/2/", "/answer/check/"))
    look(page, problems, "child check")
    expect(page.get_by_text("Talk to me first")).to_be_visible()
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", name="Thank you!")).to_be_visible()
    assert not problems, "\n".join(problems)


def test_everything_works_without_javascript(browser, way_in, digits):
    context = browser.new_context(**PHONE, java_script_enabled=False)
    page = context.new_page()
    page.goto(way_in("health"))
    page.get_by_role("button", name="Continue").click()
    digits(page)
    page.locator("#words").fill("Seen twice this term")
    page.get_by_text("Add a report").click()
    page.locator("#upload").set_input_files(
        {"name": "report.txt", "mimeType": "text/plain", "buffer": b"Report of the clinic"}
    )
    page.get_by_role("button", name="Add it").click()
    expect(page.get_by_text("report.txt")).to_be_visible()
    expect(page.locator("#words")).to_have_value("Seen twice this term")
    go_on(page)
    page.locator("#words").fill("Two of three outcomes")
    page.get_by_role("button", name="Back").click()
    page.wait_for_url("**/answer/1/")
    page.goto(page.url.replace("/answer/1/", "/answer/check/"))
    expect(page.get_by_text("Two of three outcomes")).to_be_visible()
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    context.close()


def test_two_phones_at_once_and_a_lost_connection(browser, phone, way_in, digits):
    address = way_in("social")
    phone.goto(address)
    phone.get_by_role("button", name="Continue").click()
    digits(phone)
    phone.wait_for_url("**/answer/1/")
    other_context = browser.new_context(**PHONE)
    other = other_context.new_page()
    other.goto(address)
    other.get_by_role("button", name="Continue").click()
    digits(other)
    other.wait_for_url("**/answer/1/")

    phone.locator("#words").fill("From the first phone")
    expect(phone.get_by_text("You can close this page and come back")).to_be_visible()
    other.locator("#words").fill("From the second phone")
    expect(other.get_by_text("Both are kept")).to_be_visible()
    other.get_by_role("link", name="Show both").click()
    expect(other.get_by_text("From the first phone")).to_be_visible()
    other.get_by_role("button", name="Put them together").click()
    expect(other.locator("#words")).to_have_value("From the second phone\n\nFrom the first phone")

    other_context.set_offline(True)
    other.locator("#words").fill("Typed in a tunnel")
    expect(other.get_by_text("Not saved yet: no connection")).to_be_visible()
    other_context.set_offline(False)
    expect(other.get_by_text("You can close this page and come back")).to_be_visible(timeout=15000)
    other_context.close()
