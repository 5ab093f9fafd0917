"""The editor for rich text by keyboard and with what Word puts on the clipboard. It needs no site around it."""

import pytest
from csp.utils import build_policy
from django import forms

from sendco.richtext import TAGS, clean_rich, plain_text
from sendco.richtext_field import RichField

from .conftest import ROOT

pytestmark = pytest.mark.browser

WORD = """<html><head><style>p{color:red}</style></head><body>
<p class=MsoNormal style='color:red'><b>Aims</b><o:p></o:p></p>
<p class=MsoListParagraphCxSpFirst style='mso-list:l0 level1 lfo1'><span>·<span>&nbsp;&nbsp; </span></span>One</p>
<p class=MsoListParagraphCxSpLast style='mso-list:l0'><span>·<span>&nbsp; </span></span>Two <i>it</i></p>
<p style='mso-list:l1'>1.&nbsp; First</p>
<p onclick=x><img src=x onerror=alert(1)>After<script>alert(1)</script></p>
<p><a href="javascript:alert(1)">bad</a> <a href="https://council.example/">good</a></p>
<table><tr><td colspan=2 style='x'>cell</td></tr></table></body></html>"""
PASTE = """(area, [kind, text]) => {
  const clipboard = new DataTransfer();
  clipboard.setData(kind, text);
  area.dispatchEvent(new ClipboardEvent('paste', {clipboardData: clipboard, bubbles: true, cancelable: true}));
}"""
SCRIPTS = ("vendor/prosemirror.js", "js/rich.js")
ADDRESS = "http://localhost/section"
# Every tag and attribute that sendco.richtext keeps.
EVERYTHING = (
    "<h3>Aims</h3><h4>In class</h4>"
    "<p>A <strong>bold</strong>, <em>slanted</em>, <u>underlined</u>, <s>struck</s><br>word</p>"
    "<ul><li>one<ul><li>within</li></ul></li><li><p>two</p><p>and more</p></li></ul>"
    '<ol start="3"><li>three</li></ol><blockquote><p>said</p></blockquote>'
    '<table><thead><tr><th scope="col">a</th><th>b</th></tr></thead>'
    '<tbody><tr><th scope="row">c</th><td rowspan="2">d</td></tr><tr><td>e</td></tr>'
    '<tr><td colspan="2">f</td></tr></tbody></table>'
    '<p><a href="https://council.example/" rel="noopener noreferrer nofollow">plan</a></p>'
)


class Form(forms.Form):
    words = RichField(label="Words", required=False)


def opened(page, stored="<p>Stored <strong>words</strong></p>"):
    """The editor over a form with a stored text, under the site's security policy, whose reports are `page.faults`."""
    form = Form(initial={"words": stored})
    scripts = "".join(f'<script nonce="once" src="/static/{name}" defer></script>' for name in SCRIPTS)
    html = f'<!doctype html><form><label for="id_words">Words</label>{form["words"]}</form>{scripts}'
    policy = build_policy(nonce="once").replace("upgrade-insecure-requests", "").replace("report-uri /csp-report", "")
    page.faults = []
    page.on("console", lambda message: page.faults.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    page.route(ADDRESS, lambda route: route.fulfill(body=html, headers={"Content-Security-Policy": policy}))
    page.route(
        "**/static/**", lambda route: route.fulfill(path=ROOT / "static" / route.request.url.split("/static/")[1])
    )
    page.goto(ADDRESS)
    return page.get_by_role("textbox", name="Words")


@pytest.fixture
def area(page):
    return opened(page)


def replace_all(page, area, kind, text):
    """Paste over everything."""
    area.focus()
    page.keyboard.press("Control+a")
    area.evaluate(PASTE, [kind, text])


def sent(page):
    return page.evaluate("new FormData(document.querySelector('form')).get('words_html')")


def posted(page):
    """What the form would send, cleaned as the server does."""
    data = page.evaluate("Object.fromEntries(new FormData(document.querySelector('form')))")
    form = Form(data)
    assert form.is_valid(), form.errors
    return form.cleaned_data["words"]


def test_what_is_stored_is_sent_back_unchanged(area, page):
    assert posted(page) == "<p>Stored <strong>words</strong></p>"


def test_the_label_leads_into_the_editor(area, page):
    page.get_by_text("Words", exact=True).click()

    assert page.evaluate("document.activeElement.getAttribute('role')") == "textbox"


def test_the_toolbar_is_reached_and_used_by_keyboard(area, page):
    area.focus()
    page.keyboard.press("Control+a")
    page.keyboard.type("Aims")
    page.keyboard.press("Alt+F10")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "Heading"
    page.keyboard.press("Enter")

    assert page.get_by_role("button", name="Heading").get_attribute("aria-pressed") == "true"
    assert posted(page) == "<h3>Aims</h3>"


def test_bold_and_lists(area, page):
    area.focus()
    page.keyboard.press("Control+a")
    page.keyboard.type("one")
    page.get_by_role("button", name="Bulleted list").click()
    page.keyboard.press("Enter")
    page.keyboard.press("Control+b")
    page.keyboard.type("two")

    assert posted(page) == "<ul><li>one</li><li><strong>two</strong></li></ul>"


def test_a_link_is_asked_for_in_the_page(area, page):
    area.focus()
    page.keyboard.press("Control+End")
    page.get_by_role("button", name="Link", exact=True).click()
    page.keyboard.type("sen@council.example")
    page.keyboard.press("Enter")

    assert '<a href="mailto:sen@council.example"' in posted(page)


def test_a_paste_from_word_keeps_its_sense_and_nothing_that_acts(area, page):
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    replace_all(page, area, "text/html", WORD)

    shown = area.evaluate("area => area.innerHTML")
    assert "style" not in shown
    assert "alert" not in shown
    kept = posted(page)
    assert "<strong>Aims</strong>" in kept
    assert "<ul><li>One</li><li>Two <em>it</em></li></ul>" in kept
    assert "<ol><li>First</li></ol>" in kept
    assert '<td colspan="2">cell</td>' in kept
    assert 'href="https://council.example/"' in kept
    assert "bad" in kept
    assert "Stored" not in kept
    # The server finds nothing to take away, and what was seen says what is kept.
    assert sent(page) == kept.replace(' rel="noopener noreferrer nofollow"', "")
    assert area.inner_text().split() == kept_words(kept)
    assert asked == []
    assert page.faults == []


def kept_words(html):
    return [word for word in plain_text(html).split() if word not in ("-", "|", "1.")]


def test_all_that_the_server_keeps_outlives_an_edit(page):
    area = opened(page, EVERYTHING)
    assert {tag for tag in TAGS if f"<{tag}" in EVERYTHING} == TAGS
    assert clean_rich(EVERYTHING) == EVERYTHING

    area.focus()
    page.keyboard.press("Control+Home")
    page.keyboard.type("New ")

    assert posted(page) == EVERYTHING.replace("Aims", "New Aims")
    assert page.faults == []


def test_other_names_of_a_tag_become_ours(area, page):
    replace_all(
        page, area, "text/html", "<h1>One</h1><div>two</div><div><b>a</b><i>b</i><del>c</del><ins>d</ins></div>"
    )

    assert posted(page) == "<h3>One</h3><p>two</p><p><strong>a</strong><em>b</em><s>c</s><u>d</u></p>"


def test_a_paste_of_plain_text_keeps_its_lines_and_paragraphs(area, page):
    replace_all(page, area, "text/plain", "one\r\ntwo <b>\r\n\r\nthree")

    assert posted(page) == "<p>one<br>two &lt;b&gt;</p><p>three</p>"


def test_what_was_done_is_undone_by_key(area, page):
    area.focus()
    page.keyboard.press("Control+a")
    page.keyboard.type("gone")
    page.keyboard.press("Control+z")

    assert posted(page) == "<p>Stored <strong>words</strong></p>"


def test_a_list_changes_its_kind_and_ends(page):
    opened(page, "<p>one</p>").focus()
    bulleted, numbered = (page.get_by_role("button", name=name) for name in ("Bulleted list", "Numbered list"))
    bulleted.click()
    numbered.click()
    assert posted(page) == "<ol><li>one</li></ol>"
    assert (bulleted.get_attribute("aria-pressed"), numbered.get_attribute("aria-pressed")) == ("false", "true")

    numbered.click()
    assert posted(page) == "<p>one</p>"


def test_a_link_is_taken_off_by_an_empty_address(page):
    opened(page, '<p><a href="https://council.example/">the <strong>plan</strong></a> of today</p>').focus()
    page.keyboard.press("Control+Home")
    page.keyboard.press("ArrowRight")
    page.get_by_role("button", name="Link", exact=True).click()
    page.keyboard.press("Enter")

    assert posted(page) == "<p>the <strong>plan</strong> of today</p>"


def test_a_table_at_the_end_is_written_in_and_left_by_keyboard(page):
    opened(page, "<table><tbody><tr><td>a</td></tr></tbody></table>")
    page.get_by_role("cell").click()
    # The editor puts the caret right a moment after it got the focus: sooner than a hand types, later than a test does.
    page.wait_for_timeout(100)
    page.keyboard.press("End")
    page.keyboard.type("b")
    page.keyboard.press("ArrowDown")
    page.keyboard.type("after")

    assert posted(page) == "<table><tbody><tr><td>ab</td></tr></tbody></table><p>after</p>"


def test_the_tab_key_leaves_the_text(area, page):
    area.focus()
    page.keyboard.press("Shift+Tab")

    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "Bold"
    assert page.get_by_role("toolbar", name="Formatting of Words").count() == 1


def test_typing_is_seen_by_the_form_for_its_draft(area, page):
    page.evaluate("document.querySelector('form').addEventListener('input', () => { window.seen = true; })")
    area.focus()
    page.keyboard.type("More ")

    assert page.evaluate("window.seen") is True
