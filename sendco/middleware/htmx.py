"""Show a message that a fragment request left, without a page to show it on."""

from django.contrib.messages import get_messages
from django.template.loader import render_to_string


class HtmxMessagesMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        is_page_change = any(name in response.headers for name in ("HX-Redirect", "HX-Refresh", "Location"))
        if request.htmx and not is_page_change and response.get("Content-Type", "").startswith("text/html"):
            messages = list(get_messages(request))
            if messages:
                context = {"messages": messages, "out_of_band": True}
                response.write(render_to_string("components/_messages.html", context, request))
        return response
