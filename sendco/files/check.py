"""Decide whether an uploaded file may be kept: its name, its first bytes and its contents must agree."""

import hashlib
import json
import re
from dataclasses import dataclass

from django.core.files.uploadedfile import UploadedFile

from sendco.pdf.sandbox import ChildFailed, Limits, run_child

from .archives import check_office
from .bounds import MAX_BYTES, MAX_PIXELS
from .kinds import Kind, kind_of
from .names import clean_name
from .refusals import FileRefused, UploadReason

CHILD_LIMITS = Limits(memory_mb=1024, cpu_seconds=15, wall_seconds=20)

OFFICE = {Kind.DOCX, Kind.XLSX, Kind.ODT}
TEXT = {Kind.TXT, Kind.CSV}

_STARTS = (
    (b"%PDF-", "pdf"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"PK\x03\x04", "zip"),
    (b"\xd0\xcf\x11\xe0", "ole"),
    (b"Rar!", "archive"),
    (b"7z\xbc\xaf", "archive"),
    (b"\x1f\x8b", "archive"),
    (b"PK", "archive"),
    (b"MZ", "program"),
    (b"\x7fELF", "program"),
    (b"GIF8", "other"),
)
_HEIC = re.compile(rb"^....ftyp(heic|heix|heif|mif1|msf1|hevc)", re.DOTALL)
_MARKUP = re.compile(rb"^[\s\xef\xbb\xbf]*<(!doctype|html|head|body|script|svg|iframe|\?xml|!--)", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x19\x1b-\x1f]")

_REFUSED_FAMILIES = {
    "heic": UploadReason.HEIC,
    "markup": UploadReason.WEB_PAGE,
    "archive": UploadReason.ARCHIVE,
}


@dataclass(frozen=True)
class Inspected:
    """A file that may be kept; `content` is what to store, which is not always what came in."""

    name: str
    kind: Kind
    content: bytes
    active_content: bool = False
    removed: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        return len(self.content)

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


def inspect(upload: UploadedFile, *, keep_original: bool = False) -> Inspected:
    """Check an upload; raise FileRefused with words for the person who sent it.

    `keep_original` keeps a PDF byte for byte, as a legal document needs, and marks it if something in it acts.
    """
    name = clean_name(upload.name or "")
    kind = kind_of(name)
    content = _read(upload)
    if _family(content) != _expected_family(kind):
        raise _mismatch(content, kind)
    if kind in OFFICE:
        check_office(content, kind)
    elif kind in TEXT:
        _check_text(content)
    else:
        return _inspect_in_child(name, kind, content, keep_original)
    return Inspected(name, kind, content)


def _read(upload: UploadedFile) -> bytes:
    upload.seek(0)
    content = upload.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise FileRefused(UploadReason.TOO_LARGE, most=MAX_BYTES // 1024 // 1024)
    if not content:
        raise FileRefused(UploadReason.EMPTY)
    return content


def _family(content: bytes) -> str:
    if _HEIC.match(content):
        return "heic"
    if _MARKUP.match(content[:1024]):
        return "markup"
    return next((family for start, family in _STARTS if content.startswith(start)), "text")


def _expected_family(kind: Kind) -> str:
    if kind in OFFICE:
        return "zip"
    return "text" if kind in TEXT else kind.value


def _mismatch(content: bytes, kind: Kind) -> FileRefused:
    family = _family(content)
    if family == "ole":
        # Office puts a document behind a password into a container of the older kind.
        is_locked = "EncryptedPackage".encode("utf-16-le") in content
        return FileRefused(UploadReason.LOCKED if is_locked else UploadReason.OLD_FORMAT)
    if family in _REFUSED_FAMILIES:
        return FileRefused(_REFUSED_FAMILIES[family])
    return FileRefused(UploadReason.OTHER_THAN_ITS_NAME, kind=kind.label)


def _check_text(content: bytes) -> None:
    text = _decoded(content)
    if _CONTROL.search(text):
        raise FileRefused(UploadReason.NOT_TEXT)


def _decoded(content: bytes) -> str:
    encodings = ["utf-16"] if content.startswith((b"\xff\xfe", b"\xfe\xff")) else ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise FileRefused(UploadReason.LETTERS_UNREADABLE)


def _inspect_in_child(name: str, kind: Kind, content: bytes, keep_original: bool) -> Inspected:
    if kind == Kind.PDF:
        module, word = "sendco.files.child_pdf", "keep" if keep_original else "strip"
    else:
        module, word = "sendco.files.child_picture", kind.value
    try:
        answer = run_child(module, content, limits=CHILD_LIMITS, arguments=[word])
    except ChildFailed:
        raise _too_large_to_open() from None
    head, _, kept = answer.partition(b"\n")
    head = json.loads(head)
    if "refused" in head:
        raise _too_large_to_open() if head["refused"] == "large" else FileRefused(_reason_of(head["refused"]))
    active_names = tuple(head["found"])
    if keep_original:
        return Inspected(name, kind, kept, active_content=bool(active_names))
    return Inspected(name, kind, kept, removed=active_names)


def _reason_of(code: str) -> UploadReason:
    return next(reason for reason in UploadReason if reason.value == code)


def _too_large_to_open() -> FileRefused:
    return FileRefused(UploadReason.TOO_LARGE_TO_OPEN, most=MAX_PIXELS // 1_000_000)
