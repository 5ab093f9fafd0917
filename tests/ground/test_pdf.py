import base64
import ctypes
import ctypes.util
import io
import re
import socket
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from django.conf import settings
from django.template.loader import render_to_string
from PIL import Image

from sendco.pdf import fonts, render
from sendco.pdf.render import PdfFailed, PdfUnavailable, pdf_available, pdf_from_html, render_pdf
from sendco.pdf.sandbox import ChildFailed, Limits, run_child

REPORT = "reports/base_report.html"
FACTS = {
    "school_name": "Harbour Lane Centre for Education",
    "author": "Nadia Rahman, SENDCo",
    "made_at": datetime(2027, 1, 26, 9, 0, tzinfo=UTC),
}
SMALL = Limits(memory_mb=1024, cpu_seconds=20, wall_seconds=30)


@pytest.fixture
def listener():
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield server


def saw_nobody(server):
    try:
        connection, _ = server.accept()
    except BlockingIOError:
        return True
    connection.close()
    return False


def picture():
    out = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(out, "PNG")
    return out.getvalue()


def payloads(server, folder):
    """Every way we know to make a renderer fetch something."""
    (folder / "canary.png").write_bytes(picture())
    web = f"http://127.0.0.1:{server.getsockname()[1]}/canary.png"
    file = (folder / "canary.png").as_uri()
    data = "data:image/png;base64," + base64.b64encode(picture()).decode()
    for url in (web, file, data):
        yield f'<img src="{url}" alt="x">'
        yield f'<link rel="attachment" href="{url}" title="x">'
        yield f'<link rel="stylesheet" href="{url}">'
        yield f'<a rel="attachment" href="{url}">x</a>'
        yield f"<style>@import url('{url}'); p {{ background: url('{url}') }}</style>"
        yield f"<style>@font-face {{ font-family: f; src: url('{url}') }} p {{ font-family: f }}</style>"
        yield f'<svg width="9" height="9"><image href="{url}" width="9" height="9"/><use href="{url}#a"/></svg>'
        yield f'<object data="{url}">x</object><embed src="{url}"><iframe src="{url}"></iframe>'
        yield f'<base href="{url}"><p style="list-style-image: url({url}); content: url({url})">x</p>'
    yield '<xi:include href="file:///etc/hostname"/><img src="static:../settings.py" alt="x">'


def opened(content):
    return pikepdf.open(io.BytesIO(content))


def parts_of(document, kind):
    return [part for part in document.objects if isinstance(part, pikepdf.Dictionary | pikepdf.Stream) and kind(part)]


def test_report_is_a_tagged_pdf_in_english_with_a_title():
    with opened(render_pdf(REPORT, FACTS, title="Report for spring 2027")) as document:
        assert document.Root.MarkInfo.Marked
        assert "/StructTreeRoot" in document.Root
        assert str(document.Root.Lang) == "en-GB"
        assert document.docinfo["/Title"] == "Report for spring 2027"
        assert document.docinfo["/Author"] == "Nadia Rahman, SENDCo"
        assert "pdfuaid" in document.Root.Metadata.read_bytes().decode()
        assert [round(float(side)) for side in document.pages[0].mediabox] == [0, 0, 595, 842]
        roles = {str(part.S) for part in parts_of(document, lambda part: part.get("/Type") == "/StructElem")}
        assert {"/H1", "/P", "/Figure"} <= roles
        figures = parts_of(document, lambda part: part.get("/S") == "/Figure")
        assert [str(part.Alt) for part in figures] == ["sendco"]
        fonts = {str(part.FontName) for part in parts_of(document, lambda part: "/FontName" in part)}
        assert all("Sans" in font for font in fonts), "the style sheet was not used"


def test_report_fetches_nothing_even_when_markup_gets_through(listener, tmp_path):
    body = "".join(payloads(listener, tmp_path))

    with opened(pdf_from_html(f"<html lang=en><title>x</title>{body}<p>Text of the report</p>")) as document:
        assert not document.attachments
        assert "/EmbeddedFiles" not in document.Root.get("/Names", {})
        assert not parts_of(document, lambda part: part.get("/Subtype") in ("/Image", "/FileAttachment"))
        assert not parts_of(document, lambda part: "/EF" in part)
    assert saw_nobody(listener)


def test_listener_notices_a_visitor(listener):
    with socket.create_connection(listener.getsockname()):
        assert not saw_nobody(listener)


def test_text_in_every_field_of_a_report_stays_text(listener, tmp_path):
    nasty = "".join(payloads(listener, tmp_path))
    facts = dict.fromkeys(["school_name", "author", "subtitle"], nasty) | {"made_at": FACTS["made_at"]}

    html = render_to_string(REPORT, facts | {"title": nasty})
    with opened(render_pdf(REPORT, facts, title=nasty)) as document:
        assert not document.attachments

    own = render_to_string(REPORT, FACTS | {"subtitle": "x", "title": "x"})
    assert set(re.findall(r"<\w+", html)) == set(re.findall(r"<\w+", own))
    assert saw_nobody(listener)


def test_report_says_who_when_and_which_school():
    html = render_to_string(REPORT, FACTS | {"title": "Report", "data_as_at": datetime(2027, 1, 25, 17, 0, tzinfo=UTC)})

    html = " ".join(html.split())
    assert '<html lang="en-GB">' in html
    assert "Written by Nadia Rahman, SENDCo, 26 January 2027. Figures as at 25 January 2027, 17:00" in html
    assert html.count("Harbour Lane Centre for Education") == 2


def test_report_colours_are_the_tokens():
    sheets = Path(settings.BASE_DIR) / "static/css"
    tokens = set(re.findall(r"--sc-[\w-]+:\s*(#[0-9a-f]{6})", (sheets / "tokens.css").read_text()))

    assert set(re.findall(r"#[0-9a-f]{3,8}\b", (sheets / "report.css").read_text())) <= tokens


@pytest.mark.parametrize(
    ("html", "limits"),
    [
        ("<table><tr><td colspan=200000>x</table>", Limits(memory_mb=1024, cpu_seconds=3, wall_seconds=20)),
        ("<blockquote>" * 600 + "x", SMALL),
        ("<p>x</p>", Limits(memory_mb=60, cpu_seconds=20, wall_seconds=30)),
        ("<p>x</p>", Limits(memory_mb=1024, cpu_seconds=20, wall_seconds=0)),
    ],
    ids=["time", "depth", "memory", "clock"],
)
def test_a_document_that_needs_too_much_fails_in_words(html, limits, monkeypatch):
    monkeypatch.setattr(render, "LIMITS", limits)

    with pytest.raises((PdfFailed, PdfUnavailable), match="Make the report shorter|Ask the person"):
        pdf_from_html(html)


def test_limits_are_those_of_the_security_notes():
    assert (render.LIMITS.memory_mb, render.LIMITS.cpu_seconds, render.LIMITS.wall_seconds) == (1024, 60, 90)


@pytest.fixture
def without_pango(monkeypatch):
    def missing(name):
        raise OSError(name)

    monkeypatch.setattr(ctypes, "CDLL", missing)
    monkeypatch.setattr(ctypes.util, "find_library", lambda name: None)
    pdf_available.cache_clear()
    yield
    pdf_available.cache_clear()


@pytest.mark.usefixtures("without_pango")
def test_without_pango_the_reader_is_told_what_to_install():
    assert not pdf_available()

    with pytest.raises(PdfUnavailable, match="apt-get install libpango-1.0-0 libpangoft2-1.0-0"):
        render_pdf(REPORT, FACTS, title="Report")


def test_child_that_cannot_load_pango_says_so(monkeypatch):
    monkeypatch.setattr(render, "run_child", lambda *args, **kwargs: (_ for _ in ()).throw(ChildFailed(3)))

    with pytest.raises(PdfUnavailable):
        pdf_from_html("<p>x</p>")


def test_site_starts_without_weasyprint():
    code = "import sys, sendco.pdf.render, sendco.pdf.child; sys.exit('weasyprint' in sys.modules)"

    subprocess.run([sys.executable, "-c", code], cwd=settings.BASE_DIR, check=True)


def in_child(code, *, limits=SMALL):
    """Run a few lines as a child would run."""
    prepared = f"import sys; sys.argv = ['x', '{limits.memory_mb}', '{limits.cpu_seconds}']\n"
    prepared += "from sendco.pdf.sandbox import limit_this_process, close_the_doors\nlimit_this_process()\n" + code
    done = subprocess.run([sys.executable, "-c", prepared], cwd=settings.BASE_DIR, capture_output=True, check=False)
    return done.returncode, done.stderr.decode()


def test_child_reaches_no_network_and_starts_nothing(listener):
    port = listener.getsockname()[1]
    connect = f"import socket\nclose_the_doors()\nsocket.create_connection(('127.0.0.1', {port}))"
    start = "import subprocess\nclose_the_doors()\nsubprocess.run(['true'])"

    assert "PermissionError: socket." in in_child(connect)[1]
    assert "PermissionError: subprocess.Popen" in in_child(start)[1]
    assert saw_nobody(listener)


def test_child_cannot_take_more_memory_or_time_than_it_is_given():
    small = Limits(memory_mb=200, cpu_seconds=1, wall_seconds=30)

    assert "MemoryError" in in_child("bytearray(300 * 1024 * 1024)", limits=small)[1]
    assert in_child("while True: pass", limits=small)[0] < 0


def test_child_gets_no_secret_from_the_environment(monkeypatch):
    monkeypatch.setenv("SENDCO_SECRET_KEY", "canary")
    seen = {}

    def run(command, *, env, **options):
        seen.update(env)
        return subprocess.CompletedProcess(command, 0, b"", b"")

    monkeypatch.setattr(subprocess, "run", run)
    run_child("sendco.pdf.child", b"", limits=SMALL)

    assert "PATH" in seen
    assert not [name for name in seen if "SENDCO" in name or "canary" in seen[name]]


# --- Letters of all names, and words longer than a line ------------------------------------------------------------
NAMES = {
    "Arabic": "محمد علي",
    "Urdu": "زینب ڈار",
    "Bengali": "আরিফ হোসেন",
    "Punjabi": "ਗੁਰਪ੍ਰੀਤ ਕੌਰ",
    "Chinese": "王小明",
    "Vietnamese": "Nguyễn Thị Hằng",
}


DRAW = """
import logging, sys, weasyprint
weasyprint.LOGGER.addHandler(logging.StreamHandler())
text = sys.stdin.buffer.read().decode()
sheet = weasyprint.CSS(filename=sys.argv[1])
weasyprint.HTML(string=f"<html lang=en-GB><title>T</title><h1>{text}</h1>").write_pdf(stylesheets=[sheet])
"""


def boxes_in(text):
    """Whether WeasyPrint says that it drew a box for want of a letter."""
    sheet = settings.BASE_DIR / "static" / "css" / "report.css"
    done = subprocess.run([sys.executable, "-c", DRAW, sheet], input=text.encode(), capture_output=True, check=True)
    return b".notdef" in done.stderr


def test_boxes_are_noticed():
    assert boxes_in(chr(0x10FFFD))
    assert not boxes_in("Plain")


@pytest.mark.parametrize("language", NAMES)
def test_names_print_with_letters_of_their_own_where_there_are_fonts(language):
    """The image has them (below); where they are missing, the site says so and draws boxes."""
    missing = fonts.unprintable()

    assert missing is not None
    assert language in missing or not boxes_in(NAMES[language])


def test_image_and_guide_name_the_fonts():
    for name in ("Dockerfile", "docs/deployment.md"):
        text = (settings.BASE_DIR / name).read_text(encoding="utf-8")
        for package in fonts.PACKAGES.split():
            assert re.search(rf"apt-get install[^\n]*(\n[^\n]*)?{package}", text) or package in text


def test_health_page_names_the_letters_that_are_missing(client, sign_in, administrator, monkeypatch):
    monkeypatch.setattr("sendco.pages.health.unprintable", lambda: ["Bengali", "Chinese"])
    sign_in(administrator)

    page = client.get("/health/").content.decode()

    assert "Boxes in place of Bengali, Chinese" in page
    assert fonts.PACKAGES in page


LONG = "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch" * 6


@pytest.mark.parametrize(
    "html",
    [
        f"<h1>{LONG}</h1>",
        f"<p>See https://example.org/{LONG}</p>",
        f"<table><tr><th>Name</th><td>{LONG}</td><td>Second column</td></tr></table>",
        f"<table><tr><th>{LONG}</th></tr></table><table><tr><td>A &amp; B</td><td><b>{LONG}</b></td></tr></table>",
        f'<div class="panel"><ul><li>{LONG}</li></ul></div>',
    ],
)
def test_long_words_break_inside_the_page(html):
    content = pdf_from_html(f'<html lang="en-GB"><title>T</title><body>{html}</body></html>')

    with closing(pypdfium2.PdfDocument(content)) as document:
        for page in document:
            width, _ = page.get_size()
            words = page.get_textpage()
            right = max(words.get_charbox(place)[2] for place in range(words.count_chars()))
            assert right <= width - 16 * 72 / 25.4  # the margin of report.css, but for the slant of a letter


def test_ordinary_words_beside_a_long_one_stay_whole():
    html = f"<table><tr><th>Name</th><td>{LONG}</td><td>Second column</td></tr></table>"
    content = pdf_from_html(f'<html lang="en-GB"><title>T</title><body>{html}</body></html>')

    with closing(pypdfium2.PdfDocument(content)) as document:
        words = document[0].get_textpage().get_text_range()

    assert {"Name", "Second"} <= set(words.split())


def test_only_words_of_tables_that_are_too_long_are_parted():
    html = f"<style>.{'a' * 60} {{}}</style><p>{LONG}</p><td class='{'c' * 60}'>short {LONG} &amp;{'x' * 50}</td>"

    parted = render.with_breaks(html)

    assert parted.replace(render.BREAK, "") == html
    assert f"<p>{LONG}</p>" in parted
    assert max(len(part) for part in re.split(rf"[\s{render.BREAK}<>&;]", parted.partition("<td")[2])[3:]) <= 30
