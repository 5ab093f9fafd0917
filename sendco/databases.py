"""Turn DATABASE_URL into Django's settings; without one, SQLite set up for several processes."""

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
