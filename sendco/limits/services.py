"""How often somebody may do something: counted in the database, so every process sees the same number."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from sendco.storage import beside

from .models import Hit

MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR


@dataclass(frozen=True)
class Limit:
    """At most `times` in each window of `per_seconds`."""

    times: int
    per_seconds: int


LIMITS = {
    "search": Limit(60, MINUTE),
    "export": Limit(10, HOUR),
    "upload": Limit(60, HOUR),
    "link_open": Limit(30, HOUR),
    "link_open_address": Limit(60, MINUTE),
    "link_answer": Limit(20, HOUR),
    "link_save": Limit(600, HOUR),
    "sealed_log": Limit(300, HOUR),
    "calendar_feed": Limit(60, HOUR),
}


class RateLimited(Exception):
    """Too many in too short a time; `retry_after` is the number of seconds to wait."""

    def __init__(self, retry_after: int) -> None:
        self.retry_after = retry_after
        super().__init__(f"That was done many times in a short while. Wait {_in_words(retry_after)}, then try again.")


# The condition sits in the statement itself, so that two processes can never both take the last turn. A full window
# updates nothing and returns nothing, which also keeps a flood from writing.
_TAKE = """
    INSERT INTO limits_hit (key, window_start, count) VALUES (%s, %s, 1)
    ON CONFLICT (key, window_start) DO UPDATE SET count = limits_hit.count + 1 WHERE limits_hit.count < %s
    RETURNING count
"""


def take(key: str, limit: int, per_seconds: int, now: datetime | None = None) -> bool:
    """Count one use of `key`; False when the window already holds `limit` of them.

    Where nothing can be stored nothing is counted either, and reading goes on: what writes will fail by itself.
    Call it before the work and outside its transaction: a rollback would give the turn back.
    """
    if limit < 1 or per_seconds < 1:
        raise ValueError("A limit needs at least one turn and one second")
    window_start = _window_start(now or timezone.now(), per_seconds)
    parameters = [_stored_key(key, per_seconds), connection.ops.adapt_datetimefield_value(window_start), limit]
    return beside("a turn was taken", lambda: _taken(parameters), alone=True) is not False


def _taken(parameters: list[Any]) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, parameters)
        return cursor.fetchone() is not None


def check_limit(name: str, subject: int | str, now: datetime | None = None) -> None:
    """Count one use of a named limit by `subject` (a user's or link's id, an address); raise RateLimited when full."""
    limit = LIMITS[name]
    now = now or timezone.now()
    if take(f"{name}:{subject}", limit.times, limit.per_seconds, now=now):
        return
    window_end = _window_start(now, limit.per_seconds) + timedelta(seconds=limit.per_seconds)
    raise RateLimited(max(1, round((window_end - now).total_seconds())))


def clean_old(now: datetime | None = None) -> int:
    """Delete windows that ended long ago; returns how many. No limit counts over more than a day."""
    ended_before = (now or timezone.now()) - timedelta(seconds=2 * DAY)
    deleted, _ = Hit.objects.filter(window_start__lt=ended_before).delete()
    return deleted


def _window_start(now: datetime, per_seconds: int) -> datetime:
    return datetime.fromtimestamp(int(now.timestamp()) // per_seconds * per_seconds, tz=UTC)


def _stored_key(key: str, per_seconds: int) -> str:
    # An hour and a minute can start together, so the length of the window is part of the key.
    key = f"{per_seconds}:{key}"
    return key if len(key) <= 200 else hashlib.sha256(key.encode()).hexdigest()


def _in_words(seconds: int) -> str:
    if seconds < 2 * MINUTE:
        return "a minute" if seconds > 30 else "half a minute"
    minutes = -(-seconds // MINUTE)
    return f"{minutes} minutes" if minutes < 60 else "an hour"
