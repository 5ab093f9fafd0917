"""Placing an adult for a week, moving a slot by keyboard, and recording an absence: in as few clicks as they take."""

import re
from datetime import timedelta

import pikepdf
import pytest
from django.utils import timezone
from playwright.sync_api import expect

from sendco.tools.demo import accounts

pytestmark = pytest.mark.browser

SENCO = "priya.venkat@kestrelgreen.example"
ASSISTANT = "colette.marsh@kestrelgreen.example"


@pytest.fixture
def click():
    """Click, and count it: `click.count` is how many. Choosing from a list is a click too."""

    def go(locator):
        go.count += 1
        locator.click()

    def choose(locator, label):
        go.count += 1
        locator.select_option(label=label)

    go.count, go.choose = 0, choose
    return go


def row_of(page, name):
    return page.locator("table.board tbody tr").filter(has=page.get_by_role("link", name=name, exact=True))


def test_an_adult_is_placed_for_the_week_in_five_clicks(enter, page, click):
    enter(SENCO)
    click(page.get_by_role("navigation", name="Main").get_by_role("link", name="Board", exact=True).first)
    click(row_of(page, "Kofi Amankwah").get_by_role("link", name=re.compile("^Place")))
    click.choose(page.get_by_label("When"), "Home time, 15:00 to 15:15")
    click.choose(page.get_by_label("With which class or group"), "6A")
    click(page.get_by_role("button", name="Place"))

    expect(page.locator("#messages")).to_contain_text("Kofi Amankwah placed: Monday")
    expect(row_of(page, "Kofi Amankwah").get_by_text("15:00 6A").first).to_be_visible()
    assert click.count <= 5


def next_school_day(page, site):
    day = timezone.localdate() + timedelta(days=1)
    for _ in range(30):
        page.goto(f"{site}/cover/?day={day.isoformat()}")
        if page.get_by_text("No school on this day").count() == 0:
            return day
        day += timedelta(days=1)
    raise AssertionError("no school day in a month")


def test_j9_from_the_phone_call_to_telling_in_five_clicks(enter, page, site, click):
    enter(SENCO)
    day = next_school_day(page, site)
    page.goto(f"{site}/")
    click(page.get_by_role("main").get_by_role("link", name="Record an absence"))
    click.choose(page.get_by_label("Who"), "Colette Marsh")
    page.get_by_label("First day away").fill(day.isoformat())
    page.get_by_label("Last day away").fill(day.isoformat())
    click(page.get_by_role("button", name="Record absence"))

    expect(page.get_by_role("heading", level=1)).to_have_text("Cover")
    expect(page.locator("fieldset.cover-row").first).to_contain_text("Colette Marsh is away")
    first = page.locator("fieldset.cover-row").first
    assert first.get_by_role("radio").count() >= 4  # three adults and nobody
    click(page.get_by_role("button", name="Accept", exact=True))
    expect(page.get_by_role("heading", name="Decided")).to_be_visible()
    click(page.get_by_role("button", name="Tell them"))
    expect(page.locator("#messages")).to_contain_text("Told:")
    expect(page.get_by_role("button", name="Tell them")).to_have_count(0)
    assert click.count <= 5


def test_a_slot_is_moved_by_keyboard_alone(enter, page, site):
    enter(SENCO)
    open_a_week(page, site)
    chip = row_of(page, "Ingrid Tollman").locator("td a").first
    words = chip.inner_text()
    chip.focus()

    page.keyboard.press("m")
    expect(page.locator("#board-said")).to_contain_text("Picked up")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#board-said")).to_contain_text("Ingrid Tollman, Wed")
    page.keyboard.press("Enter")

    expect(page.locator("#messages")).to_contain_text("Moved to Ingrid Tollman, Wednesday")
    wednesday = row_of(page, "Ingrid Tollman").locator("td").nth(2)
    expect(wednesday).to_contain_text(words.split()[0])


def open_a_week(page, site):
    """The next week in which somebody is placed: of a holiday the board is empty."""
    page.goto(f"{site}/board/")
    for _ in range(8):
        page.get_by_role("link", name="Week after").click()
        if page.locator("table.board td a").count():
            return
    raise AssertionError("No week of the next two months has a slot.")


def test_a_slot_is_dragged_to_another_day(enter, page, site):
    enter(SENCO)
    open_a_week(page, site)
    row = row_of(page, "Huw Bevan")

    row.locator("td").nth(0).locator("a").first.drag_to(row.locator("td").nth(4))

    expect(page.locator("#messages")).to_contain_text("Moved to Huw Bevan, Friday")


def test_escape_leaves_a_slot_where_it_was(enter, page, site):
    enter(SENCO)
    open_a_week(page, site)
    chip = row_of(page, "Gail Prendergast").locator("td a").first
    chip.focus()

    page.keyboard.press("m")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Escape")

    expect(page.locator("#board-said")).to_contain_text("Left where it was")
    expect(page.locator("#messages .message")).to_have_count(0)


def test_an_assistant_reads_their_day_on_a_phone(enter, page, site):
    page.set_viewport_size({"width": 360, "height": 780})
    enter(ASSISTANT)
    page.goto(f"{site}/my-week/")

    expect(page.get_by_role("heading", level=1)).to_have_text("Colette Marsh")
    expect(page.get_by_role("main")).to_contain_text("2A")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_the_printed_week_is_one_page(enter, page, site, tmp_path):

    enter(ASSISTANT)
    page.goto(f"{site}/my-week/")
    page.emulate_media(media="print")
    target = tmp_path / "week.pdf"

    page.pdf(path=str(target), format="A4", landscape=True)

    with pikepdf.open(target) as pdf:
        assert len(pdf.pages) == 1


def test_an_objective_is_written_and_signed_by_both_in_eight_clicks(browser, enter, page, site, click):
    enter(SENCO)
    click(page.get_by_role("navigation", name="Main").get_by_role("link", name="Appraisals", exact=True).first)
    click(page.get_by_role("main").get_by_role("link", name="Kofi Amankwah"))
    click(page.get_by_role("main").get_by_role("link", name="Add an objective"))
    page.get_by_label("Objective", exact=True).fill("Lead the phonics group alone")
    page.get_by_label("How you will both know").fill("Six sessions logged by half term")
    click(page.get_by_role("button", name="Save objective"))
    click(page.get_by_role("button", name="Sign objectives"))
    expect(page.locator("#messages")).to_contain_text("Signed")
    address = page.url

    other = browser.new_context()
    theirs = other.new_page()
    theirs.goto(f"{site}/accounts/login/")
    theirs.locator("input[name=login]").fill("kofi.amankwah@kestrelgreen.example")
    theirs.locator("input[name=password]").fill(accounts.PASSWORD)
    theirs.locator("input[name=password]").press("Enter")
    theirs.wait_for_url(f"{site}/")
    click(theirs.get_by_role("main").get_by_role("link", name="Open my appraisal").first)
    assert theirs.url == address
    click(theirs.get_by_role("button", name="Sign objectives"))
    expect(theirs.locator("#messages")).to_contain_text("Signed")
    expect(theirs.get_by_role("main")).to_contain_text("Lead the phonics group alone")
    other.close()
    assert click.count <= 8


def test_an_inset_for_twenty_is_recorded_in_six_clicks(enter, page, click):
    enter("amara.osei-bright@harbourlane.example")
    click(page.get_by_role("navigation", name="Main").get_by_role("link", name="Training", exact=True).first)
    click(page.get_by_role("main").get_by_role("link", name="Record training"))
    page.get_by_label("What it was about").fill("Calm starts")
    absent = page.get_by_role("group", name=re.compile("Who was not there"))
    click(absent.get_by_label("Rafael Quist"))
    click(page.get_by_role("button", name="Save training"))

    expect(page.get_by_role("heading", level=1)).to_have_text("Calm starts")
    there = page.locator("tbody tr").filter(has_text="Was there")
    assert there.count() >= 20
    assert click.count <= 6


def reach(page, locator):
    """Press Tab until this has the focus, as somebody without a mouse does."""
    element = locator.first.element_handle()
    for _ in range(250):
        page.keyboard.press("Tab")
        if element.evaluate("one => one === document.activeElement"):
            return
    raise AssertionError("It is not reached by Tab.")


def follow(page, locator):
    reach(page, locator)
    page.keyboard.press("Enter")


def type_into(page, label, text, *, exact=True):
    reach(page, page.get_by_label(label, exact=exact))
    page.keyboard.type(text)


def test_an_adult_is_placed_by_keyboard_alone(enter, page):
    enter(SENCO)
    follow(page, page.get_by_role("navigation", name="Main").get_by_role("link", name="Board", exact=True))
    page.wait_for_url(re.compile("/board/"))
    follow(page, row_of(page, "Jan Whistler").get_by_role("link", name=re.compile("^Place")))
    expect(page.get_by_role("heading", level=1)).to_contain_text("Place")
    type_into(page, "When", "Home time", exact=False)
    type_into(page, "With which class or group", "6A", exact=False)
    follow(page, page.get_by_role("main").get_by_role("button", name="Place"))

    expect(page.locator("#messages")).to_contain_text("Jan Whistler placed: Monday")


def test_an_objective_is_written_and_signed_by_keyboard_alone(enter, page):
    enter(SENCO)
    follow(page, page.get_by_role("navigation", name="Main").get_by_role("link", name="Appraisals", exact=True))
    follow(page, page.get_by_role("main").get_by_role("link", name="Ingrid Tollman"))
    follow(page, page.get_by_role("main").get_by_role("link", name="Add an objective"))
    type_into(page, "Objective", "Lead the spelling group alone")
    type_into(page, "How you will both know", "Six sessions logged by half term")
    follow(page, page.get_by_role("button", name="Save objective"))
    follow(page, page.get_by_role("button", name="Sign objectives"))

    expect(page.locator("#messages")).to_contain_text("Signed")


def test_an_inset_is_recorded_by_keyboard_alone(enter, page):
    enter("amara.osei-bright@harbourlane.example")
    follow(page, page.get_by_role("navigation", name="Main").get_by_role("link", name="Training", exact=True))
    follow(page, page.get_by_role("main").get_by_role("link", name="Record training"))
    type_into(page, "What it was about", "Calm ends")
    follow(page, page.get_by_role("button", name="Save training"))

    expect(page.get_by_role("heading", level=1)).to_have_text("Calm ends")
    assert page.locator("tbody tr").filter(has_text="Was there").count() >= 20


def test_a_form_is_reached_and_sent_by_keyboard_alone(enter, page, site):
    enter(SENCO)
    page.goto(f"{site}/school/away/add/")
    page.get_by_label("Who").focus()
    page.keyboard.type("Jan Wh")
    page.keyboard.press("Tab")
    page.get_by_role("button", name="Record absence").focus()
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_contain_text("Jan Whistler is away")


def test_a_table_of_slots_is_changed_in_a_file_and_taken_back(enter, page, tmp_path):
    enter(SENCO)
    page.goto(page.url + "school/timetables/")
    page.get_by_role("main").get_by_role("link", name="2026-27").first.click()
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Download slots").click()
    head, *lines = waiting.value.path().read_text(encoding="utf-8-sig").splitlines()
    own = [line for line in lines if line.startswith("Bethan Crowe,")]
    changed = tmp_path / "slots.csv"
    changed.write_text("\n".join([head, *own[1:], "Bethan Crowe,Friday,,15:15,15:25,Duty,,Gate,"]), encoding="utf-8")

    page.get_by_role("link", name="Read slots from a file").click()
    page.get_by_label("Table of slots").set_input_files(changed)
    page.get_by_role("button", name="Read the file").click()

    main = page.get_by_role("main")
    expect(main).to_contain_text(f"{len(own)} lines about 1 adult")
    expect(main.get_by_role("heading", name="Slots that go")).to_be_visible()
    main.get_by_role("button", name=re.compile("^Save from")).click()
    expect(page.locator("#messages")).to_contain_text("1 slots placed")
    main.get_by_role("link", name=re.compile("^Take it back")).click()
    main.get_by_role("button", name="Take it back").click()
    expect(page.locator("#messages")).to_contain_text("Taken back.")


def test_a_card_is_read_in_two_clicks_from_the_home_page(enter, page, click):
    enter(ASSISTANT)
    card = page.get_by_role("main").get_by_role("link", name="What is asked of a teaching assistant", exact=True)
    title = card.inner_text()
    click(card)
    click(page.get_by_role("button", name="I have read this"))

    expect(page.locator("#messages")).to_contain_text("Noted that you have read it.")
    assert title == "What is asked of a teaching assistant"
    assert click.count <= 2
