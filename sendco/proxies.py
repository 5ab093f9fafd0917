"""From which address a request came, behind as many proxies as the settings say, and whether that number is right."""

import ipaddress
import logging

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest

logger = logging.getLogger(__name__)
# Where the page of the site's health finds what was seen last, and how often it is written and logged.
SEEN = "proxies.wrong"
SEEN_FOR = 24 * 3600
SAID_EVERY = 600
PAST_THE_PROXY = ("/healthz", "/readyz")
# What browsers and their helpers send with a page that nobody has asked for yet.
PREFETCH = ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz")


def client_address(request: HttpRequest) -> str:
    """The address of the person, or of the nearest machine where the proxies tell less than they should."""
    told, proxies = _told(request), settings.BEHIND_PROXY
    address = told[-proxies] if 0 < proxies <= len(told) else request.META.get("REMOTE_ADDR", "")
    return address or "unknown"


def only_looks(request: HttpRequest) -> bool:
    """Whether a machine looks before anybody has come: a mail scanner's HEAD, a page fetched in advance."""
    if request.method in ("HEAD", "OPTIONS"):
        return True
    return any("prefetch" in request.headers.get(name, "").lower() for name in PREFETCH)


def wrong_count(request: HttpRequest) -> str:
    """What is wrong with SENDCO_PROXIES as this request shows it; empty when nothing is."""
    told, proxies = _told(request), settings.BEHIND_PROXY
    if len(told) < proxies:
        return f"SENDCO_PROXIES is {proxies}, but a request came through {len(told)}: limits would trust the visitor."
    if told and not proxies:
        return "SENDCO_PROXIES is 0, but requests come through a proxy: all visitors share one limit."
    if proxies and not _is_public(told[-proxies]) and any(_is_public(address) for address in told[:-proxies]):
        return f"SENDCO_PROXIES is {proxies}, but that address is a machine of the network: set it higher."
    return ""


def note_wrong_count(request: HttpRequest) -> None:
    """Say a wrong number in the log and keep it for the page of the site's health, once in ten minutes."""
    # Monitors on the same machine ask past the proxy.
    wrong = "" if request.path in PAST_THE_PROXY else wrong_count(request)
    if not wrong:
        return
    try:
        if cache.add(f"{SEEN}.said", wrong, SAID_EVERY):
            logger.error(wrong)
            cache.set(SEEN, wrong, SEEN_FOR)
    except Exception as error:  # each cache has its own errors, and none may cost a page
        logger.warning("%s (The cache: %s)", wrong, type(error).__name__)


def _told(request: HttpRequest) -> list[str]:
    """The addresses that the proxies wrote down, the nearest last; of one that is none, an empty text."""
    text = request.META.get("HTTP_X_FORWARDED_FOR", "")
    return [_address(part) for part in text.split(",")] if text.strip() else []


def _address(text: str) -> str:
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return ""


def _is_public(address: str) -> bool:
    return bool(address) and ipaddress.ip_address(address).is_global
