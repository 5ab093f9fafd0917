"""Names and comparison of the pictures; the walk with the browser is left to `dev.py pictures` itself."""

import json

import pytest
from PIL import Image

from sendco.install import shell
from sendco.tools.dev import pictures
from sendco.tools.dev.main import main
from tests.browser import comparison
from tests.browser.every_page import picture_name, state_of

VIEWS = {"/": "home", "/ehcp/plans/7/": "ehcp:plan-detail", "/ehcp/plans/7/pack/": "ehcp:plan-file"}


def make_set(folder, drawn):
    """Write pictures of one colour: {name: (colour, size)}."""
    folder.mkdir()
    for name, (colour, size) in drawn.items():
        Image.new("RGB", size, colour).save(folder / name)
    about = {"address": "/", "title": "Today", "status": 200}
    (folder / "index.json").write_text(json.dumps(dict.fromkeys(drawn, about)))
    return folder


# --- Names ---


def test_name_holds_role_view_query_and_width():
    state = state_of("http://localhost/ehcp/plans/7/?tab=history&page=2", VIEWS.get)

    assert picture_name("senco", state, 360) == "senco--ehcp-plan-detail--tab-history--360.png"


def test_records_and_pages_of_a_list_share_a_name():
    first, second = (state_of(f"/?page={number}&tab=late", VIEWS.get) for number in (1, 2))

    assert picture_name("head", first, 1280) == picture_name("head", second, 1280)


@pytest.mark.parametrize("href", ["/ehcp/plans/7/pack/", "/nowhere/"])
def test_downloads_and_dead_ends_are_no_pages(href):
    assert state_of(href, VIEWS.get) is None


def test_visitor_pages_are_told_apart_by_all_they_ask():
    states = [state_of(f"/?event={event}", VIEWS.get, {"event"}) for event in ("sent", "meeting")]

    assert picture_name("visitor", states[0], 360) != picture_name("visitor", states[1], 360)


# --- Comparison ---


def test_equal_sets_have_no_difference(tmp_path, capsys):
    drawn = {"a.png": ("white", (40, 30)), "b.png": ("navy", (40, 30))}
    before, after = make_set(tmp_path / "before", drawn), make_set(tmp_path / "after", drawn)

    assert comparison.main(before, after, tmp_path / "out") == 0

    assert "2 pictures are equal, 0 differ" in capsys.readouterr().out
    assert not (tmp_path / "out").exists()


def test_one_pixel_is_found_counted_and_framed(tmp_path, capsys):
    before = make_set(tmp_path / "before", {"a.png": ("white", (40, 30))})
    after = make_set(tmp_path / "after", {"a.png": ("white", (40, 30))})
    picture = Image.open(after / "a.png")
    picture.putpixel((12, 7), (255, 255, 250))
    picture.save(after / "a.png")

    assert comparison.main(before, after, tmp_path / "out") == 1

    assert "a.png: 1 pixels in (12, 7, 13, 8)" in capsys.readouterr().out
    sheet = Image.open(tmp_path / "out" / "a.png")
    assert sheet.size == (3 * 40 + 2 * comparison.GAP, 30)
    assert sheet.getpixel((2 * (40 + comparison.GAP) + 12, 7)) == comparison.MARK


@pytest.mark.parametrize(
    ("colour", "size", "number"),
    [
        ((187, 185, 175), (40, 30), 0),  # one step everywhere
        ((188, 184, 178), (4, 2), 0),  # four steps in eight pixels
        ((188, 184, 179), (4, 2), 1),
        ((188, 184, 176), (3, 3), 1),
    ],
)
def test_rounding_of_the_browser_is_no_difference(tmp_path, colour, size, number):
    before = make_set(tmp_path / "before", {"a.png": ((188, 184, 174), size)})
    after = make_set(tmp_path / "after", {"a.png": (colour, size)})

    assert len(comparison.compare(before, after, tmp_path / "out")[2]) == number


def test_longer_page_differs_where_the_other_ends(tmp_path):
    before = make_set(tmp_path / "before", {"a.png": ("white", (40, 30))})
    after = make_set(tmp_path / "after", {"a.png": ("white", (40, 35))})

    _, _, [difference] = comparison.compare(before, after, tmp_path / "out")

    assert (difference.pixels, difference.box) == (200, (0, 30, 40, 35))


def test_pages_in_one_set_only_are_named_and_fail(tmp_path, capsys):
    before = make_set(tmp_path / "before", {"gone.png": ("white", (4, 4)), "kept.png": ("white", (4, 4))})
    after = make_set(tmp_path / "after", {"new.png": ("white", (4, 4)), "kept.png": ("white", (4, 4))})

    assert comparison.main(before, after, tmp_path / "out") == 1

    shown = capsys.readouterr().out
    assert "only before: gone.png" in shown
    assert "only after: new.png" in shown
    assert "1 pictures are equal, 0 differ, 2 are in one set only." in shown


def test_another_record_on_a_page_is_told(tmp_path):
    before = make_set(tmp_path / "before", {"a.png": ("white", (4, 4))})
    after = make_set(tmp_path / "after", {"a.png": ("black", (4, 4))})
    index = {"a.png": {"address": "/pupils/2/", "title": "Today", "status": 200}}
    (after / "index.json").write_text(json.dumps(index))

    _, _, [difference] = comparison.compare(before, after, tmp_path / "out")

    assert difference.line() == "a.png: 16 pixels in (0, 0, 4, 4); address was /, is /pupils/2/"


# --- The command ---


def test_old_pictures_are_never_mixed_with_new_ones(tmp_path):
    (tmp_path / "home.png").touch()

    with pytest.raises(shell.Problem, match="not empty"):
        pictures.take(tmp_path)


def test_comparison_needs_two_folders_and_walk_needs_one(capsys):
    for words in (["pictures"], ["pictures", "a", "b"], ["pictures", "--compare", "a", "b", "c"]):
        with pytest.raises(SystemExit):
            main(words)
