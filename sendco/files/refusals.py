"""Why an upload is not kept, and why a kept file cannot be opened now."""

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from sendco.refusals import Reason, Refused

ACCEPTED = _("Upload a PDF, Word (.docx), Excel (.xlsx), OpenDocument (.odt), JPEG, PNG, text or CSV file.")


class FileRefused(Refused):
    """The upload is not kept. A form says so at its field for files."""


class FileNotAvailable(Refused):
    """The file may not be opened now."""


def _with_accepted(reason: Promise) -> Promise:
    return format_lazy("{} {}", reason, ACCEPTED)


class UploadReason(Reason):
    # By its name
    KIND_NOT_ACCEPTED = "kind_not_accepted", _with_accepted(_("Files of this kind are not accepted."))
    HEIC = "heic", _("Photos saved as HEIC cannot be opened here. Save the photo as JPEG, then upload that.")
    ARCHIVE = "archive", _("Archives such as ZIP are not accepted. Unpack it, then upload the files one by one.")
    MACRO_FORMAT = (
        "macro_format",
        _("Files with macros are not accepted. Save it as an ordinary .docx or .xlsx file, then upload that."),
    )
    OLD_FORMAT = (
        "old_format",
        _("This is an older Office format. Open it, save it as .docx, .xlsx or PDF, then upload that."),
    )
    WEB_PAGE = (
        "web_page",
        _(
            "Web pages and SVG drawings are not accepted, because they can run programs. Save it as PDF, then upload "
            "that."
        ),
    )

    # By its size and its first bytes
    TOO_LARGE = (
        "too_large",
        _("This file is larger than {most} MB. Make it smaller, or split it, then upload that."),
    )
    EMPTY = "empty", _("This file is empty. Check that you chose the right one.")
    OTHER_THAN_ITS_NAME = (
        "other_than_its_name",
        _with_accepted(_("The name says {kind}, but the file holds something else.")),
    )

    # By what is in it
    NOT_TEXT = "not_text", _with_accepted(_("The name says this is text, but the file holds something else."))
    LETTERS_UNREADABLE = (
        "letters_unreadable",
        _("The letters in this file cannot be read. Save it as UTF-8 text or CSV, then upload that."),
    )
    DAMAGED = (
        "damaged",
        _("This file is damaged or is not what its name says. Open it, save it again, then upload that."),
    )
    LOCKED = (
        "locked",
        _("This file is locked with a password. Save a copy without the password, then upload that."),
    )
    TOO_LARGE_TO_OPEN = (
        "too_large_to_open",
        _(
            "This file is too large to open safely. Pictures may have {most} million dots. Make it smaller, then "
            "upload that."
        ),
    )
    UNPACKS_TOO_FAR = (
        "unpacks_too_far",
        _("This file unpacks to far more than it should. Save it as PDF, then upload that."),
    )
    MACROS = (
        "macros",
        _("This file holds macros. Save it as an ordinary .docx or .xlsx file, or as PDF, then upload that."),
    )
    EMBEDDED = (
        "embedded",
        _("This file has another file or object inside it. Save it as PDF, then upload that."),
    )
    OUTSIDE = (
        "outside",
        _(
            "This file fetches something from outside it (a template, a picture or data). Save it as PDF, then upload "
            "that."
        ),
    )
    INFECTED = (
        "infected",
        _("The virus scanner found something in this file, so it was not kept. Do not open it. Tell your IT support."),
    )


class StoredFileReason(Reason):
    EXPIRED = "expired", _("This file was kept for a short time and is gone now. Make it again if you need it.")
    INFECTED = (
        "infected",
        _("The virus scanner found something in this file, so it cannot be opened. Tell your IT support."),
    )
    NOT_SCANNED = (
        "not_scanned",
        _("This file is waiting for the virus scanner. Try again in a few minutes."),
    )
    BYTES_LOST = (
        "bytes_lost",
        _("This file is missing from the server. Tell the person who runs it: a backup may have it."),
    )
