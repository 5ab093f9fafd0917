"""A database that is full, locked or gone: reading goes on, and writing says what is wrong.

What a page writes beside its reading (that somebody was here, that something was opened) may fail without costing the
page. A reading page never waits long for somebody else's write.
"""

import errno
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from enum import Enum
from typing import TypeVar

from django.db import OperationalError, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

T = TypeVar("T")
logger = logging.getLogger(__name__)
# SQLite's own wait for a lock. A page that reads asks in vain once or twice; a form waits longer before it says so.
READ_WAITS, WRITE_WAITS = 1.0, 10.0  # seconds
USUALLY_WAITS = 30.0  # seconds: commands and background work, whom nobody watches

_local = threading.local()


class Trouble(Enum):
    """Why nothing can be stored, with what a person should read."""

    FULL = "The disk of this site is full, so nothing can be saved at the moment."
    BUSY = "Somebody else's work holds the database, so this could not be saved in time."
    CLOSED = "The database cannot be written to at the moment."


FULL = ("disk is full", "disk full", "no space left", "could not extend file")
BUSY = ("is locked", "lock timeout", "lock_timeout", "could not obtain lock", "statement timeout", "deadlock")


def trouble_of(error: BaseException) -> Trouble | None:
    """What stands behind this error; None for any that is not about storing."""
    if isinstance(error, OSError):
        return Trouble.FULL if error.errno in (errno.ENOSPC, errno.EDQUOT) else None
    if not isinstance(error, OperationalError):
        return None
    words = str(error).lower()
    if any(part in words for part in FULL):
        return Trouble.FULL
    return Trouble.BUSY if any(part in words for part in BUSY) else Trouble.CLOSED


def storage_failed(error: BaseException | None) -> bool:
    """Whether this error, or one that it came from, is about storing."""
    while error is not None:
        if trouble_of(error):
            return True
        error = error.__cause__ or error.__context__
    return False


def beside(what: str, write: Callable[[], T], *, alone: bool = False) -> T | None:
    """Write something beside reading. None, and a line in the log, where it cannot be stored.

    `alone`: one statement outside any transaction, which needs none of its own.
    """
    try:
        with nullcontext() if alone else transaction.atomic():
            return write()
    except OperationalError as error:
        logger.error("Not stored: %s (%s)", what, (trouble_of(error) or Trouble.CLOSED).name)
        return None


@contextmanager
def waiting_at_most(seconds: float) -> Iterator[None]:
    """Let SQLite wait so long for a lock in this thread. PostgreSQL has its lock_timeout for all."""
    before = getattr(_local, "seconds", USUALLY_WAITS)
    _wait(seconds)
    try:
        yield
    finally:
        _wait(before)


def _wait(seconds: float) -> None:
    _local.seconds = seconds
    for connection in connections.all(initialized_only=True):
        _apply(connection)


def _apply(connection: BaseDatabaseWrapper) -> None:
    if connection.vendor == "sqlite" and connection.connection is not None:
        connection.connection.execute(f"PRAGMA busy_timeout={round(_local.seconds * 1000)}")


def wait_as_told(*, connection: BaseDatabaseWrapper, **kwargs: object) -> None:
    """A connection that opens within a request waits as the request does."""
    if hasattr(_local, "seconds"):
        _apply(connection)
