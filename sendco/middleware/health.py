"""Answer monitors under whatever name they ask: they come past the proxy, by number, and without TLS."""

from django.http import HttpResponse

ALIVE, READY = "/healthz", "/readyz"


class HealthMiddleware:
    """Before the host is checked, and before anything is read from the database."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.method not in ("GET", "HEAD") or request.path not in (ALIVE, READY):
            return self.get_response(request)
        if request.path == ALIVE:
            return HttpResponse("alive", content_type="text/plain")
        # Pages import the models, which are not loaded when the middleware is.
        from sendco.pages.health import ready

        return ready(request)
