import socket
import sys

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from sendco.process_group import ProcessGroup

RESTARTS = 3


class Command(BaseCommand):
    help = "Run the web server, the background worker and the scheduler as one. Ctrl-C stops all three."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default 127.0.0.1)")
        parser.add_argument("--port", type=int, default=8000, help="port to listen on (default 8000)")

    def handle(self, *, host, port, **options):
        check_port_is_free(host, port)
        ended = ProcessGroup(commands(host=host, port=port), write=self._write, restarts=RESTARTS).run()
        if ended:
            name, code = ended
            message = f"{name} stopped by itself (exit {code}) again and again, so the rest was stopped too."
            raise CommandError(message, returncode=1)
        self.stdout.write("Stopped.")

    def _write(self, name, line):
        self.stdout.write(f"{name:<6} | {line}")
        self.stdout.flush()


def check_port_is_free(host, port):
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CommandError(
                f"Cannot listen on {host}:{port} ({error.strerror}). Stop the program that uses this port, "
                f"or choose another: --port {port + 1}"
            ) from error


def commands(*, host, port):
    """Return the command line of each process.

    One scheduler is enough. A second would tick as well, and nobody would be reminded twice: whatever a tick does is
    claimed by its row first. But two must not write one schedule file.
    """
    celery = [sys.executable, "-m", "celery", "-A", "sendco.celery", "--quiet"]
    alone = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    web = [sys.executable, "-m", "gunicorn", "-c", "python:sendco.gunicorn_config", "--bind", f"{host}:{port}"]
    schedule = str(settings.DATA_DIR / "beat-schedule")
    return {
        "web": [*web, *(["--reload"] if settings.DEBUG else []), "sendco.wsgi:application"],
        "worker": [*celery, "worker", "--pool", "threads", "-c", "2", *alone, "--loglevel", "WARNING"],
        "beat": [*celery, "beat", "--pidfile=", "--schedule", schedule, "--loglevel", "WARNING"],
    }
