"""Room for words in a chart: widths are estimated, because the reader's font is not known here."""

import math
from decimal import Decimal

FONT = "Segoe UI, Inter, Helvetica Neue, Liberation Sans, DejaVu Sans, sans-serif"
FONT_SIZE = 12.5
LINE_HEIGHT = 15
NOT_KNOWN = "not known"
NOTHING_YET = "Nothing to show yet"

_NARROW = set("iIjlftr.,:;'|!()[] ")
_WIDE = set("mwMW%@")


def text_width(text, size=FONT_SIZE):
    """A generous estimate in pixels."""
    return sum(_share(letter) for letter in text) * size


def _share(letter):
    if letter in _NARROW:
        return 0.36
    if letter in _WIDE:
        return 0.92
    return 0.7 if letter.isupper() else 0.6


def shorten(text, room):
    """The text, or as much of its beginning as fits, with an ellipsis."""
    if text_width(text) <= room + 0.01:  # room is often the width of this very text, after some arithmetic
        return text
    while text and text_width(text + "…") > room:
        text = text[:-1]
    return text.rstrip() + "…"


def wrap(text, room, lines=2):
    """The text in at most so many lines; the last one is shortened."""
    wrapped, rest = [], text.split()
    while rest and len(wrapped) < lines - 1:
        count = _words_that_fit(rest, room)
        wrapped.append(shorten(" ".join(rest[:count]), room))
        rest = rest[count:]
    if rest:
        wrapped.append(shorten(" ".join(rest), room))
    return wrapped or [""]


def _words_that_fit(words, room):
    count = 1
    while count < len(words) and text_width(" ".join(words[: count + 1])) <= room:
        count += 1
    return count


def coordinate(number):
    """A number as SVG reads it, whatever the language of the page: "38.2", "40"."""
    return f"{number:.1f}".removesuffix(".0")


def figure(value, *, prefix="", suffix=""):
    """A value as people read it: "1,204", "92.5%", "£40"."""
    if value is None:
        return NOT_KNOWN
    whole = value == int(value)
    return f"{prefix}{int(value):,}{suffix}" if whole else f"{prefix}{value:,.1f}{suffix}"


def checked(value):
    """The value itself; a chart of negative or endless numbers would mislead, so they are refused."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        raise ValueError(f"A chart needs numbers, not {value!r}")
    if not math.isfinite(value):
        raise ValueError("A chart cannot show a number without end")
    if value < 0:
        raise ValueError("A chart cannot show a number below zero")
    return value
