from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Bring the database and the static files up to this version. Run it once before each start of a new version."

    def handle(self, *, verbosity, **options):
        call_command("migrate", interactive=False, verbosity=verbosity)
        # A table only where the cache lives in the database: with Redis this does nothing.
        call_command("createcachetable", verbosity=verbosity)
        if not settings.DEBUG:
            call_command("collectstatic", interactive=False, clear=False, verbosity=0)
        self.stdout.write("The database and the static files are ready.")
