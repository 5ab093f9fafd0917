"""gunicorn's log without secrets: the path of a signed link or an invitation is a key to a child's record."""

import logging
import re

from gunicorn.glogging import Logger

SECRET_PATHS = re.compile(r"(/(?:l|invitations|calendar|feeds)/)[^/\s?\"']+")
# Reset and confirmation keys of the sign-in pages, and any other long random part.
LONG_PARTS = re.compile(r"(?<=/)(?=[^/\s?\"']*\d)[A-Za-z0-9_:=.-]{32,}")


def redact(text):
    """Replace the secret part of link paths; words, numbers and short codes stay."""
    return LONG_PARTS.sub("[secret]", SECRET_PATHS.sub(r"\1[link]", text))


class RedactMessages(logging.Filter):
    def filter(self, record):
        record.msg, record.args = redact(record.getMessage()), ()
        return True


class RedactingLogger(Logger):
    def setup(self, cfg):
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.addFilter(RedactMessages())

    def atoms(self, resp, req, environ, request_time):
        atoms = super().atoms(resp, req, environ, request_time)
        for name in ("r", "U", "f"):
            atoms[name] = redact(atoms[name] or "")
        # A query may hold a name someone searched for.
        atoms["q"] = ""
        atoms["r"] = atoms["r"].split("?")[0]
        atoms["f"] = atoms["f"].split("?")[0]
        return atoms
