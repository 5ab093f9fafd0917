from time import monotonic

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from sendco.tools.demo import accounts, build, photos


class Command(BaseCommand):
    help = "Load two invented schools to look around in. Needs SENDCO_DEMO=1 and a database without other schools."

    def add_arguments(self, parser):
        parser.add_argument("--if-empty", action="store_true", help="do nothing if the demo schools are there")
        parser.add_argument("--accounts", action="store_true", help="only print the accounts to sign in with")
        parser.add_argument("--seed", type=int, default=build.SEED, help="another number gives other children")
        parser.add_argument("--canary", action="store_true", help="give one child texts to look for in pages and files")

    def handle(self, *, if_empty, accounts, seed, canary, **options):
        try:
            build.ensure_allowed()
            if accounts:
                self._print_accounts()
            elif if_empty and build.demo_schools():
                self.stdout.write("The demo schools are here already.")
            else:
                self._load(seed, canary)
        except build.DemoRefused as error:
            raise CommandError(str(error)) from error

    def _load(self, seed, canary):
        started = monotonic()
        loaded = build.load(today=timezone.localdate(), seed=seed, canary=canary)
        photos.add(loaded.schools.values())
        for key, school in loaded.schools.items():
            self.stdout.write(f"{school.name}: {len(loaded.children[key])} pupils on roll.")
        self.stdout.write(f"Loaded in {monotonic() - started:.1f} seconds.")

    def _print_accounts(self):
        schools = build.demo_schools()
        if len(schools) < len(build.DFE_NUMBERS):
            raise build.DemoRefused("The demo schools are not here yet. Load them first: manage.py demo")
        for line in accounts.lines(schools):
            self.stdout.write(line)
        self.stdout.write(f"\nPassword of every account: {accounts.PASSWORD}")
