"""The kinds of file that are kept here, and in words why others are not."""

from django.db import models


class FileRefused(Exception):
    """The upload is not kept; the message says what happened and what to do next."""


class Kind(models.TextChoices):
    PDF = "pdf", "PDF"
    DOCX = "docx", "Word document"
    XLSX = "xlsx", "Excel workbook"
    ODT = "odt", "OpenDocument text"
    JPEG = "jpeg", "JPEG picture"
    PNG = "png", "PNG picture"
    TXT = "txt", "Text"
    CSV = "csv", "CSV table"
    ZIP = "zip", "ZIP archive"  # only made here, never taken in


# The type that is sent with a download: never the one the uploader claimed.
CONTENT_TYPES: dict[str, str] = {
    Kind.PDF: "application/pdf",
    Kind.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    Kind.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Kind.ODT: "application/vnd.oasis.opendocument.text",
    Kind.JPEG: "image/jpeg",
    Kind.PNG: "image/png",
    Kind.TXT: "text/plain",
    Kind.CSV: "text/csv",
    Kind.ZIP: "application/zip",
}

KIND_OF_EXTENSION = {
    "pdf": Kind.PDF,
    "docx": Kind.DOCX,
    "xlsx": Kind.XLSX,
    "odt": Kind.ODT,
    "jpg": Kind.JPEG,
    "jpeg": Kind.JPEG,
    "png": Kind.PNG,
    "txt": Kind.TXT,
    "csv": Kind.CSV,
}
MADE_HERE = KIND_OF_EXTENSION | {"zip": Kind.ZIP}

ACCEPTED = "Upload a PDF, Word (.docx), Excel (.xlsx), OpenDocument (.odt), JPEG, PNG, text or CSV file."

DAMAGED = "This file is damaged or is not what its name says. Open it, save it again, then upload that."
LOCKED = "This file is locked with a password. Save a copy without the password, then upload that."
_HEIC = "Photos saved as HEIC cannot be opened here. Save the photo as JPEG, then upload that."
_ARCHIVE = "Archives such as ZIP are not accepted. Unpack it, then upload the files one by one."
_MACROS = "Files with macros are not accepted. Save it as an ordinary .docx or .xlsx file, then upload that."
OLD_FORMAT = "This is an older Office format. Open it, save it as .docx, .xlsx or PDF, then upload that."
_WEB = "Web pages and SVG drawings are not accepted, because they can run programs. Save it as PDF, then upload that."

WHY_NOT = {
    **dict.fromkeys(["heic", "heif"], _HEIC),
    **dict.fromkeys(["zip", "rar", "7z", "gz", "tgz", "tar", "bz2", "xz", "cab", "iso"], _ARCHIVE),
    **dict.fromkeys(["docm", "dotm", "xlsm", "xltm", "xlsb", "xlam", "pptm"], _MACROS),
    **dict.fromkeys(["doc", "dot", "xls", "xlt", "ppt", "rtf"], OLD_FORMAT),
    **dict.fromkeys(["svg", "svgz", "html", "htm", "xhtml", "mht", "mhtml", "xml"], _WEB),
}


def kind_of(name: str) -> Kind:
    """The kind that an uploaded file's name claims."""
    extension = extension_of(name)
    if extension in KIND_OF_EXTENSION:
        return KIND_OF_EXTENSION[extension]
    raise FileRefused(WHY_NOT.get(extension) or f"Files of this kind are not accepted. {ACCEPTED}")


def extension_of(name: str) -> str:
    return name.rpartition(".")[2].lower() if "." in name else ""
