"""Answer 429 with our own page when somebody does a thing too often, and say when the count is wrongly kept."""

from sendco.limits.services import RateLimited
from sendco.proxies import note_wrong_count


class LimitsMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        note_wrong_count(request)
        return self.get_response(request)

    def process_exception(self, request, exception):
        if not isinstance(exception, RateLimited):
            return None
        # Pages import the models, which are not loaded when the middleware is.
        from sendco.pages.errors import too_many

        response = too_many(request)
        response.headers["Retry-After"] = str(exception.retry_after)
        return response
