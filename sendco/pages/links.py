"""The door for people without an account: a secret address says almost nothing, and leads to one page.

The first page is safe to fetch, since mail scanners do. The second step gives the browser a pass for two hours, so
that no later address carries the secret. Where something written earlier would be shown, six digits go to the address
on file first.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from ehcp.reviews.services import outsiders
from sendco.formkit.page import REFUSED
from sendco.limits.services import RateLimited, check_limit
from sendco.links import services as links
from sendco.proxies import client_address, only_looks


@dataclass(frozen=True)
class Purpose:
    """What one kind of link leads to. Each function takes the link.

    `address_on_file` is where six digits go before the page opens in a new browser; empty where nothing would be shown.
    `send_code(link, code)` mails them. `leads_somewhere` is false for a link whose record has moved on.
    """

    route: str
    school_name: Callable
    address_on_file: Callable
    send_code: Callable
    leads_somewhere: Callable = lambda link: True


PURPOSES: dict[str, Purpose] = {
    outsiders.PURPOSE: Purpose(
        route="ehcp:answer",
        school_name=outsiders.school_name,
        address_on_file=outsiders.address_on_file,
        send_code=outsiders.send_code,
        leads_somewhere=outsiders.leads_somewhere,
    )
}


def _open(secret):
    try:
        link = links.find(secret)
    except links.LinkClosed as error:
        raise Http404 from error
    if link.purpose not in PURPOSES or not PURPOSES[link.purpose].leads_somewhere(link):
        raise Http404
    return link, PURPOSES[link.purpose]


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def link_open(request, secret):
    if not only_looks(request):
        check_limit("link_open_address", client_address(request))
    link, purpose = _open(secret)
    # Somebody who is signed in as staff is a stranger here: no menu, no clock of a session, no messages.
    context = {"acting": None, "messages": (), "title": "Welcome", "school_name": purpose.school_name(link)}
    if request.method != "POST":
        return render(request, "pages/link_open.html", context)
    try:
        check_limit("link_open", link.pk)
    except RateLimited as error:
        return render(request, "pages/link_open.html", context | {"error": str(error)}, status=429)
    if links.has_pass(request, link) or not (address := purpose.address_on_file(link)):
        return _let_in(link, purpose)
    code = request.POST.get("code", "")
    if code and links.check_code(link, code):
        return _let_in(link, purpose)
    asked = "code" in request.POST
    if not asked or "again" in request.POST:
        purpose.send_code(link, links.make_code(link))
    wrong = "These six digits do not fit, or they are too old. Look at the newest mail, or ask for new ones."
    context |= {"hint": _hint(address), "error": wrong if asked and "again" not in request.POST else ""}
    return render(request, "pages/link_code.html", context, status=REFUSED if context["error"] else 200)


def _hint(address):
    name, _, domain = address.partition("@")
    return f"{name[:1]}…@{domain}"


def _let_in(link, purpose):
    links.note_opened(link)
    return links.give_pass(redirect(reverse(purpose.route)), link)
