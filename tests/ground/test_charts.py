import re
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree

import pytest
from django.conf import settings
from django.template import Context, Template

from sendco.charts.bars import Bar, Series, bar_chart, stacked_bar
from sendco.charts.colours import PAPER, SERIES, TOKENS, contrast, text_on
from sendco.charts.lines import Line, line_chart, sparkline
from sendco.charts.text import NOTHING_YET, coordinate, figure, shorten, text_width, wrap

NEEDS = [("Autism", 5), ("Social, emotional and mental health", 33), ("Speech", 0)]
WEEKS = ["Sep", "Oct", "Nov", "Dec", "Jan"]


def drawn(tag, chart, **context):
    page = Template("{% load charts %}{% " + tag + " chart %}").render(Context({"chart": chart} | context))
    return re.sub(r"\s+", " ", page)


def svg(page):
    return ElementTree.fromstring(re.search(r"<svg.*</svg>", page).group())


EXAMPLES = {
    "bar_chart": bar_chart(title="Main need", bars=NEEDS),
    "stacked_bar": stacked_bar(
        title="Who is on the register",
        series=["Plan", "Support", Series("Never planned", hatched=True)],
        rows=[("Years 7 to 9", [6, 16, 5]), ("Years 10, 11", [9, 19, 5])],
    ),
    "line_chart": line_chart(
        title="Duties met",
        labels=WEEKS,
        lines=[("Ours", (90, 92, None, 88, 92)), Line("The LAs'", (60, 64, 64, None, 64), dashed=True)],
        suffix="%",
        start_at=60,
    ),
    "sparkline": sparkline(title="Attendance", labels=WEEKS, values=[90, 92, None, 88, 92], suffix="%"),
}


def test_colours_are_the_tokens_of_the_style_sheet():
    sheet = (Path(settings.BASE_DIR) / "static/css/tokens.css").read_text()
    root = re.search(r":root\s*\{(.*?)\}", sheet, re.DOTALL).group(1)
    tokens = dict(re.findall(r"--sc-([\w-]+):\s*(#[0-9a-f]{6})", root))

    assert {name: tokens.get(name) for name in TOKENS} == TOKENS


@pytest.mark.parametrize("colour", SERIES)
def test_every_series_colour_can_be_seen_and_written_on(colour):
    # The token sheet promises 3:1 on paper after rounding to one decimal.
    assert round(contrast(colour, PAPER), 1) >= 3
    assert contrast(text_on(colour), colour) >= 4.5


@pytest.mark.parametrize("tag", EXAMPLES)
def test_chart_is_an_accessible_svg_of_a_fixed_size(tag):
    chart = svg(drawn(tag, EXAMPLES[tag]))

    assert chart.get("role") == "img"
    assert chart.get("viewBox") == f"0 0 {chart.get('width')} {chart.get('height')}"
    assert [child.tag for child in chart][:2] == ["title", "desc"]
    assert chart.find("title").text == EXAMPLES[tag].title
    assert chart.find("desc").text
    assert float(chart.get("font-size")) >= 12.5
    assert not [text for text in chart.iter("text") if text.get("font-size")]


@pytest.mark.parametrize("tag", EXAMPLES)
def test_chart_needs_no_style_script_or_id(tag):
    page = drawn(tag, EXAMPLES[tag])

    assert not re.search(r"style=|<style|<script|\son\w+=|\sid=|currentColor|var\(", page)
    assert set(re.findall(r'(?:fill|stroke)="([^"]+)"', page)) - {"none"} <= set(TOKENS.values())


@pytest.mark.parametrize("tag", EXAMPLES)
def test_chart_has_its_figures_in_a_table_after_it(tag):
    page = drawn(tag, EXAMPLES[tag])

    assert page.index("</svg>") < page.index("<details") < page.index("<table>")
    for label, cells in EXAMPLES[tag].rows:
        row = f'<th scope="row">{label}</th>'.replace("'", "&#x27;")
        assert row in page
        for cell in cells:
            assert f"<td>{cell}</td>" in page


@pytest.mark.parametrize("tag", EXAMPLES)
def test_chart_stays_inside_its_box(tag):
    chart = svg(drawn(tag, EXAMPLES[tag]))
    width, height = float(chart.get("width")), float(chart.get("height"))

    for box in chart.iter("rect"):
        assert 0 <= float(box.get("x")) <= float(box.get("x")) + float(box.get("width")) <= width + 0.1
        assert 0 <= float(box.get("y")) <= float(box.get("y")) + float(box.get("height")) <= height + 0.1
    for word in chart.iter("text"):
        assert 0 <= float(word.get("x")) <= width
        assert 10 <= float(word.get("y")) <= height
        if word.get("text-anchor", "start") == "start":
            assert float(word.get("x")) + text_width(word.text) <= width + 1


@pytest.mark.parametrize("tag", EXAMPLES)
def test_coordinates_are_the_same_in_every_language(tag, settings):
    plain = drawn(tag, EXAMPLES[tag])
    settings.LANGUAGE_CODE = "de"
    settings.USE_THOUSAND_SEPARATOR = True

    assert drawn(tag, EXAMPLES[tag]) == plain
    assert not re.search(r'(?:x|y|width|height|d)="[^"]*\d,\d', plain)


NASTY = "<script>alert(1)</script>\"' onload=x & {{ secret }}"


@pytest.mark.parametrize(
    ("tag", "chart"),
    [
        ("bar_chart", bar_chart(title=NASTY, desc=NASTY, bars=[Bar(NASTY, 3, NASTY)], head=(NASTY, NASTY), width=900)),
        ("stacked_bar", stacked_bar(title=NASTY, series=[NASTY], rows=[(NASTY, [3])], width=900)),
        ("line_chart", line_chart(title=NASTY, labels=[NASTY], lines=[(NASTY, (3,))], prefix="<b>", width=900)),
        ("sparkline", sparkline(title=NASTY, labels=[NASTY], values=[3], suffix="<b>")),
    ],
)
def test_text_is_escaped(tag, chart):
    page = drawn(tag, chart, secret="told")

    assert "<script" not in page
    assert "<b>" not in page
    assert "told" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;&quot;" in page


@pytest.mark.parametrize(
    ("tag", "chart"),
    [
        ("bar_chart", bar_chart(title="Main need", bars=[])),
        ("stacked_bar", stacked_bar(title="Register", series=["Plan"], rows=[])),
        ("stacked_bar", stacked_bar(title="Register", series=[], rows=[("Year 7", [])])),
        ("line_chart", line_chart(title="Duties", labels=[], lines=[("Ours", ())])),
        ("line_chart", line_chart(title="Duties", labels=WEEKS, lines=[("Ours", (None,) * 5)])),
        ("line_chart", line_chart(title="Duties", labels=WEEKS, lines=[])),
        ("sparkline", sparkline(title="Attendance", labels=[], values=[])),
        ("sparkline", sparkline(title="Attendance", labels=WEEKS, values=[None] * 5)),
    ],
)
def test_empty_chart_says_so(tag, chart):
    page = drawn(tag, chart)

    assert NOTHING_YET in page
    assert "<svg" not in page


def test_bar_lengths_are_to_scale_and_zero_has_no_bar():
    chart = bar_chart(title="Need", bars=[("One", 10), ("Two", 5), ("Three", 0)])

    assert [round(float(block.width) / float(chart.blocks[0].width), 2) for block in chart.blocks] == [1, 0.5]
    assert [word.text for word in chart.words if word.bold] == ["10", "5", "0"]


def test_bars_of_zeros_only_still_show_their_figures():
    chart = bar_chart(title="Need", bars=[("One", 0), ("Two", 0)])

    assert not chart.is_empty
    assert chart.blocks == ()
    assert [word.text for word in chart.words] == ["One", "0", "Two", "0"]


def test_bar_without_a_value_says_not_known_or_its_own_words():
    chart = bar_chart(title="Returned", bars=[Bar("12 weeks", 25), Bar("26 weeks", None, "hidden"), ("A year", None)])

    assert [cells for _, cells in chart.rows] == [("25",), ("hidden",), ("not known",)]
    assert len(chart.blocks) == 1
    assert chart.desc == "12 weeks: 25. 26 weeks: hidden. A year: not known."


def test_words_given_for_a_bar_replace_its_number_everywhere():
    page = drawn("bar_chart", bar_chart(title="Need", bars=[Bar("Autism", 734, "about 700"), ("Speech", 900)]))

    assert "734" not in page


def test_description_of_a_long_chart_is_cut_and_says_so():
    chart = bar_chart(title="Need", bars=[(f"Need {number}", number) for number in range(15)])

    assert chart.desc.endswith("Need 11: 11. And 3 more, in the table.")


def test_stacked_segments_leave_a_gap_and_small_ones_no_number():
    chart = stacked_bar(title="Register", series=["Plan", "Support", "Watch"], rows=[("Year 7", [60, 1, 39])])

    first, second, third = chart.blocks[:3]
    assert float(second.x) - float(first.x) - float(first.width) == pytest.approx(2, abs=0.11)
    assert float(third.x) - float(second.x) - float(second.width) == pytest.approx(2, abs=0.11)
    assert [word.text for word in chart.words if word.bold] == ["60", "39"]
    assert chart.rows == (("Year 7", ("60", "1", "39")),)
    assert chart.desc == "Year 7: Plan 60, Support 1, Watch 39."


def test_stacked_rows_of_nothing_and_of_the_unknown_are_told_apart():
    chart = stacked_bar(title="Register", series=["Plan", "Watch"], rows=[("Y7", [0, 0]), ("Y8", [None, 0])])

    assert [word.text for word in chart.words if word.bold] == ["0", "not known"]


def test_hatched_series_is_lines_inside_its_box():
    chart = stacked_bar(title="Hours", series=[Series("Never planned", hatched=True)], rows=[("Amy", [4])])
    block = chart.blocks[0]
    points = [tuple(map(float, point.split())) for point in re.split("[ML]", block.hatch) if point]

    assert len(points) > 10
    for x, y in points:
        assert float(block.x) - 0.1 <= x <= float(block.x) + float(block.width) + 0.1
        assert float(block.y) - 0.1 <= y <= float(block.y) + float(block.height) + 0.1


def test_long_labels_take_two_lines_and_then_an_ellipsis():
    label = "A provision with a name that goes on for much longer than any page could ever hold"
    chart = bar_chart(title="Provision", bars=[(label, 3)])

    lines = [word.text for word in chart.words if not word.bold]
    assert len(lines) == 2
    assert lines[1].endswith("…")
    assert all(text_width(line) <= 320 * 0.42 for line in lines)
    assert chart.rows[0][0] == label


def test_a_word_longer_than_the_line_is_shortened():
    assert wrap("x" * 200, 60)[0].endswith("…")
    assert text_width(shorten("m" * 200, 60)) <= 60
    assert shorten("short", 60) == "short"


def test_line_breaks_at_a_gap_and_marks_a_lonely_point():
    chart = line_chart(title="Score", labels=WEEKS, lines=[("Reading", (3, 4, None, 6, None))])

    assert [stroke.path.count("L") for stroke in chart.strokes] == [1]
    assert len(chart.dots) == 1
    assert chart.rows[2] == ("Nov", ("not known",))
    assert chart.desc == "Reading: 3 at Sep, 6 at Dec."


def test_line_of_one_point_is_a_dot_in_the_middle():
    chart = line_chart(title="Score", labels=["Sep"], lines=[("Reading", (3,))])

    assert chart.strokes == ()
    assert len(chart.dots) == 1
    assert "Sep" in [word.text for word in chart.words]
    assert chart.desc == "Reading: 3 at Sep."


def test_line_of_zeros_lies_on_the_axis():
    chart = line_chart(title="Late", labels=WEEKS, lines=[("Late", (0,) * 5)])

    assert len({point.split()[1] for point in chart.strokes[0].path[1:].split("L")}) == 1
    assert chart.grid[0][2] == chart.dots[0].y


def test_line_axis_starts_where_told_unless_a_value_is_lower():
    high = line_chart(title="Met", labels=WEEKS, lines=[("Ours", (90, 92, 91, 88, 92))], suffix="%", start_at=60)
    low = line_chart(title="Met", labels=WEEKS, lines=[("Ours", (90, 42, 91, 88, 92))], suffix="%", start_at=60)

    assert high.words[0].text == "60%"
    assert low.words[0].text == "40%"


def test_names_at_the_end_of_lines_never_meet():
    lines = [(f"Line {number}", (50, 50 + number / 10)) for number in range(6)]
    chart = line_chart(title="Scores", labels=["Sep", "Oct"], lines=lines)

    places = sorted(float(word.y) for word in chart.words if word.bold)
    assert len(places) == 6
    assert all(after - before >= 14.9 for before, after in zip(places, places[1:], strict=False))
    assert places[-1] <= 160


def test_each_of_several_lines_has_a_piece_of_itself_before_its_name():
    chart = line_chart(title="Met", labels=["Sep"], lines=[("Ours", (9,)), Line("Target", (9,), dashed=True)])

    keys = {float(re.search(r" ([\d.]+)H", stroke.path).group(1)): stroke for stroke in chart.strokes}
    names = {float(word.y) - 4.4: word.text for word in chart.words if word.bold}
    assert {names[y]: (stroke.colour, bool(stroke.dash)) for y, stroke in keys.items()} == {
        "9 Ours": (SERIES[0], False),
        "9 Target": (SERIES[1], True),
    }


def test_labels_under_a_long_line_do_not_overlap():
    labels = [f"Week {number}" for number in range(1, 40)]
    chart = line_chart(title="Weeks", labels=labels, lines=[("Given", tuple(range(39)))])

    shown = [word for word in chart.words if word.text.startswith("Week")]
    assert shown[0].text == "Week 1"
    assert shown[-1].text == "Week 39"
    spans = [span(word) for word in shown]
    assert all(before[1] <= after[0] for before, after in zip(spans, spans[1:], strict=False))


def span(word):
    width = text_width(word.text)
    left = float(word.x) - {"start": 0, "middle": width / 2, "end": width}[word.anchor]
    return left, left + width


@pytest.mark.parametrize("value", [-1, -0.01, float("nan"), float("inf"), "7", True, Decimal("-3")])
def test_values_that_cannot_be_drawn_are_refused(value):
    with pytest.raises(ValueError, match="A chart"):
        bar_chart(title="Need", bars=[("One", value)])
    with pytest.raises(ValueError, match="A chart"):
        stacked_bar(title="Need", series=["A"], rows=[("One", [value])])
    with pytest.raises(ValueError, match="A chart"):
        line_chart(title="Need", labels=["Sep"], lines=[("One", (value,))])
    with pytest.raises(ValueError, match="A chart"):
        sparkline(title="Need", labels=["Sep"], values=[value])


def test_uneven_data_is_refused():
    with pytest.raises(ValueError, match="needs 2 values"):
        stacked_bar(title="Need", series=["A", "B"], rows=[("One", [1])])
    with pytest.raises(ValueError, match="1 values for 2 labels"):
        line_chart(title="Need", labels=["Sep", "Oct"], lines=[("One", (1,))])


def test_more_series_than_colours_are_refused():
    with pytest.raises(ValueError, match="6 parts apart"):
        stacked_bar(title="Need", series=list("abcdefg"), rows=[])
    with pytest.raises(ValueError, match="6 lines apart"):
        line_chart(title="Need", labels=["Sep"], lines=[(name, (1,)) for name in "abcdefg"])


def test_table_can_be_left_out():
    assert "<details" not in drawn("sparkline", sparkline(title="A", labels=["Sep"], values=[3], table=False))


@pytest.mark.parametrize(
    ("value", "printed"),
    [(0, "0"), (1204, "1,204"), (92.5, "92.5"), (92.0, "92"), (Decimal("3.25"), "3.2"), (None, "not known")],
)
def test_figure(value, printed):
    assert figure(value) == printed


def test_figure_with_units():
    assert figure(1204, prefix="£") == "£1,204"
    assert figure(92, suffix="%") == "92%"


@pytest.mark.parametrize(("number", "printed"), [(40.0, "40"), (38.24, "38.2"), (0, "0"), (1234.56, "1234.6")])
def test_coordinate(number, printed):
    assert coordinate(number) == printed
