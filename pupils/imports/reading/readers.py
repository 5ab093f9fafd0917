"""Open an import file of any kind the school may send."""

from pathlib import Path

from .csv_files import read_csv
from .ctf import MAX_XML_BYTES, read_ctf
from .refusals import FileNotReadable, FileReason
from .workbooks import read_workbook

MAX_BYTES = 10 * 1024 * 1024
_MEGABYTE = 1024 * 1024
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_OTHER_KINDS = {
    b"%PDF": "a PDF",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"{\\rtf": "a word-processor document",
    b"Rar!": "a compressed archive",
    b"7z\xbc\xaf": "a compressed archive",
    b"\x1f\x8b": "a compressed archive",
    b"MZ": "a program",
    b"\x7fELF": "a program",
    b"SQLite format 3": "a database",
}
_SPACE = b" \t\r\n\xef\xbb\xbf"
# Keys of what somebody chose about the file.
LETTERS, SHEET = "letters", "sheet"
_XML_STARTS = (b"<?xml", b"<ctfile", b"<!doctype", b"<!--")
_BYTE_ORDER_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


def read_file(source, filename, choices=None):
    """Read `source` (a path or bytes) and return a Sheet. What the file holds decides, not its name.

    `choices` may say how letters are read and which sheet of a workbook, under LETTERS and SHEET.

    Raises FileNotReadable with a message for the person who sent it.
    """
    size = len(source) if isinstance(source, (bytes, bytearray, memoryview)) else Path(source).stat().st_size
    if size > MAX_XML_BYTES:
        raise _too_big(size, MAX_XML_BYTES)
    data = bytes(source) if isinstance(source, (bytes, bytearray, memoryview)) else Path(source).read_bytes()
    if not data:
        raise FileNotReadable(FileReason.EMPTY)
    if _looks_like_xml(data, filename):
        return read_ctf(data)
    if size > MAX_BYTES:
        raise _too_big(size, MAX_BYTES)
    _refuse_other_kinds(data)
    choices = choices or {}
    if data.startswith(_ZIP):
        return read_workbook(data, choices.get(SHEET, ""))
    if data.lstrip(_SPACE).startswith((b"{", b"[")) and data.rstrip(_SPACE).endswith((b"}", b"]")):
        raise FileNotReadable(FileReason.OTHER_KIND, kind="a JSON file")
    return read_csv(data, choices.get(LETTERS, ""))


def _too_big(size, most):
    return FileNotReadable(FileReason.TOO_BIG, size=size / _MEGABYTE, most=most // _MEGABYTE)


def _looks_like_xml(data, filename):
    start = data[:400]
    for mark in _BYTE_ORDER_MARKS:
        start = start.removeprefix(mark)
    start = start.replace(b"\x00", b"").lstrip().lower()
    if start.startswith((b"<html", b"<!doctype html", b"<table")):
        raise FileNotReadable(FileReason.WEB_PAGE)
    if b"schemas-microsoft-com:office:spreadsheet" in data[:2000]:
        raise FileNotReadable(FileReason.XML_SPREADSHEET)
    return start.startswith(_XML_STARTS) or (filename.lower().endswith(".xml") and start.startswith(b"<"))


def _refuse_other_kinds(data):
    if data.startswith(_OLE):
        if _ENCRYPTED in data:
            raise FileNotReadable(FileReason.PASSWORD_IN_EXCEL)
        raise FileNotReadable(FileReason.OLD_EXCEL)
    for start, kind in _OTHER_KINDS.items():
        if data.startswith(start):
            raise FileNotReadable(FileReason.OTHER_KIND, kind=kind)
