import time
from html.parser import HTMLParser

import pytest
from django import forms
from django.template import Context, Engine

from sendco.richtext import MAX_BYTES, MAX_DEPTH, TooLong, clean_rich, from_plain, plain_text
from sendco.richtext_field import RichField, initial_from_draft


class Inventory(HTMLParser):
    """Every tag and attribute that a browser would meet."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.attributes, self.depth, self.deepest = set(), {}, 0, 0
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {(tag, name): value for name, value in attrs}
        self.depth += tag != "br"
        self.deepest = max(self.depth, self.deepest)

    def handle_endtag(self, tag):
        self.depth -= 1


HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '<p onclick="alert(1)" style="position:fixed" class="btn" id="main">words</p>',
    '<a href="javascript:alert(1)">words</a>',
    '<a href=" jAvaScript&#58;alert(1)">words</a>',
    '<a href="data:text/html,x">words</a>',
    '<a href="//evil.example">words</a>',
    '<a href="/pupils/3/delete">words</a>',
    '<a href="http://plain.example">words</a>',
    "<svg><a xlink:href='javascript:alert(1)'><text>x</text></a></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<style>@import 'http://evil.example'</style>",
    "<form action=/x><input name=y><button>go</button></form>",
    "<base href=//evil.example><link rel=stylesheet href=//evil.example>",
    "<p>a<!-- <script>alert(1)</script> --></p>",
    "<template><script>alert(1)</script></template>",
    "<p>\x00<scr\x00ipt>alert(1)</scr\x00ipt></p>",
]


@pytest.mark.parametrize("html", HOSTILE)
def test_nothing_that_acts_is_left(html):
    left = Inventory(clean_rich(html + "<p>kept</p>" if "<" in html else html))

    assert left.tags <= set("p br strong em u s ul ol li h3 h4 blockquote table thead tbody tr th td a".split())
    assert {name for _, name in left.attributes} <= {"rel", "href"}
    assert not [value for (_, name), value in left.attributes.items() if name == "href"]


def test_what_people_write_stays():
    html = (
        "<h3>Reading</h3><p>A <strong>bold</strong> <em>word</em></p><ul><li>one</li></ul>"
        '<table><tbody><tr><th scope="row">a</th><td colspan="2">b</td></tr></tbody></table>'
    )

    assert clean_rich(html) == html


def test_names_of_browsers_and_word_become_ours():
    pasted = "<div class=MsoNormal><b>Aims</b></div><div><i>read</i></div><h1>Title</h1><p><o:p>&nbsp;</o:p></p>"

    assert clean_rich(pasted) == "<strong>Aims</strong><br><em>read</em><br><h3>Title</h3>"


def test_links_outside_and_by_mail_are_kept_and_say_so():
    link = clean_rich('<a href="https://council.example/plan" target="_blank">plan</a>')

    assert link == '<a href="https://council.example/plan" rel="noopener noreferrer nofollow">plan</a>'
    assert 'href="mailto:sen@council.example"' in clean_rich('<a href="mailto:sen@council.example">mail</a>')


def test_spans_and_starts_are_clamped():
    table = clean_rich('<table><tr><td colspan="200000" rowspan="-4">a</td><td rowspan="99">b</td></tr></table>')
    listed = clean_rich('<ol start="99999999"><li>a</li></ol>')

    assert 'colspan="20"' in table
    assert 'rowspan="20"' in table
    assert "-4" not in table
    assert 'start="9999"' in listed


@pytest.mark.parametrize("tag", ["blockquote", "ul", "b", "table"])
def test_deep_nesting_is_flattened_quickly(tag):
    began = time.perf_counter()

    cleaned = clean_rich(f"<{tag}>" * 30_000 + "the end")

    assert Inventory(cleaned).deepest <= MAX_DEPTH + 2  # tbody and tr come by themselves
    assert "the end" in cleaned
    assert time.perf_counter() - began < 5


def test_too_long_is_refused_and_never_cut():
    with pytest.raises(TooLong, match="100,000 characters"):
        clean_rich("<p>" + "a" * MAX_BYTES + "</p>")
    with pytest.raises(TooLong):
        clean_rich("<p class='" + "x" * 2_000_001 + "'>a</p>")

    assert clean_rich("<p>" + "a" * (MAX_BYTES - 10) + "</p>")


def test_cleaning_twice_changes_nothing():
    for html in HOSTILE:
        once = clean_rich(html)
        assert clean_rich(once) == once


# --- Plain text and back -----------------------------------------------------------------------------------------
def test_plain_text_keeps_the_order_of_things():
    html = "<h3>Aims</h3><p>One<br>two</p><ul><li><p>first</p></li><li>second</li></ul><ol><li>x</li><li>y</li></ol>"

    assert plain_text(html) == "# Aims\n\nOne\ntwo\n\n- first\n- second\n\n1. x\n2. y"


def test_plain_text_comes_back_as_rich_text():
    text = "# Aims\n\nOne\ntwo\n\n- first\n- second\n\n1. x\n2) y\n\nLess < more & <script>"

    assert from_plain(text) == (
        "<h3>Aims</h3><p>One<br>two</p><ul><li>first</li><li>second</li></ul><ol><li>x</li><li>y</li></ol>"
        "<p>Less &lt; more &amp; &lt;script&gt;</p>"
    )


# --- The filter --------------------------------------------------------------------------------------------------
def drawn(value):
    engine = Engine(builtins=["sendco.templatetags.sendco_ui"])
    return engine.from_string("{{ value|rich }}").render(Context({"value": value}))


def test_the_filter_cleans_what_lies_in_the_database():
    assert drawn("<p>ok</p><script>alert(1)</script>") == "<p>ok</p>"


def test_the_filter_shows_as_text_what_is_too_long():
    page = drawn("<p>" + "a" * MAX_BYTES + "</p><script>")

    assert page.startswith("&lt;p&gt;aaa")
    assert "<script>" not in page


# --- The field ---------------------------------------------------------------------------------------------------
class Form(forms.Form):
    words = RichField(label="Words", required=False)


STORED = "<p>One <strong>bold</strong></p><table><tbody><tr><td>a</td></tr></tbody></table>"


def posted(**data):
    form = Form(data)
    return form.cleaned_data["words"] if form.is_valid() else form.errors["words"]


def test_the_field_shows_plain_text_and_carries_the_html_beside_it():
    drawn = str(Form(initial={"words": STORED})["words"])

    assert "One bold" in drawn
    assert "&lt;strong&gt;bold" in drawn
    assert "<strong>" not in drawn


def test_without_scripts_an_untouched_text_keeps_its_table():
    assert posted(words="One bold\r\n\r\na |", words_html=STORED, words_kind="plain") == STORED


def test_without_scripts_what_is_typed_counts():
    assert posted(words="Other words", words_html=STORED, words_kind="plain") == "<p>Other words</p>"
    assert posted(words="", words_html=STORED, words_kind="plain") == ""
    assert posted(words="Only this") == "<p>Only this</p>"


def test_with_scripts_the_html_counts_and_is_cleaned():
    typed = posted(words_html="<p>New<script>x</script></p>", words_kind="rich")

    assert typed == "<p>New</p>"
    assert posted(words_html="", words_kind="rich") == ""


def test_a_text_that_is_too_long_is_given_back_whole():
    long = "<p>" + "a" * MAX_BYTES + "</p>"
    form = Form({"words_html": long, "words_kind": "rich"})

    assert "Shorten it" in form.errors["words"][0]
    assert str(form["words"]).count("a" * MAX_BYTES) == 2


def test_a_plain_text_that_is_too_long_is_given_back_whole():
    form = Form({"words": "a < b\n" * 20_000})

    assert "Shorten it" in form.errors["words"][0]
    assert str(form["words"]).count("a &lt; b") >= 20_000


def test_a_draft_comes_back_rich():
    class Draft:
        data = {"words_html": ["<p>Half <strong>done</strong></p>"], "words_kind": ["rich"]}

    assert initial_from_draft(Form(), Draft) == {"words": "<p>Half <strong>done</strong></p>"}
    Draft.data = {}
    assert initial_from_draft(Form(), Draft) == {}
