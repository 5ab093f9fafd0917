from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from sendco import databases
from sendco.audit import privileges


class Command(BaseCommand):
    help = "Bring the database and the static files up to this version. Run it once before each start of a new version."

    def handle(self, *, verbosity, **options):
        call_command("migrate", interactive=False, verbosity=verbosity)
        # A table only where the cache lives in the database: with Redis this does nothing.
        call_command("createcachetable", verbosity=verbosity)
        if settings.APP_DATABASE_URL:
            self._let_the_application_in()
        if not settings.DEBUG:
            call_command("collectstatic", interactive=False, clear=False, verbosity=0)
        # A backup of the files finds their folder also before the first one is there.
        (settings.DATA_DIR / "files").mkdir(parents=True, exist_ok=True, mode=0o700)
        self.stdout.write("The database and the static files are ready.")

    def _let_the_application_in(self):
        """The owner's part is over: the role that runs the site gets the rights it needs on what was migrated."""
        app, own = databases.postgresql(settings.APP_DATABASE_URL, conn_max_age=0), connection.settings_dict
        if connection.vendor != "postgresql" or app["USER"] == own["USER"]:
            raise CommandError(
                "SENDCO_APP_DATABASE_URL must name another role than DATABASE_URL, which owns the tables while this "
                "command runs. See docs/deployment.md, Two roles."
            )
        if privileges.ensure_role(connection, app["USER"], app["PASSWORD"]):
            self.stdout.write(f"Made the database role {app['USER']}.")
        privileges.grant(connection, app["USER"])
