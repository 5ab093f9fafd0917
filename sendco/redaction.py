"""No secret in any log: one redaction, used by whatever prints a line. Standard library only: gunicorn has it too.

Whoever has the path of a link, an invitation, a reset or a feed can use it: a log keeps what kind it was, and no more.
"""

import logging
import re

# What stands before the secret in a path. A test compares this with the routes, so that a new one cannot be forgotten.
SECRET_PATHS = (
    "/l/",
    "/feeds/",
    "/school/invitations/",
    "/accounts/password/reset/key/",
    "/accounts/confirm-email/",
)
_SLASH = r"(?:/|%2F)"
_AFTER = "|".join(re.escape(path).replace("/", _SLASH) for path in SECRET_PATHS)
_SECRETS = re.compile(rf"({_AFTER})(?!\[link\])[^/\s?&\"'<>\\]+", re.IGNORECASE)
# Any other long random part of a path, and what looks like a token wherever it stands.
_LONG_PARTS = re.compile(r"(?<=/)(?=[^/\s?\"']*\d)[A-Za-z0-9_:=.-]{32,}")
_TOKENS = re.compile(r"(?<![\w-])(?=[\w-]*[a-z])(?=[\w-]*[A-Z])[\w-]{40,}(?![\w-])")


def redact(text):
    """Replace the secrets of a text; words, numbers and short codes stay."""
    return _TOKENS.sub("[secret]", _LONG_PARTS.sub("[secret]", _SECRETS.sub(r"\1[link]", text)))


class RedactingFormatter(logging.Formatter):
    """Format as another formatter does, and redact the whole of it: a traceback repeats paths as well."""

    def __init__(self, inner):
        super().__init__()
        self._inner = inner

    def format(self, record):
        return redact(self._inner.format(record))
