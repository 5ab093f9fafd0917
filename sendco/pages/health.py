"""Whether the site is alive, whether it is ready, and a page for those who run it."""

import logging
import uuid
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from governance.selectors.reminders import run_health
from sendco.jobs.models import Heartbeat, Job, Status
from sendco.pdf.fonts import PACKAGES, unprintable
from sendco.pdf.render import pdf_available
from sendco.proxies import SEEN
from staff.access import require_permission
from staff.permissions import Permission

logger = logging.getLogger("sendco.csp")
# What failed longer ago is on the page of the jobs.
FAILURES_SHOWN = timedelta(days=7)
BEAT_MAY_REST = timedelta(minutes=5)


def _database():
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return True


def _migrations():
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def _broker():
    # Celery is loaded by its own application; this page is imported on the way there.
    from sendco.celery import app

    with app.connection_for_read() as link:
        link.ensure_connection(max_retries=1, timeout=2)
    return True


def _cache():
    # A cache that is down forgets the limits of sign-in, or lets nobody in.
    key, said = f"health.{uuid.uuid4().hex}", "well"
    cache.set(key, said, 10)
    works = cache.get(key) == said
    cache.delete(key)
    return works


def _beat():
    beat = Heartbeat.objects.filter(name="beat").first()
    return bool(beat and timezone.now() - beat.beat_at < BEAT_MAY_REST)


CHECKS = {"database": _database, "migrations": _migrations, "broker": _broker, "cache": _cache, "beat": _beat}


def examine():
    """Return {part: whether it works}. A part that raises does not work."""
    works_by_part = {}
    for name, check in CHECKS.items():
        try:
            works_by_part[name] = check()
        except (DatabaseError, OSError, ConnectionError):
            works_by_part[name] = False
        except Exception as error:  # each broker has its own errors
            logger.warning("Health check %s: %s", name, type(error).__name__)
            works_by_part[name] = False
    return works_by_part


@login_not_required
@require_GET
def alive(request):
    return HttpResponse("alive", content_type="text/plain")


@login_not_required
@require_GET
def ready(request):
    works_by_part = examine()
    return JsonResponse(works_by_part, status=200 if all(works_by_part.values()) else 503)


@require_permission(Permission.HEALTH_VIEW)
@require_GET
def status(request):
    works_by_part = examine()
    runs_done, runs_asked, mails = run_health(timezone.now())
    context = {
        "title": "Health of the site",
        "runs_done": runs_done,
        "runs_asked": runs_asked,
        "mails_waiting": mails,
        "section": "health",
        "found": works_by_part,
        "beat": Heartbeat.objects.filter(name="beat").first(),
        "failed": Job.objects.filter(status=Status.FAILED, finished_at__gt=timezone.now() - FAILURES_SHOWN).count(),
        "waiting": Job.objects.filter(status__in=[Status.QUEUED, Status.RUNNING]).count(),
        "pdf": pdf_available(),
        "unprintable": unprintable(),
        "fonts": PACKAGES,
        "database": connection.vendor,
        "broker": "Redis" if settings.REDIS_URL else "local folder",
        "second_factor": settings.MFA_REQUIRED,
        "proxies": settings.BEHIND_PROXY,
        "wrong_proxies": cache.get(SEEN, ""),
    }
    return render(request, "pages/health.html", context)


@csrf_exempt
@login_not_required
@require_POST
def csp_report(request):
    """Keep the directive only: a report repeats addresses."""
    body = request.body[:4000].decode("utf-8", "replace")
    start = body.find("violated-directive")
    directive = "".join(letter for letter in body[start : start + 60] if letter.isalnum() or letter in "-: ")
    logger.warning("Content policy report: %s", directive or "unreadable")
    return HttpResponse(status=204)
