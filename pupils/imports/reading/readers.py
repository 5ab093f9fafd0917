"""Open an import file of any kind the school may send."""

from pathlib import Path

from .csv_files import read_csv
from .ctf import MAX_XML_BYTES, read_ctf
from .sheets import FileNotReadable
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
_XML_STARTS = (b"<?xml", b"<ctfile", b"<!doctype", b"<!--")
_BYTE_ORDER_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


def read_file(source, filename):
    """Read `source` (a path or bytes) and return a Sheet. What the file holds decides, not its name.

    Raises FileNotReadable with a message for the person who sent it.
    """
    size = len(source) if isinstance(source, (bytes, bytearray, memoryview)) else Path(source).stat().st_size
    if size > MAX_XML_BYTES:
        raise FileNotReadable(_too_big(size, MAX_XML_BYTES))
    data = bytes(source) if isinstance(source, (bytes, bytearray, memoryview)) else Path(source).read_bytes()
    if not data:
        raise FileNotReadable("The file is empty. Export the pupils again and check its size before sending it.")
    if _looks_like_xml(data, filename):
        return read_ctf(data)
    if size > MAX_BYTES:
        raise FileNotReadable(_too_big(size, MAX_BYTES))
    _refuse_other_kinds(data)
    if data.startswith(_ZIP):
        return read_workbook(data)
    return read_csv(data)


def _too_big(size, most):
    return (
        f"The file is {size / _MEGABYTE:.1f} MB; the most is {most // _MEGABYTE} MB. "
        "Take out columns you do not need, or split it into smaller files."
    )


def _looks_like_xml(data, filename):
    start = data[:400]
    for mark in _BYTE_ORDER_MARKS:
        start = start.removeprefix(mark)
    start = start.replace(b"\x00", b"").lstrip().lower()
    if start.startswith((b"<html", b"<!doctype html", b"<table")):
        raise FileNotReadable(
            "This is a web page, not a spreadsheet, although it may open in Excel. "
            "Open it, choose Save as, then “Excel workbook (.xlsx)” or “CSV”, and send that file."
        )
    if b"schemas-microsoft-com:office:spreadsheet" in data[:2000]:
        raise FileNotReadable(
            "This is an old kind of Excel file (XML spreadsheet). "
            "Open it in Excel, choose Save as, then “Excel workbook (.xlsx)”, and send that file."
        )
    return start.startswith(_XML_STARTS) or (filename.lower().endswith(".xml") and start.startswith(b"<"))


def _refuse_other_kinds(data):
    if data.startswith(_OLE):
        if _ENCRYPTED in data:
            raise FileNotReadable(
                "The workbook is protected by a password. Open it in Excel, choose File, Info, Protect Workbook, "
                "Encrypt with Password, clear the password, save it and send it again."
            )
        raise FileNotReadable(
            "This is an old kind of Excel file (.xls). "
            "Open it in Excel, choose Save as, then “Excel workbook (.xlsx)”, and send that file."
        )
    for start, kind in _OTHER_KINDS.items():
        if data.startswith(start):
            raise FileNotReadable(
                f"This file is {kind}, whatever its name says. "
                "Send a CSV file, an Excel workbook (.xlsx) or a CTF (.xml)."
            )
