"""The kinds of file that are kept here, and why others are not."""

from django.db import models

from .refusals import FileRefused, UploadReason


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

WHY_NOT = {
    **dict.fromkeys(["heic", "heif"], UploadReason.HEIC),
    **dict.fromkeys(["zip", "rar", "7z", "gz", "tgz", "tar", "bz2", "xz", "cab", "iso"], UploadReason.ARCHIVE),
    **dict.fromkeys(["docm", "dotm", "xlsm", "xltm", "xlsb", "xlam", "pptm"], UploadReason.MACRO_FORMAT),
    **dict.fromkeys(["doc", "dot", "xls", "xlt", "ppt", "rtf"], UploadReason.OLD_FORMAT),
    **dict.fromkeys(["svg", "svgz", "html", "htm", "xhtml", "mht", "mhtml", "xml"], UploadReason.WEB_PAGE),
}


def kind_of(name: str) -> Kind:
    """The kind that an uploaded file's name claims."""
    extension = extension_of(name)
    if extension in KIND_OF_EXTENSION:
        return KIND_OF_EXTENSION[extension]
    raise FileRefused(WHY_NOT.get(extension, UploadReason.KIND_NOT_ACCEPTED))


def extension_of(name: str) -> str:
    return name.rpartition(".")[2].lower() if "." in name else ""
