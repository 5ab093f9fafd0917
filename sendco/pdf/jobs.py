"""Draw a PDF inside a job."""

from collections.abc import Mapping
from typing import Any

from sendco.jobs.services import JobFailed

from .render import PdfFailed, PdfUnavailable, render_pdf


def draw(template: str, context: Mapping[str, Any], *, title: str) -> bytes:
    """Return the bytes of a PDF. Raises JobFailed with words for the person who asked."""
    try:
        return render_pdf(template, context, title=title)
    except (PdfUnavailable, PdfFailed) as error:
        raise JobFailed(str(error)) from error
