"""gunicorn's log without secrets: the path of a signed link or an invitation is a key to a child's record."""

from gunicorn.glogging import Logger

from sendco.redaction import RedactingFormatter, redact


class RedactingLogger(Logger):
    def setup(self, cfg):
        super().setup(cfg)
        for handler in (*self.error_log.handlers, *self.access_log.handlers):
            handler.setFormatter(RedactingFormatter(handler.formatter))

    def atoms(self, resp, req, environ, request_time):
        atoms = super().atoms(resp, req, environ, request_time)
        for name in ("r", "U", "f"):
            atoms[name] = redact(atoms[name] or "")
        # A query may hold a name someone searched for.
        atoms["q"] = ""
        atoms["r"] = atoms["r"].split("?")[0]
        atoms["f"] = atoms["f"].split("?")[0]
        return atoms
