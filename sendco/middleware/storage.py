"""When nothing can be stored: say what is wrong, and give back what was typed."""

import logging

from django.http import HttpResponse
from django.shortcuts import render

from sendco import storage
from sendco.formkit.names import is_ours

logger = logging.getLogger(__name__)
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
# Never shown again, nor anything that opens something.
SECRET = ("password", "code", "token", "credential", "secret", "otp")
SHORT = 3  # what is shorter is a choice or a number of a row, not somebody's words


class StorageMiddleware:
    """Outermost but for the headers: each request waits for a lock as long as its kind may."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        reads = request.method in SAFE_METHODS
        with storage.waiting_at_most(storage.READ_WAITS if reads else storage.WRITE_WAITS):
            return self.get_response(request)

    def process_exception(self, request, exception):
        trouble = storage.trouble_of(exception)
        if trouble is None:
            return None
        logger.error("not stored", extra={"event": f"storage.{trouble.name.lower()}"})
        return not_stored(request, trouble)


def not_stored(request, trouble):
    """Never reads the database: what holds it up may hold that up too."""
    context = {
        "acting": None,
        "messages": (),
        "title": "Not saved",
        "why": trouble.value,
        "typed": typed_in(request),
        "files": bool(request.FILES) if request.method == "POST" else False,
        "reference": getattr(request, "request_id", ""),
    }
    if request.headers.get("HX-Request"):
        words = f"Not saved. {trouble.value} What you typed is still on the page: try again in a minute."
        return HttpResponse(words, status=503, content_type="text/plain; charset=utf-8")
    response = render(request, "not_stored.html", context, status=503)
    response.headers["Retry-After"] = "60"
    return response


def typed_in(request):
    """What somebody wrote, as (name in words, text): to be copied, and sent again."""
    if request.method != "POST":
        return []
    return [
        (name.rpartition("-")[2].replace("_", " ").capitalize(), text)
        for name, values in request.POST.lists()
        if not is_ours(name) and not any(part in name.lower() for part in SECRET)
        for text in values
        if len(text.strip()) > SHORT
    ]
