"""Make, find, open and close secret addresses. Who may have one, and what its page shows, is for the caller."""

import hashlib
import hmac
import secrets
from datetime import timedelta
from typing import Any, TypeVar

from django.conf import settings
from django.core import signing
from django.db.models import F
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from sendco.people import Someone

from .models import Link

DAYS = 21
CODE_MINUTES = 15
MOST_TRIES = 5  # of one code
MOST_WRONG = 15  # over all codes of a link, which is closed then
MOST_CODES = 10  # mails of one link
AGAIN_AFTER = timedelta(minutes=1)
COOKIE = "link" if settings.IS_LOCAL else "__Host-link"
COOKIE_SECONDS = 2 * 60 * 60
SALT = "sendco.links"
Response = TypeVar("Response", bound=HttpResponseBase)


class LinkClosed(LookupError):
    """Unknown, expired, revoked, used up or for something else: the page says the same for all of them."""


class CodesUsedUp(Exception):
    """No more codes are sent for this link."""


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def make(
    *, purpose: str, subject_id: int, school_id: int, by: Someone | None, pupil_id: int | None = None, days: int = DAYS
) -> tuple[Link, str]:
    """Make a way in for one person to one thing; older ones to the same thing die. Returns (link, the secret)."""
    revoke(purpose=purpose, subject_id=subject_id)
    secret = secrets.token_urlsafe(32)
    link = Link.objects.create(
        secret_hash=_hash(secret),
        purpose=purpose,
        subject_id=subject_id,
        school_id=school_id,
        pupil_id=pupil_id,
        made_by_id=by.pk if by else None,
        expires_at=timezone.now() + timedelta(days=days),
    )
    return link, secret


def find(secret: str) -> Link:
    """Return the open link of this secret. Changes nothing: mail scanners fetch every address. Raises LinkClosed."""
    link = Link.objects.filter(secret_hash=_hash(secret)).first()
    if link is None or not link.is_open(timezone.now()):
        raise LinkClosed
    return link


def note_opened(link: Link) -> None:
    now = timezone.now()
    Link.objects.filter(pk=link.pk).update(
        opened=F("opened") + 1, last_opened_at=now, first_opened_at=Coalesce("first_opened_at", now)
    )


# --- The code to the address on file -----------------------------------------------------------------------------
def make_code(link: Link) -> str:
    """Make six digits that open this link once, for a quarter of an hour. The caller mails them.

    Raises CodesUsedUp when this link has had its codes: nobody's mailbox is filled by somebody else's pressing.
    """
    code = f"{secrets.randbelow(1_000_000):06d}"
    made = Link.objects.filter(pk=link.pk, codes_sent__lt=MOST_CODES).update(
        code_hash=_hash(f"{link.pk}:{code}"),
        code_expires_at=timezone.now() + timedelta(minutes=CODE_MINUTES),
        code_tries=0,
        codes_sent=F("codes_sent") + 1,
    )
    if not made:
        raise CodesUsedUp
    return code


def just_sent(link: Link) -> bool:
    """Whether a code went out a moment ago: a button pressed twice sends one mail."""
    row = Link.objects.get(pk=link.pk)
    made_at = row.code_expires_at and row.code_expires_at - timedelta(minutes=CODE_MINUTES)
    return bool(row.code_hash and made_at and timezone.now() - made_at < AGAIN_AFTER)


def was_last_code(link: Link) -> bool:
    return Link.objects.filter(pk=link.pk, codes_sent=MOST_CODES).exists()


def close_after_wrong_codes(link: Link) -> bool:
    """Close a link on which too many wrong codes were typed; True for the one caller that closed it."""
    spent = Link.objects.filter(pk=link.pk, wrong_codes__gte=MOST_WRONG, revoked_at=None)
    return bool(spent.update(revoked_at=timezone.now()))


def check_code(link: Link, code: str) -> bool:
    """Is this the code that was sent? Each try counts: the fifth wrong one ends the code, the fifteenth the link."""
    rows = Link.objects.filter(pk=link.pk, revoked_at=None)
    # A try is taken before the code is looked at: of many at once none gets around the count.
    taken = rows.filter(code_tries__lt=MOST_TRIES, wrong_codes__lt=MOST_WRONG, code_expires_at__gt=timezone.now())
    if not taken.update(code_tries=F("code_tries") + 1, wrong_codes=F("wrong_codes") + 1):
        return False
    stored = Link.objects.values_list("code_hash", flat=True).get(pk=link.pk)
    if not hmac.compare_digest(stored, _hash(f"{link.pk}:{code.strip()}")):
        return False
    rows.update(wrong_codes=F("wrong_codes") - 1)
    return bool(Link.objects.filter(pk=link.pk, code_hash=stored).update(code_hash="", code_expires_at=None))


# --- The pass: a cookie for two hours, so that no later address carries the secret --------------------------------
def give_pass(response: Response, link: Link) -> Response:
    response.set_cookie(
        COOKIE,
        signing.dumps(link.pk, salt=SALT),
        max_age=COOKIE_SECONDS,
        httponly=True,
        secure=not settings.IS_LOCAL,
        samesite="Lax",
    )
    return response


def has_pass(request: HttpRequest, link: Link) -> bool:
    return _passed(request) == link.pk


def _passed(request: HttpRequest) -> int:
    """The number of the link that the browser holds a pass for; 0, which no link has, without one."""
    try:
        return signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=COOKIE_SECONDS)
    except signing.BadSignature:
        return 0


def link_of(request: HttpRequest, purpose: str) -> Link:
    """Return the open link of this purpose that the browser holds a pass for. Raises LinkClosed, also for a form of
    another link's page: somebody opened a second link in another tab, and this answer is not for that one.
    """
    link = Link.objects.filter(pk=_passed(request), purpose=purpose).first()
    if link is None or not link.is_open(timezone.now()) or _way_sent(request, link) != way_of(link):
        raise LinkClosed
    return link


def _way_sent(request: HttpRequest, link: Link) -> str:
    return request.POST.get("way") or request.GET.get("way") or way_of(link)


def way_of(link: Link) -> str:
    """A sign that each form of a link's page carries, so that it is known which link it was opened by."""
    return _hash(f"way:{link.secret_hash}")[:16]


def just_used(request: HttpRequest, purpose: str) -> Link:
    """Return the link that this browser's pass used up, for the page that says thank you. Raises LinkClosed."""
    link = Link.objects.filter(pk=_passed(request), purpose=purpose, revoked_at=None).exclude(used_at=None).first()
    if link is None or link.used_at is None or timezone.now() - link.used_at > timedelta(seconds=COOKIE_SECONDS):
        raise LinkClosed
    return link


# --- Closing -----------------------------------------------------------------------------------------------------
def use_up(link: Link) -> bool:
    """The answer was accepted. False when another browser was first."""
    return bool(Link.objects.filter(pk=link.pk, used_at=None, revoked_at=None).update(used_at=timezone.now()))


def revoke(**which: Any) -> int:
    """Close every open link that matches (purpose, subject_id, pupil_id, school_id, made_by_id). Returns how many."""
    return Link.objects.filter(revoked_at=None, used_at=None, **which).update(revoked_at=timezone.now())
