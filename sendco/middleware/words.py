"""A refusal of Django's that has no words gets a page that says what to do."""

from sendco.pages.errors import page


class NoBlankPageMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if response.status_code != 405 or response.streaming or response.content or request.htmx:
            return response
        worded = page(request, 405)
        worded.headers["Allow"] = response.headers.get("Allow", "")
        return worded
