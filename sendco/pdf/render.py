"""From a template to a tagged PDF. WeasyPrint runs in a child process, so the site starts without it."""

import ctypes
import ctypes.util
import importlib.util
import logging
import re
from functools import lru_cache

from django.template.loader import render_to_string

from .child import NO_PANGO
from .sandbox import ChildFailed, Limits, run_child

logger = logging.getLogger(__name__)

BREAK = "\u200b"  # takes no room, and a line may end there
LONGEST_PIECE = 30
_CELL = re.compile(r"<t[dh]\b.*?</t[dh]>", re.DOTALL)
# Text between tags, no entity of HTML and no attribute of a tag.
_LONG_WORD = re.compile(r"(?<![^\s>;])[^\s<>&;\"'=]{41,}(?=[\s<&])")

LIMITS = Limits(memory_mb=1024, cpu_seconds=60, wall_seconds=90)


class PdfUnavailable(Exception):
    def __init__(self):
        super().__init__(
            "This server cannot make PDFs yet. Ask the person who runs it to install Pango "
            "(on Debian: apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 "
            "fonts-liberation2). "
            "Until then, print the page from your browser."
        )


class PdfFailed(Exception):
    def __init__(self):
        super().__init__(
            "The PDF could not be made. It may be too long, or hold a table that is too wide. "
            "Make the report shorter, then try again."
        )


def render_pdf(template, context, *, title):
    """The PDF of a template that extends reports/base_report.html."""
    return pdf_from_html(render_to_string(template, {**context, "title": title}))


def with_breaks(html):
    """Let a very long word of a table break: a style that does it would break the short words beside it too."""
    return _CELL.sub(lambda cell: _LONG_WORD.sub(_parted, cell[0]), html)


def _parted(word):
    text = word[0]
    return BREAK.join(text[at : at + LONGEST_PIECE] for at in range(0, len(text), LONGEST_PIECE))


def pdf_from_html(html):
    if not pdf_available():
        raise PdfUnavailable
    try:
        return run_child("sendco.pdf.child", with_breaks(html).encode(), limits=LIMITS)
    except ChildFailed as failure:
        if failure.code == NO_PANGO:
            raise PdfUnavailable from None
        logger.warning("PDF not made: %s", failure)
        raise PdfFailed from None


@lru_cache(maxsize=1)
def pdf_available():
    """Whether WeasyPrint and the Pango it draws with are installed; looked up once a process, importing neither."""
    return (
        importlib.util.find_spec("weasyprint") is not None
        and _has_library("pango-1.0")
        and _has_library("pangoft2-1.0")
    )


def _has_library(name):
    try:
        ctypes.CDLL(f"lib{name}.so.0")
    except OSError:
        return ctypes.util.find_library(name) is not None
    return True
