"""Word, Excel and OpenDocument files are ZIP archives of XML: what may be inside one."""

import io
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable
from xml.etree.ElementTree import ParseError  # nosec B405

from defusedxml.ElementTree import XMLParser

from .bounds import MAX_ENTRIES, MAX_RATIO, MAX_UNPACKED
from .kinds import Kind
from .refusals import FileRefused, UploadReason
from .unpacking import CHUNK, UnpacksTooFar, pieces_of

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_NESTED = (b"PK\x03\x04", b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b\x08")
_NESTED_NAMES = (".zip", ".rar", ".7z", ".gz", ".tar", ".jar", ".docx", ".xlsx", ".pptx", ".odt", ".exe", ".js", ".vbs")
_DOCTYPE = tuple("<!DOCTYPE".encode(encoding) for encoding in ("ascii", "utf-16-le", "utf-16-be"))

_MACRO_NAMES = re.compile(r"vbaproject|vbadata|macrosheets/|dialogsheets/|(^|/)(basic|scripts)/", re.IGNORECASE)
_EMBEDDED_NAMES = re.compile(r"activex|embeddings/|oleobject|attachedtoolbars", re.IGNORECASE)
_OUTSIDE_NAMES = re.compile(r"externallinks/|(^|/)connections\.xml$|querytables/", re.IGNORECASE)

_REFUSED_NAMES = (
    (_MACRO_NAMES, UploadReason.MACROS),
    (_EMBEDDED_NAMES, UploadReason.EMBEDDED),
    (_OUTSIDE_NAMES, UploadReason.OUTSIDE),
)

_MAIN_TYPES = {
    Kind.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
    Kind.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
}
_ODT_TYPE = b"application/vnd.oasis.opendocument.text"
_HREF = "{http://www.w3.org/1999/xlink}href"
_ODT_LINKS = {"a"}
_ODT_MACROS = {"event-listener", "script"}
_ODT_EMBEDDED = {"object-ole", "plugin", "applet", "floating-frame"}
_ODT_OUTSIDE = {"dde-source", "dde-connection-decl", "auto-reload"}
_ADDRESS = re.compile(r"^\s*([a-z][a-z0-9+.-]*:|//|\\\\)", re.IGNORECASE)


Check = Callable[[str, dict[str, str]], None]

# A forbidden DTD is a ValueError too.
_UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    KeyError,
    ParseError,
    ValueError,
)


def check_office(content: bytes, kind: Kind) -> None:
    """Raise FileRefused unless the archive is a plain document of this kind."""
    if content.count(b"PK\x01\x02") > MAX_ENTRIES:  # before zipfile builds an object for each
        raise FileRefused(UploadReason.UNPACKS_TOO_FAR)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _check_names(archive.infolist())
            _check_contents(archive)
            if kind == Kind.ODT:
                _check_opendocument(archive)
            else:
                _check_openxml(archive, kind)
    except _UNREADABLE as error:
        raise FileRefused(UploadReason.DAMAGED) from error


def _check_names(entries: list[zipfile.ZipInfo]) -> None:
    names = [entry.filename for entry in entries]
    if len(names) != len({name.lower() for name in names}):
        raise FileRefused(UploadReason.DAMAGED)  # two readers could see two different documents
    for entry in entries:
        if _is_unsafe_path(entry):
            raise FileRefused(UploadReason.DAMAGED)
        if entry.flag_bits & 0x1:
            raise FileRefused(UploadReason.LOCKED)
        if entry.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            raise FileRefused(UploadReason.DAMAGED)
    joined = "\n".join(names)
    for pattern, reason in _REFUSED_NAMES:
        if any(pattern.search(name) for name in joined.split("\n")):
            raise FileRefused(reason)
    if any(name.lower().endswith(_NESTED_NAMES) for name in names):
        raise FileRefused(UploadReason.EMBEDDED)


def _is_unsafe_path(entry: zipfile.ZipInfo) -> bool:
    # zipfile cuts a name at NUL and turns backslashes, so the name as written is what counts.
    name = entry.orig_filename
    is_link = stat.S_ISLNK(entry.external_attr >> 16)
    return is_link or name.startswith("/") or ".." in name.split("/") or any(mark in name for mark in "\\:\x00\n")


def _check_contents(archive: zipfile.ZipFile) -> None:
    total = 0
    for entry in archive.infolist():
        size, start, has_doctype = _unpack(archive, entry, room=MAX_UNPACKED - total)
        total += size
        if start.startswith((OLE, *_NESTED)):
            raise FileRefused(UploadReason.EMBEDDED)
        if has_doctype and entry.filename.lower().endswith((".xml", ".rels", ".rdf")):
            raise FileRefused(UploadReason.DAMAGED)


def _unpack(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, *, room: int) -> tuple[int, bytes, bool]:
    """(size, first bytes, whether it has a DOCTYPE)."""
    size, start, tail, has_doctype = 0, b"", b"", False
    try:
        for piece in pieces_of(archive, entry, room=room, most_ratio=MAX_RATIO):
            size += len(piece)
            start = start or piece[:16]
            has_doctype = has_doctype or any(mark in tail + piece for mark in _DOCTYPE)
            tail = piece[-32:]
    except UnpacksTooFar as error:
        raise FileRefused(UploadReason.UNPACKS_TOO_FAR) from error
    return size, start, has_doctype


class _Elements:
    """Hands each element to a function and forgets it, so that a long part needs little memory."""

    def __init__(self, check: Check) -> None:
        self.start = check

    def close(self) -> None:
        pass


def _read_elements(archive: zipfile.ZipFile, name: str, check: Check) -> None:
    """Call `check(tag, attributes)` for every element of a part; a part that is not XML raises."""
    parser = XMLParser(target=_Elements(check), forbid_dtd=True)
    with archive.open(name) as part:
        while chunk := part.read(CHUNK):
            parser.feed(chunk)
    parser.close()


def _check_openxml(archive: zipfile.ZipFile, kind: Kind) -> None:
    types = set()
    _read_elements(archive, "[Content_Types].xml", lambda tag, attributes: types.add(attributes.get("ContentType", "")))
    joined = " ".join(types).lower()
    if "macroenabled" in joined or "vbaproject" in joined:
        raise FileRefused(UploadReason.MACROS)
    if "activex" in joined or "oleobject" in joined:
        raise FileRefused(UploadReason.EMBEDDED)
    if _MAIN_TYPES[kind] not in types:
        raise FileRefused(UploadReason.DAMAGED)
    for name in archive.namelist():
        if name.lower().endswith(".rels"):
            _read_elements(archive, name, _check_relationship)
    main_part = "word/document.xml" if kind == Kind.DOCX else "xl/workbook.xml"
    _read_elements(archive, main_part, lambda tag, attributes: None)


def _check_relationship(tag: str, attributes: dict[str, str]) -> None:
    is_outside = attributes.get("TargetMode", "").lower() == "external" or _ADDRESS.match(attributes.get("Target", ""))
    if is_outside and not attributes.get("Type", "").lower().endswith("/hyperlink"):
        raise FileRefused(UploadReason.OUTSIDE)


def _check_opendocument(archive: zipfile.ZipFile) -> None:
    if archive.read("mimetype").strip() != _ODT_TYPE:
        raise FileRefused(UploadReason.DAMAGED)
    _read_elements(archive, "META-INF/manifest.xml", _check_manifest_element)
    _read_elements(archive, "content.xml", _check_odt_element)
    for name in archive.namelist():
        if name != "content.xml" and name.rpartition("/")[2] in {"content.xml", "styles.xml", "meta.xml"}:
            _read_elements(archive, name, _check_odt_element)


def _check_manifest_element(tag: str, attributes: dict[str, str]) -> None:
    if _local(tag) == "encryption-data":
        raise FileRefused(UploadReason.LOCKED)


def _check_odt_element(tag: str, attributes: dict[str, str]) -> None:
    name, href = _local(tag), attributes.get(_HREF, "")
    if name in _ODT_MACROS or href.lower().startswith(("vnd.sun.star.script", "macro:", "javascript:")):
        raise FileRefused(UploadReason.MACROS)
    if name in _ODT_EMBEDDED:
        raise FileRefused(UploadReason.EMBEDDED)
    if name in _ODT_OUTSIDE or (name not in _ODT_LINKS and _ADDRESS.match(href)):
        raise FileRefused(UploadReason.OUTSIDE)


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]
