"""Turn DATABASE_URL into Django's settings; without one, SQLite set up for several processes."""

import sqlite3
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

SQLITE_START = (
    "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;PRAGMA cache_size=-8000;"
    "PRAGMA foreign_keys=ON;PRAGMA recursive_triggers=ON;"
)


def sqlite(path):
    """IMMEDIATE stops "database is locked" on upgrades; recursive triggers stop INSERT OR REPLACE from passing ours."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 30, "init_command": SQLITE_START},
    }


def hold_open(path):
    """Keep one connection to the SQLite file for as long as this process lives; None where there is no file yet.

    The first connection makes two files beside the database, and the last one takes them away. On a full disk they
    could not be made again between two requests, and nothing could be read.
    """
    try:
        held = sqlite3.connect(f"{Path(path).resolve().as_uri()}?mode=rw", uri=True, check_same_thread=False)
        held.execute("SELECT 1 FROM sqlite_master").fetchall()
    except sqlite3.OperationalError:
        return None
    return held


def postgresql(url, *, conn_max_age):
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured(
            "DATABASE_URL must start with postgresql://, like postgresql://user:password@host/name."
        )
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": conn_max_age,
        "CONN_HEALTH_CHECKS": True,
        # A page asks short questions: compiling one (jit) takes longer than answering it. What waits for another's lock
        # says so after ten seconds.
        "OPTIONS": {"options": "-c statement_timeout=30000 -c lock_timeout=10000 -c jit=off"},
    }
