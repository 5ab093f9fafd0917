"""Decide whether an uploaded file may be kept: its name, its first bytes and its contents must agree."""

import hashlib
import json
import re
from dataclasses import dataclass

from django.core.files.uploadedfile import UploadedFile

from sendco.pdf.sandbox import ChildFailed, Limits, run_child

from .archives import check_office
from .bounds import MAX_BYTES, MAX_PIXELS
from .kinds import ACCEPTED, DAMAGED, LOCKED, OLD_FORMAT, WHY_NOT, FileRefused, Kind, kind_of
from .names import clean_name

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

_REFUSALS = {
    "damaged": DAMAGED,
    "locked": LOCKED,
    "large": f"This file is too large to open safely. Pictures may have {MAX_PIXELS // 1_000_000} million dots. "
    "Make it smaller, then upload that.",
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
        raise FileRefused(_mismatch(content, kind))
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
        raise FileRefused(
            f"This file is larger than {MAX_BYTES // 1024 // 1024} MB. Make it smaller, or split it, then upload that."
        )
    if not content:
        raise FileRefused("This file is empty. Check that you chose the right one.")
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


def _mismatch(content: bytes, kind: Kind) -> str:
    family = _family(content)
    if family == "ole":
        # Office puts a document behind a password into a container of the older kind.
        return LOCKED if "EncryptedPackage".encode("utf-16-le") in content else OLD_FORMAT
    if family in {"heic", "markup", "archive"}:
        return WHY_NOT[{"heic": "heic", "markup": "html", "archive": "zip"}[family]]
    return f"The name says {kind.label}, but the file holds something else. {ACCEPTED}"


def _check_text(content: bytes) -> None:
    text = _decoded(content)
    if _CONTROL.search(text):
        raise FileRefused(f"The name says this is text, but the file holds something else. {ACCEPTED}")


def _decoded(content: bytes) -> str:
    encodings = ["utf-16"] if content.startswith((b"\xff\xfe", b"\xfe\xff")) else ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise FileRefused("The letters in this file cannot be read. Save it as UTF-8 text or CSV, then upload that.")


def _inspect_in_child(name: str, kind: Kind, content: bytes, keep_original: bool) -> Inspected:
    if kind == Kind.PDF:
        module, word = "sendco.files.child_pdf", "keep" if keep_original else "strip"
    else:
        module, word = "sendco.files.child_picture", kind.value
    try:
        answer = run_child(module, content, limits=CHILD_LIMITS, arguments=[word])
    except ChildFailed:
        raise FileRefused(_REFUSALS["large"]) from None
    head, _, kept = answer.partition(b"\n")
    head = json.loads(head)
    if "refused" in head:
        raise FileRefused(_REFUSALS[head["refused"]])
    found = tuple(head["found"])
    if keep_original:
        return Inspected(name, kind, kept, active_content=bool(found))
    return Inspected(name, kind, kept, removed=found)
