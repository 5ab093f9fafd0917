import hashlib
import io
import os
import socket
import stat
import struct
import threading
from datetime import timedelta
from types import SimpleNamespace

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from sendco.files import check, services
from sendco.files.bounds import MAX_BYTES
from sendco.files.check import inspect
from sendco.files.http import download_response
from sendco.files.kinds import CONTENT_TYPES, Kind
from sendco.files.models import ScanState, StoredFile
from sendco.files.names import clean_name
from sendco.files.refusals import FileRefused, StoredFileReason, UploadReason
from sendco.files.scan import ScannerUnavailable, is_infected
from sendco.files.services import (
    delete,
    delete_expired,
    has_its_bytes,
    open_stored,
    remove_orphans,
    scan_waiting,
    storage,
    store,
    store_bytes,
)
from tests.refusals import refused

from . import samples

pytestmark = pytest.mark.postgresql("constraints")

NADIA = SimpleNamespace(pk=7)
ABOUT = {"school_id": 1, "pupil_id": 31, "purpose": "evidence", "by": NADIA}


def upload(name, content):
    file = SimpleUploadedFile("x", content)
    file._name = name  # as a hostile browser would send it, past Django's own cleaning
    return file


GOOD = {
    "plan.pdf": samples.pdf,
    "page.pdf": lambda: samples.pdf(samples.opens_at_a_page),
    "link.PDF": lambda: samples.pdf(samples.links_to_a_page),
    "advice.docx": samples.word,
    "macro-free.docx": lambda: samples.word_with("word/media/image1.png", samples.picture("PNG")),
    "hours.xlsx": samples.excel,
    "printer.xlsx": lambda: samples.excel_with("xl/printerSettings/printerSettings1.bin", b"A4"),
    "report.odt": samples.open_document,
    "linked.odt": lambda: samples.open_document('<text:a xlink:href="https://school.example">x</text:a>'),
    "photo.jpg": samples.picture,
    "photo.jpeg": lambda: samples.picture(mode="L"),
    "cmyk.jpg": lambda: samples.picture(mode="CMYK"),
    "scan.png": lambda: samples.picture("PNG", mode="RGBA"),
    "palette.png": lambda: samples.picture("PNG", mode="P", transparency=0),
    "notes.txt": lambda: "Likes the quiet room. £5".encode(),
    "old-notes.txt": lambda: "Likes the quiet room. £5 “yes”".encode("cp1252"),
    "wide.csv": lambda: "Name,Hours\r\nAmy,3".encode("utf-16"),
    "marked.csv": lambda: "Name,Hours\r\nAmy,3\r\n".encode("utf-8-sig"),
    "angle.txt": lambda: b"3 < 5 and 7 > 2",
}

BAD = [
    # the name
    ("run.exe", b"MZ", UploadReason.KIND_NOT_ACCEPTED),
    ("noname", b"text", UploadReason.KIND_NOT_ACCEPTED),
    ("plan.pdf.exe", samples.pdf, UploadReason.KIND_NOT_ACCEPTED),
    ("annex\u202efdp.exe", samples.pdf, UploadReason.KIND_NOT_ACCEPTED),
    ("plan.pdf\x00.exe", samples.pdf, UploadReason.KIND_NOT_ACCEPTED),
    ("photo.heic", b"\x00\x00\x00\x18ftypheic", UploadReason.HEIC),
    ("photo.jpg", b"\x00\x00\x00\x18ftypheic", UploadReason.HEIC),
    ("drawing.svg", b"<svg/>", UploadReason.WEB_PAGE),
    ("page.html", b"<html>", UploadReason.WEB_PAGE),
    ("all.zip", samples.word, UploadReason.ARCHIVE),
    ("plan.docm", samples.word, UploadReason.MACRO_FORMAT),
    ("plan.doc", samples.OLE, UploadReason.OLD_FORMAT),
    # the first bytes
    ("empty.pdf", b"", UploadReason.EMPTY),
    ("page.txt", b" \n<!DOCTYPE html><script>alert(1)</script>", UploadReason.WEB_PAGE),
    ("page.csv", b"\xef\xbb\xbf<script>alert(1)</script>", UploadReason.WEB_PAGE),
    ("drawing.png", b'<?xml version="1.0"?><svg onload="x"/>', UploadReason.WEB_PAGE),
    ("photo.jpg", samples.pdf, UploadReason.OTHER_THAN_ITS_NAME),
    ("plan.pdf", samples.picture, UploadReason.OTHER_THAN_ITS_NAME),
    ("polyglot.pdf", lambda: b"GIF89a" + samples.pdf(), UploadReason.OTHER_THAN_ITS_NAME),
    ("archive.txt", lambda: b"Rar!\x1a\x07\x00", UploadReason.ARCHIVE),
    ("program.txt", b"MZ\x90\x00", UploadReason.OTHER_THAN_ITS_NAME),
    ("plan.docx", samples.OLE, UploadReason.OLD_FORMAT),
    ("plan.docx", lambda: samples.OLE + "EncryptedPackage".encode("utf-16-le"), UploadReason.LOCKED),
    # text
    ("binary.txt", b"abc\x00def", UploadReason.NOT_TEXT),
    ("wide-without-mark.csv", lambda: "Name".encode("utf-16-le"), UploadReason.NOT_TEXT),
    ("letters.txt", b"abc \x81\x8d\x90", UploadReason.LETTERS_UNREADABLE),
    ("half.csv", b"\xff\xfeN", UploadReason.LETTERS_UNREADABLE),
    # PDF
    ("locked.pdf", lambda: samples.pdf(encryption=pikepdf.Encryption(user="a", owner="b")), UploadReason.LOCKED),
    ("owned.pdf", lambda: samples.pdf(encryption=pikepdf.Encryption(user="", owner="b")), UploadReason.LOCKED),
    ("broken.pdf", b"%PDF-1.7\n" + b"rubbish" * 50, UploadReason.DAMAGED),
    # pictures
    ("bomb.png", samples.vast_png, UploadReason.TOO_LARGE_TO_OPEN),
    ("cut.jpg", lambda: samples.picture(size=(400, 400))[:-300], UploadReason.DAMAGED),
    ("rubbish.png", b"\x89PNG\r\n\x1a\n" + b"x" * 90, UploadReason.DAMAGED),
    # archives
    ("rubbish.docx", b"PK\x03\x04" + b"x" * 90, UploadReason.DAMAGED),
    ("cut.docx", lambda: samples.word()[:-60], UploadReason.DAMAGED),
    ("plain-zip.docx", lambda: samples.archive({"a.txt": "x"}), UploadReason.DAMAGED),
    ("excel.docx", samples.excel, UploadReason.DAMAGED),
    ("word.xlsx", samples.word, UploadReason.DAMAGED),
    ("word.odt", samples.word, UploadReason.DAMAGED),
    (
        "spreadsheet.odt",
        lambda: samples.open_document(mimetype="application/vnd.oasis.opendocument.spreadsheet"),
        UploadReason.DAMAGED,
    ),
    ("prefixed.docx", lambda: b"MZ" + samples.word(), UploadReason.OTHER_THAN_ITS_NAME),
    ("crowd.docx", lambda: samples.many_parts(2001), UploadReason.UNPACKS_TOO_FAR),
    ("bomb.docx", lambda: samples.word_with("word/big.xml", b"\x00" * 3_000_000), UploadReason.UNPACKS_TOO_FAR),
    (
        "liar.docx",
        lambda: samples.understated(samples.word_with("word/z.xml", os.urandom(2_000))),
        UploadReason.DAMAGED,
    ),
    ("climb.docx", lambda: samples.word_with("../../etc/passwd"), UploadReason.DAMAGED),
    ("climb2.docx", lambda: samples.word_with("word/..\\..\\x"), UploadReason.DAMAGED),
    ("absolute.docx", lambda: samples.word_with("/etc/passwd"), UploadReason.DAMAGED),
    ("drive.docx", lambda: samples.word_with("C:/x"), UploadReason.DAMAGED),
    ("link.docx", samples.linked_part, UploadReason.DAMAGED),
    ("twin.docx", lambda: samples.word_with("WORD/document.xml"), UploadReason.DAMAGED),
    ("flagged.docx", lambda: samples.flagged_as_locked(samples.word()), UploadReason.LOCKED),
    ("odd-method.docx", lambda: samples.archive({"a": "x"}, compression=14), UploadReason.DAMAGED),
    ("nested.docx", lambda: samples.word_with("word/media/a.bin", samples.word()), UploadReason.EMBEDDED),
    ("nested-name.docx", lambda: samples.word_with("word/media/a.7z"), UploadReason.EMBEDDED),
    ("macro.docx", lambda: samples.word_with("word/vbaProject.bin"), UploadReason.MACROS),
    ("macro2.docx", lambda: samples.word_with("word/VBAPROJECT.BIN"), UploadReason.MACROS),
    (
        "macro3.docx",
        lambda: samples.word_with(
            "[Content_Types].xml", samples.content_types("application/vnd.ms-word.document.macroEnabled.main+xml")
        ),
        UploadReason.MACROS,
    ),
    ("sheet-macro.xlsx", lambda: samples.excel_with("xl/macrosheets/sheet1.xml"), UploadReason.MACROS),
    ("object.docx", lambda: samples.word_with("word/embeddings/oleObject1.bin"), UploadReason.EMBEDDED),
    ("object2.docx", lambda: samples.word_with("word/media/image9.png", samples.OLE), UploadReason.EMBEDDED),
    ("control.docx", lambda: samples.word_with("word/activeX/activeX1.xml"), UploadReason.EMBEDDED),
    (
        "template.docx",
        lambda: samples.word_linked_to("attachedTemplate", "https://evil.example/a.dotm"),
        UploadReason.OUTSIDE,
    ),
    (
        "template2.docx",
        lambda: samples.word_linked_to("attachedTemplate", "\\\\evil\\a.dotm", ""),
        UploadReason.OUTSIDE,
    ),
    ("picture.docx", lambda: samples.word_linked_to("image", "https://evil.example/a.png"), UploadReason.OUTSIDE),
    ("picture2.docx", lambda: samples.word_linked_to("image", "x", ' TargetMode="external"'), UploadReason.OUTSIDE),
    ("data.xlsx", lambda: samples.excel_with("xl/connections.xml"), UploadReason.OUTSIDE),
    ("data2.xlsx", lambda: samples.excel_with("xl/externalLinks/externalLink1.xml"), UploadReason.OUTSIDE),
    (
        "dtd.docx",
        lambda: samples.word_with("word/document.xml", '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'),
        UploadReason.DAMAGED,
    ),
    (
        "dtd2.docx",
        lambda: samples.word_with("word/header1.xml", "<?xml version='1.0'?><!DOCTYPE a><a/>".encode("utf-16-le")),
        UploadReason.DAMAGED,
    ),
    ("unclosed.docx", lambda: samples.word_with("word/document.xml", "<a><b></a>"), UploadReason.DAMAGED),
    ("script.odt", lambda: samples.open_document("<script:event-listener/>"), UploadReason.MACROS),
    ("basic.odt", lambda: samples.open_document(**{"Basic/Standard/a.xml": "<a/>"}), UploadReason.MACROS),
    (
        "link.odt",
        lambda: samples.open_document('<text:a xlink:href="vnd.sun.star.script:x">x</text:a>'),
        UploadReason.MACROS,
    ),
    ("ole.odt", lambda: samples.open_document("<draw:object-ole/>"), UploadReason.EMBEDDED),
    (
        "image.odt",
        lambda: samples.open_document('<draw:image xlink:href="https://evil.example/a.png"/>'),
        UploadReason.OUTSIDE,
    ),
    ("share.odt", lambda: samples.open_document('<draw:image xlink:href="//evil/a.png"/>'), UploadReason.OUTSIDE),
    ("locked.odt", lambda: samples.open_document(manifest="<m:encryption-data/>"), UploadReason.LOCKED),
]


@pytest.mark.parametrize("name", GOOD)
def test_good_file_is_taken(name):
    kind = {"jpg": "jpeg"}.get(name[-4:].lower().strip("."), name.rpartition(".")[2].lower())

    inspected = inspect(upload(name, GOOD[name]()))

    assert inspected.kind == kind
    assert inspected.name == name
    assert inspected.size == len(inspected.content) > 0
    assert inspected.sha256 == hashlib.sha256(inspected.content).hexdigest()
    assert not inspected.active_content
    assert inspected.removed == ()


@pytest.mark.parametrize(("name", "content", "reason"), BAD, ids=[name.replace("\x00", "0") for name, _, _ in BAD])
def test_bad_file_is_refused_in_words(name, content, reason):
    with refused(reason) as caught:
        inspect(upload(name, content() if callable(content) else content))

    assert isinstance(caught.value, FileRefused)  # a form shows it at its field for files
    assert str(caught.value).endswith(".")


def test_file_over_the_limit_is_refused_whatever_it_says_of_its_size():
    large = upload("notes.txt", b"a" * (MAX_BYTES + 1))
    large.size = 3

    with refused(UploadReason.TOO_LARGE, most=20):
        inspect(large)
    assert inspect(upload("notes.txt", b"a" * MAX_BYTES)).size == MAX_BYTES


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (samples.opens_script, "OpenAction"),
        (samples.additional_actions, "AA"),
        (samples.named_scripts, "JavaScript"),
        (samples.launches, "Launch"),
        (samples.launches_after_a_page_turn, "Launch"),
        (samples.submits, "SubmitForm"),
        (samples.attaches, "EmbeddedFiles"),
        (samples.rich_media, "RichMedia"),
    ],
)
def test_pdf_loses_what_acts_unless_the_original_is_kept(change, found):
    content = samples.pdf(change)

    cleaned = inspect(upload("plan.pdf", content))
    original = inspect(upload("plan.pdf", content), keep_original=True)

    assert found in cleaned.removed
    assert not cleaned.active_content
    assert inspect(upload("plan.pdf", cleaned.content), keep_original=True).active_content is False
    with pikepdf.open(io.BytesIO(cleaned.content)) as document:
        assert len(document.pages) == 1
        assert document.pages[0].Contents.read_bytes() == b"BT (Plan) Tj ET"
        assert not document.attachments
        whole = b"".join(part.unparse() for part in document.objects)
    for word in (b"/JavaScript", b"/Launch", b"/SubmitForm", b"/OpenAction", b"/AA", b"/RichMedia", b"/XFA", b"/EF"):
        assert word not in whole
    assert original.active_content
    assert original.content == content


def test_pdf_keeps_its_links_and_the_answers_typed_into_its_form():
    link = inspect(upload("plan.pdf", samples.pdf(samples.links_to_a_page)))
    form = inspect(upload("form.pdf", samples.pdf(samples.submits)))

    with pikepdf.open(io.BytesIO(link.content)) as document:
        assert str(document.pages[0].Annots[0].A.URI) == "https://school.example/"
    with pikepdf.open(io.BytesIO(form.content)) as document:
        assert str(document.Root.AcroForm.Fields[0].V) == "kept"


def test_pdf_loses_what_hides_behind_its_end():
    hidden = samples.pdf() + b"\n<script>canary</script>PK\x03\x04canary"

    assert b"canary" not in inspect(upload("plan.pdf", hidden)).content


def test_original_pdf_that_does_nothing_is_kept_and_not_marked():
    content = samples.pdf()

    kept = inspect(upload("plan.pdf", content), keep_original=True)

    assert kept.content == content
    assert not kept.active_content


def test_photo_loses_its_place_and_camera_but_stands_upright():
    before = samples.photo_with_a_place()
    assert b"CanaryCamera" in before

    after = inspect(upload("photo.jpg", before)).content

    assert b"Canary" not in after
    assert b"Exif" not in after
    picture = Image.open(io.BytesIO(after))
    assert not picture.getexif()
    assert picture.size == (40, 60)


def test_png_loses_its_remarks_and_what_hides_behind_its_end():
    remarks = PngInfo()
    remarks.add_text("Comment", "CanaryRemark")
    before = samples.picture("PNG", pnginfo=remarks)
    assert b"CanaryRemark" in before

    after = inspect(upload("scan.png", before + b"<script>Canary</script>")).content

    assert b"Canary" not in after


def test_file_that_takes_the_reader_too_long_is_refused(monkeypatch):
    monkeypatch.setattr(check, "CHILD_LIMITS", check.Limits(memory_mb=1024, cpu_seconds=5, wall_seconds=0))

    with refused(UploadReason.TOO_LARGE_TO_OPEN, most=40):
        inspect(upload("plan.pdf", samples.pdf()))


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("plan.pdf", "plan.pdf"),
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\Users\\amy\\plan.pdf", "plan.pdf"),
        ("annex\u202efdp.exe", "annexfdp.exe"),
        ("pl\u200ban\u2066.pdf", "plan.pdf"),
        ("plan\x00.pdf", "plan.pdf"),
        ("plan\r\nSet-Cookie: a.pdf", "planSet-Cookie a.pdf"),
        ("  .hidden.pdf. ", "hidden.pdf"),
        ("a  b\tc.pdf", "a bc.pdf"),
        ("", "file"),
        ("..", "file"),
        (".pdf", "pdf"),
        ("ä" * 300 + ".pdf", "ä" * 116 + ".pdf"),
        ("Siân’s plan.pdf", "Siân’s plan.pdf"),
        ("e\u0301.pdf", "é.pdf"),
        ("x" * 300, "x" * 120),
    ],
)
def test_clean_name(name, clean):
    assert clean_name(name) == clean


@pytest.fixture
def folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path / "data"
    settings.CLAMD_SOCKET = ""
    return settings.DATA_DIR / "files"


def content_of(stored):
    with open_stored(stored) as file:
        return file.read()


def files_in(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.django_db
def test_store_keeps_the_bytes_and_the_facts(folder):
    content = b"Likes the quiet room."
    later = timezone.now() + timedelta(days=1)

    stored = store(upload=upload("C:\\views\u202e.txt", content), expires_at=later, **ABOUT)

    row = StoredFile.objects.get()
    assert (row.name, row.kind, row.size, row.purpose) == ("views.txt", Kind.TXT, len(content), "evidence")
    assert (row.school_id, row.pupil_id, row.uploaded_by_id, row.expires_at) == (1, 31, 7, later)
    assert row.sha256 == hashlib.sha256(content).hexdigest()
    assert row.scan_state == ScanState.UNSCANNED
    assert has_its_bytes(stored)
    assert content_of(stored) == content


@pytest.mark.django_db
def test_stored_bytes_have_a_random_name_and_are_for_our_eyes_only(folder):
    first = store(upload=upload("views.txt", b"one"), **ABOUT)
    second = store(upload=upload("views.txt", b"one"), **ABOUT)

    assert first.storage_path != second.storage_path
    assert "views" not in first.storage_path
    for path in files_in(folder):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


@pytest.mark.django_db
def test_refused_file_leaves_nothing_behind(folder):
    with refused(UploadReason.KIND_NOT_ACCEPTED):
        store(upload=upload("run.exe", b"MZ"), **ABOUT)

    assert not StoredFile.objects.exists()
    assert files_in(folder) == []


@pytest.mark.django_db
def test_failed_row_leaves_no_bytes_behind(folder, monkeypatch):
    monkeypatch.setattr(services.secrets, "token_hex", lambda size: "same")
    store(upload=upload("views.txt", b"one"), **ABOUT)
    monkeypatch.setattr(services, "storage", lambda: SimpleNamespace(save=save_over, delete=storage().delete))

    def save_over(path, content):
        storage().save("sa/other", content)
        return path

    with pytest.raises(IntegrityError), transaction.atomic():
        store(upload=upload("views.txt", b"two"), **ABOUT)

    assert [path.name for path in files_in(folder)] == ["other"]


@pytest.mark.django_db
def test_full_disk_leaves_no_half_written_file(folder, monkeypatch):
    def write_half(self, path, content):
        half = folder / path
        half.parent.mkdir(parents=True)
        half.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(services.FileSystemStorage, "_save", write_half)

    with pytest.raises(OSError, match="No space left"):
        store(upload=upload("views.txt", b"one"), **ABOUT)

    assert files_in(folder) == []


@pytest.mark.django_db
def test_store_from_a_link_has_no_user(folder):
    assert store(upload=upload("views.txt", b"one"), **(ABOUT | {"by": None})).uploaded_by_id is None


@pytest.mark.django_db
def test_store_marks_an_original_with_active_content(folder):
    acts = samples.pdf(samples.opens_script)

    assert store(upload=upload("plan.pdf", acts), keep_original=True, **ABOUT).active_content
    assert not store(upload=upload("plan.pdf", acts), **ABOUT).active_content


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "kind"), [("letter.pdf", Kind.PDF), ("export.zip", Kind.ZIP), ("list.csv", Kind.CSV)])
def test_store_bytes_keeps_what_we_made_as_it_is(folder, name, kind):
    stored = store_bytes(name=name, content=b"made here", **ABOUT)

    assert stored.kind == kind
    assert content_of(stored) == b"made here"


@pytest.mark.django_db
def test_delete_takes_the_bytes_once_it_is_certain(folder, django_capture_on_commit_callbacks):
    stored = store(upload=upload("views.txt", b"one"), **ABOUT)

    with django_capture_on_commit_callbacks() as callbacks:
        delete(stored=stored, by=NADIA)
    assert len(files_in(folder)) == 1
    callbacks[0]()

    assert files_in(folder) == []
    assert not StoredFile.objects.exists()


@pytest.mark.django_db
def test_expired_file_does_not_open_and_is_deleted(folder, django_capture_on_commit_callbacks):
    now = timezone.now()
    stored = store_bytes(name="list.csv", content=b"a", expires_at=now + timedelta(hours=24), **ABOUT)
    keep = store_bytes(name="letter.pdf", content=b"a", **ABOUT)

    open_stored(stored, now=now + timedelta(hours=23)).close()
    with refused(StoredFileReason.EXPIRED):
        open_stored(stored, now=now + timedelta(hours=24))
    with django_capture_on_commit_callbacks(execute=True):
        assert delete_expired(now=now) == 0
        assert delete_expired(now=now + timedelta(hours=24)) == 1

    assert StoredFile.objects.get() == keep
    assert len(files_in(folder)) == 1


@pytest.mark.django_db
def test_bytes_without_a_row_go_after_a_day(folder):
    kept = store(upload=upload("views.txt", b"one"), **ABOUT)
    lost = store(upload=upload("views.txt", b"two"), **ABOUT)
    StoredFile.objects.filter(pk=lost.pk).delete()

    assert remove_orphans() == 0
    assert remove_orphans(now=timezone.now() + timedelta(days=2)) == 1

    assert [path.name for path in files_in(folder)] == [kept.storage_path[3:]]


@pytest.mark.django_db
def test_remove_orphans_before_anything_was_stored(folder):
    assert remove_orphans() == 0


@pytest.mark.django_db
def test_lost_or_changed_bytes_are_noticed(folder):
    changed = store(upload=upload("views.txt", b"one"), **ABOUT)
    (folder / changed.storage_path).write_bytes(b"two")
    lost = store(upload=upload("views.txt", b"one"), **ABOUT)
    (folder / lost.storage_path).unlink()

    assert not has_its_bytes(changed)
    assert not has_its_bytes(lost)
    with refused(StoredFileReason.BYTES_LOST):
        open_stored(lost)


@pytest.mark.django_db
def test_download_is_closed_up(folder):
    stored = store(upload=upload("views.txt", b"<b>one</b>"), **ABOUT)

    response = download_response(stored)

    assert b"".join(response.streaming_content) == b"<b>one</b>"
    assert response["Content-Disposition"] == 'attachment; filename="views.txt"'
    assert response["Content-Type"] == "text/plain"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox; frame-ancestors 'none'"
    assert response["Cache-Control"] == "private, no-store"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Length"] == "10"
    response.close()


@pytest.mark.django_db
def test_download_under_a_neutral_name(folder):
    stored = store(upload=upload("Amy Canary.txt", b"one"), **ABOUT)

    response = download_response(stored, filename="review-2027-01-12.txt\r\nX: y")

    assert "Amy" not in response["Content-Disposition"]
    assert "review-2027-01-12.txtX y" in response["Content-Disposition"]
    response.close()


def test_every_kind_has_a_content_type_that_no_browser_runs():
    assert set(CONTENT_TYPES) == set(Kind)
    assert not {kind for kind in CONTENT_TYPES.values() if "html" in kind or "svg" in kind or "script" in kind}


@pytest.fixture
def clamd(folder, settings):
    """A scanner that calls a file infected when it holds the word virus, and answers what it is told to."""
    path = folder.parent.parent / "clamd.sock"
    settings.CLAMD_SOCKET = str(path)
    server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    server.bind(str(path))
    server.listen()
    state = SimpleNamespace(reply=None, seen=[])

    def read(connection, size):
        content = b""
        while len(content) < size:
            part = connection.recv(size - len(content))
            if not part:
                raise ConnectionError
            content += part
        return content

    def serve():
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            with connection:
                assert read(connection, 10) == b"zINSTREAM\0"
                content = b""
                while size := struct.unpack("!L", read(connection, 4))[0]:
                    content += read(connection, size)
                state.seen.append(content)
                verdict = b"stream: Test FOUND\0" if b"virus" in content else b"stream: OK\0"
                connection.sendall(verdict if state.reply is None else state.reply)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield state
    server.shutdown(socket.SHUT_RDWR)
    server.close()
    thread.join()


@pytest.mark.django_db
def test_scanned_file_is_clean_and_opens(clamd):
    stored = store(upload=upload("views.txt", b"one"), **ABOUT)

    assert stored.scan_state == ScanState.CLEAN
    assert clamd.seen == [b"one"]
    assert content_of(stored) == b"one"


@pytest.mark.django_db
def test_infected_upload_is_not_kept(clamd, folder):
    with refused(UploadReason.INFECTED):
        store(upload=upload("views.txt", b"a virus"), **ABOUT)

    assert not StoredFile.objects.exists()
    assert files_in(folder) == []


@pytest.mark.django_db
@pytest.mark.parametrize("reply", [b"INSTREAM size limit exceeded. ERROR\0", b"", b"stream: OK but\0", b"\xff\0"])
def test_no_download_before_the_scanner_says_clean(clamd, reply):
    clamd.reply = reply
    stored = store(upload=upload("views.txt", b"one"), **ABOUT)

    assert stored.scan_state == ScanState.UNSCANNED
    with refused(StoredFileReason.NOT_SCANNED):
        download_response(stored)
    assert scan_waiting() == 0

    clamd.reply = None
    assert scan_waiting() == 1
    stored.refresh_from_db()
    assert content_of(stored) == b"one"


@pytest.mark.django_db
def test_file_found_infected_later_never_opens(folder, settings, clamd):
    where, settings.CLAMD_SOCKET = settings.CLAMD_SOCKET, ""
    stored = store(upload=upload("views.txt", b"a virus"), **ABOUT)
    open_stored(stored).close()
    settings.CLAMD_SOCKET = where

    assert scan_waiting() == 1

    stored.refresh_from_db()
    assert stored.scan_state == ScanState.INFECTED
    settings.CLAMD_SOCKET = ""
    with refused(StoredFileReason.INFECTED):
        open_stored(stored)


@pytest.mark.django_db
@pytest.mark.parametrize("where", ["/nowhere/clamd.sock", "127.0.0.1:1"])
def test_scanner_that_is_away_keeps_files_closed(folder, settings, where):
    settings.CLAMD_SOCKET = where
    stored = store(upload=upload("views.txt", b"one"), **ABOUT)

    assert stored.scan_state == ScanState.UNSCANNED
    with refused(StoredFileReason.NOT_SCANNED):
        open_stored(stored)
    with pytest.raises(ScannerUnavailable):
        is_infected([b"one"])


@pytest.mark.django_db
def test_without_a_scanner_nothing_waits(folder):
    store(upload=upload("views.txt", b"one"), **ABOUT)

    assert scan_waiting() == 0
