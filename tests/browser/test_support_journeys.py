"""J4, a pupil put on SEN support with letter, plan and profile in 15 clicks; J5, a class reviewed by keyboard."""

import re
from time import monotonic

import pytest
from playwright.sync_api import expect

from .test_staff_journeys import click  # noqa: F401  (the fixture that counts)

pytestmark = pytest.mark.browser

SENCO = "priya.venkat@kestrelgreen.example"


def on_no_register(page, site):
    """The address of a pupil who has no SEN and is watched by nobody."""
    page.goto(f"{site}/register/?who=N")
    return page.locator("table tbody th a").first.get_attribute("href")


def test_j4_a_pupil_is_put_on_sen_support_in_15_clicks(enter, page, site, click):  # noqa: F811
    enter(SENCO)
    pupil = on_no_register(page, site)
    page.goto(site + pupil)
    main = page.get_by_role("main")

    click(main.get_by_role("link", name="Change status"))
    click(page.get_by_label("SEN Support"))
    page.get_by_label("Reason").fill("Reads two years below and tires quickly")
    click.choose(page.get_by_label("Primary type of need"), "Specific learning difficulty")
    click(page.get_by_role("button", name="Save the status"))
    click(page.get_by_role("button", name=re.compile("^Make")))
    click(page.get_by_role("link", name="Begin the support plan"))

    assert "Reads two years below" in page.get_by_label("What we know").input_value()  # nothing typed twice
    page.get_by_label("What does the child say, in their own words?").fill("I like stories when I can listen")
    click.choose(page.get_by_label("How did they tell you?"), "Talked together")
    page.get_by_label("Outcome").fill("Reads for pleasure")
    first = page.get_by_role("group", name="Target 1")
    first.get_by_label("Target", exact=True).fill("Reads a page of the class book aloud")
    click.choose(first.get_by_label("Measured in"), "Number, such as words a minute or times a day")
    first.get_by_label("Where they start from").fill("38")
    first.get_by_label("Aim").fill("60")
    page.get_by_role("group", name="Strategy 1").get_by_label("Strategy", exact=True).fill("Precision reading, daily")
    click(page.get_by_role("button", name="Begin the plan"))
    expect(page.locator("#messages")).to_contain_text("SEN support plan begun")

    click(main.get_by_role("link", name="Profile", exact=True))
    click(main.get_by_role("link", name="Write", exact=True))
    assert page.get_by_label("What matters to me").input_value() == "I like stories when I can listen"
    assert "Precision reading" in page.get_by_label("How best to support me").input_value()
    click(page.get_by_role("button", name="Save the words"))
    click(main.get_by_role("link", name="Publish"))
    click(page.get_by_role("button", name="Publish it"))

    expect(page.locator("#messages")).to_contain_text("Version 1 is published")
    assert click.count <= 15


def biggest_class(page, site):
    page.goto(f"{site}/support/grid/")
    rows = page.get_by_role("main").get_by_role("listitem")
    sizes = [int(re.search(r"(\d+) open", rows.nth(place).inner_text())[1]) for place in range(rows.count())]
    return rows.nth(sizes.index(max(sizes))).get_by_role("link").get_attribute("href")


class Keyboard:
    """Presses keys and counts them: `keys` is how many."""

    def __init__(self, page):
        self.page, self.keys = page, 0

    def press(self, key):
        self.page.keyboard.press(key)
        self.keys += 1

    def type(self, words):
        self.page.keyboard.type(words)
        self.keys += len(words)

    def tab_to(self, cell):
        """Tab on until this kind of cell has the focus. Whoever is not there in a while has lost the way."""
        for _ in range(8):
            self.press("Tab")
            if self.page.evaluate("document.activeElement.dataset.cell || ''") == cell:
                return
        pytest.fail(f"{cell} is not reached by Tab")


def test_j5_a_class_is_reviewed_by_keyboard(enter, page, site, click):  # noqa: F811
    """A whole class, from the first value to the last child's words with Tab and letters alone, then three clicks."""
    enter(SENCO)
    page.goto(f"{site}/support/grid/{biggest_class(page, site)}")
    plans = page.locator("section.grid-plan").filter(has=page.locator("[data-cell=value]"))
    pupils, board = plans.count(), Keyboard(page)
    began = monotonic()
    for place in range(pupils):
        plan = plans.nth(place)
        # Down to the targets, past the links of the child's name.
        plan.get_by_role("heading").get_by_role("link").focus()
        for _ in range(plan.locator("tbody tr").count()):
            board.tab_to("value")
            board.type("5")
            board.tab_to("judgement")
            board.type("p")  # partly met
            board.tab_to("comment")
            board.tab_to("next_step")
            board.type("c")  # carry on
            board.tab_to("carry_reason")
            board.type("i")  # it is working and needs more time
        board.tab_to("note")
        board.type("Agreed with home.")
        board.tab_to("child")
        board.type("It is better now.")
    page.keyboard.press("Tab")
    expect(page.locator("[data-grid-state]")).to_have_text("Everything is saved", timeout=15000)
    took = monotonic() - began

    click(page.get_by_role("button", name="Pages for parents"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("Plans for parents")
    page.go_back()
    assert page.locator("[data-cell=child]").first.input_value() == "It is better now."
    click(page.get_by_role("button", name="Close all that are ready"))
    expect(page.locator("#messages")).to_contain_text(re.compile(r"\d+ cycles? closed, \d+ begun from them"))

    # At a key a second, which is slow, a child takes less than the ninety seconds and twelve take a quarter of an hour.
    assert pupils > 2
    assert board.keys / pupils <= 75
    assert took / pupils < 90
    assert click.count == 2


@pytest.mark.parametrize(
    ("cell", "typed"),
    [
        ("value", "7"), ("comment", "Seen on Monday"), ("note", "Met the mother"), ("child", "It is ok"),
        ("parent-", "We read every night"), ("judgement", "not_met"), ("next_step", "carry"),
        ("carry_reason", "smaller"), ("unmeasured", "Away for three weeks"), ("otherwise", "1"),
    ],
)  # fmt: skip
def test_nothing_is_lost_when_the_tab_goes_three_seconds_after_the_last_key(enter, page, site, cell, typed):
    enter(SENCO)
    address = biggest_class(page, site)
    page.goto(f"{site}/support/grid/{address}")
    row = page.locator("tr").filter(has=page.locator("[data-cell=otherwise]")).last
    shown = {"carry_reason": ("next_step", "carry"), "unmeasured": ("judgement", "not_met")}.get(cell)
    if cell in ("unmeasured", "otherwise"):
        row.locator("[data-cell=value]").fill("" if cell == "unmeasured" else "6")
    if shown:  # it is asked for only after another answer
        row.locator(f"[data-cell={shown[0]}]").select_option(shown[1])
    in_a_row = cell not in ("note", "child", "parent-")
    fields = (row if in_a_row else page).locator(f"[data-cell^='{cell}']")
    place = fields.count() - 1
    field = fields.nth(place)
    if cell == "otherwise":
        field.set_checked(True)
    elif cell in ("judgement", "next_step", "carry_reason"):
        field.select_option(typed)
    else:
        field.fill("")
        field.focus()
        page.keyboard.type(typed)
    page.wait_for_timeout(3000)
    context = page.context
    page.close(run_before_unload=False)

    again = context.new_page()
    again.goto(f"{site}/support/grid/{address}")
    row = again.locator("tr").filter(has=again.locator("[data-cell=otherwise]")).last
    field = (row if in_a_row else again).locator(f"[data-cell^='{cell}']").nth(place)
    if cell == "otherwise":
        expect(field).to_be_checked()
    else:
        assert field.input_value().startswith(typed)


def test_a_change_of_somebody_elses_is_shown_beside_ones_own(enter, page, site, browser):
    enter(SENCO)
    address = f"{site}/support/grid/{biggest_class(page, site)}"
    page.goto(address)
    other = page.context.new_page()
    other.goto(address)
    for tab, words in ((other, "The first wrote this"), (page, "The second wrote that")):
        field = tab.locator("[data-cell=comment]").last
        field.fill(words)
        field.blur()
        tab.wait_for_timeout(1200)

    cell = page.locator("td").filter(has=page.locator("[data-cell=comment]")).last
    expect(cell).to_contain_text("The first wrote this")
    cell.get_by_role("button", name="Keep mine").click()
    expect(cell).to_contain_text("Saved")
    other.reload()
    assert other.locator("[data-cell=comment]").last.input_value() == "The second wrote that"


def test_enter_goes_down_and_alt_with_an_arrow_goes_up(enter, page, site):
    enter(SENCO)
    page.goto(f"{site}/support/grid/{biggest_class(page, site)}")
    values = page.locator("[data-cell=value]")
    values.nth(0).focus()
    page.keyboard.press("Enter")
    expect(values.nth(1)).to_be_focused()
    page.keyboard.press("Alt+ArrowUp")
    expect(values.nth(0)).to_be_focused()


def test_a_profile_is_read_two_taps_from_a_phones_home(enter, page):
    page.set_viewport_size({"width": 360, "height": 740})
    enter("bethan.crowe@kestrelgreen.example")
    page.get_by_role("link", name=re.compile("^Profile of")).first.click()

    expect(page.get_by_role("heading", name="How best to support me")).to_be_visible()
    read = page.get_by_role("button", name="I have read this")
    if read.count():
        read.click()
    expect(page.get_by_role("main")).to_contain_text("You read this on")
