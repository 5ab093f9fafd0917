"""Take everything that acts out of a PDF. Runs in a closed process, never in the site."""

import io
from typing import Any

import pikepdf

from .bounds import MAX_PDF_OBJECTS
from .child import Unreadable, answer

ACTIONS = {
    "/GoToE",
    "/GoToR",
    "/ImportData",
    "/JavaScript",
    "/Launch",
    "/Movie",
    "/Rendition",
    "/RichMediaExecute",
    "/Sound",
    "/SubmitForm",
}
KEYS = {
    "/AA",
    "/AF",
    "/Collection",
    "/EF",
    "/EmbeddedFiles",
    "/JS",
    "/JavaScript",
    "/OpenAction",
    "/RichMediaContent",
    "/XFA",
}
ANNOTATIONS = {"/3D", "/FileAttachment", "/Movie", "/RichMedia", "/Screen", "/Sound"}


def read_pdf(content: bytes, word: str) -> tuple[bytes, set[str]]:
    """With the word "keep", the bytes as they came; otherwise a copy in which nothing acts. And what was found."""
    try:
        document = pikepdf.open(io.BytesIO(content))
    except pikepdf.PasswordError:
        raise Unreadable("locked") from None
    except (pikepdf.PdfError, ValueError):
        raise Unreadable("damaged") from None
    with document:
        _check(document)
        active_names: set[str] = set()
        for part in document.objects:
            _strip(part, active_names)
        if word == "keep":
            return content, active_names
        saved = io.BytesIO()
        # Saved anew every time: this drops earlier revisions and whatever hides behind the end of the file.
        document.save(saved)
        return saved.getvalue(), active_names


def _check(document: pikepdf.Pdf) -> None:
    if document.is_encrypted:
        raise Unreadable("locked")
    if len(document.objects) > MAX_PDF_OBJECTS:
        raise Unreadable("large")
    if not len(document.pages):
        raise Unreadable("damaged")


def _strip(part: pikepdf.Object, active_names: set[str]) -> None:
    """Remove what acts from one object and from what lies directly in it; name it in `active_names`."""
    if isinstance(part, pikepdf.Array):
        places = reversed(range(len(part)))
    elif isinstance(part, pikepdf.Dictionary | pikepdf.Stream):
        places = list(part.keys())
    else:
        return
    for place in places:
        value = part[place]
        names = _what_acts(place, value)
        if names or place in KEYS:
            active_names.update(names)
            del part[place]
        # Objects with a number of their own come up by themselves; following them here would never end.
        elif isinstance(value, pikepdf.Array | pikepdf.Dictionary) and not value.is_indirect:
            _strip(value, active_names)


def _what_acts(place: str | int, value: Any) -> set[str]:
    """The names of what acts in a value, empty for what is harmless."""
    is_dictionary = isinstance(value, pikepdf.Dictionary)
    if place == "/OpenAction":
        # Most say only at which page to open.
        opens_a_page = str(value.get("/S", "/GoTo")) == "/GoTo" if is_dictionary else isinstance(value, pikepdf.Array)
        return set() if opens_a_page else {"OpenAction"}
    if place in KEYS:
        return {place[1:]}
    if not is_dictionary:
        return set()
    action, annotation = str(value.get("/S", "")), str(value.get("/Subtype", ""))
    if action in ACTIONS and str(value.get("/Type", "/Action")) == "/Action":
        return {action[1:]}
    return {annotation[1:]} if annotation in ANNOTATIONS else set()


if __name__ == "__main__":
    answer(read_pdf)
