"""A PDF of exactly one page: as large as it can be, never smaller than can be read."""

from django.template.loader import render_to_string

from .child import NO_PANGO
from .fit_child import TOO_LONG
from .render import LIMITS, PdfFailed, PdfUnavailable, pdf_available, with_breaks
from .sandbox import ChildFailed, run_child


class DoesNotFit(Exception):
    """It is longer than one page even at the smallest size."""


def fit_on_one_page(template, context):
    """(size, bytes of the PDF) of a template whose body stands in a `one-page fit-0` element. 0 is the largest size.

    Raises DoesNotFit, PdfUnavailable and PdfFailed.
    """
    if not pdf_available():
        raise PdfUnavailable
    html = with_breaks(render_to_string(template, context))
    try:
        answer = run_child("sendco.pdf.fit_child", html.encode(), limits=LIMITS)
    except ChildFailed as failure:
        if failure.code == TOO_LONG:
            raise DoesNotFit from None
        if failure.code == NO_PANGO:
            raise PdfUnavailable from None
        raise PdfFailed from None
    size, _, content = answer.partition(b"\n")
    return int(size), content
