from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from governance.services.restore import end_all_access


class Command(BaseCommand):
    help = (
        "End every outsider's link, calendar feed, invitation, password reset and session. Run it after a restore, "
        "before the site starts: the backup brings back what was ended since."
    )

    def add_arguments(self, parser):
        parser.add_argument("--yes", action="store_true", help="do it; without this the command refuses")
        parser.add_argument("--dry-run", action="store_true", help="count, and change nothing")

    def handle(self, *, yes, dry_run, **options):
        if not yes and not dry_run:
            raise CommandError(
                "Everybody is signed out and every link dies. Say --yes to do it, or --dry-run to count."
            )
        with transaction.atomic():
            ended = end_all_access()
            transaction.set_rollback(dry_run)
        for name, number in ended.items():
            self.stdout.write(f"{number:>6} {name}")
        self.stdout.write("Nothing was changed." if dry_run else "All ended, and every password reset with them.")
