"""End a session that is idle or too old. A polling request never keeps one alive."""

import logging
import re
from contextlib import suppress
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.sessions import middleware
from django.contrib.sessions.exceptions import SessionInterrupted
from django.db import OperationalError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme, urlencode

from sendco.drafts.services import DraftTooLong, save_draft
from sendco.formkit.drafts import keep_late
from sendco.storage import storage_failed

logger = logging.getLogger(__name__)
STARTED, SEEN = "started_at", "seen_at"
FORM_KEY = re.compile(r"[\w-]{1,80}")
WRITE_EVERY = 60  # seconds: one write a minute is enough to measure idleness in minutes


def idle_seconds(request):
    minutes = request.session.get("idle_minutes") or settings.IDLE_MINUTES
    return minutes * 60


class SessionMiddleware(middleware.SessionMiddleware):
    """Django's, but a session that cannot be stored costs nobody the page that was read or the form that was saved."""

    def process_response(self, request, response):
        try:
            return super().process_response(request, response)
        except (OperationalError, SessionInterrupted) as error:
            # Django takes any fault of the database for a session that was deleted meanwhile.
            if not storage_failed(error):
                raise
            logger.error("not stored", extra={"event": "storage.session"})
            return response


class SessionLimitsMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        if not request.user.is_authenticated:
            # Django's redirect would be followed within the page and draw the sign-in form into a fragment's place.
            if not getattr(view, "login_required", True):
                return None
            kept = keep_late(request)
            is_asked = request.method in ("GET", "HEAD") and not request.htmx
            return None if is_asked else sign_in_again(request, page=kept or came_from(request), is_kept=bool(kept))
        now = timezone.now().timestamp()
        session = request.session
        started, seen = session.setdefault(STARTED, now), session.setdefault(SEEN, now)
        if now - seen > idle_seconds(request) or now - started > settings.SESSION_COOKIE_AGE:
            kept = keep_late(request)
            is_kept = bool(kept) or keep_typing(request)
            logout(request)
            return sign_in_again(request, page=kept or came_from(request), is_kept=is_kept)
        if now - seen > WRITE_EVERY and not getattr(view, "is_polling", False):
            session[SEEN] = now
        return None


def came_from(request):
    """The page of ours whose button was pressed: signing in leads back to it, not to what only takes posts."""
    if request.method in ("GET", "HEAD") or request.htmx:
        return ""
    referrer = urlsplit(request.headers.get("Referer", ""))
    here = referrer.netloc == request.get_host() and referrer.path.startswith("/")
    return f"{referrer.path}?{referrer.query}".rstrip("?") if here else ""


def keep_typing(request):
    """Keep a form that is no page of the kit and comes too late, as the draft that it names. Returns whether it was."""
    form_key = request.POST.get("draft_key", "") if request.method == "POST" else ""
    school_id = request.session.get("draft_school")
    if not FORM_KEY.fullmatch(form_key) or not school_id:
        return False
    values = {name: request.POST.getlist(name) for name in request.POST if name != "csrfmiddlewaretoken"}
    with suppress(DraftTooLong):
        save_draft(by=request.user, school_id=school_id, form_key=form_key, data=values)
        return True
    return False


def sign_in_again(request, *, page="", is_kept=False):
    """Send the person to sign in and bring them back; a fragment request makes the whole page go.

    `page` is where a form stands that was kept: it is given back there, and the sign-in page says so.
    """
    back = request.headers.get("HX-Current-URL", "") if request.htmx else page or request.get_full_path()
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure()):
        back = ""
    if request.method != "GET" and not request.htmx and not page:
        back = ""
    said = {"next": back} if back else {}
    said |= {"kept": "1"} if is_kept else {}
    address = reverse("account_login") + (f"?{urlencode(said)}" if said else "")
    if request.htmx:
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return redirect(address)
