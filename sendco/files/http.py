"""Send a stored file. The view checks the permission and logs the read first."""

from django.http import FileResponse

from .kinds import CONTENT_TYPES
from .models import StoredFile
from .names import clean_name
from .services import open_stored

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
    "Cache-Control": "private, no-store",
    "X-Content-Type-Options": "nosniff",
}


def download_response(stored: StoredFile, *, filename: str | None = None) -> FileResponse:
    """The file as a download, under its own name or a neutral one; raises FileNotAvailable."""
    return FileResponse(
        open_stored(stored),
        as_attachment=True,
        filename=clean_name(filename or stored.name),
        content_type=CONTENT_TYPES[stored.kind],
        headers=HEADERS,
    )
