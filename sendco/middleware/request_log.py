"""One line a request: who, in which school, which route, how it ended and how long it took."""

import logging
import time
import uuid

from allauth.core.exceptions import ReauthenticationRequired
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import Http404

from sendco.limits.services import RateLimited

logger = logging.getLogger("sendco.request")
# Answers, not faults: the line of the request has their status.
EXPECTED = (Http404, PermissionDenied, SuspiciousOperation, ReauthenticationRequired, RateLimited)


class RequestLogMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.request_id = uuid.uuid4().hex[:12]
        started = time.perf_counter()
        response = self.get_response(request)
        match = request.resolver_match
        acting = getattr(request, "acting", None)
        logger.info(
            "request",
            extra={
                "event": "request",
                "request_id": request.request_id,
                "user": getattr(getattr(request, "user", None), "pk", None) if match else None,
                "school": acting.school.pk if acting and acting.school else None,
                "route": match.view_name if match else "unknown",
                "status": response.status_code,
                "ms": round((time.perf_counter() - started) * 1000, 1),
            },
        )
        return response

    def process_exception(self, request, exception):
        if isinstance(exception, EXPECTED):
            return
        logger.error("failed", exc_info=exception, extra={"event": "failed", "request_id": request.request_id})
