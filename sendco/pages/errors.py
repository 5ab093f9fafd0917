"""One page for everything that goes wrong: what happened, what is safe, what to do. Never data."""

from django.http import HttpResponse, HttpResponseServerError
from django.shortcuts import render
from django.template.loader import render_to_string

from sendco.middleware.sessions import sign_in_again

WORDS = {
    400: ("That request made no sense to us", "Go back, reload the page and try again."),
    403: ("You cannot do this here", "Your role in this school does not include it. Ask your SENDCo or headteacher."),
    404: (
        "There is nothing here",
        "The page may have moved, or it is not yours to see. Check the address, or go to Today.",
    ),
    405: ("That cannot be done from here", "Go back and use the button on the page."),
    429: ("That was a lot at once", "Wait a minute and try again. Nothing is lost."),
}


OUTSIDE = (
    "The page may have moved, or your way in may have ended. Did you come by a link in a mail from a school? Open the "
    "newest mail and press its link again. If that does not work, ring the school and ask for a new one."
)


def page(request, status, *, title=None, advice=None):
    heading, usual_advice = WORDS[status]
    context = {"heading": title or heading, "advice": advice or usual_advice, "status": status, "title": heading}
    context["reference"] = getattr(request, "request_id", "")
    return render(request, "error.html", context, status=status)


def bad_request(request, exception):
    return page(request, 400)


def forbidden(request, exception):
    return page(request, 403)


def not_found(request, exception):
    # The same words for every address that leads nowhere, so that none tells whether it ever led somewhere.
    signed_in = getattr(request, "acting", None) and request.acting.user.is_authenticated
    return page(request, 404, advice=None if signed_in else OUTSIDE)


def csrf_failure(request, reason=""):
    """A form whose page is too old: signed-out people sign in again, others reload; what they typed is in the draft."""
    if not request.user.is_authenticated:
        return sign_in_again(request)
    return page(
        request,
        403,
        title="This form is too old to send",
        advice="Go back and reload the page. What you typed was kept as a draft where the form says so.",
    )


def too_many(request, exception=None):
    return page(request, 429)


def server_error(request):
    """No query, no base page: whatever broke may break them too."""
    reference = getattr(request, "request_id", "")
    try:
        return HttpResponseServerError(render_to_string("500.html", {"reference": reference}))
    except Exception:  # the last line of defence says something in any case
        return HttpResponse("Sorry, that did not work. What you had saved is safe.", status=500)
