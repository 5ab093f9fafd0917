"""The door for people without an account: a secret address says almost nothing, and leads to one page.

The first page is safe to fetch, since mail scanners do. The second step gives the browser a pass for two hours, so
that no later address carries the secret. Before anything else than the school's name is shown, six digits go to the
address on file: a mail may have been forwarded.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from ehcp.reviews.services import outsiders
from pupils.outside import people
from sendco.formkit.page import REFUSED
from sendco.limits.services import RateLimited, check_limit
from sendco.links import services as links
from sendco.proxies import client_address, only_looks

WRONG = "This code does not fit, or it is too old. Look at the newest email, or ask for a new code."
NO_MORE = "No more codes are sent for this link. Use the newest email, or ring the school and ask for a new link."


@dataclass(frozen=True)
class Purpose:
    """What one kind of link leads to. Each function takes the link.

    `address_on_file` is where six digits go before the page opens in a new browser; empty where nothing would be shown.
    `send_code(link, code)` mails them. `tell(link, closed=)` says to the school that somebody tries codes, or asks for
    ever more of them. `leads_somewhere` is false for a link whose record has moved on.
    """

    route: str
    school_name: Callable
    address_on_file: Callable
    send_code: Callable
    leads_somewhere: Callable = lambda link: True
    tell: Callable = lambda link, *, closed: None


PURPOSES: dict[str, Purpose] = {
    outsiders.PURPOSE: Purpose(
        route="ehcp:answer",
        school_name=outsiders.school_name,
        address_on_file=outsiders.address_on_file,
        send_code=outsiders.send_code,
        leads_somewhere=outsiders.leads_somewhere,
        tell=outsiders.tell_school,
    ),
    people.PURPOSE: Purpose(
        route="pupils:outside-answer",
        school_name=people.school_name,
        address_on_file=people.address_on_file,
        send_code=people.send_code,
        leads_somewhere=people.leads_somewhere,
        tell=people.tell_school,
    ),
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
    return _ask_for_code(request, link, purpose, context | {"hint": _hint(address)})


def _ask_for_code(request, link, purpose, context):
    code, error = request.POST.get("code", ""), ""
    if code and links.check_code(link, code):
        return _let_in(link, purpose)
    if links.close_after_wrong_codes(link):
        purpose.tell(link, closed=True)
        raise Http404
    asked, again = "code" in request.POST, "again" in request.POST
    if again or (not asked and not links.just_sent(link)):
        error = _send_code(link, purpose)
    elif asked:
        error = WRONG
    return render(request, "pages/link_code.html", context | {"error": error}, status=REFUSED if error else 200)


def _send_code(link, purpose):
    """Mail a new code; returns in words why there is none."""
    try:
        purpose.send_code(link, links.make_code(link))
    except links.CodesUsedUp:
        return NO_MORE
    if links.was_last_code(link):
        purpose.tell(link, closed=False)
    return ""


def _hint(address):
    name, _, domain = address.partition("@")
    return f"{name[:1]}…@{domain}"


def _let_in(link, purpose):
    links.note_opened(link)
    return links.give_pass(redirect(reverse(purpose.route)), link)
