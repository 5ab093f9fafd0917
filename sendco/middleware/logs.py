"""Logs for operators: ids, route names and times; never a path, a name, a form or the text of an exception."""

import json
import logging
import re
from datetime import UTC, datetime

from django.views.debug import SafeExceptionReporterFilter

from sendco.redaction import redact

FIELDS = ("event", "request_id", "user", "school", "route", "status", "ms")
CONTROL = re.compile(r"[\x00-\x1f\x7f]+")


class JsonFormatter(logging.Formatter):
    def format(self, record):
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
        }
        line |= {name: getattr(record, name) for name in FIELDS if getattr(record, name, None) is not None}
        if "event" not in line:
            line["message"] = CONTROL.sub(" ", record.getMessage())[:500]
        if record.exc_info and record.exc_info[0]:
            line["exception"] = record.exc_info[0].__name__
            line["where"] = _where(record.exc_info[2])
        return redact(json.dumps(line))


def _where(traceback):
    while traceback and traceback.tb_next:
        traceback = traceback.tb_next
    return f"{traceback.tb_frame.f_globals.get('__name__')}:{traceback.tb_lineno}" if traceback else ""


class SafeRecordFilter(logging.Filter):
    """A database error's text repeats the row: keep the kind of error, drop the text."""

    def filter(self, record):
        if record.name.startswith("django.db"):
            record.msg, record.args = "database message withheld", ()
        return True


class HideEverythingFilter(SafeExceptionReporterFilter):
    """No form field and no local variable in any error report."""

    def is_active(self, request):
        return True

    def get_post_parameters(self, request):
        return {name: self.cleansed_substitute for name in request.POST} if request else {}

    def get_traceback_frame_variables(self, request, tb_frame):
        return [(name, self.cleansed_substitute) for name in tb_frame.f_locals]
