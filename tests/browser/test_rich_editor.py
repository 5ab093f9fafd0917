"""The editor for rich text by keyboard and with what Word puts on the clipboard. It needs no site around it."""

import pytest
from django import forms

from sendco.richtext import clean_rich
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
PASTE = """(area, html) => {
  area.focus();
  getSelection().selectAllChildren(area);
  const clipboard = new DataTransfer();
  clipboard.setData('text/html', html);
  area.dispatchEvent(new ClipboardEvent('paste', {clipboardData: clipboard, bubbles: true, cancelable: true}));
}"""


class Form(forms.Form):
    words = RichField(label="Words", required=False)


@pytest.fixture
def area(page):
    """The editor over a form with a stored paragraph."""
    form = Form(initial={"words": "<p>Stored <strong>words</strong></p>"})
    page.set_content(f'<form><label for="id_words">Words</label>{form["words"]}</form>')
    page.add_script_tag(path=ROOT / "static" / "js" / "rich.js")
    return page.get_by_role("textbox", name="Words")


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
    area.evaluate(PASTE, WORD)

    shown = area.evaluate("area => area.innerHTML")
    assert "style" not in shown
    assert "alert" not in shown
    kept = posted(page)
    assert "<strong>Aims</strong>" in kept
    assert "<ul><li>One</li><li>Two <em>it</em></li></ul>" in kept
    assert "<ol><li>First</li></ol>" in kept
    assert '<td colspan="2">cell</td>' in kept
    assert 'href="https://council.example/"' in kept
    assert clean_rich(shown) == kept
    assert asked == []


def test_typing_is_seen_by_the_form_for_its_draft(area, page):
    page.evaluate("document.querySelector('form').addEventListener('input', () => { window.seen = true; })")
    area.focus()
    page.keyboard.type("More ")

    assert page.evaluate("window.seen") is True
